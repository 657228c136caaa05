// Tokens as strangers send them: what is taken has the form of one, and one byte more or less, or
// another, is refused or has another hash.
#include "content/token.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return sodium_init() < 0;
}

static void check(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char hash[TOKEN_HASH * 2 + 1], other[TOKEN_HASH * 2 + 1], text[TOKEN_LENGTH];
    if (!token_hash((const char *)data, size, hash))
        return 0;
    check(size == TOKEN_LENGTH && memcmp(data, "sen_", 4) == 0);
    check(strlen(hash) == TOKEN_HASH * 2);
    memcpy(text, data, size);
    check(!memchr(text, '\0', size));
    check(!token_hash(text, size - 1, other));
    for (size_t i = 0; i < size; i++) {
        text[i] ^= 1;
        check(!token_hash(text, size, other) || strcmp(hash, other) != 0);
        text[i] ^= 1;
    }
    check(token_hash(text, size, other) && strcmp(hash, other) == 0);
    return 0;
}
