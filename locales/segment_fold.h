// Internal to locales/: what each character is to search, and the two forms of a word.
//
// written: NFKC_Casefold of UAX 31 (lower case, NFC, compatibility forms as what they stand for, no
//          invisible characters), Thai and Lao sara am in one form.
// folded:  that, without the marks of Latin, Greek, Cyrillic, Arabic and Hebrew letters and of
//          digits, đ as d and its kind, Arabic alef, yeh, kaf and teh marbuta as one letter each,
//          Lao semivowel lo as lo, digits in ASCII, and Chinese in simplified characters (whatever
//          the language of the text, so that a query needs no language to find it).
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <unicode/utypes.h>

enum fold_class {
    FOLD_OTHER,      // parts words
    FOLD_LETTER,     // a letter or digit of a script with spaces
    FOLD_MARK,       // belongs to the character before it
    FOLD_IGNORED,    // no part of any word: soft hyphen, bidi marks, tatweel, variation selectors
    FOLD_HINT,       // zero width space: ignored, but a dictionary need not look across it
    FOLD_DOT,        // middle dots: as above between Han and kana, elsewhere they part words
    FOLD_APOSTROPHE, // part of a word between its letters
    FOLD_HAN,        // Han and kana. From here on: scripts without spaces
    FOLD_THAI,
    FOLD_LAO,
    FOLD_KHMER,
    FOLD_COMPLEX, // Myanmar, Tai Viet and their kind, for which ICU 72 has no dictionary or no need
};

#define FOLD_IS_RUN(class) ((class) >= FOLD_HAN)

// Made when the program is built (segment_fold_table.c) for the characters up to U+FFFF: their
// class; the one character that stands for them in each form, or 0 where it is not one, or depends
// on what stands beside them.
extern const uint8_t fold_classes[0x10000];
extern const uint16_t fold_written[0x10000], fold_folded[0x10000];

// The class of any character.
enum fold_class fold_class_of(UChar32 c);

// The written form of text, and the folded form of that (without the step to simplified Chinese,
// which is in the table only). The length, or -1 where out has no room for it.
int32_t fold_to_written(const UChar *text, int32_t length, UChar *out, int32_t capacity);
int32_t fold_to_folded(const UChar *written, int32_t length, UChar *out, int32_t capacity);
