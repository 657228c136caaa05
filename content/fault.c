#include "content/fault.h"

#include "locales/message.h"
#include "locales/text.h"

#include <string.h>

// A detail repeats what a stranger wrote: nothing in it may move a terminal's cursor or break
// UTF-8.
static void make_harmless(char *text)
{
    char *checked;
    size_t length;
    if (text_check(NULL, text, strlen(text), TEXT_LINE, &checked, &length) == TEXT_OK) {
        talloc_free(checked);
        return;
    }
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7e)
            *text = '?';
}

int fault_set(struct fault *ret, const char *key, const char *field, const char *detail)
{
    *ret = (struct fault){.key = key, .field = field};
    size_t length = detail ? strlen(detail) : 0;
    if (length >= sizeof ret->detail) {
        length = sizeof ret->detail - 1;
        while (length && ((unsigned char)detail[length] & 0xc0) == 0x80)
            length--;
    }
    if (length)
        memcpy(ret->detail, detail, length);
    ret->detail[length] = '\0';
    make_harmless(ret->detail);
    return SEN_INVALID;
}

char *fault_reason(TALLOC_CTX *ctx, const struct locale *locale, const struct fault *fault)
{
    const struct message_arg args[] = {
        {.name = "field", .string = fault->field ? fault->field : ""},
        {.name = "detail", .string = fault->detail},
    };
    return message_format(ctx, locale, fault->key, args, sizeof args / sizeof *args);
}
