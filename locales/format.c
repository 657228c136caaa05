#include "locales/format.h"

#include "locales/icu.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucasemap.h>
#include <unicode/udat.h>
#include <unicode/uldnames.h>
#include <unicode/ulistformatter.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/ureldatefmt.h>
#include <unicode/ustring.h>

// 0001-01-01T00:00:00 and 9999-12-31T23:59:59 at UTC+7
#define SECONDS_MIN (-62135596800 - 7 * 3600)
#define SECONDS_MAX (253402300799 - 7 * 3600)

#define NUMBER_UNITS 512 // DBL_MAX has 309 digits and 102 separators
#define NAME_UNITS   256

static int64_t clamp_moment(int64_t seconds)
{
    if (seconds < SECONDS_MIN)
        return SECONDS_MIN;
    return seconds > SECONDS_MAX ? SECONDS_MAX : seconds;
}

char *format_date(TALLOC_CTX *ctx, const struct locale *locale, int64_t unix_seconds,
                  enum date_style style)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[128];

    int32_t length =
        udat_format(icu_object((enum icu_kind)(ICU_DATE + style), locale),
                    (double)clamp_moment(unix_seconds) * 1000, text, 128, NULL, &status);
    icu_require(status, "date");
    return icu_to_utf8(ctx, text, length, NULL);
}

char *format_relative(TALLOC_CTX *ctx, const struct locale *locale, int64_t unix_seconds,
                      int64_t now)
{
    static const struct {
        int64_t seconds;
        URelativeDateTimeUnit unit;
    } units[] = {
        {31556952, UDAT_REL_UNIT_YEAR}, // the Gregorian calendar's mean year and month
        {2629746, UDAT_REL_UNIT_MONTH}, {86400, UDAT_REL_UNIT_DAY},
        {3600, UDAT_REL_UNIT_HOUR},     {60, UDAT_REL_UNIT_MINUTE},
    };
    const size_t count = sizeof(units) / sizeof(units[0]);
    URelativeDateTimeFormatter *format = icu_object(ICU_RELATIVE, locale);
    int64_t away = clamp_moment(unix_seconds) - clamp_moment(now);
    UErrorCode status = U_ZERO_ERROR;
    UChar text[256];
    int32_t length;
    size_t i = 0;

    while (i < count && llabs(away) < units[i].seconds)
        i++;
    if (i == count)
        length = ureldatefmt_format(format, 0, UDAT_REL_UNIT_SECOND, text, 256, &status);
    else
        length = ureldatefmt_formatNumeric(format, (double)(away / units[i].seconds), units[i].unit,
                                           text, 256, &status);
    icu_require(status, "relative time");
    return icu_to_utf8(ctx, text, length, NULL);
}

char *format_integer(TALLOC_CTX *ctx, const struct locale *locale, int64_t number)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[64];

    int32_t length =
        unum_formatInt64(icu_object(ICU_NUMBER, locale), number, text, 64, NULL, &status);
    icu_require(status, "integer");
    return icu_to_utf8(ctx, text, length, NULL);
}

char *format_number(TALLOC_CTX *ctx, const struct locale *locale, double number,
                    int max_fraction_digits)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[NUMBER_UNITS];
    UNumberFormat *format = icu_object(ICU_NUMBER, locale);

    unum_setAttribute(format, UNUM_MAX_FRACTION_DIGITS, max_fraction_digits);
    int32_t length = unum_formatDouble(format, number, text, NUMBER_UNITS, NULL, &status);
    icu_require(status, "number");
    return icu_to_utf8(ctx, text, length, NULL);
}

char *format_percent(TALLOC_CTX *ctx, const struct locale *locale, double percent,
                     int max_fraction_digits)
{
    char *number = format_number(ctx, locale, percent, max_fraction_digits);
    return talloc_strdup_append(number, locale->percent_sign);
}

// A number that ICU has written among its words, and where in them.
struct written {
    const UChar *text; // the formatter's result's
    int32_t length;
    int32_t start, end; // equal when ICU has put the number in words ("mille")
    double number;      // as written: 8.7 in "8.7 million"
    UFormattedNumber *result;
};

static void close_written(const struct written *written)
{
    unumf_closeResult(written->result);
}

// Collect what ICU's fields say of the number: its place and its digits.
static void read_fields(struct written *written, const UFormattedValue *value, UErrorCode *status)
{
    char digits[NUMBER_UNITS];
    size_t count = 0;
    UConstrainedFieldPosition *field = ucfpos_open(status);
    int32_t decimal = -1;

    ucfpos_constrainCategory(field, UFIELD_CATEGORY_NUMBER, status);
    while (ufmtval_nextPosition(value, field, status)) {
        int32_t kind = ucfpos_getField(field, status), start, end;
        ucfpos_getIndexes(field, &start, &end, status);
        if (kind == UNUM_DECIMAL_SEPARATOR_FIELD)
            decimal = start;
        else if (kind != UNUM_INTEGER_FIELD && kind != UNUM_FRACTION_FIELD &&
                 kind != UNUM_GROUPING_SEPARATOR_FIELD && kind != UNUM_SIGN_FIELD)
            continue;
        if (written->start == written->end || start < written->start)
            written->start = start;
        if (end > written->end)
            written->end = end;
    }
    ucfpos_close(field);
    // Arabic's mark before a minus sign belongs to it.
    while (written->start > 0 && written->text[written->start - 1] == 0x200e)
        written->start--;
    for (int32_t i = written->start; i < written->end && count < sizeof(digits) - 2; i++) {
        if (i == decimal)
            digits[count++] = '.';
        else if (written->text[i] == '-' || (written->text[i] >= '0' && written->text[i] <= '9'))
            digits[count++] = (char)written->text[i];
    }
    digits[count] = '\0';
    written->number = strtod(digits, NULL);
}

static struct written write_number(enum icu_kind kind, const struct locale *locale, double number)
{
    UErrorCode status = U_ZERO_ERROR;
    struct written written = {.result = unumf_openResult(&status)};

    unumf_formatDouble(icu_object(kind, locale), number, written.result, &status);
    const UFormattedValue *value = unumf_resultAsValue(written.result, &status);
    written.text = ufmtval_getString(value, &written.length, &status);
    icu_require(status, "number in words");
    read_fields(&written, value, &status);
    icu_require(status, "number fields");
    return written;
}

// ICU's words around the number as the registry writes it.
static char *join_number(TALLOC_CTX *ctx, const struct written *written, const char *number)
{
    char *before = icu_to_utf8(NULL, written->text, written->start, NULL);
    char *after =
        icu_to_utf8(NULL, written->text + written->end, written->length - written->end, NULL);
    bool in_words = written->start == written->end;
    char *text = talloc_asprintf(ctx, "%s%s%s", before, in_words ? "" : number, after);

    talloc_free(before);
    talloc_free(after);
    return text;
}

char *format_compact(TALLOC_CTX *ctx, const struct locale *locale, double number)
{
    struct written written = write_number(ICU_COMPACT, locale, number);
    UNumberFormat *format = icu_object(ICU_NUMBER, locale);
    bool grouped = fabs(written.number) >= 10000; // "1200万"

    unum_setAttribute(format, UNUM_GROUPING_USED, grouped);
    char *digits = format_number(NULL, locale, written.number, 15);
    unum_setAttribute(format, UNUM_GROUPING_USED, true);
    char *text = join_number(ctx, &written, digits);
    talloc_free(digits);
    close_written(&written);
    return text;
}

// {0} is the number's place.
static char *fill(TALLOC_CTX *ctx, const char *pattern, const char *number)
{
    const char *at = strstr(pattern, "{0}");
    if (!at)
        return talloc_strdup(ctx, pattern);
    return talloc_asprintf(ctx, "%.*s%s%s", (int)(at - pattern), pattern, number, at + 3);
}

char *format_unit(TALLOC_CTX *ctx, const struct locale *locale, double number, enum unit unit)
{
    static const char *const pins[UNITS] = {[UNIT_KILOMETRE] = "unit.km",
                                            [UNIT_SQUARE_KILOMETRE] = "unit.km2",
                                            [UNIT_METRE] = "unit.m",
                                            [UNIT_CELSIUS] = "unit.celsius"};
    const char *pinned = locale_pin(locale, pins[unit]);
    char *digits = format_number(NULL, locale, number, 2), *text;

    if (pinned) {
        text = fill(ctx, pinned, digits);
    } else {
        struct written written = write_number((enum icu_kind)(ICU_UNIT + unit), locale, number);
        text = join_number(ctx, &written, digits);
        close_written(&written);
    }
    talloc_free(digits);
    return text;
}

static char *join(TALLOC_CTX *ctx, UListFormatter *format, const char *const *items, size_t count)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    const UChar **texts = talloc_array(scratch, const UChar *, count);
    int32_t *lengths = talloc_array(scratch, int32_t, count);
    int32_t capacity = 0;

    for (size_t i = 0; i < count; i++) {
        texts[i] = icu_from_utf8(scratch, items[i], strlen(items[i]), &lengths[i]);
        if (!texts[i]) {
            texts[i] = u"\ufffd";
            lengths[i] = 1;
        }
        capacity += lengths[i] + 32;
    }
    UErrorCode status = U_ZERO_ERROR;
    UChar *text = talloc_array(scratch, UChar, (size_t)capacity + 1);
    int32_t length =
        ulistfmt_format(format, texts, lengths, (int32_t)count, text, capacity, &status);
    icu_require(status, "list");
    char *out = icu_to_utf8(ctx, text, length, NULL);
    talloc_free(scratch);
    return out;
}

char *format_list(TALLOC_CTX *ctx, const struct locale *locale, const char *const *items,
                  size_t count)
{
    return join(ctx, icu_object(ICU_LIST_AND, locale), items, count);
}

char *format_choices(TALLOC_CTX *ctx, const struct locale *locale, const char *const *items,
                     size_t count)
{
    return join(ctx, icu_object(ICU_LIST_OR, locale), items, count);
}

static char *begin_with_capital(TALLOC_CTX *ctx, const struct locale *locale, char *name)
{
    UErrorCode status = U_ZERO_ERROR;
    UCaseMap *map =
        ucasemap_open(locale->icu, U_TITLECASE_NO_LOWERCASE | U_TITLECASE_WHOLE_STRING, &status);
    size_t capacity = strlen(name) * 3 + 1;
    char *text = talloc_array(ctx, char, capacity);

    ucasemap_utf8ToTitle(map, text, (int32_t)capacity, name, -1, &status);
    icu_require(status, "title case");
    ucasemap_close(map);
    talloc_free(name);
    return text;
}

char *format_language(TALLOC_CTX *ctx, const struct locale *locale, const struct locale *named,
                      enum name_place place)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[NAME_UNITS];
    char key[64], *name;

    snprintf(key, sizeof(key), "language.%s", named->tag);
    const char *pinned = locale_pin(locale, key);
    if (pinned || strcmp(named->icu, named->tag) != 0) {
        name = talloc_strdup(ctx, pinned ? pinned : named->name);
    } else {
        int32_t length = uldn_localeDisplayName(icu_object(ICU_NAMES, locale), named->tag, text,
                                                NAME_UNITS, &status);
        icu_require(status, "language name");
        name = icu_to_utf8(ctx, text, length, NULL);
    }
    return place == NAME_ALONE ? begin_with_capital(ctx, locale, name) : name;
}

char *format_territory(TALLOC_CTX *ctx, const struct locale *locale, const char *code)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[NAME_UNITS];
    char key[32];

    if (strlen(code) != 2 || strcmp(code, "ZZ") == 0) // "unknown region"
        return NULL;
    snprintf(key, sizeof(key), "territory.%s", code);
    const char *pinned = locale_pin(locale, key);
    if (pinned)
        return talloc_strdup(ctx, pinned);
    int32_t length =
        uldn_regionDisplayName(icu_object(ICU_NAMES, locale), code, text, NAME_UNITS, &status);
    return U_SUCCESS(status) && length > 0 ? icu_to_utf8(ctx, text, length, NULL) : NULL;
}
