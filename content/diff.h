// What changed between two versions of a text, for people who merge or translate: paragraph by
// paragraph, never by line or word. Paragraphs are Markdown's blocks as an editor sees them, parted
// by blank lines; a fenced block is one whatever stands in it.
#pragma once

#include <jansson.h>
#include <talloc.h>

// Past this many paragraphs added and removed, what stands between the common beginning and the
// common end is one replacement: the search costs as much as both texts times this.
#define DIFF_CHANGES_MAX 256

// An array of
//     {"op": "equal", "paragraphs": n}
//     {"op": "insert", "after": [..]}, {"op": "delete", "before": [..]}
//     {"op": "replace", "before": [..], "after": [..]}
// in the order of the texts, no two alike behind one another; [] when both have no paragraph. A
// paragraph has its inner line breaks and none at its end. Two texts that differ in the number of
// blank lines between paragraphs only are equal. before and after are UTF-8; the result lives as
// long as ctx.
json_t *diff_paragraphs(TALLOC_CTX *ctx, const char *before, const char *after);

// Of two texts as text_source() gives them: an array of {"field", "before", "after"} for each of
// title, summary, slug, author, licence, sources, image and translation that differs, and
// {"field": "body", "paragraphs": diff_paragraphs()} when a paragraph does. A member that is absent
// is null. The result lives as long as ctx.
json_t *diff_fields(TALLOC_CTX *ctx, const json_t *before, const json_t *after);
