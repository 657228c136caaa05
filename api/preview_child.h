// Pages of drafts, made in child processes: this program itself with the hidden command
// `render-preview`, which reads the database and writes the page on its standard output. At most
// PREVIEWS_AT_ONCE run in the server; each is killed after PREVIEW_SECONDS.
#pragma once

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

#define PREVIEW_COMMAND  "render-preview"
#define PREVIEWS_AT_ONCE 2
#define PREVIEW_QUEUE    16 // that wait, a thread; past it: SEN_BUSY
#define PREVIEW_SECONDS  10
#define PREVIEW_BYTES    (16 * 1024 * 1024)

// What stands before the page on the child's output.
struct preview_head {
    int32_t outcome; // of site_preview
    uint32_t length; // of the page
};

struct previews;

// One a thread. Freeing it kills the child and drops what waits without calling back; not from
// inside a callback.
struct previews *previews_open(TALLOC_CTX *ctx, struct event_base *base);

// page lives as long as the call. outcome: SEN_OK, those of site_preview, SEN_BUSY, SEN_TIMEOUT, or
// negative.
typedef void preview_done(void *data, int outcome, const char *page, size_t length);

// Everything given is copied. done is called once, always after the call has returned.
void previews_render(struct previews *previews, const char *article, const char *locale,
                     preview_done *done, void *data);
