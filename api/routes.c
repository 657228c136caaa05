#include "api/route.h"

extern const struct route agency_routes[], article_routes[], audit_routes[], change_routes[],
    feed_routes[], festival_routes[], front_routes[], glossary_routes[], history_routes[],
    locale_routes[], media_routes[], memory_routes[], page_routes[], people_routes[],
    place_routes[], preview_routes[], province_routes[], release_routes[], search_page_routes[],
    search_routes[], session_routes[], system_routes[], text_routes[], topic_routes[],
    translation_routes[], work_routes[], xliff_routes[];

// The site comes last: its "/*" takes every path that no other route has.
const struct route *const route_tables[] = {
    article_routes,     history_routes, text_routes,    translation_routes,
    glossary_routes,    work_routes,    release_routes, province_routes,
    search_page_routes, search_routes,  topic_routes,   agency_routes,
    locale_routes,      media_routes,   people_routes,  session_routes,
    audit_routes,       change_routes,  feed_routes,    festival_routes,
    system_routes,      preview_routes, xliff_routes,   memory_routes,
    place_routes,       front_routes,   page_routes,    NULL,
};
