#include "locales/format.h"

#include "locales/icu.h"

#include <string.h>
#include <unicode/udat.h>
#include <unicode/ulistformatter.h>
#include <unicode/unum.h>

// 0001-01-01T00:00:00 and 9999-12-31T23:59:59 at UTC+7
#define SECONDS_MIN (-62135596800 - 7 * 3600)
#define SECONDS_MAX (253402300799 - 7 * 3600)

char *format_date(TALLOC_CTX *ctx, const struct locale *locale, int64_t unix_seconds,
                  enum date_style style)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar text[128];

    if (unix_seconds < SECONDS_MIN)
        unix_seconds = SECONDS_MIN;
    if (unix_seconds > SECONDS_MAX)
        unix_seconds = SECONDS_MAX;
    int32_t length = udat_format(icu_object((enum icu_kind)(ICU_DATE + style), locale),
                                 (double)unix_seconds * 1000, text, 128, NULL, &status);
    icu_require(status, "date");
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
    UChar text[512]; // DBL_MAX has 309 digits and 102 separators
    UNumberFormat *format = icu_object(ICU_NUMBER, locale);

    unum_setAttribute(format, UNUM_MAX_FRACTION_DIGITS, max_fraction_digits);
    int32_t length = unum_formatDouble(format, number, text, 512, NULL, &status);
    icu_require(status, "number");
    return icu_to_utf8(ctx, text, length, NULL);
}

char *format_list(TALLOC_CTX *ctx, const struct locale *locale, const char *const *items,
                  size_t count)
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
    int32_t length = ulistfmt_format(icu_object(ICU_LIST, locale), texts, lengths, (int32_t)count,
                                     text, capacity, &status);
    icu_require(status, "list");
    char *out = icu_to_utf8(ctx, text, length, NULL);
    talloc_free(scratch);
    return out;
}
