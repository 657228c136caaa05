// The texts of an article, one a language: saving and reading drafts, moving them on, publishing
// them, taking them back.
#include "api/texts.h"

#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/route.h"
#include "content/db.h"
#include "content/edition.h"
#include "content/fields.h"
#include "content/item.h"
#include "render/sandbox.h"

#include <string.h>

// ---- saving: body, check, media, render, save ---------------------------------------------------

struct saving {
    void *before; // the state of the steps before
    json_t *a;    // what ask() will get
    struct item item;
    struct markdown_options options;
    struct rendered rendered;
    struct fault fault;
};

// What may stand in the body; the rest of an item comes from the path and from the article.
static const char *const members[] = {"title",   "summary", "body",  "slug",       "author",
                                      "licence", "sources", "image", "translation"};

static const char *find_stranger(json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach (object, name, value) {
        bool known = false;
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            known |= strcmp(members[i], name) == 0;
        if (!known)
            return name;
    }
    return NULL;
}

static const struct operation save_operation = {"text_save", .expected = EXPECTED_NEEDED};

void *saving_before(const struct request *request)
{
    return ((const struct saving *)request->state)->before;
}

enum step_result saving_check(struct request *request)
{
    struct saving *saving = talloc_zero(request, struct saving);
    saving->before = request->state;
    request->state = saving;
    saving->a = operation_begin(request, &save_operation);
    if (!saving->a)
        return DONE;
    const char *stranger = find_stranger(request->json);
    if (stranger)
        return request_problem(request, 400, "fault.unknown_key", stranger, NULL);
    json_object_set_new(request->json, "id", json_string(request->parameters[0]));
    json_object_set_new(request->json, "locale", json_string(request->parameters[1]));
    if (item_from_json(saving, request->json, &saving->item, &saving->fault))
        return body_fault(request, &saving->fault);
    return NEXT;
}

// A text[] literal. Ids hold neither quotes nor backslashes once they are escaped here.
static char *id_array(TALLOC_CTX *ctx, const char **ids, size_t count)
{
    char *text = talloc_strdup(ctx, "{");
    for (size_t i = 0; i < count; i++) {
        text = talloc_asprintf_append_buffer(text, "%s\"", i ? "," : "");
        for (const char *c = ids[i]; *c; c++)
            text = talloc_asprintf_append_buffer(text, "%s%c", strchr("\"\\", *c) ? "\\" : "", *c);
        text = talloc_asprintf_append_buffer(text, "\"");
    }
    return talloc_asprintf_append_buffer(text, "}");
}

enum step_result saving_media(struct request *request)
{
    struct saving *saving = request->state;
    const char **ids;
    size_t count;
    int r = markdown_media_ids(saving, saving->item.body, saving->item.body_length, &ids, &count,
                               &saving->fault);
    if (r > 0)
        return request_fault(request, &saving->fault);
    if (r)
        return request_fail(request, r);
    if (saving->item.image) {
        ids = talloc_realloc(saving, ids, const char *, count + 1);
        ids[count++] = saving->item.image;
    }
    return request_query(request, db_statement("media_lookup"),
                         (const char *const[]){id_array(saving, ids, count)}, 1);
}

static bool take_media(struct request *request, struct saving *saving)
{
    size_t count = db_rows(request->result);
    struct markdown_media *media = talloc_zero_array(saving, struct markdown_media, count);
    bool image_found = !saving->item.image;
    for (size_t i = 0; i < count; i++) {
        media[i] = (struct markdown_media){
            .id = talloc_strdup(media, db_value(request->result, i, "id")),
            .src = talloc_asprintf(media, "/media/%s", db_value(request->result, i, "file")),
            .width = (int)db_integer(request->result, i, "width"),
            .height = (int)db_integer(request->result, i, "height"),
            .credit = talloc_strdup(media, db_value(request->result, i, "credit")),
            .licence = talloc_strdup(media, db_value(request->result, i, "licence")),
        };
        image_found |= saving->item.image && strcmp(saving->item.image, media[i].id) == 0;
    }
    saving->options = (struct markdown_options){.locale = saving->item.locale,
                                                .media = media,
                                                .media_count = count,
                                                .origin = request->thread->settings->origin,
                                                .segments = true};
    return image_found;
}

static void on_rendered(void *data, int outcome, const struct rendered *result,
                        const struct fault *fault)
{
    struct request *request = data;
    struct saving *saving = request->state;
    request->outcome = outcome;
    if (result)
        saving->rendered = *result;
    if (fault)
        saving->fault = *fault;
    thread_clock(request->thread);
    request_resume(request);
}

enum step_result saving_render(struct request *request)
{
    struct saving *saving = request->state;
    struct thread *thread = request->thread;
    if (request->outcome)
        return request_fail(request, request->outcome);
    if (!take_media(request, saving))
        return request_problem(request, 422, "fault.unknown_media", "image.media",
                               saving->item.image);
    if (!thread->sandbox)
        thread->sandbox = sandbox_open(thread->memory, thread->base, thread->settings);
    sandbox_render(thread->sandbox, saving, &saving->options, saving->item.body,
                   saving->item.body_length, on_rendered, request);
    return WAIT;
}

enum step_result saving_save(struct request *request)
{
    struct saving *saving = request->state;
    if (request->outcome == SEN_INVALID || request->outcome == SEN_TOO_LARGE ||
        request->outcome == SEN_TOO_COMPLEX)
        return request_fault(request, &saving->fault);
    if (request->outcome)
        return request_fail(request, request->outcome);
    const struct edition_html html = {
        .html = saving->rendered.html,
        .html_length = saving->rendered.html_length,
        .toc = saving->rendered.toc,
        .words = saving->rendered.words,
        .renderer = MARKDOWN_RENDERER,
        .segments = saving->rendered.segments,
    };
    json_object_set_new(saving->a, "e",
                        json_loads(edition_json(saving, &saving->item, &html), 0, NULL));
    return operation_ask(request, &save_operation, saving->a);
}

enum step_result saving_saved(struct request *request,
                              enum step_result (*answer)(struct request *, json_t *))
{
    struct operation operation = save_operation;
    const struct saving *saving = request->state;
    operation.answer = answer;
    if (!json_integer_value(json_object_get(saving->a, "expected")))
        operation.status = 201;
    return operation_answer(request, &operation);
}

static enum step_result step_saved(struct request *request)
{
    return saving_saved(request, NULL);
}

static const struct step save[] = {
    {"authorise", step_authorise}, {"authorised", step_authorised},
    {"body", step_body},           {"json", step_json},
    {"check", saving_check},       {"media", saving_media},
    {"render", saving_render},     {"save", saving_save},
    {"saved", step_saved},         {0},
};

// ---- going back to an earlier revision: its content is saved again as the newest ----------------

static const struct field wanted_revision[] = {
    {"revision", FIELD_COUNT, 1000000000, .required = true},
    {0},
};
static const struct operation find_operation = {"text_get", .expected = EXPECTED_NEEDED,
                                                .asks = true};

static enum step_result step_find(struct request *request)
{
    struct fault fault = {0};
    json_t *a = operation_begin(request, &find_operation);
    if (!a)
        return DONE;
    if (fields_read(request, wanted_revision, request->json, false, &fault))
        return body_fault(request, &fault);
    json_object_update(a, request->json);
    return operation_ask(request, &find_operation, a);
}

static enum step_result step_found(struct request *request)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *text = db_value(request->result, 0, "answer");
    json_t *found = fields_own(request, text ? json_loads(text, 0, NULL) : NULL);
    if (strcmp(db_value(request->result, 0, "outcome"), "ok") != 0)
        return operation_refuse(request, db_value(request->result, 0, "outcome"), found);
    request->json = fields_own(request, json_object());
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_object_set(request->json, members[i], json_object_get(found, members[i]));
    json_object_del(json_object_get(request->json, "translation"), "state");
    if (!*json_string_value(json_object_get(request->json, "summary")))
        json_object_del(request->json, "summary");
    return NEXT;
}

static const struct step revert[] = {
    {"authorise", step_authorise}, {"authorised", step_authorised},
    {"body", step_body},           {"json", step_json},
    {"find", step_find},           {"found", step_found},
    {"check", saving_check},       {"media", saving_media},
    {"render", saving_render},     {"save", saving_save},
    {"saved", step_saved},         {0},
};

// ---- reading what is to be edited ---------------------------------------------------------------

static const struct field one_revision[] = {{"revision", FIELD_COUNT, 1000000000}, {0}};
static const struct field older[] = {{"before", FIELD_COUNT, 1000000000}, OPERATION_LIMIT, {0}};

static const struct operation get = {"text_get", .query = one_revision};
static const struct operation revisions = {"text_revisions", .query = older};

static const struct operation discard = {"text_discard", .expected = EXPECTED_NEEDED};

// ---- moving it on -------------------------------------------------------------------------------

static const struct field moving[] = {
    {"to", FIELD_SLUG_ID, 40, .required = true},
    {"comment", FIELD_LINE, 4000},
    {0},
};
static const struct operation move = {"text_move", .body = moving, .expected = EXPECTED_OPTIONAL};

// ---- publishing ---------------------------------------------------------------------------------

#define UPDATE                                                                                     \
    {                                                                                              \
        "update", FIELD_CHOICE, .choices = "major minor"                                           \
    }
#define NOTE                                                                                       \
    {                                                                                              \
        "note", FIELD_LINE, 1000                                                                   \
    }
#define AT                                                                                         \
    {                                                                                              \
        "at", FIELD_TIME, .required = true                                                         \
    }

static const struct field publication[] = {UPDATE, NOTE, {0}};
static const struct field publication_at[] = {UPDATE, NOTE, AT, {0}};
static const struct field correction[] = {
    {"reason", FIELD_CHOICE, .required = true,
     .choices = "fact figure name quotation translation attribution picture law other"},
    {"note", FIELD_LINE, 1000, .required = true},
    {0},
};

static const struct operation publish = {"text_publish", .body = publication,
                                         .expected = EXPECTED_OPTIONAL};
static const struct operation publish_at = {"text_schedule", .body = publication_at, .status = 201,
                                            .expected = EXPECTED_OPTIONAL};
static const struct operation correct = {"text_correct", .body = correction,
                                         .expected = EXPECTED_OPTIONAL};

#define WITHDRAWAL                                                                                 \
    {"kind", FIELD_CHOICE, .choices = "notice gone redirect vanish"},                              \
        {"reason", FIELD_LINE, 1000, .required = true}, {"to", FIELD_ADDRESS, 2000},               \
    {                                                                                              \
        "status", FIELD_COUNT, 451                                                                 \
    }

static const struct field withdrawal[] = {WITHDRAWAL, {0}};
static const struct field withdrawal_at[] = {WITHDRAWAL, AT, {0}};

static const struct operation withdraw = {"text_take_back", .body = withdrawal};
static const struct operation withdraw_at = {"text_schedule_withdrawal", .body = withdrawal_at,
                                             .status = 201};

extern const struct route text_routes[];
const struct route text_routes[] = {
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}", .operation = &get},
    {METHOD_PUT, "/v1/articles/{id}/texts/{locale}", .steps = save, .body = BODY_JSON},
    {METHOD_DELETE, "/v1/articles/{id}/texts/{locale}", .operation = &discard, .body = BODY_JSON},
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/revisions", .operation = &revisions},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/revert", .steps = revert, .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/stage", .operation = &move, .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/publish", .operation = &publish,
     .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/publish-at", .operation = &publish_at,
     .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/correct", .operation = &correct,
     .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/withdraw", .operation = &withdraw,
     .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/withdraw-at", .operation = &withdraw_at,
     .body = BODY_JSON},
    {0},
};
