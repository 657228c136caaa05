#include "api/command.h"

extern const struct command command_article, command_audit, command_build, command_export,
    command_front, command_import, command_migrate, command_render, command_render_preview,
    command_render_worker, command_serve, command_settings, command_token, command_user,
    command_worker;

const struct command *const commands[] = {
    &command_article,        &command_audit,         &command_build,   &command_export,
    &command_front,          &command_import,        &command_migrate, &command_render,
    &command_render_preview, &command_render_worker, &command_serve,   &command_settings,
    &command_token,          &command_user,          &command_worker,  NULL,
};
