// Where a text says what a reader looks for.
#include "content/excerpt.h"
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

static struct search_query *query_of(TALLOC_CTX *ctx, const char *locale, const char *text)
{
    struct search_query *query = NULL;
    assert_int_equal(search_query_parse(ctx, locale_find(locale), text, strlen(text), &query), 0);
    return query;
}

// The parts in a row, hits in brackets.
static char *plain(TALLOC_CTX *ctx, const json_t *parts)
{
    char *out = talloc_strdup(ctx, "");
    const json_t *part;
    size_t i;

    json_array_foreach (parts, i, part) {
        const char *text = json_string_value(json_object_get(part, "text"));
        bool hit = json_is_true(json_object_get(part, "hit"));
        assert_true(text && *text);
        assert_int_equal(json_object_size(part), hit ? 2 : 1);
        out = talloc_asprintf_append(out, hit ? "[%s]" : "%s", text);
    }
    return out;
}

static void test_marked(void **state)
{
    static const struct {
        const char *locale, *query, *text, *marked;
    } rows[] = {
        {"vi", "x", "", ""},
        {"vi", "x", "không có gì", "không có gì"},
        {"vi", "ha noi", "Bún chả Hà Nội, phở Hà  Nội", "Bún chả [Hà Nội], phở [Hà]  [Nội]"},
        {"vi", "hoà", "HÒA", "[HÒA]"},
        {"vi", "hmong", "Người H’Mông.", "Người [H’Mông]."},
        {"rad", "buon", "\u0180uôn", "[\u0180uôn]"},
        {"en", "festivals", "The festival's end: festive", "The [festival]'s end: [festive]"},
        {"en", "happy", "happiness, HAPPY", "[happiness], [HAPPY]"},
        {"en", "opera", "l'Opéra", "l'[Opéra]"},
        {"fr", "l'histoire", "L’histoire d'ici", "L’[histoire] d'ici"},
        {"de", "haus", "Häuser", "[Häuser]"},
        {"es", "cancion", "Las canciones", "Las [canciones]"},
        {"ru", "праздник", "Праздники, с праздником", "[Праздники], с [праздником]"},
        {"ar", "المدارس", "مدارس، والمدارس و", "[مدارس]، [والمدارس] و"},
        {"pt", "nacao", "Nação", "[Nação]"},
        {"id", "tahan", "mempertahankan kota", "[mempertahankan] kota"},
        {"ko", "하노이", "하노이의 밤", "[하노이의] 밤"},
        {"zh-Hant", "河内", "在河內大學", "在[河內]大學"},
        {"zh-Hans", "河內", "河内", "[河内]"},
        // words of one grapheme beside their neighbours only, or all alone
        {"ja", "東京都", "東京都庁舎は東京と都", "[東京都]庁舎は[東京]と都"},
        {"ja", "寺", "寺と寺院", "[寺]と[寺]院"},
        {"zh-Hans", "河粉", "越南河粉，河里有粉", "越南[河粉]，河里有粉"},
        {"ja", "ベトナム", "ﾍﾞﾄﾅﾑ・ベトナム", "[ﾍﾞﾄﾅﾑ]・[ベトナム]"},
        {"th", "น้ำตก", "ไปนํ้าตกสวย", "ไป[นํ้าตก]สวย"},
        {"th", "กา", "กำกา", "กำ[กา]"}, // not in the middle of a grapheme
        {"lo", "ຫລວງ", "ຫຼວງພະບາງ", "[ຫຼວງ]ພະບາງ"},
        {"km", "ខ្មែរ", "ភាសា\u200bខ្មែរ", "ភាសា\u200b[ខ្មែរ]"},
        {"vi", "-x y", "x y", "x [y]"},
        {"vi", "2025", "năm ๒๐๒๕, 2025", "năm [๒๐๒๕], [2025]"},
        {"vi", "هانوي Ханой", "Hà, هانوي و Ханой", "Hà, [هانوي] و [Ханой]"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct search_query *query = query_of(ctx, rows[i].locale, rows[i].query);
        char *marked =
            plain(ctx, excerpt_marked(ctx, query, locale_find(rows[i].locale), rows[i].text));
        if (strcmp(marked, rows[i].marked) != 0)
            fail_msg("row %zu: %s instead of %s", i, marked, rows[i].marked);
    }
    talloc_free(ctx);
}

static char *repeated(TALLOC_CTX *ctx, const char *text, size_t times)
{
    size_t length = strlen(text);
    char *out = talloc_zero_size(ctx, length * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(out + i * length, text, length);
    return out;
}

static char *best(TALLOC_CTX *ctx, const char *locale, const char *query, const char *text)
{
    return plain(ctx, excerpt_best(ctx, query_of(ctx, "vi", query), locale_find(locale), text,
                                   strlen(text)));
}

static size_t graphemes(TALLOC_CTX *ctx, const char *excerpt)
{
    char *text = talloc_strdup(ctx, excerpt), *out = text;
    for (const char *at = excerpt; *at; at++)
        if (*at != '[' && *at != ']')
            *out++ = *at;
    *out = '\0';
    return text_length_graphemes(text);
}

static void test_best(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *words = repeated(ctx, "từ nữa ", 100), *sentence = repeated(ctx, "Câu này. ", 60);

    // short texts as they are, with single blanks
    assert_string_equal(best(ctx, "vi", "a", ""), "");
    assert_string_equal(best(ctx, "vi", "a", " \n "), "");
    assert_string_equal(best(ctx, "vi", "nội", " Hà\n\nNội  a\u3000b "), "Hà [Nội] a b");
    // nothing found: the beginning
    char *text = best(ctx, "vi", "không", words);
    assert_int_equal(strncmp(text, "từ nữa từ", strlen("từ nữa từ")), 0);
    assert_string_equal(text + strlen(text) - strlen("từ…"), "từ…");
    assert_in_range(graphemes(ctx, text), EXCERPT_GRAPHEMES - 10, EXCERPT_GRAPHEMES);
    // in the middle: cut between words on both sides
    text = best(ctx, "vi", "ha noi", talloc_asprintf(ctx, "%sHà Nội %s", words, words));
    assert_non_null(strstr(text, " [Hà Nội] "));
    assert_int_equal(strncmp(text, "…từ", strlen("…từ")) * strncmp(text, "…nữa", strlen("…nữa")),
                     0);
    assert_in_range(graphemes(ctx, text), EXCERPT_GRAPHEMES - 20, EXCERPT_GRAPHEMES);
    // between sentences
    text = best(ctx, "vi", "noi", talloc_asprintf(ctx, "%sHà Nội. %s", sentence, sentence));
    assert_int_equal(strncmp(text, "…Câu này. ", strlen("…Câu này. ")), 0);
    assert_string_equal(text + strlen(text) - strlen(" này.…"), " này.…");
    // at the end: room before it is used
    text = best(ctx, "vi", "noi", talloc_asprintf(ctx, "%sHà Nội.", words));
    assert_string_equal(text + strlen(text) - strlen("Hà [Nội]."), "Hà [Nội].");
    assert_in_range(graphemes(ctx, text), EXCERPT_GRAPHEMES - 20, EXCERPT_GRAPHEMES);
    // the place with both words, not the many with one
    text = best(
        ctx, "vi", "chùa sen",
        talloc_asprintf(ctx, "%s%s Chùa một sen. %s", repeated(ctx, "sen sen ", 40), words, words));
    assert_non_null(strstr(text, "[Chùa] một [sen]."));
    // neighbours before those apart
    text =
        best(ctx, "vi", "ha noi", talloc_asprintf(ctx, "Hà một nội. %s Hà Nội. %s", words, words));
    assert_non_null(strstr(text, "[Hà Nội]."));
    talloc_free(ctx);
}

// Every script: the hit is in it, within the limit, cut between graphemes.
static void test_best_scripts(void **state)
{
    static const struct {
        const char *locale, *query, *hit, *filler;
    } rows[] = {
        {"vi", "hà nội", "[Hà Nội]", "đồng bằng "},
        {"en", "rivers", "[river]", "a plain of rice "},
        {"ru", "реки", "[рекой]", "поле риса "},
        {"ar", "النهر", "[النهر]", "سهل الأرز "},
        {"ko", "하노이", "[하노이에서]", "쌀의 평야 "},
        {"zh-Hans", "河内", "[河内]", "米的平原"},
        {"zh-Hant", "河内", "[河內]", "米的平原，"},
        {"ja", "ハノイ", "[ハノイ]", "米の平野。"},
        {"th", "ฮานอย", "[ฮานอย]", "ที่ราบนํ้า"},
        {"lo", "ຮ່າໂນ້ຍ", "[ຮ່າໂນ້ຍ]", "ທົ່ງນ້ຳ"},
        {"km", "ហាណូយ", "[ហាណូយ]", "វាលទំនាបស្រូវ"},
        {"rad", "\u0180uôn", "[\u0180uôn]", "hma \u00ea\u0306i "},
        {"en", "emoji", "[emoji]", "👨‍👩‍👧‍👦🇻🇳 "},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *hit = talloc_strndup(ctx, rows[i].hit + 1, strlen(rows[i].hit) - 2);
        char *filler = repeated(ctx, rows[i].filler, 80);
        bool spaced = strchr(rows[i].filler, ' ');
        char *text = talloc_asprintf(ctx, "%s%s%s%s", filler, hit, spaced ? " " : "", filler);
        char *excerpt = best(ctx, rows[i].locale, rows[i].query, text);
        if (!strstr(excerpt, rows[i].hit) || strncmp(excerpt, "…", 3) != 0)
            fail_msg("row %zu: %s", i, excerpt);
        assert_in_range(graphemes(ctx, excerpt), EXCERPT_GRAPHEMES / 2, EXCERPT_GRAPHEMES);
        // what was cut off has as many graphemes as is missing
        char *inner = talloc_strndup(ctx, excerpt + 3, strlen(excerpt) - 6), *out = inner;
        for (const char *at = inner; *at; at++)
            if (*at != '[' && *at != ']')
                *out++ = *at;
        *out = '\0';
        char *found = strstr(text, inner);
        assert_non_null(found);
        char *before = talloc_strndup(ctx, text, (size_t)(found - text));
        assert_int_equal(text_length_graphemes(before) + text_length_graphemes(inner) +
                             text_length_graphemes(found + strlen(inner)),
                         text_length_graphemes(text));
    }
    talloc_free(ctx);
}

static void test_best_limit(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);

    // two are kept for the ellipses
    char *whole = repeated(ctx, "字", EXCERPT_GRAPHEMES - 2);
    assert_string_equal(best(ctx, "ja", "x", whole), whole);
    char *over = talloc_asprintf(ctx, "%s字", whole);
    assert_string_equal(best(ctx, "ja", "x", over), talloc_asprintf(ctx, "%s…", whole));
    // a hit longer than an excerpt, and longer than what is looked at for one
    char *longest = repeated(ctx, "a", 299);
    char *text = best(ctx, "vi", longest, talloc_asprintf(ctx, "b c %s d", longest));
    assert_int_equal(strncmp(text, "b c [aaa", strlen("b c [aaa")), 0);
    assert_int_equal(graphemes(ctx, text), EXCERPT_GRAPHEMES - 1);
    talloc_free(ctx);
}

static void test_hostile(void **state)
{
    static const char *const pieces[] = {"a ", "字", "ก", "\u0301", "ខ្", "\"", "👨\u200d", " ", "…"};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct timespec from, to;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    struct search_query *query = query_of(ctx, "vi", "a 字 ก ខ្ខ្ \"字字字 ก\"");
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = repeated(ctx, pieces[i], 30000);
        char *excerpt = plain(ctx, excerpt_best(ctx, query, locale_find("en"), text, strlen(text)));
        assert_true(graphemes(ctx, excerpt) <= EXCERPT_GRAPHEMES);
        plain(ctx, excerpt_marked(ctx, query, locale_find("ar"), text));
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec < 10);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marked),       cmocka_unit_test(test_best),
        cmocka_unit_test(test_best_scripts), cmocka_unit_test(test_best_limit),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
