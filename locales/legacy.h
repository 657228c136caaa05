// Text in the font encodings that the languages of the Central Highlands were typed in until about
// 2021: fonts that drew ƀ for "[", č for "]" or "c\", ĕ for "e\", ĭ for "^", ñ for "`", Ƀ for "{"
// and a breve over the letter before "|". Such text is not Unicode: it is not found, not sorted and
// not readable without its font.
//
// The same signs are brackets, links, code, escapes and tables in Markdown. So what counts is a
// sign in a word where no mark-up puts one: "m[ah", "]ar", "[uôn" with no bracket that closes it.
#pragma once

#include "locales/text.h"

#define LEGACY_FINDING_BYTES 120

struct legacy_finding {
    unsigned line;                    // of the first word, from 1
    char words[LEGACY_FINDING_BYTES]; // what stands there and what it should be: "]ar → čar, ..."
};

// Whether a text of this locale is in such an encoding. Always false for locales whose row in the
// registry does not say legacy_fonts. text is UTF-8 in NFC; rules: whether it is Markdown, where
// one word alone may be a slip of the pen and two are taken for proof unless the word is beyond
// doubt. Linear time.
bool legacy_find(const struct locale *locale, const char *text, size_t length,
                 enum text_rules rules, struct legacy_finding *ret) LOCALES_MUST_CHECK;
