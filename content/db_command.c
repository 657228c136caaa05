#include "content/db_command.h"

#include "content/db_internal.h"
#include "locales/embedded.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct db_session {
    PGconn *pg;
    bool *prepared; // by statement number
};

static int session_free(struct db_session *session)
{
    PQfinish(session->pg);
    return 0;
}

static void set_error(TALLOC_CTX *ctx, char **ret_error, const char *text)
{
    if (!ret_error)
        return;
    char *error = talloc_strdup(ctx, text);
    for (size_t n = strlen(error); n && error[n - 1] == '\n'; n--)
        error[n - 1] = '\0';
    *ret_error = error;
}

static void ignore_notice(void *data, const char *message)
{
}

int db_session_open(TALLOC_CTX *ctx, const char *database, struct db_session **ret,
                    char **ret_error)
{
    db_check_version();
    struct db_session *session = talloc_zero(ctx, struct db_session);
    session->prepared = talloc_zero_array(session, bool, db_statement_count());
    const char *const keywords[] = {"dbname", "application_name", "connect_timeout", NULL};
    const char *const values[] = {database, "sen", "5", NULL};
    session->pg = PQconnectdbParams(keywords, values, 1);
    talloc_set_destructor(session, session_free);
    if (PQstatus(session->pg) != CONNECTION_OK) {
        set_error(ctx, ret_error, PQerrorMessage(session->pg));
        talloc_free(session);
        return SEN_UNAVAILABLE;
    }
    PQsetNoticeProcessor(session->pg, ignore_notice, NULL);
    *ret = session;
    return SEN_OK;
}

static int session_prepare(TALLOC_CTX *ctx, struct db_session *session, const char *name,
                           char **ret_error)
{
    unsigned statement = db_statement(name);
    if (session->prepared[statement])
        return SEN_OK;
    PGresult *result = PQprepare(session->pg, name, db_statement_file(statement)->data, 0, NULL);
    int r = db_result_outcome(result);
    if (r)
        set_error(ctx, ret_error, PQresultErrorMessage(result));
    PQclear(result);
    session->prepared[statement] = !r;
    return r;
}

int db_session_query(TALLOC_CTX *ctx, struct db_session *session, const char *name,
                     const char *const *values, size_t count, struct db_result **ret,
                     char **ret_error)
{
    int r = session_prepare(ctx, session, name, ret_error);
    if (r)
        return r;
    PGresult *result = PQexecPrepared(session->pg, name, (int)count, values, NULL, NULL, 0);
    r = db_result_outcome(result);
    if (r) {
        set_error(ctx, ret_error, PQresultErrorMessage(result));
        PQclear(result);
        return r;
    }
    *ret = db_result_new(ctx, result);
    return SEN_OK;
}

int db_session_send(struct db_session *session, const char *name, const char *const *values,
                    size_t count, char **ret_error)
{
    int r = session_prepare(session, session, name, ret_error);
    if (r)
        return r;
    if (!PQsendQueryPrepared(session->pg, name, (int)count, values, NULL, NULL, 0)) {
        set_error(session, ret_error, PQerrorMessage(session->pg));
        return SEN_UNAVAILABLE;
    }
    return SEN_OK;
}

int db_session_receive(TALLOC_CTX *ctx, struct db_session *session, struct db_result **ret,
                       char **ret_error)
{
    PGresult *result = PQgetResult(session->pg);
    int r = db_result_outcome(result);
    if (r)
        set_error(session, ret_error,
                  result ? PQresultErrorMessage(result) : PQerrorMessage(session->pg));
    for (PGresult *more; (more = PQgetResult(session->pg));)
        PQclear(more);
    if (r) {
        PQclear(result);
        return r;
    }
    *ret = db_result_new(ctx, result);
    return SEN_OK;
}

int db_session_script(struct db_session *session, const char *sql, char **ret_error)
{
    PGresult *result = PQexec(session->pg, sql);
    int r = db_result_outcome(result);
    if (r)
        set_error(session, ret_error, PQresultErrorMessage(result));
    PQclear(result);
    return r;
}

int db_session_each(struct db_session *session, const char *name, const char *const *values,
                    size_t count, int (*row)(void *data, const struct db_result *one), void *data,
                    char **ret_error)
{
    int r = session_prepare(session, session, name, ret_error);
    if (r)
        return r;
    if (!PQsendQueryPrepared(session->pg, name, (int)count, values, NULL, NULL, 0) ||
        !PQsetSingleRowMode(session->pg)) {
        set_error(session, ret_error, PQerrorMessage(session->pg));
        return SEN_UNAVAILABLE;
    }
    PGresult *result;
    while ((result = PQgetResult(session->pg))) {
        int outcome = db_result_outcome(result);
        if (outcome && !r) {
            r = outcome;
            set_error(session, ret_error, PQresultErrorMessage(result));
        }
        struct db_result *one = db_result_new(session, result);
        // After the first refusal the rest is read and dropped: the session stays usable.
        if (!r && PQresultStatus(result) == PGRES_SINGLE_TUPLE)
            r = row(data, one);
        talloc_free(one);
    }
    return r;
}

int db_session_wait(TALLOC_CTX *ctx, struct db_session *session, int milliseconds,
                    char **ret_payload)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int left = milliseconds;;) {
        PGnotify *note = PQnotifies(session->pg);
        if (note) {
            *ret_payload = talloc_strdup(ctx, note->extra);
            PQfreemem(note);
            return SEN_OK;
        }
        struct pollfd poller = {.fd = PQsocket(session->pg), .events = POLLIN};
        int ready = poll(&poller, 1, left);
        if (ready == 0)
            return SEN_TIMEOUT;
        if (ready < 0)
            return -errno;
        if (ready > 0 && (!PQconsumeInput(session->pg) || PQstatus(session->pg) != CONNECTION_OK))
            return SEN_UNAVAILABLE;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int passed =
            (int)((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000);
        if (milliseconds >= 0)
            left = passed >= milliseconds ? 0 : milliseconds - passed;
    }
}
