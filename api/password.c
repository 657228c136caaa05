#include "api/password.h"

#include "locales/text.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    PASSES = 3,
    MEMORY = 64 << 20,
    THREADS = 2,
    NICE = 10, // the event loops come first
};

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "as libsodium writes it");

// ---- the text of a password ---------------------------------------------------------------------

int password_read(TALLOC_CTX *ctx, const char *utf8, size_t length, bool is_new, char **ret,
                  struct fault *ret_fault)
{
    static const char *const keys[] = {
        [TEXT_BAD_UTF8] = "fault.bad_utf8", [TEXT_CONTROL] = "fault.control",
        [TEXT_MARKS] = "fault.marks",       [TEXT_BIDI] = "fault.bidi",
        [TEXT_TOO_LONG] = "fault.too_long",
    };
    char *text, number[16];
    size_t text_length;
    int r = length > PASSWORD_BYTES_MAX
                ? TEXT_TOO_LONG
                : text_check(ctx, utf8, length, TEXT_LINE, &text, &text_length);
    if (r == TEXT_TOO_LONG || (r == TEXT_OK && text_length > PASSWORD_BYTES_MAX)) {
        snprintf(number, sizeof number, "%d", PASSWORD_BYTES_MAX);
        fault_set(ret_fault, "fault.too_many_bytes", "password", number);
        return SEN_INVALID;
    }
    if (r) {
        fault_set(ret_fault, keys[r], "password", NULL);
        return SEN_INVALID;
    }
    if (is_new && text_length_graphemes(text) < PASSWORD_CHARACTERS_MIN) {
        snprintf(number, sizeof number, "%d", PASSWORD_CHARACTERS_MIN);
        fault_set(ret_fault, "fault.password_short", "password", number);
        return SEN_INVALID;
    }
    *ret = text;
    return SEN_OK;
}

int password_hash_now(const char *password, char ret[PASSWORD_HASH_SIZE])
{
    return crypto_pwhash_str_alg(ret, password, strlen(password), PASSES, MEMORY,
                                 crypto_pwhash_ALG_ARGON2ID13)
               ? -ENOMEM
               : SEN_OK;
}

// ---- the threads --------------------------------------------------------------------------------

// One password to hash or to check. Made and freed by the loop that asks; between, a thread of the
// pool reads and writes it, and touches nothing else of that loop.
struct job {
    struct job *next;
    struct passwords *owner;
    char password[PASSWORD_BYTES_MAX + 1];
    char hash[PASSWORD_HASH_SIZE];    // to check against
    char renewed[PASSWORD_HASH_SIZE]; // the answer
    bool checks, first;
    int outcome;
    password_done *done;
    void *data;
};

struct passwords {
    struct event *wake;
    int fd;
    unsigned queue;
    // Behind the lock of the pool:
    struct job *answered;
    unsigned computing;
};

struct queue {
    struct job *first, **last;
    unsigned waiting;
};

static struct {
    pthread_once_t once;
    pthread_mutex_t lock;
    pthread_cond_t asked, computed;
    struct queue queues[2]; // those of whom we know, and the others
    unsigned idle;          // threads that compute nothing
} pool = {
    .once = PTHREAD_ONCE_INIT,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .asked = PTHREAD_COND_INITIALIZER,
    .computed = PTHREAD_COND_INITIALIZER,
    .idle = THREADS,
};

static int hash(struct job *job)
{
    return password_hash_now(job->password, job->renewed) ? SEN_BUSY : SEN_OK;
}

static int verify(struct job *job)
{
    errno = 0;
    if (crypto_pwhash_str_verify(job->hash, job->password, strlen(job->password)))
        return errno == ENOMEM ? SEN_BUSY : SEN_UNAUTHORISED;
    // Without memory for a new hash the old one still serves.
    if (crypto_pwhash_str_needs_rehash(job->hash, PASSES, MEMORY) && hash(job))
        job->renewed[0] = '\0';
    return SEN_OK;
}

static void answer(struct job *job)
{
    struct passwords *owner = job->owner;
    job->next = owner->answered;
    owner->answered = job;
    // The counter of an eventfd cannot be full here.
    if (write(owner->fd, &(uint64_t){1}, sizeof(uint64_t)) != sizeof(uint64_t))
        abort();
}

static void *thread_main(void *data)
{
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE); // of this thread alone, in Linux
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        struct queue *queue = &pool.queues[pool.queues[0].first ? 0 : 1];
        struct job *job = queue->first;
        if (!job) {
            pthread_cond_wait(&pool.asked, &pool.lock);
            continue;
        }
        queue->first = job->next;
        if (!queue->first)
            queue->last = &queue->first;
        queue->waiting--;
        job->owner->computing++;
        pool.idle--;
        pthread_mutex_unlock(&pool.lock);
        job->outcome = job->checks ? verify(job) : hash(job);
        pthread_mutex_lock(&pool.lock);
        job->owner->computing--;
        pool.idle++;
        answer(job);
        pthread_cond_broadcast(&pool.computed);
    }
    return data;
}

static void start(void)
{
    for (int i = 0; i < 2; i++)
        pool.queues[i].last = &pool.queues[i].first;
    for (int i = 0; i < THREADS; i++) {
        pthread_t id;
        if (pthread_create(&id, NULL, thread_main, NULL) || pthread_detach(id))
            abort();
    }
}

// ---- an event loop's part -----------------------------------------------------------------------

static int job_free(struct job *job)
{
    sodium_memzero(job->password, sizeof job->password);
    return 0;
}

static void on_answered(evutil_socket_t fd, short what, void *data)
{
    struct passwords *passwords = data;
    uint64_t count;
    if (read(fd, &count, sizeof count) != sizeof count)
        return;
    pthread_mutex_lock(&pool.lock);
    struct job *job = passwords->answered;
    passwords->answered = NULL;
    pthread_mutex_unlock(&pool.lock);
    while (job) {
        struct job *next = job->next;
        job->done(job->data, job->outcome, job->renewed[0] ? job->renewed : NULL);
        talloc_free(job);
        job = next;
    }
}

static void drop(struct queue *queue, const struct passwords *owner)
{
    struct job **at = &queue->first;
    while (*at) {
        if ((*at)->owner == owner) {
            *at = (*at)->next;
            queue->waiting--;
        } else {
            at = &(*at)->next;
        }
    }
    queue->last = at;
}

static int passwords_free(struct passwords *passwords)
{
    pthread_mutex_lock(&pool.lock);
    for (int i = 0; i < 2; i++)
        drop(&pool.queues[i], passwords);
    while (passwords->computing)
        pthread_cond_wait(&pool.computed, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
    event_free(passwords->wake);
    close(passwords->fd);
    return 0;
}

struct passwords *passwords_open(TALLOC_CTX *ctx, struct event_base *base, unsigned queue)
{
    pthread_once(&pool.once, start);
    struct passwords *passwords = talloc_zero(ctx, struct passwords);
    passwords->queue = queue;
    passwords->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (passwords->fd < 0)
        abort();
    passwords->wake = event_new(base, passwords->fd, EV_READ | EV_PERSIST, on_answered, passwords);
    event_add(passwords->wake, NULL);
    talloc_set_destructor(passwords, passwords_free);
    return passwords;
}

static struct job *job_make(struct passwords *passwords, const char *password, password_done *done,
                            void *data)
{
    struct job *job = talloc_zero(passwords, struct job);
    *job = (struct job){.owner = passwords, .done = done, .data = data};
    snprintf(job->password, sizeof job->password, "%s", password);
    talloc_set_destructor(job, job_free);
    return job;
}

// What an idle thread is about to take does not wait, though the thread has not woken yet.
static bool is_full(const struct queue *queue, unsigned limit)
{
    unsigned ahead = queue == &pool.queues[1] ? pool.queues[0].waiting : 0;
    return queue->waiting >= limit + (pool.idle > ahead ? pool.idle - ahead : 0);
}

static void ask(struct job *job)
{
    pthread_mutex_lock(&pool.lock);
    struct queue *queue = &pool.queues[job->first ? 0 : 1];
    if (is_full(queue, job->owner->queue)) {
        job->outcome = SEN_BUSY;
        answer(job);
    } else {
        *queue->last = job;
        queue->last = &job->next;
        queue->waiting++;
        pthread_cond_signal(&pool.asked);
    }
    pthread_mutex_unlock(&pool.lock);
}

void password_hash(struct passwords *passwords, const char *password, password_done *done,
                   void *data)
{
    struct job *job = job_make(passwords, password, done, data);
    job->first = true;
    ask(job);
}

// A hash of today's cost that no password is known to have.
static void nobodys(char ret[PASSWORD_HASH_SIZE])
{
    snprintf(ret, PASSWORD_HASH_SIZE, "$argon2id$v=19$m=%d,t=%d,p=1$%.22s$%.43s", MEMORY / 1024,
             PASSES, "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

void password_verify(struct passwords *passwords, const char *password, const char *hash_,
                     bool first, password_done *done, void *data)
{
    struct job *job = job_make(passwords, password, done, data);
    job->checks = true;
    job->first = first;
    if (hash_)
        snprintf(job->hash, sizeof job->hash, "%s", hash_);
    else
        nobodys(job->hash);
    ask(job);
}
