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
        const char *sorted[20];
    } rows[] = {
        {"vi", {"a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "g", "o", "ô", "ơ", "u", "ư", "y"}},
        {"vi", {"An", "Ăn", "Ân", "Da", "Đà Nẵng", "E", "Ê"}},
        {"vi", {"ma", "mà", "mả", "mã", "má", "mạ"}},
        {"vi",
         {"An Giang", "Bắc Ninh", "Cà Mau", "Cao Bằng", "Cần Thơ", "Da", "Đà Nẵng", "Đắk Lắk",
          "Điện Biên", "Đồng Nai", "Gia Lai", "Hà Nội", "Huế"}},
        {"rad", {"An", "Ăn", "Da", "Đà"}}, // in Vietnamese order
        {"jra", {"da", "đa", "ia"}},
        {"bdq", {"ơ", "u", "ư"}},
        {"cjm", {"da", "đa"}},
        {"hmn", {"da", "đa"}},
        {"blt", {"da", "đa"}},
        {"en", {"Ăn", "Ân", "an opening", "Da", "Đà", "zoo"}},
        {"de", {"Affe", "Ärger", "Arm", "Ofen", "Öl", "Ort", "Straße", "Strauß", "Zoo"}},
        {"es", {"llama", "luz", "nube", "ñandú", "oso"}},
        {"es", {"chico", "cielo", "niña", "noche"}}, // ch and ll are two letters since 1994
        {"fr", {"cote", "coté", "côte", "côté", "coter", "œuf", "ouvert"}},
        {"pt", {"agua", "água", "Ana", "ânsia", "cão", "casa"}},
        {"id", {"Aceh", "Bali", "Éa", "Ende"}},
        {"ru", {"Ангара", "Волга", "ёлка", "жук", "Йошкар-Ола", "Юг", "Я"}},
        {"ru", {"ёлка", "ель", "Ереван", "ёрш"}},
        {"ar", {"باك نينه", "تاي نينه", "دا نانغ", "كا ماو", "هانوي", "هوي"}},
        {"zh-Hans", {"安江", "北宁", "大叻", "河内", "胡志明市", "岘港", "中国"}}, // pinyin
        {"zh-Hans", {"重庆", "河内", "上海"}}, // Chóngqìng, not zhòng
        {"zh-Hant", {"一", "大叻", "中國", "北寧", "安江", "河內", "胡志明市", "順化"}}, // strokes
        {"ja", {"あき", "アジア", "いか", "ハノイ", "ばら", "はる", "ホイアン", "河内", "東京"}},
        {"ko", {"가람", "나라", "다낭", "달랏", "하노이", "후에"}},
        {"th", {"กรุงเทพ", "เกาะ", "ขอนแก่น", "ไข่", "เชียงใหม่", "ดานัง", "ฮานอย"}},
        {"lo", {"ກາ", "ແກ້ວ", "ຂາວ", "ດານັງ", "ຫວຽດນາມ", "ຮ່າໂນ້ຍ"}},
        {"km", {"កម្ពុជា", "កែប", "ខេត្ត", "ដាណាំង", "ភ្នំពេញ", "ហាណូយ", "ហ្វេ"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct collate_item items[20];
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

// What has the same name stays as it was, however often it is sorted.
static void test_same(void **state)
{
    struct collate_item items[64];
    json_t *array = json_array();

    for (int i = 0; i < 64; i++) {
        items[i] = (struct collate_item){.text = i % 2 ? "Đà" : "Da", .data = items + i};
        json_array_append_new(array, json_pack("{s:s, s:i}", "name", i % 2 ? "Đà" : "Da", "n", i));
    }
    collate_sort(locale_find("vi"), items, 64);
    for (int i = 0; i < 64; i++)
        assert_ptr_equal(items[i].data, items + (i % 32) * 2 + i / 32);
    collate_objects(locale_find("vi"), array, "name");
    for (int i = 0; i < 64; i++)
        assert_int_equal(json_integer_value(json_object_get(json_array_get(array, i), "n")),
                         (i % 32) * 2 + i / 32);
    json_decref(array);

    array = json_pack("[{s:s}, {s:i}, {s:s}, {}]", "name", "b", "x", 1, "name", "a");
    collate_objects(locale_find("vi"), array, "name");
    assert_int_equal(json_array_size(array), 4);
    assert_string_equal(json_string_value(json_object_get(json_array_get(array, 3), "name")), "b");
    assert_non_null(json_object_get(json_array_get(array, 0), "x"));
    json_decref(array);
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
        cmocka_unit_test(test_same),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
