// The map of tiles, as far as it needs no database.
#include "render/site_atlas.h"

#include "locales/embedded.h"
#include "locales/message_internal.h"
#include "locales/syllables.h"

// cmocka.h needs these four before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

extern const struct embedded locales_files[];

static int setup(void **state)
{
    (void)state;
    int r = locales_init();
    return r == 0 ? message_load(locales_files) : r;
}

static void check_classes(const double *values, size_t count, const int *expected)
{
    int classes[16];
    site_atlas_classes(values, count, 5, classes);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(classes[i], expected[i]);
}

static void classes_hold_as_many(void **state)
{
    (void)state;
    check_classes((double[]){10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 10,
                  (int[]){5, 5, 4, 4, 3, 3, 2, 2, 1, 1});
    check_classes((double[]){1, 2, 3, 4, 5, 6, 7}, 7, (int[]){1, 1, 2, 3, 3, 4, 5});
}

static void equal_values_share_a_class(void **state)
{
    (void)state;
    check_classes((double[]){7, 7, 7, 7, 7}, 5, (int[]){1, 1, 1, 1, 1});
    check_classes((double[]){0, 0, 0, 5, 5}, 5, (int[]){1, 1, 1, 4, 4});
}

static void what_is_not_known_has_none(void **state)
{
    (void)state;
    check_classes((double[]){-1, 3, -1}, 3, (int[]){0, 1, 0});
    check_classes((double[]){-1}, 1, (int[]){0});
    check_classes(NULL, 0, NULL);
}

static void regions_are_counted_from_the_north(void **state)
{
    (void)state;
    assert_int_equal(site_region_number("northern-midlands"), 1);
    assert_int_equal(site_region_number("mekong-delta"), 6);
    assert_int_equal(site_region_number("atlantis"), 0);
    assert_int_equal(site_region_number(NULL), 0);
}

static void a_region_that_nobody_knows_is_called_by_its_id(void **state)
{
    (void)state;
    const struct site_wing wing = {.locale = locale_find("vi"), .ui = locale_find("vi")};
    assert_string_equal(site_region_name(&wing, "north-central"), "Bắc Trung Bộ");
    assert_string_equal(site_region_name(&wing, "atlantis"), "atlantis");
}

static void russian_names_part_between_syllables(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"Тхайнгуен", "Тхай-нгуен"},
        {"Дьенбьен", "Дьен-бьен"},
        {"Хынгйен", "Хынг-йен"},
        {"Туенкуанг", "Туен-куанг"},
        {"Донгтхап", "Донг-тхап"},
        {"Кантхо", "Кан-тхо"},
        {"Футхо", "Фу-тхо"},
        {"Кханьхоа", "Кхань-хоа"},
        {"Хошимин", "Хо-ши-мин"},
        {"Лаокай", "Лао-кай"},
        {"Тэйнинь", "Тэй-нинь"},
        {"Хюэ", "Хюэ"},
        {"Бариа-Вунгтау", "Ба-риа-Вунг-тау"},
        {"Hanoi", "Hanoi"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *marked = syllables_mark(NULL, locale_find("ru"), names[i][0]);
        const char *expected = names[i][1];
        // In the table a hyphen stands for one that is soft, unless the name has it itself.
        for (const char *at = marked; *at; expected++) {
            bool soft = strncmp(at, "\xc2\xad", 2) == 0;
            assert_int_equal(*expected, soft ? '-' : *at);
            at += soft ? 2 : 1;
        }
        assert_string_equal(expected, "");
        talloc_free(marked);
    }
    char *other = syllables_mark(NULL, locale_find("vi"), "Thái Nguyên");
    assert_string_equal(other, "Thái Nguyên");
    talloc_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_hold_as_many),
        cmocka_unit_test(equal_values_share_a_class),
        cmocka_unit_test(what_is_not_known_has_none),
        cmocka_unit_test(regions_are_counted_from_the_north),
        cmocka_unit_test(russian_names_part_between_syllables),
        cmocka_unit_test(a_region_that_nobody_knows_is_called_by_its_id),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
