// Mustache templates (https://github.com/mustache/spec, version 1.4, without its optional modules):
// {{name}}, {{{raw}}}, {{&raw}}, {{dotted.name}}, {{.}}, {{#section}}, {{^inverted}}, {{!
// comment}},
// {{> partial}}, {{=<% %>=}}.
//
// A template is compiled once, with its partials, and is constant from then on: every thread may
// render from it.
//
// Values: strings as they are, integers as integers, reals as the shortest digits that read back
// the same, true and false as these words, null as nothing. False in a section: null, false, "", 0
// and the empty array; every other value is true. Objects and arrays show as nothing.
#pragma once

#include "content/base/outcome.h"
#include "locales/embedded.h"

#include <jansson.h>
#include <talloc.h>
#include <utstring.h>

#define MUSTACHE_PARTIAL_DEPTH 20 // partials inside partials; deeper ones show as nothing
#define MUSTACHE_SECTION_DEPTH 50 // sections inside sections of one file

struct mustache; // a compiled template

// Compile the file "<name>.mustache" of the table, and every partial it names: {{> x}} is
// "x.mustache" of the same table, or nothing when the table has none. The table must outlive *ret.
// Outcomes: SEN_NOT_FOUND: no such template; SEN_INVALID: it, or a partial, is malformed. With both
// *ret_error is a sentence that names the file and the line, on ctx.
int mustache_compile(TALLOC_CTX *ctx, const char *name, const struct embedded *table,
                     struct mustache **ret, char **ret_error) SEN_MUST_CHECK;

// Append to out what the template makes of view (an object). {{name}} is escaped for HTML text and
// quoted attributes: & < > " '.
void mustache_render(const struct mustache *template, const json_t *view, UT_string *out);
