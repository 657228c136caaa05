// From the rows of content/sql/feed.sql, or of feed_corrections.sql, to a feed.
#include "render/feed.h"

#include "locales/format.h"
#include "locales/message.h"
#include "render/html.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

struct source {
    TALLOC_CTX *ctx;
    const struct feed_request *request;
    const struct db_result *rows;
    size_t row;
};

static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789-._~";
// What stands in a whole address for itself, escapes among it.
static const char address_signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789-._~%/:?#[]@!$&'()*+,;=";

// Percent-encoded, but for the letters of kept (RFC 3986 section 2).
static char *encode_but(TALLOC_CTX *ctx, const char *text, const char *kept)
{
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = talloc_array(ctx, char, strlen(text) * 3 + 1);
    char *out = encoded;
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (strchr(kept, c)) {
            *out++ = (char)c;
            continue;
        }
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
    }
    *out = '\0';
    return encoded;
}

// For one step of a path.
static char *encode(TALLOC_CTX *ctx, const char *text)
{
    return encode_but(ctx, text, unreserved);
}

static char *uri_of(const struct source *s, const char *article, const char *locale)
{
    return talloc_asprintf(s->ctx, "%s/id/articles/%s/%s", s->request->origin,
                           encode(s->ctx, article), locale);
}

static char *page_of(const struct source *s, const char *locale, const char *slug)
{
    return talloc_asprintf(s->ctx, "%s/%s/articles/%s/", s->request->origin, locale,
                           encode(s->ctx, slug));
}

// A column as a string of ctx; NULL for null and for "".
static const char *text_of(const struct source *s, const char *column)
{
    const char *value = db_value(s->rows, s->row, column);
    return value && *value ? talloc_strdup(s->ctx, value) : NULL;
}

static bool bool_of(const struct source *s, const char *column)
{
    const char *value = db_value(s->rows, s->row, column);
    return value && *value == 't';
}

static int64_t seconds_of(const struct source *s, const char *column)
{
    int64_t us = db_integer(s->rows, s->row, column);
    return us / 1000000 - (us % 1000000 < 0);
}

static json_t *array_of(const struct source *s, const char *column)
{
    const char *value = db_value(s->rows, s->row, column);
    json_t *array = value ? json_loads(value, 0, NULL) : NULL;
    return array ? array : json_array();
}

static const char *member(const struct source *s, const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? talloc_strdup(s->ctx, value) : "";
}

static void read_provinces(const struct source *s, struct feed_item *item)
{
    json_t *array = array_of(s, "provinces"), *one;
    size_t i;
    struct feed_term *list = talloc_array(s->ctx, struct feed_term, json_array_size(array));
    json_array_foreach (array, i, one)
        list[i] = (struct feed_term){member(s, one, "id"), member(s, one, "name")};
    item->provinces = list;
    item->province_count = json_array_size(array);
    json_decref(array);
}

static void read_translations(const struct source *s, struct feed_item *item)
{
    json_t *array = array_of(s, "translations"), *one;
    size_t i;
    struct feed_translation *list =
        talloc_array(s->ctx, struct feed_translation, json_array_size(array));
    json_array_foreach (array, i, one) {
        const char *locale = member(s, one, "locale");
        list[i] = (struct feed_translation){locale, page_of(s, locale, member(s, one, "slug"))};
    }
    item->translations = list;
    item->translation_count = json_array_size(array);
    json_decref(array);
}

// Where the reader goes on instead; a path is one of the site's.
static const char *replacement(const struct source *s)
{
    const char *to = text_of(s, "withdrawn_to");
    if (!to)
        return NULL;
    return talloc_asprintf(s->ctx, "%s%s", *to == '/' ? s->request->origin : "",
                           encode_but(s->ctx, to, address_signs));
}

static void read_corrections(const struct source *s, struct feed_item *item)
{
    json_t *array = array_of(s, "corrections"), *one;
    size_t i;
    struct feed_correction *list =
        talloc_array(s->ctx, struct feed_correction, json_array_size(array));
    json_array_foreach (array, i, one) {
        const char *reason = member(s, one, "reason");
        const struct message_arg args[] = {{.name = "reason", .string = reason}};
        list[i] = (struct feed_correction){
            .at = json_integer_value(json_object_get(one, "at")),
            .reason = reason,
            .label = message_format(s->ctx, s->request->locale, "article.correction", args, 1),
            .note = member(s, one, "note"),
        };
    }
    item->corrections = list;
    item->correction_count = json_array_size(array);
    json_decref(array);
}

// Who takes the text over takes its corrections over: they stand at its end.
static const char *with_corrections(const struct source *s, const struct feed_item *item)
{
    const struct locale *locale = s->request->locale;
    if (!item->correction_count)
        return item->html;
    struct html html;
    html_init(&html, s->ctx, SIZE_MAX);
    html_raw(&html, item->html);
    html_raw(&html, "<h2>");
    html_text(&html, message_text(locale, "article.corrections"));
    html_raw(&html, "</h2>\n<ul>\n");
    for (size_t i = 0; i < item->correction_count; i++) {
        const struct feed_correction *correction = &item->corrections[i];
        html_raw(&html, "<li><p>");
        html_text(&html, format_date(s->ctx, locale, correction->at, DATE_LONG));
        html_raw(&html, " · ");
        html_text(&html, correction->label);
        html_raw(&html, "</p>\n<p>");
        html_text(&html, correction->note);
        html_raw(&html, "</p></li>\n");
    }
    html_raw(&html, "</ul>\n");
    return html.data;
}

static void read_image(const struct source *s, struct feed_item *item)
{
    const char *file = db_value(s->rows, s->row, "image_file");
    if (!file)
        return;
    item->image = (struct feed_image){
        .url = talloc_asprintf(s->ctx, "%s/media/%s", s->request->origin, encode(s->ctx, file)),
        .type = text_of(s, "image_type"),
        .bytes = db_integer(s->rows, s->row, "image_bytes"),
        .alt = text_of(s, "image_alt"),
        .credit = text_of(s, "image_credit"),
        .licence = text_of(s, "image_licence"),
    };
}

// One correction of a text: what was wrong, and where the right text is.
static void become_correction(const struct source *s, struct feed_item *item)
{
    const struct locale *locale = s->request->locale;
    const char *reason = text_of(s, "reason"), *note = text_of(s, "note");
    const struct message_arg args[] = {{.name = "reason", .string = reason ? reason : "other"}};
    const char *label = message_format(s->ctx, locale, "article.correction", args, 1);
    const struct message_arg parts[] = {{.name = "site", .string = label},
                                        {.name = "part", .string = item->title}};
    struct html html;
    html_init(&html, s->ctx, SIZE_MAX);
    html_raw(&html, "<p>");
    html_text(&html, note ? note : label);
    html_raw(&html, "</p>\n");
    item->uri = talloc_asprintf(s->ctx, "%s/corrections/%" PRId64, item->uri, item->version);
    item->url = talloc_asprintf(s->ctx, "%s#corrections", item->url);
    item->title = message_format(s->ctx, locale, "feed.title", parts, 2);
    item->summary = note;
    item->html = html.data;
    item->source_uri = NULL;
}

static void read_item(const struct source *s, struct feed_item *item)
{
    const struct locale *locale = s->request->locale;
    const char *article = db_value(s->rows, s->row, "article");
    const char *state = db_value(s->rows, s->row, "state");
    const char *slug = db_value(s->rows, s->row, "slug");
    const char *source_locale = db_value(s->rows, s->row, "source_locale");
    bool vanished = state && strcmp(state, "removed") == 0;
    if (!article || !state || (!slug && !vanished))
        return; // feed_prepare leaves it out
    *item = (struct feed_item){
        .uri = uri_of(s, article, locale->tag),
        .url = vanished ? NULL : page_of(s, locale->tag, slug),
        .language = locale->tag,
        .withdrawn = vanished || strcmp(state, "withdrawn") == 0,
        .vanished = vanished,
        .replaced_by = replacement(s),
        .notice = text_of(s, "notice"),
        .title = text_of(s, "title"),
        .summary = text_of(s, "summary"),
        .author = text_of(s, "author"),
        .agency = text_of(s, "agency"),
        .licence = text_of(s, "licence"),
        .method = text_of(s, "method"),
        .proofread = bool_of(s, "proofread"),
        .staleness = text_of(s, "translation_state"),
        .version = db_integer(s->rows, s->row, "version"),
        .published = seconds_of(s, "published_us"),
        .updated = seconds_of(s, "updated_us"),
        .modified = seconds_of(s, "modified_us"),
        .topic = {text_of(s, "topic"), text_of(s, "topic_name")},
    };
    if (item->withdrawn) {
        if (!item->notice && !vanished)
            item->notice = message_text(locale, "notice.withdrawn");
        return;
    }
    const char *html = db_value(s->rows, s->row, "html");
    if (html)
        item->html = feed_absolute_html(s->ctx, html, s->request->origin, item->url);
    if (db_value(s->rows, s->row, "correction")) {
        become_correction(s, item);
        return;
    }
    if (source_locale && strcmp(source_locale, locale->tag) != 0)
        item->source_uri = uri_of(s, article, source_locale);
    read_corrections(s, item);
    item->html = item->html ? with_corrections(s, item) : NULL;
    read_provinces(s, item);
    read_translations(s, item);
    read_image(s, item);
}

static const char *title_of(TALLOC_CTX *ctx, const struct feed_request *request)
{
    const char *site = message_text(request->locale, "site.name");
    if (!request->part)
        return site;
    const struct message_arg args[] = {{.name = "site", .string = site},
                                       {.name = "part", .string = request->part}};
    return message_format(ctx, request->locale, "feed.title", args, 2);
}

static struct feed *head_of(TALLOC_CTX *ctx, const struct feed_request *request)
{
    struct feed *feed = talloc_zero(ctx, struct feed);
    const struct locale *locale = request->locale;
    const char *origin = request->origin;
    const char *query = request->query ? request->query : "";
    const char *address =
        talloc_asprintf(feed, "%s%s/%s%s", origin, request->folder, request->file, query);
    feed->id = talloc_asprintf(feed, "%s/id%s%s", origin, request->folder, query);
    feed->language = locale->tag;
    feed->title = title_of(feed, request);
    feed->subtitle = message_text(locale, "site.description");
    feed->rights = message_text(locale, "feed.rights");
    feed->author = message_text(locale, "site.name");
    feed->author_url = talloc_asprintf(feed, "%s/%s/", origin, locale->tag);
    feed->self = address;
    feed->alternate = talloc_asprintf(feed, "%s%s%s", origin, request->page, query);
    feed->terms = talloc_asprintf(feed, "%s/terms", origin);
    feed->about = talloc_asprintf(feed, "%s/%s/about/", origin, locale->tag);
    if (request->before) {
        feed->archive = true;
        feed->self =
            talloc_asprintf(feed, "%s%cbefore=%s", address, *query ? '&' : '?', request->before);
        feed->current = address;
    }
    return feed;
}

int feed_from_rows(TALLOC_CTX *ctx, const struct feed_request *request,
                   const struct db_result *rows, struct feed **ret)
{
    struct feed *feed = head_of(ctx, request);
    // A part of the portal without texts has one row without an article.
    size_t count = db_rows(rows) && db_value(rows, 0, "article") ? db_rows(rows) : 0;
    feed->more = count > request->limit;
    feed->item_count = feed->more ? request->limit : count;
    feed->items = talloc_zero_array(feed, struct feed_item, feed->item_count);
    struct source source = {.ctx = feed, .request = request, .rows = rows};
    for (; source.row < feed->item_count; source.row++)
        read_item(&source, &feed->items[source.row]);
    if (feed->item_count) {
        source.row = feed->item_count - 1;
        feed->last_modified_us = db_integer(rows, source.row, "modified_us");
        feed->last_article = text_of(&source, "article");
    }
    int r = feed_prepare(feed, feed);
    if (r)
        talloc_free(feed);
    else
        *ret = feed;
    return r;
}
