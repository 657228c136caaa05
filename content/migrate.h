// The schema: numbered migrations in content/schema (0001-name.sql), each run once in a transaction
// of its own, and content/functions/*.sql, all run whenever one has changed. What has been done is
// in the table `migration`; the functions are number 0 there.
#pragma once

#include "content/db_command.h"

// Bring the database up to date. Safe to run twice and from several nodes at once: an advisory lock
// lets one work while the others wait. Calls applied (may be NULL) with each file's name.
// Outcomes: SEN_OK; SEN_CONFLICT: the database is newer than this program, or a migration that has
// been run is not the one this program knows; others as db_session_script.
// *ret_error is a sentence and hangs on session.
int migrate(struct db_session *session, void (*applied)(const char *name),
            char **ret_error) SEN_MUST_CHECK;
