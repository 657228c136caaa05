// Names of accounts: which are taken, and which look alike.
#include "locales/handle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool taken(const char *text)
{
    char *name;
    TALLOC_CTX *ctx = talloc_new(NULL);
    bool taken = handle_check(ctx, text, strlen(text), &name);
    talloc_free(ctx);
    return taken;
}

static void test_taken(void **state)
{
    static const char *const names[] = {"a",
                                        "Ann",
                                        "Nguyễn Văn An",
                                        "山田 太郎",
                                        "สมชาย",
                                        "محمد علي",
                                        "Đặng-O’Neil",
                                        "x+y@example.org",
                                        "ひらがな漢字",
                                        "김철수",
                                        "Ng\xE1\xBB\x97",
                                        "1st.floor_2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!taken(names[i]))
            fail_msg("%s was refused", names[i]);
}

static void test_refused(void **state)
{
    static const char *const names[] = {
        "",
        " ",
        " a",
        "a ",
        "a  b",
        ".a",
        "a.",
        "a..b",
        "a/b",
        "a:b",
        "a\"b",
        "a\tb",
        "a\nb",
        "<a>",
        "\xCC\x81",
        "a-\xCC\x81",
        "a\xE2\x80\x8B"
        "b",
        "a\xE2\x80\xAE"
        "b",
        "\xEE\x80\x80",
        "\xE3\x85\xA4",
        "r\xD0\xBE\xD0\xBEt",
        "\xFF",
        "\xC3",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (taken(names[i]))
            fail_msg("%s was taken", names[i]);
}

static void test_length(void **state)
{
    char name[HANDLE_CODE_POINTS_MAX * 4 * 3 + 2];
    memset(name, 'a', sizeof name);
    name[HANDLE_CODE_POINTS_MAX] = '\0';
    assert_true(taken(name));
    name[HANDLE_CODE_POINTS_MAX] = 'a';
    name[HANDLE_CODE_POINTS_MAX + 1] = '\0';
    assert_false(taken(name));
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_false(taken(name));
}

static void test_nfc(void **state)
{
    char *name;
    const char *decomposed = "Nguye\xCC\x82\xCC\x83n";
    TALLOC_CTX *ctx = talloc_new(NULL);
    assert_true(handle_check(ctx, decomposed, strlen(decomposed), &name));
    assert_string_equal(name, "Nguyễn");
    talloc_free(ctx);
}

static bool alike(const char *one, const char *other)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *a[HANDLE_SKELETONS], *b[HANDLE_SKELETONS];
    bool same = false;
    handle_skeletons(ctx, one, a);
    handle_skeletons(ctx, other, b);
    for (size_t i = 0; i < HANDLE_SKELETONS; i++)
        for (size_t j = 0; j < HANDLE_SKELETONS; j++)
            same |= strcmp(a[i], b[j]) == 0;
    talloc_free(ctx);
    return same;
}

static void test_alike(void **state)
{
    assert_true(alike("ann", "Ann"));
    assert_true(alike("IAN", "lAN"));
    assert_true(alike("paypa1", "paypal"));
    assert_true(alike("ɑnn", "ann"));
    assert_true(alike("аnn", "ann")); // Cyrillic
    assert_true(alike("Nguyễn", "NGUYỄN"));
    assert_true(alike("rn", "m"));
    assert_false(alike("ann", "anne"));
    assert_false(alike("Nguyễn", "Nguyên"));
    assert_false(alike("lan", "ian"));
}

static int setup(void **state)
{
    return locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken), cmocka_unit_test(test_refused), cmocka_unit_test(test_length),
        cmocka_unit_test(test_nfc),   cmocka_unit_test(test_alike),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
