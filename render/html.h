// A growing buffer of HTML with the escapes each place needs. Everything that comes from a text or
// the database goes through one of these functions; only constants go through html_raw.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct html {
    TALLOC_CTX *ctx;
    char *data; // NUL-terminated, a talloc child of ctx
    size_t length, size, limit;
    bool overflow; // something did not fit into limit bytes and was dropped
};

void html_init(struct html *html, TALLOC_CTX *ctx, size_t limit);

void html_raw(struct html *html, const char *markup);
void html_bytes(struct html *html, const char *bytes, size_t length);
void html_number(struct html *html, unsigned long number);

// Character data, also right inside a double-quoted attribute. What HTML cannot hold (C0 controls
// and DEL) becomes U+FFFD.
void html_text(struct html *html, const char *text);
void html_text_bytes(struct html *html, const char *text, size_t length);

// The value of href or src: what a URL cannot hold (RFC 3986) is percent-encoded.
void html_url(struct html *html, const char *url);
