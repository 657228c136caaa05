// Links that show a draft as it will be published: made, listed and revoked by those who edit,
// opened by whoever has one. A link is "/preview/" and 32 random bytes in base64url; only their
// BLAKE2b-256 is stored.
#include "api/preview_child.h"

#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/pages.h"
#include "api/route.h"
#include "content/db.h"

#include <sodium.h>
#include <string.h>

#define SECRET_BYTES 32
#define SECRET_CHARS 43
#define HASH_CHARS   64

// False: it has not the form of a secret.
static bool hash_secret(const char *secret, char ret_hex[static HASH_CHARS + 1])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char hash[crypto_generichash_BYTES];
    if (strlen(secret) != SECRET_CHARS || strspn(secret, letters) != SECRET_CHARS)
        return false;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)secret, SECRET_CHARS, NULL, 0);
    sodium_bin2hex(ret_hex, HASH_CHARS + 1, hash, sizeof hash);
    return true;
}

// ---- making one ---------------------------------------------------------------------------------

struct making {
    char secret[SECRET_CHARS + 1];
    char hash[HASH_CHARS + 1];
};

static const struct field wanted[] = {{"hours", FIELD_COUNT, 336, .required = true}, {0}};

static enum step_result answer_made(struct request *request, json_t *preview)
{
    const struct making *making = request->state;
    const char *hash = json_string_value(json_object_get(preview, "hash"));
    // A repeat of the request made nothing: the link it was answered with is known to nobody.
    bool own = hash && strcmp(hash, making->hash) == 0;
    const char *origin = request->thread->settings->origin;
    json_object_set_new(preview, "url",
                        own ? json_sprintf("%s/preview/%s", origin, making->secret) : json_null());
    json_object_del(preview, "hash");
    request_reply_json(request, 201, NULL, preview);
    return DONE;
}

static const struct operation create_operation = {"preview_create", .answer = answer_made};

static enum step_result step_make(struct request *request)
{
    struct making *making = request->state = talloc_zero(request, struct making);
    unsigned char bytes[SECRET_BYTES];
    struct fault fault = {0};
    json_t *a = operation_begin(request, &create_operation);
    if (!a)
        return DONE;
    if (fields_read(request, wanted, request->json, false, &fault))
        return body_fault(request, &fault);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(making->secret, sizeof making->secret, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (!hash_secret(making->secret, making->hash))
        sodium_misuse();
    json_object_update(a, request->json);
    json_object_set_new(a, "hash", json_string(making->hash));
    return operation_ask(request, &create_operation, a);
}

static enum step_result step_made(struct request *request)
{
    return operation_answer(request, &create_operation);
}

static const struct step create[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body},
    {"json", step_json},
    {"make", step_make},
    {"made", step_made},
    {0},
};

static const struct field some[] = {OPERATION_LIMIT, {0}};
static const struct operation list = {"preview_list", .query = some};
static const struct operation revoke = {"preview_revoke"};

// ---- opening one --------------------------------------------------------------------------------

struct opening {
    char *page, *locale;
    size_t length;
};

static enum step_result refuse(struct request *request)
{
    // The same for a link that was never there, has expired or was revoked.
    return page_missing(request, "/");
}

static enum step_result step_find(struct request *request)
{
    char hash[HASH_CHARS + 1];
    if (!hash_secret(request->parameters[0], hash))
        return refuse(request);
    return request_query(request, db_statement("preview_find"), (const char *const[]){hash}, 1);
}

static void on_rendered(void *data, int outcome, const char *page, size_t length)
{
    struct request *request = data;
    struct opening *opening = request->state;
    request->outcome = outcome;
    if (page) {
        opening->page = talloc_memdup(opening, page, length);
        opening->length = length;
    }
    thread_clock(request->thread);
    request_resume(request);
}

static enum step_result step_render(struct request *request)
{
    struct thread *thread = request->thread;
    if (request->outcome)
        return request_fail(request, request->outcome);
    if (!db_rows(request->result))
        return refuse(request);
    struct opening *opening = request->state = talloc_zero(request, struct opening);
    opening->locale = talloc_strdup(opening, db_value(request->result, 0, "locale"));
    if (!thread->previews)
        thread->previews = previews_open(thread->memory, thread->base);
    previews_render(thread->previews, db_value(request->result, 0, "article"), opening->locale,
                    on_rendered, request);
    return WAIT;
}

static enum step_result step_show(struct request *request)
{
    const struct opening *opening = request->state;
    if (request->outcome == SEN_NOT_FOUND)
        return refuse(request);
    if (request->outcome)
        return request_fail(request, request->outcome);
    char *headers = talloc_asprintf(request,
                                    PAGE_HEADERS "Referrer-Policy: no-referrer\r\n"
                                                 "X-Robots-Tag: noindex\r\n"
                                                 "Content-Language: %s\r\n",
                                    opening->locale);
    request_reply(request, 200, "text/html; charset=utf-8", headers, opening->page,
                  opening->length);
    return DONE;
}

static const struct step open_link[] = {
    {"find", step_find},
    {"render", step_render},
    {"show", step_show},
    {0},
};

extern const struct route preview_routes[];
const struct route preview_routes[] = {
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/previews", .steps = create, .body = BODY_JSON},
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/previews", .operation = &list},
    {METHOD_DELETE, "/v1/previews/{number}", .operation = &revoke, .body = BODY_JSON},
    {METHOD_GET, "/preview/{secret}", .steps = open_link},
    {0},
};
