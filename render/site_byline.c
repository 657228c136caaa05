#include "render/site_byline.h"

#include "locales/slug.h"
#include "render/site_shelf.h"

#include <stdlib.h>
#include <string.h>

struct spot {
    UT_hash_handle hh;
    const char *slug;
};

const struct site_byline *site_byline_take(struct site_catalogue *catalogue, const char *name,
                                           int64_t published)
{
    struct site_byline *byline;
    if (!name || !*name)
        return NULL;
    HASH_FIND_STR(catalogue->byline_table, name, byline);
    if (!byline) {
        byline = talloc_zero(catalogue, struct site_byline);
        byline->name = talloc_strdup(byline, name);
        byline->since = published;
        HASH_ADD_KEYPTR(hh, catalogue->byline_table, byline->name, strlen(byline->name), byline);
    }
    if (published < byline->since)
        byline->since = published;
    return byline;
}

static int by_name(const void *a, const void *b)
{
    const struct site_byline *x = *(struct site_byline *const *)a;
    const struct site_byline *y = *(struct site_byline *const *)b;
    return strcmp(x->name, y->name);
}

static int by_age(const void *a, const void *b)
{
    const struct site_byline *x = *(struct site_byline *const *)a;
    const struct site_byline *y = *(struct site_byline *const *)b;
    return x->since != y->since ? (x->since < y->since ? -1 : 1) : strcmp(x->name, y->name);
}

static void set_slug(struct spot **spots, struct spot *own, struct site_byline *byline)
{
    struct spot *other;
    char *slug = slug_make(byline, locale_default(), byline->name);
    HASH_FIND_STR(*spots, slug, other);
    // A name of signs alone makes none.
    if (!*slug || other)
        slug = site_second_slug(byline, *slug ? slug : "x", byline->name);
    byline->slug = own->slug = slug;
    HASH_FIND_STR(*spots, slug, other);
    if (!other)
        HASH_ADD_KEYPTR(hh, *spots, own->slug, strlen(own->slug), own);
}

void site_bylines_arrange(struct site_catalogue *catalogue)
{
    size_t count = HASH_CNT(hh, catalogue->byline_table);
    struct site_byline *byline, *next;
    struct spot *spots = NULL;
    catalogue->bylines = talloc_array(catalogue, struct site_byline *, count + 1);
    HASH_ITER (hh, catalogue->byline_table, byline, next)
        catalogue->bylines[catalogue->byline_count++] = byline;
    struct spot *own = talloc_zero_array(NULL, struct spot, count + 1);
    qsort(catalogue->bylines, count, sizeof *catalogue->bylines, by_age);
    for (size_t i = 0; i < count; i++)
        set_slug(&spots, &own[i], catalogue->bylines[i]);
    HASH_CLEAR(hh, spots);
    talloc_free(own);
    qsort(catalogue->bylines, count, sizeof *catalogue->bylines, by_name);
    for (size_t i = 0; i < count; i++)
        catalogue->bylines[i]->index = i;
}
