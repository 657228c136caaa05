// Footnotes, which CommonMark has not: a text[^id] and, at the beginning of a line,
//     [^id]: The note, until an empty line; then as long as lines are indented by four spaces.
//
// They are brought into a form that cmark understands, so that code, escapes and brackets are its
// business. The text that comes out begins with
//     [^id]: <footnote:0>          one line a note: cmark makes links of the references
//     > The note.                  its source as a quote, closed by an empty HTML comment
// followed by the rest, in which the notes' lines are empty. Once the link definitions are gone,
// the first children of the document are therefore a quote and an HTML block for every note.
#pragma once

#include "content/base/outcome.h"

#include <stddef.h>
#include <talloc.h>

struct footnote {
    const char *id;
    unsigned line;     // in the source, from 1
    unsigned out_line; // in the text that comes out
    unsigned lines;
};

struct footnotes {
    const char *text; // the source itself when there are no notes
    size_t length;
    struct footnote *notes;
    size_t count;
    unsigned lines_before; // lines of text before the rest begins
};

// Take the notes out of a text in linear time. ret->text may point into text; the rest hangs on
// ctx. SEN_INVALID (markdown.footnote_twice) or SEN_TOO_COMPLEX (markdown.too_many_footnotes).
int footnotes_extract(TALLOC_CTX *ctx, const char *text, size_t length, struct footnotes *ret,
                      struct fault *ret_fault) SEN_MUST_CHECK;

// The line of the source that a line of ret->text stands for.
unsigned footnotes_line(const struct footnotes *notes, unsigned out_line);
