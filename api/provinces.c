#include "api/route.h"

// What holds today changes with the day, not only with a write: so these are read anew each minute.
enum { KEEP_SECONDS = 60 };

static const struct read list = {
    .statement = "provinces",
    .values = {{VALUE_LOCALES},
               {VALUE_CHOICE, "status", .choices = "current|former|all"},
               {VALUE_DATE, "on"}},
    .negotiates = true,
    .by_name = true,
    .max_age = 60,
    .stale_age = 600,
    .keep = KEEP_SECONDS,
};

static const struct read item = {
    .statement = "province",
    .values = {{VALUE_PATH}, {VALUE_LOCALES}, {VALUE_MATCH}, {VALUE_DATE, "on"}},
    .negotiates = true,
    .max_age = 60,
    .stale_age = 600,
    .keep = KEEP_SECONDS,
};

extern const struct route province_routes[];
const struct route province_routes[] = {
    {METHOD_GET, "/v1/provinces", .read = &list},
    {METHOD_GET, "/v1/provinces/{id}", .read = &item},
    {0},
};
