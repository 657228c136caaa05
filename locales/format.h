// Dates, times, numbers, units, lists and names as a locale writes them. Digits are always Western,
// the calendar is always Gregorian (proleptic, as PostgreSQL's), the clock has 24 hours; patterns,
// separators and signs are the registry's, and so is whatever else is known to differ between
// versions of ICU ("pinned"), so that an ICU upgrade changes nothing. Languages that ICU does not
// know are written in Vietnamese style. Results are NUL-terminated UTF-8 and hang on ctx.
#pragma once

#include "locales/locale.h"

#include <stdint.h>
#include <talloc.h>

// The date, with DATE_TIME also the hour and minute, in Viet Nam (UTC+7, at all times) of a moment.
// Moments outside the years 1 to 9999 are written as the nearest day inside.
char *format_date(TALLOC_CTX *ctx, const struct locale *locale, int64_t unix_seconds,
                  enum date_style style);

// How long before or after now a moment is, in the largest unit that it fills: "3 days ago",
// "in 2 hours", and "now" for what is less than a minute away.
char *format_relative(TALLOC_CTX *ctx, const struct locale *locale, int64_t unix_seconds,
                      int64_t now);

char *format_integer(TALLOC_CTX *ctx, const struct locale *locale, int64_t number);

// Rounded half up, away from zero, to at most max_fraction_digits (0 to 15), without trailing
// zeros.
char *format_number(TALLOC_CTX *ctx, const struct locale *locale, double number,
                    int max_fraction_digits);

// "12.5%": 12.5 is a number of hundredths.
char *format_percent(TALLOC_CTX *ctx, const struct locale *locale, double percent,
                     int max_fraction_digits);

// In words, to two digits: "8.7 million", "8,7 triệu", "870万".
char *format_compact(TALLOC_CTX *ctx, const struct locale *locale, double number);

enum unit { UNIT_KILOMETRE, UNIT_SQUARE_KILOMETRE, UNIT_METRE, UNIT_CELSIUS };
#define UNITS 4

// With its unit's sign, to at most two fraction digits: "3,359.84 km²".
char *format_unit(TALLOC_CTX *ctx, const struct locale *locale, double number, enum unit unit);

// "a, b and c". No items give "".
char *format_list(TALLOC_CTX *ctx, const struct locale *locale, const char *const *items,
                  size_t count);

// "a, b or c". No items give "".
char *format_choices(TALLOC_CTX *ctx, const struct locale *locale, const char *const *items,
                     size_t count);

// NAME_ALONE begins with a capital where the script has them: for menus, tables, tags.
enum name_place { NAME_IN_TEXT, NAME_ALONE };

// What locale calls the language of named: "Vietnamese", "vietnamien". The languages that ICU does
// not know go by their own names where the registry has no other, so that it stays so when a later
// ICU knows them.
char *format_language(TALLOC_CTX *ctx, const struct locale *locale, const struct locale *named,
                      enum name_place place);

// What locale calls the country or territory of an ISO 3166-1 code ("VN"); NULL when there is none.
char *format_territory(TALLOC_CTX *ctx, const struct locale *locale, const char *code);
