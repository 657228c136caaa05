// What a search answers, for those who show it in another way than as JSON.
#pragma once

#include "api/query.h"
#include "api/request.h"

#include <jansson.h>

struct db_result;
struct read;

#define SEARCH_FILTERS "language|topic|province|agency|kind|year"

// GET /v1/search. Another route may read as it does, with a `make` of its own.
extern const struct read search_read;

// The document of GET /v1/search, from the rows of content/sql/search.sql, in `make` of a route
// that reads as search_read does. It lives as long as ctx.
json_t *search_answer(TALLOC_CTX *ctx, const struct request *request,
                      const struct db_result *result);

// "?a=b&c=d" of a query, in the order of names, but for those of `without` (ended by NULL) and what
// is empty; "" when nothing is left. Hangs on ctx.
char *search_address(TALLOC_CTX *ctx, const struct query *query, const char *const *without);
