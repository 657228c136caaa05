// The steps of the GET routes that are rows of a table.
#pragma once

#include "api/request.h"

extern const struct step read_steps[];

// Read the query string of a route whose parameters are these: others are refused (400). DONE when
// it was refused.
enum step_result query_read(struct request *request, const char *const *known, size_t count);
