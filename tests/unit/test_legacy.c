// Text in the old fonts of the Central Highlands, and text that only looks like it.
#include "locales/legacy.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static bool find(const char *tag, const char *text, enum text_rules rules,
                 struct legacy_finding *ret)
{
    *ret = (struct legacy_finding){0};
    return legacy_find(locale_find(tag), text, strlen(text), rules, ret);
}

// Lines as they are typed today.
static const char *const modern[] = {
    "Ƀuôn sang hlăm čar Dak Lak mâo lu mnuih hdĭp mda",
    "Khua ƀuôn lač kơ ƀĭng găp klei jăk siam",
    "Diñu ngă hma, rông un mnŭ leh anăn mnia mblei",
    "Anak čư̆ čhiăng dôk hlăm sang hră",
    "Ñu hriăm boh hră Êđê leh anăn boh hră Yuăn",
    "Bruă kčah hrui mnga kphê čiăng kơ ƀrư̆ hruê ƀrư̆ jăk hĭn",
    "Klei bhiăn đưm, klei duê̆, klei mmuñ hlăm knăm ƀuôn sang",
    "Plei pla ƀơi čư̆ siăng, ia rô̆ hlŏng truh pơ ia rơsĭ",
    "Bơngai Bahnar oei tơ̆ Gia Lai păng Kon Tum, sơñơ̆m jang mir ƀa čơkơ̆ng",
    "Dua čô bơngai năm truh rĭm ƀôt hnam, tơƀôh kơ hăp tơdrong čih",
    "Ƀing gơñu pơdŏ̆ng sang rŏng hăng kơyâo ƀŏ̆ng kơtăng",
    "Čar Gia Lai hăng čar Kon Tum jĭt hăng čar Dak Lak",
};

// The same in the old fonts.
static char *typed_before(TALLOC_CTX *ctx, const char *text, bool backslash)
{
    static const struct {
        const char *letter, *sign, *other;
    } rows[] = {
        {"ƀ", "[", "["},   {"Ƀ", "{", "{"},     {"č", "]", "c\\"},
        {"Č", "]", "C\\"}, {"ĕ", "e\\", "e\\"}, {"ĭ", "^", "^"},
        {"ñ", "`", "`"},   {"Ñ", "`", "`"},     {"\u0306", "|", "|"},
    };
    char *out = talloc_strdup(ctx, "");
    while (*text) {
        size_t i = 0;
        while (i < sizeof rows / sizeof *rows &&
               strncmp(text, rows[i].letter, strlen(rows[i].letter)) != 0)
            i++;
        if (i < sizeof rows / sizeof *rows) {
            out = talloc_strdup_append(out, backslash ? rows[i].other : rows[i].sign);
            text += strlen(rows[i].letter);
        } else {
            out = talloc_strndup_append(out, text++, 1);
        }
    }
    return out;
}

static void test_both_forms(void **state)
{
    static const char *const tags[] = {"rad", "jra", "bdq"};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct legacy_finding finding;
    char *all = talloc_strdup(ctx, ""), *all_before = talloc_strdup(ctx, "");
    size_t lines = 0;

    for (size_t i = 0; i < sizeof modern / sizeof *modern; i++) {
        char *before = typed_before(ctx, modern[i], i % 2);
        for (size_t j = 0; j < 3; j++) {
            if (find(tags[j], modern[i], TEXT_LINE, &finding) ||
                find(tags[j], modern[i], TEXT_BLOCK, &finding))
                fail_msg("%s: %s", modern[i], finding.words);
            if (!find(tags[j], before, TEXT_LINE, &finding))
                fail_msg("not recognised: %s", before);
            assert_int_equal(finding.line, 1);
        }
        lines += find("rad", before, TEXT_BLOCK, &finding);
        all = talloc_asprintf_append(all, "%s.\n\n", modern[i]);
        all_before = talloc_asprintf_append(all_before, "%s.\n\n", before);
    }
    // Even a single line of Markdown is recognised where it holds two such words or a plain one.
    assert_true(lines >= 10);
    assert_false(find("rad", all, TEXT_BLOCK, &finding));
    assert_true(find("rad", all_before, TEXT_BLOCK, &finding));
    // No other language was typed so.
    assert_false(find("vi", all_before, TEXT_BLOCK, &finding));
    assert_false(find("en", all_before, TEXT_BLOCK, &finding));
    talloc_free(ctx);
}

static void test_words(void **state)
{
    static const struct {
        const char *text;
        enum text_rules rules;
        const char *words; // NULL: not recognised
        unsigned line;
    } rows[] = {
        // beyond doubt: one is enough
        {"# Klei\n\nHlăm ]ar anei.", TEXT_BLOCK, "]ar → čar", 3},
        {"hlăm m[ah", TEXT_BLOCK, "m[ah → mƀah", 1},
        {"kơ [uôn mâo [ơi ]ar", TEXT_BLOCK, "[uôn → ƀuôn, [ơi → ƀơi, ]ar → čar", 1},
        {"klei duê|k anei", TEXT_BLOCK, "duê|k → duê\u0306k", 1},
        {"hlăm [uôn ]ar", TEXT_BLOCK, "[uôn → ƀuôn, ]ar → čar", 1}, // no pair of brackets
        {"a]ih", TEXT_BLOCK, "a]ih → ačih", 1},
        // two that may be slips are none together
        {"{uôn Ama\nhd^p mda", TEXT_BLOCK, "{uôn → Ƀuôn, hd^p → hdĭp", 1},
        {"c\\ar\n\nhd^p", TEXT_BLOCK, "c\\ar → čar, hd^p → hdĭp", 1},
        {"`u ngă\nkơ `uih", TEXT_BLOCK, "`u → ñu, `uih → ñuih", 1},
        {"kdruê| bruă kbue\\ng", TEXT_BLOCK, "kdruê| → kdruê\u0306, kbue\\ng → kbuĕng", 1},
        // one that may be a slip: in a title, not in Markdown
        {"[uôn Ama Y Wang", TEXT_LINE, "[uôn → ƀuôn", 1},
        {"[uôn Ama Y Wang", TEXT_BLOCK, NULL, 0},
        {"{uôn Ama Y Wang", TEXT_LINE, "{uôn → Ƀuôn", 1},
        {"Klei hd^p mda", TEXT_LINE, "hd^p → hdĭp", 1},
        {"Klei hd^p mda, hd^p mda", TEXT_BLOCK, NULL, 0},
        // words that are too long are counted, not shown
        {"m[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaah", TEXT_BLOCK, "", 1},
    };
    struct legacy_finding finding;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool found = find("rad", rows[i].text, rows[i].rules, &finding);
        if (found != (rows[i].words != NULL))
            fail_msg("%s: %s", rows[i].text, found ? finding.words : "not recognised");
        if (found && (strcmp(finding.words, rows[i].words) != 0 || finding.line != rows[i].line))
            fail_msg("%s: line %u: %s", rows[i].text, finding.line, finding.words);
    }
}

static void test_markdown(void **state)
{
    static const char *const honest[] = {
        "Mâo [klei](https://example.org/a_b) leh anăn [klei mkăn][one].\n\n[one]: /path/x",
        "![Ƀuôn sang](media:house) hlăm [sang [dlông]](/rad/x/)s",
        "- [ ] bruă\n- [x] bruă jih\n",
        "Klei kčah[^1] leh anăn [^hai].\n\n[^1]: Boh hră\n[^hai]: Boh hră",
        "[sic] [...] (xem [2]), [1, tr. 5]; \"[kơ]\" [Ƀuôn] a[0] b[i] = c[i]d",
        "`m[ah]` leh anăn ``a ` b`` mâo `]ar`, `c\\ar`, `x^y`",
        "```\n[uôn ]ar {uôn hd^p `u m[ah\n```\n\nKlei",
        "~~~text\n]ar m[ah\n~~~\n",
        "> ```\n> ]ar m[ah\n> ```\n",
        "| Ƀuôn | Čar |\n|---|---|\n| duê|kduê |\n| quê|tuổi |",
        "Hră|Boh\n-|-\nê|a\nô|b",
        "x^2 + y^2 = z^n, a^b, 10^3 m^2",
        "$hdp^mda + [uôn$ $e\\ar$",
        "\\[uôn\\] \\{uôn\\} \\`u \\^ a\\_b c\\*",
        "dòng một c\\\ndòng hai e\\\ndòng ba",
        "C:\\care\\docs\\e\\f.txt leh anăn file:///c:/x[1]",
        "<https://example.org/[a]{b}^c> <span class=\"[x\">",
        "https://example.org/m[ah?x={y}&z=^a|b http://a.b/c]ar",
        "Y`Moan Ênuôl, H`Hen Niê, K`Ho, Y`Ban",
        "## Klei {#id .class}\n\n{{< gallery >}} {name} {% raw %} ${x}",
        "Mta 1 [a](x \"t [b\") 2 [c] [d] e",
        "*[HTML]: Hypertext\n**[a]**b _[c]_d",
        "[Khua ƀuôn]: \"čiăng\" [Y Wang]. [Y\nWang]",
        "[a][b][c] [[wiki]] [[wiki|nhan]] [x]{.y}",
        "``` js\nvar a = b[c], d = {e, f: `g${h}`}\n```",
        "Ngă [link text (xem dưới)",
        "'quote` and ``quote'' \n\n`",
        "%[cmd] $[5] \\$5 $5 leh anăn {x} $6",
        "",
        "[",
        "]",
        "[]",
        "]]]] [[[[ {{ `` ^^ || \\\\",
    };
    struct legacy_finding finding;

    for (size_t i = 0; i < sizeof honest / sizeof *honest; i++)
        if (find("rad", honest[i], TEXT_BLOCK, &finding))
            fail_msg("%s: %s", honest[i], finding.words);
    // Titles know no mark-up, but brackets and prime signs.
    static const char *const titles[] = {
        "[Video] Ƀuôn Ama Thuôt", "H`Hen Niê (2018)", "x²", "Y`Ban [2]", "A|B",
        "Klei \"{x}\" 50 ^"};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (find("rad", titles[i], TEXT_LINE, &finding))
            fail_msg("%s: %s", titles[i], finding.words);
}

// The whole starter content, as if it were in Êđê: no false alarm in all its articles.
static size_t read_folder(const char *folder, size_t *alarms)
{
    size_t count = 0;
    DIR *list = opendir(folder);

    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));) {
        char path[1024];
        if (*entry->d_name == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_type == DT_DIR) {
            count += read_folder(path, alarms);
        } else if (strlen(path) > 3 && strcmp(path + strlen(path) - 3, ".md") == 0) {
            static char text[1 << 18];
            struct legacy_finding finding;
            FILE *file = fopen(path, "rb");
            size_t length = fread(text, 1, sizeof text - 1, file);
            fclose(file);
            text[length] = '\0';
            count++;
            if (legacy_find(locale_find("rad"), text, length, TEXT_BLOCK, &finding)) {
                fprintf(stderr, "%s:%u: %s\n", path, finding.line, finding.words);
                ++*alarms;
            }
        }
    }
    closedir(list);
    return count;
}

static void test_starter(void **state)
{
    size_t alarms = 0;
    size_t count = read_folder("content/starter", &alarms);
    assert_true(count > 100);
    assert_int_equal(alarms, 0);
}

// A megabyte of whatever makes a reader of Markdown go back and forth.
static void test_time(void **state)
{
    static const char *const parts[] = {"[",       "]",     "[a](",  "`",    "`a ``", "{",      "$",
                                        "<a",      "x://)", "\\",    "c\\a", "m[a ",  "[a]b ",  "|",
                                        "|\n-|\n", "a^",    "\n\n[", "{a}",  "(",     "> ```\n"};
    enum { LENGTH = 1 << 20 };
    char *text = malloc(LENGTH + 16);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct legacy_finding finding;
        struct timespec from, to;
        size_t length = 0;
        while (length < LENGTH) {
            memcpy(text + length, parts[i], strlen(parts[i]));
            length += strlen(parts[i]);
        }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        (void)!legacy_find(locale_find("rad"), text, length, TEXT_BLOCK, &finding);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        double ms =
            (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
        if (ms > 1500) // the build with sanitizers; a release needs a tenth
            fail_msg("%s: %.0f ms", parts[i], ms);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_forms), cmocka_unit_test(test_words),
        cmocka_unit_test(test_markdown),   cmocka_unit_test(test_starter),
        cmocka_unit_test(test_time),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
