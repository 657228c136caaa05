#include "api/follow.h"

#include "api/cache.h"
#include "content/base/log.h"
#include "content/db.h"

#include <event2/event.h>
#include <string.h>

enum { RETRY_MS = 200 };

struct follow {
    struct thread *thread;
    unsigned statement;
    int64_t seq; // followed so far; -1: nothing yet
    bool listening;
    bool asking;    // a question for the missed changes is under way
    bool ask_again; // and another change came meanwhile
    struct event *retry;
};

static void ask(struct follow *follow);

static void apply(struct follow *follow, int64_t seq, const char *kind, const char *tags)
{
    follow->seq = seq;
    atomic_store_explicit(&follow->thread->metrics.change_seq, seq, memory_order_relaxed);
    cache_drop(follow->thread->cache, tags, strcmp(kind, "withdraw") == 0);
}

static void on_missed(void *data, int outcome, struct db_result *result)
{
    struct follow *follow = data;
    follow->asking = false;
    if (outcome) {
        // What is cached stays unverified until the answer comes.
        event_add(follow->retry, &(struct timeval){.tv_usec = RETRY_MS * 1000});
        return;
    }
    int64_t head = db_rows(result) ? db_integer(result, 0, "head") : follow->seq;
    bool all = follow->seq >= 0 && db_rows(result) && db_value(result, 0, "seq");
    if (follow->seq < 0) {
        // What was read before the first position was known may have changed since.
        cache_drop_all(follow->thread->cache);
        follow->seq = head;
    }
    for (size_t i = 0; all && i < db_rows(result); i++)
        apply(follow, db_integer(result, i, "seq"), db_value(result, i, "kind"),
              db_value(result, i, "tags"));
    // When more was missed than one answer holds, the rest is asked for: what was withdrawn must be
    // removed, not only doubted.
    if (follow->ask_again || (all && follow->seq < head)) {
        ask(follow);
        return;
    }
    if (follow->seq < head) {
        cache_drop_all(follow->thread->cache);
        follow->seq = head;
    }
    atomic_store_explicit(&follow->thread->metrics.change_seq, follow->seq, memory_order_relaxed);
    cache_set_verified(follow->thread->cache, follow->listening);
}

static void ask(struct follow *follow)
{
    follow->ask_again = follow->asking;
    if (follow->asking)
        return;
    follow->asking = true;
    char after[24];
    snprintf(after, sizeof after, "%lld", (long long)follow->seq);
    const char *const values[] = {after};
    db_query(follow->thread->db, follow->statement, values, 1, on_missed, follow);
}

static void on_retry(evutil_socket_t fd, short what, void *data)
{
    struct follow *follow = data;
    if (follow->listening)
        ask(follow);
}

static void on_change(void *data, int64_t seq, const char *kind, const char *tags)
{
    struct follow *follow = data;
    if (follow->seq >= 0 && !follow->asking && seq == follow->seq + 1)
        apply(follow, seq, kind, tags);
    else if (seq > follow->seq)
        ask(follow);
}

static void on_listening(void *data, bool listening)
{
    struct follow *follow = data;
    follow->listening = listening;
    cache_set_verified(follow->thread->cache, false);
    if (listening)
        ask(follow);
}

static int follow_free(struct follow *follow)
{
    event_free(follow->retry);
    return 0;
}

void follow_open(TALLOC_CTX *ctx, struct thread *thread)
{
    struct follow *follow = talloc_zero(ctx, struct follow);
    follow->thread = thread;
    follow->statement = db_statement("changes_missed");
    follow->seq = -1;
    follow->retry = event_new(thread->base, -1, 0, on_retry, follow);
    talloc_set_destructor(follow, follow_free);
    db_on_change(thread->db, on_change, on_listening, follow);
}
