// Where the blocks stand that hold something to translate.
#pragma once

#include "render/markdown_segments.h"

#include <stdbool.h>
#include <stddef.h>

struct segments_block {
    cmark_node *node;   // a paragraph, a heading or a table
    size_t start, end;  // in the source: of what it says, of a table with its fences
    const char *prefix; // what its further lines begin with; NULL: a heading behind "#"
    bool at_margin;     // its first line begins with it, outside of notes
    bool after_note;    // and that line would go on with the note before it if it could
    size_t line_end;    // of its first line, without the line break
    size_t next_line;   // where the line after its first begins
};

struct segments_blocks {
    struct segments_block *all; // in their order in the source
    size_t count;
};

// Everything hangs on ctx.
struct segments_blocks markdown_blocks(TALLOC_CTX *ctx, const struct segments_source *source);
