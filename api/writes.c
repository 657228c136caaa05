#include "api/writes.h"

#include "api/problem.h"
#include "api/route.h"
#include "content/db.h"
#include "content/token.h"

#include <sodium.h>
#include <stdlib.h>
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
    return request_query(request, db_statement("token_check"), (const char *const[]){hash}, 1);
}

enum step_result step_authorised(struct request *request)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    if (!db_rows(request->result))
        return request_fail(request, SEN_UNAUTHORISED);
    request->account = talloc_strdup(request, db_value(request->result, 0, "id"));
    return NEXT;
}

enum step_result write_key(struct request *request, const char **ret_key, const char **ret_hash)
{
    const char *key = request_header(request, HEADER_IDEMPOTENCY_KEY);
    if (key) {
        size_t length = strlen(key);
        bool plain = length >= 1 && length <= 200;
        for (const char *c = key; *c; c++)
            plain &= *c >= 0x21 && *c <= 0x7e;
        if (!plain)
            return request_problem(request, 400, "idempotency_key", "Idempotency-Key", NULL);
    }
    unsigned char hash[32];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const unsigned char *)request->method_name,
                              strlen(request->method_name) + 1);
    crypto_generichash_update(&state, (const unsigned char *)request->path,
                              strlen(request->path) + 1);
    crypto_generichash_update(&state, (const unsigned char *)request->body, request->body_length);
    crypto_generichash_final(&state, hash, sizeof hash);
    char *hex = talloc_array(request, char, 2 * sizeof hash + 1);
    *ret_hash = sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
    *ret_key = key;
    return NEXT;
}

enum step_result write_expected(struct request *request, bool required, const char **ret)
{
    const char *match = request_header(request, HEADER_IF_MATCH);
    const char *none = request_header(request, HEADER_IF_NONE_MATCH);
    *ret = NULL;
    if (none) {
        if (match || strcmp(none, "*") != 0)
            return request_problem(request, 400, "if_match", "If-None-Match", none);
        *ret = "0";
        return NEXT;
    }
    if (!match)
        return required ? request_problem(request, 428, "if_match_missing", "If-Match", NULL)
                        : NEXT;
    size_t digits = strncmp(match, "\"r", 2) == 0 ? strspn(match + 2, "0123456789") : 0;
    if (!digits || digits > 9 || strcmp(match + 2 + digits, "\"") != 0)
        return request_problem(request, 400, "if_match", "If-Match", match);
    *ret = talloc_strndup(request, match + 2, digits);
    return NEXT;
}

static const struct {
    const char *outcome;
    int status;
    const char *key;
} outcomes[] = {
    {"not_found", 404, "not_found"},   {"no_draft", 409, "no_draft"},
    {"forbidden", 403, "forbidden"},   {"conflict", 409, "conflict"},
    {"stale", 412, "stale"},           {"unknown", 422, "unknown_reference"},
    {"key_reused", 422, "key_reused"},
};

// A problem that carries what the loser of a race needs: the present text.
static enum step_result stale_problem(struct request *request, json_t *present)
{
    json_int_t revision = json_integer_value(json_object_get(present, "revision"));
    return request_problem_more(
        request, 412, "stale", talloc_asprintf(request, "ETag: \"r%lld\"\r\n", (long long)revision),
        "If-Match", "current", present);
}

enum step_result write_answer(struct request *request, int status, const char *headers)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *outcome = db_value(request->result, 0, "outcome");
    const char *text = db_value(request->result, 0, "answer");
    json_t *answer = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    enum step_result result = DONE;
    if (strcmp(outcome, "ok") == 0) {
        json_t *revision = json_object_get(answer, "revision");
        if (revision)
            headers = talloc_asprintf(request, "%sETag: \"r%lld\"\r\n", headers ? headers : "",
                                      (long long)json_integer_value(revision));
        headers = talloc_asprintf(request,
                                  "%sAccess-Control-Allow-Origin: *\r\n"
                                  "Access-Control-Expose-Headers: ETag, Location\r\n",
                                  headers ? headers : "");
        request_reply_json(request, status, headers, answer);
    } else if (strcmp(outcome, "stale") == 0) {
        result = stale_problem(request, answer);
    } else {
        const char *field = json_string_value(json_object_get(answer, "field"));
        size_t i = 0;
        while (i + 1 < sizeof outcomes / sizeof *outcomes &&
               strcmp(outcomes[i].outcome, outcome) != 0)
            i++;
        result = request_problem(request, outcomes[i].status, outcomes[i].key, field, NULL);
    }
    json_decref(answer);
    return result;
}
