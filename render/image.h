// Uploaded pictures. Only what is PNG or JPEG by its own bytes is let in, and never kept as it
// came: it is decoded, turned upright, brought to sRGB, freed of all metadata (EXIF, GPS, comments,
// profiles, appended data) and encoded again.
//
// The decoders are a stranger's favourite target: run image_clean in the child of render/sandbox.h.
#pragma once

#include "content/base/outcome.h"

#include <stddef.h>

#define IMAGE_PIXELS_MAX (40 * 1000 * 1000)

struct image {
    const char *type;  // "image/png" or "image/jpeg", a constant
    int width, height; // pixels, upright
    size_t bytes;      // of the new file
};

// Read path_in, write path_out, which must not exist; it is on the disk (fsync) when SEN_OK is
// returned and gone otherwise. A PNG stays a PNG (8 bits a channel), a JPEG a JPEG (quality 85).
// Outcomes: SEN_INVALID with media.type (neither PNG nor JPEG) or media.damaged (cannot be decoded
// to its end), SEN_TOO_LARGE with media.pixels (more than IMAGE_PIXELS_MAX; seen from the header,
// before anything is decoded); -errno when a file cannot be opened or written.
int image_clean(const char *path_in, const char *path_out, struct image *ret,
                struct fault *ret_fault) SEN_MUST_CHECK;
