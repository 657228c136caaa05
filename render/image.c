#include "render/image.h"

#include "content/base/log.h"
#include "content/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vips/vips.h>

enum format { FORMAT_NONE, FORMAT_PNG, FORMAT_JPEG };

static const char *const types[] = {NULL, "image/png", "image/jpeg"};

// Everything is read by a loader that we name; blocking the others is the second lock.
static bool ready(void)
{
    static bool done, works;
    if (done)
        return works;
    done = true;
    // Modules would bring loaders (PDF, SVG, HEIF, ImageMagick) that nobody here asks for.
    setenv("VIPSHOME", "/nonexistent", 1);
    setenv("VIPS_WARNING", "0", 1);
    works = vips_init("sen") == 0;
    if (!works)
        return false;
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignLoadPng", FALSE);
    vips_operation_block_set("VipsForeignLoadJpeg", FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    return true;
}

static enum format format_of(int fd)
{
    unsigned char head[8];
    ssize_t length = pread(fd, head, sizeof head, 0);
    if (length == 8 && memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0)
        return FORMAT_PNG;
    if (length >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0)
        return FORMAT_JPEG;
    return FORMAT_NONE;
}

static VipsImage *load(int fd, enum format format, VipsAccess access)
{
    VipsSource *source = vips_source_new_from_descriptor(fd);
    VipsImage *image = NULL;
    if (source && format == FORMAT_PNG)
        vips_pngload_source(source, &image, "access", access, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    else if (source)
        vips_jpegload_source(source, &image, "access", access, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    if (source)
        g_object_unref(source);
    return image;
}

static bool too_many_pixels(VipsImage *image)
{
    uint64_t width = (uint64_t)vips_image_get_width(image);
    uint64_t pixels = width * (uint64_t)vips_image_get_height(image);
    // Two bytes a channel count double: what is limited is memory.
    return pixels * VIPS_IMAGE_SIZEOF_PEL(image) > (uint64_t)IMAGE_PIXELS_MAX * 4 ||
           pixels > IMAGE_PIXELS_MAX;
}

static void replace(VipsImage **image, VipsImage *made)
{
    g_object_unref(*image);
    *image = made;
}

static bool to_srgb(VipsImage **image)
{
    VipsImage *made = NULL;
    // A broken profile is not worth losing the picture for: it is shown as if it had none.
    if (vips_image_get_typeof(*image, VIPS_META_ICC_NAME) &&
        vips_icc_transform(*image, &made, "srgb", "embedded", TRUE, NULL) == 0) {
        replace(image, made);
        return true;
    }
    VipsInterpretation space = vips_image_get_interpretation(*image);
    if (vips_image_get_format(*image) == VIPS_FORMAT_UCHAR &&
        (space == VIPS_INTERPRETATION_sRGB || space == VIPS_INTERPRETATION_B_W))
        return true;
    bool grey = space == VIPS_INTERPRETATION_GREY16 || space == VIPS_INTERPRETATION_B_W;
    VipsInterpretation target = grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    if (vips_colourspace(*image, &made, target, NULL))
        return false;
    replace(image, made);
    return true;
}

static bool make_upright(VipsImage **image)
{
    VipsImage *made = NULL;
    if (vips_autorot(*image, &made, NULL))
        return false;
    replace(image, made);
    return true;
}

static bool save(VipsImage *image, enum format format, int fd)
{
    VipsTarget *target = vips_target_new_to_descriptor(fd);
    if (!target)
        return false;
    int failed = format == FORMAT_PNG
                     ? vips_pngsave_target(image, target, "strip", TRUE, "compression", 5, NULL)
                     : vips_jpegsave_target(image, target, "strip", TRUE, "Q", 85,
                                            "optimize_coding", TRUE, NULL);
    g_object_unref(target);
    return !failed;
}

// A picture that is turned is read out of order and must be in memory; the others stream.
static VipsAccess access_for(VipsImage *header)
{
    return vips_image_get_orientation(header) == 1 ? VIPS_ACCESS_SEQUENTIAL : VIPS_ACCESS_RANDOM;
}

static int clean(int in, int out, enum format format, struct image *ret, struct fault *ret_fault)
{
    VipsImage *header = load(in, format, VIPS_ACCESS_SEQUENTIAL);
    if (!header)
        return fault_set(ret_fault, "media.damaged", "file", NULL);
    bool too_many = too_many_pixels(header);
    VipsAccess access = access_for(header);
    g_object_unref(header);
    if (too_many) {
        char limit[24];
        snprintf(limit, sizeof limit, "%d", IMAGE_PIXELS_MAX);
        fault_set(ret_fault, "media.pixels", "file", limit);
        return SEN_TOO_LARGE;
    }
    VipsImage *image = load(in, format, access);
    bool saved = image && to_srgb(&image) && make_upright(&image) && save(image, format, out);
    if (saved) {
        ret->type = types[format];
        ret->width = vips_image_get_width(image);
        ret->height = vips_image_get_height(image);
    }
    if (image)
        g_object_unref(image);
    return saved ? SEN_OK : fault_set(ret_fault, "media.damaged", "file", NULL);
}

static int open_regular(const char *path)
{
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return fd;
    close(fd);
    return -EINVAL;
}

static int write_clean(int in, int out, struct image *ret, struct fault *ret_fault)
{
    enum format format = format_of(in);
    if (format == FORMAT_NONE)
        return fault_set(ret_fault, "media.type", "file", NULL);
    if (!ready())
        return -ENOSYS;
    int r = clean(in, out, format, ret, ret_fault);
    if (r && *vips_error_buffer())
        log_info("image.refused", "%.200s", vips_error_buffer());
    vips_error_clear();
    struct stat status;
    if (r)
        return r;
    if (fsync(out) || fstat(out, &status))
        return -errno;
    ret->bytes = (size_t)status.st_size;
    return SEN_OK;
}

int image_clean(const char *path_in, const char *path_out, struct image *ret,
                struct fault *ret_fault)
{
    int in = open_regular(path_in);
    if (in < 0)
        return in;
    int out = open(path_out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (out < 0) {
        int r = -errno;
        close(in);
        return r;
    }
    struct image image = {.type = NULL};
    int r = write_clean(in, out, &image, ret_fault);
    close(in);
    if (close(out) && !r)
        r = -errno;
    if (r)
        unlink(path_out);
    else
        *ret = image;
    return r;
}
