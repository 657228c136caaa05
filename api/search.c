// Search: what is found, what somebody may be about to ask, and the feed of a search is in feeds.c.
#include "api/search.h"

#include "api/cursor.h"
#include "api/read.h"
#include "api/response.h"
#include "api/route.h"
#include "content/db.h"
#include "content/edition.h"
#include "content/excerpt.h"
#include "content/fields.h"
#include "locales/message.h"

#include <stdlib.h>
#include <string.h>

// ---- the answer
// ----------------------------------------------------------------------------------

static void name_values(TALLOC_CTX *ctx, const struct locale *reader, json_t *facets)
{
    size_t i;
    json_t *one;
    json_array_foreach (json_object_get(facets, "language"), i, one) {
        const struct locale *locale = locale_find(json_string_value(json_object_get(one, "value")));
        if (locale)
            json_object_set_new(one, "name", json_string(locale->name));
    }
    json_array_foreach (json_object_get(facets, "kind"), i, one) {
        const char *kind = json_string_value(json_object_get(one, "value"));
        char *key = talloc_asprintf(ctx, "kind.%s", kind);
        const char *name = message_text(reader, key) == key ? kind : message_text(reader, key);
        json_object_set_new(one, "name", json_string(name));
    }
    json_array_foreach (json_object_get(facets, "year"), i, one)
        json_object_set(one, "name", json_object_get(one, "value"));
}

static json_t *hit(TALLOC_CTX *ctx, const struct search_query *query,
                   const struct db_result *result, size_t row)
{
    json_t *item = json_loads(db_value(result, row, "item"), 0, NULL);
    const struct locale *locale = locale_find(db_value(result, row, "locale"));
    const char *html = db_value(result, row, "html");
    if (!item || !locale || !html)
        return item;
    char *text = edition_plain_text(ctx, html, db_length(result, row, "html"));
    json_object_set(item, "title_parts",
                    excerpt_marked(ctx, query, locale, db_value(result, row, "title")));
    json_object_set(item, "snippet", excerpt_best(ctx, query, locale, text, strlen(text)));
    talloc_free(text);
    return item;
}

// The same search as an address: its parameters in the order of their names, so that one search
// has one address.
static int compare_parameters(const void *a, const void *b)
{
    const struct query_parameter *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

char *search_address(TALLOC_CTX *ctx, const struct query *query, const char *const *without)
{
    const struct query_parameter *sorted[QUERY_PARAMETERS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < query->count; i++) {
        const char *const *one = without;
        while (*one && strcmp(*one, query->parameters[i].name) != 0)
            one++;
        if (!*one && *query->parameters[i].value)
            sorted[count++] = &query->parameters[i];
    }
    qsort(sorted, count, sizeof *sorted, compare_parameters);
    char *text = talloc_strdup(ctx, "");
    for (size_t i = 0; i < count; i++)
        text = talloc_asprintf_append_buffer(text, "%s%s=%s", i ? "&" : "?", sorted[i]->name,
                                             query_encode(ctx, sorted[i]->value));
    return text;
}

static size_t limit_of(const struct request *request)
{
    const char *limit = query_get(&request->query, "limit");
    return limit ? (size_t)atoi(limit) : READ_LIMIT_DEFAULT;
}

json_t *search_answer(TALLOC_CTX *ctx, const struct request *request,
                      const struct db_result *result)
{
    static const char *const not_in_feed[] = {"cursor", "fallback", "language", "limit",
                                              "locale", "sort",     NULL};
    const struct search_query *query = read_search(request);
    const struct locale *reader = read_locale(request);
    json_t *about = fields_own(ctx, json_loads(db_value(result, 0, "about"), 0, NULL));
    size_t rows = db_value(result, 0, "item") ? db_rows(result) : 0, limit = limit_of(request);
    json_t *items = json_array(), *next = json_null();
    for (size_t row = 0; row < rows && row < limit; row++)
        json_array_append_new(items, hit(ctx, query, result, row));
    if (rows > limit) {
        struct cursor last = {.key = db_integer(result, limit - 1, "key"),
                              .id = db_value(result, limit - 1, "id")};
        next = json_string(cursor_encode(ctx, request->route->path, &last));
    }
    json_t *facets = json_object_get(about, "facets");
    name_values(ctx, reader, facets);
    char *feed = talloc_asprintf(ctx, "/feeds/%s/search/atom.xml%s", reader->tag,
                                 search_address(ctx, &request->query, not_in_feed));
    return fields_own(ctx, json_pack("{s:{s:s, s:O, s:O}, s:O, s:O, s:o, s:O, s:s, s:o}", "query",
                                     "text", query_get(&request->query, "q"), "corrected",
                                     json_object_get(about, "corrected"), "relaxed",
                                     json_object_get(about, "relaxed"), "total",
                                     json_object_get(about, "total"), "places",
                                     json_object_get(about, "places"), "items", items, "facets",
                                     facets, "feed", feed, "next", next));
}

static int make(TALLOC_CTX *ctx, const struct request *request, const struct db_result *result,
                struct response **ret, const char **ret_tags)
{
    json_t *answer = search_answer(ctx, request, result);
    const char *next = json_string_value(json_object_get(answer, "next"));
    char *headers = read_headers(ctx, request->route->read, read_locale(request)->tag);
    if (next)
        headers = talloc_asprintf_append(headers, "%s", read_next_link(ctx, request, next));
    char *text = json_dumps(answer, JSON_COMPACT);
    *ret = response_new(request->thread->memory, 200, "application/json; charset=utf-8", headers,
                        text, strlen(text), 0);
    free(text);
    *ret_tags = "articles topics agencies provinces places";
    return SEN_OK;
}

// ---- routes
// --------------------------------------------------------------------------------------

const struct read search_read = {
    .statement = "search",
    .values = {{VALUE_SEARCH, "q", .required = true},
               {VALUE_LOCALES},
               {VALUE_MATCH},
               {VALUE_FILTERS, .choices = SEARCH_FILTERS},
               {VALUE_CHOICE, "sort", "relevance|newest"},
               {VALUE_LIMIT},
               {VALUE_CURSOR_KEY},
               {VALUE_CURSOR_ID}},
    .negotiates = true,
    .max_age = 10,
    .stale_age = 60,
    .heavy = true,
    .make = make,
};

static const struct read suggestions = {
    .statement = "search_suggestions",
    .values = {{VALUE_SEARCH, "q", .required = true}, {VALUE_LOCALES}, {VALUE_LIMIT}},
    .negotiates = true,
    .max_age = 60,
    .stale_age = 600,
};

extern const struct route search_routes[];
const struct route search_routes[] = {
    {METHOD_GET, "/v1/search", .read = &search_read},
    {METHOD_GET, "/v1/search/suggestions", .read = &suggestions},
    {0},
};
