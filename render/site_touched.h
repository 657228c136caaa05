// Which pages a change touches.
#pragma once

#include "render/site_internal.h"

struct site_touched {
    const struct site *before; // exactly what the pages show; NULL: not known
    bool *articles;            // by index in the catalogue
    bool *near;                // others whose pages may name one of those as what to read next
    bool *units;
    bool *topics;
    bool kinds[SITE_KINDS];
    bool *bylines;
    size_t article_count; // how many are set, of both
    char **lost;          // ids of articles that changed and have nothing to show any more
    size_t lost_count;
    char **slugs; // addresses that may have lost their page
    size_t slug_count;
};

// Begin with nothing touched. before: what the pages were made from.
struct site_touched *site_touched_new(TALLOC_CTX *ctx, const struct site *site,
                                      const struct site *before);

// A row of the change log.
void site_touch(struct site_touched *touched, const struct site *site, const struct site *before,
                const char *kind, const char *subject);

// What follows from it: other articles at the same addresses, those that may name one of them as
// what to read next, and the lists of all of them. Reads every address that the touched articles
// ever had.
int site_touch_neighbours(struct site_touched *touched, const struct site *site,
                          const struct site *before, struct db_session *session,
                          char **ret_error) SEN_MUST_CHECK;
