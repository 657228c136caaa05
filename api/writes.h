// What the routes that write share: who is asking, repeats, and how a statement's outcome becomes
// an answer.
#pragma once

#include "api/request.h"

// Needs `Authorization: Bearer TOKEN` with a valid token: 401 otherwise. Two steps.
enum step_result step_authorise(struct request *request);
enum step_result step_authorised(struct request *request);

// The Idempotency-Key header (NULL: none; 1 to 200 visible ASCII characters, else 400) and the
// hash of this request, hexadecimal. DONE when it was refused.
enum step_result write_key(struct request *request, const char **ret_key, const char **ret_hash);

// The revision that the writer started from: If-Match: "rN", or 0 by If-None-Match: *. *ret is
// decimal text. 428 when neither is given, 400 when it is neither form.
enum step_result write_expected(struct request *request, bool required, const char **ret);

// The last query's outcome and answer columns as the answer: the given status and headers for 'ok'
// (headers NULL: none), a problem for the rest. A revision in the answer becomes the ETag.
enum step_result write_answer(struct request *request, int status, const char *headers);
