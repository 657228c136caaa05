// The API as a program meets it: one request at a time over HTTP, for commands that may run on any
// machine. The only file that knows libcurl.
//
// TLS certificates are verified (against those of SSL_CERT_FILE where it is set), redirects are not
// followed, an answer has a size and a time that it may take, and a token never goes over a network
// in clear: http:// is taken for this machine only.
#pragma once

#include "content/base/outcome.h"

#include <jansson.h>
#include <talloc.h>

struct client;

struct client_answer {
    long status;
    json_t *json; // lives as long as ctx; NULL: the answer has no body
};

// server: "https://portal.example" without a path; token and language (of refusals, as
// Accept-Language) may be NULL. SEN_INVALID: *ret_error says what is wrong with the server.
int client_open(TALLOC_CTX *ctx, const char *server, const char *token, const char *language,
                struct client **ret, char **ret_error) SEN_MUST_CHECK;

// Ask, and wait for the answer. path may have a query string; revision (0: none, -1: there must be
// none) becomes If-Match or If-None-Match; body may be NULL. SEN_OK: the server has answered,
// whatever its status. SEN_UNAVAILABLE: *ret_error says why there is no answer, or none that can be
// understood; what was asked for may have been done nevertheless.
int client_ask(TALLOC_CTX *ctx, struct client *client, const char *method, const char *path,
               long revision, const json_t *body, struct client_answer *ret,
               char **ret_error) SEN_MUST_CHECK;

// A part of a path, escaped; hangs on ctx.
char *client_escape(TALLOC_CTX *ctx, struct client *client, const char *text);

// The server's address in one form, as a name for what is remembered of it.
const char *client_server(const struct client *client);
