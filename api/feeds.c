// Feeds: /feeds/{locale}/, a topic's, a province's, a search's and that of corrections below it,
// each as atom.xml, rss.xml and feed.json. Older pages are reached by ?before= (RFC 5005).
#include "render/feed.h"

#include "api/cursor.h"
#include "api/response.h"
#include "api/route.h"
#include "api/search.h"
#include "locales/message.h"

#include <string.h>

enum { ITEMS = 50 };

static const struct format {
    const char *file, *type;
    int (*write)(TALLOC_CTX *ctx, const struct feed *feed, char **ret, size_t *ret_length);
} formats[] = {
    {"atom.xml", "application/atom+xml; charset=utf-8", feed_atom},
    {"rss.xml", "application/rss+xml; charset=utf-8", feed_rss},
    {"feed.json", "application/feed+json; charset=utf-8", feed_json},
};

static const struct format *find_format(const char *file)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].file, file) == 0)
            return &formats[i];
    return NULL;
}

static const struct read search, corrections;

// What the path asks for: the last segment is the file, those between are a part of the portal.
static void read_path(TALLOC_CTX *ctx, const struct request *request, struct feed_request *ret)
{
    const char *tag = request->parameters[0], *part = request->parameters[1];
    bool whole = !request->parameters[2];
    const char *kind = strstr(request->route->path, "/topics/") ? "topics" : "provinces";
    bool searched = request->route->read == &search;
    ret->locale = locale_find(tag);
    ret->origin = request->thread->settings->origin;
    ret->file = whole ? part : request->parameters[2];
    if (searched) {
        ret->folder = talloc_asprintf(ctx, "/feeds/%s/search", tag);
        ret->page = talloc_asprintf(ctx, "/%s/search/", tag);
        ret->query = search_address(ctx, &request->query, (const char *const[]){"before", NULL});
    } else if (request->route->read == &corrections) {
        ret->folder = talloc_asprintf(ctx, "/feeds/%s/corrections", tag);
        ret->page = talloc_asprintf(ctx, "/%s/corrections/", tag);
    } else {
        ret->folder = whole ? talloc_asprintf(ctx, "/feeds/%s", tag)
                            : talloc_asprintf(ctx, "/feeds/%s/%s/%s", tag, kind, part);
        ret->page = whole ? talloc_asprintf(ctx, "/%s/", tag)
                          : talloc_asprintf(ctx, "/%s/%s/%s/", tag, kind, part);
    }
    ret->before = query_get(&request->query, "before");
    ret->limit = ITEMS;
}

static char *feed_headers(TALLOC_CTX *ctx, const struct feed *feed)
{
    return talloc_asprintf(
        ctx,
        "Cache-Control: public, max-age=%d, stale-while-revalidate=600, stale-if-error=86400\r\n"
        "Access-Control-Allow-Origin: *\r\nContent-Language: %s\r\nLink: <%s>; rel=\"self\"\r\n"
        "Content-Security-Policy: default-src 'none'; sandbox\r\n",
        FEED_TTL_MINUTES * 60, feed->language, feed->self);
}

static int make(TALLOC_CTX *ctx, const struct request *request, const struct db_result *result,
                struct response **ret, const char **ret_tags)
{
    struct feed_request asked = {0};
    read_path(ctx, request, &asked);
    const struct format *format = find_format(asked.file);
    if (!format || !db_rows(result))
        return SEN_NOT_FOUND;
    asked.part = db_value(result, 0, "part");
    if (request->route->read == &corrections)
        asked.part = message_text(asked.locale, "about.corrections");
    struct feed *feed;
    int r = feed_from_rows(ctx, &asked, result, &feed);
    if (r)
        return r;
    if (feed->more) {
        struct cursor last = {.key = feed->last_modified_us, .id = feed->last_article};
        feed->prev_archive =
            talloc_asprintf(feed, "%s%s/%s%s%cbefore=%s", asked.origin, asked.folder, asked.file,
                            asked.query ? asked.query : "", asked.query ? '&' : '?',
                            cursor_encode(ctx, request->route->path, &last));
    }
    char *text;
    size_t length;
    r = format->write(ctx, feed, &text, &length);
    if (r)
        return r;
    *ret = response_new(request->thread->memory, 200, format->type, feed_headers(ctx, feed), text,
                        length, feed->modified);
    *ret_tags = "articles topics agencies media provinces places";
    return SEN_OK;
}

// The statement asks for one item more than are shown, to know that there is an older page.
#define ROWS                                                                                       \
    {VALUE_CURSOR_KEY, "before"}, {VALUE_CURSOR_ID},                                               \
    {                                                                                              \
        VALUE_CONSTANT, "51"                                                                       \
    }
#define NO_SEARCH                                                                                  \
    {VALUE_NULL}, {VALUE_NULL},                                                                    \
    {                                                                                              \
        VALUE_NULL                                                                                 \
    }
#define REST .max_age = FEED_TTL_MINUTES * 60, .stale_age = 600, .make = make
_Static_assert(ITEMS == 50, "ROWS asks for one more");

static const struct read whole = {
    .statement = "feed",
    .values = {{VALUE_PATH_LOCALE},
               {VALUE_NULL},
               {VALUE_NULL},
               ROWS,
               {VALUE_LOCALES},
               NO_SEARCH,
               {VALUE_KEY, .index = 1}},
    REST,
};

static const struct read topic = {
    .statement = "feed",
    .values = {{VALUE_PATH_LOCALE},
               {VALUE_PATH, .index = 1},
               {VALUE_NULL},
               ROWS,
               {VALUE_LOCALES},
               NO_SEARCH,
               {VALUE_KEY, .index = 2}},
    REST,
};

static const struct read province = {
    .statement = "feed",
    .values = {{VALUE_PATH_LOCALE},
               {VALUE_NULL},
               {VALUE_PATH, .index = 1},
               ROWS,
               {VALUE_LOCALES},
               NO_SEARCH,
               {VALUE_KEY, .index = 2}},
    REST,
};

static const struct read search = {
    .statement = "feed",
    .values = {{VALUE_PATH_LOCALE},
               {VALUE_NULL},
               {VALUE_NULL},
               ROWS,
               {VALUE_LOCALES},
               {VALUE_SEARCH, "q", .required = true},
               {VALUE_FILTERS, .choices = "topic|province|agency|kind|year"},
               {VALUE_TEXT, "q"},
               {VALUE_KEY, .index = 1}},
    .heavy = true,
    REST,
};

static const struct read corrections = {
    .statement = "feed_corrections",
    .values = {{VALUE_PATH_LOCALE}, ROWS, {VALUE_LOCALES}, {VALUE_KEY, .index = 1}},
    REST,
};

extern const struct route feed_routes[];
const struct route feed_routes[] = {
    {METHOD_GET, "/feeds/{locale}/{file}", .read = &whole},
    {METHOD_GET, "/feeds/{locale}/search/{file}", .read = &search},
    {METHOD_GET, "/feeds/{locale}/corrections/{file}", .read = &corrections},
    {METHOD_GET, "/feeds/{locale}/topics/{topic}/{file}", .read = &topic},
    {METHOD_GET, "/feeds/{locale}/provinces/{province}/{file}", .read = &province},
    {0},
};
