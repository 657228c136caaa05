#include "render/segments_internal.h"

#include <stdint.h>
#include <string.h>

struct code {
    const json_t *token;
    const char *name;
    bool used, left_out;
};

struct build {
    TALLOC_CTX *ctx;
    struct parts parts;
    struct html joined; // the text of the last part, if it came in several tokens
    struct code *codes; // of the unit, by number
    size_t code_count;
    size_t *open; // numbers of the codes that are open
    size_t open_count;
    unsigned links, emphases, strongs; // open
    const char *reason;
};

static void complain(struct build *build, const char *reason)
{
    if (!build->reason)
        build->reason = reason;
}

static void add(struct build *build, struct part part)
{
    struct parts *parts = &build->parts;
    build->joined.data = NULL;
    if ((parts->count & (parts->count - 1)) == 0)
        parts->all = talloc_realloc(build->ctx, parts->all, struct part,
                                    parts->count ? 2 * parts->count : 1);
    parts->all[parts->count++] = part;
}

// ---- the unit's codes ------------------------------------------------------------------------

static const json_t *number_of(const json_t *token)
{
    const json_t *open = json_object_get(token, "open");
    return open ? open : json_object_get(token, "alone");
}

static void know_codes(struct build *build, const json_t *own)
{
    size_t count = json_array_size(own);
    build->codes = talloc_zero_array(build->ctx, struct code, count + 1);
    build->open = talloc_array(build->ctx, size_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *token = json_array_get(own, i);
        json_int_t number = json_integer_value(number_of(token));
        const char *name = json_string_value(json_object_get(token, "kind"));
        if (number < 1 || number > (json_int_t)count || !name)
            continue;
        build->codes[number] = (struct code){.token = token, .name = name};
        if ((size_t)number > build->code_count)
            build->code_count = (size_t)number;
    }
}

// The unit's code of this number, or NULL and a complaint.
static struct code *find_code(struct build *build, const json_t *number, const char *member)
{
    json_int_t n = json_integer_value(number);
    if (n >= 1 && (size_t)n <= build->code_count && build->codes[n].token &&
        json_object_get(build->codes[n].token, member))
        return &build->codes[n];
    complain(build, "segment.code_unknown");
    return NULL;
}

static bool use(struct build *build, struct code *code)
{
    if (code->used)
        complain(build, "segment.code_twice");
    return !code->used && (code->used = true);
}

// ---- tokens ----------------------------------------------------------------------------------

static unsigned *depth_of(struct build *build, const char *name)
{
    if (strcmp(name, "emphasis") == 0)
        return &build->emphases;
    return strcmp(name, "strong") == 0 ? &build->strongs : &build->links;
}

static bool may_open(const struct build *build, const char *name)
{
    if (strcmp(name, "link") == 0)
        return !build->links;
    bool strong = strcmp(name, "strong") == 0;
    return segments_may_nest(build->emphases + !strong, build->strongs + strong);
}

static void take_open(struct build *build, const json_t *number)
{
    struct code *code = find_code(build, number, "open");
    if (!code || !use(build, code))
        return;
    if (!may_open(build, code->name)) {
        complain(build, "segment.code_order");
        code->left_out = true;
        return;
    }
    ++*depth_of(build, code->name);
    build->open[build->open_count++] = (size_t)(code - build->codes);
    add(build, (struct part){.kind = PART_OPEN, .code = code->token, .name = code->name});
}

static void close_last(struct build *build)
{
    struct code *code = &build->codes[build->open[--build->open_count]];
    --*depth_of(build, code->name);
    add(build, (struct part){.kind = PART_CLOSE, .code = code->token, .name = code->name});
}

static void take_close(struct build *build, const json_t *number)
{
    struct code *code = find_code(build, number, "open");
    if (!code || code->left_out)
        return;
    if (build->open_count && &build->codes[build->open[build->open_count - 1]] == code)
        close_last(build);
    else
        complain(build, "segment.code_order");
}

static void take_alone(struct build *build, const json_t *number)
{
    struct code *code = find_code(build, number, "alone");
    if (!code || !use(build, code))
        return;
    if (build->links && strcmp(code->name, "note") == 0) {
        complain(build, "segment.code_order");
        return;
    }
    add(build, (struct part){.kind = PART_ALONE, .code = code->token, .name = code->name});
}

static void take_text(struct build *build, const json_t *token)
{
    const char *text = json_string_value(token);
    size_t length = json_string_length(token);
    if (!length)
        return;
    struct parts *parts = &build->parts;
    struct part *last = parts->count ? &parts->all[parts->count - 1] : NULL;
    if (!last || last->kind != PART_TEXT) {
        add(build, (struct part){.kind = PART_TEXT, .text = text, .length = length});
        return;
    }
    if (!build->joined.data) {
        html_init(&build->joined, build->ctx, SIZE_MAX);
        html_bytes(&build->joined, last->text, last->length);
    }
    html_bytes(&build->joined, text, length);
    last->text = build->joined.data;
    last->length = build->joined.length;
}

static void take(struct build *build, const json_t *token)
{
    const json_t *number;
    if (json_is_string(token))
        take_text(build, token);
    else if ((number = json_object_get(token, "open")))
        take_open(build, number);
    else if ((number = json_object_get(token, "close")))
        take_close(build, number);
    else if ((number = json_object_get(token, "alone")))
        take_alone(build, number);
    else
        complain(build, "segment.malformed");
}

bool segments_may_nest(unsigned emphases, unsigned strongs)
{
    return emphases <= 2 && strongs <= 2 && emphases + strongs <= 3;
}

struct parts segments_parts(TALLOC_CTX *ctx, const json_t *unit, const json_t *tokens,
                            const char **ret_reason)
{
    struct build build = {.ctx = ctx};
    know_codes(&build, json_object_get(unit, "tokens"));
    if (!json_is_array(tokens))
        complain(&build, "segment.malformed");
    for (size_t i = 0; i < json_array_size(tokens); i++)
        take(&build, json_array_get(tokens, i));
    if (build.open_count)
        complain(&build, "segment.code_order");
    while (build.open_count)
        close_last(&build);
    for (size_t i = 1; i <= build.code_count; i++)
        if (build.codes[i].token && !build.codes[i].used)
            complain(&build, "segment.code_missing");
    if (ret_reason)
        *ret_reason = build.reason;
    return build.parts;
}
