#include "api/server.h"

#include "api/cache.h"
#include "api/conn.h"
#include "api/follow.h"
#include "api/learn.h"
#include "api/limits.h"
#include "api/route.h"
#include "api/schedule.h"
#include "content/base/log.h"
#include "content/db.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/thread.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

enum {
    TICK_MS = 250,
    ACCEPT_PAUSE_MS = 100, // after descriptors ran out
    BACKLOG = 1024,
};

void thread_clock(struct thread *thread)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    thread->now = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (thread->now < thread->date_at + 500)
        return;
    thread->date_at = thread->now;
    time_t wall = time(NULL);
    struct tm utc;
    strftime(thread->date, sizeof thread->date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&wall, &utc));
}

// ---- accepting ----------------------------------------------------------------------------------

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
                      int length, void *data)
{
    struct thread *thread = data;
    thread_clock(thread);
    conn_open(thread, fd, from);
}

static void on_resume_accept(evutil_socket_t fd, short what, void *data)
{
    struct thread *thread = data;
    if (thread->listener)
        evconnlistener_enable(thread->listener);
}

// Out of descriptors: the spare one lets us turn one client away properly; then rest a little, so
// that the loop does not spin on a listener that stays readable.
static void on_accept_error(struct evconnlistener *listener, void *data)
{
    struct thread *thread = data;
    int error = EVUTIL_SOCKET_ERROR();
    static _Atomic int64_t logged_at;
    thread_clock(thread);
    if (thread->now - atomic_load(&logged_at) >= 1000) {
        atomic_store(&logged_at, thread->now);
        log_error("server.accept", "%s", strerror(error));
    }
    if (error == EMFILE || error == ENFILE) {
        close(thread->spare_fd);
        int fd = accept4(evconnlistener_get_fd(listener), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            close(fd);
        thread->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        metric_add(&thread->metrics.refused, fd >= 0);
    }
    evconnlistener_disable(listener);
    event_add(thread->resume_accept, &(struct timeval){.tv_usec = ACCEPT_PAUSE_MS * 1000});
}

static int open_socket(const struct settings *settings, int64_t port)
{
    struct sockaddr_in six_or_four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    const struct sockaddr *address = (const struct sockaddr *)&six_or_four;
    socklen_t length = sizeof six_or_four;
    if (inet_pton(AF_INET, settings->listen, &six_or_four.sin_addr) != 1) {
        if (inet_pton(AF_INET6, settings->listen, &six.sin6_addr) != 1)
            return -EINVAL;
        address = (const struct sockaddr *)&six;
        length = sizeof six;
    }
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int)) ||
        bind(fd, address, length) || listen(fd, BACKLOG)) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static int64_t port_of(int fd)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &length))
        return 0;
    return ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
                                             : ((struct sockaddr_in *)&bound)->sin_port);
}

// Is somebody else listening there? SO_REUSEPORT would share the port with them silently.
static bool port_is_taken(const struct settings *settings)
{
    int fd = open_socket(settings, settings->port);
    if (fd >= 0) {
        // Bound together with a stranger's SO_REUSEPORT socket? Only a plain bind can tell.
        close(fd);
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)settings->port)};
        if (inet_pton(AF_INET, settings->listen, &address.sin_addr) != 1) {
            close(fd);
            return false;
        }
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
        bool taken =
            bind(fd, (const struct sockaddr *)&address, sizeof address) && errno == EADDRINUSE;
        close(fd);
        return taken;
    }
    return fd == -EADDRINUSE;
}

// ---- one thread ---------------------------------------------------------------------------------

static void on_tick(evutil_socket_t fd, short what, void *data)
{
    struct thread *thread = data;
    thread_clock(thread);
    conns_tick(thread);
    limits_sweep(thread->limits, thread->now);
    struct db_stats stats;
    db_stats(thread->db, &stats);
    metric_set(&thread->metrics.db_ready, stats.ready);
    metric_set(&thread->metrics.db_waiting, stats.waiting);
    metric_set(&thread->metrics.db_in_flight, stats.in_flight);
    metric_set(&thread->metrics.db_queries, stats.queries);
    metric_set(&thread->metrics.db_failures, stats.failures);
    metric_set(&thread->metrics.db_connects, stats.connects);
    if (thread->draining && (!thread->conns || thread->now >= thread->drain_until))
        event_base_loopbreak(thread->base);
}

// Take what stands in the accept queue, then close the listener: a connection that the kernel has
// completed is one that the client counts on.
static void stop_accepting(struct thread *thread)
{
    if (!thread->listener)
        return;
    int listening = evconnlistener_get_fd(thread->listener);
    while (!thread->listener_is_shared) {
        struct sockaddr_storage from;
        socklen_t length = sizeof from;
        int fd =
            accept4(listening, (struct sockaddr *)&from, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            break;
        conn_open(thread, fd, (struct sockaddr *)&from);
    }
    evconnlistener_free(thread->listener);
    thread->listener = NULL;
}

static void on_order(evutil_socket_t fd, short what, void *data)
{
    struct thread *thread = data;
    char order;
    if (read(thread->order_fd, &order, 1) != 1)
        return;
    thread_clock(thread);
    thread->draining = true;
    thread->drain_until = thread->now + thread->settings->drain_seconds * 1000;
    stop_accepting(thread);
    conns_drain(thread);
}

static void *thread_main(void *data)
{
    struct thread *thread = data;
    event_base_loop(thread->base, EVLOOP_NO_EXIT_ON_EMPTY);
    return NULL;
}

// Everything a thread owns; its listener comes last, when all threads are open.
static void thread_open(struct thread *thread)
{
    TALLOC_CTX *ctx = thread->memory = talloc_new(NULL);
    const struct settings *settings = thread->settings;
    struct event_config *config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    thread->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!thread->base)
        abort();
    thread_clock(thread);
    randombytes_buf(&thread->request_prefix, sizeof thread->request_prefix);
    thread->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    thread->conn_max = (unsigned)((settings->connections + thread->count - 1) / thread->count);
    thread->limits = limits_open(ctx, settings);
    thread->cache = cache_open(ctx, (size_t)settings->cache_mb << 20, &thread->metrics);
    const struct db_options options = {
        .database = settings->database,
        .connections = (unsigned)settings->db_connections,
        .queue = (unsigned)settings->db_queue,
        .query_ms = (unsigned)settings->query_ms,
    };
    struct db_options heavy_options = options;
    heavy_options.connections = (unsigned)settings->db_heavy_connections;
    thread->db = db_open(ctx, thread->base, &options);
    thread->heavy_db = db_open(ctx, thread->base, &heavy_options);
    follow_open(ctx, thread);
    if (!thread->index) {
        schedule_open(ctx, thread);
        learn_open(ctx, thread);
    }
    thread->tick = event_new(thread->base, -1, EV_PERSIST, on_tick, thread);
    event_add(thread->tick, &(struct timeval){.tv_usec = TICK_MS * 1000});
    thread->resume_accept = event_new(thread->base, -1, 0, on_resume_accept, thread);
    thread->orders =
        event_new(thread->base, thread->order_fd, EV_READ | EV_PERSIST, on_order, thread);
    event_add(thread->orders, NULL);
}

static void thread_listen(struct thread *thread, int fd, bool shared)
{
    thread->listener_is_shared = shared;
    thread->listener = evconnlistener_new(thread->base, on_accept, thread,
                                          LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    evconnlistener_set_error_cb(thread->listener, on_accept_error);
}

static void thread_close(struct thread *thread)
{
    conns_close(thread);
    talloc_free(thread->memory);
    event_free(thread->tick);
    event_free(thread->orders);
    event_free(thread->resume_accept);
    if (thread->listener)
        evconnlistener_free(thread->listener);
    event_base_free(thread->base);
    close(thread->spare_fd);
    close(thread->order_fd);
}

// ---- the whole ----------------------------------------------------------------------------------

// One listening socket a thread. Returns 0 or -errno.
static int open_listeners(struct thread *threads, unsigned count, const struct settings *settings,
                          int64_t *ret_port)
{
    int given = sd_listen_fds(1);
    int64_t port = settings->port;
    if (given <= 0 && port && port_is_taken(settings))
        return -EADDRINUSE;
    for (unsigned i = 0; i < count; i++) {
        int fd;
        if (given > 0) {
            fd = fcntl(SD_LISTEN_FDS_START + (int)(i % (unsigned)given), F_DUPFD_CLOEXEC, 3);
            evutil_make_socket_nonblocking(fd);
        } else {
            fd = open_socket(settings, port);
        }
        if (fd < 0)
            return fd;
        port = port_of(fd);
        thread_listen(&threads[i], fd, given > 0);
    }
    *ret_port = port;
    return 0;
}

static unsigned thread_count(const struct settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (settings->threads)
        return (unsigned)settings->threads;
    return cores > 0 ? (unsigned)cores : 1;
}

// Each connection is a descriptor, and PostgreSQL, files and the spare ones need some more.
static void raise_descriptor_limit(const struct settings *settings)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    rlim_t wanted = (rlim_t)settings->connections + 512;
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int server_run(const struct settings *settings)
{
    unsigned count = thread_count(settings);
    struct thread *threads = talloc_zero_array(NULL, struct thread, count);
    int *orders = talloc_array(threads, int, count);
    pthread_t *ids = talloc_array(threads, pthread_t, count);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); // for all threads; this one waits for them
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit(settings);
    routes_check();

    for (unsigned i = 0; i < count; i++) {
        int pipe_fds[2];
        if (pipe2(pipe_fds, O_CLOEXEC))
            abort();
        orders[i] = pipe_fds[1];
        threads[i] = (struct thread){.settings = settings,
                                     .index = i,
                                     .all = threads,
                                     .count = count,
                                     .order_fd = pipe_fds[0]};
        thread_open(&threads[i]);
    }
    int64_t port;
    int r = open_listeners(threads, count, settings, &port);
    if (r) {
        fprintf(stderr,
                "sen serve: cannot listen on %s port %lld: %s. Choose another port with "
                "SEN_PORT.\n",
                settings->listen, (long long)settings->port, strerror(-r));
        return 1;
    }
    log_info("server.listening", "http://%s:%lld/ with %u threads", settings->listen,
             (long long)port, count);
    for (unsigned i = 0; i < count; i++)
        if (pthread_create(&ids[i], NULL, thread_main, &threads[i]))
            abort();
    sd_notify(0, "READY=1");

    int signal_number;
    sigwait(&signals, &signal_number);
    log_info("server.draining", "signal %d: open requests have %lld seconds", signal_number,
             (long long)settings->drain_seconds);
    sd_notify(0, "STOPPING=1");
    for (unsigned i = 0; i < count; i++)
        if (write(orders[i], "d", 1) != 1)
            abort();
    for (unsigned i = 0; i < count; i++) {
        pthread_join(ids[i], NULL);
        thread_close(&threads[i]);
        close(orders[i]);
    }
    log_info("server.stopped", "every request has been answered");
    talloc_free(threads);
    return 0;
}
