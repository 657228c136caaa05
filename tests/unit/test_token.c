// The form of tokens and their hash.
#include "content/token.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    return sodium_init() < 0;
}

static void test_made(void **state)
{
    struct token one, two;
    char hash[TOKEN_HASH * 2 + 1];
    token_make(TOKEN_LASTING, &one);
    token_make(TOKEN_LASTING, &two);
    assert_int_equal(strlen(one.text), TOKEN_LENGTH);
    assert_memory_equal(one.text, "sen_", 4);
    assert_memory_equal(one.text + 4, one.prefix, TOKEN_PREFIX);
    assert_string_not_equal(one.text, two.text);
    assert_true(token_hash(one.text, TOKEN_LENGTH, hash));
    assert_string_equal(hash, one.hash);
    assert_int_equal(strlen(hash), TOKEN_HASH * 2);
}

// What people see of it tells a session from a token that lasts.
static void test_kinds(void **state)
{
    struct token token;
    char hash[TOKEN_HASH * 2 + 1];
    for (int i = 0; i < 2000; i++) {
        token_make(TOKEN_SESSION, &token);
        assert_int_equal(token.prefix[0], 's');
        assert_true(token_hash(token.text, TOKEN_LENGTH, hash));
        token_make(TOKEN_LASTING, &token);
        assert_int_not_equal(token.prefix[0], 's');
        assert_true(token_hash(token.text, TOKEN_LENGTH, hash));
    }
}

static void test_refused(void **state)
{
    struct token token;
    char hash[TOKEN_HASH * 2 + 1];
    token_make(TOKEN_LASTING, &token);
    assert_false(token_hash(token.text, TOKEN_LENGTH - 1, hash));
    assert_false(token_hash(token.text, 0, hash));
    token.text[12] = '-';
    assert_false(token_hash(token.text, TOKEN_LENGTH, hash));
    token.text[12] = '_';
    token.text[5] = 'A';
    assert_false(token_hash(token.text, TOKEN_LENGTH, hash));
    token.text[5] = '\0';
    assert_false(token_hash(token.text, TOKEN_LENGTH, hash));
    token.text[5] = 'a';
    token.text[TOKEN_LENGTH - 1] = '=';
    assert_false(token_hash(token.text, TOKEN_LENGTH, hash));
    token.text[TOKEN_LENGTH - 1] = '\0';
    assert_false(token_hash(token.text, TOKEN_LENGTH, hash));
    token.text[TOKEN_LENGTH - 1] = 'A';
    assert_true(token_hash(token.text, TOKEN_LENGTH, hash));
    token.text[0] = 'S';
    assert_false(token_hash(token.text, TOKEN_LENGTH, hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
