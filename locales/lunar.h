// The Vietnamese lunar calendar: months begin on the day of the new moon, the winter solstice falls
// in month 11, and the first month without a principal solar term is the leap month, if a leap
// month is needed. All days are those of UTC+7, also before 1968, when Viet Nam's almanacs still
// followed the Chinese calendar's UTC+8: dates of before then may differ by a day, or a leap month
// by a month, from what was kept.
//
// Four new moons to come fall within a minute of midnight (8 May 2054, 9 December 2072, 16 November
// 2077, 19 October 2085): nobody knows the Earth's rotation well enough to be sure of their days.
// It is taken to go on as it has since 2005.
//
// A day is the number of days since 1970-01-01.
#pragma once

#include "locales/locale.h"

#include <stdint.h>
#include <talloc.h>

// Lunar years; the first days of 1900 are of the year before.
#define LUNAR_YEAR_MIN 1899
#define LUNAR_YEAR_MAX 2100

enum lunar_outcome {
    LUNAR_OUT_OF_RANGE = 1,
    LUNAR_NO_SUCH_DAY, // no day 30 or no leap month there, or no date at all
};

struct lunar_date {
    int year; // the Gregorian year in which it begins
    int month;
    int day;
    bool leap; // the month of this number that follows the ordinary one
};

// From 1899-02-10, the first day of the lunar year 1899, to 2101-01-28, the last one of 2100.
int lunar_from_day(int64_t day, struct lunar_date *ret) LOCALES_MUST_CHECK;

int lunar_to_day(const struct lunar_date *date, int64_t *ret) LOCALES_MUST_CHECK;

// "mồng 1 tháng Giêng năm Ất Tỵ", "rằm tháng Tám năm Ất Tỵ". The date must be one that
// lunar_from_day could give. Hangs on ctx.
char *lunar_format(TALLOC_CTX *ctx, const struct lunar_date *date);

// "Ất Tỵ". Hangs on ctx.
char *lunar_year_name(TALLOC_CTX *ctx, int year);

struct lunar_festival {
    const char *id;
    const char *name; // message key
    struct lunar_date date;
    int64_t day;
};

#define LUNAR_FESTIVALS 9

// The festivals in a Gregorian year (1900 to 2100), in the order of their days.
int lunar_festivals(int year, struct lunar_festival ret[LUNAR_FESTIVALS]) LOCALES_MUST_CHECK;
