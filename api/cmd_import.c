#include "api/command_database.h"
#include "api/progress.h"
#include "api/text_render.h"
#include "content/fault.h"

#include <stdio.h>
#include <string.h>

extern const struct command command_import;

struct run {
    struct text_render *render;
    struct progress progress;
};

static int render(void *data, TALLOC_CTX *ctx, const struct item *item,
                  const struct import_media *media, size_t media_count, struct edition_html *ret,
                  struct fault *ret_fault)
{
    struct run *run = data;
    return text_render(run->render, ctx, item, media, media_count, ret, ret_fault);
}

static void progress(void *data, size_t done, size_t total)
{
    struct run *run = data;
    progress_draw(&run->progress, done, total);
}

static void refused(void *data, const char *path, const struct fault *fault)
{
    struct run *run = data;
    progress_clear(&run->progress);
    char *reason = fault_reason(NULL, locale_find("en"), fault);
    fprintf(stderr, "%s:", path);
    if (fault->line)
        fprintf(stderr, "%u:", fault->line);
    fprintf(stderr, " %s%s%s\n", fault->field ? fault->field : "", fault->field ? ": " : "",
            reason);
    talloc_free(reason);
}

static void print_counts(const char *what, const struct import_counts *counts)
{
    printf("%zu %s: %zu added, %zu updated, %zu unchanged",
           counts->added + counts->updated + counts->same + counts->kept, what, counts->added,
           counts->updated, counts->same);
    if (counts->kept)
        printf(", %zu left as they were changed here (--overwrite replaces them)", counts->kept);
    printf("\n");
}

static int import(const struct settings *settings, const char *const *paths, size_t count,
                  bool overwrite)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct run run = {.progress = {.what = "texts"}};
    struct db_session *session = command_database(ctx, settings, "import");
    if (session)
        run.render = text_render_open(ctx, settings, "import");
    int status = 1;
    if (run.render) {
        const struct import_options options = {.home = settings->home, .overwrite = overwrite};
        const struct import_hooks hooks = {text_render_version(), render, progress, refused, &run};
        struct import_report report;
        char *error = NULL;
        int r = import_paths(ctx, session, paths, count, &options, &hooks, &report, &error);
        progress_clear(&run.progress);
        print_counts("texts", &report.texts);
        print_counts("topics, agencies, provinces, media, glossary entries, places and front pages",
                     &report.records);
        if (report.rendered_again)
            printf("%zu texts rendered again for their media\n", report.rendered_again);
        if (report.refused)
            printf("%zu refused\n", report.refused);
        fflush(stdout);
        status = r ? command_failed("import", error) : report.refused != 0;
    }
    talloc_free(ctx);
    return status;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    const char **paths = talloc_array(NULL, const char *, (size_t)argc);
    size_t count = 0;
    bool overwrite = false;
    int status = 0;
    for (int i = 1; i < argc && !status; i++) {
        if (strcmp(argv[i], "--overwrite") == 0)
            overwrite = true;
        else if (strncmp(argv[i], "--", 2) == 0)
            status = command_usage(&command_import, "there is no option %s", argv[i]);
        else
            paths[count++] = argv[i];
    }
    if (!status && !count)
        status = command_usage(&command_import, "it needs a folder or a .jsonl file");
    if (!status)
        status = import(settings, paths, count, overwrite);
    talloc_free(paths);
    return status;
}

const struct command command_import = {
    .name = "import",
    .usage = "[--overwrite] PATH...",
    .help =
        "Publish texts from folders of Markdown or from JSON Lines.\n"
        "A folder holds *.md files with front matter, and may hold topics.json, agencies.json,\n"
        "provinces.json, glossary.json, gazetteer.json and media.json (beside the pictures it\n"
        "names). A .jsonl file holds one text a line, with at least id, locale, title and body;\n"
        "`sen export --jsonl` writes such files.\n"
        "\n"
        "What is here already is left untouched, and so is what was changed or withdrawn here "
        "since\n"
        "it was imported: --overwrite replaces that too. Each refused item is reported on stderr "
        "as\n"
        "file:line: field: reason, and the rest goes in. The exit status is 1 if any was refused.",
    .run = run,
};
