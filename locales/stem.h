// Stems of words: what "festival" and "festivals" have in common to search. Snowball's algorithms
// (libstemmer), by the name that a registry row gives ("stemmer": "english"), and a light one of
// our own for Korean, which takes particles off nouns: Snowball has none.
#pragma once

#include "locales/locale.h"

// A stem has at most as many bytes as this; longer words have none.
#define STEM_BYTES 256

// Is there a stemmer of this name?
bool stem_known(const char *stemmer);

// The stem of a word in lower case and NFC, by the stemmer of the locale: true and its bytes in ret
// (not NUL-terminated, not folded). false when the locale has no stemmer, the word is of another
// script than its language (by the last letter), has no letters, or is longer than STEM_BYTES.
bool stem_word(const struct locale *locale, const char *word, size_t length, char ret[STEM_BYTES],
               size_t *ret_length);
