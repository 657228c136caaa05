// Routes for people who edit: rows of a table. A request becomes one call of ask() in the database
// (content/functions/ask.sql) and its answer the document that the client gets; a refusal becomes a
// problem document. The members of the call are those of the path ("{id}"), of the query string,
// of the JSON body, and "expected", the revision of If-Match.
#pragma once

#include "api/request.h"
#include "content/fields.h"

enum expected {
    EXPECTED_NONE,
    EXPECTED_OPTIONAL,
    EXPECTED_NEEDED, // If-Match: "rN", or If-None-Match: * for a first revision; else 428
};

struct operation {
    const char *name;         // as ask() knows it
    const struct field *body; // what the body may hold; NULL: nothing (a write may send {})
    // The rules of the body that its table does not say: SEN_OK or SEN_INVALID with a fault whose
    // strings hang on ctx. NULL: there are none.
    int (*check)(TALLOC_CTX *ctx, const json_t *body, struct fault *ret_fault);
    const struct field *query; // what the query string may hold; NULL: nothing
    enum expected expected;
    int status;  // of the answer; 0: 200
    bool asks;   // changes nothing, though the route does: an Idempotency-Key is not for it
    bool secret; // the body or the answer has a secret in it: nothing is kept for a repeat

    // Makes the answer where it is not the document itself (CSV, a link). Called with outcome 'ok';
    // replies, and returns DONE. NULL: the document.
    enum step_result (*answer)(struct request *request, json_t *document);
};

// A list's limit parameter, for tables of query fields: OPERATION_LIMIT as the last of them.
#define OPERATION_LIMIT                                                                            \
    {                                                                                              \
        "limit", FIELD_COUNT, 200                                                                  \
    }

extern const struct step operation_steps[];

// The parts, for routes that do more before they ask.

// Idempotency-Key and the hash of the request, If-Match, path and query, taken into a new object.
// NULL: it was refused and answered.
json_t *operation_begin(struct request *request, const struct operation *operation);

// Ask, with the members of a (borrowed). Go on with operation_answer.
enum step_result operation_ask(struct request *request, const struct operation *operation,
                               const json_t *a);
enum step_result operation_answer(struct request *request, const struct operation *operation);

// After an operation_ask that only had to be allowed: go on, or refuse.
enum step_result operation_allowed(struct request *request);

// The message key of an outcome of ask(): "problem.forbidden".
const char *operation_message(TALLOC_CTX *ctx, const char *outcome);

// A refusal by ask() as a problem document.
enum step_result operation_refuse(struct request *request, const char *outcome, json_t *answer);
