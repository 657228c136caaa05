// Bring content in: folders of Markdown with their topics.json, agencies.json, provinces.json,
// glossary.json, gazetteer.json and media.json, or JSONL as the export writes it
// (content/export.h).
//
// What is the same here already is left untouched: no revision, no change row. What an editor has
// changed or withdrawn since the last import stays as it is, unless the import overwrites; so does
// a text with a draft waiting. One refused item never takes another with it.
//
// Items are taken in the order of their ids, the source language first, so that a translation knows
// the text it was made from. The languages of an article must agree on what they say of it.
#pragma once

#include "content/db_command.h"
#include "content/edition.h"

// A medium that a text may show.
struct import_media {
    const char *id;
    const char *file; // name below SEN_HOME/media
    int width, height;
    const char *credit, *licence;
};

struct import_hooks {
    int renderer; // the version that render() makes
    // Make the HTML of an item; media is sorted by id and has every one there is. The result hangs
    // on ctx. SEN_INVALID, SEN_TOO_COMPLEX and SEN_TOO_LARGE refuse the item with *ret_fault;
    // anything else ends the import.
    int (*render)(void *data, TALLOC_CTX *ctx, const struct item *item,
                  const struct import_media *media, size_t media_count, struct edition_html *ret,
                  struct fault *ret_fault);
    void (*progress)(void *data, size_t done, size_t total);
    // An item was refused; fault->line is the line in the file, 0 where there is none.
    void (*refused)(void *data, const char *path, const struct fault *fault);
    void *data;
};

struct import_options {
    const char *home; // SEN_HOME: media go to its folder media/
    bool overwrite;   // also what was changed or withdrawn here since
};

struct import_counts {
    size_t added, updated, same;
    size_t kept; // changed or withdrawn here since: left as they are
};

struct import_report {
    struct import_counts texts;
    struct import_counts records; // topics, agencies, provinces, media, glossary, places, fronts
    size_t refused;
    size_t rendered_again; // because of changed media
};

// Import all paths as one: no text may be in it twice. SEN_OK: everything that was not refused is
// in. On another outcome *ret_error is a sentence on ctx; what was counted until then is in.
int import_paths(TALLOC_CTX *ctx, struct db_session *session, const char *const *paths,
                 size_t count, const struct import_options *options,
                 const struct import_hooks *hooks, struct import_report *ret,
                 char **ret_error) SEN_MUST_CHECK;

// Render stored texts again and store what changed: those of another renderer than hooks->renderer,
// or all. A text that can no longer be rendered keeps its HTML and is reported as refused, its path
// being "id/locale".
int import_render_again(TALLOC_CTX *ctx, struct db_session *session,
                        const struct import_hooks *hooks, bool all, size_t *ret_rendered,
                        size_t *ret_refused, char **ret_error) SEN_MUST_CHECK;
