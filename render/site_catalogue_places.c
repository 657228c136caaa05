// Where units lie, and what lies in them.
#include "render/site_catalogue.h"

#include <stdlib.h>
#include <string.h>

static int json_free(json_t **json)
{
    json_decref(*json);
    return 0;
}

static json_t *json_of(TALLOC_CTX *ctx, const char *text)
{
    json_t **json = talloc(ctx, json_t *);
    *json = json_loads(text, 0, NULL);
    talloc_set_destructor(json, json_free);
    return *json;
}

static struct site_unit *unit_of(const struct site_catalogue *c, const json_t *id)
{
    struct site_unit *unit = NULL;
    if (json_string_value(id))
        HASH_FIND_STR(c->unit_table, json_string_value(id), unit);
    return unit;
}

struct sights {
    struct site_catalogue *catalogue;
    json_t **provinces; // by sight
};

static int sight_row(void *data, const struct db_result *row)
{
    struct sights *sights = data;
    struct site_catalogue *c = sights->catalogue;
    c->sights = talloc_realloc(c, c->sights, struct site_sight, c->sight_count + 1);
    sights->provinces = talloc_realloc(c, sights->provinces, json_t *, c->sight_count + 1);
    c->sights[c->sight_count] = (struct site_sight){
        .id = talloc_strdup(c, db_value(row, 0, "id")),
        .kind = talloc_strdup(c, db_value(row, 0, "kind")),
        .names = json_of(c, db_value(row, 0, "names")),
    };
    sights->provinces[c->sight_count] = json_of(c, db_value(row, 0, "provinces"));
    c->sight_count++;
    return SEN_OK;
}

static int by_id(const void *key, const void *member)
{
    return strcmp(key, ((const struct site_sight *)member)->id);
}

const struct site_sight *site_catalogue_sight(const struct site_catalogue *catalogue,
                                              const char *id)
{
    return catalogue->sight_count ? bsearch(id, catalogue->sights, catalogue->sight_count,
                                            sizeof *catalogue->sights, by_id)
                                  : NULL;
}

static void put_sights(const struct sights *sights)
{
    struct site_catalogue *c = sights->catalogue;
    for (size_t i = 0; i < c->sight_count; i++) {
        size_t j;
        json_t *id;
        json_array_foreach (sights->provinces[i], j, id) {
            struct site_unit *unit = unit_of(c, id);
            if (!unit)
                continue;
            unit->sights =
                talloc_realloc(c, unit->sights, const struct site_sight *, unit->sight_count + 1);
            unit->sights[unit->sight_count++] = &c->sights[i];
        }
    }
}

static struct site_tile tile_of(const json_t *tile)
{
    return (struct site_tile){(int)json_integer_value(json_object_get(tile, "row")),
                              (int)json_integer_value(json_object_get(tile, "column"))};
}

static void put_unit(struct site_catalogue *c, struct site_unit *unit)
{
    const json_t *ids = json_object_get(unit->lies, "neighbours");
    const json_t *tile = json_object_get(unit->lies, "tile");
    const json_t *islands = json_object_get(tile, "islands");
    size_t i;
    json_t *one;
    unit->neighbours = talloc_array(c, const struct site_unit *, json_array_size(ids));
    json_array_foreach (ids, i, one) {
        const struct site_unit *neighbour = unit_of(c, one);
        if (neighbour)
            unit->neighbours[unit->neighbour_count++] = neighbour;
    }
    unit->tile = tile_of(tile);
    unit->islands = talloc_array(c, struct site_island, json_array_size(islands));
    json_array_foreach (islands, i, one) {
        const struct site_sight *sight =
            site_catalogue_sight(c, json_string_value(json_object_get(one, "place")));
        if (sight)
            unit->islands[unit->island_count++] = (struct site_island){sight, tile_of(one)};
    }
}

int site_catalogue_load_places(struct site_catalogue *catalogue, struct db_session *session,
                               char **ret_error)
{
    struct sights sights = {catalogue, NULL};
    int r = db_session_each(session, "site_sights", NULL, 0, sight_row, &sights, ret_error);
    if (r)
        return r;
    put_sights(&sights);
    talloc_free(sights.provinces);
    for (size_t i = 0; i < catalogue->unit_count; i++)
        put_unit(catalogue, &catalogue->units[i]);
    return SEN_OK;
}
