#include "api/learn.h"

#include "content/db.h"

#include <event2/event.h>

enum { SLEEP_MS = 1000 };
#define TEXTS "100" // at a time: some tens of milliseconds

struct learn {
    struct thread *thread;
    struct event *timer;
    unsigned statement;
};

static void sleep_ms(struct learn *learn, int ms)
{
    event_add(learn->timer, &(struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000});
}

static void on_learnt(void *data, int outcome, struct db_result *result)
{
    sleep_ms(data, outcome || !db_integer(result, 0, "learnt") ? SLEEP_MS : 0);
}

static void on_timer(evutil_socket_t fd, short what, void *data)
{
    struct learn *learn = data;
    db_query(learn->thread->heavy_db, learn->statement, (const char *const[]){TEXTS}, 1, on_learnt,
             learn);
}

static int learn_free(struct learn *learn)
{
    event_free(learn->timer);
    return 0;
}

void learn_open(TALLOC_CTX *ctx, struct thread *thread)
{
    struct learn *learn = talloc_zero(ctx, struct learn);
    learn->thread = thread;
    learn->statement = db_statement("search_learn");
    learn->timer = event_new(thread->base, -1, 0, on_timer, learn);
    talloc_set_destructor(learn, learn_free);
    sleep_ms(learn, SLEEP_MS);
}
