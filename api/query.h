// The query string of a request target, read by the WHATWG URL Standard's rules for
// application/x-www-form-urlencoded: `a=b&c=d`, "+" is a space, %XX a byte.
#pragma once

#include <stddef.h>
#include <talloc.h>

enum {
    QUERY_PARAMETERS_MAX = 32,
    QUERY_VALUE_MAX = 1024, // bytes, decoded
};

enum query_outcome {
    QUERY_OK,
    QUERY_TOO_MANY, // more than QUERY_PARAMETERS_MAX
    QUERY_TOO_LONG, // a value of more than QUERY_VALUE_MAX bytes
    QUERY_BROKEN,   // a bad %XX, not UTF-8, or a control character
    QUERY_DOUBLED,  // a name twice
};

struct query_parameter {
    const char *name, *value; // decoded, UTF-8, NFC
};

struct query {
    size_t count;
    struct query_parameter parameters[QUERY_PARAMETERS_MAX];
    const char *offender; // the name that was refused, "" when there is none
};

// Read text (without "?"). Values hang on ctx.
int query_parse(TALLOC_CTX *ctx, const char *text, size_t length, struct query *ret);

// The value of a parameter; NULL when it was not given.
const char *query_get(const struct query *query, const char *name);

// Decode %XX in a path segment: UTF-8 without control characters or "/". NULL when it is not.
char *path_decode(TALLOC_CTX *ctx, const char *text, size_t length);

// Append text to a request target with what RFC 3986 does not allow in a query value as %XX.
char *query_encode(TALLOC_CTX *ctx, const char *text);
