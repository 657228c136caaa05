// The guard: its limits at and past them, and every input that is known to be slow in Markdown
// parsers, at the size limit: refused, or rendered within a second of CPU time.
#include "render/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CPU_SECONDS_MAX 1.0

struct text {
    char *bytes;
    size_t length;
};

static void add(struct text *text, const char *piece, size_t length)
{
    if (text->length + length > MARKDOWN_BYTES)
        return;
    memcpy(text->bytes + text->length, piece, length);
    text->length += length;
}

// Append a piece that many times, or as often as it fits.
static void repeat(struct text *text, const char *piece, size_t times)
{
    size_t length = strlen(piece);
    for (size_t i = 0; i < times && text->length + length <= MARKDOWN_BYTES; i++)
        add(text, piece, length);
}

#define FULL SIZE_MAX

static struct text start(TALLOC_CTX *ctx)
{
    return (struct text){talloc_size(ctx, MARKDOWN_BYTES + 1), 0};
}

static int check(const struct text *text, struct fault *fault)
{
    return markdown_check(text->bytes, text->length, fault);
}

// ---- limits --------------------------------------------------------------------------------

static void test_size(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct fault fault;
    struct text text = start(ctx);
    repeat(&text, "a", FULL);
    assert_int_equal(text.length, MARKDOWN_BYTES);
    assert_int_equal(check(&text, &fault), SEN_OK);
    text.bytes[text.length++] = 'a';
    assert_int_equal(check(&text, &fault), SEN_TOO_LARGE);
    assert_string_equal(fault.key, "markdown.too_large");
    assert_string_equal(fault.field, "body");
    assert_int_equal(markdown_check("", 0, &fault), SEN_OK);
    talloc_free(ctx);
}

static const struct {
    const char *before, *piece;
    size_t fits;
    const char *after;
} nested[] = {
    {"", ">", 32, "a"},           {"", "> ", 32, "a"},        {"", "- ", 32, "a"},
    {"", "* ", 32, "a"},          {"", "+ ", 32, "a"},        {"", "1. ", 32, "a"},
    {"", "123456789) ", 32, "a"}, {"a\n\n", "- > ", 16, "a"}, {"", "  ", 31, "- a"},
    {"a\r", ">", 32, "a"},        {"", "-\t", 32, "a"},       {"", "- ", 32, ""},
};

static void test_nesting(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < sizeof nested / sizeof *nested; i++)
        for (size_t more = 0; more < 2; more++) {
            struct text text = start(ctx);
            repeat(&text, nested[i].before, 1);
            repeat(&text, nested[i].piece, nested[i].fits + more);
            repeat(&text, nested[i].after, 1);
            struct fault fault = {.line = 0};
            int r = check(&text, &fault);
            bool is_rule = !*nested[i].after;
            if (r != (more && !is_rule ? SEN_TOO_COMPLEX : SEN_OK))
                fail_msg("%zu times \"%s\": %d", nested[i].fits + more, nested[i].piece, r);
            if (r)
                assert_string_equal(fault.key, "markdown.too_deep");
        }
    talloc_free(ctx);
}

static void test_what_is_not_nested(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    static const char *const pieces[] = {"-",    "* ", "- ", "_ ",  "1.",
                                         "a > ", "1 ", "#",  "-a ", "\t"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct text text = start(ctx);
        repeat(&text, pieces[i], 1000);
        struct fault fault;
        assert_int_equal(check(&text, &fault), SEN_OK);
    }
    talloc_free(ctx);
}

static void test_images(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct fault fault;
    struct text text = start(ctx);
    repeat(&text, "![\n", MARKDOWN_IMAGES);
    assert_int_equal(check(&text, &fault), SEN_OK);
    repeat(&text, "![", 1);
    assert_int_equal(check(&text, &fault), SEN_TOO_COMPLEX);
    assert_string_equal(fault.key, "markdown.too_many_images");
    assert_int_equal(fault.line, MARKDOWN_IMAGES + 1);
    assert_string_equal(fault.detail, "1000");
    talloc_free(ctx);
}

// ---- media ---------------------------------------------------------------------------------

static void test_media_ids(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    static const char text[] = "![a](media:one \"t\") ![b](<media:two>) [c]: media:three\n"
                               "Social media: no. ![d](MEDIA:one) <media:four>, media:";
    const char **ids;
    size_t count;
    struct fault fault;
    assert_int_equal(markdown_media_ids(ctx, text, strlen(text), &ids, &count, &fault), SEN_OK);
    assert_int_equal(count, 4);
    assert_string_equal(ids[0], "one");
    assert_string_equal(ids[1], "two");
    assert_string_equal(ids[2], "three");
    assert_string_equal(ids[3], "four");

    char *many = talloc_strdup(ctx, "");
    for (int i = 0; i < MARKDOWN_MEDIA; i++)
        many = talloc_asprintf_append(many, "![](media:m%d)\n![](media:m0)", i);
    assert_int_equal(markdown_media_ids(ctx, many, strlen(many), &ids, &count, &fault), SEN_OK);
    assert_int_equal(count, MARKDOWN_MEDIA);
    many = talloc_asprintf_append(many, "\n![](media:more)");
    assert_int_equal(markdown_media_ids(ctx, many, strlen(many), &ids, &count, &fault),
                     SEN_TOO_COMPLEX);
    assert_string_equal(fault.key, "markdown.too_many_media");
    assert_int_equal(fault.line, MARKDOWN_MEDIA + 2);
    talloc_free(ctx);
}

// ---- slow inputs ---------------------------------------------------------------------------

// Labels whose hash (that of cmark's old reference map) is 0 modulo its 16 buckets.
static void colliding_references(struct text *text)
{
    char bad[32] = "", piece[128];
    for (unsigned i = 0; text->length + sizeof piece <= MARKDOWN_BYTES; i++) {
        char key[32];
        uint32_t hash = 0;
        snprintf(key, sizeof key, "x%u", i);
        for (const char *p = key; *p; p++)
            hash = (unsigned char)*p + (hash << 6) + (hash << 16) - hash;
        if (hash % 16)
            continue;
        if (!*bad)
            strcpy(bad, key);
        snprintf(piece, sizeof piece, "[%s]: /url\n\n[%s]\n\n", key, bad);
        add(text, piece, strlen(piece));
    }
}

static void deeper_lists(struct text *text)
{
    for (size_t i = 0; i < 500; i++) {
        repeat(text, "  ", i);
        repeat(text, "* a\n", 1);
    }
}

static void longer_backticks(struct text *text)
{
    for (size_t i = 1; i < 720; i++) {
        repeat(text, "e", 1);
        repeat(text, "`", i);
    }
}

static void nul_characters(struct text *text)
{
    while (text->length + 7 <= MARKDOWN_BYTES)
        add(text, "abc\0de\0", 7);
}

static void numbered_references(struct text *text)
{
    char piece[32];
    for (unsigned i = 1; text->length < MARKDOWN_BYTES / 2; i++) {
        snprintf(piece, sizeof piece, "[%u]: u\n", i);
        repeat(text, piece, 1);
    }
    repeat(text, "[0] ", FULL);
}

static void numbered_notes(struct text *text)
{
    char piece[32];
    for (unsigned i = 0; i < MARKDOWN_FOOTNOTES; i++) {
        snprintf(piece, sizeof piece, "[^%u]: a[^%u]\n", i, i + 1);
        repeat(text, piece, 1);
    }
    repeat(text, "[^1", FULL);
}

struct slow {
    const char *name;
    int outcome;
    struct {
        const char *text;
        size_t times;
    } pieces[4];
    void (*make)(struct text *text);
};

static const struct slow slow[] = {
    // The pathological cases of cmark's and the specification's own tests.
    {"nested strong emph", SEN_TOO_COMPLEX, {{"*a **a ", 18000}, {"b", 1}, {" a** a*", 18000}}},
    {"emph closers, no openers", SEN_OK, {{"a_ ", FULL}}},
    {"emph openers, no closers", SEN_OK, {{"_a ", FULL}}},
    {"link closers, no openers", SEN_OK, {{"a]", FULL}}},
    {"link openers, no closers", SEN_OK, {{"[a", FULL}}},
    {"mismatched openers and closers", SEN_OK, {{"*a_ ", FULL}}},
    {"openers, then closers of another kind", SEN_TOO_COMPLEX, {{"*a ", 40000}, {"_a*_ ", FULL}}},
    {"closers, multiple of 3", SEN_OK, {{"a**b", 1}, {"c* ", FULL}}},
    {"link openers and emph closers", SEN_OK, {{"[ a_", FULL}}},
    {"[ (](", SEN_OK, {{"[ (](", FULL}}},
    {"![[]()", SEN_TOO_COMPLEX, {{"![[]()", FULL}}},
    {"hard link/emph case", SEN_TOO_COMPLEX, {{"**x [a*b**c*](d)", FULL}}},
    {"nested brackets", SEN_OK, {{"[", 131071}, {"a", 1}, {"]", 131071}}},
    {"nested quotes", SEN_TOO_COMPLEX, {{"> ", 131071}, {"a", 1}}},
    {"deeper and deeper lists", SEN_TOO_COMPLEX, .make = deeper_lists},
    {"NUL", SEN_OK, .make = nul_characters},
    {"longer and longer backticks", SEN_OK, .make = longer_backticks},
    {"unclosed links A", SEN_OK, {{"[a](<b", FULL}}},
    {"unclosed links B", SEN_OK, {{"[a](b", FULL}}},
    {"unclosed <!--", SEN_OK, {{"</", 1}, {"<!--", FULL}}},
    {"empty lines in deep lists", SEN_TOO_COMPLEX, {{"- ", 30000}, {"x", 1}, {"\n", FULL}}},
    {"empty lines in deep lists in a quote",
     SEN_TOO_COMPLEX,
     {{"> ", 1}, {"- ", 30000}, {"x\n", 1}, {">\n", FULL}}},
    {"emph in deep quotes", SEN_TOO_COMPLEX, {{">", 87000}, {"a*", FULL}}},
    {"reference collisions", SEN_TOO_COMPLEX, .make = colliding_references},
    {"nested inlines", SEN_TOO_COMPLEX, {{"*", 131000}, {"a", 1}, {"*", FULL}}},
    {"many references", SEN_OK, .make = numbered_references},
    // The same just inside the guard's limits.
    {"empty lines in lists", SEN_OK, {{"- ", 32}, {"x", 1}, {"\n", FULL}}},
    {"empty lines in lists in a quote", SEN_OK, {{"> ", 1}, {"- ", 31}, {"x\n", 1}, {">\n", FULL}}},
    {"emph in quotes", SEN_OK, {{">", 32}, {"a*", FULL}}},
    {"lazy lines in quotes", SEN_OK, {{"> ", 32}, {"a\n", 1}, {"b*\n", FULL}}},
    {"lazy lines in lists", SEN_OK, {{"- ", 32}, {"a\n", 1}, {"b_\n", FULL}}},
    {"short lines in lists", SEN_OK, {{"- ", 32}, {"a\n", 1}, {"---\n", FULL}}},
    {"1000 ![", SEN_OK, {{"![[]()", 1000}, {"a]", FULL}}},
    // Ours.
    {"references to a long address",
     SEN_OK,
     {{"[a]: ", 1}, {"x", 50000}, {"\n\n", 1}, {"[a", FULL}}},
    {"labels of 998 brackets", SEN_OK, {{"[x]: y\n\n", 1}, {"[", 131000}, {"]", FULL}}},
    {"footnotes", SEN_OK, .make = numbered_notes},
    {"footnotes, never closed", SEN_OK, {{"[^", FULL}}},
    {"footnotes, all the same", SEN_INVALID, {{"[^a]: b\n", FULL}}},
    {"titles", SEN_OK, {{"[a](b \"", FULL}}},
    {"backslashes", SEN_OK, {{"\\", FULL}}},
    {"ampersands", SEN_OK, {{"&", FULL}}},
    {"tags, never closed", SEN_OK, {{"<a b='", FULL}}},
    {"less-than signs", SEN_OK, {{"<", FULL}}},
    {"**_* ", SEN_OK, {{"**_* ", FULL}}},
    {"_*", SEN_OK, {{"_*a", FULL}}},
    {"headings", SEN_TOO_COMPLEX, {{"# a\n", FULL}}},
    {"one long heading", SEN_OK, {{"# ", 1}, {"a b ", FULL}}},
    {"rules", SEN_OK, {{"---\n", FULL}}},
    {"one rule", SEN_OK, {{"- ", FULL}}},
    {"items", SEN_OK, {{"- a\n\n", FULL}}},
    {"fences", SEN_OK, {{"```\n~~~\n", FULL}}},
    {"links", SEN_TOO_COMPLEX, {{"[a](b)", FULL}}},
    {"a table, too long", SEN_TOO_LARGE, {{"```csv\n", 1}, {"a,b\n", FULL}}},
    {"a table", SEN_OK, {{"```csv\n", 1}, {"1,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,2\n", 2000}}},
    {"a table, too wide", SEN_TOO_LARGE, {{"```csv\n", 1}, {",", FULL}}},
    {"Thai without spaces", SEN_OK, {{"กขคงจฉ", FULL}}},
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_slow(void **state)
{
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct text text = start(ctx);
        if (slow[i].make)
            slow[i].make(&text);
        for (size_t j = 0; j < 4 && slow[i].pieces[j].text; j++)
            repeat(&text, slow[i].pieces[j].text, slow[i].pieces[j].times);

        struct markdown_options options = {.locale = locale_find("en")};
        struct rendered rendered;
        struct fault fault = {.key = "-"};
        double before = cpu_seconds();
        int r = markdown_render(ctx, &options, text.bytes, text.length, &rendered, &fault);
        double seconds = cpu_seconds() - before;
        if (r != slow[i].outcome || seconds > CPU_SECONDS_MAX) {
            print_error("%s: outcome %d (%s), %.2f s\n", slow[i].name, r, fault.key, seconds);
            failed++;
        }
        talloc_free(ctx);
    }
    print_message("%zu inputs, at most %.0f s each\n", sizeof slow / sizeof *slow, CPU_SECONDS_MAX);
    assert_int_equal(failed, 0);
}

int main(void)
{
    if (locales_init())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_what_is_not_nested),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_media_ids),
        cmocka_unit_test(test_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
