// Following the change log: in order, over gaps, after a loss, and when much was missed. The
// database and the cache are stand-ins that keep what they are told.
#include "api/follow.h"

#include "api/cache.h"
#include "content/db.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// What the database answers: changes first to last, of a log that goes to head.
struct db_result {
    int64_t first, last, head;
};

static struct {
    db_change *change;
    db_listening *listening;
    db_done *done; // of the question under way, NULL: none
    void *data, *done_data;
    int64_t after;
    unsigned asked;
} database;

static struct {
    unsigned drops, removals, all;
    bool verified;
} cached;

unsigned db_statement(const char *name)
{
    assert_string_equal(name, "changes_missed");
    return 7;
}

void db_on_change(struct db *db, db_change *change, db_listening *listening, void *data)
{
    database.change = change;
    database.listening = listening;
    database.data = data;
}

void db_query(struct db *db, unsigned statement, const char *const *values, size_t count,
              db_done *done, void *data)
{
    assert_null(database.done); // one question at a time
    assert_int_equal(statement, 7);
    assert_int_equal(count, 1);
    database.after = atoll(values[0]);
    database.asked++;
    database.done = done;
    database.done_data = data;
}

size_t db_rows(const struct db_result *result)
{
    return result->first ? (size_t)(result->last - result->first + 1) : 1;
}

const char *db_value(const struct db_result *result, size_t row, const char *column)
{
    if (!result->first)
        return NULL;
    return strcmp(column, "tags") == 0 ? "a b" : strcmp(column, "kind") == 0 ? "withdraw" : "";
}

int64_t db_integer(const struct db_result *result, size_t row, const char *column)
{
    return strcmp(column, "head") == 0 ? result->head : result->first + (int64_t)row;
}

void cache_drop(struct cache *cache, const char *tags, bool removed)
{
    cached.drops++;
    cached.removals += removed;
}

void cache_drop_all(struct cache *cache)
{
    cached.all++;
}

void cache_set_verified(struct cache *cache, bool verified)
{
    cached.verified = verified;
}

// ---- one follower
// -----------------------------------------------------------------------------------

static struct thread thread;

static int setup(void **state)
{
    memset(&database, 0, sizeof database);
    memset(&cached, 0, sizeof cached);
    memset(&thread, 0, sizeof thread);
    thread.base = event_base_new();
    thread.memory = talloc_new(NULL);
    follow_open(thread.memory, &thread);
    return 0;
}

static int teardown(void **state)
{
    talloc_free(thread.memory);
    event_base_free(thread.base);
    return 0;
}

static void answer(int64_t first, int64_t last, int64_t head)
{
    db_done *done = database.done;
    assert_non_null(done);
    database.done = NULL;
    done(database.done_data, SEN_OK, &(struct db_result){first, last, head});
}

static void change(int64_t seq)
{
    database.change(database.data, seq, "publish", "a");
}

static void listen_from(int64_t head)
{
    database.listening(database.data, true);
    assert_false(cached.verified);
    answer(0, 0, head);
}

static void test_first_position(void **state)
{
    listen_from(5);
    assert_int_equal(database.after, -1);
    assert_true(cached.verified);
    assert_int_equal(cached.all, 1); // what was read before may be older than the position
    assert_int_equal(thread.metrics.change_seq, 5);
}

static void test_in_order(void **state)
{
    listen_from(5);
    change(6);
    change(7);
    change(7); // again, after a reconnection
    assert_int_equal(cached.drops, 2);
    assert_int_equal(cached.removals, 0);
    assert_int_equal(database.asked, 1);
    assert_int_equal(thread.metrics.change_seq, 7);
}

static void test_gap(void **state)
{
    listen_from(5);
    change(8);
    assert_int_equal(database.after, 5);
    answer(6, 8, 8);
    assert_int_equal(cached.drops, 3);
    assert_int_equal(cached.removals, 3);
    assert_true(cached.verified);
    assert_null(database.done);
}

static void test_change_while_asking(void **state)
{
    listen_from(5);
    change(8);
    change(9); // may be in the answer, or not
    answer(6, 8, 8);
    assert_int_equal(database.after, 8);
    answer(9, 9, 9);
    assert_int_equal(thread.metrics.change_seq, 9);
    assert_null(database.done);
}

static void test_lost(void **state)
{
    listen_from(5);
    database.listening(database.data, false);
    assert_false(cached.verified);
    database.listening(database.data, true);
    assert_false(cached.verified);
    assert_int_equal(database.after, 5);
    answer(0, 0, 5);
    assert_true(cached.verified);
    assert_int_equal(cached.all, 1);
}

// More than one answer holds: every one of them is applied before anything counts as current.
static void test_much_missed(void **state)
{
    listen_from(5);
    database.listening(database.data, false);
    database.listening(database.data, true);
    answer(6, 1005, 1500);
    assert_false(cached.verified);
    assert_int_equal(database.after, 1005);
    answer(1006, 1500, 1500);
    assert_true(cached.verified);
    assert_int_equal(cached.removals, 1495);
    assert_int_equal(cached.all, 1);
    assert_null(database.done);
}

static void test_no_answer(void **state)
{
    database.listening(database.data, true);
    db_done *done = database.done;
    database.done = NULL;
    done(database.done_data, SEN_TIMEOUT, NULL);
    assert_false(cached.verified);
    for (int i = 0; i < 100 && !database.done; i++)
        event_base_loop(thread.base, EVLOOP_ONCE); // asks again by itself
    answer(0, 0, 5);
    assert_true(cached.verified);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_position, setup, teardown),
        cmocka_unit_test_setup_teardown(test_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_change_while_asking, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_much_missed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_answer, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
