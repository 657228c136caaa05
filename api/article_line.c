#include "api/article_line.h"

#include "content/fields.h"

#include <stdlib.h>
#include <string.h>

static bool take_value(json_t *given, const struct article_option *option, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    json_t *list = json_object_get(given, option->member);
    switch (option->kind) {
    case OPTION_NUMBER:
        json_object_set_new(given, option->member, json_integer(value));
        return *text && !*end && value > 0;
    case OPTION_LIST:
        if (!list)
            json_object_set_new(given, option->member, list = json_array());
        return !json_array_append_new(list, json_string(text));
    default:
        return !json_object_set_new(given, option->member, json_string(text));
    }
}

// Take argv[0] and what belongs to it; returns how many that were, 0: it is wrong.
static int take_option(const struct article_option *option, int left, char **argv,
                       struct article_line *line)
{
    if (strcmp(argv[0], "--json") == 0)
        return line->json = true;
    if (strcmp(argv[0], "--server") == 0 && left > 1) {
        line->server = argv[1];
        return 2;
    }
    while (option->flag && strcmp(option->flag, argv[0]) != 0)
        option++;
    if (!option->flag)
        return 0;
    if (option->kind == OPTION_SET) {
        json_object_set_new(line->given, option->member,
                            option->value ? json_string(option->value) : json_true());
        return 1;
    }
    return left > 1 && take_value(line->given, option, argv[1]) ? 2 : 0;
}

bool article_line_read(TALLOC_CTX *ctx, const struct article_option *options, int argc, char **argv,
                       struct article_line *ret)
{
    bool only_words = false;
    *ret = (struct article_line){.given = fields_own(ctx, json_object()),
                                 .words = talloc_zero_array(ctx, char *, (size_t)argc + 1)};
    for (int i = 0, taken; i < argc; i += taken) {
        taken = 1;
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (only_words || argv[i][0] != '-')
            ret->words[ret->count++] = argv[i];
        else if (!(taken = take_option(options, argc - i, argv + i, ret)))
            return false;
    }
    return true;
}
