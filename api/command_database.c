#include "api/command_database.h"

#include <stdio.h>

int command_failed(const char *command, const char *error)
{
    fprintf(stderr, "sen %s: %s.\n", command, error && *error ? error : "it failed");
    return 1;
}

struct db_session *command_database(TALLOC_CTX *ctx, const struct settings *settings,
                                    const char *command)
{
    struct db_session *session;
    char *error = NULL;
    if (db_session_open(ctx, settings->database, &session, &error) == SEN_OK)
        return session;
    fprintf(stderr, "sen %s: no connection to the database: %s\n", command, error);
    return NULL;
}
