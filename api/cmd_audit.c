#include "api/command_ask.h"
#include "api/progress.h"
#include "content/fields.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_audit;

#define HASH     crypto_hash_sha256_BYTES
#define HASH_HEX (HASH * 2 + 1)

// ---- verify -------------------------------------------------------------------------------------

struct verifying {
    TALLOC_CTX *ctx;
    int64_t seq; // the last event that is in order
    unsigned char hash[HASH];
    size_t hash_length; // 0 before the first
    size_t count, total;
    struct progress progress;
    char *wrong; // the first thing that is not in order
};

// The anchor of --from: a number and a hash that were noted elsewhere.
static bool read_anchor(const char *text, struct verifying *ret)
{
    char *end;
    ret->seq = strtoll(text, &end, 10);
    if (end == text || *end != ':' || ret->seq < 1 || strlen(end + 1) != HASH_HEX - 1 ||
        sodium_hex2bin(ret->hash, HASH, end + 1, HASH_HEX - 1, NULL, NULL, NULL))
        return false;
    ret->hash_length = HASH;
    return true;
}

static int check_event(void *data, const struct db_result *one)
{
    struct verifying *verifying = data;
    int64_t seq = db_integer(one, 0, "seq");
    const char *line = db_value(one, 0, "line"), *stored = db_value(one, 0, "hash");
    char hex[HASH_HEX];
    if (seq != verifying->seq + 1) {
        verifying->wrong =
            talloc_asprintf(verifying->ctx, "event %" PRId64 " is missing", verifying->seq + 1);
        return SEN_INVALID;
    }
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, verifying->hash, verifying->hash_length);
    crypto_hash_sha256_update(&state, (const unsigned char *)line, strlen(line));
    crypto_hash_sha256_final(&state, verifying->hash);
    verifying->hash_length = HASH;
    sodium_bin2hex(hex, sizeof hex, verifying->hash, HASH);
    if (strcmp(hex, stored) != 0) {
        verifying->wrong =
            talloc_asprintf(verifying->ctx, "event %" PRId64 " is not as it was written", seq);
        return SEN_INVALID;
    }
    verifying->seq = seq;
    verifying->count++;
    progress_draw(&verifying->progress, verifying->count, verifying->total);
    return SEN_OK;
}

// Is the event of the anchor still the same?
static int check_anchor(struct verifying *verifying, struct db_session *session, const char *from,
                        char **ret_error)
{
    struct db_result *result;
    char *seq = talloc_asprintf(verifying->ctx, "%" PRId64, verifying->seq);
    int r = db_session_query(verifying->ctx, session, "audit_at", (const char *const[]){seq}, 1,
                             &result, ret_error);
    if (r)
        return r;
    if (!db_rows(result))
        verifying->wrong = talloc_asprintf(verifying->ctx, "event %s is missing", seq);
    else if (strcasecmp(db_value(result, 0, "hash"), strchr(from, ':') + 1) != 0)
        verifying->wrong =
            talloc_asprintf(verifying->ctx, "event %s is another than was noted", seq);
    return SEN_OK;
}

// Both ends from one state of the database: events may be written meanwhile.
static int check_all(struct verifying *verifying, struct db_session *session, const char *from,
                     char **ret_error)
{
    struct db_result *head;
    char hex[HASH_HEX];
    int r =
        db_session_script(session, "begin isolation level repeatable read, read only", ret_error);
    if (!r)
        r = db_session_query(verifying->ctx, session, "audit_head", NULL, 0, &head, ret_error);
    if (!r && from)
        r = check_anchor(verifying, session, from, ret_error);
    if (r || verifying->wrong)
        return r;
    int64_t last = db_integer(head, 0, "seq");
    verifying->total = last > verifying->seq ? (size_t)(last - verifying->seq) : 0;
    char *seq = talloc_asprintf(verifying->ctx, "%" PRId64, verifying->seq);
    r = db_session_each(session, "audit_lines", (const char *const[]){seq}, 1, check_event,
                        verifying, ret_error);
    progress_clear(&verifying->progress);
    if (verifying->wrong)
        return SEN_OK;
    if (r)
        return r;
    sodium_bin2hex(hex, sizeof hex, verifying->hash, verifying->hash_length);
    if (last > verifying->seq)
        verifying->wrong = talloc_asprintf(
            verifying->ctx, "the log is cut off behind event %" PRId64 "; it had %" PRId64,
            verifying->seq, last);
    else if (last < verifying->seq || strcmp(hex, db_value(head, 0, "hash")) != 0)
        verifying->wrong = talloc_asprintf(
            verifying->ctx, "its head is that of event %" PRId64 " and not of the last, %" PRId64,
            last, verifying->seq);
    return SEN_OK;
}

static int verify(TALLOC_CTX *ctx, struct db_session *session, const char *from)
{
    struct verifying verifying = {.ctx = ctx, .progress = {.what = "events"}};
    char *error = NULL, hex[HASH_HEX];
    if (from && !read_anchor(from, &verifying))
        return command_usage(&command_audit, "--from takes what an earlier run printed: SEQ:HASH");
    if (check_all(&verifying, session, from, &error))
        return command_failed("audit", error);
    if (verifying.wrong)
        return command_failed("audit", verifying.wrong);
    sodium_bin2hex(hex, sizeof hex, verifying.hash, verifying.hash_length);
    printf("%zu events are as they were written\n", verifying.count);
    if (verifying.seq)
        printf("%" PRId64 ":%s\n", verifying.seq, hex);
    return 0;
}

// ---- list ---------------------------------------------------------------------------------------

static int list(TALLOC_CTX *ctx, struct db_session *session, json_t *a)
{
    json_t *document, *event;
    size_t i;
    if (command_ask(ctx, session, "audit", "audit_list", a, &document))
        return 1;
    json_array_foreach (json_object_get(document, "items"), i, event)
        printf("%" JSON_INTEGER_FORMAT "\t%s\t%s\t%s\t%s\t%s\t%s\n",
               json_integer_value(json_object_get(event, "seq")), command_text(event, "at"),
               command_text(event, "name"), command_text(event, "origin"),
               command_text(event, "action"), command_text(event, "subject"),
               command_text(event, "locale"));
    return 0;
}

// --subject S, --name N, --action A, --limit N. NULL: something else stands there.
static json_t *read_filter(TALLOC_CTX *ctx, int argc, char **argv)
{
    static const char *const names[] = {"subject", "name", "action"};
    json_t *a = fields_own(ctx, json_pack("{s:i}", "limit", 50));
    for (int i = 2; i < argc; i += 2) {
        bool known = false;
        if (strncmp(argv[i], "--", 2) != 0 || i + 1 == argc)
            return NULL;
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            if (strcmp(argv[i] + 2, names[j]) != 0)
                continue;
            known = true;
            if (json_object_set_new(a, names[j], json_string(argv[i + 1])))
                return NULL;
        }
        if (strcmp(argv[i], "--limit") == 0) {
            char *end;
            long limit = strtol(argv[i + 1], &end, 10);
            known = !*end && end != argv[i + 1] && limit >= 1 && limit <= INT32_MAX;
            json_object_set_new(a, "limit", json_integer(limit));
        }
        if (!known)
            return NULL;
    }
    return a;
}

static int run(const struct settings *settings, int argc, char **argv)
{
    bool is_verify = argc >= 2 && strcmp(argv[1], "verify") == 0;
    bool is_list = argc >= 2 && strcmp(argv[1], "list") == 0;
    TALLOC_CTX *ctx = talloc_new(NULL);
    const char *from = is_verify && argc == 4 && strcmp(argv[2], "--from") == 0 ? argv[3] : NULL;
    json_t *a = is_list ? read_filter(ctx, argc, argv) : NULL;
    int status = 1;
    if (is_verify ? argc != 2 && !from : !a) {
        status = command_usage(&command_audit, "it takes verify or list");
    } else {
        struct db_session *session = command_database(ctx, settings, "audit");
        if (session)
            status = is_verify ? verify(ctx, session, from) : list(ctx, session, json_incref(a));
    }
    talloc_free(ctx);
    return status;
}

const struct command command_audit = {
    .name = "audit",
    .usage = "verify [--from SEQ:HASH] |\n"
             "       list [--subject S] [--name NAME] [--action A] [--limit N]",
    .help =
        "Prove that nobody changed the log of who wrote what, and read it.\n"
        "Each event holds the SHA-256 of the one before it and of itself. `verify` computes them\n"
        "all again and says which event was changed or removed. Somebody who can write the "
        "database\n"
        "can also write the whole chain anew: keep the last line that verify prints elsewhere, "
        "and\n"
        "give it as --from the next time. `list` shows number, time, who, from where, what, of "
        "what\n"
        "and in which language, the newest first.",
    .run = run,
};
