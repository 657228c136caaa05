#include "api/article_command.h"
#include "api/article_line.h"
#include "content/base/settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// The user's language as HTTP writes it, from "vi_VN.UTF-8"; NULL: none is set.
static char *user_language(TALLOC_CTX *ctx)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *value = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && (!value || !*value); i++)
        value = getenv(names[i]);
    if (!value)
        return NULL;
    char *tag = talloc_strndup(ctx, value, strcspn(value, ".@"));
    for (char *c = tag; *c; c++)
        *c = *c == '_' ? '-' : *c;
    return locale_match(tag, strlen(tag)) ? tag : NULL;
}

// Tokens go into a header as they are.
static bool is_token(const char *text)
{
    for (; *text > ' ' && *text < 0x7f; text++)
        ;
    return !*text;
}

int article_open(TALLOC_CTX *ctx, const struct settings *settings, const char *command,
                 const struct article_line *line, struct article_run *ret)
{
    char *error, *language = user_language(ctx);
    const char *token = getenv("SEN_TOKEN"), *server = line->server;
    *ret = (struct article_run){.json = line->json, .locale = locale_find("en")};
    if (language)
        ret->locale = locale_match(language, strlen(language));
    if (!server && *settings->api)
        server = settings->api;
    if (!server)
        server = talloc_asprintf(ctx, "http://127.0.0.1:%" PRId64, settings->port);
    if (!token || !*token || !is_token(token))
        return article_failed(command, "put a token into the environment variable SEN_TOKEN");
    if (client_open(ctx, server, token, language, &ret->client, &error))
        return article_failed(command, "%s", error);
    return SEN_OK;
}
