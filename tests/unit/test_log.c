// Log lines: whatever a stranger sends stays inside its quotes, on its line.
#include "content/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char written[8192];

// What was logged by the calls between begin and end.
static FILE *begin(int *ret_stderr)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    *ret_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    return file;
}

static const char *end(FILE *file, int old_stderr)
{
    dup2(old_stderr, STDERR_FILENO);
    close(old_stderr);
    rewind(file);
    size_t length = fread(written, 1, sizeof written - 1, file);
    written[length] = '\0';
    fclose(file);
    return written;
}

static const char *log_text(const char *request, const char *text)
{
    int old_stderr;
    FILE *file = begin(&old_stderr);
    log_write(LOG_LEVEL_INFO, "test", request, "%s", text);
    return end(file, old_stderr);
}

static void test_form(void **state)
{
    const char *line = log_text("a-1", "Hà Nội: 日本 🪷");
    assert_int_equal(strncmp(line, "time=", 5), 0);
    assert_int_equal(line[28], 'Z'); // time=2026-11-02T02:00:00.123Z
    assert_string_equal(line + 29, " level=info event=test request=\"a-1\" "
                                   "message=\"Hà Nội: 日本 🪷\"\n");
    assert_null(strstr(log_text(NULL, "x"), "request="));
}

static void test_injection(void **state)
{
    static const struct {
        const char *text, *logged;
    } rows[] = {
        {"a\ntime=2026 level=error event=forged message=\"b\"",
         "a\\ntime=2026 level=error event=forged message=\\\"b\\\""},
        {"a\r\nb", "a\\x0d\\nb"},
        {"\" request=\"x", "\\\" request=\\\"x"},
        {"a\\", "a\\\\"},
        {"\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"},
        {"\x7f\x08\t", "\\x7f\\x08\\x09"},
        {"\xc2\x9b"
         "2J",
         "\\xc2\\x9b2J"}, // U+009B: CSI in one character
        {"\xc2\xa0", "\xc2\xa0"},
        {"\x9b"
         "2J\xff",
         "\\x9b2J\\xff"}, // not UTF-8
        {"\xe1\xbb", "\\xe1\\xbb"},
        {"%s%n", "%s%n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, " message=\"%s\"\n", rows[i].logged);
        assert_string_equal(strstr(log_text(NULL, rows[i].text), " message="), expected);
        snprintf(expected, sizeof expected, " request=\"%s\" message=\"x\"\n", rows[i].logged);
        if (strlen(rows[i].logged) < 60)
            assert_string_equal(strstr(log_text(rows[i].text, "x"), " request="), expected);
    }
}

// However long: one line, closed.
static void test_long(void **state)
{
    static const char *const units[] = {"x", "\n", "\x01", "\"", "ộ"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char text[6000] = "";
        for (size_t length = 0; length + 4 < sizeof text; length += strlen(units[i]))
            strcpy(text + length, units[i]);
        const char *line = log_text(text, text);
        size_t length = strlen(line);
        assert_true(length > 500 && length <= 2048);
        assert_ptr_equal(strchr(line, '\n'), line + length - 1);
        assert_int_equal(line[length - 2], '"');
    }
}

static void test_levels(void **state)
{
    int old_stderr;
    log_set_level(LOG_LEVEL_WARN);
    FILE *file = begin(&old_stderr);
    log_error("one", "x");
    log_warn("two", "x");
    log_info("three", "x");
    log_debug("four", "x");
    const char *text = end(file, old_stderr);
    log_set_level(LOG_LEVEL_INFO);
    assert_non_null(strstr(text, "level=error event=one"));
    assert_non_null(strstr(text, "level=warn event=two"));
    assert_null(strstr(text, "three"));
    assert_null(strstr(text, "four"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_injection),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
