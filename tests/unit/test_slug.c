// Slugs: made, checked, and compared for look-alikes.
#include "locales/slug.h"
#include "locales/text.h"

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

static void test_make(void **state)
{
    static const struct {
        const char *locale, *title, *slug;
    } rows[] = {
        {"vi", "Đà Nẵng", "da-nang"},
        {"vi", "Thừa Thiên – Huế", "thua-thien-hue"},
        {"vi", "Ha\u0300 No\u0323\u0302i", "ha-noi"}, // NFD
        {"vi", "  Nước mắm: 5 điều cần biết!  ", "nuoc-mam-5-dieu-can-biet"},
        {"en", "Ha Long Bay", "ha-long-bay"},
        {"en", "Vietnam's coast, and why you don't rush", "vietnams-coast-and-why-you-dont-rush"},
        {"en", "The artist’s ‘house’", "the-artists-house"},
        {"en", "C++ & R&D_2025", "c-r-d-2025"},
        {"fr", "L’été à Hué", "l-ete-a-hue"},
        {"fr", "Œuvre", "oeuvre"},
        {"de", "Straße nach Đắk Lắk", "strasse-nach-dak-lak"},
        {"es", "¿Qué es el «áo dài»?", "que-es-el-ao-dai"},
        {"pt", "São João", "sao-joao"},
        {"rad", "Klei \u00ea\u0306 \u0180uôn", "klei-e-buon"},
        {"en", "Hội An 北京 trip", "hoi-an-trip"},
        {"en", "ＨＡＮＯＩ ２０２５", "hanoi-2025"},
        // scripts that stay
        {"zh-Hans", "越南文化遗产", "越南文化遗产"},
        {"zh-Hant", "河內：千年古都", "河內-千年古都"},
        {"ja", "ベトナムの世界遺産", "ベトナムの世界遺産"},
        {"ja", "東京Tower", "東京-tower"},
        {"ko", "베트남 문화", "베트남-문화"},
        {"th", "วัฒนธรรมเวียดนาม", "วัฒนธรรมเวียดนาม"},
        {"th", "อาเซียนASEAN", "อาเซียน-asean"},
        {"lo", "ວັດທະນະທຳ ຫວຽດນາມ", "ວັດທະນະທຳ-ຫວຽດນາມ"},
        {"km", "វប្បធម៌\u200bវៀតណាម", "វប្បធម៌វៀតណាម"}, // U+200B is no part of a word
        {"km", "ឆ្នាំ ២០២៥", "ឆ្នាំ-2025"},
        {"ar", "ثقافة فيتنام", "ثقافة-فيتنام"},
        {"ar", "عام ٢٠٢٥", "عام-2025"},
        {"ru", "Вьетнам: Hà Nội и Хюэ", "вьетнам-ha-noi-и-хюэ"},
        {"ru", "Ёлка й", "ёлка-й"},
        // nothing to make one of
        {"en", "", ""},
        {"en", "!!!", ""},
        {"en", "北京", ""},
        {"vi", "\xff", ""},
        {"th", "\u0e31\u0e34", ""}, // marks alone
        // hostile
        {"en", "a\u202eb", "ab"},
        {"en", "a\u200db\u200cc\u00add", "abcd"},
        {"en", "../../etc/passwd", "etc-passwd"},
        {"en", "<script>alert(1)</script>", "script-alert-1-script"},
        {"en", "аdmin", "dmin"}, // the first letter is Cyrillic
        {"ru", "аdmin", "а-dmin"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *slug = slug_make(ctx, locale_find(rows[i].locale), rows[i].title);
        if (strcmp(slug, rows[i].slug) != 0)
            fail_msg("\"%s\": \"%s\" instead of \"%s\"", rows[i].title, slug, rows[i].slug);
        assert_int_equal(slug_check(slug, strlen(slug)), *slug ? SLUG_OK : SLUG_EMPTY);
    }
    talloc_free(ctx);
}

// Titles as they stand in newspapers, and the address that a reader of the language expects: at
// least one for each locale of the registry.
static const struct {
    const char *locale, *title, *slug;
} conventions[] = {
    {"vi", "Đường lên Mã Pì Lèng", "duong-len-ma-pi-leng"},
    {"vi", "Hoà Bình, thuỷ điện và sông Đà", "hoa-binh-thuy-dien-va-song-da"},
    {"vi", "Quốc khánh 2/9: 80 năm", "quoc-khanh-2-9-80-nam"},
    {"en", "Hội An’s lanterns: a night’s work", "hoi-ans-lanterns-a-nights-work"},
    {"en", "Phở, explained", "pho-explained"},
    {"zh-Hans", "胡志明市：一座城市的三百年", "胡志明市-一座城市的三百年"},
    {"zh-Hans", "《金云翘传》在中国", "金云翘传-在中国"},
    {"zh-Hant", "下龍灣——石與水之間", "下龍灣-石與水之間"},
    {"fr", "À l’ombre des banians : Huế, l’été", "a-l-ombre-des-banians-hue-l-ete"},
    {"fr", "Cœur d’Hanoï", "coeur-d-hanoi"},
    {"es", "¿Qué comer en Đà Nẵng este año?", "que-comer-en-da-nang-este-ano"},
    {"ru", "Хошимин: город, который не спит", "хошимин-город-который-не-спит"},
    {"ru", "Объявлены лауреаты — ещё 12 имён", "объявлены-лауреаты-ещё-12-имён"},
    {"ar", "خليج ها لونغ: جواهر البحر", "خليج-ها-لونغ-جواهر-البحر"},
    {"ar", "الثقافةُ الفيتناميّة", "الثقافةُ-الفيتناميّة"},
    {"pt", "Coração de Hanói: pão e café", "coracao-de-hanoi-pao-e-cafe"},
    {"de", "Grüße aus Hội An: Öl, Äpfel und Straßen", "gruesse-aus-hoi-an-oel-aepfel-und-strassen"},
    {"de", "Die Ä\u0308 Übung U\u0308ber Huế", "die-ae-uebung-ueber-hue"},
    {"ja", "ハロン湾のカルスト：海の森", "ハロン湾のカルスト-海の森"},
    {"ja", "チュー・ヴァン・アン", "チュー-ヴァン-アン"},
    {"ko", "하롱베이, 바다 위의 숲", "하롱베이-바다-위의-숲"},
    {"lo", "ອ່າວຮາລອງ: ປ່າກາງທະເລ", "ອ່າວຮາລອງ-ປ່າກາງທະເລ"},
    {"th", "อ่าวฮาลอง: ป่ากลางทะเล", "อ่าวฮาลอง-ป่ากลางทะเล"},
    {"th", "ปี พ.ศ. ๒๕๖๘", "ปี-พ-ศ-2568"},
    {"km", "ឈូងសមុទ្រហាឡុង៖ ព្រៃកណ្តាលសមុទ្រ", "ឈូងសមុទ្រហាឡុង-ព្រៃកណ្តាលសមុទ្រ"},
    {"id", "Teluk Ha Long: hutan di laut", "teluk-ha-long-hutan-di-laut"},
    {"rad", "Klei hdĭp mda hlăm ƀuôn sang", "klei-hdip-mda-hlam-buon-sang"},
    {"jra", "Ƀôn lan pơdŏ\u0306ng sa̱ng čư̆ siăng", "bon-lan-podong-sang-cu-siang"},
    {"bdq", "Bơngai Bahnar oei tơ̆ Gia Lai", "bongai-bahnar-oei-to-gia-lai"},
    {"cjm", "Palei Cam di Phan Rang", "palei-cam-di-phan-rang"},
    {"hmn", "Kev cai Hmoob hauv roob siab", "kev-cai-hmoob-hauv-roob-siab"},
    {"blt", "Bản Tày chu khao", "ban-tay-chu-khao"},
};

static void test_conventions(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof conventions / sizeof *conventions; i++) {
        char *slug = slug_make(ctx, locale_find(conventions[i].locale), conventions[i].title);
        if (strcmp(slug, conventions[i].slug) != 0)
            fail_msg("%s: \"%s\": \"%s\" instead of \"%s\"", conventions[i].locale,
                     conventions[i].title, slug, conventions[i].slug);
        assert_int_equal(slug_check(slug, strlen(slug)), SLUG_OK);
    }
    talloc_free(ctx);
}

// Which character it is that stands in the way.
static void test_offender(void **state)
{
    static const struct {
        const char *slug;
        uint32_t c;
    } rows[] = {
        {"ha-noi", 0},
        {"", 0},
        {"-a", 0},
        {"a\xff", 0},
        {"no\u0302i", 0},
        {"a_b", '_'},
        {"a b", ' '},
        {"Ha-noi", 'H'},
        {"Đà", 0x110},
        {"a\u200db", 0x200d},
        {"a\u202eb", 0x202e},
        {"a\u3164b", 0x3164},
        {"x-\u0301b", 0x301},
        {"pаypal", 0x430},
        {"paypаl-login", 0x430},
        {"в-hаnoi", 0x430},
        {"αlpha", 'l'},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t c = slug_offender(rows[i].slug, strlen(rows[i].slug));
        if (c != rows[i].c)
            fail_msg("\"%s\": U+%04X", rows[i].slug, c);
    }
}

static size_t code_points(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

static char *repeat(TALLOC_CTX *ctx, const char *text, int times)
{
    size_t length = strlen(text);
    char *out = talloc_array(ctx, char, length *(size_t)times + 1);

    for (int i = 0; i < times; i++)
        memcpy(out + length * (size_t)i, text, length);
    out[length * (size_t)times] = '\0';
    return out;
}

static void test_make_limit(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct locale *en = locale_find("en");

    assert_int_equal(strlen(slug_make(ctx, en, repeat(ctx, "a", 80))), 80);
    assert_int_equal(strlen(slug_make(ctx, en, repeat(ctx, "a", 81))), 80);
    assert_string_equal(slug_make(ctx, en, repeat(ctx, "lotus pond ", 20)),
                        "lotus-pond-lotus-pond-lotus-pond-lotus-pond-lotus-pond-lotus-pond-lotus-"
                        "pond");
    // Three bytes a letter: the bytes end it first, and no letter is cut from its marks.
    char *thai = slug_make(ctx, locale_find("th"), repeat(ctx, "ที่", 60));
    assert_string_equal(thai, repeat(ctx, "ที่", 22));
    char *chinese = slug_make(ctx, locale_find("zh-Hans"), repeat(ctx, "中", 500));
    assert_int_equal(code_points(chinese), 66);
    assert_int_equal(slug_check(chinese, strlen(chinese)), SLUG_OK);
    talloc_free(ctx);
}

static void test_make_marks(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct timespec from, to;

    char *marks = repeat(ctx, "\u0301", 320 * 1024);
    char *titles = repeat(ctx, "Ế", 200 * 1024);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    for (size_t i = 0; i < locale_count(); i++) {
        assert_string_equal(slug_make(ctx, locale_at(i), marks), "");
        assert_true(*slug_make(ctx, locale_at(i), titles));
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec < 2);
    talloc_free(ctx);
}

static void test_check(void **state)
{
    static const struct {
        const char *slug;
        int outcome;
    } rows[] = {
        {"ha-noi", SLUG_OK},
        {"2025", SLUG_OK},
        {"a", SLUG_OK},
        {"hà-nội", SLUG_OK},
        {"越南文化", SLUG_OK},
        {"ベトナムの遺産", SLUG_OK},
        {"ที่", SLUG_OK},
        {"вьетнам-ha-noi", SLUG_OK}, // words of one script each
        {"", SLUG_EMPTY},
        // hyphens
        {"-", SLUG_HYPHENS},
        {"-a", SLUG_HYPHENS},
        {"a-", SLUG_HYPHENS},
        {"a--b", SLUG_HYPHENS},
        // characters
        {"a b", SLUG_CHARACTER},
        {"a_b", SLUG_CHARACTER},
        {"a.b", SLUG_CHARACTER},
        {"a/b", SLUG_CHARACTER},
        {"a%20b", SLUG_CHARACTER},
        {"a\xc2\xa0z", SLUG_CHARACTER},
        {"🇻🇳", SLUG_CHARACTER},
        {"½", SLUG_CHARACTER},
        {"a‐b", SLUG_CHARACTER}, // U+2010
        {"\u0301a", SLUG_CHARACTER},
        {"a-\u0301b", SLUG_CHARACTER},
        // case
        {"Ha-noi", SLUG_UPPER_CASE},
        {"Đà", SLUG_UPPER_CASE},
        {"ǅ", SLUG_UPPER_CASE},
        // controls
        {"a\x01", SLUG_CONTROL},
        {"a\n", SLUG_CONTROL},
        {"a\x7f", SLUG_CONTROL},
        {"a\u200bb", SLUG_CONTROL},
        {"a\u200cb", SLUG_CONTROL},
        {"a\u200db", SLUG_CONTROL},
        {"a\u200e", SLUG_CONTROL},
        {"a\u00adb", SLUG_CONTROL},
        {"a\u2028b", SLUG_CONTROL},
        {"a\u202eb", SLUG_CONTROL},
        {"a\u2066b", SLUG_CONTROL},
        {"\ufeffa", SLUG_CONTROL},
        {"a\xee\x80\x80", SLUG_CONTROL}, // private use
        {"a\u3164b", SLUG_CONTROL},      // Hangul filler
        // form
        {"a\u0300", SLUG_NOT_NFC},
        {"no\u0302\u0323i", SLUG_NOT_NFC},
        {"\u00ea\u0306", SLUG_OK},
        // scripts
        {"аdmin", SLUG_MIXED_SCRIPTS},
        {"paypаl-login", SLUG_MIXED_SCRIPTS},
        {"ha-nоi", SLUG_MIXED_SCRIPTS},
        {"αlpha", SLUG_MIXED_SCRIPTS},
        // not UTF-8
        {"a\xff", SLUG_BAD_UTF8},
        {"\xed\xa0\x80", SLUG_BAD_UTF8},
        {"\xc3", SLUG_BAD_UTF8},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int outcome = slug_check(rows[i].slug, strlen(rows[i].slug));
        if (outcome != rows[i].outcome)
            fail_msg("\"%s\": %d instead of %d", rows[i].slug, outcome, rows[i].outcome);
    }
    assert_int_equal(slug_check("a\0b", 3), SLUG_CONTROL);

    char text[SLUG_BYTES_MAX + 1];
    memset(text, 'a', sizeof(text));
    assert_int_equal(slug_check(text, SLUG_BYTES_MAX), SLUG_OK);
    assert_int_equal(slug_check(text, SLUG_BYTES_MAX + 1), SLUG_TOO_LONG);
}

static void test_skeleton(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"ha-noi", "ha-noi", true},   {"сор", "cop", true}, // Cyrillic whole
        {"paypal", "paypa1", true},   {"ha-noi", "ha-noy", false}, {"hà", "ha\u0300", true},
        {"da-nang", "da-lat", false}, {"hue", "ｈｕｅ", true}, // wide letters
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(strcmp(slug_skeleton(ctx, rows[i].a), slug_skeleton(ctx, rows[i].b)) == 0,
                         rows[i].same);
    assert_string_equal(slug_skeleton(ctx, ""), "");
    talloc_free(ctx);
}

// In the manner of the Big List of Naughty Strings: whatever comes, a made slug is a good one.
static void test_naughty(void **state)
{
    static const char *const titles[] = {
        "undefined",
        "NULL",
        "true",
        "-1/2",
        "1E+02",
        "0x0",
        "NaN",
        "-Infinity",
        "1,000,000.00",
        "!@#$%^&*()`~",
        "Ω≈ç√∫˜µ≤≥÷",
        "åß∂ƒ©˙∆˚¬…æ",
        "œ∑´®†¥¨ˆøπ“‘",
        "¡™£¢∞§¶•ªº–≠",
        "¸˛Ç◊ı˜Â¯˘¿",
        "ÅÍÎÏ˝ÓÔÒÚÆ☃",
        "Œ„´‰ˇÁ¨ˆØ∏”’",
        "`⁄€‹›ﬁﬂ‡°·‚—±",
        "⅛⅜⅝⅞",
        "ЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГД",
        "٠١٢٣٤٥٦٧٨٩",
        "⁰⁴⁵",
        "₀₁₂",
        "ด้้้้้็็็็็้้้้้็็็็็้้้้้้้้็็็็็",
        "田中さんにあげて下さい",
        "和製漢語",
        "사회과학원 어학연구소",
        "찦차를 타고 온 펲시맨과 쑛다리 똠방각하",
        "울란바토르",
        "Ⱥ",
        "ヽ༼ຈل͜ຈ༽ﾉ",
        "(｡◕ ∀ ◕｡)",
        "__ﾛ(,_,*)",
        "・(￣∀￣)・:*:",
        "😍",
        "👩🏽",
        "👾 🙇 💁",
        "✋🏿 💪🏿",
        "🇺🇸🇷🇺🇸",
        "１２３",
        "الكل في المجمو عة",
        "בְּרֵאשִׁית",
        "הָיְתָהtestالصفحات",
        "﷽",
        "ﷺ",
        "مُنَاقَشَةُ سُبُلِ اِسْتِخْدَامِ",
        "\u1680\u180e",
        "\u2000\u200b\u3000",
        "\ufeff",
        "T̀ȇs̀t̂ t́ȅx̃t̄",
        "Ⓣⓗⓔ quick",
        "𝐓𝐡𝐞 𝐪𝐮𝐢𝐜𝐤",
        "𝕿𝖍𝖊",
        "⒯⒣⒠ ⒬",
        "ʇunpᴉpᴉɔuᴉ",
        "00˙Ɩ$-",
        "ŀŁĿ ŉ ǆ ǈ ㎭ ㏂",
        "' OR 1=1 -- 1",
        "%d%n%s",
        "File:///",
        "İstanbul ı",
        "ﬀ ﬃ ĳ",
        "カ漢한글",
        "ばば ば\u3099",
        "a\u0e31b",
        "1\u0e31",
        "\u0e01\u0301",
        "ー",
        "ーa",
        "กー",
        "ـــ",
        "\u0300\u0301",
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        for (size_t j = 0; j < locale_count(); j++) {
            char *slug = slug_make(ctx, locale_at(j), titles[i]);
            int outcome = slug_check(slug, strlen(slug));
            if (*slug && outcome != SLUG_OK)
                fail_msg("\"%s\": \"%s\" is %d", titles[i], slug, outcome);
            for (const char *c = slug; locale_at(j)->latin_slugs && *c; c++)
                assert_true((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-');
            assert_string_equal(slug_make(ctx, locale_at(j), slug), slug); // a slug is its own slug
        }
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),        cmocka_unit_test(test_make_limit),
        cmocka_unit_test(test_make_marks),  cmocka_unit_test(test_check),
        cmocka_unit_test(test_skeleton),    cmocka_unit_test(test_naughty),
        cmocka_unit_test(test_conventions), cmocka_unit_test(test_offender),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
