#include "render/site_shelf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct site_spot {
    UT_hash_handle hh;
    const char *slug;
};

static const struct site_edition *nearest(const struct site_article *article,
                                          const struct locale *locale, bool live)
{
    const struct site_edition *one;
    for (size_t i = 0; i < locale->fallback_count; i++)
        if ((one = site_article_edition(article, locale->fallback[i])) &&
            site_edition_is_live(one) == live)
            return one;
    if ((one = site_article_edition(article, article->source)) && site_edition_is_live(one) == live)
        return one;
    for (size_t i = 0; i < article->edition_count; i++)
        if (site_edition_is_live(article->editions[i]) == live)
            return article->editions[i];
    return NULL;
}

const struct site_edition *site_shown(const struct site_article *article,
                                      const struct locale *locale)
{
    const struct site_edition *own = site_article_edition(article, locale);
    if (own)
        return own;
    const struct site_edition *live = nearest(article, locale, true);
    return live ? live : nearest(article, locale, false);
}

char *site_second_slug(TALLOC_CTX *ctx, const char *slug, const char *article_id)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char hex[9];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)article_id, strlen(article_id),
                       NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, 4);
    return talloc_asprintf(ctx, "%s-%s", slug, hex);
}

bool site_shelf_has(const struct site_shelf *shelf, const char *slug)
{
    struct site_spot *spot;
    HASH_FIND_STR(shelf->spots, slug, spot);
    return spot;
}

static bool take(struct site_shelf *shelf, struct site_spot *spot, const char *slug)
{
    if (site_shelf_has(shelf, slug))
        return false;
    spot->slug = slug;
    HASH_ADD_KEYPTR(hh, shelf->spots, slug, strlen(slug), spot);
    return true;
}

// A text's own slug is its own in its language. What is shown in a foreign language takes a slug
// that is left.
static void place_all(struct site_shelf *shelf, const struct site_catalogue *catalogue,
                      struct site_spot *spots)
{
    for (size_t i = 0; i < shelf->place_count; i++) {
        const struct site_article *article = catalogue->articles[i];
        const struct site_edition *shown = site_shown(article, shelf->locale);
        shelf->places[i] = (struct site_place){article, shown, NULL, 0, 0};
        if (shown->locale == shelf->locale && take(shelf, &spots[i], shown->slug))
            shelf->places[i].slug = shown->slug;
    }
    for (size_t i = 0; i < shelf->place_count; i++) {
        struct site_place *place = &shelf->places[i];
        if (place->slug)
            continue;
        place->slug = place->shown->slug;
        if (!take(shelf, &spots[i], place->slug)) {
            place->slug = site_second_slug(shelf, place->slug, place->article->id);
            take(shelf, &spots[i], place->slug);
        }
    }
}

static void add_alias(struct site_shelf *shelf, struct site_place *place, const char *slug)
{
    if (site_shelf_has(shelf, slug))
        return;
    take(shelf, talloc_zero(shelf, struct site_spot), slug);
    if ((shelf->alias_count & (shelf->alias_count - 1)) == 0)
        shelf->aliases = talloc_realloc(shelf, shelf->aliases, const char *,
                                        shelf->alias_count ? shelf->alias_count * 2 : 1);
    shelf->aliases[shelf->alias_count++] = slug;
    place->alias_count++;
}

static bool is_in_chain(const struct locale *locale, const struct locale *wanted)
{
    if (locale == wanted)
        return true;
    for (size_t i = 0; i < locale->fallback_count; i++)
        if (locale->fallback[i] == wanted)
            return true;
    return false;
}

// Earlier slugs, and those under which the text stood here in another language before it was
// translated.
static void alias_all(struct site_shelf *shelf)
{
    for (size_t i = 0; i < shelf->place_count; i++) {
        struct site_place *place = &shelf->places[i];
        const struct site_article *article = place->article;
        place->first_alias = shelf->alias_count;
        for (size_t j = 0; j < article->redirect_count; j++)
            if (is_in_chain(shelf->locale, article->redirects[j].locale))
                add_alias(shelf, place, article->redirects[j].slug);
        for (size_t j = 0; j < article->edition_count; j++) {
            const struct site_edition *other = article->editions[j];
            if (other != place->shown && other->published < place->shown->published &&
                is_in_chain(shelf->locale, other->locale))
                add_alias(shelf, place, other->slug);
        }
    }
}

// Where a text that is barred stood, in whatever language's part of the site, unless something else
// stands there now.
static void bar_all(struct site_shelf *shelf, const struct site_catalogue *catalogue)
{
    shelf->barred = talloc_array(shelf, const char *, catalogue->barred_count + 1);
    for (size_t i = 0; i < catalogue->barred_count; i++)
        if (take(shelf, talloc_zero(shelf, struct site_spot), catalogue->barred[i]))
            shelf->barred[shelf->barred_count++] = catalogue->barred[i];
}

int site_place_by_date(const void *a, const void *b)
{
    const struct site_place *x = *(const struct site_place *const *)a;
    const struct site_place *y = *(const struct site_place *const *)b;
    if (x->shown->published != y->shown->published)
        return x->shown->published > y->shown->published ? -1 : 1;
    return x < y ? -1 : x > y; // the places stand in the order of the articles' ids
}

static void list_recent(struct site_shelf *shelf)
{
    shelf->recent = talloc_array(shelf, const struct site_place *, shelf->place_count + 1);
    for (size_t i = 0; i < shelf->place_count; i++) {
        const struct site_place *place = &shelf->places[i];
        if (!place->article->profile && site_edition_is_live(place->shown))
            shelf->recent[shelf->recent_count++] = place;
    }
    qsort(shelf->recent, shelf->recent_count, sizeof *shelf->recent, site_place_by_date);
}

static void count_bylines(struct site_shelf *shelf, const struct site_catalogue *catalogue)
{
    shelf->bylines = talloc_zero_array(shelf, unsigned, catalogue->byline_count + 1);
    for (size_t i = 0; i < shelf->place_count; i++) {
        const struct site_edition *shown = shelf->places[i].shown;
        if (shown->byline && site_edition_is_live(shown))
            shelf->bylines[shown->byline->index]++;
    }
}

static void add_to_run(struct site_shelf *shelf, struct site_run *run,
                       const struct site_place *place)
{
    if ((run->count & (run->count - 1)) == 0)
        run->places = talloc_realloc(shelf, run->places, const struct site_place *,
                                     run->count ? run->count * 2 : 1);
    run->places[run->count++] = place;
}

static void list_runs(struct site_shelf *shelf, const struct site_catalogue *catalogue)
{
    shelf->by_topic = talloc_zero_array(shelf, struct site_run, catalogue->topic_count + 1);
    shelf->by_unit = talloc_zero_array(shelf, struct site_run, catalogue->unit_count + 1);
    for (size_t i = 0; i < shelf->recent_count; i++) {
        const struct site_place *place = shelf->recent[i];
        const struct site_article *article = place->article;
        if (article->topic)
            add_to_run(shelf, &shelf->by_topic[article->topic->index], place);
        for (size_t j = 0; j < article->unit_count; j++)
            add_to_run(shelf, &shelf->by_unit[article->units[j]->index], place);
    }
}

static int shelf_free(struct site_shelf *shelf)
{
    HASH_CLEAR(hh, shelf->spots);
    return 0;
}

struct site_shelf *site_shelf_make(TALLOC_CTX *ctx, const struct site_catalogue *catalogue,
                                   const struct locale *locale)
{
    struct site_shelf *shelf = talloc_zero(ctx, struct site_shelf);
    talloc_set_destructor(shelf, shelf_free);
    shelf->locale = shelf->ui = locale;
    for (size_t i = 0; !shelf->ui->catalog && i < locale->fallback_count; i++)
        shelf->ui = locale->fallback[i];
    if (!shelf->ui->catalog)
        shelf->ui = locale_default();
    shelf->place_count = catalogue->article_count;
    shelf->places = talloc_zero_array(shelf, struct site_place, shelf->place_count + 1);
    struct site_spot *spots = talloc_zero_array(shelf, struct site_spot, shelf->place_count + 1);
    place_all(shelf, catalogue, spots);
    alias_all(shelf);
    bar_all(shelf, catalogue);
    list_recent(shelf);
    count_bylines(shelf, catalogue);
    list_runs(shelf, catalogue);
    return shelf;
}

static int by_article(const void *key, const void *member)
{
    return strcmp(((const struct site_article *)key)->id,
                  ((const struct site_place *)member)->article->id);
}

const struct site_place *site_shelf_place(const struct site_shelf *shelf,
                                          const struct site_article *article)
{
    return bsearch(article, shelf->places, shelf->place_count, sizeof *shelf->places, by_article);
}
