// Following the change log. What a change touches is worked out from what the pages show, from what
// they are to show and from every address that its articles ever had. A follower that begins knows
// only the position of the pages: when there are changes behind it, the site is built anew.
#include "render/site.h"

#include "content/base/log.h"
#include "render/site_cards.h"
#include "render/site_internal.h"
#include "render/site_search.h"
#include "render/site_touched.h"
#include "render/site_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHANGES_MAX  5000 // more than these and the site is built anew
#define PAGES_MAX    5000 // the same, of pages of articles
#define BATCH        16   // articles between two looks at the stop flag
#define WAIT_MS      1000 // for a notification, between two looks at the stop flag
#define BACK_OFF_MS  250  // first wait for a database that is away; doubled up to the next
#define BACK_OFF_MAX 16000
#define CARDS_NICE   10

struct follower {
    const struct settings *settings;
    const volatile sig_atomic_t *stop;
    struct db_session *session;
    struct site_theme *theme;
    struct site_tree tree;
    struct site *site; // what the pages show; NULL: not known
    bool overtaken;    // another process has written since: some pages show something newer
    char *error;
    pid_t cards;       // the process that makes cards, 0: none
    bool cards_wanted; // the pages have changed since it began
};

struct change_rows {
    struct site_touched *touched;
    const struct site *site;
    const struct site *before;
    size_t count;
};

static int change_row(void *data, const struct db_result *row)
{
    struct change_rows *rows = data;
    rows->count++;
    site_touch(rows->touched, rows->site, rows->before, db_value(row, 0, "kind"),
               db_value(row, 0, "subject"));
    return SEN_OK;
}

static int query(struct follower *f, const char *statement, const char *value,
                 struct db_result **ret)
{
    return db_session_query(f->session, f->session, statement, &value, value ? 1 : 0, ret,
                            &f->error);
}

static int run(struct follower *f, const char *statement, const char *value)
{
    struct db_result *result;
    int r = query(f, statement, value, &result);
    if (!r)
        talloc_free(result);
    return r;
}

static int ask_number(struct follower *f, const char *statement, int64_t *ret)
{
    struct db_result *result;
    int r = query(f, statement, NULL, &result);
    if (r)
        return r;
    if (db_rows(result))
        *ret = db_integer(result, 0, "seq");
    else
        r = SEN_NOT_FOUND;
    talloc_free(result);
    return r;
}

static int write_touched_articles(struct follower *f, const struct site *site, const bool *touched)
{
    const struct site_catalogue *c = site->catalogue;
    const struct site_article *batch[BATCH];
    size_t count = 0;
    int r = SEN_OK;
    for (size_t i = 0; !r && i <= c->article_count; i++) {
        if (i < c->article_count && touched[i])
            batch[count++] = c->articles[i];
        if (count && (count == BATCH || i == c->article_count)) {
            r = *f->stop ? -EINTR
                         : site_write_articles(site, f->session, batch, count, NULL, &f->error);
            count = 0;
        }
    }
    return r;
}

static int remove_left(const struct site *site, const struct site_touched *touched)
{
    int r = SEN_OK;
    for (size_t i = 0; !r && i < site->wing_count; i++) {
        const struct site_wing *wing = &site->wings[i];
        for (size_t j = 0; !r && j < touched->slug_count; j++) {
            if (site_shelf_has(wing->shelf, touched->slugs[j]))
                continue;
            char *folder =
                talloc_asprintf(NULL, "%s/articles/%s", wing->locale->tag, touched->slugs[j]);
            r = site_output_remove(site->output, folder);
            talloc_free(folder);
        }
    }
    return r;
}

static int write_touched_wing(struct follower *f, const struct site *site,
                              const struct site_touched *touched, const struct site_wing *wing)
{
    if (*f->stop)
        return -EINTR;
    int r = site_write_lists(site, wing);
    if (!r)
        r = site_write_listings(site, wing, touched);
    return r ? r : site_write_wing_units(site, wing, f->session, touched->units, NULL, &f->error);
}

// The texts first, then what leads to them, then what only machines read.
static int write_touched(struct follower *f, const struct site *site,
                         const struct site_touched *touched)
{
    int r = write_touched_articles(f, site, touched->articles);
    if (!r)
        r = remove_left(site, touched);
    if (!r)
        r = write_touched_articles(f, site, touched->near);
    for (size_t i = 0; !r && i < site->wing_count; i++)
        r = write_touched_wing(f, site, touched, &site->wings[i]);
    if (!r)
        r = site_write_data(site);
    if (!r)
        r = site_write_map_index(site);
    for (size_t i = 0; !r && i < site->wing_count; i++)
        r = site_update_search(site, &site->wings[i], f->session, touched, f->site->catalogue,
                               &f->error);
    return r;
}

static void forget(struct follower *f)
{
    talloc_free(f->site);
    f->site = NULL;
}

static int64_t milliseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int find_touched(struct follower *f, struct site *site, int64_t since,
                        struct site_touched **ret, bool *ret_too_many)
{
    const struct site *before = f->site;
    char position[24], limit[24];
    snprintf(position, sizeof position, "%" PRId64, since);
    snprintf(limit, sizeof limit, "%d", CHANGES_MAX + 1);
    const char *const values[] = {position, limit};
    struct change_rows rows = {site_touched_new(site, site, before), site, before, 0};
    int r = db_session_each(f->session, "site_changes", values, 2, change_row, &rows, &f->error);
    if (f->overtaken)
        rows.touched->before = NULL;
    *ret_too_many = rows.count > CHANGES_MAX;
    if (!r && !*ret_too_many)
        r = site_touch_neighbours(rows.touched, site, before, f->session, &f->error);
    if (rows.touched->article_count * site->wing_count > PAGES_MAX)
        *ret_too_many = true;
    *ret = rows.touched;
    return r;
}

// Bring the pages from the position `since` to the present. *ret_anew: that is more than worth it,
// or the pages are another program's.
static int update(struct follower *f, int64_t since, bool *ret_anew)
{
    int64_t began = milliseconds();
    struct site *site;
    int r = site_open(NULL, f->settings, f->theme, f->session, NULL, &site, &f->error);
    if (r)
        return r;
    struct site_output output;
    r = site_tree_live(&f->tree, &output);
    bool unknown = !f->site && site->catalogue->seq != since;
    if (r == SEN_NOT_FOUND ||
        (!r && (unknown || !site_tree_is_stamped(&output, site_fingerprint(site, site))))) {
        *ret_anew = true;
        talloc_free(site);
        return SEN_OK;
    }
    struct site_touched *touched;
    output.siblings = f->settings->precompress;
    site->output = &output;
    if (!r && site->catalogue->seq != since) {
        r = find_touched(f, site, since, &touched, ret_anew);
        if (!r && !*ret_anew && (r = write_touched(f, site, touched)))
            forget(f); // some pages show what is known nowhere
    }
    site->output = NULL;
    if (r || *ret_anew) {
        talloc_free(site);
        return r;
    }
    char position[24];
    snprintf(position, sizeof position, "%" PRId64, site->catalogue->seq);
    r = run(f, "site_followed", position);
    log_info("site.update",
             "changes %" PRId64 " to %s: %u pages written, %u as they were, %u "
             "removed, in %" PRId64 " ms",
             since, position, output.written, output.unchanged, output.removed,
             milliseconds() - began);
    forget(f);
    f->site = site;
    return r;
}

// Where the pages stand: what is remembered, or less when another process has moved it on while
// this one knows less.
static int find_position(struct follower *f, int64_t *ret_since, int64_t *ret_present)
{
    int r = ask_number(f, "site_position", ret_present);
    if (!r)
        r = ask_number(f, "site_follower", ret_since);
    f->overtaken = !r && f->site && f->site->catalogue->seq < *ret_since;
    if (f->overtaken)
        *ret_since = f->site->catalogue->seq;
    return r;
}

static int catch_up_locked(struct follower *f, bool first, bool *ret_anew)
{
    int64_t since = 0, present = 0;
    int r = find_position(f, &since, &present);
    if (r == SEN_NOT_FOUND || (!r && present < since)) {
        *ret_anew = true;
        return SEN_OK;
    }
    if (r || (!first && present == since))
        return r;
    return update(f, since, ret_anew);
}

// Cards are made aside, so that no page waits for one.
static void start_cards(struct follower *f)
{
    f->cards_wanted = true;
    if (f->cards || !f->site || !f->settings->cards)
        return;
    f->cards_wanted = false;
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        log_warn("site.cards", "no process: %s", strerror(errno));
    if (child > 0)
        f->cards = child;
    if (child)
        return;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
        _exit(1);
    setpriority(PRIO_PROCESS, 0, CARDS_NICE);
    struct site_cards_report report;
    int r = site_cards_make(f->site, 1, NULL, &report);
    if (r)
        log_warn("site.cards", "%s", strerror(r < 0 ? -r : EIO));
    _exit(r ? 1 : 0);
}

static void look_at_cards(struct follower *f)
{
    if (!f->cards || waitpid(f->cards, NULL, WNOHANG) == 0)
        return;
    f->cards = 0;
    if (f->cards_wanted)
        start_cards(f);
}

// Whoever waits for any process must not meet this one.
static void end_cards(struct follower *f)
{
    if (!f->cards)
        return;
    kill(f->cards, SIGKILL);
    while (waitpid(f->cards, NULL, 0) < 0 && errno == EINTR)
        ;
    f->cards = 0;
}

static int build_anew(struct follower *f)
{
    end_cards(f);
    struct site_options options = {.stop = f->stop};
    struct site_report report;
    forget(f);
    int r = site_build(f->session, f->settings, &options, &report, &f->error);
    if (!r)
        log_info("site.build", "%u pages in %.1f s, their compressed copies in %.1f s",
                 report.pages, report.seconds, report.siblings);
    return r;
}

static int catch_up(struct follower *f, bool first)
{
    bool anew = false;
    int r = run(f, "site_lock", NULL);
    if (r)
        return r;
    r = catch_up_locked(f, first, &anew);
    int unlocked = run(f, "site_unlock", NULL);
    if (!r)
        r = unlocked;
    if (r || !anew)
        return r;
    r = build_anew(f);
    // What was published meanwhile.
    return r ? r : catch_up(f, true);
}

static int follow(struct follower *f)
{
    int r = db_session_script(f->session, "listen sen_change", &f->error);
    if (!r)
        r = catch_up(f, true);
    if (!r) {
        log_info("site.follow", "the site shows change %" PRId64, f->site->catalogue->seq);
        start_cards(f);
    }
    while (!r && !*f->stop) {
        char *payload;
        r = db_session_wait(f->session, f->session, WAIT_MS, &payload);
        look_at_cards(f);
        if (r == SEN_TIMEOUT || r == -EINTR) {
            r = SEN_OK;
            continue;
        }
        if (!r) {
            talloc_free(payload);
            r = catch_up(f, false);
            if (!r)
                start_cards(f);
        }
    }
    return *f->stop ? SEN_OK : r;
}

// One connection's life.
static int follow_once(struct follower *f)
{
    f->error = NULL;
    int r = db_session_open(NULL, f->settings->database, &f->session, &f->error);
    if (r)
        return r;
    r = site_tree_open(f->settings->home, &f->tree);
    if (!r)
        r = follow(f);
    site_tree_close(&f->tree);
    if (f->error)
        talloc_steal(NULL, f->error);
    talloc_free(f->session);
    f->session = NULL;
    return r;
}

// Until it is stopped, over as many connections as it takes.
static int follow_on(struct follower *f)
{
    int wait = BACK_OFF_MS;
    while (!*f->stop) {
        int64_t began = milliseconds();
        int r = follow_once(f);
        if (r == SEN_INVALID)
            return r;
        if (r && !*f->stop) {
            log_warn("site.follow", "again in %d ms: %s", wait,
                     f->error ? f->error : strerror(r < 0 ? -r : EIO));
            if (milliseconds() - began > BACK_OFF_MAX)
                wait = BACK_OFF_MS;
            poll(NULL, 0, wait);
            wait = wait * 2 < BACK_OFF_MAX ? wait * 2 : BACK_OFF_MAX;
        }
        talloc_free(f->error);
        f->error = NULL;
    }
    return SEN_OK;
}

int site_follow(TALLOC_CTX *ctx, const struct settings *settings, const volatile sig_atomic_t *stop,
                char **ret_error)
{
    struct follower follower = {.settings = settings, .stop = stop};
    int r = site_theme_load(NULL, &follower.theme, &follower.error);
    if (!r)
        r = follow_on(&follower);
    if (r)
        *ret_error = talloc_steal(ctx, follower.error);
    end_cards(&follower);
    forget(&follower);
    talloc_free(follower.theme);
    return r;
}
