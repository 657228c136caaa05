#include "api/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define WIDTH    40
#define EVERY_MS 100

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_draw(struct progress *progress, size_t done, size_t total)
{
    progress->done = done;
    progress->total = total;
    long now = now_ms();
    if (!isatty(STDERR_FILENO) || !total || (done < total && now - progress->drawn < EVERY_MS))
        return;
    progress->drawn = now;
    int full = (int)(done * WIDTH / total);
    fprintf(stderr, "\r[%.*s%*s] %zu of %zu %s", full, "########################################",
            WIDTH - full, "", done, total, progress->what);
    fflush(stderr);
}

void progress_clear(struct progress *progress)
{
    if (!progress->drawn)
        return;
    fprintf(stderr, "\r\033[K");
    progress->drawn = 0;
}
