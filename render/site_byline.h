// The names under which texts are published, and the addresses of their pages. An address is made
// of the name (locales/slug.h); of two names that make the same, the one that was published first
// has it, and the other's is told apart as the addresses of articles are.
#pragma once

#include "render/site_catalogue.h"

// The byline of this name, made when there is none: a text was first published under it at a
// moment. NULL when name is NULL or empty.
const struct site_byline *site_byline_take(struct site_catalogue *catalogue, const char *name,
                                           int64_t published);

// Once all are there: order them by name and give them their addresses.
void site_bylines_arrange(struct site_catalogue *catalogue);
