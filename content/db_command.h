// PostgreSQL for commands: one blocking connection, one statement after the other.
#pragma once

#include "content/db.h"

struct db_session;

// Connect. On failure *ret_error is libpq's sentence.
int db_session_open(TALLOC_CTX *ctx, const char *database, struct db_session **ret,
                    char **ret_error) SEN_MUST_CHECK;

// Run a statement of content/sql with parameters; the result hangs on ctx. Outcomes as db_done's,
// and *ret_error (may be NULL) gets PostgreSQL's sentence when there is one.
int db_session_query(TALLOC_CTX *ctx, struct db_session *session, const char *name,
                     const char *const *values, size_t count, struct db_result **ret,
                     char **ret_error) SEN_MUST_CHECK;

// The same in two parts, so that the caller can work while PostgreSQL does. Between them nothing
// else may be asked of the session.
int db_session_send(struct db_session *session, const char *name, const char *const *values,
                    size_t count, char **ret_error) SEN_MUST_CHECK;
int db_session_receive(TALLOC_CTX *ctx, struct db_session *session, struct db_result **ret,
                       char **ret_error) SEN_MUST_CHECK;

// Run a script of several statements without parameters (migrations, begin, commit).
int db_session_script(struct db_session *session, const char *sql, char **ret_error) SEN_MUST_CHECK;

// Call row for each row of a statement without holding them all; a non-zero answer stops it.
int db_session_each(struct db_session *session, const char *name, const char *const *values,
                    size_t count, int (*row)(void *data, const struct db_result *one), void *data,
                    char **ret_error) SEN_MUST_CHECK;

// Wait for a notification on a channel that was LISTENed to, at most milliseconds (-1: for ever).
// SEN_OK: *ret_payload hangs on ctx; SEN_TIMEOUT: none came; SEN_UNAVAILABLE: connection lost;
// -EINTR: a signal came.
int db_session_wait(TALLOC_CTX *ctx, struct db_session *session, int milliseconds,
                    char **ret_payload) SEN_MUST_CHECK;
