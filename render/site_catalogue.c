#include "render/site_catalogue.h"

#include <string.h>

const struct site_article *site_catalogue_article(const struct site_catalogue *catalogue,
                                                  const char *id)
{
    struct site_article *article;
    HASH_FIND_STR(catalogue->article_table, id, article);
    return article && article->edition_count ? article : NULL;
}

const struct site_unit *site_catalogue_unit(const struct site_catalogue *catalogue, const char *id)
{
    struct site_unit *unit;
    HASH_FIND_STR(catalogue->unit_table, id, unit);
    return unit;
}

const struct site_media *site_catalogue_media(const struct site_catalogue *catalogue,
                                              const char *id)
{
    struct site_media *media;
    HASH_FIND_STR(catalogue->media_table, id, media);
    return media;
}

const struct site_byline *site_catalogue_byline(const struct site_catalogue *catalogue,
                                                const char *name)
{
    struct site_byline *byline;
    HASH_FIND_STR(catalogue->byline_table, name, byline);
    return byline;
}

const struct site_edition *site_article_edition(const struct site_article *article,
                                                const struct locale *locale)
{
    for (size_t i = 0; i < article->edition_count; i++)
        if (article->editions[i]->locale == locale)
            return article->editions[i];
    return NULL;
}

const struct site_fact *site_unit_fact(const struct site_unit *unit, const char *attribute,
                                       const struct locale *locale)
{
    for (size_t i = 0; i < unit->fact_count; i++)
        if (unit->facts[i].locale == locale && strcmp(unit->facts[i].attribute, attribute) == 0)
            return &unit->facts[i];
    return NULL;
}

const char *site_unit_region(const struct site_unit *unit)
{
    const struct site_fact *fact = site_unit_fact(unit, "region", NULL);
    return fact && !*fact->to ? fact->value : NULL;
}

const char *site_sight_name(const struct site_sight *sight, const struct locale *locale,
                            const struct locale **ret_in)
{
    const struct locale *in = locale;
    const json_t *names = json_object_get(sight->names, in->tag);
    for (size_t i = 0; !names && i < locale->fallback_count; i++)
        names = json_object_get(sight->names, (in = locale->fallback[i])->tag);
    for (size_t i = 0; !names && i < locale_count(); i++)
        names = json_object_get(sight->names, (in = locale_at(i))->tag);
    const char *name = json_string_value(json_array_get(names, 0));
    if (ret_in)
        *ret_in = name ? in : locale;
    return name ? name : "";
}

const char *site_name_in(const json_t *names, const struct locale *locale,
                         const struct locale **ret_locale)
{
    const struct locale *found = locale;
    const char *name = json_string_value(json_object_get(names, locale->tag));
    for (size_t i = 0; !name && i < locale->fallback_count; i++) {
        found = locale->fallback[i];
        name = json_string_value(json_object_get(names, found->tag));
    }
    for (size_t i = 0; !name && i < locale_count(); i++) {
        found = locale_at(i);
        name = json_string_value(json_object_get(names, found->tag));
    }
    if (ret_locale)
        *ret_locale = name ? found : locale;
    return name ? name : "";
}

static const struct site_front *front_in(const struct site_catalogue *catalogue,
                                         const struct locale *locale)
{
    for (size_t i = 0; i < catalogue->front_count; i++)
        if (catalogue->fronts[i].locale == locale)
            return &catalogue->fronts[i];
    return NULL;
}

const struct site_front *site_catalogue_front(const struct site_catalogue *catalogue,
                                              const struct locale *locale)
{
    const struct site_front *front = front_in(catalogue, locale);
    for (size_t i = 0; !front && i < locale->fallback_count; i++)
        front = front_in(catalogue, locale->fallback[i]);
    return front;
}
