// The templates: the specification's own cases (from the folder SEN_SUITES names) and ours.
#include "render/mustache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct embedded entry(TALLOC_CTX *ctx, const char *name, const char *text)
{
    return (struct embedded){talloc_asprintf(ctx, "%s.mustache", name), text, strlen(text)};
}

static char *render(TALLOC_CTX *ctx, const struct embedded *table, const json_t *view)
{
    struct mustache *template;
    char *error = NULL;
    if (mustache_compile(ctx, "main", table, &template, &error))
        return talloc_asprintf(ctx, "error: %s", error);
    UT_string out;
    utstring_init(&out);
    mustache_render(template, view, &out);
    char *text = talloc_strndup(ctx, utstring_body(&out), utstring_len(&out));
    utstring_done(&out);
    return text;
}

static unsigned run_suite(const char *folder, const char *name)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *path = talloc_asprintf(ctx, "%s/mustache/%s.json", folder, name);
    json_error_t json_error;
    json_t *suite = json_load_file(path, 0, &json_error);
    if (!suite)
        fail_msg("%s: %s", path, json_error.text);
    unsigned failed = 0;
    size_t i;
    json_t *test;
    json_array_foreach (json_object_get(suite, "tests"), i, test) {
        json_t *partials = json_object_get(test, "partials");
        struct embedded *table =
            talloc_zero_array(ctx, struct embedded, json_object_size(partials) + 2);
        size_t count = 0;
        table[count++] = entry(ctx, "main", json_string_value(json_object_get(test, "template")));
        const char *key;
        json_t *partial;
        json_object_foreach (partials, key, partial)
            table[count++] = entry(ctx, key, json_string_value(partial));
        char *got = render(ctx, table, json_object_get(test, "data"));
        const char *expected = json_string_value(json_object_get(test, "expected"));
        if (strcmp(got, expected) != 0) {
            failed++;
            print_error("%s: %s\n  expected \"%s\"\n  got      \"%s\"\n", name,
                        json_string_value(json_object_get(test, "name")), expected, got);
        }
    }
    assert_true(i > 0);
    json_decref(suite);
    talloc_free(ctx);
    return failed;
}

static void test_specification(void **state)
{
    const char *folder = getenv("SEN_SUITES");
    if (!folder || !*folder)
        skip();
    static const char *const names[] = {"interpolation", "sections", "inverted",
                                        "partials",      "comments", "delimiters"};
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        failed += run_suite(folder, names[i]);
    assert_int_equal(failed, 0);
}

static const struct {
    const char *template, *partial, *view, *expected;
} cases[] = {
    {"", "", "{}", ""},
    {"{{a}} {{{a}}} {{&a}}", "", "{\"a\": \"<&>\\\"'\"}", "&lt;&amp;&gt;&quot;&#39; <&>\"' <&>\"'"},
    {"{{a}} {{b}} {{c}} {{d}}", "",
     "{\"a\": -7, \"b\": 9007199254740993, \"c\": true, \"d\": null}", "-7 9007199254740993 true "},
    {"{{a}} {{b}} {{c}} {{d}}", "",
     "{\"a\": 0.1, \"b\": 331212.0, \"c\": 1.2100000000000002, \"d\": 1e300}",
     "0.1 331212 1.2100000000000002 1e+300"},
    {"{{a}}{{b}}", "", "{\"a\": {}, \"b\": [1]}", ""},
    {"{{#a}}1{{/a}}{{^a}}0{{/a}}", "", "{\"a\": \"\"}", "0"},
    {"{{#a}}1{{/a}}{{^a}}0{{/a}}", "", "{\"a\": 0}", "0"},
    {"{{#a}}1{{/a}}{{^a}}0{{/a}}", "", "{\"a\": 0.0}", "0"},
    {"{{#a}}1{{/a}}{{^a}}0{{/a}}", "", "{\"a\": {}}", "1"},
    {"{{#a}}{{b}}{{c}}{{/a}}", "", "{\"c\": 3, \"a\": [{\"b\": 1}, {\"b\": 2, \"c\": 4}]}", "1324"},
    {"{{a.b.c}}{{#a.b}}{{c}}{{/a.b}}", "", "{\"a\": {\"b\": {\"c\": \"x\"}}}", "xx"},
    {"{{#a}}{{#.}}{{.}},{{/.}};{{/a}}", "", "{\"a\": [[1, 2], [3]]}", "1,2,;3,;"},
    {"{{#a}}{{b.c}}{{/a}}", "", "{\"a\": {\"b\": {}}, \"b\": {\"c\": \"far\"}}", ""},
    {"<{{> part}}>", "{{a}}", "{\"a\": 1}", "<1>"},
    {"  {{> part}}\nend", "{{a}}\n{{#b}}\n- {{.}}\n{{/b}}\n", "{\"a\": \"x\\ny\", \"b\": [1, 2]}",
     "  x\ny\n  - 1\n  - 2\nend"},
    {"{{> part}}", "({{a}}\n {{#next}}\n  {{> part}}\n {{/next}}\n)\n",
     "{\"a\": 1, \"next\": {\"a\": 2, \"next\": {\"a\": 3, \"next\": false}}}",
     "(1\n  (2\n    (3\n    )\n  )\n)\n"},
    {" {{> part}}\n", "{{!note}}a\n{{#b}}{{/b}}c\n", "{}", " a\n c\n"},
    {"{{#a}}\n{{=<% %>=}}\n<%b%>{{b}}<%={{ }}=%>{{b}}{{/a}}", "", "{\"a\": true, \"b\": 5}",
     "5{{b}}5"},
    {"{{# a }}{{ b }}{{/ a }}", "", "{\"a\": true, \"b\": \"đ\"}", "đ"},

    {"{{a", "", "{}", "error: main.mustache:1: a tag without an end"},
    {"\n\n{{{a}}", "", "{}", "error: main.mustache:3: a tag without an end"},
    {"{{}}", "", "{}", "error: main.mustache:1: a tag without a name"},
    {"{{a b}}", "", "{}", "error: main.mustache:1: a name with a space in it: a b"},
    {"\n{{a..b}}", "", "{}", "error: main.mustache:2: a name with an empty part: a..b"},
    {"{{#a}}\n{{#b}}\n{{/b}}", "", "{}", "error: main.mustache:1: a section without an end: a"},
    {"{{#a}}\n{{/b}}", "", "{}", "error: main.mustache:2: this end belongs to another section: b"},
    {"{{/a}}", "", "{}", "error: main.mustache:1: the end of a section that was not begun: a"},
    {"{{>}}", "", "{}", "error: main.mustache:1: a partial needs one name"},
    {"{{=a=}}", "", "{}", "error: main.mustache:1: delimiters are two words without \"=\": a"},
    {"{{> part}}", "x\n{{#a}}", "{}", "error: part.mustache:2: a section without an end: a"},
};

static void test_own_cases(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct embedded table[] = {entry(ctx, "main", cases[i].template),
                                   entry(ctx, "part", cases[i].partial),
                                   {NULL, NULL, 0}};
        json_t *view = json_loads(cases[i].view, 0, NULL);
        assert_non_null(view);
        assert_string_equal(render(ctx, table, view), cases[i].expected);
        json_decref(view);
        talloc_free(ctx);
    }
}

static void test_missing_template(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct embedded table[] = {{NULL, NULL, 0}};
    struct mustache *template;
    char *error;
    assert_int_equal(mustache_compile(ctx, "main", table, &template, &error), SEN_NOT_FOUND);
    assert_string_equal(error, "there is no template main.mustache");
    talloc_free(ctx);
}

// A partial that names itself for ever ends at the limit.
static void test_partial_depth(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct embedded table[] = {
        entry(ctx, "main", "{{> part}}"), entry(ctx, "part", "x{{> part}}"), {NULL, NULL, 0}};
    json_t *view = json_object();
    assert_int_equal(strlen(render(ctx, table, view)), MUSTACHE_PARTIAL_DEPTH);
    json_decref(view);
    talloc_free(ctx);
}

static char *nested(TALLOC_CTX *ctx, unsigned depth)
{
    char *text = talloc_strdup(ctx, "");
    for (unsigned i = 0; i < depth; i++)
        text = talloc_strdup_append(text, "{{#a}}");
    text = talloc_strdup_append(text, "x");
    for (unsigned i = 0; i < depth; i++)
        text = talloc_strdup_append(text, "{{/a}}");
    return text;
}

static void test_section_depth(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = json_pack("{s:b}", "a", 1);
    struct embedded most[] = {entry(ctx, "main", nested(ctx, MUSTACHE_SECTION_DEPTH)),
                              {NULL, NULL, 0}};
    assert_string_equal(render(ctx, most, view), "x");
    struct embedded more[] = {entry(ctx, "main", nested(ctx, MUSTACHE_SECTION_DEPTH + 1)),
                              {NULL, NULL, 0}};
    assert_string_equal(render(ctx, more, view),
                        "error: main.mustache:1: sections are nested too deeply: a");
    json_decref(view);
    talloc_free(ctx);
}

// One compiled template, many pages; long values; the same bytes every time.
static void test_many_pages(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct embedded table[] = {
        entry(ctx, "main", "<!doctype html>\n<title>{{title}}</title>\n  {{> part}}\n"),
        entry(ctx, "part",
              "<ul>\n{{#items}}\n<li><a href=\"{{url}}\">{{title}}</a></li>\n"
              "{{/items}}\n</ul>\n"),
        {NULL, NULL, 0}};
    json_t *items = json_array();
    for (unsigned i = 0; i < 30; i++)
        json_array_append_new(items, json_pack("{s:s, s:i}", "url", "/vi/articles/x/", "title", i));
    json_t *view = json_pack("{s:s, s:o}", "title", "Sen & co", "items", items);
    struct mustache *template;
    char *error;
    assert_int_equal(mustache_compile(ctx, "main", table, &template, &error), SEN_OK);
    UT_string first, out;
    utstring_init(&first);
    utstring_init(&out);
    mustache_render(template, view, &first);
    for (unsigned i = 0; i < 1000; i++) {
        utstring_clear(&out);
        mustache_render(template, view, &out);
        assert_int_equal(utstring_len(&out), utstring_len(&first));
        assert_memory_equal(utstring_body(&out), utstring_body(&first), utstring_len(&first));
    }
    utstring_done(&first);
    utstring_done(&out);
    json_decref(view);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specification),    cmocka_unit_test(test_own_cases),
        cmocka_unit_test(test_missing_template), cmocka_unit_test(test_partial_depth),
        cmocka_unit_test(test_section_depth),    cmocka_unit_test(test_many_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
