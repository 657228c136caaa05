// What the site knows before it writes a page: everything that the portal shows except the bodies
// of its texts, read from the database in one snapshot. Constant once loaded; the processes of a
// build share it by fork.
#pragma once

#include "content/base/outcome.h"
#include "content/db_command.h"
#include "locales/locale.h"

#include <jansson.h>
#include <uthash.h>

#define SITE_DAY 11 // "2026-11-02" and its NUL

struct site_topic {
    const char *id;
    json_t *names;
    size_t index;
};

struct site_agency {
    const char *id, *url;  // url: NULL when it has none
    json_t *names, *about; // about: {} when it says nothing
    json_t *contacts; // email, phone, address {locale: line}, languages [tag]: what there is of it
};

struct site_media {
    UT_hash_handle hh;
    const char *id, *type, *file, *credit, *licence;
    int width, height; // of audio 0
    int duration;      // seconds; 0: a picture
    int64_t bytes;
    json_t *alt, *captions; // captions: {"vi": file}; NULL: none
};

// A dated attribute of a unit.
struct site_fact {
    const char *attribute, *value, *label, *source; // label: NULL when it has none
    const struct locale *locale;                    // of a name, else NULL
    char from[SITE_DAY], to[SITE_DAY];              // "": open
};

struct site_link {
    const struct site_unit *unit;
    const char *source; // the act
    char since[SITE_DAY];
};

// A place of the gazetteer that readers may want to see.
struct site_sight {
    const char *id, *kind;
    json_t *names; // {"vi": ["Hồ Tây", ...]}
};

// On the map of tiles. Rows count from the north, columns from the west in halves of a tile, both
// from 1; 0: it has no place there.
struct site_tile {
    int row, column;
};

// Islands of a unit that have a place of their own on the map.
struct site_island {
    const struct site_sight *sight;
    struct site_tile tile;
};

// A province or city that exists or existed.
struct site_unit {
    UT_hash_handle hh;
    const char *id;
    size_t index;
    char from[SITE_DAY], to[SITE_DAY]; // to is "" while it exists
    json_t *aliases;                   // slugs of its former names: they lead to it too
    json_t *names, *former; // {"ja": ["ハノイ"]}: what the gazetteer calls it, and did
    const char *names_source;
    struct site_fact *facts;
    size_t fact_count;
    struct site_link *predecessors, *successors;
    size_t predecessor_count, successor_count;
    const struct site_article **articles; // that are linked to it, by id
    size_t article_count;
    const struct site_unit **neighbours; // by id
    size_t neighbour_count;
    json_t *borders; // ["LA"]: ISO 3166-1 codes of the countries it borders on by land
    struct site_tile tile;
    struct site_island *islands;
    size_t island_count;
    const struct site_sight **sights; // that lie in it, by id
    size_t sight_count;
    const json_t *lies; // what the neighbours and tiles are read from
};

// A name under which texts are published.
struct site_byline {
    UT_hash_handle hh;
    const char *name;
    const char *slug; // of its page
    size_t index;     // in the catalogue's bylines
    int64_t since;    // first publication under it
};

// What was wrong with a text and is put right in it.
struct site_correction {
    int64_t version, at;
    const char *reason, *note; // reason: as article.correction takes it
};

enum site_withdrawal {
    SITE_LIVE,
    SITE_NOTICE,   // its page says so
    SITE_GONE,     // its page is answered with 410
    SITE_REDIRECT, // its page leads on
};

// A text in one language that readers can see, or what its withdrawal left.
struct site_edition {
    int64_t id;
    int64_t version;        // publications so far
    int64_t major;          // the version of its last change of significance
    int64_t source_version; // of the text it was translated from; INT64_MAX: not known
    // Seconds since 1970: first publication, last change, last change of significance.
    int64_t published, updated, significant;
    const struct site_article *article;
    const struct locale *locale;
    const struct site_media *image; // NULL: none
    enum site_withdrawal withdrawal;
    const char *slug, *title, *summary, *image_alt, *notice;
    const char *to;                   // of a redirect: a path of the site or an address elsewhere
    const struct site_byline *byline; // NULL: none
    const char *licence;              // NULL: none is named
    bool machine;                     // no person has written or revised it
    bool proofread;
    struct site_correction *corrections; // newest first
    size_t correction_count;
};

struct site_redirect {
    const struct locale *locale;
    const char *slug;
};

struct site_article {
    UT_hash_handle hh;
    const char *id;
    const char *kind;                   // of ITEM_KINDS
    bool profile;                       // of a unit: it is shown on the unit's page
    const struct site_media *recording; // that a video or audio article plays; NULL: none
    const struct locale *source;
    const struct site_agency *agency; // NULL: none
    const struct site_topic *topic;   // NULL: none
    const struct site_unit **units;
    size_t unit_count;
    struct site_edition **editions; // in registry order
    size_t edition_count;
    struct site_redirect *redirects;
    size_t redirect_count;
};

// What an editor has composed for the readers of a language, see content/front.h.
struct site_front {
    const struct locale *locale;
    json_t *composition;
};

struct site_catalogue {
    int64_t seq;        // the last change it knows
    char day[SITE_DAY]; // the day of that change
    struct site_topic *topics;
    size_t topic_count;
    struct site_agency *agencies;
    size_t agency_count;
    struct site_unit *units; // by id
    size_t unit_count;
    struct site_article **articles; // those with an edition, by id
    size_t article_count;
    struct site_front *fronts;
    size_t front_count;
    struct site_sight *sights; // by id
    size_t sight_count;
    const char **barred; // slugs of texts that the law does not allow to be shown
    size_t barred_count;
    struct site_byline **bylines; // by name
    size_t byline_count;
    const char **licences; // that texts name
    size_t licence_count;
    struct site_byline *byline_table;
    struct site_media *media_table;
    struct site_unit *unit_table;
    struct site_article *article_table;
};

// One text as its writers want to see it.
struct site_draft {
    const char *article;
    const struct locale *locale;
};

// Read it all, in a transaction of its own. Freed with ctx. draft: its draft, if it has one, stands
// in the place of what readers see of that text now; NULL: everything as readers see it.
int site_catalogue_load(TALLOC_CTX *ctx, struct db_session *session, const struct site_draft *draft,
                        struct site_catalogue **ret, char **ret_error) SEN_MUST_CHECK;

// NULL when there is none.
const struct site_article *site_catalogue_article(const struct site_catalogue *catalogue,
                                                  const char *id);
const struct site_unit *site_catalogue_unit(const struct site_catalogue *catalogue, const char *id);
const struct site_media *site_catalogue_media(const struct site_catalogue *catalogue,
                                              const char *id);
const struct site_byline *site_catalogue_byline(const struct site_catalogue *catalogue,
                                                const char *name);

// The front page for readers of a locale: its own, else that of the nearest language of its chain
// that has one. NULL: none has.
const struct site_front *site_catalogue_front(const struct site_catalogue *catalogue,
                                              const struct locale *locale);
const struct site_sight *site_catalogue_sight(const struct site_catalogue *catalogue,
                                              const char *id);

static inline bool site_edition_is_live(const struct site_edition *edition)
{
    return edition->withdrawal == SITE_LIVE;
}

// The article's edition in a language, withdrawn or not; NULL when it has none.
const struct site_edition *site_article_edition(const struct site_article *article,
                                                const struct locale *locale);

// The newest fact of an attribute; of a name, the one in exactly this locale. NULL: none.
const struct site_fact *site_unit_fact(const struct site_unit *unit, const char *attribute,
                                       const struct locale *locale);

// The id of the socio-economic region it is in; NULL: not known.
const char *site_unit_region(const struct site_unit *unit);

// What a language calls a place, and which language that is; "" when it has no name at all.
const char *site_sight_name(const struct site_sight *sight, const struct locale *locale,
                            const struct locale **ret_in);

// site_catalogue_places.c: neighbours, tiles and sights, when every unit is there.
int site_catalogue_load_places(struct site_catalogue *catalogue, struct db_session *session,
                               char **ret_error) SEN_MUST_CHECK;

// The unit was there and is no more.
static inline bool site_unit_is_former(const struct site_catalogue *catalogue,
                                       const struct site_unit *unit)
{
    return *unit->to && strcmp(unit->to, catalogue->day) <= 0;
}

// A text out of {"vi": ..., "en": ...}: in the locale, else the nearest of its chain, else any.
// *ret_locale (may be NULL) is the locale it is in. "" when there is none.
const char *site_name_in(const json_t *names, const struct locale *locale,
                         const struct locale **ret_locale);
