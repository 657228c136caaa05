// What was published of an article, for everybody: versions, notes, corrections, withdrawals.
#include "api/route.h"

static const struct read history = {
    .statement = "article_history",
    .values = {{VALUE_PATH},
               {VALUE_WORD, "locale"},
               {VALUE_LIMIT},
               {VALUE_CURSOR_KEY},
               {VALUE_CURSOR_ID}},
    .max_age = 10,
    .stale_age = 60,
};

extern const struct route history_routes[];
const struct route history_routes[] = {
    {METHOD_GET, "/v1/articles/{id}/history", .read = &history},
    {0},
};
