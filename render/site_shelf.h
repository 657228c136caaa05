// What one language's part of the site shows, and at which addresses: every article has one page in
// every locale, in the nearest language it exists in.
#pragma once

#include "render/site_catalogue.h"

// An article's page.
struct site_place {
    const struct site_article *article;
    const struct site_edition *shown;
    const char *slug; // of its address; the edition's own unless another text has that already
    size_t first_alias, alias_count; // of the shelf's
};

// Some of the places that lists show, newest first.
struct site_run {
    const struct site_place **places;
    size_t count;
};

struct site_shelf {
    const struct locale *locale;
    const struct locale *ui;   // the language of menus and dates: the nearest with a catalog
    struct site_place *places; // one for each article of the catalogue, in its order
    size_t place_count;
    const struct site_place **recent; // what lists show, newest first: no profiles, no withdrawn
    size_t recent_count;
    struct site_run *by_topic, *by_unit; // of recent: by index of the topic, of each linked unit
    const char **aliases; // slugs that led to an article once and lead on to its present one
    size_t alias_count;
    const char **barred; // slugs at which the law does not allow anything to be shown
    size_t barred_count;
    struct site_spot *spots; // addresses by name
    unsigned *bylines;       // how many texts it shows of each, by index in the catalogue
};

// The edition that readers of a locale see: their own (or the notice that it was withdrawn), else
// the nearest living one of the chain, else the source, else the first of the registry; when none
// lives, the notice of the nearest. Never NULL.
const struct site_edition *site_shown(const struct site_article *article,
                                      const struct locale *locale);

// Arrange a locale's shelf. Freed with ctx; the catalogue must outlive it.
struct site_shelf *site_shelf_make(TALLOC_CTX *ctx, const struct site_catalogue *catalogue,
                                   const struct locale *locale);

// The page of an article of the catalogue.
const struct site_place *site_shelf_place(const struct site_shelf *shelf,
                                          const struct site_article *article);

// For qsort of pointers to places of one shelf: newest first.
int site_place_by_date(const void *a, const void *b);

// Is there something at this slug: a page, an alias, or the word that nothing may be shown?
bool site_shelf_has(const struct site_shelf *shelf, const char *slug);

// The address of an article's page when another text has its edition's slug already: the slug, a
// hyphen and eight letters that depend on nothing but the article's id. Hangs on ctx.
char *site_second_slug(TALLOC_CTX *ctx, const char *slug, const char *article_id);
