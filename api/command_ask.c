#include "api/command_ask.h"

#include "api/operation.h"
#include "content/fields.h"
#include "locales/message.h"

#include <stdlib.h>
#include <string.h>

static const char operator[] = "{\"origin\": \"command\"}";

// The API's sentence for a refusal, without its full stop: command_failed() sets one.
static int refuse(TALLOC_CTX *ctx, const char *command, const char *outcome, const json_t *answer)
{
    const char *field = json_string_value(json_object_get(answer, "field"));
    const char *detail = json_string_value(json_object_get(answer, "detail"));
    const struct message_arg arguments[] = {{.name = "field", .string = field ? field : ""},
                                            {.name = "detail", .string = detail ? detail : ""}};
    char *text = message_format(ctx, locale_find("en"), operation_message(ctx, outcome), arguments,
                                sizeof arguments / sizeof *arguments);
    size_t length = strlen(text);
    if (length && text[length - 1] == '.')
        text[length - 1] = '\0';
    if (detail && strcmp(outcome, "unknown") == 0)
        text = talloc_asprintf(ctx, "%s (%s)", text, detail);
    return command_failed(command, text);
}

int command_ask(TALLOC_CTX *ctx, struct db_session *session, const char *command,
                const char *operation, json_t *a, json_t **ret)
{
    struct db_result *result;
    char *error = NULL;
    char *text = json_dumps(a, JSON_COMPACT);
    json_decref(a);
    int r = db_session_query(ctx, session, "ask",
                             (const char *const[]){operator, NULL, NULL, operation, text}, 5,
                             &result, &error);
    free(text);
    if (r)
        return command_failed(command, error);
    const char *outcome = db_value(result, 0, "outcome"), *answer = db_value(result, 0, "answer");
    json_t *document = fields_own(ctx, answer ? json_loads(answer, JSON_DECODE_ANY, NULL) : NULL);
    if (strcmp(outcome, "ok") != 0)
        return refuse(ctx, command, outcome, document);
    *ret = document;
    return SEN_OK;
}

const char *command_text(const json_t *document, const char *member)
{
    const char *text = json_string_value(json_object_get(document, member));
    return text ? text : "-";
}
