// A text on its way into the table `edition`: what draft_save, draft_publish, import_text and
// html_store take. The one place that makes them, for the API and the import alike.
#pragma once

#include "content/item.h"

// What rendering made of the body.
struct edition_html {
    const char *html;
    size_t html_length;
    const char *toc; // JSON array
    unsigned words;
    int renderer;         // the version that made it
    const char *segments; // JSON object (render/segments.h); NULL: none
};

// The JSON object `e` that those functions take; it hangs on ctx.
char *edition_json(TALLOC_CTX *ctx, const struct item *item, const struct edition_html *html);

// The text of HTML that our own renderer made: no tags, entities decoded, blocks apart.
char *edition_plain_text(TALLOC_CTX *ctx, const char *html, size_t length);
