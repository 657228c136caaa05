// Compressed copies: what comes out of the other end is what went in.
#include "render/compress.h"

#include <brotli/decode.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static char *sample(TALLOC_CTX *ctx, size_t length)
{
    static const char words[] = "Hà Nội, thủ đô nghìn năm; 河内, 千年之都; <p class=\"lead\">";
    char *text = talloc_array(ctx, char, length + 1);
    uint32_t noise = 1;
    for (size_t i = 0; i < length; i++) {
        noise = noise * 1664525 + 1013904223;
        text[i] = noise >> 28 ? words[i % (sizeof(words) - 1)] : (char)(noise >> 16);
    }
    return text;
}

static void check_gzip(TALLOC_CTX *ctx, const char *text, size_t length, int level)
{
    char *packed, *again;
    size_t packed_length, again_length;
    assert_int_equal(compress_gzip(ctx, text, length, level, &packed, &packed_length), SEN_OK);
    assert_int_equal(compress_gzip(ctx, text, length, level, &again, &again_length), SEN_OK);
    assert_int_equal(packed_length, again_length);
    assert_memory_equal(packed, again, packed_length);
    assert_memory_equal(packed + 4, "\0\0\0\0", 4); // MTIME

    char *back = talloc_array(ctx, char, length + 1);
    z_stream stream = {.next_in = (Bytef *)packed,
                       .avail_in = (uInt)packed_length,
                       .next_out = (Bytef *)back,
                       .avail_out = (uInt)length + 1};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, length);
    assert_int_equal(stream.avail_in, 0);
    assert_memory_equal(back, text, length);
    inflateEnd(&stream);
}

static void check_brotli(TALLOC_CTX *ctx, const char *text, size_t length, int level)
{
    char *packed, *again;
    size_t packed_length, again_length, back_length = length + 1;
    assert_int_equal(compress_brotli(ctx, text, length, level, &packed, &packed_length), SEN_OK);
    assert_int_equal(compress_brotli(ctx, text, length, level, &again, &again_length), SEN_OK);
    assert_int_equal(packed_length, again_length);
    assert_memory_equal(packed, again, packed_length);

    char *back = talloc_array(ctx, char, length + 1);
    assert_int_equal(
        BrotliDecoderDecompress(packed_length, (uint8_t *)packed, &back_length, (uint8_t *)back),
        BROTLI_DECODER_RESULT_SUCCESS);
    assert_int_equal(back_length, length);
    assert_memory_equal(back, text, length);
}

static void test_round_trip(void **state)
{
    static const size_t lengths[] = {0, 1, 100, 4096, 200 * 1024};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        char *text = sample(ctx, lengths[i]);
        for (int level = 1; level <= 9; level++)
            check_gzip(ctx, text, lengths[i], level);
        for (int level = 0; level <= 11; level++)
            if (level < 10 || lengths[i] <= 4096)
                check_brotli(ctx, text, lengths[i], level);
        talloc_free(ctx);
    }
}

static void test_levels(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *out;
    size_t length;
    assert_int_equal(compress_gzip(ctx, "a", 1, 0, &out, &length), -EINVAL);
    assert_int_equal(compress_gzip(ctx, "a", 1, 10, &out, &length), -EINVAL);
    assert_int_equal(compress_brotli(ctx, "a", 1, -1, &out, &length), -EINVAL);
    assert_int_equal(compress_brotli(ctx, "a", 1, 12, &out, &length), -EINVAL);
    talloc_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
