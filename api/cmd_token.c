#include "api/command_database.h"
#include "content/token.h"
#include "locales/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_token;

#define DAYS_MAX 36500

struct wanted {
    const char *user, *label, *days;
};

static int make(TALLOC_CTX *ctx, struct db_session *session, const struct wanted *wanted)
{
    char *label, *error = NULL;
    size_t length;
    if (text_check(ctx, wanted->label, strlen(wanted->label), TEXT_LINE, &label, &length) ||
        length > 200)
        return command_failed("token", "a label is one line of at most 200 bytes of UTF-8");
    struct token token;
    struct db_result *result;
    token_make(&token);
    int r = db_session_query(
        ctx, session, "token_add",
        (const char *const[]){wanted->user, token.prefix, token.hash, label, wanted->days}, 5,
        &result, &error);
    int status = 1;
    if (r) {
        command_failed("token", error);
    } else if (!db_rows(result)) {
        command_failed("token", talloc_asprintf(ctx, "there is no user %s", wanted->user));
    } else {
        const char *expires = db_value(result, 0, "expires_at");
        printf("%s\n", token.text);
        fprintf(stderr, "This token is shown once and cannot be shown again. It is valid %s%s.\n",
                expires ? "until " : "until it is revoked", expires ? expires : "");
        status = 0;
    }
    sodium_memzero(&token, sizeof token);
    return status;
}

static int list(TALLOC_CTX *ctx, struct db_session *session)
{
    char *error = NULL;
    struct db_result *result;
    if (db_session_query(ctx, session, "token_list", NULL, 0, &result, &error))
        return command_failed("token", error);
    for (size_t row = 0; row < db_rows(result); row++) {
        const char *expires = db_value(result, row, "expires_at");
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", db_value(result, row, "prefix"),
               db_value(result, row, "name"), db_value(result, row, "state"),
               db_value(result, row, "created_at"), expires ? expires : "-",
               db_value(result, row, "label"));
    }
    return 0;
}

static int revoke(TALLOC_CTX *ctx, struct db_session *session, const char *prefix)
{
    char *error = NULL;
    struct db_result *result;
    if (db_session_query(ctx, session, "token_revoke", (const char *const[]){prefix}, 1, &result,
                         &error))
        return command_failed("token", error);
    if (!db_rows(result))
        return command_failed("token", "there is no token with this prefix; `sen token list`");
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
        } else if (strcmp(argv[i], "--days") == 0) {
            char *end;
            long days = strtol(argv[i + 1], &end, 10);
            if (*end || end == argv[i + 1] || days < 1 || days > DAYS_MAX)
                return false;
            ret->days = argv[i + 1];
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
    .usage = "new USER [--label TEXT] [--days N] | list | revoke PREFIX",
    .help =
        "Make, list or revoke tokens of the API.\n"
        "A new token is printed once on standard output; only its hash is stored. The list shows\n"
        "the prefix (the eight characters behind \"sen_\") by which a token can be revoked.",
    .run = run,
};
