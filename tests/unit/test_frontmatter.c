// The head of a Markdown file: what of YAML is let in, and where a fault is said to be.
#include "content/frontmatter.h"
#include "locales/locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int setup(void **state)
{
    return locales_init();
}

static int read_text(TALLOC_CTX *ctx, const char *text, struct frontmatter *ret,
                     struct fault *fault)
{
    *fault = (struct fault){0};
    return frontmatter_read(ctx, text, strlen(text), ret, fault);
}

static void test_values(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct frontmatter matter;
    struct fault fault;
    const char *text = "---\n"
                       "id: ha-noi   # a comment\n"
                       "title: \"H\\u00e0: N\u1ed9i\"\n"
                       "provinces: [ha-noi, hue]\n"
                       "sources:\n"
                       "  - title: One\n"
                       "  - title: 'Two'\n"
                       "    url: https://example.org/\n"
                       "empty:\n"
                       "---  \n"
                       "\n"
                       "Text\n---\n";
    assert_int_equal(read_text(ctx, text, &matter, &fault), SEN_OK);
    char *json = json_dumps(matter.values, JSON_COMPACT);
    assert_string_equal(json, "{\"id\":\"ha-noi\",\"title\":\"H\u00e0: N\u1ed9i\",\"provinces\":"
                              "[\"ha-noi\",\"hue\"],\"sources\":[{\"title\":\"One\"},{\"title\":"
                              "\"Two\",\"url\":\"https://example.org/\"}],\"empty\":\"\"}");
    free(json);
    assert_string_equal(matter.body, "\nText\n---\n");
    assert_int_equal(matter.body_length, strlen("\nText\n---\n"));
    assert_int_equal(matter.body_line, 11);
    assert_int_equal(frontmatter_line(&matter, "id"), 2);
    assert_int_equal(frontmatter_line(&matter, "sources[0].title"), 6);
    assert_int_equal(frontmatter_line(&matter, "sources[1].url"), 8);
    assert_int_equal(frontmatter_line(&matter, "sources[1].none"), 7);
    assert_int_equal(frontmatter_line(&matter, "none"), 1);
    talloc_free(ctx);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *key;
        unsigned line;
    } rows[] = {
        {"", "fault.no_front_matter", 1},
        {"Text", "fault.no_front_matter", 1},
        {"----\na: b\n---\n", "fault.no_front_matter", 1},
        {"---\n---\n", "fault.no_front_matter", 1},
        {"---\n# nothing\n---\n", "fault.no_front_matter", 1},
        {"---\na: b\n", "fault.front_matter_open", 1},
        {"---\na: b\n----\n", "fault.front_matter_open", 1},
        {"---\na: b\nc: d\na: e\n---\n", "fault.doubled_key", 4},
        {"---\na: {b: c, b: d}\n---\n", "fault.doubled_key", 2},
        {"---\na: &x b\nc: *x\n---\n", "fault.yaml_feature", 2},
        {"---\nc: *x\n---\n", "fault.yaml_feature", 2},
        {"---\na: !!str b\n---\n", "fault.yaml_feature", 2},
        {"---\na: !x {b: c}\n---\n", "fault.yaml_feature", 2},
        {"---\n%YAML 1.1\n--- {a: b}\n---\n", "fault.yaml_feature", 2},
        {"---\na: b\n...\nc: d\n---\n", "fault.yaml", 4},
        {"---\na: b\n--- {c: d}\n---\n", "fault.yaml_feature", 3},
        {"---\na: \"b\n---\n", "fault.yaml", 2},
        {"---\na: b\n\tc: d\n---\n", "fault.yaml", 3},
        {"---\na: b: c\n---\n", "fault.yaml", 2},
        {"---\n- a\n---\n", "fault.yaml", 2},
        {"---\nword\n---\n", "fault.yaml", 2},
        {"---\n? [a]\n: b\n---\n", "fault.yaml", 2},
        {"---\n\"a\\0b\": c\n---\n", "fault.yaml", 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct frontmatter matter;
        struct fault fault;
        assert_int_equal(read_text(ctx, rows[i].text, &matter, &fault), SEN_INVALID);
        assert_string_equal(fault.key, rows[i].key);
        assert_int_equal(fault.line, rows[i].line);
        talloc_free(ctx);
    }
}

static int read_made(TALLOC_CTX *ctx, const char *head, size_t fill, struct fault *fault)
{
    struct frontmatter matter;
    char *filling = talloc_zero_size(ctx, fill + 1);
    memset(filling, 'x', fill);
    return read_text(ctx, talloc_asprintf(ctx, "---\n%s%s\n---\n", head, filling), &matter, fault);
}

static void test_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct fault fault;

    // "a: " and the line's end are part of what is counted
    assert_int_equal(read_made(ctx, "a: ", FRONTMATTER_BYTES - 4, &fault), SEN_OK);
    assert_int_equal(read_made(ctx, "a: ", FRONTMATTER_BYTES - 3, &fault), SEN_INVALID);
    assert_string_equal(fault.key, "fault.front_matter_size");

    char *keys = talloc_strdup(ctx, "");
    for (int i = 0; i < FRONTMATTER_KEYS; i++)
        keys = talloc_asprintf_append(keys, "k%d: v\n", i);
    assert_int_equal(read_made(ctx, keys, 0, &fault), SEN_OK);
    keys = talloc_strdup_append(keys, "one: more\n");
    assert_int_equal(read_made(ctx, keys, 0, &fault), SEN_INVALID);
    assert_string_equal(fault.key, "fault.front_matter_keys");
    assert_int_equal(fault.line, FRONTMATTER_KEYS + 2);

    assert_int_equal(read_made(ctx, "a: [[[v]]]", 0, &fault), SEN_OK);
    assert_int_equal(read_made(ctx, "a: [[[[v]]]]", 0, &fault), SEN_INVALID);
    assert_string_equal(fault.key, "fault.front_matter_depth");
    talloc_free(ctx);
}

// What is written is what is read, whatever YAML makes of its characters.
static void test_written(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct frontmatter matter;
    struct fault fault;
    static const char *const texts[] = {
        "null", "~",   "true", "1.5",    "- a",  "a: b",       "# no",   "\"it\"",    "'it'",
        "\\n",  "[a]", "{a}",  "&a",     "*a",   "!a",         "%a",     "@a",        "`a",
        "---",  " a ", "a\tb", "Hà Nội", "東京", "\U0001f375", "\u2028", "ك: \u200f", "? a",
        "| a",  "> a", "a #b", "=",      "<<",   "",           "...",    "a\xc2\x85z"};
    json_t *values = json_object(), *list = json_array(), *sources = json_array();
    for (size_t i = 0; i < COUNT(texts); i++) {
        char *name = talloc_asprintf(ctx, "k%zu", i);
        json_object_set_new(values, name, json_string(texts[i]));
        json_array_append_new(list, json_string(texts[i]));
    }
    json_array_append_new(sources,
                          json_pack("{s:s, s:s}", "title", "a: “b”", "url", "http://x/?a=b"));
    json_object_set_new(values, "list", list);
    json_object_set_new(values, "none", json_array());
    json_object_set_new(values, "sources", sources);
    char *text = frontmatter_write(ctx, values, "# A body\n\n---\n\nends");
    assert_int_equal(read_text(ctx, text, &matter, &fault), SEN_OK);
    assert_true(json_equal(matter.values, values));
    assert_string_equal(matter.body, "\n# A body\n\n---\n\nends\n");
    json_decref(values);

    values = json_pack("{s:s, s:s, s:[s, s], s:{s:s, s:b, s:i}}", "id", "tea", "title", "Tea: hot",
                       "provinces", "hue", "ha-noi", "translation", "method", "person", "proofread",
                       1, "source_version", 12);
    assert_string_equal(frontmatter_write(ctx, values, "Hot water.\n"),
                        "---\nid: tea\ntitle: \"Tea: hot\"\nprovinces: [hue, ha-noi]\n"
                        "translation:\n  method: person\n  proofread: true\n  source_version: 12\n"
                        "---\n\nHot water.\n");
    json_decref(values);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
