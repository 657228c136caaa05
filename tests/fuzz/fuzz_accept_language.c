// Accept-Language and BCP 47 tags: whatever comes, the answer is a locale that was asked for.
#include "locales/negotiate.h"

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
    const struct locale *locale = NULL;
    const char *text = (const char *)data;

    int r = negotiate(text, size, &locale);
    if (r == 0 ? locale == NULL : r != LOCALES_NO_MATCH || locale)
        abort();

    // One tag: it must be found again under its canonical name, and in another case.
    locale = locale_match(text, size);
    if (!locale)
        return 0;
    char other[LOCALE_TAG_BYTES];
    for (size_t i = 0; i < size; i++)
        other[i] = (data[i] >= 'a' && data[i] <= 'z') || (data[i] >= 'A' && data[i] <= 'Z')
                       ? (char)(data[i] ^ 0x20)
                       : text[i];
    if (locale_match(other, size) != locale ||
        locale_match(locale->tag, strlen(locale->tag)) != locale)
        abort();
    return 0;
}
