// The feeds: what a reader of each format gets, read back with libexpat and jansson.
#include "render/feed.h"

#include <expat.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ATOM    "http://www.w3.org/2005/Atom|"
#define AT      "http://purl.org/atompub/tombstones/1.0|"
#define FH      "http://purl.org/syndication/history/1.0|"
#define MEDIA   "http://search.yahoo.com/mrss/|"
#define DC      "http://purl.org/dc/elements/1.1/|"
#define LANG    "http://www.w3.org/XML/1998/namespace|lang"
#define CONTENT "http://purl.org/rss/1.0/modules/content/|"

// A parsed element: {"name", "text", "children": [], and attributes with "@" before the name}.
struct reader {
    json_t *stack[32];
    size_t depth;
    json_t *root;
};

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = data;
    json_t *element = json_pack("{s:s, s:s, s:[]}", "name", name, "text", "", "children");
    for (; *attributes; attributes += 2) {
        char key[200];
        snprintf(key, sizeof(key), "@%s", attributes[0]);
        json_object_set_new(element, key, json_string(attributes[1]));
    }
    assert_true(reader->depth < COUNT(reader->stack));
    if (reader->depth)
        json_array_append_new(json_object_get(reader->stack[reader->depth - 1], "children"),
                              element);
    else
        reader->root = element;
    reader->stack[reader->depth++] = element;
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct reader *reader = data;
    reader->depth--;
}

static void XMLCALL on_text(void *data, const XML_Char *text, int length)
{
    struct reader *reader = data;
    json_t *element = reader->stack[reader->depth - 1];
    json_t *before = json_object_get(element, "text");
    size_t old = json_string_length(before);
    char *joined = malloc(old + (size_t)length);
    memcpy(joined, json_string_value(before), old);
    memcpy(joined + old, text, (size_t)length);
    json_t *value = json_stringn(joined, old + (size_t)length);
    assert_non_null(value);
    json_object_set_new(element, "text", value);
    free(joined);
}

static json_t *read_xml(const char *text, size_t length)
{
    struct reader reader = {.depth = 0};
    XML_Parser parser = XML_ParserCreateNS(NULL, '|');
    XML_SetUserData(parser, &reader);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    if (XML_Parse(parser, text, (int)length, 1) != XML_STATUS_OK)
        fail_msg("not well-formed: %s", XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
    return reader.root;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static size_t count_of(const json_t *element, const char *name)
{
    size_t count = 0, i;
    json_t *child;
    json_array_foreach (json_object_get(element, "children"), i, child)
        count += strcmp(text_of(child, "name"), name) == 0;
    return count;
}

static json_t *child_of(const json_t *element, const char *name, size_t number)
{
    size_t i;
    json_t *child;
    json_array_foreach (json_object_get(element, "children"), i, child)
        if (strcmp(text_of(child, "name"), name) == 0 && number-- == 0)
            return child;
    fail_msg("no <%s> in <%s>", name, text_of(element, "name"));
    return NULL;
}

// The text of the only child of that name.
static const char *only(const json_t *element, const char *name)
{
    assert_int_equal(count_of(element, name), 1);
    return text_of(child_of(element, name, 0), "text");
}

// The address of the link with a relation, and language if that is not NULL.
static const char *link_of(const json_t *element, const char *relation, const char *language)
{
    size_t i;
    json_t *child;
    json_array_foreach (json_object_get(element, "children"), i, child)
        if (strcmp(text_of(child, "name"), ATOM "link") == 0 &&
            strcmp(text_of(child, "@rel"), relation) == 0 &&
            (!language || strcmp(text_of(child, "@hreflang"), language) == 0))
            return text_of(child, "@href");
    return NULL;
}

static const struct feed_term provinces[] = {{"ha-noi", "Hà Nội"}, {"hue", "Huế"}};
static const struct feed_translation translations[] = {
    {"ar", "https://sen.example/ar/articles/%D9%81/"},
    {"en", "https://sen.example/en/articles/silk/"},
    {"en", "https://sen.example/en/articles/twice/"},
    {"vi", "https://sen.example/vi/articles/self/"},
};

static struct feed_item sample_item(void)
{
    return (struct feed_item){
        .uri = "https://sen.example/id/articles/silk/vi",
        .url = "https://sen.example/vi/articles/lua/",
        .language = "vi",
        .source_uri = "https://sen.example/id/articles/silk/en",
        .title = "Lụa <Vạn Phúc> & \"bạn\"",
        .summary = "Làng nghề < 1.000 năm & hơn",
        .html = "<p>Một ]]> hai &lt;b&gt; &amp;amp; <em>ba</em></p>",
        .author = "Nguyễn Văn A",
        .agency = "Sen editorial",
        .licence = "CC-BY-4.0",
        .method = "machine-person",
        .proofread = true,
        .staleness = "current",
        .version = 1,
        .published = 1793584800, // 2026-11-02T02:00:00Z, a Monday
        .updated = 1793584800,
        .modified = 1793584800,
        .topic = {"crafts", "Nghề thủ công"},
        .provinces = provinces,
        .province_count = COUNT(provinces),
        .translations = translations,
        .translation_count = COUNT(translations),
        .image = {.url = "https://sen.example/media/silk.png",
                  .type = "image/png",
                  .bytes = 12345,
                  .alt = "Khung cửi",
                  .credit = "Sen",
                  .licence = "CC0-1.0"},
    };
}

static struct feed sample_feed(TALLOC_CTX *ctx, const struct feed_item *items, size_t count)
{
    struct feed feed = {
        .id = "https://sen.example/id/feeds/vi",
        .language = "vi",
        .title = "Sen",
        .subtitle = "Việt Nam",
        .rights = "Xem từng bài",
        .author = "Sen",
        .author_url = "https://sen.example/vi/",
        .self = "https://sen.example/feeds/vi/atom.xml",
        .alternate = "https://sen.example/vi/",
        .terms = "https://sen.example/terms",
        .about = "https://sen.example/vi/about/",
        .items = talloc_array(ctx, struct feed_item, count),
        .item_count = count,
    };
    for (size_t i = 0; i < count; i++)
        feed.items[i] = items[i];
    return feed;
}

struct readings {
    json_t *atom, *rss, *channel, *json;
};

typedef int writer(TALLOC_CTX *ctx, const struct feed *feed, char **ret, size_t *ret_length);

static char *write_twice(TALLOC_CTX *ctx, writer *write, const struct feed *feed,
                         size_t *ret_length)
{
    char *first, *second;
    size_t second_length;
    assert_int_equal(write(ctx, feed, &first, ret_length), SEN_OK);
    assert_int_equal(write(ctx, feed, &second, &second_length), SEN_OK);
    assert_int_equal(*ret_length, second_length);
    assert_int_equal(*ret_length, strlen(first));
    assert_memory_equal(first, second, second_length);
    return first;
}

static struct readings read_all(TALLOC_CTX *ctx, struct feed *feed)
{
    struct readings all;
    size_t length;
    assert_int_equal(feed_prepare(ctx, feed), SEN_OK);
    char *text = write_twice(ctx, feed_atom, feed, &length);
    all.atom = read_xml(text, length);
    text = write_twice(ctx, feed_rss, feed, &length);
    all.rss = read_xml(text, length);
    all.channel = child_of(all.rss, "channel", 0);
    text = write_twice(ctx, feed_json, feed, &length);
    assert_true(length <= FEED_JSON_BYTES);
    all.json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(all.json);
    // Read back and written again, the bytes are the same.
    char *again = json_dumps(all.json, JSON_COMPACT);
    assert_string_equal(again, text);
    free(again);
    return all;
}

static void drop(struct readings *all)
{
    json_decref(all->atom);
    json_decref(all->rss);
    json_decref(all->json);
}

static json_t *json_item(const struct readings *all, size_t number)
{
    return json_array_get(json_object_get(all->json, "items"), number);
}

static void test_atom(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    json_t *root = all.atom;
    assert_string_equal(text_of(root, "name"), ATOM "feed");
    assert_string_equal(text_of(root, "@" LANG), "vi");
    assert_string_equal(only(root, ATOM "id"), feed.id);
    assert_string_equal(only(root, ATOM "title"), "Sen");
    assert_string_equal(only(root, ATOM "updated"), "2026-11-02T02:00:00Z");
    assert_string_equal(only(root, ATOM "subtitle"), "Việt Nam");
    assert_string_equal(only(root, ATOM "rights"), "Xem từng bài");
    assert_string_equal(only(root, ATOM "generator"), "Sen");
    assert_string_equal(only(child_of(root, ATOM "author", 0), ATOM "name"), "Sen");
    assert_string_equal(link_of(root, "self", NULL), feed.self);
    assert_string_equal(link_of(root, "alternate", "vi"), feed.alternate);
    assert_int_equal(count_of(root, FH "complete"), 1);
    assert_int_equal(count_of(root, FH "archive"), 0);

    json_t *entry = child_of(root, ATOM "entry", 0);
    assert_string_equal(only(entry, ATOM "id"), item.uri);
    assert_string_equal(only(entry, ATOM "title"), item.title);
    assert_string_equal(only(entry, ATOM "summary"), item.summary);
    assert_string_equal(only(entry, ATOM "content"), item.html);
    assert_string_equal(text_of(child_of(entry, ATOM "content", 0), "@type"), "html");
    assert_string_equal(only(entry, ATOM "published"), "2026-11-02T02:00:00Z");
    assert_string_equal(only(entry, ATOM "updated"), "2026-11-02T02:00:00Z");
    assert_string_equal(only(entry, ATOM "rights"), "CC-BY-4.0");
    assert_string_equal(only(child_of(entry, ATOM "author", 0), ATOM "name"), item.author);
    assert_string_equal(only(entry, DC "publisher"), item.agency);
    assert_string_equal(link_of(entry, "license", NULL),
                        "https://creativecommons.org/licenses/by/4.0/");
    assert_string_equal(link_of(entry, "alternate", "vi"), item.url);
    assert_string_equal(link_of(entry, "alternate", "ar"), translations[0].url);
    assert_string_equal(link_of(entry, "alternate", "en"), translations[1].url);
    assert_string_equal(link_of(entry, "enclosure", NULL), item.image.url);
    // self, the license and one alternate a language: what came twice is there once.
    assert_int_equal(count_of(entry, ATOM "link"), 5);
    json_t *media = child_of(entry, MEDIA "content", 0);
    assert_string_equal(only(media, MEDIA "credit"), "Sen");
    assert_string_equal(only(media, MEDIA "license"), "CC0-1.0");
    assert_string_equal(only(media, MEDIA "description"), "Khung cửi");

    static const char *const categories[][2] = {{"topic", "crafts"},
                                                {"province", "ha-noi"},
                                                {"province", "hue"},
                                                {"translation", "machine-person"},
                                                {"translation", "proofread"}};
    assert_int_equal(count_of(entry, ATOM "category"), COUNT(categories));
    for (size_t i = 0; i < COUNT(categories); i++) {
        json_t *category = child_of(entry, ATOM "category", i);
        char scheme[80];
        snprintf(scheme, sizeof(scheme), "https://sen.example/terms/%s", categories[i][0]);
        assert_string_equal(text_of(category, "@scheme"), scheme);
        assert_string_equal(text_of(category, "@term"), categories[i][1]);
    }
    drop(&all);
    talloc_free(ctx);
}

static void test_rss(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    json_t *channel = all.channel;
    assert_string_equal(text_of(all.rss, "name"), "rss");
    assert_string_equal(text_of(all.rss, "@version"), "2.0");
    assert_string_equal(only(channel, "title"), "Sen");
    assert_string_equal(only(channel, "link"), feed.alternate);
    assert_string_equal(only(channel, "description"), "Việt Nam");
    assert_string_equal(only(channel, "language"), "vi");
    assert_string_equal(only(channel, "ttl"), "1");
    assert_string_equal(only(channel, "lastBuildDate"), "Mon, 02 Nov 2026 02:00:00 GMT");
    assert_string_equal(link_of(channel, "self", NULL), feed.self);

    json_t *one = child_of(channel, "item", 0);
    assert_string_equal(only(one, "title"), item.title);
    assert_string_equal(only(one, "link"), item.url);
    assert_string_equal(only(one, "guid"), item.uri);
    assert_string_equal(text_of(child_of(one, "guid", 0), "@isPermaLink"), "false");
    assert_string_equal(only(one, "pubDate"), "Mon, 02 Nov 2026 02:00:00 GMT");
    assert_string_equal(only(one, ATOM "updated"), "2026-11-02T02:00:00Z");
    assert_string_equal(only(one, "description"), "Làng nghề &lt; 1.000 năm &amp; hơn");
    assert_string_equal(only(one, CONTENT "encoded"), item.html);
    assert_string_equal(only(one, DC "creator"), item.author);
    assert_int_equal(count_of(one, "author"), 0);
    json_t *enclosure = child_of(one, "enclosure", 0);
    assert_string_equal(text_of(enclosure, "@url"), item.image.url);
    assert_string_equal(text_of(enclosure, "@length"), "12345");
    assert_string_equal(text_of(enclosure, "@type"), "image/png");
    assert_string_equal(text_of(child_of(one, "category", 0), "text"), "Nghề thủ công");
    drop(&all);
    talloc_free(ctx);
}

static void test_json(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    assert_string_equal(text_of(all.json, "version"), "https://jsonfeed.org/version/1.1");
    assert_string_equal(text_of(all.json, "title"), "Sen");
    assert_string_equal(text_of(all.json, "home_page_url"), feed.alternate);
    assert_string_equal(text_of(all.json, "feed_url"), feed.self);
    assert_string_equal(text_of(all.json, "language"), "vi");
    assert_null(json_object_get(all.json, "next_url"));
    assert_string_equal(text_of(json_object_get(all.json, "_portal"), "about"), feed.about);

    json_t *one = json_item(&all, 0);
    assert_string_equal(text_of(one, "id"), item.uri);
    assert_string_equal(text_of(one, "url"), item.url);
    assert_string_equal(text_of(one, "title"), item.title);
    assert_string_equal(text_of(one, "summary"), item.summary);
    assert_string_equal(text_of(one, "content_html"), item.html);
    assert_string_equal(text_of(one, "language"), "vi");
    assert_string_equal(text_of(one, "image"), item.image.url);
    assert_null(json_object_get(one, "author"));
    json_t *author = json_array_get(json_object_get(one, "authors"), 0);
    assert_string_equal(text_of(author, "name"), item.author);
    assert_int_equal(json_array_size(json_object_get(one, "tags")), 3);
    json_t *attachment = json_array_get(json_object_get(one, "attachments"), 0);
    assert_string_equal(text_of(attachment, "url"), item.image.url);
    assert_string_equal(text_of(attachment, "mime_type"), "image/png");
    json_t *portal = json_object_get(one, "_portal");
    assert_string_equal(text_of(portal, "status"), "usable");
    assert_string_equal(text_of(portal, "staleness"), "current");
    assert_string_equal(text_of(portal, "sourceEdition"), item.source_uri);
    assert_int_equal(json_array_size(json_object_get(portal, "translations")), 2);
    assert_string_equal(text_of(json_object_get(portal, "rights"), "licence"), "CC-BY-4.0");
    drop(&all);
    talloc_free(ctx);
}

// One text through its life; the same row of facts in every format.
static const struct {
    const char *event;
    int64_t version, updated, modified; // days after the publication
    bool withdrawn;
    const char *atom_updated, *rss_updated, *json_modified;
} life[] = {
    {"new", 1, 0, 0, false, "2026-11-02T02:00:00Z", "2026-11-02T02:00:00Z", "2026-11-02T02:00:00Z"},
    {"minor update", 2, 0, 1, false, "2026-11-02T02:00:00Z", "2026-11-02T02:00:00Z",
     "2026-11-03T02:00:00Z"},
    {"major update", 3, 2, 2, false, "2026-11-04T02:00:00Z", "2026-11-04T02:00:00Z",
     "2026-11-04T02:00:00Z"},
    {"withdrawal", 4, 3, 3, true, "2026-11-05T02:00:00Z", "2026-11-05T02:00:00Z",
     "2026-11-05T02:00:00Z"},
};

static void check_withdrawn(const struct readings *all, const char *notice)
{
    assert_int_equal(count_of(all->atom, ATOM "entry"), 0);
    json_t *tombstone = child_of(all->atom, AT "deleted-entry", 0);
    assert_string_equal(text_of(tombstone, "@ref"), "https://sen.example/id/articles/silk/vi");
    assert_string_equal(text_of(tombstone, "@when"), "2026-11-05T02:00:00Z");
    assert_string_equal(only(tombstone, AT "comment"), notice);
    json_t *item = child_of(all->channel, "item", 0);
    assert_string_equal(only(item, "description"), notice);
    assert_string_equal(only(item, "category"), "withdrawn");
    assert_int_equal(count_of(item, CONTENT "encoded"), 0);
    assert_int_equal(count_of(item, "enclosure"), 0);
    json_t *one = json_item(all, 0);
    assert_string_equal(text_of(one, "content_text"), notice);
    assert_null(json_object_get(one, "content_html"));
    assert_null(json_object_get(one, "summary"));
}

static void check_live(const struct readings *all, const char *updated, const char *html)
{
    assert_int_equal(count_of(all->atom, AT "deleted-entry"), 0);
    json_t *entry = child_of(all->atom, ATOM "entry", 0);
    assert_string_equal(only(entry, ATOM "id"), "https://sen.example/id/articles/silk/vi");
    assert_string_equal(only(entry, ATOM "published"), "2026-11-02T02:00:00Z");
    assert_string_equal(only(entry, ATOM "updated"), updated);
    assert_string_equal(only(entry, ATOM "content"), html);
    assert_string_equal(only(child_of(all->channel, "item", 0), CONTENT "encoded"), html);
    assert_string_equal(text_of(json_item(all, 0), "content_html"), html);
}

static void test_life_cycle(void **state)
{
    for (size_t i = 0; i < COUNT(life); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct feed_item item = sample_item();
        item.version = life[i].version;
        item.updated += life[i].updated * 86400;
        item.modified += life[i].modified * 86400;
        item.withdrawn = life[i].withdrawn;
        item.notice = "Rút lại theo yêu cầu của tác giả";
        item.html = talloc_asprintf(ctx, "<p>%s</p>", life[i].event);
        struct feed feed = sample_feed(ctx, &item, 1);
        struct readings all = read_all(ctx, &feed);
        assert_string_equal(only(all.atom, ATOM "updated"), life[i].atom_updated);
        json_t *rss = child_of(all.channel, "item", 0), *one = json_item(&all, 0);
        assert_string_equal(only(rss, "guid"), item.uri);
        assert_string_equal(only(rss, "title"), item.title);
        assert_string_equal(only(rss, "pubDate"), "Mon, 02 Nov 2026 02:00:00 GMT");
        assert_string_equal(only(rss, ATOM "updated"), life[i].rss_updated);
        assert_string_equal(text_of(one, "id"), item.uri);
        assert_string_equal(text_of(one, "date_published"), "2026-11-02T02:00:00Z");
        assert_string_equal(text_of(one, "date_modified"), life[i].json_modified);
        json_t *portal = json_object_get(one, "_portal");
        assert_int_equal(json_integer_value(json_object_get(portal, "version")), life[i].version);
        assert_string_equal(text_of(portal, "updated"), life[i].atom_updated);
        assert_string_equal(text_of(portal, "status"), item.withdrawn ? "withdrawn" : "usable");
        if (item.withdrawn)
            check_withdrawn(&all, item.notice);
        else
            check_live(&all, life[i].atom_updated, item.html);
        drop(&all);
        talloc_free(ctx);
    }
}

static void test_stale_translation(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    item.staleness = "behind-major";
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    json_t *category = child_of(child_of(all.atom, ATOM "entry", 0), ATOM "category", 5);
    assert_string_equal(text_of(category, "@term"), "stale");
    json_t *portal = json_object_get(json_item(&all, 0), "_portal");
    assert_string_equal(text_of(portal, "staleness"), "behind-major");
    drop(&all);
    talloc_free(ctx);
}

// Those who take a story over hear of what was wrong in it, in every format.
static void test_correction(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    static const struct feed_correction corrections[] = {
        {1793671200, "figure", "Sai số liệu", "Không phải 3 mà là <4>."},
        {1793584800, "name", "Sai tên", "Tên làng."},
    };
    struct feed_item item = sample_item();
    item.corrections = corrections;
    item.correction_count = COUNT(corrections);
    item.staleness = "behind-minor";
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    json_t *entry = child_of(all.atom, ATOM "entry", 0);
    assert_string_equal(only(entry, ATOM "summary"),
                        "Sai số liệu: Không phải 3 mà là <4>.\n\nLàng nghề < 1.000 năm & hơn");
    json_t *category = child_of(entry, ATOM "category", 5);
    assert_string_equal(text_of(category, "@term"), "corrected");
    assert_string_equal(text_of(category, "@scheme"), "https://sen.example/terms/status");
    assert_string_equal(text_of(child_of(child_of(all.channel, "item", 0), "category", 5), "text"),
                        "corrected");
    json_t *list = json_object_get(json_object_get(json_item(&all, 0), "_portal"), "corrections");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(text_of(json_array_get(list, 0), "reason"), "figure");
    assert_string_equal(text_of(json_array_get(list, 0), "text"), corrections[0].note);
    assert_string_equal(text_of(json_array_get(list, 0), "date"), "2026-11-03T02:00:00Z");
    drop(&all);
    talloc_free(ctx);
}

// Of what vanished, whatever the caller fills in, nothing is written but which it was.
static void test_vanished(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    item.withdrawn = item.vanished = true;
    item.notice = "kín";
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    json_t *tombstone = child_of(all.atom, AT "deleted-entry", 0);
    assert_string_equal(text_of(tombstone, "@ref"), item.uri);
    assert_int_equal(count_of(tombstone, AT "comment"), 0);
    assert_int_equal(count_of(all.channel, "item"), 0);
    json_t *one = json_item(&all, 0);
    assert_string_equal(text_of(one, "id"), item.uri);
    assert_string_equal(text_of(one, "content_text"), "");
    static const char *const absent[] = {"title",   "url",   "summary", "content_html",
                                         "authors", "image", "tags",    "attachments"};
    for (size_t i = 0; i < COUNT(absent); i++)
        assert_null(json_object_get(one, absent[i]));
    drop(&all);
    talloc_free(ctx);
}

static void test_replaced(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    item.withdrawn = true;
    item.notice = "Đã gộp";
    item.replaced_by = "https://sen.example/vi/articles/to-lua/";
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    json_t *tombstone = child_of(all.atom, AT "deleted-entry", 0);
    assert_string_equal(link_of(tombstone, "alternate", NULL), item.replaced_by);
    json_t *portal = json_object_get(json_item(&all, 0), "_portal");
    assert_string_equal(text_of(portal, "replacedBy"), item.replaced_by);
    drop(&all);
    talloc_free(ctx);
}

static void test_archive(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    struct feed feed = sample_feed(ctx, &item, 1);
    feed.archive = true;
    feed.self = "https://sen.example/feeds/vi/atom.xml?before=b";
    feed.current = "https://sen.example/feeds/vi/atom.xml";
    feed.prev_archive = "https://sen.example/feeds/vi/atom.xml?before=c";
    feed.next_archive = "https://sen.example/feeds/vi/atom.xml?before=a";
    struct readings all = read_all(ctx, &feed);
    const json_t *const places[] = {all.atom, all.channel};
    for (size_t i = 0; i < COUNT(places); i++) {
        assert_int_equal(count_of(places[i], FH "archive"), 1);
        assert_int_equal(count_of(places[i], FH "complete"), 0);
        assert_string_equal(link_of(places[i], "self", NULL), feed.self);
        assert_string_equal(link_of(places[i], "current", NULL), feed.current);
        assert_string_equal(link_of(places[i], "prev-archive", NULL), feed.prev_archive);
        assert_string_equal(link_of(places[i], "next-archive", NULL), feed.next_archive);
    }
    assert_string_equal(text_of(all.json, "next_url"), feed.prev_archive);
    drop(&all);
    talloc_free(ctx);
}

static void test_empty(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed feed = sample_feed(ctx, NULL, 0);
    struct readings all = read_all(ctx, &feed);
    assert_string_equal(only(all.atom, ATOM "updated"), "1970-01-01T00:00:00Z");
    assert_int_equal(json_array_size(json_object_get(all.json, "items")), 0);
    drop(&all);
    talloc_free(ctx);
}

// Publish a text that holds `text` and see that all formats show `expected`.
static void check_text(const char *text, const char *expected)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    item.title = talloc_asprintf(ctx, "t%s.", text);
    item.summary = NULL;
    item.html = talloc_asprintf(ctx, "<p>%s</p>", text);
    item.image.alt = item.title;
    item.topic.label = item.title;
    struct feed feed = sample_feed(ctx, &item, 1);
    struct readings all = read_all(ctx, &feed);
    const char *title = talloc_asprintf(ctx, "t%s.", expected);
    const char *html = talloc_asprintf(ctx, "<p>%s</p>", expected);
    json_t *entry = child_of(all.atom, ATOM "entry", 0);
    json_t *rss = child_of(all.channel, "item", 0);
    assert_string_equal(only(entry, ATOM "title"), title);
    assert_string_equal(only(entry, ATOM "content"), html);
    assert_string_equal(text_of(child_of(entry, ATOM "category", 0), "@label"), title);
    assert_string_equal(only(rss, "title"), title);
    assert_string_equal(only(rss, CONTENT "encoded"), html);
    assert_string_equal(text_of(json_item(&all, 0), "title"), title);
    assert_string_equal(text_of(json_item(&all, 0), "content_html"), html);
    drop(&all);
    talloc_free(ctx);
}

static size_t put_utf8(char *out, unsigned c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length; --i; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((length == 2 ? 0xc0 : length == 3 ? 0xe0 : 0xf0) | c);
    return length;
}

// Each control character and its neighbours alone, then every code point in long runs.
static void test_code_points(void **state)
{
    for (unsigned c = 1; c <= 0xff; c++) {
        char text[8] = "a", expected[8] = "a";
        size_t length = 1 + put_utf8(text + 1, c);
        strcpy(text + length, "b");
        bool bad = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
        strcpy(expected, bad ? "ab" : c == '\r' ? "a\nb" : text);
        check_text(text, expected);
    }
    char *text = malloc(4 * 0x1000 + 1);
    char *expected = malloc(4 * 0x1000 + 1);
    for (unsigned from = 0x100; from < 0x110000; from += 0x1000) {
        size_t length = 0, expected_length = 0;
        for (unsigned c = from; c < from + 0x1000 && c < 0x110000; c++) {
            if (c >= 0xd800 && c <= 0xdfff)
                continue;
            length += put_utf8(text + length, c);
            if (c != 0xfffe && c != 0xffff)
                expected_length += put_utf8(expected + expected_length, c);
        }
        text[length] = expected[expected_length] = '\0';
        check_text(text, expected);
    }
    free(text);
    free(expected);
}

static void test_difficult_texts(void **state)
{
    static const char *const texts[] = {
        "]]>",
        "]]]]>>",
        "]]>]]>",
        "]]",
        "<![CDATA[x]]>",
        "&lt;",
        "&amp;lt;",
        "<b>",
        "\"'",
        "\xe2\x80\xae unpaired",
        "\xe2\x81\xa7\xe2\x81\xa6\xe2\x80\xaa",
        "\xe2\x80\x8f\xe2\x80\x8e",
        "\xd8\xa7\xd9\x84\xd8\xad\xd8\xb1\xd9\x8a\xd8\xb1 ABC \xd8\xa8",
        "\xf0\x9f\x87\xbb\xf0\x9f\x87\xb3 \xf0\xa0\xae\xb7\xf0\xa0\x9c\x8e",
        "\xf4\x8f\xbf\xbf",
        "a\nb\tc",
        "\xc2\x85\xe2\x80\xa8",
        "e\xcc\x81",
        "%s%n",
        "{{x}}",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        check_text(texts[i], texts[i]);
    check_text("a\r\nb\rc\r", "a\nb\nc\n");
}

// An item that cannot be shown is left out whole, counted, and takes nothing else with it.
static void test_dropped(void **state)
{
    static const char *const bad[] = {
        "\x80",
        "\xc0\xaf",
        "\xc3",
        "\xe0\x80\xaf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\xaf",
        "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xff",
        "\xe1\xbb",
        "\xf0\x9f\x87",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct feed_item items[] = {sample_item(), sample_item(), sample_item()};
        items[0].uri = "https://sen.example/id/articles/first/vi";
        items[1].html = bad[i];
        items[1].updated += 1000;
        items[2].uri = "https://sen.example/id/articles/last/vi";
        struct feed feed = sample_feed(ctx, items, 3);
        struct readings all = read_all(ctx, &feed);
        assert_int_equal(feed.dropped, 1);
        assert_int_equal(feed.updated, items[0].updated);
        assert_int_equal(count_of(all.atom, ATOM "entry"), 2);
        assert_int_equal(count_of(all.channel, "item"), 2);
        assert_int_equal(json_array_size(json_object_get(all.json, "items")), 2);
        drop(&all);
        talloc_free(ctx);
    }
}

static void drop_one(TALLOC_CTX *ctx, struct feed_item item)
{
    struct feed feed = sample_feed(ctx, &item, 1);
    assert_int_equal(feed_prepare(ctx, &feed), SEN_OK);
    assert_int_equal(feed.dropped, 1);
    assert_int_equal(feed.item_count, 0);
}

static void test_reasons_to_drop(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item;
#define DROP(field, value)                                                                         \
    item = sample_item();                                                                          \
    item.field = value;                                                                            \
    drop_one(ctx, item)
    DROP(uri, NULL);
    DROP(uri, "silk");
    DROP(uri, "https://");
    DROP(url, "/vi/articles/lua/");
    DROP(url, "javascript:alert(1)");
    DROP(url, "https://sen.example/a b");
    DROP(url, "https://sen.example/\"");
    DROP(title, NULL);
    DROP(title, "");
    DROP(title, " \n\t");
    DROP(title, "\x01\x02");
    DROP(language, "en");
    DROP(html, NULL);
    DROP(image.url, "silk.png");
    DROP(image.type, NULL);
    DROP(topic.label, NULL);
    DROP(published, INT64_MAX);
    DROP(updated, 253402300800);
    DROP(modified, -62135596801);
#undef DROP
    struct feed_item twice[] = {sample_item(), sample_item()};
    struct feed feed = sample_feed(ctx, twice, 2);
    assert_int_equal(feed_prepare(ctx, &feed), SEN_OK);
    assert_int_equal(feed.dropped, 1);
    assert_int_equal(feed.item_count, 1);
    talloc_free(ctx);
}

static void test_refused_feed(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *text;
    size_t length;
    struct feed feed = sample_feed(ctx, NULL, 0);
    assert_int_equal(feed_atom(ctx, &feed, &text, &length), SEN_INVALID);
    assert_int_equal(feed_rss(ctx, &feed, &text, &length), SEN_INVALID);
    assert_int_equal(feed_json(ctx, &feed, &text, &length), SEN_INVALID);
    feed.self = "/feeds/vi/atom.xml";
    assert_int_equal(feed_prepare(ctx, &feed), SEN_INVALID);
    feed = sample_feed(ctx, NULL, 0);
    feed.title = NULL;
    assert_int_equal(feed_prepare(ctx, &feed), SEN_INVALID);
    feed = sample_feed(ctx, NULL, 0);
    feed.subtitle = "\xff";
    assert_int_equal(feed_prepare(ctx, &feed), SEN_INVALID);
    talloc_free(ctx);
}

// A paragraph of 200 kB goes through whole; a JSON feed that would grow past its limit gives the
// texts that do not fit by their summaries.
static void test_long_texts(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *long_text = talloc_array(ctx, char, 200 * 1024 + 1);
    memset(long_text, 'x', 200 * 1024);
    long_text[200 * 1024] = '\0';
    struct feed_item items[] = {sample_item(), sample_item(), sample_item()};
    items[0].html = items[1].html = long_text;
    items[1].uri = "https://sen.example/id/articles/b/vi";
    items[2].uri = "https://sen.example/id/articles/c/vi";
    struct feed feed = sample_feed(ctx, items, 3);
    struct readings all = read_all(ctx, &feed);
    assert_int_equal(strlen(only(child_of(all.atom, ATOM "entry", 1), ATOM "content")), 200 * 1024);
    assert_int_equal(strlen(only(child_of(all.channel, "item", 1), CONTENT "encoded")), 200 * 1024);
    assert_int_equal(strlen(text_of(json_item(&all, 0), "content_html")), 200 * 1024);
    assert_null(json_object_get(json_item(&all, 1), "content_html"));
    assert_string_equal(text_of(json_item(&all, 1), "content_text"), items[1].summary);
    assert_string_equal(text_of(json_item(&all, 2), "content_html"), items[2].html);
    drop(&all);
    talloc_free(ctx);
}

// The limit of a JSON feed, at it and one byte past it.
static void test_json_limit(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct feed_item item = sample_item();
    item.html = "";
    struct feed feed = sample_feed(ctx, &item, 1);
    assert_int_equal(feed_prepare(ctx, &feed), SEN_OK);
    char *text;
    size_t length;
    assert_int_equal(feed_json(ctx, &feed, &text, &length), SEN_OK);
    assert_non_null(strstr(text, "content_html"));
    size_t room = FEED_JSON_BYTES - length;
    for (size_t past = 0; past <= 1; past++) {
        char *html = talloc_array(ctx, char, room + past + 1);
        memset(html, 'x', room + past);
        html[room + past] = '\0';
        feed.items[0].html = html;
        assert_int_equal(feed_json(ctx, &feed, &text, &length), SEN_OK);
        if (past)
            assert_null(strstr(text, "content_html"));
        else
            assert_int_equal(length, FEED_JSON_BYTES);
    }
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_atom),
        cmocka_unit_test(test_rss),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_life_cycle),
        cmocka_unit_test(test_stale_translation),
        cmocka_unit_test(test_correction),
        cmocka_unit_test(test_vanished),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_code_points),
        cmocka_unit_test(test_difficult_texts),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_reasons_to_drop),
        cmocka_unit_test(test_refused_feed),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_json_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
