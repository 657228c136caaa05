// Ids for the headings of a text: slugs in the text's own script, each once, none of them an id
// that pages use themselves.
#pragma once

#include "locales/locale.h"

#include <talloc.h>

struct heading_ids;

struct heading_ids *heading_ids_new(TALLOC_CTX *ctx, const struct locale *locale);

// The id of the next heading. Lives as long as ids.
const char *heading_ids_next(struct heading_ids *ids, const char *heading);
