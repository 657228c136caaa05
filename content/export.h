// Write everything that readers see, as JSON Lines in UTF-8: first topics, agencies, media,
// provinces, the glossary and places, each sorted by id and marked by "type"; then the live and
// withdrawn texts, sorted by id and locale, with the keys of content/item.h in a fixed order. The
// same content always gives the same bytes, whichever database it is in, and importing them into an
// empty one gives them again.
//
// Not in it: drafts, earlier editions, accounts, the change log (a backup of the database has
// those), and the files of the media.
#pragma once

#include "content/db_command.h"

#include <stdio.h>

// One snapshot of the database, whatever is published meanwhile. SEN_OK; -errno when out cannot be
// written; on another outcome *ret_error is a sentence.
int export_lines(struct db_session *session, FILE *out, size_t *ret_texts,
                 char **ret_error) SEN_MUST_CHECK;
