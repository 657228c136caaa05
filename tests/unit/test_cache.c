// The response cache: its limit, who goes first, what a change does, and what a change does that
// comes while an answer is being read.
#include "api/cache.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { RECENT = 256 };

static TALLOC_CTX *ctx;
static struct metrics metrics;

static int setup(void **state)
{
    ctx = talloc_new(NULL);
    memset(&metrics, 0, sizeof metrics);
    return sodium_init() < 0;
}

static int teardown(void **state)
{
    return talloc_free(ctx);
}

static struct cache *open_cache(size_t bytes)
{
    struct cache *cache = cache_open(ctx, bytes, &metrics);
    cache_set_verified(cache, true);
    return cache;
}

// Store an answer of a size under a key; only the cache refers to it then.
static void store_at(struct cache *cache, const char *key, const char *tags, int64_t moment)
{
    char body[1000];
    memset(body, 'x', sizeof body);
    struct response *response = response_new(ctx, 200, "text/plain", NULL, body, sizeof body, 0);
    cache_store(cache, key, response, tags, moment, 5000);
    response_unref(response);
}

static void store(struct cache *cache, const char *key, const char *tags)
{
    store_at(cache, key, tags, cache_moment(cache));
}

static enum cached find(struct cache *cache, const char *key)
{
    struct response *response;
    int64_t age;
    return cache_find(cache, key, 5000, &response, &age);
}

static size_t bytes_of_one(void)
{
    struct cache *cache = open_cache(1 << 20);
    store(cache, "a", "");
    size_t bytes = metrics.cache_bytes;
    talloc_free(cache);
    return bytes;
}

static void test_found(void **state)
{
    struct cache *cache = open_cache(1 << 20);
    struct response *response = NULL;
    int64_t age = 0;
    assert_int_equal(find(cache, "a"), CACHED_NONE);
    store(cache, "a", "t");
    assert_int_equal(cache_find(cache, "a", 7999, &response, &age), CACHED_FRESH);
    assert_int_equal(age, 2);
    assert_int_equal(response->refs, 1);
    store(cache, "a", "t"); // in its place
    assert_int_equal(metrics.cache_entries, 1);
    cache_set_verified(cache, false);
    assert_int_equal(find(cache, "a"), CACHED_STALE);
    cache_set_verified(cache, true);
    assert_int_equal(find(cache, "a"), CACHED_FRESH);
}

static void test_off(void **state)
{
    struct cache *cache = open_cache(0);
    store(cache, "a", "t");
    assert_int_equal(find(cache, "a"), CACHED_NONE);
    cache_drop(cache, "t", false);
    assert_int_equal(metrics.cache_bytes, 0);
}

static void test_largest(void **state)
{
    size_t one = bytes_of_one();
    struct cache *cache = open_cache(8 * one); // an eighth is the most of one answer
    store(cache, "a", "");
    assert_int_equal(find(cache, "a"), CACHED_FRESH);
    cache = open_cache(8 * one - 1);
    store(cache, "a", "");
    assert_int_equal(find(cache, "a"), CACHED_NONE);
}

static void test_least_recently_used(void **state)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    size_t one = bytes_of_one();
    struct cache *cache = open_cache(8 * one);
    for (int i = 0; i < 8; i++)
        store(cache, keys[i], "t");
    assert_int_equal(metrics.cache_entries, 8);
    assert_int_equal(metrics.cache_bytes, 8 * one);
    assert_int_equal(find(cache, "a"), CACHED_FRESH); // used: the next in line is b
    store(cache, "i", "t");
    assert_int_equal(metrics.cache_entries, 8);
    assert_int_equal(metrics.cache_bytes, 8 * one);
    assert_int_equal(find(cache, "a"), CACHED_FRESH);
    assert_int_equal(find(cache, "b"), CACHED_NONE);
    assert_int_equal(find(cache, "i"), CACHED_FRESH);
}

static void test_tags(void **state)
{
    struct cache *cache = open_cache(1 << 20);
    store(cache, "a", "article:1 media");
    store(cache, "b", "article:10 media");
    store(cache, "c", "");
    cache_drop(cache, "article:1 unknown", false);
    assert_int_equal(find(cache, "a"), CACHED_STALE);
    assert_int_equal(find(cache, "b"), CACHED_FRESH);
    cache_drop(cache, "article", false);
    assert_int_equal(find(cache, "b"), CACHED_FRESH);
    cache_drop(cache, "media", true);
    assert_int_equal(find(cache, "a"), CACHED_NONE);
    assert_int_equal(find(cache, "b"), CACHED_NONE);
    assert_int_equal(find(cache, "c"), CACHED_FRESH);
    assert_int_equal(metrics.cache_entries, 1);
    store(cache, "a", "media"); // the tag is there again
    cache_drop(cache, "media", false);
    assert_int_equal(find(cache, "a"), CACHED_STALE);
    cache_drop_all(cache);
    assert_int_equal(find(cache, "c"), CACHED_STALE);
}

static void test_doubled_tag(void **state)
{
    struct cache *cache = open_cache(1 << 20);
    store(cache, "a", "t u t  t u");
    store(cache, "b", "t");
    cache_drop(cache, "t t", true);
    assert_int_equal(find(cache, "a"), CACHED_NONE);
    assert_int_equal(find(cache, "b"), CACHED_NONE);
    assert_int_equal(metrics.cache_entries, 0);
    assert_int_equal(metrics.cache_bytes, 0);
}

// A reading that began before a change may have seen what was there before it.
static void test_changed_while_read(void **state)
{
    struct cache *cache = open_cache(1 << 20);
    int64_t moment = cache_moment(cache);
    cache_drop(cache, "article:10 media:3", false);
    store_at(cache, "a", "x article:10", moment);
    assert_int_equal(find(cache, "a"), CACHED_NONE);
    store_at(cache, "a", "article:1 media:30 edia:3", moment);
    assert_int_equal(find(cache, "a"), CACHED_FRESH);
    store_at(cache, "a", "article:10", cache_moment(cache)); // a later one has seen it
    assert_int_equal(find(cache, "a"), CACHED_FRESH);
    // What cannot be kept also takes the older answer away.
    store_at(cache, "a", "article:10", moment);
    assert_int_equal(find(cache, "a"), CACHED_NONE);

    moment = cache_moment(cache);
    cache_drop_all(cache);
    store_at(cache, "b", "anything", moment);
    assert_int_equal(find(cache, "b"), CACHED_NONE);
}

// Only so many changes are remembered: past them, any may have concerned the answer.
static void test_many_changes_while_read(void **state)
{
    struct cache *cache = open_cache(1 << 20);
    int64_t moment = cache_moment(cache);
    cache_drop(cache, "mine", false);
    for (int i = 1; i < RECENT; i++)
        cache_drop(cache, "another", false);
    store_at(cache, "a", "mine", moment);
    assert_int_equal(find(cache, "a"), CACHED_NONE);
    store_at(cache, "a", "yours", moment);
    assert_int_equal(find(cache, "a"), CACHED_FRESH);
    cache_drop(cache, "another", false);
    store_at(cache, "b", "yours", moment);
    assert_int_equal(find(cache, "b"), CACHED_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_off, setup, teardown),
        cmocka_unit_test_setup_teardown(test_largest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_least_recently_used, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_doubled_tag, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changed_while_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_changes_while_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
