// The message catalogs and their MessageFormat.
#include "locales/message_internal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uenum.h>
#include <unicode/umsg.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

#include <cmocka.h>

#include "locales/files.h"

#define FILE_ROW(name, text)                                                                       \
    {                                                                                              \
        name, text, sizeof(text) - 1                                                               \
    }

static const struct embedded files[] = {
    FILE_ROW(
        "messages/en.json",
        "{\"hello\": \"Hello\", \"only.en\": \"Only English\", \"quote\": \"It''s '{'here'}'\","
        " \"to\": \"To {name}, {place}\","
        " \"files\": \"{n, plural, =0 {no files} one {# file} other {# files}} in {place}\","
        " \"rank\": \"{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}\"}"),
    FILE_ROW("messages/vi.json",
             "{\"hello\": \"Xin chào\", \"only.vi\": \"Chỉ tiếng Việt\", \"empty\": \"\"}"),
    FILE_ROW(
        "messages/ru.json",
        "{\"files\": \"{n, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}\"}"),
    FILE_ROW(
        "messages/ar.json",
        "{\"files\": \"{n, plural, zero {Z} one {O} two {T} few {F#} many {M#} other {X#}}\"}"),
    {NULL, NULL, 0},
};

static int setup(void **state)
{
    int r = locales_init();
    return r == 0 ? message_load(files) : r;
}

static void test_fallback(void **state)
{
    static const struct {
        const char *locale, *key, *text, *from;
    } rows[] = {
        {"vi", "hello", "Xin chào", "vi"},
        {"en", "hello", "Hello", "en"},
        {"fr", "hello", "Hello", "en"},
        {"rad", "hello", "Xin chào", "vi"},
        {"rad", "only.en", "Only English", "en"},
        {"zh-Hant", "only.vi", "Chỉ tiếng Việt", "vi"},
        {"en", "only.vi", "Chỉ tiếng Việt", "vi"},
        {"fr", "only.vi", "Chỉ tiếng Việt", "vi"},
        {"vi", "empty", "", "vi"},
        {"vi", "quote", "It's {here}", "en"},
        {"vi", "no.such.key", "no.such.key", NULL},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct locale *locale = locale_find(rows[i].locale);
        assert_string_equal(message_text(locale, rows[i].key), rows[i].text);
        assert_string_equal(message_format(ctx, locale, rows[i].key, NULL, 0), rows[i].text);
        const struct locale *from = message_locale(locale, rows[i].key);
        if (rows[i].from)
            assert_string_equal(from->tag, rows[i].from);
        else
            assert_null(from);
    }
    assert_string_equal(message_text(locale_find("en"), "to"), "To {name}, {place}");
    talloc_free(ctx);
}

static void test_plurals(void **state)
{
    static const struct {
        const char *locale, *key;
        int64_t n;
        const char *text;
    } rows[] = {
        {"en", "files", 0, "no files in X"},
        {"en", "files", 1, "1 file in X"},
        {"en", "files", 2, "2 files in X"},
        {"en", "files", 12345, "12,345 files in X"},
        {"de", "files", 12345, "12,345 files in X"}, // English text, English numbers
        {"vi", "files", 1, "1 file in X"},
        {"ru", "files", 1, "1 файл"},
        {"ru", "files", 2, "2 файла"},
        {"ru", "files", 5, "5 файлов"},
        {"ru", "files", 11, "11 файлов"},
        {"ru", "files", 21, "21 файл"},
        {"ru", "files", 12345, "12\u00a0345 файлов"},
        {"ar", "files", 0, "Z"},
        {"ar", "files", 1, "O"},
        {"ar", "files", 2, "T"},
        {"ar", "files", 3, "F3"},
        {"ar", "files", 11, "M11"},
        {"ar", "files", 100, "X100"},
        {"en", "rank", 1, "1st"},
        {"en", "rank", 2, "2nd"},
        {"en", "rank", 3, "3rd"},
        {"en", "rank", 11, "11th"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct message_arg args[] = {{"n", NULL, rows[i].n}, {"place", "X", 0}};
        assert_string_equal(message_format(ctx, locale_find(rows[i].locale), rows[i].key, args, 2),
                            rows[i].text);
    }
    talloc_free(ctx);
}

static void test_patterns(void **state)
{
    static const struct {
        const char *pattern, *text; // n = 3, one = 1, s = "Huế", who = "female"
    } rows[] = {
        {"", ""},
        {"a", "a"},
        {"{s}", "Huế"},
        {"{ s }", "Huế"},
        {"{n}", "3"},
        {"{n, number}", "3"},
        {"{missing}", "{missing}"},
        {"{missing, plural, other {# x}}", "{missing} x"},
        {"{s, plural, one {1} other {#!}}", "Huế!"}, // already formatted
        {"{one, plural, offset:1 =1 {only you} one {you and # more} other {x}}", "only you"},
        {"{n, plural, offset:1 =1 {only you} one {x} other {you and # more}}", "you and 2 more"},
        {"{n, plural, offset:2 one {you and # more} other {x}}", "you and 1 more"},
        {"{who, select, male {he} female {she} other {they}}", "she"},
        {"{s, select, male {he} other {they}}", "they"},
        {"{n, select, male {he} other {they}}", "they"},
        {"{who, select, female {{n, plural, one {a} other {# of {s}}}} other {}}", "3 of Huế"},
        {"{n, plural, other {{who, select, female {#} other {}}}}", "#"},
        {"{n, plural, other {{one, plural, one {#} other {}}-#}}", "1-3"},
        // apostrophes
        {"it's", "it's"},
        {"it''s", "it's"},
        {"'{s}'", "{s}"},
        {"'{' {s}", "{ Huế"},
        {"'{''}'", "{'}"},
        {"'{open", "{open"},
        {"#", "#"},
        {"'#'", "'#'"},
        {"{n, plural, other {'#'#}}", "#3"},
        {"l'{s}", "l{s}"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct message_arg args[] = {
        {"n", NULL, 3}, {"one", NULL, 1}, {"s", "Huế", 0}, {"who", "female", 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pattern *pattern;
        char *error = NULL;
        if (pattern_compile(ctx, rows[i].pattern, &pattern, &error) != 0)
            fail_msg("%s: %s", rows[i].pattern, error);
        char *text = pattern_format(ctx, pattern, locale_find("en"), args, 4);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].pattern, text, rows[i].text);
    }
    talloc_free(ctx);
}

static void test_bad_patterns(void **state)
{
    static const struct {
        const char *pattern, *error;
    } rows[] = {
        {"{", "an argument's name is expected at byte 1"},
        {"{}", "an argument's name is expected at byte 1"},
        {"{a", "} is expected at byte 2"},
        {"a}", "} without { at byte 1"},
        {"{a b}", "} is expected at byte 3"},
        {"{a,}", "no argument type that is understood at byte 3"},
        {"{a, date}", "no argument type that is understood at byte 8"},
        {"{a, plural}", "choices are expected at byte 10"},
        {"{a, plural, }", "the choice \"other\" is missing at byte 12"},
        {"{a, plural, one {x}}", "the choice \"other\" is missing at byte 19"},
        {"{a, plural, ones {x} other {y}}", "no plural class of this name at byte 17"},
        {"{a, plural, =x {x} other {y}}", "a number is expected at byte 13"},
        {"{a, plural, =99999999999999999999 {x} other {y}}", "a number is expected at byte 13"},
        {"{a, plural, offset:x other {y}}", "a number is expected at byte 19"},
        {"{a, plural, other}", "{ is expected at byte 17"},
        {"{a, plural, other {x}", "a choice is expected at byte 21"},
        {"{a, plural, other {x", "} is expected at byte 20"},
        {"{a, select, other {x} {y}}", "a choice is expected at byte 22"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pattern *pattern = NULL;
        char *error = NULL;
        assert_int_equal(pattern_compile(ctx, rows[i].pattern, &pattern, &error), -EINVAL);
        assert_null(pattern);
        if (strcmp(error, rows[i].error) != 0)
            fail_msg("%s: \"%s\"", rows[i].pattern, error);
    }
    talloc_free(ctx);
}

static char *nested(TALLOC_CTX *ctx, int depth)
{
    char *text = talloc_strdup(ctx, "x");

    while (depth-- > 0)
        text = talloc_asprintf(ctx, "{a, select, other {%s}}", text);
    return text;
}

static void test_depth(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct pattern *pattern;
    char *error;

    assert_int_equal(pattern_compile(ctx, nested(ctx, PATTERN_DEPTH), &pattern, &error), 0);
    assert_string_equal(pattern_format(ctx, pattern, locale_find("en"), NULL, 0), "x");
    assert_int_equal(pattern_compile(ctx, nested(ctx, PATTERN_DEPTH + 1), &pattern, &error),
                     -EINVAL);
    talloc_free(ctx);
}

// A bad catalog is refused and the good ones stay.
static void test_bad_catalogs(void **state)
{
    static const struct embedded bad[][2] = {
        {FILE_ROW("messages/en.json", "{\"a\": \"{\"}"), {NULL, NULL, 0}},
        {FILE_ROW("messages/en.json", "{\"a\": 1}"), {NULL, NULL, 0}},
        {FILE_ROW("messages/en.json", "{\"a\": \"x\", \"a\": \"y\"}"), {NULL, NULL, 0}},
        {FILE_ROW("messages/en.json", "[]"), {NULL, NULL, 0}},
        {FILE_ROW("messages/en.json", "{"), {NULL, NULL, 0}},
        {FILE_ROW("messages/en.json", ""), {NULL, NULL, 0}},
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(message_load(bad[i]), -EINVAL);
    assert_string_equal(message_text(locale_find("en"), "hello"), "Hello");
}

// The plural classes of every locale that has a catalog, as ICU's rules (CLDR's) give them.
static char *classes_of(TALLOC_CTX *ctx, const struct locale *locale, enum pattern_type type)
{
    UErrorCode status = U_ZERO_ERROR;
    char *classes = talloc_strdup(ctx, "");

    UPluralRules *rules = uplrules_openForType(
        locale->icu, type == PATTERN_ORDINAL ? UPLURAL_TYPE_ORDINAL : UPLURAL_TYPE_CARDINAL,
        &status);
    UEnumeration *names = uplrules_getKeywords(rules, &status);
    for (const char *name; (name = uenum_next(names, NULL, &status));)
        classes = talloc_asprintf_append(classes, "%s ", name);
    assert_true(U_SUCCESS(status));
    uenum_close(names);
    uplrules_close(rules);
    return classes;
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && at[length] == ' ')
            return true;
    return false;
}

static size_t word_count(const char *words)
{
    size_t count = 0;

    for (; *words; words++)
        count += *words == ' ';
    return count;
}

// What is read of a message: its arguments with their types ("count:plural "), and those choices of
// select that it has ("kind=first ").
struct uses {
    const struct locale *locale;
    const char *key;
    char *arguments, *selections;
};

static void add_word(char **words, const char *name, char sign, const char *word)
{
    char *both = talloc_asprintf(NULL, "%s%c%s", name, sign, word);

    if (!has_word(*words, both))
        *words = talloc_asprintf_append(*words, "%s ", both);
    talloc_free(both);
}

static void check_classes(const struct uses *uses, const struct pattern_use *use)
{
    char *classes = classes_of(NULL, uses->locale, use->type);

    if (word_count(classes) != use->choice_count)
        fail_msg("%s: %s: {%s} has %zu plural classes, the language has %s", uses->locale->tag,
                 uses->key, use->name, use->choice_count, classes);
    for (size_t i = 0; i < use->choice_count; i++)
        if (!has_word(classes, use->choices[i]))
            fail_msg("%s: %s: {%s}: the language has no class %s", uses->locale->tag, uses->key,
                     use->name, use->choices[i]);
    talloc_free(classes);
}

static void collect(const struct pattern_use *use, void *data)
{
    static const char *const types[] = {[PATTERN_VALUE] = "value",
                                        [PATTERN_PLURAL] = "plural",
                                        [PATTERN_ORDINAL] = "ordinal",
                                        [PATTERN_SELECT] = "select"};
    struct uses *uses = data;

    add_word(&uses->arguments, use->name, ':', types[use->type]);
    if (use->type == PATTERN_PLURAL || use->type == PATTERN_ORDINAL)
        check_classes(uses, use);
    for (size_t i = 0; use->type == PATTERN_SELECT && i < use->choice_count; i++)
        add_word(&uses->selections, use->name, '=', use->choices[i]);
}

static struct uses uses_of(TALLOC_CTX *ctx, const struct locale *locale, const char *key)
{
    struct uses uses = {locale, key, talloc_strdup(ctx, ""), talloc_strdup(ctx, "")};
    pattern_uses(message_pattern(locale, key), collect, &uses);
    return uses;
}

static bool same_words(const char *a, const char *b)
{
    char copy[1024];

    if (strlen(a) != strlen(b) || strlen(a) >= sizeof copy)
        return false;
    strcpy(copy, a);
    for (char *save, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        if (!has_word(b, word))
            return false;
    return true;
}

static void check_by_icu(const struct locale *locale, const char *key)
{
    UChar text[4096];
    int32_t length;
    UErrorCode status = U_ZERO_ERROR;
    UParseError error;

    u_strFromUTF8(text, 4096, &length, message_text(locale, key), -1, &status);
    UMessageFormat *format = umsg_open(text, length, locale->icu, &error, &status);
    if (U_FAILURE(status) && !pattern_plain(message_pattern(locale, key)))
        fail_msg("%s: %s: ICU: %s", key, locale->tag, u_errorName(status));
    if (format)
        umsg_close(format);
}

// A shipped message: every catalog has it, with the same arguments of the same types and the same
// choices, with the plural classes of its language, and ICU reads it too.
static void check_key(const char *key, void *data)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct locale *en = locale_find("en");

    if (message_locale(en, key) != en)
        fail_msg("%s: not in en.json", key);
    struct uses expected = uses_of(ctx, en, key);
    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        if (!locale->catalog)
            continue;
        if (message_locale(locale, key) != locale)
            fail_msg("%s: not in %s.json", key, locale->tag);
        struct uses uses = uses_of(ctx, locale, key);
        if (!same_words(uses.arguments, expected.arguments))
            fail_msg("%s: %s uses \"%s\", en \"%s\"", key, locale->tag, uses.arguments,
                     expected.arguments);
        if (!same_words(uses.selections, expected.selections))
            fail_msg("%s: %s chooses \"%s\", en \"%s\"", key, locale->tag, uses.selections,
                     expected.selections);
        check_by_icu(locale, key);
    }
    talloc_free(ctx);
}

static void test_shipped(void **state)
{
    size_t catalogs = 0;

    assert_int_equal(message_load(locales_files), 0);
    for (size_t i = 0; i < locale_count(); i++)
        catalogs += locale_at(i)->catalog;
    assert_true(catalogs >= 16);
    message_keys(check_key, NULL);
}

// That the rules are CLDR's: the classes of integers and of fractions as the languages have them.
static void test_classes(void **state)
{
    static const struct {
        const char *locale, *classes;
    } rows[] = {
        {"vi", "other "},
        {"en", "one other "},
        {"zh-Hans", "other "},
        {"zh-Hant", "other "},
        {"fr", "one many other "},
        {"es", "one many other "},
        {"ru", "one few many other "},
        {"ar", "zero one two few many other "},
        {"pt", "one many other "},
        {"de", "one other "},
        {"ja", "other "},
        {"ko", "other "},
        {"lo", "other "},
        {"th", "other "},
        {"km", "other "},
        {"id", "other "},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *classes = classes_of(ctx, locale_find(rows[i].locale), PATTERN_PLURAL);
        if (!same_words(classes, rows[i].classes))
            fail_msg("%s: %s", rows[i].locale, classes);
    }
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fallback), cmocka_unit_test(test_plurals),
        cmocka_unit_test(test_patterns), cmocka_unit_test(test_bad_patterns),
        cmocka_unit_test(test_depth),    cmocka_unit_test(test_bad_catalogs),
        cmocka_unit_test(test_shipped),  cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
