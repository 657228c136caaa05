// A Markdown file from anywhere: front matter, fields, slug, digest.
#include "content/fault.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault = {0};
    unsigned char digest[ITEM_DIGEST];
    int r = item_from_front_matter(ctx, (const char *)data, size, &item, &fault);
    if (r == SEN_OK) {
        if (!*item.slug || !*item.body || !item.locale || strlen(item.body) != item.body_length)
            abort();
        item_digest(&item, digest);
        json_decref(item_about(&item));
    } else {
        char *reason = fault_reason(ctx, locale_default(), &fault);
        if (r != SEN_INVALID || !fault.key || !fault.line || strcmp(reason, fault.key) == 0)
            abort();
    }
    talloc_free(ctx);
    return 0;
}
