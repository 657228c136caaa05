// What feeds are made of: times, licences, addresses, rows of the database, the XML writer.
#include "content/db_internal.h"
#include "render/feed_internal.h"
#include "render/xml.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_times(void **state)
{
    static const struct {
        int64_t seconds;
        const char *rfc3339, *rfc822;
    } times[] = {
        {0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
        {-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
        {1772236799, "2026-02-27T23:59:59Z", "Fri, 27 Feb 2026 23:59:59 GMT"},
        {1709164800, "2024-02-29T00:00:00Z", "Thu, 29 Feb 2024 00:00:00 GMT"},
        {1774051200, "2026-03-21T00:00:00Z", "Sat, 21 Mar 2026 00:00:00 GMT"},
        {1776556800, "2026-04-19T00:00:00Z", "Sun, 19 Apr 2026 00:00:00 GMT"},
        {1779148800, "2026-05-19T00:00:00Z", "Tue, 19 May 2026 00:00:00 GMT"},
        {1780272000, "2026-06-01T00:00:00Z", "Mon, 01 Jun 2026 00:00:00 GMT"},
        {1782864000, "2026-07-01T00:00:00Z", "Wed, 01 Jul 2026 00:00:00 GMT"},
        {1785542400, "2026-08-01T00:00:00Z", "Sat, 01 Aug 2026 00:00:00 GMT"},
        {1788307200, "2026-09-02T00:00:00Z", "Wed, 02 Sep 2026 00:00:00 GMT"},
        {1790812800, "2026-10-01T00:00:00Z", "Thu, 01 Oct 2026 00:00:00 GMT"},
        {-62135596800, "0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT"},
        {253402300799, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
    };
    // What the process's own locale and time zone are changes nothing.
    static const char *const locales[] = {"C", "vi_VN.UTF-8", "ar_SA.UTF-8", "ja_JP.UTF-8"};
    setenv("TZ", "Asia/Ho_Chi_Minh", 1);
    for (size_t l = 0; l < COUNT(locales); l++) {
        setlocale(LC_ALL, locales[l]);
        for (size_t i = 0; i < COUNT(times); i++) {
            char out[FEED_TIME_BYTES];
            assert_string_equal(feed_rfc3339(out, times[i].seconds), times[i].rfc3339);
            assert_string_equal(feed_rfc822(out, times[i].seconds), times[i].rfc822);
        }
    }
    setlocale(LC_ALL, "C");
}

static void test_licences(void **state)
{
    static const struct {
        const char *licence, *url;
    } licences[] = {
        {"CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"},
        {"CC-BY-SA-3.0", "https://creativecommons.org/licenses/by-sa/3.0/"},
        {"CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"},
        {"CC-BY-4.0-VN", NULL},
        {"CC-4.0", NULL},
        {"CC-BY-", NULL},
        {"MIT", NULL},
        {"All rights reserved", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(licences); i++) {
        char *url = feed_licence_url(NULL, licences[i].licence);
        if (licences[i].url)
            assert_string_equal(url, licences[i].url);
        else
            assert_null(url);
        talloc_free(url);
    }
}

static void test_absolute_html(void **state)
{
    static const struct {
        const char *html, *expected;
    } cases[] = {
        {"", ""},
        {"<p>href=\"/x\"</p>", "<p>href=\"/x\"</p>"},
        {"<a href=\"/vi/\">x</a>", "<a href=\"https://o.vn/vi/\">x</a>"},
        {"<a href=\"#h\">x</a>", "<a href=\"https://o.vn/p/#h\">x</a>"},
        {"<a href=\"b?c\">x</a>", "<a href=\"https://o.vn/p/b?c\">x</a>"},
        {"<a href=\"\">x</a>", "<a href=\"https://o.vn/p/\">x</a>"},
        {"<a href=\"https://e.org/\">x</a>", "<a href=\"https://e.org/\">x</a>"},
        {"<a href=\"mailto:a@b\">x</a>", "<a href=\"mailto:a@b\">x</a>"},
        {"<a href=\"//e.org/\">x</a>", "<a href=\"https://e.org/\">x</a>"},
        {"<a href=\"a/b:c\">x</a>", "<a href=\"https://o.vn/p/a/b:c\">x</a>"},
        {"<a class=\"k\" href='/v'  rel=x>", "<a class=\"k\" href='https://o.vn/v'  rel=x>"},
        {"<a href=/v>x</a>", "<a href=https://o.vn/v>x</a>"},
        {"<A HREF = \"/v\">", "<A HREF = \"https://o.vn/v\">"},
        {"<img src=\"/m/a.png\" srcset=\"/m/b.png 2x\" sizes=\"1px\" alt=\"src='/x' >\" />",
         "<img src=\"https://o.vn/m/a.png\" alt=\"src='/x' >\" />"},
        {"<img srcset=\"/b 2x\"src=\"/a\">", "<imgsrc=\"https://o.vn/a\">"},
        {"<p data-href=\"/x\" hidden>1 < 2 <", "<p data-href=\"/x\" hidden>1 < 2 <"},
        {"<a href=\"/x", "<a href=\"https://o.vn/x"},
        {"<a href=", "<a href=https://o.vn/p/"},
        {"<a href", "<a href"},
        {"<a ", "<a "},
        {"<blockquote cite=\"/q\"><video poster=\"/p.png\">",
         "<blockquote cite=\"https://o.vn/q\"><video poster=\"https://o.vn/p.png\">"},
        {"</a><!-- <a href=\"/x\"> -->", "</a><!-- <a href=\"https://o.vn/x\"> -->"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *html = feed_absolute_html(NULL, cases[i].html, "https://o.vn", "https://o.vn/p/");
        assert_string_equal(html, cases[i].expected);
        talloc_free(html);
    }
}

// Rows as the statement gives them.
// clang-format off: a table that reads by rows
static const char *const columns[] = {
    "article",           "state",        "slug",          "title",
    "summary",           "html",         "author",        "agency",
    "licence",           "method",       "proofread",     "source_locale",
    "translation_state", "version",      "notice",        "published_us",
    "updated_us",        "modified_us",  "topic",         "topic_name",
    "provinces",         "translations", "image_file",    "image_type",
    "image_bytes",       "image_credit", "image_licence", "image_alt",
    "corrections",       "withdrawn_to"};

static const char *const rows[][COUNT(columns)] = {
    {"lụa 1",
     "live",
     "lụa",
     "Lụa",
     "Tóm tắt",
     "<a href=\"/vi/\">x</a>",
     "A",
     "Sen",
     "CC-BY-4.0",
     "machine",
     "t",
     "en",
     "behind-major",
     "3",
     NULL,
     "1793584800000000",
     "1793671200999999",
     "1793757600999999",
     "crafts",
     "Nghề",
     "[{\"id\": \"ha-noi\", \"name\": \"Hà Nội\"}]",
     "[{\"locale\": \"en\", \"slug\": \"silk\"}, {\"locale\": \"ja\", \"slug\": \"絹\"}]",
     "a b.png",
     "image/png",
     "7",
     "Sen",
     "CC-BY-4.0",
     "Ảnh",
     "[{\"at\": 1793671200, \"reason\": \"figure\", \"note\": \"Không phải <3>.\"}]"},
    {"two", "live", "two", "Two", "", "<p>x</p>", NULL, NULL, NULL, "person", "f", "vi", "original",
     "1", NULL, "1793584800000000", "1793584800000000", "1793584800000000"},
    {"three",
     "withdrawn",
     "three",
     "Three",
     "",
     NULL,
     NULL,
     NULL,
     NULL,
     "person",
     "f",
     "vi",
     NULL,
     "2",
     NULL,
     "1793584700000000",
     "1793584790000000",
     "1793584790000000",
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     NULL,
     "/vi/articles/bốn/?a=%C3%A8"},
    {"four", "live", "four", "Four", "", "<p>x</p>", NULL, NULL, NULL, "person", "f", "vi",
     "original", "1", NULL, "1793584600000000", "1793584600000000", "1793584600000000"},
};
// clang-format on

static struct db_result *make_rows(TALLOC_CTX *ctx, size_t count)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc attributes[COUNT(columns)] = {0};
    for (size_t i = 0; i < COUNT(columns); i++)
        attributes[i].name = (char *)(uintptr_t)columns[i];
    assert_true(PQsetResultAttrs(result, COUNT(columns), attributes));
    for (size_t row = 0; row < count; row++)
        for (size_t i = 0; i < COUNT(columns); i++) {
            const char *value = rows[row][i];
            assert_true(PQsetvalue(result, (int)row, (int)i, (char *)(uintptr_t)value,
                                   value ? (int)strlen(value) : -1));
        }
    return db_result_new(ctx, result);
}

static struct feed_request sample_request(void)
{
    return (struct feed_request){
        .locale = locale_find("vi"),
        .origin = "https://sen.example",
        .folder = "/feeds/vi",
        .file = "atom.xml",
        .page = "/vi/",
        .limit = 3,
    };
}

static void test_from_rows(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_request request = sample_request();
    struct db_result *result = make_rows(ctx, 4);
    struct feed *feed;
    assert_int_equal(feed_from_rows(ctx, &request, result, &feed), SEN_OK);
    talloc_free(result);
    assert_int_equal(feed->dropped, 0);
    assert_true(feed->more);
    assert_string_equal(feed->last_article, "three");
    assert_int_equal(feed->last_modified_us, 1793584790000000);
    assert_int_equal(feed->updated, 1793671200);

    const struct feed_item *item = &feed->items[0];
    assert_string_equal(feed->id, "https://sen.example/id/feeds/vi");
    assert_string_equal(feed->self, "https://sen.example/feeds/vi/atom.xml");
    assert_string_equal(feed->language, "vi");
    assert_string_equal(item->uri, "https://sen.example/id/articles/l%E1%BB%A5a%201/vi");
    assert_string_equal(item->url, "https://sen.example/vi/articles/l%E1%BB%A5a/");
    assert_string_equal(item->source_uri, "https://sen.example/id/articles/l%E1%BB%A5a%201/en");
    assert_int_equal(item->updated, 1793671200);
    assert_int_equal(item->modified, 1793757600);
    assert_int_equal(item->correction_count, 1);
    assert_string_equal(item->corrections[0].reason, "figure");
    char *correction = talloc_asprintf(ctx, "</p>\n<p>Không phải &lt;3&gt;.</p></li>\n</ul>\n");
    size_t length = strlen(item->html);
    assert_memory_equal(item->html, "<a href=\"https://sen.example/vi/\">x</a><h2>", 43);
    assert_string_equal(item->html + length - strlen(correction), correction);
    assert_string_equal(item->summary, "Tóm tắt");
    assert_string_equal(item->topic.label, "Nghề");
    assert_string_equal(item->provinces[0].label, "Hà Nội");
    assert_int_equal(item->translation_count, 2);
    assert_string_equal(item->translations[1].url, "https://sen.example/ja/articles/%E7%B5%B9/");
    assert_string_equal(item->image.url, "https://sen.example/media/a%20b.png");
    assert_int_equal(item->image.bytes, 7);
    assert_string_equal(item->image.alt, "Ảnh");
    assert_int_equal(item->version, 3);
    assert_int_equal(item->published, 1793584800);
    assert_true(item->proofread && !item->withdrawn);

    item = &feed->items[1];
    assert_null(item->summary);
    assert_null(item->author);
    assert_null(item->source_uri);
    assert_null(item->topic.id);
    assert_null(item->image.url);
    assert_int_equal(item->province_count + item->translation_count, 0);

    item = &feed->items[2];
    assert_true(item->withdrawn);
    assert_string_equal(item->replaced_by, "https://sen.example/vi/articles/b%E1%BB%91n/?a=%C3%A8");
    assert_null(item->html);
    assert_true(strlen(item->notice) > 0);
    talloc_free(ctx);
}

static void test_page_of_rows(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_request request = sample_request();
    request.folder = "/feeds/vi/topics/crafts";
    request.page = "/vi/topics/crafts/";
    request.part = "Nghề thủ công";
    request.before = "abc";
    struct feed *feed;
    assert_int_equal(feed_from_rows(ctx, &request, make_rows(ctx, 3), &feed), SEN_OK);
    assert_false(feed->more);
    assert_true(feed->archive);
    assert_non_null(strstr(feed->title, "Sen"));
    assert_non_null(strstr(feed->title, request.part));
    assert_string_equal(feed->self,
                        "https://sen.example/feeds/vi/topics/crafts/atom.xml?before=abc");
    assert_string_equal(feed->current, "https://sen.example/feeds/vi/topics/crafts/atom.xml");
    assert_string_equal(feed->id, "https://sen.example/id/feeds/vi/topics/crafts");
    assert_string_equal(feed->alternate, "https://sen.example/vi/topics/crafts/");

    request.before = NULL;
    assert_int_equal(feed_from_rows(ctx, &request, make_rows(ctx, 0), &feed), SEN_OK);
    assert_false(feed->more);
    assert_false(feed->archive);
    assert_int_equal(feed->item_count, 0);
    talloc_free(ctx);
}

// The writer by itself: what is no text is refused at the end, the rest is escaped once.
static void test_xml(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *text;
    size_t length;
    struct xml *xml = xml_new(ctx);
    xml_start(xml, "a");
    xml_attribute(xml, "b", "<\"&đ\n\x01");
    xml_attribute(xml, "c", NULL);
    xml_element(xml, "d", NULL);
    xml_element(xml, "e", "");
    xml_text(xml, "<đ>&]]>");
    xml_cdata(xml, "]]>");
    assert_int_equal(xml_finish(xml, ctx, &text, &length), SEN_OK);
    assert_string_equal(text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                              "<a b=\"&lt;&quot;&amp;đ&#10;\"><e></e>&lt;đ&gt;&amp;]]&gt;"
                              "<![CDATA[]]]]><![CDATA[>]]></a>\n");
    assert_int_equal(length, strlen(text));
    void (*const writers[])(struct xml *, const char *) = {xml_text, xml_cdata};
    for (size_t i = 0; i < COUNT(writers); i++) {
        xml = xml_new(ctx);
        xml_start(xml, "a");
        writers[i](xml, "\xff");
        assert_int_equal(xml_finish(xml, ctx, &text, &length), SEN_INVALID);
    }
    talloc_free(ctx);
}

static int set_up(void **state)
{
    return locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),         cmocka_unit_test(test_licences),
        cmocka_unit_test(test_absolute_html), cmocka_unit_test(test_from_rows),
        cmocka_unit_test(test_page_of_rows),  cmocka_unit_test(test_xml),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
