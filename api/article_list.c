// Lists that `sen article` prints.
#include "api/article_command.h"

#include <stdio.h>

// On one line, without tabs, whatever it holds.
static void print_cell(const char *text)
{
    for (; *text; text++)
        putchar((unsigned char)*text < ' ' ? ' ' : *text);
}

// A line for each item of a list, its members parted by tabs.
static void print_rows(const json_t *items, const char *const *members)
{
    size_t i;
    json_t *item;
    json_array_foreach (items, i, item) {
        for (const char *const *member = members; *member; member++) {
            const json_t *value = json_object_get(item, *member);
            if (json_is_integer(value))
                printf("%lld", (long long)json_integer_value(value));
            else
                print_cell(json_is_string(value) ? json_string_value(value) : "-");
            putchar(member[1] ? '\t' : '\n');
        }
    }
}

int article_list(struct article_run *run, const char *what, const char *path, const char *list,
                 const char *const *members)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct client_answer answer;
    int r = article_ask(ctx, run, what, "GET", path, 0, NULL, &answer);
    if (!r && run->json) {
        json_dumpf(answer.json, stdout, JSON_COMPACT);
        putchar('\n');
    } else if (!r) {
        print_rows(json_object_get(answer.json, list), members);
    }
    talloc_free(ctx);
    return r || fflush(stdout);
}
