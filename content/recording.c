#include "content/recording.h"

#include "locales/text.h"

#include <string.h>

// An ISO base media file. Brands of audio begin with "M4A" or "M4B".
static bool is_mp4(const char *data, size_t length, bool audio)
{
    if (length < 16 || memcmp(data + 4, "ftyp", 4) != 0)
        return false;
    bool says_audio = memcmp(data + 8, "M4A", 3) == 0 || memcmp(data + 8, "M4B", 3) == 0;
    return says_audio == audio;
}

static bool is_mp4_video(const char *data, size_t length)
{
    return is_mp4(data, length, false);
}

static bool is_mp4_audio(const char *data, size_t length)
{
    return is_mp4(data, length, true);
}

// The document type stands in the first element, which is short.
static bool is_webm(const char *data, size_t length)
{
    return length > 32 && memcmp(data, "\x1a\x45\xdf\xa3", 4) == 0 &&
           memmem(data, length < 64 ? length : 64, "\x42\x82\x84webm", 7);
}

// ISO/IEC 11172-3 section 2.4.1: eleven bits set, a version that is not reserved, layer III, a rate
// and a frequency that there are.
static bool is_mp3_frame(const unsigned char *at)
{
    return at[0] == 0xff && (at[1] & 0xe0) == 0xe0 && (at[1] & 0x18) != 0x08 &&
           (at[1] & 0x06) == 0x02 && (at[2] & 0xf0) != 0xf0 && (at[2] & 0xf0) != 0 &&
           (at[2] & 0x0c) != 0x0c;
}

static bool is_mp3(const char *data, size_t length)
{
    const unsigned char *at = (const unsigned char *)data;
    if (length > 10 && memcmp(data, "ID3", 3) == 0)
        return at[3] != 0xff && at[4] != 0xff && !((at[6] | at[7] | at[8] | at[9]) & 0x80);
    return length > 4 && is_mp3_frame(at);
}

// The first page holds the first packet alone, behind 27 bytes and a table of one segment.
static bool is_ogg(const char *data, size_t length)
{
    return length > 36 && memcmp(data, "OggS\0", 5) == 0 &&
           (memcmp(data + 28, "OpusHead", 8) == 0 || memcmp(data + 28, "\1vorbis", 7) == 0);
}

static const struct {
    const char *type, *ending;
    bool (*begins)(const char *data, size_t length);
} known[] = {
    {"video/mp4", ".mp4", is_mp4_video}, {"video/webm", ".webm", is_webm},
    {"audio/mpeg", ".mp3", is_mp3},      {"audio/ogg", ".ogg", is_ogg},
    {"audio/mp4", ".m4a", is_mp4_audio},
};
enum { KNOWN = sizeof known / sizeof *known };

const char *recording_type(const char *file)
{
    const char *ending = strrchr(file, '.');
    for (size_t i = 0; ending && i < KNOWN; i++)
        if (strcmp(known[i].ending, ending) == 0)
            return known[i].type;
    return NULL;
}

const char *recording_ending(const char *type)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (strcmp(known[i].type, type) == 0)
            return known[i].ending;
    return NULL;
}

bool recording_is_video(const char *type)
{
    return strncmp(type, "video/", 6) == 0;
}

bool recording_begins_as(const char *type, const char *data, size_t length)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (strcmp(known[i].type, type) == 0)
            return known[i].begins(data, length);
    return false;
}

int recording_captions(TALLOC_CTX *ctx, const char *data, size_t length, char **ret,
                       size_t *ret_length)
{
    if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) { // a byte order mark
        data += 3;
        length -= 3;
    }
    if (length > RECORDING_CAPTIONS || length < 6 || memcmp(data, "WEBVTT", 6) != 0 ||
        (length > 6 && !strchr(" \t\r\n", data[6])))
        return SEN_INVALID;
    return text_check(ctx, data, length, TEXT_BLOCK, ret, ret_length) ? SEN_INVALID : SEN_OK;
}
