#include "api/conn.h"

#include "api/response.h"
#include "api/route.h"
#include "content/base/log.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <llhttp.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

enum {
    READ_AHEAD = 16 * 1024, // bytes of a client kept while its request is under way
    REQUEST_POOL = 3072,    // bytes that a usual request takes, from one allocation
    LINGER_MS = 2000,       // for the client to read the last answer before the reset
    DRAIN_IDLE_MS = 1000,   // for a request that is on its way while we drain
    SEPARATORS_MAX = 16,    // bytes of a header field besides its name and its value
    REQUEST_LINE_REST = 64, // bytes of a request line besides its target
};

enum conn_state { CONN_IDLE, CONN_HEAD, CONN_RUNNING, CONN_BODY, CONN_CLOSING, CONN_CLOSED };

// Why the parser's callbacks stopped it.
struct refusal {
    int status;
    const char *key, *field;
};

struct conn {
    struct thread *thread;
    struct conn *prev, *next;
    struct bufferevent *bev;
    struct request *request;
    struct address address;
    int64_t deadline; // ms; 0: none
    llhttp_t parser;
    struct refusal refusal;
    uint32_t head_bytes; // of the head that is being read, with all that separates its fields
    uint8_t state;       // enum conn_state
    bool parsing : 1;    // inside conn_parse
    bool body_waits : 1; // the head is read, the body is not (wholly)
    bool eof : 1;        // the client sends no more
    bool close : 1;      // after the answer
    bool counted : 1;    // in limits
    bool paused : 1;     // the parser must be resumed before it goes on
};

static void conn_parse(struct conn *conn);
static void conn_doom(struct conn *conn);

// ---- state -------------------------------------------------------------------------------------

// The one writer of conn->state. Each state has its deadline.
static void conn_set_state(struct conn *conn, enum conn_state to)
{
    static const bool possible[6][6] = {
        [CONN_IDLE] = {[CONN_HEAD] = true, [CONN_CLOSING] = true, [CONN_CLOSED] = true},
        [CONN_HEAD] = {[CONN_RUNNING] = true, [CONN_CLOSING] = true, [CONN_CLOSED] = true},
        [CONN_RUNNING] =
            {[CONN_IDLE] = true, [CONN_BODY] = true, [CONN_CLOSING] = true, [CONN_CLOSED] = true},
        [CONN_BODY] = {[CONN_RUNNING] = true, [CONN_CLOSING] = true, [CONN_CLOSED] = true},
        [CONN_CLOSING] = {[CONN_CLOSED] = true},
    };
    if (!possible[conn->state][to])
        abort();
    const struct settings *settings = conn->thread->settings;
    int64_t now = conn->thread->now;
    conn->state = to;
    switch (to) {
    case CONN_IDLE:
        conn->deadline = now + settings->idle_seconds * 1000;
        break;
    case CONN_HEAD:
        conn->deadline = now + settings->head_seconds * 1000;
        break;
    case CONN_BODY:
        conn->deadline = now + settings->body_seconds * 1000;
        break;
    case CONN_CLOSING:
        conn->deadline = now + LINGER_MS;
        break;
    case CONN_RUNNING: // the database's and the renderer's deadlines bound it
    case CONN_CLOSED:
        conn->deadline = 0;
        break;
    }
}

// ---- from bytes to a request: the parser's callbacks
// ---------------------------------------------

static int refuse(struct conn *conn, int status, const char *key, const char *field)
{
    conn->refusal = (struct refusal){status, key, field};
    return -1;
}

// "%06x-%x"
static void write_id(char *at, uint64_t prefix, uint64_t number)
{
    static const char digits[] = "0123456789abcdef";
    for (int shift = 20; shift >= 0; shift -= 4)
        *at++ = digits[prefix >> shift & 15];
    *at++ = '-';
    int shift = 60;
    while (shift && !(number >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *at++ = digits[number >> shift & 15];
    *at = '\0';
}

static struct request *request_new(struct conn *conn)
{
    struct thread *thread = conn->thread;
    struct request *request =
        talloc_pooled_object(thread->memory, struct request, 16, REQUEST_POOL);
    memset(request, 0, sizeof *request);
    request->thread = thread;
    request->conn = conn;
    request->address = conn->address;
    request->body_file = -1;
    request->head_size = 1024;
    request->head = talloc_array(request, char, request->head_size);
    write_id(request->id, thread->request_prefix & 0xffffff, ++thread->request_count);
    return request;
}

static int on_message_begin(llhttp_t *parser)
{
    struct conn *conn = parser->data;
    conn->request = request_new(conn);
    return 0;
}

static void head_append(struct request *request, const char *at, size_t length)
{
    while (request->head_length + length + 1 > request->head_size) {
        request->head_size *= 2;
        request->head = talloc_realloc(request, request->head, char, request->head_size);
    }
    memcpy(request->head + request->head_length, at, length);
    request->head_length += length;
    request->head[request->head_length] = '\0';
}

static int on_url(llhttp_t *parser, const char *at, size_t length)
{
    struct conn *conn = parser->data;
    struct request *request = conn->request;
    if (request->head_length + length > (size_t)conn->thread->settings->url_bytes)
        return refuse(conn, 414, "url_too_long", NULL);
    head_append(request, at, length);
    return 0;
}

#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }
static const struct {
    const char *text;
    size_t length;
} header_names[HEADERS] = {
    [HEADER_HOST] = NAME("host"),
    [HEADER_CONNECTION] = NAME("connection"),
    [HEADER_CONTENT_LENGTH] = NAME("content-length"),
    [HEADER_TRANSFER_ENCODING] = NAME("transfer-encoding"),
    [HEADER_CONTENT_TYPE] = NAME("content-type"),
    [HEADER_CONTENT_ENCODING] = NAME("content-encoding"),
    [HEADER_EXPECT] = NAME("expect"),
    [HEADER_ACCEPT] = NAME("accept"),
    [HEADER_ACCEPT_ENCODING] = NAME("accept-encoding"),
    [HEADER_ACCEPT_LANGUAGE] = NAME("accept-language"),
    [HEADER_AUTHORIZATION] = NAME("authorization"),
    [HEADER_IF_MATCH] = NAME("if-match"),
    [HEADER_IF_NONE_MATCH] = NAME("if-none-match"),
    [HEADER_RANGE] = NAME("range"),
    [HEADER_IF_RANGE] = NAME("if-range"),
    [HEADER_IF_MODIFIED_SINCE] = NAME("if-modified-since"),
    [HEADER_IDEMPOTENCY_KEY] = NAME("idempotency-key"),
    [HEADER_X_FORWARDED_FOR] = NAME("x-forwarded-for"),
    [HEADER_ORIGIN] = NAME("origin"),
};

// May a field stand several times (RFC 9110 section 5.3: a list)?
static bool is_list(int header)
{
    return header == HEADER_CONNECTION || header == HEADER_ACCEPT ||
           header == HEADER_ACCEPT_ENCODING || header == HEADER_ACCEPT_LANGUAGE ||
           header == HEADER_IF_NONE_MATCH || header == HEADER_X_FORWARDED_FOR;
}

static int count_header_bytes(struct conn *conn, size_t length)
{
    conn->request->header_bytes += length;
    if (conn->request->header_bytes > (size_t)conn->thread->settings->header_bytes)
        return refuse(conn, 431, "headers_too_large", NULL);
    return 0;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t length)
{
    struct conn *conn = parser->data;
    struct request *request = conn->request;
    if (request->in_value || !request->header_count) {
        request->in_value = false;
        request->name_length = 0;
        if (++request->header_count > (size_t)conn->thread->settings->header_count)
            return refuse(conn, 431, "headers_too_many", NULL);
    }
    for (size_t i = 0; i < length && request->name_length + 1 < sizeof request->name; i++) {
        char c = at[i];
        request->name[request->name_length++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return count_header_bytes(conn, length);
}

static int find_header(const struct request *request)
{
    for (int i = 0; i < HEADERS; i++)
        if (header_names[i].length == request->name_length &&
            memcmp(header_names[i].text, request->name, request->name_length) == 0)
            return i;
    return -1;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t length)
{
    struct conn *conn = parser->data;
    struct request *request = conn->request;
    // Behind a chunked body stand trailer fields (RFC 9110 section 6.5.1). They are no header
    // fields: the request has been authorised by those, and its steps hold pointers into the head.
    if (conn->state == CONN_BODY) {
        request->in_value = true;
        return count_header_bytes(conn, length);
    }
    if (!request->in_value) {
        request->in_value = true;
        int header = request->current = find_header(request);
        if (header >= 0 && request->value_at[header]) {
            if (!is_list(header))
                return refuse(conn, 400, "header_doubled", header_names[header].text);
            // Joined as one list: the earlier value is copied behind, the new one follows it.
            const char *before = request->head + request->value_at[header];
            char *copy = talloc_asprintf(request, "%s, ", before);
            request->head_length++;
            request->value_at[header] = (uint32_t)request->head_length;
            head_append(request, copy, strlen(copy));
            talloc_free(copy);
        } else if (header >= 0) {
            request->head_length++; // keeps the NUL of what stands before
            request->value_at[header] = (uint32_t)request->head_length;
        }
    }
    if (request->current >= 0)
        head_append(request, at, length);
    return count_header_bytes(conn, length);
}

static enum method method_of(int method)
{
    switch (method) {
    case HTTP_GET:
        return METHOD_GET;
    case HTTP_HEAD:
        return METHOD_HEAD;
    case HTTP_POST:
        return METHOD_POST;
    case HTTP_PUT:
        return METHOD_PUT;
    case HTTP_PATCH:
        return METHOD_PATCH;
    case HTTP_DELETE:
        return METHOD_DELETE;
    case HTTP_OPTIONS:
        return METHOD_OPTIONS;
    default:
        return METHOD_OTHER;
    }
}

// A whole, plain number of at most 18 digits.
static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits && digits <= 18 && !text[digits];
}

// How the body is framed (RFC 9112 section 6), stricter: a message that two parsers could read
// differently is refused. 0, or -1 with a refusal.
static int check_framing(struct conn *conn, struct request *request, bool *ret_has_body)
{
    const char *length = request_header(request, HEADER_CONTENT_LENGTH);
    const char *transfer = request_header(request, HEADER_TRANSFER_ENCODING);
    if (length && (transfer || !is_number(length)))
        return refuse(conn, 400, "framing", "Content-Length");
    if (transfer && (request->http_1_0 || strcasecmp(transfer, "chunked") != 0))
        return refuse(conn, 400, "framing", "Transfer-Encoding");
    *ret_has_body = transfer || (length && strtoll(length, NULL, 10) > 0);
    bool may = request->method == METHOD_POST || request->method == METHOD_PUT ||
               request->method == METHOD_PATCH || request->method == METHOD_DELETE;
    if (!may && (*ret_has_body || length))
        return refuse(conn, 400, "body_not_allowed", request->method_name);
    return 0;
}

static int check_host(struct conn *conn, struct request *request)
{
    const char *host = request_header(request, HEADER_HOST);
    if (!host)
        return request->http_1_0 ? 0 : refuse(conn, 400, "host", "Host");
    if (strcspn(host, " \t,/?#@\\") != strlen(host))
        return refuse(conn, 400, "host", "Host");
    return 0;
}

// Split the target into path and query. The absolute form (RFC 9112 section 3.2.2) is the origin
// form behind its authority.
static int check_target(struct conn *conn, struct request *request)
{
    char *target = request->head;
    if (strncasecmp(target, "http://", 7) == 0 || strncasecmp(target, "https://", 8) == 0) {
        char *authority = strchr(target, ':') + 3;
        char *path = strpbrk(authority, "/?");
        if (!path)
            return refuse(conn, 400, "target", NULL);
        target = path;
    }
    if (*target != '/' && !(request->method == METHOD_OPTIONS && strcmp(target, "*") == 0))
        return refuse(conn, 400, "target", NULL);
    if (strchr(target, '#') || strchr(target, '\\'))
        return refuse(conn, 400, "target", NULL);
    request->path = target;
    return 0;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct conn *conn = parser->data;
    struct request *request = conn->request;
    request->method = method_of(parser->method);
    request->method_name = llhttp_method_name(parser->method);
    request->http_1_0 = parser->http_minor == 0;
    parser->upgrade = 0; // no protocol to change to: the request is answered as it stands
    bool has_body = false;
    if (parser->http_major != 1 || parser->http_minor > 1)
        return refuse(conn, 505, "version", NULL);
    if (parser->method == HTTP_CONNECT)
        return refuse(conn, 405, "method", NULL);
    if (check_framing(conn, request, &has_body) || check_host(conn, request) ||
        check_target(conn, request))
        return -1;
    conn->close = !llhttp_should_keep_alive(parser);
    conn->body_waits = has_body;
    return has_body ? HPE_PAUSED : 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t length)
{
    struct conn *conn = parser->data;
    struct request *request = conn->request;
    const struct settings *settings = conn->thread->settings;
    size_t total = request->body_length + length;
    if (request->body_file >= 0) {
        if (total > (size_t)settings->upload_bytes)
            return refuse(conn, 413, "body_too_large", NULL);
        for (size_t done = 0; done < length;) {
            ssize_t n = write(request->body_file, at + done, length - done);
            if (n < 0 && errno != EINTR)
                return refuse(conn, errno == ENOSPC || errno == EDQUOT ? 507 : 500,
                              errno == ENOSPC || errno == EDQUOT ? "storage_full" : "internal",
                              NULL);
            done += n < 0 ? 0 : (size_t)n;
        }
        request->body_length = total;
        return 0;
    }
    if (total > (size_t)settings->body_bytes)
        return refuse(conn, 413, "body_too_large", NULL);
    while (total + 1 > request->body_size) {
        request->body_size = request->body_size ? request->body_size * 2 : 4096;
        request->body = talloc_realloc(request, request->body, char, request->body_size);
    }
    memcpy(request->body + request->body_length, at, length);
    request->body_length = total;
    request->body[total] = '\0';
    return 0;
}

static int on_message_complete(llhttp_t *parser)
{
    struct conn *conn = parser->data;
    conn->body_waits = false;
    return HPE_PAUSED;
}

static const llhttp_settings_t callbacks = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

// ---- parsing
// -------------------------------------------------------------------------------------

// Answer what the parser or a deadline refused, and close.
static void conn_refuse(struct conn *conn)
{
    struct refusal why = conn->refusal;
    if (!conn->request)
        conn->request = request_new(conn);
    struct request *request = conn->request;
    conn->close = true;
    if (conn->state == CONN_IDLE)
        conn_set_state(conn, CONN_HEAD);
    if (conn->state != CONN_RUNNING)
        conn_set_state(conn, CONN_RUNNING);
    request->replied = false;
    request_problem(request, why.status, why.key, why.field, NULL);
    talloc_free(request);
}

// The head (and, without a body, the whole request) is here.
static void conn_dispatch(struct conn *conn)
{
    struct request *request = conn->request;
    if (conn->state == CONN_BODY) {
        conn_set_state(conn, CONN_RUNNING);
        request_resume(request);
    } else {
        conn_set_state(conn, CONN_RUNNING);
        request_start(request);
    }
}

static bool may_parse(const struct conn *conn)
{
    return (conn->state == CONN_IDLE || conn->state == CONN_HEAD || conn->state == CONN_BODY) &&
           !evbuffer_get_length(bufferevent_get_output(conn->bev));
}

// The callbacks see no white space: without this, a head could consist of it for ever.
static bool head_is_endless(const struct conn *conn)
{
    const struct settings *settings = conn->thread->settings;
    return conn->state == CONN_HEAD &&
           conn->head_bytes > settings->url_bytes + settings->header_bytes +
                                  settings->header_count * SEPARATORS_MAX + REQUEST_LINE_REST;
}

static void parse_chunk(struct conn *conn, const struct evbuffer_iovec *chunk)
{
    struct evbuffer *input = bufferevent_get_input(conn->bev);
    if (conn->state == CONN_IDLE) {
        conn_set_state(conn, CONN_HEAD);
        conn->head_bytes = 0;
    }
    if (conn->paused) {
        llhttp_resume(&conn->parser);
        conn->paused = false;
    }
    llhttp_errno_t error = llhttp_execute(&conn->parser, chunk->iov_base, chunk->iov_len);
    conn->head_bytes += (uint32_t)chunk->iov_len;
    if (error == HPE_OK && head_is_endless(conn)) {
        refuse(conn, 431, "headers_too_large", NULL);
        evbuffer_drain(input, evbuffer_get_length(input));
        conn_refuse(conn);
    } else if (error == HPE_OK) {
        evbuffer_drain(input, chunk->iov_len);
    } else if (error == HPE_PAUSED) {
        const char *stopped = llhttp_get_error_pos(&conn->parser);
        evbuffer_drain(input, (size_t)(stopped - (const char *)chunk->iov_base));
        conn->paused = true;
        conn_dispatch(conn);
    } else {
        metric_add(&conn->thread->metrics.parse_errors, 1);
        if (!conn->refusal.status)
            refuse(conn, 400, "malformed", NULL);
        evbuffer_drain(input, evbuffer_get_length(input));
        conn_refuse(conn);
    }
}

static void conn_parse(struct conn *conn)
{
    if (conn->parsing)
        return;
    conn->parsing = true;
    struct evbuffer_iovec chunk;
    while (may_parse(conn)) {
        // libevent may keep an empty chunk.
        if (evbuffer_peek(bufferevent_get_input(conn->bev), -1, NULL, &chunk, 1) < 1 ||
            !chunk.iov_len)
            break;
        parse_chunk(conn, &chunk);
    }
    conn->parsing = false;
    bool nothing_under_way =
        conn->state == CONN_IDLE || conn->state == CONN_HEAD || conn->state == CONN_BODY;
    if (conn->eof && nothing_under_way && !evbuffer_get_length(bufferevent_get_output(conn->bev)))
        conn_doom(conn);
}

// ---- answers
// ---------------------------------------------------------------------------------------

static void release_response(const void *data, size_t length, void *owner)
{
    response_unref(owner);
}

// Write what the socket takes now; keep the rest for when it takes more. A large rest of a shared
// answer is referred to, not copied.
static void write_pieces(struct conn *conn, const struct iovec *pieces, int count,
                         struct response *owner)
{
    struct evbuffer *output = bufferevent_get_output(conn->bev);
    size_t written = 0;
    if (!evbuffer_get_length(output)) {
        ssize_t n = writev(bufferevent_getfd(conn->bev), pieces, count);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            conn->close = true; // the error is met again, and handled, by the bufferevent
            n = 0;
        }
        written = n > 0 ? (size_t)n : 0;
    }
    for (int i = 0; i < count; i++) {
        size_t skip = written < pieces[i].iov_len ? written : pieces[i].iov_len;
        const char *rest = (const char *)pieces[i].iov_base + skip;
        size_t length = pieces[i].iov_len - skip;
        written -= skip;
        if (!length)
            continue;
        if (owner && i == count - 1)
            evbuffer_add_reference(output, rest, length, release_response, response_ref(owner));
        else
            evbuffer_add(output, rest, length);
    }
}

static void conn_answered(struct conn *conn)
{
    struct request *request = conn->request;
    conn->request = NULL;
    request->conn = NULL;
    conn->close |= conn->body_waits || conn->thread->draining;
    size_t left = evbuffer_get_length(bufferevent_get_output(conn->bev));
    if (conn->close) {
        conn_set_state(conn, CONN_CLOSING);
        if (!left)
            shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
    } else {
        conn_set_state(conn, CONN_IDLE);
    }
    if (left)
        conn->deadline = conn->thread->now + conn->thread->settings->write_seconds * 1000 +
                         (int64_t)(left / 16); // a second for 16 KiB
}

void conn_answer(struct conn *conn, const struct iovec *pieces, int count, struct response *owner)
{
    write_pieces(conn, pieces, count, owner);
    conn_answered(conn);
}

bool conn_must_close(const struct conn *conn)
{
    return conn->close || conn->body_waits || conn->thread->draining;
}

bool conn_body_waits(const struct conn *conn)
{
    return conn->body_waits;
}

void conn_read_body(struct conn *conn)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const char *expect = request_header(conn->request, HEADER_EXPECT);
    conn_set_state(conn, CONN_BODY);
    if (expect && strcasecmp(expect, "100-continue") == 0 &&
        !evbuffer_get_length(bufferevent_get_input(conn->bev)))
        write_pieces(conn, &(struct iovec){(void *)go_on, sizeof go_on - 1}, 1, NULL);
}

void conn_continue(struct conn *conn)
{
    if (conn->state == CONN_BODY || conn->state == CONN_IDLE)
        conn_parse(conn);
}

// ---- events
// ----------------------------------------------------------------------------------------

static void conn_free(evutil_socket_t fd, short what, void *data)
{
    struct conn *conn = data;
    bufferevent_free(conn->bev);
    talloc_free(conn);
}

// Give the connection up. It is freed in the next loop turn: callers up the stack may hold it.
static void conn_doom(struct conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    struct thread *thread = conn->thread;
    enum conn_state was = (enum conn_state)conn->state;
    conn_set_state(conn, CONN_CLOSED);
    if (conn->request) {
        metric_add(&thread->metrics.clients_left, was == CONN_RUNNING);
        conn->request->conn = NULL;
        if (was != CONN_RUNNING)
            talloc_free(conn->request); // not started, or waiting for a body that will not come
        conn->request = NULL;
    }
    if (conn->counted)
        limits_disconnect(thread->limits, &conn->address);
    DL_DELETE(thread->conns, conn);
    thread->conn_count--;
    metric_set(&thread->metrics.connections, thread->conn_count);
    bufferevent_disable(conn->bev, EV_READ | EV_WRITE);
    bufferevent_setcb(conn->bev, NULL, NULL, NULL, NULL);
    event_base_once(thread->base, -1, EV_TIMEOUT, conn_free, conn, &(struct timeval){0});
}

static void on_read(struct bufferevent *bev, void *data)
{
    struct conn *conn = data;
    thread_clock(conn->thread);
    if (conn->state == CONN_CLOSING) {
        struct evbuffer *input = bufferevent_get_input(bev);
        evbuffer_drain(input, evbuffer_get_length(input));
        return;
    }
    conn_parse(conn);
}

// The output is wholly taken.
static void on_write(struct bufferevent *bev, void *data)
{
    struct conn *conn = data;
    thread_clock(conn->thread);
    if (conn->state == CONN_CLOSING) {
        shutdown(bufferevent_getfd(bev), SHUT_WR);
        conn->deadline = conn->thread->now + LINGER_MS;
    } else {
        if (conn->state == CONN_IDLE)
            conn->deadline = conn->thread->now + conn->thread->settings->idle_seconds * 1000;
        conn_parse(conn);
    }
}

static void on_event(struct bufferevent *bev, short what, void *data)
{
    struct conn *conn = data;
    thread_clock(conn->thread);
    if (what & BEV_EVENT_EOF && (what & BEV_EVENT_READING)) {
        conn->eof = true;
        if (conn->state == CONN_CLOSING)
            conn_doom(conn);
        else
            conn_parse(conn); // what was sent is answered; then it is closed
    } else if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF)) {
        conn_doom(conn);
    }
}

void conn_open(struct thread *thread, int fd, const struct sockaddr *from)
{
    struct address address = {0};
    address_from_socket(from, &address);
    // Our own reverse proxy brings everybody's connections.
    bool counted = !address_is(&address, thread->settings->proxy);
    bool allowed = !counted || limits_connect(thread->limits, &address);
    if (!allowed || thread->conn_count >= thread->conn_max) {
        static const char busy[] =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n";
        metric_add(&thread->metrics.refused, 1);
        if (allowed && counted)
            limits_disconnect(thread->limits, &address);
        // Best effort to somebody who is over the limit: what does not fit is not waited for.
        if (send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
            shutdown(fd, SHUT_WR);
        close(fd);
        return;
    }
    struct conn *conn = talloc_zero(thread->memory, struct conn);
    conn->thread = thread;
    conn->address = address;
    conn->counted = counted;
    llhttp_init(&conn->parser, HTTP_REQUEST, &callbacks);
    conn->parser.data = conn;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    conn->bev = bufferevent_socket_new(thread->base, fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(conn->bev, on_read, on_write, on_event, conn);
    bufferevent_setwatermark(conn->bev, EV_READ, 0, READ_AHEAD);
    DL_APPEND(thread->conns, conn);
    thread->conn_count++;
    metric_add(&thread->metrics.accepted, 1);
    metric_set(&thread->metrics.connections, thread->conn_count);
    conn->deadline = thread->now + thread->settings->head_seconds * 1000; // the first byte too
    // Writing is on from the start; to ask for it again would call on_write for nothing, and that
    // would put the deadline of the first byte off.
    bufferevent_enable(conn->bev, EV_READ);
}

// ---- deadlines and draining ---------------------------------------------------------------------

static void conn_expire(struct conn *conn)
{
    metric_add(&conn->thread->metrics.timeouts, 1);
    bool begun = (conn->state == CONN_HEAD && conn->request) || conn->state == CONN_BODY;
    if (begun && !evbuffer_get_length(bufferevent_get_output(conn->bev))) {
        refuse(conn, 408, "too_slow", NULL);
        conn_refuse(conn);
    } else {
        conn_doom(conn);
    }
}

void conns_tick(struct thread *thread)
{
    struct conn *conn, *next;
    DL_FOREACH_SAFE (thread->conns, conn, next) {
        if (conn->deadline && thread->now >= conn->deadline)
            conn_expire(conn);
    }
}

void conns_close(struct thread *thread)
{
    struct conn *conn, *next;
    DL_FOREACH_SAFE (thread->conns, conn, next)
        conn_doom(conn);
    event_base_loop(thread->base, EVLOOP_NONBLOCK); // in which they are freed
}

void conns_drain(struct thread *thread)
{
    struct conn *conn, *next;
    DL_FOREACH_SAFE (thread->conns, conn, next) {
        // A request may be on its way on a connection that looks idle: give it a moment, then its
        // answer says `Connection: close`.
        if (conn->state == CONN_IDLE && !evbuffer_get_length(bufferevent_get_output(conn->bev)) &&
            conn->deadline > thread->now + DRAIN_IDLE_MS)
            conn->deadline = thread->now + DRAIN_IDLE_MS;
    }
}
