// The asynchronous pool. Each connection keeps a FIFO of what it has sent; results come back in
// that order, one segment at a time, so the head of the FIFO owns whatever arrives.

#include "content/db.h"

#include "content/base/log.h"
#include "content/db_internal.h"
#include "locales/embedded.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

enum {
    IN_FLIGHT_MAX = 32, // segments on one connection
    TICK_MS = 50,       // how often deadlines are looked at
    SILENCE_MS = 1000,  // after which the listening connection is asked for a sign of life
    CONNECT_MS = 2000,  // libpq's asynchronous API has no connect timeout of its own
    GRACE_MS = 500,     // past the server's own limit before a connection counts as lost
    BACKOFF_MIN_MS = 100,
    BACKOFF_MAX_MS = 2000,
    VALUES_MAX = 24,
    CONNECTIONS_MAX = 64,
};

enum conn_state { CONN_DOWN, CONN_CONNECTING, CONN_SETUP, CONN_READY };

struct query {
    struct query *prev, *next;
    struct db *db;
    unsigned statement;
    size_t count;
    const char *values[VALUES_MAX];
    db_done *done;
    void *data;
    int64_t deadline;  // ms, CLOCK_MONOTONIC
    bool prepares;     // its segment starts with a prepare
    bool prepare_seen; // and that prepare's result has come
    bool retried;
    int outcome;
    struct db_result *result; // the rows, kept until the sync point
};

// A statement on one session. Its name there carries a generation: a plan that went stale after a
// schema change is not deallocated but prepared anew under the next name.
struct prepared {
    bool sent;
    unsigned generation;
};

struct conn {
    struct db *db;
    unsigned index;
    enum conn_state state;
    PGconn *pg;
    struct event *readable, *writable;
    struct query *fifo; // sent, oldest first
    unsigned in_flight;
    struct prepared *prepared; // by statement number
    int64_t deadline;          // while connecting or setting up
    int64_t heard_at;          // the last time the server said something
    int64_t retry_at;          // while down
    bool refused;              // while setting up: the server did not take the first statement
    unsigned backoff_ms;
};

struct db {
    struct event_base *base;
    struct db_options options;
    struct conn *conns;
    struct event *tick;
    struct query *waiting;  // for a connection, oldest first
    struct query *finished; // whose done is due in the next loop turn
    struct event *finish;
    bool failing; // the last attempt to connect failed
    bool listening;
    db_change *change;
    db_listening *on_listening;
    void *data;
    struct db_stats stats;
};

static void conn_connect(struct conn *conn);
static void conn_set_state(struct conn *conn, enum conn_state to, const char *reason);
static void pump(struct db *db);

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- ends of queries -----------------------------------------------------------------------

// The only place that ends a query: its caller hears of it in the next loop turn at the earliest.
static void query_end(struct query *query, int outcome)
{
    struct db *db = query->db;
    query->outcome = outcome;
    if (outcome)
        db->stats.failures++;
    DL_APPEND(db->finished, query);
    event_active(db->finish, EV_TIMEOUT, 0);
}

static void run_finished(evutil_socket_t fd, short what, void *data)
{
    struct db *db = data;
    struct query *due = db->finished;
    db->finished = NULL;
    while (due) {
        struct query *query = due;
        DL_DELETE(due, query);
        query->done(query->data, query->outcome, query->result);
        talloc_free(query);
    }
}

// ---- sending -------------------------------------------------------------------------------

static void conn_lost(struct conn *conn, const char *reason)
{
    conn_set_state(conn, CONN_DOWN, reason);
}

static bool conn_flush(struct conn *conn)
{
    int left = PQflush(conn->pg);
    if (left < 0)
        return false;
    if (left > 0)
        event_add(conn->writable, NULL);
    return true;
}

static bool conn_send(struct conn *conn, struct query *query)
{
    const struct embedded *file = db_statement_file(query->statement);
    struct prepared *prepared = &conn->prepared[query->statement];
    char name[80];
    snprintf(name, sizeof name, "%s %u", file->name, prepared->generation);
    query->prepares = !prepared->sent;
    query->prepare_seen = false;
    if (query->prepares && !PQsendPrepare(conn->pg, name, file->data, 0, NULL))
        return false;
    prepared->sent = true;
    return PQsendQueryPrepared(conn->pg, name, (int)query->count, query->values, NULL, NULL, 0) &&
           PQpipelineSync(conn->pg);
}

// Put a query on a connection. When it cannot be sent the connection is lost, and the query ends
// with the rest of its FIFO.
static void conn_take(struct conn *conn, struct query *query)
{
    query->deadline = now_ms() + conn->db->options.query_ms + GRACE_MS;
    DL_APPEND(conn->fifo, query);
    conn->in_flight++;
    conn->db->stats.in_flight++;
    if (!conn_send(conn, query))
        conn_lost(conn, PQerrorMessage(conn->pg));
}

// Give waiting queries to the ready connections, the least loaded first.
static void pump(struct db *db)
{
    bool touched[CONNECTIONS_MAX] = {false};
    while (db->waiting) {
        struct conn *best = NULL;
        for (unsigned i = 0; i < db->options.connections; i++) {
            struct conn *conn = &db->conns[i];
            if (conn->state == CONN_READY && conn->in_flight < IN_FLIGHT_MAX &&
                (!best || conn->in_flight < best->in_flight))
                best = conn;
        }
        if (!best)
            break;
        struct query *query = db->waiting;
        DL_DELETE(db->waiting, query);
        db->stats.waiting--;
        touched[best->index] = true;
        conn_take(best, query);
    }
    for (unsigned i = 0; i < db->options.connections; i++) {
        struct conn *conn = &db->conns[i];
        if (touched[i] && conn->state == CONN_READY && !conn_flush(conn))
            conn_lost(conn, PQerrorMessage(conn->pg));
    }
}

void db_query(struct db *db, unsigned statement, const char *const *values, size_t count,
              db_done *done, void *data)
{
    struct query *query = talloc_zero(db, struct query);
    query->db = db;
    query->statement = statement;
    query->done = done;
    query->data = data;
    if (count > VALUES_MAX)
        abort();
    query->count = count;
    for (size_t i = 0; i < count; i++)
        query->values[i] = values[i] ? talloc_strdup(query, values[i]) : NULL;
    query->deadline = now_ms() + db->options.query_ms;
    db->stats.queries++;
    if (db->failing && !db->stats.ready) {
        query_end(query, SEN_UNAVAILABLE);
    } else if (db->stats.waiting >= db->options.queue) {
        query_end(query, SEN_BUSY);
    } else {
        DL_APPEND(db->waiting, query);
        db->stats.waiting++;
        pump(db);
    }
}

// ---- receiving -----------------------------------------------------------------------------

static bool is_plan_outdated(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && (strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0);
}

// The head's segment is over: the sync point has come back.
static void conn_segment_end(struct conn *conn)
{
    struct query *query = conn->fifo;
    if (!query) {
        if (conn->state == CONN_SETUP && !conn->refused)
            conn_set_state(conn, CONN_READY, NULL);
        return;
    }
    struct db *db = conn->db;
    DL_DELETE(conn->fifo, query);
    conn->in_flight--;
    db->stats.in_flight--;
    if (query->outcome == -EAGAIN && !query->retried) {
        // The statement must be prepared again: after a schema change or on a new server session.
        query->retried = true;
        query->outcome = SEN_OK;
        DL_PREPEND(db->waiting, query);
        db->stats.waiting++;
        return;
    }
    query_end(query, query->outcome == -EAGAIN ? -EIO : query->outcome);
}

static void conn_segment_result(struct conn *conn, PGresult *result)
{
    struct query *query = conn->fifo;
    ExecStatusType status = PQresultStatus(result);
    if (!query || status == PGRES_PIPELINE_ABORTED) {
        if (!query && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            log_error("db.setup", "%s", PQresultErrorMessage(result));
            conn->refused = true;
        }
        PQclear(result);
        return;
    }
    struct prepared *prepared = &conn->prepared[query->statement];
    if (query->prepares && !query->prepare_seen) {
        query->prepare_seen = true;
        if (status == PGRES_COMMAND_OK) {
            PQclear(result);
            return;
        }
        *prepared = (struct prepared){.generation = prepared->generation + 1};
    }
    if (status == PGRES_FATAL_ERROR && is_plan_outdated(result)) {
        if (query->retried)
            log_error("db.statement", "%s", PQresultErrorMessage(result));
        if (!query->prepares)
            *prepared = (struct prepared){.generation = prepared->generation + 1};
        query->outcome = -EAGAIN;
        PQclear(result);
        return;
    }
    query->outcome = db_result_outcome(result);
    talloc_free(query->result);
    query->result = db_result_new(query, result);
}

static void set_listening(struct db *db, bool listening)
{
    if (db->listening == listening)
        return;
    db->listening = listening;
    if (db->on_listening)
        db->on_listening(db->data, listening);
}

static void conn_notifications(struct conn *conn)
{
    PGnotify *note;
    while ((note = PQnotifies(conn->pg))) {
        char *kind;
        int64_t seq = strtoll(note->extra, &kind, 10);
        if (conn->db->change && *kind == ' ') {
            char *tags = strchr(++kind, ' ');
            if (tags)
                *tags++ = '\0';
            conn->db->change(conn->db->data, seq, kind, tags ? tags : "");
        }
        PQfreemem(note);
    }
}

static void on_readable(evutil_socket_t fd, short what, void *data)
{
    struct conn *conn = data;
    if (!PQconsumeInput(conn->pg)) {
        conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }
    conn->heard_at = now_ms();
    // PQgetResult gives NULL between the results of a segment, and for ever once the connection is
    // gone; two in a row, or one with nothing in flight, mean that there is nothing to take.
    // Whoever hears of a change or of listening may ask at once, and that may find the connection
    // broken: then it is down already.
    bool last_was_null = false;
    while (conn->state != CONN_DOWN && !PQisBusy(conn->pg)) {
        PGresult *result = PQgetResult(conn->pg);
        if (!result) {
            if (last_was_null || PQstatus(conn->pg) != CONNECTION_OK)
                break;
            last_was_null = true;
            continue;
        }
        last_was_null = false;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            conn_segment_end(conn);
        } else {
            conn_segment_result(conn, result);
        }
    }
    if (conn->state == CONN_DOWN)
        return;
    if (conn->refused || PQstatus(conn->pg) != CONNECTION_OK) {
        conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }
    conn_notifications(conn);
    if (conn->state == CONN_DOWN)
        return;
    if (!conn_flush(conn)) {
        conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }
    pump(conn->db);
}

static void on_writable(evutil_socket_t fd, short what, void *data)
{
    struct conn *conn = data;
    if (!conn_flush(conn))
        conn_lost(conn, PQerrorMessage(conn->pg));
}

// ---- connecting ----------------------------------------------------------------------------

// The single set-up routine of a new session: non-blocking, pipeline mode, and on the first
// connection LISTEN; its sync point makes the connection ready.
static void conn_setup(struct conn *conn)
{
    const char *statement = conn->index == 0 ? "listen sen_change" : "select 1";
    if (PQsetnonblocking(conn->pg, 1) || !PQenterPipelineMode(conn->pg) ||
        !PQsendQueryParams(conn->pg, statement, 0, NULL, NULL, NULL, NULL, 0) ||
        !PQpipelineSync(conn->pg)) {
        conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }
    int fd = PQsocket(conn->pg);
    event_free(conn->readable);
    conn->readable = event_new(conn->db->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
    conn->writable = event_new(conn->db->base, fd, EV_WRITE, on_writable, conn);
    event_add(conn->readable, NULL);
    conn_set_state(conn, CONN_SETUP, NULL);
    if (!conn_flush(conn))
        conn_lost(conn, PQerrorMessage(conn->pg));
}

static void on_connecting(evutil_socket_t fd, short what, void *data)
{
    struct conn *conn = data;
    PostgresPollingStatusType status = PQconnectPoll(conn->pg);
    if (status == PGRES_POLLING_OK) {
        conn_setup(conn);
        return;
    }
    if (status == PGRES_POLLING_FAILED) {
        conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }
    // The socket can change from one poll to the next (several hosts), so the event is made anew.
    if (conn->readable)
        event_free(conn->readable);
    conn->readable =
        event_new(conn->db->base, PQsocket(conn->pg),
                  status == PGRES_POLLING_READING ? EV_READ : EV_WRITE, on_connecting, conn);
    event_add(conn->readable, NULL);
}

static void conn_connect(struct conn *conn)
{
    const struct db_options *options = &conn->db->options;
    char session[160];
    snprintf(session, sizeof session,
             "-c statement_timeout=%u -c lock_timeout=%u -c jit=off -c client_min_messages=warning",
             options->query_ms, options->query_ms);
    const char *const keywords[] = {"dbname",
                                    "options",
                                    "application_name",
                                    "target_session_attrs",
                                    "keepalives_idle",
                                    "tcp_user_timeout",
                                    NULL};
    const char *const values[] = {
        options->database, session, "sen", "read-write", "10", "5000", NULL};
    conn->pg = PQconnectStartParams(keywords, values, 1);
    if (!conn->pg)
        abort(); // out of memory
    conn->deadline = now_ms() + CONNECT_MS;
    conn->refused = false;
    conn_set_state(conn, CONN_CONNECTING, NULL);
    conn->db->stats.connects++;
    if (PQstatus(conn->pg) == CONNECTION_BAD) {
        conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }
    conn->readable = event_new(conn->db->base, PQsocket(conn->pg), EV_WRITE, on_connecting, conn);
    event_add(conn->readable, NULL);
}

// ---- the one mover of a connection's state ----------------------------------------------------

static void conn_close(struct conn *conn)
{
    if (conn->readable)
        event_free(conn->readable);
    if (conn->writable)
        event_free(conn->writable);
    conn->readable = conn->writable = NULL;
    PQfinish(conn->pg);
    conn->pg = NULL;
    memset(conn->prepared, 0, db_statement_count() * sizeof *conn->prepared);
    while (conn->fifo) {
        struct query *query = conn->fifo;
        DL_DELETE(conn->fifo, query);
        TALLOC_FREE(query->result);
        conn->db->stats.in_flight--;
        query_end(query, SEN_TIMEOUT); // it was sent: a write may have happened
    }
    conn->in_flight = 0;
}

static void fail_waiting(struct db *db, int outcome)
{
    while (db->waiting) {
        struct query *query = db->waiting;
        DL_DELETE(db->waiting, query);
        db->stats.waiting--;
        query_end(query, outcome);
    }
}

static void conn_down(struct conn *conn, enum conn_state from, const char *reason)
{
    struct db *db = conn->db;
    log_warn("db.lost", "connection %u: %s", conn->index, reason);
    conn->state = CONN_DOWN;
    conn_close(conn);
    if (from == CONN_READY) {
        db->stats.ready--;
        conn->backoff_ms = BACKOFF_MIN_MS;
    } else {
        conn->backoff_ms =
            conn->backoff_ms * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : conn->backoff_ms * 2;
        db->failing = true;
    }
    // Spread the returns, so that a database that comes back is not met by everybody at once.
    conn->retry_at = now_ms() + conn->backoff_ms + random() % conn->backoff_ms;
    if (conn->index == 0)
        set_listening(db, false);
    if (db->failing && !db->stats.ready)
        fail_waiting(db, SEN_UNAVAILABLE);
}

static void conn_set_state(struct conn *conn, enum conn_state to, const char *reason)
{
    static const bool possible[4][4] = {
        [CONN_DOWN] = {[CONN_CONNECTING] = true},
        [CONN_CONNECTING] = {[CONN_SETUP] = true, [CONN_DOWN] = true},
        [CONN_SETUP] = {[CONN_READY] = true, [CONN_DOWN] = true},
        [CONN_READY] = {[CONN_DOWN] = true},
    };
    enum conn_state from = conn->state;
    if (!possible[from][to])
        abort();
    if (to == CONN_DOWN) {
        conn_down(conn, from, reason);
        return;
    }
    conn->state = to;
    conn->heard_at = now_ms();
    if (to == CONN_READY) {
        conn->backoff_ms = BACKOFF_MIN_MS;
        conn->db->stats.ready++;
        conn->db->failing = false;
        log_info("db.ready", "connection %u", conn->index);
        if (conn->index == 0)
            set_listening(conn->db, true);
    }
}

static void ignore_life(void *data, int outcome, struct db_result *result)
{
}

static void conn_ask_for_life(struct conn *conn)
{
    struct db *db = conn->db;
    struct query *query = talloc_zero(db, struct query);
    query->db = db;
    query->statement = db_statement("ping");
    query->done = ignore_life;
    conn_take(conn, query);
    if (conn->state == CONN_READY && !conn_flush(conn))
        conn_lost(conn, PQerrorMessage(conn->pg));
}

// ---- deadlines -----------------------------------------------------------------------------

static void on_tick(evutil_socket_t fd, short what, void *data)
{
    struct db *db = data;
    int64_t now = now_ms();
    for (unsigned i = 0; i < db->options.connections; i++) {
        struct conn *conn = &db->conns[i];
        if (conn->state == CONN_DOWN) {
            if (now >= conn->retry_at)
                conn_connect(conn);
        } else if (conn->state != CONN_READY) {
            if (now >= conn->deadline)
                conn_lost(conn, "no answer to the connection attempt");
        } else if (conn->fifo && now >= conn->fifo->deadline) {
            conn_lost(conn, "no answer before the deadline");
        } else if (i == 0 && !conn->fifo && now >= conn->heard_at + SILENCE_MS) {
            // A half-open connection brings no changes and says nothing: without this, what is
            // cached would be taken for current.
            conn_ask_for_life(conn);
        }
    }
    while (db->waiting && now >= db->waiting->deadline) {
        struct query *query = db->waiting;
        DL_DELETE(db->waiting, query);
        db->stats.waiting--;
        query_end(query, SEN_BUSY);
    }
    pump(db);
}

// ---- opening and closing -----------------------------------------------------------------------

static int db_free(struct db *db)
{
    db->on_listening = NULL;
    for (unsigned i = 0; i < db->options.connections; i++) {
        struct conn *conn = &db->conns[i];
        if (conn->readable)
            event_free(conn->readable);
        if (conn->writable)
            event_free(conn->writable);
        PQfinish(conn->pg);
    }
    event_free(db->tick);
    event_free(db->finish);
    return 0; // queries and results are talloc children
}

struct db *db_open(TALLOC_CTX *ctx, struct event_base *base, const struct db_options *options)
{
    struct db *db = talloc_zero(ctx, struct db);
    if (options->connections < 1 || options->connections > CONNECTIONS_MAX)
        abort();
    db->base = base;
    db->options = *options;
    db->options.database = talloc_strdup(db, options->database);
    db->conns = talloc_zero_array(db, struct conn, options->connections);
    db->finish = event_new(base, -1, 0, run_finished, db);
    db->tick = event_new(base, -1, EV_PERSIST, on_tick, db);
    talloc_set_destructor(db, db_free);
    event_add(db->tick, &(struct timeval){.tv_usec = TICK_MS * 1000});
    for (unsigned i = 0; i < options->connections; i++) {
        struct conn *conn = &db->conns[i];
        conn->db = db;
        conn->index = i;
        conn->backoff_ms = BACKOFF_MIN_MS;
        conn->prepared = talloc_zero_array(db->conns, struct prepared, db_statement_count());
        conn_connect(conn);
    }
    return db;
}

void db_on_change(struct db *db, db_change *change, db_listening *listening, void *data)
{
    db->change = change;
    db->on_listening = listening;
    db->data = data;
}

bool db_is_ready(const struct db *db)
{
    return db->listening;
}

void db_stats(const struct db *db, struct db_stats *ret)
{
    *ret = db->stats;
}
