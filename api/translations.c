// What translators work with: what has changed in the source, suggestions, checks, and what there
// is in which language.
#include "api/operation.h"
#include "api/route.h"
#include "content/csv.h"
#include "content/diff.h"
#include "content/item.h"

#include <string.h>

// ---- one text -----------------------------------------------------------------------------------

// The database gives both source texts whole; a translator wants what is different.
static enum step_result answer_changes(struct request *request, json_t *document)
{
    const json_t *base = json_object_get(document, "base");
    const json_t *current = json_object_get(document, "current");
    bool both = json_is_object(base) && json_is_object(current);
    json_object_set(document, "changes", both ? diff_fields(request, base, current) : json_null());
    json_object_del(document, "base");
    json_object_del(document, "current");
    request_reply_json(request, 200, "Access-Control-Allow-Origin: *\r\n", document);
    return DONE;
}

static const struct field wanted[] = {
    {"text", FIELD_LINE, 4000},
    {"unit", FIELD_COUNT, 1000000},
    {0},
};
static const struct operation source_changes = {"text_source_changes", .answer = answer_changes};
static const struct operation suggestions = {"text_suggestions", .query = wanted};
static const struct operation checks = {"text_check_list"};

// ---- coverage -----------------------------------------------------------------------------------

static const char *const counts[] = {"articles",     "live",         "original", "current",
                                     "behind-minor", "behind-major", "unknown",  "missing",
                                     "drafts",       "scheduled"};
enum { COUNTS = sizeof counts / sizeof *counts };

static const char *number(TALLOC_CTX *ctx, const json_t *object, const char *name)
{
    return talloc_asprintf(ctx, "%lld",
                           (long long)json_integer_value(json_object_get(object, name)));
}

// Locale, agency, the counts, and the drafts of each stage in the columns behind them.
static char *coverage_table(TALLOC_CTX *ctx, const json_t *document)
{
    const json_t *stages = json_object_get(document, "stages"), *item, *stage;
    size_t width = 2 + COUNTS + json_array_size(stages), i, k;
    const char **cells = talloc_array(ctx, const char *, width);
    cells[0] = "locale";
    cells[1] = "agency";
    memcpy(cells + 2, counts, sizeof counts);
    json_array_foreach ((json_t *)stages, k, stage)
        cells[2 + COUNTS + k] = json_string_value(stage);
    char *table = csv_line(ctx, cells, width);
    json_array_foreach (json_object_get(document, "items"), i, item) {
        TALLOC_CTX *row = talloc_new(ctx);
        const char *agency = json_string_value(json_object_get(item, "agency"));
        cells[0] = json_string_value(json_object_get(item, "locale"));
        cells[1] = agency ? agency : "";
        for (k = 0; k < COUNTS; k++)
            cells[2 + k] = number(row, item, counts[k]);
        json_array_foreach ((json_t *)stages, k, stage)
            cells[2 + COUNTS + k] =
                number(row, json_object_get(item, "stages"), json_string_value(stage));
        table = talloc_strdup_append_buffer(table, csv_line(row, cells, width));
        talloc_free(row);
    }
    return table;
}

// ?format= decides, else what Accept asks for.
static bool wants_csv(const struct request *request)
{
    const char *format = query_get(&request->query, "format");
    const char *accept = request_header(request, HEADER_ACCEPT);
    if (format)
        return strcmp(format, "csv") == 0;
    return accept && strstr(accept, "text/csv") && !strstr(accept, "application/json");
}

static enum step_result answer_coverage(struct request *request, json_t *document)
{
    static const char headers[] = "Access-Control-Allow-Origin: *\r\nVary: Accept\r\n";
    if (!wants_csv(request)) {
        request_reply_json(request, 200, headers, document);
        return DONE;
    }
    char *table = coverage_table(request, document);
    request_reply(
        request, 200, "text/csv; charset=utf-8; header=present",
        talloc_asprintf(request, "%sContent-Disposition: attachment; filename=\"coverage.csv\"\r\n",
                        headers),
        table, strlen(table));
    return DONE;
}

#define ABOUT                                                                                      \
    {"agency", FIELD_SLUG_ID, 80}, {"kind", FIELD_CHOICE, .choices = ITEM_KINDS},                  \
    {                                                                                              \
        "topic", FIELD_SLUG_ID, 80                                                                 \
    }

static const struct field coverage_of[] = {
    ABOUT,
    {"format", FIELD_CHOICE, .choices = "json csv"},
    {0},
};
static const struct field lacking[] = {
    {"locale", FIELD_LOCALE, .required = true},
    {"state", FIELD_CHOICE, .choices = "missing behind-minor behind-major unknown"},
    ABOUT,
    {"after", FIELD_KEY, 200},
    OPERATION_LIMIT,
    {0},
};
static const struct operation coverage = {"coverage_get", .query = coverage_of,
                                          .answer = answer_coverage};
static const struct operation texts = {"coverage_texts", .query = lacking};

extern const struct route translation_routes[];
const struct route translation_routes[] = {
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/source-changes", .operation = &source_changes},
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/suggestions", .operation = &suggestions},
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/checks", .operation = &checks},
    {METHOD_GET, "/v1/coverage", .operation = &coverage},
    {METHOD_GET, "/v1/coverage/texts", .operation = &texts},
    {0},
};
