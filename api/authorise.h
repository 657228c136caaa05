// Who is asking: steps of the routes that need an account.
#pragma once

#include "api/request.h"

// Needs `Authorization: Bearer TOKEN` with a valid token of an account that is not disabled: 401
// otherwise. Two steps; after them request->who tells who asks, as ask() in content/functions
// takes it.
enum step_result step_authorise(struct request *request);
enum step_result step_authorised(struct request *request);
