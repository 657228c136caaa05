// An XLIFF document from anywhere, taken into a text: whatever is in it, the text that comes out
// keeps its units.
#include "render/markdown.h"
#include "render/xliff.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char source[] = "# a\n\nb *c* **d** [e](/f) `g`\\\nh[^1]\n\n> - i\n\n[^1]: j\n";

static json_t *segments;

static void fail(const char *what, const char *where)
{
    fprintf(stderr, "%s: %s\n", what, where);
    abort();
}

static json_t *segments_of(const char *text)
{
    const struct markdown_options options = {
        .locale = locale_find("en"), .uncounted = true, .segments = true};
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct rendered rendered;
    struct fault fault = {.key = NULL};
    json_t *made = NULL;
    if (!markdown_render(ctx, &options, text, strlen(text), &rendered, &fault) && rendered.segments)
        made = json_loads(rendered.segments, 0, NULL);
    talloc_free(ctx);
    return made;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    int r = locales_init();
    segments = r ? NULL : segments_of(source);
    return r;
}

static void check_taken(TALLOC_CTX *ctx, struct xliff_file *file)
{
    const struct xliff_text text = {.article = file->article,
                                    .source_locale = locale_find("vi"),
                                    .target_locale = locale_find("en"),
                                    .source = {"k", "l", "m"},
                                    .segments = segments};
    struct xliff_taken taken;
    struct fault fault = {.key = NULL};
    int r = xliff_take(ctx, file, &text, &taken, &fault);
    if (r && !fault.key)
        fail("an outcome without a fault", "");
    if (r)
        return;
    if (taken.taken + taken.refused != file->count)
        fail("lost units", "");
    char *joined = segments_join(ctx, segments, taken.targets);
    json_t *now = segments_of(joined);
    if (now && json_array_size(json_object_get(now, "units")) !=
                   json_array_size(json_object_get(segments, "units")))
        fail("other units", joined);
    json_decref(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct xliff_file file;
    struct fault fault = {.key = NULL};
    int r = xliff_read(ctx, (const char *)data, size, &file, &fault);
    if (r < 0 || (r > 0 && (!fault.key || !fault.field)))
        fail("an outcome without a fault", "");
    if (!r)
        check_taken(ctx, &file);
    talloc_free(ctx);
    return 0;
}
