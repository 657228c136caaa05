// What may be slow or dangerous by nature, rendering strangers' texts and decoding their pictures,
// done in a child process with limits: CPU time for every job (SEN_RENDER_CPU_MS; a picture may
// take ten times that), address space (SEN_RENDER_MEMORY_MB), no descriptors but its socket, no
// environment, no privileges to gain. The child is this program itself with the hidden command
// `render-worker`; it serves job after job, and one that a limit kills takes only its job with it:
// that one ends with SEN_TOO_COMPLEX (markdown.too_slow, media.too_slow).
//
// Other outcomes are those of markdown_render and image_clean; negative: no child could be started
// or it did not keep to the protocol.
#pragma once

#include "content/base/outcome.h"
#include "content/base/settings.h"
#include "render/image.h"
#include "render/markdown.h"

#include <event2/event.h>
#include <talloc.h>

#define SANDBOX_COMMAND "render-worker"
#define SANDBOX_QUEUE   256 // jobs of a kind that wait; past it: SEN_BUSY

// ---- on an event loop: one a thread ---------------------------------------------------------

struct sandbox;

// Children are started when there is work: one for texts, one for pictures. Freeing the sandbox
// kills them and drops what waits without calling back; not from inside a callback.
struct sandbox *sandbox_open(TALLOC_CTX *ctx, struct event_base *base,
                             const struct settings *settings);

// result is NULL unless outcome is SEN_OK; what it points to hangs on the ctx given, which lives
// until done is called. fault is NULL unless outcome is SEN_INVALID, SEN_TOO_LARGE or
// SEN_TOO_COMPLEX. Both structs live as long as the call.
typedef void sandbox_rendered(void *data, int outcome, const struct rendered *result,
                              const struct fault *fault);
typedef void sandbox_cleaned(void *data, int outcome, const struct image *result,
                             const struct fault *fault);

// Everything given is copied. done is called once, always after the call has returned.
void sandbox_render(struct sandbox *sandbox, TALLOC_CTX *ctx,
                    const struct markdown_options *options, const char *text, size_t length,
                    sandbox_rendered *done, void *data);
void sandbox_image(struct sandbox *sandbox, TALLOC_CTX *ctx, const char *path_in,
                   const char *path_out, sandbox_cleaned *done, void *data);

// ---- waiting for the answer: commands --------------------------------------------------------

struct sandbox_client;

struct sandbox_client *sandbox_client_open(TALLOC_CTX *ctx, const struct settings *settings);

int sandbox_client_render(TALLOC_CTX *ctx, struct sandbox_client *client,
                          const struct markdown_options *options, const char *text, size_t length,
                          struct rendered *ret, struct fault *ret_fault) SEN_MUST_CHECK;
int sandbox_client_image(struct sandbox_client *client, const char *path_in, const char *path_out,
                         struct image *ret, struct fault *ret_fault) SEN_MUST_CHECK;

// ---- in processes that are forked for the work ------------------------------------------------

// Limit the address space of this process, and let it leave no core file.
int sandbox_limits(const struct settings *settings) SEN_MUST_CHECK;

// Let this process, whatever it inherited, grow by so many MiB of address space and leave no core
// file.
int sandbox_growth(int64_t megabytes) SEN_MUST_CHECK;

// Between these two, cpu_ms milliseconds of CPU time end the process by SIGPROF.
void sandbox_job_begin(int64_t cpu_ms);
void sandbox_job_end(void);

// The child's side: serve the socket on descriptor 3 until it closes. Returns the exit status.
int sandbox_worker(const struct settings *settings);
