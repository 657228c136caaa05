// Releases: texts that go out together or not at all; and what is to happen at a time.
#include "api/operation.h"
#include "api/route.h"

enum { RELEASE_TEXTS = 200 };

static const struct field states[] = {
    {"state", FIELD_CHOICE, .choices = "open published cancelled"},
    OPERATION_LIMIT,
    {0},
};
static const struct operation list = {"release_list", .query = states};
static const struct operation get = {"release_get"};

static const struct field text[] = {
    {"id", FIELD_KEY, 200, .required = true},
    {"locale", FIELD_LOCALE, .required = true},
    {"update", FIELD_CHOICE, .choices = "major minor"},
    {"note", FIELD_LINE, 1000},
    {0},
};
static const struct field content[] = {
    {"title", FIELD_LINE, 500},
    {"agency", FIELD_SLUG_ID, 80},
    {"texts", FIELD_OBJECTS, RELEASE_TEXTS, .fields = text},
    {0},
};
static const struct operation set = {"release_set", .body = content};
static const struct operation publish = {"release_publish"};
static const struct operation cancel = {"release_cancel"};

static const struct field moment[] = {{"at", FIELD_TIME, .required = true}, {0}};
static const struct operation publish_at = {"release_schedule", .body = moment, .status = 201};

static const struct field waiting[] = {
    {"state", FIELD_CHOICE, .choices = "waiting done failed cancelled"},
    OPERATION_LIMIT,
    {0},
};
static const struct operation schedule = {"schedule_list", .query = waiting};
static const struct operation schedule_cancel = {"schedule_cancel"};

extern const struct route release_routes[];
const struct route release_routes[] = {
    {METHOD_GET, "/v1/releases", .operation = &list},
    {METHOD_GET, "/v1/releases/{release}", .operation = &get},
    {METHOD_PUT, "/v1/releases/{release}", .operation = &set, .body = BODY_JSON},
    {METHOD_DELETE, "/v1/releases/{release}", .operation = &cancel, .body = BODY_JSON},
    {METHOD_POST, "/v1/releases/{release}/publish", .operation = &publish, .body = BODY_JSON},
    {METHOD_POST, "/v1/releases/{release}/publish-at", .operation = &publish_at, .body = BODY_JSON},
    {METHOD_GET, "/v1/schedule", .operation = &schedule},
    {METHOD_DELETE, "/v1/schedule/{number}", .operation = &schedule_cancel, .body = BODY_JSON},
    {0},
};
