#include "content/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// The table as [cell|cell](line) a row, or outcome:key:line.
static char *shown(TALLOC_CTX *ctx, const char *text, size_t length)
{
    struct csv_table *table;
    struct fault fault = {.key = NULL};
    int r = csv_read(ctx, text, length, &table, &fault);
    if (r)
        return talloc_asprintf(ctx, "%d:%s:%u", r, fault.key, fault.line);
    char *out = talloc_strdup(ctx, "");
    for (size_t i = 0; i < table->count; i++) {
        out = talloc_asprintf_append(out, "[");
        for (size_t j = 0; j < table->rows[i].count; j++)
            out = talloc_asprintf_append(out, "%s%s", j ? "|" : "", table->rows[i].cells[j]);
        out = talloc_asprintf_append(out, "](%u)", table->rows[i].line);
    }
    return out;
}

static const struct {
    const char *text, *shown;
} cases[] = {
    {"", ""},
    {"\n\n", ""},
    {"a", "[a](1)"},
    {"a,b\nc,d\n", "[a|b](1)[c|d](2)"},
    {"a,b\r\nc,d\r\n", "[a|b](1)[c|d](2)"},
    {"a,b\rc,d\r", "[a|b](1)[c|d](2)"},
    {"a\n\nb\n", "[a](1)[b](3)"},
    {"a\r\n\r\nb", "[a](1)[b](3)"},
    {",\n", "[|](1)"},
    {"\"a,b\",\"c\"\"d\"\n", "[a,b|c\"d](1)"},
    {"\"a\nb\",c\nd,e", "[a\nb|c](1)[d|e](3)"},
    {" a , b \n", "[a|b](1)"},
    {"\" a \",b", "[ a |b](1)"},
    {"Hà Nội,3.359\n", "[Hà Nội|3.359](1)"},
    {"a,b,c\nd\n", "[a|b|c](1)[d](2)"},
    {"a\nb\"c\n", "3:csv.quotes:2"},
    {"a\n\"b", "3:csv.quotes:2"},
    {"\"a\"b,c", "3:csv.quotes:1"},
};

static void test_cases(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = shown(ctx, cases[i].text, strlen(cases[i].text));
        if (strcmp(got, cases[i].shown) != 0)
            fail_msg("%s\n  expected %s\n  got      %s", cases[i].text, cases[i].shown, got);
    }
    assert_string_equal(shown(ctx, "a\0b", 3), "3:csv.nul:0");
    talloc_free(ctx);
}

static char *repeated(TALLOC_CTX *ctx, const char *text, size_t times)
{
    char *out = talloc_size(ctx, strlen(text) * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(out + i * strlen(text), text, strlen(text));
    out[strlen(text) * times] = '\0';
    return out;
}

static void test_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct csv_table *table;
    struct fault fault = {.key = NULL};

    char *row = repeated(ctx, ",", CSV_COLUMNS_MAX - 1);
    assert_int_equal(csv_read(ctx, row, strlen(row), &table, &fault), SEN_OK);
    assert_int_equal(table->rows[0].count, CSV_COLUMNS_MAX);
    row = repeated(ctx, ",", CSV_COLUMNS_MAX);
    assert_int_equal(csv_read(ctx, row, strlen(row), &table, &fault), SEN_TOO_LARGE);
    assert_string_equal(fault.key, "csv.columns");
    assert_string_equal(fault.detail, "100");

    char *rows = repeated(ctx, "a\n", CSV_ROWS_MAX);
    assert_int_equal(csv_read(ctx, rows, strlen(rows), &table, &fault), SEN_OK);
    assert_int_equal(table->count, CSV_ROWS_MAX);
    assert_int_equal(table->rows[CSV_ROWS_MAX - 1].line, CSV_ROWS_MAX);
    rows = repeated(ctx, "a\n", CSV_ROWS_MAX + 1);
    assert_int_equal(csv_read(ctx, rows, strlen(rows), &table, &fault), SEN_TOO_LARGE);
    assert_string_equal(fault.key, "csv.rows");
    assert_int_equal(fault.line, CSV_ROWS_MAX + 1);
    talloc_free(ctx);
}

static void test_lines(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    assert_string_equal(csv_line(ctx, (const char *const[]){"a", "", "b,\"c\"\n"}, 3),
                        "\"a\",\"\",\"b,\"\"c\"\"\n\"\r\n");
    char *lines = csv_line(ctx, NULL, 0);
    assert_string_equal(lines, "\r\n");
    lines = talloc_strdup_append_buffer(csv_line(ctx, (const char *const[]){"a", "b"}, 2), lines);
    assert_string_equal(lines, "\"a\",\"b\"\r\n\r\n");
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
