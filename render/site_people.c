// Who writes for the portal: the names under which texts are published, each with its texts, and
// the agencies.
#include "render/site_listing.h"

#include "locales/collate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

json_t *site_person_link(const struct site_wing *wing, const struct site_byline *byline)
{
    char *path = talloc_asprintf(NULL, "/%s/people/%s/", wing->locale->tag, byline->slug);
    char *href = site_encode(path, path);
    json_t *link = json_pack("{s:s, s:s}", "name", byline->name, "href", href);
    talloc_free(path);
    return link;
}

// A name has a page where a text that is shown bears it.
void site_versions_of_person(TALLOC_CTX *ctx, const struct site *site,
                             const struct site_byline *byline, struct site_versions *ret)
{
    site_versions_of_path(ctx, site, talloc_asprintf(ctx, "people/%s/", byline->slug), ret);
    for (size_t i = 0; i < site->wing_count; i++) {
        if (site->wings[i].shelf->bylines[byline->index])
            continue;
        ret->urls[i] = NULL;
        ret->real[i] = false;
    }
}

// Those whose name and address are the byline's, of whatever shelf.
static bool is_by(const struct site_place *place, const struct site_byline *byline)
{
    const struct site_byline *own = place->shown->byline;
    return own && site_edition_is_live(place->shown) &&
           (own == byline ||
            (strcmp(own->name, byline->name) == 0 && strcmp(own->slug, byline->slug) == 0));
}

static size_t texts_of(TALLOC_CTX *ctx, const struct site_shelf *shelf,
                       const struct site_byline *byline, const struct site_place *const **ret)
{
    const struct site_place **places =
        talloc_array(ctx, const struct site_place *, shelf->place_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < shelf->place_count; i++)
        if (is_by(&shelf->places[i], byline))
            places[count++] = &shelf->places[i];
    qsort(places, count, sizeof *places, site_place_by_date);
    *ret = places;
    return count;
}

int site_write_person(const struct site *site, const struct site_wing *wing,
                      const struct site_byline *byline, const struct site_shelf *before)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct message_arg count[] = {{"count", NULL, wing->shelf->bylines[byline->index]}};
    char *texts = message_format(ctx, wing->ui, "about.texts", count, 1);
    const struct message_arg parts[] = {{"site", byline->name, 0}, {"part", texts, 0}};
    struct site_listing listing = {
        .kind = "person",
        .path = talloc_asprintf(ctx, "people/%s/", byline->slug),
        .name = byline->name,
        .description = message_format(ctx, wing->ui, "feed.title", parts, 2),
        .above = json_pack("{s:s, s:o}", "name", message_text(wing->ui, "people.title"), "href",
                           json_sprintf("/%s/people/", wing->locale->tag)),
        .with_topics = true,
    };
    listing.count = texts_of(ctx, wing->shelf, byline, &listing.places);
    if (before)
        listing.before_count = texts_of(ctx, before, byline, &listing.before);
    struct site_versions versions;
    site_versions_of_person(ctx, site, byline, &versions);
    listing.versions = &versions;
    int r = site_listing_write(site, wing, &listing);
    talloc_free(ctx);
    return r;
}

static json_t *bylines_of(const struct site *site, const struct site_wing *wing)
{
    json_t *list = json_array();
    for (size_t i = 0; i < site->catalogue->byline_count; i++) {
        if (!wing->shelf->bylines[i])
            continue;
        const struct message_arg args[] = {{"count", NULL, wing->shelf->bylines[i]}};
        char *texts = message_format(NULL, wing->ui, "about.texts", args, 1);
        json_t *link = site_person_link(wing, site->catalogue->bylines[i]);
        site_set(link, "texts", texts);
        json_array_append_new(list, link);
        talloc_free(texts);
    }
    collate_objects(wing->locale, list, "name");
    return list;
}

static json_t *agencies_of(const struct site *site, const struct site_wing *wing)
{
    json_t *list = json_array();
    for (size_t i = 0; i < site->catalogue->agency_count; i++) {
        const struct site_agency *agency = &site->catalogue->agencies[i];
        const struct locale *in;
        json_t *one = json_object();
        site_set(one, "name", site_name_in(agency->names, wing->locale, &in));
        site_set_language(one, wing, in);
        json_t *about = json_object();
        site_set(about, "text", site_name_in(agency->about, wing->locale, &in));
        site_set_language(about, wing, in);
        bool says = *json_string_value(json_object_get(about, "text"));
        json_object_set_new(one, "about", says ? json_incref(about) : json_false());
        json_decref(about);
        json_object_set_new(one, "href",
                            json_sprintf("/%s/press/#%s", wing->locale->tag, agency->id));
        json_array_append_new(list, one);
    }
    collate_objects(wing->locale, list, "name");
    return list;
}

static bool has_page(const struct site *site, const struct site_wing *wing, const char *slug)
{
    for (size_t i = 0; i < site->catalogue->byline_count; i++)
        if (wing->shelf->bylines[i] && strcmp(site->catalogue->bylines[i]->slug, slug) == 0)
            return true;
    return false;
}

// Who no text names any more has no page any more.
static int remove_old(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *folder = talloc_asprintf(ctx, "%s/people", wing->locale->tag);
    int descriptor = openat(site->output->root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = descriptor < 0 ? -errno : SEN_OK;
    DIR *list = r ? NULL : fdopendir(descriptor);
    struct dirent *one;
    while (!r && (one = readdir(list)))
        if (one->d_type == DT_DIR && *one->d_name != '.' && !has_page(site, wing, one->d_name))
            r = site_output_remove(site->output,
                                   talloc_asprintf(ctx, "%s/%s", folder, one->d_name));
    if (list)
        closedir(list);
    talloc_free(ctx);
    return r;
}

int site_write_people(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing);
    site_set_list(view, "bylines", bylines_of(site, wing));
    site_set_list(view, "agencies", agencies_of(site, wing));
    struct site_page page = {
        .template = SITE_PEOPLE,
        .kind = "people",
        .title = message_text(wing->ui, "people.title"),
        .description = message_text(wing->ui, "people.intro"),
    };
    int r = site_plain_write(site, wing, &page, "people/", view);
    return r || !site->output->live ? r : remove_old(site, wing);
}
