#include "api/route.h"

static const struct read list = {
    .statement = "media_list",
    .values = {{VALUE_LIMIT}, {VALUE_CURSOR_KEY}, {VALUE_CURSOR_ID}},
    .max_age = 60,
    .stale_age = 600,
};

static const struct read item = {
    .statement = "media_item",
    .values = {{VALUE_PATH}},
    .max_age = 60,
    .stale_age = 600,
};

extern const struct route media_routes[];
const struct route media_routes[] = {
    {METHOD_GET, "/v1/media", .read = &list},
    {METHOD_GET, "/v1/media/{id}", .read = &item},
    {0},
};
