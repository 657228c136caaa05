// What `sen article` says on stderr when something was not done: the API's own sentences.
#include "api/article_command.h"

#include "content/fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int article_failed(const char *what, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", what);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    return 1;
}

static void print_value(const char *sign, const json_t *value)
{
    if (json_is_null(value) || !value)
        return;
    fprintf(stderr, "  %s ", sign);
    if (json_is_string(value))
        fputs(json_string_value(value), stderr);
    else
        json_dumpf(value, stderr, JSON_COMPACT | JSON_ENCODE_ANY);
    fputs("\n", stderr);
}

static void print_paragraphs(const json_t *changes)
{
    size_t i, k;
    json_t *change, *paragraph;
    json_array_foreach (changes, i, change) {
        json_array_foreach (json_object_get(change, "before"), k, paragraph)
            print_value("-", paragraph);
        json_array_foreach (json_object_get(change, "after"), k, paragraph)
            print_value("+", paragraph);
    }
}

void article_print_changes(const json_t *changes)
{
    size_t i;
    json_t *change;
    json_array_foreach (changes, i, change) {
        fprintf(stderr, "  %s:\n", field_text(change, "field"));
        print_value("-", json_object_get(change, "before"));
        print_value("+", json_object_get(change, "after"));
        print_paragraphs(json_object_get(change, "paragraphs"));
    }
}

// Each member of a list of findings or refused texts has a sentence of its own.
static void print_messages(const json_t *list, const char *first, const char *second)
{
    size_t i;
    json_t *one;
    json_array_foreach (list, i, one) {
        const char *a = field_text(one, first), *b = field_text(one, second);
        const char *message = field_text(one, "message");
        fprintf(stderr, "  %s%s%s: %s\n", a ? a : "", a && b ? " " : "", b ? b : "",
                message ? message : "");
        print_messages(json_object_get(one, "checks"), "level", "field");
    }
}

static void print_moves(const json_t *problem)
{
    size_t i;
    json_t *move;
    const char *stage = field_text(problem, "stage");
    if (stage)
        fprintf(stderr, "  it is at: %s\n", stage);
    json_array_foreach (json_object_get(problem, "moves"), i, move) {
        const char *may = field_text(move, "may");
        if (may && strcmp(may, "ok") == 0)
            fprintf(stderr, "  you can move it to: %s\n", field_text(move, "to"));
    }
}

int article_refused(struct article_run *run, const char *what, const struct client_answer *answer)
{
    const json_t *problem = answer->json;
    const char *type = field_text(problem, "type"), *title = field_text(problem, "title");
    const char *field = field_text(problem, "field");
    if (run->json) {
        json_dumpf(problem, stderr, JSON_COMPACT);
        fputs("\n", stderr);
        return 1;
    }
    if (!title)
        return article_failed(what, "the server answered %ld", answer->status);
    // A fault does not name the field that it is in.
    bool is_fault = field && type && strstr(type, "#problem-") && strchr(strstr(type, "#"), '.');
    fprintf(stderr, "%s: %s%s%s\n", what, is_fault ? field : "", is_fault ? ": " : "", title);
    print_messages(json_object_get(problem, "checks"), "level", "field");
    print_messages(json_object_get(problem, "texts"), "id", "locale");
    print_moves(problem);
    article_print_changes(json_object_get(problem, "changes"));
    return 1;
}

int article_ask(TALLOC_CTX *ctx, struct article_run *run, const char *what, const char *method,
                const char *path, long revision, const json_t *body, struct client_answer *ret)
{
    struct client_answer answer;
    char *error;
    if (client_ask(ctx, run->client, method, path, revision, body, &answer, &error))
        return article_failed(what, "%s", error);
    if (answer.status / 100 != 2)
        return article_refused(run, what, &answer);
    if (ret)
        *ret = answer;
    return SEN_OK;
}

char *article_path(TALLOC_CTX *ctx, struct article_run *run, const char *id, const char *rest)
{
    return talloc_asprintf(ctx, "/v1/articles/%s%s", client_escape(ctx, run->client, id), rest);
}

char *article_text_path(TALLOC_CTX *ctx, struct article_run *run, const char *id,
                        const char *locale, const char *rest)
{
    return talloc_asprintf(ctx, "%s/texts/%s%s", article_path(ctx, run, id, ""),
                           client_escape(ctx, run->client, locale), rest);
}
