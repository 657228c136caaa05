#include "api/authorise.h"

#include "content/db.h"
#include "content/token.h"

#include <string.h>
#include <strings.h>

// One answer for a token that is malformed, unknown, expired or revoked, and for an account that is
// disabled: who guesses learns nothing. hash NULL: it does not have the form of a token.
static enum step_result refuse(struct request *request, const char *hash)
{
    struct thread *thread = request->thread;
    if (!limits_token(thread->limits, &request->address, hash, thread->now)) {
        metric_add(&thread->metrics.limited, 1);
        return request_problem(request, 429, "too_many_requests", NULL, NULL);
    }
    limits_token_done(thread->limits, &request->address, hash, false, thread->now);
    return request_fail(request, SEN_UNAUTHORISED);
}

enum step_result step_authorise(struct request *request)
{
    struct thread *thread = request->thread;
    const char *value = request_header(request, HEADER_AUTHORIZATION);
    if (!value || strncasecmp(value, "Bearer ", 7) != 0)
        return request_fail(request, SEN_UNAUTHORISED);
    value += 7 + strspn(value + 7, " ");
    char *hash = request->state = talloc_array(request, char, TOKEN_HASH * 2 + 1);
    if (!token_hash(value, strlen(value), hash))
        return refuse(request, NULL);
    if (!limits_token(thread->limits, &request->address, hash, thread->now))
        return refuse(request, hash);
    return request_query(request, db_statement("token_check"),
                         (const char *const[]){hash, address_text(request, &request->address)}, 2);
}

enum step_result step_authorised(struct request *request)
{
    struct thread *thread = request->thread;
    const char *hash = request->state;
    request->state = NULL;
    if (request->outcome)
        return request_fail(request, request->outcome);
    if (!db_rows(request->result))
        return refuse(request, hash);
    limits_token_done(thread->limits, &request->address, hash, true, thread->now);
    request->who = talloc_strdup(request, db_value(request->result, 0, "who"));
    return NEXT;
}
