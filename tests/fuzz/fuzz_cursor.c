// Cursors: what is taken was made here, for that list, and nothing else is taken. An even first
// byte makes the rest a stranger's cursor; an odd one makes it a key and an id that a cursor is
// made of.
#include "api/cursor.h"

#include <sodium.h>
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

static void take(TALLOC_CTX *ctx, const char *text)
{
    struct cursor cursor;
    if (cursor_decode(ctx, "/v1/articles", text, &cursor))
        return;
    check(strlen(cursor.id) <= CURSOR_ID_MAX);
    check(strcmp(cursor_encode(ctx, "/v1/articles", &cursor), text) == 0);
    check(cursor_decode(ctx, "/v1/media", text, &cursor) == SEN_INVALID);
}

static void make(TALLOC_CTX *ctx, const uint8_t *data, size_t size)
{
    struct cursor again, cursor = {.id = ""};
    uint8_t place = size ? data[0] : 0, change = size > 1 ? data[1] : 1;
    memcpy(&cursor.key, data, size < sizeof cursor.key ? size : sizeof cursor.key);
    if (size > sizeof cursor.key)
        cursor.id =
            talloc_strndup(ctx, (const char *)data + sizeof cursor.key, size - sizeof cursor.key);
    char *text = cursor_encode(ctx, "/v1/articles", &cursor);
    check(cursor_decode(ctx, "/v1/articles", text, &again) == SEN_OK && again.key == cursor.key);
    check(strncmp(again.id, cursor.id, CURSOR_ID_MAX) == 0);
    take(ctx, text);
    text[place % strlen(text)] = (char)(change ? change : 1);
    take(ctx, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    if (size && data[0] & 1)
        make(ctx, data + 1, size - 1);
    else if (size)
        take(ctx, talloc_strndup(ctx, (const char *)data + 1, size - 1));
    talloc_free(ctx);
    return 0;
}
