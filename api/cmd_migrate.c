#include "api/command_database.h"
#include "content/migrate.h"

#include <stdio.h>

extern const struct command command_migrate;

static size_t applied_count;

static void applied(const char *name)
{
    applied_count++;
    printf("applied %s\n", name);
}

static int run(const struct settings *settings, int argc, char **argv)
{
    if (argc > 1)
        return command_usage(&command_migrate, "it takes no arguments");
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct db_session *session = command_database(ctx, settings, "migrate");
    char *error = NULL;
    int status = !session;
    if (session && migrate(session, applied, &error))
        status = command_failed("migrate", error);
    else if (session && !applied_count)
        printf("the database is up to date\n");
    talloc_free(ctx);
    return status;
}

const struct command command_migrate = {
    .name = "migrate",
    .usage = "",
    .help =
        "Bring the database up to date.\n"
        "Runs the migrations that it lacks, each in a transaction of its own. Safe to run twice\n"
        "and from several machines at once: one works, the others wait.",
    .run = run,
};
