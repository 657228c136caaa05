// One text with all its fields: what is let in, in what form, and what a fault says.
#include "content/edition.h"
#include "content/fault.h"
#include "content/fields.h"
#include "content/item.h"

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

static int read_json(TALLOC_CTX *ctx, const char *text, struct item *ret, struct fault *fault)
{
    json_t *value;
    *fault = (struct fault){0};
    int r = fields_parse(text, strlen(text), NULL, &value, fault);
    if (r)
        return r;
    r = item_from_json(ctx, value, ret, fault);
    json_decref(value);
    return r;
}

#define MINIMUM "\"id\":\"a\",\"locale\":\"vi\",\"title\":\"Phở Hà Nội\",\"body\":\"Text\""

static void test_minimum(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    assert_int_equal(read_json(ctx, "{" MINIMUM "}", &item, &fault), SEN_OK);
    assert_string_equal(item.slug, "pho-ha-noi");
    assert_string_equal(item.locale->tag, "vi");
    assert_string_equal(item.summary, "");
    assert_string_equal(item.state, "live");
    assert_null(item.topic);
    json_t *about = item_about(&item);
    assert_int_equal(json_object_size(about), 0);
    json_decref(about);
    talloc_free(ctx);
}

static void test_forms(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    // NFD becomes NFC, blanks around go, nulls count as absent, moments are brought to UTC
    assert_int_equal(read_json(ctx,
                               "{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"  Hue\\u0302\\u0301 \","
                               "\"body\":\"a\\r\\nb\",\"topic\":null,"
                               "\"published_at\":\"2026-11-02T09:00:00.500+07:00\"}",
                               &item, &fault),
                     SEN_OK);
    assert_string_equal(item.title, "Huế");
    assert_string_equal(item.body, "a\nb");
    assert_null(item.topic);
    assert_string_equal(field_text(item.fields, "published_at"), "2026-11-02T02:00:00.5Z");
    talloc_free(ctx);
}

static void test_refused(void **state)
{
    static const struct {
        const char *json, *key, *field;
    } rows[] = {
        {"[]", "fault.not_object", NULL},
        {"{", "fault.json", NULL},
        {"{\"id\":\"a\",\"id\":\"b\"}", "fault.doubled_key", NULL},
        {"{\"id\":\"\xff\"}", "fault.bad_utf8", NULL},
        {"{" MINIMUM ",\"colour\":1}", "fault.unknown_key", "colour"},
        {"{" MINIMUM ",\"translation\":{\"by\":1}}", "fault.unknown_key", "translation.by"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"x\"}", "fault.required", "body"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"x\",\"body\":\" \\n\"}", "fault.empty",
         "body"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\" \",\"body\":\"x\"}", "fault.empty", "title"},
        {"{\"id\":\"a\",\"locale\":\"xx\",\"title\":\"x\",\"body\":\"x\"}", "fault.unknown_locale",
         "locale"},
        {"{\"id\":\"a b\",\"locale\":\"vi\",\"title\":\"x\",\"body\":\"x\"}", "fault.key", "id"},
        {"{\"id\":1,\"locale\":\"vi\",\"title\":\"x\",\"body\":\"x\"}", "fault.not_text", "id"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"a\\nb\",\"body\":\"x\"}", "fault.control",
         "title"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"a\\u202eb\",\"body\":\"x\"}", "fault.bidi",
         "title"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"?!\",\"body\":\"x\",\"slug\":\"-a\"}",
         "fault.slug_hyphens", "slug"},
        {"{" MINIMUM ",\"slug\":\"A\"}", "fault.slug_upper_case", "slug"},
        {"{" MINIMUM ",\"slug\":\"a b\"}", "fault.slug", "slug"},
        {"{" MINIMUM ",\"former_slugs\":[\"ok\",\"a--b\"]}", "fault.slug_hyphens", "former_slugs"},
        {"{" MINIMUM ",\"topic\":\"Food\"}", "fault.slug_id", "topic"},
        {"{" MINIMUM ",\"provinces\":\"hue\"}", "fault.not_list", "provinces"},
        {"{" MINIMUM ",\"provinces\":[\"hue\",\"\"]}", "fault.empty", "provinces[1]"},
        {"{" MINIMUM ",\"sources\":[{\"url\":\"https://a/\"}]}", "fault.required",
         "sources[0].title"},
        {"{" MINIMUM ",\"sources\":[{\"title\":\"x\",\"url\":\"javascript:1\"}]}", "fault.url",
         "sources[0].url"},
        {"{" MINIMUM ",\"image\":{\"media\":\"a\"}}", "fault.required", "image.alt"},
        {"{" MINIMUM ",\"translation\":{\"method\":\"magic\"}}", "fault.choice",
         "translation.method"},
        {"{" MINIMUM ",\"translation\":{\"method\":\"person machine\"}}", "fault.choice",
         "translation.method"},
        {"{" MINIMUM ",\"translation\":{\"proofread\":\"true\"}}", "fault.not_bool",
         "translation.proofread"},
        {"{" MINIMUM ",\"version\":-1}", "fault.number_range", "version"},
        {"{" MINIMUM ",\"version\":1.5}", "fault.not_number", "version"},
        {"{" MINIMUM ",\"state\":\"draft\"}", "fault.choice", "state"},
        {"{" MINIMUM ",\"kind\":\"report\"}", "fault.choice", "kind"},
        {"{" MINIMUM ",\"kind\":\"photo\"}", "fault.choice", "kind"},
        {"{" MINIMUM ",\"kind\":\"News\"}", "fault.choice", "kind"},
        {"{" MINIMUM ",\"recording\":\"a b\"}", "fault.key", "recording"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct item item;
        struct fault fault;
        assert_int_equal(read_json(ctx, rows[i].json, &item, &fault), SEN_INVALID);
        assert_string_equal(fault.key, rows[i].key);
        if (rows[i].field)
            assert_string_equal(fault.field, rows[i].field);
        else
            assert_null(fault.field);
        // Every reason is in the catalogs.
        char *reason = fault_reason(ctx, locale_find("vi"), &fault);
        assert_string_not_equal(reason, fault.key);
        talloc_free(ctx);
    }
}

static void test_times(void **state)
{
    static const struct {
        const char *given, *utc; // NULL: refused
    } rows[] = {
        {"2026-11-02T02:00:00Z", "2026-11-02T02:00:00Z"},
        {"2026-11-02t02:00:00z", "2026-11-02T02:00:00Z"},
        {"2026-01-01T00:30:00+07:00", "2025-12-31T17:30:00Z"},
        {"2024-02-29T23:59:59-00:01", "2024-03-01T00:00:59Z"},
        {"2026-11-02T02:00:00.123456Z", "2026-11-02T02:00:00.123456Z"},
        {"2026-11-02T02:00:00.000Z", "2026-11-02T02:00:00Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
        {"0001-01-01T00:00:00+00:01", NULL},
        {"9999-12-31T23:59:59-00:01", NULL},
        {"0000-01-01T00:00:00Z", NULL},
        {"2026-11-02T02:00:00.1234567Z", NULL},
        {"2026-11-02T02:00:00.Z", NULL},
        {"2026-11-02T02:00:00", NULL},
        {"2026-11-02", NULL},
        {"2026-02-29T00:00:00Z", NULL},
        {"1900-02-29T00:00:00Z", NULL},
        {"2026-13-01T00:00:00Z", NULL},
        {"2026-11-31T00:00:00Z", NULL},
        {"2026-11-02T24:00:00Z", NULL},
        {"2026-11-02T02:00:60Z", NULL},
        {"2026-11-02T02:00:00+24:00", NULL},
        {"2026-11-02T02:00:00Z ...", NULL},
        {"yesterday", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct item item;
        struct fault fault;
        char *json = talloc_asprintf(ctx, "{" MINIMUM ",\"published_at\":\"%s\"}", rows[i].given);
        assert_int_equal(read_json(ctx, json, &item, &fault), rows[i].utc ? SEN_OK : SEN_INVALID);
        if (rows[i].utc)
            assert_string_equal(field_text(item.fields, "published_at"), rows[i].utc);
        else
            assert_string_equal(fault.key, "fault.time");
        talloc_free(ctx);
    }
}

static char *repeat(TALLOC_CTX *ctx, const char *unit, size_t count)
{
    size_t length = strlen(unit);
    char *text = talloc_size(ctx, length * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, unit, length);
    text[length * count] = '\0';
    return text;
}

static void try_length(const char *format, const char *unit, size_t count, const char *key)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    const char *mark = strchr(format, '@');
    char *json = talloc_asprintf(ctx, "%.*s%s%s", (int)(mark - format), format,
                                 repeat(ctx, unit, count), mark + 1);
    assert_int_equal(read_json(ctx, json, &item, &fault), key ? SEN_INVALID : SEN_OK);
    if (key)
        assert_string_equal(fault.key, key);
    talloc_free(ctx);
}

static void test_limits(void **state)
{
    static const struct {
        const char *format, *unit;
        size_t most;
        const char *key;
    } rows[] = {
        {"{\"id\":\"@\",\"locale\":\"vi\",\"title\":\"x\",\"body\":\"x\"}", "a", 200,
         "fault.too_long"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"@\",\"body\":\"x\"}", "ế", 500,
         "fault.too_long"},
        {"{" MINIMUM ",\"summary\":\"@\"}", "字", 1000, "fault.too_long"},
        {"{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"x\",\"body\":\"@\"}", "x", ITEM_BODY_BYTES,
         "fault.too_many_bytes"},
        {"{" MINIMUM ",\"slug\":\"@\"}", "a", 200, "fault.too_long"},
        {"{" MINIMUM ",\"recording\":\"@\"}", "a", 100, "fault.too_long"},
        {"{" MINIMUM ",\"author\":\"@\"}", "a", 300, "fault.too_long"},
        {"{" MINIMUM ",\"licence\":\"@\"}", "a", 100, "fault.too_long"},
        {"{" MINIMUM ",\"provinces\":[@\"hue\"]}", "\"hue\",", 99, "fault.too_many"},
        {"{" MINIMUM ",\"sources\":[@{\"title\":\"x\"}]}", "{\"title\":\"x\"},", 49,
         "fault.too_many"},
        {"{" MINIMUM ",\"former_slugs\":[@\"x\"]}", "\"x\",", 999, "fault.too_many"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        try_length(rows[i].format, rows[i].unit, rows[i].most, NULL);
        try_length(rows[i].format, rows[i].unit, rows[i].most + 1, rows[i].key);
    }
}

static int read_file(TALLOC_CTX *ctx, const char *text, size_t length, struct item *ret,
                     struct fault *fault)
{
    *fault = (struct fault){0};
    return item_from_front_matter(ctx, text, length, ret, fault);
}

static void test_files(void **state)
{
    static const struct {
        const char *text, *key, *field;
        unsigned line;
    } rows[] = {
        {"---\nid: a\nlocale: vi\ntitle: x\n---\n", "fault.empty", "body", 6},
        {"---\nid: a\nlocale: vi\ntitle: x\nbody: y\n---\nText", "fault.unknown_key", "body", 5},
        {"---\nid: a\nlocale: xx\ntitle: x\n---\nText", "fault.unknown_locale", "locale", 3},
        {"---\nid: a\nlocale: vi\ntitle: x\nsources:\n  - title: y\n    url: z\n---\nText",
         "fault.url", "sources[0].url", 7},
        {"---\nid: a\nlocale: vi\ntitle:\n---\nText", "fault.empty", "title", 4},
        {"---\nid: a\nlocale: vi\n---\nText", "fault.required", "title", 1},
        {"---\nid: a\nlocale: vi\ntitle: x\n---\nText\n\nbad \xff byte\n", "fault.bad_utf8", NULL,
         8},
        {"---\nid: a\nlocale: vi\ntitle: x\n---\nbell \a\n", "fault.control", NULL, 6},
        {"---\nid: a\n?\nlocale: vi\n---\nText", "fault.unknown_key", "?", 1},
        {"No front matter\n", "fault.no_front_matter", NULL, 1},
        {"---\nid: a\nlocale: rad\ntitle: x\n---\n\nKlei\n\nhlăm ]ar\n", "fault.legacy_font",
         "body", 9},
        {"---\nid: a\nlocale: rad\n\ntitle: '[uôn sang'\n---\nx", "fault.legacy_font", "title", 5},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(read_file(ctx, rows[i].text, strlen(rows[i].text), &item, &fault),
                         SEN_INVALID);
        assert_string_equal(fault.key, rows[i].key);
        assert_int_equal(fault.line, rows[i].line);
        if (rows[i].field)
            assert_string_equal(fault.field, rows[i].field);
    }
    const char *good = "\xef\xbb\xbf---\r\nid: a\r\nlocale: vi\r\ntitle: x\r\nversion: 3\r\n"
                       "translation:\r\n  proofread: true\r\n---\r\n\r\nText\r\n";
    assert_int_equal(read_file(ctx, good, strlen(good), &item, &fault), SEN_OK);
    assert_string_equal(item.body, "Text\n");
    assert_int_equal(item.body_line, 10);
    assert_int_equal(json_integer_value(json_object_get(item.fields, "version")), 3);
    assert_true(
        json_is_true(json_object_get(json_object_get(item.fields, "translation"), "proofread")));

    const char *head = "---\nid: a\nlocale: vi\ntitle: x\n---\n";
    char *large = talloc_asprintf(ctx, "%s%s", head, repeat(ctx, "x", ITEM_FILE_BYTES));
    assert_int_equal(read_file(ctx, large, ITEM_FILE_BYTES, &item, &fault), SEN_INVALID);
    assert_string_equal(fault.key, "fault.too_many_bytes");
    assert_int_equal(read_file(ctx, large, ITEM_FILE_BYTES + 1, &item, &fault), SEN_INVALID);
    assert_string_equal(fault.key, "fault.file_too_large");
    talloc_free(ctx);
}

static void digest_of(const char *json, unsigned char ret[ITEM_DIGEST])
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    assert_int_equal(read_json(ctx, json, &item, &fault), SEN_OK);
    item_digest(&item, ret);
    talloc_free(ctx);
}

static void test_digest(void **state)
{
    // The same text, however much of the default is spelt out; another, whatever part changes.
    static const char *const same[] = {
        "{" MINIMUM ",\"kind\":\"feature\",\"sources\":[],\"version\":4}",
        "{" MINIMUM ",\"slug\":\"pho-ha-noi\",\"translation\":{\"method\":\"person\"}}",
        "{" MINIMUM ",\"translation\":{\"method\":\"person\",\"proofread\":false}}",
    };
    static const char *const other[] = {
        "{" MINIMUM ",\"slug\":\"pho\"}",
        "{" MINIMUM ",\"summary\":\"x\"}",
        "{" MINIMUM ",\"author\":\"x\"}",
        "{" MINIMUM ",\"licence\":\"x\"}",
        "{" MINIMUM ",\"sources\":[{\"title\":\"x\"}]}",
        "{" MINIMUM ",\"image\":{\"media\":\"x\",\"alt\":\"y\"}}",
        "{" MINIMUM ",\"translation\":{\"proofread\":true}}",
        "{" MINIMUM ",\"translation\":{\"method\":\"machine\"}}",
        "{\"id\":\"a\",\"locale\":\"vi\",\"title\":\"Phở Hà Nội\",\"body\":\"Text!\"}",
    };
    unsigned char plain[ITEM_DIGEST], given[ITEM_DIGEST];
    digest_of("{" MINIMUM "}", plain);
    for (size_t i = 0; i < COUNT(same); i++) {
        digest_of(same[i], given);
        assert_memory_equal(plain, given, ITEM_DIGEST);
    }
    for (size_t i = 0; i < COUNT(other); i++) {
        digest_of(other[i], given);
        assert_memory_not_equal(plain, given, ITEM_DIGEST);
    }
}

static void test_edition(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    static const char body[] =
        "<h2 id=\"a\">Chợ</h2>\n<p>Bún <em>b</em>ò &amp; <a href=\"x>y\">nem</a>"
        "<img src=\"z\" alt=\"w\"/>&lt;3</p>";
    assert_int_equal(read_json(ctx, "{" MINIMUM ",\"summary\":\"Ngon\"}", &item, &fault), SEN_OK);
    char *plain = edition_plain_text(ctx, body, strlen(body));
    assert_non_null(strstr(plain, "Bún bò & "));
    assert_non_null(strstr(plain, " <3"));
    assert_null(strstr(plain, "src"));
    assert_non_null(strstr(plain, "Chợ\n\n")); // what parts blocks, parts phrases
    assert_null(strstr(strstr(plain, "Bún"), "\n\n<3"));

    const struct edition_html html = {body, strlen(body), "[]", 5, 7};
    json_t *e = json_loads(edition_json(ctx, &item, &html), 0, NULL);
    for (const char *const *word =
             (const char *const[]){"'pho':", "'noi':", "'ngon':", "'bun':", "'=bún':", NULL};
         *word; word++)
        assert_non_null(strstr(field_text(e, "search"), *word));
    assert_non_null(strstr(field_text(e, "search_title"), "'noi':"));
    assert_null(strstr(field_text(e, "search_title"), "ngon"));
    assert_string_equal(field_text(e, "html"), body);
    assert_string_equal(field_text(e, "slug"), "pho-ha-noi");
    assert_int_equal(json_integer_value(json_object_get(e, "renderer")), 7);
    assert_int_equal(strlen(field_text(e, "digest")), ITEM_DIGEST * 2);
    json_decref(e);
    talloc_free(ctx);
}

// What is refused is said with its code point: nobody sees it.
static void test_characters(void **state)
{
    static const struct {
        const char *json, *key, *field, *detail;
    } rows[] = {
        {"\"title\":\"a\u202eb\"", "fault.bidi", "title", "U+202E"},
        {"\"title\":\"a\\u0007b\"", "fault.control", "title", "U+0007"},
        {"\"title\":\"Hu\u200bế\"", "fault.control", "title", "U+200B"},
        {"\"title\":\"x\",\"author\":\"A\u2060n\"", "fault.control", "author", "U+2060"},
        {"\"title\":\"x\",\"slug\":\"a\u200db\"", "fault.control", "slug", "U+200D"},
        {"\"title\":\"x\",\"slug\":\"pаypal\"", "fault.slug_mixed_scripts", "slug",
         "pаypal (U+0430)"},
        {"\"title\":\"x\",\"slug\":\"Huế\"", "fault.slug_upper_case", "slug", "Huế (U+0048)"},
        {"\"title\":\"x\",\"former_slugs\":[\"a_b\"]", "fault.slug", "former_slugs",
         "a_b (U+005F)"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct item item;
        struct fault fault;
        char *json = talloc_asprintf(ctx, "{\"id\":\"a\",\"locale\":\"vi\",\"body\":\"x\",%s}",
                                     rows[i].json);
        assert_int_equal(read_json(ctx, json, &item, &fault), SEN_INVALID);
        if (strcmp(fault.key, rows[i].key) != 0 || strcmp(fault.field, rows[i].field) != 0 ||
            strcmp(fault.detail, rows[i].detail) != 0)
            fail_msg("row %zu: %s %s \"%s\"", i, fault.key, fault.field, fault.detail);
    }
    struct item item;
    struct fault fault;
    const char *file = "---\nid: a\nlocale: vi\ntitle: x\n---\na\n\x1b[2J\n";
    assert_int_equal(read_file(ctx, file, strlen(file), &item, &fault), SEN_INVALID);
    assert_string_equal(fault.detail, "U+001B");
    assert_int_equal(fault.line, 7);
    talloc_free(ctx);
}

// A language is written in the registry's way, however it came.
static void test_tags(void **state)
{
    static const struct {
        const char *tag, *locale; // NULL: unknown
    } rows[] = {
        {"vi", "vi"},
        {"VI", "vi"},
        {"vie", "vi"},
        {"zh-tw", "zh-Hant"},
        {"in", "id"},
        {"pt-BR", "pt"},
        {"zh-Hans-TW", "zh-Hans"},
        {"mww", "hmn"},
        {"sr-Latn", NULL},
        {"en_GB", NULL},
        {"", NULL},
        {"de-1901-1901", NULL},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct item item;
        struct fault fault;
        char *json = talloc_asprintf(ctx,
                                     "{\"id\":\"a\",\"locale\":\"%s\",\"source_locale\":\"%s\","
                                     "\"title\":\"x\",\"body\":\"x\"}",
                                     rows[i].tag, rows[i].tag);
        char *file =
            talloc_asprintf(ctx, "---\nid: a\ntitle: x\nlocale: '%s'\n---\nx\n", rows[i].tag);
        int r = read_json(ctx, json, &item, &fault);
        assert_int_equal(r, rows[i].locale ? SEN_OK : SEN_INVALID);
        if (!r) {
            assert_string_equal(item.locale->tag, rows[i].locale);
            assert_string_equal(field_text(item.fields, "source_locale"), rows[i].locale);
        }
        r = item_from_front_matter(ctx, file, strlen(file), &item, &fault);
        assert_int_equal(r, rows[i].locale ? SEN_OK : SEN_INVALID);
        if (!r)
            assert_string_equal(item.locale->tag, rows[i].locale);
    }
    talloc_free(ctx);
}

// Every field that holds a text of the language, in both forms.
static void test_legacy_fonts(void **state)
{
    static const struct {
        const char *json, *field, *detail;
        unsigned line;
    } rows[] = {
        {"\"title\":\"Ƀuôn sang\",\"summary\":\"čar\",\"body\":\"Ñu hdĭp [hlăm](/x) ƀuôn.\"", NULL,
         NULL, 0},
        {"\"title\":\"{uôn sang\",\"body\":\"x\"", "title", "{uôn → Ƀuôn", 0},
        {"\"title\":\"x\",\"summary\":\"c\\\\ar\",\"body\":\"x\"", "summary", "c\\ar → čar", 0},
        {"\"title\":\"x\",\"image\":{\"media\":\"a\",\"alt\":\"`u hd^p\"},\"body\":\"x\"",
         "image.alt", "`u → ñu, hd^p → hdĭp", 0},
        {"\"title\":\"x\",\"body\":\"a\\nb\\nhlăm ]ar kdruê|\"", "body",
         "]ar → čar, kdruê| → kdruê\u0306", 3},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct item item;
        struct fault fault = {0};
        char *json =
            talloc_asprintf(ctx, "{\"id\":\"a\",\"locale\":\"%s\",%s}", "rad", rows[i].json);
        int r = read_json(ctx, json, &item, &fault);
        if ((r == SEN_OK) != (rows[i].field == NULL))
            fail_msg("row %zu: %d %s", i, r, r ? fault.detail : "");
        if (r) {
            assert_string_equal(fault.key, "fault.legacy_font");
            assert_string_equal(fault.field, rows[i].field);
            assert_string_equal(fault.detail, rows[i].detail);
            assert_int_equal(fault.line, rows[i].line);
        }
        json = talloc_asprintf(ctx, "{\"id\":\"a\",\"locale\":\"%s\",%s}", "vi", rows[i].json);
        assert_int_equal(read_json(ctx, json, &item, &fault), SEN_OK);
    }
    static const struct field table[] = {{"names", FIELD_NAMES, 100}, {0}};
    struct fault fault = {0};
    json_t *object = json_pack("{s:{s:s, s:s}}", "names", "vi", "[x", "jra", "[ơi");
    assert_int_equal(fields_read(ctx, table, object, false, &fault), SEN_INVALID);
    assert_string_equal(fault.field, "names.jra");
    assert_string_equal(fault.detail, "[ơi → ƀơi");
    json_decref(object);
    talloc_free(ctx);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *address;
        int outcome;
    } cases[] = {
        {"/en/articles/tea/", SEN_OK},   {"/", SEN_OK},
        {"https://example.vn/", SEN_OK}, {"//example.vn/", SEN_INVALID},
        {"en/articles/", SEN_INVALID},   {"javascript:alert(1)", SEN_INVALID},
        {"/a\\b", SEN_INVALID},          {"/a b", SEN_INVALID},
        {"/\"><script>", SEN_INVALID},
    };
    static const struct field table[] = {{"to", FIELD_ADDRESS, 2000}, {0}};
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fault fault = {0};
        json_t *object = json_pack("{s:s}", "to", cases[i].address);
        assert_int_equal(fields_read(ctx, table, object, false, &fault), cases[i].outcome);
        assert_string_equal(cases[i].outcome ? fault.key : "",
                            cases[i].outcome ? "fault.address" : "");
        json_decref(object);
    }
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minimum),   cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refused),   cmocka_unit_test(test_times),
        cmocka_unit_test(test_limits),    cmocka_unit_test(test_files),
        cmocka_unit_test(test_digest),    cmocka_unit_test(test_edition),
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_legacy_fonts),
        cmocka_unit_test(test_tags),      cmocka_unit_test(test_characters),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
