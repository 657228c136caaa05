#include "api/command.h"
#include "render/site.h"

#include <signal.h>
#include <string.h>

extern const struct command command_worker;

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    stopped = 1;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    if (argc > 1)
        return command_usage(&command_worker, "it takes no arguments");
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *error = NULL;
    int r = site_follow(ctx, settings, &stopped, &error);
    if (r)
        fprintf(stderr, "sen worker: %s\n", error ? error : "it cannot go on");
    talloc_free(ctx);
    return r ? 1 : 0;
}

const struct command command_worker = {
    .name = "worker",
    .usage = "",
    .help = "Follow the change log and keep the static site up to date.\n"
            "Builds the site first when there is none. Runs until SIGTERM.",
    .run = run,
};
