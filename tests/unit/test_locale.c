// The registry, its fallback chains, and matching of BCP 47 tags.
#include "locales/locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static void test_registry(void **state)
{
    assert_int_equal(locales_init(), 0); // a second call changes nothing
    assert_true(locale_count() >= 22);
    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        assert_int_equal(locale->index, i);
        assert_ptr_equal(locale_find(locale->tag), locale);
        assert_true(*locale->name && *locale->name_en && *locale->og_locale);
        assert_int_equal(locale->rtl, strcmp(locale->tag, "ar") == 0);
        assert_true(locale->content);
    }
    assert_true(locale_find("vi")->catalog);
    assert_true(locale_find("en")->catalog);
    assert_false(locale_find("rad")->catalog);
    assert_ptr_equal(locale_default(), locale_find("en"));
    assert_null(locale_find("zh"));
    assert_null(locale_find("EN"));
    assert_null(locale_find(""));
}

static void test_fallback(void **state)
{
    static const struct {
        const char *tag;
        const char *chain[4];
    } rows[] = {
        {"vi", {"en"}},
        {"en", {"vi"}},
        {"fr", {"en", "vi"}},
        {"zh-Hans", {"en", "vi"}},
        {"zh-Hant", {"zh-Hans", "en", "vi"}},
        {"rad", {"vi", "en"}},
        {"blt", {"vi", "en"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct locale *locale = locale_find(rows[i].tag);
        size_t count = 0;
        for (; rows[i].chain[count]; count++) {
            assert_true(count < locale->fallback_count);
            assert_string_equal(locale->fallback[count]->tag, rows[i].chain[count]);
        }
        assert_int_equal(locale->fallback_count, count);
    }
    for (size_t i = 0; i < locale_count(); i++) { // everybody can end in vi and en
        const struct locale *locale = locale_at(i);
        bool vi = locale == locale_find("vi"), en = locale == locale_find("en");
        for (size_t j = 0; j < locale->fallback_count; j++) {
            assert_ptr_not_equal(locale->fallback[j], locale);
            vi |= locale->fallback[j] == locale_find("vi");
            en |= locale->fallback[j] == locale_find("en");
        }
        assert_true(vi && en);
    }
}

static void test_hreflang(void **state)
{
    static const char *const without[] = {"rad", "jra", "bdq", "cjm", "hmn", "blt"};

    for (size_t i = 0; i < 6; i++)
        assert_null(locale_find(without[i])->hreflang);
    assert_string_equal(locale_find("zh-Hant")->hreflang, "zh-Hant");
    assert_string_equal(locale_find("vi")->og_locale, "vi_VN");
}

static void test_match(void **state)
{
    static const struct {
        const char *tag;
        const char *match; // NULL: none
    } rows[] = {
        {"vi", "vi"},
        {"VI", "vi"},
        {"vi-VN", "vi"},
        {"vi-Latn-VN", "vi"},
        {"en-GB", "en"},
        {"en-us", "en"},
        {"en-001", "en"},
        {"en-GB-oxendict", "en"},
        {"en-u-hc-h12", "en"},
        {"es-419", "es"},
        {"pt-BR", "pt"},
        {"pt-PT", "pt"},
        {"in", "id"},
        {"in-ID", "id"},
        {"zh", "zh-Hans"},
        {"zh-CN", "zh-Hans"},
        {"zh-SG", "zh-Hans"},
        {"zh-MY", "zh-Hans"},
        {"zh-TW", "zh-Hant"},
        {"zh-tw", "zh-Hant"},
        {"zh-HK", "zh-Hant"},
        {"zh-MO", "zh-Hant"},
        {"zh-AU", "zh-Hant"},
        {"zh-hans", "zh-Hans"},
        {"ZH-HANT", "zh-Hant"},
        {"zh-Hant-HK", "zh-Hant"},
        {"zh-Hans-TW", "zh-Hans"},
        {"zh-TW-u-nu-latn", "zh-Hant"},
        {"zh-yue", "zh-Hant"},
        {"yue", "zh-Hant"},
        {"yue-Hans", "zh-Hans"},
        {"cmn", "zh-Hans"},
        {"cmn-Hant", "zh-Hant"},
        {"zh-Latn-pinyin", "zh-Hans"},
        {"hmv", "hmn"},
        {"mww", "hmn"},
        {"hnj", "hmn"},
        {"hnj-Hmnp", "hmn"},
        {"mww-US", "hmn"},
        {"twh", "blt"},
        {"cjm-Cham", "cjm"},
        {"cjm-Latn", "cjm"},
        {"rad-Latn-VN", "rad"},
        {"ar-EG", "ar"},
        // old and longer codes
        {"iN-iD", "id"},
        {"ind", "id"},
        {"vie", "vi"},
        {"eng-GB", "en"},
        {"fre", "fr"},
        {"ger-CH", "de"},
        {"chi", "zh-Hans"},
        {"zho-TW", "zh-Hant"},
        {"arb", "ar"},
        {"mol", NULL},
        {"cmn-TW", "zh-Hant"},
        {"cmn-Hans-TW", "zh-Hans"},
        {"zh-cmn", "zh-Hans"},
        {"zh-cmn-Hant", "zh-Hant"},
        {"zh-guoyu", "zh-Hans"},
        {"zh-min-nan", "zh-Hans"},
        {"zh-hakka", "zh-Hans"},
        {"i-hak", "zh-Hans"},
        {"nan-TW", "zh-Hant"},
        {"zh-Hant-CN", "zh-Hant"},
        {"yue-CN", "zh-Hans"},
        {"zh-yue-HK", "zh-Hant"},
        {"i-default", "en"}, // RFC 2277 section 4.5: English must be in it
        {"en-GB-oed", "en"},
        {"mww-Latn-VN", "hmn"},
        {"hmn-Latn", "hmn"},
        {"blt-Tavt", "blt"},
        {"de-DE-1901-1996", "de"},
        {"en-x-a", "en"},
        {"vi-a-bb-b-aa", "vi"},
        // nothing serves these
        {"sr-Latn", NULL},
        {"sh", NULL},
        {"iw", NULL},
        {"ji", NULL},
        {"jw", NULL},
        {"i-lux", NULL},
        {"i-klingon", NULL},
        {"ar-aao", NULL}, // Algerian Saharan Arabic, a language of its own
        {"cja", NULL},    // Western Cham, in Arabic letters
        {"und", NULL},
        {"und-VN", NULL},
        {"mul", NULL},
        {"qaa", NULL},
        {"x-vi", NULL},
        {"", NULL},
        {"sv", NULL},
        {"x-foo", NULL},
        {"*", NULL},
        {"art-lojban", NULL},
        // malformed
        {"en_GB", NULL},
        {"en-", NULL},
        {"-en", NULL},
        {"en--GB", NULL},
        {"en GB", NULL},
        {"en-GB ", NULL},
        {"en-\xc3\xa9", NULL},
        {"zh-", NULL},
        {"zh-TW-", NULL},
        {"en-toolongsubtag", NULL},
        {"en-u", NULL},
        {"en-x", NULL},
        {"de-1901-1901", NULL}, // twice
        {"de-DE-1901-1996-1901", NULL},
        {"en-a-bbb-a-ccc", NULL},
        {"vi-u-nu-latn-u-ca-gregory", NULL},
        {"en-latn-cyrl", NULL},
        {"v", NULL},
        {"v-VN", NULL},
        {"vietnamese-VN", NULL},
        {"en-x-t-x-lvarianthlmn-op", NULL}, // ICU lets this one pass, in lower case only
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct locale *locale = locale_match(rows[i].tag, strlen(rows[i].tag));
        if (rows[i].match ? !locale || strcmp(locale->tag, rows[i].match) != 0 : locale != NULL)
            fail_msg("%s: %s instead of %s", rows[i].tag, locale ? locale->tag : "nothing",
                     rows[i].match ? rows[i].match : "nothing");
    }
    assert_null(locale_match("en\0GB", 5));
    assert_null(locale_match("en-\0B", 5));
    assert_non_null(locale_match("en-GB, fr", 5)); // not NUL-terminated
}

static void test_match_length(void **state)
{
    const char *at_limit = "en-GB-oxendict-x-abcdefgh-ijklmnopq"; // 35 bytes, last subtag too long
    const char *good = "en-GB-oxendict-x-abcdefgh-ijklmnop";

    assert_int_equal(strlen(at_limit), LOCALE_TAG_BYTES);
    assert_null(locale_match(at_limit, 35));
    assert_non_null(locale_match(good, 34));
    assert_non_null(locale_match("en-GB-oxendict-x-abcdefgh-ijklmn-op", 35));
    assert_null(locale_match("en-GB-oxendict-x-abcdefgh-ijklmn-opq", 36));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),     cmocka_unit_test(test_fallback),
        cmocka_unit_test(test_hreflang),     cmocka_unit_test(test_match),
        cmocka_unit_test(test_match_length),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
