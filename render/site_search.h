// The copy of the search that a browser asks when no server answers. Of each locale's own texts:
//
//   <locale>/search/index.json        {"texts": 600, "segments": 2, "shards": 64}
//   <locale>/search/<segment>/texts.json   {"<slot>": [path, title, summary, day of publication
//   since
//                                     1970, kind, topic, agency, year, [provinces]], ...}
//   <locale>/search/<segment>/<shard>.json  render/site_search_shards.h
//
//   han.json                          a string: every traditional Chinese character and the
//   simplified
//                                     one that it is compared as, one behind the other
//
// The hash of an article's id says in which segment its text is and, where no other has it, which
// slot: so a text that changes, comes or goes changes no file of another segment, and few numbers
// in its own. A segment holds about 512 texts at most, and as many shards as make them small.
#pragma once

#include "render/site_touched.h"

// Write all of a wing's files.
int site_write_search(const struct site *site, const struct site_wing *wing,
                      struct db_session *session, char **ret_error) SEN_MUST_CHECK;

// Write those of the segments that touched articles are or were in; all when there are more or
// fewer segments or shards than there were.
int site_update_search(const struct site *site, const struct site_wing *wing,
                       struct db_session *session, const struct site_touched *touched,
                       const struct site_catalogue *before, char **ret_error) SEN_MUST_CHECK;

// Write what no locale has of its own.
int site_write_search_common(const struct site *site) SEN_MUST_CHECK;
