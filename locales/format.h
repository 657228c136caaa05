// Dates, numbers and lists as a locale writes them. Digits are always Western, the calendar is
// always Gregorian (proleptic, as PostgreSQL's), the separators are the registry's, so that an ICU
// upgrade changes nothing. Languages that ICU does not know are written in Vietnamese style.
// Results are NUL-terminated UTF-8 and hang on ctx.
#pragma once

#include "locales/locale.h"

#include <stdint.h>
#include <talloc.h>

// The date in Viet Nam (UTC+7, at all times) of a moment. Moments outside the years 1 to 9999 are
// written as the nearest day inside.
char *format_date(TALLOC_CTX *ctx, const struct locale *locale, int64_t unix_seconds,
                  enum date_style style);

char *format_integer(TALLOC_CTX *ctx, const struct locale *locale, int64_t number);

// Rounded half up, away from zero, to at most max_fraction_digits (0 to 15), without trailing
// zeros.
char *format_number(TALLOC_CTX *ctx, const struct locale *locale, double number,
                    int max_fraction_digits);

// "a, b and c". No items give "".
char *format_list(TALLOC_CTX *ctx, const struct locale *locale, const char *const *items,
                  size_t count);
