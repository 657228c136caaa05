// The home page, and the pages of a topic: its newest texts, and all of them by year.
#include "render/site_internal.h"
#include "render/site_linked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static json_t *newest_of(const struct site_wing *wing, const struct site_topic *topic)
{
    json_t *link = site_topic_link(wing, topic);
    for (size_t i = 0; i < wing->shelf->recent_count; i++) {
        const struct site_place *place = wing->shelf->recent[i];
        if (place->article->topic != topic)
            continue;
        const struct locale *in = place->shown->locale;
        site_set(link, "newest", place->shown->title);
        site_set(link, "newest_lang", in == wing->ui ? "" : in->tag);
        site_set(link, "newest_dir", in->rtl ? "rtl" : "ltr");
        break;
    }
    return link;
}

static void set_home_units(const struct site *site, const struct site_wing *wing, json_t *view)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_unit **units;
    size_t count = site_units_sorted(ctx, site, wing, &units);
    json_t *links = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(links, site_unit_link(wing, units[i]));
    json_object_set_new(view, "units", links);
    const struct message_arg args[] = {{"count", NULL, (int64_t)count}};
    site_set(view, "explore", message_format(ctx, wing->ui, "page.explore", args, 1));
    talloc_free(ctx);
}

int site_write_home(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing), *latest = json_array(), *topics = json_array();
    for (size_t i = 0; i < wing->shelf->recent_count && i < SITE_LATEST; i++)
        json_array_append_new(latest, site_card(site, wing, wing->shelf->recent[i]));
    for (size_t i = 0; i < site->catalogue->topic_count; i++)
        json_array_append_new(topics, newest_of(wing, &site->catalogue->topics[i]));
    site_set_list(view, "latest", latest);
    json_object_set_new(view, "topics", topics);
    set_home_units(site, wing, view);
    struct site_versions versions;
    site_versions_of_path(ctx, site, "", &versions);
    json_t *alternates = site_alternates(site, &versions);
    struct site_page page = {
        .template = SITE_HOME,
        .kind = "home",
        .title = message_text(wing->ui, "site.tagline"),
        .description = message_text(wing->ui, "site.description"),
        .versions = &versions,
        .alternates = alternates,
        .shown = wing->ui,
        .path = talloc_asprintf(ctx, "%s/index.html", wing->locale->tag),
        .linked = site_linked_home(site, wing),
    };
    int r = site_page_write(site, wing, &page, view);
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}

struct topic_pages {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    const struct site_topic *topic;
    const struct site_place **places; // of the topic, newest first
    size_t place_count;
    int *years; // newest first
    size_t year_count;
};

static void collect(struct topic_pages *pages)
{
    const struct site_shelf *shelf = pages->wing->shelf;
    pages->places = talloc_array(pages->ctx, const struct site_place *, shelf->recent_count + 1);
    pages->years = talloc_array(pages->ctx, int, shelf->recent_count + 1);
    for (size_t i = 0; i < shelf->recent_count; i++) {
        const struct site_place *place = shelf->recent[i];
        if (place->article->topic != pages->topic)
            continue;
        int year = site_year(place->shown->published);
        if (!pages->year_count || pages->years[pages->year_count - 1] != year)
            pages->years[pages->year_count++] = year;
        pages->places[pages->place_count++] = place;
    }
}

static int write_page(const struct topic_pages *pages, const char *path, struct site_page *page,
                      json_t *view)
{
    struct site_versions versions;
    site_versions_of_path(pages->ctx, pages->site, path, &versions);
    page->versions = &versions;
    page->alternates = site_alternates(pages->site, &versions);
    page->kind = "topic";
    page->shown = pages->wing->ui;
    page->path = talloc_asprintf(pages->ctx, "%s/%sindex.html", pages->wing->locale->tag, path);
    page->feed = talloc_asprintf(pages->ctx, "topics/%s/", pages->topic->id);
    int r = site_page_write(pages->site, pages->wing, page, view);
    json_decref(page->alternates);
    return r;
}

// The language that the name is in.
static const struct locale *set_name(const struct topic_pages *pages, json_t *view)
{
    const struct locale *in;
    site_set(view, "name", site_name_in(pages->topic->names, pages->wing->locale, &in));
    site_set(view, "name_lang", in == pages->wing->ui ? "" : in->tag);
    return in;
}

// "2025", "2025年": of the day in its middle.
static char *year_text(const struct topic_pages *pages, int year)
{
    struct tm middle = {.tm_year = year - 1900, .tm_mon = 6, .tm_mday = 1};
    return format_date(pages->ctx, pages->wing->ui, timegm(&middle), DATE_YEAR);
}

static int write_topic(const struct topic_pages *pages)
{
    json_t *view = site_view(pages->wing), *cards = json_array(), *years = json_array();
    for (size_t i = 0; i < pages->place_count && i < SITE_TOPIC_CARDS; i++) {
        json_t *card = site_card(pages->site, pages->wing, pages->places[i]);
        json_object_set_new(card, "topic", json_false());
        json_array_append_new(cards, card);
    }
    for (size_t i = 0; i < pages->year_count; i++)
        json_array_append_new(
            years, json_pack("{s:s, s:o}", "year", year_text(pages, pages->years[i]), "href",
                             json_sprintf("/%s/topics/%s/%d/", pages->wing->locale->tag,
                                          pages->topic->id, pages->years[i])));
    const struct locale *in = set_name(pages, view);
    site_set_list(view, "cards", cards);
    site_set_list(view, "years", years);
    site_set_list(view, "crumbs", site_crumbs(pages->wing, NULL));
    const char *name = json_string_value(json_object_get(view, "name"));
    const struct message_arg args[] = {{"topic", name, 0}};
    struct site_page page = {
        .template = SITE_TOPIC,
        .title = name,
        .title_in = in,
        .description = message_format(pages->ctx, pages->wing->ui, "page.topic_all", args, 1),
    };
    return write_page(pages, talloc_asprintf(pages->ctx, "topics/%s/", pages->topic->id), &page,
                      view);
}

static int write_year(const struct topic_pages *pages, int year)
{
    json_t *view = site_view(pages->wing), *entries = json_array();
    for (size_t i = 0; i < pages->place_count; i++) {
        const struct site_edition *shown = pages->places[i]->shown;
        if (site_year(shown->published) != year)
            continue;
        TALLOC_CTX *ctx = talloc_new(NULL);
        json_t *entry = json_object();
        char datetime[32];
        site_set(entry, "href", site_place_url(ctx, pages->wing, pages->places[i]));
        site_set(entry, "title", shown->title);
        site_set(entry, "datetime", site_datetime(datetime, shown->published));
        site_set(entry, "date", format_date(ctx, pages->wing->ui, shown->published, DATE_LONG));
        site_set_language(entry, pages->wing, shown->locale);
        json_array_append_new(entries, entry);
        talloc_free(ctx);
    }
    const struct locale *in = set_name(pages, view);
    site_set(view, "year", year_text(pages, year));
    json_object_set_new(view, "entries", entries);
    site_set_list(view, "crumbs",
                  site_crumbs(pages->wing, site_topic_link(pages->wing, pages->topic)));
    struct site_page page = {
        .template = SITE_YEAR,
        .title_in = in,
        .title =
            talloc_asprintf(pages->ctx, "%s, %s", json_string_value(json_object_get(view, "name")),
                            year_text(pages, year)),
    };
    return write_page(pages, talloc_asprintf(pages->ctx, "topics/%s/%d/", pages->topic->id, year),
                      &page, view);
}

// A year whose last text was withdrawn has no page any more.
static int remove_old_years(const struct topic_pages *pages)
{
    struct site_output *output = pages->site->output;
    char *folder =
        talloc_asprintf(pages->ctx, "%s/topics/%s", pages->wing->locale->tag, pages->topic->id);
    int descriptor = openat(output->root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    DIR *list = fdopendir(descriptor);
    int r = SEN_OK;
    struct dirent *one;
    while (!r && (one = readdir(list))) {
        int year = atoi(one->d_name);
        bool wanted = !year;
        for (size_t i = 0; !wanted && i < pages->year_count; i++)
            wanted = pages->years[i] == year;
        if (!wanted)
            r = site_output_remove(output,
                                   talloc_asprintf(pages->ctx, "%s/%s", folder, one->d_name));
    }
    closedir(list);
    return r;
}

int site_write_topic(const struct site *site, const struct site_wing *wing,
                     const struct site_topic *topic)
{
    struct topic_pages pages = {
        .ctx = talloc_new(NULL), .site = site, .wing = wing, .topic = topic};
    collect(&pages);
    int r = write_topic(&pages);
    for (size_t i = 0; !r && i < pages.year_count; i++)
        r = write_year(&pages, pages.years[i]);
    if (!r && site->output->live)
        r = remove_old_years(&pages);
    talloc_free(pages.ctx);
    return r;
}
