#include "api/command.h"
#include "api/server.h"

static int run(const struct settings *settings, int argc, char **argv)
{
    extern const struct command command_serve;
    if (argc > 1)
        return command_usage(&command_serve, "it takes no arguments");
    return server_run(settings);
}

extern const struct command command_serve;
const struct command command_serve = {
    .name = "serve",
    .usage = "",
    .help = "Serve the API, the feeds and the site until SIGTERM.\n"
            "Listens on SEN_LISTEN and SEN_PORT, or on the sockets that systemd hands in.",
    .run = run,
};
