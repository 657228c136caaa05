// Every setting of the table, as `sen settings` prints it: its default, the ends of its range, one
// past them, and what is no number.
#include "content/base/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = 64 };

static struct {
    char name[64];
    long long number, min, max;
} rows[ROWS_MAX];
static size_t row_count;

static char *print(const struct settings *settings)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    settings_print(settings, out);
    fclose(out);
    return text;
}

static int load(TALLOC_CTX *ctx, const struct settings **ret, char **ret_error)
{
    *ret = NULL;
    *ret_error = NULL;
    return settings_load(ctx, ret, ret_error);
}

// The rows of whole numbers, with every variable unset.
static int setup(void **state)
{
    extern char **environ;
    for (char **variable = environ; *variable;) {
        char name[64];
        if (strncmp(*variable, "SEN_", 4) == 0 && sscanf(*variable, "%63[^=]", name) == 1) {
            unsetenv(name);
            variable = environ;
        } else {
            variable++;
        }
    }
    const struct settings *settings;
    char *error, *save;
    if (load(NULL, &settings, &error))
        return 1;
    char *text = print(settings), name[64] = "";
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "SEN_", 4) == 0)
            snprintf(name, sizeof name, "%.*s", (int)strcspn(line, "="), line);
        else if (sscanf(line, " default %lld, from %lld to %lld", &rows[row_count].number,
                        &rows[row_count].min, &rows[row_count].max) == 3)
            strcpy(rows[row_count++].name, name);
    }
    free(text);
    talloc_free((void *)settings);
    return row_count < 20;
}

static long long printed(const struct settings *settings, const char *name)
{
    char *text = print(settings), key[80];
    snprintf(key, sizeof key, "%s=", name);
    char *at = strstr(text, key);
    assert_non_null(at);
    long long value = atoll(at + strlen(key));
    free(text);
    return value;
}

static void accept(const char *name, const char *text, long long value)
{
    const struct settings *settings;
    char *error;
    setenv(name, text, 1);
    assert_int_equal(load(NULL, &settings, &error), SEN_OK);
    assert_true(printed(settings, name) == value);
    talloc_free((void *)settings);
    unsetenv(name);
}

static void accept_number(const char *name, long long value)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", value);
    accept(name, text, value);
}

static void refuse(const char *name, const char *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct settings *settings;
    char *error;
    setenv(name, text, 1);
    assert_int_equal(load(ctx, &settings, &error), SEN_INVALID);
    assert_null(settings);
    assert_non_null(strstr(error, name)); // which, and what it holds
    assert_non_null(strstr(error, text));
    talloc_free(ctx);
    unsetenv(name);
}

static void test_ranges(void **state)
{
    for (size_t i = 0; i < row_count; i++) {
        char past[32];
        assert_true(rows[i].min <= rows[i].number && rows[i].number <= rows[i].max);
        accept_number(rows[i].name, rows[i].min);
        accept_number(rows[i].name, rows[i].max);
        accept(rows[i].name, "", rows[i].number); // empty counts as unset
        snprintf(past, sizeof past, "%lld", rows[i].min - 1);
        refuse(rows[i].name, past);
        snprintf(past, sizeof past, "%lld", rows[i].max + 1);
        refuse(rows[i].name, past);
    }
}

static void test_garbage(void **state)
{
    static const char *const texts[] = {"abc",
                                        "1 ",
                                        " 1",
                                        "1.5",
                                        "0x10",
                                        "1e3",
                                        "-",
                                        "+",
                                        "--1",
                                        "1,0",
                                        "10k",
                                        "\t10",
                                        "true",
                                        "99999999999999999999",
                                        "-99999999999999999999"};
    for (size_t i = 0; i < row_count; i++)
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            refuse(rows[i].name, texts[k]);
}

static void test_log_level(void **state)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    const struct settings *settings;
    char *error;
    for (size_t i = 0; i < 4; i++) {
        setenv("SEN_LOG", levels[i], 1);
        assert_int_equal(load(NULL, &settings, &error), SEN_OK);
        assert_string_equal(settings->log, levels[i]);
        talloc_free((void *)settings);
    }
    refuse("SEN_LOG", "loud");
    refuse("SEN_LOG", "INFO");
    refuse("SEN_CONTACT", "editors");
    refuse("SEN_CONTACT", "editors@portal");
}

static void test_built(void **state)
{
    const struct settings *settings;
    char *error;
    setenv("SEN_LISTEN", "127.0.0.2", 1);
    setenv("SEN_PORT", "8081", 1);
    assert_int_equal(load(NULL, &settings, &error), SEN_OK);
    assert_string_equal(settings->origin, "http://127.0.0.2:8081");
    assert_non_null(strstr(settings->database, "/run' dbname=sen"));
    talloc_free((void *)settings);
    setenv("SEN_ORIGIN", "https://sen.example", 1);
    assert_int_equal(load(NULL, &settings, &error), SEN_OK);
    assert_string_equal(settings->origin, "https://sen.example");
    talloc_free((void *)settings);
    unsetenv("SEN_LISTEN");
    unsetenv("SEN_PORT");
    unsetenv("SEN_ORIGIN");
}

static void test_passwords(void **state)
{
    static const char *const secrets[] = {"host=db password=canary", "postgres://sen:canary@db/sen",
                                          "host=db password = 'canary'"};
    const struct settings *settings;
    char *error;
    for (size_t i = 0; i < 3; i++) {
        setenv("SEN_DATABASE", secrets[i], 1);
        assert_int_equal(load(NULL, &settings, &error), SEN_OK);
        assert_string_equal(settings->database, secrets[i]);
        char *text = print(settings);
        assert_null(strstr(text, "canary"));
        free(text);
        talloc_free((void *)settings);
    }
    unsetenv("SEN_DATABASE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),    cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_log_level), cmocka_unit_test(test_built),
        cmocka_unit_test(test_passwords),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
