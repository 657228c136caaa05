// What commands that need the database share.
#pragma once

#include "api/command.h"
#include "content/db_command.h"

#include <talloc.h>

// Connect, or say on stderr why not and return NULL.
struct db_session *command_database(TALLOC_CTX *ctx, const struct settings *settings,
                                    const char *command);

// Say on stderr what failed; returns 1.
int command_failed(const char *command, const char *error);
