// The files that a browser searches when no server answers (render/site_search.h says where they
// lie): the words of some texts, parted by their beginnings, so that a reader loads only the parts
// that their words can be in.
//
// A part is {"terms": {"festival": 0, "festivals": 0, "+節日": 1}, "postings": [[52, 9], [3]]}: the
// words without marks (content/search_index.h) and the pairs of runs, and for each of them which of
// the postings are its. A word's postings are those of all words with the same stem, so the browser
// needs no stemmer. A posting is a number: the lowest three bits say how much the word counts in
// the text (0 to 7: once or more often in the body 0 to 3, in the summary 4 and 5, in the title 6
// and 7), the rest how far the text's slot is from that of the posting before it.
#pragma once

#include <stddef.h>
#include <talloc.h>

struct site_search_shards; // of some texts

// Begin with none. count: how many parts there are, a power of two.
struct site_search_shards *site_search_shards_new(TALLOC_CTX *ctx, unsigned count);

// Add a text. slot: its number, greater than all before it. vector: what it is found by, as
// PostgreSQL writes a tsvector; what is malformed ends it.
void site_search_shards_add(struct site_search_shards *shards, unsigned slot, const char *vector,
                            size_t length);

// A part, as JSON on the shards' context. The same texts give the same bytes.
char *site_search_shards_file(struct site_search_shards *shards, unsigned shard,
                              size_t *ret_length);
