#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/read.h"
#include "api/route.h"
#include "content/db.h"
#include "locales/legacy.h"
#include "locales/locale.h"
#include "render/sandbox.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct read list = {
    .statement = "media_list",
    .values = {{VALUE_LIMIT}, {VALUE_CURSOR_KEY}, {VALUE_CURSOR_ID}},
    .max_age = 60,
    .stale_age = 600,
};

static const struct read item = {
    .statement = "media_item",
    .values = {{VALUE_PATH}},
    .max_age = 60,
    .stale_age = 600,
};

// ---- uploading
// ------------------------------------------------------------------------------------
//
// The body is the picture; what is said of it stands in the query: credit, licence, locale and alt.
// It is decoded and encoded anew in the sandbox, so nothing of what a stranger sent is ever served.

struct uploading {
    char *credit, *licence, *alt;
    const struct locale *locale;
    char *clean; // path of the new file, gone with the request unless it is taken
    struct image image;
    struct fault fault;
    char id[33];
    char *file;
};

static int uploading_free(struct uploading *uploading)
{
    if (uploading->clean)
        unlink(uploading->clean);
    return 0;
}

static enum step_result take_line(struct request *request, const char *name, char **ret)
{
    const char *value = query_get(&request->query, name);
    if (!value || !*value)
        return request_problem(request, 400, "query_missing", name, NULL);
    *ret = talloc_strdup(request, value);
    return NEXT;
}

static enum step_result step_words(struct request *request)
{
    static const char *const known[] = {"credit", "licence", "locale", "alt"};
    struct uploading *uploading = request->state = talloc_zero(request, struct uploading);
    talloc_set_destructor(uploading, uploading_free);
    if (query_read(request, known, sizeof known / sizeof *known) == DONE)
        return DONE;
    char *tag = NULL;
    if (take_line(request, "credit", &uploading->credit) == DONE ||
        take_line(request, "licence", &uploading->licence) == DONE ||
        take_line(request, "locale", &tag) == DONE ||
        take_line(request, "alt", &uploading->alt) == DONE)
        return DONE;
    uploading->locale = locale_find(tag);
    if (!uploading->locale)
        return request_problem(request, 400, "unknown_locale", "locale", tag);
    struct legacy_finding found;
    if (legacy_find(uploading->locale, uploading->alt, strlen(uploading->alt), TEXT_LINE, &found))
        return request_problem(request, 400, "fault.legacy_font", "alt",
                               talloc_strdup(request, found.words));
    return NEXT;
}

static void on_cleaned(void *data, int outcome, const struct image *result,
                       const struct fault *fault)
{
    struct request *request = data;
    struct uploading *uploading = request->state;
    request->outcome = outcome;
    if (result)
        uploading->image = *result;
    if (fault)
        uploading->fault = *fault;
    thread_clock(request->thread);
    request_resume(request);
}

static enum step_result step_clean(struct request *request)
{
    struct uploading *uploading = request->state;
    struct thread *thread = request->thread;
    if (!request->body_length)
        return request_problem(request, 400, "media_missing", NULL, NULL);
    if (!thread->sandbox)
        thread->sandbox = sandbox_open(thread->memory, thread->base, thread->settings);
    uploading->clean = talloc_asprintf(uploading, "%s.clean", request->body_path);
    sandbox_image(thread->sandbox, uploading, request->body_path, uploading->clean, on_cleaned,
                  request);
    return WAIT;
}

// The id of a picture is the hash of its bytes: the same picture twice is one.
static int hash_file(const char *path, char ret_id[33])
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return -errno;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 16);
    unsigned char bytes[65536], hash[16];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, file)))
        crypto_generichash_update(&state, bytes, n);
    int r = ferror(file) ? -EIO : 0;
    fclose(file);
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(ret_id, 33, hash, sizeof hash);
    return r;
}

static enum step_result answer_kept(struct request *request, json_t *document);

static const struct operation keep = {"media_add", .answer = answer_kept};

static enum step_result step_keep(struct request *request)
{
    struct uploading *uploading = request->state;
    if (request->outcome == SEN_INVALID)
        return request_problem(request, 415, uploading->fault.key, NULL, NULL);
    if (request->outcome == SEN_TOO_LARGE || request->outcome == SEN_TOO_COMPLEX)
        return request_fault(request, &uploading->fault);
    if (request->outcome == -ENOSPC)
        return request_problem(request, 507, "storage_full", NULL, NULL);
    if (request->outcome)
        return request_fail(request, request->outcome);
    const struct image *image = &uploading->image;
    if (hash_file(uploading->clean, uploading->id))
        return request_fail(request, -EIO);
    uploading->file = talloc_asprintf(uploading, "%s.%s", uploading->id,
                                      strcmp(image->type, "image/png") == 0 ? "png" : "jpg");
    char *path =
        talloc_asprintf(uploading, "%s/media/%s", request->thread->settings->home, uploading->file);
    if (rename(uploading->clean, path))
        return request_fail(request, -errno);
    json_t *a =
        json_pack("{s:s, s:s, s:s, s:I, s:i, s:i, s:s, s:s, s:{s:s}}", "id", uploading->id, "type",
                  image->type, "file", uploading->file, "bytes", (json_int_t)image->bytes, "width",
                  image->width, "height", image->height, "credit", uploading->credit, "licence",
                  uploading->licence, "alt", uploading->locale->tag, uploading->alt);
    return operation_ask(request, &keep, fields_own(request, a));
}

static enum step_result step_kept(struct request *request)
{
    return operation_answer(request, &keep);
}

static enum step_result answer_kept(struct request *request, json_t *document)
{
    const struct uploading *uploading = request->state;
    json_t *body = json_pack(
        "{s:s, s:s, s:o, s:i, s:i, s:I}", "id", uploading->id, "type", uploading->image.type, "src",
        json_sprintf("/media/%s", uploading->file), "width", uploading->image.width, "height",
        uploading->image.height, "bytes", (json_int_t)uploading->image.bytes);
    bool is_new = json_is_true(json_object_get(document, "is_new"));
    request_reply_json(request, is_new ? 201 : 200,
                       talloc_asprintf(request,
                                       "Location: /v1/media/%s\r\n"
                                       "Access-Control-Allow-Origin: *\r\n"
                                       "Access-Control-Expose-Headers: Location\r\n",
                                       uploading->id),
                       body);
    json_decref(body);
    return DONE;
}

static const struct step upload[] = {
    {"authorise", step_authorise}, {"authorised", step_authorised},
    {"words", step_words},         {"file", step_file},
    {"clean", step_clean},         {"keep", step_keep},
    {"kept", step_kept},           {0},
};

extern const struct route media_routes[];
const struct route media_routes[] = {
    {METHOD_GET, "/v1/media", .read = &list},
    {METHOD_POST, "/v1/media", .steps = upload, .body = BODY_FILE},
    {METHOD_GET, "/v1/media/{id}", .read = &item},
    {0},
};
