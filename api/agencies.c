#include "api/route.h"

static const struct read list = {
    .statement = "agencies",
    .values = {{VALUE_LOCALES}},
    .negotiates = true,
    .by_name = true,
    .max_age = 60,
    .stale_age = 600,
};

extern const struct route agency_routes[];
const struct route agency_routes[] = {
    {METHOD_GET, "/v1/agencies", .read = &list},
    {0},
};
