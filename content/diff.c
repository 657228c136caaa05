// Myers, "An O(ND) difference algorithm and its variations" (1986), section 3, over whole
// paragraphs. The furthest reaching points of every step are kept to walk back; DIFF_CHANGES_MAX
// bounds them.
#include "content/diff.h"

#include "content/fields.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct paragraph {
    const char *text;
    size_t length;
    size_t same; // equal paragraphs of both texts have the same number
};

struct paragraphs {
    struct paragraph *all;
    size_t count;
};

// ---- paragraphs ------------------------------------------------------------------------------

struct line {
    const char *start;
    size_t length; // without its end
    const char *next;
};

static struct line line_at(const char *p)
{
    struct line line = {p, 0, NULL};
    while (p[line.length] && p[line.length] != '\r' && p[line.length] != '\n')
        line.length++;
    line.next = p + line.length;
    if (*line.next)
        line.next += line.next[0] == '\r' && line.next[1] == '\n' ? 2 : 1;
    return line;
}

// How many characters of the line, from one on, are of these. Not strspn(): what checks its
// arguments looks at the whole text for every line.
static size_t span(const struct line *line, size_t from, const char *these)
{
    size_t at = from;
    while (at < line->length && strchr(these, line->start[at]))
        at++;
    return at - from;
}

static bool is_blank(const struct line *line)
{
    return span(line, 0, " \t") == line->length;
}

// The length of the run that opens a fence, 0 if the line does not. Fences stand in lists and
// quotes too, so any indentation and marker may stand before one.
static size_t fence_run(const struct line *line, char *ret)
{
    size_t at = span(line, 0, " \t>"), length = 0;
    if (at >= line->length || (line->start[at] != '`' && line->start[at] != '~'))
        return 0;
    *ret = line->start[at];
    while (at + length < line->length && line->start[at + length] == *ret)
        length++;
    // A code span at the beginning of a paragraph has its other end in the same line.
    bool is_span =
        *ret == '`' && memchr(line->start + at + length, '`', line->length - at - length);
    return length < 3 || is_span ? 0 : length;
}

static bool closes_fence(const struct line *line, char fence, size_t run)
{
    size_t at = span(line, 0, " \t>"), length = 0;
    while (at + length < line->length && line->start[at + length] == fence)
        length++;
    size_t end = at + length;
    return length >= run && end + span(line, end, " \t") == line->length;
}

static void add(TALLOC_CTX *ctx, struct paragraphs *paragraphs, const char *start, const char *end)
{
    if (paragraphs->count && (paragraphs->count & (paragraphs->count - 1)) == 0)
        paragraphs->all =
            talloc_realloc(ctx, paragraphs->all, struct paragraph, 2 * paragraphs->count);
    paragraphs->all[paragraphs->count++] = (struct paragraph){start, (size_t)(end - start), 0};
}

static struct paragraphs split(TALLOC_CTX *ctx, const char *text)
{
    struct paragraphs paragraphs = {.all = talloc_array(ctx, struct paragraph, 1)};
    const char *start = NULL, *end = NULL; // of the paragraph that is open
    char fence = '\0';
    size_t run = 0;
    for (const char *p = text; *p;) {
        struct line line = line_at(p);
        p = line.next;
        if (!fence && is_blank(&line)) {
            if (start)
                add(ctx, &paragraphs, start, end);
            start = NULL;
            continue;
        }
        if (!start)
            start = line.start;
        end = line.start + line.length;
        if (fence)
            fence = closes_fence(&line, fence, run) ? '\0' : fence;
        else if ((run = fence_run(&line, &fence)) == 0)
            fence = '\0';
    }
    if (start)
        add(ctx, &paragraphs, start, end);
    return paragraphs;
}

static int by_text(const void *left, const void *right)
{
    const struct paragraph *a = *(struct paragraph *const *)left;
    const struct paragraph *b = *(struct paragraph *const *)right;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return memcmp(a->text, b->text, a->length);
}

// Sorted, not hashed: nobody can write paragraphs that make it slow.
static void number(TALLOC_CTX *ctx, struct paragraphs *before, struct paragraphs *after)
{
    size_t count = before->count + after->count, last = 0;
    struct paragraph **sorted = talloc_array(ctx, struct paragraph *, count + 1);
    for (size_t i = 0; i < before->count; i++)
        sorted[i] = &before->all[i];
    for (size_t i = 0; i < after->count; i++)
        sorted[before->count + i] = &after->all[i];
    qsort(sorted, count, sizeof(struct paragraph *), by_text);
    for (size_t i = 0; i < count; i++) {
        last += i && by_text(&sorted[i - 1], &sorted[i]) != 0;
        sorted[i]->same = last;
    }
}

// ---- the result ------------------------------------------------------------------------------

struct output {
    json_t *ops;
    size_t equal;           // paragraphs that wait to be said
    json_t *before, *after; // that wait, too
};

static void flush_equal(struct output *out)
{
    if (out->equal)
        json_array_append_new(
            out->ops, json_pack("{s:s, s:I}", "op", "equal", "paragraphs", (json_int_t)out->equal));
    out->equal = 0;
}

static void flush_change(struct output *out)
{
    if (!out->before && !out->after)
        return;
    const char *op = !out->before ? "insert" : out->after ? "replace" : "delete";
    json_array_append_new(out->ops, json_pack("{s:s, s:o*, s:o*}", "op", op, "before", out->before,
                                              "after", out->after));
    out->before = out->after = NULL;
}

static void put_equal(struct output *out, size_t count)
{
    if (count)
        flush_change(out);
    out->equal += count;
}

static void put_changed(struct output *out, json_t **side, const struct paragraph *paragraph)
{
    flush_equal(out);
    if (!*side)
        *side = json_array();
    json_array_append_new(*side, json_stringn(paragraph->text, paragraph->length));
}

// ---- the search ------------------------------------------------------------------------------

struct search {
    const struct paragraph *before, *after; // without what both begin and end with
    int before_count, after_count;
    // Step d has reached x = furthest[d * d + d + k] on the diagonal k = x - y, for k from -d to d.
    int *furthest;
};

static int reached(const struct search *search, int d, int k)
{
    return search->furthest[d * d + d + k];
}

// On the diagonal k, does step d come from above, adding a paragraph of the newer text?
static bool inserts(const struct search *search, int d, int k)
{
    return k == -d || (k != d && reached(search, d - 1, k - 1) < reached(search, d - 1, k + 1));
}

// Where step d enters the diagonal k.
static int enters(const struct search *search, int d, int k)
{
    if (!d)
        return 0;
    return inserts(search, d, k) ? reached(search, d - 1, k + 1)
                                 : reached(search, d - 1, k - 1) + 1;
}

// The number of changes, or -1 when they are too many.
static int find(struct search *search, TALLOC_CTX *ctx)
{
    int n = search->before_count, m = search->after_count;
    for (int d = 0; d <= DIFF_CHANGES_MAX; d++) {
        search->furthest =
            talloc_realloc(ctx, search->furthest, int, (size_t)(d + 1) * (size_t)(d + 1));
        for (int k = -d; k <= d; k += 2) {
            int x = enters(search, d, k);
            while (x < n && x - k >= 0 && x - k < m &&
                   search->before[x].same == search->after[x - k].same)
                x++;
            search->furthest[d * d + d + k] = x;
            if (x >= n && x - k >= m)
                return d;
        }
    }
    return -1;
}

// From the end to the beginning, then said in order.
static void walk(const struct search *search, TALLOC_CTX *ctx, struct output *out, int d)
{
    int *diagonals = talloc_array(ctx, int, (size_t)d + 1);
    int k = search->before_count - search->after_count;
    for (int i = d; i > 0; i--) {
        diagonals[i] = k;
        k += inserts(search, i, k) ? 1 : -1;
    }
    put_equal(out, (size_t)reached(search, 0, 0));
    for (int i = 1; i <= d; i++) {
        k = diagonals[i];
        int x = enters(search, i, k);
        if (inserts(search, i, k))
            put_changed(out, &out->after, &search->after[x - k - 1]);
        else
            put_changed(out, &out->before, &search->before[x - 1]);
        put_equal(out, (size_t)(reached(search, i, k) - x));
    }
}

static void compare(TALLOC_CTX *ctx, struct output *out, const struct paragraphs *before,
                    const struct paragraphs *after)
{
    size_t shorter = before->count < after->count ? before->count : after->count;
    size_t head = 0, tail = 0;
    while (head < shorter && before->all[head].same == after->all[head].same)
        head++;
    while (tail < shorter - head &&
           before->all[before->count - 1 - tail].same == after->all[after->count - 1 - tail].same)
        tail++;
    struct search search = {.before = before->all + head,
                            .after = after->all + head,
                            .before_count = (int)(before->count - head - tail),
                            .after_count = (int)(after->count - head - tail)};
    put_equal(out, head);
    int d = find(&search, ctx);
    if (d >= 0) {
        walk(&search, ctx, out, d);
    } else {
        for (int i = 0; i < search.before_count; i++)
            put_changed(out, &out->before, &search.before[i]);
        for (int i = 0; i < search.after_count; i++)
            put_changed(out, &out->after, &search.after[i]);
    }
    put_equal(out, tail);
    flush_change(out);
    flush_equal(out);
}

json_t *diff_paragraphs(TALLOC_CTX *ctx, const char *before, const char *after)
{
    TALLOC_CTX *own = talloc_new(NULL);
    struct paragraphs old = split(own, before), new = split(own, after);
    number(own, &old, &new);
    struct output out = {.ops = json_array()};
    compare(own, &out, &old, &new);
    talloc_free(own);
    return fields_own(ctx, out.ops);
}

// ---- fields ----------------------------------------------------------------------------------

static json_t *member(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    return value ? json_incref(value) : json_null();
}

static const char *body_of(const json_t *object)
{
    const char *body = json_string_value(json_object_get(object, "body"));
    return body ? body : "";
}

static bool changes(const json_t *paragraphs)
{
    size_t count = json_array_size(paragraphs);
    return count > 1 ||
           (count == 1 && !json_object_get(json_array_get(paragraphs, 0), "paragraphs"));
}

json_t *diff_fields(TALLOC_CTX *ctx, const json_t *before, const json_t *after)
{
    static const char *const names[] = {"title",   "summary", "slug",  "author",
                                        "licence", "sources", "image", "translation"};
    json_t *fields = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *old = member(before, names[i]), *new = member(after, names[i]);
        if (!json_equal(old, new))
            json_array_append_new(fields, json_pack("{s:s, s:O, s:O}", "field", names[i], "before",
                                                    old, "after", new));
        json_decref(old);
        json_decref(new);
    }
    json_t *paragraphs = diff_paragraphs(ctx, body_of(before), body_of(after));
    if (changes(paragraphs))
        json_array_append_new(fields,
                              json_pack("{s:s, s:O}", "field", "body", "paragraphs", paragraphs));
    return fields_own(ctx, fields);
}
