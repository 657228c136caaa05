// Words for search: ICU's word breaks, with its dictionaries for Chinese, Japanese, Thai, Lao and
// Khmer. The results are words joined by single spaces, for to_tsvector('simple', ...).
//
// written: lower case, NFC.
// folded:  the same words case-folded and without the marks of Latin, Greek, Cyrillic, Arabic and
//          Hebrew letters, with đ as d, ł as l, ø as o, digits in ASCII: "ha noi" finds "Hà Nội",
//          and Hòa and Hoà are one. Vowel signs and tone marks of Thai, Lao and Khmer and the
//          voicing marks of kana are letters there and stay.
//
// Dictionaries disagree with themselves from one context to the next, so runs in Han, kana, Thai,
// Lao or Khmer are also given as overlapping pairs of graphemes, and a query uses only these.
#pragma once

#include "locales/locale.h"

#include <talloc.h>

enum segment_outcome {
    SEGMENT_BAD_UTF8 = 1, // or longer than TEXT_BYTES_MAX of text.h
};

struct words {
    char *written;
    size_t written_length;
    char *folded;
    size_t folded_length;
};

// For the index: every word in its order; then, for runs in the scripts above, every pair of
// neighbouring graphemes and the last grapheme (so each grapheme begins a word of the index).
// text has passed text_check().
int segment_words(TALLOC_CTX *ctx, const struct locale *locale, const char *text, size_t length,
                  struct words *ret) LOCALES_MUST_CHECK;

// For a query: as above, but runs in those scripts give their pairs instead of their words (a run
// of one grapheme gives that; ask for it as a prefix).
int segment_query(TALLOC_CTX *ctx, const struct locale *locale, const char *text, size_t length,
                  struct words *ret) LOCALES_MUST_CHECK;

// The number of words, for the reading time. 0 for what is not UTF-8.
size_t segment_count(const struct locale *locale, const char *text);
