// The news map (Google's news extension 0.9): what was published in the last two days, in all
// languages. The days are counted back from the newest text and not from the clock, since the same
// database must give the same file; a portal that has been silent lists its last news a little
// longer, which who reads the map leaves out by the dates in it.
#include "render/site_internal.h"

#include "render/xml.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW   (2 * 24 * 3600) // seconds
#define URLS_MAX 1000            // of the extension

struct news {
    const struct site_wing *wing;
    const struct site_place *place;
};

static int newest_first(const void *a, const void *b)
{
    const struct news *x = a, *y = b;
    int64_t one = x->place->shown->published, other = y->place->shown->published;
    if (one != other)
        return one < other ? 1 : -1;
    int order = strcmp(x->place->article->id, y->place->article->id);
    if (order)
        return order;
    return x->wing->locale->index < y->wing->locale->index ? -1 : 1;
}

static size_t collect(TALLOC_CTX *ctx, const struct site *site, struct news **ret)
{
    struct news *list = NULL;
    size_t count = 0;
    int64_t newest = 0;
    for (size_t i = 0; i < site->wing_count; i++)
        for (size_t j = 0; j < site->wings[i].shelf->recent_count; j++) {
            const struct site_place *place = site->wings[i].shelf->recent[j];
            if (place->shown->published > newest)
                newest = place->shown->published;
        }
    for (size_t i = 0; i < site->wing_count; i++)
        for (size_t j = 0; j < site->wings[i].shelf->recent_count; j++) {
            const struct site_place *place = site->wings[i].shelf->recent[j];
            if (place->shown->published < newest - WINDOW)
                break; // newest first
            if (place->shown->locale != site->wings[i].locale || place->article->profile)
                continue;
            list = talloc_realloc(ctx, list, struct news, count + 1);
            list[count++] = (struct news){&site->wings[i], place};
        }
    if (count)
        qsort(list, count, sizeof *list, newest_first);
    *ret = list;
    return count < URLS_MAX ? count : URLS_MAX;
}

// ISO 639, but for Chinese, whose two scripts the extension knows by countries.
static const char *language_of(const struct locale *locale)
{
    if (strcmp(locale->tag, "zh-Hans") == 0)
        return "zh-cn";
    return strcmp(locale->tag, "zh-Hant") == 0 ? "zh-tw" : locale->tag;
}

static void add(const struct site *site, struct xml *xml, const struct news *news)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char datetime[32];
    const char *path = site_place_url(ctx, news->wing, news->place);
    xml_start(xml, "url");
    xml_element(xml, "loc", talloc_asprintf(ctx, "%s%s", site->origin, path));
    xml_start(xml, "news:news");
    xml_start(xml, "news:publication");
    xml_element(xml, "news:name", message_text(news->wing->ui, "site.name"));
    xml_element(xml, "news:language", language_of(news->wing->locale));
    xml_end(xml);
    xml_element(xml, "news:publication_date",
                site_datetime(datetime, news->place->shown->published));
    xml_element(xml, "news:title", news->place->shown->title);
    xml_end(xml);
    xml_end(xml);
    talloc_free(ctx);
}

int site_write_news_map(const struct site *site, bool *ret)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct news *list;
    size_t count = collect(ctx, site, &list), length;
    struct xml *xml = xml_new(ctx);
    xml_start(xml, "urlset");
    xml_attribute(xml, "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
    xml_attribute(xml, "xmlns:news", "http://www.google.com/schemas/sitemap-news/0.9");
    for (size_t i = 0; i < count; i++)
        add(site, xml, &list[i]);
    xml_end(xml);
    char *text;
    int r = xml_finish(xml, ctx, &text, &length);
    if (!r && count)
        r = site_output_write(site->output, SITE_NEWS_MAP, text, length);
    else if (!r && site->output->live && !faccessat(site->output->root, SITE_NEWS_MAP, F_OK, 0))
        r = site_output_remove_file(site->output, SITE_NEWS_MAP);
    talloc_free(ctx);
    *ret = count;
    return r;
}
