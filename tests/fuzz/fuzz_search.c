// What readers type and what texts say: a query of random bytes, the lexemes of random bytes, and
// excerpts of these for that. The first byte chooses the locales, the second where the query ends.
#include "content/excerpt.h"
#include "content/search_index.h"
#include "content/search_query.h"
#include "locales/text.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

static void require(int truth)
{
    if (!truth)
        abort();
}

// A lexeme in quotes, those within doubled, as are backslashes. Returns what follows it.
static const char *skip_lexeme(const char *at)
{
    require(*at++ == '\'' && *at != '\'');
    for (; *at != '\'' || at[1] == '\''; at++) {
        require(*at != '\0');
        if (*at == '\'' || *at == '\\')
            require(*at == at[1]), at++;
    }
    return at + 1;
}

// 'a':1A,2 'b':3
static void check_vector(const char *vector)
{
    for (const char *at = vector; *at; at += *at == ' ') {
        at = skip_lexeme(at);
        require(*at == ':');
        at += strspn(at, ":,0123456789ABC");
        require(*at == ' ' || *at == '\0');
    }
}

static void check_query(const json_t *tsquery)
{
    const char *at = json_string_value(tsquery);

    require(at != NULL);
    while (*at) {
        at += strspn(at, "(");
        at = skip_lexeme(at);
        at += strspn(at, ":*)");
        if (*at == ' ') {
            at += 1 + strspn(at + 1, "<->|&0123456789");
            require(*at++ == ' ');
        }
    }
}

static void check_json(TALLOC_CTX *ctx, const struct search_query *query)
{
    static const char *const lists[] = {"phrases", "near", "not"};
    json_t *object = json_loads(search_query_json(ctx, query), JSON_REJECT_DUPLICATES, NULL);
    json_t *item;
    size_t i;

    require(object != NULL);
    for (size_t list = 0; list < 3; list++)
        json_array_foreach (json_object_get(object, lists[list]), i, item)
            check_query(item);
    json_array_foreach (json_object_get(object, "units"), i, item) {
        check_query(json_object_get(item, "match"));
        check_query(json_object_get(item, "rank"));
        require(*json_string_value(json_object_get(item, "text")));
    }
    json_decref(object);
}

static char *joined(TALLOC_CTX *ctx, const json_t *parts)
{
    char *text = talloc_strdup(ctx, "");
    const json_t *part;
    size_t i;

    json_array_foreach (parts, i, part)
        text = talloc_strdup_append(text, json_string_value(json_object_get(part, "text")));
    return text;
}

static void try_excerpts(TALLOC_CTX *ctx, const struct search_query *query,
                         const struct locale *locale, const char *text, size_t length)
{
    char *whole = joined(ctx, excerpt_marked(ctx, query, locale, text));
    require(strcmp(whole, text) == 0);
    char *best = joined(ctx, excerpt_best(ctx, query, locale, text, length));
    require(text_length_graphemes(best) <= EXCERPT_GRAPHEMES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct search_query *query = NULL;
    char *text;
    size_t length;

    if (size < 2)
        return 0;
    const struct locale *reader = locale_at(data[0] % locale_count());
    const struct locale *locale = locale_at(data[0] / 16 % locale_count());
    const char *given = (const char *)data + 2, *rest;
    size -= 2;
    size_t end = data[1] < size ? data[1] : size;
    rest = given + end;
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct search_field fields[] = {{given, end, 'A'}, {rest, size - end, 'C'}};
    check_vector(search_vector(ctx, locale, fields, 2));
    search_key(ctx, reader, given, end);
    if (search_query_parse(ctx, reader, given, end, &query) == 0) {
        check_json(ctx, query);
        if (text_check(ctx, rest, size - end, TEXT_BLOCK, &text, &length) == TEXT_OK)
            try_excerpts(ctx, query, locale, text, length);
    }
    talloc_free(ctx);
    return 0;
}
