// One request: what came in, where it is on its way, and the one end (request_reply) that answers.
//
// A request owns one talloc tree, freed once: everything made for it hangs on `struct request`.
// A route is a list of named steps. Each step says NEXT (go on), WAIT (something will call
// request_resume) or DONE (it has replied). A client that leaves only clears request->conn: the
// request still runs to its end, and nothing is sent.
#pragma once

#include "api/limits.h"
#include "api/query.h"
#include "api/thread.h"
#include "content/base/outcome.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct db_result;
struct locale;
struct route;
struct request;

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_OTHER,
};

enum step_result { NEXT, WAIT, DONE };

struct step {
    const char *name;
    enum step_result (*run)(struct request *request);
};

// Header fields that somebody reads; the rest is checked by the parser and dropped.
enum header {
    HEADER_HOST,
    HEADER_CONNECTION,
    HEADER_CONTENT_LENGTH,
    HEADER_TRANSFER_ENCODING,
    HEADER_CONTENT_TYPE,
    HEADER_CONTENT_ENCODING,
    HEADER_EXPECT,
    HEADER_ACCEPT,
    HEADER_ACCEPT_ENCODING,
    HEADER_ACCEPT_LANGUAGE,
    HEADER_AUTHORIZATION,
    HEADER_IF_MATCH,
    HEADER_IF_NONE_MATCH,
    HEADER_IF_MODIFIED_SINCE,
    HEADER_RANGE,
    HEADER_IF_RANGE,
    HEADER_IDEMPOTENCY_KEY,
    HEADER_X_FORWARDED_FOR,
    HEADER_ORIGIN,
    HEADERS,
};

enum { PATH_PARAMETERS_MAX = 4 };

struct request {
    struct thread *thread;
    struct conn *conn; // NULL: the client has left
    const struct route *route;
    struct address address; // of the client

    enum method method;
    const char *method_name;
    bool http_1_0;
    char id[24]; // in logs and in X-Request-Id

    char *head; // request target, then header values, each NUL-terminated
    size_t head_length, head_size;
    size_t header_bytes, header_count;
    uint32_t value_at[HEADERS]; // offset into head; 0: not given
    int current;                // header being read, -1 for one that nobody reads
    char name[32];              // of the header field being read, lower case
    size_t name_length;
    bool in_value;

    char *path;                                  // as sent, with the query
    const char *parameters[PATH_PARAMETERS_MAX]; // decoded path parameters, in order
    struct query query;

    char *body; // of a route that takes JSON; NUL-terminated
    size_t body_length, body_size;
    int body_file; // of a route that takes a file: an unlinked... see body_path; -1: none
    char *body_path;

    const struct step *steps;
    size_t step;
    bool running; // inside a step: a resume waits until it returns
    bool resumed;
    bool replied;
    const char *who;          // who asks, as ask() takes it: JSON; after step_authorised
    json_t *json;             // after step_json
    void *state;              // of the route's steps
    int outcome;              // of the last wait
    struct db_result *result; // of the last query, hangs on the request
};

// The value of a header field; NULL when it was not given. A doubled one is refused before
// any step runs.
const char *request_header(const struct request *request, enum header header);

// The steps of a route: run them from the first; go on after a WAIT.
void request_start(struct request *request);
void request_resume(struct request *request);

// Ask the database and go on when it has answered: outcome and result are then in the request.
enum step_result request_query(struct request *request, unsigned statement,
                               const char *const *values, size_t count);

// ---- the end -----------------------------------------------------------------------------------

// An answer that is not kept. headers: whole lines "Name: value\r\n", or NULL. body is copied.
void request_reply(struct request *request, int status, const char *type, const char *headers,
                   const void *body, size_t length);
void request_reply_json(struct request *request, int status, const char *headers, json_t *body);

// RFC 9457. key: a message key under "problem." of the catalogs; field: the member, parameter or
// header concerned, or NULL; detail: UTF-8 to fill the message's {detail}, or NULL. Returns DONE.
enum step_result request_problem(struct request *request, int status, const char *key,
                                 const char *field, const char *detail);

// The problem of an outcome (the one table of outcomes to statuses).
enum step_result request_fail(struct request *request, int outcome);

// The problem of a fault of the input: 422 with the fault's key and field.
enum step_result request_fault(struct request *request, const struct fault *fault);
