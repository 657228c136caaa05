// The corrections of the texts that an edition shows, the newest first; where there are many, the
// older ones by year.
#include "render/site_listing.h"

#include <stdlib.h>

#define CORRECTIONS 100 // on the first page

struct entry {
    const struct site_place *place;
    const struct site_correction *correction;
};

static int newest_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->correction->at != y->correction->at)
        return x->correction->at > y->correction->at ? -1 : 1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x->correction->version > y->correction->version ? -1 : 1;
}

static size_t collect(TALLOC_CTX *ctx, const struct site_wing *wing, struct entry **ret)
{
    size_t count = 0;
    struct entry *entries = NULL;
    for (size_t i = 0; i < wing->shelf->place_count; i++) {
        const struct site_place *place = &wing->shelf->places[i];
        const struct site_edition *shown = place->shown;
        if (!shown->correction_count || !site_edition_is_live(shown))
            continue;
        entries = talloc_realloc(ctx, entries, struct entry, count + shown->correction_count);
        for (size_t j = 0; j < shown->correction_count; j++)
            entries[count++] = (struct entry){place, &shown->corrections[j]};
    }
    if (count)
        qsort(entries, count, sizeof *entries, newest_first);
    *ret = entries;
    return count;
}

static json_t *view_of(const struct site_wing *wing, const struct entry *entry)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_correction *correction = entry->correction;
    const struct site_edition *shown = entry->place->shown;
    const struct message_arg args[] = {
        {"reason", correction->reason ? correction->reason : "other", 0}};
    char datetime[32];
    json_t *one = json_object();
    site_set(one, "datetime", site_datetime(datetime, correction->at));
    site_set(one, "date", format_date(ctx, wing->ui, correction->at, DATE_LONG));
    site_set(one, "what", message_format(ctx, wing->ui, "article.correction", args, 1));
    site_set(one, "note", correction->note ? correction->note : "");
    site_set(one, "title", shown->title);
    site_set(one, "href", site_place_href(ctx, wing, entry->place));
    site_set_language(one, wing, shown->locale);
    talloc_free(ctx);
    return one;
}

static json_t *list_of(const struct site_wing *wing, const struct entry *entries, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, view_of(wing, &entries[i]));
    return list;
}

struct writer {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    const struct entry *entries;
    size_t count;
    int *years; // newest first
    size_t year_count;
};

// Only its own language has the same ones on a page: in the others it leads to the newest.
static int write_year(const struct writer *w, const struct entry *entries, size_t count)
{
    const struct site_wing *wing = w->wing;
    int year = site_year(entries->correction->at);
    char *text = site_year_text(w->ctx, wing, year);
    const char *name = message_text(wing->ui, "about.corrections");
    json_t *above = json_pack("{s:s, s:o}", "name", name, "href",
                              json_sprintf("/%s/corrections/", wing->locale->tag));
    json_t *view = site_view(wing);
    site_set_list(view, "entries", list_of(wing, entries, count));
    site_set(view, "year", text);
    site_set_list(view, "crumbs", site_crumbs(wing, above));
    json_object_set_new(view, "noindex", json_true());
    struct site_versions versions;
    site_versions_of_path(w->ctx, w->site, "corrections/", &versions);
    struct site_page page = {
        .template = SITE_CORRECTIONS,
        .kind = "correction-index",
        .title = talloc_asprintf(w->ctx, "%s, %s", name, text),
        .versions = &versions,
        .shown = wing->ui,
        .path = talloc_asprintf(w->ctx, "%s/corrections/%d/%s", wing->locale->tag, year, SITE_PAGE),
        .feed = "corrections/",
    };
    return site_page_write(w->site, wing, &page, view);
}

static int write_years(struct writer *w)
{
    w->years = talloc_array(w->ctx, int, w->count + 1);
    size_t first = 0;
    for (size_t i = 1; w->count > CORRECTIONS && i <= w->count; i++) {
        int year = site_year(w->entries[first].correction->at);
        if (i < w->count && site_year(w->entries[i].correction->at) == year)
            continue;
        int r = write_year(w, w->entries + first, i - first);
        if (r)
            return r;
        w->years[w->year_count++] = year;
        first = i;
    }
    return SEN_OK;
}

static int write_newest(const struct writer *w)
{
    const struct site_wing *wing = w->wing;
    json_t *view = site_view(wing), *years = json_array();
    for (size_t i = 0; i < w->year_count; i++)
        json_array_append_new(
            years,
            json_pack("{s:s, s:o}", "name", site_year_text(w->ctx, wing, w->years[i]), "href",
                      json_sprintf("/%s/corrections/%d/", wing->locale->tag, w->years[i])));
    site_set_list(view, "entries",
                  list_of(wing, w->entries, w->count < CORRECTIONS ? w->count : CORRECTIONS));
    site_set_list(view, "years", years);
    site_set_contact(w->site, view);
    const struct message_arg args[] = {
        {"language", format_language(w->ctx, wing->ui, wing->locale, NAME_IN_TEXT), 0}};
    site_set(view, "feed_text", message_format(w->ctx, wing->ui, "corrections.feed_text", args, 1));
    struct site_page page = {
        .template = SITE_CORRECTIONS,
        .kind = "correction-index",
        .title = message_text(wing->ui, "about.corrections"),
        .description = message_text(wing->ui, "corrections.intro"),
        .feed = "corrections/",
    };
    return site_plain_write(w->site, wing, &page, "corrections/", view);
}

int site_write_corrections(const struct site *site, const struct site_wing *wing)
{
    struct writer w = {.ctx = talloc_new(NULL), .site = site, .wing = wing};
    struct entry *entries;
    w.count = collect(w.ctx, wing, &entries);
    w.entries = entries;
    int r = write_years(&w);
    if (!r)
        r = write_newest(&w);
    if (!r)
        r = site_listing_prune(site, talloc_asprintf(w.ctx, "%s/corrections", wing->locale->tag),
                               w.years, w.year_count);
    talloc_free(w.ctx);
    return r;
}
