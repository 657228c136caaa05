// Accept-Language, RFC 9110 section 12.5.4.
#include "locales/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static const char *choose(const char *header, size_t length)
{
    const struct locale *locale = NULL;
    return negotiate(header, length, &locale) == 0 ? locale->tag : "none";
}

static void test_table(void **state)
{
    static const struct {
        const char *header;
        const char *tag;
    } rows[] = {
        {"vi", "vi"},
        {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"},
        {"en-US,en;q=0.9,vi;q=0.8", "en"},
        {"da, en-gb;q=0.8, en;q=0.7", "en"},
        {"sv, vi;q=0.1", "vi"},
        {"en;q=0.5, vi;q=0.9", "vi"},
        {"en;q=0.5, vi;q=0.5", "en"},
        {"vi;q=0.5, en;q=0.5", "vi"},
        {"en;q=0.501, vi;q=0.502", "vi"},
        {"zh-TW,zh;q=0.9", "zh-Hant"},
        {"zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"},
        {"rad, vi;q=0.5", "rad"},
        {"hmv", "hmn"},
        {"in-ID, en;q=0.5", "id"},
        {"iw, vie;q=0.5", "vi"},
        {"zh-cmn-Hant", "zh-Hant"},
        {"sr-Latn, pt-BR;q=0.5", "pt"},
        {"de-1901-1901, fr;q=0.1", "fr"}, // a variant twice is no tag
        {"mww-Hmnp-US", "hmn"},
        // q=0
        {"en;q=0", "none"},
        {"en;q=0, vi;q=0.1", "vi"},
        {"en;q=0.000, *", "vi"},
        {"*;q=0", "none"},
        {"km, *;q=0", "km"},
        {"en-GB;q=0, en", "en"},
        // *
        {"*", "en"},
        {"sv, *;q=0.1", "en"},
        {"en;q=0.2, *;q=0.5", "vi"},
        {"en, *;q=0.5", "en"},
        {"en;q=0, vi;q=0, *;q=0.5", "zh-Hans"},
        // white space, empty members, case
        {"  ,, \t vi ;\tq=0.3 , ", "vi"},
        {"EN;Q=0.2, VI;Q=0.3", "vi"},
        // malformed members are skipped
        {"en;q=1.1, vi;q=0.1", "vi"},
        {"en;q=0.1234, vi;q=0.1", "vi"},
        {"en;q=, vi;q=0.1", "vi"},
        {"en;q=.5, vi;q=0.1", "vi"},
        {"en;q=-1, vi;q=0.1", "vi"},
        {"en;q=1.001, vi;q=0.1", "vi"},
        {"en;q=1., vi;q=0.1", "en"},
        {"en;q=1.000, vi;q=0.1", "en"},
        {"en;level=1, vi;q=0.1", "vi"},
        {"en;, vi;q=0.1", "vi"},
        {";q=1, vi;q=0.1", "vi"},
        {"en_US, vi;q=0.1", "vi"},
        {"en;q=0.5;q=1, vi;q=0.1", "vi"},
        {"q=1", "none"},
        {"", "none"},
        {",", "none"},
        {"sv", "none"},
        {"\xff\xfe, vi;q=0.1", "vi"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *tag = choose(rows[i].header, strlen(rows[i].header));
        if (strcmp(tag, rows[i].tag) != 0)
            fail_msg("\"%s\": %s instead of %s", rows[i].header, tag, rows[i].tag);
    }
    assert_string_equal(choose("vi\0, en", 7), "en"); // a NUL is no part of a tag
    assert_string_equal(choose(NULL, 0), "none");
}

static void test_ranges_limit(void **state)
{
    char header[1024] = "";

    for (int i = 0; i < NEGOTIATE_RANGES - 1; i++)
        strcat(header, "sv,");
    strcat(header, "vi");
    assert_string_equal(choose(header, strlen(header)), "vi"); // the 32nd

    header[0] = '\0';
    for (int i = 0; i < NEGOTIATE_RANGES; i++)
        strcat(header, "sv,");
    strcat(header, "vi");
    assert_string_equal(choose(header, strlen(header)), "none"); // the 33rd
}

static void test_bytes_limit(void **state)
{
    char header[NEGOTIATE_BYTES + 16];

    memset(header, ' ', sizeof(header));
    memcpy(header, "en;q=0.1,", 9);
    memcpy(header + NEGOTIATE_BYTES - 2, "vi", 2);
    assert_string_equal(choose(header, NEGOTIATE_BYTES), "vi");
    // One byte more, and the last range may have been cut: it is ignored.
    memcpy(header + NEGOTIATE_BYTES - 2, "vix", 3);
    assert_string_equal(choose(header, NEGOTIATE_BYTES + 1), "en");
    memcpy(header + NEGOTIATE_BYTES - 3, "vi,", 3);
    assert_string_equal(choose(header, NEGOTIATE_BYTES + 1), "vi");
}

static void test_time(void **state)
{
    static char header[1 << 20];
    struct timespec from, to;

    memset(header, ',', sizeof(header));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (int i = 0; i < 1000; i++)
        assert_string_equal(choose(header, sizeof(header)), "none");
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    // 1 MB read a thousand times would take far longer than this, sanitizers or not.
    assert_true((to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6 < 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_ranges_limit),
        cmocka_unit_test(test_bytes_limit),
        cmocka_unit_test(test_time),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
