#include "api/command_database.h"
#include "locales/text.h"

#include <stdio.h>
#include <string.h>

extern const struct command command_user;

static int add(TALLOC_CTX *ctx, struct db_session *session, const char *name, const char *agency)
{
    char *checked, *error = NULL;
    size_t length;
    if (text_check(ctx, name, strlen(name), TEXT_LINE, &checked, &length) || !length ||
        length > 100)
        return command_failed("user", "a name is one line of at most 100 bytes of UTF-8");
    struct db_result *result;
    int r = db_session_query(ctx, session, "user_add", (const char *const[]){checked, agency}, 2,
                             &result, &error);
    if (r == SEN_CONFLICT)
        return command_failed("user", talloc_asprintf(ctx, "the user %s exists already", checked));
    if (r == SEN_INVALID)
        return command_failed("user", talloc_asprintf(ctx, "there is no agency %s", agency));
    if (r)
        return command_failed("user", error);
    printf("added %s\n", checked);
    return 0;
}

static int list(TALLOC_CTX *ctx, struct db_session *session)
{
    char *error = NULL;
    struct db_result *result;
    if (db_session_query(ctx, session, "user_list", NULL, 0, &result, &error))
        return command_failed("user", error);
    for (size_t row = 0; row < db_rows(result); row++) {
        const char *agency = db_value(result, row, "agency");
        printf("%s\t%s\t%s\t%s valid tokens\n", db_value(result, row, "name"),
               agency ? agency : "-", db_value(result, row, "created_at"),
               db_value(result, row, "tokens"));
    }
    return 0;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    bool is_list = argc == 2 && strcmp(argv[1], "list") == 0;
    bool is_add = argc >= 3 && strcmp(argv[1], "add") == 0 && strncmp(argv[2], "--", 2) != 0;
    const char *agency = NULL;
    if (is_add && argc == 5 && strcmp(argv[3], "--agency") == 0)
        agency = argv[4];
    else if (!is_list && !(is_add && argc == 3))
        return command_usage(&command_user, "it takes add or list");
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct db_session *session = command_database(ctx, settings, "user");
    int status = !session ? 1 : is_list ? list(ctx, session) : add(ctx, session, argv[2], agency);
    talloc_free(ctx);
    return status;
}

const struct command command_user = {
    .name = "user",
    .usage = "add NAME [--agency ID] | list",
    .help = "Add or list the people and programs that edit through the API.\n"
            "`sen token new NAME` gives one a token.",
    .run = run,
};
