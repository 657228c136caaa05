// Tokens of the API: "sen_", a public prefix of eight letters and digits, "_" and 32 random bytes
// in base64url (RFC 4648 section 5, no padding). The prefix of a session begins with "s", that of
// another token does not. The whole is shown once; stored are the prefix and the BLAKE2b-256 of the
// whole. 256 random bits need no slow password hash, and a token is looked up by its hash: how far
// two hashes agree, which a comparison could tell by its time, says nothing of the token.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define TOKEN_LENGTH 56 // of the text, without its NUL
#define TOKEN_PREFIX 8
#define TOKEN_HASH   32

struct token {
    char text[TOKEN_LENGTH + 1]; // wipe it with sodium_memzero when it has been shown
    char prefix[TOKEN_PREFIX + 1];
    char hash[TOKEN_HASH * 2 + 1]; // hexadecimal: decode($n, 'hex') in SQL
};

enum token_kind { TOKEN_LASTING, TOKEN_SESSION };

void token_make(enum token_kind kind, struct token *ret);

// The hash to look a token up by. False: this is not the form of a token, do not ask the database.
bool token_hash(const char *text, size_t length, char ret_hex[TOKEN_HASH * 2 + 1]);
