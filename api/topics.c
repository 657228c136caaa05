#include "api/route.h"

static const struct read list = {
    .statement = "topics",
    .values = {{VALUE_LOCALES}},
    .negotiates = true,
    .max_age = 60,
    .stale_age = 600,
};

extern const struct route topic_routes[];
const struct route topic_routes[] = {
    {METHOD_GET, "/v1/topics", .read = &list},
    {0},
};
