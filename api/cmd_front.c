// `sen front`: the front page of a language, as a file, by the API.
#include "api/article_command.h"
#include "api/article_line.h"
#include "api/command.h"
#include "content/base/settings.h"
#include "content/fault.h"
#include "content/fields.h"
#include "content/front.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES = 1024 * 1024 };

extern const struct command command_front;

static char *front_path(TALLOC_CTX *ctx, struct article_run *run, const char *locale)
{
    return talloc_asprintf(ctx, "/v1/fronts/%s", client_escape(ctx, run->client, locale));
}

static int get(TALLOC_CTX *ctx, struct article_run *run, const char *locale)
{
    struct client_answer answer;
    int r = article_ask(ctx, run, locale, "GET", front_path(ctx, run, locale), 0, NULL, &answer);
    if (r)
        return r;
    json_dumpf(answer.json, stdout, run->json ? JSON_COMPACT : JSON_INDENT(1));
    putchar('\n');
    return fflush(stdout) ? 1 : 0;
}

// What get printed: {locale, revision, composition}; no revision: there is none yet.
static int read_front(TALLOC_CTX *ctx, struct article_run *run, const char *name, json_t **ret)
{
    static const struct field fields[] = {
        {"locale", FIELD_LOCALE, .required = true},
        {"revision", FIELD_COUNT, 999999999},
        {"composition", FIELD_OBJECT, .required = true, .fields = front_fields},
        {NULL},
    };
    struct fault fault = {0};
    FILE *file = fopen(name, "rbe");
    if (!file)
        return article_failed(name, "%s", strerror(errno));
    char *text = talloc_size(ctx, FILE_BYTES + 1);
    size_t length = fread(text, 1, FILE_BYTES + 1, file);
    fclose(file);
    if (length > FILE_BYTES)
        return article_failed(name, "it has more than %d bytes", FILE_BYTES);
    int r = fields_parse(text, length, NULL, ret, &fault);
    if (!r) {
        fields_own(ctx, *ret);
        r = fields_read(ctx, fields, *ret, false, &fault);
    }
    if (r)
        return article_failed(name, "%s%s%s", fault.field ? fault.field : "",
                              fault.field ? ": " : "", fault_reason(ctx, run->locale, &fault));
    return SEN_OK;
}

static int put(TALLOC_CTX *ctx, struct article_run *run, const char *name)
{
    json_t *front;
    struct client_answer answer;
    int r = read_front(ctx, run, name, &front);
    if (r)
        return r;
    const char *locale = field_text(front, "locale");
    long revision = (long)json_integer_value(json_object_get(front, "revision"));
    r = article_ask(ctx, run, name, "PUT", front_path(ctx, run, locale), revision ? revision : -1,
                    json_object_get(front, "composition"), &answer);
    if (r)
        return r;
    if (run->json) {
        json_dumpf(answer.json, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        printf("%s: revision %lld\n", locale,
               (long long)json_integer_value(json_object_get(answer.json, "revision")));
    }
    return fflush(stdout) ? 1 : 0;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    static const struct article_option none[] = {{0}};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct article_line line;
    struct article_run front;
    int status;
    if (!article_line_read(ctx, none, argc - 1, argv + 1, &line) || line.count != 2 ||
        (strcmp(line.words[0], "get") != 0 && strcmp(line.words[0], "put") != 0)) {
        status = command_usage(&command_front, "say get or put, and of what");
    } else {
        status = article_open(ctx, settings, "sen front", &line, &front);
        if (!status)
            status = (*line.words[0] == 'g' ? get : put)(ctx, &front, line.words[1]);
    }
    talloc_free(ctx);
    return status;
}

const struct command command_front = {
    .name = "front",
    .usage = "get LOCALE | put FILE.json [--server URL] [--json]",
    .help = "Compose the front page of a language through the API, from any machine.\n"
            "get prints it with its revision; edit that in a file and put it. When somebody else\n"
            "has changed it since, put refuses. A file without a revision is for a language that\n"
            "has no front page of its own yet. /docs tells what may be in it.\n"
            "\n"
            "The portal and the token are those of `sen article`.\n"
            "\n"
            "  sen front get en > front.json\n"
            "  sen front put front.json",
    .run = run,
};
