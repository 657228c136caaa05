// Stems of words, by each locale's stemmer.
#include "locales/stem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static void test_stems(void **state)
{
    static const struct {
        const char *locale, *word, *stem; // NULL: none
    } rows[] = {
        {"en", "festivals", "festiv"},
        {"en", "covid19", "covid19"},
        {"en", "2025", NULL},
        {"en", "", NULL},
        {"en", "праздник", NULL}, // another script
        {"en", "베트남의", NULL},
        {"fr", "régions", "région"},
        {"es", "canciones", "cancion"},
        {"pt", "viagens", "viagens"},
        {"de", "häuser", "haus"},
        {"id", "makanan", "makan"},
        {"ru", "праздниками", "праздник"},
        {"ru", "vietnam", NULL},
        {"ar", "المدارس", "مدارس"},
        {"ar", "والمدارس", "مدارس"},
        {"ar", "فالمدارس", "مدارس"},
        {"ar", "وال", "وال"},
        {"vi", "nội", NULL}, // no stemmer
        {"ja", "ベトナム", NULL},
        {"th", "ไทย", NULL},
        // Korean: with and without a final consonant before the particle
        {"ko", "음식을", "음식"},
        {"ko", "문화를", "문화"},
        {"ko", "문화을", "문화을"},
        {"ko", "하노이", "하노이"}, // 이 does not follow a vowel
        {"ko", "하노이의", "하노이"},
        {"ko", "서울로", "서울"},
        {"ko", "산으로", "산"},
        {"ko", "사람들이", "사람"},
        {"ko", "여행하는", "여행"},
        {"ko", "축제입니다", "축제"},
        {"ko", "베트남에서는", "베트남"},
        {"ko", "회의", "회의"}, // one syllable is left
        {"ko", "의", "의"},
        {"ko", "apec의", "apec"},
        {"ko", "apec", NULL},
    };
    char stem[STEM_BYTES];
    size_t length;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool found = stem_word(locale_find(rows[i].locale), rows[i].word, strlen(rows[i].word),
                               stem, &length);
        if (found != (rows[i].stem != NULL))
            fail_msg("%s %s: %s", rows[i].locale, rows[i].word, found ? "a stem" : "no stem");
        if (found && (length != strlen(rows[i].stem) || memcmp(stem, rows[i].stem, length) != 0))
            fail_msg("%s %s: %.*s instead of %s", rows[i].locale, rows[i].word, (int)length, stem,
                     rows[i].stem);
    }
}

static void test_limits(void **state)
{
    char word[STEM_BYTES + 1], stem[STEM_BYTES];
    size_t length;

    memset(word, 'x', sizeof word);
    assert_true(stem_word(locale_find("en"), word, STEM_BYTES, stem, &length));
    assert_int_equal(length, STEM_BYTES);
    assert_false(stem_word(locale_find("en"), word, STEM_BYTES + 1, stem, &length));
    assert_false(stem_word(locale_find("en"), "a\xff", 2, stem, &length) && length > 2);
}

static void test_known(void **state)
{
    assert_true(stem_known("english"));
    assert_true(stem_known("korean"));
    assert_false(stem_known("klingon"));
    assert_false(stem_known(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_known),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
