// What is wrong with an input, and the sentence that says so.
#pragma once

#include "content/base/outcome.h"
#include "locales/locale.h"

#include <talloc.h>

// Fill a fault and return SEN_INVALID. key is a message key (`fault.*`), field lives as long as the
// caller needs the fault; detail is cut between characters to fit and may be NULL.
int fault_set(struct fault *ret, const char *key, const char *field, const char *detail);

// The reason in a reader's language, with {field} and {detail} put in.
char *fault_reason(TALLOC_CTX *ctx, const struct locale *locale, const struct fault *fault);
