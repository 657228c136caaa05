// How segments are made and written, shared by their files.
#pragma once

#include "render/footnotes.h"
#include "render/html.h"
#include "render/segments.h"

#include <stdbool.h>

// Markup between two codes that would else be read as one: inline HTML, which is not shown, and
// which can begin a line without beginning an HTML block.
#define SEGMENTS_SEPARATOR "<i></i>"

// ---- segments_parts.c: tokens made valid -----------------------------------------------------

enum part_kind { PART_TEXT, PART_OPEN, PART_CLOSE, PART_ALONE };

struct part {
    enum part_kind kind;
    const char *text; // of PART_TEXT; not NUL-terminated
    size_t length;
    const json_t *code; // the unit's own token: of PART_CLOSE the one that opened
    const char *name;   // of the code: "emphasis", ...
};

struct parts {
    struct part *all;
    size_t count;
};

// Tokens that may come from anywhere, as parts that nest, with the codes of the unit: texts are
// joined, and codes that cannot stand are left out, of which *ret_reason tells the first (NULL:
// none; may be NULL).
struct parts segments_parts(TALLOC_CTX *ctx, const json_t *unit, const json_t *tokens,
                            const char **ret_reason);

// May so many emphases stand inside one another? (segments_write.c says why not more.)
bool segments_may_nest(unsigned emphases, unsigned strongs);

// ---- segments_write.c: parts as Markdown -----------------------------------------------------

// Append a unit whose tokens are target (NULL: its own). segments and targets serve the pictures in
// it.
void segments_write(struct html *out, const json_t *segments, const json_t *targets,
                    const json_t *unit, const json_t *target);

// Append the destination of a link or picture.
void segments_write_url(struct html *out, const char *url);

// ---- segments_cells.c: tables ----------------------------------------------------------------

struct segments_cell {
    size_t start, end; // in the text, with its quotes
    const char *said;
};

struct segments_cells {
    struct segments_cell *all;
    size_t count;
};

// Where the cells of the CSV in text stand. False: not as simply as can be told, as when one goes
// on over a line break. Everything hangs on ctx.
bool segments_cells(TALLOC_CTX *ctx, const char *text, size_t from, size_t end,
                    struct segments_cells *ret);
