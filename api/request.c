#include "api/request.h"

#include "api/conn.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/read.h"
#include "api/response.h"
#include "api/route.h"
#include "content/base/log.h"
#include "content/db.h"

#include <string.h>

const char *request_header(const struct request *request, enum header header)
{
    return request->value_at[header] ? request->head + request->value_at[header] : NULL;
}

// ---- the driver --------------------------------------------------------------------------------

// Run steps until one waits or the request is answered; then free it, or let the client go on.
static void request_run(struct request *request)
{
    struct conn *conn = request->conn;
    request->running = true;
    enum step_result result;
    do {
        request->resumed = false;
        const struct step *step = &request->steps[request->step];
        result = step->run(request);
        if (result != DONE)
            request->step++;
        log_write(LOG_LEVEL_DEBUG, "step", request->id, "%s %s", request->route->path, step->name);
    } while (result == NEXT || (result == WAIT && request->resumed));
    request->running = false;
    if (result == DONE)
        talloc_free(request);
    if (conn)
        conn_continue(conn);
}

static enum step_result refuse_start(struct request *request)
{
    if (!limits_request(request->thread->limits, &request->address, 1, request->thread->now)) {
        metric_add(&request->thread->metrics.limited, 1);
        return request_problem(request, 429, "too_many_requests", NULL, NULL);
    }
    char *allow;
    switch (route_find(request, &request->route, &allow)) {
    case ROUTE_FOUND:
        break;
    case ROUTE_NONE:
        return request_problem(request, 404, "no_such_path", NULL, NULL);
    case ROUTE_OTHER_METHOD:
        if (request->method == METHOD_OPTIONS) {
            char *headers = talloc_asprintf(
                request,
                "Allow: %s\r\nAccess-Control-Allow-Origin: *\r\n"
                "Access-Control-Allow-Methods: %s\r\n"
                "Access-Control-Allow-Headers: Authorization, Content-Type, If-Match, "
                "If-None-Match, Idempotency-Key\r\nAccess-Control-Max-Age: 86400\r\n",
                allow, allow);
            request_reply(request, 204, NULL, headers, NULL, 0);
            return DONE;
        }
        return request_problem_with(request, 405, "method",
                                    talloc_asprintf(request, "Allow: %s\r\n", allow), NULL, NULL);
    }
    const char *length = request_header(request, HEADER_CONTENT_LENGTH);
    const struct settings *settings = request->thread->settings;
    int64_t most =
        request->route->body == BODY_FILE ? settings->upload_bytes : settings->body_bytes;
    if (length && strtoll(length, NULL, 10) > most)
        return request_problem(request, 413, "body_too_large", NULL, NULL);
    if (request->route->body == BODY_NONE && conn_body_waits(request->conn))
        return request_problem(request, 400, "body_not_allowed", NULL, NULL);
    return NEXT;
}

// Behind our own reverse proxy the client is who the proxy says.
static void find_client(struct request *request)
{
    struct address client;
    const char *forwarded = request_header(request, HEADER_X_FORWARDED_FOR);
    if (!forwarded || !address_is(&request->address, request->thread->settings->proxy))
        return;
    // The last entry is the one our proxy added; those before it are the client's own words.
    const char *last = strrchr(forwarded, ',');
    last = last ? last + 1 + strspn(last + 1, " ") : forwarded;
    if (address_from_text(last, strcspn(last, " "), &client))
        request->address = client;
}

void request_start(struct request *request)
{
    struct conn *conn = request->conn;
    find_client(request);
    if (refuse_start(request) == DONE) {
        talloc_free(request);
        conn_continue(conn);
        return;
    }
    const struct route *route = request->route;
    request->steps = route->read ? read_steps : route->operation ? operation_steps : route->steps;
    request_run(request);
}

void request_resume(struct request *request)
{
    request->resumed = true;
    if (!request->running)
        request_run(request);
}

static void on_answer(void *data, int outcome, struct db_result *result)
{
    struct request *request = data;
    request->outcome = outcome;
    request->result = talloc_steal(request, result);
    thread_clock(request->thread);
    request_resume(request);
}

enum step_result request_query(struct request *request, unsigned statement,
                               const char *const *values, size_t count)
{
    TALLOC_FREE(request->result);
    db_query(request->thread->db, statement, values, count, on_answer, request);
    return WAIT;
}

// ---- answers -----------------------------------------------------------------------------------

void request_reply(struct request *request, int status, const char *type, const char *headers,
                   const void *body, size_t length)
{
    // Not the request's: a client that reads slowly still has it when the request is over.
    struct response *response =
        response_new(request->thread->memory, status, type, headers, body, length, 0);
    response->compressible = false;
    request_send(request, response, "Cache-Control: no-store\r\n");
    response_unref(response);
}

void request_reply_json(struct request *request, int status, const char *headers, json_t *body)
{
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15);
    size_t length = json_dumpb(body, NULL, 0, flags);
    char *text = talloc_array(request, char, length + 1);
    json_dumpb(body, text, length, flags);
    text[length] = '\n';
    request_reply(request, status, "application/json; charset=utf-8", headers, text, length + 1);
}
