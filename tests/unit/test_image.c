// Pictures: what is let in and what comes out. libvips makes the pictures that go in and looks at
// those that come out.
#include "render/image.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vips/vips.h>
#include <zlib.h>

#include <cmocka.h>

static char folder[] = "/tmp/sen-image-XXXXXX";
static char in[64], out[64];

static void write_file(const void *bytes, size_t length)
{
    FILE *file = fopen(in, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static size_t read_file(const char *path, char **ret)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct stat status;
    fstat(fileno(file), &status);
    *ret = malloc((size_t)status.st_size + 1);
    size_t length = fread(*ret, 1, (size_t)status.st_size, file);
    fclose(file);
    return length;
}

// Outcome and fault key; the new file is gone unless the outcome is SEN_OK.
static int clean(struct image *image, struct fault *fault)
{
    unlink(out);
    *fault = (struct fault){.key = "-"};
    int r = image_clean(in, out, image, fault);
    assert_int_equal(access(out, F_OK) == 0, r == SEN_OK);
    return r;
}

static void refused(int outcome, const char *key)
{
    struct image image;
    struct fault fault;
    assert_int_equal(clean(&image, &fault), outcome);
    assert_string_equal(fault.key, key);
    assert_string_equal(fault.field, "file");
}

// ---- PNG by hand -----------------------------------------------------------------------------

static void put_chunk(FILE *file, const char *type, const void *data, uint32_t length)
{
    uint8_t head[8] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
                       (uint8_t)length};
    memcpy(head + 4, type, 4);
    uint32_t crc = (uint32_t)crc32(crc32(0, head + 4, 4), data, length);
    uint8_t tail[4] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8),
                       (uint8_t)crc};
    fwrite(head, 1, 8, file);
    fwrite(data, 1, length, file);
    fwrite(tail, 1, 4, file);
}

// A header that promises width x height, and few pixels.
static void write_png_header(uint32_t width, uint32_t height, uint8_t depth, uint8_t colour)
{
    FILE *file = fopen(in, "wb");
    fwrite("\x89PNG\r\n\x1a\n", 1, 8, file);
    uint8_t header[13] = {(uint8_t)(width >> 24),
                          (uint8_t)(width >> 16),
                          (uint8_t)(width >> 8),
                          (uint8_t)width,
                          (uint8_t)(height >> 24),
                          (uint8_t)(height >> 16),
                          (uint8_t)(height >> 8),
                          (uint8_t)height,
                          depth,
                          colour};
    put_chunk(file, "IHDR", header, sizeof header);
    uint8_t nothing[64] = {0}, packed[128];
    uLongf length = sizeof packed;
    compress(packed, &length, nothing, sizeof nothing);
    put_chunk(file, "IDAT", packed, (uint32_t)length);
    put_chunk(file, "IEND", "", 0);
    fclose(file);
}

// ---- pictures by libvips -----------------------------------------------------------------------

static VipsImage *picture(int width, int height)
{
    VipsImage *grey, *bands[3], *joined, *image;
    assert_int_equal(vips_grey(&grey, width, height, "uchar", TRUE, NULL), 0);
    for (int i = 0; i < 3; i++)
        bands[i] = grey;
    assert_int_equal(vips_bandjoin(bands, &joined, 3, NULL), 0);
    assert_int_equal(vips_copy(joined, &image, "interpretation", VIPS_INTERPRETATION_sRGB, NULL),
                     0);
    g_object_unref(joined);
    g_object_unref(grey);
    return image;
}

static void set_metadata(VipsImage *image, int orientation)
{
    vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
    vips_image_set_string(image, "exif-ifd0-Artist",
                          "SECRET (SECRET, ASCII, 7 components, 7 bytes)");
    vips_image_set_string(image, "exif-ifd3-GPSLatitude",
                          "21/1 1/1 1/1 (21, Rational, 3 components, 24 bytes)");
    vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, "<x>SECRET</x>", 13);
}

static void test_clean(void **state)
{
    static const struct {
        bool png;
        int orientation, width, height;
    } cases[] = {{true, 1, 40, 20},
                 {false, 1, 40, 20},
                 {false, 6, 20, 40},
                 {false, 3, 40, 20},
                 {false, 8, 20, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        VipsImage *image = picture(40, 20);
        set_metadata(image, cases[i].orientation);
        int failed = cases[i].png ? vips_pngsave(image, in, NULL) : vips_jpegsave(image, in, NULL);
        assert_int_equal(failed, 0);
        g_object_unref(image);
        // Something behind the picture, as polyglots have it.
        FILE *file = fopen(in, "ab");
        fputs("<script>SECRET</script>", file);
        fclose(file);

        struct image cleaned;
        struct fault fault;
        assert_int_equal(clean(&cleaned, &fault), SEN_OK);
        assert_string_equal(cleaned.type, cases[i].png ? "image/png" : "image/jpeg");
        assert_int_equal(cleaned.width, cases[i].width);
        assert_int_equal(cleaned.height, cases[i].height);
        char *bytes;
        size_t length = read_file(out, &bytes);
        assert_int_equal(length, cleaned.bytes);
        assert_null(memmem(bytes, length, "SECRET", 6));
        assert_null(memmem(bytes, length, "Exif", 4));
        assert_null(memmem(bytes, length, "GPS", 3));
        free(bytes);

        VipsImage *again = vips_image_new_from_file(out, NULL);
        assert_non_null(again);
        double average;
        assert_int_equal(vips_avg(again, &average, NULL), 0);
        assert_true(average > 120 && average < 135);
        g_object_unref(again);
    }
}

static void test_kinds(void **state)
{
    static const struct {
        VipsInterpretation space;
        bool png;
        int bands;
    } cases[] = {
        {VIPS_INTERPRETATION_B_W, true, 1},   {VIPS_INTERPRETATION_B_W, false, 1},
        {VIPS_INTERPRETATION_RGB16, true, 3}, {VIPS_INTERPRETATION_GREY16, true, 1},
        {VIPS_INTERPRETATION_CMYK, false, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        VipsImage *image = picture(64, 64), *made;
        assert_int_equal(vips_colourspace(image, &made, cases[i].space, NULL), 0);
        assert_int_equal(
            cases[i].png ? vips_pngsave(made, in, NULL) : vips_jpegsave(made, in, NULL), 0);
        g_object_unref(made);
        g_object_unref(image);
        struct image cleaned;
        struct fault fault;
        assert_int_equal(clean(&cleaned, &fault), SEN_OK);
        VipsImage *again = vips_image_new_from_file(out, NULL);
        assert_non_null(again);
        assert_int_equal(vips_image_get_bands(again), cases[i].bands);
        assert_int_equal(vips_image_get_format(again), VIPS_FORMAT_UCHAR);
        g_object_unref(again);
    }
}

static void test_types(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } others[] = {
        {"", 0},
        {"\x89PNG", 4},
        {"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", 58},
        {"<?xml version=\"1.0\"?><svg/>", 27},
        {"GIF89a\1\0\1\0\0\0\0;", 14},
        {"RIFF\0\0\0\0WEBPVP8 ", 16},
        {"%PDF-1.4\n", 9},
        {"%!PS-Adobe-3.0\n", 15},
        {"push graphic-context\nviewbox 0 0 1 1\n", 37},
        {"BM\0\0\0\0", 6},
        {"II*\0", 4},
        {"P6\n1 1\n255\nabc", 14},
        {"\0\0\0\x1c"
         "ftypavif",
         12},
        {" \xff\xd8\xff", 4},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        write_file(others[i].bytes, others[i].length);
        refused(SEN_INVALID, "media.type");
    }
}

static void test_damaged(void **state)
{
    write_file("\x89PNG\r\n\x1a\n", 8);
    refused(SEN_INVALID, "media.damaged");
    write_file("\xff\xd8\xff\xe0\0\x10JFIF", 10);
    refused(SEN_INVALID, "media.damaged");
    write_png_header(100, 100, 8, 2);
    refused(SEN_INVALID, "media.damaged");

    // Cut off anywhere.
    for (int png = 0; png < 2; png++) {
        VipsImage *image = picture(200, 200);
        assert_int_equal(png ? vips_pngsave(image, in, NULL) : vips_jpegsave(image, in, NULL), 0);
        g_object_unref(image);
        char *bytes;
        size_t length = read_file(in, &bytes);
        for (size_t cut = 1; cut < 8; cut++) {
            write_file(bytes, length * cut / 8);
            refused(SEN_INVALID, "media.damaged");
        }
        free(bytes);
    }
}

static void test_pixels(void **state)
{
    static const struct {
        uint32_t width, height;
        uint8_t depth, colour;
        const char *key;
    } cases[] = {
        // At the limit the header is let through, and the missing pixels are found.
        {8000, 5000, 8, 6, "media.damaged"}, {8001, 5000, 8, 6, "media.pixels"},
        {8000, 5001, 8, 0, "media.pixels"},  {4000, 5000, 16, 6, "media.damaged"},
        {4001, 5000, 16, 6, "media.pixels"}, {30000, 30000, 8, 2, "media.pixels"},
        {1000000, 41, 1, 0, "media.pixels"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_png_header(cases[i].width, cases[i].height, cases[i].depth, cases[i].colour);
        refused(strcmp(cases[i].key, "media.pixels") == 0 ? SEN_TOO_LARGE : SEN_INVALID,
                cases[i].key);
    }
}

static void test_files(void **state)
{
    struct image image;
    struct fault fault;
    unlink(in);
    assert_int_equal(clean(&image, &fault), -ENOENT);
    assert_int_equal(mkdir(in, 0700), 0);
    assert_int_equal(clean(&image, &fault), -EINVAL);
    rmdir(in);
    assert_int_equal(mkfifo(in, 0600), 0);
    assert_int_equal(clean(&image, &fault), -EINVAL);
    unlink(in);

    // A file that is there is neither replaced nor removed.
    write_png_header(1, 1, 8, 0);
    FILE *file = fopen(out, "wb");
    fputs("kept", file);
    fclose(file);
    assert_int_equal(image_clean(in, out, &image, &fault), -EEXIST);
    char *bytes;
    assert_int_equal(read_file(out, &bytes), 4);
    free(bytes);
}

static int set_up(void **state)
{
    setenv("VIPS_WARNING", "0", 1);
    if (!mkdtemp(folder) || vips_init("test"))
        return -1;
    snprintf(in, sizeof in, "%s/in", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    return 0;
}

static int tear_down(void **state)
{
    unlink(in);
    unlink(out);
    rmdir(folder);
    vips_shutdown();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),   cmocka_unit_test(test_kinds),  cmocka_unit_test(test_types),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_pixels), cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
