// The change log, for whoever keeps a copy: poll with ?after= the last number seen.
#include "api/route.h"

static const struct read list = {
    .statement = "changes",
    .values = {{VALUE_INTEGER, "after"}, {VALUE_LIMIT}},
    .max_age = 1,
    .stale_age = 10,
};

extern const struct route change_routes[];
const struct route change_routes[] = {
    {METHOD_GET, "/v1/changes", .read = &list},
    {0},
};
