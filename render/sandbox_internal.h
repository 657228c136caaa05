// The child process of the sandbox as its two kinds of parent see it, and what they do alike.
#pragma once

#include "render/frame.h"
#include "render/sandbox.h"

#include <sys/types.h>

#define IMAGE_CPU_FACTOR 10
#define JOB_TRIES        2 // a job whose child died of something else gets another

struct child {
    pid_t pid; // 0: there is none
    int fd;    // our end of the socket, not blocking; -1: there is none
};

// 0, or -errno and no child.
int child_start(const struct settings *settings, struct child *ret) SEN_MUST_CHECK;

enum child_end {
    CHILD_LIMIT, // its job was too much for it
    CHILD_OTHER, // somebody killed it, or it left
};

// Kill it if it still runs, and reap it. Says what it had died of by then.
enum child_end child_end(struct child *child);

// CPU time a job of this kind may take, and the wall-clock time after which something must be
// wrong.
int64_t job_cpu_ms(const struct settings *settings, enum job_kind kind);
int64_t job_wall_ms(const struct settings *settings, enum job_kind kind);

// The result of a job whose child hit a limit.
struct job_result job_too_slow(enum job_kind kind);
