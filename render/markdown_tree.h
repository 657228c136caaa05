// What parts of cmark's tree say. Only render/markdown*.c see cmark.
#pragma once

#include "render/footnotes.h"
#include "render/html.h"

#include <cmark.h>
#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

bool tree_is(cmark_node *node, cmark_node_type type);
bool tree_is_block(cmark_node *node);

// The note a link refers to, or SIZE_MAX.
size_t tree_note(const struct footnotes *footnotes, cmark_node *link);

// Append the text of what stands below node, as for alt="" or a table of contents: without
// pictures (unless node is one) and references to notes.
void tree_text(const struct footnotes *footnotes, cmark_node *node, struct html *out);

// The same without blanks around it. Hangs on ctx.
char *tree_trimmed_text(TALLOC_CTX *ctx, const struct footnotes *footnotes, cmark_node *node);

// Does a block or link show anything besides pictures?
bool tree_shows_text(cmark_node *node);

// A code block whose info is "csv Caption": its caption. NULL: it is no table.
const char *tree_table_caption(cmark_node *code_block);
