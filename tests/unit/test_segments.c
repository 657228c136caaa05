// Markdown as units and back: what the units are, and that nothing a translator writes becomes
// markup.
#include "../segments_round.h"

#include "content/item.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static const struct markdown_media media[] = {{"drum", "/media/drum.png", 8, 6, NULL, NULL}};

static struct markdown_options options(void)
{
    return (struct markdown_options){.locale = locale_find("en"),
                                     .media = media,
                                     .media_count = 1,
                                     .origin = "https://sen.example",
                                     .segments = true};
}

// NULL: there are none.
static json_t *segments_of(TALLOC_CTX *ctx, const char *text)
{
    struct markdown_options given = options();
    struct rendered rendered;
    struct fault fault = {.key = NULL};
    int r = markdown_render(ctx, &given, text, strlen(text), &rendered, &fault);
    if (r)
        fail_msg("%s: %s %s", text, fault.key, fault.detail);
    return rendered.segments ? json_loads(rendered.segments, 0, NULL) : NULL;
}

static char *dumped(TALLOC_CTX *ctx, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *owned = talloc_strdup(ctx, text);
    free(text);
    return owned;
}

// The pieces, with {place:what is said} for a unit; codes are [kind ... /].
static char *shown(TALLOC_CTX *ctx, const json_t *segments)
{
    char *out = talloc_strdup(ctx, "");
    const json_t *pieces = json_object_get(segments, "pieces");
    for (size_t i = 0; i < json_array_size(pieces); i++) {
        const json_t *piece = json_array_get(pieces, i);
        if (json_is_string(piece)) {
            out = talloc_strdup_append(out, json_string_value(piece));
            continue;
        }
        const json_t *unit =
            json_array_get(json_object_get(segments, "units"), (size_t)json_integer_value(piece));
        const json_t *tokens = json_object_get(unit, "tokens");
        out =
            talloc_asprintf_append(out, "{%s:", json_string_value(json_object_get(unit, "place")));
        for (size_t j = 0; j < json_array_size(tokens); j++) {
            const json_t *token = json_array_get(tokens, j);
            const char *kind = json_string_value(json_object_get(token, "kind"));
            if (json_is_string(token))
                out = talloc_strdup_append(out, json_string_value(token));
            else
                out = talloc_asprintf_append(out, "%s%s%s", kind ? "[" : "", kind ? kind : "/]",
                                             json_object_get(token, "open") ? " "
                                             : kind                         ? "]"
                                                                            : "");
        }
        out = talloc_strdup_append(out, "}");
    }
    return out;
}

static const struct {
    const char *text, *shown;
} cases[] = {
    {"", ""},
    {"\n\n", "\n\n"},
    {"a", "{block:a}"},
    {"a  \n\nb\n", "{block:a}\n\n{block:b}\n"},
    {"a\nb", "{block:a\nb}"},
    {"# A #\n\n## B *c*\n", "# {heading:A} #\n\n## {heading:B [emphasis c/]}\n"},
    {"A\nb\n===\nc", "{block:A\nb}\n===\n{block:c}"},
    {"A\n===\n---\nc", "{block:A}\n===\n---\n{block:c}"},
    {"A\n---", "{block:A}\n---"},
    {"> a\nb\n> ===\n\nc", "> {block:a\nb}\n> ===\n\n{block:c}"},
    {"- a\n  b\n- c\n\n  d", "- {block:a\nb}\n- {block:c}\n\n  {block:d}"},
    {"1. > a\n   > b", "1. > {block:a\nb}"},
    {"```\ncode\n```\n\n    code\n\n***\n\n<div>\nhtml\n</div>",
     "```\ncode\n```\n\n    code\n\n***\n\n<div>\nhtml\n</div>"},
    {"a `b` **c**\\\n<https://x.y>", "{block:a [code] [strong c/][break][address]}"},
    {"[a *b*](/c \"d\") [e]\n\n[e]: /f\n",
     "{block:[link a [emphasis b/]/] [link e/]}\n\n[e]: /f\n"},
    {"[e]: /f\ng [e]", "{block:g [link e/]}"},
    {"a <b>b</b>", "{block:a b}"},
    {"[a](javascript:x)", "{block:a}"},
    {"![alt *b*](media:drum \"Caption\")", "![{alt:alt b}](media:drum \"{title:Caption}\")"},
    {"![](media:drum) ![a](media:drum)", "![](media:drum) ![{alt:a}](media:drum)"},
    {"a ![b](media:drum)", "{block:a [image]}"},
    {"a[^1]\n\n[^1]: b\n    c\n\n    d\n\ne",
     "{block:a[note]}\n\n[^1]: {block:b\nc}\n\n    {block:d}\n\n{block:e}"},
    {"```csv Cap &#96;t&#96;\na\n```", "```csv {info:Cap `t`}\n{cell:a}\n```"},
    {"~~~csv Cap\na,\"b, \"\"c\"\n\n1 , \n~~~",
     "~~~csv {info:Cap}\n{cell:a},{cell:b, \"c}\n\n{cell:1} , \n~~~"},
    {"~~~&#99;sv Cap\na\n~~~", "~~~&#99;sv Cap\na\n~~~"},
    {"~~~csv\na,\"b\nc\"\n~~~", "~~~csv\na,\"b\nc\"\n~~~"},
    {"- ~~~csv Cap\n  a\n  ~~~", "- ~~~csv {info:Cap}\n  a\n  ~~~"},
    {"***a* b**", "{block:[strong [emphasis a/] b/]}"},
    {"*a **b *c **d** e* f** g*", "{block:[emphasis a [strong b [emphasis c d e/] f/] g/]}"},
    {"\xef\xbb\xbf# A\n\nb", "\xef\xbb\xbf# {heading:A}\n\n{block:b}"},
    {"a\r\nb\r\n\r\nc\r\rd", "{block:a\nb}\r\n\r\n{block:c}\r\r{block:d}"},
    {"<b></b>", "<b></b>"},
    {"[ ][e]\n\n[e]: /f", "<i></i>\n\n[e]: /f"},
};

static void test_units(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        json_t *segments = segments_of(ctx, cases[i].text);
        const char *where;
        struct markdown_options given = options();
        assert_string_equal(shown(ctx, segments), cases[i].shown);
        for (size_t first = 0; first < sizeof round_texts / sizeof *round_texts; first++) {
            const char *wrong = segments_round(ctx, &given, cases[i].text, first, &where);
            if (wrong)
                fail_msg("%s: %s", wrong, where);
        }
        json_decref(segments);
        talloc_free(ctx);
    }
}

// What the fuzzer found to come back as something else.
static const char *const oddities[] = {
    "# a>a*a**a**a*aaa*a*a*a*\"a*a*",
    "******%*a*a*a*a*a***# [b",
    "*\"a **\"b _\"c __\"d__ e_ f** g*",
    "***a** b ***c*d*",
    "[\xef\xbb\xbf](https://@e) e",
    "```csv b\n<icsv  \n<icsv  \n \n<ic``%\n```",
    "```csv b\n- %\n``c\td`\n \"e\"\"f\",\n```",
    "a[^0]\n\n[^1.]: b\n``",
    "[^1]: a\n***b***",
    "[^1]: a\n`b`",
    "- `a``b`\n  <!-- c --> ``d``` ``` ``` e",
    "a [^1][^2] [^1](b) ![^1] [^1]: c\n\n[^1]: d\n[^2]: e",
    "&#32;a&#9;\n&#10;b *&nbsp;c&#32;*d",
    "[a](<b c&amp;amp;\\\\> \"d&quot;\n\\\\\")",
    "![[a](b) *c*](media:drum 'd \"e\"')",
    "* *a*\n* **b**\n* _ c",
    "a\n  -b\n  +c\n  12345678901. d",
    "> a\n> b\n> ---\n> c",
    ">- >a\nb",
    ">-\ta\nb",
    ">1.\t>\ta\nb",
    "[^1]: >-\ta\nb\n\n    -\tc\n\td",
    "-\t>a\n\t> b",
};

static void test_odd(void **state)
{
    for (size_t i = 0; i < sizeof oddities / sizeof *oddities; i++)
        for (size_t first = 0; first < sizeof round_texts / sizeof *round_texts; first++) {
            TALLOC_CTX *ctx = talloc_new(NULL);
            struct markdown_options given = options();
            const char *where, *wrong = segments_round(ctx, &given, oddities[i], first, &where);
            if (wrong)
                fail_msg("%s: %s", wrong, where);
            talloc_free(ctx);
        }
}

static void test_shape(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments =
        segments_of(ctx, "- a *b* \n  `c`\\\n  [d](/e \"f\") ![g](media:drum)[^n]\n\n"
                         "[^n]: h\n");
    assert_string_equal(
        dumped(ctx, segments),
        "{\"pieces\":[\"- \",0,\"\\n\\n[^n]: \",2,\"\\n\"],\"units\":["
        "{\"place\":\"block\",\"prefix\":\"  \",\"text\":\"a b c d\",\"tokens\":[\"a \","
        "{\"kind\":\"emphasis\",\"open\":1},\"b\",{\"close\":1},\"\\n\","
        "{\"alone\":2,\"kind\":\"code\",\"text\":\"c\"},{\"alone\":3,\"kind\":\"break\"},"
        "{\"kind\":\"link\",\"open\":4,\"title\":\"f\",\"url\":\"/e\"},\"d\",{\"close\":4},\" \","
        "{\"alone\":5,\"alt\":1,\"kind\":\"image\",\"url\":\"media:drum\"},"
        "{\"alone\":6,\"kind\":\"note\",\"note\":\"n\"}]},"
        "{\"place\":\"alt\",\"text\":\"g\",\"tokens\":[\"g\"]},"
        "{\"place\":\"block\",\"prefix\":\"    \",\"text\":\"h\",\"tokens\":[\"h\"]}]}");
    json_t *targets = json_pack("[[s, {s:i}, s, {s:i}, {s:i}, {s:i}, s, {s:i}, {s:i}, {s:i}],"
                                " [s], n]",
                                "1. ", "open", 4, "x", "close", 4, "alone", 5, "open", 1, "y",
                                "close", 1, "alone", 6, "alone", 2, "*]");
    assert_string_equal(segments_join(ctx, segments, targets),
                        "- 1\\. [x](/e \"f\")![\\*\\]](media:drum)*y*[^n]`c`\n\n[^n]: h\n");
    json_decref(targets);
    json_decref(segments);
    talloc_free(ctx);
}

static const struct {
    const char *text, *target, *joined;
} joins[] = {
    {"*a*", "[\"他说\",{\"open\":1},\"“你好”\",{\"close\":1},\"吧\"]",
     "他&#35828;*“你好”*&#21543;"},
    {"*a*", "[\"他说\",{\"open\":1},\"你好\",{\"close\":1},\"吧\"]", "他说*你好*吧"},
    {"**a**", "[\"x \",{\"open\":1},\" y \",{\"close\":1},\" z\"]", "x **&#32;y&#32;** z"},
    {"***a***", "[{\"open\":1},{\"open\":2},\"b\",{\"close\":2},{\"close\":1}]", "*__b__*"},
    {"*a* *b*", "[{\"open\":1},\"a\",{\"close\":1},{\"open\":2},\"b\",{\"close\":2}]", "*a*_b_"},
    {"a", "[\"1. a\\n- b\\n# c\"]", "1\\. a\n\\- b\n\\# c"},
    {"a", "[\"a_b\", \" _c_ 2*3 <x> 1<2 R&D &lt;\"]", "a_b \\_c\\_ 2\\*3 \\<x> 1\\<2 R&D \\&lt;"},
    {"a", "[]", "a"},
    {"a", "null", "a"},
    {"> a\n> b", "[\"c\\nd\"]", "> c\n> d"},
    {"# a", "[\"b\\nc#\"]", "# b&#10;c\\#"},
    // what segments_check() refuses is left out
    {"*a*", "[{\"open\":7},\"b\",{\"close\":7},{\"alone\":1}]", "b"},
    {"*a*", "[{\"open\":1},\"b\"]", "*b*"},
    {"*a*", "[\"b\",{\"close\":1},{\"open\":1},\"c\",{\"open\":1},{\"close\":1}]", "b*c*"},
    {"*a* **b**", "[{\"open\":1},\"a\",{\"open\":2},\"b\",{\"close\":1},\"c\",{\"close\":2}]",
     "*&#97;__bc__*"},
    {"[a](b) [c](d)", "[{\"open\":1},\"a\",{\"open\":2},\"b\",{\"close\":2},{\"close\":1}]",
     "[ab](b)"},
    {"a", "[1,{},null,\"b\"]", "b"},
};

static void test_join(void **state)
{
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        json_t *segments = segments_of(ctx, joins[i].text), *targets = json_array();
        json_array_append_new(targets, json_loads(joins[i].target, JSON_DECODE_ANY, NULL));
        assert_string_equal(segments_join(ctx, segments, targets), joins[i].joined);
        json_decref(segments);
        json_decref(targets);
        talloc_free(ctx);
    }
    assert_null(segments_join(NULL, NULL, NULL));
    json_t *odd = json_pack("{s:[], s:[]}", "pieces", "units");
    assert_null(segments_join(NULL, odd, odd));
    json_decref(odd);
}

static void test_check(void **state)
{
    static const struct {
        const char *target, *reason;
    } rows[] = {
        {"[\"x\",{\"open\":1},\"y\",{\"close\":1},{\"alone\":2},{\"open\":3},{\"close\":3}]", NULL},
        {"[{\"open\":3},{\"open\":1},\"y\",{\"close\":1},{\"close\":3},{\"alone\":2}]", NULL},
        {"[\"x\",{\"open\":1},\"y\",{\"close\":1},{\"open\":3},{\"close\":3}]",
         "segment.code_missing"},
        {"[\"x\",{\"open\":1},\"y\",{\"close\":1},{\"alone\":2},{\"alone\":4}]",
         "segment.code_unknown"},
        {"[\"x\",{\"alone\":1}]", "segment.code_unknown"},
        {"[\"x\",{\"open\":0}]", "segment.code_unknown"},
        {"[\"x\",{\"open\":\"1\"}]", "segment.code_unknown"},
        {"[\"x\",{\"open\":1},\"y\",{\"close\":1},{\"alone\":2},{\"alone\":2}]",
         "segment.code_twice"},
        {"[{\"open\":1},\"y\",{\"open\":3},{\"close\":1},{\"close\":3},{\"alone\":2}]",
         "segment.code_order"},
        {"[{\"open\":3},\"y\",{\"open\":1},{\"close\":1},{\"alone\":2}]", "segment.code_order"},
        {"[{\"close\":3},\"y\"]", "segment.code_order"},
        {"[{\"open\":1},\" \\n\",{\"close\":1},{\"alone\":2},{\"open\":3},{\"close\":3}]",
         "segment.no_target"},
        {"[\"x\",{\"odd\":1}]", "segment.malformed"},
        {"\"x\"", "segment.malformed"},
        {"null", "segment.malformed"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments = segments_of(ctx, "a *b* `c` [d](e)");
    const json_t *unit = json_array_get(json_object_get(segments, "units"), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *target = json_loads(rows[i].target, JSON_DECODE_ANY, NULL);
        const char *reason = segments_check(unit, target);
        assert_string_equal(reason ? reason : "fine", rows[i].reason ? rows[i].reason : "fine");
        json_decref(target);
    }
    json_decref(segments);
    segments = segments_of(ctx, "[^1]\n\n[^1]: b");
    unit = json_array_get(json_object_get(segments, "units"), 0);
    assert_null(segments_check(unit, json_object_get(unit, "tokens")));
    json_decref(segments);
    talloc_free(ctx);
}

static void hash(const char *text, char ret[SEGMENTS_HASH + 1])
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments = segments_of(ctx, text);
    segments_hash(json_object_get(json_array_get(json_object_get(segments, "units"), 0), "tokens"),
                  ret);
    json_decref(segments);
    talloc_free(ctx);
}

static void test_hash(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"a b", "a\nb", true},     {"a *b*", "> a _b_", true}, {"[a](b)", "[a](c)", true},
        {"a b", "a c", false},     {"*a*", "**a**", true},     {"*a*", "a", false},
        {"*a* b", "a *b*", false}, {"# a", "a", true},         {"a `b`", "a `c`", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char a[SEGMENTS_HASH + 1], b[SEGMENTS_HASH + 1];
        hash(rows[i].a, a);
        hash(rows[i].b, b);
        assert_int_equal(strlen(a), SEGMENTS_HASH);
        assert_int_equal(strcmp(a, b) == 0, rows[i].same);
    }
}

static char *repeated(TALLOC_CTX *ctx, const char *text, size_t count)
{
    size_t length = strlen(text);
    char *all = talloc_size(ctx, count * length + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * length, text, length);
    all[count * length] = '\0';
    return all;
}

static void test_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments = segments_of(ctx, repeated(ctx, "a\n\n", SEGMENTS_UNITS_MAX));
    assert_int_equal(json_array_size(json_object_get(segments, "units")), SEGMENTS_UNITS_MAX);
    json_decref(segments);
    assert_null(segments_of(ctx, repeated(ctx, "a\n\n", SEGMENTS_UNITS_MAX + 1)));
    segments = segments_of(ctx, repeated(ctx, "*a*b", SEGMENTS_CODES_MAX));
    assert_non_null(segments);
    json_decref(segments);
    assert_null(segments_of(ctx, repeated(ctx, "*a*b", SEGMENTS_CODES_MAX + 1)));
    assert_null(segments_of(ctx, "a \x01"));
    assert_null(segments_of(ctx, "a \x7f"));
    assert_null(segments_of(ctx, "a \xff"));
    segments = segments_of(ctx, "a \tb");
    assert_non_null(segments);
    json_decref(segments);
    talloc_free(ctx);
}

// ---- the starter content -----------------------------------------------------------------------

static char *read_file(TALLOC_CTX *ctx, const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = talloc_size(ctx, ITEM_FILE_BYTES);
    *ret_length = fread(text, 1, ITEM_FILE_BYTES, file);
    fclose(file);
    return text;
}

static void check_article(const char *path)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    size_t length, count;
    char *file = read_file(ctx, path, &length);
    struct item item;
    struct fault fault = {.key = NULL};
    const char **ids, *where;
    assert_int_equal(item_from_front_matter(ctx, file, length, &item, &fault), SEN_OK);
    assert_int_equal(markdown_media_ids(ctx, item.body, item.body_length, &ids, &count, &fault), 0);
    struct markdown_media *all = talloc_zero_array(ctx, struct markdown_media, count);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct markdown_media){.id = ids[i], .src = "/media/x.png"};
    struct markdown_options given = options();
    given.locale = item.locale;
    given.media = all;
    given.media_count = count;
    for (size_t first = 0; first < 7; first++) {
        const char *wrong = segments_round(ctx, &given, item.body, 7 * first, &where);
        if (wrong)
            fail_msg("%s: %s: %s", path, wrong, where);
    }
    talloc_free(ctx);
}

static void test_starter(void **state)
{
    static const char top[] = "content/starter/articles";
    size_t found = 0;
    DIR *articles = opendir(top);
    assert_non_null(articles);
    for (struct dirent *article; (article = readdir(articles));) {
        char folder[512], path[1024];
        snprintf(folder, sizeof folder, "%s/%s", top, article->d_name);
        DIR *texts = article->d_name[0] == '.' ? NULL : opendir(folder);
        for (struct dirent *text; texts && (text = readdir(texts));) {
            size_t length = strlen(text->d_name);
            if (length < 4 || strcmp(text->d_name + length - 3, ".md") != 0)
                continue;
            snprintf(path, sizeof path, "%s/%s", folder, text->d_name);
            check_article(path);
            found++;
        }
        if (texts)
            closedir(texts);
    }
    closedir(articles);
    assert_true(found >= 10);
}

static int setup(void **state)
{
    return locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),  cmocka_unit_test(test_odd),     cmocka_unit_test(test_shape),
        cmocka_unit_test(test_join),   cmocka_unit_test(test_check),   cmocka_unit_test(test_hash),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_starter),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
