// Files that are part of the program (catalogs, SQL, templates): made by locales/embed.py.
#pragma once

#include <stddef.h>
#include <string.h>

struct embedded {
    const char *name; // path below the folder they were taken from; NULL ends a table
    const char *data; // the bytes, followed by a NUL that size does not count
    size_t size;
};

// Find a file of a table by its exact name; NULL when there is none.
static inline const struct embedded *embedded_find(const struct embedded *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}
