// What goes on the wire for a request: which encoding, when nothing but "not modified", and HEAD.
// The connection is a stand-in that keeps the bytes.
#include "api/response.h"

#include "api/conn.h"

#include <brotli/decode.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static char sent[65536];
static size_t sent_length;
static struct response *sent_owner;
static bool must_close;

void conn_open(struct thread *thread, int fd, const struct sockaddr *from)
{
}

void conn_answer(struct conn *conn, const struct iovec *pieces, int count, struct response *owner)
{
    sent_length = 0;
    sent_owner = owner;
    for (int i = 0; i < count; i++) {
        assert_true(sent_length + pieces[i].iov_len < sizeof sent);
        memcpy(sent + sent_length, pieces[i].iov_base, pieces[i].iov_len);
        sent_length += pieces[i].iov_len;
    }
    sent[sent_length] = '\0';
}

bool conn_body_waits(const struct conn *conn)
{
    return false;
}

void conn_read_body(struct conn *conn)
{
}

void conn_continue(struct conn *conn)
{
}

void conns_tick(struct thread *thread)
{
}

void conns_drain(struct thread *thread)
{
}

void conns_close(struct thread *thread)
{
}

bool conn_must_close(const struct conn *conn)
{
    return must_close;
}

// ---- one request
// -----------------------------------------------------------------------------------

static const struct settings settings = {.origin = "http://portal.example"};
static struct thread thread = {.date = "Sun, 01 Nov 2026 00:00:00 GMT", .settings = &settings};
static TALLOC_CTX *ctx;
static struct response *page; // long enough to be compressed
static char text[4096];

static int setup(void **state)
{
    ctx = thread.memory = talloc_new(NULL);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "sen "[i % 4];
    page = response_new(ctx, 200, "application/json", "Cache-Control: max-age=10\r\n", text,
                        sizeof text, 1790000000);
    return sodium_init() < 0;
}

static int teardown(void **state)
{
    response_unref(page);
    return talloc_free(ctx);
}

// Send a response to a request with up to two header fields.
static void send_to(struct response *response, enum method method, enum header one,
                    const char *value_one, enum header two, const char *value_two)
{
    struct request *request = talloc_zero(ctx, struct request);
    request->thread = &thread;
    request->conn = (struct conn *)&thread; // anything but NULL
    request->method = method;
    strcpy(request->id, "a-1");
    request->head = talloc_zero_size(request, 1024);
    if (value_one) {
        request->value_at[one] = 1;
        strcpy(request->head + 1, value_one);
    }
    if (value_two) {
        request->value_at[two] = 500;
        strcpy(request->head + 500, value_two);
    }
    request_send(request, response, NULL);
    assert_true(request->replied);
    talloc_free(request);
}

static void get_with(enum header header, const char *value)
{
    send_to(page, METHOD_GET, header, value, 0, NULL);
}

static const char *body(void)
{
    return strstr(sent, "\r\n\r\n") + 4;
}

static size_t body_length(void)
{
    return sent_length - (size_t)(body() - sent);
}

// A field's value; "" when it is not there.
static const char *field(const char *name)
{
    static char value[256];
    char key[64];
    snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = strstr(sent, key);
    if (!at || at > body())
        return "";
    at += strlen(key);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

static void assert_status(int status)
{
    char line[32];
    snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
    assert_int_equal(strncmp(sent, line, strlen(line)), 0);
}

// ---- tests
// -----------------------------------------------------------------------------------------

static void test_plain(void **state)
{
    get_with(HEADER_ACCEPT_ENCODING, NULL);
    assert_status(200);
    assert_string_equal(field("Content-Type"), "application/json");
    assert_string_equal(field("Content-Length"), "4096");
    assert_string_equal(field("Content-Encoding"), "");
    assert_string_equal(field("Vary"), "Accept-Encoding");
    assert_string_equal(field("Cache-Control"), "max-age=10");
    assert_string_equal(field("Last-Modified"), "Mon, 21 Sep 2026 14:13:20 GMT");
    assert_string_equal(field("Date"), "Sun, 01 Nov 2026 00:00:00 GMT");
    assert_string_equal(field("X-Request-Id"), "a-1");
    assert_string_equal(field("X-Content-Type-Options"), "nosniff");
    assert_string_equal(field("Connection"), "");
    assert_int_equal(body_length(), sizeof text);
    assert_memory_equal(body(), text, sizeof text);
    assert_ptr_equal(sent_owner, page);
    must_close = true;
    get_with(HEADER_ACCEPT_ENCODING, NULL);
    must_close = false;
    assert_string_equal(field("Connection"), "close");
}

static void test_encodings(void **state)
{
    static const struct {
        const char *accepted, *encoding;
    } rows[] = {
        {"gzip", "gzip"},
        {"br", "br"},
        {"gzip, br", "br"},
        {"gzip, deflate, br, zstd", "br"},
        {"GZIP", "gzip"},
        {"gzip;q=1, br;q=0.5", "gzip"},
        {"gzip;q=0.5, br;q=1.0", "br"},
        {"gzip;q=0.5, br;q=0.5", "br"},
        {"br;q=0, gzip", "gzip"},
        {"br;q=0.000, gzip;q=0.001", "gzip"},
        {"br; q=0 , gzip ; q=0", ""},
        {"gzip;q=0", ""},
        {"gzip;q=-1", ""},
        {"gzip;q=x", ""},
        {"identity", ""},
        {"identity, gzip", "gzip"},
        {"identity;q=0.8, gzip;q=0.5, br;q=0.1", ""},
        {"identity;q=0, gzip;q=0.1", "gzip"},
        {"gzipped, brotli, xbr", ""},
        {"*", ""}, // what is not named is not sent
        {"", ""},
        {" ,, \t gzip", "gzip"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        get_with(HEADER_ACCEPT_ENCODING, rows[i].accepted);
        assert_status(200);
        assert_string_equal(field("Content-Encoding"), rows[i].encoding);
        assert_string_equal(field("Vary"), "Accept-Encoding");
    }
}

static void write_file(const char *folder, const char *name, const char *bytes)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(bytes, file);
    assert_int_equal(fclose(file), 0);
}

// The copies beside a file are sent as they are; one that is not there is made.
static void test_siblings(void **state)
{
    char folder[] = "/tmp/test-response-XXXXXX", path[100];
    assert_non_null(mkdtemp(folder));
    write_file(folder, "page.html.br", "a copy");
    snprintf(path, sizeof path, "%s/page.html", folder);
    struct response *answer = response_new(NULL, 200, "text/html", "", text, sizeof text, 0);
    response_of_file(answer, path);
    send_to(answer, METHOD_GET, HEADER_ACCEPT_ENCODING, "gzip;q=0.9, br", 0, NULL);
    assert_string_equal(field("Content-Encoding"), "br");
    assert_string_equal(field("Content-Length"), "6");
    assert_string_equal(field("Vary"), "Accept-Encoding");
    assert_memory_equal(body(), "a copy", 6);
    char etag[64];
    snprintf(etag, sizeof etag, "%s", field("ETag"));
    send_to(answer, METHOD_GET, HEADER_IF_NONE_MATCH, etag, HEADER_ACCEPT_ENCODING, "br");
    assert_status(304);
    send_to(answer, METHOD_GET, HEADER_IF_NONE_MATCH, etag, HEADER_ACCEPT_ENCODING, "gzip");
    assert_status(200);
    assert_string_equal(field("Content-Encoding"), "gzip");
    assert_string_not_equal(field("ETag"), etag);
    assert_true(body_length() < sizeof text);
    response_unref(answer);
    snprintf(path, sizeof path, "%s/page.html.br", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_bytes(void **state)
{
    unsigned char plain[sizeof text + 1];
    get_with(HEADER_ACCEPT_ENCODING, "br");
    size_t length = sizeof plain;
    assert_int_equal(atoi(field("Content-Length")), body_length());
    assert_int_equal(
        BrotliDecoderDecompress(body_length(), (const uint8_t *)body(), &length, plain),
        BROTLI_DECODER_RESULT_SUCCESS);
    assert_int_equal(length, sizeof text);
    assert_memory_equal(plain, text, length);

    get_with(HEADER_ACCEPT_ENCODING, "gzip");
    z_stream stream = {.next_in = (unsigned char *)body(),
                       .avail_in = (unsigned)body_length(),
                       .next_out = plain,
                       .avail_out = sizeof plain};
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, sizeof text);
    assert_memory_equal(plain, text, sizeof text);
    inflateEnd(&stream);
}

// Each encoding has its own strong validator (RFC 9110 section 8.8.3.3).
static void etags(char plain[64], char gzip[64])
{
    get_with(HEADER_ACCEPT_ENCODING, NULL);
    strcpy(plain, field("ETag"));
    get_with(HEADER_ACCEPT_ENCODING, "gzip");
    strcpy(gzip, field("ETag"));
    assert_string_not_equal(plain, gzip);
    assert_int_equal(*plain, '"');
}

static void assert_not_modified(enum method method, enum header header, const char *value, bool is)
{
    send_to(page, method, header, value, 0, NULL);
    assert_status(is ? 304 : 200);
    if (is) {
        assert_int_equal(body_length(), 0);
        assert_string_equal(field("Content-Length"), "");
        assert_string_not_equal(field("ETag"), "");
        assert_string_equal(field("Cache-Control"), "max-age=10");
        assert_string_equal(field("Vary"), "Accept-Encoding");
    }
}

static void test_if_none_match(void **state)
{
    char plain[64], gzip[64], value[256];
    static const struct {
        const char *format;
        bool is;
    } rows[] = {
        {"%s", true},        {"W/%s", true}, // weak comparison (RFC 9110 section 13.1.2)
        {"\"x\", %s", true}, {"\"x\",W/\"y\" ,\t%s , \"z\"", true},
        {"*", true},         {"\"x\"", false},
        {"", false},         {"x%s", false},
        {"%sx", false},      {"w/%s", false},
        {"\"*\"", false},
    };
    etags(plain, gzip);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *at = strstr(rows[i].format, "%s") ? strstr(rows[i].format, "%s") : NULL;
        snprintf(value, sizeof value, "%.*s%s%s",
                 at ? (int)(at - rows[i].format) : (int)strlen(rows[i].format), rows[i].format,
                 at ? plain : "", at ? at + 2 : "");
        assert_not_modified(METHOD_GET, HEADER_IF_NONE_MATCH, value, rows[i].is);
        assert_not_modified(METHOD_HEAD, HEADER_IF_NONE_MATCH, value, rows[i].is);
        assert_not_modified(METHOD_POST, HEADER_IF_NONE_MATCH, value, false);
    }
    assert_not_modified(METHOD_GET, HEADER_IF_NONE_MATCH, gzip, false); // of another encoding
    send_to(page, METHOD_GET, HEADER_IF_NONE_MATCH, gzip, HEADER_ACCEPT_ENCODING, "gzip");
    assert_status(304);
    assert_string_equal(field("ETag"), gzip);
}

static void test_if_modified_since(void **state)
{
    static const struct {
        const char *value;
        bool is;
    } rows[] = {
        {"Mon, 21 Sep 2026 14:13:19 GMT", false},
        {"Mon, 21 Sep 2026 14:13:20 GMT", true},
        {"Mon, 21 Sep 2026 14:13:21 GMT", true},
        {"Fri, 01 Jan 2100 00:00:00 GMT", true},
        {"Mon, 21 Sep 2026 14:13:20", false},
        {"2026-09-21T14:13:20Z", false},
        {"yesterday", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_not_modified(METHOD_GET, HEADER_IF_MODIFIED_SINCE, rows[i].value, rows[i].is);
        assert_not_modified(METHOD_HEAD, HEADER_IF_MODIFIED_SINCE, rows[i].value, rows[i].is);
        assert_not_modified(METHOD_PUT, HEADER_IF_MODIFIED_SINCE, rows[i].value, false);
    }
    // A list of tags outweighs a date (RFC 9110 section 13.1.3).
    send_to(page, METHOD_GET, HEADER_IF_NONE_MATCH, "\"x\"", HEADER_IF_MODIFIED_SINCE,
            "Fri, 01 Jan 2100 00:00:00 GMT");
    assert_status(200);

    struct response *undated = response_new(ctx, 200, "text/plain", NULL, "x", 1, 0);
    send_to(undated, METHOD_GET, HEADER_IF_MODIFIED_SINCE, rows[3].value, 0, NULL);
    assert_status(200);
    assert_string_equal(field("Last-Modified"), "");
    response_unref(undated);

    struct response *missing = response_new(ctx, 404, "text/plain", NULL, "x", 1, 1);
    send_to(missing, METHOD_GET, HEADER_IF_NONE_MATCH, "*", 0, NULL);
    assert_status(404);
    assert_string_equal(field("ETag"), "");
    response_unref(missing);
}

static void test_head(void **state)
{
    static const char *const accepted[] = {NULL, "br", "gzip"};
    for (size_t i = 0; i < 3; i++) {
        char head[1024];
        get_with(HEADER_ACCEPT_ENCODING, accepted[i]);
        snprintf(head, sizeof head, "%.*s", (int)(body() - sent), sent);
        send_to(page, METHOD_HEAD, HEADER_ACCEPT_ENCODING, accepted[i], 0, NULL);
        assert_string_equal(sent, head); // the same fields, Content-Length too, and nothing behind
        assert_null(sent_owner);
    }
}

static void test_no_content(void **state)
{
    struct response *none = response_new(ctx, 204, NULL, "Allow: GET\r\n", NULL, 0, 0);
    send_to(none, METHOD_OPTIONS, 0, NULL, 0, NULL);
    assert_status(204);
    assert_string_equal(field("Content-Length"), "");
    assert_string_equal(field("Content-Type"), "");
    assert_string_equal(field("Allow"), "GET");
    assert_int_equal(body_length(), 0);
    response_unref(none);
}

// Compressed are texts of 512 bytes to 4 MiB; pictures are compressed already.
static void test_what_is_compressed(void **state)
{
    static char large[4 * 1024 * 1024 + 1];
    static const struct {
        const char *type;
        size_t length;
        bool is;
    } rows[] = {
        {"text/html", 511, false},     {"text/html", 512, true},      {"text/html", 4194304, true},
        {"text/html", 4194305, false}, {"image/png", 4096, false},    {"font/woff2", 4096, false},
        {"image/svg+xml", 4096, true}, {"image/svg+xml", 511, false}, {NULL, 4096, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct response *response =
            response_new(ctx, 200, rows[i].type, NULL, large, rows[i].length, 0);
        assert_int_equal(response->compressible, rows[i].is);
        response_unref(response);
    }
}

// A client that has left is answered by nobody, and counted.
static void test_nobody(void **state)
{
    struct request *request = talloc_zero(ctx, struct request);
    uint64_t before = thread.metrics.status[2];
    request->thread = &thread;
    sent_length = 0;
    request_send(request, page, NULL);
    assert_true(request->replied);
    assert_int_equal(sent_length, 0);
    assert_int_equal(thread.metrics.status[2], before + 1);
    talloc_free(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_siblings),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_if_none_match),
        cmocka_unit_test(test_if_modified_since),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_no_content),
        cmocka_unit_test(test_what_is_compressed),
        cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
