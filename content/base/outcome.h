// What a fallible function says: 0, a named outcome that the caller must handle, or a fatal.
//
// SEN_OK (0)      the result is in the ret_ parameters
// positive        one of the outcomes below: expected, the caller decides what it means
// negative        -errno: not expected, passed up untouched and logged once at the edge
//
// api/problem.c holds the one table that maps outcomes to an HTTP status and a message key.
#pragma once

enum sen_outcome {
    SEN_OK = 0,
    SEN_NOT_FOUND,    // no such thing, or none that the asker may see
    SEN_GONE,         // it was there and was withdrawn
    SEN_INVALID,      // the input breaks a rule; a struct fault says where and which
    SEN_CONFLICT,     // it exists already
    SEN_STALE,        // somebody else changed it first (If-Match failed)
    SEN_UNAUTHORISED, // no valid token
    SEN_FORBIDDEN,    // a valid token without the right
    SEN_TOO_LARGE,    // past a size limit
    SEN_TOO_COMPLEX,  // inside the size limit, past a cost limit
    SEN_BUSY,         // a queue is full; try again later
    SEN_UNAVAILABLE,  // the database (or another part we need) is away
    SEN_TIMEOUT,      // the answer did not come in time; a write may or may not have happened
};

#define SEN_MUST_CHECK __attribute__((warn_unused_result))

// Where and how an input breaks a rule. key is a message key of the catalogs; field names the JSON
// member, query parameter or front matter key; line counts from 1 where there are lines, else 0.
struct fault {
    const char *key;
    const char *field;
    char detail[160]; // UTF-8, the value or limit concerned; may be empty
    unsigned line;
};
