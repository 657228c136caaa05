// What a text is found by: the tsvector of its words.
#include "../search_match.h"
#include "content/search_index.h"
#include "locales/segment.h"

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

static char *vector_of(TALLOC_CTX *ctx, const char *locale, const char *text)
{
    const struct search_field field = {text, strlen(text), 'D'};
    return search_vector(ctx, locale_find(locale), &field, 1);
}

static void test_lexemes(void **state)
{
    static const struct {
        const char *locale, *text, *vector;
    } rows[] = {
        {"vi", "", ""},
        {"vi", "\u200b .,!'\\:&|()<>*", ""},
        {"vi", "Hà ha Hà", "'ha':1,2,3 '=hà':1,3 '=ha':2"},
        {"rad", "\u0180uôn", "'buon':1 '=\u0180uôn':1"},
        {"en", "café tables", "'cafe':1 '=café':1 '~cafe':1 'tables':2 '~tabl':2"},
        {"fr", "l'île", "'lile':1 '=l’île':1 '~lil':1 'ile':1 '=île':1 '~ile':1"},
        {"es", "canción", "'cancion':1 '=canción':1 '~cancion':1"},
        {"de", "2025 Häuser", "'2025':1 'hauser':2 '=häuser':2 '~haus':2"},
        {"pt", "São", "'sao':1 '=são':1 '~sa':1"},
        {"id", "makanan", "'makanan':1 '~makan':1"},
        {"ru", "Vietnam ёлки", "'vietnam':1 'елки':2 '=ёлки':2 '~елк':2"},
        {"ar", "مدرسة", "'مدرسه':1 '=مدرسة':1 '~مدرس':1"},
        {"ko", "하노이의", "'하노이의':1 '~하노이':1"},
        {"zh-Hans", "越南", "'+越南':1 '+南':2 '越南':1"},
        {"zh-Hant", "河內", "'+河内':1 '+内':2 '河内':1 '=河內':1"},
        {"ja", "が x", "'+が':1 'が':1 'x':2"},
        {"th", "ไทย๕", "'+ไท':1 '+ทย':2 '+ย':3 'ไทย':1 '5':4 '=๕':4"},
        {"lo", "ນໍ້າ", "'+ນ້ຳ':1 'ນ້ຳ':1"},
        {"km", "ភាសា", "'+ភាសា':1 '+សា':2 'ភាសា':1"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *vector = vector_of(ctx, rows[i].locale, rows[i].text);
        if (strcmp(vector, rows[i].vector) != 0)
            fail_msg("row %zu: %s instead of %s", i, vector, rows[i].vector);
    }
    talloc_free(ctx);
}

static void test_fields(void **state)
{
    const struct search_field fields[] = {
        {"a b", 3, 'A'}, {"", 0, 'B'}, {"b\n\nc", 4, 'C'}, {"a\xff", 2, 'D'}};
    TALLOC_CTX *ctx = talloc_new(NULL);

    // the second paragraph and each field begin some positions later
    assert_string_equal(search_vector(ctx, locale_find("zh-Hans"), fields, 4),
                        "'a':1A,35 'b':2A,20C 'c':25C");
    assert_string_equal(search_vector(ctx, locale_find("zh-Hans"), fields, 0), "");
    talloc_free(ctx);
}

static size_t count_of(const char *text, char c)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == c;
    return count;
}

static void test_positions(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct locale *locale = locale_find("zh-Hans"); // no marks, no stems

    for (size_t words = 255; words <= 256; words++) { // of one lexeme
        char *text = talloc_zero_size(ctx, words * 2 + 1);
        for (size_t i = 0; i < words; i++)
            memcpy(text + i * 2, "a ", 2);
        const struct search_field field = {text, words * 2, 'A'};
        char *vector = search_vector(ctx, locale, &field, 1);
        assert_int_equal(count_of(vector, 'A'), 255);
    }
    char *text = talloc_zero_size(ctx, 16390 * 6 + 1), *out = text;
    for (unsigned i = 1; i <= 16390; i++)
        out += sprintf(out, "%u ", i);
    const struct search_field field = {text, strlen(text), 'C'};
    char *vector = search_vector(ctx, locale, &field, 1);
    assert_non_null(strstr(vector, "'16382':16382C "));
    assert_non_null(strstr(vector, "'16383':16383C "));
    assert_non_null(strstr(vector, "'16384':16383C ")); // PostgreSQL counts no further
    assert_non_null(strstr(vector, "'16390':16383C"));
    talloc_free(ctx);
}

// The vector stays below PostgreSQL's 1 MiB: first positions go, then lexemes of the end.
static void test_size(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    size_t words = 120000;
    char *text = talloc_zero_size(ctx, words * 16 + 1), *out = text;
    size_t bytes = 0;

    for (size_t i = 0; i < words; i++)
        out += sprintf(out, "word%zu ", i);
    const struct search_field fields[] = {{"first", 5, 'A'}, {text, strlen(text), 'C'}};
    char *vector = search_vector(ctx, locale_find("ja"), fields, 2);
    assert_non_null(strstr(vector, "'first':1A "));
    assert_non_null(strstr(vector, "'word50000':16383C"));
    assert_null(strstr(vector, "'word119999'"));
    for (const char *at = vector; at; at = strchr(at + 1, ' ')) {
        const char *lexeme = at + (at != vector) + 1;
        size_t length = (size_t)(strchr(lexeme, '\'') - lexeme);
        bytes += length + (length & 1) + 4;
    }
    assert_in_range(bytes, (1 << 20) - 64, (1 << 20) - 1);

    out = text;
    for (size_t i = 0; i < words; i++)
        out += sprintf(out, "w%zu ", i % 8000 * 10);
    const struct search_field often = {text, strlen(text), 'C'};
    vector = search_vector(ctx, locale_find("ja"), &often, 1);
    assert_non_null(strstr(vector, "'w79990':")); // all lexemes are there
    talloc_free(ctx);
}

// A reader finds what a text says, whichever part of a run it is: the query of every substring
// between graphemes matches the lexemes of the text, whatever a dictionary made of either.
static void test_substrings(void **state)
{
    static const struct {
        const char *locale, *before, *text, *after;
    } rows[] = {
        {"th", "ก", "ประเทศเวียดนามมีนํ้าตกสวยงามและตากลมริมหาด", "นั้น"},
        {"lo", "ກ", "ສາທາລະນະລັດປະຊາທິປະໄຕໜຶ່ງນໍ້າຫຼວງພະບາງ", "ນີ້"},
        {"km", "ក", "ប្រទេសវៀតណាមស្រស់ស្អាតភាសា\u200bខ្មែរ", "ដ"},
        // which ICU 72 cuts ជារ|ដ្ឋ|ធានី
        {"km", "យ", "ជារដ្ឋធានីនៃ", "ប្រទេស"},
        {"zh-Hans", "的", "研究生命起源的河内大学生", "国"},
        {"zh-Hant", "的", "研究生命起源的河內大學生", "國"},
        {"ja", "か", "東京都庁舎でﾍﾞﾄﾅﾑの㌔ホー・チ・ミン", "国"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = rows[i].text;
        TALLOC_CTX *row = talloc_new(ctx);
        char *padded = talloc_asprintf(row, "%s%s%s", rows[i].before, text, rows[i].after);
        char *vector = vector_of(row, rows[i].locale, padded);
        struct segment_walk *walk =
            segment_open(row, locale_find(rows[i].locale), text, strlen(text), SEGMENT_QUICK);
        struct segment_token token;
        assert_true(segment_next(walk, &token));
        assert_int_equal(token.kind, SEGMENT_RUN);
        assert_false(search_finds(row, vector, "ツไตលត", strlen("ツไตលត")));
        for (size_t from = 0; from < token.run->count; from++)
            for (size_t to = from; to < token.run->count; to++) {
                const char *part = text + token.run->from[from];
                size_t length = token.run->to[to] - token.run->from[from];
                assert_true(search_finds(row, vector, part, length));
            }
        talloc_free(row);
    }
    talloc_free(ctx);
}

static void test_hostile(void **state)
{
    static const char *const marks[] = {"\u0301", "\u0e34", "\u17d2", "\u3099", "\u0650"};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct timespec from, to;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t size = strlen(marks[i]), length = size * 80000 + 3;
        char *text = talloc_size(ctx, length);
        memcpy(text, "か", 3);
        for (size_t at = 3; at < length; at += size)
            memcpy(text + at, marks[i], size);
        const struct search_field field = {text, length, 'C'};
        search_vector(ctx, locale_find("ja"), &field, 1);
    }
    char *run = talloc_size(ctx, 250 * 1024);
    for (size_t at = 0; at + 3 <= 250 * 1024; at += 3)
        memcpy(run + at, at % 2 ? "文" : "化", 3);
    const struct search_field field = {run, 250 * 1024, 'C'};
    search_vector(ctx, locale_find("zh-Hans"), &field, 1);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec < 5);

    const struct search_field nul = {"a\0b \xed\xa0\x80\xed\xb0\x80 c\xc0\x80", 14, 'C'};
    assert_string_equal(search_vector(ctx, locale_find("ja"), &nul, 1), "'a':1C 'b':2C 'c':3C");
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lexemes),    cmocka_unit_test(test_fields),
        cmocka_unit_test(test_positions),  cmocka_unit_test(test_size),
        cmocka_unit_test(test_substrings), cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
