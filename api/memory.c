// Translation memories as TMX: what was translated here for other tools, and what they know.
#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/route.h"
#include "render/tmx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX  5000               // that one request brings
#define BYTES_MAX  (16 * 1024 * 1024) // of its body
#define PIECE_SIZE 65536

// ---- out
// -----------------------------------------------------------------------------------------

static int append(void *data, const char *bytes, size_t length)
{
    char **text = data;
    *text = talloc_strndup_append_buffer(*text, bytes, length);
    return SEN_OK;
}

static const char *word(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

// The next page, under the same conditions.
static char *link_to(struct request *request, json_int_t after)
{
    static const char *const names[] = {"source_locale", "locale"};
    char *link = talloc_strdup(request, "Link: </v1/memory?");
    for (size_t i = 0; i < 2; i++) {
        const char *value = query_get(&request->query, names[i]);
        if (value)
            link = talloc_asprintf_append(link, "%s=%s&", names[i], locale_find(value)->tag);
    }
    return talloc_asprintf_append(link, "after=%lld>; rel=\"next\"\r\n", (long long)after);
}

static enum step_result answer_pairs(struct request *request, json_t *document)
{
    const char *source = query_get(&request->query, "source_locale");
    char *text = talloc_strdup(request, "");
    struct tmx_writer *writer =
        tmx_writer_new(request, source ? locale_find(source) : NULL, append, &text);
    int r = SEN_OK;
    size_t i;
    json_t *item, *next = json_object_get(document, "next");
    json_array_foreach (json_object_get(document, "items"), i, item) {
        const struct tmx_pair pair = {
            .source_locale = locale_find(word(item, "source_locale")),
            .locale = locale_find(word(item, "locale")),
            .source = word(item, "source"),
            .target = word(item, "target"),
            .at = json_integer_value(json_object_get(item, "at")),
            .article = word(item, "article"),
        };
        if (!r && pair.source_locale && pair.locale)
            r = tmx_writer_add(writer, &pair);
    }
    if (!r)
        r = tmx_writer_finish(writer);
    if (r)
        return request_fail(request, r > 0 ? -EINVAL : r);
    request_reply(
        request, 200, "application/x-tmx+xml; charset=utf-8",
        talloc_asprintf(request,
                        "Access-Control-Allow-Origin: *\r\n"
                        "Access-Control-Expose-Headers: Link\r\n%s"
                        "Content-Disposition: attachment; filename=\"memory.tmx\"\r\n",
                        json_is_integer(next) ? link_to(request, json_integer_value(next)) : ""),
        text, talloc_get_size(text) ? strlen(text) : 0);
    return DONE;
}

static const struct field which[] = {
    {"source_locale", FIELD_LOCALE},
    {"locale", FIELD_LOCALE},
    {"after", FIELD_COUNT, 1000000000000},
    {0},
};
static const struct operation list = {"memory_list", .query = which, .answer = answer_pairs};

// ---- in
// ------------------------------------------------------------------------------------------

struct bringing {
    json_t *pairs;
    size_t skipped;
};

static int take_pair(void *data, const struct tmx_pair *pair)
{
    struct bringing *bringing = data;
    if (json_array_size(bringing->pairs) == PAIRS_MAX)
        return SEN_TOO_LARGE;
    json_t *one =
        json_pack("{s:s, s:s, s:s, s:s}", "source_locale", pair->source_locale->tag, "locale",
                  pair->locale->tag, "source", pair->source, "target", pair->target);
    if (pair->at)
        json_object_set_new(one, "at", json_integer(pair->at));
    json_array_append_new(bringing->pairs, one);
    return SEN_OK;
}

static int read_pairs(struct request *request, struct bringing *bringing, struct fault *ret_fault)
{
    struct tmx_reader *reader = tmx_reader_new(request, take_pair, bringing);
    FILE *file = fopen(request->body_path, "rbe");
    int r = file ? SEN_OK : -errno;
    char *piece = talloc_size(request, PIECE_SIZE);
    for (bool last = false; !r && !last;) {
        size_t length = fread(piece, 1, PIECE_SIZE, file);
        last = length < PIECE_SIZE;
        r = ferror(file) ? -EIO : tmx_reader_feed(reader, piece, length, last, ret_fault);
    }
    if (file)
        fclose(file);
    bringing->skipped = tmx_reader_skipped(reader);
    return r;
}

static enum step_result answer_added(struct request *request, json_t *document)
{
    const struct bringing *bringing = request->state;
    json_object_set_new(document, "skipped", json_integer((json_int_t)bringing->skipped));
    request_reply_json(request, 200, "Access-Control-Allow-Origin: *\r\n", document);
    return DONE;
}

static const struct operation add = {"memory_add", .answer = answer_added};

static enum step_result step_add(struct request *request)
{
    struct bringing *bringing = request->state = talloc_zero(request, struct bringing);
    struct fault fault = {0};
    json_t *a = operation_begin(request, &add);
    if (!a)
        return DONE;
    bringing->pairs = json_array();
    json_object_set_new(a, "pairs", bringing->pairs);
    int r =
        request->body_length > BYTES_MAX ? SEN_TOO_LARGE : read_pairs(request, bringing, &fault);
    if (r == SEN_TOO_LARGE)
        return request_problem(request, 413, "memory_large", NULL, "5000");
    if (r > 0)
        return request_fault(request, &fault);
    return r ? request_fail(request, r) : operation_ask(request, &add, a);
}

static enum step_result step_added(struct request *request)
{
    return operation_answer(request, &add);
}

static const struct step bring[] = {
    {"authorise", step_authorise}, {"authorised", step_authorised},
    {"file", step_file},           {"add", step_add},
    {"added", step_added},         {0},
};

extern const struct route memory_routes[];
const struct route memory_routes[] = {
    {METHOD_GET, "/v1/memory", .operation = &list},
    {METHOD_POST, "/v1/memory", .steps = bring, .body = BODY_FILE},
    {0},
};
