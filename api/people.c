// People: who they are, what they may do, their passwords and tokens; and oneself.
#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/route.h"
#include "api/session.h"
#include "content/db.h"
#include "content/token.h"
#include "locales/handle.h"

#include <sodium.h>
#include <string.h>

// ---- what requests hold -------------------------------------------------------------------------

static const struct field grant[] = {
    {"role", FIELD_SLUG_ID, 40, .required = true},
    {"agency", FIELD_SLUG_ID, 80},
    {"locales", FIELD_LIST, 100, .element = FIELD_LOCALE, .element_max = 40},
    {0},
};
static const struct field person[] = {
    {"name", FIELD_LINE, HANDLE_CODE_POINTS_MAX, .required = true},
    {"agency", FIELD_SLUG_ID, 80},
    {"grants", FIELD_OBJECTS, 100, .fields = grant},
    {0},
};
static const struct field granted[] = {
    {"grants", FIELD_OBJECTS, 100, .required = true, .fields = grant},
    {0},
};
static const struct field token_wanted[] = {
    {"label", FIELD_LINE, 200},
    {"scopes", FIELD_LIST, 50, .element = FIELD_SLUG_ID, .element_max = 40},
    {"days", FIELD_COUNT, 3650},
    {0},
};
static const struct field listed[] = {
    {"agency", FIELD_SLUG_ID, 80},
    {"after", FIELD_LINE, HANDLE_CODE_POINTS_MAX},
    OPERATION_LIMIT,
    {0},
};
static const struct field nothing[] = {{0}};

enum { TOKEN_DAYS = 365 };

// The body against a table, into a. NULL: it was refused and answered.
static json_t *read_body(struct request *request, const struct operation *operation,
                         const struct field *table)
{
    struct fault fault = {0};
    json_t *a = operation_begin(request, operation);
    if (!a)
        return NULL;
    if (fields_read(request, table, request->json, false, &fault)) {
        body_fault(request, &fault);
        return NULL;
    }
    json_object_update_missing(a, request->json);
    return a;
}

// ---- somebody with a password: take, may they, hash, ask, answer --------------------------------

struct change {
    const struct operation *operation;
    json_t *a; // what ask() will get
    char *password, *hash;
    struct session_try attempt; // of one's own: the present password
};

static const struct operation add = {"person_add", .status = 201, .secret = true};
static const struct operation set_password = {"person_password", .secret = true};
static const struct operation own_password = {"me_password", .secret = true};
static const struct operation may = {"people_may", .secret = true};

static enum step_result begin(struct request *request, const struct operation *operation,
                              const struct field *table, bool needed)
{
    struct change *change = request->state = talloc_zero(request, struct change);
    change->operation = operation;
    if (session_take(request, "password", true, needed, &change->password) == DONE)
        return DONE;
    change->a = read_body(request, operation, table);
    return change->a ? NEXT : DONE;
}

static enum step_result step_new_person(struct request *request)
{
    if (begin(request, &add, person, false) == DONE)
        return DONE;
    struct change *change = request->state;
    char *skeletons[HANDLE_SKELETONS], *name;
    const char *given = field_text(change->a, "name");
    if (!handle_check(request, given, strlen(given), &name))
        return request_problem(request, 400, "fault.handle", "name",
                               talloc_asprintf(request, "%d", HANDLE_CODE_POINTS_MAX));
    handle_skeletons(request, name, skeletons);
    json_object_set_new(change->a, "skeletons", json_pack("[s, s]", skeletons[0], skeletons[1]));
    return NEXT;
}

static enum step_result step_new_password(struct request *request)
{
    return begin(request, &set_password, nothing, true);
}

// A hash is costly: only for those who may change people.
static enum step_result step_may(struct request *request)
{
    json_t *none = fields_own(request, json_object());
    return operation_ask(request, &may, none);
}

static enum step_result step_hash(struct request *request)
{
    struct change *change = request->state;
    request->outcome = SEN_OK;
    return change->password ? session_hash(request, change->password, &change->hash) : NEXT;
}

static enum step_result step_store(struct request *request)
{
    struct change *change = request->state;
    if (request->outcome)
        return request_fail(request, request->outcome);
    if (change->hash)
        json_object_set_new(change->a, "password", json_string(change->hash));
    return operation_ask(request, change->operation, change->a);
}

static enum step_result step_stored(struct request *request)
{
    const struct change *change = request->state;
    return operation_answer(request, change->operation);
}

static const struct step person_add[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body},
    {"json", step_json},
    {"new_person", step_new_person},
    {"may", step_may},
    {"allowed", operation_allowed},
    {"hash", step_hash},
    {"store", step_store},
    {"stored", step_stored},
    {0},
};

static const struct step person_password[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body},
    {"json", step_json},
    {"new_password", step_new_password},
    {"may", step_may},
    {"allowed", operation_allowed},
    {"hash", step_hash},
    {"store", step_store},
    {"stored", step_stored},
    {0},
};

// ---- one's own password: take both, count, verify, hash, ask, answer ----------------------------

static enum step_result step_own(struct request *request)
{
    struct change *change = request->state = talloc_zero(request, struct change);
    char *current;
    change->operation = &own_password;
    if (session_take(request, "current", false, true, &current) == DONE ||
        session_take(request, "new", true, true, &change->password) == DONE)
        return DONE;
    change->a = read_body(request, &own_password, nothing);
    if (!change->a)
        return DONE;
    json_t *who = fields_own(request, json_loads(request->who, 0, NULL));
    change->attempt.name = field_text(who, "name");
    change->attempt.password = current;
    return NEXT;
}

static enum step_result step_count(struct request *request)
{
    struct change *change = request->state;
    return session_begin(request, &change->attempt);
}

static enum step_result step_verify(struct request *request)
{
    struct change *change = request->state;
    return session_check(request, &change->attempt);
}

static enum step_result step_verified(struct request *request)
{
    struct change *change = request->state;
    if (request->outcome == SEN_UNAUTHORISED)
        return request_problem(request, 403, "password_wrong", "current", NULL);
    if (request->outcome)
        return request_fail(request, request->outcome);
    json_object_set_new(change->a, "was", json_string(change->attempt.checked));
    return NEXT;
}

static const struct step change_own[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body},
    {"json", step_json},
    {"own", step_own},
    {"count", step_count},
    {"verify", step_verify},
    {"verified", step_verified},
    {"hash", step_hash},
    {"store", step_store},
    {"stored", step_stored},
    {0},
};

// ---- tokens -------------------------------------------------------------------------------------

struct making {
    struct token token;
};

static int making_free(struct making *making)
{
    sodium_memzero(making, sizeof *making);
    return 0;
}

// The token itself joins what the database answers: it is shown once.
static enum step_result answer_token(struct request *request, json_t *document)
{
    const struct making *making = request->state;
    json_object_set_new(document, "token", json_string(making->token.text));
    request_reply_json(request, 201, "Access-Control-Allow-Origin: *\r\n", document);
    return DONE;
}

static const struct operation make = {"token_make", .secret = true, .answer = answer_token};

static enum step_result step_make(struct request *request)
{
    struct making *making = request->state = talloc_zero(request, struct making);
    talloc_set_destructor(making, making_free);
    if (!request->json)
        request->json = fields_own(request, json_object());
    json_t *a = read_body(request, &make, token_wanted);
    if (!a)
        return DONE;
    if (!json_object_get(a, "days"))
        json_object_set_new(a, "days", json_integer(TOKEN_DAYS));
    if (!json_integer_value(json_object_get(a, "days")))
        return request_problem(request, 400, "fault.number_range", "days", "3650");
    token_make(TOKEN_LASTING, &making->token);
    json_object_set_new(a, "prefix", json_string(making->token.prefix));
    json_object_set_new(a, "hash", json_string(making->token.hash));
    return operation_ask(request, &make, a);
}

static enum step_result step_made(struct request *request)
{
    return operation_answer(request, &make);
}

static const struct step token_new[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body_if_any},
    {"json", step_json_if_any},
    {"make", step_make},
    {"made", step_made},
    {0},
};

// ---- the routes ---------------------------------------------------------------------------------

static const struct operation list = {"person_list", .query = listed};
static const struct operation get = {"person_get"};
static const struct operation grants = {"person_grants", .body = granted};
static const struct operation disable = {"person_disable"};
static const struct operation enable = {"person_enable"};
static const struct operation me = {"me_get"};
static const struct operation tokens = {"token_list"};
static const struct operation revoke = {"token_revoke"};

extern const struct route people_routes[];
const struct route people_routes[] = {
    {METHOD_GET, "/v1/me", .operation = &me},
    {METHOD_PUT, "/v1/me/password", .steps = change_own, .body = BODY_JSON},
    {METHOD_GET, "/v1/me/tokens", .operation = &tokens},
    {METHOD_POST, "/v1/me/tokens", .steps = token_new, .body = BODY_JSON},
    {METHOD_DELETE, "/v1/me/tokens/{prefix}", .operation = &revoke, .body = BODY_JSON},
    {METHOD_GET, "/v1/people", .operation = &list},
    {METHOD_POST, "/v1/people", .steps = person_add, .body = BODY_JSON},
    {METHOD_GET, "/v1/people/{name}", .operation = &get},
    {METHOD_PUT, "/v1/people/{name}/grants", .operation = &grants, .body = BODY_JSON},
    {METHOD_PUT, "/v1/people/{name}/password", .steps = person_password, .body = BODY_JSON},
    {METHOD_POST, "/v1/people/{name}/disable", .operation = &disable, .body = BODY_JSON},
    {METHOD_POST, "/v1/people/{name}/enable", .operation = &enable, .body = BODY_JSON},
    {METHOD_GET, "/v1/people/{name}/tokens", .operation = &tokens},
    {METHOD_DELETE, "/v1/people/{name}/tokens/{prefix}", .operation = &revoke, .body = BODY_JSON},
    {0},
};
