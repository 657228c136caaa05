// What an answer looks like on the wire, kept ready: status line and header fields, then the body,
// in up to three encodings. Shared by all the requests that get it; belongs to one thread.
#pragma once

#include "api/request.h"

enum encoding { ENCODING_NONE, ENCODING_GZIP, ENCODING_BROTLI, ENCODINGS };

struct rendition {
    char *head; // ends before the fields that differ from answer to answer (Date, X-Request-Id)
    size_t head_length;
    const char *body;
    size_t body_length;
    char etag[40]; // with quotes
};

struct response {
    int status;
    int64_t modified; // seconds since 1970; 0: unknown
    bool compressible;
    const char *file;    // whose siblings are its renditions, when there are some; NULL: none
    bool names_etag;     // headers give an ETag of their own, such as a revision
    bool ranges;         // headers say Accept-Ranges
    const char *headers; // the fields common to all renditions, whole lines
    struct rendition renditions[ENCODINGS]; // an empty head: not made yet
    unsigned refs;
};

// Make an answer of a body. headers as in request_reply; body is copied. One reference.
struct response *response_new(TALLOC_CTX *ctx, int status, const char *type, const char *headers,
                              const void *body, size_t length, int64_t modified);
// The answer is this file of the site: the compressed copies beside it (render/site_siblings.h) are
// read when they are first asked for, instead of being made. Copies that are not there are made.
void response_of_file(struct response *response, const char *file);
struct response *response_ref(struct response *response);
void response_unref(struct response *response);

// Its size in memory with the renditions made so far, bytes.
size_t response_bytes(const struct response *response);

// Answer with it: picks the encoding, honours If-None-Match, If-Modified-Since and HEAD; and, where
// parts may be asked for, one Range (RFC 9110 section 14.2; several at once get the whole).
// status_line (or NULL): one more header line, such as Cache-Status.
void request_send(struct request *request, struct response *response, const char *extra);
