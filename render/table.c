#include "render/table.h"

#include "content/csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// A sign, digits with any separators between them, a percent sign. Written out because the
// separators of thousands and decimals differ from language to language.
static bool is_number(const char *cell)
{
    static const char *const signs[] = {"+", "-", "\xe2\x88\x92", "\xc2\xb1", "~", "\xe2\x89\x88"};
    static const char *const between[] = {".",           ",", " ", "'", "\xc2\xa0", "\xe2\x80\xaf",
                                          "\xe2\x80\x99"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i]);
        if (strncmp(cell, signs[i], length) == 0) {
            cell += length;
            break;
        }
    }
    bool digit = false;
    while (*cell && *cell != '%') {
        if (*cell >= '0' && *cell <= '9') {
            digit = true;
            cell++;
            continue;
        }
        size_t i = 0, length = 0;
        for (; digit && i < sizeof between / sizeof *between; i++) {
            length = strlen(between[i]);
            if (strncmp(cell, between[i], length) == 0)
                break;
        }
        if (!digit || i == sizeof between / sizeof *between)
            return false;
        cell += length;
    }
    return digit && (!*cell || !cell[1]);
}

// What stands for "nothing known" does not make a column one of words.
static bool is_blank(const char *cell)
{
    static const char *const blanks[] = {"",   "-", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\xa6",
                                         "..."};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strcmp(cell, blanks[i]) == 0)
            return true;
    return false;
}

static bool column_of_numbers(const struct csv_table *table, size_t column)
{
    bool any = false;
    for (size_t i = 1; i < table->count; i++) {
        const struct csv_row *row = &table->rows[i];
        if (column >= row->count || is_blank(row->cells[column]))
            continue;
        if (!is_number(row->cells[column]))
            return false;
        any = true;
    }
    return any;
}

static void cell(struct html *html, struct html *words, const char *scope, bool number,
                 const char *text)
{
    // An empty heading would be announced as one.
    bool heads = *text && scope;
    html_raw(html, "<");
    html_raw(html, heads ? "th" : "td");
    if (heads) {
        html_raw(html, " scope=\"");
        html_raw(html, scope);
        html_raw(html, "\"");
    }
    html_raw(html, number ? " class=\"number\">" : ">");
    html_text(html, text);
    html_raw(html, heads ? "</th>" : "</td>");
    html_raw(words, text);
    html_raw(words, "\n");
}

static void write_rows(struct html *html, struct html *words, const struct csv_table *table)
{
    bool numbers[CSV_COLUMNS_MAX];
    size_t columns = table->rows[0].count;
    for (size_t i = 0; i < columns; i++)
        numbers[i] = column_of_numbers(table, i);

    html_raw(html, "<thead>\n<tr>");
    for (size_t i = 0; i < columns; i++)
        cell(html, words, "col", numbers[i] && (i > 0 || columns == 1), table->rows[0].cells[i]);
    html_raw(html, "</tr>\n</thead>\n");
    if (table->count == 1)
        return;
    html_raw(html, "<tbody>\n");
    for (size_t i = 1; i < table->count; i++) {
        const struct csv_row *row = &table->rows[i];
        html_raw(html, "<tr>");
        for (size_t j = 0; j < columns; j++)
            cell(html, words, columns > 1 && j == 0 ? "row" : NULL,
                 numbers[j] && (j > 0 || columns == 1), j < row->count ? row->cells[j] : "");
        html_raw(html, "</tr>\n");
    }
    html_raw(html, "</tbody>\n");
}

static int check(const struct csv_table *table, struct fault *ret_fault)
{
    ret_fault->detail[0] = '\0';
    if (!table->count) {
        ret_fault->key = "csv.empty";
        ret_fault->line = 0;
        return SEN_INVALID;
    }
    for (size_t i = 1; i < table->count; i++) {
        if (table->rows[i].count <= table->rows[0].count)
            continue;
        ret_fault->key = "csv.ragged";
        ret_fault->line = table->rows[i].line;
        snprintf(ret_fault->detail, sizeof ret_fault->detail, "%zu", table->rows[0].count);
        return SEN_INVALID;
    }
    return SEN_OK;
}

int table_write(struct html *html, struct html *words, const char *caption, const char *csv,
                size_t length, struct fault *ret_fault)
{
    struct csv_table *table;
    int r = csv_read(html->ctx, csv, length, &table, ret_fault);
    if (r)
        return r;
    r = check(table, ret_fault);
    if (r) {
        talloc_free(table);
        return r;
    }
    html_raw(html, "<section class=\"table\" tabindex=\"0\"");
    if (*caption) {
        html_raw(html, " aria-label=\"");
        html_text(html, caption);
        html_raw(html, "\"");
    }
    html_raw(html, ">\n<table>\n");
    if (*caption) {
        html_raw(html, "<caption>");
        html_text(html, caption);
        html_raw(html, "</caption>\n");
        html_raw(words, caption);
        html_raw(words, "\n");
    }
    write_rows(html, words, table);
    html_raw(html, "</table>\n</section>\n");
    talloc_free(table);
    return SEN_OK;
}
