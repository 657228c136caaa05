// One text with all its fields, as it is written in a file or sent to the API: the unit of import
// and export. Reading checks every field against one table (item.c) and makes what is absent and
// can be made (the slug).
//
//   key            holds                                                        may be absent
//   id             the article, shared by all its languages                     no
//   kind           one of ITEM_KINDS; a profile is shown on its unit's page     yes: feature
//   locale         the language of this text                                    no
//   source_locale  the language the article was first written in                yes: its own
//   slug           the address in this language                                 yes: from the title
//   title          one line                                                     no
//   summary        one line                                                     yes
//   body           CommonMark                                                   no
//   topic, agency  an id                                                        yes
//   provinces      ids of units                                                 yes
//   author, licence, sources [{title, url}]                                     yes
//   image          {media, alt}: the lead picture                               yes
//   recording      the medium that a video or audio article plays               yes
//   translation    {method: person | machine | machine-person, proofread,       yes: person, false
//                   source_version: of the text it was made from, or source_revision}
//   published_at, updated_at   RFC 3339                                         yes: now
//   version        publications of this text so far                             yes
//   state, notice  live or withdrawn, and then why                              yes: live
//   withdrawal     of a withdrawn one: notice, gone or redirect (withdrawn_to)  yes: notice
//   former_slugs   addresses that lead here too                                 yes
#pragma once

#include "content/base/outcome.h"
#include "locales/locale.h"

#include <jansson.h>
#include <stdbool.h>
#include <talloc.h>

#define ITEM_KINDS      "news feature photo-essay video audio interview statement profile"
#define ITEM_BODY_BYTES (256 * 1024)
#define ITEM_FILE_BYTES (520 * 1024)      // a Markdown file with its front matter
#define ITEM_LINE_BYTES (2 * 1024 * 1024) // a line of JSONL, in which escapes take more room
#define ITEM_DIGEST     32

struct item {
    json_t *fields; // all that was given, in form
    const struct locale *locale;
    const char *id;
    const char *slug, *skeleton; // slug_skeleton() of it
    const char *title, *summary; // summary may be ""
    const char *body;
    size_t body_length;
    const char *agency, *topic; // NULL: not given
    const char *image;          // id of the medium; NULL: none
    const char *recording;      // likewise
    const char *state;          // "live" or "withdrawn"
    unsigned body_line;         // where the body begins in its file; 0: in no file of its own
};

// Read a Markdown file with front matter: length bytes as they are on the disk. ret_fault->line is
// the line in the file. Strings of the item and the fault hang on ctx.
int item_from_front_matter(TALLOC_CTX *ctx, const char *file, size_t length, struct item *ret,
                           struct fault *ret_fault) SEN_MUST_CHECK;

// Read a JSON object that was parsed with doubled keys refused. It is brought to form in place; the
// item takes its own reference.
int item_from_json(TALLOC_CTX *ctx, json_t *object, struct item *ret,
                   struct fault *ret_fault) SEN_MUST_CHECK;

// Choose the address: what is given, else made from the title, else from the id. Called by the
// readers.
int item_make_slug(TALLOC_CTX *ctx, struct item *item, struct fault *ret_fault) SEN_MUST_CHECK;

// BLAKE2b-256 of what a reader sees of the text itself: title, summary, body, slug, author,
// licence, sources, image, translation. What belongs to the article as a whole is not in it.
void item_digest(const struct item *item, unsigned char ret[ITEM_DIGEST]);

// What the item says of its article: kind, source_locale, agency, topic, provinces, recording; a
// new reference.
json_t *item_about(const struct item *item);
