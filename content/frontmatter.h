// The head of a Markdown file: YAML between two lines of three hyphens, then the text.
//
// Of YAML 1.1 only what people write by hand: mappings, sequences, scalars. Anchors, aliases, tags,
// directives and further documents are refused, doubled keys too. Every scalar is text; the shapes
// of content/fields.h know which of them are numbers and booleans.
#pragma once

#include "content/base/outcome.h"

#include <jansson.h>
#include <talloc.h>

#define FRONTMATTER_BYTES (256 * 1024) // between the two lines: as much as an item can hold
#define FRONTMATTER_KEYS  256          // in all mappings together
#define FRONTMATTER_DEPTH 4            // collections in one another

struct frontmatter {
    json_t *values;   // an object; lives as long as the ctx
    const char *body; // what stands behind, in the given text
    size_t body_length;
    unsigned body_line; // of its first line in the file, from 1
    struct frontmatter_line *lines;
};

// text has passed text_check(). A fault has its line. Returns SEN_OK or SEN_INVALID.
int frontmatter_read(TALLOC_CTX *ctx, const char *text, size_t length, struct frontmatter *ret,
                     struct fault *ret_fault) SEN_MUST_CHECK;

// The line of a value ("sources[1].url"), else that of what encloses it, else 1.
unsigned frontmatter_line(const struct frontmatter *matter, const char *path);

// The file of an object of texts, numbers, booleans, arrays and objects of those, in the object's
// order, and of a body: what frontmatter_read() gives back. Hangs on ctx.
char *frontmatter_write(TALLOC_CTX *ctx, const json_t *values, const char *body);
