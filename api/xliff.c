// A text on its way to translators' tools and back (render/xliff.h). What comes back is saved as a
// draft, unit by unit: what was translated and still fits, else what the translation said before,
// else what the source says; the answer tells which units were refused and which are not
// translated.
#include "render/xliff.h"

#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/route.h"
#include "api/texts.h"
#include "content/db.h"
#include "locales/message.h"
#include "render/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTRANSLATED_MAX 200 // units that an answer names

// The texts that are compared. Segments that are not kept are made again.
enum which { SOURCE, BASE, TRANSLATION, TEXTS };

static const char *const names[TEXTS] = {"source", "base", "translation"};

struct exchange {
    json_t *document; // of text_exchange
    json_t *texts[TEXTS], *segments[TEXTS];
    size_t next; // whose segments are looked at next
    struct xliff_file file;
    struct xliff_taken taken;
    json_t *untranslated;
};

// ---- the texts
// -----------------------------------------------------------------------------------

static const struct operation read_operation = {"text_exchange"};
static const struct operation write_operation = {"text_exchange", .asks = true,
                                                 .expected = EXPECTED_NEEDED};

static enum step_result ask(struct request *request, const struct operation *operation)
{
    json_t *a = operation_begin(request, operation);
    if (!a)
        return DONE;
    if (operation == &write_operation)
        json_object_set_new(a, "write", json_true());
    return operation_ask(request, operation, a);
}

static enum step_result step_ask_read(struct request *request)
{
    return ask(request, &read_operation);
}

static enum step_result step_ask_write(struct request *request)
{
    return ask(request, &write_operation);
}

static enum step_result step_found(struct request *request)
{
    if (request->outcome)
        return request_fail(request, request->outcome);
    const char *text = db_value(request->result, 0, "answer");
    json_t *found = fields_own(request, text ? json_loads(text, 0, NULL) : NULL);
    if (strcmp(db_value(request->result, 0, "outcome"), "ok") != 0)
        return operation_refuse(request, db_value(request->result, 0, "outcome"), found);
    struct exchange *exchange = request->state = talloc_zero(request, struct exchange);
    exchange->document = found;
    for (size_t i = 0; i < TEXTS; i++) {
        json_t *one = json_object_get(found, names[i]);
        exchange->texts[i] = json_is_object(one) ? one : NULL;
    }
    // A translation of what is there now was made from it.
    if (!exchange->texts[BASE])
        exchange->texts[BASE] = exchange->texts[SOURCE];
    return NEXT;
}

static const char *word(const json_t *text, const char *name)
{
    const char *value = json_string_value(json_object_get(text, name));
    return value ? value : "";
}

static const char *image_word(const json_t *text, const char *name)
{
    return word(json_object_get(text, "image"), name);
}

static void on_segments(void *data, int outcome, const struct rendered *result,
                        const struct fault *fault)
{
    struct request *request = data;
    struct exchange *exchange = request->state;
    if (result && result->segments)
        exchange->segments[exchange->next - 1] =
            fields_own(request, json_loads(result->segments, 0, NULL));
    thread_clock(request->thread);
    request_resume(request);
}

// Segments do not depend on what pictures look like.
static const struct markdown_media *any_media(TALLOC_CTX *ctx, const char *body, size_t *ret_count)
{
    const char **ids;
    struct fault fault;
    *ret_count = 0;
    if (markdown_media_ids(ctx, body, strlen(body), &ids, ret_count, &fault))
        return NULL;
    struct markdown_media *media = talloc_zero_array(ctx, struct markdown_media, *ret_count);
    for (size_t i = 0; i < *ret_count; i++)
        media[i] = (struct markdown_media){.id = ids[i], .src = "/"};
    return media;
}

// Once for each text: take its segments, or make them.
static enum step_result step_segments(struct request *request)
{
    struct exchange *exchange = request->state;
    struct thread *thread = request->thread;
    size_t i = exchange->next++;
    json_t *text = exchange->texts[i];
    if (!text)
        return NEXT;
    if (i == BASE && text == exchange->texts[SOURCE]) {
        exchange->segments[BASE] = exchange->segments[SOURCE];
        return NEXT;
    }
    json_t *kept = json_object_get(text, "segments");
    if (json_is_object(kept)) {
        exchange->segments[i] = kept;
        return NEXT;
    }
    const char *body = word(text, "body");
    struct markdown_options options = {
        .locale = locale_find(word(text, "locale")), .uncounted = true, .segments = true};
    options.media = any_media(request, body, &options.media_count);
    if (!thread->sandbox)
        thread->sandbox = sandbox_open(thread->memory, thread->base, thread->settings);
    sandbox_render(thread->sandbox, request, &options, body, strlen(body), on_segments, request);
    return WAIT;
}

static struct xliff_words words_of(const json_t *text)
{
    return (struct xliff_words){word(text, "title"), word(text, "summary"),
                                image_word(text, "alt")};
}

// Does the unit say anything in words? Numbers are the same in many languages.
static bool has_words(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c >= 0x80 || ((*c | 32) >= 'a' && (*c | 32) <= 'z'))
            return true;
    return false;
}

// Words that only repeat the source were never translated.
static bool is_repeated(const char *said, const char *source)
{
    return strcmp(said, source) == 0 && has_words(source);
}

// What the translation says for what the source still says.
static const char *still(const char *source, const char *base, const char *said)
{
    return strcmp(source, base) == 0 && !is_repeated(said, source) ? said : NULL;
}

static struct xliff_words words_kept(const struct exchange *exchange)
{
    struct xliff_words source = words_of(exchange->texts[SOURCE]);
    struct xliff_words base = words_of(exchange->texts[BASE]);
    struct xliff_words said = words_of(exchange->texts[TRANSLATION]);
    return (struct xliff_words){still(source.title, base.title, said.title),
                                still(source.summary, base.summary, said.summary),
                                still(source.image_alt, base.image_alt, said.image_alt)};
}

static json_t *targets_kept(struct request *request, const struct exchange *exchange)
{
    json_t *segments = exchange->segments[SOURCE];
    json_t *units = json_object_get(segments, "units");
    json_t *targets = segments_targets(request, segments, exchange->segments[BASE],
                                       exchange->segments[TRANSLATION]);
    for (size_t i = 0; i < json_array_size(targets); i++) {
        char *said = segments_text(request, json_array_get(targets, i));
        const char *source = word(json_array_get(units, i), "text");
        if (is_repeated(said, source))
            json_array_set_new(targets, i, json_null());
        talloc_free(said);
    }
    return targets;
}

static struct xliff_text text_of(struct request *request, const struct exchange *exchange)
{
    const json_t *source = exchange->texts[SOURCE];
    return (struct xliff_text){
        .article = request->parameters[0],
        .source_locale = locale_find(word(source, "locale")),
        .target_locale = locale_find(request->parameters[1]),
        .source = words_of(source),
        .segments = exchange->segments[SOURCE],
        .agency = word(exchange->document, "agency"),
        .revision = (unsigned)json_integer_value(json_object_get(source, "revision")),
    };
}

// ---- out
// -----------------------------------------------------------------------------------------

static enum step_result step_write(struct request *request)
{
    struct exchange *exchange = request->state;
    const json_t *translation = exchange->texts[TRANSLATION];
    struct xliff_text text = text_of(request, exchange);
    char *xliff;
    size_t length;
    if (translation) {
        const json_t *how = json_object_get(translation, "translation");
        text.target = words_kept(exchange);
        text.targets = targets_kept(request, exchange);
        text.state = strcmp(word(translation, "state"), "live") == 0   ? "final"
                     : json_is_true(json_object_get(how, "proofread")) ? "reviewed"
                                                                       : "translated";
    }
    int r = xliff_write(request, &text, &xliff, &length);
    if (r)
        return request_fail(request, r > 0 ? -EINVAL : r);
    const char *const ids[] = {request->parameters[0], text.source_locale->tag,
                               text.target_locale->tag};
    request_reply(request, 200, "application/xliff+xml; charset=utf-8",
                  talloc_asprintf(request,
                                  "Access-Control-Allow-Origin: *\r\nContent-Disposition: "
                                  "attachment; filename=\"%s.%s-%s.xlf\"\r\n",
                                  ids[0], ids[1], ids[2]),
                  xliff, length);
    return DONE;
}

static const struct step give[] = {
    {"authorise", step_authorise},  {"authorised", step_authorised}, {"ask", step_ask_read},
    {"found", step_found},          {"source", step_segments},       {"base", step_segments},
    {"translation", step_segments}, {"write", step_write},           {0},
};

// ---- in
// ------------------------------------------------------------------------------------------

// The body, which is in a file; one byte more than may be, where there is more.
static int read_file(struct request *request, char **ret, size_t *ret_length)
{
    size_t size =
        request->body_length > XLIFF_BYTES_MAX ? XLIFF_BYTES_MAX + 1 : request->body_length;
    FILE *file = fopen(request->body_path, "rbe");
    if (!file)
        return -errno;
    *ret = talloc_size(request, size + 1);
    *ret_length = fread(*ret, 1, size, file);
    int r = ferror(file) ? -EIO : 0;
    fclose(file);
    return r;
}

static enum step_result step_read(struct request *request)
{
    struct exchange *exchange = request->state;
    struct xliff_text text = text_of(request, exchange);
    struct fault fault = {0};
    char *bytes;
    size_t length;
    if (!exchange->segments[SOURCE])
        return request_problem(request, 422, "xliff_segments", NULL, NULL);
    int r = read_file(request, &bytes, &length);
    if (!r)
        r = xliff_read(request, bytes, length, &exchange->file, &fault);
    if (!r)
        r = xliff_take(request, &exchange->file, &text, &exchange->taken, &fault);
    if (r == SEN_TOO_LARGE)
        return request_problem(request, 413, fault.key, fault.field, fault.detail);
    if (r > 0)
        return request_fault(request, &fault);
    return r ? request_fail(request, r) : NEXT;
}

// Each unit that was not taken, with the reason in the reader's language.
static json_t *refusals(struct request *request, const struct exchange *exchange)
{
    json_t *all = json_array();
    for (size_t i = 0; i < exchange->file.count; i++) {
        const struct xliff_unit *unit = &exchange->file.units[i];
        if (!unit->refused)
            continue;
        const char *message = message_text(problem_locale(request), unit->refused);
        json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s}", "unit", unit->id, "reason",
                                             unit->refused, "message", message, "source",
                                             segments_text(request, unit->source)));
    }
    return all;
}

static void leave_untranslated(struct exchange *exchange, const char *unit, const char *source)
{
    if (has_words(source) && json_array_size(exchange->untranslated) < UNTRANSLATED_MAX)
        json_array_append_new(exchange->untranslated,
                              json_pack("{s:s, s:s}", "unit", unit, "source", source));
}

// The body: what was taken, else what was said before, else the source.
static char *join(struct request *request, struct exchange *exchange)
{
    json_t *segments = exchange->segments[SOURCE], *targets = targets_kept(request, exchange);
    json_t *units = json_object_get(segments, "units");
    for (size_t i = 0; i < json_array_size(units); i++) {
        json_t *taken = json_array_get(exchange->taken.targets, i);
        char name[32];
        snprintf(name, sizeof name, "u%zu", i);
        if (json_is_array(taken))
            json_array_set(targets, i, taken);
        else if (!json_is_array(json_array_get(targets, i)))
            leave_untranslated(exchange, name, word(json_array_get(units, i), "text"));
    }
    return segments_join(request, segments, targets);
}

// One of the words beside the body: what was taken, else what the translation says (of a source
// that has changed, too: a title is better old than foreign), else the source's.
static const char *choose(struct exchange *exchange, const char *unit, const char *taken,
                          const char *said, const char *source)
{
    if (taken)
        return taken;
    if (*said || !*source)
        return said;
    leave_untranslated(exchange, unit, source);
    return source;
}

static void copy(json_t *to, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);
    if (value && !json_is_null(value))
        json_object_set(to, name, value);
}

// The draft as PUT .../texts/{locale} takes it.
static json_t *draft_of(struct request *request, struct exchange *exchange)
{
    const json_t *source = exchange->texts[SOURCE], *said = exchange->texts[TRANSLATION];
    const struct xliff_words *taken = &exchange->taken.words;
    const char *method = word(json_object_get(said, "translation"), "method");
    json_t *draft = json_object();
    const char *summary =
        choose(exchange, "summary", taken->summary, word(said, "summary"), word(source, "summary"));
    json_object_set_new(draft, "title",
                        json_string(choose(exchange, "title", taken->title, word(said, "title"),
                                           word(source, "title"))));
    if (*summary)
        json_object_set_new(draft, "summary", json_string(summary));
    json_object_set_new(draft, "body", json_string(join(request, exchange)));
    if (said)
        copy(draft, said, "slug");
    copy(draft, said ? said : source, "author");
    copy(draft, said ? said : source, "licence");
    copy(draft, said ? said : source, "sources");
    if (*image_word(source, "media")) {
        const char *alt = choose(exchange, "image", taken->image_alt, image_word(said, "alt"),
                                 image_word(source, "alt"));
        json_object_set_new(
            draft, "image",
            json_pack("{s:s, s:s}", "media", image_word(source, "media"), "alt", alt));
    } else if (said) {
        copy(draft, said, "image");
    }
    json_object_set_new(draft, "translation",
                        json_pack("{s:s, s:O}", "method", *method ? method : "person",
                                  "source_revision", json_object_get(source, "revision")));
    return draft;
}

static enum step_result step_take(struct request *request)
{
    struct exchange *exchange = request->state;
    if (!exchange->taken.taken) {
        json_t *members =
            fields_own(request, json_pack("{s:o}", "refused", refusals(request, exchange)));
        return request_problem_more(request, 422, "xliff_nothing", NULL, NULL, NULL, members);
    }
    exchange->untranslated = fields_own(request, json_array());
    request->json = fields_own(request, draft_of(request, exchange));
    return NEXT;
}

static enum step_result answer_taken(struct request *request, json_t *document)
{
    struct exchange *exchange = saving_before(request);
    json_object_set_new(document, "xliff",
                        json_pack("{s:I, s:o, s:O}", "taken", (json_int_t)exchange->taken.taken,
                                  "refused", refusals(request, exchange), "untranslated",
                                  exchange->untranslated));
    bool first = json_integer_value(json_object_get(document, "revision")) == 1;
    request_reply_json(
        request, first ? 201 : 200,
        talloc_asprintf(
            request,
            "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag, Location\r\n"
            "ETag: \"r%lld\"\r\n",
            (long long)json_integer_value(json_object_get(document, "revision"))),
        document);
    return DONE;
}

static enum step_result step_saved(struct request *request)
{
    return saving_saved(request, answer_taken);
}

static const struct step take[] = {
    {"authorise", step_authorise}, {"authorised", step_authorised},
    {"ask", step_ask_write},       {"found", step_found},
    {"file", step_file},           {"source", step_segments},
    {"base", step_segments},       {"translation", step_segments},
    {"read", step_read},           {"take", step_take},
    {"check", saving_check},       {"media", saving_media},
    {"render", saving_render},     {"save", saving_save},
    {"saved", step_saved},         {0},
};

extern const struct route xliff_routes[];
const struct route xliff_routes[] = {
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/xliff", .steps = give},
    {METHOD_PUT, "/v1/articles/{id}/texts/{locale}/xliff", .steps = take, .body = BODY_FILE},
    {0},
};
