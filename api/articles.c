#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/route.h"
#include "content/fields.h"
#include "content/item.h"

#include <sodium.h>

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
    {"kind", FIELD_CHOICE, .choices = ITEM_KINDS},
    {"source_locale", FIELD_LOCALE, .required = true},
    {"topic", FIELD_SLUG_ID, 80},
    {"agency", FIELD_SLUG_ID, 80},
    {"provinces", FIELD_LIST, 40, .element = FIELD_SLUG_ID, .element_max = 80},
    {"recording", FIELD_KEY, 100},
    {"embargo", FIELD_TIME},
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

static const struct operation create_operation = {"article_create", .status = 201};

static enum step_result step_create(struct request *request)
{
    struct fault fault = {0};
    json_t *a = operation_begin(request, &create_operation);
    if (!a)
        return DONE;
    if (fields_read(request, article, request->json, false, &fault))
        return body_fault(request, &fault);
    json_object_update(a, request->json);
    if (!field_text(a, "id"))
        json_object_set_new(a, "id", json_string(random_id(request)));
    return operation_ask(request, &create_operation, a);
}

static enum step_result step_created(struct request *request)
{
    return operation_answer(request, &create_operation);
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

// ---- changing what is the same in every language
// --------------------------------------------------

static const struct field changes[] = {
    {"kind", FIELD_CHOICE, .choices = ITEM_KINDS},
    {"topic", FIELD_SLUG_ID, 80},
    {"provinces", FIELD_LIST, 40, .element = FIELD_SLUG_ID, .element_max = 80},
    {"recording", FIELD_KEY, 100},
    {"embargo", FIELD_TIME},
    {"lift_embargo", FIELD_BOOL},
    {0},
};

static const struct operation change = {"article_change", .body = changes};

extern const struct route article_routes[];
const struct route article_routes[] = {
    {METHOD_GET, "/v1/articles", .read = &list},
    {METHOD_POST, "/v1/articles", .steps = create, .body = BODY_JSON},
    {METHOD_GET, "/v1/articles/{id}", .read = &item},
    {METHOD_PATCH, "/v1/articles/{id}", .operation = &change, .body = BODY_JSON},
    {METHOD_GET, "/v1/articles/{id}/texts", .read = &texts},
    {0},
};
