#include "render/sandbox_internal.h"

#include "content/base/log.h"
#include "content/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_FD 3

// What the child may know of our environment.
static char **child_environment(TALLOC_CTX *ctx, const struct settings *settings)
{
    static const char *const kept[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "SEN_LOG"};
    char **environment = talloc_zero_array(ctx, char *, 16);
    size_t n = 0;
    environment[n++] =
        talloc_asprintf(environment, "SEN_RENDER_CPU_MS=%lld", (long long)settings->render_cpu_ms);
    environment[n++] = talloc_asprintf(environment, "SEN_RENDER_MEMORY_MB=%lld",
                                       (long long)settings->render_memory_mb);
    // Each arena and each thread of libvips takes address space, which is limited.
    environment[n++] = talloc_strdup(environment, "MALLOC_ARENA_MAX=1");
    environment[n++] = talloc_strdup(environment, "VIPS_CONCURRENCY=1");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const char *value = getenv(kept[i]);
        if (value)
            environment[n++] = talloc_asprintf(environment, "%s=%s", kept[i], value);
    }
    return environment;
}

static int spawn(char **environment, int socket, pid_t *ret)
{
    char *argv[] = {(char[]){"sen"}, (char[]){SANDBOX_COMMAND}, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, socket, SOCKET_FD);
    posix_spawn_file_actions_addclosefrom_np(&actions, SOCKET_FD + 1);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    // A process group of its own: Ctrl-C is for the parent, which lets its jobs end.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(ret, "/proc/self/exe", &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -error;
}

int child_start(const struct settings *settings, struct child *ret)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
        return -errno;
    char **environment = child_environment(NULL, settings);
    pid_t pid;
    int r = spawn(environment, sockets[1], &pid);
    talloc_free(environment);
    close(sockets[1]);
    if (!r && fcntl(sockets[0], F_SETFL, O_NONBLOCK) == 0) {
        *ret = (struct child){pid, sockets[0]};
        return SEN_OK;
    }
    if (r)
        log_error("sandbox.start", "%s", strerror(-r));
    close(sockets[0]);
    return r ? r : -EIO;
}

enum child_end child_end(struct child *child)
{
    int status = 0;
    // The first signal decides what a process dies of: if it is dying already, ours changes
    // nothing.
    kill(child->pid, SIGKILL);
    pid_t reaped;
    do
        reaped = waitpid(child->pid, &status, 0);
    while (reaped < 0 && errno == EINTR);
    close(child->fd);
    *child = (struct child){.fd = -1};
    if (reaped < 0 || !WIFSIGNALED(status)) {
        log_error("sandbox.left", "the renderer ended with status %d",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        return CHILD_OTHER;
    }
    switch (WTERMSIG(status)) {
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
        return CHILD_OTHER;
    case SIGPROF:
        log_warn("sandbox.limit", "a text or picture took too much CPU time");
        return CHILD_LIMIT;
    default: // what libraries do when there is no memory left, or a fault of theirs
        log_error("sandbox.died", "the renderer died of signal %d", WTERMSIG(status));
        return CHILD_LIMIT;
    }
}

int64_t job_cpu_ms(const struct settings *settings, enum job_kind kind)
{
    return settings->render_cpu_ms * (kind == JOB_IMAGE ? IMAGE_CPU_FACTOR : 1);
}

int64_t job_wall_ms(const struct settings *settings, enum job_kind kind)
{
    return 10000 + 10 * job_cpu_ms(settings, kind);
}

struct job_result job_too_slow(enum job_kind kind)
{
    struct job_result result = {.kind = kind, .outcome = SEN_TOO_COMPLEX};
    if (kind == JOB_RENDER)
        fault_set(&result.fault, "markdown.too_slow", "body", NULL);
    else
        fault_set(&result.fault, "media.too_slow", "file", NULL);
    return result;
}
