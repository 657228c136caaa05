// The names of the months and of the days of the week, which come from ICU, in every locale: a
// later ICU that calls one otherwise is noticed here.
#include "locales/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

// The 15th of each month of 2025: all days of the week are among them.
static int64_t fifteenth(int month)
{
    struct tm day = {.tm_year = 125, .tm_mon = month, .tm_mday = 15};
    return timegm(&day);
}

static const struct days {
    const char *locale, *texts[12];
} weekdays[] = {
    {"vi",
     {"Thứ Tư, ngày 15 tháng 1 năm 2025", "Thứ Bảy, ngày 15 tháng 2 năm 2025",
      "Thứ Bảy, ngày 15 tháng 3 năm 2025", "Thứ Ba, ngày 15 tháng 4 năm 2025",
      "Thứ Năm, ngày 15 tháng 5 năm 2025", "Chủ Nhật, ngày 15 tháng 6 năm 2025",
      "Thứ Ba, ngày 15 tháng 7 năm 2025", "Thứ Sáu, ngày 15 tháng 8 năm 2025",
      "Thứ Hai, ngày 15 tháng 9 năm 2025", "Thứ Tư, ngày 15 tháng 10 năm 2025",
      "Thứ Bảy, ngày 15 tháng 11 năm 2025", "Thứ Hai, ngày 15 tháng 12 năm 2025"}},
    {"en",
     {"Wednesday, 15 January 2025", "Saturday, 15 February 2025", "Saturday, 15 March 2025",
      "Tuesday, 15 April 2025", "Thursday, 15 May 2025", "Sunday, 15 June 2025",
      "Tuesday, 15 July 2025", "Friday, 15 August 2025", "Monday, 15 September 2025",
      "Wednesday, 15 October 2025", "Saturday, 15 November 2025", "Monday, 15 December 2025"}},
    {"zh-Hans",
     {"2025年1月15日星期三", "2025年2月15日星期六", "2025年3月15日星期六", "2025年4月15日星期二",
      "2025年5月15日星期四", "2025年6月15日星期日", "2025年7月15日星期二", "2025年8月15日星期五",
      "2025年9月15日星期一", "2025年10月15日星期三", "2025年11月15日星期六",
      "2025年12月15日星期一"}},
    {"zh-Hant",
     {"2025年1月15日 星期三", "2025年2月15日 星期六", "2025年3月15日 星期六",
      "2025年4月15日 星期二", "2025年5月15日 星期四", "2025年6月15日 星期日",
      "2025年7月15日 星期二", "2025年8月15日 星期五", "2025年9月15日 星期一",
      "2025年10月15日 星期三", "2025年11月15日 星期六", "2025年12月15日 星期一"}},
    {"fr",
     {"mercredi 15 janvier 2025", "samedi 15 février 2025", "samedi 15 mars 2025",
      "mardi 15 avril 2025", "jeudi 15 mai 2025", "dimanche 15 juin 2025", "mardi 15 juillet 2025",
      "vendredi 15 août 2025", "lundi 15 septembre 2025", "mercredi 15 octobre 2025",
      "samedi 15 novembre 2025", "lundi 15 décembre 2025"}},
    {"es",
     {"miércoles, 15 de enero de 2025", "sábado, 15 de febrero de 2025",
      "sábado, 15 de marzo de 2025", "martes, 15 de abril de 2025", "jueves, 15 de mayo de 2025",
      "domingo, 15 de junio de 2025", "martes, 15 de julio de 2025",
      "viernes, 15 de agosto de 2025", "lunes, 15 de septiembre de 2025",
      "miércoles, 15 de octubre de 2025", "sábado, 15 de noviembre de 2025",
      "lunes, 15 de diciembre de 2025"}},
    {"ru",
     {"среда, 15 января 2025 г.", "суббота, 15 февраля 2025 г.", "суббота, 15 марта 2025 г.",
      "вторник, 15 апреля 2025 г.", "четверг, 15 мая 2025 г.", "воскресенье, 15 июня 2025 г.",
      "вторник, 15 июля 2025 г.", "пятница, 15 августа 2025 г.", "понедельник, 15 сентября 2025 г.",
      "среда, 15 октября 2025 г.", "суббота, 15 ноября 2025 г.",
      "понедельник, 15 декабря 2025 г."}},
    {"ar",
     {"الأربعاء، 15 يناير 2025", "السبت، 15 فبراير 2025", "السبت، 15 مارس 2025",
      "الثلاثاء، 15 أبريل 2025", "الخميس، 15 مايو 2025", "الأحد، 15 يونيو 2025",
      "الثلاثاء، 15 يوليو 2025", "الجمعة، 15 أغسطس 2025", "الاثنين، 15 سبتمبر 2025",
      "الأربعاء، 15 أكتوبر 2025", "السبت، 15 نوفمبر 2025", "الاثنين، 15 ديسمبر 2025"}},
    {"pt",
     {"quarta-feira, 15 de janeiro de 2025", "sábado, 15 de fevereiro de 2025",
      "sábado, 15 de março de 2025", "terça-feira, 15 de abril de 2025",
      "quinta-feira, 15 de maio de 2025", "domingo, 15 de junho de 2025",
      "terça-feira, 15 de julho de 2025", "sexta-feira, 15 de agosto de 2025",
      "segunda-feira, 15 de setembro de 2025", "quarta-feira, 15 de outubro de 2025",
      "sábado, 15 de novembro de 2025", "segunda-feira, 15 de dezembro de 2025"}},
    {"de",
     {"Mittwoch, 15. Januar 2025", "Samstag, 15. Februar 2025", "Samstag, 15. März 2025",
      "Dienstag, 15. April 2025", "Donnerstag, 15. Mai 2025", "Sonntag, 15. Juni 2025",
      "Dienstag, 15. Juli 2025", "Freitag, 15. August 2025", "Montag, 15. September 2025",
      "Mittwoch, 15. Oktober 2025", "Samstag, 15. November 2025", "Montag, 15. Dezember 2025"}},
    {"ja",
     {"2025年1月15日水曜日", "2025年2月15日土曜日", "2025年3月15日土曜日", "2025年4月15日火曜日",
      "2025年5月15日木曜日", "2025年6月15日日曜日", "2025年7月15日火曜日", "2025年8月15日金曜日",
      "2025年9月15日月曜日", "2025年10月15日水曜日", "2025年11月15日土曜日",
      "2025年12月15日月曜日"}},
    {"ko",
     {"2025년 1월 15일 수요일", "2025년 2월 15일 토요일", "2025년 3월 15일 토요일",
      "2025년 4월 15일 화요일", "2025년 5월 15일 목요일", "2025년 6월 15일 일요일",
      "2025년 7월 15일 화요일", "2025년 8월 15일 금요일", "2025년 9월 15일 월요일",
      "2025년 10월 15일 수요일", "2025년 11월 15일 토요일", "2025년 12월 15일 월요일"}},
    {"lo",
     {"ວັນພຸດ, 15 ມັງກອນ 2025", "ວັນເສົາ, 15 ກຸມພາ 2025", "ວັນເສົາ, 15 ມີນາ 2025", "ວັນອັງຄານ, 15 ເມສາ 2025",
      "ວັນພະຫັດ, 15 ພຶດສະພາ 2025", "ວັນອາທິດ, 15 ມິຖຸນາ 2025", "ວັນອັງຄານ, 15 ກໍລະກົດ 2025",
      "ວັນສຸກ, 15 ສິງຫາ 2025", "ວັນຈັນ, 15 ກັນຍາ 2025", "ວັນພຸດ, 15 ຕຸລາ 2025", "ວັນເສົາ, 15 ພະຈິກ 2025",
      "ວັນຈັນ, 15 ທັນວາ 2025"}},
    {"th",
     {"วันพุธที่ 15 มกราคม ค.ศ. 2025", "วันเสาร์ที่ 15 กุมภาพันธ์ ค.ศ. 2025", "วันเสาร์ที่ 15 มีนาคม ค.ศ. 2025",
      "วันอังคารที่ 15 เมษายน ค.ศ. 2025", "วันพฤหัสบดีที่ 15 พฤษภาคม ค.ศ. 2025",
      "วันอาทิตย์ที่ 15 มิถุนายน ค.ศ. 2025", "วันอังคารที่ 15 กรกฎาคม ค.ศ. 2025", "วันศุกร์ที่ 15 สิงหาคม ค.ศ. 2025",
      "วันจันทร์ที่ 15 กันยายน ค.ศ. 2025", "วันพุธที่ 15 ตุลาคม ค.ศ. 2025", "วันเสาร์ที่ 15 พฤศจิกายน ค.ศ. 2025",
      "วันจันทร์ที่ 15 ธันวาคม ค.ศ. 2025"}},
    {"km",
     {"ពុធ 15 មករា 2025", "សៅរ៍ 15 កុម្ភៈ 2025", "សៅរ៍ 15 មីនា 2025", "អង្គារ 15 មេសា 2025",
      "ព្រហស្បតិ៍ 15 ឧសភា 2025", "អាទិត្យ 15 មិថុនា 2025", "អង្គារ 15 កក្កដា 2025", "សុក្រ 15 សីហា 2025",
      "ច័ន្ទ 15 កញ្ញា 2025", "ពុធ 15 តុលា 2025", "សៅរ៍ 15 វិច្ឆិកា 2025", "ច័ន្ទ 15 ធ្នូ 2025"}},
    {"id",
     {"Rabu, 15 Januari 2025", "Sabtu, 15 Februari 2025", "Sabtu, 15 Maret 2025",
      "Selasa, 15 April 2025", "Kamis, 15 Mei 2025", "Minggu, 15 Juni 2025", "Selasa, 15 Juli 2025",
      "Jumat, 15 Agustus 2025", "Senin, 15 September 2025", "Rabu, 15 Oktober 2025",
      "Sabtu, 15 November 2025", "Senin, 15 Desember 2025"}},
};

static void check(const struct locale *locale, enum date_style style, const char *const texts[12])
{
    for (int month = 0; month < 12; month++) {
        char *text = format_date(NULL, locale, fifteenth(month), style);
        if (strcmp(text, texts[month]) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", locale->tag, text, texts[month]);
        talloc_free(text);
    }
}

static void test_weekdays(void **state)
{
    size_t count = sizeof(weekdays) / sizeof(weekdays[0]);

    for (size_t i = 0; i < count; i++)
        check(locale_find(weekdays[i].locale), DATE_WEEKDAY, weekdays[i].texts);
    for (size_t i = count; i < locale_count(); i++) {
        assert_string_equal(locale_at(i)->icu, "vi"); // those of the minorities come last
        check(locale_at(i), DATE_WEEKDAY, weekdays[0].texts);
    }
}

// Where the names have another form alone, or shortened.
static void test_other_forms(void **state)
{
    static const char *const english[12] = {
        "15 Jan 2025", "15 Feb 2025", "15 Mar 2025", "15 Apr 2025", "15 May 2025", "15 Jun 2025",
        "15 Jul 2025", "15 Aug 2025", "15 Sep 2025", "15 Oct 2025", "15 Nov 2025", "15 Dec 2025"};
    static const char *const russian[12] = {
        "январь 2025 г.",   "февраль 2025 г.", "март 2025 г.",   "апрель 2025 г.",
        "май 2025 г.",      "июнь 2025 г.",    "июль 2025 г.",   "август 2025 г.",
        "сентябрь 2025 г.", "октябрь 2025 г.", "ноябрь 2025 г.", "декабрь 2025 г."};

    check(locale_find("en"), DATE_SHORT, english);
    check(locale_find("ru"), DATE_MONTH_YEAR, russian);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weekdays),
        cmocka_unit_test(test_other_forms),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
