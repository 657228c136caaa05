#include "api/authorise.h"
#include "api/body.h"
#include "api/operation.h"
#include "api/problem.h"
#include "api/read.h"
#include "api/route.h"
#include "content/db.h"
#include "content/recording.h"
#include "locales/legacy.h"
#include "locales/locale.h"
#include "render/sandbox.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
// The body is the file; what is said of it stands in the query. A picture is decoded and encoded
// anew in the sandbox, so nothing of what a stranger sent is ever served. A recording and captions
// must be what the Content-Type says, and are kept as they came.

enum { SIDE_MAX = 100000 }; // pixels

enum shape { PICTURE, RECORDING, CAPTIONS };

struct uploading {
    enum shape shape;
    const char *type; // of a recording
    char *credit, *licence, *alt, *of;
    int64_t duration;
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

static enum step_result take_number(struct request *request, const char *name, int64_t max,
                                    int64_t *ret)
{
    char *text = NULL;
    if (take_line(request, name, &text) == DONE)
        return DONE;
    bool digits = strlen(text) < 10 && !text[strspn(text, "0123456789")];
    *ret = digits ? strtoll(text, NULL, 10) : 0;
    if (*ret < 1 || *ret > max)
        return request_problem(request, 400, "fault.number_range", name,
                               talloc_asprintf(request, "%lld", (long long)max));
    return NEXT;
}

// The Content-Type says which it is; a browser that knows none sends a picture.
static void set_shape(struct request *request, struct uploading *uploading)
{
    const char *value = request_header(request, HEADER_CONTENT_TYPE);
    char *type = talloc_strndup(uploading, value ? value : "", value ? strcspn(value, "; \t") : 0);
    for (char *c = type; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (strcmp(type, "text/vtt") == 0)
        uploading->shape = CAPTIONS;
    else if (recording_ending(type))
        uploading->shape = RECORDING;
    uploading->type = type;
}

static enum step_result take_size(struct request *request)
{
    struct uploading *uploading = request->state;
    int64_t width = 0, height = 0;
    if (take_number(request, "duration", RECORDING_SECONDS, &uploading->duration) == DONE)
        return DONE;
    if (recording_is_video(uploading->type) &&
        (take_number(request, "width", SIDE_MAX, &width) == DONE ||
         take_number(request, "height", SIDE_MAX, &height) == DONE))
        return DONE;
    uploading->image =
        (struct image){uploading->type, (int)width, (int)height, request->body_length};
    return NEXT;
}

static enum step_result take_description(struct request *request)
{
    struct uploading *uploading = request->state;
    if (take_line(request, "credit", &uploading->credit) == DONE ||
        take_line(request, "licence", &uploading->licence) == DONE ||
        take_line(request, "alt", &uploading->alt) == DONE)
        return DONE;
    struct legacy_finding found;
    if (legacy_find(uploading->locale, uploading->alt, strlen(uploading->alt), TEXT_LINE, &found))
        return request_problem(request, 400, "fault.legacy_font", "alt",
                               talloc_strdup(request, found.words));
    return NEXT;
}

static enum step_result step_words(struct request *request)
{
    static const char *const of_picture[] = {"credit", "licence", "locale", "alt"};
    static const char *const of_recording[] = {"credit",   "licence", "locale", "alt",
                                               "duration", "width",   "height"};
    static const char *const of_captions[] = {"locale", "of"};
    static const struct {
        const char *const *names;
        size_t count;
    } known[] = {{of_picture, 4}, {of_recording, 7}, {of_captions, 2}};
    struct uploading *uploading = request->state = talloc_zero(request, struct uploading);
    talloc_set_destructor(uploading, uploading_free);
    set_shape(request, uploading);
    if (query_read(request, known[uploading->shape].names, known[uploading->shape].count) == DONE)
        return DONE;
    char *tag = NULL;
    if (take_line(request, "locale", &tag) == DONE)
        return DONE;
    uploading->locale = locale_find(tag);
    if (!uploading->locale)
        return request_problem(request, 400, "unknown_locale", "locale", tag);
    if (uploading->shape == CAPTIONS)
        return take_line(request, "of", &uploading->of);
    return take_description(request);
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

// A recording is kept where it was received: it changes only its name.
static enum step_result take_recording(struct request *request)
{
    struct uploading *uploading = request->state;
    char head[RECORDING_HEAD];
    ssize_t length = pread(request->body_file, head, sizeof head, 0);
    if (length < 0)
        return request_fail(request, -errno);
    if (!recording_begins_as(uploading->type, head, (size_t)length))
        return request_problem(request, 415, "media.recording", "Content-Type", uploading->type);
    if (take_size(request) == DONE)
        return DONE;
    if (fchmod(request->body_file, 0644) || fsync(request->body_file))
        return request_fail(request, -errno);
    uploading->clean = talloc_strdup(uploading, request->body_path);
    return NEXT;
}

static int write_whole(const char *path, const char *data, size_t length)
{
    FILE *file = fopen(path, "wxbe");
    if (!file)
        return -errno;
    bool ok = fwrite(data, 1, length, file) == length && !fflush(file) && !fsync(fileno(file));
    int error = errno;
    return fclose(file) || !ok ? -error : SEN_OK;
}

static enum step_result take_captions(struct request *request)
{
    struct uploading *uploading = request->state;
    if (request->body_length > RECORDING_CAPTIONS)
        return request_problem(request, 415, "media.captions", NULL, NULL);
    size_t length = request->body_length;
    char *data = talloc_size(uploading, length), *text;
    if (pread(request->body_file, data, length, 0) != (ssize_t)length)
        return request_fail(request, -EIO);
    if (recording_captions(uploading, data, length, &text, &length))
        return request_problem(request, 415, "media.captions", NULL, NULL);
    uploading->clean = talloc_asprintf(uploading, "%s.clean", request->body_path);
    uploading->image = (struct image){"text/vtt", 0, 0, length};
    request->outcome = write_whole(uploading->clean, text, length);
    return NEXT;
}

static enum step_result step_clean(struct request *request)
{
    struct uploading *uploading = request->state;
    struct thread *thread = request->thread;
    request->outcome = SEN_OK;
    if (!request->body_length)
        return request_problem(request, 400, "media_missing", NULL, NULL);
    if (uploading->shape != PICTURE)
        return uploading->shape == RECORDING ? take_recording(request) : take_captions(request);
    if (!thread->sandbox)
        thread->sandbox = sandbox_open(thread->memory, thread->base, thread->settings);
    uploading->clean = talloc_asprintf(uploading, "%s.clean", request->body_path);
    sandbox_image(thread->sandbox, uploading, request->body_path, uploading->clean, on_cleaned,
                  request);
    return WAIT;
}

// The id of a medium is the hash of its bytes: the same file twice is one.
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
static const struct operation caption = {"media_caption", .answer = answer_kept};

static const struct operation *operation_of(const struct uploading *uploading)
{
    return uploading->shape == CAPTIONS ? &caption : &keep;
}

static const char *ending_of(const struct uploading *uploading)
{
    if (uploading->shape == CAPTIONS)
        return ".vtt";
    const char *ending = recording_ending(uploading->image.type);
    return ending ? ending : strcmp(uploading->image.type, "image/png") == 0 ? ".png" : ".jpg";
}

// What ask() is told of it.
static json_t *members_of(const struct uploading *uploading)
{
    const struct image *image = &uploading->image;
    if (uploading->shape == CAPTIONS)
        return json_pack("{s:s, s:s, s:s}", "of", uploading->of, "locale", uploading->locale->tag,
                         "file", uploading->file);
    json_t *a =
        json_pack("{s:s, s:s, s:s, s:I, s:i, s:i, s:s, s:s, s:{s:s}}", "id", uploading->id, "type",
                  image->type, "file", uploading->file, "bytes", (json_int_t)image->bytes, "width",
                  image->width, "height", image->height, "credit", uploading->credit, "licence",
                  uploading->licence, "alt", uploading->locale->tag, uploading->alt);
    if (uploading->shape == RECORDING)
        json_object_set_new(a, "duration", json_integer(uploading->duration));
    return a;
}

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
    if (hash_file(uploading->clean, uploading->id))
        return request_fail(request, -EIO);
    uploading->file = talloc_asprintf(uploading, "%s%s", uploading->id, ending_of(uploading));
    char *path =
        talloc_asprintf(uploading, "%s/media/%s", request->thread->settings->home, uploading->file);
    if (rename(uploading->clean, path))
        return request_fail(request, -errno);
    return operation_ask(request, operation_of(uploading),
                         fields_own(request, members_of(uploading)));
}

static enum step_result step_kept(struct request *request)
{
    return operation_answer(request, operation_of(request->state));
}

static enum step_result answer_kept(struct request *request, json_t *document)
{
    const struct uploading *uploading = request->state;
    const struct image *image = &uploading->image;
    const char *id = uploading->shape == CAPTIONS ? uploading->of : uploading->id;
    json_t *body =
        json_pack("{s:s, s:s, s:o, s:I}", "id", id, "type", image->type, "src",
                  json_sprintf("/media/%s", uploading->file), "bytes", (json_int_t)image->bytes);
    if (image->width)
        json_object_update_new(
            body, json_pack("{s:i, s:i}", "width", image->width, "height", image->height));
    if (uploading->shape == RECORDING)
        json_object_set_new(body, "duration", json_integer(uploading->duration));
    if (uploading->shape == CAPTIONS)
        json_object_set_new(body, "locale", json_string(uploading->locale->tag));
    bool is_new = json_is_true(json_object_get(document, "is_new"));
    request_reply_json(request, is_new ? 201 : 200,
                       talloc_asprintf(request,
                                       "Location: /v1/media/%s\r\n"
                                       "Access-Control-Allow-Origin: *\r\n"
                                       "Access-Control-Expose-Headers: Location\r\n",
                                       query_encode(request, id)),
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
