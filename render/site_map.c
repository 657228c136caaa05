// Sitemaps (sitemaps.org 0.9, with xhtml:link as Google reads it): for each locale the pages that
// really are in it, each with all its language versions, itself among them, and its picture
// (Google's image extension 1.1). A list of texts has no date of its own, so none is made up for
// it; its years are found through it.
#include "render/site_internal.h"
#include "render/site_listing.h"

#include "render/xml.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// The protocol's limits are 50,000 addresses (SITE_MAP_URLS) and 50 MB a file.
#define MAP_BYTES (45 * 1000 * 1000)

struct map {
    const struct site *site;
    const struct site_wing *wing;
    TALLOC_CTX *ctx; // of the present file
    struct xml *xml;
    unsigned part; // of the present file, from 1
    size_t urls, bytes;
};

static char *part_name(TALLOC_CTX *ctx, const struct site_wing *wing, unsigned part)
{
    if (part == 1)
        return talloc_asprintf(ctx, "sitemap-%s.xml", wing->locale->tag);
    return talloc_asprintf(ctx, "sitemap-%s-%u.xml", wing->locale->tag, part);
}

static void begin_part(struct map *map)
{
    map->part++;
    map->urls = map->bytes = 0;
    map->ctx = talloc_new(NULL);
    map->xml = xml_new(map->ctx);
    xml_start(map->xml, "urlset");
    xml_attribute(map->xml, "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
    xml_attribute(map->xml, "xmlns:xhtml", "http://www.w3.org/1999/xhtml");
    xml_attribute(map->xml, "xmlns:image", "http://www.google.com/schemas/sitemap-image/1.1");
}

static int end_part(struct map *map)
{
    char *text;
    size_t length;
    xml_end(map->xml);
    int r = xml_finish(map->xml, map->ctx, &text, &length);
    if (!r)
        r = site_output_write(map->site->output, part_name(map->ctx, map->wing, map->part), text,
                              length);
    talloc_free(map->ctx);
    return r;
}

static void add_alternates(struct map *map, const struct site_versions *versions)
{
    json_t *list = site_alternates(map->site, versions), *one;
    size_t i;
    json_array_foreach (list, i, one) {
        const char *href = json_string_value(json_object_get(one, "href"));
        xml_start(map->xml, "xhtml:link");
        xml_attribute(map->xml, "rel", "alternate");
        xml_attribute(map->xml, "hreflang", json_string_value(json_object_get(one, "hreflang")));
        xml_attribute(map->xml, "href", href);
        xml_end(map->xml);
        map->bytes += strlen(href) + 64;
    }
    json_decref(list);
}

static void add_image(struct map *map, const struct site_media *media)
{
    char *path = talloc_asprintf(NULL, "/media/%s", media->file);
    char *src = site_encode(path, path);
    char *url = talloc_asprintf(path, "%s%s", map->site->origin, src);
    xml_start(map->xml, "image:image");
    xml_element(map->xml, "image:loc", url);
    xml_end(map->xml);
    map->bytes += strlen(url) + 64;
    talloc_free(path);
}

// text: what the page shows; NULL: it is a list.
static int add_page(struct map *map, const struct site_versions *versions,
                    const struct site_edition *text)
{
    size_t own = (size_t)(map->wing - map->site->wings);
    if (!versions->real[own])
        return SEN_OK;
    if (map->urls == map->site->map_urls || map->bytes > MAP_BYTES) {
        int r = end_part(map);
        if (r)
            return r;
        begin_part(map);
    }
    TALLOC_CTX *ctx = talloc_new(NULL);
    char datetime[32];
    char *url = talloc_asprintf(ctx, "%s%s", map->site->origin, versions->urls[own]);
    xml_start(map->xml, "url");
    xml_element(map->xml, "loc", url);
    if (text)
        xml_element(map->xml, "lastmod", site_datetime(datetime, text->updated));
    if (map->wing->locale->hreflang)
        add_alternates(map, versions);
    if (text && text->image)
        add_image(map, text->image);
    xml_end(map->xml);
    map->urls++;
    map->bytes += strlen(url) + 96;
    talloc_free(ctx);
    return SEN_OK;
}

static int add_path(struct map *map, const char *path)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct site_versions versions;
    site_versions_of_path(ctx, map->site, path, &versions);
    int r = add_page(map, &versions, NULL);
    talloc_free(ctx);
    return r;
}

static int add_lists(struct map *map)
{
    static const char *const paths[] = {
        "",           "provinces/", "topics/", "people/", "corrections/",   "coverage/",
        "languages/", "about/",     "press/",  "reuse/",  "accessibility/", "feeds/",
        "site-map/",
    };
    const struct site_catalogue *catalogue = map->site->catalogue;
    int r = SEN_OK;
    for (size_t i = 0; !r && i < sizeof paths / sizeof *paths; i++)
        r = add_path(map, paths[i]);
    for (size_t i = 0; !r && i < catalogue->topic_count; i++) {
        char *path = talloc_asprintf(NULL, "topics/%s/", catalogue->topics[i].id);
        r = add_path(map, path);
        talloc_free(path);
    }
    for (size_t i = 0; !r && i < SITE_KINDS; i++) {
        char *path = talloc_asprintf(NULL, "sections/%s/", site_kinds[i]);
        r = add_path(map, path);
        talloc_free(path);
    }
    return r;
}

static int add_people(struct map *map)
{
    const struct site_catalogue *catalogue = map->site->catalogue;
    int r = SEN_OK;
    for (size_t i = 0; !r && i < catalogue->byline_count; i++) {
        if (!map->wing->shelf->bylines[i])
            continue;
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct site_versions versions;
        site_versions_of_person(ctx, map->site, catalogue->bylines[i], &versions);
        r = add_page(map, &versions, NULL);
        talloc_free(ctx);
    }
    return r;
}

static int add_units(struct map *map)
{
    const struct site_catalogue *catalogue = map->site->catalogue;
    int r = SEN_OK;
    for (size_t i = 0; !r && i < catalogue->unit_count; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct site_versions versions;
        const struct site_place *profile = site_unit_profile(map->wing, &catalogue->units[i]);
        site_versions_of_unit(ctx, map->site, &catalogue->units[i], &versions);
        r = add_page(map, &versions, profile ? profile->shown : NULL);
        talloc_free(ctx);
    }
    return r;
}

static int add_articles(struct map *map)
{
    int r = SEN_OK;
    for (size_t i = 0; !r && i < map->wing->shelf->place_count; i++) {
        const struct site_place *place = &map->wing->shelf->places[i];
        if (place->shown->locale != map->wing->locale || !site_edition_is_live(place->shown) ||
            site_profile_unit(map->wing, place))
            continue;
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct site_versions versions;
        site_versions_of_article(ctx, map->site, place->article, &versions);
        r = add_page(map, &versions, place->shown);
        talloc_free(ctx);
    }
    return r;
}

int site_write_map(const struct site *site, const struct site_wing *wing)
{
    struct map map = {.site = site, .wing = wing};
    begin_part(&map);
    int r = add_lists(&map);
    if (!r)
        r = add_people(&map);
    if (!r)
        r = add_units(&map);
    if (!r)
        r = add_articles(&map);
    if (r) {
        talloc_free(map.ctx);
        return r;
    }
    // A language that nothing is written in has no map: one without addresses would not be valid.
    if (map.urls)
        r = end_part(&map);
    else
        talloc_free(map.ctx);
    map.part -= !map.urls;
    if (r || !site->output->live)
        return r;
    // Parts of when there were more.
    for (bool more = true; !r && more;) {
        char *next = part_name(NULL, wing, ++map.part);
        more = !faccessat(site->output->root, next, F_OK, 0);
        if (more)
            r = site_output_remove_file(site->output, next);
        talloc_free(next);
    }
    return r;
}

static void add_map(const struct site *site, struct xml *xml, const char *name)
{
    char *url = talloc_asprintf(NULL, "%s/%s", site->origin, name);
    xml_start(xml, "sitemap");
    xml_element(xml, "loc", url);
    xml_end(xml);
    talloc_free(url);
}

int site_write_map_index(const struct site *site)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct xml *xml = xml_new(ctx);
    xml_start(xml, "sitemapindex");
    xml_attribute(xml, "xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
    for (size_t i = 0; i < site->wing_count; i++) {
        for (unsigned part = 1;; part++) {
            const char *name = part_name(ctx, &site->wings[i], part);
            if (faccessat(site->output->root, name, F_OK, 0))
                break;
            add_map(site, xml, name);
        }
    }
    bool news;
    int r = site_write_news_map(site, &news);
    if (!r && news)
        add_map(site, xml, SITE_NEWS_MAP);
    xml_end(xml);
    char *text;
    size_t length;
    if (!r)
        r = xml_finish(xml, ctx, &text, &length);
    if (!r)
        r = site_output_write(site->output, "sitemap.xml", text, length);
    talloc_free(ctx);
    return r;
}
