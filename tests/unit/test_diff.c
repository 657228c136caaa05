#include "content/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const char *shown(TALLOC_CTX *ctx, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *owned = talloc_strdup(ctx, text);
    free(text);
    return owned;
}

// =n, -paragraph, +paragraph; a replacement is in brackets.
static char *ops(TALLOC_CTX *ctx, json_t *array)
{
    char *out = talloc_strdup(ctx, "");
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *op = json_array_get(array, i);
        const char *name = json_string_value(json_object_get(op, "op"));
        json_t *before = json_object_get(op, "before"), *after = json_object_get(op, "after");
        if (strcmp(name, "equal") == 0) {
            out = talloc_asprintf_append(
                out, "=%d", (int)json_integer_value(json_object_get(op, "paragraphs")));
            continue;
        }
        const char *expected = !before ? "insert" : after ? "replace" : "delete";
        assert_string_equal(name, expected);
        out = talloc_strdup_append(out, before && after ? "[" : "");
        for (size_t j = 0; j < json_array_size(before); j++)
            out = talloc_asprintf_append(out, "-%s", json_string_value(json_array_get(before, j)));
        for (size_t j = 0; j < json_array_size(after); j++)
            out = talloc_asprintf_append(out, "+%s", json_string_value(json_array_get(after, j)));
        out = talloc_strdup_append(out, before && after ? "]" : "");
    }
    return out;
}

static const struct {
    const char *before, *after, *ops;
} cases[] = {
    {"", "", ""},
    {"\n \n", "", ""},
    {"a", "a", "=1"},
    {"a\n\n\n \t\nb\n", "a\n\nb", "=2"},
    {"", "a", "+a"},
    {"a", "", "-a"},
    {"a", "b", "[-a+b]"},
    {"a\n\nb\n\nc", "a\n\nc", "=1-b=1"},
    {"a\n\nc", "a\n\nb\n\nc", "=1+b=1"},
    {"a\n\nb\n\nc", "a\n\nx\n\ny\n\nc", "=1[-b+x+y]=1"},
    {"a\n\nb\n\nc\n\na\n\nb\n\nb\n\na", "c\n\nb\n\na\n\nb\n\na\n\nc", "-a-b=1+b=2-b=1+c"},
    {"a\n\na", "a\n\na\n\na", "=2+a"},
    {"a\nb", "a\r\nb", "[-a\nb+a\r\nb]"},
    {"a\r\n\r\nb\r\rc", "a\n\nb\n\nc", "=3"},
    {"x\n\n```\na\n\nb\n```\n\ny", "x\n\n```\na\n\nc\n```\n\ny",
     "=1[-```\na\n\nb\n```+```\na\n\nc\n```]=1"},
    {"~~~\na\n\n```\n\n~~~ \n\nb", "", "-~~~\na\n\n```\n\n~~~ -b"},
    {"````\n\n```\n\n````\n\nb", "b", "-````\n\n```\n\n````=1"},
    {"``` a ```\n\nb", "b", "-``` a ```=1"},
    {"> ```\n>\n> a\n> ```\n\nb", "b", "-> ```\n>\n> a\n> ```=1"},
    {"```\n\nnever closed\n\n", "", "-```\n\nnever closed\n"},
};

static void test_paragraphs(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        assert_string_equal(ops(ctx, diff_paragraphs(ctx, cases[i].before, cases[i].after)),
                            cases[i].ops);
        talloc_free(ctx);
    }
}

// The older text made from the newer and the operations, to be compared with the older.
static void check_ops(const char *before, const char *after)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *there = diff_paragraphs(ctx, before, after);
    json_t *old = diff_paragraphs(ctx, before, ""), *new = diff_paragraphs(ctx, "", after);
    json_t *olds = json_object_get(json_array_get(old, 0), "before");
    json_t *news = json_object_get(json_array_get(new, 0), "after");
    size_t x = 0, y = 0;
    for (size_t i = 0; i < json_array_size(there); i++) {
        json_t *op = json_array_get(there, i);
        json_t *gone = json_object_get(op, "before"), *come = json_object_get(op, "after");
        json_int_t equal = json_integer_value(json_object_get(op, "paragraphs"));
        for (json_int_t j = 0; j < equal; j++)
            assert_true(json_equal(json_array_get(olds, x++), json_array_get(news, y++)));
        for (size_t j = 0; j < json_array_size(gone); j++)
            assert_true(json_equal(json_array_get(olds, x++), json_array_get(gone, j)));
        for (size_t j = 0; j < json_array_size(come); j++)
            assert_true(json_equal(json_array_get(news, y++), json_array_get(come, j)));
    }
    assert_int_equal(x, json_array_size(olds));
    assert_int_equal(y, json_array_size(news));
    talloc_free(ctx);
}

static void test_random(void **state)
{
    unsigned seed = 7;
    for (int round = 0; round < 2000; round++) {
        char text[2][128];
        for (int side = 0; side < 2; side++) {
            int length = rand_r(&seed) % 40;
            for (int i = 0; i < length; i++)
                memcpy(text[side] + 3 * i,
                       (char[]){(char)('a' + rand_r(&seed) % (1 + round % 5)), '\n', '\n'}, 3);
            text[side][3 * length] = '\0';
        }
        check_ops(text[0], text[1]);
    }
}

static char *many(TALLOC_CTX *ctx, size_t count, const char *letters)
{
    char *text = talloc_array(ctx, char, 3 * count + 1), *at = text;
    for (size_t i = 0; i < count; i++) {
        *at++ = letters[i % strlen(letters)];
        *at++ = '\n';
        *at++ = '\n';
    }
    *at = '\0';
    return text;
}

static void test_limit(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    // The same paragraph stands between all that changed: found at the limit, not past it.
    for (size_t pairs = DIFF_CHANGES_MAX / 2; pairs <= DIFF_CHANGES_MAX / 2 + 1; pairs++) {
        json_t *there =
            diff_paragraphs(ctx, many(ctx, 2 * pairs, "xs"), many(ctx, 2 * pairs, "ys"));
        if (pairs <= DIFF_CHANGES_MAX / 2)
            assert_int_equal(json_array_size(there), 2 * pairs);
        else
            assert_int_equal(json_array_size(there), 2);
    }
    talloc_free(ctx);
}

static void test_hostile(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    size_t count = 256 * 1024 / 3;
    struct timespec start, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    check_ops(many(ctx, count, "ab"), many(ctx, count, "ba"));
    check_ops(many(ctx, count, "abc"), many(ctx, count, "acb"));
    check_ops(many(ctx, count, "aaaaaaab"), many(ctx, count, "aaaaaaaaac"));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    assert_true(end.tv_sec - start.tv_sec < 20); // with sanitisers
    talloc_free(ctx);
}

static void test_fields(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *before = json_pack("{s:s, s:s, s:s, s:n, s:[{s:s}], s:i}", "title", "T", "slug", "s",
                               "body", "a\n\nb", "author", "sources", "title", "S", "revision", 1);
    json_t *after = json_pack("{s:s, s:s, s:s, s:[{s:s}], s:{s:s, s:s}, s:i}", "title", "U", "slug",
                              "s", "body", "a\n\n\nc", "sources", "title", "S", "image", "media",
                              "m", "alt", "A", "revision", 2);
    assert_string_equal(
        shown(ctx, diff_fields(ctx, before, after)),
        "[{\"field\":\"title\",\"before\":\"T\",\"after\":\"U\"},"
        "{\"field\":\"image\",\"before\":null,\"after\":{\"media\":\"m\",\"alt\":\"A\"}},"
        "{\"field\":\"body\",\"paragraphs\":[{\"op\":\"equal\",\"paragraphs\":1},"
        "{\"op\":\"replace\",\"before\":[\"b\"],\"after\":[\"c\"]}]}]");
    assert_string_equal(shown(ctx, diff_fields(ctx, before, before)), "[]");
    json_object_set_new(after, "title", json_string("T"));
    json_object_del(after, "image");
    json_object_set_new(after, "body", json_string("a\n\n\n\nb\n"));
    assert_string_equal(shown(ctx, diff_fields(ctx, before, after)), "[]");
    json_object_set_new(after, "body", json_string(""));
    assert_string_equal(shown(ctx, diff_fields(ctx, before, after)),
                        "[{\"field\":\"body\",\"paragraphs\":"
                        "[{\"op\":\"delete\",\"before\":[\"a\",\"b\"]}]}]");
    json_decref(before);
    json_decref(after);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paragraphs), cmocka_unit_test(test_random),
        cmocka_unit_test(test_limit),      cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
