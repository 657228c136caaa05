#include "render/site_touched.h"

#include "render/site_related.h"

#include <stdlib.h>
#include <string.h>

static int by_id(const void *key, const void *member)
{
    return strcmp(key, (*(struct site_article *const *)member)->id);
}

static void touch_in(bool *list, struct site_touched *touched, const struct site *site,
                     const char *id)
{
    const struct site_catalogue *c = site->catalogue;
    struct site_article **found =
        bsearch(id, c->articles, c->article_count, sizeof *c->articles, by_id);
    size_t index = found ? (size_t)(found - c->articles) : 0;
    if (!found || touched->articles[index] || list[index])
        return;
    list[index] = true;
    touched->article_count++;
}

static void touch_article(struct site_touched *touched, const struct site *site, const char *id)
{
    touch_in(touched->articles, touched, site, id);
}

// Of an article that vanished no more than its addresses is to be known: they are emptied.
static void touch_lost(struct site_touched *touched, const struct site *site, const char *id)
{
    if (site_catalogue_article(site->catalogue, id))
        return;
    touched->lost = talloc_realloc(touched, touched->lost, char *, touched->lost_count + 1);
    touched->lost[touched->lost_count++] = talloc_strdup(touched, id);
}

static bool facts_equal(const struct site_fact *a, const struct site_fact *b)
{
    return a->locale == b->locale && strcmp(a->attribute, b->attribute) == 0 &&
           strcmp(a->value, b->value) == 0 && strcmp(a->from, b->from) == 0 &&
           strcmp(a->to, b->to) == 0;
}

// What pages of articles show of a unit.
static bool is_named_as_before(const struct site_unit *unit, const struct site_unit *old)
{
    if (!old || old->fact_count != unit->fact_count || !json_equal(old->names, unit->names))
        return false;
    for (size_t i = 0; i < unit->fact_count; i++)
        if (!facts_equal(&unit->facts[i], &old->facts[i]))
            return false;
    return true;
}

static void touch_unit(struct site_touched *touched, const struct site *site,
                       const struct site *before, const struct site_unit *unit)
{
    touched->units[unit->index] = true;
    if (is_named_as_before(unit, site_catalogue_unit(before->catalogue, unit->id)))
        return;
    for (size_t i = 0; i < unit->article_count; i++)
        touch_article(touched, site, unit->articles[i]->id);
}

static void touch_byline(struct site_touched *touched, const struct site *site,
                         const struct site_byline *byline)
{
    const struct site_byline *now =
        byline ? site_catalogue_byline(site->catalogue, byline->name) : NULL;
    if (now)
        touched->bylines[now->index] = true;
}

// Another name can take or leave the address that one would have.
static void touch_moved_bylines(struct site_touched *touched, const struct site *site,
                                const struct site *before)
{
    const struct site_catalogue *c = site->catalogue;
    for (size_t i = 0; i < c->byline_count; i++) {
        const struct site_byline *old =
            site_catalogue_byline(before->catalogue, c->bylines[i]->name);
        touched->bylines[i] = old && strcmp(old->slug, c->bylines[i]->slug) != 0;
    }
    for (size_t i = 0; i < c->article_count; i++) {
        const struct site_article *article = c->articles[i];
        for (size_t j = 0; j < article->edition_count; j++) {
            const struct site_byline *byline = article->editions[j]->byline;
            if (byline && touched->bylines[byline->index])
                touch_article(touched, site, article->id);
        }
    }
}

struct site_touched *site_touched_new(TALLOC_CTX *ctx, const struct site *site,
                                      const struct site *before)
{
    const struct site_catalogue *c = site->catalogue;
    struct site_touched *touched = talloc_zero(ctx, struct site_touched);
    touched->before = before;
    touched->articles = talloc_zero_array(touched, bool, c->article_count + 1);
    touched->near = talloc_zero_array(touched, bool, c->article_count + 1);
    touched->units = talloc_zero_array(touched, bool, c->unit_count + 1);
    touched->topics = talloc_zero_array(touched, bool, c->topic_count + 1);
    touched->bylines = talloc_zero_array(touched, bool, c->byline_count + 1);
    touch_moved_bylines(touched, site, before);
    // A fact can begin to hold on a day of its own.
    if (strcmp(before->catalogue->day, c->day) != 0)
        for (size_t i = 0; i < c->unit_count; i++)
            touch_unit(touched, site, before, &c->units[i]);
    return touched;
}

// The lists that an article stands or stood on.
static void touch_lists(struct site_touched *touched, const struct site *site,
                        const struct site_article *article)
{
    const struct site_catalogue *c = site->catalogue;
    for (size_t i = 0; article->topic && i < c->topic_count; i++)
        if (strcmp(c->topics[i].id, article->topic->id) == 0)
            touched->topics[i] = true;
    size_t kind = site_kind_index(article->kind);
    if (kind < SITE_KINDS)
        touched->kinds[kind] = true;
    for (size_t i = 0; i < article->edition_count; i++)
        touch_byline(touched, site, article->editions[i]->byline);
    for (size_t i = 0; i < article->unit_count; i++) {
        const struct site_unit *unit = site_catalogue_unit(c, article->units[i]->id);
        if (unit)
            touched->units[unit->index] = true;
    }
}

static bool shows_medium(const struct site_article *article, const char *id)
{
    if (article->recording && strcmp(article->recording->id, id) == 0)
        return true;
    for (size_t i = 0; i < article->edition_count; i++)
        if (article->editions[i]->image && strcmp(article->editions[i]->image->id, id) == 0)
            return true;
    return false;
}

void site_touch(struct site_touched *touched, const struct site *site, const struct site *before,
                const char *kind, const char *subject)
{
    const struct site_catalogue *c = site->catalogue;
    if (strcmp(kind, "province") == 0 || strcmp(kind, "place") == 0) {
        // Units show one another: what they were formed of, what they became, their neighbours.
        for (size_t i = 0; i < c->unit_count; i++)
            touch_unit(touched, site, before, &c->units[i]);
    } else if (strcmp(kind, "agency") == 0 || strcmp(kind, "media") == 0) {
        bool media = *kind == 'm';
        for (size_t i = 0; i < c->article_count; i++) {
            const struct site_article *article = c->articles[i];
            if (media ? shows_medium(article, subject)
                      : article->agency && strcmp(article->agency->id, subject) == 0)
                touch_article(touched, site, article->id);
        }
    } else if (strcmp(kind, "topic") != 0 && strcmp(kind, "front") != 0) {
        // A topic's name is on every page: all are built anew. Front pages are written anyway.
        touch_article(touched, site, subject);
        touch_lost(touched, site, subject);
        const struct site_article *old = site_catalogue_article(before->catalogue, subject);
        if (old)
            touch_lists(touched, site, old);
    }
}

static int slug_row(void *data, const struct db_result *row)
{
    struct site_touched *touched = data;
    touched->slugs = talloc_realloc(touched, touched->slugs, char *, touched->slug_count + 1);
    touched->slugs[touched->slug_count++] = talloc_strdup(touched, db_value(row, 0, "slug"));
    return SEN_OK;
}

static bool is_slug(const struct site_touched *touched, const char *slug)
{
    for (size_t i = 0; i < touched->slug_count; i++)
        if (strcmp(touched->slugs[i], slug) == 0)
            return true;
    return false;
}

// Does it stand, or would it stand, at one of the addresses?
static bool shares_slug(const struct site_touched *touched, const struct site_article *article)
{
    for (size_t i = 0; i < article->edition_count; i++)
        if (is_slug(touched, article->editions[i]->slug))
            return true;
    for (size_t i = 0; i < article->redirect_count; i++)
        if (is_slug(touched, article->redirects[i].slug))
            return true;
    return false;
}

static char *id_list(TALLOC_CTX *ctx, const struct site_touched *touched, const struct site *site)
{
    const struct site_catalogue *c = site->catalogue;
    char *list = talloc_strdup(ctx, "{");
    for (size_t i = 0; i < c->article_count; i++)
        if (touched->articles[i])
            list = site_add_id(list, c->articles[i]->id);
    for (size_t i = 0; i < touched->lost_count; i++)
        list = site_add_id(list, touched->lost[i]);
    return talloc_strdup_append_buffer(list, "}");
}

// The addresses that an article would have taken where another had them before.
static void add_second_slugs(struct site_touched *touched, size_t plain, const char *id)
{
    touched->slugs =
        talloc_realloc(touched, touched->slugs, char *, touched->slug_count + plain + 1);
    for (size_t i = 0; i < plain; i++)
        touched->slugs[touched->slug_count++] = site_second_slug(touched, touched->slugs[i], id);
}

struct near {
    struct site_touched *touched;
    const struct site *site;
};

static void touch_near(void *data, const struct site_place *place)
{
    const struct near *near = data;
    touch_in(near->touched->near, near->touched, near->site, place->article->id);
}

// In the lists as they are, or as they were.
static void touch_related(struct site_touched *touched, const struct site *site,
                          const struct site *lists, const char *id)
{
    const struct site_article *article = site_catalogue_article(lists->catalogue, id);
    struct near near = {touched, site};
    for (size_t i = 0; article && i < lists->wing_count; i++) {
        const struct site_shelf *shelf = lists->wings[i].shelf;
        site_related_near(shelf, site_shelf_place(shelf, article), touch_near, &near);
    }
}

static void touch_all_related(struct site_touched *touched, const struct site *site,
                              const struct site *before)
{
    const struct site_catalogue *c = site->catalogue;
    for (size_t i = 0; i < c->article_count; i++) {
        if (!touched->articles[i])
            continue;
        touch_related(touched, site, site, c->articles[i]->id);
        touch_related(touched, site, before, c->articles[i]->id);
    }
    for (size_t i = 0; i < touched->lost_count; i++)
        touch_related(touched, site, before, touched->lost[i]);
}

int site_touch_neighbours(struct site_touched *touched, const struct site *site,
                          const struct site *before, struct db_session *session, char **ret_error)
{
    const struct site_catalogue *c = site->catalogue;
    char *ids = id_list(touched, touched, site);
    const char *const values[] = {ids};
    int r = db_session_each(session, "site_slugs", values, 1, slug_row, touched, ret_error);
    if (r)
        return r;
    for (size_t i = 0; i < c->article_count; i++)
        if (!touched->articles[i] && shares_slug(touched, c->articles[i]))
            touch_article(touched, site, c->articles[i]->id);
    size_t plain = touched->slug_count;
    for (size_t i = 0; i < c->article_count; i++) {
        if (!touched->articles[i])
            continue;
        touch_lists(touched, site, c->articles[i]);
        add_second_slugs(touched, plain, c->articles[i]->id);
    }
    for (size_t i = 0; i < touched->lost_count; i++)
        add_second_slugs(touched, plain, touched->lost[i]);
    touch_all_related(touched, site, before);
    return SEN_OK;
}
