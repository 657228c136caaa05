// What signing in and changing passwords share.
#pragma once

#include "api/request.h"

// Take a password out of the JSON body, so that nothing after sees it, and bring it to NFC. is_new:
// it has to be long enough. *ret (NULL: it was not given, and need not be) hangs on the request and
// is wiped with it. Answers with a fault of the field, and DONE.
enum step_result session_take(struct request *request, const char *member, bool is_new, bool needed,
                              char **ret);

// Count a try to prove who one is, and look up what to check it against; after it
// session_check() answers 429 while somebody has to wait, or has the password checked. Then
// request->outcome is SEN_OK or SEN_UNAUTHORISED, among others.
struct session_try {
    const char *name, *password;
    char *checked; // the hash it was checked against
    char *renewed; // another for the same password, or NULL
};
enum step_result session_begin(struct request *request, struct session_try *attempt);
enum step_result session_check(struct request *request, struct session_try *attempt);

// Hash a new password. request->outcome, and *ret, are set when the request goes on.
enum step_result session_hash(struct request *request, const char *password, char **ret);
