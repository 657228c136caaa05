// What every page shares: the compiled templates, the assets under names that change with their
// content, and, for each locale, the words and the parts of the layout that are the same on every
// page, made once.
#pragma once

#include "content/base/outcome.h"
#include "render/mustache.h"
#include "render/site_catalogue.h"
#include "render/site_shelf.h"

enum site_template {
    SITE_ABOUT,
    SITE_ACCESSIBILITY,
    SITE_ARTICLE,
    SITE_BARRED,
    SITE_BRAND, // with FOOTER, HEAD and NAV: parts of the layout
    SITE_CORRECTIONS,
    SITE_COVERAGE,
    SITE_DOOR,
    SITE_FEEDS,
    SITE_FOOTER,
    SITE_HEAD,
    SITE_HOME,
    SITE_LANGUAGES,
    SITE_LISTING,
    SITE_MISSING,
    SITE_MOVED,
    SITE_NAV,
    SITE_PEOPLE,
    SITE_PRESS,
    SITE_PROVINCE,
    SITE_PROVINCES,
    SITE_REUSE,
    SITE_SAVED,
    SITE_SEARCH,
    SITE_SITE_MAP,
    SITE_TOPICS,
    SITE_WITHDRAWN,
    SITE_YEAR,
    SITE_TEMPLATES, // how many there are
};

struct site_asset {
    const char *path; // "assets/site.1f2e3d4c5b.css"
    const struct embedded *file;
};

struct site_theme {
    struct mustache *templates[SITE_TEMPLATES];
    struct site_asset *assets;
    size_t asset_count;
    json_t *asset; // {"css": "/assets/..."}: what templates call them
};

// Compile and hash. SEN_INVALID with a sentence: a template is wrong.
int site_theme_load(TALLOC_CTX *ctx, struct site_theme **ret, char **ret_error) SEN_MUST_CHECK;

// The menus at the foot of a page (site_index.c): [{"title", "links": [{"name", "href"}]}]. A new
// reference.
json_t *site_menu_groups(const struct site_shelf *shelf);

// The shared part of every view of a locale: {"t": words, "asset": ..., "look": ...}. A new
// reference.
json_t *site_look_make(const struct site_theme *theme, const struct site_shelf *shelf);
