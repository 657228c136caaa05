#include "render/heading_ids.h"

#include "locales/slug.h"
#include "locales/text.h"

#include <stdbool.h>
#include <string.h>
// uthash's default falls through switch labels, which clang's warnings refuse.
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

#define HEADING_GRAPHEMES 80

static const char *const page_ids[] = {
    "content", "footer", "header",  "language", "languages", "main", "menu",
    "nav",     "notice", "results", "search",   "sources",   "toc",  "top",
};

struct id {
    UT_hash_handle hh;
    unsigned next; // the number the next heading of this name gets
};

struct heading_ids {
    const struct locale *locale;
    struct id *taken;
};

static void take(struct heading_ids *ids, const char *name)
{
    struct id *id = talloc_zero(ids, struct id);
    id->next = 2;
    HASH_ADD_KEYPTR(hh, ids->taken, name, strlen(name), id);
}

static int forget(struct heading_ids *ids)
{
    HASH_CLEAR(hh, ids->taken);
    return 0;
}

struct heading_ids *heading_ids_new(TALLOC_CTX *ctx, const struct locale *locale)
{
    struct heading_ids *ids = talloc_zero(ctx, struct heading_ids);
    ids->locale = locale;
    for (size_t i = 0; i < sizeof page_ids / sizeof *page_ids; i++)
        take(ids, page_ids[i]);
    talloc_set_destructor(ids, forget);
    return ids;
}

const char *heading_ids_next(struct heading_ids *ids, const char *heading)
{
    // A grapheme has a byte at least: most headings need no look at their graphemes.
    bool is_short = strlen(heading) <= HEADING_GRAPHEMES;
    char *title = is_short ? NULL : text_truncate(ids, ids->locale, heading, HEADING_GRAPHEMES);
    const char *base = slug_make(ids, ids->locale, title ? title : heading);
    talloc_free(title);
    if (!*base)
        base = "section";
    const char *name = base;
    struct id *first, *taken;
    HASH_FIND_STR(ids->taken, base, first);
    for (taken = first; taken;) {
        name = talloc_asprintf(ids, "%s-%u", base, first->next++);
        HASH_FIND_STR(ids->taken, name, taken);
    }
    take(ids, name);
    return name;
}
