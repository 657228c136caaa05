// The steps of the GET routes that are rows of a table.
#pragma once

#include "api/request.h"

struct locale;
struct read;
struct search_query;

extern const struct step read_steps[];

enum { READ_LIMIT_DEFAULT = 20 };

// For `make`: header lines as every such answer has them, and the one that leads to the next page.
char *read_headers(TALLOC_CTX *ctx, const struct read *read, const char *locale);
char *read_next_link(TALLOC_CTX *ctx, const struct request *request, const char *cursor);

// For `make`: the language of the request, and what its VALUE_SEARCH asks for.
const struct locale *read_locale(const struct request *request);
const struct search_query *read_search(const struct request *request);

// Read the query string of a route whose parameters are these: others are refused (400). DONE when
// it was refused.
enum step_result query_read(struct request *request, const char *const *known, size_t count);
