// Text from outside: what is let in, how long it is to a reader, and where it may be cut.
// Lengths of arguments are bytes of UTF-8. Results are NUL-terminated and hang on ctx.
#pragma once

#include "locales/locale.h"

#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

// More combining marks than this behind one another are refused (UAX 15 section 13): ICU's
// normalisation is quadratic in their number.
#define TEXT_MARKS_MAX 30

// Nothing in locales/ takes a longer text, bytes. Callers have limits of their own far below.
#define TEXT_BYTES_MAX (16 << 20)

enum text_rules {
    TEXT_LINE,  // a title, a name: no line breaks, no tabs, no bidirectional controls
    TEXT_BLOCK, // Markdown: line breaks (CRLF and CR become LF), tabs and bidi controls may stand
};

enum text_outcome {
    TEXT_OK,
    TEXT_BAD_UTF8, // not UTF-8: truncated, overlong, a surrogate, past U+10FFFF
    TEXT_CONTROL,  // a control character (C0, DEL, C1) or noncharacter; in a line also LF, CR, tab,
                   // U+2028, U+2029
    TEXT_MARKS,    // more than TEXT_MARKS_MAX combining marks in a row
    TEXT_BIDI,     // in a line: an embedding, override or isolate (U+202A-202E, U+2066-2069)
    TEXT_TOO_LONG, // over TEXT_BYTES_MAX
};

// Check a text and bring it to NFC (UAX 15). The first offence decides the outcome (enum
// text_outcome); on TEXT_OK *ret is the text and *ret_length its bytes. Linear time.
int text_check(TALLOC_CTX *ctx, const char *utf8, size_t length, enum text_rules rules, char **ret,
               size_t *ret_length) LOCALES_MUST_CHECK;

// The character that text_check() refuses, for telling the writer; 0 when it is not one that can be
// named (no UTF-8, too long) or nothing is refused.
uint32_t text_offender(const char *utf8, size_t length, enum text_rules rules);

// Is it UTF-8: not truncated, not overlong, no surrogates, nothing past U+10FFFF?
bool text_is_utf8(const char *text, size_t length);

// The length as a reader counts it: grapheme clusters (UAX 29).
size_t text_length_graphemes(const char *text);

// Where at most max graphemes begin that end at `at`, or end that begin there: bytes of the text,
// which is length long. *ret_count is how many there are. The time does not depend on the length.
size_t text_before(const char *text, size_t length, size_t at, size_t max, size_t *ret_count);
size_t text_after(const char *text, size_t length, size_t at, size_t max, size_t *ret_count);

// The text itself if it has at most max_graphemes, else its beginning with "…", together at most
// max_graphemes: cut between words where that leaves more than half, else between graphemes.
char *text_truncate(TALLOC_CTX *ctx, const struct locale *locale, const char *text,
                    size_t max_graphemes);

// Is a character punctuation (general category P) that the given major version of Unicode has had?
bool text_is_punctuation(uint32_t c, unsigned unicode);

// Is it a space that is no control character (general category Zs)?
bool text_is_space(uint32_t c);
