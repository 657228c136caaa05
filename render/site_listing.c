#include "render/site_listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct writer {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    const struct site_listing *listing;
    const char *name_lang;      // "": the interface's
    struct site_versions later; // of the pages behind the first one
};

// Texts of one year: places[first] and on.
struct year {
    int year;
    size_t first, count, parts;
    char *text;
};

size_t site_listing_parts(size_t count)
{
    return count < 2 * SITE_LISTING_PART ? 0 : count / SITE_LISTING_PART - 1;
}

char *site_year_text(TALLOC_CTX *ctx, const struct site_wing *wing, int year)
{
    // The day in its middle is in that year everywhere.
    struct tm middle = {.tm_year = year - 1900, .tm_mon = 6, .tm_mday = 1};
    return format_date(ctx, wing->ui, timegm(&middle), DATE_YEAR);
}

static struct year *find_years(const struct writer *w, const struct site_place *const *places,
                               size_t place_count, size_t *ret_count)
{
    struct year *years = talloc_array(w->ctx, struct year, place_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < place_count; i++) {
        int year = site_year(places[i]->shown->published);
        if (!count || years[count - 1].year != year)
            years[count++] = (struct year){.year = year, .first = i};
        years[count - 1].count++;
    }
    for (size_t i = 0; i < count; i++) {
        years[i].parts = site_listing_parts(years[i].count);
        years[i].text = site_year_text(w->ctx, w->wing, years[i].year);
    }
    *ret_count = count;
    return years;
}

static json_t *link_to(const struct writer *w, const char *name, const char *below)
{
    return json_pack("{s:s, s:o}", "name", name, "href",
                     json_sprintf("/%s/%s%s", w->wing->locale->tag, w->listing->path, below));
}

static void set_head(const struct writer *w, json_t *view)
{
    const struct site_listing *listing = w->listing;
    site_set(view, "name", listing->name);
    site_set(view, "name_lang", w->name_lang);
    json_object_set(view, "above", listing->above);
    if (!listing->feed)
        return;
    json_object_set_new(view, "feed",
                        json_sprintf("/feeds/%s/%s", w->wing->locale->tag, listing->feed));
}

// below: "", "2025/", "2025/1/".
static int write_page(const struct writer *w, const char *below, struct site_page *page,
                      json_t *view)
{
    const struct site_listing *listing = w->listing;
    bool first = !*below;
    page->versions = first ? listing->versions : &w->later;
    page->alternates = first ? site_alternates(w->site, page->versions) : json_array();
    page->kind = listing->kind;
    page->title_in = listing->name_in;
    page->shown = w->wing->ui;
    page->feed = listing->feed;
    page->path =
        talloc_asprintf(w->ctx, "%s/%s%s%s", w->wing->locale->tag, listing->path, below, SITE_PAGE);
    // The others have no page for the same texts: they lead to their first.
    size_t own = (size_t)(w->wing - w->site->wings);
    w->later.urls[own] =
        talloc_asprintf(w->ctx, "/%s/%s%s", w->wing->locale->tag, listing->path, below);
    if (!first && !page->versions->real[own])
        json_object_set_new(view, "noindex", json_true());
    set_head(w, view);
    int r = site_page_write(w->site, w->wing, page, view);
    json_decref(page->alternates);
    return r;
}

static int write_first(const struct writer *w, const struct year *years, size_t year_count)
{
    const struct site_listing *listing = w->listing;
    json_t *view = site_view(w->wing), *cards = json_array(), *links = json_array();
    for (size_t i = 0; i < listing->count && i < SITE_LISTING_CARDS; i++) {
        json_t *card = site_card(w->site, w->wing, listing->places[i]);
        if (!listing->with_topics)
            json_object_set_new(card, "topic", json_false());
        json_array_append_new(cards, card);
    }
    for (size_t i = 0; i < year_count; i++) {
        char below[16];
        snprintf(below, sizeof below, "%d/", years[i].year);
        json_array_append_new(links, link_to(w, years[i].text, below));
    }
    const struct message_arg args[] = {{"count", NULL, (int64_t)listing->count}};
    site_set(view, "texts", message_format(w->ctx, w->wing->ui, "about.texts", args, 1));
    site_set(view, "empty", listing->empty);
    site_set_list(view, "cards", cards);
    site_set_list(view, "years", links);
    if (listing->others)
        site_set_list(view, "others", json_incref(listing->others));
    site_set(view, "others_title", listing->others_title);
    site_set_list(view, "crumbs", site_crumbs(w->wing, json_incref(listing->above)));
    struct site_page page = {
        .template = SITE_LISTING,
        .title = listing->name,
        .description = listing->description,
    };
    return write_page(w, "", &page, view);
}

static json_t *entries_of(const struct writer *w, size_t first, size_t count)
{
    json_t *entries = json_array();
    for (size_t i = first; i < first + count; i++) {
        const struct site_edition *shown = w->listing->places[i]->shown;
        TALLOC_CTX *ctx = talloc_new(NULL);
        json_t *entry = json_object();
        char datetime[32];
        site_set(entry, "href", site_place_href(ctx, w->wing, w->listing->places[i]));
        site_set(entry, "title", shown->title);
        site_set(entry, "datetime", site_datetime(datetime, shown->published));
        site_set(entry, "date", format_date(ctx, w->wing->ui, shown->published, DATE_LONG));
        site_set_language(entry, w->wing, shown->locale);
        json_array_append_new(entries, entry);
        talloc_free(ctx);
    }
    return entries;
}

static char *part_text(const struct writer *w, size_t part)
{
    const struct message_arg args[] = {{"number", NULL, (int64_t)part}};
    return message_format(w->ctx, w->wing->ui, "list.part", args, 1);
}

static void set_parts(const struct writer *w, const struct year *year, json_t *view)
{
    json_t *parts = json_array();
    for (size_t i = year->parts; i; i--) {
        char below[48];
        snprintf(below, sizeof below, "%d/%zu/", year->year, i);
        json_array_append_new(parts, link_to(w, part_text(w, i), below));
    }
    const struct message_arg args[] = {{"year", year->text, 0}};
    site_set(view, "parts_title", message_format(w->ctx, w->wing->ui, "list.parts", args, 1));
    site_set_list(view, "parts", parts);
}

// Which of a year's texts stand on one of its pages; part: 0 is the year's own, with the newest.
static size_t range_of(const struct year *year, size_t part, size_t *ret_first)
{
    size_t end = year->count - (part ? part - 1 : year->parts) * SITE_LISTING_PART;
    *ret_first = part ? end - SITE_LISTING_PART : 0;
    return end - *ret_first;
}

// A profile can move to another page while nothing of itself changes.
static bool is_shown_as(const struct site_place *place, const struct site_place *old)
{
    const struct site_edition *a = place->shown, *b = old->shown;
    return !place->article->profile && a->published == b->published && a->locale == b->locale &&
           strcmp(place->slug, old->slug) == 0 && strcmp(a->title, b->title) == 0;
}

static bool is_as_before(const struct writer *w, const struct year *year, const struct year *old,
                         size_t part)
{
    size_t first, old_first;
    if (!old || part > old->parts || (!part && year->parts != old->parts))
        return false;
    size_t count = range_of(year, part, &first);
    if (range_of(old, part, &old_first) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_shown_as(w->listing->places[year->first + first + i],
                         w->listing->before[old->first + old_first + i]))
            return false;
    return true;
}

static int write_year(const struct writer *w, const struct year *year, size_t part)
{
    size_t first, count = range_of(year, part, &first);
    char below[48];
    snprintf(below, sizeof below, part ? "%d/%zu/" : "%d/", year->year, part);
    json_t *view = site_view(w->wing), *up = link_to(w, w->listing->name, "");
    json_t *crumbs = site_crumbs(w->wing, json_incref(w->listing->above));
    site_set(up, "lang", w->name_lang);
    json_array_append_new(crumbs, up);
    const char *heading = year->text;
    if (part) {
        char of[16];
        snprintf(of, sizeof of, "%d/", year->year);
        json_array_append_new(crumbs, link_to(w, year->text, of));
        heading = talloc_asprintf(w->ctx, "%s · %s", year->text, part_text(w, part));
    } else {
        set_parts(w, year, view);
    }
    site_set(view, "heading", heading);
    json_object_set_new(view, "entries", entries_of(w, year->first + first, count));
    site_set_list(view, "crumbs", crumbs);
    json_object_set(view, "up", up);
    struct site_page page = {
        .template = SITE_YEAR,
        .title = talloc_asprintf(w->ctx, "%s, %s", w->listing->name, heading),
    };
    return write_page(w, below, &page, view);
}

static int write_years(const struct writer *w, const struct year *years, size_t year_count)
{
    size_t old_count = 0;
    const struct site_listing *listing = w->listing;
    const struct year *old =
        listing->before ? find_years(w, listing->before, listing->before_count, &old_count) : NULL;
    int r = SEN_OK;
    for (size_t i = 0; !r && i < year_count; i++) {
        const struct year *same = NULL;
        for (size_t j = 0; j < old_count; j++)
            if (old[j].year == years[i].year)
                same = &old[j];
        for (size_t part = 0; !r && part <= years[i].parts; part++)
            if (!is_as_before(w, &years[i], same, part))
                r = write_year(w, &years[i], part);
    }
    return r;
}

int site_listing_prune(const struct site *site, const char *folder, const int *kept, size_t count)
{
    if (!site->output->live)
        return SEN_OK;
    int descriptor = openat(site->output->root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    DIR *list = fdopendir(descriptor);
    int r = SEN_OK;
    struct dirent *one;
    while (!r && (one = readdir(list))) {
        int number = atoi(one->d_name);
        bool wanted = number <= 0;
        for (size_t i = 0; !wanted && i < count; i++)
            wanted = kept[i] == number;
        if (wanted)
            continue;
        char *path = talloc_asprintf(NULL, "%s/%s", folder, one->d_name);
        r = site_output_remove(site->output, path);
        talloc_free(path);
    }
    closedir(list);
    return r;
}

static int prune(const struct writer *w, const struct year *years, size_t year_count)
{
    char *folder = talloc_asprintf(w->ctx, "%s/%s", w->wing->locale->tag, w->listing->path);
    folder[strlen(folder) - 1] = '\0';
    int *kept = talloc_array(w->ctx, int, year_count + w->listing->count + 1);
    for (size_t i = 0; i < year_count; i++)
        kept[i] = years[i].year;
    int r = site_listing_prune(w->site, folder, kept, year_count);
    for (size_t i = 0; i <= w->listing->count; i++)
        kept[i] = (int)i + 1;
    for (size_t i = 0; !r && i < year_count; i++)
        r = site_listing_prune(w->site, talloc_asprintf(w->ctx, "%s/%d", folder, years[i].year),
                               kept, years[i].parts);
    return r;
}

int site_listing_write(const struct site *site, const struct site_wing *wing,
                       const struct site_listing *listing)
{
    struct writer w = {.ctx = talloc_new(NULL), .site = site, .wing = wing, .listing = listing};
    bool foreign = listing->name_in && listing->name_in != wing->ui;
    w.name_lang = foreign ? listing->name_in->tag : "";
    w.later = *listing->versions;
    w.later.urls = talloc_memdup(w.ctx, w.later.urls, sizeof *w.later.urls * site->wing_count);
    size_t year_count;
    struct year *years = find_years(&w, listing->places, listing->count, &year_count);
    int r = write_first(&w, years, year_count);
    if (!r)
        r = write_years(&w, years, year_count);
    if (!r)
        r = prune(&w, years, year_count);
    json_decref(listing->above);
    json_decref(listing->others);
    talloc_free(w.ctx);
    return r;
}
