// A table written as CSV (a fenced block whose info is "csv Caption") as an accessible HTML table.
#pragma once

#include "content/base/outcome.h"
#include "render/html.h"

// Append the table. The first row heads the columns; with two columns or more, the first cell of
// every row heads the row. A column of numbers gets class="number". Rows shorter than the first are
// filled up. caption may be ""; it labels the region that scrolls. The text without markup is also
// appended to words.
// Outcomes: those of csv_read; SEN_INVALID with csv.empty or csv.ragged (a row is longer than the
// first). ret_fault->line counts from 1 in the block.
int table_write(struct html *html, struct html *words, const char *caption, const char *csv,
                size_t length, struct fault *ret_fault) SEN_MUST_CHECK;
