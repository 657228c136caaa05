// The menus at the foot of every page, and the site map for people.
#include "render/site_listing.h"

#include "locales/collate.h"

#include <string.h>

static json_t *link_to(const struct site_shelf *shelf, const char *key, const char *path)
{
    return json_pack("{s:s, s:o}", "name", message_text(shelf->ui, key), "href",
                     json_sprintf("/%s/%s", shelf->locale->tag, path));
}

struct entry {
    const char *key, *path;
};

static json_t *group_of(const struct site_shelf *shelf, const char *key,
                        const struct entry *entries)
{
    json_t *links = json_array();
    for (; entries->key; entries++)
        json_array_append_new(links, link_to(shelf, entries->key, entries->path));
    return json_pack("{s:s, s:o}", "title", message_text(shelf->ui, key), "links", links);
}

static const struct entry portal[] = {
    {"site.about", "about/"},
    {"people.title", "people/"},
    {"about.corrections", "corrections/"},
    {"coverage.title", "coverage/"},
    {"press.title", "press/"},
    {"reuse.title", "reuse/"},
    {0},
};

// The same on every page, in the same order (WCAG 3.2.6).
static const struct entry help[] = {
    {"contact.title", "press/#contact"},
    {"access.title", "accessibility/"},
    {"site.languages_all", "languages/"},
    {"site.feeds", "feeds/"},
    {"sitemap.title", "site-map/"},
    {"site.search", "search/"},
    {"saved.title", "saved/"},
    {0},
};

static json_t *kind_links(const struct site_shelf *shelf)
{
    bool shown[SITE_KINDS];
    json_t *links = json_array();
    site_kinds_shown(shelf, shown);
    for (size_t i = 0; i < SITE_KINDS; i++)
        if (shown[i])
            json_array_append_new(links, site_kind_link(shelf, i));
    return links;
}

json_t *site_menu_groups(const struct site_shelf *shelf)
{
    json_t *links = kind_links(shelf);
    json_array_insert_new(links, 0, link_to(shelf, "site.provinces", "provinces/"));
    json_array_insert_new(links, 0, link_to(shelf, "site.topics", "topics/"));
    json_t *read =
        json_pack("{s:s, s:o}", "title", message_text(shelf->ui, "site.read"), "links", links);
    return json_pack("[o, o, o]", read, group_of(shelf, "site.portal", portal),
                     group_of(shelf, "site.help", help));
}

struct topic_years {
    int *years; // newest first
    size_t count;
};

static void find_years(TALLOC_CTX *ctx, const struct site_shelf *shelf, struct topic_years *topics)
{
    for (size_t i = 0; i < shelf->recent_count; i++) {
        const struct site_place *place = shelf->recent[i];
        if (!place->article->topic)
            continue;
        struct topic_years *topic = &topics[place->article->topic->index];
        int year = site_year(place->shown->published);
        if (topic->count && topic->years[topic->count - 1] == year)
            continue;
        topic->years = talloc_realloc(ctx, topic->years, int, topic->count + 1);
        topic->years[topic->count++] = year;
    }
}

static json_t *topics_of(const struct site *site, const struct site_wing *wing)
{
    const struct site_catalogue *c = site->catalogue;
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct topic_years *years = talloc_zero_array(ctx, struct topic_years, c->topic_count + 1);
    json_t *topics = json_array();
    find_years(ctx, wing->shelf, years);
    for (size_t i = 0; i < c->topic_count; i++) {
        json_t *topic = site_topic_link(wing, &c->topics[i]), *list = json_array();
        for (size_t j = 0; j < years[i].count; j++)
            json_array_append_new(list,
                                  json_pack("{s:s, s:o}", "name",
                                            site_year_text(ctx, wing, years[i].years[j]), "href",
                                            json_sprintf("/%s/topics/%s/%d/", wing->locale->tag,
                                                         c->topics[i].id, years[i].years[j])));
        site_set_list(topic, "years", list);
        json_array_append_new(topics, topic);
    }
    talloc_free(ctx);
    return topics;
}

int site_write_site_map(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing), *units = json_array();
    const struct site_unit **sorted;
    size_t count = site_units_sorted(ctx, site, wing, &sorted);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(units, site_unit_link(wing, sorted[i]));
    json_t *former = json_array();
    for (size_t i = 0; i < site->catalogue->unit_count; i++)
        if (site_unit_is_former(site->catalogue, &site->catalogue->units[i]))
            json_array_append_new(former, site_unit_link(wing, &site->catalogue->units[i]));
    collate_objects(wing->locale, former, "name");
    json_t *groups = site_menu_groups(wing->shelf);
    json_array_remove(groups, 0); // what there is to read stands on this page in full
    json_object_set_new(view, "groups", groups);
    json_object_set_new(view, "topics", topics_of(site, wing));
    json_object_set_new(view, "kinds", kind_links(wing->shelf));
    json_object_set_new(view, "units", units);
    site_set_list(view, "former", former);
    struct site_page page = {
        .template = SITE_SITE_MAP,
        .kind = "site-map",
        .title = message_text(wing->ui, "sitemap.title"),
        .description = message_text(wing->ui, "sitemap.intro"),
    };
    int r = site_plain_write(site, wing, &page, "site-map/", view);
    talloc_free(ctx);
    return r;
}
