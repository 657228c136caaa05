#include "content/csv.h"

#include <csv.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct reader {
    struct csv_table *table;
    struct csv_row *rows;
    const char *cells[CSV_COLUMNS_MAX]; // of the row being read
    size_t cell_count;
    unsigned line;     // of the byte being read
    unsigned row_line; // where the row being read begins
    bool after_return; // the last line ended in CR: an LF now belongs to it
    bool too_many_columns, too_many_rows;
};

static bool is_full(const struct reader *reader)
{
    return reader->too_many_columns || reader->too_many_rows;
}

static void on_cell(void *text, size_t length, void *data)
{
    struct reader *reader = data;
    if (reader->cell_count == CSV_COLUMNS_MAX)
        reader->too_many_columns = true;
    if (is_full(reader))
        return;
    reader->cells[reader->cell_count++] = talloc_strndup(reader->table, length ? text : "", length);
    for (const char *p = text; length && (p = memchr(p, '\n', length - (p - (char *)text))); p++)
        reader->line++;
}

static void end_row(struct reader *reader)
{
    if (!reader->cell_count)
        return;
    if (reader->table->count == CSV_ROWS_MAX) {
        reader->too_many_rows = true;
        return;
    }
    if ((reader->table->count & (reader->table->count - 1)) == 0) {
        size_t size = reader->table->count ? 2 * reader->table->count : 1;
        reader->rows = talloc_realloc(reader->table, reader->rows, struct csv_row, size);
    }
    reader->rows[reader->table->count++] = (struct csv_row){
        talloc_memdup(reader->table, reader->cells, reader->cell_count * sizeof *reader->cells),
        reader->cell_count, reader->row_line};
    reader->cell_count = 0;
}

// terminator: the byte that ended the row, -1 at the end of the text.
static void on_row(int terminator, void *data)
{
    struct reader *reader = data;
    if (!is_full(reader))
        end_row(reader);
    if (is_full(reader))
        return;
    if (terminator == '\r' || (terminator == '\n' && !reader->after_return))
        reader->line++;
    reader->after_return = terminator == '\r';
    reader->row_line = reader->line;
}

static int fault(struct fault *ret, const char *key, unsigned line, unsigned limit, int outcome)
{
    ret->key = key;
    ret->line = line;
    ret->detail[0] = '\0';
    if (limit)
        snprintf(ret->detail, sizeof ret->detail, "%u", limit);
    return outcome;
}

int csv_read(TALLOC_CTX *ctx, const char *text, size_t length, struct csv_table **ret,
             struct fault *ret_fault)
{
    if (length && memchr(text, '\0', length))
        return fault(ret_fault, "csv.nul", 0, 0, SEN_INVALID);

    struct csv_table *table = talloc_zero(ctx, struct csv_table);
    struct reader reader = {.table = table, .line = 1, .row_line = 1};
    // CSV_REPALL_NL reports empty lines too, which keeps the count of lines true.
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL | CSV_APPEND_NULL);
    bool read = csv_parse(&parser, text, length, on_cell, on_row, &reader) == length &&
                csv_fini(&parser, on_cell, on_row, &reader) == 0;
    csv_free(&parser);

    int r = SEN_OK;
    if (reader.too_many_columns)
        r = fault(ret_fault, "csv.columns", reader.row_line, CSV_COLUMNS_MAX, SEN_TOO_LARGE);
    else if (reader.too_many_rows)
        r = fault(ret_fault, "csv.rows", reader.row_line, CSV_ROWS_MAX, SEN_TOO_LARGE);
    else if (!read)
        r = fault(ret_fault, "csv.quotes", reader.row_line, 0, SEN_INVALID);
    if (r) {
        talloc_free(table);
        return r;
    }
    table->rows = reader.rows;
    *ret = table;
    return SEN_OK;
}

char *csv_line(TALLOC_CTX *ctx, const char *const *cells, size_t count)
{
    size_t size = 3 + (count ? count - 1 : 0); // CRLF and NUL, commas
    for (size_t i = 0; i < count; i++)
        size += csv_write(NULL, 0, cells[i], strlen(cells[i]));
    char *line = talloc_array(ctx, char, size), *at = line;
    for (size_t i = 0; i < count; i++) {
        if (i)
            *at++ = ',';
        at += csv_write(at, size - (size_t)(at - line), cells[i], strlen(cells[i]));
    }
    memcpy(at, "\r\n", 3);
    return line;
}
