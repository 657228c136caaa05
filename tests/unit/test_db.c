// The pool of content/db.c against a scripted libpq (fake_libpq.h): what goes wrong on a wire, on
// time. The clock stands still but for fake_clock_forward; only the loop's tick is real.
#include "content/db.h"

#include "content/base/log.h"
#include "fake_libpq.h"

#include <errno.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { QUERY_MS = 100, GRACE_MS = 500, IN_FLIGHT_MAX = 32 };

#define SCRIPT(...) fake_script((static_events = (const struct fake_event[]){__VA_ARGS__, {0}}))
static const struct fake_event *static_events;

static struct event_base *base;
static struct db *db;
static bool asking; // inside db_query: nothing may be called back

struct asked {
    int calls, outcome;
    char value[64], constraint[64];
};

static struct {
    unsigned began, ended; // listening
    unsigned changes;
    int64_t seq;
    char kind[32], tags[64];
    struct asked *ask_on_listening, *ask_on_change;
} heard;

static void on_done(void *data, int outcome, struct db_result *result)
{
    struct asked *asked = data;
    assert_false(asking);
    asked->calls++;
    asked->outcome = outcome;
    if (outcome == SEN_OK)
        snprintf(asked->value, sizeof asked->value, "%s", db_value(result, 0, "value"));
    else if (result)
        snprintf(asked->constraint, sizeof asked->constraint, "%s", db_constraint(result));
}

static void ask(struct asked *asked)
{
    const char *const values[] = {"a", NULL};
    *asked = (struct asked){.outcome = -1000};
    asking = true;
    db_query(db, db_statement("article"), values, 2, on_done, asked);
    asking = false;
    assert_int_equal(asked->calls, 0);
}

static void on_change(void *data, int64_t seq, const char *kind, const char *tags)
{
    heard.changes++;
    heard.seq = seq;
    snprintf(heard.kind, sizeof heard.kind, "%s", kind);
    snprintf(heard.tags, sizeof heard.tags, "%s", tags);
    if (heard.ask_on_change)
        ask(heard.ask_on_change);
}

static void on_listening(void *data, bool listening)
{
    heard.began += listening;
    heard.ended += !listening;
    if (listening && heard.ask_on_listening)
        ask(heard.ask_on_listening);
}

static void open_pool(unsigned connections, unsigned queue)
{
    const struct db_options options = {"dbname=test", connections, queue, QUERY_MS};
    memset(&heard, 0, sizeof heard);
    db = db_open(NULL, base, &options);
    db_on_change(db, on_change, on_listening, NULL);
}

static void close_pool(void)
{
    TALLOC_FREE(db);
    assert_int_equal(fake.open, 0);
    assert_int_equal(fake.results, fake.cleared);
    assert_true(fake_script_is_over());
}

// One turn of the loop that waits for an event, and the tick is one.
static void turn(void)
{
    event_base_loop(base, EVLOOP_ONCE);
}

// Let everything happen that happens without the clock: two ticks lie in it at least.
static void settle(void)
{
    event_base_loopexit(base, &(struct timeval){.tv_usec = 120 * 1000});
    event_base_loop(base, 0);
}

static void wait_for_call(const struct asked *asked)
{
    for (int i = 0; i < 200 && !asked->calls; i++)
        turn();
    assert_int_equal(asked->calls, 1);
}

static void wait_until_ready(void)
{
    for (int i = 0; i < 200 && !db_is_ready(db); i++)
        turn();
    assert_true(db_is_ready(db));
}

static void assert_end(struct asked *asked, int outcome)
{
    wait_for_call(asked);
    assert_int_equal(asked->outcome, outcome);
}

static void assert_row(struct asked *asked, const char *value)
{
    assert_end(asked, SEN_OK);
    assert_string_equal(asked->value, value);
}

static int setup(void **state)
{
    log_set_level(LOG_LEVEL_ERROR);
    base = event_base_new();
    return base == NULL;
}

static int teardown(void **state)
{
    event_base_free(base);
    return 0;
}

// ---- connecting
// -----------------------------------------------------------------------------------

static void test_answers(void **state)
{
    struct asked early, one, two;
    SCRIPT({FAKE_ROW, "early"}, {FAKE_ROW, "one"}, {FAKE_ROW, "two"});
    open_pool(1, 8);
    ask(&early); // waits for the connection
    assert_row(&early, "early");
    assert_true(db_is_ready(db));
    assert_int_equal(heard.began, 1);
    ask(&one);
    ask(&two);
    assert_row(&one, "one");
    assert_row(&two, "two");
    assert_int_equal(fake.prepares, 1);
    assert_int_equal(fake.executes, 3);
    close_pool();
}

static void test_refused_at_start(void **state)
{
    static const enum fake_kind kinds[] = {FAKE_REFUSE, FAKE_REFUSE_START};
    for (size_t i = 0; i < 2; i++) {
        struct asked waiting, late, after;
        SCRIPT({kinds[i], NULL}, {kinds[i], NULL}, {FAKE_CONNECT, NULL});
        open_pool(1, 8);
        ask(&waiting);
        assert_end(&waiting, SEN_UNAVAILABLE);
        ask(&late); // known to be away: said at once
        assert_end(&late, SEN_UNAVAILABLE);
        assert_int_equal(fake.connects, 1);

        // The second try comes 200 to 400 ms later, the third 400 to 800 ms after that.
        fake_clock_forward(199);
        settle();
        assert_int_equal(fake.connects, 1);
        fake_clock_forward(201);
        settle();
        assert_int_equal(fake.connects, 2);
        fake_clock_forward(399);
        settle();
        assert_int_equal(fake.connects, 2);
        fake_clock_forward(401);
        wait_until_ready();
        assert_int_equal(fake.connects, 3);
        ask(&after);
        assert_row(&after, "row");
        assert_int_equal(heard.began, 1);
        assert_int_equal(heard.ended, 0);
        close_pool();
    }
}

static void test_back_off_ends(void **state)
{
    struct fake_event events[21] = {0};
    for (int i = 0; i < 20; i++)
        events[i].kind = FAKE_REFUSE;
    fake_script(events);
    open_pool(1, 8);
    for (int i = 0; i < 4; i++) {
        fake_clock_forward(4000);
        settle();
    }
    // Never longer than 2 to 4 s.
    for (unsigned before = fake.connects; fake.connects < 10; before = fake.connects) {
        fake_clock_forward(4000);
        settle();
        assert_int_equal(fake.connects, before + 1);
    }
    fake_script_end();
    close_pool();
}

static void test_slow_connection(void **state)
{
    struct asked asked;
    SCRIPT({FAKE_SLOW, NULL});
    open_pool(1, 8);
    fake_clock_forward(1999);
    settle();
    assert_int_equal(fake.open, 1);
    ask(&asked);
    fake_clock_forward(1); // the longest that an attempt may take
    assert_end(&asked, SEN_UNAVAILABLE);
    assert_int_equal(fake.open, 0);
    fake_clock_forward(400);
    wait_until_ready();
    close_pool();
}

// Without LISTEN no change would ever be heard: such a connection is not ready.
static void test_refused_listen(void **state)
{
    struct asked asked;
    SCRIPT({FAKE_SETUP_ERROR, "42501"}, {FAKE_CONNECT, NULL});
    open_pool(1, 8);
    ask(&asked);
    assert_end(&asked, SEN_UNAVAILABLE);
    assert_false(db_is_ready(db));
    assert_int_equal(heard.began, 0);
    fake_clock_forward(400);
    wait_until_ready();
    close_pool();
}

// ---- a connection is lost
// -------------------------------------------------------------------------

static void test_lost_mid_query(void **state)
{
    static const enum fake_kind kinds[] = {FAKE_LOST, FAKE_LOST_NULL};
    for (size_t i = 0; i < 2; i++) {
        struct asked before, one, two, after;
        SCRIPT({FAKE_ROW, "before"}, {kinds[i], NULL}, {FAKE_CONNECT, NULL}, {FAKE_ROW, "after"});
        open_pool(1, 8);
        ask(&before);
        assert_row(&before, "before");
        ask(&one);
        ask(&two); // behind it on the wire: it may have run as well
        assert_end(&one, SEN_TIMEOUT);
        assert_end(&two, SEN_TIMEOUT);
        assert_false(db_is_ready(db));
        assert_int_equal(heard.ended, 1);

        ask(&after); // waits for the new connection, whose session knows no statement
        fake_clock_forward(99);
        settle();
        assert_int_equal(fake.connects, 1);
        assert_int_equal(after.calls, 0);
        fake_clock_forward(1);
        // It has waited as long as it may, and the back-off is 100 to 200 ms.
        assert_end(&after, SEN_BUSY);
        fake_clock_forward(100);
        wait_until_ready();
        assert_int_equal(heard.began, 2);
        ask(&after);
        assert_row(&after, "after");
        assert_int_equal(fake.prepares, 2);
        close_pool();
    }
}

static void test_others_go_on(void **state)
{
    struct asked one, two, three;
    SCRIPT({FAKE_LOST, NULL}, {FAKE_ROW, "two"}, {FAKE_ROW, "three"});
    open_pool(2, 8);
    settle();
    ask(&one); // the least loaded first: one each
    ask(&two);
    assert_end(&one, SEN_TIMEOUT);
    assert_row(&two, "two");
    ask(&three);
    assert_row(&three, "three");
    struct db_stats stats;
    db_stats(db, &stats);
    assert_int_equal(stats.ready, 1);
    assert_int_equal(stats.in_flight, 0);
    assert_int_equal(stats.waiting, 0);
    assert_int_equal(stats.failures, 1);
    close_pool();
}

static void test_deadline(void **state)
{
    static const enum fake_kind kinds[] = {FAKE_SILENT, FAKE_HALF, FAKE_NULL};
    for (size_t i = 0; i < 3; i++) {
        struct asked asked;
        SCRIPT({kinds[i], NULL}, {FAKE_CONNECT, NULL});
        open_pool(1, 8);
        wait_until_ready();
        ask(&asked);
        fake_clock_forward(QUERY_MS + GRACE_MS - 1);
        unsigned before = fake.asked_for_results;
        settle();
        assert_int_equal(asked.calls, 0);
        assert_true(fake.asked_for_results - before < 100); // no spinning meanwhile
        fake_clock_forward(1);
        assert_end(&asked, SEN_TIMEOUT);
        assert_string_equal(asked.value, ""); // nor the half of an answer
        assert_false(db_is_ready(db));
        fake_clock_forward(200);
        wait_until_ready();
        close_pool();
    }
}

static void test_sign_of_life(void **state)
{
    SCRIPT({FAKE_CONNECT, NULL});
    open_pool(1, 8);
    wait_until_ready();
    fake_clock_forward(999);
    settle();
    assert_int_equal(fake.pings, 0);
    fake_clock_forward(1);
    settle();
    assert_int_equal(fake.pings, 1);
    assert_true(db_is_ready(db));

    fake_mute();
    fake_clock_forward(1000);
    settle();
    assert_true(db_is_ready(db)); // asked, and given time to answer
    fake_clock_forward(QUERY_MS + GRACE_MS);
    settle();
    assert_false(db_is_ready(db));
    assert_int_equal(heard.ended, 1);
    close_pool();
}

// ---- errors
// ---------------------------------------------------------------------------------------

static void test_error_next_to_others(void **state)
{
    struct asked one, two, three;
    SCRIPT({FAKE_ROW, "one"}, {FAKE_ERROR, "23505"}, {FAKE_ROW, "three"});
    open_pool(1, 8);
    ask(&one);
    ask(&two);
    ask(&three);
    assert_row(&one, "one");
    assert_end(&two, SEN_CONFLICT);
    assert_string_equal(two.constraint, "edition_slug");
    assert_row(&three, "three");
    close_pool();
}

static void test_outcomes(void **state)
{
    static const struct {
        const char *state;
        int outcome;
    } rows[] = {
        {"23505", SEN_CONFLICT},
        {"23503", SEN_INVALID},
        {"22P02", SEN_INVALID},
        {"57014", SEN_TIMEOUT},
        {"40001", SEN_BUSY},
        {"40P01", SEN_BUSY},
        {"55P03", SEN_BUSY},
        {"53300", SEN_UNAVAILABLE},
        {"57P01", SEN_UNAVAILABLE},
        {"08006", SEN_UNAVAILABLE},
        {"25006", SEN_UNAVAILABLE},
        {"", SEN_UNAVAILABLE},
        {"42P01", -EIO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asked asked, next;
        SCRIPT({FAKE_ERROR, rows[i].state});
        open_pool(1, 8);
        ask(&asked);
        ask(&next);
        assert_end(&asked, rows[i].outcome);
        assert_row(&next, "row");
        close_pool();
    }
}

// What its statement answered was not yet committed.
static void test_error_at_the_end(void **state)
{
    struct asked asked, next;
    SCRIPT({FAKE_COMMIT_ERROR, "23503"});
    open_pool(1, 8);
    ask(&asked);
    ask(&next);
    assert_end(&asked, SEN_INVALID);
    assert_row(&next, "row");
    close_pool();
}

static void test_prepare_fails(void **state)
{
    struct asked one, two, three;
    SCRIPT({FAKE_PREPARE_ERROR, "42P01"}, {FAKE_ROW, "two"}, {FAKE_ROW, "three"});
    open_pool(1, 8);
    wait_until_ready();
    ask(&one);
    ask(&two); // sent behind it, for a statement that is not there then
    assert_end(&one, -EIO);
    assert_row(&two, "two");
    ask(&three);
    assert_row(&three, "three");
    close_pool();
}

static void test_stale_plan(void **state)
{
    static const char *const states[] = {"0A000", "26000"};
    for (size_t i = 0; i < 2; i++) {
        struct asked asked;
        SCRIPT({FAKE_ROW, "one"}, {FAKE_ERROR, states[i]}, {FAKE_ROW, "two"}, {FAKE_ROW, "three"});
        open_pool(1, 8);
        ask(&asked);
        assert_row(&asked, "one");
        ask(&asked);
        assert_row(&asked, "two"); // prepared anew, and nobody noticed
        assert_int_equal(fake.prepares, 2);
        ask(&asked);
        assert_row(&asked, "three");
        assert_int_equal(fake.prepares, 2);
        close_pool();
    }
}

static void test_stale_plan_twice(void **state)
{
    struct asked asked, next;
    SCRIPT({FAKE_ERROR, "0A000"}, {FAKE_ERROR, "0A000"});
    open_pool(1, 8);
    ask(&asked);
    assert_end(&asked, -EIO);
    ask(&next);
    assert_row(&next, "row");
    close_pool();
}

static void test_stale_plan_of_many(void **state)
{
    struct asked asked[IN_FLIGHT_MAX];
    struct fake_event events[IN_FLIGHT_MAX + 2] = {{FAKE_ROW, NULL}};
    for (int i = 0; i < IN_FLIGHT_MAX; i++)
        events[i + 1] = (struct fake_event){FAKE_ERROR, "0A000"};
    fake_script(events);
    open_pool(1, 64);
    ask(&asked[0]);
    assert_row(&asked[0], "row");
    for (int i = 0; i < IN_FLIGHT_MAX; i++)
        ask(&asked[i]);
    for (int i = 0; i < IN_FLIGHT_MAX; i++)
        assert_row(&asked[i], "row");
    close_pool();
}

// ---- the queue
// ------------------------------------------------------------------------------------

static void test_queue(void **state)
{
    struct asked one, two, three;
    SCRIPT({FAKE_SLOW, NULL});
    open_pool(1, 2);
    ask(&one);
    ask(&two);
    ask(&three);
    assert_end(&three, SEN_BUSY); // full
    fake_clock_forward(QUERY_MS - 1);
    settle();
    assert_int_equal(one.calls + two.calls, 0);
    fake_clock_forward(1);
    assert_end(&one, SEN_BUSY); // waited too long
    assert_end(&two, SEN_BUSY);
    ask(&one); // there is room again
    assert_int_equal(one.calls, 0);
    close_pool();
    assert_int_equal(one.calls, 0);
}

static void test_in_flight(void **state)
{
    struct asked asked[IN_FLIGHT_MAX + 1];
    struct db_stats stats;
    SCRIPT({FAKE_SILENT, NULL});
    open_pool(1, 8);
    wait_until_ready();
    for (int i = 0; i < IN_FLIGHT_MAX; i++)
        ask(&asked[i]);
    db_stats(db, &stats);
    assert_int_equal(stats.in_flight, IN_FLIGHT_MAX);
    assert_int_equal(stats.waiting, 0);
    ask(&asked[IN_FLIGHT_MAX]);
    db_stats(db, &stats);
    assert_int_equal(stats.in_flight, IN_FLIGHT_MAX);
    assert_int_equal(stats.waiting, 1);
    close_pool();
}

// ---- nothing is called back too early
// -------------------------------------------------------------

static void test_refused_send(void **state)
{
    static const enum fake_kind kinds[] = {FAKE_REFUSE_PREPARE, FAKE_REFUSE_SEND, FAKE_REFUSE_SYNC,
                                           FAKE_REFUSE_FLUSH};
    for (size_t i = 0; i < 4; i++) {
        struct asked asked, next;
        SCRIPT({kinds[i], NULL});
        open_pool(1, 8);
        wait_until_ready();
        ask(&asked); // asserts that it is not called back from inside
        assert_false(db_is_ready(db));
        assert_end(&asked, SEN_TIMEOUT);
        fake_clock_forward(200);
        wait_until_ready();
        ask(&next);
        assert_row(&next, "row");
        settle();
        assert_int_equal(asked.calls, 1);
        close_pool();
    }
}

// Who hears of listening or of a change asks at once, and the send is refused: the connection goes
// down below the reading of it.
static void test_refused_send_while_reading(void **state)
{
    struct asked asked;
    SCRIPT({FAKE_REFUSE_SEND, NULL});
    open_pool(1, 8);
    heard.ask_on_listening = &asked;
    asked.calls = 0;
    assert_end(&asked, SEN_TIMEOUT);
    heard.ask_on_listening = NULL;
    close_pool();

    SCRIPT({FAKE_REFUSE_SYNC, NULL});
    open_pool(1, 8);
    wait_until_ready();
    heard.ask_on_change = &asked;
    asked.calls = 0;
    fake_notify("7 publish a");
    fake_notify("8 publish a");
    assert_end(&asked, SEN_TIMEOUT);
    close_pool();
}

// ---- changes
// --------------------------------------------------------------------------------------

static void wait_for_changes(unsigned count)
{
    for (int i = 0; i < 200 && heard.changes < count; i++)
        turn();
    assert_int_equal(heard.changes, count);
}

static void test_notifications(void **state)
{
    SCRIPT({FAKE_CONNECT, NULL});
    open_pool(1, 8);
    wait_until_ready();
    fake_notify("7 publish article:a media");
    wait_for_changes(1);
    assert_int_equal(heard.seq, 7);
    assert_string_equal(heard.kind, "publish");
    assert_string_equal(heard.tags, "article:a media");
    fake_notify("8 import");
    wait_for_changes(2);
    assert_int_equal(heard.seq, 8);
    assert_string_equal(heard.kind, "import");
    assert_string_equal(heard.tags, "");
    fake_notify("nonsense"); // somebody else's: ignored
    fake_notify("");
    fake_notify("9");
    fake_notify("10 withdraw article:b");
    wait_for_changes(3);
    assert_int_equal(heard.seq, 10);
    close_pool();
}

// ---- the end
// --------------------------------------------------------------------------------------

static void test_freed_under_way(void **state)
{
    struct asked finished, silent, behind, waiting[IN_FLIGHT_MAX];
    SCRIPT({FAKE_ROW, "one"}, {FAKE_HALF, NULL});
    open_pool(1, 64);
    wait_until_ready();
    ask(&finished);
    assert_row(&finished, "one");
    ask(&silent);
    ask(&behind);
    for (int i = 0; i < IN_FLIGHT_MAX; i++)
        ask(&waiting[i]);
    turn();
    close_pool();
    assert_int_equal(silent.calls + behind.calls + waiting[0].calls, 0);

    SCRIPT({FAKE_REFUSE_START, NULL});
    open_pool(1, 8);
    ask(&silent); // has ended, and would be told so in the next turn
    close_pool();
    event_base_loop(base, EVLOOP_NONBLOCK);
    assert_int_equal(silent.calls, 0);
}

static void test_freed_while_connecting(void **state)
{
    SCRIPT({FAKE_SLOW, NULL}, {FAKE_SLOW, NULL}, {FAKE_CONNECT, NULL});
    open_pool(3, 8);
    turn();
    close_pool();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_refused_at_start),
        cmocka_unit_test(test_back_off_ends),
        cmocka_unit_test(test_slow_connection),
        cmocka_unit_test(test_refused_listen),
        cmocka_unit_test(test_lost_mid_query),
        cmocka_unit_test(test_others_go_on),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_sign_of_life),
        cmocka_unit_test(test_error_next_to_others),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_error_at_the_end),
        cmocka_unit_test(test_prepare_fails),
        cmocka_unit_test(test_stale_plan),
        cmocka_unit_test(test_stale_plan_twice),
        cmocka_unit_test(test_stale_plan_of_many),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_in_flight),
        cmocka_unit_test(test_refused_send),
        cmocka_unit_test(test_refused_send_while_reading),
        cmocka_unit_test(test_notifications),
        cmocka_unit_test(test_freed_under_way),
        cmocka_unit_test(test_freed_while_connecting),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
