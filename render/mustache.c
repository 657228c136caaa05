// A file is compiled to a flat array of tokens. A section's token knows where its body ends, so
// rendering is a walk over ranges of that array. A partial is compiled once however often it is
// named: its indentation (which grows with recursion) is applied while rendering, to every token
// that begins a line of the file.
#include "render/mustache.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum token_kind {
    TOKEN_TEXT,
    TOKEN_ESCAPED,
    TOKEN_RAW,
    TOKEN_SECTION,
    TOKEN_INVERTED,
    TOKEN_PARTIAL
};

struct piece {
    const char *text;
    size_t length;
};

struct token {
    enum token_kind kind;
    bool begins_line;   // of what is shown: a tag alone on its line does not
    bool alone;         // TOKEN_PARTIAL: alone on its line
    struct piece text;  // TOKEN_TEXT: the text; TOKEN_PARTIAL: its indentation; else the whole name
    struct piece *path; // the name at its dots; "." has none
    size_t path_count;
    size_t end;                 // of a section: the first token behind its body
    const struct file *partial; // NULL: there is none
};

struct file {
    const struct embedded *source;
    struct token *tokens;
    size_t count;
    struct file *next;
};

struct mustache {
    const struct embedded *table;
    struct file *files; // the template itself comes first
};

struct compiler {
    TALLOC_CTX *ctx;
    struct mustache *template;
    struct file *file;
    struct piece open, close;                // the delimiters
    size_t sections[MUSTACHE_SECTION_DEPTH]; // tokens of the open ones
    size_t offsets[MUSTACHE_SECTION_DEPTH];  // and where they stand in the source
    size_t depth;
    bool at_line_start;
    char **ret_error;
};

struct tag {
    char sigil; // 0 for a plain name
    struct piece content;
    size_t start, end; // in the source, delimiters included
};

static int load_file(struct compiler *parent, const struct embedded *source, struct file **ret);

static int fail(const struct compiler *c, size_t offset, const char *what, struct piece which)
{
    unsigned line = 1;
    for (size_t i = 0; i < offset; i++)
        line += c->file->source->data[i] == '\n';
    *c->ret_error = talloc_asprintf(c->ctx, "%s:%u: %s%s%.*s", c->file->source->name, line, what,
                                    which.length ? ": " : "", (int)which.length, which.text);
    return SEN_INVALID;
}

static const struct piece nothing = {"", 0};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct piece trim(struct piece piece)
{
    while (piece.length && is_space(piece.text[0]))
        piece.text++, piece.length--;
    while (piece.length && is_space(piece.text[piece.length - 1]))
        piece.length--;
    return piece;
}

static bool has_space(struct piece piece)
{
    for (size_t i = 0; i < piece.length; i++)
        if (is_space(piece.text[i]))
            return true;
    return false;
}

static bool piece_is(struct piece a, struct piece b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static struct token *add_token(struct compiler *c, enum token_kind kind, struct piece text)
{
    struct file *file = c->file;
    if ((file->count & (file->count - 1)) == 0)
        file->tokens =
            talloc_realloc(file, file->tokens, struct token, file->count ? file->count * 2 : 1);
    struct token *token = &file->tokens[file->count++];
    *token = (struct token){.kind = kind, .text = text, .begins_line = c->at_line_start};
    c->at_line_start = false;
    return token;
}

static void add_text(struct compiler *c, struct piece text)
{
    if (!text.length)
        return;
    add_token(c, TOKEN_TEXT, text);
    c->at_line_start = text.text[text.length - 1] == '\n';
}

static int parse_path(struct compiler *c, const struct tag *tag, struct token *token)
{
    struct piece name = tag->content;
    if (!name.length)
        return fail(c, tag->start, "a tag without a name", nothing);
    if (has_space(name))
        return fail(c, tag->start, "a name with a space in it", name);
    if (name.length == 1 && name.text[0] == '.')
        return SEN_OK;
    size_t parts = 1;
    for (size_t i = 0; i < name.length; i++)
        parts += name.text[i] == '.';
    token->path = talloc_array(c->file, struct piece, parts);
    for (const char *at = name.text, *stop = at + name.length; parts--;) {
        const char *dot = memchr(at, '.', (size_t)(stop - at));
        size_t length = (size_t)((dot ? dot : stop) - at);
        if (!length)
            return fail(c, tag->start, "a name with an empty part", name);
        token->path[token->path_count++] = (struct piece){at, length};
        at += length + 1;
    }
    return SEN_OK;
}

static int open_section(struct compiler *c, const struct tag *tag, bool standalone)
{
    if (c->depth == MUSTACHE_SECTION_DEPTH)
        return fail(c, tag->start, "sections are nested too deeply", tag->content);
    if (standalone)
        c->at_line_start = false; // the line is not shown, so it is not indented
    c->offsets[c->depth] = tag->start;
    c->sections[c->depth++] = c->file->count;
    enum token_kind kind = tag->sigil == '#' ? TOKEN_SECTION : TOKEN_INVERTED;
    return parse_path(c, tag, add_token(c, kind, tag->content));
}

static int close_section(struct compiler *c, const struct tag *tag, bool standalone)
{
    if (!c->depth)
        return fail(c, tag->start, "the end of a section that was not begun", tag->content);
    size_t opened = c->sections[--c->depth];
    if (!piece_is(c->file->tokens[opened].text, tag->content))
        return fail(c, tag->start, "this end belongs to another section", tag->content);
    if (!standalone && c->at_line_start)
        add_token(c, TOKEN_TEXT, nothing); // the place of the indentation
    c->file->tokens[opened].end = c->file->count;
    return SEN_OK;
}

static int add_partial(struct compiler *c, const struct tag *tag, bool standalone,
                       struct piece indent)
{
    if (!tag->content.length || has_space(tag->content))
        return fail(c, tag->start, "a partial needs one name", tag->content);
    if (standalone)
        c->at_line_start = false;
    size_t index = c->file->count;
    add_token(c, TOKEN_PARTIAL, standalone ? indent : nothing)->alone = standalone;
    char *name =
        talloc_asprintf(c->file, "%.*s.mustache", (int)tag->content.length, tag->content.text);
    const struct embedded *source = embedded_find(c->template->table, name);
    talloc_free(name);
    struct file *file = NULL;
    int r = source ? load_file(c, source, &file) : SEN_OK;
    if (!r)
        c->file->tokens[index].partial = file;
    return r;
}

// {{=<% %>=}}
static int set_delimiters(struct compiler *c, const struct tag *tag)
{
    struct piece content = tag->content;
    size_t open = 0;
    while (open < content.length && !is_space(content.text[open]))
        open++;
    struct piece close = trim((struct piece){content.text + open, content.length - open});
    if (!open || !close.length || has_space(close) || memchr(content.text, '=', content.length))
        return fail(c, tag->start, "delimiters are two words without \"=\"", content);
    c->open = (struct piece){content.text, open};
    c->close = close;
    return SEN_OK;
}

// Find the end of the tag that begins at start.
static int read_tag(struct compiler *c, size_t start, struct tag *ret)
{
    const struct embedded *source = c->file->source;
    const char *stop = source->data + source->size;
    const char *at = source->data + start + c->open.length;
    while (at < stop && is_space(*at))
        at++;
    char sigil = at < stop && strchr("{&#^/!>=", *at) ? *at : '\0';
    if (sigil)
        at++;
    // {{{x}}} and {{=x x=}} end with a character of their own before the delimiter.
    const char *mate = sigil == '{' ? "}" : sigil == '=' ? "=" : "";
    size_t mate_length = strlen(mate);
    const char *end = at;
    do {
        end = memmem(end, (size_t)(stop - end), c->close.text, c->close.length);
        if (end && end - at >= (ptrdiff_t)mate_length &&
            memcmp(end - mate_length, mate, mate_length) == 0)
            break;
        // In "{{{x}}}" the first "}}" begins one character too early.
        if (end)
            end++;
    } while (end);
    if (!end)
        return fail(c, start, "a tag without an end", nothing);
    const char *inner = end - mate_length;
    *ret = (struct tag){.sigil = sigil,
                        .content = trim((struct piece){at, (size_t)(inner - at)}),
                        .start = start,
                        .end = (size_t)(end - source->data) + c->close.length};
    return SEN_OK;
}

// A tag that shows nothing itself and stands alone on its line takes the whole line with it.
static bool stands_alone(const struct compiler *c, const struct tag *tag, size_t *ret_line,
                         size_t *ret_next)
{
    const char *data = c->file->source->data;
    size_t line = tag->start, next = tag->end, size = c->file->source->size;
    if (!tag->sigil || strchr("{&", tag->sigil))
        return false;
    while (line > 0 && (data[line - 1] == ' ' || data[line - 1] == '\t'))
        line--;
    if (line > 0 && data[line - 1] != '\n')
        return false;
    while (next < size && (data[next] == ' ' || data[next] == '\t'))
        next++;
    if (next < size && data[next] == '\r')
        next++;
    if (next < size && data[next] != '\n')
        return false;
    *ret_line = line;
    *ret_next = next < size ? next + 1 : size;
    return true;
}

static int add_tag(struct compiler *c, const struct tag *tag, bool standalone, struct piece indent)
{
    switch (tag->sigil) {
    case '!':
        return SEN_OK;
    case '=':
        return set_delimiters(c, tag);
    case '#':
    case '^':
        return open_section(c, tag, standalone);
    case '/':
        return close_section(c, tag, standalone);
    case '>':
        return add_partial(c, tag, standalone, indent);
    default:
        return parse_path(c, tag,
                          add_token(c, tag->sigil ? TOKEN_RAW : TOKEN_ESCAPED, tag->content));
    }
}

static int compile_file(struct compiler *c)
{
    const char *data = c->file->source->data;
    size_t size = c->file->source->size;
    for (size_t at = 0;;) {
        const char *found = memmem(data + at, size - at, c->open.text, c->open.length);
        if (!found) {
            add_text(c, (struct piece){data + at, size - at});
            break;
        }
        struct tag tag;
        int r = read_tag(c, (size_t)(found - data), &tag);
        if (r)
            return r;
        size_t line = tag.start, next = tag.end;
        bool standalone = stands_alone(c, &tag, &line, &next);
        add_text(c, (struct piece){data + at, line - at});
        r = add_tag(c, &tag, standalone, (struct piece){data + line, tag.start - line});
        if (r)
            return r;
        if (standalone)
            c->at_line_start = true;
        at = next;
    }
    if (c->depth)
        return fail(c, c->offsets[c->depth - 1], "a section without an end",
                    c->file->tokens[c->sections[c->depth - 1]].text);
    return SEN_OK;
}

static int load_file(struct compiler *parent, const struct embedded *source, struct file **ret)
{
    struct file **last = &parent->template->files;
    for (; *last; last = &(*last)->next)
        if ((*last)->source == source) {
            *ret = *last;
            return SEN_OK;
        }
    // In the list before it is compiled, so that it can name itself.
    struct file *file = *last = talloc_zero(parent->template, struct file);
    file->source = source;
    struct compiler c = {
        .ctx = parent->ctx,
        .template = parent->template,
        .file = file,
        .open = {"{{", 2},
        .close = {"}}", 2},
        .at_line_start = true,
        .ret_error = parent->ret_error,
    };
    *ret = file;
    return compile_file(&c);
}

int mustache_compile(TALLOC_CTX *ctx, const char *name, const struct embedded *table,
                     struct mustache **ret, char **ret_error)
{
    struct mustache *template = talloc_zero(ctx, struct mustache);
    template->table = table;
    char *path = talloc_asprintf(template, "%s.mustache", name);
    const struct embedded *source = embedded_find(table, path);
    int r = SEN_NOT_FOUND;
    if (source) {
        struct compiler c = {.ctx = ctx, .template = template, .ret_error = ret_error};
        struct file *file;
        r = load_file(&c, source, &file);
    } else {
        *ret_error = talloc_asprintf(ctx, "there is no template %s", path);
    }
    if (r)
        talloc_free(template);
    else
        *ret = template;
    return r;
}

struct frame {
    const json_t *value;
    const struct frame *parent;
};

struct writer {
    UT_string *out;
    char *indent; // of the partial being rendered; grows and shrinks with them
    size_t indent_length;
    unsigned depth;
};

static void append(UT_string *out, const char *text, size_t length)
{
    // utstring grows by what is asked for; doubling keeps long pages linear.
    if (out->n - out->i <= length)
        utstring_reserve(out, out->n + length + 1);
    memcpy(out->d + out->i, text, length);
    out->i += length;
    out->d[out->i] = '\0';
}

static void append_escaped(UT_string *out, const char *text, size_t length)
{
    size_t done = 0;
    for (size_t i = 0; i < length; i++) {
        const char *entity;
        switch (text[i]) {
        case '&':
            entity = "&amp;";
            break;
        case '<':
            entity = "&lt;";
            break;
        case '>':
            entity = "&gt;";
            break;
        case '"':
            entity = "&quot;";
            break;
        case '\'':
            entity = "&#39;";
            break;
        default:
            continue;
        }
        append(out, text + done, i - done);
        append(out, entity, strlen(entity));
        done = i + 1;
    }
    append(out, text + done, length - done);
}

static void append_real(UT_string *out, double number)
{
    char digits[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof(digits), "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    append(out, digits, strlen(digits));
}

static void append_value(UT_string *out, const json_t *value, bool escape)
{
    char digits[24];
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        (escape ? append_escaped : append)(out, json_string_value(value),
                                           json_string_length(value));
        break;
    case JSON_INTEGER:
        snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        append(out, digits, strlen(digits));
        break;
    case JSON_REAL:
        append_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        append(out, "true", 4);
        break;
    case JSON_FALSE:
        append(out, "false", 5);
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_NULL:
        break;
    }
}

// The first part of a name is looked for outwards, the rest inside what was found.
static const json_t *look_up(const struct token *token, const struct frame *frame)
{
    if (!token->path_count)
        return frame->value;
    const json_t *value = NULL;
    for (; frame && !value; frame = frame->parent)
        value = json_object_getn(frame->value, token->path[0].text, token->path[0].length);
    for (size_t i = 1; value && i < token->path_count; i++)
        value = json_object_getn(value, token->path[i].text, token->path[i].length);
    return value;
}

static bool is_true(const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_REAL:
        return json_real_value(value) != 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_OBJECT:
    case JSON_TRUE:
        break;
    }
    return true;
}

static void append_text(struct writer *w, struct piece text)
{
    if (!w->indent_length) {
        append(w->out, text.text, text.length);
        return;
    }
    for (const char *at = text.text, *stop = at + text.length; at < stop;) {
        const char *newline = memchr(at, '\n', (size_t)(stop - at));
        const char *next = newline ? newline + 1 : stop;
        append(w->out, at, (size_t)(next - at));
        if (newline && next < stop)
            append(w->out, w->indent, w->indent_length);
        at = next;
    }
}

static void render_range(struct writer *w, const struct file *file, size_t begin, size_t end,
                         const struct frame *frame);

static void render_partial(struct writer *w, const struct token *token, const struct frame *frame)
{
    if (!token->partial || w->depth == MUSTACHE_PARTIAL_DEPTH)
        return;
    char *indent = w->indent;
    size_t before = w->indent_length;
    // A partial inside a line is not indented; one that stands alone adds to what surrounds it.
    if (token->text.length)
        w->indent = talloc_asprintf(NULL, "%.*s%.*s", (int)before, before ? indent : "",
                                    (int)token->text.length, token->text.text);
    w->indent_length = token->alone ? before + token->text.length : 0;
    w->depth++;
    render_range(w, token->partial, 0, token->partial->count, frame);
    w->depth--;
    if (token->text.length)
        talloc_free(w->indent);
    w->indent = indent;
    w->indent_length = before;
}

static void render_section(struct writer *w, const struct file *file, size_t index,
                           const struct frame *frame)
{
    const struct token *token = &file->tokens[index];
    const json_t *value = look_up(token, frame);
    if (!is_true(value))
        return;
    if (!json_is_array(value)) {
        struct frame inner = {value, frame};
        render_range(w, file, index + 1, token->end, &inner);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct frame inner = {json_array_get(value, i), frame};
        render_range(w, file, index + 1, token->end, &inner);
    }
}

static void render_range(struct writer *w, const struct file *file, size_t begin, size_t end,
                         const struct frame *frame)
{
    for (size_t i = begin; i < end;) {
        const struct token *token = &file->tokens[i];
        if (token->begins_line && w->indent_length)
            append(w->out, w->indent, w->indent_length);
        switch (token->kind) {
        case TOKEN_TEXT:
            append_text(w, token->text);
            break;
        case TOKEN_ESCAPED:
        case TOKEN_RAW:
            append_value(w->out, look_up(token, frame), token->kind == TOKEN_ESCAPED);
            break;
        case TOKEN_SECTION:
            render_section(w, file, i, frame);
            break;
        case TOKEN_INVERTED:
            if (!is_true(look_up(token, frame)))
                render_range(w, file, i + 1, token->end, frame);
            break;
        case TOKEN_PARTIAL:
            render_partial(w, token, frame);
            break;
        }
        i = token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED ? token->end : i + 1;
    }
}

void mustache_render(const struct mustache *template, const json_t *view, UT_string *out)
{
    struct writer writer = {.out = out};
    struct frame frame = {view, NULL};
    render_range(&writer, template->files, 0, template->files->count, &frame);
}
