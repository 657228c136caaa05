// The whole site, by several processes that share the catalogue by fork and take the next piece of
// work from a counter in shared memory. A piece is either a locale's lists or some articles in all
// locales. Pages depend on the catalogue and the texts alone, so it does not matter who writes
// what.
#include "render/site.h"

#include "content/base/log.h"
#include "render/sandbox.h"
#include "render/site_internal.h"
#include "render/site_search.h"
#include "render/site_siblings.h"
#include "render/site_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MAX 64
#define CHUNK         32  // articles in a piece
#define BAD_MAX       256 // texts that may kill a process before the build gives up

struct slot {
    pid_t process;
    int64_t rendering; // the edition, 0: none
    size_t piece;      // at work; none: SIZE_MAX
};

struct shared {
    size_t next, done; // pieces
    unsigned written, kept;
    size_t bad_count;
    int64_t bad[BAD_MAX];
    struct slot slots[PROCESSES_MAX];
};

struct build {
    const struct settings *settings;
    const struct site_options *options;
    struct site *site;
    struct shared *shared;
    size_t pieces;
    unsigned jobs;
    struct site_output output;
    double paged, copied; // when the pages were there, and their copies
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t chunk_count(const struct site *site)
{
    return (site->catalogue->article_count + CHUNK - 1) / CHUNK;
}

static int write_wing(const struct site *site, const struct site_wing *wing,
                      struct db_session *session, const struct site_guard *guard, char **ret_error)
{
    int r = site_write_lists(site, wing);
    if (!r)
        r = site_write_listings(site, wing, NULL);
    if (!r)
        r = site_write_wing_units(site, wing, session, NULL, guard, ret_error);
    return r ? r : site_write_search(site, wing, session, ret_error);
}

static int write_piece(const struct build *build, struct db_session *session, size_t piece,
                       const struct site_guard *guard, char **ret_error)
{
    const struct site *site = build->site;
    if (piece < site->wing_count)
        return write_wing(site, &site->wings[piece], session, guard, ret_error);
    size_t first = (piece - site->wing_count) * CHUNK;
    size_t count = site->catalogue->article_count - first;
    return site_write_articles(
        site, session, (const struct site_article *const *)site->catalogue->articles + first,
        count < CHUNK ? count : CHUNK, guard, ret_error);
}

static int work(const struct build *build, struct slot *slot)
{
    struct shared *shared = build->shared;
    struct db_session *session;
    char *error = NULL;
    unsigned kept = 0;
    const struct site_guard guard = {
        .rendering = &slot->rendering,
        .bad = shared->bad,
        .bad_count = &shared->bad_count,
        .kept = &kept,
    };
    int r = build->options->render ? sandbox_limits(build->settings) : SEN_OK;
    if (!r)
        r = db_session_open(NULL, build->settings->database, &session, &error);
    while (!r) {
        if (slot->piece == SIZE_MAX)
            slot->piece = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
        if (slot->piece >= build->pieces)
            break;
        build->site->output->written = kept = 0;
        r = write_piece(build, session, slot->piece, build->options->render ? &guard : NULL,
                        &error);
        slot->piece = SIZE_MAX;
        __atomic_add_fetch(&shared->written, build->site->output->written, __ATOMIC_RELAXED);
        __atomic_add_fetch(&shared->kept, kept, __ATOMIC_RELAXED);
        size_t done = __atomic_add_fetch(&shared->done, 1, __ATOMIC_RELAXED);
        if (build->options->progress)
            fprintf(stderr, "\r%zu %%", done * 100 / build->pieces);
    }
    if (r)
        log_error("site.build", "a process failed: %s", error ? error : strerror(r < 0 ? -r : 0));
    return r;
}

static int start_process(const struct build *build, struct slot *slot)
{
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        return -errno;
    if (child > 0) {
        slot->process = child;
        return SEN_OK;
    }
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    // Nobody waits for the pages of a build whose head has died.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
        _exit(1);
    // Memory that is freed is soon needed again: giving it back to the kernel costs more than
    // pages.
    mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
    mallopt(M_MMAP_THRESHOLD, 16 * 1024 * 1024);
    // No talloc parent is freed and no session of the parent is ended here.
    _exit(work(build, slot) ? 1 : 0);
}

static struct slot *slot_of(struct shared *shared, pid_t process)
{
    struct slot *slot = shared->slots;
    while (slot->process != process)
        slot++;
    return slot;
}

// A process that died while it rendered leaves its piece to another, which passes over that text.
static int replace_process(const struct build *build, struct slot *slot)
{
    struct shared *shared = build->shared;
    if (!slot->rendering || shared->bad_count == BAD_MAX)
        return -ECHILD;
    log_warn("site.render",
             "edition %" PRId64 " passes the limits of rendering and keeps its "
             "stored HTML",
             slot->rendering);
    shared->bad[shared->bad_count++] = slot->rendering;
    slot->rendering = 0;
    return start_process(build, slot);
}

static void end_processes(const struct build *build, unsigned running)
{
    for (unsigned i = 0; i < build->jobs; i++)
        if (build->shared->slots[i].process)
            kill(build->shared->slots[i].process, SIGKILL);
    while (running && (wait(NULL) > 0 || errno == EINTR))
        running--;
}

static int run_processes(const struct build *build)
{
    unsigned running = 0;
    int r = SEN_OK;
    for (; !r && running < build->jobs; running += !r) {
        build->shared->slots[running].piece = SIZE_MAX;
        r = start_process(build, &build->shared->slots[running]);
    }
    while (!r && running) {
        int status;
        pid_t process = waitpid(-1, &status, 0);
        if (process < 0) {
            bool stop = errno == EINTR && build->options->stop && *build->options->stop;
            if (stop || errno != EINTR)
                r = -errno;
            continue;
        }
        struct slot *slot = slot_of(build->shared, process);
        slot->process = 0;
        running--;
        if (WIFSIGNALED(status)) {
            r = replace_process(build, slot);
            running += !r;
        } else if (WEXITSTATUS(status)) {
            r = -EIO;
        }
    }
    if (build->options->progress)
        fprintf(stderr, "\r     \r");
    if (r)
        end_processes(build, running);
    return r;
}

static int write_all(struct build *build, char **ret_error)
{
    struct site *site = build->site;
    build->pieces = site->wing_count + chunk_count(site);
    build->jobs =
        build->options->jobs ? build->options->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (build->jobs > PROCESSES_MAX)
        build->jobs = PROCESSES_MAX;
    if (build->jobs > build->pieces)
        build->jobs = (unsigned)build->pieces;
    build->shared = mmap(NULL, sizeof *build->shared, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (build->shared == MAP_FAILED)
        return -errno;
    site->output = &build->output;
    // The common files first: their folders are there before the processes need them.
    int r = site_write_common(site);
    if (!r)
        r = run_processes(build);
    if (!r)
        r = site_write_data(site);
    if (!r)
        r = site_write_map_index(site);
    return r;
}

static int remember(struct db_session *session, int64_t seq, char **ret_error)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, seq);
    const char *const values[] = {number};
    struct db_result *result;
    int r = db_session_query(session, session, "site_followed", values, 1, &result, ret_error);
    if (!r)
        talloc_free(result);
    return r;
}

static int build_in(struct build *build, struct site_tree *tree, struct db_session *session,
                    char **ret_error)
{
    int r = site_tree_begin(tree, &build->output);
    if (!r)
        r = write_all(build, ret_error);
    if (!r)
        r = site_tree_stamp(&build->output, site_fingerprint(build->site, build->site));
    build->paged = now();
    if (!r && build->settings->precompress)
        r = site_siblings_make(build->output.root, build->jobs, build->options->stop);
    build->copied = now();
    if (r) {
        site_tree_drop(tree);
        return r;
    }
    r = site_tree_publish(tree);
    return r ? r : remember(session, build->site->catalogue->seq, ret_error);
}

static void report(const struct build *build, double began, struct site_report *ret)
{
    *ret = (struct site_report){
        .pages = build->shared->written + build->output.written,
        .articles = (unsigned)build->site->catalogue->article_count,
        .locales = (unsigned)build->site->wing_count,
        .kept = build->shared->kept,
        .seconds = build->paged - began,
        .siblings = build->copied - build->paged,
    };
}

int site_build(TALLOC_CTX *ctx, const struct settings *settings, const struct site_options *options,
               struct site_report *ret, char **ret_error)
{
    double began = now();
    struct db_session *session;
    struct site_theme *theme;
    struct site_tree tree = {.home = -1};
    struct db_result *locked;
    struct build build = {.settings = settings, .options = options, .shared = MAP_FAILED};
    *ret_error = NULL;
    int r = db_session_open(ctx, settings->database, &session, ret_error);
    if (r)
        return r;
    r = db_session_query(session, session, "site_lock", NULL, 0, &locked, ret_error);
    if (!r)
        r = site_theme_load(session, &theme, ret_error);
    if (!r)
        r = site_open(session, settings, theme, session, NULL, &build.site, ret_error);
    if (!r)
        r = site_tree_open(settings->home, &tree);
    if (!r)
        r = build_in(&build, &tree, session, ret_error);
    if (!r)
        report(&build, began, ret);
    site_tree_close(&tree);
    if (build.shared != MAP_FAILED)
        munmap(build.shared, sizeof *build.shared);
    if (*ret_error)
        talloc_steal(ctx, *ret_error);
    talloc_free(session); // and with it the lock
    return r;
}
