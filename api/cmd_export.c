#include "api/command_database.h"
#include "content/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_export;

static int export_to(const struct settings *settings, FILE *out, const char *name)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct db_session *session = command_database(ctx, settings, "export");
    char *error = NULL;
    size_t texts;
    int status = 1;
    if (session) {
        int r = export_lines(session, out, &texts, &error);
        if (r)
            command_failed("export", r < 0 && !error ? strerror(-r) : error);
        else
            fprintf(stderr, "%zu texts written to %s\n", texts, name);
        status = r != 0;
    }
    talloc_free(ctx);
    return status;
}

// Under its name a file is whole: it is written beside and then renamed.
static int export_to_file(const struct settings *settings, const char *name)
{
    char *part = talloc_asprintf(NULL, "%s.part", name);
    FILE *out = fopen(part, "wbe");
    int status = out ? export_to(settings, out, name) : 1;
    int error = errno;
    if (out && !status && fsync(fileno(out))) {
        error = errno;
        status = 1;
    }
    if (out && fclose(out) && !status) {
        error = errno;
        status = 1;
    }
    if (!status && rename(part, name)) {
        error = errno;
        status = 1;
    }
    if (status) {
        fprintf(stderr, "sen export: %s was not written: %s\n", name, strerror(error));
        unlink(part);
    }
    talloc_free(part);
    return status;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    if (argc < 2 || argc > 3 || strcmp(argv[1], "--jsonl") != 0)
        return command_usage(&command_export, "say --jsonl");
    if (argc == 2 || strcmp(argv[2], "-") == 0)
        return export_to(settings, stdout, "standard output");
    return export_to_file(settings, argv[2]);
}

const struct command command_export = {
    .name = "export",
    .usage = "--jsonl [FILE|-]",
    .help =
        "Write all that readers see as JSON Lines.\n"
        "Topics, agencies, media, provinces, the glossary, places and front pages come first,\n"
        "each with a \"type\"; then the live and withdrawn texts, sorted by id and locale. The "
        "same content\n"
        "always gives the same bytes, and `sen import` of them into an empty database gives the\n"
        "same export again.\n"
        "\n"
        "The files of the media are not in it: they are in SEN_HOME/media. Copy that folder into\n"
        "SEN_HOME of the other portal, or beside the .jsonl file as media/, before the import.",
    .run = run,
};
