// What a reader finds on the page of a province or city besides its facts.
#include "render/site_units.h"

#include "locales/collate.h"

#include <stdlib.h>
#include <string.h>

#define PICTURES 12

// What is shown under "what to see", in this order.
static const struct {
    const char *kind, *key;
} sights[] = {
    {"park", "place.park"},     {"bay", "place.bay"},
    {"cave", "place.cave"},     {"mountain", "place.mountain"},
    {"pass", "place.pass"},     {"lake", "place.lake"},
    {"island", "place.island"}, {"archipelago", "place.archipelago"},
    {"site", "place.site"},     {"town", "place.town"},
};

static json_t *sight_view(const struct site_wing *wing, const struct site_sight *sight,
                          const char *kind)
{
    const struct locale *in;
    json_t *one = json_object();
    const char *name = site_sight_name(sight, wing->locale, &in);
    const char *vietnamese = site_sight_name(sight, locale_find("vi"), NULL);
    site_set(one, "name", name);
    site_set_language(one, wing, in);
    site_set(one, "name_vi", strcmp(name, vietnamese) == 0 ? "" : vietnamese);
    site_set(one, "kind", message_text(wing->ui, kind));
    return one;
}

static void set_sights(const struct site_wing *wing, const struct site_unit *unit, json_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof sights / sizeof *sights; i++) {
        json_t *part = json_array();
        for (size_t j = 0; j < unit->sight_count; j++)
            if (strcmp(unit->sights[j]->kind, sights[i].kind) == 0)
                json_array_append_new(part, sight_view(wing, unit->sights[j], sights[i].key));
        collate_objects(wing->locale, part, "name");
        json_array_extend(list, part);
        json_decref(part);
    }
    site_set_list(view, "sights", list);
}

static bool is_food(const struct site_article *article)
{
    return article->topic && strcmp(article->topic->id, "food") == 0;
}

// A picture of a text, with the way to it.
static void add_picture(TALLOC_CTX *ctx, const struct site_wing *wing,
                        const struct site_place *place, json_t *list)
{
    size_t i;
    json_t *other, *picture = site_picture(wing, place->shown);
    const char *src = json_string_value(json_object_get(picture, "src"));
    json_array_foreach (list, i, other)
        if (src && strcmp(json_string_value(json_object_get(other, "src")), src) == 0)
            src = NULL;
    if (!src || json_array_size(list) == PICTURES) {
        json_decref(picture);
        return;
    }
    site_set(picture, "href", site_place_url(ctx, wing, place));
    site_set(picture, "title", place->shown->title);
    json_array_append_new(list, picture);
}

// The newest first.
static void set_texts(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                      const struct site_unit *unit, json_t *view)
{
    json_t *cards = json_array(), *food = json_array(), *pictures = json_array();
    const struct site_place **places =
        talloc_array(ctx, const struct site_place *, unit->article_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < unit->article_count; i++) {
        const struct site_place *place = site_shelf_place(wing->shelf, unit->articles[i]);
        if (!place->article->profile && site_edition_is_live(place->shown))
            places[count++] = place;
    }
    qsort(places, count, sizeof *places, site_place_by_date);
    for (size_t i = 0; i < count; i++) {
        json_t *list = is_food(places[i]->article) ? food : cards;
        if (json_array_size(list) < SITE_UNIT_CARDS)
            json_array_append_new(list, site_card(site, wing, places[i]));
        add_picture(ctx, wing, places[i], pictures);
    }
    site_set_list(view, "cards", cards);
    site_set_list(view, "food", food);
    site_set_list(view, "pictures", pictures);
    const struct message_arg args[] = {{"name", site_unit_name(unit, wing->locale, NULL), 0}};
    site_set(view, "texts", message_format(ctx, wing->ui, "province.texts", args, 1));
    site_set(view, "feed_label", message_format(ctx, wing->ui, "province.feed", args, 1));
    json_object_set_new(
        view, "feed", json_sprintf("/feeds/%s/provinces/%s/atom.xml", wing->locale->tag, unit->id));
}

static void set_neighbours(TALLOC_CTX *ctx, const struct site_wing *wing,
                           const struct site_unit *unit, json_t *view)
{
    json_t *list = json_array(), *code;
    for (size_t i = 0; i < unit->neighbour_count; i++)
        json_array_append_new(list, site_unit_link(wing, unit->neighbours[i]));
    collate_objects(wing->locale, list, "name");
    site_set_list(view, "neighbours", list);
    const char **names = talloc_array(ctx, const char *, json_array_size(unit->borders) + 1);
    size_t i, count = 0;
    json_array_foreach (unit->borders, i, code) {
        const char *name = format_territory(ctx, wing->ui, json_string_value(code));
        if (name)
            names[count++] = name;
    }
    site_set(view, "borders", format_list(ctx, wing->ui, names, count));
}

// The units before and after it in the list by name.
static void set_order(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                      const struct site_unit *unit, json_t *view)
{
    const struct site_unit **units;
    size_t count = site_units_sorted(ctx, site, wing, &units), at = 0;
    while (at < count && units[at] != unit)
        at++;
    if (at == count)
        return;
    json_object_set_new(view, "has_order", json_true());
    if (at)
        json_object_set_new(view, "previous", site_unit_link(wing, units[at - 1]));
    if (at + 1 < count)
        json_object_set_new(view, "next", site_unit_link(wing, units[at + 1]));
}

void site_unit_set_parts(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit, json_t *view)
{
    set_sights(wing, unit, view);
    set_texts(ctx, site, wing, unit, view);
    set_neighbours(ctx, wing, unit, view);
    set_order(ctx, site, wing, unit, view);
}
