#include "api/pages.h"

#include "api/cache.h"
#include "api/problem.h"
#include "api/response.h"
#include "api/route.h"
#include "locales/locale.h"
#include "locales/negotiate.h"
#include "render/site_output.h"
#include "render/site_siblings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".xml", "application/xml; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".m4a", "audio/mp4"},
    {".vtt", "text/vtt; charset=utf-8"},
};

static const char *type_of(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t ending = strlen(types[i].ending);
        if (length > ending && strcmp(path + length - ending, types[i].ending) == 0)
            return types[i].type;
    }
    return NULL;
}

// Uploaded and imported media run nothing and frame nothing, even when opened by themselves.
#define MEDIA_HEADERS                                                                              \
    "Content-Security-Policy: default-src 'none'; sandbox\r\n"                                     \
    "Cross-Origin-Resource-Policy: cross-origin\r\nAccess-Control-Allow-Origin: *\r\n"
#define MEDIA_KEEP "Cache-Control: public, max-age=86400\r\n"

// The language of a page stands in its path.
static char *page_headers(TALLOC_CTX *ctx, const char *path)
{
    char tag[LOCALE_TAG_BYTES + 1];
    size_t length = strcspn(path + 1, "/");
    const struct locale *locale = NULL;
    if (length <= LOCALE_TAG_BYTES) {
        memcpy(tag, path + 1, length);
        tag[length] = '\0';
        locale = locale_find(tag);
    }
    const char *kept = strncmp(path, "/assets/", 8) == 0 ? "public, max-age=31536000, immutable"
                       : strcmp(path, "/sw.js") == 0
                           ? "no-cache"
                           : "public, max-age=60, stale-while-revalidate=600";
    return talloc_asprintf(ctx, SITE_HEADERS "Cache-Control: %s\r\n%s%s%s", kept,
                           locale ? "Content-Language: " : "", locale ? locale->tag : "",
                           locale ? "\r\n" : "");
}

// Decode the path of a file: no empty, "." or ".." segments, no "/" or control characters hidden in
// escapes, nothing that begins with a dot. NULL when it is not such a path.
static char *safe_path(TALLOC_CTX *ctx, const char *target)
{
    char *path = talloc_strdup(ctx, "");
    const char *at = target;
    while (*at == '/') {
        size_t length = strcspn(++at, "/?");
        if (!length)
            break;
        char *segment = path_decode(ctx, at, length);
        if (!segment || *segment == '.')
            return NULL;
        path = talloc_asprintf_append(path, "/%s", segment);
        at += length;
    }
    if (*at && *at != '?')
        return NULL;
    return at > target && at[-1] == '/' ? talloc_strdup_append(path, "/") : path;
}

static struct response *read_file(struct thread *thread, int fd, const struct stat *status,
                                  const char *type, const char *headers, int http_status)
{
    size_t size = (size_t)status->st_size;
    char *bytes = talloc_array(thread->memory, char, size + 1);
    size_t done = 0;
    while (done < size) {
        ssize_t n = read(fd, bytes + done, size - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    struct response *response =
        response_new(thread->memory, http_status, type, headers, bytes, done, status->st_mtime);
    talloc_free(bytes);
    return response;
}

// Answer with a file, or return NEXT when there is none.
static enum step_result send_file(struct request *request, const char *file, const char *type,
                                  const char *headers, int status)
{
    struct thread *thread = request->thread;
    struct response *response;
    int64_t age;
    struct stat now;
    if (stat(file, &now) || !S_ISREG(now.st_mode) || now.st_size > FILE_MAX)
        return NEXT;
    // The key holds what changes with the bytes: a file written anew is another entry.
    char *key = talloc_asprintf(request, "%s\x1f%llu.%lld.%ld.%lld.%d", file,
                                (unsigned long long)now.st_ino, (long long)now.st_mtim.tv_sec,
                                now.st_mtim.tv_nsec, (long long)now.st_size, status);
    if (cache_find(thread->cache, key, thread->now, &response, &age) != CACHED_NONE) {
        metric_add(&thread->metrics.cache_hits, 1);
        request_send(request, response, NULL);
        return DONE;
    }
    metric_add(&thread->metrics.cache_misses, 1);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NEXT;
    response = read_file(thread, fd, &now, type, headers, status);
    close(fd);
    if (site_siblings_wanted(file))
        response_of_file(response, file);
    cache_store(thread->cache, key, response, "", cache_moment(thread->cache), thread->now);
    request_send(request, response, NULL);
    response_unref(response);
    return DONE;
}

// The front door: the edition that the reader's language asks for, always a redirect, so that the
// choice shows in the address and can be overridden there.
static enum step_result step_front(struct request *request)
{
    const struct locale *locale = problem_locale(request);
    char *headers = talloc_asprintf(
        request, SITE_HEADERS "Location: /%s/\r\nVary: Accept-Language\r\n", locale->tag);
    request_reply(request, 302, NULL, headers, NULL, 0);
    return DONE;
}

static enum step_result redirect_to_folder(struct request *request)
{
    size_t length = strcspn(request->path, "?");
    const char *fields = page_headers(request, request->path);
    char *headers = talloc_asprintf(request, "%sLocation: %.*s/%s\r\n", fields, (int)length,
                                    request->path, request->path + length);
    request_reply(request, 301, NULL, headers, NULL, 0);
    return DONE;
}

enum step_result page_missing(struct request *request, const char *path)
{
    const struct locale *locale = problem_locale(request);
    char tag[LOCALE_TAG_BYTES + 1] = "";
    size_t length = strcspn(path + 1, "/");
    if (length <= LOCALE_TAG_BYTES) {
        memcpy(tag, path + 1, length);
        tag[length] = '\0';
        if (locale_find(tag))
            locale = locale_find(tag);
    }
    char *file = talloc_asprintf(request, "%s/site/%s/404.html", request->thread->settings->home,
                                 locale->tag);
    char *headers = talloc_asprintf(request,
                                    SITE_HEADERS "Content-Language: %s\r\n"
                                                 "Cache-Control: no-cache\r\n",
                                    locale->tag);
    if (send_file(request, file, "text/html; charset=utf-8", headers, 404) == DONE)
        return DONE;
    return request_problem(request, 404, "no_such_path", NULL, NULL);
}

// Pages that say why there is no other: their names say with which status.
static const struct {
    const char *name;
    int status;
} stand_ins[] = {
    {SITE_GONE_PAGE, 410},
    {SITE_BARRED_PAGE, 451},
    {"404.html", 404},
};

static int status_of(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++)
        if (strcmp(stand_ins[i].name, name) == 0)
            return stand_ins[i].status;
    return 200;
}

static enum step_result send_stand_in(struct request *request, const char *path)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins - 1; i++) {
        char *file = talloc_asprintf(request, "%s/site%s%s", request->thread->settings->home, path,
                                     stand_ins[i].name);
        if (send_file(request, file, type_of(file), page_headers(request, path),
                      stand_ins[i].status) == DONE)
            return DONE;
    }
    return NEXT;
}

enum step_result page_send(struct request *request)
{
    char *path = safe_path(request, request->path);
    // Who asks the API gets its answer, not a page.
    if (!path || strncmp(path, "/v1/", 4) == 0)
        return request_problem(request, 404, "no_such_path", NULL, NULL);
    bool folder = path[strlen(path) - 1] == '/';
    char *file = talloc_asprintf(request, "%s/site%s%s", request->thread->settings->home, path,
                                 folder ? SITE_PAGE : "");
    const char *type = type_of(file);
    struct stat status;
    if (!folder && !stat(file, &status) && S_ISDIR(status.st_mode))
        return redirect_to_folder(request);
    if (type &&
        send_file(request, file, type, page_headers(request, path), status_of(file)) == DONE)
        return DONE;
    if (folder && send_stand_in(request, path) == DONE)
        return DONE;
    return page_missing(request, path);
}

static bool is_medium(const char *type)
{
    static const char *const kinds[] = {"image/", "video/", "audio/", "text/vtt"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(type, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

// What is compressed on its way has no parts.
static const char *media_headers(const char *type)
{
    bool is_text = strncmp(type, "image/svg", 9) == 0 || strncmp(type, "text/", 5) == 0;
    return is_text ? MEDIA_HEADERS MEDIA_KEEP : MEDIA_HEADERS MEDIA_KEEP "Accept-Ranges: bytes\r\n";
}

static enum step_result step_medium(struct request *request)
{
    const char *name = request->parameters[0];
    const char *type = type_of(name);
    char *file = talloc_asprintf(request, "%s/media/%s", request->thread->settings->home, name);
    if (*name != '.' && type && is_medium(type) &&
        send_file(request, file, type, media_headers(type), 200) == DONE)
        return DONE;
    return request_problem(request, 404, "not_found", NULL, NULL);
}

static enum step_result step_card(struct request *request)
{
    const char *name = request->parameters[0];
    char *file = talloc_asprintf(request, "%s/cards/%s", request->thread->settings->home, name);
    if (*name != '.' && send_file(request, file, "image/jpeg",
                                  MEDIA_HEADERS "Cache-Control: public, max-age=31536000, "
                                                "immutable\r\n",
                                  200) == DONE)
        return DONE;
    return request_problem(request, 404, "not_found", NULL, NULL);
}

static const struct step front[] = {{"front", step_front}, {0}};
static const struct step medium[] = {{"medium", step_medium}, {0}};
static const struct step card[] = {{"card", step_card}, {0}};
static const struct step page[] = {{"page", page_send}, {0}};

extern const struct route page_routes[];
const struct route page_routes[] = {
    {METHOD_GET, "/", .steps = front},
    {METHOD_GET, "/media/{file}", .steps = medium},
    {METHOD_GET, "/cards/{file}", .steps = card},
    {METHOD_GET, "/*", .steps = page},
    {0},
};
