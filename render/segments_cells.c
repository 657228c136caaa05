#include "content/csv.h"
#include "render/segments_internal.h"

#include <string.h>

static bool is_row_end(char c)
{
    return c == '\n' || c == '\r';
}

// Find the next cell and its end; false: it goes on over a line break.
static bool scan_cell(const char *text, size_t end, size_t *at, struct segments_cell *ret)
{
    while (*at < end && strchr(" \t", text[*at]))
        ++*at;
    ret->start = *at;
    bool quoted = *at < end && text[*at] == '"';
    bool inside = quoted;
    for (*at += quoted; *at < end && (inside || !(text[*at] == ',' || is_row_end(text[*at])));
         ++*at) {
        inside ^= quoted && text[*at] == '"';
        if (inside && is_row_end(text[*at]))
            return false;
    }
    ret->end = *at;
    while (ret->end > ret->start && strchr(" \t", text[ret->end - 1]))
        ret->end--;
    return true;
}

// Does the cell say this, once its quotes are gone?
static bool says(const char *text, const struct segments_cell *cell, const char *said)
{
    size_t at = cell->start, end = cell->end;
    bool quoted = at < end && text[at] == '"';
    if (quoted && (end - at < 2 || text[--end] != '"'))
        return false;
    for (at += quoted; at < end && *said == text[at]; at++, said++)
        at += quoted && text[at] == '"';
    return at == end && !*said;
}

static bool find_all(const char *text, size_t at, size_t end, const struct csv_table *table,
                     struct segments_cells *ret)
{
    for (size_t i = 0; i < table->count; i++) {
        for (size_t p = at; p < end && strchr(" \t\r\n", text[p]); p++)
            at = is_row_end(text[p]) ? p + 1 : at;
        for (size_t j = 0; j < table->rows[i].count; j++) {
            struct segments_cell *cell = &ret->all[ret->count++];
            if (!scan_cell(text, end, &at, cell) || !says(text, cell, table->rows[i].cells[j]))
                return false;
            cell->said = table->rows[i].cells[j];
            bool last = j + 1 == table->rows[i].count;
            if (last ? at < end && !is_row_end(text[at]) : at == end || text[at] != ',')
                return false;
            at += !last;
        }
    }
    return true;
}

bool segments_cells(TALLOC_CTX *ctx, const char *text, size_t from, size_t end,
                    struct segments_cells *ret)
{
    struct fault fault;
    struct csv_table *table;
    size_t total = 0;
    if (csv_read(ctx, text + from, end - from, &table, &fault))
        return false;
    for (size_t i = 0; i < table->count; i++)
        total += table->rows[i].count;
    *ret = (struct segments_cells){.all = talloc_array(ctx, struct segments_cell, total)};
    return find_all(text, from, end, table, ret);
}
