// Errors as RFC 9457 problem documents, worded in the reader's language.
#pragma once

#include "api/request.h"

// As request_problem, with more header lines.
enum step_result request_problem_with(struct request *request, int status, const char *key,
                                      const char *headers, const char *field, const char *detail);

// With members of its own (borrowed; NULL: none): what stands in the way, what the present state
// is.
enum step_result request_problem_more(struct request *request, int status, const char *key,
                                      const char *headers, const char *field, const char *detail,
                                      json_t *members);

// The language a problem is worded in.
const struct locale *problem_locale(const struct request *request);
