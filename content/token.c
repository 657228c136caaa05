#include "content/token.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_BYTES 32
#define SECRET_CHARS 43
static const char secret_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// The last is the first letter of a session's prefix.
static const char prefix_letters[] = "abcdefghijklmnopqrtuvwxyz0123456789s";

void token_make(enum token_kind kind, struct token *ret)
{
    unsigned char secret[SECRET_BYTES];
    char encoded[SECRET_CHARS + 1];
    for (size_t i = 0; i < TOKEN_PREFIX; i++)
        ret->prefix[i] = prefix_letters[randombytes_uniform(sizeof prefix_letters - (i ? 1 : 2))];
    if (kind == TOKEN_SESSION)
        ret->prefix[0] = 's';
    ret->prefix[TOKEN_PREFIX] = '\0';
    randombytes_buf(secret, sizeof secret);
    sodium_bin2base64(encoded, sizeof encoded, secret, sizeof secret,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(ret->text, sizeof ret->text, "sen_%s_%s", ret->prefix, encoded);
    if (!token_hash(ret->text, strlen(ret->text), ret->hash))
        sodium_misuse();
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(encoded, sizeof encoded);
}

bool token_hash(const char *text, size_t length, char ret_hex[TOKEN_HASH * 2 + 1])
{
    if (length != TOKEN_LENGTH || memcmp(text, "sen_", 4) != 0 || text[4 + TOKEN_PREFIX] != '_')
        return false;
    for (size_t i = 4; i < 4 + TOKEN_PREFIX; i++)
        if (!memchr(prefix_letters, text[i], sizeof prefix_letters - 1))
            return false;
    for (size_t i = 5 + TOKEN_PREFIX; i < length; i++)
        if (!memchr(secret_letters, text[i], sizeof secret_letters - 1))
            return false;
    unsigned char hash[TOKEN_HASH];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, length, NULL, 0);
    sodium_bin2hex(ret_hex, TOKEN_HASH * 2 + 1, hash, sizeof hash);
    return true;
}
