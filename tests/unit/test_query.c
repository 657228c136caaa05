// Query strings and path segments.
#include "api/query.h"

#include "locales/locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static TALLOC_CTX *ctx;

static int setup(void **state)
{
    ctx = talloc_new(NULL);
    return locales_init();
}

static int teardown(void **state)
{
    return talloc_free(ctx);
}

static int parse(const char *text, struct query *ret)
{
    return query_parse(ctx, text, strlen(text), ret);
}

static void test_values(void **state)
{
    static const struct {
        const char *text, *name, *value;
    } rows[] = {
        {"q=pho", "q", "pho"},
        {"q=", "q", ""},
        {"q", "q", ""},
        {"=x", "", "x"},
        {"q=a=b", "q", "a=b"},
        {"q=a+b%20c", "q", "a b c"},
        {"q=%2B%26%3d", "q", "+&="},
        {"%71=x", "q", "x"},
        {"q=H%C3%A0+N%e1%bb%99i", "q", "Hà Nội"},
        {"q=Ha%CC%80", "q", "Hà"}, // NFC
        {"&&q=x&&", "q", "x"},
        {"a=1&q=2&b=3", "q", "2"},
    };
    struct query query;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(parse(rows[i].text, &query), QUERY_OK);
        assert_non_null(query_get(&query, rows[i].name));
        assert_string_equal(query_get(&query, rows[i].name), rows[i].value);
        assert_string_equal(query.offender, "");
    }
    assert_int_equal(parse("", &query), QUERY_OK);
    assert_int_equal(query.count, 0);
    assert_null(query_get(&query, "q"));
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        int outcome;
        const char *offender;
    } rows[] = {
        {"a=1&q=%", QUERY_BROKEN, "q"},
        {"a=1&q=%4", QUERY_BROKEN, "q"},
        {"a=1&q=%zz", QUERY_BROKEN, "q"},
        {"a=1&q=%00", QUERY_BROKEN, "q"},
        {"a=1&q=%0d%0a", QUERY_BROKEN, "q"},
        {"a=1&q=%ff", QUERY_BROKEN, "q"},
        {"a=1&q=%ed%a0%80", QUERY_BROKEN, "q"},
        {"a=1&q=%e2%80%ae", QUERY_BROKEN, "q"}, // U+202E turns what follows around
        {"a=1&%ff=x", QUERY_BROKEN, ""},
        {"a=1&b=2&a=3", QUERY_DOUBLED, "a"},
        {"%61=1&a=3", QUERY_DOUBLED, "a"},
        {"e%CC%81=1&%C3%A9=2", QUERY_DOUBLED, "é"}, // the same letter, written in two ways
    };
    struct query query;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(parse(rows[i].text, &query), rows[i].outcome);
        assert_string_equal(query.offender, rows[i].offender);
    }
    assert_int_equal(query_parse(ctx, "q=a\0b", 5, &query), QUERY_BROKEN);
}

static char *repeat(const char *before, const char *unit, size_t count)
{
    char *text = talloc_strdup(ctx, before);
    while (count--)
        text = talloc_strdup_append_buffer(text, unit);
    return text;
}

static void test_limits(void **state)
{
    struct query query;
    char *text = talloc_strdup(ctx, "");
    for (int i = 0; i < QUERY_PARAMETERS_MAX; i++)
        text = talloc_asprintf_append_buffer(text, "&p%d=%d", i, i);
    assert_int_equal(parse(text, &query), QUERY_OK);
    assert_int_equal(query.count, QUERY_PARAMETERS_MAX);
    assert_int_equal(parse(talloc_asprintf(ctx, "%s&", text), &query), QUERY_OK);
    assert_int_equal(parse(talloc_asprintf(ctx, "%s&one=more", text), &query), QUERY_TOO_MANY);
    assert_string_equal(query.offender, "");

    assert_int_equal(parse(repeat("q=", "x", QUERY_VALUE_MAX), &query), QUERY_OK);
    assert_int_equal(parse(repeat("q=", "x", QUERY_VALUE_MAX + 1), &query), QUERY_TOO_LONG);
    assert_string_equal(query.offender, "q");
    assert_int_equal(parse(repeat("q=", "%78", QUERY_VALUE_MAX), &query), QUERY_OK);
    assert_int_equal(parse(repeat("q=", "%78", QUERY_VALUE_MAX + 1), &query), QUERY_TOO_LONG);

    assert_int_equal(parse(repeat("", "n", 64), &query), QUERY_OK);
    assert_int_equal(parse(repeat("", "n", 65), &query), QUERY_TOO_LONG);
    assert_string_equal(query.offender, "");
}

static void test_path(void **state)
{
    static const struct {
        const char *text, *segment;
    } rows[] = {
        {"ha-noi", "ha-noi"}, {"H%C3%A0", "Hà"}, {"a+b", "a+b"},  {"%2e%2e", ".."}, {"", ""},
        {"a%2Fb", NULL},      {"a%2fb", NULL},   {"%00", NULL},   {"%zz", NULL},    {"%", NULL},
        {"%c0%ae", NULL},     {"%ff", NULL},     {"a%0ab", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *segment = path_decode(ctx, rows[i].text, strlen(rows[i].text));
        assert_int_equal(segment != NULL, rows[i].segment != NULL);
        if (segment)
            assert_string_equal(segment, rows[i].segment);
    }
}

static void test_encode(void **state)
{
    assert_string_equal(query_encode(ctx, "aZ09-._~"), "aZ09-._~");
    assert_string_equal(query_encode(ctx, "a b&c=d+e/?#\"<>\r\n"),
                        "a%20b%26c%3Dd%2Be%2F%3F%23%22%3C%3E%0D%0A");
    assert_string_equal(query_encode(ctx, "Hà"), "H%C3%A0");
    assert_string_equal(query_encode(ctx, ""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_path),
        cmocka_unit_test(test_encode),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
