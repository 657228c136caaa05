// Compressed copies of what is served: the response cache and the site builder make each once and
// serve it many times. The same bytes at the same level always give the same result.
#pragma once

#include "content/base/outcome.h"

#include <stddef.h>
#include <talloc.h>

// gzip (RFC 1952, without name and time). level: 1 (fast) to 9 (small). *ret hangs on ctx.
// Fails only with -EINVAL: no such level.
int compress_gzip(TALLOC_CTX *ctx, const char *data, size_t length, int level, char **ret,
                  size_t *ret_length) SEN_MUST_CHECK;

// Brotli (RFC 7932), tuned for UTF-8 text. level: 0 (fast) to 11 (small, slow).
int compress_brotli(TALLOC_CTX *ctx, const char *data, size_t length, int level, char **ret,
                    size_t *ret_length) SEN_MUST_CHECK;
