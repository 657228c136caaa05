#include "render/site_atlas.h"

#include "locales/syllables.h"
#include "render/site_units.h"

#include <stdlib.h>
#include <string.h>

#define CLASSES 5 // of a figure; the style sheet has a colour for each

static const struct {
    const char *id, *key;
} regions[] = {
    {"northern-midlands", "region.northern-midlands"},
    {"red-river-delta", "region.red-river-delta"},
    {"north-central", "region.north-central"},
    {"south-central", "region.south-central"},
    {"southeast", "region.southeast"},
    {"mekong-delta", "region.mekong-delta"},
};
#define REGIONS (sizeof regions / sizeof *regions)

int site_region_number(const char *region)
{
    for (size_t i = 0; region && i < REGIONS; i++)
        if (strcmp(regions[i].id, region) == 0)
            return (int)i + 1;
    return 0;
}

const char *site_region_name(const struct site_wing *wing, const char *region)
{
    int number = site_region_number(region);
    return number ? message_text(wing->ui, regions[number - 1].key) : region;
}

static char *place_class(TALLOC_CTX *ctx, struct site_tile tile)
{
    return talloc_asprintf(ctx, "r%d c%d", tile.row, tile.column);
}

static bool has_tile(const struct site_catalogue *catalogue, const struct site_unit *unit)
{
    return unit->tile.row && unit->tile.column && !site_unit_is_former(catalogue, unit);
}

// ---- the small one ---------------------------------------------------------------------------

void site_atlas_set_small(const struct site_catalogue *catalogue, json_t *look)
{
    json_t *list = json_array();
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        const struct site_unit *unit = &catalogue->units[i];
        if (!has_tile(catalogue, unit))
            continue;
        json_array_append_new(list, json_sprintf("r%d c%d", unit->tile.row, unit->tile.column));
        for (size_t j = 0; j < unit->island_count; j++)
            json_array_append_new(list, json_sprintf("isle r%d c%d", unit->islands[j].tile.row,
                                                     unit->islands[j].tile.column));
    }
    json_object_set_new(look, "minimap", list);
}

static void add_place(const struct site_catalogue *catalogue, const struct site_unit *unit,
                      json_t *list)
{
    if (!has_tile(catalogue, unit))
        return;
    json_array_append_new(list, json_sprintf("r%d c%d", unit->tile.row, unit->tile.column));
    for (size_t i = 0; i < unit->island_count; i++)
        json_array_append_new(list, json_sprintf("isle r%d c%d", unit->islands[i].tile.row,
                                                 unit->islands[i].tile.column));
}

void site_atlas_mark(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                     const struct site_unit *unit, json_t *view)
{
    const struct site_catalogue *catalogue = site->catalogue;
    json_t *here = json_array(), *near = json_array();
    if (site_unit_is_former(catalogue, unit))
        for (size_t i = 0; i < unit->successor_count; i++)
            add_place(catalogue, unit->successors[i].unit, here);
    else
        add_place(catalogue, unit, here);
    for (size_t i = 0; i < unit->neighbour_count; i++)
        if (has_tile(catalogue, unit->neighbours[i]))
            json_array_append_new(near, json_sprintf("r%d c%d", unit->neighbours[i]->tile.row,
                                                     unit->neighbours[i]->tile.column));
    const struct message_arg args[] = {{"name", site_unit_name(unit, wing->locale, NULL), 0}};
    site_set(view, "map_label", message_format(ctx, wing->ui, "map.where", args, 1));
    site_set_list(view, "map_here", here);
    json_object_set_new(view, "map_near", near);
}

// ---- classes ---------------------------------------------------------------------------------

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void site_atlas_classes(const double *values, size_t count, int classes, int *ret_classes)
{
    double *sorted = talloc_array(NULL, double, count + 1);
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] >= 0)
            sorted[known++] = values[i];
    qsort(sorted, known, sizeof *sorted, by_value);
    for (size_t i = 0; i < count; i++) {
        size_t less = 0;
        while (less < known && sorted[less] < values[i])
            less++;
        ret_classes[i] = values[i] < 0 ? 0 : (int)(less * (size_t)classes / known) + 1;
    }
    talloc_free(sorted);
}

// ---- the large one ---------------------------------------------------------------------------

struct tile {
    const struct site_unit *unit;
    const char *name;
    const struct locale *in;
    const struct site_fact *area, *population;
    int region, area_class, population_class;
};

struct atlas {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    struct tile *tiles; // by name
    const struct tile **order;
    size_t count;
};

static double number_of(const struct site_fact *fact)
{
    return fact ? strtod(fact->value, NULL) : -1;
}

static void collect(struct atlas *atlas)
{
    const struct site_unit **units;
    atlas->count = site_units_sorted(atlas->ctx, atlas->site, atlas->wing, &units);
    atlas->tiles = talloc_zero_array(atlas->ctx, struct tile, atlas->count + 1);
    atlas->order = talloc_array(atlas->ctx, const struct tile *, atlas->count + 1);
    double *areas = talloc_array(atlas->ctx, double, atlas->count + 1);
    double *populations = talloc_array(atlas->ctx, double, atlas->count + 1);
    int *classes = talloc_array(atlas->ctx, int, atlas->count + 1);
    for (size_t i = 0; i < atlas->count; i++) {
        struct tile *tile = &atlas->tiles[i];
        tile->unit = units[i];
        tile->name = site_unit_name(units[i], atlas->wing->locale, &tile->in);
        tile->area = site_unit_known(atlas->site, units[i], "area_km2");
        tile->population = site_unit_known(atlas->site, units[i], "population");
        tile->region = site_region_number(site_unit_region(units[i]));
        areas[i] = number_of(tile->area);
        populations[i] = number_of(tile->population);
        atlas->order[i] = tile;
    }
    site_atlas_classes(areas, atlas->count, CLASSES, classes);
    for (size_t i = 0; i < atlas->count; i++)
        atlas->tiles[i].area_class = classes[i];
    site_atlas_classes(populations, atlas->count, CLASSES, classes);
    for (size_t i = 0; i < atlas->count; i++)
        atlas->tiles[i].population_class = classes[i];
}

static int from_north(const void *a, const void *b)
{
    const struct tile *x = *(const struct tile *const *)a, *y = *(const struct tile *const *)b;
    int rows = x->unit->tile.row - y->unit->tile.row;
    int columns = x->unit->tile.column - y->unit->tile.column;
    return rows ? rows : columns ? columns : strcmp(x->unit->id, y->unit->id);
}

static int greater(double x, double y, const struct tile *a, const struct tile *b)
{
    return x > y ? -1 : x < y ? 1 : from_north(&a, &b);
}

static int by_area(const void *a, const void *b)
{
    const struct tile *x = *(const struct tile *const *)a, *y = *(const struct tile *const *)b;
    return greater(number_of(x->area), number_of(y->area), x, y);
}

static int by_population(const void *a, const void *b)
{
    const struct tile *x = *(const struct tile *const *)a, *y = *(const struct tile *const *)b;
    return greater(number_of(x->population), number_of(y->population), x, y);
}

static json_t *link_of(const struct atlas *atlas, const struct tile *tile)
{
    return site_unit_link(atlas->wing, tile->unit);
}

static const char *figure_text(const struct atlas *atlas, const struct tile *tile,
                               const struct site_fact *fact)
{
    return fact ? site_unit_value(atlas->ctx, atlas->wing, tile->unit, fact)
                : message_text(atlas->wing->ui, "map.unknown");
}

static const char *region_text(const struct atlas *atlas, const struct tile *tile)
{
    const char *region = site_unit_region(tile->unit);
    return region ? site_region_name(atlas->wing, region)
                  : message_text(atlas->wing->ui, "map.unknown");
}

static json_t *tile_view(const struct atlas *atlas, const struct tile *tile)
{
    TALLOC_CTX *ctx = atlas->ctx;
    const struct locale *ui = atlas->wing->ui;
    json_t *one = link_of(atlas, tile);
    site_set(one, "place",
             talloc_asprintf(ctx, "%s g%d a%d p%d", place_class(ctx, tile->unit->tile),
                             tile->region, tile->area_class, tile->population_class));
    site_set(one, "name", syllables_mark(ctx, tile->in, tile->name));
    site_set(one, "region", region_text(atlas, tile));
    site_set(one, "area", figure_text(atlas, tile, tile->area));
    site_set(one, "population", figure_text(atlas, tile, tile->population));
    // What is to be seen in the tile is short; the unit of it is in the legend.
    site_set(one, "number", tile->region ? format_integer(ctx, ui, tile->region) : "");
    if (tile->area)
        site_set(one, "size", format_number(ctx, ui, number_of(tile->area), 0));
    if (tile->population)
        site_set(one, "people", format_integer(ctx, ui, (int64_t)number_of(tile->population)));
    return one;
}

static void add_islands(const struct atlas *atlas, const struct tile *tile, json_t *list)
{
    const struct message_arg args[] = {{"unit", tile->name, 0}};
    for (size_t i = 0; i < tile->unit->island_count; i++) {
        const struct site_island *island = &tile->unit->islands[i];
        const struct locale *in;
        json_t *one = link_of(atlas, tile);
        site_set(one, "name", site_sight_name(island->sight, atlas->wing->locale, &in));
        site_set_language(one, atlas->wing, in);
        site_set(one, "place",
                 talloc_asprintf(atlas->ctx, "%s g%d a%d p%d",
                                 place_class(atlas->ctx, island->tile), tile->region,
                                 tile->area_class, tile->population_class));
        site_set(one, "part_of",
                 message_format(atlas->ctx, atlas->wing->ui, "map.part_of", args, 1));
        json_array_append_new(list, one);
    }
}

static void set_tiles(const struct atlas *atlas, json_t *view)
{
    json_t *tiles = json_array(), *islands = json_array();
    qsort(atlas->order, atlas->count, sizeof *atlas->order, from_north);
    for (size_t i = 0; i < atlas->count; i++) {
        if (!has_tile(atlas->site->catalogue, atlas->order[i]->unit))
            continue;
        json_array_append_new(tiles, tile_view(atlas, atlas->order[i]));
        add_islands(atlas, atlas->order[i], islands);
    }
    json_object_set_new(view, "tiles", tiles);
    json_object_set_new(view, "islands", islands);
    const struct site_sight *sea = site_catalogue_sight(atlas->site->catalogue, "bien-dong");
    if (!sea)
        return;
    const struct locale *in;
    json_t *one = json_object();
    site_set(one, "name", site_sight_name(sea, atlas->wing->locale, &in));
    site_set_language(one, atlas->wing, in);
    json_object_set_new(view, "sea", one);
}

static void set_regions(const struct atlas *atlas, json_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < REGIONS; i++) {
        json_t *units = json_array(), *region = json_object();
        for (size_t j = 0; j < atlas->count; j++)
            if (atlas->order[j]->region == (int)i + 1)
                json_array_append_new(units, link_of(atlas, atlas->order[j]));
        site_set(region, "region", message_text(atlas->wing->ui, regions[i].key));
        site_set(region, "number", format_integer(atlas->ctx, atlas->wing->ui, (int64_t)i + 1));
        json_object_set_new(region, "key", json_sprintf("g%zu", i + 1));
        json_object_set_new(region, "units", units);
        json_array_append_new(list, region);
    }
    json_object_set_new(view, "regions", list);
}

static int class_of(const struct tile *tile, char figure)
{
    return figure == 'a' ? tile->area_class : tile->population_class;
}

static const struct site_fact *fact_of(const struct tile *tile, char figure)
{
    return figure == 'a' ? tile->area : tile->population;
}

// The legend of a figure, 'a' or 'p', the greatest first: what each class holds, with its units.
// The tiles stand in that order.
static void set_figure(const struct atlas *atlas, char figure, const char *name, json_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < atlas->count;) {
        int class = class_of(atlas->order[i], figure);
        size_t first = i;
        json_t *units = json_array(), *entry = json_object();
        for (; i < atlas->count && class_of(atlas->order[i], figure) == class; i++) {
            json_t *one = link_of(atlas, atlas->order[i]);
            site_set(one, "value",
                     figure_text(atlas, atlas->order[i], fact_of(atlas->order[i], figure)));
            json_array_append_new(units, one);
        }
        const struct tile *most = atlas->order[first], *least = atlas->order[i - 1];
        const struct message_arg args[] = {
            {"from", figure_text(atlas, least, fact_of(least, figure)), 0},
            {"to", figure_text(atlas, most, fact_of(most, figure)), 0}};
        site_set(entry, "range",
                 class ? message_format(atlas->ctx, atlas->wing->ui, "map.range", args, 2)
                       : message_text(atlas->wing->ui, "map.unknown"));
        json_object_set_new(entry, "key", json_sprintf("%c%d", figure, class));
        json_object_set_new(entry, "units", units);
        json_array_append_new(list, entry);
    }
    json_object_set_new(view, name, list);
}

// How the figures were made, as the facts say: each way once.
static void set_labels(const struct atlas *atlas, json_t *view)
{
    const char **labels = talloc_array(atlas->ctx, const char *, 2 * atlas->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < 2 * atlas->count; i++) {
        const struct tile *tile = &atlas->tiles[i / 2];
        const struct site_fact *fact = i % 2 ? tile->population : tile->area;
        const char *label = fact ? site_fact_label(atlas->ctx, atlas->wing, fact, NULL) : "";
        size_t j = 0;
        while (j < count && strcmp(labels[j], label) != 0)
            j++;
        if (*label && j == count)
            labels[count++] = label;
    }
    const struct message_arg args[] = {
        {"labels", format_list(atlas->ctx, atlas->wing->ui, labels, count), 0}};
    if (count)
        site_set(view, "figures",
                 message_format(atlas->ctx, atlas->wing->ui, "map.figures", args, 1));
    for (size_t i = 0; i < atlas->count; i++) {
        const struct site_fact *region = site_unit_fact(atlas->tiles[i].unit, "region", NULL);
        const char *act = region ? site_act_text(atlas->ctx, atlas->wing, region->source) : NULL;
        const struct message_arg by[] = {{"act", act, 0}};
        if (!act)
            continue;
        site_set(view, "regions_by",
                 message_format(atlas->ctx, atlas->wing->ui, "map.regions_by", by, 1));
        return;
    }
}

static void set_rows(const struct atlas *atlas, json_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < atlas->count; i++) {
        const struct tile *tile = &atlas->tiles[i];
        json_t *row = link_of(atlas, tile);
        site_set(row, "name_vi", site_unit_vietnamese(atlas->wing, tile->unit));
        site_set(row, "type", site_unit_type(atlas->wing, tile->unit));
        site_set(row, "region", region_text(atlas, tile));
        site_set(row, "area", figure_text(atlas, tile, tile->area));
        site_set(row, "population", figure_text(atlas, tile, tile->population));
        json_array_append_new(list, row);
    }
    json_object_set_new(view, "rows", list);
}

void site_atlas_set(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                    json_t *view)
{
    struct atlas atlas = {.ctx = ctx, .site = site, .wing = wing};
    collect(&atlas);
    set_tiles(&atlas, view);
    set_regions(&atlas, view);
    qsort(atlas.order, atlas.count, sizeof *atlas.order, by_area);
    set_figure(&atlas, 'a', "area_classes", view);
    qsort(atlas.order, atlas.count, sizeof *atlas.order, by_population);
    set_figure(&atlas, 'p', "population_classes", view);
    set_labels(&atlas, view);
    set_rows(&atlas, view);
}
