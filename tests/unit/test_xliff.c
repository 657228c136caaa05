// Texts out to translators as XLIFF 2.1 and back, as our own writer and as foreign tools write it.
#include "render/markdown.h"
#include "render/xliff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char schema[] = "../shared/suites/xliff-2.1/xliff_core_2.0.xsd";

static const struct markdown_media media[] = {{"drum", "/media/drum.png", 8, 6, NULL, NULL}};

static json_t *segments_of(TALLOC_CTX *ctx, const char *text)
{
    const struct markdown_options options = {
        .locale = locale_find("vi"), .media = media, .media_count = 1, .segments = true};
    struct rendered rendered;
    struct fault fault = {.key = NULL};
    assert_int_equal(markdown_render(ctx, &options, text, strlen(text), &rendered, &fault), 0);
    return json_loads(rendered.segments, 0, NULL);
}

static struct xliff_text text_of(const json_t *segments)
{
    return (struct xliff_text){
        .article = "pho",
        .source_locale = locale_find("vi"),
        .target_locale = locale_find("en"),
        .source = {"Phở & bún", "Một món nước", "Bát phở"},
        .segments = segments,
        .agency = "Sen <editors>",
        .revision = 7,
    };
}

static char *written(TALLOC_CTX *ctx, const struct xliff_text *text)
{
    char *xliff = NULL;
    size_t length;
    assert_int_equal(xliff_write(ctx, text, &xliff, &length), SEN_OK);
    assert_int_equal(strlen(xliff), length);
    return xliff;
}

static const char all_kinds[] =
    "# Đầu *đề*\n\nMột **đoạn [liên kết](https://a.b/?c=1&d=2 \"Tên\")** và `mã`\\\n"
    "dòng <https://x.y> ghi chú[^1] ![Trống](media:drum \"Chú thích\").\n\n"
    "> - mục\n>   hai\n\n[^1]: Chú.\n\n```csv Bảng\na,b\n1,2\n```\n\n[^1]\n";

// ---- writing -----------------------------------------------------------------------------------

static char *without_digests(char *xliff)
{
    char *out = xliff;
    for (const char *p = xliff; *p;) {
        bool digest = *p == '-' && strspn(p + 1, "0123456789abcdef") == SEGMENTS_HASH;
        *out++ = *p++;
        if (!digest)
            continue;
        *out++ = '#';
        p += SEGMENTS_HASH;
    }
    *out = '\0';
    return xliff;
}

static void test_written(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments =
        segments_of(ctx, "a *b* [c](/d \"e\")`f`\ng![h](media:drum)\n\n[^1]\n\n[^1]: i");
    struct xliff_text text = text_of(segments);
    text.source.summary = "";
    text.source.image_alt = NULL;
    text.target.title = "Pho";
    text.state = "reviewed";
    assert_string_equal(
        without_digests(written(ctx, &text)),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.1\" srcLang=\"vi\" "
        "trgLang=\"en\">"
        "<file id=\"text\" original=\"pho\" srcDir=\"ltr\" trgDir=\"ltr\" xml:space=\"preserve\">"
        "<notes><note category=\"agency\">Sen &lt;editors&gt;</note>"
        "<note category=\"source-revision\">7</note></notes>"
        "<unit id=\"title-#\"><segment state=\"reviewed\">"
        "<source>Phở &amp; bún</source><target>Pho</target></segment></unit>"
        "<unit id=\"u0-#\"><originalData><data id=\"s1\">*</data><data id=\"e1\">*</data>"
        "<data id=\"s2\">[</data><data id=\"e2\">](/d &quot;e&quot;)</data><data "
        "id=\"d3\">`f`</data>"
        "<data id=\"d4\">![](media:drum)</data></originalData><segment state=\"initial\"><source>a "
        "<pc id=\"1\" canCopy=\"no\" canDelete=\"no\" type=\"fmt\" subType=\"xlf:i\" "
        "dataRefStart=\"s1\" dataRefEnd=\"e1\">b</pc> <pc id=\"2\" canCopy=\"no\" "
        "canDelete=\"no\" type=\"link\" dataRefStart=\"s2\" dataRefEnd=\"e2\">c</pc>"
        "<ph id=\"3\" canCopy=\"no\" canDelete=\"no\" type=\"other\" equiv=\"f\" dataRef=\"d3\"/> g"
        "<ph id=\"4\" canCopy=\"no\" canDelete=\"no\" type=\"image\" dataRef=\"d4\" "
        "subFlows=\"u1-#\"/></source></segment></unit>"
        "<unit id=\"u1-#\"><segment state=\"initial\"><source>h</source></segment></unit>"
        "<unit id=\"u3-#\"><segment state=\"initial\"><source>i</source></segment></unit>"
        "</file></xliff>\n");
    json_decref(segments);
    talloc_free(ctx);
}

static void test_schema(void **state)
{
    if (access(schema, R_OK) != 0 || system("xmllint --version >/dev/null 2>&1") != 0)
        skip();
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments = segments_of(ctx, all_kinds);
    json_t *targets = segments_targets(ctx, segments, segments, segments);
    struct xliff_text text = text_of(segments);
    text.targets = targets;
    text.target = text.source;
    for (int with = 0; with < 2; with++) {
        char path[] = "/tmp/sen-xliff-XXXXXX";
        int fd = mkstemp(path);
        char *xliff = written(ctx, &text);
        assert_int_equal(write(fd, xliff, strlen(xliff)), strlen(xliff));
        close(fd);
        int status = system(
            talloc_asprintf(ctx, "xmllint --nonet --noout --schema %s %s 2>&1", schema, path));
        unlink(path);
        if (status)
            fail_msg("%s", xliff);
        text.targets = NULL;
        text.target = (struct xliff_words){NULL, NULL, NULL};
        text.agency = NULL;
        text.revision = 0;
        text.target_locale = locale_find("ar");
    }
    json_decref(segments);
    talloc_free(ctx);
}

// ---- reading -----------------------------------------------------------------------------------

#define CORE "urn:oasis:names:tc:xliff:document:2.0"
#define HEAD                                                                                       \
    "<xliff xmlns='" CORE "' version='2.0' srcLang='vi' trgLang='en'><file id='f' original='pho'>"
#define TAIL "</file></xliff>"

static char *tokens(TALLOC_CTX *ctx, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *owned = talloc_strdup(ctx, text ? text : "none");
    free(text);
    return owned;
}

static const struct {
    const char *units, *shown; // id: source -> target
} readings[] = {
    {"<unit id='u1'><segment><source>a</source></segment></unit>", "u1:[\"a\"]->none;"},
    {"<unit id='u1'><segment><source>a</source><target>b</target></segment></unit>",
     "u1:[\"a\"]->[\"b\"];"},
    {"<group id='g'><group id='h'><unit id='u1'><notes><note>n</note></notes><originalData>"
     "<data id='d'>x</data></originalData><segment><source>a &amp; <![CDATA[<b>]]>\n c</source>"
     "</segment></unit></group></group>",
     "u1:[\"a & <b>  c\"]->none;"},
    // codes of every kind
    {"<unit id='u1'><segment><source>a<pc id='1'>b<ph id='2'/></pc><sc id='3'/>c<ec startRef='3'/>"
     "<sc id='4' isolated='yes'/><ec id='4' isolated='yes'/><mrk id='m' type='term'>d</mrk>"
     "<sm id='n'/>e<em startRef='n'/><cp hex='0001'/><ph id='x'/><x>not ours</x></source></segment>"
     "</unit>",
     "u1:[\"a\",{\"open\":1},\"b\",{\"alone\":2},{\"close\":1},{\"open\":3},\"c\",{\"close\":3},"
     "{\"open\":4},{\"close\":4},\"de\xef\xbf\xbd\",{\"alone\":0}]->none;"},
    // split, with blanks between, in another order
    {"<unit id='u1'><segment><source>a.</source><target order='3'>A.</target></segment><ignorable>"
     "<source> </source></ignorable><segment><source>b.</source><target order='1'>B.</target>"
     "</segment></unit>",
     "u1:[\"a.\",\" \",\"b.\"]->[\"B.\",\" \",\"A.\"];"},
    {"<unit id='u1'><segment><source>a</source><target>A</target></segment><segment><source>b"
     "</source></segment></unit>",
     "u1:[\"a\",\"b\"]->none;"},
    // what others put in
    {"<x:any xmlns:x='urn:x'><source>no</source></x:any><unit id='u1' x:y='z' xmlns:x='urn:x'>"
     "<mtc:matches xmlns:mtc='urn:oasis:names:tc:xliff:matches:2.0'><mtc:match ref='#1'>"
     "<source>no</source><target>no</target></mtc:match></mtc:matches><segment state='translated'>"
     "<source xml:lang='vi'>a</source><target xml:lang='en'>b</target></segment></unit>",
     "u1:[\"a\"]->[\"b\"];"},
};

static void test_read(void **state)
{
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        char *xliff = talloc_asprintf(ctx, HEAD "%s" TAIL, readings[i].units);
        struct xliff_file file;
        struct fault fault = {.key = NULL};
        int r = xliff_read(ctx, xliff, strlen(xliff), &file, &fault);
        if (r)
            fail_msg("%s: %s %u", xliff, fault.key, fault.line);
        assert_string_equal(file.article, "pho");
        assert_string_equal(file.source_locale, "vi");
        assert_string_equal(file.target_locale, "en");
        char *shown = talloc_strdup(ctx, "");
        for (size_t j = 0; j < file.count; j++)
            shown = talloc_asprintf_append(shown, "%s:%s->%s;", file.units[j].id,
                                           tokens(ctx, file.units[j].source),
                                           tokens(ctx, file.units[j].target));
        assert_string_equal(shown, readings[i].shown);
        talloc_free(ctx);
    }
}

static const struct {
    const char *xliff;
    int outcome;
    const char *key;
    unsigned line;
} refusals[] = {
    {"", SEN_INVALID, "xml.malformed", 1},
    {"no xml", SEN_INVALID, "xml.malformed", 1},
    {HEAD "\n<b>\n</a>", SEN_INVALID, "xml.malformed", 3},
    {HEAD, SEN_INVALID, "xml.malformed", 1},
    {"<!DOCTYPE xliff SYSTEM 'x.dtd'><xliff>&a;</xliff>", SEN_INVALID, "xliff.format", 1},
    {"<!DOCTYPE xliff SYSTEM 'x.dtd'><xliff xmlns='" CORE "' version='2.1'>&a;</xliff>",
     SEN_INVALID, "xml.entity", 1},
    {"<!DOCTYPE xliff [<!ENTITY a 'b'>]><xliff>&a;</xliff>", SEN_INVALID, "xml.doctype", 1},
    {"<xliff>&nbsp;</xliff>", SEN_INVALID, "xliff.format", 1},
    {"<xliff xmlns='" CORE "' version='2.1'>&nbsp;</xliff>", SEN_INVALID, "xml.malformed", 1},
    {"<xliff xmlns='urn:oasis:names:tc:xliff:document:1.2' version='1.2'/>", SEN_INVALID,
     "xliff.format", 1},
    {"<xliff version='2.0'/>", SEN_INVALID, "xliff.format", 1},
    {"<html/>", SEN_INVALID, "xliff.format", 1},
    {HEAD "</file><file id='g' original='other'/></xliff>", SEN_INVALID, "xliff.files", 1},
    {"<xliff xmlns='" CORE "' version='2.1'>\xff</xliff>", SEN_INVALID, "xml.malformed", 1},
};

static void test_refused(void **state)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct xliff_file file;
        struct fault fault = {.key = NULL};
        TALLOC_CTX *ctx = talloc_new(NULL);
        assert_int_equal(
            xliff_read(ctx, refusals[i].xliff, strlen(refusals[i].xliff), &file, &fault),
            refusals[i].outcome);
        assert_string_equal(fault.key, refusals[i].key);
        assert_string_equal(fault.field, "body");
        assert_int_equal(fault.line, refusals[i].line);
        talloc_free(ctx);
    }
}

static char *repeated(TALLOC_CTX *ctx, const char *before, const char *text, size_t count,
                      const char *after)
{
    size_t length = strlen(text), start = strlen(before);
    char *all = talloc_size(ctx, start + count * length + strlen(after) + 1);
    memcpy(all, before, start);
    for (size_t i = 0; i < count; i++)
        memcpy(all + start + i * length, text, length);
    strcpy(all + start + count * length, after);
    return all;
}

// The outcome, or the key of the fault.
static const char *reading(const char *xliff, size_t length)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct xliff_file file;
    struct fault fault = {.key = NULL};
    int r = xliff_read(ctx, xliff, length, &file, &fault);
    talloc_free(ctx);
    return r ? fault.key : "fine";
}

static void test_limits(void **state)
{
    static const char unit[] = "<unit id='u'/>", group[] = "<group id='g'>";
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *xliff;
    for (size_t over = 0; over < 2; over++) {
        xliff = repeated(ctx, HEAD, unit, XLIFF_UNITS_MAX + over, TAIL);
        assert_string_equal(reading(xliff, strlen(xliff)), over ? "xliff.too_many" : "fine");
        xliff = repeated(ctx, HEAD "<unit id='u'><segment><source>", "<ph id='1'/>",
                         XLIFF_CODES_MAX + over, "</source></segment></unit>" TAIL);
        assert_string_equal(reading(xliff, strlen(xliff)), over ? "xliff.too_many" : "fine");
        // Two elements stand around the groups, which are never closed.
        xliff = repeated(ctx, HEAD, group, 98 + over, "");
        assert_string_equal(reading(xliff, strlen(xliff)), over ? "xml.too_deep" : "xml.malformed");
        xliff = repeated(ctx, HEAD TAIL, " ", XLIFF_BYTES_MAX - sizeof(HEAD TAIL) + 1 + over, "");
        assert_string_equal(reading(xliff, strlen(xliff)), over ? "xliff.too_large" : "fine");
    }
    talloc_free(ctx);
}

// ---- there and back ----------------------------------------------------------------------------

static struct xliff_file read_back(TALLOC_CTX *ctx, const char *xliff)
{
    struct xliff_file file;
    struct fault fault = {.key = NULL};
    if (xliff_read(ctx, xliff, strlen(xliff), &file, &fault))
        fail_msg("%s: %s", xliff, fault.key);
    return file;
}

static void test_round(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments = segments_of(ctx, all_kinds);
    json_t *targets = segments_targets(ctx, segments, segments, segments);
    struct xliff_text text = text_of(segments);
    text.targets = targets;
    text.target = (struct xliff_words){"Pho", "A soup", "A bowl"};
    struct xliff_file file = read_back(ctx, written(ctx, &text));
    struct xliff_taken taken;
    struct fault fault = {.key = NULL};
    text.targets = NULL;
    text.target = (struct xliff_words){NULL, NULL, NULL};
    assert_int_equal(xliff_take(ctx, &file, &text, &taken, &fault), SEN_OK);
    assert_int_equal(taken.refused, 0);
    assert_int_equal(taken.taken, file.count);
    assert_string_equal(taken.words.title, "Pho");
    assert_string_equal(taken.words.summary, "A soup");
    assert_string_equal(taken.words.image_alt, "A bowl");
    // The only break of a line in the source is a space now; the unit of a note alone stays.
    json_t *again = segments_of(ctx, segments_join(ctx, segments, taken.targets));
    json_t *units = json_object_get(segments, "units"), *now = json_object_get(again, "units");
    assert_int_equal(json_array_size(units), json_array_size(now));
    for (size_t i = 0; i < json_array_size(units); i++) {
        json_t *was = json_array_get(units, i), *is = json_array_get(now, i);
        assert_true(json_equal(json_object_get(was, "text"), json_object_get(is, "text")));
        char a[SEGMENTS_HASH + 1], b[SEGMENTS_HASH + 1];
        segments_hash(json_object_get(was, "tokens"), a);
        segments_hash(json_object_get(is, "tokens"), b);
        assert_string_equal(a, b);
    }
    json_decref(again);
    json_decref(segments);
    talloc_free(ctx);
}

// Each unit of a document that was made from one text and comes back to another: its id, and why it
// was refused.
static char *taken(TALLOC_CTX *ctx, const char *from, const char *to, const char *search,
                   const char *replace, char **ret_joined)
{
    json_t *before = segments_of(ctx, from), *after = segments_of(ctx, to);
    struct xliff_text text = text_of(before);
    text.targets = segments_targets(ctx, before, before, before);
    text.target = text.source;
    char *xliff = written(ctx, &text), *at = search ? strstr(xliff, search) : NULL;
    if (search && !at)
        fail_msg("%s is not in %s", search, xliff);
    while (at) {
        xliff = talloc_asprintf(ctx, "%.*s%s%s", (int)(at - xliff), xliff, replace,
                                at + strlen(search));
        at = strlen(replace) ? NULL : strstr(xliff, search);
    }
    struct xliff_file file = read_back(ctx, xliff);
    struct xliff_taken result;
    struct fault fault = {.key = NULL};
    text.segments = after;
    text.source.title = "Phở & bún";
    char *shown = talloc_strdup(ctx, "");
    if (xliff_take(ctx, &file, &text, &result, &fault)) {
        shown = talloc_asprintf(ctx, "%s %s", fault.key, fault.detail);
    } else {
        for (size_t i = 0; i < file.count; i++)
            if (file.units[i].refused)
                shown = talloc_asprintf_append(shown, "%s:%s;", file.units[i].id,
                                               file.units[i].refused);
        *ret_joined = segments_join(ctx, after, result.targets);
    }
    json_decref(before);
    json_decref(after);
    return shown;
}

static const struct {
    const char *from, *to, *search, *replace, *refused, *joined;
} changes[] = {
    {"a\n\nb", "a\n\nb", NULL, NULL, "", "a\n\nb"},
    {"a\n\nb", "a\n\nb", "<target>b", "<target>B", "", "a\n\nB"},
    {"a\n\nb", "a\n\nc", NULL, NULL, "u1:xliff.source_changed;", "a\n\nc"},
    {"a\n\nb", "x\n\na\n\ny\n\nb", "<target>b", "<target>B", "", "x\n\na\n\ny\n\nB"},
    {"a\n\nb", "b", "<target>b", "<target>B", "u0:xliff.source_changed;", "B"},
    {"a\n\nb", "a", NULL, NULL, "u1:xliff.unknown_unit;", "a"},
    {"a\n\na", "a", NULL, NULL, "u1:xliff.unknown_unit;", "a"},
    {"a\n\na", "a\n\na", "<target>a", "<target>A", "", "A\n\na"},
    {"a", "a", "id=\"u0-", "id=\"u9-", "", "a"},
    {"a", "a", "id=\"u0-", "id=\"v0-", "v0-x:", NULL},
    {"a", "a", "<target>a</target>", "", "u0:xliff.no_target;", "a"},
    {"a", "a", "<target>a</target>", "<target/>", "u0:xliff.no_target;", "a"},
    {"a", "a", "<target>a</target>", "<target> \n</target>", "u0:segment.no_target;", "a"},
    {"a", "a", "<target>a</target>", "<target>*x*\n# y</target>", "", "\\*x\\* # y"},
    {"a", "a", "<target>Phở &amp; bún", "<target>", "title:xliff.no_target;", "a"},
    {"a", "a", "<target>Một", "<target>Một\n*", "", "a"},
    {"*a*", "*a*", "e1\">a</pc></target>", "e1\">b</pc>c</target>", "", "*b*c"},
    {"*a*", "*a*", "e1\">a</pc></target>", "e1\">b</pc><ph id=\"1\"/></target>",
     "u0:segment.code_unknown;", "*a*"},
    {"a `b`", "a `b`", "dataRef=\"d1\"/></target>", "dataRef=\"d1\"/><ph id=\"1\"/></target>",
     "u0:segment.code_twice;", "a `b`"},
    {"a", "a", "original=\"pho\"", "original=\"bun\"", "xliff.other_article bun", NULL},
    {"a", "a", "trgLang=\"en\"", "trgLang=\"fr\"", "xliff.other_language fr", NULL},
    {"a", "a", "srcLang=\"vi\"", "srcLang=\"fr\"", "xliff.other_language fr", NULL},
    {"a", "a", "trgLang=\"en\"", "", "xliff.other_language ", NULL},
    {"a", "a", "trgLang=\"en\"", "trgLang=\"EN-gb\"", "", "a"},
    {"a", "a", "trgLang=\"en\"", "trgLang=\"ger\"", "xliff.other_language ger", NULL},
};

static void test_take(void **state)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        char *joined = NULL;
        char *refused = taken(ctx, changes[i].from, changes[i].to, changes[i].search,
                              changes[i].replace, &joined);
        if (strcmp(changes[i].refused, "v0-x:") == 0)
            assert_string_equal(refused, "v0:xliff.unknown_unit;");
        else
            assert_string_equal(refused, changes[i].refused);
        if (changes[i].joined)
            assert_string_equal(joined, changes[i].joined);
        talloc_free(ctx);
    }
}

// A unit that comes twice, and one without a digest in its id.
static void test_ids(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *segments = segments_of(ctx, "a *b*");
    struct xliff_text text = text_of(segments);
    struct xliff_file file = read_back(
        ctx, HEAD "<unit id='u0'><segment><source>a <pc id='1'>b</pc></source><target>A <pc "
                  "id='1'>B</pc></target></segment></unit>"
                  "<unit id='u0'><segment><source>a <pc id='1'>b</pc></source><target>A <pc "
                  "id='1'>B</pc></target></segment></unit>"
                  "<unit id='u0'><segment><source>b <pc id='1'>b</pc></source><target>A <pc "
                  "id='1'>B</pc></target></segment></unit>"
                  "<unit id='title'><segment><source>Phở  &amp;\nbún</source><target>Pho</target>"
                  "</segment></unit>"
                  "<unit id='title'><segment><source>Phở &amp; bún</source><target>Pho</target>"
                  "</segment></unit>" TAIL);
    struct xliff_taken result;
    struct fault fault;
    assert_int_equal(xliff_take(ctx, &file, &text, &result, &fault), SEN_OK);
    assert_null(file.units[0].refused);
    assert_string_equal(file.units[1].refused, "xliff.unit_twice");
    assert_string_equal(file.units[2].refused, "xliff.source_changed");
    assert_null(file.units[3].refused);
    assert_string_equal(file.units[4].refused, "xliff.unit_twice");
    assert_int_equal(result.taken, 2);
    assert_int_equal(result.refused, 3);
    assert_string_equal(segments_join(ctx, segments, result.targets), "A *B*");
    json_decref(segments);
    talloc_free(ctx);
}

// ---- what an older translation still serves for ------------------------------------------------

static const struct {
    const char *now, *before, *translation, *joined;
} older[] = {
    {"a\n\nb *c*", "a\n\nb *c*", "A\n\nB *C*", "A\n\nB *C*"},
    {"x\n\na\n\nb2", "a\n\nb", "A\n\nB", "x\n\nA\n\nb2"},
    {"a\n\na", "a\n\na", "A\n\nB", "A\n\nB"},
    {"a", "a\n\nb", "A", "a"},
    {"# a", "# a", "A", "# a"},
    {"a *b* `c`", "a *b* `c`", "`c` A *B*", "`c` A *B*"},
    {"a `b` `c`", "a `b` `c`", "`c` `b` A", "`c` `b` A"},
    {"a [b](/c)", "a [b](/c)", "[B](/C) A", "[B](/c) A"},
    {"a *b*", "a *b*", "A", "a *b*"},
    {"a *b*", "a *b*", "A **B**", "a *b*"},
    {"a *b*", "a *b*", "A *B* *C*", "a *b*"},
    {"a", "a", "A *B*", "a"},
};

static void test_targets(void **state)
{
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        json_t *now = segments_of(ctx, older[i].now), *before = segments_of(ctx, older[i].before);
        json_t *translation = segments_of(ctx, older[i].translation);
        json_t *targets = segments_targets(ctx, now, before, translation);
        assert_string_equal(segments_join(ctx, now, targets), older[i].joined);
        json_decref(now);
        json_decref(before);
        json_decref(translation);
        talloc_free(ctx);
    }
}

static int setup(void **state)
{
    return locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written), cmocka_unit_test(test_schema),
        cmocka_unit_test(test_read),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_round),
        cmocka_unit_test(test_take),    cmocka_unit_test(test_ids),
        cmocka_unit_test(test_targets),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
