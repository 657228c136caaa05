// The Vietnamese lunar calendar against the record, the sky and its Chinese sister.
#include "locales/lunar.h"

#include <erfa.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unicode/ucal.h>

#include <cmocka.h>

static int64_t day_of(int year, int month, int day)
{
    struct tm parts = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(&parts) / 86400;
}

static int64_t day_of_lunar(int year, int month, bool leap, int day)
{
    int64_t ret = INT64_MIN;
    assert_int_equal(lunar_to_day(&(struct lunar_date){year, month, day, leap}, &ret), 0);
    return ret;
}

// ---- the record ---------------------------------------------------------------------------------

// Days on which Tết was kept in Viet Nam, or stands in every printed almanac. In 1968, 1969, 1985,
// 2007, 2030 and 2053 it is another day than in China.
static void test_new_years(void **state)
{
    static const int days[][3] = {
        {1968, 1, 29}, {1969, 2, 16}, {1975, 2, 11}, {1976, 1, 31}, {1984, 2, 2},  {1985, 1, 21},
        {1986, 2, 9},  {1990, 1, 27}, {1995, 1, 31}, {2000, 2, 5},  {2001, 1, 24}, {2002, 2, 12},
        {2003, 2, 1},  {2004, 1, 22}, {2005, 2, 9},  {2006, 1, 29}, {2007, 2, 17}, {2008, 2, 7},
        {2009, 1, 26}, {2010, 2, 14}, {2011, 2, 3},  {2012, 1, 23}, {2013, 2, 10}, {2014, 1, 31},
        {2015, 2, 19}, {2016, 2, 8},  {2017, 1, 28}, {2018, 2, 16}, {2019, 2, 5},  {2020, 1, 25},
        {2021, 2, 12}, {2022, 2, 1},  {2023, 1, 22}, {2024, 2, 10}, {2025, 1, 29}, {2026, 2, 17},
        {2027, 2, 6},  {2028, 1, 26}, {2029, 2, 13}, {2030, 2, 2},  {2053, 2, 18},
    };

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        assert_int_equal(day_of_lunar(days[i][0], 1, false, 1),
                         day_of(days[i][0], days[i][1], days[i][2]));
}

static int leap_month_of(int year)
{
    int64_t day;

    for (int month = 1; month <= 12; month++)
        if (lunar_to_day(&(struct lunar_date){year, month, 1, true}, &day) == 0)
            return month;
    return 0;
}

// In 1984, 1985 and 1987 the leap months are not China's: there they are 10 of 1984 and 6 of 1987.
static void test_leap_months(void **state)
{
    static const int months[][2] = {{1984, 0}, {1985, 2},  {1987, 7}, {2004, 2}, {2006, 7},
                                    {2009, 5}, {2012, 4},  {2014, 9}, {2017, 6}, {2020, 4},
                                    {2023, 2}, {2024, 0},  {2025, 6}, {2026, 0}, {2028, 5},
                                    {2031, 3}, {2033, 11}, {2034, 0}};

    for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
        assert_int_equal(leap_month_of(months[i][0]), months[i][1]);
}

static void test_festivals(void **state)
{
    static const struct {
        const char *id;
        int month, day;
    } days[LUNAR_FESTIVALS] = {
        {"kitchen-gods", 1, 22}, {"tet", 1, 29},       {"first-full-moon", 2, 12},
        {"cold-food", 3, 31},    {"hung-kings", 4, 7}, {"vesak", 5, 12},
        {"doan-ngo", 5, 31},     {"vu-lan", 9, 6},     {"mid-autumn", 10, 6},
    };
    struct lunar_festival found[LUNAR_FESTIVALS];

    assert_int_equal(lunar_festivals(2025, found), 0);
    for (size_t i = 0; i < LUNAR_FESTIVALS; i++) {
        assert_string_equal(found[i].id, days[i].id);
        assert_int_equal(found[i].day, day_of(2025, days[i].month, days[i].day));
    }
    assert_int_equal(lunar_festivals(2024, found), 0);
    assert_int_equal(found[4].day, day_of(2024, 4, 18));
    assert_int_equal(found[8].day, day_of(2024, 9, 17));
    assert_int_equal(lunar_festivals(2023, found), 0);
    assert_int_equal(found[4].day, day_of(2023, 4, 29));
    assert_int_equal(found[8].day, day_of(2023, 9, 29));

    assert_int_equal(lunar_festivals(1899, found), LUNAR_OUT_OF_RANGE);
    assert_int_equal(lunar_festivals(2101, found), LUNAR_OUT_OF_RANGE);
    for (int year = 1900; year <= 2100; year++) {
        assert_int_equal(lunar_festivals(year, found), 0);
        for (size_t i = 0; i < LUNAR_FESTIVALS; i++) {
            assert_in_range(found[i].day, day_of(year, 1, 1), day_of(year, 12, 31));
            assert_true(i == 0 || found[i].day > found[i - 1].day);
        }
    }
}

// ---- the calendar as a whole --------------------------------------------------------------------

static void test_every_day(void **state)
{
    struct lunar_date last = {0}, date;
    int months = 0;

    for (int64_t day = day_of(1899, 2, 10); day <= day_of(2101, 1, 28); day++) {
        int64_t back;
        assert_int_equal(lunar_from_day(day, &date), 0);
        assert_int_equal(lunar_to_day(&date, &back), 0);
        assert_int_equal(back, day);
        assert_in_range(date.month, 1, 12);
        if (date.day != 1) {
            assert_int_equal(date.day, last.day + 1);
        } else if (date.month == 1 && !date.leap) {
            assert_true(last.year == 0 || (last.month == 12 && date.year == last.year + 1));
            assert_true(last.year == 0 || months == 12 || months == 13);
            months = 1;
        } else {
            assert_true(date.leap ? date.month == last.month && !last.leap
                                  : date.month == last.month + 1);
            assert_int_equal(date.year, last.year);
            months++;
        }
        if (date.day == 1)
            assert_true(last.day == 0 || last.day == 29 || last.day == 30);
        last = date;
    }
    assert_int_equal(date.year, 2100);
    assert_int_equal(date.month, 12);
}

static void test_limits(void **state)
{
    struct lunar_date date;
    int64_t day;

    assert_int_equal(lunar_from_day(day_of(1899, 2, 9), &date), LUNAR_OUT_OF_RANGE);
    assert_int_equal(lunar_from_day(day_of(1899, 2, 10), &date), 0);
    assert_int_equal(lunar_from_day(day_of(2101, 1, 28), &date), 0);
    assert_int_equal(lunar_from_day(day_of(2101, 1, 29), &date), LUNAR_OUT_OF_RANGE);
    assert_int_equal(lunar_from_day(INT64_MIN, &date), LUNAR_OUT_OF_RANGE);
    assert_int_equal(lunar_from_day(INT64_MAX, &date), LUNAR_OUT_OF_RANGE);

    static const struct {
        struct lunar_date date;
        int outcome;
    } rows[] = {
        {{1898, 12, 1, false}, LUNAR_OUT_OF_RANGE},
        {{1899, 1, 1, false}, 0},
        {{2100, 12, 29, false}, 0},
        {{2101, 1, 1, false}, LUNAR_OUT_OF_RANGE},
        {{2025, 0, 1, false}, LUNAR_NO_SUCH_DAY},
        {{2025, 13, 1, false}, LUNAR_NO_SUCH_DAY},
        {{2025, 6, 29, true}, 0},
        {{2025, 6, 30, true}, LUNAR_NO_SUCH_DAY},
        {{2025, 5, 1, true}, LUNAR_NO_SUCH_DAY},
        {{2024, 6, 1, true}, LUNAR_NO_SUCH_DAY},
        {{2025, 1, 0, false}, LUNAR_NO_SUCH_DAY},
        {{2025, 1, 30, false}, 0},
        {{2025, 1, 31, false}, LUNAR_NO_SUCH_DAY},
        {{2025, 12, 29, false}, 0},
        {{2025, 12, 30, false}, LUNAR_NO_SUCH_DAY},
        {{INT32_MAX, 1, 1, false}, LUNAR_OUT_OF_RANGE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(lunar_to_day(&rows[i].date, &day), rows[i].outcome);
}

static void test_texts(void **state)
{
    static const struct {
        struct lunar_date date;
        const char *text;
    } rows[] = {
        {{2025, 1, 1, false}, "mồng 1 tháng Giêng năm Ất Tỵ"},
        {{2025, 3, 10, false}, "mồng 10 tháng Ba năm Ất Tỵ"},
        {{2025, 8, 15, false}, "rằm tháng Tám năm Ất Tỵ"},
        {{2025, 6, 11, true}, "ngày 11 tháng Sáu nhuận năm Ất Tỵ"},
        {{2033, 11, 15, true}, "rằm tháng Mười Một nhuận năm Quý Sửu"},
        {{2024, 12, 23, false}, "ngày 23 tháng Chạp năm Giáp Thìn"},
        {{1968, 1, 1, false}, "mồng 1 tháng Giêng năm Mậu Thân"},
        {{2026, 1, 1, false}, "mồng 1 tháng Giêng năm Bính Ngọ"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = lunar_format(NULL, &rows[i].date);
        assert_string_equal(text, rows[i].text);
        talloc_free(text);
    }
}

// ---- the sky ------------------------------------------------------------------------------------

#define J2000     2451545.0
#define UNIX_1970 2440587.5
#define ARCSECOND (M_PI / 180 / 3600)

// Terrestrial less universal time, seconds: the polynomials of Espenak and Meeus while the time is
// measured, then the rate of 2005 to 2024 and a little more.
static double delta_t(double julian_day)
{
    double year = 2000 + (julian_day - J2000) / 365.25, t;

    if (year < 1920) {
        t = year - 1900;
        return -2.79 + t * (1.494119 + t * (-0.0598939 + t * (0.0061966 - 0.000197 * t)));
    }
    if (year < 1941) {
        t = year - 1920;
        return 21.20 + t * (0.84493 + t * (-0.0761 + 0.0020936 * t));
    }
    if (year < 1961) {
        t = year - 1950;
        return 29.07 + t * (0.407 + t * (-1 / 233.0 + t / 2547));
    }
    if (year < 1986) {
        t = year - 1975;
        return 45.45 + t * (1.067 + t * (-1 / 260.0 - t / 718));
    }
    if (year < 2005) {
        t = year - 2000;
        return 63.86 + t * (0.3345 + t * (-0.060374 +
                                          t * (0.0017275 + t * (0.000651814 + 0.00002373599 * t))));
    }
    return year < 2024 ? 64.7 + (year - 2005) * 4.5 / 19 : 69.2 + (year - 2024) * 0.45;
}

// On the ecliptic and equinox of the day; light_time is how far the body moves while its light is
// under way.
static double longitude(double tt, double position[3], double light_time)
{
    double matrix[3][3], ecliptic[3], psi, epsilon;

    eraEcm06(J2000, tt - J2000, matrix);
    eraRxp(matrix, position, ecliptic);
    eraNut00b(J2000, tt - J2000, &psi, &epsilon);
    return atan2(ecliptic[1], ecliptic[0]) + psi - light_time;
}

static double sun(double tt)
{
    double earth[2][3], barycentric[2][3];

    eraEpv00(J2000, tt - J2000, earth, barycentric);
    double sun[3] = {-earth[0][0], -earth[0][1], -earth[0][2]};
    return longitude(tt, sun, 20.4955 * ARCSECOND / eraPm(sun));
}

static double moon(double tt)
{
    double position[2][3];

    eraMoon98(J2000, tt - J2000, position);
    return longitude(tt, position[0], 0.70 * ARCSECOND);
}

// When an angle that turns once in a period is zero, near a guess: days since 1970 in Viet Nam.
static double when(double guess, double period, double (*angle)(double tt, double data),
                   double data)
{
    double tt = guess, off;

    do {
        off = remainder(angle(tt, data), 2 * M_PI);
        tt -= off / (2 * M_PI) * period;
    } while (fabs(off) > 1e-8);
    return tt - delta_t(tt) / 86400 - UNIX_1970 + 7 / 24.0;
}

static double elongation(double tt, double data)
{
    return moon(tt) - sun(tt);
}

static double behind_term(double tt, double data)
{
    return sun(tt) - data;
}

#define FIRST_YEAR 1898
#define YEARS      (2101 - FIRST_YEAR + 1)
#define MOONS      2520

static double moons[MOONS];     // new moons from the end of 1898 on
static double terms[YEARS][12]; // the principal terms of each year, the one at 300 degrees first

static int look_at_sky(void **state)
{
    for (int i = 0; i < MOONS; i++)
        moons[i] = when(2451550.09766 + 29.530588861 * (i - 1252), 29.530588861, elongation, 0);
    for (int year = 0; year < YEARS; year++)
        for (int i = 0; i < 12; i++)
            terms[year][i] = when(J2000 + (year + FIRST_YEAR - 2000) * 365.2425 + 19 + 30.44 * i,
                                  365.2422, behind_term, (300 + 30 * i) % 360 * M_PI / 180);
    return 0;
}

static bool has_term(int64_t from, int64_t to)
{
    for (int year = 0; year < YEARS; year++)
        for (int i = 0; i < 12; i++)
            if (floor(terms[year][i]) >= (double)from && floor(terms[year][i]) < (double)to)
                return true;
    return false;
}

// The month that holds a day: the last new moon on or before it.
static int moon_on(double day, int from)
{
    while (floor(moons[from + 1]) <= floor(day))
        from++;
    return from;
}

// From one winter solstice to the next, as the calendar's rules say.
static void test_sky(void **state)
{
    int at = 0;

    for (int year = 1900; year <= 2101; year++) {
        int first = moon_on(terms[year - 1 - FIRST_YEAR][11], at);
        int end = moon_on(terms[year - FIRST_YEAR][11], first), month = 11;
        bool leap_year = end - first == 13, had_leap = false;
        at = first;
        for (int i = first; i < end && moons[i] < (double)day_of(2101, 1, 29); i++) {
            int64_t from = (int64_t)floor(moons[i]), to = (int64_t)floor(moons[i + 1]);
            struct lunar_date date;
            bool leap = i > first && leap_year && !had_leap && !has_term(from, to);
            had_leap = had_leap || leap;
            if (i > first && !leap)
                month = month % 12 + 1;
            assert_int_equal(lunar_from_day(from, &date), 0);
            assert_int_equal(date.day, 1);
            assert_int_equal(date.month, month);
            assert_int_equal(date.leap, leap);
            assert_int_equal(lunar_from_day(to - 1, &date), 0);
            assert_int_equal(date.month, month);
            assert_int_equal(date.leap, leap);
        }
    }
}

// ---- the Chinese calendar -----------------------------------------------------------------------

// From a quarter past midnight to a quarter to eleven both calendars mean the same day: an hour
// lies between them, and ICU's formulas are up to a quarter off (they date 18 of 2,498 months
// wrongly by China's own rule, the leap month of 1987 and the new year of 2030 among them).
static bool in_last_hour(double moment)
{
    double minutes = (moment - floor(moment)) * 1440;
    return minutes >= 1365 || minutes < 15;
}

// Whether something of the sky between two days is dated differently in Beijing.
static bool differs_in_beijing(double from, double to)
{
    for (int i = 0; i < MOONS; i++)
        if (moons[i] > from && moons[i] < to && in_last_hour(moons[i]))
            return true;
    for (int year = 0; year < YEARS; year++)
        for (int i = 0; i < 12; i++)
            if (terms[year][i] > from && terms[year][i] < to && in_last_hour(terms[year][i]))
                return true;
    return false;
}

// ICU's calendar (UTC+8) parts from ours only where an hour can make the difference.
static void test_beside_chinese(void **state)
{
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *chinese = ucal_open(u"GMT", -1, "zh@calendar=chinese", UCAL_TRADITIONAL, &status);
    int same = 0, other = 0;

    for (int i = 15; i < MOONS - 15 && moons[i] < (double)day_of(2100, 12, 31); i++) {
        int64_t first = (int64_t)floor(moons[i]);
        struct lunar_date date;
        assert_int_equal(lunar_from_day(first, &date), 0);
        ucal_setMillis(chinese, (double)first * 86400e3, &status);
        bool begins = ucal_get(chinese, UCAL_DAY_OF_MONTH, &status) == 1;
        ucal_setMillis(chinese, (double)(first + 14) * 86400e3, &status);
        bool named = ucal_get(chinese, UCAL_MONTH, &status) + 1 == date.month &&
                     ucal_get(chinese, UCAL_IS_LEAP_MONTH, &status) == date.leap;
        if (!begins && !in_last_hour(moons[i]))
            fail_msg("day %ld", (long)first);
        if (!named && !differs_in_beijing(moons[i] - 400, moons[i] + 400))
            fail_msg("month of day %ld", (long)first);
        if (begins && named)
            same++;
        else
            other++;
    }
    assert_true(U_SUCCESS(status));
    ucal_close(chinese);
    assert_true(same > 20 * other && other > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_years), cmocka_unit_test(test_leap_months),
        cmocka_unit_test(test_festivals), cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_limits),    cmocka_unit_test(test_texts),
        cmocka_unit_test(test_sky),       cmocka_unit_test(test_beside_chinese),
    };
    return cmocka_run_group_tests(tests, look_at_sky, NULL);
}
