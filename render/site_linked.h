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

// Set "linked" in a view that is complete otherwise: the nodes of page->linked (taken over), the
// breadcrumbs, what kind of page it is and who publishes it. url: where the page itself is;
// canonical: whether search engines shall know it by this address.
void site_set_linked(const struct site *site, const struct site_wing *wing,
                     const struct site_page *page, const char *url, bool canonical, json_t *view);
