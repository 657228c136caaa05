// Saving a draft, for routes that make one of something else than the body of a request: steps that
// begin with request->json, an object as PUT .../texts/{locale} takes it, and parameters 0 and 1,
// the article's id and the locale.
#pragma once

#include "api/operation.h"

enum step_result saving_check(struct request *request);
enum step_result saving_media(struct request *request);
enum step_result saving_render(struct request *request);
enum step_result saving_save(struct request *request);

// The last: the text as it is saved is the answer, or what `answer` makes of it (NULL: itself).
enum step_result saving_saved(struct request *request,
                              enum step_result (*answer)(struct request *, json_t *));

// What request->state was before saving_check took its place.
void *saving_before(const struct request *request);
