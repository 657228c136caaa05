#include "render/site_related.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 4 * SITE_RELATED_SPAN };

struct candidate {
    const struct site_place *place;
    bool own;      // in the language of the shelf
    bool together; // about a province of the text
    size_t distance;
};

// The places on either side of one in a run that it may stand in: *ret_at is its own position.
// False: it does not stand there.
static bool window_of(const struct site_run *run, const struct site_place *place, size_t *ret_first,
                      size_t *ret_at, size_t *ret_end)
{
    const struct site_place **found = run->count ? bsearch(&place, run->places, run->count,
                                                           sizeof *run->places, site_place_by_date)
                                                 : NULL;
    if (!found)
        return false;
    *ret_at = (size_t)(found - run->places);
    *ret_first = *ret_at < SITE_RELATED_SPAN ? 0 : *ret_at - SITE_RELATED_SPAN;
    *ret_end = *ret_at + SITE_RELATED_SPAN + 1;
    if (*ret_end > run->count)
        *ret_end = run->count;
    return true;
}

static bool share_unit(const struct site_article *a, const struct site_article *b)
{
    for (size_t i = 0; i < a->unit_count; i++)
        for (size_t j = 0; j < b->unit_count; j++)
            if (a->units[i] == b->units[j])
                return true;
    return false;
}

static void add(struct candidate *list, size_t *count, const struct candidate *one)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i].place != one->place)
            continue;
        if (one->distance < list[i].distance)
            list[i].distance = one->distance;
        return;
    }
    list[(*count)++] = *one;
}

static void add_window(const struct site_shelf *shelf, const struct site_run *run,
                       const struct site_place *place, struct candidate *list, size_t *count)
{
    size_t first, at, end;
    if (!window_of(run, place, &first, &at, &end))
        return;
    for (size_t i = first; i < end; i++) {
        const struct site_place *near = run->places[i];
        const struct candidate one = {
            .place = near,
            .own = near->shown->locale == shelf->locale,
            .together = share_unit(place->article, near->article),
            .distance = i < at ? at - i : i - at,
        };
        if (i != at)
            add(list, count, &one);
    }
}

static int by_worth(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->own != y->own)
        return x->own ? -1 : 1;
    if (x->together != y->together)
        return x->together ? -1 : 1;
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    return site_place_by_date(&x->place, &y->place);
}

size_t site_related(const struct site_shelf *shelf, const struct site_place *place,
                    const struct site_place *ret[static SITE_RELATED])
{
    const struct site_article *article = place->article;
    struct candidate list[CANDIDATES];
    size_t count = 0;
    if (article->unit_count)
        add_window(shelf, &shelf->by_unit[article->units[0]->index], place, list, &count);
    if (article->topic)
        add_window(shelf, &shelf->by_topic[article->topic->index], place, list, &count);
    qsort(list, count, sizeof *list, by_worth);
    if (count > SITE_RELATED)
        count = SITE_RELATED;
    for (size_t i = 0; i < count; i++)
        ret[i] = list[i].place;
    return count;
}

static void each_near(const struct site_run *run, const struct site_place *place,
                      void (*one)(void *, const struct site_place *), void *data)
{
    size_t first, at, end;
    if (!window_of(run, place, &first, &at, &end))
        return;
    for (size_t i = first; i < end; i++)
        if (i != at)
            one(data, run->places[i]);
}

void site_related_near(const struct site_shelf *shelf, const struct site_place *place,
                       void (*one)(void *data, const struct site_place *near), void *data)
{
    const struct site_article *article = place->article;
    if (article->topic)
        each_near(&shelf->by_topic[article->topic->index], place, one, data);
    for (size_t i = 0; i < article->unit_count; i++)
        each_near(&shelf->by_unit[article->units[i]->index], place, one, data);
}
