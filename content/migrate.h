// The schema: numbered migrations in content/schema, each run once in a transaction of its own, and
// the functions, replaced every time.
#pragma once

#include "content/db_command.h"

// Bring the database up to date. Safe to run twice and from several nodes at once: an advisory lock
// lets one work while the others wait. Calls applied (may be NULL) with each migration's name.
// Outcomes: SEN_OK; SEN_CONFLICT: the database is newer than this program.
int migrate(struct db_session *session, void (*applied)(const char *name), char **ret_error)
    SEN_MUST_CHECK;
