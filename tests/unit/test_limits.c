// What one address may use: at its limit, and one past it.
#include "api/limits.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct address address_of(const char *text)
{
    struct address address;
    assert_true(address_from_text(text, strlen(text), &address));
    return address;
}

static void test_connections(void **state)
{
    const struct settings settings = {.connections_per_address = 2};
    struct limits *limits = limits_open(NULL, &settings);
    struct address one = address_of("192.0.2.1"), two = address_of("192.0.2.2");
    assert_true(limits_connect(limits, &one));
    assert_true(limits_connect(limits, &one));
    assert_false(limits_connect(limits, &one));
    assert_false(limits_connect(limits, &one)); // what was refused was not counted
    assert_true(limits_connect(limits, &two));
    limits_disconnect(limits, &one);
    limits_sweep(limits, 1000); // who is connected is not forgotten
    assert_true(limits_connect(limits, &one));
    assert_false(limits_connect(limits, &one));
    talloc_free(limits);
}

static unsigned count_requests(struct limits *limits, const struct address *address, int64_t now)
{
    unsigned count = 0;
    while (count < 1000 && limits_request(limits, address, 1, now))
        count++;
    return count;
}

static void test_requests(void **state)
{
    const struct settings settings = {.requests_per_second = 4};
    struct limits *limits = limits_open(NULL, &settings);
    struct address one = address_of("192.0.2.1"), two = address_of("2001:db8::1");
    assert_int_equal(count_requests(limits, &one, 10000), 4);
    assert_int_equal(count_requests(limits, &two, 10000), 4);
    assert_int_equal(count_requests(limits, &one, 10249), 0);
    assert_int_equal(count_requests(limits, &one, 10250), 1); // fills evenly
    assert_int_equal(count_requests(limits, &one, 10750), 2);
    assert_int_equal(count_requests(limits, &one, 99999), 4); // and never over a second's worth
    talloc_free(limits);
}

static void test_prices(void **state)
{
    const struct settings settings = {.requests_per_second = 4};
    struct limits *limits = limits_open(NULL, &settings);
    struct address one = address_of("192.0.2.1");
    assert_true(limits_request(limits, &one, 3, 10000));
    assert_false(limits_request(limits, &one, 2, 10000)); // what was refused was not counted
    assert_true(limits_request(limits, &one, 1, 10000));
    assert_true(limits_request(limits, &one, 25, 11000)); // more than a second's worth: all of it
    assert_false(limits_request(limits, &one, 1, 11000));
    talloc_free(limits);
}

static void test_none(void **state)
{
    const struct settings settings = {0};
    struct limits *limits = limits_open(NULL, &settings);
    struct address one = address_of("192.0.2.1");
    assert_int_equal(count_requests(limits, &one, 10000), 1000);
    for (int i = 0; i < 1000; i++)
        assert_true(limits_connect(limits, &one));
    for (int i = 0; i < 1000; i++)
        limits_disconnect(limits, &one);
    assert_int_equal(talloc_total_blocks(limits), 1); // and nobody is remembered for it
    talloc_free(limits);
}

static void test_sweep(void **state)
{
    const struct settings settings = {.connections_per_address = 2, .requests_per_second = 2};
    struct limits *limits = limits_open(NULL, &settings);
    struct address one = address_of("192.0.2.1"), two = address_of("192.0.2.2");
    assert_true(limits_connect(limits, &one));
    assert_true(limits_request(limits, &two, 1, 10000));
    assert_int_equal(talloc_total_blocks(limits), 3);
    limits_sweep(limits, 10499); // one is connected, the other's bucket is not full
    assert_int_equal(talloc_total_blocks(limits), 3);
    limits_sweep(limits, 10500);
    assert_int_equal(talloc_total_blocks(limits), 2);
    limits_disconnect(limits, &one);
    limits_sweep(limits, 10500);
    assert_int_equal(talloc_total_blocks(limits), 1);
    talloc_free(limits);
}

static void test_addresses(void **state)
{
    static const char *const bad[] = {"",       "1.2.3",      "1.2.3.4.5", "256.1.1.1", "localhost",
                                      "::1%lo", "1.2.3.4:80", "[::1]",     ":::"};
    struct address address;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(address_from_text(bad[i], strlen(bad[i]), &address));

    struct address four = address_of("192.0.2.1"), mapped = address_of("::ffff:192.0.2.1");
    assert_memory_equal(&four, &mapped, sizeof four);
    assert_true(address_from_text("192.0.2.1, 10.0.0.1", 9, &address));
    assert_memory_equal(&four, &address, sizeof four);
    // The longest there is, and one past it.
    static const char longest[] = "2001:0db8:0000:0000:0000:ffff:192.168.100.228 ";
    assert_true(address_from_text(longest, INET6_ADDRSTRLEN - 1, &address));
    assert_false(address_from_text(longest, INET6_ADDRSTRLEN, &address));

    TALLOC_CTX *ctx = talloc_new(NULL);
    assert_string_equal(address_text(ctx, &mapped), "192.0.2.1");
    assert_true(address_from_text("2001:db8::1", 11, &address));
    assert_string_equal(address_text(ctx, &address), "2001:db8::1");
    talloc_free(ctx);

    struct sockaddr_in in = {.sin_family = AF_INET};
    inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
    assert_true(address_from_socket((struct sockaddr *)&in, &address));
    assert_memory_equal(&four, &address, sizeof four);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    assert_true(address_from_socket((struct sockaddr *)&in6, &address));
    four = address_of("::1");
    assert_memory_equal(&four, &address, sizeof four);
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(address_from_socket(&local, &address));
}

static void test_tokens(void **state)
{
    const struct settings settings = {.failed_tokens = 3};
    struct limits *limits = limits_open(NULL, &settings);
    struct address one = address_of("192.0.2.1"), two = address_of("192.0.2.2");
    const char *good = "00112233445566778899aabbccddeeff",
               *bad = "ff112233445566778899aabbccddeeff";
    limits_token_done(limits, &one, good, true, 1000);
    for (int i = 0; i < 3; i++) {
        assert_true(limits_token(limits, &one, bad, 1000));
        limits_token_done(limits, &one, i ? bad : NULL, false, 1000);
    }
    assert_false(limits_token(limits, &one, bad, 1000));
    assert_false(limits_token(limits, &one, NULL, 1000));
    assert_true(limits_token(limits, &one, good, 1000)); // it was valid here before
    assert_true(limits_token(limits, &two, bad, 1000));
    limits_sweep(limits, 2000); // who has failed is not forgotten
    assert_false(limits_token(limits, &one, bad, 20999));
    assert_true(limits_token(limits, &one, bad, 21001)); // a third of a minute each
    limits_token_done(limits, &one, bad, false, 21001);
    assert_false(limits_token(limits, &one, bad, 21001));
    limits_sweep(limits, 100000);
    for (int i = 0; i < 3; i++) {
        assert_true(limits_token(limits, &one, bad, 100000));
        limits_token_done(limits, &one, bad, false, 100000);
    }
    assert_false(limits_token(limits, &one, bad, 100000));
    talloc_free(limits);

    const struct settings without = {0};
    limits = limits_open(NULL, &without);
    for (int i = 0; i < 1000; i++) {
        assert_true(limits_token(limits, &one, bad, 1000));
        limits_token_done(limits, &one, bad, false, 1000);
    }
    talloc_free(limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connections), cmocka_unit_test(test_requests),
        cmocka_unit_test(test_prices),      cmocka_unit_test(test_none),
        cmocka_unit_test(test_sweep),       cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
