#include "render/frame.h"

#include "content/fault.h"

#include <jansson.h>
#include <string.h>

// ---- fields --------------------------------------------------------------------------------

static void put(struct frame *frame, const void *bytes, size_t length)
{
    size_t size = talloc_get_size(frame->bytes);
    if (frame->length + length > size) {
        while (frame->length + length > size)
            size *= 2;
        frame->bytes = talloc_realloc(talloc_parent(frame->bytes), frame->bytes, uint8_t, size);
    }
    if (length)
        memcpy(frame->bytes + frame->length, bytes, length);
    frame->length += length;
}

static void put_number(struct frame *frame, uint32_t number)
{
    put(frame, &number, sizeof number);
}

static void put_bytes(struct frame *frame, const char *bytes, size_t length)
{
    put_number(frame, (uint32_t)length);
    put(frame, bytes, length);
}

static void put_string(struct frame *frame, const char *text)
{
    put_bytes(frame, text ? text : "", text ? strlen(text) : 0);
}

static void begin(TALLOC_CTX *ctx, struct frame *frame)
{
    *frame = (struct frame){.bytes = talloc_array(ctx, uint8_t, 4096)};
    put_number(frame, 0);
}

static int finish(struct frame *frame, size_t limit, struct frame *ret)
{
    uint32_t length = (uint32_t)(frame->length - FRAME_HEAD);
    if (frame->length - FRAME_HEAD > limit) {
        talloc_free(frame->bytes);
        return SEN_TOO_LARGE;
    }
    memcpy(frame->bytes, &length, sizeof length);
    *ret = *frame;
    return SEN_OK;
}

struct reader {
    TALLOC_CTX *ctx;
    const uint8_t *at, *end;
    bool wrong;
};

static uint32_t get_number(struct reader *reader)
{
    uint32_t number = 0;
    if (reader->wrong || (size_t)(reader->end - reader->at) < sizeof number) {
        reader->wrong = true;
        return 0;
    }
    memcpy(&number, reader->at, sizeof number);
    reader->at += sizeof number;
    return number;
}

static const char *get_bytes(struct reader *reader, size_t *ret_length)
{
    uint32_t length = get_number(reader);
    *ret_length = 0;
    if (reader->wrong || length > (size_t)(reader->end - reader->at)) {
        reader->wrong = true;
        return "";
    }
    char *bytes = talloc_array(reader->ctx, char, (size_t)length + 1);
    if (length)
        memcpy(bytes, reader->at, length);
    bytes[length] = '\0';
    reader->at += length;
    *ret_length = length;
    return bytes;
}

static const char *get_string(struct reader *reader)
{
    size_t length;
    const char *text = get_bytes(reader, &length);
    if (memchr(text, '\0', length))
        reader->wrong = true;
    return text;
}

static int get_pixels(struct reader *reader)
{
    uint32_t pixels = get_number(reader);
    if (pixels > INT32_MAX)
        reader->wrong = true;
    return reader->wrong ? 0 : (int)pixels;
}

static bool is_read(const struct reader *reader)
{
    return !reader->wrong && reader->at == reader->end;
}

uint32_t frame_body_length(const uint8_t head[FRAME_HEAD])
{
    uint32_t length;
    memcpy(&length, head, sizeof length);
    return length;
}

// ---- jobs ----------------------------------------------------------------------------------

static void put_render_job(struct frame *frame, const struct job *job)
{
    const struct markdown_options *options = &job->options;
    put_string(frame, options->locale->tag);
    put_string(frame, options->origin);
    put_number(frame, options->uncounted);
    put_number(frame, options->segments);
    put_number(frame, (uint32_t)options->media_count);
    for (size_t i = 0; i < options->media_count; i++) {
        const struct markdown_media *media = &options->media[i];
        put_string(frame, media->id);
        put_string(frame, media->src);
        put_number(frame, media->width > 0 ? (uint32_t)media->width : 0);
        put_number(frame, media->height > 0 ? (uint32_t)media->height : 0);
        put_string(frame, media->credit);
        put_string(frame, media->licence);
    }
    put_bytes(frame, job->text, job->text_length);
}

int frame_write_job(TALLOC_CTX *ctx, const struct job *job, struct frame *ret,
                    struct fault *ret_fault)
{
    struct frame frame;
    begin(ctx, &frame);
    put_number(&frame, job->kind);
    if (job->kind == JOB_IMAGE) {
        put_string(&frame, job->path_in);
        put_string(&frame, job->path_out);
    } else {
        put_render_job(&frame, job);
    }
    int r = finish(&frame, FRAME_JOB_MAX, ret);
    if (r)
        fault_set(ret_fault, "markdown.too_many_media", "body", NULL);
    return r;
}

static void read_render_job(struct reader *reader, struct job *job)
{
    job->options.locale = locale_find(get_string(reader));
    job->options.origin = get_string(reader);
    job->options.uncounted = get_number(reader) != 0;
    job->options.segments = get_number(reader) != 0;
    uint32_t count = get_number(reader);
    // Six fields of four bytes each: more media than that cannot follow.
    if (!job->options.locale || count > (size_t)(reader->end - reader->at) / 24) {
        reader->wrong = true;
        return;
    }
    struct markdown_media *media = talloc_array(reader->ctx, struct markdown_media, count);
    for (uint32_t i = 0; i < count; i++) {
        media[i].id = get_string(reader);
        media[i].src = get_string(reader);
        media[i].width = get_pixels(reader);
        media[i].height = get_pixels(reader);
        media[i].credit = get_string(reader);
        media[i].licence = get_string(reader);
    }
    job->options.media = media;
    job->options.media_count = count;
    job->text = get_bytes(reader, &job->text_length);
}

bool frame_read_job(TALLOC_CTX *ctx, const uint8_t *body, size_t length, struct job *ret)
{
    struct reader reader = {.ctx = ctx, .at = body, .end = body + length};
    struct job job = {.kind = get_number(&reader)};
    if (job.kind == JOB_RENDER) {
        read_render_job(&reader, &job);
    } else if (job.kind == JOB_IMAGE) {
        job.path_in = get_string(&reader);
        job.path_out = get_string(&reader);
    } else {
        return false;
    }
    if (!is_read(&reader))
        return false;
    *ret = job;
    return true;
}

// ---- results -------------------------------------------------------------------------------

const char *const frame_fault_keys[] = {
    "csv.columns",
    "csv.empty",
    "csv.nul",
    "csv.quotes",
    "csv.ragged",
    "csv.rows",
    "markdown.footnote_twice",
    "markdown.html_too_large",
    "markdown.image_external",
    "markdown.media_unknown",
    "markdown.too_deep",
    "markdown.too_large",
    "markdown.too_many_footnotes",
    "markdown.too_many_headings",
    "markdown.too_many_images",
    "markdown.too_many_links",
    "markdown.too_slow",
    "media.damaged",
    "media.pixels",
    "media.too_slow",
    "media.type",
    NULL,
};

enum { TYPE_PNG = 1, TYPE_JPEG };

int frame_write_result(TALLOC_CTX *ctx, const struct job_result *result, struct frame *ret)
{
    struct frame frame;
    begin(ctx, &frame);
    put_number(&frame, result->kind);
    put_number(&frame, (uint32_t)result->outcome);
    if (result->outcome > 0) {
        put_string(&frame, result->fault.key);
        put_string(&frame, result->fault.detail);
        put_number(&frame, result->fault.line);
    } else if (result->outcome == SEN_OK && result->kind == JOB_RENDER) {
        put_bytes(&frame, result->rendered.html, result->rendered.html_length);
        put_string(&frame, result->rendered.toc);
        put_number(&frame, result->rendered.words);
        put_string(&frame, result->rendered.segments);
    } else if (result->outcome == SEN_OK) {
        put_number(&frame, strcmp(result->image.type, "image/png") == 0 ? TYPE_PNG : TYPE_JPEG);
        put_number(&frame, (uint32_t)result->image.width);
        put_number(&frame, (uint32_t)result->image.height);
        put_number(&frame, (uint32_t)result->image.bytes);
    }
    return finish(&frame, FRAME_RESULT_MAX, ret);
}

static void read_fault(struct reader *reader, struct job_result *result)
{
    const char *key = get_string(reader), *detail = get_string(reader);
    struct fault *fault = &result->fault;
    fault->line = get_number(reader);
    fault->field = result->kind == JOB_RENDER ? "body" : "file";
    for (const char *const *known = frame_fault_keys; *known; known++)
        if (strcmp(*known, key) == 0)
            fault->key = *known;
    if (!fault->key || strlen(detail) >= sizeof fault->detail)
        reader->wrong = true;
    else
        strcpy(fault->detail, detail);
}

// jansson takes UTF-8 only, for strings as for documents.
static bool is_utf8(const char *text, size_t length)
{
    json_t *string = json_stringn(text, length);
    json_decref(string);
    return string != NULL;
}

static bool is_json(const char *text, json_type type)
{
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool is = value && json_typeof(value) == type;
    json_decref(value);
    return is;
}

static void read_rendered(struct reader *reader, struct rendered *rendered)
{
    rendered->html = get_bytes(reader, &rendered->html_length);
    rendered->toc = get_string(reader);
    rendered->words = get_number(reader);
    rendered->segments = get_string(reader);
    if (!*rendered->segments)
        rendered->segments = NULL;
    if (reader->wrong || strlen(rendered->html) != rendered->html_length ||
        !is_utf8(rendered->html, rendered->html_length) || !is_json(rendered->toc, JSON_ARRAY) ||
        (rendered->segments && !is_json(rendered->segments, JSON_OBJECT)))
        reader->wrong = true;
}

static void read_image(struct reader *reader, struct image *image)
{
    uint32_t type = get_number(reader);
    image->width = get_pixels(reader);
    image->height = get_pixels(reader);
    image->bytes = get_number(reader);
    image->type = type == TYPE_PNG ? "image/png" : "image/jpeg";
    if ((type != TYPE_PNG && type != TYPE_JPEG) || image->width < 1 || image->height < 1)
        reader->wrong = true;
}

bool frame_read_result(TALLOC_CTX *ctx, enum job_kind kind, const uint8_t *body, size_t length,
                       struct job_result *ret)
{
    struct reader reader = {.ctx = ctx, .at = body, .end = body + length};
    struct job_result result = {.kind = get_number(&reader)};
    result.outcome = (int)get_number(&reader);
    if (result.kind != kind || result.outcome > SEN_TIMEOUT || result.outcome < -4095)
        return false;
    if (result.outcome > 0)
        read_fault(&reader, &result);
    else if (result.outcome == SEN_OK && kind == JOB_RENDER)
        read_rendered(&reader, &result.rendered);
    else if (result.outcome == SEN_OK)
        read_image(&reader, &result.image);
    if (!is_read(&reader))
        return false;
    *ret = result;
    return true;
}
