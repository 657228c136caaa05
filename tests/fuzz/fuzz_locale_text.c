// Text from outside: checked, cut, made a slug of, segmented for search, looked through for old
// fonts; and message patterns.
// The first byte chooses the locale, the rest is the text.
#include "locales/hidden.h"
#include "locales/legacy.h"
#include "locales/pattern.h"
#include "locales/segment.h"
#include "locales/slug.h"
#include "locales/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return locales_init();
}

static void require(int truth)
{
    if (!truth)
        abort();
}

static void try_slugs(TALLOC_CTX *ctx, const struct locale *locale, const char *text)
{
    char *slug = slug_make(ctx, locale, text);

    require(*slug == '\0' || slug_check(slug, strlen(slug)) == SLUG_OK);
    if (slug_check(text, strlen(text)) == SLUG_OK) {
        require(slug_offender(text, strlen(text)) == 0);
        slug_skeleton(ctx, text);
    }
}

// The words that are shown are whole, and so is what they should be.
static void try_legacy(TALLOC_CTX *ctx, const char *text, size_t length)
{
    static const enum text_rules rules[] = {TEXT_LINE, TEXT_BLOCK};
    struct legacy_finding found;
    char *words;
    size_t words_length;

    for (size_t i = 0; i < 2; i++) {
        if (!legacy_find(locale_find("rad"), text, length, rules[i], &found))
            continue;
        require(found.line > 0);
        require(text_check(ctx, found.words, strlen(found.words), TEXT_LINE, &words,
                           &words_length) == TEXT_OK);
    }
}

static void try_pattern(TALLOC_CTX *ctx, const struct locale *locale, const char *text)
{
    const struct message_arg args[] = {{"n", NULL, 5}, {"s", "x", 0}};
    struct pattern *pattern;
    char *error = NULL;

    if (pattern_compile(ctx, text, &pattern, &error) == 0)
        pattern_format(ctx, pattern, locale, args, 2);
    else
        require(error != NULL);
}

// Tokens come in the order of the text, with forms, and say where they stand.
static void try_walk(TALLOC_CTX *ctx, const struct locale *locale, const char *text, size_t length)
{
    struct segment_walk *walk = segment_open(ctx, locale, text, length, SEGMENT_ALL);
    struct segment_token token;
    unsigned position = 1;

    while (segment_next(walk, &token)) {
        require(token.from < token.to && token.to <= length);
        require(token.position >= position && token.span > 0 && *token.folded);
        position = token.position;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *again;
    size_t length, length_again;

    if (size == 0)
        return 0;
    const struct locale *locale = locale_at(data[0] % locale_count());
    TALLOC_CTX *ctx = talloc_new(NULL);
    if (text_check(ctx, (const char *)data + 1, size - 1, TEXT_BLOCK, &text, &length) == TEXT_OK) {
        require(text_check(ctx, text, length, TEXT_BLOCK, &again, &length_again) == TEXT_OK);
        require(strcmp(text, again) == 0);
        require(text_offender(text, length, TEXT_BLOCK) == 0);
        require(hidden_find(text, length) != ' ');
        require(text_length_graphemes(text_truncate(ctx, locale, text, 12)) <= 12);
        try_walk(ctx, locale, text, length);
        try_legacy(ctx, text, length);
        try_slugs(ctx, locale, text);
        try_pattern(ctx, locale, text);
    }
    talloc_free(ctx);
    return 0;
}
