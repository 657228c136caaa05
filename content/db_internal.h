// What content/db.c and content/db_command.c share: results, and what an SQLSTATE means.
#pragma once

#include "content/db.h"

#include <libpq-fe.h>

// Wrap a libpq result; it is cleared when the wrapper is freed.
struct db_result *db_result_new(TALLOC_CTX *ctx, PGresult *result);

// The outcome of a finished libpq result.
int db_result_outcome(const PGresult *result);

struct embedded;
// The file of a statement number.
const struct embedded *db_statement_file(unsigned statement);
unsigned db_statement_count(void);

// libpq must carry the fix of CVE-2026-6477 (15.18): ends the process with a sentence otherwise.
void db_check_version(void);
