// Where a text says what a reader looks for: the text, or the best of it, as parts of which some
// are hits. A hit is a word that the query has, in another form too ("festival" for "festivals"),
// or in a script without spaces the same letters, whatever words a dictionary sees there. Hits that
// only a blank parts are one.
//
//   [{"text": "Bún chả "}, {"text": "Hà Nội", "hit": true}, {"text": ", phở"}]
//
// Cheap enough for every result of a page: no dictionary is asked. locale is that of the text,
// which is UTF-8. The result hangs on ctx.
#pragma once

#include "content/search_query.h"

#include <jansson.h>

// A text is cut to this many graphemes, the ellipses included.
#define EXCERPT_GRAPHEMES 200

// The whole of a short text, unchanged.
json_t *excerpt_marked(TALLOC_CTX *ctx, const struct search_query *query,
                       const struct locale *locale, const char *text);

// The best of a long text: where the most of the units stand, the rare ones first, neighbours
// together; without any, its beginning. Cut between sentences, else words, else graphemes, "…" in
// the place of what is left out; white space becomes single blanks.
json_t *excerpt_best(TALLOC_CTX *ctx, const struct search_query *query, const struct locale *locale,
                     const char *text, size_t length);
