// Feeds for the press and for feed readers: one struct, three formats.
//   Atom       RFC 4287, withdrawals as tombstones (RFC 6721), older pages as archives (RFC 5005)
//   RSS        2.0, with content:, dc: and media: (a withdrawal has no form in it: the item shows
//              the notice until it leaves the feed; one that vanished has left it)
//   JSON Feed  1.1, with the extension _portal
// They agree with each other: the same items, identifiers and times. The same feed always gives the
// same bytes; nothing in it says when it was made.
//
// feed_from_rows or a caller of its own fills the struct, feed_prepare makes it safe, and one of
// feed_atom, feed_rss, feed_json writes it. Strings are UTF-8 plain text where nothing else is
// said; NULL stands for "none". Times are Unix seconds. The strings must live as long as the
// struct.
#pragma once

#include "content/base/outcome.h"
#include "content/db.h"
#include "locales/locale.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

// How long an answer may be kept: the ttl of RSS, and max-age of the HTTP answer.
#define FEED_TTL_MINUTES 1
// A JSON feed is at most about this long: when the texts do not fit, the later ones are given by
// their summaries.
#define FEED_JSON_BYTES 250000

struct feed_term {
    const char *id, *label;
};

struct feed_translation {
    const char *locale, *url;
};

// What was wrong with a text, the newest first.
struct feed_correction {
    int64_t at;
    const char *reason, *label; // "figure", "Wrong figure"
    const char *note;
};

struct feed_image {
    const char *url, *type; // no url: no picture
    int64_t bytes;
    const char *alt, *credit, *licence;
};

struct feed_item {
    const char *uri;        // permanent and unique: one text in one language
    const char *url;        // its page
    const char *language;   // BCP 47
    const char *source_uri; // of a translation: the text it was made from
    bool withdrawn;
    bool vanished;           // withdrawn, and nothing is told but its identifier
    const char *notice;      // of a withdrawal; NULL: no reason is given
    const char *replaced_by; // of a withdrawal in favour of another page: its address

    const char *title, *summary;
    const char *html; // addresses absolute (feed_absolute_html)
    const char *author, *agency;
    const char *licence;
    const char *method; // "person", "machine", "machine-person"
    bool proofread;
    const char *staleness; // of a translation: current, behind-minor, behind-major, unknown
    const struct feed_correction *corrections;
    size_t correction_count;

    int64_t version;
    int64_t published; // first publication; never moves
    int64_t updated;   // last change of significance; of a withdrawal: its moment
    int64_t modified;  // last change of any kind; not before `updated`

    struct feed_term topic;
    const struct feed_term *provinces;
    size_t province_count;
    const struct feed_translation *translations; // other languages
    size_t translation_count;
    struct feed_image image;
};

struct feed {
    const char *id;       // permanent; the same for every page and format of it
    const char *language; // BCP 47; of all items
    const char *title, *subtitle, *rights;
    const char *author, *author_url;
    const char *self;      // address of this document
    const char *alternate; // the page it is the feed of
    const char *terms;     // schemes of categories are <terms>/topic, .../translation, ...
    const char *about;     // a page that explains the portal and the extension of JSON Feed

    // RFC 5005. The newest page has none but prev_archive; an archive has current.
    bool archive;
    const char *prev_archive, *next_archive, *current;

    int64_t updated;  // latest of the items; 0: there are none
    int64_t modified; // likewise: Last-Modified
    struct feed_item *items;
    size_t item_count;
    size_t dropped; // items that could not be shown
    bool prepared;  // by feed_prepare

    // Set by feed_from_rows: there are older items, and the last one here (the cursor to them).
    bool more;
    int64_t last_modified_us;
    const char *last_article;
};

// Make a feed safe to write. Items that cannot be shown (text that is not UTF-8; no title, address,
// language or time; an identifier met before) are taken out whole, counted in feed->dropped and
// logged; characters that XML cannot carry are taken out of the rest. Sets updated and modified.
// SEN_INVALID: the feed itself lacks something.
int feed_prepare(TALLOC_CTX *ctx, struct feed *feed) SEN_MUST_CHECK;

// Write a prepared feed. *ret (NUL-terminated) hangs on ctx.
// SEN_INVALID: it was not prepared.
int feed_atom(TALLOC_CTX *ctx, const struct feed *feed, char **ret,
              size_t *ret_length) SEN_MUST_CHECK; // application/atom+xml
int feed_rss(TALLOC_CTX *ctx, const struct feed *feed, char **ret,
             size_t *ret_length) SEN_MUST_CHECK; // application/rss+xml
int feed_json(TALLOC_CTX *ctx, const struct feed *feed, char **ret,
              size_t *ret_length) SEN_MUST_CHECK; // application/feed+json

// HTML as the renderer made it, with every href, src, poster and cite absolute: below origin
// ("https://example.vn"), or relative to page_url. srcset and sizes are left out. Linear time.
char *feed_absolute_html(TALLOC_CTX *ctx, const char *html, const char *origin,
                         const char *page_url);

// A request for a feed, for feed_from_rows.
struct feed_request {
    const struct locale *locale;
    const char *origin; // public address, no slash at the end
    const char *folder; // "/feeds/vi", "/feeds/vi/topics/food": where the formats lie
    const char *file;   // "atom.xml"
    const char *page;   // "/vi/", "/vi/topics/food/"
    const char *query;  // of a search, after folder/file and page: "?q=pho"; NULL: none
    const char *part;   // name of the topic or province, what is searched; NULL: the whole portal
    const char *before; // the cursor as the address has it (?before=); NULL: the newest page
    size_t limit;       // items of a page; the statement was asked for one row more
};

// The prepared feed of the rows of content/sql/feed.sql or feed_corrections.sql, on ctx. The caller
// sets prev_archive when feed->more. The rows may be freed before the feed. SEN_INVALID: the
// request makes no valid feed.
int feed_from_rows(TALLOC_CTX *ctx, const struct feed_request *request,
                   const struct db_result *rows, struct feed **ret) SEN_MUST_CHECK;
