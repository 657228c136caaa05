// Small tables in comma separated values (RFC 4180), read at once and written line by line with
// libcsv.
//
// Spaces around an unquoted cell are dropped, empty lines are skipped, lines end in LF, CRLF or CR.
// Rows may differ in length; the caller decides what that means.
#pragma once

#include "content/base/outcome.h"

#include <stddef.h>
#include <talloc.h>

#define CSV_COLUMNS_MAX 100
#define CSV_ROWS_MAX    2000

struct csv_row {
    const char *const *cells; // NUL-terminated
    size_t count;             // at least 1
    unsigned line;            // where the row begins, from 1
};

struct csv_table {
    const struct csv_row *rows;
    size_t count;
};

// Read length bytes. The table is a talloc child of ctx and needs text no longer.
// Outcomes: SEN_INVALID with csv.quotes (a quote stands inside a cell or is never closed) or
// csv.nul; SEN_TOO_LARGE with csv.columns or csv.rows. ret_fault->line counts from 1 in text and
// ret_fault->field is left alone.
int csv_read(TALLOC_CTX *ctx, const char *text, size_t length, struct csv_table **ret,
             struct fault *ret_fault) SEN_MUST_CHECK;

// A line of a table: every cell quoted, CRLF behind them. It hangs on ctx; others can be appended
// to it (talloc_strdup_append_buffer).
char *csv_line(TALLOC_CTX *ctx, const char *const *cells, size_t count);
