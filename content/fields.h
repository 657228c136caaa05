// Shapes of JSON objects as tables: which keys there are, what each holds, how large it may be.
// Reading brings every value to one form, in place: text to NFC without blanks around it, tags of
// languages to the registry's, moments to UTC ("2026-11-02T02:00:00Z"), nulls away. The same tables
// serve front matter, where YAML gives every scalar as text.
#pragma once

#include "content/base/outcome.h"

#include <jansson.h>
#include <stdbool.h>
#include <talloc.h>

enum field_type {
    FIELD_LINE,    // text on one line; max in characters (code points)
    FIELD_BLOCK,   // Markdown; max in bytes
    FIELD_SLUG_ID, // ^[a-z0-9]+(-[a-z0-9]+)*$
    FIELD_KEY,     // ^[A-Za-z0-9][A-Za-z0-9._:-]*$
    FIELD_FILE,    // ^[A-Za-z0-9_][A-Za-z0-9._-]*$
    FIELD_LOCALE,  // a tag that locale_match() knows, of a locale in which texts are accepted
    FIELD_TIME,    // RFC 3339 section 5.6, years 0001 to 9999, at most 6 digits of a second
    FIELD_DATE,    // full-date of the same section
    FIELD_URL,     // http or https
    FIELD_ADDRESS, // the same, or a path on this site: "/en/..."
    FIELD_EMAIL,   // see content/base/email.h
    FIELD_PHONE,   // +84 24 1234 5678: as ITU-T E.164 has it, 7 to 15 digits, with single blanks
    FIELD_CHOICE,  // one of choices, separated by spaces
    FIELD_BOOL,
    FIELD_COUNT,   // a whole number from 0 to max
    FIELD_NAMES,   // an object of locale and line; max in characters
    FIELD_ALIASES, // an object of locale and list: as FIELD_LIST of lines, at least one
    FIELD_OBJECT,  // an object of the shape fields
    FIELD_LIST,    // an array of at most max lines, slug ids, ... (element)
    FIELD_OBJECTS, // an array of at most max objects of the shape fields
};

struct field {
    const char *name; // NULL ends a table
    enum field_type type;
    size_t max;
    bool required;
    const char *choices;
    const struct field *fields;
    enum field_type element;
    size_t element_max;
};

// Check an object against a table and bring it to form. Faults name the field by its path
// ("translation.method", "sources[1].url"), which hangs on ctx. yaml: booleans and numbers are
// text. Returns SEN_OK or SEN_INVALID.
int fields_read(TALLOC_CTX *ctx, const struct field *table, json_t *object, bool yaml,
                struct fault *ret_fault) SEN_MUST_CHECK;

// The text of a key; NULL when it is absent. Lives as long as the object.
const char *field_text(const json_t *object, const char *name);

// Parse JSON with doubled keys refused. On SEN_INVALID the fault has the line within the text.
// length_used may be NULL: then nothing may follow; else it gets the bytes that were taken.
int fields_parse(const char *text, size_t length, size_t *length_used, json_t **ret,
                 struct fault *ret_fault) SEN_MUST_CHECK;

// Let a JSON value live as long as ctx.
json_t *fields_own(TALLOC_CTX *ctx, json_t *value);

// A name that may stand in a path or an identifier: the rules of the types above.
bool field_is_slug_id(const char *text);
bool field_is_file(const char *text);
