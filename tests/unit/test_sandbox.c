// The sandbox with real children: this program, called as `render-worker`. SEN_LOG, which the child
// is given, tells it how to misbehave.
#include "render/frame.h"
#include "render/sandbox.h"

#include "locales/message.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct settings settings = {.render_cpu_ms = 1000, .render_memory_mb = 512};

static struct markdown_options options(void)
{
    static const struct markdown_media media[] = {
        {"a", "/media/a.png", 3, 4, "Credit", "CC0-1.0"},
    };
    return (struct markdown_options){locale_find("en"), media, 1, "https://sen.example"};
}

// Slower than the shortest limit by far: a list that every one of the empty lines is tried against.
static char *slow_text(TALLOC_CTX *ctx)
{
    char *text = talloc_size(ctx, MARKDOWN_BYTES);
    memset(text, '\n', MARKDOWN_BYTES);
    for (size_t i = 0; i < MARKDOWN_NESTING; i++)
        memcpy(text + 2 * i, "- ", 2);
    text[2 * MARKDOWN_NESTING] = 'x';
    return text;
}

static size_t children(pid_t *ret, size_t most)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)syscall(SYS_gettid));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t count = 0;
    int pid;
    while (count < most && fscanf(file, "%d", &pid) == 1)
        ret[count++] = pid;
    fclose(file);
    return count;
}

// ---- waiting client --------------------------------------------------------------------------

static void test_client(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct sandbox_client *client = sandbox_client_open(ctx, &settings);
    struct markdown_options given = options();
    struct rendered here, there;
    struct fault fault = {.key = NULL};
    given.segments = true;
    static const char text[] =
        "# A\n\n![b](media:a \"c\")\n\n[d](https://sen.example/)[^1]\n\n[^1]: e";
    assert_int_equal(markdown_render(ctx, &given, text, strlen(text), &here, &fault), SEN_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            sandbox_client_render(ctx, client, &given, text, strlen(text), &there, &fault), SEN_OK);
        assert_string_equal(there.html, here.html);
        assert_int_equal(there.html_length, here.html_length);
        assert_string_equal(there.toc, here.toc);
        assert_int_equal(there.words, here.words);
        assert_string_equal(there.segments, here.segments);
    }
    pid_t pid[4];
    assert_int_equal(children(pid, 4), 1);

    assert_int_equal(
        sandbox_client_render(ctx, client, &given, "a\n\n![](media:b)", 15, &there, &fault),
        SEN_INVALID);
    assert_string_equal(fault.key, "markdown.media_unknown");
    assert_string_equal(fault.field, "body");
    assert_string_equal(fault.detail, "b");
    assert_int_equal(fault.line, 3);

    char *large = slow_text(ctx);
    assert_int_equal(
        sandbox_client_render(ctx, client, &given, large, MARKDOWN_BYTES + 1, &there, &fault),
        SEN_TOO_LARGE);
    talloc_free(ctx);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_client_limit(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct settings short_settings = settings;
    short_settings.render_cpu_ms = 50;
    struct sandbox_client *client = sandbox_client_open(ctx, &short_settings);
    struct markdown_options given = options();
    struct rendered rendered;
    struct fault fault = {.key = NULL};
    char *text = slow_text(ctx);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            sandbox_client_render(ctx, client, &given, text, MARKDOWN_BYTES, &rendered, &fault),
            SEN_TOO_COMPLEX);
        assert_string_equal(fault.key, "markdown.too_slow");
        assert_int_equal(sandbox_client_render(ctx, client, &given, "a", 1, &rendered, &fault),
                         SEN_OK);
        assert_string_equal(rendered.html, "<p>a</p>\n");
    }
    talloc_free(ctx);
}

static void test_client_other_death(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct sandbox_client *client = sandbox_client_open(ctx, &settings);
    struct markdown_options given = options();
    struct rendered rendered;
    struct fault fault;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sandbox_client_render(ctx, client, &given, "a", 1, &rendered, &fault),
                         SEN_OK);
        pid_t pid;
        assert_int_equal(children(&pid, 1), 1);
        kill(pid, SIGKILL);
    }
    talloc_free(ctx);
}

static const char *const bad_modes[] = {"long", "empty", "garbage", "kind", "key", "html", "leave"};

static void test_client_bad_child(void **state)
{
    for (size_t i = 0; i < sizeof bad_modes / sizeof *bad_modes; i++) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        setenv("SEN_LOG", bad_modes[i], 1);
        struct sandbox_client *client = sandbox_client_open(ctx, &settings);
        struct markdown_options given = options();
        struct rendered rendered;
        struct fault fault;
        int r = sandbox_client_render(ctx, client, &given, "a", 1, &rendered, &fault);
        if (r != (strcmp(bad_modes[i], "leave") == 0 ? -EPIPE : -EPROTO))
            fail_msg("%s: %d", bad_modes[i], r);
        unsetenv("SEN_LOG");
        assert_int_equal(sandbox_client_render(ctx, client, &given, "a", 1, &rendered, &fault),
                         SEN_OK);
        talloc_free(ctx);
    }
}

// ---- on an event loop --------------------------------------------------------------------------

struct answers {
    struct event_base *base;
    bool returned; // the call that asks has
    unsigned count, wanted;
    unsigned ok, busy, too_complex, other;
    char last[512]; // HTML, or the fault's key
    struct image image;
};

static void count_answer(struct answers *answers, int outcome, const struct fault *fault)
{
    assert_true(answers->returned);
    answers->ok += outcome == SEN_OK;
    answers->busy += outcome == SEN_BUSY;
    answers->too_complex += outcome == SEN_TOO_COMPLEX;
    answers->other += outcome != SEN_OK && outcome != SEN_BUSY && outcome != SEN_TOO_COMPLEX;
    if (fault)
        snprintf(answers->last, sizeof answers->last, "%s", fault->key);
    if (++answers->count == answers->wanted)
        event_base_loopbreak(answers->base);
}

static void on_rendered(void *data, int outcome, const struct rendered *result,
                        const struct fault *fault)
{
    struct answers *answers = data;
    assert_int_equal(result != NULL, outcome == SEN_OK);
    if (result)
        snprintf(answers->last, sizeof answers->last, "%s", result->html);
    count_answer(answers, outcome, fault);
}

static void on_cleaned(void *data, int outcome, const struct image *result,
                       const struct fault *fault)
{
    struct answers *answers = data;
    assert_int_equal(result != NULL, outcome == SEN_OK);
    if (result)
        answers->image = *result;
    count_answer(answers, outcome, fault);
}

static void ask(struct sandbox *sandbox, TALLOC_CTX *ctx, struct answers *answers, const char *text,
                size_t length)
{
    struct markdown_options given = options();
    answers->returned = false;
    sandbox_render(sandbox, ctx, &given, text, length, on_rendered, answers);
    answers->returned = true;
    answers->wanted++;
}

static void wait_for_answers(struct answers *answers)
{
    if (answers->count < answers->wanted)
        event_base_loop(answers->base, EVLOOP_NO_EXIT_ON_EMPTY);
    assert_int_equal(answers->count, answers->wanted);
}

struct loop {
    struct event_base *base;
    TALLOC_CTX *ctx;
    struct sandbox *sandbox;
    struct answers answers;
};

static void loop_open(struct loop *loop, const struct settings *with)
{
    *loop = (struct loop){.base = event_base_new(), .ctx = talloc_new(NULL)};
    loop->sandbox = sandbox_open(loop->ctx, loop->base, with);
    loop->answers.base = loop->base;
}

static void loop_close(struct loop *loop)
{
    talloc_free(loop->ctx);
    event_base_free(loop->base);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_queue(void **state)
{
    struct loop loop;
    loop_open(&loop, &settings);
    struct answers *answers = &loop.answers;
    for (int i = 0; i < SANDBOX_QUEUE; i++)
        ask(loop.sandbox, loop.ctx, answers, "a", 1);
    wait_for_answers(answers);
    assert_int_equal(answers->ok, SANDBOX_QUEUE);
    for (int i = 0; i < SANDBOX_QUEUE + 1; i++)
        ask(loop.sandbox, loop.ctx, answers, "*a*", 3);
    wait_for_answers(answers);
    assert_int_equal(answers->ok, 2 * SANDBOX_QUEUE);
    assert_int_equal(answers->busy, 1);
    assert_string_equal(answers->last, "<p><em>a</em></p>\n");
    loop_close(&loop);
}

// Only the job that was too much is refused; those behind it are served by another child.
static void test_limit(void **state)
{
    struct settings short_settings = settings;
    short_settings.render_cpu_ms = 50;
    struct loop loop;
    loop_open(&loop, &short_settings);
    struct answers *answers = &loop.answers;
    char *text = slow_text(loop.ctx);
    for (int i = 0; i < 3; i++) {
        ask(loop.sandbox, loop.ctx, answers, text, MARKDOWN_BYTES);
        ask(loop.sandbox, loop.ctx, answers, "a", 1);
    }
    wait_for_answers(answers);
    assert_int_equal(answers->too_complex, 3);
    assert_int_equal(answers->ok, 3);
    ask(loop.sandbox, loop.ctx, answers, text, MARKDOWN_BYTES);
    wait_for_answers(answers);
    assert_string_equal(answers->last, "markdown.too_slow");
    loop_close(&loop);
}

static void test_guard_before_the_child(void **state)
{
    struct loop loop;
    loop_open(&loop, &settings);
    ask(loop.sandbox, loop.ctx, &loop.answers, slow_text(loop.ctx), MARKDOWN_BYTES + 1);
    wait_for_answers(&loop.answers);
    assert_string_equal(loop.answers.last, "markdown.too_large");
    pid_t pid;
    assert_int_equal(children(&pid, 1), 0);
    loop_close(&loop);
}

// A child that dies of something else, at work or idle, costs nobody an answer.
static void test_other_death(void **state)
{
    struct loop loop;
    loop_open(&loop, &settings);
    struct answers *answers = &loop.answers;
    ask(loop.sandbox, loop.ctx, answers, "a", 1);
    wait_for_answers(answers);
    for (int i = 0; i < 4; i++) {
        pid_t pid;
        assert_int_equal(children(&pid, 1), 1);
        kill(pid, i & 1 ? SIGSTOP : SIGKILL);
        ask(loop.sandbox, loop.ctx, answers, "a", 1);
        event_base_loop(loop.base, EVLOOP_NONBLOCK);
        kill(pid, SIGKILL);
        wait_for_answers(answers);
    }
    assert_int_equal(answers->ok, 5);
    loop_close(&loop);
}

static void test_bad_child(void **state)
{
    for (size_t i = 0; i < sizeof bad_modes / sizeof *bad_modes; i++) {
        struct loop loop;
        loop_open(&loop, &settings);
        setenv("SEN_LOG", bad_modes[i], 1);
        ask(loop.sandbox, loop.ctx, &loop.answers, "a", 1);
        wait_for_answers(&loop.answers);
        assert_int_equal(loop.answers.other, 1);
        unsetenv("SEN_LOG");
        ask(loop.sandbox, loop.ctx, &loop.answers, "a", 1);
        wait_for_answers(&loop.answers);
        assert_int_equal(loop.answers.ok, 1);
        loop_close(&loop);
    }
}

static void test_closed_at_work(void **state)
{
    struct loop loop;
    loop_open(&loop, &settings);
    char *text = slow_text(loop.ctx);
    ask(loop.sandbox, loop.ctx, &loop.answers, text, MARKDOWN_BYTES);
    ask(loop.sandbox, loop.ctx, &loop.answers, text, MARKDOWN_BYTES);
    event_base_loop(loop.base, EVLOOP_NONBLOCK);
    loop_close(&loop);
    assert_int_equal(loop.answers.count, 0);
}

// A grey PNG of 1 x 1.
static const unsigned char png[] = {
    0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,   'I',  'H',
    'D',  'R',  0,    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,
    0,    0x3a, 0x7e, 0x9b, 0x55, 0,    0,    0,    10,   'I',  'D',  'A',  'T',  0x78,
    0x9c, 0x63, 0x68, 0,    0,    0,    0x82, 0,    0x81, 0x77, 0xcd, 0x72, 0xb6, 0,
    0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82,
};

static void test_image(void **state)
{
    char folder[] = "/tmp/sen-sandbox-XXXXXX", in[64], out[64];
    assert_non_null(mkdtemp(folder));
    snprintf(in, sizeof in, "%s/in", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    FILE *file = fopen(in, "wb");
    fwrite(png, 1, sizeof png, file);
    fclose(file);

    struct loop loop;
    loop_open(&loop, &settings);
    loop.answers.returned = true;
    loop.answers.wanted = 1;
    sandbox_image(loop.sandbox, loop.ctx, in, out, on_cleaned, &loop.answers);
    wait_for_answers(&loop.answers);
    assert_int_equal(loop.answers.ok, 1);
    assert_string_equal(loop.answers.image.type, "image/png");
    assert_int_equal(loop.answers.image.width, 1);
    struct stat status;
    assert_int_equal(stat(out, &status), 0);
    assert_int_equal(status.st_size, loop.answers.image.bytes);

    loop.answers.wanted = 2;
    sandbox_image(loop.sandbox, loop.ctx, "/proc/self/exe", out, on_cleaned, &loop.answers);
    wait_for_answers(&loop.answers);
    assert_int_equal(loop.answers.other, 1); // the file is there
    unlink(out);
    loop.answers.wanted = 3;
    sandbox_image(loop.sandbox, loop.ctx, "/proc/self/exe", out, on_cleaned, &loop.answers);
    wait_for_answers(&loop.answers);
    assert_string_equal(loop.answers.last, "media.type");
    loop_close(&loop);

    struct sandbox_client *client = sandbox_client_open(NULL, &settings);
    struct image image;
    struct fault fault;
    assert_int_equal(sandbox_client_image(client, in, out, &image, &fault), SEN_OK);
    assert_int_equal(image.height, 1);
    talloc_free(client);
    unlink(in);
    unlink(out);
    rmdir(folder);
}

// ---- frames ----------------------------------------------------------------------------------

static void test_frames(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct job job = {.kind = JOB_RENDER, .options = options(), .text = "a\0b", .text_length = 3};
    struct job_result result = {.kind = JOB_RENDER,
                                .rendered = {"<p>\xe1\xba\xa1</p>", 10, "[]", 7}};
    struct job_result refusal = {
        .kind = JOB_RENDER, .outcome = SEN_INVALID, .fault = {"csv.rows", "body", "detail", 5}};
    struct frame frames[3];
    struct fault fault;
    assert_int_equal(frame_write_job(ctx, &job, &frames[0], &fault), SEN_OK);
    assert_int_equal(frame_write_result(ctx, &result, &frames[1]), SEN_OK);
    assert_int_equal(frame_write_result(ctx, &refusal, &frames[2]), SEN_OK);

    struct job got;
    struct job_result answer;
    const uint8_t *body = frames[0].bytes + FRAME_HEAD;
    assert_int_equal(frame_body_length(frames[0].bytes), frames[0].length - FRAME_HEAD);
    assert_true(frame_read_job(ctx, body, frames[0].length - FRAME_HEAD, &got));
    assert_ptr_equal(got.options.locale, job.options.locale);
    assert_string_equal(got.options.media[0].credit, "Credit");
    assert_int_equal(got.options.media[0].height, 4);
    assert_int_equal(got.text_length, 3);
    assert_memory_equal(got.text, "a\0b", 3);
    body = frames[2].bytes + FRAME_HEAD;
    assert_true(frame_read_result(ctx, JOB_RENDER, body, frames[2].length - FRAME_HEAD, &answer));
    assert_string_equal(answer.fault.key, "csv.rows");
    assert_string_equal(answer.fault.detail, "detail");
    assert_int_equal(answer.fault.line, 5);
    assert_false(frame_read_result(ctx, JOB_IMAGE, body, frames[2].length - FRAME_HEAD, &answer));

    // Cut anywhere, and every byte changed: refused or read, never past the end. The copies are of
    // the exact size, so that the sanitizer sees the end.
    for (size_t i = 0; i < 3; i++) {
        size_t length = frames[i].length - FRAME_HEAD;
        for (size_t at = 0; at < length; at++)
            for (int change = 0; change < 4; change++) {
                TALLOC_CTX *part = talloc_new(ctx);
                size_t size = change == 0 ? at : length;
                uint8_t *copy = malloc(size + !size);
                memcpy(copy, frames[i].bytes + FRAME_HEAD, size);
                if (change)
                    copy[at] = (uint8_t)(change == 1 ? 0xff : change == 2 ? copy[at] + 1 : 0);
                bool read = i == 0 ? frame_read_job(part, copy, size, &got)
                                   : frame_read_result(part, JOB_RENDER, copy, size, &answer);
                assert_false(change == 0 && read);
                free(copy);
                talloc_free(part);
            }
    }
    talloc_free(ctx);
}

static void test_frame_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct job job = {.kind = JOB_RENDER, .options = options(), .text = "a", .text_length = 1};
    job.options.media_count = 0;
    struct frame frame;
    struct fault fault = {.key = NULL};
    assert_int_equal(frame_write_job(ctx, &job, &frame, &fault), SEN_OK);
    size_t rest = FRAME_JOB_MAX - (frame.length - FRAME_HEAD) + 1;
    char *text = talloc_zero_size(ctx, rest + 1);
    job.text = text;
    job.text_length = rest;
    assert_int_equal(frame_write_job(ctx, &job, &frame, &fault), SEN_OK);
    assert_int_equal(frame_body_length(frame.bytes), FRAME_JOB_MAX);
    job.text_length = rest + 1;
    assert_int_equal(frame_write_job(ctx, &job, &frame, &fault), SEN_TOO_LARGE);
    assert_string_equal(fault.key, "markdown.too_many_media");
    talloc_free(ctx);
}

static void test_fault_keys_have_words(void **state)
{
    for (const char *const *key = frame_fault_keys; *key; key++)
        for (int i = 0; i < 2; i++)
            assert_string_not_equal(message_text(locale_find(i ? "vi" : "en"), *key), *key);
}

// ---- the other side --------------------------------------------------------------------------

// What a child may send that took the renderer over.
static int misbehave(const char *mode)
{
    uint8_t job[4096];
    if (strcmp(mode, "leave") == 0 || read(3, job, sizeof job) <= 0)
        return 7;
    struct job_result result = {.kind = JOB_RENDER, .rendered = {"<p>a</p>", 8, "[]", 1}};
    if (strcmp(mode, "kind") == 0)
        result = (struct job_result){.kind = JOB_IMAGE, .image = {"image/png", 1, 1, 1}};
    else if (strcmp(mode, "key") == 0)
        result = (struct job_result){
            .kind = JOB_RENDER, .outcome = SEN_INVALID, .fault = {"no.such_key", "body", "", 1}};
    else if (strcmp(mode, "html") == 0)
        result.rendered.html = "<p>\xff\xfe</p";
    struct frame frame;
    if (frame_write_result(NULL, &result, &frame))
        return 1;
    if (strcmp(mode, "long") == 0)
        memcpy(frame.bytes, &(uint32_t){FRAME_RESULT_MAX + 1}, 4);
    else if (strcmp(mode, "empty") == 0)
        memset(frame.bytes, 0, 4);
    else if (strcmp(mode, "garbage") == 0)
        memset(frame.bytes + FRAME_HEAD, 0xff, frame.length - FRAME_HEAD);
    if (write(3, frame.bytes, frame.length) < 0)
        return 1;
    talloc_free(frame.bytes);
    return read(3, job, sizeof job) < 0; // until the parent closes
}

static int be_worker(void)
{
    const struct settings *given;
    char *error;
    if (settings_load(NULL, &given, &error)) {
        const char *mode = getenv("SEN_LOG");
        talloc_free(error);
        return mode ? misbehave(mode) : 2;
    }
    // Nothing of the parent's is open here, and its environment is gone.
    if (fcntl(4, F_GETFD) >= 0 || getenv("PATH"))
        return 9;
    int status = sandbox_worker(given);
    talloc_free((void *)given);
    return status;
}

int main(int argc, char **argv)
{
    if (locales_init())
        return 1;
    if (argc == 2 && strcmp(argv[1], SANDBOX_COMMAND) == 0)
        return be_worker();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_frame_limits),
        cmocka_unit_test(test_fault_keys_have_words),
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_client_limit),
        cmocka_unit_test(test_client_other_death),
        cmocka_unit_test(test_client_bad_child),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_guard_before_the_child),
        cmocka_unit_test(test_other_death),
        cmocka_unit_test(test_bad_child),
        cmocka_unit_test(test_closed_at_work),
        cmocka_unit_test(test_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
