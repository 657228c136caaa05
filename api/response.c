#include "api/response.h"

#include "api/conn.h"
#include "render/compress.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    COMPRESS_MIN = 512,             // bytes: below, the header fields outweigh what is saved
    COMPRESS_MAX = 4 * 1024 * 1024, // above, the event loop would wait too long
    GZIP_LEVEL = 5,
    BROTLI_LEVEL = 5,
    HEAD_FIELDS = 320, // bytes that make_head() adds to the fields of an answer, at most
};

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "";
}

// A strong validator of the bytes: equal bytes, equal tag (RFC 9110 section 8.8.3).
static void make_etag(const char *body, size_t length, char *ret, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(body, length);
    snprintf(ret, size, "\"%016llx%016llx\"", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

static void http_date(int64_t seconds, char *ret, size_t size)
{
    time_t when = seconds;
    struct tm utc;
    strftime(ret, size, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&when, &utc));
}

// Appends; returns the new end.
static char *add_field(char *at, const char *name, const char *value)
{
    return stpcpy(stpcpy(stpcpy(at, name), value), "\r\n");
}

static void make_head(struct response *response, struct rendition *rendition, const char *encoding)
{
    char number[24], date[40];
    char *at = talloc_size(response, strlen(response->headers) + HEAD_FIELDS);
    rendition->head = at;
    snprintf(number, sizeof number, "%d ", response->status);
    at = add_field(stpcpy(at, "HTTP/1.1 "), number, reason_of(response->status));
    at = stpcpy(at, response->headers);
    if (response->status != 204) { // RFC 9110 section 8.6
        snprintf(number, sizeof number, "%zu", rendition->body_length);
        at = add_field(at, "Content-Length: ", number);
    }
    if (response->status == 200 && !response->names_etag)
        at = add_field(at, "ETag: ", rendition->etag);
    if (response->modified) {
        http_date(response->modified, date, sizeof date);
        at = add_field(at, "Last-Modified: ", date);
    }
    if (encoding)
        at = add_field(at, "Content-Encoding: ", encoding);
    rendition->head_length = (size_t)(at - rendition->head);
}

static char *common_fields(TALLOC_CTX *ctx, const char *type, const char *headers)
{
    char *fields = talloc_size(ctx, strlen(type) + strlen(headers) + 64), *at = fields;
    if (*type)
        at = add_field(at, "Content-Type: ", type);
    stpcpy(add_field(at, "X-Content-Type-Options: ", "nosniff"), headers);
    return fields;
}

struct response *response_new(TALLOC_CTX *ctx, int status, const char *type, const char *headers,
                              const void *body, size_t length, int64_t modified)
{
    struct response *response = talloc_zero(ctx, struct response);
    response->status = status;
    response->modified = modified;
    response->refs = 1;
    response->compressible = type && length >= COMPRESS_MIN && length <= COMPRESS_MAX &&
                             strncmp(type, "image/", 6) != 0 && strncmp(type, "font/", 5) != 0 &&
                             strncmp(type, "video/", 6) != 0 && strncmp(type, "audio/", 6) != 0;
    if (type && strncmp(type, "image/svg", 9) == 0)
        response->compressible = length >= COMPRESS_MIN;
    response->headers = common_fields(response, type ? type : "", headers ? headers : "");
    struct rendition *plain = &response->renditions[ENCODING_NONE];
    plain->body = talloc_memdup(response, length ? body : "", length ? length : 1);
    plain->body_length = length;
    make_etag(plain->body, length, plain->etag, sizeof plain->etag);
    response->names_etag = headers && strstr(headers, "ETag: ");
    response->ranges = headers && strstr(headers, "Accept-Ranges: bytes");
    make_head(response, plain, NULL);
    return response;
}

void response_of_file(struct response *response, const char *file)
{
    response->file = talloc_strdup(response, file);
    // What is too small to be compressed here may have copies all the same.
    char *copy = talloc_asprintf(response, "%s.gz", file);
    response->compressible = response->compressible || access(copy, R_OK) == 0;
    talloc_free(copy);
}

struct response *response_ref(struct response *response)
{
    response->refs++;
    return response;
}

void response_unref(struct response *response)
{
    if (--response->refs == 0)
        talloc_free(response);
}

size_t response_bytes(const struct response *response)
{
    size_t total = sizeof *response + strlen(response->headers);
    for (int i = 0; i < ENCODINGS; i++)
        total += response->renditions[i].head_length + response->renditions[i].body_length;
    return total;
}

// ---- choosing
// ------------------------------------------------------------------------------------

// How much an Accept-Encoding list wants a coding (RFC 9110 section 12.5.3): its q value; 0: not at
// all, or not listed. What is not named is not sent, so "*" counts for nothing.
static double wanted(const char *list, const char *coding)
{
    size_t length = strlen(coding);
    for (const char *at = list; at && *at;) {
        at += strspn(at, ", \t");
        size_t item = strcspn(at, ",");
        if (strncasecmp(at, coding, length) == 0 && strchr(";, \t", at[length])) {
            const char *q = memchr(at, '=', item);
            double weight = q ? strtod(q + 1, NULL) : 1;
            return weight > 0 ? weight : 0;
        }
        at += item;
    }
    return 0;
}

static const char *const coding_names[] = {NULL, "gzip", "br"};

// The copy beside the file of the answer. false: there is none.
static bool read_sibling(struct response *response, enum encoding encoding, struct rendition *made)
{
    static const char *const endings[] = {NULL, ".gz", ".br"};
    char name[PATH_MAX];
    struct stat info;
    if (!response->file ||
        snprintf(name, sizeof name, "%s%s", response->file, endings[encoding]) >= PATH_MAX)
        return false;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    size_t size = !fstat(file, &info) && info.st_size > 0 ? (size_t)info.st_size : 0;
    bool done = size && size < response->renditions[ENCODING_NONE].body_length;
    char *bytes = talloc_array(response, char, done ? size : 1);
    done = done && read(file, bytes, size) == (ssize_t)size;
    close(file);
    if (!done) {
        talloc_free(bytes);
        return false;
    }
    made->body = bytes;
    made->body_length = size;
    make_etag(bytes, size, made->etag, sizeof made->etag);
    return true;
}

static bool compress(struct response *response, enum encoding encoding, struct rendition *made)
{
    const struct rendition *plain = &response->renditions[ENCODING_NONE];
    char *bytes;
    int r = encoding == ENCODING_GZIP ? compress_gzip(response, plain->body, plain->body_length,
                                                      GZIP_LEVEL, &bytes, &made->body_length)
                                      : compress_brotli(response, plain->body, plain->body_length,
                                                        BROTLI_LEVEL, &bytes, &made->body_length);
    if (r)
        return false;
    made->body = bytes;
    snprintf(made->etag, sizeof made->etag, "%.*s-%s\"", (int)strlen(plain->etag) - 1, plain->etag,
             coding_names[encoding]);
    return true;
}

// The rendition of an encoding, made when it is first asked for and kept.
static struct rendition *rendition_of(struct response *response, enum encoding encoding)
{
    struct rendition *made = &response->renditions[encoding];
    if (made->head)
        return made;
    if (!read_sibling(response, encoding, made) && !compress(response, encoding, made))
        return &response->renditions[ENCODING_NONE];
    make_head(response, made, coding_names[encoding]);
    return made;
}

static struct rendition *choose(const struct request *request, struct response *response)
{
    const char *list = request_header(request, HEADER_ACCEPT_ENCODING);
    if (!response->compressible || !list)
        return &response->renditions[ENCODING_NONE];
    double brotli = wanted(list, "br"), gzip = wanted(list, "gzip");
    double best = brotli >= gzip ? brotli : gzip;
    if (best == 0 || wanted(list, "identity") > best)
        return &response->renditions[ENCODING_NONE];
    return rendition_of(response, brotli >= gzip ? ENCODING_BROTLI : ENCODING_GZIP);
}

// RFC 9110 section 13.1.2: weak comparison, "*" matches.
static bool etag_listed(const char *list, const char *etag)
{
    if (strcmp(list, "*") == 0)
        return true;
    size_t length = strlen(etag);
    for (const char *at = list; *at;) {
        at += strspn(at, ", \t");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (strncmp(at, etag, length) == 0 && strchr(", \t", at[length]))
            return true;
        at += strcspn(at, ",");
    }
    return false;
}

static bool is_not_modified(const struct request *request, const struct response *response,
                            const struct rendition *rendition)
{
    if (response->status != 200 || response->names_etag ||
        (request->method != METHOD_GET && request->method != METHOD_HEAD))
        return false;
    const char *tags = request_header(request, HEADER_IF_NONE_MATCH);
    if (tags)
        return etag_listed(tags, rendition->etag);
    const char *since = request_header(request, HEADER_IF_MODIFIED_SINCE);
    if (!since || !response->modified)
        return false;
    struct tm utc = {0};
    const char *end = strptime(since, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return end && !*end && timegm(&utc) >= response->modified;
}

static char *not_modified_head(const struct request *request, const struct response *response,
                               const struct rendition *rendition, size_t *ret_length)
{
    char *head = talloc_asprintf((void *)request, "HTTP/1.1 304 Not Modified\r\n%sETag: %s\r\n",
                                 response->headers, rendition->etag);
    *ret_length = talloc_get_size(head) - 1;
    return head;
}

// ---- a part -----------------------------------------------------------------------------------

struct part {
    int status; // 200: the whole; 206; 416: no byte of it is there
    size_t first, length;
};

static bool read_offset(const char **at, size_t *ret)
{
    size_t digits = strspn(*at, "0123456789");
    if (!digits || digits > 18)
        return false;
    *ret = strtoull(*at, NULL, 10);
    *at += digits;
    return true;
}

// RFC 9110 section 14.1.2. What is malformed is as if it were not there.
static struct part read_range(const char *range, size_t size)
{
    const struct part whole = {200, 0, size}, none = {416, 0, 0};
    size_t first = 0, last = SIZE_MAX;
    if (strncasecmp(range, "bytes=", 6) != 0)
        return whole;
    range += 6;
    if (*range == '-') {
        range++;
        if (!read_offset(&range, &last) || *range)
            return whole;
        return last && size
                   ? (struct part){206, last < size ? size - last : 0, last < size ? last : size}
                   : none;
    }
    if (!read_offset(&range, &first) || *range++ != '-')
        return whole;
    if (*range && (!read_offset(&range, &last) || *range || last < first))
        return whole;
    if (first >= size)
        return none;
    return (struct part){206, first, (last < size ? last + 1 : size) - first};
}

// Section 13.1.5: the part is wanted only if the whole is still what the client has some of.
static bool has_same(const struct request *request, const struct response *response,
                     const struct rendition *rendition)
{
    const char *validator = request_header(request, HEADER_IF_RANGE);
    char date[40] = "";
    if (!validator)
        return true;
    if (response->modified)
        http_date(response->modified, date, sizeof date);
    return strcmp(validator, rendition->etag) == 0 || strcmp(validator, date) == 0;
}

static struct part part_of(const struct request *request, const struct response *response,
                           const struct rendition *rendition)
{
    const char *range = request_header(request, HEADER_RANGE);
    if (!range || !response->ranges || response->status != 200 || request->method != METHOD_GET ||
        !has_same(request, response, rendition))
        return (struct part){200, 0, rendition->body_length};
    return read_range(range, rendition->body_length);
}

static char *part_head(const struct request *request, const struct response *response,
                       const struct rendition *rendition, const struct part *part,
                       size_t *ret_length)
{
    char date[40], *head = talloc_asprintf((void *)request, "HTTP/1.1 %d %s\r\n%s", part->status,
                                           reason_of(part->status), response->headers);
    http_date(response->modified, date, sizeof date);
    head = talloc_asprintf_append_buffer(head,
                                         "Content-Length: %zu\r\nETag: %s\r\nLast-Modified: %s\r\n",
                                         part->length, rendition->etag, date);
    if (part->status == 206)
        head =
            talloc_asprintf_append_buffer(head, "Content-Range: bytes %zu-%zu/%zu\r\n", part->first,
                                          part->first + part->length - 1, rendition->body_length);
    else
        head = talloc_asprintf_append_buffer(head, "Content-Range: bytes */%zu\r\n",
                                             rendition->body_length);
    *ret_length = strlen(head);
    return head;
}

void request_send(struct request *request, struct response *response, const char *extra)
{
    struct thread *thread = request->thread;
    int status = response->status;
    request->replied = true;
    metric_add(&thread->metrics.requests, 1);
    if (!request->conn) {
        metric_add(&thread->metrics.status[status / 100], 1);
        return;
    }
    struct rendition *rendition = choose(request, response);
    const char *head = rendition->head;
    size_t head_length = rendition->head_length;
    struct part part = part_of(request, response, rendition);
    size_t body_length = part.length;
    if (is_not_modified(request, response, rendition)) {
        head = not_modified_head(request, response, rendition, &head_length);
        status = 304;
        body_length = 0;
    } else if (part.status != 200) {
        head = part_head(request, response, rendition, &part, &head_length);
        status = part.status;
    }
    if (request->method == METHOD_HEAD || status == 204)
        body_length = 0;
    metric_add(&thread->metrics.status[status / 100], 1);
    char tail[512], *end = add_field(tail, "Date: ", thread->date);
    end = add_field(end, "X-Request-Id: ", request->id);
    if (response->compressible)
        end = add_field(end, "Vary: ", "Accept-Encoding");
    // A portal whose address is https: is never to be asked without TLS (RFC 6797). Who stands in
    // front of this server speaks it; a browser that was reached without it passes over the field.
    if (strncmp(thread->settings->origin, "https://", 8) == 0)
        end = add_field(end, "Strict-Transport-Security: ", "max-age=63072000");
    if (extra) // one or two short lines
        end = stpcpy(end, extra);
    if (conn_must_close(request->conn))
        end = add_field(end, "Connection: ", "close");
    end = stpcpy(end, "\r\n");
    const struct iovec pieces[] = {
        {(void *)head, head_length},
        {tail, (size_t)(end - tail)},
        {(void *)(rendition->body + part.first), body_length},
    };
    conn_answer(request->conn, pieces, body_length ? 3 : 2, body_length ? response : NULL);
}
