// The order of dictionaries.
#include "locales/collate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static void test_order(void **state)
{
    static const struct {
        const char *locale;
        const char *sorted[8];
    } rows[] = {
        {"vi", {"An", "Ăn", "Ân", "Da", "Đà Nẵng", "E", "Ê", NULL}},
        {"vi", {"ma", "mà", "mả", "mã", "má", "mạ", NULL}},
        {"rad", {"An", "Ăn", "Da", "Đà", NULL}}, // in Vietnamese order
        {"en", {"Ăn", "Ân", "an opening", "Da", "Đà", "zoo", NULL}},
        {"de", {"Affe", "Ärger", "Zoo", NULL}},
        {"es", {"nube", "ñandú", "oso", NULL}},
        {"zh-Hans", {"北京", "河内", "上海", NULL}}, // pinyin
        {"ru", {"Ангара", "Волга", "ёлка", "жук", NULL}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct collate_item items[8];
        size_t count = 0;
        for (; rows[i].sorted[count]; count++)
            ;
        for (size_t j = 0; j < count; j++) { // backwards
            const char *text = rows[i].sorted[count - 1 - j];
            items[j] = (struct collate_item){text, (void *)text};
        }
        collate_sort(locale_find(rows[i].locale), items, count);
        for (size_t j = 0; j < count; j++) {
            assert_string_equal(items[j].text, rows[i].sorted[j]);
            assert_ptr_equal(items[j].data, items[j].text);
        }
    }
    collate_sort(locale_find("vi"), NULL, 0);
}

static void test_ties(void **state)
{
    struct collate_item items[] = {{"a\u0301", NULL}, {"\u00e1", NULL}, {"\xff", NULL}};

    collate_sort(locale_find("vi"), items, 3);
    assert_string_equal(items[0].text, "a\u0301"); // equal to ICU, so by bytes
    assert_string_equal(items[1].text, "\u00e1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_ties),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
