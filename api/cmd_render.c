#include "api/command_database.h"
#include "api/progress.h"
#include "api/text_render.h"
#include "content/fault.h"

#include <stdio.h>
#include <string.h>

extern const struct command command_render;

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
    fprintf(stderr, "%s: %s\n", path, reason);
    talloc_free(reason);
}

static int render_all(const struct settings *settings, bool force)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct run run = {.progress = {.what = "texts"}};
    struct db_session *session = command_database(ctx, settings, "render");
    if (session)
        run.render = text_render_open(ctx, settings, "render");
    int status = 1;
    if (run.render) {
        const struct import_hooks hooks = {text_render_version(), render, progress, refused, &run};
        size_t rendered, left;
        char *error = NULL;
        int r = import_render_again(ctx, session, &hooks, force, &rendered, &left, &error);
        progress_clear(&run.progress);
        printf("%zu texts rendered\n", rendered);
        if (left)
            printf("%zu can no longer be rendered and keep their HTML\n", left);
        fflush(stdout);
        status = r ? command_failed("render", error) : left != 0;
    }
    talloc_free(ctx);
    return status;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    bool all = false, force = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0)
            all = true;
        else if (strcmp(argv[i], "--force") == 0)
            force = true;
        else
            return command_usage(&command_render, "it does not know %s", argv[i]);
    }
    if (!all)
        return command_usage(&command_render, "say --all");
    return render_all(settings, force);
}

const struct command command_render = {
    .name = "render",
    .usage = "--all [--force]",
    .help =
        "Render the stored texts again, after the renderer has changed.\n"
        "Takes every live, withdrawn and draft text that another version of the renderer made;\n"
        "--force takes all. Texts themselves do not change; pages follow where their HTML does.",
    .run = run,
};
