// A Markdown text taken apart into segments and put together again. The first byte chooses the
// texts that are put in.
#include "../segments_round.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct markdown_media media[] = {{"a", "/media/a.png", 8, 6, NULL, NULL},
                                                  {"drum", "/media/drum.png", 8, 6, NULL, NULL}};
    const struct markdown_options options = {.locale = locale_find("en"),
                                             .media = media,
                                             .media_count = 2,
                                             .origin = "https://sen.example",
                                             .uncounted = true,
                                             .segments = true};
    if (!size)
        return 0;
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *text = talloc_strndup(ctx, (const char *)data + 1, size - 1);
    const char *where, *wrong = segments_round(ctx, &options, text, data[0], &where);
    if (wrong) {
        fprintf(stderr, "%s: %s\n", wrong, where);
        abort();
    }
    talloc_free(ctx);
    return 0;
}
