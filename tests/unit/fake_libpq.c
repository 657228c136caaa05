#include "fake_libpq.h"

#include <libpq-fe.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

struct fake_counts fake;

static const struct fake_event *script;
static int64_t clock_ms;
static int result_null; // its address marks the NULL that ends a command's results

struct pg_result {
    ExecStatusType status;
    char state[6];
    char value[64];
    bool has_row;
};

// What the client has sent, or what the server answers.
struct message {
    enum { PREPARE, EXECUTE, QUERY, SYNC, RESULT } kind;
    char name[96];
    void *result; // PGresult, or &result_null
    struct message *prev, *next;
};

struct plan {
    char name[96];
    struct plan *prev, *next;
};

struct notice {
    PGnotify note;
    struct notice *prev, *next;
};

struct pg_conn {
    int wire; // an eventfd: readable when the server has said something
    enum fake_kind opening;
    const char *setup_error;
    ConnStatusType status;
    struct message *sent, *on_the_way, *arrived;
    unsigned unanswered; // commands whose results have not all been taken
    struct plan *plans;
    struct notice *notices;
    bool aborted; // the rest of the segment is skipped
    bool silent, lost, null_for_ever, flush_refused;
    struct pg_conn *prev, *next;
};

static struct pg_conn *conns; // oldest first

#undef clock_gettime
int fake_clock_gettime(clockid_t clock, struct timespec *ret);

int fake_clock_gettime(clockid_t clock, struct timespec *ret)
{
    *ret = (struct timespec){clock_ms / 1000, clock_ms % 1000 * 1000000};
    return 0;
}

void fake_clock_forward(int64_t ms)
{
    clock_ms += ms;
}

void fake_script(const struct fake_event *events)
{
    if (conns)
        abort(); // the test before left something open
    script = events;
    clock_ms = 3600 * 1000;
    fake = (struct fake_counts){0};
}

bool fake_script_is_over(void)
{
    return script->kind == FAKE_END;
}

void fake_script_end(void)
{
    static const struct fake_event end;
    script = &end;
}

static struct fake_event take(enum fake_kind first, enum fake_kind last)
{
    if (script->kind < first || script->kind > last)
        return (struct fake_event){FAKE_END, NULL};
    return *script++;
}

static void ring(struct pg_conn *conn)
{
    eventfd_write(conn->wire, 1);
}

static struct message *message_new(struct message **list, int kind, const char *name)
{
    struct message *message = calloc(1, sizeof *message);
    message->kind = kind;
    snprintf(message->name, sizeof message->name, "%s", name);
    DL_APPEND(*list, message);
    return message;
}

static void messages_free(struct message **list)
{
    while (*list) {
        struct message *message = *list;
        DL_DELETE(*list, message);
        if (message->result && message->result != &result_null)
            PQclear(message->result);
        free(message);
    }
}

// ---- the server
// -----------------------------------------------------------------------------------

static void say(struct pg_conn *conn, ExecStatusType status, const char *state, const char *value)
{
    PGresult *result = calloc(1, sizeof *result);
    fake.results++;
    result->status = status;
    snprintf(result->state, sizeof result->state, "%s", state ? state : "");
    snprintf(result->value, sizeof result->value, "%s", value ? value : "");
    result->has_row = value;
    message_new(&conn->on_the_way, RESULT, "")->result = result;
    if (status == PGRES_FATAL_ERROR)
        conn->aborted = true;
    ring(conn);
}

static void say_end(struct pg_conn *conn)
{
    message_new(&conn->on_the_way, RESULT, "")->result = &result_null;
}

static struct plan *find_plan(struct pg_conn *conn, const char *name)
{
    struct plan *plan;
    DL_FOREACH (conn->plans, plan)
        if (strcmp(plan->name, name) == 0)
            return plan;
    return NULL;
}

static void serve_prepare(struct pg_conn *conn, const char *name)
{
    fake.prepares++;
    struct fake_event event = take(FAKE_PREPARE_ERROR, FAKE_PREPARE_ERROR);
    if (event.kind) {
        say(conn, PGRES_FATAL_ERROR, event.text, NULL);
    } else if (find_plan(conn, name)) {
        say(conn, PGRES_FATAL_ERROR, "42P05", NULL);
    } else {
        struct plan *plan = calloc(1, sizeof *plan);
        snprintf(plan->name, sizeof plan->name, "%s", name);
        DL_APPEND(conn->plans, plan);
        say(conn, PGRES_COMMAND_OK, NULL, NULL);
    }
    say_end(conn);
}

static void serve_execute(struct pg_conn *conn, const char *name)
{
    fake.executes++;
    if (!find_plan(conn, name)) {
        say(conn, PGRES_FATAL_ERROR, "26000", NULL);
        say_end(conn);
        return;
    }
    if (strncmp(name, "ping.sql", 8) == 0) {
        fake.pings++;
        say(conn, PGRES_TUPLES_OK, NULL, "1");
        say_end(conn);
        return;
    }
    struct fake_event event = take(FAKE_ROW, FAKE_NULL);
    switch (event.kind) {
    case FAKE_ERROR:
        say(conn, PGRES_FATAL_ERROR, event.text, NULL);
        break;
    case FAKE_COMMIT_ERROR:
        say(conn, PGRES_TUPLES_OK, NULL, "not committed");
        say_end(conn);
        say(conn, PGRES_FATAL_ERROR, event.text, NULL);
        break;
    case FAKE_SILENT:
        conn->silent = true;
        return;
    case FAKE_HALF:
        say(conn, PGRES_TUPLES_OK, NULL, "half");
        say_end(conn);
        conn->silent = true;
        return;
    case FAKE_LOST:
        conn->lost = conn->silent = true;
        ring(conn);
        return;
    case FAKE_LOST_NULL:
        conn->null_for_ever = conn->lost = conn->silent = true;
        ring(conn);
        return;
    case FAKE_NULL:
        conn->null_for_ever = conn->silent = true;
        ring(conn);
        return;
    default:
        say(conn, PGRES_TUPLES_OK, NULL, event.text ? event.text : "row");
    }
    say_end(conn);
}

static void serve_query(struct pg_conn *conn)
{
    if (conn->setup_error)
        say(conn, PGRES_FATAL_ERROR, conn->setup_error, NULL);
    else
        say(conn, PGRES_COMMAND_OK, NULL, NULL);
    say_end(conn);
}

static void serve(struct pg_conn *conn)
{
    while (conn->sent && !conn->silent) {
        struct message *message = conn->sent;
        DL_DELETE(conn->sent, message);
        if (message->kind == SYNC) {
            conn->aborted = false;
            say(conn, PGRES_PIPELINE_SYNC, NULL, NULL);
        } else if (conn->aborted) {
            say(conn, PGRES_PIPELINE_ABORTED, NULL, NULL);
            say_end(conn);
        } else if (message->kind == PREPARE) {
            serve_prepare(conn, message->name);
        } else if (message->kind == EXECUTE) {
            serve_execute(conn, message->name);
        } else {
            serve_query(conn);
        }
        free(message);
    }
}

void fake_notify(const char *payload)
{
    struct notice *notice = calloc(1, sizeof *notice);
    notice->note.extra = strdup(payload);
    DL_APPEND(conns->notices, notice);
    ring(conns);
}

void fake_mute(void)
{
    struct pg_conn *conn;
    DL_FOREACH (conns, conn)
        conn->silent = true;
}

// ---- connections
// ----------------------------------------------------------------------------------

PGconn *PQconnectStartParams(const char *const *keywords, const char *const *values, int expand)
{
    struct fake_event event = take(FAKE_CONNECT, FAKE_SETUP_ERROR);
    PGconn *conn = calloc(1, sizeof *conn);
    fake.connects++;
    fake.open++;
    conn->wire = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    conn->opening = event.kind ? event.kind : FAKE_CONNECT;
    conn->setup_error = event.kind == FAKE_SETUP_ERROR ? event.text : NULL;
    conn->status = conn->opening == FAKE_REFUSE_START ? CONNECTION_BAD : CONNECTION_STARTED;
    DL_APPEND(conns, conn);
    return conn;
}

PostgresPollingStatusType PQconnectPoll(PGconn *conn)
{
    if (conn->opening == FAKE_REFUSE) {
        conn->status = CONNECTION_BAD;
        return PGRES_POLLING_FAILED;
    }
    if (conn->opening == FAKE_SLOW)
        return PGRES_POLLING_READING; // and the eventfd never is readable
    conn->status = CONNECTION_OK;
    return PGRES_POLLING_OK;
}

void PQfinish(PGconn *conn)
{
    if (!conn)
        return;
    DL_DELETE(conns, conn);
    messages_free(&conn->sent);
    messages_free(&conn->on_the_way);
    messages_free(&conn->arrived);
    while (conn->plans) {
        struct plan *plan = conn->plans;
        DL_DELETE(conn->plans, plan);
        free(plan);
    }
    PGnotify *note;
    while ((note = PQnotifies(conn)))
        PQfreemem(note);
    close(conn->wire);
    free(conn);
    fake.open--;
}

ConnStatusType PQstatus(const PGconn *conn)
{
    return conn ? conn->status : CONNECTION_BAD;
}

int PQsocket(const PGconn *conn)
{
    return conn->wire;
}

char *PQerrorMessage(const PGconn *conn)
{
    return (char *)"the script says so";
}

int PQsetnonblocking(PGconn *conn, int nonblocking)
{
    return 0;
}

int PQenterPipelineMode(PGconn *conn)
{
    return 1;
}

int PQlibVersion(void)
{
    return 150018;
}

// ---- sending
// --------------------------------------------------------------------------------------

// A statement stands in the segment that is being sent, not the first one of a new session.
static bool sends_statement(const struct pg_conn *conn)
{
    const struct message *message;
    DL_FOREACH (conn->sent, message)
        if (message->kind == EXECUTE)
            return true;
    return false;
}

int PQsendPrepare(PGconn *conn, const char *name, const char *query, int count, const Oid *types)
{
    if (take(FAKE_REFUSE_PREPARE, FAKE_REFUSE_PREPARE).kind)
        return 0;
    message_new(&conn->sent, PREPARE, name);
    conn->unanswered++;
    return 1;
}

int PQsendQueryPrepared(PGconn *conn, const char *name, int count, const char *const *values,
                        const int *lengths, const int *formats, int format)
{
    if (take(FAKE_REFUSE_SEND, FAKE_REFUSE_SEND).kind)
        return 0;
    message_new(&conn->sent, EXECUTE, name);
    conn->unanswered++;
    return 1;
}

int PQsendQueryParams(PGconn *conn, const char *command, int count, const Oid *types,
                      const char *const *values, const int *lengths, const int *formats, int format)
{
    message_new(&conn->sent, QUERY, command);
    conn->unanswered++;
    return 1;
}

int PQpipelineSync(PGconn *conn)
{
    if (sends_statement(conn) && take(FAKE_REFUSE_SYNC, FAKE_REFUSE_SYNC).kind)
        return 0;
    message_new(&conn->sent, SYNC, "");
    conn->unanswered++;
    return 1;
}

int PQflush(PGconn *conn)
{
    if (!conn)
        return -1;
    if (sends_statement(conn) && take(FAKE_REFUSE_FLUSH, FAKE_REFUSE_FLUSH).kind)
        return -1;
    serve(conn);
    return 0;
}

// ---- receiving
// ------------------------------------------------------------------------------------

int PQconsumeInput(PGconn *conn)
{
    eventfd_t rings;
    eventfd_read(conn->wire, &rings);
    if (conn->lost) {
        conn->status = CONNECTION_BAD;
        return conn->null_for_ever;
    }
    DL_CONCAT(conn->arrived, conn->on_the_way);
    conn->on_the_way = NULL;
    return 1;
}

int PQisBusy(PGconn *conn)
{
    return conn && !conn->null_for_ever && !conn->arrived && conn->unanswered;
}

PGresult *PQgetResult(PGconn *conn)
{
    fake.asked_for_results++;
    if (!conn || !conn->arrived || conn->null_for_ever)
        return NULL;
    struct message *message = conn->arrived;
    DL_DELETE(conn->arrived, message);
    PGresult *result = message->result == &result_null ? NULL : message->result;
    free(message);
    if (!result || result->status == PGRES_PIPELINE_SYNC)
        conn->unanswered--;
    return result;
}

PGnotify *PQnotifies(PGconn *conn)
{
    struct notice *notice = conn ? conn->notices : NULL;
    if (notice)
        DL_DELETE(conn->notices, notice);
    return notice ? &notice->note : NULL;
}

void PQfreemem(void *memory)
{
    PGnotify *note = memory;
    free(note->extra);
    free(memory); // a notice begins with its note
}

// ---- results
// --------------------------------------------------------------------------------------

ExecStatusType PQresultStatus(const PGresult *result)
{
    return result->status;
}

char *PQresultErrorMessage(const PGresult *result)
{
    return (char *)"the script says so";
}

char *PQresultErrorField(const PGresult *result, int field)
{
    if (field == PG_DIAG_CONSTRAINT_NAME)
        return (char *)"edition_slug";
    return *result->state ? (char *)result->state : NULL;
}

void PQclear(PGresult *result)
{
    fake.cleared += result != NULL;
    free(result);
}

int PQntuples(const PGresult *result)
{
    return result->has_row;
}

int PQfnumber(const PGresult *result, const char *column)
{
    return result->has_row && strcmp(column, "value") == 0 ? 0 : -1;
}

int PQgetisnull(const PGresult *result, int row, int column)
{
    return 0;
}

char *PQgetvalue(const PGresult *result, int row, int column)
{
    return (char *)result->value;
}

int PQgetlength(const PGresult *result, int row, int column)
{
    return (int)strlen(result->value);
}
