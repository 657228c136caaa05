// The texts of an article, one a language: saving a draft, publishing it, taking it back.
#include "api/body.h"
#include "api/problem.h"
#include "api/read.h"
#include "api/route.h"
#include "api/writes.h"
#include "content/db.h"
#include "content/edition.h"
#include "content/fields.h"
#include "content/item.h"
#include "render/sandbox.h"

#include <string.h>

// ---- saving: body, check, media, render, save ---------------------------------------------------

struct saving {
    const char *expected;
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

static enum step_result step_check(struct request *request)
{
    struct saving *saving = request->state = talloc_zero(request, struct saving);
    if (write_expected(request, true, &saving->expected) == DONE)
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

static enum step_result step_media(struct request *request)
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
                                                .origin = request->thread->settings->origin};
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

static enum step_result step_render(struct request *request)
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

static enum step_result step_save(struct request *request)
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
    };
    struct edition_json edition;
    edition_json(saving, &saving->item, &html, &edition);
    const char *const values[] = {
        request->account, saving->item.id, saving->item.locale->tag, saving->expected,   edition.e,
        edition.title,    edition.body,    edition.title_folded,     edition.body_folded};
    return request_query(request, db_statement("text_save"), values, 9);
}

static enum step_result step_saved(struct request *request)
{
    const struct saving *saving = request->state;
    bool first = strcmp(saving->expected, "0") == 0;
    return write_answer(request, first ? 201 : 200, NULL);
}

// ---- reading what is to be edited ---------------------------------------------------------------

static enum step_result step_source(struct request *request)
{
    if (query_read(request, NULL, 0) == DONE)
        return DONE;
    const char *const values[] = {request->parameters[0], request->parameters[1], request->account};
    return request_query(request, db_statement("text_source"), values, 3);
}

static enum step_result step_sourced(struct request *request)
{
    return write_answer(request, 200, NULL);
}

// ---- publishing
// ------------------------------------------------------------------------------------

static enum step_result step_publish(struct request *request)
{
    const char *key, *hash, *expected;
    if (request->json && json_object_size(request->json))
        return request_problem(request, 400, "fault.unknown_key",
                               json_object_iter_key(json_object_iter(request->json)), NULL);
    if (write_key(request, &key, &hash) == DONE ||
        write_expected(request, false, &expected) == DONE)
        return DONE;
    const char *const values[] = {request->account,       key,     hash, request->parameters[0],
                                  request->parameters[1], expected};
    return request_query(request, db_statement("text_publish"), values, 6);
}

static enum step_result step_published(struct request *request)
{
    return write_answer(request, 200, NULL);
}

static const struct field withdrawal[] = {
    {"reason", FIELD_LINE, 1000, .required = true},
    {0},
};

static enum step_result step_withdraw(struct request *request)
{
    const char *key, *hash;
    struct fault fault = {0};
    if (fields_read(request, withdrawal, request->json, false, &fault))
        return body_fault(request, &fault);
    if (write_key(request, &key, &hash) == DONE)
        return DONE;
    const char *const values[] = {request->account,
                                  key,
                                  hash,
                                  request->parameters[0],
                                  request->parameters[1],
                                  field_text(request->json, "reason")};
    return request_query(request, db_statement("text_withdraw"), values, 6);
}

static const struct step save[] = {
    {"authorise", step_authorise}, {"authorised", step_authorised},
    {"body", step_body},           {"json", step_json},
    {"check", step_check},         {"media", step_media},
    {"render", step_render},       {"save", step_save},
    {"saved", step_saved},         {0},
};

static const struct step source[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"source", step_source},
    {"sourced", step_sourced},
    {0},
};

static const struct step publish[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body_if_any},
    {"json", step_json_if_any},
    {"publish", step_publish},
    {"published", step_published},
    {0},
};

static const struct step withdraw[] = {
    {"authorise", step_authorise},
    {"authorised", step_authorised},
    {"body", step_body},
    {"json", step_json},
    {"withdraw", step_withdraw},
    {"withdrawn", step_published},
    {0},
};

extern const struct route text_routes[];
const struct route text_routes[] = {
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}", .steps = source},
    {METHOD_PUT, "/v1/articles/{id}/texts/{locale}", .steps = save, .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/publish", .steps = publish, .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/withdraw", .steps = withdraw,
     .body = BODY_JSON},
    {0},
};
