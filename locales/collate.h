// The order of a language's own dictionaries.
#pragma once

#include "locales/locale.h"

#include <jansson.h>

struct collate_item {
    const char *text; // UTF-8
    void *data;       // the caller's
    size_t place;     // set by collate_sort
};

// Sort in place by the locale's collation; what it holds equal is ordered by bytes, and what is the
// same stays in its order.
void collate_sort(const struct locale *locale, struct collate_item *items, size_t count);

// The same for an array of objects, by the text of a member; those without it come first.
void collate_objects(const struct locale *locale, json_t *array, const char *member);
