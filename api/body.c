// Steps that read a request's body.
#include "api/body.h"

#include "api/conn.h"
#include "api/read.h"
#include "api/route.h"
#include "content/fields.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

// The media type of the body without parameters, or "".
static char *media_type(struct request *request)
{
    const char *value = request_header(request, HEADER_CONTENT_TYPE);
    return talloc_strndup(request, value ? value : "", value ? strcspn(value, "; \t") : 0);
}

static enum step_result read_body(struct request *request)
{
    const char *coding = request_header(request, HEADER_CONTENT_ENCODING);
    if (coding && strcasecmp(coding, "identity") != 0)
        return request_problem(request, 415, "content_encoding", "Content-Encoding", coding);
    if (!request->conn)
        return DONE; // the client left while it was being authorised
    if (!conn_body_waits(request->conn))
        return NEXT;
    conn_read_body(request->conn);
    return WAIT;
}

static enum step_result run_body(struct request *request)
{
    if (query_read(request, NULL, 0) == DONE)
        return DONE;
    char *type = media_type(request);
    if (strcasecmp(type, "application/json") != 0)
        return request_problem(request, 415, "content_type", "Content-Type", "application/json");
    return read_body(request);
}

// How deep arrays and objects stand in each other, and (at most) how many values there are; strings
// are skipped. Linear, before anything is built.
static void json_measure(const char *text, size_t length, int64_t *ret_depth, int64_t *ret_values)
{
    int64_t depth = 0, deepest = 0, values = 1;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        if (in_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                in_string = false;
        } else if (text[i] == '"') {
            in_string = true;
        } else if (text[i] == '[' || text[i] == '{') {
            deepest = ++depth > deepest ? depth : deepest;
            values++;
        } else if (text[i] == ']' || text[i] == '}') {
            depth--;
        } else if (text[i] == ',') {
            values++;
        }
    }
    *ret_depth = deepest;
    *ret_values = values;
}

static enum step_result run_json(struct request *request)
{
    const struct settings *settings = request->thread->settings;
    int64_t depth, values;
    if (!request->body_length)
        return request_problem(request, 400, "json_missing", NULL, NULL);
    json_measure(request->body, request->body_length, &depth, &values);
    if (depth > settings->json_depth)
        return request_problem(request, 400, "json_depth", NULL,
                               talloc_asprintf(request, "%lld", (long long)settings->json_depth));
    if (values > settings->json_values)
        return request_problem(request, 400, "json_values", NULL,
                               talloc_asprintf(request, "%lld", (long long)settings->json_values));
    struct fault fault = {0};
    json_t *value;
    if (fields_parse(request->body, request->body_length, NULL, &value, &fault))
        return body_fault(request, &fault);
    request->json = fields_own(request, value);
    if (!json_is_object(value))
        return request_problem(request, 400, "json_object", NULL, NULL);
    return NEXT;
}

enum step_result step_body(struct request *request)
{
    return run_body(request);
}

enum step_result step_json(struct request *request)
{
    return run_json(request);
}

enum step_result step_json_if_any(struct request *request)
{
    return request->body_length ? run_json(request) : NEXT;
}

enum step_result step_body_if_any(struct request *request)
{
    if (!request->conn)
        return DONE; // the client left while it was being authorised
    return conn_body_waits(request->conn) ? run_body(request) : query_read(request, NULL, 0);
}

enum step_result body_fault(struct request *request, const struct fault *fault)
{
    char *detail = talloc_strdup(request, fault->detail);
    if (fault->line)
        detail = talloc_asprintf(request, "%s%sline %u", detail, *detail ? ", " : "", fault->line);
    return request_problem(request, 400, fault->key, fault->field, *detail ? detail : NULL);
}

// ---- files
// ----------------------------------------------------------------------------------------

struct upload {
    int fd;
    char *path;
};

static int upload_free(struct upload *upload)
{
    close(upload->fd);
    unlink(upload->path);
    return 0;
}

enum step_result step_file(struct request *request)
{
    struct upload *upload = talloc_zero(request, struct upload);
    const char *home = request->thread->settings->home;
    // Where nothing was imported yet there is no folder either.
    mkdir(talloc_asprintf(upload, "%s/media", home), 0755);
    upload->path = talloc_asprintf(upload, "%s/media/.upload-XXXXXX", home);
    upload->fd = mkostemp(upload->path, O_CLOEXEC);
    if (upload->fd < 0) {
        bool full = errno == ENOSPC || errno == EDQUOT;
        return request_problem(request, full ? 507 : 503, full ? "storage_full" : "unavailable",
                               NULL, NULL);
    }
    talloc_set_destructor(upload, upload_free);
    request->body_file = upload->fd;
    request->body_path = upload->path;
    return read_body(request);
}
