// The table of routes: a path, a method, and what happens. Most GET routes are a row (a statement
// of content/sql, its parameters, a cache rule) and no code; see api/read.c.
#pragma once

#include "api/operation.h"
#include "api/request.h"

// How a value for a statement's parameter is made and checked.
enum value {
    VALUE_END,         // ends a list
    VALUE_PATH,        // path parameter number `index`
    VALUE_PATH_LOCALE, // the same: the tag of a locale, which also makes the chain
    VALUE_NULL,        // nothing
    VALUE_CONSTANT,    // name itself
    VALUE_KEY,         // path parameter number `index`, for `make` only: comes last, not sent
    VALUE_LOCALES,     // the chain of locales to try, as a text[]
    VALUE_MATCH,       // why the first of them: asked, matched or default
    VALUE_WORD,        // ?name=: an identifier of at most 200 bytes
    VALUE_TEXT,        // ?name=: any line of text
    VALUE_DATE,        // ?name=: YYYY-MM-DD
    VALUE_INTEGER,     // ?name=: 0 to 2^53
    VALUE_CHOICE,      // ?name=: one of choices ("a|b|c"), the first by default
    VALUE_LIMIT,       // ?limit=: 1 to 100, 20 by default
    VALUE_CURSOR_KEY,  // ?cursor= (or ?name=): its key
    VALUE_CURSOR_ID,   // and its id
    VALUE_SEARCH,      // ?name= as a query for search (content/search_query.h)
    VALUE_FILTERS,     // those of ?choices= ("topic|year") that were given, as a JSON object
};

struct value_rule {
    enum value kind;
    const char *name;    // of the query parameter
    const char *choices; // of VALUE_CHOICE and VALUE_FILTERS
    bool required;
    int index; // of VALUE_PATH
};

enum { VALUES_MAX = 16 };

struct response;
struct db_result;

// A GET route answered by one statement.
struct read {
    const char *statement; // its row: body or items, and see api/read.c for the other columns
    struct value_rule
        values[VALUES_MAX]; // in the statement's order; ended by an empty one (VALUE_END)
    bool negotiates;        // the answer depends on the reader's language
    int max_age;            // seconds a client may keep it
    int stale_age;          // seconds more while it revalidates
    int keep;               // seconds we may keep it; 0: until a change says otherwise
    bool by_name;           // its items are sorted by their names, as the reader's language does
    bool heavy;             // asked on connections of its own, so that others need not wait

    // Makes the answer of the rows where it is not JSON from SQL: *ret has one reference, *ret_tags
    // hangs on ctx. SEN_NOT_FOUND, or negative.
    int (*make)(TALLOC_CTX *ctx, const struct request *request, const struct db_result *result,
                struct response **ret, const char **ret_tags);
};

enum body { BODY_NONE, BODY_JSON, BODY_FILE };

struct route {
    enum method method;                // HEAD follows GET, OPTIONS is made from the table
    const char *path;                  // "/v1/articles/{id}"; a last "*" takes the rest of the path
    const struct read *read;           // either this,
    const struct operation *operation; // or this,
    const struct step *steps;          // or these, ended by a nameless one
    enum body body;
    // Answers readers who would not know what to do with a problem document; NEXT: it cannot.
    enum step_result (*problem)(struct request *request, int status, const char *title);
};

// One array a resource, ended by a route without a path; api/routes.c lists them.
extern const struct route *const route_tables[];

enum route_found { ROUTE_FOUND, ROUTE_NONE, ROUTE_OTHER_METHOD };

// Find the route of a request and decode its path parameters into it. allow (of ROUTE_OTHER_METHOD,
// hangs on the request) is the value of the Allow header.
enum route_found route_find(struct request *request, const struct route **ret, char **ret_allow);

// End the process if a route names a statement that is not there. Once, before threads start.
void routes_check(void);
