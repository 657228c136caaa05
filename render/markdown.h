// Markdown (CommonMark 0.30) to HTML that is safe to show, made once when a text is saved.
//
// Raw HTML is dropped. Links lead to http, https, mailto, tel, relative addresses and media:ID; any
// other becomes its text. Links out carry rel="nofollow noopener external" and class="external".
// Headings begin at h2, skip no level and have ids made of letters, digits and hyphens, none of
// which is one of the ids that pages use themselves (heading_ids.c lists them).
// ![alt](media:ID "caption") is a figure; it stands behind the block that names it where it cannot
// stand inside. A block fenced as "csv Caption" is a table. A text[^1] with a line that begins with
// [^1]: has a footnote; the note goes on over lines indented by four spaces.
// The HTML has no style, no script, no event handler, and depends on nothing but the arguments.
#pragma once

#include "content/base/outcome.h"
#include "locales/locale.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

// Stored with the HTML: counts up when the same text would give other HTML, segments or lexemes.
enum { MARKDOWN_RENDERER = 4 };

// Past one of these a text is refused: cmark 0.30.2 is linear inside them.
#define MARKDOWN_BYTES     (256 * 1024)
#define MARKDOWN_NESTING   32   // quotes and lists inside one another
#define MARKDOWN_DEPTH     200  // elements inside one another
#define MARKDOWN_IMAGES    1000 // occurrences of "!["
#define MARKDOWN_LINKS     2000 // links and references to footnotes
#define MARKDOWN_HEADINGS  500
#define MARKDOWN_FOOTNOTES 500
#define MARKDOWN_MEDIA     100 // different media
#define MARKDOWN_HTML      (8 * 1024 * 1024)

struct markdown_media {
    const char *id, *src;         // src: "/media/<file>"
    int width, height;            // pixels; 0: not known
    const char *credit, *licence; // NULL or "": none
};

struct markdown_options {
    const struct locale *locale;
    const struct markdown_media *media;
    size_t media_count;
    const char *origin; // the portal's public address without a slash at the end
    bool uncounted;     // the caller knows how many words it has: leave rendered.words 0
    bool segments;      // what can be translated one by one is asked for, too
};

struct rendered {
    const char *html; // talloc child of the caller's ctx, like toc
    size_t html_length;
    const char *toc; // JSON: [{"level":2,"id":"..","text":".."}], headings outside quotes and lists
    unsigned words;
    const char *segments; // JSON (render/segments.h); NULL: not asked for, or past a limit there
};

// The guard, in linear time and without memory: is this text within the limits that can be seen
// before it is parsed? SEN_TOO_LARGE, or SEN_TOO_COMPLEX with the line.
int markdown_check(const char *text, size_t length, struct fault *ret_fault) SEN_MUST_CHECK;

// The media a text names, each once, in the order of their first mention: everything that
// markdown_render will ask for, and perhaps more. SEN_TOO_COMPLEX past MARKDOWN_MEDIA.
int markdown_media_ids(TALLOC_CTX *ctx, const char *text, size_t length, const char ***ret_ids,
                       size_t *ret_count, struct fault *ret_fault) SEN_MUST_CHECK;

// Guard and render. text should be UTF-8 (what is not becomes U+FFFD). SEN_TOO_LARGE and
// SEN_TOO_COMPLEX as above; SEN_INVALID: markdown.media_unknown, markdown.image_external,
// markdown.footnote_twice, csv.*; ret_fault->field is "body" and detail names the offender.
// The guard bounds the time to some tenths of a second; let strangers' texts be rendered by
// render/sandbox.h all the same.
int markdown_render(TALLOC_CTX *ctx, const struct markdown_options *options, const char *text,
                    size_t length, struct rendered *ret, struct fault *ret_fault) SEN_MUST_CHECK;
