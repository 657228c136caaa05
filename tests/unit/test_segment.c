// Words for search, in every script.
#include "locales/segment.h"
#include "locales/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static void test_words(void **state)
{
    static const struct {
        const char *locale, *text, *written, *folded;
    } rows[] = {
        {"vi", "", "", ""},
        {"vi", " ,.!? ", "", ""},
        {"vi", "Hà Nội", "hà nội", "ha noi"},
        {"vi", "Ha\u0300 No\u0323\u0302i", "hà nội", "ha noi"},
        {"vi", "Hòa, Hoà; Thủy - Thuỷ", "hòa hoà thủy thuỷ", "hoa hoa thuy thuy"},
        {"vi", "ĐẮK LẮK đổi mới", "đắk lắk đổi mới", "dak lak doi moi"},
        {"vi", "Ớt, ưu, ơn", "ớt ưu ơn", "ot uu on"},
        {"rad", "Klei \u00ea\u0306 \u0180uôn \u0243ih", "klei \u00ea\u0306 \u0180uôn \u0180ih",
         "klei e buon bih"},
        {"en", "The Year 2025", "the year 2025", "the year 2025"},
        {"de", "Straße Ärger", "straße ärger", "strasse arger"},
        {"fr", "Œuvre été", "œuvre été", "oeuvre ete"},
        {"ru", "Ёлка Хошимин", "ёлка хошимин", "елка хошимин"},
        {"ar", "أَهْلًا ٢٠٢٥", "أَهْلًا ٢٠٢٥", "اهلا 2025"},
        {"ar", "ـ عـام", "ـ عـام", "ـ عام"},
        {"ko", "베트남 문화", "베트남 문화", "베트남 문화"},
        // scripts without spaces: words, then pairs and the last grapheme
        {"zh-Hans", "越南文化", "越南 文化 越南 南文 文化 化", "越南 文化 越南 南文 文化 化"},
        {"en", "Hue 越南 x", "hue 越南 x 越南 南", "hue 越南 x 越南 南"},
        {"zh-Hans", "中。国", "中 国 中 国", "中 国 中 国"},
        {"ja", "ベトナム", "ベトナム ベト トナ ナム ム", "ベトナム ベト トナ ナム ム"},
        {"ja", "が", "が が", "が が"}, // the voicing mark is part of the letter
        {"th", "ภาษาไทย", "ภาษา ไทย ภา าษ ษา าไ ไท ทย ย", "ภาษา ไทย ภา าษ ษา าไ ไท ทย ย"},
        {"th", "ที่นี่", "ที่ นี่ ที่นี่ นี่", "ที่ นี่ ที่นี่ นี่"}, // vowels and tones stay

        {"km", "ភាសា\u200bខ្មែរ", "ភាសាខ្មែរ ភាសា សាខ្ ខ្មែ មែរ រ", NULL},
        {"th", "ไทย๒๕", NULL, "ไทย 25 ไท ทย ย"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct words words;
        assert_int_equal(segment_words(ctx, locale_find(rows[i].locale), rows[i].text,
                                       strlen(rows[i].text), &words),
                         0);
        if (rows[i].written && strcmp(words.written, rows[i].written) != 0)
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, words.written, rows[i].written);
        if (rows[i].folded && strcmp(words.folded, rows[i].folded) != 0)
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, words.folded, rows[i].folded);
        assert_int_equal(words.written_length, strlen(words.written));
        assert_int_equal(words.folded_length, strlen(words.folded));
    }
    struct words words;
    assert_int_equal(segment_words(ctx, locale_find("vi"), "a\xff", 2, &words), SEGMENT_BAD_UTF8);
    talloc_free(ctx);
}

static void test_query(void **state)
{
    static const struct {
        const char *locale, *text, *folded;
    } rows[] = {
        {"vi", "Hà Nội", "ha noi"},
        {"zh-Hans", "越南文化", "越南 南文 文化"},
        {"zh-Hans", "寺", "寺"},
        {"zh-Hans", "寺 越南", "寺 越南"},
        {"ja", "2025年 ベト", "2025 年 ベト"},
        {"th", "ไทย๒๕", "25 ไท ทย"},
        {"th", "ไทยABC", "abc ไท ทย"},
        {"lo", "ວຽງຈັນ", "ວຽ ຽງ ງຈັ ຈັນ"},
        {"en", "", ""},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct words words;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(segment_query(ctx, locale_find(rows[i].locale), rows[i].text,
                                       strlen(rows[i].text), &words),
                         0);
        if (strcmp(words.folded, rows[i].folded) != 0)
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, words.folded, rows[i].folded);
    }
    talloc_free(ctx);
}

static bool has_word(const char *words, const char *word, size_t length)
{
    for (const char *at = words; (at = strstr(at, word)); at++)
        if ((at == words || at[-1] == ' ') && strncmp(at, word, length) == 0 &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

// Every word of a query is a word of each text that contains it, whatever stands around it.
static void test_query_finds(void **state)
{
    static const struct {
        const char *locale, *text, *query;
    } rows[] = {
        {"zh-Hans", "研究生命起源", "研究生"},  {"zh-Hans", "研究生命起源", "生命"},
        {"ja", "東京都庁舎", "京都"},           {"th", "ตากลมริมหาด", "ตาก"},
        {"km", "ប្រទេសវៀតណាមស្រស់ស្អាត", "វៀតណាម"}, {"vi", "Tỉnh Hà Giang cũ", "hà giang"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct locale *locale = locale_find(rows[i].locale);
        struct words text, query;
        assert_int_equal(segment_words(ctx, locale, rows[i].text, strlen(rows[i].text), &text), 0);
        assert_int_equal(segment_query(ctx, locale, rows[i].query, strlen(rows[i].query), &query),
                         0);
        for (char *save, *word = strtok_r(query.folded, " ", &save); word;
             word = strtok_r(NULL, " ", &save))
            if (!has_word(text.folded, word, strlen(word)))
                fail_msg("row %zu: %s is not in %s", i, word, text.folded);
    }
    talloc_free(ctx);
}

static void test_count(void **state)
{
    assert_int_equal(segment_count(locale_find("vi"), ""), 0);
    assert_int_equal(segment_count(locale_find("vi"), "Xin chào, Việt Nam!"), 4);
    assert_int_equal(segment_count(locale_find("zh-Hans"), "越南文化"), 2);
    assert_int_equal(segment_count(locale_find("th"), "ภาษาไทย"), 2);
    assert_int_equal(segment_count(locale_find("en"), "\xff"), 0);
}

static void test_long(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct timespec from, to;
    struct words words;
    size_t length = 120 * 1024;

    char *text = talloc_array(ctx, char, length);
    for (size_t i = 0; i < length; i += 3)
        memcpy(text + i, i % 2 ? "文" : "化", 3);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    assert_int_equal(segment_words(ctx, locale_find("zh-Hans"), text, length, &words), 0);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec < 2);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),       cmocka_unit_test(test_query),
        cmocka_unit_test(test_query_finds), cmocka_unit_test(test_count),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
