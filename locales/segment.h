// Words for search: one walk over a text gives the index, a query and an excerpt the same tokens.
//
// In scripts with spaces a word is letters, digits and marks in a row, apostrophes between them
// (H'Mông, aujourd'hui) included; every other character parts words (3.14 is two). An English 's is
// no part of its word. In Han and kana, Thai, Lao, Khmer, and others without spaces, a run of
// letters is given as its graphemes, and its words are those that ICU's dictionaries find in it.
// Dictionaries disagree with themselves from one context to the next: to find, use the graphemes
// (any two neighbours in a run are neighbours in every text that contains it); the words are for
// scoring and for people.
//
// Forms of a token, all UTF-8, NFC (locales/segment_fold.h has the rules):
//   folded   what is compared: no case, no marks in Latin, Greek, Cyrillic, Arabic and Hebrew, đ as
//            d, digits in ASCII, Arabic alef, yeh and teh marbuta in one form each, sara am in one
//            form, Chinese simplified, no apostrophes. It does not depend on the locale.
//   written  lower case with its marks; Vietnamese tones of oa, oe, uy in one place (hoà is hòa).
//   stem     by the locale's stemmer (locales/stem.h), folded.
#pragma once

#include "locales/locale.h"

#include <stdint.h>
#include <talloc.h>

// Words whose forms are longer than this, bytes, are passed over.
#define SEGMENT_FORM_BYTES 1024

enum segment_kind {
    SEGMENT_WORD, // with spaces around it; or, run not NULL, a word that a dictionary found
    SEGMENT_PART, // what follows an elided article: "histoire" of the word before, "l'histoire"
    SEGMENT_RUN,  // a run as a whole, before its words; folded and written are all its graphemes
};

// The graphemes of a run. cuts has count + 1 places in the token's folded form; a grapheme stands
// in the text from `from` up to `to`.
struct segment_run {
    size_t count;
    const uint32_t *cuts;
    const uint32_t *from, *to;
};

// Forms live until the next call, those of a run and itself until its last word has been given;
// they are NUL-terminated.
struct segment_token {
    enum segment_kind kind;
    unsigned position;  // from 1; a part has that of its word; blank lines skip some
    unsigned span;      // how many it takes: 1, in a run one a grapheme
    uint32_t from, to;  // where it stands in the text, bytes
    const char *folded; // never empty
    const char *written;
    const char *stem; // NULL: none
    uint32_t folded_length;
    uint32_t written_length;
    uint32_t stem_length;
    const struct segment_run *run; // NULL: spaced
    size_t first;                  // its first grapheme of the run
};

enum segment_mode {
    SEGMENT_ALL,
    SEGMENT_QUERY, // no parts: in French a part takes the place of its word
    SEGMENT_QUICK, // no stems, no words of runs
};

struct segment_walk;

// Walk over length bytes, which stay the caller's and must outlive the walk. What is not UTF-8
// parts words; nothing is walked past TEXT_BYTES_MAX of text.h. Linear time.
struct segment_walk *segment_open(TALLOC_CTX *ctx, const struct locale *locale, const char *text,
                                  size_t length, enum segment_mode mode);

// The next token, in the order of the text; false at its end.
bool segment_next(struct segment_walk *walk, struct segment_token *ret);

// The folded form of a word that is in the written form already, as of a stem. Returns its length;
// ret is not NUL-terminated. 0 where it does not fit.
size_t segment_fold(const char *word, size_t length, char *ret, size_t size);

// The number of words, for the reading time. 0 for what is not UTF-8.
size_t segment_count(const struct locale *locale, const char *text);
