#include "api/authorise.h"

#include "content/db.h"
#include "content/token.h"

#include <string.h>
#include <strings.h>

enum step_result step_authorise(struct request *request)
{
    const char *value = request_header(request, HEADER_AUTHORIZATION);
    char hash[TOKEN_HASH * 2 + 1];
    if (!value || strncasecmp(value, "Bearer ", 7) != 0)
        return request_fail(request, SEN_UNAUTHORISED);
    value += 7 + strspn(value + 7, " ");
    if (!token_hash(value, strlen(value), hash))
        return request_fail(request, SEN_UNAUTHORISED);
    return request_query(request, db_statement("token_check"),
                         (const char *const[]){hash, address_text(request, &request->address)}, 2);
}

enum step_result step_authorised(struct request *request)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    if (!db_rows(request->result))
        return request_fail(request, SEN_UNAUTHORISED);
    request->who = talloc_strdup(request, db_value(request->result, 0, "who"));
    return NEXT;
}
