// Where a name that a language writes in one word may be parted when there is no room for it.
#pragma once

#include "locales/locale.h"

#include <talloc.h>

// The name with soft hyphens (U+00AD) between the syllables of Vietnamese names as Russian writes
// them: "Тхай-нгуен". Browsers know no patterns for those. Other languages: as it is. Hangs on ctx.
char *syllables_mark(TALLOC_CTX *ctx, const struct locale *locale, const char *name);
