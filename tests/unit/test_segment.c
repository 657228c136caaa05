// Words for search, in every script.
#include "locales/segment.h"
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

// All tokens of a text, one after another, as
//   position[+span if not 1]:folded[=written, if it is another][~stem], with "^" before a part and
//   "|" between the graphemes of a run, which comes before its words in brackets.
static char *tokens_of(TALLOC_CTX *ctx, const char *locale, const char *text,
                       enum segment_mode mode)
{
    struct segment_walk *walk = segment_open(ctx, locale_find(locale), text, strlen(text), mode);
    char *out = talloc_strdup(ctx, "");
    struct segment_token token;

    while (segment_next(walk, &token)) {
        assert_int_equal(token.folded_length, strlen(token.folded));
        assert_int_equal(token.written_length, strlen(token.written));
        assert_true(token.from < token.to && token.to <= strlen(text));
        out = talloc_asprintf_append(out, "%s%s%u", *out ? " " : "",
                                     token.kind == SEGMENT_PART ? "^" : "", token.position);
        if (token.span != 1)
            out = talloc_asprintf_append(out, "+%u", token.span);
        out = talloc_strdup_append(out, ":");
        if (token.kind == SEGMENT_RUN) {
            const uint32_t *cuts = token.run->cuts;
            for (size_t i = 0; i < token.run->count; i++)
                out = talloc_asprintf_append(out, "%s%.*s", i ? "|" : "[",
                                             (int)(cuts[i + 1] - cuts[i]), token.folded + cuts[i]);
            out = talloc_strdup_append(out, "]");
            continue;
        }
        out = talloc_strdup_append(out, token.folded);
        if (strcmp(token.folded, token.written) != 0)
            out = talloc_asprintf_append(out, "=%s", token.written);
        if (token.stem)
            out = talloc_asprintf_append(out, "~%s", token.stem);
    }
    return out;
}

struct walk_row {
    const char *locale, *text, *tokens;
};

static void check_rows(const struct walk_row *rows, size_t count, enum segment_mode mode)
{
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < count; i++) {
        char *tokens = tokens_of(ctx, rows[i].locale, rows[i].text, mode);
        if (strcmp(tokens, rows[i].tokens) != 0)
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, tokens, rows[i].tokens);
    }
    talloc_free(ctx);
}
#define CHECK_ROWS(rows, mode) check_rows(rows, sizeof(rows) / sizeof(*(rows)), mode)

static void test_walk_spaced(void **state)
{
    static const struct walk_row rows[] = {
        {"vi", "", ""},
        {"vi", " ,.!? \u200b - '' ", ""},
        {"vi", "Hà Nội", "1:ha=hà 2:noi=nội"},
        {"vi", "Ha\u0300 No\u0323\u0302i", "1:ha=hà 2:noi=nội"},
        {"vi", "ĐẮK LẮK đổi", "1:dak=đắk 2:lak=lắk 3:doi=đổi"},
        // tones of oa, oe, uy in one place, of open syllables only
        {"vi", "hoà hòa HOẢ khoẻ khỏe thuỷ thủy thuý",
         "1:hoa=hòa 2:hoa=hòa 3:hoa=hỏa 4:khoe=khỏe 5:khoe=khỏe 6:thuy=thủy 7:thuy=thủy "
         "8:thuy=thúy"},
        {"vi", "hoàn quý huỳnh của", "1:hoan=hoàn 2:quy=qúy 3:huynh=huỳnh 4:cua=của"},
        // apostrophes: of names, of an English genitive, of French articles, alone
        {"vi", "H'Mông M’nông M\u02bcnông",
         "1:hmong=h’mông 2:mnong=m’nông ^2:nong=nông 3:mnong=m’nông ^3:nong=nông"},
        {"en", "Vietnam's people’s 'tis boys' don't",
         "1:vietnam~vietnam 2:people~peopl 3:tis~tis 4:boys~boy 5:dont=don’t~dont"},
        {"fr", "l'Opéra d’été aujourd'hui",
         "1:lopera=l’opéra~loper ^1:opera=opéra~oper 2:dete=d’été~det ^2:ete=été~ete "
         "3:aujourdhui=aujourd’hui~aujourdhui"},
        {"rad", "Klei \u00ea\u0306 \u0180uôn \u0243ih",
         "1:klei 2:e=\u00ea\u0306 3:buon=\u0180uôn 4:bih=\u0180ih"},
        {"en", "The Year 2025, COVID-19 3.14 km²",
         "1:the~the 2:year~year 3:2025 4:covid~covid 5:19 6:3 7:14 8:km2~km2"},
        {"en", "ﬁne ＡＢＣ Ǆ \u00bd ™ 5\u20e3", "1:fine~fine 2:abc~abc 3:dz=dž~dz 4:5=5\u20e3"},
        {"de", "Straße Ärger", "1:strasse~strass 2:arger=ärger~arg"},
        {"fr", "Œuvre été", "1:oeuvre=œuvre~oeuvr 2:ete=été~ete"},
        {"es", "canciones Ñandú", "1:canciones~cancion 2:nandu=ñandú~nandu"},
        {"pt", "nações", "1:nacoes=nações~naco"},
        {"id", "mempertahankan kota-kota", "1:mempertahankan~tahan 2:kota~kota 3:kota~kota"},
        {"ru", "Ёлка йод Vietnam", "1:елка=ёлка~елк 2:иод=йод~иод 3:vietnam"},
        {"ar", "أَهْلًا ٢٠٢٥ ـ عـام", "1:اهلا=أَهْلًا~اهل 2:2025=٢٠٢٥ 3:عام~عام"},
        {"ar", "إلى مدرسة على کتابی ٱلله",
         "1:الي=إلى~الي 2:مدرسه=مدرسة~مدرس 3:علي=على~علي 4:كتابي=کتابی~كتابي 5:الله=ٱلله~الل"},
        {"ar", "والكتاب الكتاب كتاب", "1:والكتاب~كتاب 2:الكتاب~كتاب 3:كتاب~كتاب"},
        {"ko", "베트남의 문화, 하노이에서 APEC의 회의는",
         "1:베트남의~베트남 2:문화~문화 3:하노이에서~하노이 4:apec의~apec 5:회의는~회의"},
        {"vi", "a\u00adb\u200e\u2060c x\u200by\ufeff", "1:abc 2:xy"}, // invisible
        {"en", "שָׁלוֹם Ὀδυσσεύς", "1:שלום=שָׁלוֹם 2:οδυσσευσ=ὀδυσσεύσ"},
        // blocks
        {"vi", "a\nb\n\nc\n \nd\u2029e\f\n\n\n", "1:a 2:b 7:c 12:d 17:e"},
        {"vi", "\n\na", "1:a"},
        {"vi",
         "a\xff"
         "b \xed\xa0\x80 c\xf0\x9f",
         "1:a 2:b 3:c"},                 // not UTF-8
        {"vi", "\u0301a \u0301", "1:a"}, // marks without a letter
    };
    CHECK_ROWS(rows, SEGMENT_ALL);
}

static void test_walk_runs(void **state)
{
    static const struct walk_row rows[] = {
        {"zh-Hans", "越南文化", "1+4:[越|南|文|化] 1+2:越南 3+2:文化"},
        {"zh-Hant", "河內學生", "1+4:[河|内|学|生] 1+2:河内=河內 3+2:学生=學生"},
        {"ja", "河內", "1+2:[河|内] 1+2:河内=河內"}, // whatever the language
        {"zh-Hans", "中。国 x", "1:[中] 1:中 2:[国] 2:国 3:x"},
        {"zh-Hans", "二〇二五", "1+4:[二|〇|二|五] 1:二 2:〇 3:二 4:五"},
        {"en", "Hue越南x", "1:hue~hue 2+2:[越|南] 2+2:越南 4:x~x"},
        {"ja", "ベトナムが", "1+5:[ベ|ト|ナ|ム|が] 1+4:ベトナム 5:が"},
        {"ja", "ﾍﾞﾄﾅﾑ ガ か\u3099", "1+4:[ベ|ト|ナ|ム] 1+4:ベトナム 5:[ガ] 5:ガ 6:[が] 6:が"},
        {"ja", "ホー・チ・ミン", "1+5:[ホ|ー|チ|ミ|ン] 1+2:ホー 3:チ 4+2:ミン"},
        {"ja", "㌔㍿・2025年", "1+6:[キ|ロ|株|式|会|社] 1+2:キロ 3+4:株式会社 7:2025 8:[年] 8:年"},
        {"th", "ภาษาไทย๒๕", "1+7:[ภ|า|ษ|า|ไ|ท|ย] 1+4:ภาษา 5+3:ไทย 8:25=๒๕"},
        {"th", "ที่นี่", "1+2:[ที่|นี่] 1:ที่ 2:นี่"},
        // sara am: as one, with the circle before and behind the tone mark
        {"th", "น้ำ นํ้า น้ํา", "1:[น้ำ] 1:น้ำ 2:[น้ำ] 2:น้ำ 3:[น้ำ] 3:น้ำ"},
        {"lo", "ນ້ຳ ນໍ້າ ນ້ໍາ", "1:[ນ້ຳ] 1:ນ້ຳ 2:[ນ້ຳ] 2:ນ້ຳ 3:[ນ້ຳ] 3:ນ້ຳ"},
        {"lo", "ໜຶ່ງ ຫຼວງ ໑໒", "1+3:[ຫ|ນຶ່|ງ] 1+3:ຫນຶ່ງ 4+4:[ຫ|ລ|ວ|ງ] 4+4:ຫລວງ=ຫຼວງ 8:12=໑໒"},
        {"km", "ភាសា\u200bខ្មែរ ២៥", "1+5:[ភា|សា|ខ្|មែ|រ] 1+2:ភាសា 3+3:ខ្មែរ 6:25=២៥"},
        {"km", "ភាសាខ្មែរ", "1+5:[ភា|សា|ខ្|មែ|រ] 1+5:ភាសាខ្មែរ"},
        {"blt", "ꪼꪕꪒꪾ", "1+3:[ꪼ|ꪕ|ꪒꪾ] 1+3:ꪼꪕꪒꪾ"},
        {"th", "ไทยລາວ", "1+3:[ไ|ท|ย] 1+3:ไทย 4+3:[ລ|າ|ວ] 4+3:ລາວ"},
    };
    CHECK_ROWS(rows, SEGMENT_ALL);
}

static void test_walk_modes(void **state)
{
    static const struct walk_row query[] = {
        {"fr", "l'histoire H'Mông", "1:histoire~histoir 2:hmong=h’mông~hmong"},
        {"vi", "l'histoire M'Nông", "1:lhistoire=l’histoire 2:mnong=m’nông"},
        {"th", "ไทย", "1+3:[ไ|ท|ย] 1+3:ไทย"},
    };
    static const struct walk_row quick[] = {
        {"fr", "l'histoire", "1:lhistoire=l’histoire ^1:histoire"},
        {"th", "ไทย", "1+3:[ไ|ท|ย]"},
    };
    CHECK_ROWS(query, SEGMENT_QUERY);
    CHECK_ROWS(quick, SEGMENT_QUICK);
}

// Tokens say where they stand in the text.
static void test_walk_places(void **state)
{
    static const char text[] = "L’Été, ㍿นํ้า Việt's";
    static const char *const places[] = {"L’Été", "Été", "㍿", "㍿", "นํ้า", "นํ้า", "Việt"};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct segment_walk *walk =
        segment_open(ctx, locale_find("fr"), text, strlen(text), SEGMENT_ALL);
    struct segment_token token;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_true(segment_next(walk, &token));
        assert_int_equal(token.to - token.from, strlen(places[i]));
        assert_memory_equal(text + token.from, places[i], strlen(places[i]));
    }
    assert_false(segment_next(walk, &token));
    talloc_free(ctx);
}

static void test_walk_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct segment_token token;

    for (size_t over = 0; over < 2; over++) {
        size_t length = SEGMENT_FORM_BYTES + over;
        char *word = talloc_size(ctx, length + 3);
        memset(word, 'a', length);
        strcpy(word + length, " b");
        struct segment_walk *walk =
            segment_open(ctx, locale_find("vi"), word, length + 2, SEGMENT_ALL);
        assert_true(segment_next(walk, &token));
        assert_int_equal(token.folded_length, over ? 1 : SEGMENT_FORM_BYTES);
        assert_int_equal(token.position, over ? 2 : 1); // it takes its place all the same
    }
    // marks past TEXT_MARKS_MAX behind a letter are passed over
    char *marks = talloc_strdup(ctx, "ก");
    for (size_t i = 0; i < 20000; i++)
        marks = i ? talloc_strdup_append_buffer(marks, "\u0e34") : marks;
    struct segment_walk *walk =
        segment_open(ctx, locale_find("th"), marks, strlen(marks), SEGMENT_ALL);
    assert_true(segment_next(walk, &token));
    assert_int_equal(token.span, 1);
    assert_int_equal(token.folded_length, 3 * (1 + TEXT_MARKS_MAX));
    assert_int_equal(token.to, strlen(marks));
    talloc_free(ctx);
}

static void test_fold(void **state)
{
    char folded[8];
    assert_int_equal(segment_fold("été", strlen("été"), folded, sizeof folded), 3);
    assert_memory_equal(folded, "ete", 3);
    assert_int_equal(segment_fold("été", strlen("été"), folded, 2), 0);
    assert_int_equal(segment_fold("\xff", 1, folded, sizeof folded), 0);
    assert_int_equal(segment_fold("", 0, folded, sizeof folded), 0);
}

static void test_count(void **state)
{
    assert_int_equal(segment_count(locale_find("vi"), ""), 0);
    assert_int_equal(segment_count(locale_find("vi"), "Xin chào, Việt Nam!"), 4);
    assert_int_equal(segment_count(locale_find("zh-Hans"), "越南文化"), 2);
    assert_int_equal(segment_count(locale_find("th"), "ภาษาไทย"), 2);
    assert_int_equal(segment_count(locale_find("en"), "\xff"), 0);
}

static void test_long(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct timespec from, to;
    struct segment_token token;
    size_t length = 120 * 1024;

    char *text = talloc_array(ctx, char, length);
    for (size_t i = 0; i < length; i += 3)
        memcpy(text + i, i % 2 ? "文" : "化", 3);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    struct segment_walk *walk =
        segment_open(ctx, locale_find("zh-Hans"), text, length, SEGMENT_ALL);
    assert_true(segment_next(walk, &token));
    assert_int_equal(token.span, length / 3);
    while (segment_next(walk, &token))
        assert_int_equal(token.kind, SEGMENT_WORD);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    assert_true(to.tv_sec - from.tv_sec < 2);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk_spaced), cmocka_unit_test(test_walk_runs),
        cmocka_unit_test(test_walk_modes),  cmocka_unit_test(test_walk_places),
        cmocka_unit_test(test_walk_limits), cmocka_unit_test(test_fold),
        cmocka_unit_test(test_count),       cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
