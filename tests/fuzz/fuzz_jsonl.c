// Lines of JSON from anywhere: what is taken is stored, written and taken again as the same.
#include "content/fault.h"
#include "content/fields.h"
#include "content/item.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

static void read_again(TALLOC_CTX *ctx, const struct item *item)
{
    struct item again;
    struct fault fault = {0};
    json_t *value;
    unsigned char before[ITEM_DIGEST], after[ITEM_DIGEST];
    char *text = json_dumps(item->fields, JSON_COMPACT);
    if (fields_parse(text, strlen(text), NULL, &value, &fault) ||
        item_from_json(ctx, value, &again, &fault))
        abort();
    item_digest(item, before);
    item_digest(&again, after);
    if (memcmp(before, after, sizeof before) != 0 || !json_equal(item->fields, again.fields))
        abort();
    json_decref(value);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        size_t length = newline ? (size_t)(newline - data) - at : size - at;
        TALLOC_CTX *ctx = talloc_new(NULL);
        struct item item;
        struct fault fault = {0};
        json_t *value;
        int r = fields_parse((const char *)data + at, length, NULL, &value, &fault);
        if (!r) {
            r = item_from_json(ctx, value, &item, &fault);
            if (!r)
                read_again(ctx, &item);
            json_decref(value);
        }
        if (r &&
            (!fault.key || strcmp(fault_reason(ctx, locale_default(), &fault), fault.key) == 0))
            abort();
        talloc_free(ctx);
        at += length + 1;
    }
    return 0;
}
