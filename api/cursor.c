// base64url( check (8 bytes) | key (8 bytes, big endian) | id )
#include "api/cursor.h"

#include <sodium.h>
#include <string.h>

enum { HEAD = crypto_shorthash_BYTES + 8, TEXT_MAX = (HEAD + CURSOR_ID_MAX) * 4 / 3 + 4 };

// Not a secret: a reader who forges a cursor chooses a place in a public list. The check is there
// to tell a cursor from noise.
static const unsigned char key[crypto_shorthash_KEYBYTES] = "sen list cursor";

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void check(const char *list, const unsigned char *bytes, size_t length, unsigned char *ret)
{
    unsigned char message[256 + 8 + CURSOR_ID_MAX];
    size_t head = strnlen(list, 256);
    memcpy(message, list, head);
    memcpy(message + head, bytes, length);
    crypto_shorthash(ret, message, head + length, key);
}

char *cursor_encode(TALLOC_CTX *ctx, const char *list, const struct cursor *cursor)
{
    unsigned char bytes[HEAD + CURSOR_ID_MAX];
    size_t length = strnlen(cursor->id, CURSOR_ID_MAX);
    for (int i = 0; i < 8; i++)
        bytes[crypto_shorthash_BYTES + i] = (unsigned char)((uint64_t)cursor->key >> (56 - 8 * i));
    memcpy(bytes + HEAD, cursor->id, length);
    check(list, bytes + crypto_shorthash_BYTES, 8 + length, bytes);
    char *text = talloc_array(ctx, char, TEXT_MAX);
    return sodium_bin2base64(text, TEXT_MAX, bytes, HEAD + length,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int cursor_decode(TALLOC_CTX *ctx, const char *list, const char *text, struct cursor *ret)
{
    unsigned char bytes[HEAD + CURSOR_ID_MAX], expected[crypto_shorthash_BYTES];
    size_t length;
    // libsodium 1.0.18 takes some bytes above 0x7f for letters of the alphabet.
    if (text[strspn(text, alphabet)] ||
        sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &length, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) ||
        length < HEAD)
        return SEN_INVALID;
    check(list, bytes + crypto_shorthash_BYTES, length - crypto_shorthash_BYTES, expected);
    if (memcmp(expected, bytes, sizeof expected) != 0 || memchr(bytes + HEAD, '\0', length - HEAD))
        return SEN_INVALID;
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | bytes[crypto_shorthash_BYTES + i];
    ret->key = (int64_t)number;
    ret->id = talloc_strndup(ctx, (const char *)bytes + HEAD, length - HEAD);
    return SEN_OK;
}
