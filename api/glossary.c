// The glossary: what is called how in which language.
#include "api/operation.h"
#include "api/route.h"

#define KINDS "place office title term"

enum { FORMS = 50, FORM = 200 };

static const struct field asked[] = {
    {"locale", FIELD_LOCALE},
    {"source_locale", FIELD_LOCALE},
    {"kind", FIELD_CHOICE, .choices = KINDS},
    {"q", FIELD_LINE, FORM},
    {"after", FIELD_KEY, 200},
    OPERATION_LIMIT,
    {0},
};
static const struct field entry[] = {
    {"kind", FIELD_CHOICE, .choices = KINDS, .required = true},
    {"source_locale", FIELD_LOCALE, .required = true},
    {"source", FIELD_LINE, FORM, .required = true},
    {"locale", FIELD_LOCALE, .required = true},
    {"preferred", FIELD_LINE, FORM, .required = true},
    {"allowed", FIELD_LIST, FORMS, .element = FIELD_LINE, .element_max = FORM},
    {"forbidden", FIELD_LIST, FORMS, .element = FIELD_LINE, .element_max = FORM},
    {"note", FIELD_LINE, 1000},
    {0},
};
static const struct operation list = {"glossary_list", .query = asked};
static const struct operation set = {"glossary_set", .body = entry};
static const struct operation end = {"glossary_remove"};

extern const struct route glossary_routes[];
const struct route glossary_routes[] = {
    {METHOD_GET, "/v1/glossary", .operation = &list},
    {METHOD_PUT, "/v1/glossary/{id}", .operation = &set, .body = BODY_JSON},
    {METHOD_DELETE, "/v1/glossary/{id}", .operation = &end, .body = BODY_JSON},
    {0},
};
