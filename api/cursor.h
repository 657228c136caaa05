// Opaque positions in a list: the sort key and the id of the last item given, signed so that a
// cursor that we did not make, or made for another list, is refused rather than misread.
#pragma once

#include "content/base/outcome.h"

#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

enum { CURSOR_ID_MAX = 200 };

struct cursor {
    int64_t key;    // e.g. microseconds since 1970
    const char *id; // at most CURSOR_ID_MAX bytes
};

// list: what the cursor belongs to (a route's path): it holds for no other.
char *cursor_encode(TALLOC_CTX *ctx, const char *list, const struct cursor *cursor);

// SEN_OK, or SEN_INVALID for anything that cursor_encode did not make for this list.
int cursor_decode(TALLOC_CTX *ctx, const char *list, const char *text,
                  struct cursor *ret) SEN_MUST_CHECK;
