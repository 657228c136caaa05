#include "render/footnotes.h"

#include "content/fault.h"
#include "render/html.h"
#include "render/markdown.h"

#include <stdbool.h>
#include <string.h>
// uthash's default falls through switch labels, which clang's warnings refuse.
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

#define ID_BYTES_MAX 64

struct line {
    const char *start;
    size_t length;   // without its end
    size_t end;      // bytes of its end: 0, 1 or 2
    unsigned indent; // columns; all of a blank line
    bool blank;
};

struct known {
    UT_hash_handle hh;
};

struct extract {
    struct footnotes *out;
    struct html rest; // the source without the notes
    struct html quotes;
    struct known *known; // by id
    struct fault *fault;
    unsigned line, quote_line;
    bool inside;      // a note
    bool blank_since; // and its last line was empty
    // Fences, as far as they matter at the left margin.
    char fence; // the character of the open one, or NUL
    size_t fence_length;
    bool fence_in_list; // it stands in a list item, which a line at the margin ends
    bool in_list;       // the last line at the margin began a list item
};

static struct line next_line(const char *p, const char *end)
{
    struct line line = {.start = p};
    while (p < end && (*p == ' ' || *p == '\t')) {
        line.indent += *p == ' ' ? 1 : 4 - line.indent % 4;
        p++;
    }
    line.blank = p == end || *p == '\n' || *p == '\r';
    while (p < end && *p != '\n' && *p != '\r')
        p++;
    line.length = (size_t)(p - line.start);
    if (p < end)
        line.end = *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
    return line;
}

static bool is_id_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c >= 0x80 || c == '-' || c == '_' || c == '.';
}

// The length of the id when the line begins with "[^id]:", else 0.
static size_t definition(const struct line *line)
{
    if (line->length < 5 || line->start[0] != '[' || line->start[1] != '^')
        return 0;
    const char *id = line->start + 2;
    size_t rest = line->length - 2, length = 0;
    while (length < rest && length <= ID_BYTES_MAX && is_id_byte((unsigned char)id[length]))
        length++;
    if (!length || length > ID_BYTES_MAX || rest - length < 2)
        return 0;
    return id[length] == ']' && id[length + 1] == ':' ? length : 0;
}

static size_t run_length(const struct line *line, size_t at, char c)
{
    size_t length = 0;
    while (at + length < line->length && line->start[at + length] == c)
        length++;
    return length;
}

static bool begins_item(const struct line *line)
{
    size_t i = 0;
    while (i < line->length && i < 9 && line->start[i] >= '0' && line->start[i] <= '9')
        i++;
    if (i < line->length && (i ? line->start[i] == '.' || line->start[i] == ')'
                               : strchr("-+*", line->start[i]) != NULL))
        return i + 1 == line->length || line->start[i + 1] == ' ' || line->start[i + 1] == '\t';
    return false;
}

// Follow the fenced blocks. Lines of a fence that stands in a list item are known by their
// indentation, and a line at the margin ends them.
static void follow_fence(struct extract *extract, const struct line *line)
{
    if (extract->fence && extract->fence_in_list && !line->blank && !line->indent)
        extract->fence = '\0';
    if (!line->blank && !line->indent && !extract->fence)
        extract->in_list = begins_item(line);
    if (line->blank || line->indent > 3)
        return;
    size_t at = 0;
    while (line->start[at] == ' ')
        at++;
    char c = line->start[at];
    if (c != '`' && c != '~')
        return;
    size_t length = run_length(line, at, c);
    if (!extract->fence) {
        bool code_span =
            c == '`' && memchr(line->start + at + length, '`', line->length - at - length);
        if (length < 3 || code_span)
            return;
        extract->fence = c;
        extract->fence_length = length;
        extract->fence_in_list = line->indent && extract->in_list;
    } else if (c == extract->fence && length >= extract->fence_length) {
        const char *p = line->start + at + length, *end = line->start + line->length;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        if (p == end)
            extract->fence = '\0';
    }
}

static void quote(struct extract *extract, const char *text, size_t length)
{
    html_raw(&extract->quotes, "> ");
    html_bytes(&extract->quotes, text, length);
    html_raw(&extract->quotes, "\n");
    extract->quote_line++;
}

static void close_note(struct extract *extract)
{
    if (!extract->inside)
        return;
    html_raw(&extract->quotes, "\n<!-- -->\n\n");
    extract->quote_line += 3;
    extract->inside = false;
}

static int open_note(struct extract *extract, const struct line *line, size_t id_length)
{
    close_note(extract);
    struct footnotes *out = extract->out;
    const char *id = line->start + 2;
    struct known *known;
    HASH_FIND(hh, extract->known, id, id_length, known);
    if (known) {
        char *name = talloc_strndup(extract->rest.ctx, id, id_length);
        fault_set(extract->fault, "markdown.footnote_twice", "body", name);
        extract->fault->line = extract->line;
        return SEN_INVALID;
    }
    if (out->count == MARKDOWN_FOOTNOTES) {
        char *limit = talloc_asprintf(extract->rest.ctx, "%d", MARKDOWN_FOOTNOTES);
        fault_set(extract->fault, "markdown.too_many_footnotes", "body", limit);
        extract->fault->line = extract->line;
        return SEN_TOO_COMPLEX;
    }
    if (!out->notes)
        out->notes = talloc_array(extract->rest.ctx, struct footnote, MARKDOWN_FOOTNOTES);
    struct footnote *note = &out->notes[out->count++];
    *note = (struct footnote){talloc_strndup(out->notes, id, id_length), extract->line,
                              extract->quote_line, 0};
    known = talloc_zero(out->notes, struct known);
    HASH_ADD_KEYPTR(hh, extract->known, note->id, id_length, known);

    size_t from = id_length + 4; // [^id]:
    while (from < line->length && (line->start[from] == ' ' || line->start[from] == '\t'))
        from++;
    quote(extract, line->start + from, line->length - from);
    note->lines = 1;
    extract->inside = true;
    extract->blank_since = false;
    return SEN_OK;
}

// Does the line go on with the note that is open? A paragraph goes on at the margin too.
static bool continues_note(const struct extract *extract, const struct line *line)
{
    if (!extract->inside)
        return false;
    if (line->blank || line->indent >= 4)
        return true;
    if (extract->blank_since || line->indent)
        return false;
    char c = line->start[0];
    bool rule = strchr("-=*_", c) && run_length(line, 0, c) >= 3;
    return !strchr("#>`~", c) && !rule && !begins_item(line);
}

static void continue_note(struct extract *extract, const struct line *line)
{
    size_t from = 0;
    if (line->indent >= 4) {
        while (from < 4 && from < line->length && line->start[from] == ' ')
            from++;
        if (from < 4 && from < line->length && line->start[from] == '\t')
            from++;
    }
    quote(extract, line->start + from, line->length - from);
    extract->out->notes[extract->out->count - 1].lines++;
    extract->blank_since = line->blank;
}

static int take_line(struct extract *extract, const struct line *line)
{
    size_t id_length = extract->fence && !(extract->fence_in_list) ? 0 : definition(line);
    int r = SEN_OK;
    if (id_length) {
        extract->fence = '\0';
        r = open_note(extract, line, id_length);
    } else if (continues_note(extract, line)) {
        continue_note(extract, line);
    } else {
        close_note(extract);
        follow_fence(extract, line);
        html_bytes(&extract->rest, line->start, line->length);
    }
    html_raw(&extract->rest, "\n");
    return r;
}

static void join(struct extract *extract, TALLOC_CTX *ctx)
{
    struct footnotes *out = extract->out;
    struct html all;
    html_init(&all, ctx, SIZE_MAX);
    for (size_t i = 0; i < out->count; i++) {
        html_raw(&all, "[^");
        html_raw(&all, out->notes[i].id);
        html_raw(&all, "]: <footnote:");
        html_number(&all, i);
        html_raw(&all, ">\n");
        out->notes[i].out_line += (unsigned)out->count + 1;
    }
    html_raw(&all, "\n");
    html_bytes(&all, extract->quotes.data, extract->quotes.length);
    html_bytes(&all, extract->rest.data, extract->rest.length);
    out->text = all.data;
    out->length = all.length;
    out->lines_before = (unsigned)out->count + 1 + extract->quote_line - 1;
}

static bool may_have_notes(const char *text, size_t length)
{
    for (const char *p = text, *end = text + length; (p = memchr(p, '[', (size_t)(end - p))); p++)
        if (end - p > 4 && p[1] == '^')
            return true;
    return false;
}

int footnotes_extract(TALLOC_CTX *ctx, const char *text, size_t length, struct footnotes *ret,
                      struct fault *ret_fault)
{
    *ret = (struct footnotes){.text = text, .length = length};
    if (!may_have_notes(text, length))
        return SEN_OK;

    struct extract extract = {.out = ret, .fault = ret_fault, .line = 1, .quote_line = 1};
    html_init(&extract.rest, ctx, SIZE_MAX);
    html_init(&extract.quotes, ctx, SIZE_MAX);
    int r = SEN_OK;
    for (const char *p = text, *end = text + length; p < end && !r; extract.line++) {
        struct line line = next_line(p, end);
        r = take_line(&extract, &line);
        p += line.length + line.end;
    }
    close_note(&extract);
    HASH_CLEAR(hh, extract.known);
    if (r)
        return r;
    if (ret->count)
        join(&extract, ctx);
    return SEN_OK;
}

unsigned footnotes_line(const struct footnotes *notes, unsigned out_line)
{
    if (out_line > notes->lines_before)
        return out_line - notes->lines_before;
    for (size_t i = 0; i < notes->count; i++)
        if (out_line >= notes->notes[i].out_line &&
            out_line < notes->notes[i].out_line + notes->notes[i].lines)
            return notes->notes[i].line + out_line - notes->notes[i].out_line;
    return 0;
}
