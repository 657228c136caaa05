#include "api/command.h"

#include "render/sandbox.h"

static int run(const struct settings *settings, int argc, char **argv)
{
    return sandbox_worker(settings);
}

extern const struct command command_render_worker;
const struct command command_render_worker = {
    .name = SANDBOX_COMMAND,
    .usage = "",
    .help = "Serve the sandbox on descriptor 3; only the program itself calls this.",
    .hidden = true,
    .run = run,
};
