// Two texts, parted by the first NUL: the operations lead from one to the other.
#include "content/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const json_t *all_of(TALLOC_CTX *ctx, const char *text)
{
    return json_object_get(json_array_get(diff_paragraphs(ctx, "", text), 0), "after");
}

static void take(const json_t *all, size_t *at, const json_t *some)
{
    for (size_t i = 0; i < json_array_size(some); i++)
        if (!json_equal(json_array_get(all, (*at)++), json_array_get(some, i)))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *before = talloc_strndup(ctx, (const char *)data, size);
    size_t length = strlen(before);
    char *after = length < size
                      ? talloc_strndup(ctx, (const char *)data + length + 1, size - length - 1)
                      : talloc_strdup(ctx, "");
    json_t *utf8 = json_pack("[s, s]", before, after);
    if (utf8) {
        const json_t *ops = diff_paragraphs(ctx, before, after);
        const json_t *old = all_of(ctx, before), *new = all_of(ctx, after);
        size_t x = 0, y = 0;
        for (size_t i = 0; i < json_array_size(ops); i++) {
            const json_t *op = json_array_get(ops, i);
            for (json_int_t n = json_integer_value(json_object_get(op, "paragraphs")); n > 0; n--)
                if (!json_equal(json_array_get(old, x++), json_array_get(new, y++)))
                    abort();
            take(old, &x, json_object_get(op, "before"));
            take(new, &y, json_object_get(op, "after"));
        }
        if (x != json_array_size(old) || y != json_array_size(new))
            abort();
    }
    json_decref(utf8);
    talloc_free(ctx);
    return 0;
}
