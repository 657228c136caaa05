// Commands that go through ask() (content/functions/ask.sql), as the API does: the same rules, the
// same refusals, the same events in the audit log. Whoever runs them is the operator, who may all.
#pragma once

#include "api/command_database.h"

#include <jansson.h>

// Ask, with the members of a (taken over). SEN_OK: *ret, a document that lives as long as ctx. Else
// it has said why not on stderr, and returns 1.
int command_ask(TALLOC_CTX *ctx, struct db_session *session, const char *command,
                const char *operation, json_t *a, json_t **ret) SEN_MUST_CHECK;

// The text of a member of a document, or "-".
const char *command_text(const json_t *document, const char *member);
