#include "api/command.h"

static int run(const struct settings *settings, int argc, char **argv)
{
    settings_print(settings, stdout);
    return 0;
}

extern const struct command command_settings;
const struct command command_settings = {
    .name = "settings",
    .usage = "",
    .help = "Print the SEN_* variables: present value, default, range and what each is for.",
    .run = run,
};
