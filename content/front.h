// The composition of a front page: what an editor puts on it, in which order. One shape for the
// API, import and export.
//
//   key       holds                                                               may be absent
//   lead      an article                                                          yes: the newest
//   seconds   at most 6 more                                                      yes: the newest 3
//   today     "Viet Nam today": at most 6, each an article {article} or a note    yes: the newest
//             {date, text, source, url}; text is {locale: line}, url may be             news
//             absent
//   picture   of the day: {media, date, caption}; caption is {locale: line}       yes: none
//   sections  at most 12: {topic} or {kind}, and at most 6 articles that stand    yes: none
//             first in it
//
// Articles, topics and media are ids. What is named and cannot be shown is passed over, and what is
// left free is filled up with the newest (render/site_front.c).
#pragma once

#include "content/fields.h"

extern const struct field front_fields[];        // of the API: nothing else
extern const struct field front_record_fields[]; // of an import: with type and locale

// The rules that the tables do not say: an entry is one thing and not two, and no article stands
// on the page twice. The object was read with one of the tables. SEN_OK or SEN_INVALID; the field
// hangs on ctx.
int front_check(TALLOC_CTX *ctx, const json_t *composition, struct fault *ret_fault) SEN_MUST_CHECK;
