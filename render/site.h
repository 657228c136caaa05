// The static site: every page of the portal as a file under SEN_HOME/site, a symbolic link to the
// folder of the present build (site-<n>), each file with its compressed copies beside it
// (render/site_siblings.h). Files: <locale>/..., robots.txt, sitemap.xml and
// sitemap-<locale>.xml, assets/<name>.<hash>.<ending>. Addresses end in a slash and stand for
// index.html in a folder.
//
// The same database gives the same bytes: nothing on a page depends on the time of its making.
#pragma once

#include "content/base/settings.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct locale;

struct site_options {
    bool render;   // make all HTML from the Markdown again instead of taking what is stored
    unsigned jobs; // processes; 0: one a core
    bool progress; // show it on stderr
    const volatile sig_atomic_t *stop; // becomes non-zero when the work is to end; may be NULL
};

struct site_report {
    unsigned pages; // files written
    unsigned articles;
    unsigned locales;
    unsigned kept;   // texts that could not be rendered and show their stored HTML
    double seconds;  // until all pages were there
    double siblings; // seconds more for their compressed copies
};

// Build the whole site aside and put it in the place of the old one. Waits for another build or
// follower of the same database. *ret_error (on ctx) is a sentence. Outcomes: SEN_OK; SEN_INVALID:
// a setting or a template is wrong; SEN_UNAVAILABLE: the database is away; -EINTR: stopped.
int site_build(TALLOC_CTX *ctx, const struct settings *settings, const struct site_options *options,
               struct site_report *ret, char **ret_error) SEN_MUST_CHECK;

struct site_cards_report {
    unsigned made, failed, removed; // failed: the log says why
};

// Make the cards that the pages name and that are not there yet (render/site_cards.h), with
// options->jobs processes; nothing while the setting SEN_CARDS is 0. Outcomes as site_build's;
// negative: the folder SEN_HOME/cards cannot be written.
int site_cards(TALLOC_CTX *ctx, const struct settings *settings, const struct site_options *options,
               struct site_cards_report *ret, char **ret_error) SEN_MUST_CHECK;

// The page of a text as publishing it now would make it, marked as a preview: of its draft if it
// has one, else as it is. *ret hangs on ctx. Outcomes: SEN_OK; SEN_NOT_FOUND: there is no such
// text, or the site has no part in its language; SEN_INVALID, SEN_UNAVAILABLE: as site_build.
int site_preview(TALLOC_CTX *ctx, const struct settings *settings, const char *article,
                 const struct locale *locale, char **ret, size_t *ret_length,
                 char **ret_error) SEN_MUST_CHECK;

// Follow the change log until *stop: bring the site up to date, from the remembered position
// (table follower, name 'site'), then page by page as changes are published. Builds the site when
// there is none, or when it is another program's. While the database is away it is asked again
// and again, at longer and longer intervals. Returns SEN_OK when stopped, SEN_INVALID when the
// settings or templates are wrong.
int site_follow(TALLOC_CTX *ctx, const struct settings *settings, const volatile sig_atomic_t *stop,
                char **ret_error) SEN_MUST_CHECK;
