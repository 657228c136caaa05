// What a text is found by: the lexemes of its words, as the text of a PostgreSQL tsvector.
//
//   lexeme     what it is, told apart by the first character
//   ha         a word, folded (locales/segment.h)
//   =hà        the same as written: where it differs; always in languages of Latin script that have
//              no stemmer (Vietnamese and the minorities'), so that "ha" written so is told from hà
//   ~festiv    its stem, in languages that have a stemmer, of every word of their script
//   +ภา        two neighbouring graphemes of a run in a script without spaces; the last one alone
//
// A word with spaces around it takes one position, a run one a grapheme: a pair has that of its
// first, a dictionary's word too. Between blocks (a blank line parts them) and fields some are
// skipped, so that no phrase spans them.
#pragma once

#include "locales/locale.h"

#include <stddef.h>
#include <talloc.h>

// The first character of a lexeme that is no folded word.
#define SEARCH_WRITTEN '='
#define SEARCH_STEM    '~'
#define SEARCH_PAIR    '+'

struct search_field {
    const char *text; // UTF-8, plain; what is not UTF-8 parts words
    size_t length;
    char weight; // 'A' to 'D'
};

// The fields in the order of their worth: what PostgreSQL has no room for (1 MiB of lexemes and
// positions, 255 positions of a lexeme, positions to 16,383) is dropped at the end, positions
// before lexemes. The result can be cast to tsvector whatever the text holds; "" for no words.
char *search_vector(TALLOC_CTX *ctx, const struct locale *locale, const struct search_field *fields,
                    size_t count);
