#include "locales/syllables.h"

#include <stdbool.h>
#include <string.h>

#define SOFT_HYPHEN "\xc2\xad"

// The letters of the Russian alphabet are all of two bytes in UTF-8.
static bool is_of(const char *letters, const char *at)
{
    for (; *letters; letters += 2)
        if (strncmp(letters, at, 2) == 0)
            return true;
    return false;
}

static bool is_vowel(const char *at)
{
    return is_of("аеёиоуыэюяАЕЁИОУЫЭЮЯ", at);
}

static bool is_letter(const char *at)
{
    unsigned char lead = (unsigned char)*at;
    return lead == 0xd0 || lead == 0xd1;
}

// How many of the count consonants between two vowels stay with the first one.
static size_t stay(const char *at, size_t count)
{
    size_t last = count - 1;
    if (is_of("ь", at + 2 * last))
        return count > 1 ? count - 2 : 0;
    if (is_of("й", at + 2 * last))
        return last;
    for (size_t i = last; i-- > 0;)
        if (is_of("ьй", at + 2 * i))
            return i + 1;
    if (count > 2 && strncmp(at, "нг", 4) == 0)
        return 2;
    return count > 1 && !is_of("х", at + 2) ? 1 : 0;
}

char *syllables_mark(TALLOC_CTX *ctx, const struct locale *locale, const char *name)
{
    char *marked = talloc_strdup(ctx, "");
    if (strcmp(locale->tag, "ru") != 0)
        return talloc_strdup_append_buffer(marked, name);
    const char *from = name;
    bool voiced = false; // a vowel of this word has been seen
    for (const char *at = name; *at;) {
        if (!is_letter(at)) {
            voiced = false;
            at++;
            continue;
        }
        size_t count = 0;
        while (is_letter(at + 2 * count) && !is_vowel(at + 2 * count))
            count++;
        const char *next = at + 2 * count;
        if (voiced && count && is_letter(next)) {
            const char *cut = at + 2 * stay(at, count);
            marked = talloc_strndup_append_buffer(marked, from, (size_t)(cut - from));
            marked = talloc_strdup_append_buffer(marked, SOFT_HYPHEN);
            from = cut;
        }
        voiced = voiced || is_letter(next);
        at = next + (is_letter(next) ? 2 : 0);
    }
    return talloc_strdup_append_buffer(marked, from);
}
