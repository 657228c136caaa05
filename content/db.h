// PostgreSQL for one event loop: a few connections in pipeline mode, prepared statements, a bounded
// queue, a deadline on everything. Not thread-safe: each thread opens its own.
//
// Statements are the files of content/sql, named without ".sql". Every query is one segment (one
// implicit transaction, ended by a sync), so an error in one never touches another, and its end is
// reported only when the sync point has come back: a reported write is committed.
//
//          db_open            LISTEN done              lost, deadline passed
//   DOWN ──────────► CONNECTING ──► SETUP ──► READY ──────────────────────► DOWN (retried with
//     ▲                  │            │                                         back-off)
//     └──────────────────┴────────────┘ failed
#pragma once

#include "content/base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct event_base;
struct db;
struct db_result;

struct db_options {
    const char *database; // libpq connection string
    unsigned connections; // at least 1; the first also listens for changes
    unsigned queue;       // queries that may wait for a connection
    unsigned query_ms;    // longest run on the server, and longest wait in the queue
};

// How a query ended. outcome: SEN_OK with result; SEN_CONFLICT (unique), SEN_INVALID (data or
// reference), SEN_TIMEOUT, SEN_BUSY (queue full or waited too long), SEN_UNAVAILABLE (not
// connected: nothing was sent), -EIO (an error in the statement itself, logged).
// For SEN_TIMEOUT and SEN_UNAVAILABLE with was_sent the write may have happened.
// The result is freed after the call unless it is stolen with talloc_steal.
typedef void db_done(void *data, int outcome, struct db_result *result);

// A change was committed: its number, kind and tags (space separated). Numbers can have gaps and
// repeats after a reconnection; the follower asks for what it missed.
typedef void db_change(void *data, int64_t seq, const char *kind, const char *tags);

// Listening began or ended. While it is down, nothing that was read before is known to be current.
typedef void db_listening(void *data, bool listening);

// Start connecting. Freed with its talloc parent: waiting queries are dropped without a call.
struct db *db_open(TALLOC_CTX *ctx, struct event_base *base, const struct db_options *options);

void db_on_change(struct db *db, db_change *change, db_listening *listening, void *data);

// The number of a statement, for db_query; ends the process if there is no such file (a
// programming error, met at start).
unsigned db_statement(const char *name);

// Run a statement. values: NUL-terminated text or NULL for null; copied. done is called exactly
// once, never before this call has returned.
void db_query(struct db *db, unsigned statement, const char *const *values, size_t count,
              db_done *done, void *data);

// Connected and listening.
bool db_is_ready(const struct db *db);

struct db_stats {
    unsigned ready, waiting, in_flight;   // now
    uint64_t queries, failures, connects; // since the start
};
void db_stats(const struct db *db, struct db_stats *ret);

// Rows of a result.
size_t db_rows(const struct db_result *result);
// A value by column name: NULL for null or for a column that the statement does not give.
// Lives as long as the result.
const char *db_value(const struct db_result *result, size_t row, const char *column);
size_t db_length(const struct db_result *result, size_t row, const char *column);
int64_t db_integer(const struct db_result *result, size_t row, const char *column); // null: 0
// Of a failed query: the constraint that refused, "" when there is none.
const char *db_constraint(const struct db_result *result);
