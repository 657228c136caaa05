#include "render/site_cards.h"

#include "content/base/log.h"
#include "render/card.h"
#include "render/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HASH          16 // bytes
#define NAME          (2 * HASH + sizeof ".jpg")
#define STALE_SECONDS (24 * 3600) // pages that name it may be kept that long
#define MEMORY_MB     1024        // that fonts and a picture may take
#define CPU_FACTOR    10          // as much as a picture that is uploaded
#define JOBS_MAX      64

struct wanted {
    char name[NAME];
    const struct locale *locale;
    const struct site_edition *edition; // NULL: the card of the portal
};

// In memory that the processes share.
struct shared {
    size_t next, made, failed;
    bool fontless; // said once
    struct {
        pid_t process;
        size_t at; // + 1; 0: none
    } slots[JOBS_MAX];
};

struct cards {
    const struct site *site;
    const volatile sig_atomic_t *stop;
    struct wanted *list; // by name
    size_t count;
    const struct wanted **missing;
    size_t missing_count;
    int folder;
    struct shared *shared;
};

// ---- names ------------------------------------------------------------------------------------

// The language of what stands on a card beside the title.
static const struct locale *interface_of(const struct site *site, const struct locale *locale)
{
    for (size_t i = 0; i < site->wing_count; i++)
        if (site->wings[i].locale == locale)
            return site->wings[i].ui;
    return locale->catalog ? locale : locale_default();
}

static const char *address_of(const struct site *site)
{
    const char *address = strstr(site->origin, "://");
    return address ? address + 3 : site->origin;
}

static const char *title_of(const struct locale *locale, const struct site_edition *edition)
{
    return edition ? edition->title : message_text(locale, "site.tagline");
}

static void add(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void name_of(const struct site *site, const struct locale *locale,
                    const struct site_edition *edition, char ret[static NAME])
{
    crypto_generichash_state state;
    unsigned char hash[HASH];
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    add(&state, CARD_DESIGN);
    add(&state, locale->tag);
    add(&state, title_of(locale, edition));
    add(&state, edition && edition->image ? edition->image->file : "");
    add(&state, message_text(interface_of(site, locale), "site.name"));
    add(&state, address_of(site));
    add(&state, json_string_value(json_object_get(site->theme->asset, "logo")));
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(ret, NAME, hash, sizeof hash);
    strcpy(ret + 2 * sizeof hash, ".jpg");
}

char *site_card_url(TALLOC_CTX *ctx, const struct site *site, const struct locale *locale,
                    const struct site_edition *edition)
{
    char name[NAME];
    if (!site->settings->cards)
        return NULL;
    name_of(site, locale, edition, name);
    return talloc_asprintf(ctx, "/cards/%s", name);
}

// ---- which are wanted, and which of them are not there ----------------------------------------

static void want(struct cards *cards, const struct locale *locale,
                 const struct site_edition *edition)
{
    struct wanted *one = &cards->list[cards->count++];
    one->locale = locale;
    one->edition = edition;
    name_of(cards->site, locale, edition, one->name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct wanted *)a)->name, ((const struct wanted *)b)->name);
}

static void collect(TALLOC_CTX *ctx, struct cards *cards)
{
    const struct site *site = cards->site;
    const struct site_catalogue *c = site->catalogue;
    size_t count = site->wing_count;
    for (size_t i = 0; i < c->article_count; i++)
        count += c->articles[i]->edition_count;
    cards->list = talloc_array(ctx, struct wanted, count + 1);
    for (size_t i = 0; i < site->wing_count; i++)
        want(cards, site->wings[i].ui, NULL);
    for (size_t i = 0; i < c->article_count; i++)
        for (size_t j = 0; j < c->articles[i]->edition_count; j++)
            if (site_edition_is_live(c->articles[i]->editions[j]))
                want(cards, c->articles[i]->editions[j]->locale, c->articles[i]->editions[j]);
    qsort(cards->list, cards->count, sizeof *cards->list, by_name);
    cards->missing = talloc_array(ctx, const struct wanted *, cards->count + 1);
    for (size_t i = 0; i < cards->count; i++)
        if ((!i || strcmp(cards->list[i].name, cards->list[i - 1].name) != 0) &&
            faccessat(cards->folder, cards->list[i].name, F_OK, 0))
            cards->missing[cards->missing_count++] = &cards->list[i];
}

// What nobody wants and is older than a day; also what a process left half done.
static size_t sweep(const struct cards *cards)
{
    int again = openat(cards->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = again < 0 ? NULL : fdopendir(again);
    size_t removed = 0;
    struct dirent *entry;
    while (list && (entry = readdir(list))) {
        struct wanted key;
        struct stat status;
        size_t length = strlen(entry->d_name);
        if (length < sizeof key.name) {
            strcpy(key.name, entry->d_name);
            if (bsearch(&key, cards->list, cards->count, sizeof key, by_name))
                continue;
        }
        if (fstatat(cards->folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) ||
            !S_ISREG(status.st_mode) || status.st_mtime > time(NULL) - STALE_SECONDS)
            continue;
        removed += !unlinkat(cards->folder, entry->d_name, 0);
    }
    if (list)
        closedir(list);
    return removed;
}

// ---- making them ------------------------------------------------------------------------------

static int write_card(const struct cards *cards, const char *name, const char *bytes, size_t length)
{
    char aside[NAME + 16];
    snprintf(aside, sizeof aside, ".%s-%d", name, (int)getpid());
    int fd = openat(cards->folder, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    ssize_t written = write(fd, bytes, length);
    int r = written == (ssize_t)length ? SEN_OK : written < 0 ? -errno : -ENOSPC;
    if (close(fd) && !r)
        r = -errno;
    if (!r && renameat(cards->folder, aside, cards->folder, name))
        r = -errno;
    if (r)
        unlinkat(cards->folder, aside, 0);
    return r;
}

static const struct embedded *find_mark(const struct site_theme *theme)
{
    for (size_t i = 0; i < theme->asset_count; i++)
        if (strcmp(theme->assets[i].file->name, "logo.svg") == 0)
            return theme->assets[i].file;
    return NULL;
}

static int draw(TALLOC_CTX *ctx, const struct cards *cards, const struct wanted *wanted, char **ret,
                size_t *ret_length)
{
    const struct site *site = cards->site;
    const struct site_edition *edition = wanted->edition;
    const struct embedded *mark = find_mark(site->theme);
    struct card card = {
        .locale = wanted->locale,
        .title = title_of(wanted->locale, edition),
        .site = message_text(interface_of(site, wanted->locale), "site.name"),
        .address = address_of(site),
        .mark = mark ? mark->data : "",
        .mark_length = mark ? mark->size : 0,
    };
    if (edition && edition->image)
        card.picture =
            talloc_asprintf(ctx, "%s/media/%s", site->settings->home, edition->image->file);
    int r = card_draw(ctx, &card, ret, ret_length);
    if (r != SEN_INVALID)
        return r;
    log_warn("site.cards", "the picture %s cannot be read; a card goes without it", card.picture);
    card.picture = NULL;
    return card_draw(ctx, &card, ret, ret_length);
}

static void make(const struct cards *cards, const struct wanted *wanted)
{
    struct shared *shared = cards->shared;
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *bytes;
    size_t length;
    sandbox_job_begin(cards->site->settings->render_cpu_ms * CPU_FACTOR);
    int r = draw(ctx, cards, wanted, &bytes, &length);
    sandbox_job_end();
    bool said =
        r == SEN_NOT_FOUND && __atomic_exchange_n(&shared->fontless, true, __ATOMIC_RELAXED);
    if (!r)
        r = write_card(cards, wanted->name, bytes, length);
    else if (r == SEN_NOT_FOUND && !said)
        log_warn("site.cards",
                 "no font here has all signs of a title in %s: cards need "
                 "fonts-noto-core and fonts-noto-cjk",
                 wanted->locale->tag);
    if (r < 0)
        log_warn("site.cards", "%s: %s", wanted->name, strerror(-r));
    __atomic_add_fetch(r ? &shared->failed : &shared->made, 1, __ATOMIC_RELAXED);
    talloc_free(ctx);
}

static void work(const struct cards *cards, size_t slot)
{
    struct shared *shared = cards->shared;
    if (sandbox_growth(MEMORY_MB))
        return;
    while (!cards->stop || !*cards->stop) {
        size_t next = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
        if (next >= cards->missing_count)
            break;
        shared->slots[slot].at = next + 1;
        make(cards, cards->missing[next]);
        shared->slots[slot].at = 0;
    }
}

static int start(const struct cards *cards, size_t slot)
{
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        return -errno;
    if (child > 0) {
        cards->shared->slots[slot].process = child;
        return SEN_OK;
    }
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
        _exit(1);
    work(cards, slot);
    _exit(0);
}

// A process that died leaves its card unmade; another goes on with the next.
static int await(const struct cards *cards, size_t slot)
{
    struct shared *shared = cards->shared;
    for (;;) {
        int status;
        pid_t process = shared->slots[slot].process;
        if (waitpid(process, &status, 0) < 0) {
            if (errno != EINTR)
                return -errno;
            if (cards->stop && *cards->stop)
                kill(process, SIGKILL);
            continue;
        }
        size_t at = shared->slots[slot].at;
        if (!WIFSIGNALED(status) || !at || (cards->stop && *cards->stop))
            return SEN_OK;
        log_warn("site.cards", "%s is too much to draw", cards->missing[at - 1]->name);
        shared->slots[slot].at = 0;
        __atomic_add_fetch(&shared->failed, 1, __ATOMIC_RELAXED);
        int r = start(cards, slot);
        if (r)
            return r;
    }
}

static int make_missing(struct cards *cards, unsigned jobs)
{
    cards->shared = mmap(NULL, sizeof *cards->shared, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cards->shared == MAP_FAILED)
        return -errno;
    size_t running = 0;
    int r = SEN_OK;
    for (; !r && running < jobs && running < JOBS_MAX && running < cards->missing_count;
         running += !r)
        r = start(cards, running);
    for (size_t i = 0; i < running; i++) {
        int ended = await(cards, i);
        if (!r)
            r = ended;
    }
    return r;
}

static int open_folder(const struct settings *settings, int *ret)
{
    char *path = talloc_asprintf(NULL, "%s/cards", settings->home);
    int r = mkdir(path, 0755) && errno != EEXIST ? -errno : SEN_OK;
    if (!r && (*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        r = -errno;
    talloc_free(path);
    return r;
}

int site_cards_make(const struct site *site, unsigned jobs, const volatile sig_atomic_t *stop,
                    struct site_cards_report *ret)
{
    struct cards cards = {.site = site, .stop = stop, .shared = MAP_FAILED};
    *ret = (struct site_cards_report){.made = 0};
    if (!site->settings->cards)
        return SEN_OK;
    int r = open_folder(site->settings, &cards.folder);
    if (r)
        return r;
    TALLOC_CTX *ctx = talloc_new(NULL);
    collect(ctx, &cards);
    if (cards.missing_count)
        r = make_missing(&cards, jobs);
    if (cards.shared != MAP_FAILED) {
        ret->made = (unsigned)cards.shared->made;
        ret->failed = (unsigned)cards.shared->failed;
        munmap(cards.shared, sizeof *cards.shared);
    }
    ret->removed = (unsigned)sweep(&cards);
    if (ret->made || ret->failed || ret->removed)
        log_info("site.cards", "%u made, %u not, %u removed", ret->made, ret->failed, ret->removed);
    talloc_free(ctx);
    close(cards.folder);
    return r;
}

int site_cards(TALLOC_CTX *ctx, const struct settings *settings, const struct site_options *options,
               struct site_cards_report *ret, char **ret_error)
{
    TALLOC_CTX *own = talloc_new(NULL);
    struct db_session *session;
    struct site_theme *theme;
    struct site *site;
    *ret_error = NULL;
    int r = db_session_open(own, settings->database, &session, ret_error);
    if (!r)
        r = site_theme_load(own, &theme, ret_error);
    if (!r)
        r = site_open(own, settings, theme, session, NULL, &site, ret_error);
    unsigned jobs = options->jobs ? options->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    if (!r)
        r = site_cards_make(site, jobs, options->stop, ret);
    if (*ret_error)
        talloc_steal(ctx, *ret_error);
    talloc_free(own);
    return r;
}
