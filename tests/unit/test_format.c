// Dates, numbers and lists in every locale.
#include "locales/format.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NBSP  "\xc2\xa0"
#define NNBSP "\u202f"
#define RLM   "\u200f"
#define LRM   "\u200e"

static int setup(void **state)
{
    return locales_init();
}

// 2025-09-01T17:30:00Z is already 2 September in Viet Nam.
#define SECOND_SEPTEMBER 1756747800

static void test_dates(void **state)
{
    static const struct {
        const char *locale, *dates[DATE_STYLES];
    } rows[] = {
        {"vi", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
        {"en", {"2 September 2025", "2 Sep 2025", "September 2025"}},
        {"zh-Hans", {"2025年9月2日", "2025/9/2", "2025年9月"}},
        {"zh-Hant", {"2025年9月2日", "2025/9/2", "2025年9月"}},
        {"fr", {"2 septembre 2025", "02/09/2025", "septembre 2025"}},
        {"es", {"2 de septiembre de 2025", "2/9/2025", "septiembre de 2025"}},
        {"ru", {"2 сентября 2025 г.", "02.09.2025", "сентябрь 2025 г."}},
        {"ar", {"2 سبتمبر 2025", "2" RLM "/9" RLM "/2025", "سبتمبر 2025"}},
        {"pt", {"2 de setembro de 2025", "02/09/2025", "setembro de 2025"}},
        {"de", {"2. September 2025", "02.09.2025", "September 2025"}},
        {"ja", {"2025年9月2日", "2025/09/02", "2025年9月"}},
        {"ko", {"2025년 9월 2일", "2025. 9. 2.", "2025년 9월"}},
        {"lo", {"2 ກັນຍາ 2025", "2/9/2025", "ກັນຍາ 2025"}},
        {"th", {"2 กันยายน ค.ศ. 2025", "2/9/2025", "กันยายน ค.ศ. 2025"}}, // not 2568
        {"km", {"2 កញ្ញា 2025", "2/9/2025", "កញ្ញា 2025"}},
        {"id", {"2 September 2025", "02/09/2025", "September 2025"}},
        {"rad", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
        {"jra", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
        {"bdq", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
        {"cjm", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
        {"hmn", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
        {"blt", {"ngày 2 tháng 9 năm 2025", "02/09/2025", "tháng 9 năm 2025"}},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    assert_int_equal(sizeof(rows) / sizeof(rows[0]), locale_count());
    for (size_t i = 0; i < locale_count(); i++)
        for (int style = 0; style < DATE_STYLES; style++) {
            char *date = format_date(ctx, locale_find(rows[i].locale), SECOND_SEPTEMBER,
                                     (enum date_style)style);
            if (strcmp(date, rows[i].dates[style]) != 0)
                fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].locale, date,
                         rows[i].dates[style]);
        }
    talloc_free(ctx);
}

static void test_moments(void **state)
{
    static const struct {
        int64_t seconds;
        const char *date;
    } rows[] = {
        {0, "01/01/1970"},
        {-1, "01/01/1970"}, // 06:59:59 in Viet Nam
        {-25200, "01/01/1970"},
        {-25201, "31/12/1969"},
        {1735664399, "31/12/2024"},
        {1735664400, "01/01/2025"},
        {951757200, "29/02/2000"},
        {-30262273200, "11/01/1011"}, // no jump to the Julian calendar
        {-62135622000, "01/01/1"},
        {-62135622001, "01/01/1"}, // the limits hold
        {253402275599, "31/12/9999"},
        {253402275600, "31/12/9999"},
        {INT64_MIN, "01/01/1"},
        {INT64_MAX, "31/12/9999"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(format_date(ctx, locale_find("vi"), rows[i].seconds, DATE_SHORT),
                            rows[i].date);
    talloc_free(ctx);
}

static void test_numbers(void **state)
{
    static const struct {
        const char *locale, *thousand, *ten_thousand, *million, *fraction;
    } rows[] = {
        {"vi", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"en", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"zh-Hans", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"zh-Hant", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"fr", "1" NNBSP "234", "12" NNBSP "345", "4" NNBSP "412" NNBSP "264",
         "1" NNBSP "234" NNBSP "567,8"},
        {"es", "1234", "12.345", "4.412.264", "1.234.567,8"}, // no group below 10,000
        {"ru", "1" NBSP "234", "12" NBSP "345", "4" NBSP "412" NBSP "264",
         "1" NBSP "234" NBSP "567,8"},
        {"ar", "1,234", "12,345", "4,412,264", "1,234,567.8"}, // Western digits
        {"pt", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"de", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"ja", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"ko", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"lo", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"th", "1,234", "12,345", "4,412,264", "1,234,567.8"},
        {"km", "1,234", "12,345", "4,412,264", "1,234,567.8"}, // CLDR 48, not ICU 72
        {"id", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"rad", "1.234", "12.345", "4.412.264", "1.234.567,8"},
        {"blt", "1.234", "12.345", "4.412.264", "1.234.567,8"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct locale *locale = locale_find(rows[i].locale);
        assert_string_equal(format_integer(ctx, locale, 1234), rows[i].thousand);
        assert_string_equal(format_integer(ctx, locale, 12345), rows[i].ten_thousand);
        assert_string_equal(format_integer(ctx, locale, 4412264), rows[i].million);
        assert_string_equal(format_number(ctx, locale, 1234567.8, 2), rows[i].fraction);
        assert_string_equal(format_number(ctx, locale, 1234, 0), rows[i].thousand);
    }
    talloc_free(ctx);
}

static void test_number_edges(void **state)
{
    static const struct {
        double number;
        int digits;
        const char *text;
    } rows[] = {
        {0, 2, "0"},        {1, 2, "1"},        {1.5, 0, "2"},
        {2.5, 0, "3"},                          // half up
        {0.125, 2, "0.13"}, {2.675, 2, "2.68"}, // as it is written, not as it is stored
        {-2.5, 0, "-3"},    {0.1, 15, "0.1"},   {1e15, 0, "1,000,000,000,000,000"},
        {99.999, 2, "100"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct locale *en = locale_find("en");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(format_number(ctx, en, rows[i].number, rows[i].digits), rows[i].text);
    assert_string_equal(format_integer(ctx, en, 0), "0");
    assert_string_equal(format_integer(ctx, en, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(format_integer(ctx, en, INT64_MAX), "9,223,372,036,854,775,807");
    assert_string_equal(format_integer(ctx, locale_find("ar"), -5), LRM "-5");
    assert_true(strlen(format_number(ctx, en, 1.7e308, 15)) > 309);
    assert_string_equal(format_number(ctx, en, INFINITY, 2), "∞");
    assert_string_equal(format_number(ctx, en, NAN, 2), "NaN");
    // A fraction before does not leak into an integer after.
    assert_string_equal(format_number(ctx, en, 0.5, 1), "0.5");
    assert_string_equal(format_integer(ctx, en, 7), "7");
    talloc_free(ctx);
}

static void test_lists(void **state)
{
    static const struct {
        const char *locale, *items[4], *text;
    } rows[] = {
        {"vi", {NULL}, ""},
        {"vi", {"Huế", NULL}, "Huế"},
        {"vi", {"Huế", "Hội An", NULL}, "Huế và Hội An"},
        {"vi", {"Huế", "Hội An", "Đà Lạt", NULL}, "Huế, Hội An và Đà Lạt"},
        {"en", {"Hue", "Hoi An", NULL}, "Hue and Hoi An"},
        {"es", {"Francia", "Italia", NULL}, "Francia e Italia"},
        {"zh-Hans", {"顺化", "会安", "大叻", NULL}, "顺化、会安和大叻"},
        {"hmn", {"a", "b", NULL}, "a và b"},
        {"en", {"\xff", "b", NULL}, "\ufffd and b"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 0;
        while (count < 4 && rows[i].items[count])
            count++;
        assert_string_equal(format_list(ctx, locale_find(rows[i].locale), rows[i].items, count),
                            rows[i].text);
    }
    talloc_free(ctx);
}

static void *format_in_thread(void *data)
{
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < locale_count(); i++) {
        format_date(ctx, locale_at(i), SECOND_SEPTEMBER, DATE_LONG);
        format_integer(ctx, locale_at(i), 1234);
    }
    talloc_free(ctx);
    return NULL;
}

// What a thread keeps of ICU is closed when it ends (the leak checker sees the rest).
static void test_threads(void **state)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, format_in_thread, NULL), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),   cmocka_unit_test(test_moments),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_number_edges),
        cmocka_unit_test(test_lists),   cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
