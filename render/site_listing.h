// A list of texts: of a topic, of a kind, of an author. Its first page shows the newest as cards
// and leads to the years; a year's page holds all of its texts, and where they are many, the
// earlier ones stand on numbered pages of the year: of each the same texts for ever, as new ones
// come.
#pragma once

#include "render/site_internal.h"

#define SITE_LISTING_CARDS 24  // on its first page
#define SITE_LISTING_PART  100 // texts on a numbered page; the year's own has fewer than twice these

struct site_listing {
    const char *kind; // class of the body
    const char *path; // below the wing's folder, a plain path: "topics/food/"
    const char *name;
    const struct locale *name_in; // NULL: the interface's
    const char *description;      // in the interface's language; NULL: none
    const char *empty;            // what to say when there are no texts
    const char *feed;             // below /feeds/<locale>/; NULL: none
    json_t *above;                // link to the index it is in; taken over
    json_t *others;               // links to its siblings; taken over; NULL: none
    const char *others_title;
    const struct site_versions *versions;
    const struct site_place *const *places; // newest first
    size_t count;
    bool with_topics; // cards name the topic
    // What its pages show now: those of years that stay the same are left as they are. NULL: not
    // known, all are written.
    const struct site_place *const *before;
    size_t before_count;
};

// How many numbered pages a year of so many texts has.
size_t site_listing_parts(size_t count);

// "2025", "2025年". Hangs on ctx.
char *site_year_text(TALLOC_CTX *ctx, const struct site_wing *wing, int year);

// Write its pages; of a site that readers see, remove those of years that have no texts any more.
int site_listing_write(const struct site *site, const struct site_wing *wing,
                       const struct site_listing *listing) SEN_MUST_CHECK;

// Of a site that readers see, remove what is numbered ("2025", "3") in a folder ("vi/topics/food")
// and not kept.
int site_listing_prune(const struct site *site, const char *folder, const int *kept,
                       size_t count) SEN_MUST_CHECK;
