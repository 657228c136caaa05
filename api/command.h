// The sub-commands of `sen`: one file each (api/cmd_*.c), one line each in api/commands.c.
#pragma once

#include "content/base/settings.h"

#include <stdbool.h>

struct command {
    const char *name;
    const char *usage; // what follows the name: "PATH..."
    const char *help;  // sentences for `sen help NAME`; the first line stands in the list
    bool hidden;       // not in the list: the program calls it itself
    // Runs the command. argv[0] is its name. Returns the exit status: 0, 1 (it failed, one
    // sentence on stderr says why), 2 (used wrongly: use command_usage).
    int (*run)(const struct settings *settings, int argc, char **argv);
};

extern const struct command *const commands[]; // NULL ends it

// Print "usage: sen NAME USAGE" and a sentence on stderr; returns 2.
int command_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
