#include "api/route.h"

// The names of the provinces that a place lies in are those of the day, as in provinces.c.
enum { KEEP_SECONDS = 60 };

static const struct read list = {
    .statement = "places",
    .values = {{VALUE_LOCALES},
               {VALUE_MATCH},
               {VALUE_WORD, "kind"},
               {VALUE_WORD, "province"},
               {VALUE_LIMIT},
               {VALUE_CURSOR_KEY},
               {VALUE_CURSOR_ID}},
    .negotiates = true,
    .max_age = 60,
    .stale_age = 600,
    .keep = KEEP_SECONDS,
};

static const struct read item = {
    .statement = "place",
    .values = {{VALUE_PATH}, {VALUE_LOCALES}, {VALUE_MATCH}},
    .negotiates = true,
    .max_age = 60,
    .stale_age = 600,
    .keep = KEEP_SECONDS,
};

extern const struct route place_routes[];
const struct route place_routes[] = {
    {METHOD_GET, "/v1/places", .read = &list},
    {METHOD_GET, "/v1/places/{id}", .read = &item},
    {0},
};
