// Signing in and out. Nobody is known before it, so it asks the database by statements of its own.
#include "api/session.h"

#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/password.h"
#include "api/problem.h"
#include "api/route.h"
#include "content/base/log.h"
#include "content/db.h"
#include "content/fields.h"
#include "content/token.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

// ---- passwords ----------------------------------------------------------------------------------

static int wipe(char *text)
{
    sodium_memzero(text, strlen(text));
    return 0;
}

enum step_result session_take(struct request *request, const char *member, bool is_new, bool needed,
                              char **ret)
{
    *ret = NULL;
    json_t *given = json_object_get(request->json, member);
    if (!given || json_is_null(given)) {
        json_object_del(request->json, member);
        return needed ? request_problem(request, 400, "fault.required", member, NULL) : NEXT;
    }
    if (!json_is_string(given))
        return request_problem(request, 400, "fault.not_text", member, NULL);
    struct fault fault = {0};
    size_t length = json_string_length(given);
    if (password_read(request, json_string_value(given), length, is_new, ret, &fault)) {
        fault.field = member;
        return body_fault(request, &fault);
    }
    talloc_set_destructor(*ret, wipe);
    sodium_memzero((void *)json_string_value(given), length);
    sodium_memzero(request->body, request->body_length);
    json_object_del(request->json, member);
    return NEXT;
}

static struct passwords *passwords(struct request *request)
{
    struct thread *thread = request->thread;
    if (!thread->passwords)
        thread->passwords = passwords_open(thread->memory, thread->base,
                                           (unsigned)thread->settings->password_queue);
    return thread->passwords;
}

struct hashing {
    struct request *request;
    char **ret;
};

static void on_hashed(void *data, int outcome, const char *hash)
{
    struct hashing *hashing = data;
    hashing->request->outcome = outcome;
    if (hash)
        *hashing->ret = talloc_strdup(hashing->request, hash);
    thread_clock(hashing->request->thread);
    request_resume(hashing->request);
}

static struct hashing *hashing(struct request *request, char **ret)
{
    struct hashing *made = talloc(request, struct hashing);
    *made = (struct hashing){request, ret};
    return made;
}

enum step_result session_hash(struct request *request, const char *password, char **ret)
{
    password_hash(passwords(request), password, on_hashed, hashing(request, ret));
    return WAIT;
}

enum step_result session_begin(struct request *request, struct session_try *attempt)
{
    const char *const values[] = {attempt->name, address_text(request, &request->address)};
    return request_query(request, db_statement("sign_in_begin"), values, 2);
}

enum step_result session_check(struct request *request, struct session_try *attempt)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *checked = db_value(request->result, 0, "password");
    int64_t wait = db_integer(request->result, 0, "wait");
    if (wait) {
        metric_add(&request->thread->metrics.limited, 1);
        char *header = talloc_asprintf(request, "Retry-After: %" PRId64 "\r\n", wait);
        return request_problem_with(request, 429, "sign_in_slow", header, NULL,
                                    talloc_asprintf(request, "%" PRId64, wait));
    }
    attempt->checked = checked ? talloc_strdup(request, checked) : NULL;
    password_verify(passwords(request), attempt->password, attempt->checked,
                    *db_value(request->result, 0, "known") == 't', on_hashed,
                    hashing(request, &attempt->renewed));
    return WAIT;
}

// ---- signing in: body, check, count, verify, end ------------------------------------------------

struct signing {
    struct session_try attempt;
    struct token token;
};

static int signing_free(struct signing *signing)
{
    sodium_memzero(&signing->token, sizeof signing->token);
    return 0;
}

static enum step_result step_check(struct request *request)
{
    static const struct field shape[] = {{"name", FIELD_LINE, 100, .required = true}, {0}};
    struct signing *signing = request->state = talloc_zero(request, struct signing);
    talloc_set_destructor(signing, signing_free);
    struct fault fault = {0};
    char *password;
    if (session_take(request, "password", false, true, &password) == DONE)
        return DONE;
    if (fields_read(request, shape, request->json, false, &fault))
        return body_fault(request, &fault);
    signing->attempt.name = field_text(request->json, "name");
    signing->attempt.password = password;
    return NEXT;
}

static enum step_result step_count(struct request *request)
{
    struct signing *signing = request->state;
    return session_begin(request, &signing->attempt);
}

static enum step_result step_verify(struct request *request)
{
    struct signing *signing = request->state;
    return session_check(request, &signing->attempt);
}

// For operators, and for programs that shut out addresses. Not the name: people type their password
// there.
static enum step_result refuse_wrong(struct request *request)
{
    log_write(LOG_LEVEL_WARN, "session.refused", request->id, "from %s",
              address_text(request, &request->address));
    return request_problem_with(request, 401, "sign_in_wrong",
                                "WWW-Authenticate: Bearer realm=\"sen\"\r\n", NULL, NULL);
}

static enum step_result step_end(struct request *request)
{
    struct signing *signing = request->state;
    if (request->outcome == SEN_UNAUTHORISED)
        return refuse_wrong(request);
    if (request->outcome)
        return request_fail(request, request->outcome);
    token_make(TOKEN_SESSION, &signing->token);
    const char *const values[] = {
        signing->attempt.name,
        signing->attempt.checked,
        signing->attempt.renewed,
        address_text(request, &request->address),
        signing->token.prefix,
        signing->token.hash,
        talloc_asprintf(request, "%" PRId64, request->thread->settings->session_minutes),
    };
    return request_query(request, db_statement("sign_in_end"), values, 7);
}

static enum step_result step_signed_in(struct request *request)
{
    struct signing *signing = request->state;
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *expires = db_value(request->result, 0, "expires_at");
    if (!expires)
        return refuse_wrong(request);
    json_t *answer = fields_own(
        request, json_pack("{s:s, s:s}", "token", signing->token.text, "expires_at", expires));
    request_reply_json(request, 201,
                       "Access-Control-Allow-Origin: *\r\n"
                       "Access-Control-Expose-Headers: ETag, Location\r\n",
                       answer);
    return DONE;
}

static const struct step sign_in[] = {
    {"body", step_body},           {"json", step_json},
    {"check", step_check},         {"count", step_count},
    {"verify", step_verify},       {"end", step_end},
    {"signed_in", step_signed_in}, {0},
};

static const struct operation sign_out = {"session_end"};

extern const struct route session_routes[];
const struct route session_routes[] = {
    {METHOD_POST, "/v1/session", .steps = sign_in, .body = BODY_JSON},
    {METHOD_DELETE, "/v1/session", .operation = &sign_out, .body = BODY_JSON},
    {0},
};
