// What one client address may use of one thread: open connections, requests in a second, tokens
// that fail.
#pragma once

#include "content/base/settings.h"

#include <netinet/in.h>
#include <stdbool.h>

struct limits;

// A client's address: IPv6, IPv4 mapped into it (RFC 4291 section 2.5.5.2).
struct address {
    struct in6_addr ip;
};

struct limits *limits_open(TALLOC_CTX *ctx, const struct settings *settings);

// A connection opens: false when the address has as many as it may (then nothing is counted).
bool limits_connect(struct limits *limits, const struct address *address);
void limits_disconnect(struct limits *limits, const struct address *address);

// What begins at now_ms costs as much as so many requests: false when the address has no more in
// this second (then nothing is counted). A bucket that holds one second's worth and fills evenly.
bool limits_request(struct limits *limits, const struct address *address, unsigned price,
                    int64_t now_ms);

// A token is about to be looked up (hash: of the token, hexadecimal): false when as many of the
// address have failed as may in a minute, unless this one was valid not long ago: somebody who
// guesses shuts nobody out that works behind the same address.
bool limits_token(struct limits *limits, const struct address *address, const char *hash,
                  int64_t now_ms);

// It was valid (hash), or it failed (NULL: it had not even the form of a token).
void limits_token_done(struct limits *limits, const struct address *address, const char *hash,
                       bool valid, int64_t now_ms);

// Forget addresses that have no connection and a full bucket. Cheap; call about once a second.
void limits_sweep(struct limits *limits, int64_t now_ms);

// From a socket address (AF_INET or AF_INET6), or from text; false when it is neither.
bool address_from_socket(const struct sockaddr *from, struct address *ret);
bool address_from_text(const char *text, size_t length, struct address *ret);

// As people write it, IPv4 without its mapping; hangs on ctx.
char *address_text(TALLOC_CTX *ctx, const struct address *address);

// Is this the address that a text names ("": none)?
bool address_is(const struct address *address, const char *text);
