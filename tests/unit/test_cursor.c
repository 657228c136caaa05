// Cursors: what was given out is taken back, for its list; everything else is refused.
#include "api/cursor.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char list[] = "/v1/articles";

static int setup(void **state)
{
    return sodium_init() < 0;
}

static void test_there_and_back(void **state)
{
    static const int64_t keys[] = {0, 1, -1, 1790000000000000, INT64_MAX, INT64_MIN};
    static const char *const ids[] = {"", "a", "ha-long-bay", "Hạ Long", "a b&c=d|%"};
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
            const struct cursor cursor = {keys[k], ids[i]};
            struct cursor again;
            char *text = cursor_encode(ctx, list, &cursor);
            assert_int_equal(cursor_decode(ctx, list, text, &again), SEN_OK);
            assert_true(again.key == keys[k]);
            assert_string_equal(again.id, ids[i]);
            // Fit to stand in an address as it is.
            assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789-_"),
                             strlen(text));
            assert_int_equal(cursor_decode(ctx, "/v1/media", text, &again), SEN_INVALID);
        }
    talloc_free(ctx);
}

static void test_longest_id(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char id[CURSOR_ID_MAX + 2];
    struct cursor again, cursor = {.key = 7, .id = id};
    memset(id, 'x', sizeof id);
    id[CURSOR_ID_MAX] = '\0';
    char *text = cursor_encode(ctx, list, &cursor);
    assert_int_equal(cursor_decode(ctx, list, text, &again), SEN_OK);
    assert_string_equal(again.id, id);

    // One past it: a longer text than any that was given out.
    char *longer = talloc_asprintf(ctx, "%sAA", text);
    assert_int_equal(cursor_decode(ctx, list, longer, &again), SEN_INVALID);
    talloc_free(ctx);
}

static void test_every_other_text(void **state)
{
    static const char *const texts[] = {"",
                                        "A",
                                        "AAAA",
                                        "====",
                                        "ha-noi",
                                        "a+b/",
                                        "\xff\xff\xff",
                                        "AAAAAAAAAAAAAAAAAAAAAA",
                                        "AAAAAAAAAAAAAAAAAAAAAAAA"};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct cursor again = {.key = 42};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(cursor_decode(ctx, list, texts[i], &again), SEN_INVALID);
    assert_int_equal(again.key, 42);

    // A good one with any byte in the place of any other, or cut anywhere.
    char *text = cursor_encode(ctx, list, &(struct cursor){1790000000000000, "ha-noi"});
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at++)
        for (int byte = 1; byte < 256; byte++) {
            char *forged = talloc_strdup(ctx, text);
            forged[at] = (char)byte;
            if (strcmp(forged, text) != 0)
                assert_int_equal(cursor_decode(ctx, list, forged, &again), SEN_INVALID);
            talloc_free(forged);
        }
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(cursor_decode(ctx, list, talloc_strndup(ctx, text, cut), &again),
                         SEN_INVALID);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_longest_id),
        cmocka_unit_test(test_every_other_text),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
