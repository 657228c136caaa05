// The pages of an article: one in every locale, and the addresses it had before.
#include "render/site_internal.h"
#include "render/site_linked.h"
#include "render/site_story.h"

#include <string.h>

#define WORDS_A_MINUTE 200
#define TOC_MIN        3 // headings; a shorter text needs no table of contents

static json_t *toc_of(const char *text)
{
    json_t *toc = text ? json_loads(text, 0, NULL) : NULL;
    if (json_array_size(toc) >= TOC_MIN)
        return toc;
    json_decref(toc);
    return json_array();
}

// In Viet Nam.
static int64_t day_of(int64_t seconds)
{
    return (seconds + 7 * 3600) / 86400;
}

static void set_dates(const struct site_wing *wing, json_t *view, const struct site_edition *shown,
                      const struct site_text *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char datetime[32];
    const char *published = format_date(ctx, wing->ui, shown->published, DATE_LONG);
    const struct message_arg first[] = {{"date", published, 0}};
    const struct message_arg minutes[] = {
        {"minutes", NULL, text->words < WORDS_A_MINUTE ? 1 : text->words / WORDS_A_MINUTE}};
    site_set(view, "datetime", site_datetime(datetime, shown->published));
    site_set(view, "published", message_format(ctx, wing->ui, "article.published", first, 1));
    if (day_of(shown->published) != day_of(shown->significant)) {
        const struct message_arg last[] = {
            {"date", format_date(ctx, wing->ui, shown->significant, DATE_LONG), 0}};
        site_set(view, "updated_datetime", site_datetime(datetime, shown->significant));
        site_set(view, "updated", message_format(ctx, wing->ui, "article.updated", last, 1));
    }
    site_set(view, "reading_time",
             message_format(ctx, wing->ui, "article.reading_time", minutes, 1));
    talloc_free(ctx);
}

static void set_text(const struct site *site, const struct site_wing *wing, json_t *view,
                     const struct site_place *place, const struct site_text *text,
                     const struct site_versions *versions)
{
    const struct site_edition *shown = place->shown;
    const struct site_article *article = shown->article;
    json_t *places = json_array();
    for (size_t i = 0; i < article->unit_count; i++)
        json_array_append_new(places, site_unit_link(wing, article->units[i]));
    site_set_list(view, "places", places);
    site_set_list(view, "toc", toc_of(text->toc));
    site_set(view, "summary", shown->summary);
    json_object_set_new(view, "picture", site_picture(wing, shown));
    if (shown->byline)
        json_object_set_new(view, "byline", site_person_link(wing, shown->byline));
    set_dates(wing, view, shown, text);
    site_set_origin(site, wing, view, shown, text);
    site_set_notices(site, wing, view, shown, text);
    site_set_story(site, wing, view, place, text, versions);
    site_set_history(wing, view, text);
}

static void set_withdrawal(const struct site *site, const struct site_wing *wing, json_t *view,
                           const struct site_edition *shown, const struct site_versions *versions)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_agency *agency = shown->article->agency;
    const struct message_arg args[] = {
        {"date", format_date(ctx, wing->ui, shown->updated, DATE_LONG), 0},
        {"agency", agency ? site_name_in(agency->names, wing->locale, NULL) : "", 0},
    };
    site_set(view, "withdrawn",
             message_format(ctx, wing->ui, agency ? "notice.withdrawn_by" : "notice.withdrawn_text",
                            args, 2));
    if (shown->notice && *shown->notice) {
        const struct message_arg reason[] = {{"reason", shown->notice, 0}};
        site_set(view, "reason", message_format(ctx, wing->ui, "notice.reason", reason, 1));
    }
    json_t *list = json_array();
    for (size_t i = 0; i < site->wing_count; i++) {
        if (!versions->real[i])
            continue;
        const struct locale *locale = site->wings[i].locale;
        json_t *one = json_pack("{s:s, s:s, s:s}", "tag", locale->tag, "name", locale->name, "dir",
                                locale->rtl ? "rtl" : "ltr");
        site_set(one, "href", versions->urls[i]);
        json_array_append_new(list, one);
    }
    site_set_list(view, "versions", list);
    json_object_set_new(view, "noindex", json_true());
    talloc_free(ctx);
}

// A file below the locale's articles. Slugs are checked when they are saved: no slash, no dot.
static char *path_of(TALLOC_CTX *ctx, const struct site_wing *wing, const char *slug,
                     const char *file)
{
    return talloc_asprintf(ctx, "%s/articles/%s/%s", wing->locale->tag, slug, file);
}

static int write_moved(const struct site *site, const struct site_wing *wing, const char *slug,
                       const char *href, const char *canonical, const struct site_edition *shown)
{
    char *path = path_of(NULL, wing, slug, SITE_PAGE);
    int r = site_write_moved(site, wing, path, href, canonical, shown->title, shown->locale);
    talloc_free(path);
    return r;
}

static int write_place(const struct site *site, const struct site_wing *wing,
                       const struct site_place *place, const struct site_text *text,
                       const struct site_versions *versions, json_t *alternates)
{
    const struct site_edition *shown = place->shown;
    const struct site_article *article = place->article;
    bool live = site_edition_is_live(shown), gone = shown->withdrawal == SITE_GONE;
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing);
    site_set(view, "heading", gone ? "" : shown->title);
    site_set(view, "text_lang", shown->locale->tag);
    site_set(view, "text_dir", shown->locale->rtl ? "rtl" : "ltr");
    json_t *topic = article->topic ? site_topic_link(wing, article->topic) : NULL;
    if (topic)
        json_object_set(view, "topic", topic);
    site_set_list(view, "crumbs", site_crumbs(wing, topic));
    if (live)
        set_text(site, wing, view, place, text, versions);
    else
        set_withdrawal(site, wing, view, shown, versions);
    struct site_page page = {
        .template = live ? SITE_ARTICLE : SITE_WITHDRAWN,
        .kind = live ? "article" : "withdrawn",
        .title = gone ? message_text(wing->ui, "notice.withdrawn") : shown->title,
        .title_in = gone ? NULL : shown->locale,
        .description = live ? shown->summary : NULL,
        .versions = versions,
        .alternates = alternates,
        .shown = shown->locale,
        .path = path_of(ctx, wing, place->slug, gone ? SITE_GONE_PAGE : SITE_PAGE),
        .text = shown,
        .linked = live ? site_linked_article(site, wing, shown, text, versions) : NULL,
    };
    int r = site_page_write(site, wing, &page, view);
    talloc_free(ctx);
    return r;
}

// Where the page of a text leads that was withdrawn in favour of another.
static char *target_of(TALLOC_CTX *ctx, const struct site_edition *shown)
{
    return site_encode_address(ctx, shown->to ? shown->to : "/");
}

// A profile is read on its unit's page.
static int write_one(const struct site *site, const struct site_wing *wing,
                     const struct site_place *place, const struct site_text *text,
                     const struct site_versions *versions, json_t *alternates)
{
    const struct site_unit *unit = site_profile_unit(wing, place);
    if (place->shown->withdrawal == SITE_REDIRECT) {
        char *to = target_of(NULL, place->shown);
        int r = write_moved(site, wing, place->slug, to, to, place->shown);
        talloc_free(to);
        return r;
    }
    if (!unit)
        return write_place(site, wing, place, text, versions, alternates);
    char href[256];
    snprintf(href, sizeof href, "/%s/provinces/%s/", wing->locale->tag, unit->id);
    return write_moved(site, wing, place->slug, href, href, place->shown);
}

// An address that changes twice is followed once: aliases lead to the present one.
static int write_aliases(const struct site *site, const struct site_wing *wing,
                         const struct site_place *place, const struct site_versions *versions)
{
    size_t canonical = site_canonical_wing(site, wing, versions, place->shown->locale);
    const char *href = versions->urls[wing - site->wings], *best = versions->urls[canonical];
    char *to = NULL;
    if (place->shown->withdrawal == SITE_REDIRECT)
        href = best = to = target_of(NULL, place->shown);
    int r = SEN_OK;
    for (size_t i = 0; !r && i < place->alias_count; i++)
        r = write_moved(site, wing, wing->shelf->aliases[place->first_alias + i], href, best,
                        place->shown);
    talloc_free(to);
    return r;
}

int site_write_barred(const struct site *site, const struct site_wing *wing)
{
    int r = SEN_OK;
    for (size_t i = 0; !r && i < wing->shelf->barred_count; i++) {
        json_t *view = site_view(wing);
        char *path = path_of(NULL, wing, wing->shelf->barred[i], SITE_BARRED_PAGE);
        struct site_page page = {
            .template = SITE_BARRED,
            .kind = "missing",
            .title = message_text(wing->ui, "page.barred"),
            .path = path,
        };
        json_object_set_new(view, "noindex", json_true());
        r = site_page_write(site, wing, &page, view);
        talloc_free(path);
    }
    return r;
}

int site_write_article_in(const struct site *site, const struct site_wing *wing,
                          const struct site_article *article, const struct site_text *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct site_versions versions;
    site_versions_of_article(ctx, site, article, &versions);
    json_t *alternates = site_alternates(site, &versions);
    int r =
        write_one(site, wing, site_shelf_place(wing->shelf, article), text, &versions, alternates);
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}

int site_write_article(const struct site *site, const struct site_article *article,
                       const struct site_text *const *texts)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct site_versions versions;
    site_versions_of_article(ctx, site, article, &versions);
    json_t *alternates = site_alternates(site, &versions);
    int r = SEN_OK;
    for (size_t i = 0; !r && i < site->wing_count; i++) {
        const struct site_wing *wing = &site->wings[i];
        const struct site_place *place = site_shelf_place(wing->shelf, article);
        r = write_one(site, wing, place, texts[i], &versions, alternates);
        if (!r)
            r = write_aliases(site, wing, place, &versions);
    }
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}
