#include "api/command_ask.h"
#include "content/token.h"
#include "locales/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_token;

#define DAYS_MAX 36500

struct wanted {
    const char *user, *label, *scopes;
    long days; // 0: until it is revoked
};

static json_t *list_of(TALLOC_CTX *ctx, const char *words)
{
    json_t *list = json_array();
    char *rest = talloc_strdup(ctx, words), *at = NULL;
    for (char *word = strtok_r(rest, ",", &at); word; word = strtok_r(NULL, ",", &at))
        json_array_append_new(list, json_string(word));
    return list;
}

static int make(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    char *label;
    size_t length;
    if (text_check(ctx, wanted->label, strlen(wanted->label), TEXT_LINE, &label, &length) ||
        length > 200)
        return command_failed("token", "a label is one line of at most 200 bytes of UTF-8");
    struct token token;
    token_make(TOKEN_LASTING, &token);
    json_t *document;
    json_t *a = json_pack("{s:s, s:s, s:s, s:s}", "name", wanted->user, "prefix", token.prefix,
                          "hash", token.hash, "label", label);
    if (wanted->days)
        json_object_set_new(a, "days", json_integer(wanted->days));
    if (wanted->scopes)
        json_object_set_new(a, "scopes", list_of(ctx, wanted->scopes));
    int status = command_ask(ctx, session, "token", "token_make", a, &document);
    if (!status) {
        const char *expires = json_string_value(json_object_get(document, "expires_at"));
        printf("%s\n", token.text);
        fprintf(stderr, "This token is shown once and cannot be shown again. It is valid %s%s.\n",
                expires ? "until " : "until it is revoked", expires ? expires : "");
    }
    sodium_memzero(&token, sizeof token);
    return status;
}

static char *scopes_text(TALLOC_CTX *ctx, const json_t *scopes)
{
    char *text = talloc_strdup(ctx, json_is_array(scopes) ? "" : "*");
    size_t i;
    json_t *scope;
    json_array_foreach (scopes, i, scope)
        text = talloc_asprintf_append(text, "%s%s", i ? "," : "", json_string_value(scope));
    return text;
}

static int list(TALLOC_CTX *ctx, struct db_session *session)
{
    json_t *document, *token;
    size_t i;
    if (command_ask(ctx, session, "token", "token_list", json_object(), &document))
        return 1;
    json_array_foreach (json_object_get(document, "items"), i, token)
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", command_text(token, "prefix"),
               command_text(token, "name"), command_text(token, "state"),
               command_text(token, "created_at"), command_text(token, "expires_at"),
               command_text(token, "kind"), scopes_text(ctx, json_object_get(token, "scopes")),
               command_text(token, "label"));
    return 0;
}

static int revoke(TALLOC_CTX *ctx, struct db_session *session, const char *prefix)
{
    json_t *document;
    if (command_ask(ctx, session, "token", "token_revoke", json_pack("{s:s}", "prefix", prefix),
                    &document))
        return 1;
    printf("revoked %s\n", prefix);
    return 0;
}

static bool read_options(int argc, char **argv, struct wanted *ret)
{
    *ret = (struct wanted){.user = argv[2], .label = ""};
    for (int i = 3; i < argc; i += 2) {
        if (i + 1 == argc)
            return false;
        if (strcmp(argv[i], "--label") == 0) {
            ret->label = argv[i + 1];
        } else if (strcmp(argv[i], "--scope") == 0) {
            ret->scopes = argv[i + 1];
        } else if (strcmp(argv[i], "--days") == 0) {
            char *end;
            ret->days = strtol(argv[i + 1], &end, 10);
            if (*end || end == argv[i + 1] || ret->days < 1 || ret->days > DAYS_MAX)
                return false;
        } else {
            return false;
        }
    }
    return true;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    bool is_list = argc == 2 && strcmp(argv[1], "list") == 0;
    bool is_revoke = argc == 3 && strcmp(argv[1], "revoke") == 0;
    bool is_new = argc >= 3 && strcmp(argv[1], "new") == 0;
    struct wanted wanted = {0};
    if ((!is_list && !is_revoke && !is_new) || (is_new && !read_options(argc, argv, &wanted)))
        return command_usage(&command_token, "it takes new, list or revoke; --days takes 1 to %d",
                             DAYS_MAX);
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct db_session *session = command_database(ctx, settings, "token");
    int status = !session    ? 1
                 : is_list   ? list(ctx, session)
                 : is_revoke ? revoke(ctx, session, argv[2])
                             : make(ctx, session, &wanted);
    talloc_free(ctx);
    return status;
}

const struct command command_token = {
    .name = "token",
    .usage = "new USER [--label TEXT] [--days N] [--scope ACTION,ACTION...] | list | revoke PREFIX",
    .help =
        "Make, list or revoke tokens of the API.\n"
        "A new token is printed once on standard output; only its hash is stored. Without --days "
        "it\n"
        "is valid until it is revoked, without --scope for all that its user may. The list shows\n"
        "prefix (the eight characters behind \"sen_\", by which a token can be revoked), user, "
        "state,\n"
        "when it was made and expires, kind, scopes and label; sessions are tokens too.",
    .run = run,
};
