#include "api/operation.h"

#include "api/authorise.h"
#include "api/body.h"
#include "api/problem.h"
#include "api/read.h"
#include "api/route.h"
#include "content/db.h"
#include "content/diff.h"
#include "locales/message.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_DEFAULT = 50 };

// ---- what the request gives ---------------------------------------------------------------------

// The Idempotency-Key (*ret NULL: none), 1 to 200 visible ASCII characters.
static enum step_result take_key(struct request *request, const char **ret)
{
    const char *key = request_header(request, HEADER_IDEMPOTENCY_KEY);
    *ret = key;
    if (!key)
        return NEXT;
    size_t length = strlen(key);
    bool plain = length >= 1 && length <= 200;
    for (const char *c = key; *c; c++)
        plain &= *c >= 0x21 && *c <= 0x7e;
    return plain ? NEXT : request_problem(request, 400, "idempotency_key", "Idempotency-Key", NULL);
}

// What makes a request the same as another: hexadecimal. A body that went to a file is known by
// what was made of it, which is in the members of the call.
static char *request_hash(struct request *request, const char *members)
{
    const char *match = request_header(request, HEADER_IF_MATCH);
    unsigned char hash[32];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const unsigned char *)request->method_name,
                              strlen(request->method_name) + 1);
    crypto_generichash_update(&state, (const unsigned char *)request->path,
                              strlen(request->path) + 1);
    crypto_generichash_update(&state, (const unsigned char *)(match ? match : ""),
                              match ? strlen(match) + 1 : 1);
    if (request->body)
        crypto_generichash_update(&state, (const unsigned char *)request->body,
                                  request->body_length);
    else
        crypto_generichash_update(&state, (const unsigned char *)members, strlen(members));
    crypto_generichash_final(&state, hash, sizeof hash);
    char *hex = talloc_array(request, char, 2 * sizeof hash + 1);
    return sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
}

// The revision that the writer started from, into a.
static enum step_result take_expected(struct request *request, enum expected rule, json_t *a)
{
    const char *match = request_header(request, HEADER_IF_MATCH);
    const char *none = request_header(request, HEADER_IF_NONE_MATCH);
    if (rule == EXPECTED_NONE)
        return NEXT;
    if (none) {
        if (match || strcmp(none, "*") != 0)
            return request_problem(request, 400, "if_match", "If-None-Match", none);
        json_object_set_new(a, "expected", json_integer(0));
        return NEXT;
    }
    if (!match)
        return rule == EXPECTED_NEEDED
                   ? request_problem(request, 428, "if_match_missing", "If-Match", NULL)
                   : NEXT;
    size_t digits = strncmp(match, "\"r", 2) == 0 ? strspn(match + 2, "0123456789") : 0;
    if (!digits || digits > 9 || strcmp(match + 2 + digits, "\"") != 0)
        return request_problem(request, 400, "if_match", "If-Match", match);
    json_object_set_new(a, "expected", json_integer(strtol(match + 2, NULL, 10)));
    return NEXT;
}

// The members of the path under their names in the route.
static enum step_result take_path(struct request *request, json_t *a)
{
    const char *at = request->route->path;
    for (size_t i = 0; (at = strchr(at, '{')); i++) {
        size_t length = strcspn(++at, "}");
        const char *value = request->parameters[i];
        if (strncmp(at, "locale", length) == 0 && !locale_find(value))
            return request_problem(request, 404, "unknown_locale", "locale", value);
        size_t digits = strspn(value, "0123456789");
        if (strncmp(at, "number", length) == 0 && (value[digits] || !digits || digits > 18))
            return request_problem(request, 404, "not_found", NULL, NULL);
        json_object_setn_new(a, at, length, json_string(value));
    }
    return NEXT;
}

static enum step_result take_query(struct request *request, const struct field *table, json_t *a)
{
    const char *names[QUERY_PARAMETERS_MAX];
    size_t count = 0;
    bool limited = false;
    for (const struct field *field = table; field && field->name; field++) {
        names[count++] = field->name;
        limited |= strcmp(field->name, "limit") == 0;
    }
    if (query_read(request, names, count) == DONE)
        return DONE;
    json_t *given = fields_own(request, json_object());
    for (size_t i = 0; i < request->query.count; i++)
        json_object_set_new(given, request->query.parameters[i].name,
                            json_string(request->query.parameters[i].value));
    struct fault fault = {0};
    if (table && fields_read(request, table, given, true, &fault))
        return body_fault(request, &fault);
    if (limited && !json_object_get(given, "limit"))
        json_object_set_new(given, "limit", json_integer(LIMIT_DEFAULT));
    if (limited && json_integer_value(json_object_get(given, "limit")) < 1)
        return request_problem(request, 400, "limit", "limit", NULL);
    json_object_update(a, given);
    return NEXT;
}

json_t *operation_begin(struct request *request, const struct operation *operation)
{
    json_t *a = fields_own(request, json_object());
    if (take_path(request, a) == DONE || take_query(request, operation->query, a) == DONE ||
        take_expected(request, operation->expected, a) == DONE)
        return NULL;
    return a;
}

// ---- asking -------------------------------------------------------------------------------------

enum step_result operation_ask(struct request *request, const struct operation *operation,
                               const json_t *a)
{
    bool kept =
        request->method != METHOD_GET && request->method != METHOD_HEAD && !operation->secret;
    const char *key = NULL;
    if (kept && !operation->asks && take_key(request, &key) == DONE)
        return DONE;
    char *text = json_dumps(a, JSON_COMPACT);
    const char *const values[] = {request->who, key, key ? request_hash(request, text) : NULL,
                                  operation->name, text};
    enum step_result result = request_query(request, db_statement("ask"), values, 5);
    free(text);
    return result;
}

// ---- answers ------------------------------------------------------------------------------------

static const struct {
    const char *outcome;
    int status;
    const char *key;
} outcomes[] = {
    {"not_found", 404, "not_found"},
    {"no_draft", 409, "no_draft"},
    {"not_live", 409, "not_live"},
    {"forbidden", 403, "forbidden"},
    {"own_change", 403, "own_change"},
    {"conflict", 409, "conflict"},
    {"wrong_stage", 409, "wrong_stage"},
    {"scheduled", 409, "scheduled"},
    {"last_administrator", 409, "last_administrator"},
    {"name_taken", 409, "name_taken"},
    {"name_alike", 409, "name_alike"},
    {"tokens_many", 409, "tokens_many"},
    {"beyond", 403, "beyond"},
    {"password_wrong", 403, "password_wrong"},
    {"embargo", 409, "embargo"},
    {"release", 409, "release"},
    {"release_empty", 409, "release_empty"},
    {"checks", 422, "checks"},
    {"note_missing", 422, "note_missing"},
    {"not_to_come", 422, "not_to_come"},
    {"invalid", 422, "invalid"},
    {"unknown", 422, "unknown_reference"},
    {"key_reused", 422, "key_reused"},
    {"stale", 412, "stale"},
};

static size_t find_outcome(const char *outcome)
{
    size_t i = 0;
    while (i + 1 < sizeof outcomes / sizeof *outcomes && strcmp(outcomes[i].outcome, outcome) != 0)
        i++;
    return i;
}

const char *operation_message(TALLOC_CTX *ctx, const char *outcome)
{
    return talloc_asprintf(ctx, "problem.%s", outcomes[find_outcome(outcome)].key);
}

// Every finding of a check, and every refusal within a larger one, is told in the reader's
// language, wherever it stands in the document.
static void tell(struct request *request, json_t *value)
{
    size_t i;
    const char *name;
    json_t *member;
    const char *rule = json_string_value(json_object_get(value, "rule"));
    const char *refused = json_string_value(json_object_get(value, "refused"));
    if (rule || refused) {
        const char *field = json_string_value(json_object_get(value, "field"));
        const char *detail = json_string_value(json_object_get(value, "detail"));
        const struct message_arg arguments[] = {{.name = "field", .string = field ? field : ""},
                                                {.name = "detail", .string = detail ? detail : ""}};
        char *key =
            rule ? talloc_asprintf(request, "check.%s", rule)
                 : talloc_asprintf(request, "problem.%s", outcomes[find_outcome(refused)].key);
        json_object_set_new(
            value, "message",
            json_string(message_format(request, problem_locale(request), key, arguments, 2)));
    }
    if (json_is_array(value))
        json_array_foreach (value, i, member)
            tell(request, member);
    if (json_is_object(value))
        json_object_foreach (value, name, member)
            tell(request, member);
}

// What the loser of a race needs: the text as it is now, and what has become of the one it knew.
static char *tell_stale(struct request *request, json_t *answer)
{
    json_t *current = json_object_get(answer, "current"), *base = json_object_get(answer, "base");
    if (json_is_object(current) && json_is_object(base))
        json_object_set(answer, "changes", diff_fields(request, base, current));
    json_object_del(answer, "base");
    if (!json_is_object(current))
        return NULL;
    return talloc_asprintf(request, "ETag: \"r%lld\"\r\n",
                           (long long)json_integer_value(json_object_get(current, "revision")));
}

enum step_result operation_refuse(struct request *request, const char *outcome, json_t *answer)
{
    size_t i = find_outcome(outcome);
    char *headers = NULL;
    const char *field = json_string_value(json_object_get(answer, "field"));
    const char *detail = json_string_value(json_object_get(answer, "detail"));
    if (outcomes[i].status == 412) {
        headers = tell_stale(request, answer);
        field = "If-Match";
    }
    char *owned_field = field ? talloc_strdup(request, field) : NULL;
    char *owned_detail = detail ? talloc_strdup(request, detail) : NULL;
    json_object_del(answer, "field");
    json_object_del(answer, "detail");
    tell(request, answer);
    return request_problem_more(request, outcomes[i].status, outcomes[i].key, headers, owned_field,
                                owned_detail, answer);
}

enum step_result operation_allowed(struct request *request)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *outcome = db_value(request->result, 0, "outcome");
    return strcmp(outcome, "ok") == 0 ? NEXT : operation_refuse(request, outcome, NULL);
}

enum step_result operation_answer(struct request *request, const struct operation *operation)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *outcome = db_value(request->result, 0, "outcome");
    const char *text = db_value(request->result, 0, "answer");
    json_t *answer = fields_own(request, text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL);
    if (strcmp(outcome, "ok") != 0)
        return operation_refuse(request, outcome, answer);
    tell(request, answer);
    if (operation->answer)
        return operation->answer(request, answer);
    char *headers = talloc_strdup(request, "Access-Control-Allow-Origin: *\r\n"
                                           "Access-Control-Expose-Headers: ETag, Location\r\n");
    json_t *revision = json_object_get(answer, "revision");
    if (json_is_integer(revision))
        headers = talloc_asprintf(request, "%sETag: \"r%lld\"\r\n", headers,
                                  (long long)json_integer_value(revision));
    request_reply_json(request, operation->status ? operation->status : 200, headers, answer);
    return DONE;
}

// ---- the steps of a route that is only a row ----------------------------------------------------

static bool is_reading(const struct request *request)
{
    return request->method == METHOD_GET || request->method == METHOD_HEAD;
}

static enum step_result step_read_body(struct request *request)
{
    return is_reading(request) ? NEXT : step_body_if_any(request);
}

static enum step_result step_parse(struct request *request)
{
    return is_reading(request) ? NEXT : step_json_if_any(request);
}

static enum step_result step_ask(struct request *request)
{
    static const struct field nothing[] = {{0}};
    const struct operation *operation = request->route->operation;
    json_t *a = operation_begin(request, operation);
    if (!a)
        return DONE;
    json_t *body = request->json ? request->json : fields_own(request, json_object());
    struct fault fault = {0};
    if (fields_read(request, operation->body ? operation->body : nothing, body, false, &fault))
        return body_fault(request, &fault);
    if (operation->check && operation->check(request, body, &fault))
        return body_fault(request, &fault);
    json_object_update_missing(a, body);
    return operation_ask(request, operation, a);
}

static enum step_result step_answer(struct request *request)
{
    return operation_answer(request, request->route->operation);
}

const struct step operation_steps[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_read_body},
    {"json", step_parse},
    {"ask", step_ask},
    {"answer", step_answer},
    {0},
};
