// Internal to locales/: the forms of a word, by the tables where they know every character of it.
#pragma once

#include "locales/segment.h"
#include "locales/segment_fold.h"

#include <stdbool.h>

#define FORM_APOSTROPHE 0x2019 // what every one of them becomes

// The class of a character; of what is none (-1), FOLD_OTHER.
enum fold_class form_class(UChar32 c);

// The two forms of text, in UTF-16. The written one keeps apostrophes. Lengths are -1 where a form
// is too long.
void form_make(const UChar *text, int32_t count, UChar written[SEGMENT_FORM_BYTES],
               int32_t *ret_written, UChar folded[SEGMENT_FORM_BYTES], int32_t *ret_folded);

// At most SEGMENT_FORM_BYTES, and a NUL. false: it does not fit.
bool form_to_utf8(const UChar *text, int32_t count, char *out, uint32_t *ret_length);

// hoà as hòa, khoẻ as khỏe, thuý as thúy: in an open syllable both ways are taught. In place; the
// length, which may be another.
uint32_t form_place_tone(char *word, uint32_t length);
