#include "api/route.h"

static const struct read list = {
    .statement = "articles",
    .values = {{VALUE_LOCALES},
               {VALUE_MATCH},
               {VALUE_WORD, "topic"},
               {VALUE_WORD, "province"},
               {VALUE_WORD, "agency"},
               {VALUE_WORD, "kind"},
               {VALUE_DATE, "since"},
               {VALUE_DATE, "until"},
               {VALUE_CHOICE, "sort", .choices = "newest|oldest"},
               {VALUE_LIMIT},
               {VALUE_CURSOR_KEY},
               {VALUE_CURSOR_ID}},
    .negotiates = true,
    .max_age = 10,
    .stale_age = 60,
};

static const struct read item = {
    .statement = "article",
    .values = {{VALUE_PATH}, {VALUE_LOCALES}, {VALUE_MATCH}},
    .negotiates = true,
    .max_age = 10,
    .stale_age = 60,
};

static const struct read texts = {
    .statement = "article_texts",
    .values = {{VALUE_PATH}},
    .max_age = 10,
    .stale_age = 60,
};

extern const struct route article_routes[];
const struct route article_routes[] = {
    {METHOD_GET, "/v1/articles", .read = &list},
    {METHOD_GET, "/v1/articles/{id}", .read = &item},
    {METHOD_GET, "/v1/articles/{id}/texts", .read = &texts},
    {0},
};
