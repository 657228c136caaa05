#include "api/body.h"
#include "api/route.h"
#include "api/writes.h"
#include "content/db.h"
#include "content/fields.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const struct read list = {
    .statement = "articles",
    .values = {{VALUE_LOCALES},
               {VALUE_MATCH},
               {VALUE_WORD, "topic"},
               {VALUE_WORD, "province"},
               {VALUE_WORD, "agency"},
               {VALUE_WORD, "kind"},
               {VALUE_DATE, "since"},
               {VALUE_DATE, "until"},
               {VALUE_CHOICE, "sort", .choices = "newest|oldest"},
               {VALUE_LIMIT},
               {VALUE_CURSOR_KEY},
               {VALUE_CURSOR_ID}},
    .negotiates = true,
    .max_age = 10,
    .stale_age = 60,
};

static const struct read item = {
    .statement = "article",
    .values = {{VALUE_PATH}, {VALUE_LOCALES}, {VALUE_MATCH}},
    .negotiates = true,
    .max_age = 10,
    .stale_age = 60,
};

static const struct read texts = {
    .statement = "article_texts",
    .values = {{VALUE_PATH}},
    .max_age = 10,
    .stale_age = 60,
};

// ---- making one
// -----------------------------------------------------------------------------------

static const struct field article[] = {
    {"id", FIELD_KEY, 200},
    {"kind", FIELD_SLUG_ID, 40},
    {"source_locale", FIELD_LOCALE, .required = true},
    {"topic", FIELD_SLUG_ID, 80},
    {"agency", FIELD_SLUG_ID, 80},
    {"provinces", FIELD_LIST, 40, .element = FIELD_SLUG_ID, .element_max = 80},
    {0},
};

// An id for whoever does not care: random, so that two nodes never meet.
static char *random_id(TALLOC_CTX *ctx)
{
    unsigned char bytes[12];
    char *id = talloc_array(ctx, char, 2 * sizeof bytes + 1);
    randombytes_buf(bytes, sizeof bytes);
    return sodium_bin2hex(id, 2 * sizeof bytes + 1, bytes, sizeof bytes);
}

static enum step_result step_create(struct request *request)
{
    const char *key, *hash;
    struct fault fault = {0};
    if (write_key(request, &key, &hash) == DONE)
        return DONE;
    if (fields_read(request, article, request->json, false, &fault))
        return body_fault(request, &fault);
    if (!field_text(request->json, "id"))
        json_object_set_new(request->json, "id", json_string(random_id(request)));
    char *text = json_dumps(request->json, JSON_COMPACT);
    const char *const values[] = {request->account, key, hash, text};
    enum step_result result = request_query(request, db_statement("article_create"), values, 4);
    free(text);
    return result;
}

static enum step_result step_created(struct request *request)
{
    return write_answer(request, 201, NULL);
}

static const struct step create[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body},
    {"json", step_json},
    {"create", step_create},
    {"created", step_created},
    {0},
};

extern const struct route article_routes[];
const struct route article_routes[] = {
    {METHOD_GET, "/v1/articles", .read = &list},
    {METHOD_POST, "/v1/articles", .steps = create, .body = BODY_JSON},
    {METHOD_GET, "/v1/articles/{id}", .read = &item},
    {METHOD_GET, "/v1/articles/{id}/texts", .read = &texts},
    {0},
};
