// GET /{locale}/search/?q=...: the search page of the site with the results in it, for readers
// without scripts; those with scripts put the results of this page into the one they see. Without
// words it is the file of the site.
#include "api/pages.h"

#include "api/query.h"
#include "api/read.h"
#include "api/response.h"
#include "api/route.h"
#include "api/search.h"
#include "api/search_view.h"
#include "content/base/log.h"
#include "content/fields.h"
#include "locales/locale.h"
#include "render/html.h"
#include "render/mustache.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_MAX (1 << 20) // bytes of the site's page

extern const struct embedded site_templates[];
static struct mustache *template;

static void compile(void)
{
    char *error;
    if (mustache_compile(NULL, "results", site_templates, &template, &error)) {
        log_error("search.page", "%s", error);
        abort();
    }
}

// ---- the page ---------------------------------------------------------------------------------

// Where the results and what belongs to them stand in the page (render/templates/search.mustache).
static const char title[] = "<title", in_head[] = "</head>", in_field[] = "<input id=\"q\"",
                  before[] = "<div id=\"results\">", behind[] = "</div><!--results-->";

// The site's page; NULL: there is none.
static char *read_page(TALLOC_CTX *ctx, const char *path, size_t *ret_length)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char *page = NULL;
    if (!fstat(fd, &status) && status.st_size < PAGE_MAX) {
        page = talloc_size(ctx, (size_t)status.st_size + 1);
        ssize_t length = read(fd, page, (size_t)status.st_size);
        *ret_length = length < 0 ? 0 : (size_t)length;
        page[*ret_length] = '\0';
    }
    close(fd);
    return page;
}

// Copy up to the mark, and with it when it stays; false: it is not there.
static bool copy_to(struct html *out, const char **at, const char *end, const char *mark,
                    bool stays)
{
    const char *found = memmem(*at, (size_t)(end - *at), mark, strlen(mark));
    if (!found)
        return false;
    const char *until = found + (stays ? strlen(mark) : 0);
    html_bytes(out, *at, (size_t)(until - *at));
    *at = until;
    return true;
}

// Put what is said into the page; false: it is not the search page. answered: the search has been
// heard, and asking again gives the same.
static bool fill(struct html *out, const char *page, size_t length, const struct query *query,
                 const json_t *view, bool answered)
{
    const char *at = page, *end = page + length;
    const char *text = query_get(query, "q");
    const char *feed = json_string_value(json_object_get(view, "feed"));
    if (!copy_to(out, &at, end, title, true) || !copy_to(out, &at, end, ">", true))
        return false;
    html_text(out, text ? text : "");
    html_raw(out, text ? " · " : "");
    if (!copy_to(out, &at, end, in_head, false))
        return false;
    if (feed) {
        html_raw(out, "<link rel=\"alternate\" id=\"feed\" type=\"application/atom+xml\" title=\"");
        html_text(out, json_string_value(json_object_get(view, "found")));
        html_raw(out, "\" href=\"");
        html_text(out, feed);
        html_raw(out, "\">\n");
    }
    if (!copy_to(out, &at, end, in_field, true))
        return false;
    html_raw(out, " value=\"");
    html_text(out, text ? text : "");
    html_raw(out, "\"");
    if (!copy_to(out, &at, end, before, false))
        return false;
    html_raw(out,
             answered ? "<div id=\"results\" class=\"answered\">\n" : "<div id=\"results\">\n");
    UT_string results;
    utstring_init(&results);
    mustache_render(template, view, &results);
    html_bytes(out, utstring_body(&results), utstring_len(&results));
    utstring_done(&results);
    at = memmem(at, (size_t)(end - at), behind, strlen(behind));
    if (at)
        html_bytes(out, at, (size_t)(end - at));
    return at;
}

// The page of a locale with what is said in it; NULL: the site has none.
static struct html *page_of(TALLOC_CTX *ctx, const struct request *request,
                            const struct locale *reader, const json_t *view, bool answered)
{
    size_t length;
    struct html *out = talloc(ctx, struct html);
    char *path = talloc_asprintf(ctx, "%s/site/%s/search/index.html",
                                 request->thread->settings->home, reader->tag);
    char *page = read_page(ctx, path, &length);
    html_init(out, ctx, SIZE_MAX);
    return page && fill(out, page, length, &request->query, view, answered) ? out : NULL;
}

// Search engines list the page that asks, not what it answered.
#define NOT_LISTED "X-Robots-Tag: noindex\r\n"

// ---- the steps --------------------------------------------------------------------------------

static int make(TALLOC_CTX *ctx, const struct request *request, const struct db_result *result,
                struct response **ret, const char **ret_tags)
{
    const struct locale *reader = read_locale(request);
    const struct read *read = request->route->read;
    json_t *answer = search_answer(ctx, request, result);
    json_t *view = fields_own(ctx, search_view(reader, &request->query, answer));
    struct html *page = page_of(ctx, request, reader, view, true);
    if (!page)
        return SEN_NOT_FOUND;
    char *headers = talloc_asprintf(
        ctx,
        SITE_HEADERS NOT_LISTED "Cache-Control: public, max-age=%d, stale-while-revalidate=%d\r\n"
                                "Content-Language: %s\r\n",
        read->max_age, read->stale_age, reader->tag);
    *ret = response_new(request->thread->memory, 200, "text/html; charset=utf-8", headers,
                        page->data, page->length, 0);
    *ret_tags = "articles topics agencies provinces";
    return SEN_OK;
}

// Why there is no answer, said on the page.
static enum step_result send_refusal(struct request *request, int status, const char *why)
{
    const struct locale *reader = locale_find(request->parameters[0]);
    json_t *view = fields_own(request, json_pack("{s:[{s:s}]}", "notes", "note", why));
    struct html *page = page_of(request, request, reader, view, status < 500);
    if (!page)
        return NEXT;
    char *headers = talloc_asprintf(
        request, SITE_HEADERS NOT_LISTED "Cache-Control: no-store\r\nContent-Language: %s\r\n",
        reader->tag);
    request_reply(request, status, "text/html; charset=utf-8", headers, page->data, page->length);
    return DONE;
}

static struct read reading;
static const struct route results = {METHOD_GET, "/{locale}/search/", .read = &reading,
                                     .problem = send_refusal};

static void prepare(void)
{
    reading = search_read;
    reading.make = make;
    reading.keep = 60; // seconds: nothing tells of the site's own page
    compile();
}

// The address of the search that is asked for, in the language of the path; NULL: none is.
static char *address_of(struct request *request)
{
    static const char *const known[] = {"agency", "cursor", "kind",  "language", "province",
                                        "q",      "sort",   "topic", "year"};
    const struct locale *locale = locale_find(request->parameters[0]);
    const char *mark = strchr(request->path, '?');
    struct query query, kept = {.count = 0};
    if (!locale || !mark)
        return NULL;
    // What cannot be read is refused where it is read.
    if (query_parse(request, mark + 1, strlen(mark + 1), &query))
        return talloc_asprintf(request, "%s&locale=%s", request->path, locale->tag);
    const char *text = query_get(&query, "q");
    if (!text || !text[strspn(text, " ")])
        return NULL;
    // Links are decorated by those who pass them on: what is not ours is left out.
    for (size_t i = 0; i < query.count; i++)
        for (size_t j = 0; j < sizeof known / sizeof *known; j++)
            if (strcmp(known[j], query.parameters[i].name) == 0)
                kept.parameters[kept.count++] = query.parameters[i];
    kept.parameters[kept.count++] = (struct query_parameter){"locale", locale->tag};
    static const char *const none[] = {NULL};
    return talloc_asprintf(request, "/%s/search/%s", locale->tag,
                           search_address(request, &kept, none));
}

static enum step_result step_ask(struct request *request)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char *address = address_of(request);
    if (!address)
        return page_send(request);
    pthread_once(&once, prepare);
    request->path = address;
    request->route = &results;
    request->steps = read_steps;
    return read_steps[0].run(request);
}

static const struct step steps[] = {{"ask", step_ask}, {0}};

extern const struct route search_page_routes[];
const struct route search_page_routes[] = {
    {METHOD_GET, "/{locale}/search/", .steps = steps},
    {0},
};
