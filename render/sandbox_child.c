#include "render/sandbox_internal.h"

#include "content/base/log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#define SOCKET_FD       3
#define DESCRIPTORS_MAX 32
#define FILE_BYTES_MAX  (1024L * 1024 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif

static int limit(int resource, rlim_t most)
{
    return setrlimit(resource, &(struct rlimit){most, most}) ? -errno : SEN_OK;
}

int sandbox_limits(const struct settings *settings)
{
    int r = limit(RLIMIT_CORE, 0);
#ifndef HAS_SHADOW_MEMORY
    if (!r)
        r = limit(RLIMIT_AS, (rlim_t)settings->render_memory_mb * 1024 * 1024);
#endif
    return r;
}

int sandbox_growth(int64_t megabytes)
{
    int r = limit(RLIMIT_CORE, 0);
#ifndef HAS_SHADOW_MEMORY
    unsigned long long pages = 0;
    FILE *file = r ? NULL : fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%llu", &pages) != 1)
        r = -EIO;
    if (file)
        fclose(file);
    if (!r && pages)
        r = limit(RLIMIT_AS,
                  (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (rlim_t)megabytes * 1024 * 1024);
#else
    (void)megabytes;
#endif
    return r;
}

static void set_timer(int64_t ms)
{
    struct itimerval timer = {.it_value = {ms / 1000, ms % 1000 * 1000}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

void sandbox_job_begin(int64_t cpu_ms)
{
    signal(SIGPROF, SIG_DFL);
    set_timer(cpu_ms);
}

void sandbox_job_end(void)
{
    set_timer(0);
}

// 1: length bytes were read, 0: the socket was closed before the first, -1: anything else.
static int read_all(uint8_t *to, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t n = read(SOCKET_FD, to + got, length - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 && got == 0 ? 0 : -1;
        got += (size_t)n;
    }
    return 1;
}

static bool write_all(const uint8_t *from, size_t length)
{
    while (length) {
        ssize_t n = write(SOCKET_FD, from, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        from += n;
        length -= (size_t)n;
    }
    return true;
}

static bool serve(TALLOC_CTX *ctx, const struct settings *settings, uint8_t *body, size_t length)
{
    struct job job;
    if (!frame_read_job(ctx, body, length, &job))
        return false;
    struct job_result result = {.kind = job.kind};
    sandbox_job_begin(job_cpu_ms(settings, job.kind));
    if (job.kind == JOB_RENDER)
        result.outcome = markdown_render(ctx, &job.options, job.text, job.text_length,
                                         &result.rendered, &result.fault);
    else
        result.outcome = image_clean(job.path_in, job.path_out, &result.image, &result.fault);
    sandbox_job_end();
    struct frame frame;
    return frame_write_result(ctx, &result, &frame) == SEN_OK &&
           write_all(frame.bytes, frame.length);
}

int sandbox_worker(const struct settings *settings)
{
    int r = sandbox_limits(settings);
    if (!r)
        r = limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
    if (!r)
        r = limit(RLIMIT_FSIZE, FILE_BYTES_MAX);
    if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        r = -errno;
    if (r) {
        log_error("sandbox.limits", "%s", strerror(-r));
        return 1;
    }
    for (;;) {
        uint8_t head[FRAME_HEAD];
        int got = read_all(head, sizeof head);
        if (got <= 0)
            return got ? 1 : 0;
        uint32_t length = frame_body_length(head);
        if (length > FRAME_JOB_MAX)
            return 1;
        TALLOC_CTX *ctx = talloc_new(NULL);
        uint8_t *body = talloc_array(ctx, uint8_t, length);
        bool served = read_all(body, length) > 0 && serve(ctx, settings, body, length);
        talloc_free(ctx);
        if (!served)
            return 1;
    }
}
