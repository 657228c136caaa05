// The front pages that editors compose, one a language.
#include "api/operation.h"
#include "api/route.h"
#include "content/front.h"

static const struct operation get = {"front_get"};
static const struct operation set = {"front_set", .body = front_fields, .check = front_check,
                                     .expected = EXPECTED_NEEDED};
static const struct operation take_away = {"front_remove", .expected = EXPECTED_NEEDED};

extern const struct route front_routes[];
const struct route front_routes[] = {
    {METHOD_GET, "/v1/fronts/{locale}", .operation = &get},
    {METHOD_PUT, "/v1/fronts/{locale}", .operation = &set, .body = BODY_JSON},
    {METHOD_DELETE, "/v1/fronts/{locale}", .operation = &take_away, .body = BODY_JSON},
    {0},
};
