#include "content/migrate.h"

#include "locales/embedded.h"
#include "locales/handle.h"
#include "locales/locale.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

extern const struct embedded schema_files[], function_files[];

enum { FUNCTIONS = 0 }; // their number among the migrations; the files are counted from 1

#define CHECKSUM_BYTES 32

// Statements that make the table of what has been done: they must run before any is prepared.
static const char table_script[] =
    "create table if not exists migration ("
    "    number int primary key, name text not null, checksum text not null,"
    "    applied_at timestamptz not null default now())";

struct state {
    struct db_session *session;
    struct db_result *done; // rows of `migration`
    void (*applied)(const char *name);
    char **error;
};

static void checksum(const struct embedded *files, size_t count, char ret[CHECKSUM_BYTES * 2 + 1])
{
    unsigned char hash[CHECKSUM_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_update(&state, (const unsigned char *)files[i].data, files[i].size);
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(ret, CHECKSUM_BYTES * 2 + 1, hash, sizeof hash);
}

static const char *done_checksum(const struct state *state, int number)
{
    for (size_t row = 0; row < db_rows(state->done); row++)
        if (db_integer(state->done, row, "number") == number)
            return db_value(state->done, row, "checksum");
    return NULL;
}

static int query(struct state *state, const char *name, const char *const *values, size_t count)
{
    struct db_result *result;
    int r = db_session_query(state->session, state->session, name, values, count, &result,
                             state->error);
    if (!r)
        talloc_free(result);
    return r;
}

// Run files in one transaction and remember them under one number.
static int apply(struct state *state, const struct embedded *files, size_t count, int number,
                 const char *name, const char *sum)
{
    char *digits = talloc_asprintf(state->session, "%d", number);
    // Functions may name one another in any order.
    int r = db_session_script(state->session, "begin; set local check_function_bodies = off",
                              state->error);
    for (size_t i = 0; !r && i < count; i++)
        r = db_session_script(state->session, files[i].data, state->error);
    if (!r)
        r = query(state, "migration_add", (const char *const[]){digits, name, sum}, 3);
    if (!r)
        r = db_session_script(state->session, "commit", state->error);
    if (r) {
        if (db_session_script(state->session, "rollback", NULL))
            return r; // the connection is gone, and the transaction with it
    } else if (state->applied) {
        state->applied(name);
    }
    return r;
}

static int check_known(struct state *state)
{
    int newest = 0;
    for (const struct embedded *file = schema_files; file->name; file++)
        if (atoi(file->name) > newest)
            newest = atoi(file->name);
    for (size_t row = 0; row < db_rows(state->done); row++) {
        if (db_integer(state->done, row, "number") <= newest)
            continue;
        *state->error = talloc_asprintf(
            state->session,
            "the database has migration %s, which this program does not know: it was made by a "
            "newer version. Run that version, or restore a backup made before the upgrade",
            db_value(state->done, row, "name"));
        return SEN_CONFLICT;
    }
    return SEN_OK;
}

static int apply_migration(struct state *state, const struct embedded *file)
{
    char sum[CHECKSUM_BYTES * 2 + 1];
    checksum(file, 1, sum);
    const char *done = done_checksum(state, atoi(file->name));
    if (done && strcmp(done, sum) == 0)
        return SEN_OK;
    if (done) {
        *state->error = talloc_asprintf(
            state->session,
            "migration %s has been run on this database with other contents than this program "
            "has; a migration that was released must not be edited",
            file->name);
        return SEN_CONFLICT;
    }
    return apply(state, file, 1, atoi(file->name), file->name, sum);
}

// The functions are replaced, all of them, when one has changed.
static int apply_functions(struct state *state)
{
    char sum[CHECKSUM_BYTES * 2 + 1];
    size_t count = 0;
    while (function_files[count].name)
        count++;
    checksum(function_files, count, sum);
    const char *done = done_checksum(state, FUNCTIONS);
    if (done && strcmp(done, sum) == 0)
        return SEN_OK;
    return apply(state, function_files, count, FUNCTIONS, "functions", sum);
}

static int keep_locales(struct state *state)
{
    json_t *tags = json_array();
    for (size_t i = 0; i < locale_count(); i++)
        json_array_append_new(tags, json_string(locale_at(i)->tag));
    char *text = json_dumps(tags, JSON_COMPACT);
    json_decref(tags);
    int r = query(state, "migration_locales", (const char *const[]){text}, 1);
    free(text);
    return r;
}

// Accounts that are older than the comparison of names: SQL cannot know what looks alike.
static int keep_skeletons(struct state *state)
{
    struct db_result *names;
    int r = db_session_query(state->session, state->session, "migration_names", NULL, 0, &names,
                             state->error);
    for (size_t row = 0; !r && row < db_rows(names); row++) {
        char *skeletons[HANDLE_SKELETONS];
        const char *name = db_value(names, row, "name");
        handle_skeletons(names, name, skeletons);
        r = query(state, "migration_skeletons",
                  (const char *const[]){name, skeletons[0], skeletons[1]}, 3);
    }
    return r;
}

static int migrate_locked(struct state *state)
{
    int r = db_session_script(state->session, table_script, state->error);
    if (!r)
        r = db_session_query(state->session, state->session, "migration_list", NULL, 0,
                             &state->done, state->error);
    if (!r)
        r = check_known(state);
    for (const struct embedded *file = schema_files; !r && file->name; file++)
        r = apply_migration(state, file); // sorted by name, which begins with the number
    if (!r)
        r = apply_functions(state);
    if (!r)
        r = keep_locales(state);
    return r ? r : keep_skeletons(state);
}

int migrate(struct db_session *session, void (*applied)(const char *name), char **ret_error)
{
    struct state state = {session, NULL, applied, ret_error};
    int r = query(&state, "migration_lock", NULL, 0);
    if (r)
        return r;
    r = migrate_locked(&state);
    talloc_free(state.done);
    struct db_result *result;
    if (db_session_query(session, session, "migration_unlock", NULL, 0, &result, NULL))
        return r; // the lock ends with the connection
    talloc_free(result);
    return r;
}
