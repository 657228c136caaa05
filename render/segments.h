// What is translated one by one: a Markdown text as units between pieces of Markdown that stay as
// they are, and the way back. markdown_render() makes them (markdown_options.segments):
//
//   {"pieces": ["# ", 0, "\n\n", 1, "\n"],
//    "units": [{"text": "Ha Long", "place": "heading", "tokens": ["Ha Long"]},
//              {"text": "Read this!", "place": "block",
//               "tokens": ["Read ", {"open": 1, "kind": "emphasis"}, "this", {"close": 1}, "!"]}]}
//
// A unit is the inline content of a paragraph or heading, the alternative text or caption of a
// picture, the caption or a cell of a CSV table. Its place says how it is written:
//   block     a paragraph or underlined heading; "prefix" begins its further lines
//   heading   one line behind "#"
//   alt, title   of a picture
//   info      the caption of a table, cell: one of its cells
// "text" is what a reader sees of it, on one line, without blanks around it.
//
// Tokens are text, in which "\n" is a line break of the source that means a space, and inline codes
// with numbers that count from 1 in their unit:
//   {"open": n, "kind": "emphasis"|"strong"}, {"open": n, "kind": "link", "url", "title"?},
//   {"close": n}
//   {"alone": n, "kind": "break"}      a hard line break
//   {"alone": n, "kind": "code", "text"}
//   {"alone": n, "kind": "address", "url", "text"}   an address that is its own text
//   {"alone": n, "kind": "note", "note"}             a reference to a footnote
//   {"alone": n, "kind": "image", "url", "alt"?, "title"?}   a picture between words; alt and title
//                                                            are the numbers of their units
// Places block and heading have codes, the others one text.
//
// Raw HTML, which readers never see, is in no token, nor is emphasis inside emphasis past three (or
// two of a kind).
// Pictures, notes and links keep their addresses whatever a translator does.
#pragma once

#include <jansson.h>
#include <talloc.h>

// A text with more than this, or whose segments as JSON would be larger, has none; nor has one that
// is not UTF-8 or holds control characters other than tabs and line breaks.
#define SEGMENTS_UNITS_MAX 10000
#define SEGMENTS_CODES_MAX 20000
#define SEGMENTS_BYTES_MAX (4 * 1024 * 1024)

#define SEGMENTS_HASH 16 // hexadecimal digits

// The text in which unit i says targets[i] instead: an array of tokens of the shape above, of which
// only "open", "close" and "alone" matter, since codes are the unit's own. Null, [], or no such
// member: what the unit says itself. Text is escaped so that it is text: no new markup arises.
// Codes that the unit does not have, come twice, cross one another or stand where they cannot are
// left out; segments_check() finds them before. Linear time; NULL when segments have another shape
// or targets is neither NULL nor an array.
char *segments_join(TALLOC_CTX *ctx, const json_t *segments, const json_t *targets);

// May target stand for unit? NULL, or why not, as a message key:
//   segment.no_target      it has no text, though the unit has
//   segment.code_missing   a code of the unit is not in it
//   segment.code_unknown   a code is not the unit's
//   segment.code_twice     a code comes again
//   segment.code_order     codes cross, or a link stands inside a link
//   segment.malformed      it is no array of tokens
const char *segments_check(const json_t *unit, const json_t *target);

// What a reader sees of tokens, on one line, without blanks around it.
char *segments_text(TALLOC_CTX *ctx, const json_t *tokens);

// A digest of what a unit's tokens say (of BLAKE2b): text, in which all blanks are alike, and the
// numbers of its codes. Equal as long as a translation of it stays one.
void segments_hash(const json_t *tokens, char ret[SEGMENTS_HASH + 1]);

// Targets for segments out of a translation that was made when the source's segments were `before`
// (segments itself, if it has not changed since): for each unit that says what one of `before`
// said, what the translation says in that one's place, with the numbers of the unit's codes; null
// where there is no such unit, or its codes differ. No unit has a target unless before and
// translation are units of the same places, one by one. The result lives as long as ctx.
json_t *segments_targets(TALLOC_CTX *ctx, const json_t *segments, const json_t *before,
                         const json_t *translation);
