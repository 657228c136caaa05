#include "api/command.h"
#include "api/preview_child.h"
#include "content/base/log.h"
#include "locales/locale.h"
#include "render/site.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool write_all(const void *data, size_t length)
{
    const char *at = data;
    while (length) {
        ssize_t n = write(STDOUT_FILENO, at, length);
        if (n <= 0)
            return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    const struct locale *locale = argc == 3 ? locale_find(argv[2]) : NULL;
    if (!locale || prctl(PR_SET_PDEATHSIG, SIGKILL))
        return 2;
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *page = NULL, *error = NULL;
    size_t length = 0;
    int r = site_preview(ctx, settings, argv[1], locale, &page, &length, &error);
    if (error)
        log_error("preview", "%s", error);
    const struct preview_head head = {r, (uint32_t)length};
    bool written = write_all(&head, sizeof head) && write_all(page, length);
    talloc_free(ctx);
    return written ? 0 : 1;
}

extern const struct command command_render_preview;
const struct command command_render_preview = {
    .name = PREVIEW_COMMAND,
    .usage = "",
    .help = "Write the page of a text with its draft; only the program itself calls this.",
    .hidden = true,
    .run = run,
};
