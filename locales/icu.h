// Internal to locales/: ICU's strings, and the ICU objects that a thread keeps because opening them
// is slow (a break iterator costs more than breaking a page of text).
#pragma once

#include "locales/format.h"
#include "locales/locale.h"
#include "locales/text.h"

#include <talloc.h>
#include <unicode/utypes.h>

enum icu_kind {
    ICU_WORDS,     // UBreakIterator; its text is whatever the last user set
    ICU_GRAPHEMES, // UBreakIterator
    ICU_DATE,      // UDateFormat, one kind a date_style
    ICU_DATE_LAST = ICU_DATE + DATE_STYLES - 1,
    ICU_NUMBER, // UNumberFormat
    ICU_UNIT,   // UNumberFormatter, one kind a unit
    ICU_UNIT_LAST = ICU_UNIT + UNITS - 1,
    ICU_COMPACT,     // UNumberFormatter
    ICU_RELATIVE,    // URelativeDateTimeFormatter
    ICU_LIST_AND,    // UListFormatter
    ICU_LIST_OR,     // UListFormatter
    ICU_NAMES,       // ULocaleDisplayNames
    ICU_COLLATOR,    // UCollator
    ICU_PLURALS,     // UPluralRules, cardinal
    ICU_ORDINALS,    // UPluralRules, ordinal
    ICU_LATIN_ASCII, // UTransliterator, the same for every locale
    ICU_KINDS
};

// The calling thread's object of this kind for this locale, opened on first use and closed when the
// thread ends. Never NULL: that ICU has what the registry names is tested, so failing here means
// no memory, which ends the process.
void *icu_object(enum icu_kind kind, const struct locale *locale);

// End the process when an ICU call failed that cannot fail on checked input.
void icu_require(UErrorCode status, const char *what);

// NULL when it is not UTF-8 or longer than TEXT_BYTES_MAX. The result is not NUL-terminated.
UChar *icu_from_utf8(TALLOC_CTX *ctx, const char *text, size_t length, int32_t *ret_length);

// Lone surrogates become U+FFFD. The result is NUL-terminated; ret_length may be NULL.
char *icu_to_utf8(TALLOC_CTX *ctx, const UChar *text, int32_t length, size_t *ret_length);
