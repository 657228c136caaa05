#include "api/command.h"

extern const struct command command_migrate, command_settings;

const struct command *const commands[] = {
    &command_migrate,
    &command_settings,
    NULL,
};
