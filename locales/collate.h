// The order of a language's own dictionaries.
#pragma once

#include "locales/locale.h"

struct collate_item {
    const char *text; // UTF-8
    void *data;       // the caller's
};

// Sort in place by the locale's collation; what it holds equal is ordered by bytes.
void collate_sort(const struct locale *locale, struct collate_item *items, size_t count);
