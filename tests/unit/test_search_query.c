// What a reader types, as a query in every language.
#include "../search_match.h"
#include "content/search_index.h"
#include "content/search_query.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static int parse(TALLOC_CTX *ctx, const char *locale, const char *text, struct search_query **ret)
{
    return search_query_parse(ctx, locale_find(locale), text, strlen(text), ret);
}

static char *joined(TALLOC_CTX *ctx, const char *const *list, size_t count)
{
    char *out = talloc_strdup(ctx, "");
    for (size_t i = 0; i < count; i++)
        out = talloc_asprintf_append(out, "%s%s", i ? "; " : "", list[i]);
    return out;
}

// Words, phrases and exclusions: by what punctuation, in which script.
static void test_syntax(void **state)
{
    static const struct {
        const char *locale, *text, *words, *phrases, *not ;
    } rows[] = {
        {"vi", "Hà Nội", "ha; noi", "", ""},
        {"vi", "\"Hà Nội\" phố", "ha; noi; pho", "'ha' <-> 'noi'", ""},
        {"vi", "a“b c”d", "a; b; c; d", "'b' <-> 'c'", ""},
        {"de", "„b c“ ”e f”", "b; c; e; f", "'b' <-> 'c'; 'e' <-> 'f'", ""},
        {"fr", "«\u00a0b c\u00a0» »d e«", "b; c; d; e", "'b' <-> 'c'; 'd' <-> 'e'", ""},
        {"ja", "「b c」『d e』＂f g＂", "b; c; d; e; f; g", "'b' <-> 'c'; 'd' <-> 'e'; 'f' <-> 'g'",
         ""},
        {"ja", "「b『c』d」", "b; c; d", "'b' <-> 'c' <-> 'd'", ""},
        {"en", "\"b c” “d e\"", "b; c; d; e", "'b' <-> 'c'; 'd' <-> 'e'", ""},
        {"en", "\"\" \" \" a", "a", "", ""},
        {"en", "\"a b", "a; b", "", ""}, // without a partner
        {"en", "a\" b \"c d\"", "a; b; c; d", "'b'", ""},
        {"en", "」a「", "a", "", ""},
        {"en", "«a\"b»c\"", "a; b; c", "'a' <-> 'b'", ""},
        {"en", "a -b −c －d -\"e f\" -「g」", "a", "", "'b'; 'c'; 'd'; 'e' <-> 'f'; 'g'"},
        {"en", "-b a", "a", "", "'b'"},
        {"en", "\"a b\"-c", "a; b", "'a' <-> 'b'", "'c'"},
        {"en", "a-b c - d -- e -", "a; b; c; d; e", "", ""},
        {"en", "x --y -- -", "x; y", "", ""},
        {"en", "a -b-c\u3000-d\te", "a; e", "", "'b' <-> 'c'; 'd'"},
        {"en", "a -", "a", "", ""},
        {"en", "a -\"b", "a", "", "'b'"},
        {"en", "!a & (b | c):* <-> 'd' \\e", "a; b; c; d; e", "", ""},
        {"en", "Vietnam's \"don't know\"", "vietnam; dont; know", "'dont' <-> 'know'", ""},
        {"fr", "\"l'histoire d'Hanoï\"", "histoire; hanoi", "'histoire' <-> 'hanoi'", ""},
        // runs
        {"zh-Hant", "\"河內文化\" 寺 -戰爭", "河内; 文化; 寺", "'+河内' <-> '+内文' <-> '+文化'",
         "'+战争'"},
        {"th", "\"น้ำตก x ก\" -ตากลม", "น้ำตก; x; ก", "'+น้ำต' <-> '+ตก' <2> 'x' <-> '+ก':*",
         "'+ตา' <-> '+าก' <-> '+กล' <-> '+ลม'"},
        {"km", "ភាសាខ្មែរ", "ភាសាខ្មែរ", "", ""},
        {"ar", "\"مدينة هانوي\" -\u200f٢٠", "مدينه; هانوي", "'مدينه' <-> 'هانوي'", "'20'"},
        {"vi", "Hà 河内 ฮานอย هانوي", "ha; 河内; ฮานอย; هانوي", "", ""},
        {"vi", "a\u202eb\u2066c", "abc", "", ""}, // direction says nothing
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *words[SEARCH_UNITS_MAX];
        struct search_query *query;
        assert_int_equal(parse(ctx, rows[i].locale, rows[i].text, &query), 0);
        assert_string_equal(query->text, rows[i].text);
        for (size_t j = 0; j < query->unit_count; j++)
            words[j] = query->units[j].folded;
        const char *got[] = {joined(ctx, words, query->unit_count),
                             joined(ctx, query->phrases, query->phrase_count),
                             joined(ctx, query->not, query->not_count)};
        const char *expected[] = {rows[i].words, rows[i].phrases, rows[i].not };
        for (size_t j = 0; j < 3; j++)
            if (strcmp(got[j], expected[j]) != 0)
                fail_msg("row %zu: %s instead of %s", i, got[j], expected[j]);
    }
    talloc_free(ctx);
}

// Each member of a unit's object.
static void test_units(void **state)
{
    static const struct {
        const char *locale, *text, *unit;
    } rows[] = {
        {"vi", "Hà",
         "{'word':'ha','text':'Hà','match':'`ha` | `~ha`','rank':'`ha`',"
         "'written':'`=hà`','run':false}"},
        {"vi", "ha",
         "{'word':'ha','text':'ha','match':'`ha` | `~ha`','rank':'`ha`',"
         "'written':'`=ha`','run':false}"},
        {"en", "ha",
         "{'word':'ha','text':'ha','match':'`ha` | `~ha`','rank':'`ha`',"
         "'written':null,'run':false}"},
        {"en", "Hoà",
         "{'word':'hoa','text':'Hoà','match':'`hoa` | `~hoa`','rank':'`hoa`',"
         "'written':'`=hòa`','run':false}"},
        {"ja", "Festivals",
         "{'word':'festivals','text':'Festivals','match':'`festivals` | `~festiv` | `~festival` | "
         "`~festivals`','rank':'`festivals`','written':null,'run':false}"},
        {"en", "2025",
         "{'word':'2025','text':'2025','match':'`2025`','rank':'`2025`',"
         "'written':null,'run':false}"},
        {"vi", "праздники",
         "{'word':'праздники','text':'праздники','match':'`праздники` | `~праздник`',"
         "'rank':'`праздники`','written':'`=праздники`','run':false}"},
        {"en", "하노이의",
         "{'word':'하노이의','text':'하노이의','match':'`하노이의` | `~하노이`',"
         "'rank':'`하노이의`','written':null,'run':false}"},
        {"zh-Hant", "河內",
         "{'word':'河内','text':'河內','match':'`+河内`','rank':'`河内` | `+河内`',"
         "'written':'`=河內`','run':true}"},
        {"th", "ไทย",
         "{'word':'ไทย','text':'ไทย','match':'`+ไท` & `+ทย`',"
         "'rank':'`ไทย` | (`+ไท` <-> `+ทย`)','written':null,'run':true}"},
        {"ja", "寺",
         "{'word':'寺','text':'寺','match':'`+寺`:*','rank':'`寺` | `+寺`:*',"
         "'written':null,'run':true}"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct search_query *query;
        assert_int_equal(parse(ctx, rows[i].locale, rows[i].text, &query), 0);
        json_t *object = json_loads(search_query_json(ctx, query), 0, NULL);
        char *expected = talloc_strdup(ctx, rows[i].unit);
        for (char *at = expected; *at; at++)
            *at = *at == '\'' ? '"' : *at == '`' ? '\'' : *at;
        json_t *unit = json_loads(expected, 0, NULL);
        if (!json_equal(json_array_get(json_object_get(object, "units"), 0), unit))
            fail_msg("row %zu: %s", i, search_query_json(ctx, query));
        json_decref(unit);
        json_decref(object);
    }
    talloc_free(ctx);
}

static void test_near(void **state)
{
    static const struct {
        const char *text, *near;
    } rows[] = {
        {"ha", ""},
        {"ha noi pho", "'ha' <-> 'noi'; 'noi' <-> 'pho'"},
        {"ha -x noi", "'ha' <-> 'noi'"},
        {"越南", ""},
        {"越南文化", "'+越南' <2> '+文化'"},
        {"越南 文化", "'+越南' <2> '+文化'"},
        {"東京都庁舎の", "'+东京' <3> '+庁舎' <2> '+の':*"},
        {"Huế 越南文化 x", "'hue' <-> '+越南'; '+越南' <2> '+文化'; '+文化' <2> 'x'"},
        {"寺 x", "'+寺':* <-> 'x'"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct search_query *query;
        assert_int_equal(parse(ctx, "ja", rows[i].text, &query), 0);
        char *near = joined(ctx, query->near, query->near_count);
        if (strcmp(near, rows[i].near) != 0)
            fail_msg("row %zu: %s instead of %s", i, near, rows[i].near);
    }
    talloc_free(ctx);
}

static void test_names(void **state)
{
    static const struct {
        const char *locale, *text, *names;
    } rows[] = {
        {"vi", "a b c d e f",
         "a 0 0; a b 0 1; a b c 0 2; a b c d 0 3; a b c d e 0 4; b 1 1; b c 1 2; b c d 1 3; "
         "b c d e 1 4; b c d e f 1 5; c 2 2; c d 2 3; c d e 2 4; c d e f 2 5; d 3 3; d e 3 4; "
         "d e f 3 5; e 4 4; e f 4 5; f 5 5"},
        {"zh-Hant", "越南河內 寺",
         "越南 0 0; 越南河内 0 1; 越南河内 寺 0 2; 河内 1 1; 河内 寺 1 2; "
         "寺 2 2"},
        {"ko", "하노이의 밤", "하노이 0 0; 하노이의 0 0; 하노이의 밤 0 1; 밤 1 1"},
        {"fr", "l'île", "ile 0 0"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct search_query *query;
        char *names = talloc_strdup(ctx, "");
        json_t *name;
        size_t j;
        assert_int_equal(parse(ctx, rows[i].locale, rows[i].text, &query), 0);
        json_t *object = json_loads(search_query_json(ctx, query), 0, NULL);
        json_array_foreach (json_object_get(object, "names"), j, name)
            names = talloc_asprintf_append(names, "%s%s %d %d", j ? "; " : "",
                                           json_string_value(json_object_get(name, "key")),
                                           (int)json_integer_value(json_object_get(name, "from")),
                                           (int)json_integer_value(json_object_get(name, "to")));
        json_decref(object);
        if (strcmp(names, rows[i].names) != 0)
            fail_msg("row %zu: %s instead of %s", i, names, rows[i].names);
    }
    talloc_free(ctx);
}

// A place's name and a query that says it have one key.
static void test_key(void **state)
{
    static const struct {
        const char *locale, *name, *key;
    } rows[] = {
        {"vi", "Hà Nội", "ha noi"},
        {"vi", "  Bà Rịa – Vũng Tàu!", "ba ria vung tau"},
        {"vi", "Thừa Thiên–Huế", "thua thien hue"},
        {"vi", "M'Drắk", "mdrak"},
        {"zh-Hant", "河內", "河内"},
        {"zh-Hans", "越南河内市", "越南河内市"},
        {"ja", "ホー・チ・ミン市", "ホーチミン市"},
        {"th", "นครโฮจิมินห์", "นครโฮจิมินห์"},
        {"lo", "ຮ່າໂນ້ຍ x", "ຮ່າໂນ້ຍ x"},
        {"fr", "L'île", "ile"},
        {"ar", "هانوي", "هانوي"},
        {"en", "", ""},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            search_key(ctx, locale_find(rows[i].locale), rows[i].name, strlen(rows[i].name)),
            rows[i].key);
    talloc_free(ctx);
}

static char *repeated(TALLOC_CTX *ctx, const char *text, size_t times)
{
    size_t length = strlen(text);
    char *out = talloc_zero_size(ctx, length * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(out + i * length, text, length);
    return out;
}

static void test_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct search_query *query;

    static const char *const characters[] = {"a", "ạ", "국", "字", "\U00020000"};
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        // one long word, or a run whose dictionary words may be too many
        int r = parse(ctx, "vi", repeated(ctx, characters[i], SEARCH_CHARACTERS_MAX), &query);
        assert_true(r == 0 || r == SEARCH_TOO_MANY);
        assert_int_equal(
            parse(ctx, "vi", repeated(ctx, characters[i], SEARCH_CHARACTERS_MAX + 1), &query),
            SEARCH_TOO_LONG);
    }
    assert_int_equal(parse(ctx, "vi", repeated(ctx, "a ", SEARCH_UNITS_MAX), &query), 0);
    assert_int_equal(query->unit_count, SEARCH_UNITS_MAX);
    assert_int_equal(parse(ctx, "vi", repeated(ctx, "a ", SEARCH_UNITS_MAX + 1), &query),
                     SEARCH_TOO_MANY);
    assert_int_equal(parse(ctx, "vi", repeated(ctx, "-a ", SEARCH_UNITS_MAX + 1), &query),
                     SEARCH_TOO_MANY);
    char *most = talloc_asprintf(ctx, "%s a", repeated(ctx, "-a ", SEARCH_UNITS_MAX - 1));
    assert_int_equal(parse(ctx, "vi", most, &query), 0);
    assert_int_equal(query->not_count, SEARCH_UNITS_MAX - 1);
    talloc_free(ctx);
}

static void test_hostile(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        int outcome;
    } rows[] = {
        {"", 0, SEARCH_EMPTY},
        {" \t\u3000", 5, SEARCH_EMPTY},
        {"-a -\"b c\"", 9, SEARCH_EMPTY},
        {"& | ! ( ) < > * : \\ ' \"", 23, SEARCH_EMPTY},
        {"\"\"\"\"\"\"\"-\"-\"", 11, SEARCH_EMPTY},
        {"\xcc\x81\xcc\x81\xcc\x81", 6, SEARCH_EMPTY},
        {"\0\0", 2, SEARCH_EMPTY},
        {"a\0b", 3, 0},
        {"a\xff", 2, SEARCH_BAD_UTF8},
        {"a\xe2\x80", 3, SEARCH_BAD_UTF8},
        {"\xed\xa0\xbd\xed\xb8\x80", 6, SEARCH_BAD_UTF8}, // surrogates, as CESU-8 has them
        {"\xc0\x80", 2, SEARCH_BAD_UTF8},
        {"\xf4\x90\x80\x80", 4, SEARCH_BAD_UTF8},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct search_query *query;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            search_query_parse(ctx, locale_find("vi"), rows[i].text, rows[i].length, &query),
            rows[i].outcome);
    static const char *const repeats[] = {"a", "\"", "-", "\u0301", "字", "- ", "\"-", "「", "ก"};
    for (size_t i = 0; i < sizeof repeats / sizeof *repeats; i++) {
        assert_int_equal(parse(ctx, "vi", repeated(ctx, repeats[i], 10000), &query),
                         SEARCH_TOO_LONG);
        int r = parse(ctx, "vi", repeated(ctx, repeats[i], 300 / strlen(repeats[i])), &query);
        assert_true(r == 0 || r == SEARCH_EMPTY || r == SEARCH_TOO_MANY);
    }
    char *marked = talloc_asprintf(ctx, "a%s", repeated(ctx, "\u0301", 299));
    assert_int_equal(parse(ctx, "vi", marked, &query), 0);
    assert_string_equal(query->units[0].folded, "a");
    talloc_free(ctx);
}

// Texts of one language are found by readers of another, and from what they can type.
static void test_finds(void **state)
{
    static const struct {
        const char *locale, *text, *query;
    } rows[] = {
        {"vi", "Tỉnh Hoà Bình ở Đắk Lắk", "hoa binh"},
        {"vi", "Tỉnh Hoà Bình ở Đắk Lắk", "BÌNH ở Đắk"},
        {"vi", "người H’Mông", "hmong"},
        {"rad", "\u0180uôn ama", "buon"},
        {"zh-Hant", "河內大學", "河内"},
        {"zh-Hans", "河内大学", "河內大學"},
        {"ja", "河内とﾍﾞﾄﾅﾑ", "河內と"},
        {"th", "นํ้าตก ๒๕๖๘", "น้ำตก 2568"},
        {"lo", "ໜຶ່ງ ນໍ້າ ຫຼວງ", "ຫນຶ່ງ ນ້ຳ ຫລວງ"},
        {"km", "ភាសា\u200bខ្មែរ", "ភាសាខ្មែរ"},
        {"ar", "إلى مدرسةٍ کبیرة", "الى مدرسه كبيرة"},
        {"ru", "Ёлка", "елка"},
        {"de", "Straße", "strasse"},
        {"pt", "Nações", "nacoes"},
        {"es", "niño", "nino"},
        {"id", "kota", "Kota"},
        {"ko", "하노이", "하노이"},
        {"fr", "cœur", "coeur"},
        {"en", "Ｖｉｅｔｎａｍ", "vietnam"},
        {"ja", "ﾍﾞﾄﾅﾑへ", "ベトナム"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct search_field field = {rows[i].text, strlen(rows[i].text), 'C'};
        char *vector = search_vector(ctx, locale_find(rows[i].locale), &field, 1);
        if (!search_finds(ctx, vector, rows[i].query, strlen(rows[i].query)))
            fail_msg("row %zu: %s", i, vector);
    }
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax),  cmocka_unit_test(test_units), cmocka_unit_test(test_near),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_key),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_finds),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
