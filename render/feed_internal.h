// What the formats of feeds share.
#pragma once

#include "render/feed.h"

enum { FEED_TIME_BYTES = 80 };

// "2026-11-02T02:00:00Z" and "Mon, 02 Nov 2026 02:00:00 GMT", English whatever the locale.
const char *feed_rfc3339(char out[FEED_TIME_BYTES], int64_t seconds);
const char *feed_rfc822(char out[FEED_TIME_BYTES], int64_t seconds);

// The categories of an item, the same in every format. scheme is below feed->terms.
struct feed_category {
    const char *scheme; // "topic", "province", "translation", "status"
    const char *term;
    const char *label; // NULL where the term is not meant to be read
};

// *ret hangs on ctx.
size_t feed_categories(TALLOC_CTX *ctx, const struct feed_item *item, struct feed_category **ret);

// Is there more to change in a translation than its readers need to know?
bool feed_is_stale(const struct feed_item *item);

// The address of a Creative Commons licence by its SPDX identifier; NULL for any other.
char *feed_licence_url(TALLOC_CTX *ctx, const char *licence);

struct xml;
// The picture as Media RSS, with its credit, licence and description.
void feed_media(struct xml *xml, const struct feed_image *image);
