// The registry of languages (locales/registry.json): a locale is a BCP 47 tag with its own name,
// direction, fallback chain and formats. Adding a language is a row there, not code.
//
// Everything here is constant once locales_init has returned, lives as long as the program and may
// be used from every thread. Functions of locales/ that can refuse return 0 or a positive outcome
// of their own header; negative is -errno.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOCALES_MUST_CHECK __attribute__((warn_unused_result))

// Longest tag that is looked at, bytes (RFC 5646 section 4.4.1).
#define LOCALE_TAG_BYTES 35

enum date_style { DATE_LONG, DATE_SHORT, DATE_MONTH_YEAR, DATE_WEEKDAY, DATE_TIME, DATE_YEAR };
#define DATE_STYLES 6

struct locale_pin {
    const char *key, *text;
};

// A letter that a language writes otherwise where it has ASCII only.
struct locale_letter {
    uint16_t letter; // UTF-16; 0 ends a list
    char written[4]; // ASCII
};

struct locale {
    const char *tag;       // canonical BCP 47: "zh-Hans"
    const char *name;      // in the language itself; Vietnamese where that is not certain
    const char *name_en;   // in English
    bool rtl;              // written right to left
    bool catalog;          // has a UI catalog of its own: locales/messages/<tag>.json
    bool content;          // texts are accepted in it
    bool legacy_fonts;     // was typed in fonts of its own before Unicode: locales/legacy.h
    const char *hreflang;  // for rel=alternate; NULL where search engines know no code for it
    const char *og_locale; // for og:locale: "vi_VN"

    // Nearest first, without the locale itself, with no gaps and no repetition.
    size_t fallback_count;
    const struct locale *const *fallback;

    size_t index; // its place in the registry: locale_at(index)

    // What the other modules of locales/ need to know.
    const char *icu; // the ICU locale that stands for it: rules of collation, plurals, months
    bool latin_slugs;
    const struct locale_letter *slug_letters; // of latin_slugs, beyond what all share
    const char *stemmer;                      // locales/stem.h; NULL: none
    const char *group_separator;
    const char *decimal_separator;
    int min_grouping; // 2: no separator in 1234, one in 12.345
    const char *minus_sign;
    const char *percent_sign;               // with the space that stands before it
    const char *date_patterns[DATE_STYLES]; // UTS 35 part 4, calendar Gregorian
    size_t pin_count;
    const struct locale_pin *pins;
};

// Read and check the registry and the message catalogs. Call once, before threads start; later
// calls return the first one's result. Returns 0, or -EINVAL after a line on stderr that says
// what is wrong and where (which is a fault of the build, not of any user).
int locales_init(void) LOCALES_MUST_CHECK;

size_t locale_count(void);

// index < locale_count(), in registry order.
const struct locale *locale_at(size_t index);

// What a reader gets who has no preference that we can serve.
const struct locale *locale_default(void);

// By exact canonical tag ("zh-Hans", not "zh-hans" or "zh"); NULL when there is none.
const struct locale *locale_find(const char *tag);

// The locale that serves a BCP 47 tag in any case and with any subtags: zh-TW is zh-Hant, zh is
// zh-Hans, en-GB is en. Old and longer codes are known as far as ICU knows them (in is id, vie is
// vi, zh-yue is yue, i-lux is lb); the registry's aliases add languages that are read in another
// (yue is zh-Hant, mww is hmn). NULL when none serves it, and when the tag is malformed ("en_GB"; a
// variant or singleton that stands twice) or longer than LOCALE_TAG_BYTES.
const struct locale *locale_match(const char *tag, size_t length);

// What the registry says instead of ICU; NULL when that is nothing. Keys: "language.<tag>",
// "territory.<code>", "unit.<name>" (the text has {0} where the number stands), "lists" (the ICU
// locale whose lists are taken). A locale that is written like another ("icu") has its pins too.
const char *locale_pin(const struct locale *locale, const char *key);
