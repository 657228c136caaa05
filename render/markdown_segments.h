// What can be translated one by one (render/segments.h), out of cmark's tree and the source.
#pragma once

#include "render/markdown_tree.h"

struct segments_source {
    const char *text; // the Markdown as it was given
    size_t length;
    const struct footnotes *footnotes;
    cmark_node *root;   // without the notes
    cmark_node **notes; // a quote for each of footnotes->notes
};

// The segments as JSON, or NULL past a limit of segments.h. The text has been rendered, so it is
// within the limits of markdown.h. Hangs on ctx.
char *markdown_segments(TALLOC_CTX *ctx, const struct segments_source *source);
