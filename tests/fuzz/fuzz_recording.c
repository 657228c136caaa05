// The first bytes of recordings, and files of captions: whatever they are, they are read within
// their length; captions that are taken are taken again as they are.
#include "content/recording.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"video/mp4", "video/webm", "audio/mpeg", "audio/ogg",
                                        "audio/mp4"};
    const char *bytes = (const char *)data;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        check(!recording_begins_as(types[i], bytes, size) || size > 2);
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *captions, *again;
    size_t length, again_length;
    if (!recording_captions(ctx, bytes, size, &captions, &length)) {
        check(length >= 6 && memmem(captions, length < 9 ? length : 9, "WEBVTT", 6) != NULL);
        check(!recording_captions(ctx, captions, length, &again, &again_length));
        check(length == again_length && memcmp(captions, again, length) == 0);
    }
    talloc_free(ctx);
    return 0;
}
