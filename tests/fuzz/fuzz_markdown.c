// The guard and the renderer: whatever comes in, what comes out is nothing but known, balanced
// HTML, the same every time. The first byte chooses the language.
#include "render/markdown.h"

#include "../html_scan.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct markdown_media media[] = {
    {"a", "/media/a.png", 8, 6, "Credit", "CC0-1.0"},
    {"b", "/media/b \"c\".svg", 0, 0, NULL, "<i>"},
};

static void fail(const char *what, const char *where)
{
    fprintf(stderr, "%s at %.80s\n", what, where);
    abort();
}

static void check_media(const char *text, size_t length)
{
    const char **ids;
    size_t count;
    struct fault other;
    if (markdown_media_ids(NULL, text, length, &ids, &count, &other))
        return;
    if (count > MARKDOWN_MEDIA)
        fail("too many ids", "");
    talloc_free(ids);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const struct markdown_options options = {locale_at(data[0] % locale_count()), media, 2,
                                             "https://sen.example"};
    const char *text = (const char *)data + 1;
    struct fault fault = {.key = NULL};
    struct rendered first, again;
    TALLOC_CTX *ctx = talloc_new(NULL);
    int r = markdown_render(ctx, &options, text, size - 1, &first, &fault);
    if (r < 0 || (r > 0 && (!fault.key || !fault.field)))
        fail("an outcome without a fault", "");
    check_media(text, size - 1);
    if (!r) {
        const char *where, *wrong = html_scan(first.html, &where);
        if (wrong)
            fail(wrong, where);
        if (strlen(first.html) != first.html_length || first.toc[0] != '[')
            fail("an odd result", first.toc);
        if (markdown_render(ctx, &options, text, size - 1, &again, &fault) ||
            strcmp(first.html, again.html) != 0 || strcmp(first.toc, again.toc) != 0)
            fail("another result", "");
    }
    talloc_free(ctx);
    return 0;
}
