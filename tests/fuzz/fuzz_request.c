// A stranger on the wire: bytes into a real connection on a real event loop, through the parser,
// the routes and their problems. There is no database: what asks it is told that it is away.
// Besides the real routes there are some that read a body without asking who sends it.
//
// The first byte chooses how the rest comes and how it ends: see `struct manner`. The limits are
// small, so that they are met.
#include "api/body.h"
#include "api/cache.h"
#include "api/conn.h"
#include "api/limits.h"
#include "api/operation.h"
#include "api/route.h"
#include "content/base/log.h"
#include "content/db.h"
#include "locales/locale.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TURNS_MAX = 2000, ANSWERS_MAX = 4 << 20 };

static struct thread thread;
static char *answers; // all that came back
static size_t answers_length;
static char home[] = "/tmp/sen-fuzz-XXXXXX";

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s; answered so far:\n%.*s\n", what, (int)answers_length, answers);
    abort();
}

// ---- routes that take bodies from anybody
// ---------------------------------------------------------

static enum step_result step_ask(struct request *request)
{
    return request_query(request, db_statement("ping"), NULL, 0);
}

// What a writing route does with a body, up to its statement.
static enum step_result step_take(struct request *request)
{
    static const struct field line[] = {{"q", FIELD_LINE, 20}, OPERATION_LIMIT, {0}};
    static const struct operation operation = {"text_get", .query = line,
                                               .expected = EXPECTED_OPTIONAL};
    json_t *a = operation_begin(request, &operation);
    if (!a)
        return DONE;
    if (request->json)
        json_object_update_missing(a, request->json);
    request_reply_json(request, 200, NULL, a);
    return DONE;
}

static enum step_result step_took_file(struct request *request)
{
    char *text = talloc_asprintf(request, "%zu %s", request->body_length, request->path);
    request_reply(request, 200, "text/plain", NULL, text, strlen(text));
    return DONE;
}

static const struct step json[] = {
    {"body", step_body}, {"json", step_json}, {"take", step_take}, {0}};
static const struct step maybe[] = {{"ask", step_ask},
                                    {"body", step_body_if_any},
                                    {"json", step_json_if_any},
                                    {"take", step_take},
                                    {0}};
static const struct step file[] = {{"file", step_file}, {"took", step_took_file}, {0}};

static const struct route fuzz_routes[] = {
    {METHOD_POST, "/json", .steps = json, .body = BODY_JSON},
    {METHOD_POST, "/maybe/{id}", .steps = maybe, .body = BODY_JSON},
    {METHOD_PUT, "/file", .steps = file, .body = BODY_FILE},
    {0},
};

extern const struct route agency_routes[], article_routes[], audit_routes[], change_routes[],
    feed_routes[], glossary_routes[], history_routes[], locale_routes[], media_routes[],
    memory_routes[], page_routes[], people_routes[], preview_routes[], province_routes[],
    release_routes[], search_routes[], session_routes[], system_routes[], text_routes[],
    topic_routes[], translation_routes[], work_routes[], xliff_routes[];

// In the place of the table of api/routes.c.
const struct route *const route_tables[] = {
    fuzz_routes,     article_routes, history_routes, text_routes,     translation_routes,
    glossary_routes, work_routes,    release_routes, province_routes, search_routes,
    topic_routes,    agency_routes,  locale_routes,  media_routes,    people_routes,
    session_routes,  audit_routes,   change_routes,  feed_routes,     system_routes,
    preview_routes,  xliff_routes,   memory_routes,  page_routes,     NULL,
};

// ---- the server
// -----------------------------------------------------------------------------------

static void remove_home(void)
{
    char media[sizeof home + 8];
    snprintf(media, sizeof media, "%s/media", home);
    rmdir(media);
    rmdir(home);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char *const values[][2] = {
        {"SEN_HOME", home},
        {"SEN_DATABASE", "host=/nonexistent"},
        {"SEN_URL_BYTES", "256"},
        {"SEN_HEADER_BYTES", "1024"},
        {"SEN_HEADER_COUNT", "8"},
        {"SEN_BODY_BYTES", "1024"},
        {"SEN_UPLOAD_BYTES", "1024"},
        {"SEN_JSON_DEPTH", "4"},
        {"SEN_REQUESTS_PER_SECOND", "0"},
        {"SEN_CONNECTIONS_PER_ADDRESS", "0"},
        {"SEN_FAILED_TOKENS", "0"}, // would remember addresses
        {"SEN_PROXY", "127.0.0.1"},
    };
    char *error;
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || locales_init() || !mkdtemp(home))
        return 1;
    atexit(remove_home);
    char media[sizeof home + 8];
    snprintf(media, sizeof media, "%s/media", home);
    mkdir(media, 0700);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        setenv(values[i][0], values[i][1], 1);
    log_set_level(LOG_LEVEL_ERROR);
    thread.memory = talloc_new(NULL);
    if (settings_load(thread.memory, &thread.settings, &error))
        return 1;
    thread.all = &thread;
    thread.count = 1;
    thread.base = event_base_new();
    thread.conn_max = 4;
    thread_clock(&thread);
    thread.limits = limits_open(thread.memory, thread.settings);
    thread.cache = cache_open(thread.memory, 1 << 20, &thread.metrics);
    const struct db_options options = {thread.settings->database, 1, 16, 1000};
    thread.db = thread.heavy_db = db_open(thread.memory, thread.base, &options);
    answers = malloc(ANSWERS_MAX + 1);
    return 0;
}

// ---- the client
// -----------------------------------------------------------------------------------

struct manner {
    size_t piece; // bytes sent at once
    bool waits;   // for the server to have acted on a piece before the next
    bool hurries; // off, without reading the answers
    bool expires; // is still there when its time is up
    bool drains;  // meets a server that ends
};

static struct manner manner_of(uint8_t byte)
{
    static const size_t pieces[] = {4096, 1, 7, 64};
    return (struct manner){.piece = pieces[byte & 3],
                           .waits = byte & 4,
                           .hurries = byte & 8,
                           .expires = byte & 16,
                           .drains = byte & 32};
}

static void take_answers(int client)
{
    ssize_t n;
    while ((n = recv(client, answers + answers_length, ANSWERS_MAX - answers_length,
                     MSG_DONTWAIT)) > 0)
        answers_length += (size_t)n;
    check(answers_length < ANSWERS_MAX, "an endless answer");
}

static void turn(int client)
{
    event_base_loop(thread.base, EVLOOP_NONBLOCK);
    if (client >= 0)
        take_answers(client);
}

static void talk(int client, const struct manner *manner, const uint8_t *data, size_t size)
{
    while (size) {
        size_t most = manner->piece < size ? manner->piece : size;
        ssize_t n = send(client, data, most, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            break; // the server has closed
        data += n;
        size -= (size_t)n;
        if (manner->waits)
            turn(client);
    }
    if (manner->hurries)
        return;
    for (int i = 0; i < 6; i++)
        turn(client);
}

// ---- the answers
// ----------------------------------------------------------------------------------

// One answer from its status line to its end; NULL when it is cut off. A body never begins like a
// status line here, so what follows the head tells whether there is one.
static const char *skip_answer(const char *at, const char *end, bool *ret_final)
{
    check((size_t)(end - at) >= 13 && memcmp(at, "HTTP/1.1 ", 9) == 0, "not an answer");
    int status = atoi(at + 9);
    check(status >= 100 && status <= 599, "no status");
    *ret_final = status >= 200;
    const char *body = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
    check(body, "a head without an end");
    body += 4;
    const char *field = memmem(at, (size_t)(body - at), "\r\nContent-Length: ", 18);
    size_t length = field ? strtoul(field + 18, NULL, 10) : 0;
    if (body == end ||
        memcmp(body, "HTTP/1.1 ", (size_t)(end - body) < 9 ? (size_t)(end - body) : 9) == 0)
        return body;
    check((size_t)(end - body) >= length && length, "a body that is cut off");
    return body + length;
}

static uint64_t count_answers(void)
{
    const char *at = answers, *end = answers + answers_length;
    uint64_t count = 0;
    while (at < end) {
        bool final;
        at = skip_answer(at, end, &final);
        count += final;
    }
    return count;
}

static void expire(void)
{
    thread.now += 1000000;
    conns_tick(&thread);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f};
    int ends[2];
    if (!size || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends))
        return 0;
    struct manner manner = manner_of(data[0]);
    size_t blocks = talloc_total_blocks(thread.memory);
    uint64_t requests = thread.request_count;
    uint64_t replies = thread.metrics.requests;
    answers_length = 0;
    thread.draining = false;
    conn_open(&thread, ends[0], (const struct sockaddr *)&from);
    talk(ends[1], &manner, data + 1, size - 1);
    if (manner.drains) {
        thread.draining = true;
        conns_drain(&thread);
    }
    if (manner.expires)
        expire();
    shutdown(ends[1], SHUT_WR);
    for (int i = 0; i < 4 && !manner.hurries; i++)
        turn(ends[1]);
    close(ends[1]);
    int turns = 0;
    while ((thread.conns || talloc_total_blocks(thread.memory) != blocks) && turns++ < TURNS_MAX)
        turn(-1);
    check(!thread.conns && !thread.conn_count, "a connection that is not freed");
    check(talloc_total_blocks(thread.memory) == blocks, "memory that is not freed");
    requests = thread.request_count - requests;
    replies = thread.metrics.requests - replies;
    check(replies <= requests, "more answers than requests");
    if (!manner.hurries)
        check(count_answers() <= replies, "more answers on the wire than were given");
    return 0;
}
