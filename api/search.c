#include "api/route.h"

static const struct read search = {
    .statement = "search",
    .values = {{VALUE_LOCALES},
               {VALUE_MATCH},
               {VALUE_WORDS, "q", .required = true},
               {VALUE_WORDS_FOLDED, "q"},
               {VALUE_WORD, "topic"},
               {VALUE_WORD, "province"},
               {VALUE_WORD, "kind"},
               {VALUE_LIMIT},
               {VALUE_CURSOR_KEY},
               {VALUE_CURSOR_ID}},
    .negotiates = true,
    .max_age = 10,
    .stale_age = 60,
};

extern const struct route search_routes[];
const struct route search_routes[] = {
    {METHOD_GET, "/v1/search", .read = &search},
    {0},
};
