// What the sandbox's two ends say to each other: frames of a 32-bit length and that many bytes,
// in the machine's own byte order (both ends are one program). Neither end trusts the other: a
// reader never reads past its frame, and one wrong field makes the whole frame wrong.
#pragma once

#include "render/image.h"
#include "render/markdown.h"
#include "render/segments.h"

#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

#define FRAME_JOB_MAX    (1024 * 1024)
#define FRAME_RESULT_MAX (MARKDOWN_HTML + SEGMENTS_BYTES_MAX + 1024 * 1024)
#define FRAME_HEAD       4 // bytes of the length

enum job_kind { JOB_RENDER = 1, JOB_IMAGE };

struct job {
    enum job_kind kind;
    struct markdown_options options; // JOB_RENDER
    const char *text;
    size_t text_length;
    const char *path_in, *path_out; // JOB_IMAGE
};

struct job_result {
    enum job_kind kind;
    int outcome;
    struct fault fault;       // where outcome is positive
    struct rendered rendered; // JOB_RENDER
    struct image image;       // JOB_IMAGE
};

struct frame {
    uint8_t *bytes; // head and body, a talloc child of the given ctx
    size_t length;
};

// SEN_TOO_LARGE when the body would pass its limit (of a job: markdown.too_many_media).
int frame_write_job(TALLOC_CTX *ctx, const struct job *job, struct frame *ret,
                    struct fault *ret_fault) SEN_MUST_CHECK;
int frame_write_result(TALLOC_CTX *ctx, const struct job_result *result,
                       struct frame *ret) SEN_MUST_CHECK;

uint32_t frame_body_length(const uint8_t head[FRAME_HEAD]);

// Read the body of a frame. What is read is copied to ctx; faults get the constants of the program
// for their key and field. False: it is no such frame (or a result of another kind).
bool frame_read_job(TALLOC_CTX *ctx, const uint8_t *body, size_t length, struct job *ret);
bool frame_read_result(TALLOC_CTX *ctx, enum job_kind kind, const uint8_t *body, size_t length,
                       struct job_result *ret);

// The message keys of the faults that can come out of the sandbox; NULL ends them.
extern const char *const frame_fault_keys[];
