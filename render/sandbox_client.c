#include "render/sandbox_internal.h"

#include "content/base/log.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct sandbox_client {
    const struct settings *settings;
    struct child child;
};

static int client_close(struct sandbox_client *client)
{
    if (client->child.pid)
        child_end(&client->child);
    return 0;
}

struct sandbox_client *sandbox_client_open(TALLOC_CTX *ctx, const struct settings *settings)
{
    struct sandbox_client *client = talloc_zero(ctx, struct sandbox_client);
    client->settings = settings;
    client->child.fd = -1;
    talloc_set_destructor(client, client_close);
    return client;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// 0 when the socket is ready, -ETIMEDOUT past the deadline.
static int wait_for(int fd, short events, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - now_ms();
        if (left <= 0)
            return -ETIMEDOUT;
        int n = poll(&(struct pollfd){.fd = fd, .events = events}, 1, (int)left);
        if (n > 0)
            return SEN_OK;
        if (n < 0 && errno != EINTR)
            return -errno;
    }
}

// -EPIPE: the child is gone.
static int transfer(int fd, bool out, uint8_t *bytes, size_t length, int64_t deadline)
{
    while (length) {
        ssize_t n = out ? send(fd, bytes, length, MSG_NOSIGNAL) : recv(fd, bytes, length, 0);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
            continue;
        }
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return -EPIPE;
        int r = wait_for(fd, out ? POLLOUT : POLLIN, deadline);
        if (r)
            return r;
    }
    return SEN_OK;
}

static int exchange(TALLOC_CTX *ctx, struct sandbox_client *client, enum job_kind kind,
                    struct frame *frame, struct job_result *ret)
{
    int64_t deadline = now_ms() + job_wall_ms(client->settings, kind);
    int fd = client->child.fd;
    uint8_t head[FRAME_HEAD];
    int r = transfer(fd, true, frame->bytes, frame->length, deadline);
    if (!r)
        r = transfer(fd, false, head, sizeof head, deadline);
    if (r)
        return r;
    uint32_t length = frame_body_length(head);
    if (!length || length > FRAME_RESULT_MAX)
        return -EPROTO;
    uint8_t *body = talloc_array(client, uint8_t, length);
    r = transfer(fd, false, body, length, deadline);
    if (!r && !frame_read_result(ctx, kind, body, length, ret))
        r = -EPROTO;
    talloc_free(body);
    return r;
}

static int client_try(TALLOC_CTX *ctx, struct sandbox_client *client, const struct job *job,
                      struct frame *frame, struct job_result *ret)
{
    int r = client->child.pid ? SEN_OK : child_start(client->settings, &client->child);
    if (r)
        return r;
    r = exchange(ctx, client, job->kind, frame, ret);
    if (!r)
        return SEN_OK;
    if (r == -ETIMEDOUT)
        log_error("sandbox.stuck", "the renderer did not answer in time");
    else if (r == -EPROTO)
        log_error("sandbox.protocol", "the renderer's answer is malformed");
    enum child_end end = child_end(&client->child);
    if (job->path_out)
        unlink(job->path_out);
    if (r == -ETIMEDOUT || (r == -EPIPE && end == CHILD_LIMIT)) {
        *ret = job_too_slow(job->kind);
        return SEN_OK;
    }
    return r;
}

static int client_run(TALLOC_CTX *ctx, struct sandbox_client *client, const struct job *job,
                      struct job_result *ret, struct fault *ret_fault)
{
    struct frame frame;
    int r = frame_write_job(client, job, &frame, ret_fault);
    if (r)
        return r;
    r = -EPIPE;
    for (unsigned tries = 0; r == -EPIPE && tries < JOB_TRIES; tries++)
        r = client_try(ctx, client, job, &frame, ret);
    talloc_free(frame.bytes);
    if (r)
        return r;
    if (ret->outcome > 0)
        *ret_fault = ret->fault;
    return ret->outcome;
}

int sandbox_client_render(TALLOC_CTX *ctx, struct sandbox_client *client,
                          const struct markdown_options *options, const char *text, size_t length,
                          struct rendered *ret, struct fault *ret_fault)
{
    int r = markdown_check(text, length, ret_fault);
    if (r)
        return r;
    struct job job = {.kind = JOB_RENDER, .options = *options, .text = text, .text_length = length};
    struct job_result result;
    r = client_run(ctx, client, &job, &result, ret_fault);
    if (!r)
        *ret = result.rendered;
    return r;
}

int sandbox_client_image(struct sandbox_client *client, const char *path_in, const char *path_out,
                         struct image *ret, struct fault *ret_fault)
{
    struct job job = {.kind = JOB_IMAGE, .path_in = path_in, .path_out = path_out};
    struct job_result result;
    int r = client_run(client, client, &job, &result, ret_fault);
    if (!r)
        *ret = result.image;
    return r;
}
