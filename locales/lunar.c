#include "locales/lunar.h"

// The lunar years from LUNAR_YEAR_MIN on. Bits 0 to 12: the months in their order that have 30 days
// and not 29; 13 to 16: the number of the leap month, or 0; from 17 on: how many days after
// 1 January the year begins.
//
// Computed with the ERFA library (Moon: Meeus's ELP 2000-82, Sun: VSOP2000), the same with libnova
// (ELP 2000-82B, VSOP87); tests/unit/test_lunar.c computes it anew.
static const uint32_t years[] = {
    0x500ad5, 0x3d16d2, 0x620752, 0x4c06a5, 0x36b64b, 0x5c064b, 0x440c9b, 0x30955a, 0x56056a,
    0x400b69, 0x2a5752, 0x500b52, 0x3adb25, 0x600b25, 0x480a4b, 0x32b4ab, 0x5802ad, 0x42056d,
    0x2c6b69, 0x520da9, 0x3efd92, 0x640e92, 0x4c0d25, 0x36da4d, 0x5c0a56, 0x4602b6, 0x2e95b5,
    0x5606d4, 0x400ea9, 0x2c5e92, 0x500e92, 0x3acd26, 0x5e052b, 0x480a57, 0x32b4d6, 0x58035a,
    0x4206d5, 0x2e76c9, 0x520749, 0x3d1693, 0x620a95, 0x4c052b, 0x34ca5b, 0x5a0aad, 0x46056a,
    0x309b65, 0x560ba4, 0x400b49, 0x2a5a95, 0x500a95, 0x38f52d, 0x5e0556, 0x480ab5, 0x34b5aa,
    0x5805d2, 0x420da5, 0x2e7d4a, 0x540e4a, 0x3d0c96, 0x600a97, 0x4c0556, 0x36cab5, 0x5a0ad9,
    0x4606d2, 0x308ea5, 0x560725, 0x3e064b, 0x286c97, 0x4e049b, 0x38e55b, 0x5c056b, 0x480b69,
    0x34b752, 0x5a0b52, 0x420b25, 0x2c9a4b, 0x520a4d, 0x3d14ab, 0x6002ad, 0x4a05ad, 0x36cb6a,
    0x5c0da9, 0x460d92, 0x309d25, 0x560d25, 0x400a55, 0x2854ad, 0x4e04b6, 0x38e5b5, 0x5e06d5,
    0x480ec9, 0x34be92, 0x5a0e92, 0x440d26, 0x2c6a56, 0x500a57, 0x3d1556, 0x62056a, 0x4a0b55,
    0x36b6c9, 0x5c0749, 0x460693, 0x2e952b, 0x54052b, 0x3e0a5b, 0x2a555a, 0x4e056a, 0x38eb65,
    0x5e0ba5, 0x4a0d49, 0x32ba95, 0x580a95, 0x42052d, 0x2c8aad, 0x500ab5, 0x3d35aa, 0x6205d2,
    0x4c0da5, 0x36dd4a, 0x5c0e4a, 0x460c96, 0x30992e, 0x540556, 0x3e0ab5, 0x2a55b2, 0x5006d2,
    0x38cea5, 0x5e0725, 0x48064b, 0x32ac97, 0x5604ab, 0x40055b, 0x2c6ada, 0x520b6a, 0x3d7752,
    0x620b92, 0x4c0b25, 0x36da4b, 0x5a0a4d, 0x4404ad, 0x2ea95b, 0x5405ad, 0x3e0baa, 0x2a5b52,
    0x500d92, 0x3afd25, 0x5e0d25, 0x480a55, 0x32b4ad, 0x5804b6, 0x4006b5, 0x2c6daa, 0x520eca,
    0x3f0e92, 0x600e93, 0x4c0d26, 0x36ca56, 0x5a0a5b, 0x44055a, 0x2e8ad5, 0x540b55, 0x40074a,
    0x286e93, 0x4e0a93, 0x38f52b, 0x5e052b, 0x460a9b, 0x32b55a, 0x58056a, 0x420b65, 0x2c974a,
    0x520d4a, 0x3d1a95, 0x620c95, 0x4a092d, 0x34caad, 0x5a0ab5, 0x4605aa, 0x2e8ba5, 0x540ea5,
    0x400d4a, 0x2a7d15, 0x4e0c96, 0x38f956, 0x5e0556, 0x480ab5, 0x32b5b4, 0x5806d4, 0x420ea5,
    0x2e8e8a, 0x50068b, 0x3b1497, 0x6004ab, 0x4a095b, 0x34cada, 0x5a0b6a, 0x460754, 0x309725,
    0x540b45, 0x3e0a8b, 0x28552b, 0x4e04ad,
};

static int month_length(uint32_t row, int place)
{
    return row >> place & 1 ? 30 : 29;
}

static int leap_month(uint32_t row)
{
    return row >> 13 & 15;
}

static int64_t first_of_january(int year)
{
    int64_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

static uint32_t row_of(int year)
{
    return years[year - LUNAR_YEAR_MIN];
}

static int64_t new_year(int year)
{
    return first_of_january(year) + (row_of(year) >> 17);
}

static int month_count(uint32_t row)
{
    return leap_month(row) ? 13 : 12;
}

static int64_t year_length(uint32_t row)
{
    int64_t length = 0;

    for (int place = 0; place < month_count(row); place++)
        length += month_length(row, place);
    return length;
}

int lunar_from_day(int64_t day, struct lunar_date *ret)
{
    int64_t end = new_year(LUNAR_YEAR_MAX) + year_length(row_of(LUNAR_YEAR_MAX));
    int year = LUNAR_YEAR_MAX, place = 0;

    if (day < new_year(LUNAR_YEAR_MIN) || day >= end)
        return LUNAR_OUT_OF_RANGE;
    while (new_year(year) > day)
        year--;
    uint32_t row = row_of(year);
    int64_t rest = day - new_year(year);
    for (; rest >= month_length(row, place); place++)
        rest -= month_length(row, place);
    int leap = leap_month(row);
    bool behind = leap && place >= leap; // its place is that behind the month of its number
    *ret = (struct lunar_date){
        .year = year,
        .month = behind ? place : place + 1,
        .day = (int)rest + 1,
        .leap = behind && place == leap,
    };
    return 0;
}

int lunar_to_day(const struct lunar_date *date, int64_t *ret)
{
    if (date->year < LUNAR_YEAR_MIN || date->year > LUNAR_YEAR_MAX)
        return LUNAR_OUT_OF_RANGE;
    uint32_t row = row_of(date->year);
    int leap = leap_month(row);
    if (date->month < 1 || date->month > 12 || (date->leap && date->month != leap))
        return LUNAR_NO_SUCH_DAY;
    bool behind = leap && (date->month > leap || date->leap);
    int place = behind ? date->month : date->month - 1;
    if (date->day < 1 || date->day > month_length(row, place))
        return LUNAR_NO_SUCH_DAY;
    int64_t day = new_year(date->year) + date->day - 1;
    for (int i = 0; i < place; i++)
        day += month_length(row, i);
    *ret = day;
    return 0;
}

char *lunar_year_name(TALLOC_CTX *ctx, int year)
{
    static const char *const stems[] = {"Canh", "Tân",  "Nhâm", "Quý", "Giáp",
                                        "Ất",   "Bính", "Đinh", "Mậu", "Kỷ"};
    static const char *const branches[] = {"Thân", "Dậu", "Tuất", "Hợi", "Tý",  "Sửu",
                                           "Dần",  "Mão", "Thìn", "Tỵ",  "Ngọ", "Mùi"};

    return talloc_asprintf(ctx, "%s %s", stems[year % 10], branches[year % 12]);
}

char *lunar_format(TALLOC_CTX *ctx, const struct lunar_date *date)
{
    static const char *const months[] = {"Giêng", "Hai", "Ba",   "Tư",   "Năm",      "Sáu",
                                         "Bảy",   "Tám", "Chín", "Mười", "Mười Một", "Chạp"};
    char *year = lunar_year_name(NULL, date->year), *text;
    const char *month = months[date->month - 1], *leap = date->leap ? " nhuận" : "";

    if (date->day == 15)
        text = talloc_asprintf(ctx, "rằm tháng %s%s năm %s", month, leap, year);
    else
        text = talloc_asprintf(ctx, "%s %d tháng %s%s năm %s", date->day <= 10 ? "mồng" : "ngày",
                               date->day, month, leap, year);
    talloc_free(year);
    return text;
}

// In the order of their days in a Gregorian year: the first belongs to the lunar year before.
static const struct {
    const char *id, *name;
    int month, day;
} festivals[LUNAR_FESTIVALS] = {
    {"kitchen-gods", "festival.kitchen_gods", 12, 23},
    {"tet", "festival.tet", 1, 1},
    {"first-full-moon", "festival.first_full_moon", 1, 15},
    {"cold-food", "festival.cold_food", 3, 3},
    {"hung-kings", "festival.hung_kings", 3, 10},
    {"vesak", "festival.vesak", 4, 15},
    {"doan-ngo", "festival.doan_ngo", 5, 5},
    {"vu-lan", "festival.vu_lan", 7, 15},
    {"mid-autumn", "festival.mid_autumn", 8, 15},
};

int lunar_festivals(int year, struct lunar_festival ret[LUNAR_FESTIVALS])
{
    if (year <= LUNAR_YEAR_MIN || year > LUNAR_YEAR_MAX)
        return LUNAR_OUT_OF_RANGE;
    for (size_t i = 0; i < LUNAR_FESTIVALS; i++) {
        struct lunar_festival *festival = &ret[i];
        *festival = (struct lunar_festival){
            .id = festivals[i].id,
            .name = festivals[i].name,
            .date = {.year = i == 0 ? year - 1 : year,
                     .month = festivals[i].month,
                     .day = festivals[i].day},
        };
        int r = lunar_to_day(&festival->date, &festival->day);
        if (r != 0)
            return r;
    }
    return 0;
}
