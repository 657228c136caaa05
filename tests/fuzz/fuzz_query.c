// Query strings and path segments: what is read is clean, bounded and without doubles, and written
// out again it reads the same.
#include "api/query.h"

#include "locales/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

static void check(int holds)
{
    if (!holds)
        abort();
}

static int is_clean(TALLOC_CTX *ctx, const char *text)
{
    char *same;
    size_t length;
    return !text_check(ctx, text, strlen(text), TEXT_LINE, &same, &length) &&
           strcmp(same, text) == 0;
}

static void check_query(TALLOC_CTX *ctx, const struct query *query)
{
    check(query->count <= QUERY_PARAMETERS_MAX);
    for (size_t i = 0; i < query->count; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        check(is_clean(ctx, parameter->name) && is_clean(ctx, parameter->value));
        check(strlen(parameter->value) <= QUERY_VALUE_MAX);
        // The first of a name is found; were it doubled, the second would not be.
        check(query_get(query, parameter->name) == parameter->value);
    }
}

static void read_again(TALLOC_CTX *ctx, const struct query *query)
{
    char *text = talloc_strdup(ctx, "");
    struct query again;
    for (size_t i = 0; i < query->count; i++)
        text = talloc_asprintf_append_buffer(text, "%s%s=%s", i ? "&" : "",
                                             query_encode(ctx, query->parameters[i].name),
                                             query_encode(ctx, query->parameters[i].value));
    check(query_parse(ctx, text, strlen(text), &again) == QUERY_OK);
    check(again.count == query->count);
    for (size_t i = 0; i < query->count; i++)
        check(strcmp(again.parameters[i].name, query->parameters[i].name) == 0 &&
              strcmp(again.parameters[i].value, query->parameters[i].value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct query query;
    int r = query_parse(ctx, (const char *)data, size, &query);
    check(r >= QUERY_OK && r <= QUERY_DOUBLED && query.offender);
    check(is_clean(ctx, query.offender));
    check_query(ctx, &query);
    if (r == QUERY_OK) {
        check(!*query.offender);
        read_again(ctx, &query);
    }
    char *segment = path_decode(ctx, (const char *)data, size);
    check(!segment || (is_clean(ctx, segment) && !strchr(segment, '/')));
    talloc_free(ctx);
    return 0;
}
