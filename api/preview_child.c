#include "api/preview_child.h"

#include "content/base/log.h"
#include "content/base/outcome.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AGAIN_MS = 20 }; // until it is asked again whether another thread's child has ended

struct job {
    struct job *next;
    char *article, *locale;
    int refused; // SEN_OK: it waits for a child
    preview_done *done;
    void *data;
};

struct previews {
    struct event_base *base;
    struct event *turn; // begins the next job; ends those that were refused
    struct job *first, **last;
    size_t count;

    struct job *job; // the child's
    pid_t child;     // 0: none
    int fd;
    struct event *readable, *deadline;
    char *answer;
    size_t received, wanted;
};

// Children of all threads.
static _Atomic int running;

static void next_turn(struct previews *previews, int milliseconds)
{
    event_add(previews->turn, &(struct timeval){.tv_usec = milliseconds * 1000});
}

static struct job *take_job(struct previews *previews)
{
    struct job *job = previews->first;
    previews->first = job->next;
    if (!previews->first)
        previews->last = &previews->first;
    previews->count--;
    return job;
}

// It has said all it had to say, or is not waited for any longer.
static void end_child(struct previews *previews)
{
    int status;
    event_free(previews->readable);
    previews->readable = NULL;
    event_del(previews->deadline);
    close(previews->fd);
    kill(previews->child, SIGKILL);
    while (waitpid(previews->child, &status, 0) < 0 && errno == EINTR)
        continue;
    previews->child = 0;
    atomic_fetch_sub(&running, 1);
}

static void finish(struct previews *previews, int outcome)
{
    struct job *job = previews->job;
    char *answer = previews->answer;
    bool ok = outcome == SEN_OK;
    previews->job = NULL;
    previews->answer = NULL;
    next_turn(previews, 0);
    job->done(job->data, outcome, ok ? answer + sizeof(struct preview_head) : NULL,
              ok ? previews->wanted - sizeof(struct preview_head) : 0);
    talloc_free(answer);
    talloc_free(job);
}

static void fail(struct previews *previews, int outcome, const char *why)
{
    log_error("preview", "%s (%s): %s", previews->job->article, previews->job->locale, why);
    end_child(previews);
    finish(previews, outcome);
}

static void on_deadline(evutil_socket_t fd, short what, void *data)
{
    fail(data, SEN_TIMEOUT, "the page was not made in time");
}

// All that was wanted so far is there: the head, or the page too.
static void take_answer(struct previews *previews)
{
    struct preview_head head;
    memcpy(&head, previews->answer, sizeof head);
    if (previews->wanted == sizeof head && !head.outcome && head.length) {
        if (head.length > PREVIEW_BYTES) {
            fail(previews, -EPROTO, "the page is too long");
            return;
        }
        previews->wanted += head.length;
        previews->answer = talloc_realloc(previews, previews->answer, char, previews->wanted);
        return;
    }
    end_child(previews);
    finish(previews, head.outcome);
}

static void on_readable(evutil_socket_t fd, short what, void *data)
{
    struct previews *previews = data;
    ssize_t n =
        read(fd, previews->answer + previews->received, previews->wanted - previews->received);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        fail(previews, -EPIPE, "the process that makes the page has died");
        return;
    }
    previews->received += (size_t)n;
    if (previews->received == previews->wanted)
        take_answer(previews);
}

static int spawn(const struct job *job, int output, pid_t *ret)
{
    char *argv[] = {(char[]){"sen"}, (char[]){PREVIEW_COMMAND}, job->article, job->locale, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(ret, "/proc/self/exe", &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -error;
}

static int start_child(struct previews *previews)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    int r = spawn(previews->job, ends[1], &previews->child);
    close(ends[1]);
    if (!r && fcntl(ends[0], F_SETFL, O_NONBLOCK))
        abort(); // it has no way to fail
    if (r) {
        previews->child = 0;
        close(ends[0]);
        return r;
    }
    previews->fd = ends[0];
    previews->received = 0;
    previews->wanted = sizeof(struct preview_head);
    previews->answer = talloc_array(previews, char, previews->wanted);
    previews->readable =
        event_new(previews->base, ends[0], EV_READ | EV_PERSIST, on_readable, previews);
    event_add(previews->readable, NULL);
    event_add(previews->deadline, &(struct timeval){.tv_sec = PREVIEW_SECONDS});
    return SEN_OK;
}

static void on_turn(evutil_socket_t fd, short what, void *data)
{
    struct previews *previews = data;
    if (previews->job || !previews->first)
        return;
    bool refused = previews->first->refused;
    if (!refused && atomic_fetch_add(&running, 1) >= PREVIEWS_AT_ONCE) {
        atomic_fetch_sub(&running, 1);
        next_turn(previews, AGAIN_MS);
        return;
    }
    previews->job = take_job(previews);
    int r = refused ? previews->job->refused : start_child(previews);
    if (!r)
        return;
    if (!refused)
        atomic_fetch_sub(&running, 1);
    finish(previews, r);
}

static int previews_close(struct previews *previews)
{
    if (previews->child)
        end_child(previews);
    event_free(previews->turn);
    event_free(previews->deadline);
    return 0;
}

struct previews *previews_open(TALLOC_CTX *ctx, struct event_base *base)
{
    struct previews *previews = talloc_zero(ctx, struct previews);
    previews->base = base;
    previews->last = &previews->first;
    previews->turn = evtimer_new(base, on_turn, previews);
    previews->deadline = evtimer_new(base, on_deadline, previews);
    talloc_set_destructor(previews, previews_close);
    return previews;
}

void previews_render(struct previews *previews, const char *article, const char *locale,
                     preview_done *done, void *data)
{
    struct job *job = talloc_zero(previews, struct job);
    job->article = talloc_strdup(job, article);
    job->locale = talloc_strdup(job, locale);
    job->done = done;
    job->data = data;
    if (previews->count >= PREVIEW_QUEUE)
        job->refused = SEN_BUSY;
    *previews->last = job;
    previews->last = &job->next;
    previews->count++;
    if (!previews->job)
        next_turn(previews, 0);
}
