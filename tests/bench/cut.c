// Cuts sentences into words as search does: cut LOCALE SENTENCE... prints a line each,
// "ผม|ชอบ|ข้าว".
#include "locales/segment.h"

#include <stdio.h>
#include <string.h>

static void cut(const struct locale *locale, const char *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    size_t length = strlen(text), at = 0;
    struct segment_token token;
    struct segment_walk *walk = segment_open(ctx, locale, text, length, SEGMENT_ALL);
    while (segment_next(walk, &token)) {
        if (token.kind != SEGMENT_WORD)
            continue;
        if (token.from > at && at > 0)
            putchar('|');
        printf("%.*s", (int)(token.from - at), text + at);
        if (token.from > 0)
            putchar('|');
        printf("%.*s", (int)(token.to - token.from), text + token.from);
        at = token.to;
    }
    if (at < length)
        printf("%s%s", at ? "|" : "", text + at);
    putchar('\n');
    talloc_free(ctx);
}

int main(int argc, char **argv)
{
    const struct locale *locale = argc > 1 && !locales_init() ? locale_find(argv[1]) : NULL;
    if (!locale) {
        fprintf(stderr, "cut LOCALE SENTENCE...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        cut(locale, argv[i]);
    return 0;
}
