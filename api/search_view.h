// What a search found, as readers see it: the view of templates/results.mustache, with every word
// in their language. A filter, an order and the next page are addresses, so that a page of results
// can be shared, goes back and needs no script.
#pragma once

#include "api/query.h"
#include "locales/locale.h"

#include <jansson.h>

// answer: the document of GET /v1/search (borrowed), in the reader's language; query: what was
// asked for. A new reference.
json_t *search_view(const struct locale *reader, const struct query *query, const json_t *answer);
