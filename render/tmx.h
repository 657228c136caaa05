// Translation memories as TMX 1.4b (LISA OSCAR, 2005), out and in, piece by piece: a memory may be
// larger than what is held at a time. Segments are plain text; of the native codes of other tools
// (<bpt>, <ept>, <ph>, <it>, <ut>) nothing is kept, of <hi> what it marks.
#pragma once

#include "content/base/outcome.h"
#include "locales/locale.h"

#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

#define TMX_TEXT_BYTES 16384 // of a segment; a longer one is passed over
#define TMX_SIDES      100   // languages of a unit; what follows is passed over

// A pair: what a text said in one language, and what it says in another.
struct tmx_pair {
    const struct locale *source_locale, *locale;
    const char *source, *target; // UTF-8; read: NFC, on one line, not empty
    int64_t at;                  // Unix seconds; 0: not known
    const char *article;         // where it comes from; NULL: not known
};

// ---- out -------------------------------------------------------------------------------------

struct tmx_writer;

// Take a piece of the document. Anything but SEN_OK ends the writing.
typedef int tmx_sink(void *data, const char *bytes, size_t length);

// A document of pairs out of source, or of any language (NULL). Freed with ctx.
struct tmx_writer *tmx_writer_new(TALLOC_CTX *ctx, const struct locale *source, tmx_sink *sink,
                                  void *data);
// The sink's outcome; it is called when some 64 KiB have come together.
int tmx_writer_add(struct tmx_writer *writer, const struct tmx_pair *pair) SEN_MUST_CHECK;
int tmx_writer_finish(struct tmx_writer *writer) SEN_MUST_CHECK;

// ---- in --------------------------------------------------------------------------------------

struct tmx_reader;

// Take a pair, which lives as long as the call. Anything but SEN_OK ends the reading.
typedef int tmx_taker(void *data, const struct tmx_pair *pair);

// Freed with ctx.
struct tmx_reader *tmx_reader_new(TALLOC_CTX *ctx, tmx_taker *taker, void *data);

// Read on; last: the document ends here. Of a unit in several languages its source makes a pair
// with each other one. Outcomes: the taker's; SEN_INVALID: tmx.format, xml.malformed, ...;
// SEN_TOO_COMPLEX: xml.too_deep. ret_fault->field is "body".
int tmx_reader_feed(struct tmx_reader *reader, const char *bytes, size_t length, bool last,
                    struct fault *ret_fault) SEN_MUST_CHECK;

// Segments that were passed over so far: in a language the portal does not know, empty, too long,
// or no text that may be let in; or there was no source to them.
size_t tmx_reader_skipped(const struct tmx_reader *reader);
