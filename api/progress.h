// A bar on a terminal; nothing on anything else.
#pragma once

#include <stddef.h>

struct progress {
    const char *what; // "texts"
    size_t done, total;
    long drawn; // when, in milliseconds; 0: never
};

void progress_draw(struct progress *progress, size_t done, size_t total);

// Take the bar away, so that a line can be written in its place; the next draw brings it back.
void progress_clear(struct progress *progress);
