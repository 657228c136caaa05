// What a page says of itself to machines: JSON-LD (https://www.w3.org/TR/json-ld11/, section 7) in
// the words of schema.org, one block a page. Only what is known is said, and only on the page that
// is canonical: an address that shows another language's text has breadcrumbs and nothing else.
#pragma once

#include "render/site_internal.h"

// New references, all of them.

// A node with the members every node here begins with; id: NULL: it has none.
json_t *site_node(const char *type, const char *id);
// {"@id": id}
json_t *site_node_reference(const char *id);

// The nodes of the home page: the portal in this language, and its search.
json_t *site_linked_home(const struct site *site, const struct site_wing *wing);

#define SITE_LINKED_ARTICLE "#article" // follows the address of the page that a text is read on

json_t *site_publisher_reference(const struct site *site);
json_t *site_website_reference(const struct site *site, const struct site_wing *wing);

// The node of a text on its own page, in a list; NULL where the page shows another language's.
// versions: of that page.
json_t *site_linked_article(const struct site *site, const struct site_wing *wing,
                            const struct site_edition *shown, const struct site_text *text,
                            const struct site_versions *versions);
// Of a text that has a picture.
json_t *site_linked_picture(const struct site *site, const struct site_wing *wing,
                            const struct site_edition *shown);
// "2026-11-02T07:00:00+07:00"
const char *site_local_datetime(char buffer[static 32], int64_t seconds);

// The node of a unit; what others say to mean it; and, in a list, the table of all units.
json_t *site_linked_unit(const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit);
json_t *site_linked_unit_reference(const struct site *site, const struct site_unit *unit);
json_t *site_linked_units(const struct site *site, const struct site_wing *wing,
                          const char *description);

// Set "linked" in a view that is complete otherwise: the nodes of page->linked (taken over), the
// breadcrumbs, what kind of page it is and who publishes it. url: where the page itself is;
// canonical: whether search engines shall know it by this address.
void site_set_linked(const struct site *site, const struct site_wing *wing,
                     const struct site_page *page, const char *url, bool canonical, json_t *view);
