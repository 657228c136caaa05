// XLIFF 2.1 (OASIS Standard, 13 February 2018): a text on its way to a translator's tools and back.
//
// A document has one <file> for one text; `original` is the article's id. Units are the title, the
// summary, the alternative text of the lead picture and every unit of the body's segments
// (render/segments.h) that says something. A unit's id carries a digest of what its source said,
// so that it is known on return whether that has changed since: "u3-0123456789abcdef",
// "title-...". Inline codes are <pc> and <ph> with the numbers they have in the unit; what they
// stand for is in <originalData>, and a picture names the units of its texts in subFlows.
//
// Coming back, any XLIFF 2.x is taken: <segment>s that a tool has split or put into another order,
// <sc> and <ec> for <pc>, annotations, modules and namespaces of its own.
#pragma once

#include "content/base/outcome.h"
#include "locales/locale.h"
#include "render/segments.h"

#include <stddef.h>
#include <talloc.h>

#define XLIFF_BYTES_MAX (4 * 1024 * 1024)
#define XLIFF_UNITS_MAX (SEGMENTS_UNITS_MAX + 3)
#define XLIFF_CODES_MAX (4 * SEGMENTS_CODES_MAX) // in a document

// The texts of a unit-wise translation: of a source what it says, of a target what it shall say.
struct xliff_words {
    const char *title, *summary, *image_alt; // NULL or "": none
};

struct xliff_text {
    const char *article;
    const struct locale *source_locale, *target_locale;
    struct xliff_words source;
    const json_t *segments; // of the source's body; NULL: none
    struct xliff_words target;
    const json_t *targets; // as segments_join() takes them; NULL: none
    const char *state;     // of what is translated: "translated", "reviewed" or "final"
    const char *agency;    // NULL or "": not said
    unsigned revision;     // of the source; 0: not said
};

// *ret hangs on ctx.
int xliff_write(TALLOC_CTX *ctx, const struct xliff_text *text, char **ret,
                size_t *ret_length) SEN_MUST_CHECK;

struct xliff_unit {
    const char *id;                // "u3", "title": without the digest
    char hash[SEGMENTS_HASH + 1];  // of the source it was made from (segments_hash)
    const json_t *source, *target; // tokens; target is NULL where a segment has none
    const char *refused;           // NULL, or a message key: why it was not taken
};

struct xliff_file {
    const char *article, *source_locale, *target_locale; // as they stand there; "" where absent
    struct xliff_unit *units;
    size_t count;
};

// Read a document. Everything hangs on ctx. SEN_TOO_LARGE: xliff.too_large; SEN_TOO_COMPLEX:
// xliff.too_many, xml.too_deep; SEN_INVALID: xml.malformed, ..., xliff.format (another
// root element or version), xliff.files (of several articles). fault->field is "body".
int xliff_read(TALLOC_CTX *ctx, const char *bytes, size_t length, struct xliff_file *ret,
               struct fault *ret_fault) SEN_MUST_CHECK;

struct xliff_taken {
    struct xliff_words words; // NULL: not taken
    json_t *targets;          // as segments_join() takes them
    size_t taken, refused;    // units
};

// Compare a document with the source as it is now (text->target and after are not looked at) and
// take what is translated. Of each unit that cannot be taken, `refused` says why:
//   xliff.no_target, xliff.unknown_unit, xliff.unit_twice, xliff.source_changed, and what
//   segments_check() says.
// SEN_INVALID: xliff.other_article, xliff.other_language; then nothing was taken.
int xliff_take(TALLOC_CTX *ctx, struct xliff_file *file, const struct xliff_text *text,
               struct xliff_taken *ret, struct fault *ret_fault) SEN_MUST_CHECK;
