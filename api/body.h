// Steps that read a request's body, after it is known who sends it.
#pragma once

#include "api/request.h"

enum step_result step_body(struct request *request);        // application/json, into memory: 415
enum step_result step_json(struct request *request);        // as one JSON object: 400
enum step_result step_body_if_any(struct request *request); // likewise where it may be absent
enum step_result step_json_if_any(struct request *request);

// Any bytes, into a file below SEN_HOME/media that is gone when the request is: 507 when it is
// full.
enum step_result step_file(struct request *request);

// The problem of a fault in the shape of a body: 400 with the field, the line and the reason.
enum step_result body_fault(struct request *request, const struct fault *fault);
