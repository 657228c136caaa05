// Passwords: what is taken, and the two threads: never a call before the asking call has returned,
// never more than may wait, nothing left when a loop closes.
#include "api/password.h"
#include "locales/locale.h"

#include <event2/event.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int read_one(const char *text, size_t length, bool is_new, const char *key)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct fault fault = {0};
    char *password;
    int r = password_read(ctx, text, length, is_new, &password, &fault);
    if (r)
        assert_string_equal(fault.key, key);
    else
        assert_null(key);
    talloc_free(ctx);
    return r;
}

static void test_read(void **state)
{
    char longest[PASSWORD_BYTES_MAX + 1];
    memset(longest, 'x', sizeof longest);
    assert_int_equal(read_one("123456789012", 12, true, NULL), SEN_OK);
    assert_int_equal(read_one("12345678901", 11, true, "fault.password_short"), SEN_INVALID);
    assert_int_equal(read_one("short", 5, false, NULL), SEN_OK);
    assert_int_equal(read_one("", 0, false, NULL), SEN_OK);
    assert_int_equal(read_one(longest, PASSWORD_BYTES_MAX, true, NULL), SEN_OK);
    assert_int_equal(read_one(longest, PASSWORD_BYTES_MAX + 1, true, "fault.too_many_bytes"),
                     SEN_INVALID);
    assert_int_equal(read_one("1234567\n9012", 12, true, "fault.control"), SEN_INVALID);
    assert_int_equal(read_one("1234567\0"
                              "9012",
                              12, true, "fault.control"),
                     SEN_INVALID);
    assert_int_equal(read_one("\xFF", 1, true, "fault.bad_utf8"), SEN_INVALID);
    // Eleven letters with a mark each are eleven characters.
    const char *marked = "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81"
                         "e\xCC\x81";
    assert_int_equal(read_one(marked, strlen(marked), true, "fault.password_short"), SEN_INVALID);
}

struct answers {
    struct event_base *base;
    unsigned wanted, count, busy, right, wrong;
    char hash[PASSWORD_HASH_SIZE];
    bool called_early, in_call, first;
};

static void on_done(void *data, int outcome, const char *hash)
{
    struct answers *answers = data;
    answers->called_early |= answers->in_call;
    answers->busy += outcome == SEN_BUSY;
    answers->right += outcome == SEN_OK;
    answers->wrong += outcome == SEN_UNAUTHORISED;
    if (hash)
        strcpy(answers->hash, hash);
    if (++answers->count == answers->wanted)
        event_base_loopbreak(answers->base);
}

static void await(struct answers *answers, unsigned count)
{
    answers->wanted = count;
    if (answers->count < count)
        event_base_dispatch(answers->base);
    assert_int_equal(answers->count, count);
    assert_false(answers->called_early);
}

static void verify(struct answers *answers, struct passwords *passwords, const char *password,
                   const char *hash)
{
    answers->in_call = true;
    password_verify(passwords, password, hash, answers->first, on_done, answers);
    answers->in_call = false;
}

static void test_threads(void **state)
{
    struct event_base *base = event_base_new();
    struct passwords *passwords = passwords_open(NULL, base, 4);
    struct answers made = {.base = base}, checked = {.base = base};

    password_hash(passwords, "correct horse battery", on_done, &made);
    await(&made, 1);
    assert_int_equal(made.right, 1);
    assert_int_equal(strncmp(made.hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);

    verify(&checked, passwords, "correct horse battery", made.hash);
    verify(&checked, passwords, "correct horse batterz", made.hash);
    verify(&checked, passwords, "correct horse battery", NULL); // nobody
    verify(&checked, passwords, "correct horse battery", "no hash");
    await(&checked, 4);
    assert_int_equal(checked.right, 1);
    assert_int_equal(checked.wrong, 3);
    assert_string_equal(checked.hash, ""); // today's parameters: nothing to renew

    char weak[crypto_pwhash_STRBYTES];
    assert_int_equal(crypto_pwhash_str(weak, "correct horse battery", 21, 2, 8 << 20), 0);
    verify(&checked, passwords, "correct horse battery", weak);
    await(&checked, 5);
    assert_int_equal(strncmp(checked.hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31), 0);

    talloc_free(passwords);
    event_base_free(base);
}

// As many wait as may; two at most have been taken out of the queue by then.
static void test_queue(void **state)
{
    struct event_base *base = event_base_new();
    struct passwords *passwords = passwords_open(NULL, base, 3);
    struct answers answers = {.base = base};
    for (int i = 0; i < 12; i++)
        verify(&answers, passwords, "correct horse battery", NULL);
    await(&answers, 12);
    assert_in_range(answers.wrong, 3, 5);
    assert_int_equal(answers.wrong + answers.busy, 12);
    talloc_free(passwords);
    event_base_free(base);
}

// However many strangers there are, those who are known are served, and first.
static void test_first(void **state)
{
    struct event_base *base = event_base_new();
    struct passwords *passwords = passwords_open(NULL, base, 4);
    struct answers strangers = {.base = base}, known = {.base = base, .first = true};
    for (int i = 0; i < 20; i++)
        verify(&strangers, passwords, "correct horse battery", NULL);
    for (int i = 0; i < 3; i++)
        verify(&known, passwords, "correct horse battery", NULL);
    await(&known, 3);
    assert_int_equal(known.wrong, 3);
    // The two that were being computed when the known came may be done, and two more begun.
    assert_in_range(strangers.wrong, 0, 3);
    await(&strangers, 20);
    talloc_free(passwords);
    event_base_free(base);
}

// A loop that closes takes what it asked with it; another's is served.
static void test_closed(void **state)
{
    struct event_base *base = event_base_new();
    struct passwords *closed = passwords_open(NULL, base, 16);
    struct passwords *other = passwords_open(NULL, base, 16);
    struct answers lost = {.base = base}, served = {.base = base};
    for (int i = 0; i < 4; i++) {
        verify(&lost, closed, "correct horse battery", NULL);
        verify(&served, other, "correct horse battery", NULL);
    }
    talloc_free(closed);
    await(&served, 4);
    assert_int_equal(lost.count, 0);
    talloc_free(other);
    event_base_free(base);
}

static int setup(void **state)
{
    return sodium_init() < 0 || locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),  cmocka_unit_test(test_threads), cmocka_unit_test(test_queue),
        cmocka_unit_test(test_first), cmocka_unit_test(test_closed),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
