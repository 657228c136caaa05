// XML documents (feeds, sitemaps) written to memory, in UTF-8, without indentation. Whatever text
// comes in, what comes out is well-formed. The same calls always give the same bytes.
// Names are qualified names; declare their namespaces with xml_attribute(xml, "xmlns:x", uri).
#pragma once

#include "content/base/outcome.h"

#include <stddef.h>
#include <talloc.h>

struct xml;

// Begin a document: the XML declaration. Freed with ctx.
struct xml *xml_new(TALLOC_CTX *ctx);

void xml_start(struct xml *xml, const char *name);
// Only directly after xml_start or another attribute. A value of NULL writes nothing.
void xml_attribute(struct xml *xml, const char *name, const char *value);
void xml_text(struct xml *xml, const char *text);
void xml_cdata(struct xml *xml, const char *text); // "]]>" is split between two sections
void xml_end(struct xml *xml);

// An element that holds nothing but text. A text of NULL writes nothing at all.
void xml_element(struct xml *xml, const char *name, const char *text);

// What has been written since the last call, for documents that leave piece by piece: it is gone
// from the writer then. Hangs on ctx.
char *xml_take(struct xml *xml, TALLOC_CTX *ctx, size_t *ret_length);

// End every open element and the document. *ret hangs on ctx.
// SEN_INVALID: a text was not UTF-8 (nothing of it was written).
int xml_finish(struct xml *xml, TALLOC_CTX *ctx, char **ret, size_t *ret_length) SEN_MUST_CHECK;

// The text without the characters that XML 1.0 cannot carry (U+0000-0008, 000B, 000C, 000E-001F,
// FFFE, FFFF), line ends as LF. The writer does this itself; for formats that must agree with it.
// NULL: not UTF-8 (RFC 3629; so no surrogates). The result hangs on ctx.
char *xml_clean(TALLOC_CTX *ctx, const char *text);
