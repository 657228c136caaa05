#include "content/base/log.h"
#include "content/db_internal.h"
#include "locales/embedded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct embedded sql_files[];

struct db_result {
    PGresult *result;
};

static int db_result_free(struct db_result *result)
{
    PQclear(result->result);
    return 0;
}

struct db_result *db_result_new(TALLOC_CTX *ctx, PGresult *result)
{
    struct db_result *wrapper = talloc(ctx, struct db_result);
    wrapper->result = result;
    talloc_set_destructor(wrapper, db_result_free);
    return wrapper;
}

size_t db_rows(const struct db_result *result)
{
    return (size_t)PQntuples(result->result);
}

const char *db_value(const struct db_result *result, size_t row, const char *column)
{
    int number = PQfnumber(result->result, column);
    if (number < 0 || PQgetisnull(result->result, (int)row, number))
        return NULL;
    return PQgetvalue(result->result, (int)row, number);
}

size_t db_length(const struct db_result *result, size_t row, const char *column)
{
    int number = PQfnumber(result->result, column);
    return number < 0 ? 0 : (size_t)PQgetlength(result->result, (int)row, number);
}

int64_t db_integer(const struct db_result *result, size_t row, const char *column)
{
    const char *value = db_value(result, row, column);
    return value ? strtoll(value, NULL, 10) : 0;
}

const char *db_constraint(const struct db_result *result)
{
    const char *name = PQresultErrorField(result->result, PG_DIAG_CONSTRAINT_NAME);
    return name ? name : "";
}

int db_result_outcome(const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
        return SEN_OK;
    default:
        break;
    }
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (!state)
        return SEN_UNAVAILABLE;
    if (strcmp(state, "23505") == 0)
        return SEN_CONFLICT;
    if (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0)
        return SEN_INVALID;
    if (strcmp(state, "57014") == 0)
        return SEN_TIMEOUT;
    if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0)
        return SEN_BUSY;
    if (strncmp(state, "08", 2) == 0 || strncmp(state, "53", 2) == 0 ||
        strncmp(state, "57P", 3) == 0 || strcmp(state, "25006") == 0)
        return SEN_UNAVAILABLE;
    log_error("db.statement", "%s", PQresultErrorMessage(result));
    return -EIO;
}

const struct embedded *db_statement_file(unsigned statement)
{
    return &sql_files[statement];
}

static unsigned statement_count;

static void __attribute__((constructor)) count_statements(void)
{
    while (sql_files[statement_count].name)
        statement_count++;
}

unsigned db_statement_count(void)
{
    return statement_count;
}

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, ((const struct embedded *)file)->name);
}

unsigned db_statement(const char *name)
{
    char file[80];
    snprintf(file, sizeof file, "%s.sql", name);
    const struct embedded *found =
        bsearch(file, sql_files, db_statement_count(), sizeof *sql_files, compare_name);
    if (found)
        return (unsigned)(found - sql_files);
    log_error("db.statement", "there is no content/sql/%s.sql", name);
    abort();
}

void db_check_version(void)
{
    if (PQlibVersion() >= 150018)
        return;
    log_error("db.version", "libpq %d is older than 15.18 and lacks security fixes; upgrade libpq5",
              PQlibVersion());
    exit(1);
}
