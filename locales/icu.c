#include "locales/icu.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/ubrk.h>
#include <unicode/ucal.h>
#include <unicode/ucol.h>
#include <unicode/udat.h>
#include <unicode/uldnames.h>
#include <unicode/ulistformatter.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>
#include <unicode/ureldatefmt.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

struct icu_thread {
    size_t locales;
    void *objects[]; // ICU_KINDS for each locale
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_key;
static _Thread_local struct icu_thread *thread;

void icu_require(UErrorCode status, const char *what)
{
    if (U_SUCCESS(status))
        return;
    fprintf(stderr, "locales: ICU: %s: %s\n", what, u_errorName(status));
    abort();
}

static void *open_words(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = ubrk_open(UBRK_WORD, locale->icu, NULL, 0, &status);
    icu_require(status, "word breaks");
    return breaks;
}

static void *open_graphemes(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = ubrk_open(UBRK_CHARACTER, locale->icu, NULL, 0, &status);
    icu_require(status, "grapheme breaks");
    return breaks;
}

static void icu_locale(const struct locale *locale, char id[64])
{
    snprintf(id, 64, "%s@calendar=gregorian;numbers=latn", locale->icu);
}

static void *open_date(const struct locale *locale, enum icu_kind kind)
{
    static const UChar utc_plus_7[] = u"GMT+07:00";
    UErrorCode status = U_ZERO_ERROR;
    UChar pattern[128];
    int32_t length;
    char id[64];

    icu_locale(locale, id);
    u_strFromUTF8(pattern, 128, &length, locale->date_patterns[kind - ICU_DATE], -1, &status);
    UDateFormat *format =
        udat_open(UDAT_PATTERN, UDAT_PATTERN, id, utc_plus_7, -1, pattern, length, &status);
    // PostgreSQL's dates before 1582 are proleptic too.
    UCalendar *calendar = ucal_open(utc_plus_7, -1, id, UCAL_GREGORIAN, &status);
    ucal_setGregorianChange(calendar, -1e15, &status);
    icu_require(status, "dates");
    udat_setCalendar(format, calendar);
    ucal_close(calendar);
    return format;
}

static void set_symbol(UNumberFormat *format, UNumberFormatSymbol symbol, const char *text,
                       UErrorCode *status)
{
    UChar value[8];
    int32_t length;
    u_strFromUTF8(value, 8, &length, text, -1, status);
    unum_setSymbol(format, symbol, value, length, status);
}

static void *open_number(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    char id[64];

    icu_locale(locale, id);
    UNumberFormat *format = unum_open(UNUM_PATTERN_DECIMAL, u"#,##0.###", -1, id, NULL, &status);
    icu_require(status, "numbers");
    set_symbol(format, UNUM_GROUPING_SEPARATOR_SYMBOL, locale->group_separator, &status);
    set_symbol(format, UNUM_DECIMAL_SEPARATOR_SYMBOL, locale->decimal_separator, &status);
    set_symbol(format, UNUM_MINUS_SIGN_SYMBOL, locale->minus_sign, &status);
    icu_require(status, "number symbols");
    unum_setAttribute(format, UNUM_MINIMUM_GROUPING_DIGITS, locale->min_grouping);
    unum_setAttribute(format, UNUM_ROUNDING_MODE, UNUM_ROUND_HALFUP);
    return format;
}

static void *open_formatter(const struct locale *locale, const char *skeleton)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[128];
    int32_t length;
    char id[64];

    icu_locale(locale, id);
    u_strFromUTF8(text, 128, &length, skeleton, -1, &status);
    UNumberFormatter *format = unumf_openForSkeletonAndLocale(text, length, id, &status);
    icu_require(status, "number formatter");
    return format;
}

static void *open_unit(const struct locale *locale, enum icu_kind kind)
{
    static const char *const units[UNITS] = {[UNIT_KILOMETRE] = "kilometer",
                                             [UNIT_SQUARE_KILOMETRE] = "square-kilometer",
                                             [UNIT_METRE] = "meter",
                                             [UNIT_CELSIUS] = "celsius"};
    char skeleton[128];

    snprintf(skeleton, sizeof(skeleton), "unit/%s unit-width-short .## rounding-mode-half-up",
             units[kind - ICU_UNIT]);
    return open_formatter(locale, skeleton);
}

static void *open_compact(const struct locale *locale, enum icu_kind kind)
{
    return open_formatter(locale, "compact-long rounding-mode-half-up");
}

static void *open_relative(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    URelativeDateTimeFormatter *format =
        ureldatefmt_open(locale->icu, open_number(locale, ICU_NUMBER), UDAT_STYLE_LONG,
                         UDISPCTX_CAPITALIZATION_NONE, &status);
    icu_require(status, "relative times");
    return format;
}

static void *open_list(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UListFormatterType type = kind == ICU_LIST_OR ? ULISTFMT_TYPE_OR : ULISTFMT_TYPE_AND;
    const char *pinned = locale_pin(locale, "lists");
    UListFormatter *format =
        ulistfmt_openForType(pinned ? pinned : locale->icu, type, ULISTFMT_WIDTH_WIDE, &status);
    icu_require(status, "lists");
    return format;
}

static void *open_names(const struct locale *locale, enum icu_kind kind)
{
    // Without substitutes a missing name is an error, not the code.
    UDisplayContext contexts[] = {UDISPCTX_DIALECT_NAMES, UDISPCTX_NO_SUBSTITUTE};
    UErrorCode status = U_ZERO_ERROR;
    ULocaleDisplayNames *names = uldn_openForContext(locale->icu, contexts, 2, &status);
    icu_require(status, "names");
    return names;
}

static void *open_collator(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UCollator *collator = ucol_open(locale->icu, &status);
    icu_require(status, "collation");
    return collator;
}

static void *open_plurals(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UPluralType type = kind == ICU_ORDINALS ? UPLURAL_TYPE_ORDINAL : UPLURAL_TYPE_CARDINAL;
    UPluralRules *rules = uplrules_openForType(locale->icu, type, &status);
    icu_require(status, "plurals");
    return rules;
}

static void *open_latin_ascii(const struct locale *locale, enum icu_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UTransliterator *rules = utrans_openU(u"NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower",
                                          -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    icu_require(status, "Latin-ASCII");
    return rules;
}

static void close_breaks(void *object)
{
    ubrk_close(object);
}

static void close_date(void *object)
{
    udat_close((UDateFormat *)object);
}

static void close_number(void *object)
{
    unum_close((UNumberFormat *)object);
}

static void close_formatter(void *object)
{
    unumf_close(object);
}

static void close_relative(void *object)
{
    ureldatefmt_close(object);
}

static void close_list(void *object)
{
    ulistfmt_close(object);
}

static void close_names(void *object)
{
    uldn_close(object);
}

static void close_collator(void *object)
{
    ucol_close(object);
}

static void close_plurals(void *object)
{
    uplrules_close(object);
}

static void close_latin_ascii(void *object)
{
    utrans_close((UTransliterator *)object);
}

static const struct {
    void *(*open)(const struct locale *locale, enum icu_kind kind);
    void (*close)(void *object);
} kinds[ICU_KINDS] = {
    [ICU_WORDS] = {open_words, close_breaks},
    [ICU_GRAPHEMES] = {open_graphemes, close_breaks},
    [ICU_DATE... ICU_DATE_LAST] = {open_date, close_date},
    [ICU_NUMBER] = {open_number, close_number},
    [ICU_UNIT... ICU_UNIT_LAST] = {open_unit, close_formatter},
    [ICU_COMPACT] = {open_compact, close_formatter},
    [ICU_RELATIVE] = {open_relative, close_relative},
    [ICU_LIST_AND] = {open_list, close_list},
    [ICU_LIST_OR] = {open_list, close_list},
    [ICU_NAMES] = {open_names, close_names},
    [ICU_COLLATOR] = {open_collator, close_collator},
    [ICU_PLURALS] = {open_plurals, close_plurals},
    [ICU_ORDINALS] = {open_plurals, close_plurals},
    [ICU_LATIN_ASCII] = {open_latin_ascii, close_latin_ascii},
};

static void thread_end(void *value)
{
    struct icu_thread *ending = value;

    for (size_t i = 0; i < ending->locales * ICU_KINDS; i++)
        if (ending->objects[i])
            kinds[i % ICU_KINDS].close(ending->objects[i]);
    free(ending);
    thread = NULL;
}

static void make_key(void)
{
    if (pthread_key_create(&thread_key, thread_end) != 0)
        abort();
}

void *icu_object(enum icu_kind kind, const struct locale *locale)
{
    if (!thread) {
        size_t count = locale_count();
        pthread_once(&once, make_key);
        thread = calloc(1, sizeof(*thread) + count * ICU_KINDS * sizeof(void *));
        if (!thread || pthread_setspecific(thread_key, thread) != 0)
            abort();
        thread->locales = count;
    }
    void **object = &thread->objects[locale->index * ICU_KINDS + kind];
    if (!*object)
        *object = kinds[kind].open(locale, kind);
    return *object;
}

UChar *icu_from_utf8(TALLOC_CTX *ctx, const char *text, size_t length, int32_t *ret_length)
{
    UErrorCode status = U_ZERO_ERROR;

    if (length > TEXT_BYTES_MAX)
        return NULL;
    UChar *out = talloc_array(ctx, UChar, length + 1); // never more units than bytes
    u_strFromUTF8(out, (int32_t)length + 1, ret_length, text, (int32_t)length, &status);
    if (U_FAILURE(status))
        TALLOC_FREE(out);
    return out;
}

char *icu_to_utf8(TALLOC_CTX *ctx, const UChar *text, int32_t length, size_t *ret_length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t bytes;

    char *out = talloc_array(ctx, char, (size_t)length * 3 + 1);
    u_strToUTF8WithSub(out, length * 3 + 1, &bytes, text, length, 0xfffd, NULL, &status);
    icu_require(status, "UTF-8");
    if (ret_length)
        *ret_length = (size_t)bytes;
    return talloc_realloc(ctx, out, char, (size_t)bytes + 1);
}
