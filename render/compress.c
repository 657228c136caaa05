#include "render/compress.h"

#include <brotli/encode.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 }; // zlib.h: + 16 asks for the gzip header

static uInt step(size_t left)
{
    return left < UINT_MAX ? (uInt)left : UINT_MAX;
}

int compress_gzip(TALLOC_CTX *ctx, const char *data, size_t length, int level, char **ret,
                  size_t *ret_length)
{
    if (level < 1 || level > 9)
        return -EINVAL;
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data};
    if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY))
        abort();
    size_t room = deflateBound(&stream, length);
    char *out = talloc_array(ctx, char, room);
    stream.next_out = (Bytef *)out;
    // zlib counts in 32 bits.
    int r;
    do {
        size_t left = length - stream.total_in;
        stream.avail_in = step(left);
        stream.avail_out = step(room - stream.total_out);
        r = deflate(&stream, stream.avail_in == left ? Z_FINISH : Z_NO_FLUSH);
    } while (r == Z_OK);
    if (r != Z_STREAM_END)
        abort(); // deflateBound was wrong
    *ret_length = stream.total_out;
    deflateEnd(&stream);
    *ret = talloc_realloc(ctx, out, char, *ret_length);
    return SEN_OK;
}

int compress_brotli(TALLOC_CTX *ctx, const char *data, size_t length, int level, char **ret,
                    size_t *ret_length)
{
    if (level < BROTLI_MIN_QUALITY || level > BROTLI_MAX_QUALITY)
        return -EINVAL;
    size_t size = BrotliEncoderMaxCompressedSize(length);
    char *out = talloc_array(ctx, char, size);
    if (!size || !BrotliEncoderCompress(level, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, length,
                                        (const uint8_t *)data, &size, (uint8_t *)out))
        abort(); // out of memory
    *ret_length = size;
    *ret = talloc_realloc(ctx, out, char, size);
    return SEN_OK;
}
