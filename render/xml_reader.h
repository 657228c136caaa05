// XML from outside (Namespaces in XML 1.0), read with libexpat as it comes: nothing of it is kept
// here. A document type may be named, as older formats do, but is not fetched; one that declares
// anything itself is refused. So there are no entities but XML's own five.
#pragma once

#include "content/base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

#define XML_READER_DEPTH 100 // elements inside one another

struct xml_reader;

struct xml_element {
    const char *ns; // the namespace, "" for none
    const char *name;
    const char *const *attributes; // name, value, ..., NULL; a name is "ns name" where it has one
};

// Each returns SEN_OK, or what ends the reading and xml_reader_feed returns. Arguments live as long
// as the call. Text comes in any number of calls; comments and instructions do not come.
struct xml_handlers {
    int (*start)(void *data, const struct xml_element *element);
    int (*end)(void *data);
    int (*text)(void *data, const char *text, size_t length);
};

// handlers live as long as the reader, which is freed with ctx.
struct xml_reader *xml_reader_new(TALLOC_CTX *ctx, const struct xml_handlers *handlers, void *data);

// Read on; last: the document ends here. After anything but SEN_OK the reader only takes its end.
// SEN_INVALID: xml.malformed, xml.doctype, xml.entity; SEN_TOO_COMPLEX: xml.too_deep;
// ret_fault->line is the line in all that was fed. The handlers' outcomes come with that line, too.
int xml_reader_feed(struct xml_reader *reader, const char *bytes, size_t length, bool last,
                    struct fault *ret_fault) SEN_MUST_CHECK;

// The value of an attribute, or NULL.
const char *xml_element_attribute(const struct xml_element *element, const char *name);
