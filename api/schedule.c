#include "api/schedule.h"

#include "content/base/log.h"
#include "content/db.h"

#include <event2/event.h>
#include <inttypes.h>
#include <time.h>

// The longest sleep: a text scheduled elsewhere for the next moment is late by no more, and so is
// everything after a clock was set.
enum { SLEEP_MS = 500 };

struct schedule {
    struct thread *thread;
    struct event *timer;
    unsigned statement;
    bool failing;
};

static void sleep_ms(struct schedule *schedule, int64_t ms)
{
    if (ms > SLEEP_MS)
        ms = SLEEP_MS;
    event_add(schedule->timer, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
}

static void on_done(void *data, int outcome, struct db_result *result)
{
    struct schedule *schedule = data;
    // While the database is away db.c says so; a statement that fails is said here, once.
    if (outcome && outcome != SEN_UNAVAILABLE && !schedule->failing)
        log_error("schedule", "what is scheduled cannot be done now; it will be tried again");
    schedule->failing = outcome != SEN_OK;
    if (outcome) {
        sleep_ms(schedule, SLEEP_MS);
        return;
    }
    bool more = db_integer(result, 0, "done") > 0;
    const char *wait = db_value(result, 0, "wait_ms");
    // A millisecond more than the database says, which rounds down.
    sleep_ms(schedule, more ? 0 : wait ? db_integer(result, 0, "wait_ms") + 1 : SLEEP_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *data)
{
    struct schedule *schedule = data;
    struct timespec now;
    char moment[40];
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(moment, sizeof moment, "%" PRId64 ".%09ld", (int64_t)now.tv_sec, now.tv_nsec);
    db_query(schedule->thread->db, schedule->statement, (const char *const[]){moment}, 1, on_done,
             schedule);
}

static int schedule_free(struct schedule *schedule)
{
    event_free(schedule->timer);
    return 0;
}

void schedule_open(TALLOC_CTX *ctx, struct thread *thread)
{
    struct schedule *schedule = talloc_zero(ctx, struct schedule);
    schedule->thread = thread;
    schedule->statement = db_statement("schedule_run");
    schedule->timer = event_new(thread->base, -1, 0, on_timer, schedule);
    talloc_set_destructor(schedule, schedule_free);
    sleep_ms(schedule, SLEEP_MS);
}
