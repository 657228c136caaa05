// A lane is a child, a queue of jobs and the one job the child has. Its I/O is done with send and
// recv on events rather than a bufferevent: MSG_NOSIGNAL, and a bound on what is read.
//
//   sandbox_render -> queued -> (next turn) given -> sent -> answered -> done()
//                       |                     \-> the child died: too slow, or given to another
//                       \-> refused: done() on the next turn
#include "render/sandbox_internal.h"

#include "content/base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct task {
    struct task *next;
    TALLOC_CTX *result_ctx;
    enum job_kind kind;
    struct frame frame;
    unsigned tries;
    char *path_out;            // of a picture
    struct job_result refusal; // outcome not SEN_OK: never given to a child
    sandbox_rendered *rendered;
    sandbox_cleaned *cleaned;
    void *data;
};

struct queue {
    struct task *first, **last;
    size_t count;
};

struct lane {
    struct sandbox *sandbox;
    enum job_kind kind;
    struct queue queue;
    struct child child;
    struct event *readable, *writable, *watchdog;
    struct task *task; // the child's
    bool timed_out;
    size_t sent;
    uint8_t *answer; // of the task; head and body
    size_t received, wanted;
};

struct sandbox {
    struct event_base *base;
    const struct settings *settings;
    struct event *turn; // runs what was asked for since the last turn of the loop
    struct queue refused;
    struct lane lanes[2];
};

static void lane_next(struct lane *lane);

static void queue_push(struct queue *queue, struct task *task)
{
    task->next = NULL;
    *queue->last = task;
    queue->last = &task->next;
    queue->count++;
}

static struct task *queue_pop(struct queue *queue)
{
    struct task *task = queue->first;
    if (!task)
        return NULL;
    queue->first = task->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->count--;
    return task;
}

// The only place that calls back.
static void task_finish(struct task *task, const struct job_result *result)
{
    bool explained = result->outcome > 0 && result->fault.key;
    const struct fault *fault = explained ? &result->fault : NULL;
    bool ok = result->outcome == SEN_OK;
    if (task->kind == JOB_RENDER)
        task->rendered(task->data, result->outcome, ok ? &result->rendered : NULL, fault);
    else
        task->cleaned(task->data, result->outcome, ok ? &result->image : NULL, fault);
    talloc_free(task);
}

// ---- a child -------------------------------------------------------------------------------

static void lane_drop_child(struct lane *lane)
{
    event_free(lane->readable);
    event_free(lane->writable);
    lane->readable = lane->writable = NULL;
    event_del(lane->watchdog);
}

static void lane_finish(struct lane *lane, const struct job_result *result)
{
    struct task *task = lane->task;
    lane->task = NULL;
    TALLOC_FREE(lane->answer);
    event_del(lane->watchdog);
    // The next job is given to the child on the next turn, so that callbacks may ask for more.
    event_active(lane->sandbox->turn, EV_TIMEOUT, 0);
    task_finish(task, result);
}

// The child is gone, or no longer trusted. error: 0, or what the task is then told.
static void lane_end(struct lane *lane, int error)
{
    lane_drop_child(lane);
    enum child_end end = child_end(&lane->child);
    struct task *task = lane->task;
    if (!task)
        return;
    if (task->path_out)
        unlink(task->path_out);
    struct job_result result = {.kind = lane->kind, .outcome = error};
    if (!error && (end == CHILD_LIMIT || lane->timed_out)) {
        result = job_too_slow(lane->kind);
    } else if (!error && task->tries < JOB_TRIES) {
        lane->task = NULL;
        TALLOC_FREE(lane->answer);
        task->next = lane->queue.first;
        if (!task->next)
            lane->queue.last = &task->next;
        lane->queue.first = task;
        lane->queue.count++;
        event_active(lane->sandbox->turn, EV_TIMEOUT, 0);
        return;
    } else if (!error) {
        result.outcome = -EPIPE;
    }
    lane_finish(lane, &result);
}

static void on_watchdog(evutil_socket_t fd, short events, void *data)
{
    struct lane *lane = data;
    log_error("sandbox.stuck", "the renderer did not answer in time");
    lane->timed_out = true;
    lane_end(lane, 0);
}

// Returns false when the child is gone.
static bool lane_send(struct lane *lane)
{
    const struct frame *frame = &lane->task->frame;
    while (lane->sent < frame->length) {
        ssize_t n = send(lane->child.fd, frame->bytes + lane->sent, frame->length - lane->sent,
                         MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            event_add(lane->writable, NULL);
            return true;
        }
        if (n < 0 && errno != EINTR) {
            lane_end(lane, 0);
            return false;
        }
        if (n > 0)
            lane->sent += (size_t)n;
    }
    return true;
}

static void on_writable(evutil_socket_t fd, short events, void *data)
{
    struct lane *lane = data;
    if (lane->task)
        lane_send(lane);
}

static void lane_answered(struct lane *lane)
{
    struct job_result result;
    if (frame_read_result(lane->task->result_ctx, lane->kind, lane->answer + FRAME_HEAD,
                          lane->wanted - FRAME_HEAD, &result)) {
        lane_finish(lane, &result);
        return;
    }
    log_error("sandbox.protocol", "the renderer's answer is malformed");
    lane_end(lane, -EPROTO);
}

static void lane_received(struct lane *lane, size_t length)
{
    lane->received += length;
    if (lane->received < lane->wanted)
        return;
    if (lane->wanted > FRAME_HEAD) {
        lane_answered(lane);
        return;
    }
    uint32_t body = frame_body_length(lane->answer);
    if (!body || body > FRAME_RESULT_MAX) {
        log_error("sandbox.protocol", "the renderer's answer has %lu bytes", (unsigned long)body);
        lane_end(lane, -EPROTO);
        return;
    }
    lane->wanted += body;
    lane->answer = talloc_realloc(lane->sandbox, lane->answer, uint8_t, lane->wanted);
}

static void on_readable(evutil_socket_t fd, short events, void *data)
{
    struct lane *lane = data;
    uint8_t unasked;
    // Nothing is owed by a child without a task: whatever it says or does ends it.
    ssize_t n = lane->task
                    ? recv(fd, lane->answer + lane->received, lane->wanted - lane->received, 0)
                    : recv(fd, &unasked, 1, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0 && lane->task && lane->sent == lane->task->frame.length)
        lane_received(lane, (size_t)n);
    else
        lane_end(lane, n > 0 ? -EPROTO : 0);
}

static int lane_start_child(struct lane *lane)
{
    int r = child_start(lane->sandbox->settings, &lane->child);
    if (r)
        return r;
    struct event_base *base = lane->sandbox->base;
    lane->readable = event_new(base, lane->child.fd, EV_READ | EV_PERSIST, on_readable, lane);
    lane->writable = event_new(base, lane->child.fd, EV_WRITE, on_writable, lane);
    event_add(lane->readable, NULL);
    return SEN_OK;
}

static void lane_next(struct lane *lane)
{
    if (lane->task || !(lane->task = queue_pop(&lane->queue)))
        return;
    lane->task->tries++;
    lane->timed_out = false;
    lane->sent = lane->received = 0;
    lane->wanted = FRAME_HEAD;
    lane->answer = talloc_array(lane->sandbox, uint8_t, FRAME_HEAD);
    int r = lane->child.pid ? SEN_OK : lane_start_child(lane);
    if (r) {
        lane_finish(lane, &(struct job_result){.kind = lane->kind, .outcome = r});
        return;
    }
    int64_t ms = job_wall_ms(lane->sandbox->settings, lane->kind);
    event_add(lane->watchdog, &(struct timeval){ms / 1000, ms % 1000 * 1000});
    lane_send(lane);
}

// ---- the sandbox ---------------------------------------------------------------------------

static void on_turn(evutil_socket_t fd, short events, void *data)
{
    struct sandbox *sandbox = data;
    for (size_t count = sandbox->refused.count; count; count--) {
        struct task *task = queue_pop(&sandbox->refused);
        task_finish(task, &task->refusal);
    }
    for (size_t i = 0; i < 2; i++)
        lane_next(&sandbox->lanes[i]);
}

static int sandbox_close(struct sandbox *sandbox)
{
    event_free(sandbox->turn);
    for (size_t i = 0; i < 2; i++) {
        struct lane *lane = &sandbox->lanes[i];
        if (lane->child.pid) {
            lane_drop_child(lane);
            child_end(&lane->child);
        }
        event_free(lane->watchdog);
    }
    return 0;
}

struct sandbox *sandbox_open(TALLOC_CTX *ctx, struct event_base *base,
                             const struct settings *settings)
{
    struct sandbox *sandbox = talloc_zero(ctx, struct sandbox);
    sandbox->base = base;
    sandbox->settings = settings;
    sandbox->turn = event_new(base, -1, 0, on_turn, sandbox);
    sandbox->refused.last = &sandbox->refused.first;
    for (size_t i = 0; i < 2; i++) {
        struct lane *lane = &sandbox->lanes[i];
        lane->sandbox = sandbox;
        lane->kind = i == 0 ? JOB_RENDER : JOB_IMAGE;
        lane->queue.last = &lane->queue.first;
        lane->child.fd = -1;
        lane->watchdog = evtimer_new(base, on_watchdog, lane);
    }
    talloc_set_destructor(sandbox, sandbox_close);
    return sandbox;
}

static void submit(struct sandbox *sandbox, struct task *task, const struct job *job)
{
    struct lane *lane = &sandbox->lanes[job->kind == JOB_RENDER ? 0 : 1];
    struct job_result *refusal = &task->refusal;
    task->kind = refusal->kind = job->kind;
    if (job->kind == JOB_RENDER)
        refusal->outcome = markdown_check(job->text, job->text_length, &refusal->fault);
    if (!refusal->outcome && lane->queue.count == SANDBOX_QUEUE)
        refusal->outcome = SEN_BUSY;
    if (!refusal->outcome)
        refusal->outcome = frame_write_job(task, job, &task->frame, &refusal->fault);
    queue_push(refusal->outcome ? &sandbox->refused : &lane->queue, task);
    event_active(sandbox->turn, EV_TIMEOUT, 0);
}

void sandbox_render(struct sandbox *sandbox, TALLOC_CTX *ctx,
                    const struct markdown_options *options, const char *text, size_t length,
                    sandbox_rendered *done, void *data)
{
    struct task *task = talloc_zero(sandbox, struct task);
    task->result_ctx = ctx;
    task->rendered = done;
    task->data = data;
    submit(sandbox, task,
           &(struct job){
               .kind = JOB_RENDER, .options = *options, .text = text, .text_length = length});
}

void sandbox_image(struct sandbox *sandbox, TALLOC_CTX *ctx, const char *path_in,
                   const char *path_out, sandbox_cleaned *done, void *data)
{
    struct task *task = talloc_zero(sandbox, struct task);
    task->result_ctx = ctx;
    task->path_out = talloc_strdup(task, path_out);
    task->cleaned = done;
    task->data = data;
    submit(sandbox, task,
           &(struct job){.kind = JOB_IMAGE, .path_in = path_in, .path_out = path_out});
}
