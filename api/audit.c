// The audit log, for those who may read it.
#include "api/operation.h"
#include "api/route.h"

static const struct field asked[] = {
    {"subject", FIELD_LINE, 300},
    {"name", FIELD_LINE, 100},
    {"action", FIELD_KEY, 60},
    {"since", FIELD_TIME},
    {"until", FIELD_TIME},
    {"before", FIELD_COUNT, 1000000000000000},
    OPERATION_LIMIT,
    {0},
};
static const struct operation list = {"audit_list", .query = asked};

extern const struct route audit_routes[];
const struct route audit_routes[] = {
    {METHOD_GET, "/v1/audit", .operation = &list},
    {0},
};
