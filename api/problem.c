#include "api/problem.h"

#include "api/route.h"
#include "content/base/log.h"
#include "locales/message.h"
#include "locales/negotiate.h"

#include <string.h>

// ?locale=, also where a request is refused before its query is read.
static const struct locale *asked_locale(const struct request *request)
{
    const char *mark = request->query.count || !request->path ? NULL : strchr(request->path, '?');
    struct query *query = talloc_zero(NULL, struct query);
    if (mark && query_parse(query, mark + 1, strlen(mark + 1), query) != QUERY_OK)
        query->count = 0;
    const char *asked = query_get(mark ? query : &request->query, "locale");
    const struct locale *locale = asked ? locale_match(asked, strlen(asked)) : NULL;
    talloc_free(query);
    return locale;
}

// The reader's language: ?locale= if it is one, else Accept-Language.
const struct locale *problem_locale(const struct request *request)
{
    const struct locale *locale = asked_locale(request);
    const char *header = request_header(request, HEADER_ACCEPT_LANGUAGE);
    if (!locale && header && negotiate(header, strlen(header), &locale))
        locale = NULL;
    return locale ? locale : locale_default();
}

static void set(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_string(value));
}

static enum step_result reply_problem(struct request *request, int status, const char *key,
                                      const char *headers, const char *field, const char *detail,
                                      json_t *members)
{
    const struct locale *locale = problem_locale(request);
    // A fault brings its whole key ("fault.too_long").
    char *title_key = talloc_asprintf(request, "%s%s", strchr(key, '.') ? "" : "problem.", key);
    const struct message_arg arguments[] = {{.name = "field", .string = field ? field : ""},
                                            {.name = "detail", .string = detail ? detail : ""}};
    char *title = message_format(request, locale, title_key, arguments, 2);
    const struct locale *shown = message_locale(locale, title_key);
    if (request->route && request->route->problem &&
        request->route->problem(request, status, title) == DONE)
        return DONE;

    json_t *problem = json_object();
    set(problem, "type",
        talloc_asprintf(request, "%s/docs#problem-%s", request->thread->settings->origin, key));
    set(problem, "title", title);
    json_object_set_new(problem, "status", json_integer(status));
    set(problem, "field", field);
    set(problem, "detail", detail);
    set(problem, "request", request->id);
    if (members)
        json_object_update_missing(problem, members);
    char *text = json_dumps(problem, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(problem);

    char *lines =
        talloc_asprintf(request, "Content-Language: %s\r\nAccess-Control-Allow-Origin: *\r\n%s%s",
                        shown ? shown->tag : "en", status == 503 ? "Retry-After: 1\r\n" : "",
                        headers         ? headers
                        : status == 429 ? "Retry-After: 1\r\n"
                                        : "");
    request_reply(request, status, "application/problem+json; charset=utf-8", lines, text,
                  strlen(text));
    free(text);
    return DONE;
}

enum step_result request_problem_with(struct request *request, int status, const char *key,
                                      const char *headers, const char *field, const char *detail)
{
    return reply_problem(request, status, key, headers, field, detail, NULL);
}

enum step_result request_problem_more(struct request *request, int status, const char *key,
                                      const char *headers, const char *field, const char *detail,
                                      json_t *members)
{
    return reply_problem(request, status, key, headers, field, detail, members);
}

enum step_result request_problem(struct request *request, int status, const char *key,
                                 const char *field, const char *detail)
{
    return request_problem_with(request, status, key, NULL, field, detail);
}

// The one table of outcomes.
static const struct {
    int status;
    const char *key;
} outcomes[] = {
    [SEN_OK] = {500, "internal"},
    [SEN_NOT_FOUND] = {404, "not_found"},
    [SEN_GONE] = {410, "gone"},
    [SEN_INVALID] = {422, "invalid"},
    [SEN_CONFLICT] = {409, "conflict"},
    [SEN_STALE] = {412, "stale"},
    [SEN_UNAUTHORISED] = {401, "unauthorised"},
    [SEN_FORBIDDEN] = {403, "forbidden"},
    [SEN_TOO_LARGE] = {413, "body_too_large"},
    [SEN_TOO_COMPLEX] = {422, "too_complex"},
    [SEN_BUSY] = {503, "busy"},
    [SEN_UNAVAILABLE] = {503, "unavailable"},
    [SEN_TIMEOUT] = {503, "timeout"},
};

enum step_result request_fail(struct request *request, int outcome)
{
    size_t count = sizeof outcomes / sizeof *outcomes;
    if (outcome < 0 || (size_t)outcome >= count) {
        log_write(LOG_LEVEL_ERROR, "request", request->id, "%s %s: %s", request->method_name,
                  request->route->path, strerror(-outcome));
        return request_problem(request, 500, "internal", NULL, NULL);
    }
    if (outcome == SEN_UNAUTHORISED)
        return request_problem_with(request, 401, "unauthorised",
                                    "WWW-Authenticate: Bearer realm=\"sen\"\r\n", NULL, NULL);
    return request_problem(request, outcomes[outcome].status, outcomes[outcome].key, NULL, NULL);
}

enum step_result request_fault(struct request *request, const struct fault *fault)
{
    return request_problem(request, 422, fault->key, fault->field,
                           *fault->detail ? fault->detail : NULL);
}
