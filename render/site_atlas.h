// The map of tiles: where the provinces and cities of today lie, one tile each, and how they
// compare. It has no outlines. A small one without names is part of every view, as "minimap".
#pragma once

#include "render/site_internal.h"

// Set "minimap" in a wing's look: the places of all tiles as classes, ["r1 c2", ...].
void site_atlas_set_small(const struct site_catalogue *catalogue, json_t *look);
// Set what the template "map" marks on it: "map_here", where the unit or what it became lies;
// "map_near", its neighbours; and "map_label".
void site_atlas_mark(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                     const struct site_unit *unit, json_t *view);

// Set "tiles", "islands" and "sea"; "regions", "area" and "population", the legends with the units
// in order; and "rows", the table of all units by name.
void site_atlas_set(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                    json_t *view);

// What readers call a region, and its number from north to south (0: not one of the six).
const char *site_region_name(const struct site_wing *wing, const char *region);
int site_region_number(const char *region);

// A class for each of count values: 1 for the least to classes for the greatest, each with about as
// many. Equal values share one. Values below 0 are not known and get 0.
void site_atlas_classes(const double *values, size_t count, int classes, int *ret_classes);
