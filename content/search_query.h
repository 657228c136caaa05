// What a reader looks for: parsed once, in any language, for texts of every language.
//
//   words            all of them
//   "a phrase"       these in a row; also “ ” „ ＂, « », 「 」, 『 』
//   -word  -"a b"    without it; also − and －, only where a word begins behind a blank
//
// Everything else is punctuation, a quotation mark without its partner too. A unit is a word with
// spaces around it or, in a script without spaces, a word that a dictionary finds.
#pragma once

#include "locales/locale.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

#define SEARCH_CHARACTERS_MAX 300 // code points
#define SEARCH_UNITS_MAX      32  // excluded ones too
#define SEARCH_NAME_UNITS     5   // of a place's name, at most

enum search_outcome {
    SEARCH_EMPTY = 1, // nothing to look for: no words, or only excluded ones
    SEARCH_BAD_UTF8,
    SEARCH_TOO_LONG,
    SEARCH_TOO_MANY,
};

struct search_unit {
    const char *text;         // as the reader typed it
    const char *folded;       // locales/segment.h
    const char *written;      // NULL: has the folded form, and says nothing by it
    const char *const *stems; // folded, in every language that has a stemmer, each once
    size_t stem_count;
    const char *const *pairs; // of a run, without SEARCH_PAIR; one grapheme: itself
    size_t pair_count;        // 0: not of a run
    bool one;                 // a run's word of one grapheme
    bool joined;              // to the unit before, in the same run
};

struct search_query {
    const struct locale *locale; // the reader's
    const char *text;
    struct search_unit *units;
    size_t unit_count;
    const char **phrases, **near, **not ; // tsquery
    size_t phrase_count, near_count, not_count;
};

// text: length bytes as they came. Everything hangs on ctx. Returns 0 or enum search_outcome.
int search_query_parse(TALLOC_CTX *ctx, const struct locale *locale, const char *text,
                       size_t length, struct search_query **ret) LOCALES_MUST_CHECK;

// The query for SQL's search():
//   {"units": [{"word": "ha",            // folded, the key in search_word
//               "text": "Hà",            // as typed
//               "match": "'ha' | '~ha'", // tsquery, without parentheses around it: what finds it
//               "rank": "'ha'",          // tsquery: what it is scored by
//               "written": "'=hà'",      // tsquery or null: as written
//               "run": false}],
//    "phrases": ["'ha' <-> 'noi'"],      // must occur
//    "near": ["'ha' <-> 'noi'"],         // for scoring: neighbours, and runs of several words
//    "not": ["'war'"],                   // must not occur
//    "names": [{"key": "ha noi", "from": 0, "to": 1}]} // keys of search_key, units from .. to
// For matching, the pairs of a run's word suffice: '+ab' & '+bc', for one grapheme '+a':*.
char *search_query_json(TALLOC_CTX *ctx, const struct search_query *query);

// A name as a key: its words folded, with blanks between them but not inside a run. In the language
// of locale; a query has the same key for the same name.
char *search_key(TALLOC_CTX *ctx, const struct locale *locale, const char *name, size_t length);
