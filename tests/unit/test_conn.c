// A connection over a socket pair: its limits at their end and one past it, its deadlines, what is
// answered in which order, and clients that leave. The time of conns_tick is the test's.
#include "api/body.h"
#include "api/cache.h"
#include "api/conn.h"
#include "api/limits.h"
#include "api/route.h"
#include "content/base/log.h"
#include "content/db.h"
#include "locales/locale.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { URL = 256, HEAD = 1024, COUNT = 8, BODY = 1024 };

static struct thread thread;
static size_t blocks; // of an idle server
static int client;
static char answers[1 << 16];
static size_t answers_length;

// ---- routes
// ---------------------------------------------------------------------------------------

static enum step_result step_hello(struct request *request)
{
    request_reply(request, 200, "text/plain", NULL, request->path, strlen(request->path));
    return DONE;
}

// More than a socket takes at once.
enum { LARGE = 1 << 20 };

static enum step_result step_large(struct request *request)
{
    char *text = talloc_size(request, LARGE);
    memset(text, 'l', LARGE);
    request_reply(request, 200, "text/plain", NULL, text, LARGE);
    return DONE;
}

static enum step_result step_wait(struct request *request)
{
    return request_query(request, db_statement("ping"), NULL, 0);
}

// The length of the body, and a header field.
static enum step_result step_tell(struct request *request)
{
    const char *key = request_header(request, HEADER_IDEMPOTENCY_KEY);
    char *text = talloc_asprintf(request, "%zu %s %s", request->body_length, key ? key : "none",
                                 request->path);
    request_reply(request, 200, "text/plain", NULL, text, strlen(text));
    return DONE;
}

static const struct step hello[] = {{"hello", step_hello}, {0}};
static const struct step large[] = {{"large", step_large}, {0}};
static const struct step tell[] = {
    {"wait", step_wait}, {"body", step_body_if_any}, {"tell", step_tell}, {0}};
static const struct route routes[] = {
    {METHOD_GET, "/hello", .steps = hello},
    {METHOD_GET, "/hello/{name}", .steps = hello},
    {METHOD_GET, "/large", .steps = large},
    {METHOD_POST, "/tell/{name}", .steps = tell, .body = BODY_JSON},
    {0},
};
// In the place of the table of api/routes.c.
const struct route *const route_tables[] = {routes, NULL};

// ---- the server and its client
// --------------------------------------------------------------------

static struct settings settings = {
    .home = "/nonexistent",
    .origin = "http://127.0.0.1",
    .proxy = "",
    .url_bytes = URL,
    .header_bytes = HEAD,
    .header_count = COUNT,
    .body_bytes = BODY,
    .upload_bytes = BODY,
    .json_depth = 8,
    .json_values = 100,
    .head_seconds = 10,
    .body_seconds = 30,
    .idle_seconds = 75,
    .write_seconds = 20,
};

static int setup(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_LEVEL_ERROR);
    thread.memory = talloc_new(NULL);
    thread.settings = &settings;
    thread.all = &thread;
    thread.count = 1;
    thread.base = event_base_new();
    thread.conn_max = 2;
    thread_clock(&thread);
    thread.limits = limits_open(thread.memory, &settings);
    thread.cache = cache_open(thread.memory, 0, &thread.metrics);
    const struct db_options options = {"host=/nonexistent", 1, 16, 1000};
    thread.db = thread.heavy_db = db_open(thread.memory, thread.base, &options);
    blocks = talloc_total_blocks(thread.memory);
    return sodium_init() < 0 || locales_init();
}

static int teardown(void **state)
{
    talloc_free(thread.memory);
    event_base_free(thread.base);
    return 0;
}

static void turn(void)
{
    ssize_t n;
    for (int i = 0; i < 6; i++) {
        event_base_loop(thread.base, EVLOOP_NONBLOCK);
        while (client >= 0 && (n = recv(client, answers + answers_length,
                                        sizeof answers - 1 - answers_length, MSG_DONTWAIT)) > 0)
            answers_length += (size_t)n;
    }
    answers[answers_length] = '\0';
}

static int open_one(void)
{
    static const struct sockaddr_in from = {.sin_family = AF_INET};
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    conn_open(&thread, ends[0], (const struct sockaddr *)&from);
    return ends[1];
}

static void open_client(void)
{
    client = open_one();
    answers_length = 0;
    turn();
}

static void say_bytes(const char *text, size_t length)
{
    while (length) {
        size_t most = length < 4096 ? length : 4096;
        ssize_t n = send(client, text, most, MSG_NOSIGNAL);
        if (n < 0)
            break;
        text += n;
        length -= (size_t)n;
        turn();
    }
}

static void say(const char *text)
{
    say_bytes(text, strlen(text));
}

// Close, and see that nothing is left of the connection and its requests.
static void close_client(void)
{
    close(client);
    client = -1;
    for (int i = 0; i < 100 && (thread.conns || talloc_total_blocks(thread.memory) != blocks); i++)
        turn();
    assert_null(thread.conns);
    assert_int_equal(talloc_total_blocks(thread.memory), blocks);
}

static int status(void)
{
    return strncmp(answers, "HTTP/1.1 ", 9) == 0 ? atoi(answers + 9) : 0;
}

// What is answered to these bytes.
static int __attribute__((format(printf, 1, 2))) talk(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = talloc_vasprintf(NULL, format, arguments);
    va_end(arguments);
    open_client();
    say(text);
    talloc_free(text);
    close_client();
    return status();
}

static char *repeat(char byte, size_t count)
{
    static char text[1 << 16];
    memset(text, byte, count);
    text[count] = '\0';
    return text;
}

static void pass(int64_t ms)
{
    thread_clock(&thread);
    thread.now += ms;
    conns_tick(&thread);
    turn();
}

static bool is_closed(void)
{
    char byte;
    return recv(client, &byte, 1, MSG_DONTWAIT) == 0;
}

// ---- limits
// ---------------------------------------------------------------------------------------

#define HOST "Host: a\r\n"

static void test_target(void **state)
{
    size_t rest = URL - strlen("/hello?");
    assert_int_equal(talk("GET /hello?%s HTTP/1.1\r\n" HOST "\r\n", repeat('x', rest)), 200);
    assert_int_equal(talk("GET /hello?%s HTTP/1.1\r\n" HOST "\r\n", repeat('x', rest + 1)), 414);
    assert_int_equal(talk("GET /hello?%s", repeat('x', 60000)), 414);
}

static void test_head_bytes(void **state)
{
    size_t rest = HEAD - strlen("HostaX"); // names and values
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "X: %s\r\n\r\n", repeat('x', rest)), 200);
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "X: %s\r\n\r\n", repeat('x', rest + 1)),
                     431);
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "%s: x\r\n\r\n", repeat('x', HEAD)), 431);
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "X: %s", repeat('x', 60000)), 431);
}

static void test_header_count(void **state)
{
    char fields[256] = "";
    for (int i = 1; i < COUNT; i++)
        strcat(fields, "X: y\r\n");
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "%s\r\n", fields), 200);
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "%sZ: y\r\n\r\n", fields), 431);
}

// White space counts as well: a head is not read for ever.
static void test_endless_head(void **state)
{
    assert_int_equal(talk("GET /hello HTTP/1.1\r\n" HOST "X:%s", repeat(' ', 60000)), 431);
    assert_int_equal(talk("%s", repeat('\n', 60000)), 431);
    assert_int_equal(talk("\r\n\r\nGET /hello HTTP/1.1\r\n" HOST "X:  \t y \t\r\nY:\r\n\r\n"), 200);
}

static void test_body_bytes(void **state)
{
    static const char head[] =
        "POST /tell/x HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n";
    assert_int_equal(talk("%sContent-Length: %d\r\n\r\n%s", head, BODY, repeat(' ', BODY)), 200);
    assert_non_null(strstr(answers, "\r\n\r\n1024 none"));
    assert_int_equal(talk("%sContent-Length: %d\r\n\r\n", head, BODY + 1), 413);
    assert_int_equal(
        talk("%sTransfer-Encoding: chunked\r\n\r\n400\r\n%s\r\n0\r\n\r\n", head, repeat(' ', BODY)),
        200);
    assert_non_null(strstr(answers, "\r\n\r\n1024 none"));
    assert_int_equal(talk("%sTransfer-Encoding: chunked\r\n\r\n401\r\n%s\r\n0\r\n\r\n", head,
                          repeat(' ', BODY + 1)),
                     413);
    assert_int_equal(talk("%sTransfer-Encoding: chunked\r\n\r\nno number\r\n", head), 400);
}

static void test_connections(void **state)
{
    char answer[256];
    int one = open_one(), two = open_one(), three = open_one();
    ssize_t n = recv(three, answer, sizeof answer - 1, MSG_DONTWAIT);
    assert_true(n > 0);
    answer[n] = '\0';
    assert_int_equal(atoi(answer + 9), 503);
    assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
    close(three);
    close(one);
    client = -1;
    turn();
    client = open_one(); // there is room again
    answers_length = 0;
    say("GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(status(), 200);
    close(two);
    close_client();
}

static bool is_refused(int fd)
{
    char answer[16] = "";
    return recv(fd, answer, sizeof answer - 1, MSG_DONTWAIT) > 0 && atoi(answer + 9) == 503;
}

// One connection an address, but for the reverse proxy, which brings everybody's.
static void test_connections_of_an_address(void **state)
{
    static const char *const proxies[] = {"", "192.0.2.1", "0.0.0.0"}; // we are 0.0.0.0
    struct limits *limits = thread.limits;
    const struct settings one_only = {.connections_per_address = 1};
    for (size_t i = 0; i < 3; i++) {
        settings.proxy = proxies[i];
        thread.limits = limits_open(NULL, &one_only);
        int one = open_one(), two = open_one();
        assert_false(is_refused(one));
        assert_int_equal(is_refused(two), i < 2);
        close(two);
        close(one);
        client = -1;
        turn();
        client = open_one();
        assert_false(is_refused(client));
        close_client();
        talloc_free(thread.limits);
    }
    settings.proxy = "";
    thread.limits = limits;
}

// ---- deadlines
// ------------------------------------------------------------------------------------

static void test_first_byte(void **state)
{
    open_client();
    pass(5000);
    assert_non_null(thread.conns);
    pass(10100);
    assert_null(thread.conns);
    assert_true(is_closed()); // who has said nothing is told nothing
    close_client();
}

static void test_slow_head(void **state)
{
    open_client();
    say("GET /hello HTTP/1.1\r\nHo");
    pass(5000);
    say("st: ");
    assert_int_equal(status(), 0);
    pass(10100); // bytes that trickle in do not put it off
    assert_int_equal(status(), 408);
    close_client();
}

static void test_slow_body(void **state)
{
    open_client();
    say("POST /tell/x HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
        "Content-Length: 5\r\n\r\n12");
    pass(20000);
    assert_int_equal(status(), 0);
    pass(30100);
    assert_int_equal(status(), 408);
    close_client();
}

static void test_idle(void **state)
{
    open_client();
    say("GET /hello HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(status(), 200);
    pass(60000);
    assert_non_null(thread.conns);
    pass(75100);
    assert_null(thread.conns);
    close_client();
}

// ---- order and framing
// ----------------------------------------------------------------------------

static void test_pipelined(void **state)
{
    assert_int_equal(talk("GET /hello/1 HTTP/1.1\r\n" HOST "\r\n"
                          "POST /tell/2 HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                          "Content-Length: 2\r\n\r\n{}"
                          "GET /hello/3 HTTP/1.1\r\n" HOST "\r\n"),
                     200);
    const char *one = strstr(answers, "\r\n\r\n/hello/1"), *two = strstr(answers, "2 none /tell/2"),
               *three = strstr(answers, "\r\n\r\n/hello/3");
    assert_true(one && two && three && one < two && two < three);
}

static void test_byte_by_byte(void **state)
{
    static const char text[] =
        "POST /tell/x HTTP/1.1\r\n" HOST "Idempotency-Key: k\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\nGET /hello HTTP/1.1\r\n" HOST
        "\r\n";
    open_client();
    for (size_t i = 0; i < sizeof text - 1; i++)
        say_bytes(text + i, 1);
    assert_non_null(strstr(answers, "\r\n\r\n2 k /tell/x"));
    assert_non_null(strstr(answers, "\r\n\r\n/hello"));
    close_client();
}

static void test_continue(void **state)
{
    open_client();
    say("POST /tell/x HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 2\r\n"
        "Expect: 100-continue\r\n\r\n");
    assert_string_equal(answers, "HTTP/1.1 100 Continue\r\n\r\n");
    say("{}");
    assert_non_null(strstr(answers, "HTTP/1.1 200 OK\r\n"));
    close_client();
}

// A trailer field is no header field, and does not move the head that the steps hold.
static void test_trailers(void **state)
{
    char path[201];
    snprintf(path, sizeof path, "%s", repeat('p', 200));
    assert_int_equal(talk("POST /tell/%s HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
                          "Idempotency-Key: %s\r\nHost: b\r\n\r\n",
                          path, repeat('k', 900)),
                     200);
    assert_non_null(strstr(answers, "\r\n\r\n2 none /tell/ppp"));
    assert_int_equal(talk("POST /tell/x HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
                          "X: %s\r\n\r\n",
                          repeat('k', HEAD)),
                     431);
}

static void test_close(void **state)
{
    static const struct {
        const char *line, *fields;
        bool closes;
    } rows[] = {
        {"GET /hello HTTP/1.1", HOST, false},
        {"GET /hello HTTP/1.1", HOST "Connection: close\r\n", true},
        {"GET /hello HTTP/1.0", "", true},
        {"GET /hello HTTP/1.0", "Connection: keep-alive\r\n", false},
        {"GET /hello HTTP/1.1", HOST "Connection: x, CLOSE\r\n", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        open_client();
        char text[256];
        snprintf(text, sizeof text, "%s\r\n%s\r\n", rows[i].line, rows[i].fields);
        say(text);
        assert_int_equal(status(), 200);
        assert_int_equal(strstr(answers, "\r\nConnection: close\r\n") != NULL, rows[i].closes);
        assert_int_equal(is_closed(), rows[i].closes);
        close_client();
    }
}

// The answer outlives its request while the client takes its time.
static void test_slow_reader(void **state)
{
    static const char text[] = "GET /large HTTP/1.1\r\n" HOST "\r\n";
    size_t total = 0;
    ssize_t n;
    open_client();
    assert_true(send(client, text, sizeof text - 1, MSG_NOSIGNAL) > 0);
    for (int i = 0; i < 10; i++)
        event_base_loop(thread.base, EVLOOP_NONBLOCK);
    for (int i = 0; i < 1000 && total < LARGE; i++) {
        while ((n = recv(client, answers, sizeof answers, MSG_DONTWAIT)) > 0)
            total += (size_t)n;
        event_base_loop(thread.base, EVLOOP_NONBLOCK);
    }
    assert_true(total > LARGE && total < LARGE + 1024);
    close_client();

    open_client(); // and one that leaves in the middle of it
    assert_true(send(client, text, sizeof text - 1, MSG_NOSIGNAL) > 0);
    for (int i = 0; i < 10; i++)
        event_base_loop(thread.base, EVLOOP_NONBLOCK);
    close_client();

    open_client(); // and one whose time is up
    assert_true(send(client, text, sizeof text - 1, MSG_NOSIGNAL) > 0);
    for (int i = 0; i < 10; i++)
        event_base_loop(thread.base, EVLOOP_NONBLOCK);
    thread.now += 20 * 1000;
    conns_tick(&thread);
    assert_non_null(thread.conns); // a second more for every 16 KiB
    thread.now += LARGE / 16 + 100;
    conns_tick(&thread);
    assert_null(thread.conns);
    close_client();
}

// ---- clients that leave
// ---------------------------------------------------------------------------

static void test_leaves(void **state)
{
    static const char *const texts[] = {
        "",
        "\r\n",
        "GET",
        "GET /hello HTTP/1.1\r\nHo",
        // while the database is asked, with and without a body to come
        "POST /tell/x HTTP/1.1\r\n" HOST
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n",
        "POST /tell/x HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
        "POST /tell/x HTTP/1.1\r\n" HOST
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{",
        "GET /hello HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n" HOST "\r\nGET",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        open_client();
        assert_int_equal(send(client, texts[i], strlen(texts[i]), MSG_NOSIGNAL), strlen(texts[i]));
        close_client(); // at once

        open_client();
        assert_int_equal(send(client, texts[i], strlen(texts[i]), MSG_NOSIGNAL), strlen(texts[i]));
        event_base_loop(thread.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
        close_client(); // once it was read
    }
}

// Half closed: it is still answered.
static void test_half_closed(void **state)
{
    open_client();
    assert_true(send(client, "POST /tell/x HTTP/1.1\r\n" HOST "\r\n", 34, MSG_NOSIGNAL) > 0);
    shutdown(client, SHUT_WR);
    turn();
    assert_int_equal(status(), 200);
    assert_true(is_closed());
    close_client();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_head_bytes),
        cmocka_unit_test(test_header_count),
        cmocka_unit_test(test_endless_head),
        cmocka_unit_test(test_body_bytes),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_connections_of_an_address),
        cmocka_unit_test(test_first_byte),
        cmocka_unit_test(test_slow_head),
        cmocka_unit_test(test_slow_body),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_pipelined),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_trailers),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_half_closed),
        cmocka_unit_test(test_slow_reader),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
