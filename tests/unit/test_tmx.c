// Translation memories out and in.
#include "render/tmx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct document {
    char *text;
    size_t pieces;
    int outcome; // of the sink
};

static int take_piece(void *data, const char *bytes, size_t length)
{
    struct document *document = data;
    document->pieces++;
    document->text = talloc_strndup_append(document->text, bytes, length);
    return document->outcome;
}

static int show_pair(void *data, const struct tmx_pair *pair)
{
    char **shown = data;
    *shown =
        talloc_asprintf_append(*shown, "%s>%s:%s>%s@%lld%s%s;", pair->source_locale->tag,
                               pair->locale->tag, pair->source, pair->target, (long long)pair->at,
                               pair->article ? "#" : "", pair->article ? pair->article : "");
    return SEN_OK;
}

// The pairs, or the key of the fault; in pieces of step bytes.
static char *shown(TALLOC_CTX *ctx, const char *tmx, size_t step, size_t *ret_skipped)
{
    char *out = talloc_strdup(ctx, "");
    size_t length = strlen(tmx);
    struct tmx_reader *reader = tmx_reader_new(ctx, show_pair, &out);
    struct fault fault = {.key = NULL};
    for (size_t at = 0;; at += step) {
        bool last = at + step >= length;
        int r = tmx_reader_feed(reader, tmx + at, last ? length - at : step, last, &fault);
        *ret_skipped = tmx_reader_skipped(reader);
        if (r)
            return talloc_asprintf(ctx, "%s %u", fault.key, fault.line);
        if (last)
            return out;
    }
}

static void test_written(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct document document = {.text = talloc_strdup(ctx, "")};
    struct tmx_writer *writer = tmx_writer_new(ctx, locale_find("vi"), take_piece, &document);
    const struct tmx_pair pairs[] = {
        {locale_find("vi"), locale_find("en"), "Phở & <bún>", "Pho", 1795324320, "pho"},
        {locale_find("vi"), locale_find("zh-Hans"), "Một", "一", 0, NULL},
    };
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(tmx_writer_add(writer, &pairs[i]), SEN_OK);
    assert_int_equal(tmx_writer_finish(writer), SEN_OK);
    assert_string_equal(
        document.text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tmx version=\"1.4\"><header "
        "creationtool=\"sen\" creationtoolversion=\"" SEN_VERSION "\" segtype=\"block\" "
        "o-tmf=\"sen\" adminlang=\"en\" srclang=\"vi\" datatype=\"plaintext\"/><body>"
        "<tu creationdate=\"20261122T051200Z\" srclang=\"vi\"><prop type=\"x-article\">pho</prop>"
        "<tuv xml:lang=\"vi\"><seg>Phở &amp; &lt;bún&gt;</seg></tuv>"
        "<tuv xml:lang=\"en\"><seg>Pho</seg></tuv></tu>"
        "<tu srclang=\"vi\"><tuv xml:lang=\"vi\"><seg>Một</seg></tuv>"
        "<tuv xml:lang=\"zh-Hans\"><seg>一</seg></tuv></tu></body></tmx>\n");
    size_t skipped;
    for (size_t step = 1; step < 100; step += 7)
        assert_string_equal(shown(ctx, document.text, step, &skipped),
                            "vi>en:Phở & <bún>>Pho@1795324320#pho;vi>zh-Hans:Một>一@0;");
    assert_int_equal(skipped, 0);
    talloc_free(ctx);
}

static void test_pieces(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct document document = {.text = talloc_strdup(ctx, "")};
    struct tmx_writer *writer = tmx_writer_new(ctx, NULL, take_piece, &document);
    const struct tmx_pair pair = {locale_find("vi"), locale_find("en"), "a", "b", 0, NULL};
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(tmx_writer_add(writer, &pair), SEN_OK);
    assert_in_range(document.pieces, 2, 10);
    assert_int_equal(tmx_writer_finish(writer), SEN_OK);
    size_t skipped;
    assert_int_equal(strlen(shown(ctx, document.text, 4096, &skipped)),
                     1000 * strlen("vi>en:a>b@0;"));
    document.outcome = SEN_GONE;
    writer = tmx_writer_new(ctx, NULL, take_piece, &document);
    int r = SEN_OK;
    for (size_t i = 0; i < 1000 && !r; i++)
        r = tmx_writer_add(writer, &pair);
    assert_int_equal(r, SEN_GONE);
    talloc_free(ctx);
}

#define HEAD       "<tmx version='1.4'><header srclang='vi'/><body>"
#define TAIL       "</body></tmx>"
#define VI(text)   "<tuv xml:lang='vi'><seg>" text "</seg></tuv>"
#define EN(text)   "<tuv xml:lang='en'><seg>" text "</seg></tuv>"
#define FR(text)   "<tuv xml:lang='fr'><seg>" text "</seg></tuv>"
#define UNIT(text) HEAD "<tu>" text "</tu>" TAIL

static const struct {
    const char *tmx, *shown;
    size_t skipped;
} readings[] = {
    {HEAD TAIL, "", 0},
    {UNIT(""), "", 0},
    {UNIT(VI("a") EN("b")), "vi>en:a>b@0;", 0},
    {UNIT(EN("b") VI("a") FR("c")), "vi>en:a>b@0;vi>fr:a>c@0;", 0},
    {UNIT(VI(" a\n\tb  c ") EN("<![CDATA[<d>]]> &amp; e")), "vi>en:a b c><d> & e@0;", 0},
    {UNIT(VI("a <bpt i='1'>&lt;b></bpt>b<ept i='1'>&lt;/b></ept><ph>x<sub>y</sub></ph>"
             "<hi>c <hi>d</hi></hi><it pos='begin'>z</it>") EN("e")),
     "vi>en:a bc d>e@0;", 0},
    {UNIT(VI("a") "<tuv xml:lang='EN-us'><seg>b</seg></tuv>"), "vi>en:a>b@0;", 0},
    {UNIT(VI("a") "<tuv lang='zh-TW'><seg>b</seg></tuv>"), "vi>zh-Hant:a>b@0;", 0},
    {UNIT(VI("a") "<tuv xml:lang='tlh'><seg>b</seg></tuv>"), "", 1},
    {UNIT(VI("a") "<tuv><seg>b</seg></tuv>" EN("")), "", 2},
    {UNIT(EN("a") FR("b")), "", 2},
    {UNIT(VI("a") "<tuv xml:lang='rad'><seg>\xc6\x80uôn</seg></tuv>"), "vi>rad:a>ƀuôn@0;", 0},
    {UNIT(VI("a") "<tuv xml:lang='rad'><seg>[uôn</seg></tuv>"), "", 1}, // of an old font
    {UNIT(VI("a") VI("b")), "", 1},
    {UNIT(VI("a\xe2\x80\xae") EN("b")), "", 2},
    {UNIT(VI("e\xcc\x81") EN("b")), "vi>en:\xc3\xa9>b@0;", 0},
    {"<tmx version='1.4'><header srclang='*all*'/><body><tu>" FR("a") EN("b") "</tu>" TAIL,
     "fr>en:a>b@0;", 0},
    {HEAD "<tu srclang='en' changedate='20261122T051200Z' creationdate='20250101T000000Z'>"
          "<note>n</note><prop type='x-article'> pho </prop><prop type='y'>z</prop>" VI("a")
              EN("b") "</tu><tu creationdate='2026'>" VI("c") EN("d") "</tu>" TAIL,
     "en>vi:b>a@1795324320#pho;vi>en:c>d@0;", 0},
    {"<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">" UNIT(VI("a") EN("b")), "vi>en:a>b@0;", 0},
    {"<!DOCTYPE tmx [<!ENTITY a 'b'>]>" HEAD TAIL, "xml.doctype 1", 0},
    {UNIT(VI("&nbsp;") EN("b")), "xml.malformed 1", 0},
    {"<tmx/>", "tmx.format 1", 0},
    {"<tmx version='2.0'/>", "tmx.format 1", 0},
    {"\n<html version='1.4'/>", "tmx.format 2", 0},
    {HEAD, "xml.malformed 1", 0},
    {"", "xml.malformed 1", 0},
};

static void test_read(void **state)
{
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        size_t skipped;
        assert_string_equal(shown(ctx, readings[i].tmx, 1000, &skipped), readings[i].shown);
        assert_int_equal(skipped, readings[i].skipped);
        assert_string_equal(shown(ctx, readings[i].tmx, 1, &skipped), readings[i].shown);
        talloc_free(ctx);
    }
}

static int stop(void *data, const struct tmx_pair *pair)
{
    return SEN_GONE;
}

static void test_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char long_text[TMX_TEXT_BYTES + 2];
    memset(long_text, 'x', sizeof long_text);
    for (int over = 0; over < 2; over++) {
        size_t skipped;
        char *tmx =
            talloc_asprintf(ctx, UNIT(VI("%.*s") EN("b")), TMX_TEXT_BYTES + over, long_text);
        char *out = shown(ctx, tmx, 1000, &skipped);
        assert_int_equal(strlen(out), over ? 0 : TMX_TEXT_BYTES + strlen("vi>en:>b@0;"));
        assert_int_equal(skipped, over ? 2 : 0);

        tmx = talloc_strdup(ctx, HEAD "<tu>" VI("a"));
        for (int i = 1; i < TMX_SIDES + over; i++)
            tmx = talloc_strdup_append(tmx, EN("b"));
        tmx = talloc_strdup_append(tmx, "</tu>" TAIL);
        out = shown(ctx, tmx, 1000, &skipped);
        assert_int_equal(strlen(out), (TMX_SIDES - 1) * strlen("vi>en:a>b@0;"));
        assert_int_equal(skipped, over);
    }
    struct fault fault = {.key = NULL};
    static const char unit[] = UNIT(VI("a") EN("b"));
    struct tmx_reader *reader = tmx_reader_new(ctx, stop, NULL);
    assert_int_equal(tmx_reader_feed(reader, unit, strlen(unit), true, &fault), SEN_GONE);
    assert_null(fault.key);
    talloc_free(ctx);
}

static int setup(void **state)
{
    return locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
