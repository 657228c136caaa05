// Talking about texts, who is to do what with them, and the workflow they go through.
#include "api/operation.h"
#include "api/route.h"

// ---- comments -----------------------------------------------------------------------------------

static const struct field asked[] = {
    {"after", FIELD_COUNT, 1000000000000},
    {"open", FIELD_BOOL},
    OPERATION_LIMIT,
    {0},
};
static const struct field said[] = {{"text", FIELD_BLOCK, 16 * 1024, .required = true}, {0}};

static const struct operation comments = {"comment_list", .query = asked};
static const struct operation comment = {"comment_add", .body = said, .status = 201};
static const struct operation resolve = {"comment_resolve"};

// ---- assignments --------------------------------------------------------------------------------

#define TASKS "write translate edit proofread approve publish"

static const struct field task[] = {
    {"to", FIELD_LINE, 100, .required = true},
    {"task", FIELD_CHOICE, .choices = TASKS, .required = true},
    {"due", FIELD_DATE},
    {"note", FIELD_LINE, 1000},
    {0},
};
static const struct field ended[] = {
    {"to", FIELD_LINE, 100, .required = true},
    {"task", FIELD_CHOICE, .choices = TASKS, .required = true},
    {0},
};
static const struct operation assignments = {"assignment_list"};
static const struct operation assign = {"assignment_set", .body = task};
static const struct operation unassign = {"assignment_end", .body = ended};

static const struct field limited[] = {OPERATION_LIMIT, {0}};
static const struct operation mine = {"work_mine", .query = limited};
static const struct operation waiting = {"work_waiting", .query = limited};

// ---- workflow -----------------------------------------------------------------------------------

static const struct field stage[] = {
    {"id", FIELD_SLUG_ID, 40, .required = true},
    {"names", FIELD_NAMES, 100, .required = true},
    {0},
};
static const struct field move[] = {
    {"from", FIELD_SLUG_ID, 40, .required = true},
    {"to", FIELD_SLUG_ID, 40, .required = true},
    {"roles", FIELD_LIST, 6, .required = true, .element = FIELD_SLUG_ID, .element_max = 40},
    {"by_writer", FIELD_BOOL},
    {0},
};
static const struct field rule[] = {
    {"id", FIELD_KEY, 40, .required = true},
    {"level", FIELD_CHOICE, .choices = "blocking advisory off", .required = true},
    {0},
};
static const struct field workflow[] = {
    {"agency", FIELD_SLUG_ID, 80},
    {"stages", FIELD_OBJECTS, 20, .fields = stage},
    {"moves", FIELD_OBJECTS, 100, .fields = move},
    {"rules", FIELD_OBJECTS, 50, .fields = rule},
    {0},
};
static const struct field whose[] = {{"agency", FIELD_SLUG_ID, 80}, {0}};

static const struct operation workflow_get = {"workflow_get", .query = whose};
static const struct operation workflow_set = {"workflow_set", .body = workflow};

extern const struct route work_routes[];
const struct route work_routes[] = {
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/comments", .operation = &comments},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/comments", .operation = &comment,
     .body = BODY_JSON},
    {METHOD_POST, "/v1/articles/{id}/texts/{locale}/comments/{number}/resolve",
     .operation = &resolve, .body = BODY_JSON},
    {METHOD_GET, "/v1/articles/{id}/texts/{locale}/assignments", .operation = &assignments},
    {METHOD_PUT, "/v1/articles/{id}/texts/{locale}/assignments", .operation = &assign,
     .body = BODY_JSON},
    {METHOD_DELETE, "/v1/articles/{id}/texts/{locale}/assignments", .operation = &unassign,
     .body = BODY_JSON},
    {METHOD_GET, "/v1/me/work", .operation = &mine},
    {METHOD_GET, "/v1/me/waiting", .operation = &waiting},
    {METHOD_GET, "/v1/workflow", .operation = &workflow_get},
    {METHOD_PUT, "/v1/workflow", .operation = &workflow_set, .body = BODY_JSON},
    {0},
};
