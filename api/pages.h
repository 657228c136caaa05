// The static site and the media, from SEN_HOME: so that one address shows everything. A file is
// kept in the response cache and looked at (one stat) each time it is asked for. The compressed
// copies beside it are served as they are.
#pragma once

#include "api/request.h"

// Header lines of every page.
#define PAGE_HEADERS                                                                               \
    "Content-Security-Policy: default-src 'none'; img-src 'self'; media-src 'self'; "              \
    "style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; "                   \
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "                \
    "frame-ancestors 'none'\r\n"                                                                   \
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=()\r\n"                 \
    "Cross-Origin-Opener-Policy: same-origin\r\n"
// A page that anybody may see, and what belongs to it.
#define SITE_HEADERS PAGE_HEADERS "Referrer-Policy: strict-origin-when-cross-origin\r\n"

// Answer with the file of the request's path. Returns DONE.
enum step_result page_send(struct request *request);

// The page that says that there is none: 404, in the language of the path, else of the reader.
// Returns DONE.
enum step_result page_missing(struct request *request, const char *path);
