// Only the positions of blocks are taken from cmark, since those of inlines are not reliable in
// 0.30: the lines of a paragraph are replaced whole, and what stood in them is written anew from
// the tree.
#include "render/markdown_segments.h"

#include "content/csv.h"
#include "render/link.h"
#include "render/segments_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_INDENT "    "

struct lines {
    const char *text;
    size_t length;
    size_t *starts;
    size_t count;
};

struct block {
    cmark_node *node;
    size_t start, end;  // of its inline content in the source
    size_t line;        // where it starts, from 0
    const char *prefix; // of a heading behind "#": NULL
    bool in_note;
};

struct maker {
    TALLOC_CTX *ctx;
    const struct segments_source *source;
    struct lines in, out; // the source, and what cmark read: they differ where there are notes
    bool *noted;          // by line of the source: is it a note's?
    struct block *blocks;
    size_t block_count;

    json_t *pieces, *units;
    struct html gap; // Markdown that waits to become a piece
    size_t codes;
    bool too_many; // units or codes
};

// ---- lines -----------------------------------------------------------------------------------

static struct lines lines_of(TALLOC_CTX *ctx, const char *text, size_t length)
{
    struct lines lines = {.text = text, .length = length};
    for (size_t at = 0; at < length;) {
        if ((lines.count & (lines.count - 1)) == 0)
            lines.starts =
                talloc_realloc(ctx, lines.starts, size_t, lines.count ? 2 * lines.count : 1);
        lines.starts[lines.count++] = at;
        while (at < length && text[at] != '\n' && text[at] != '\r')
            at++;
        if (at < length)
            at += text[at] == '\r' && at + 1 < length && text[at + 1] == '\n' ? 2 : 1;
    }
    return lines;
}

// Where a line ends, without the line break.
static size_t line_end(const struct lines *lines, size_t line)
{
    size_t end = line + 1 < lines->count ? lines->starts[line + 1] : lines->length;
    while (end > lines->starts[line] &&
           (lines->text[end - 1] == '\n' || lines->text[end - 1] == '\r'))
        end--;
    return end;
}

// The line of the source, from 0, that a line of cmark's (from 1) stands for; SIZE_MAX: none.
static size_t source_line(const struct maker *maker, int line)
{
    size_t found = line < 1 ? 0 : footnotes_line(maker->source->footnotes, (unsigned)line);
    return found && found <= maker->in.count && (size_t)line <= maker->out.count ? found - 1
                                                                                 : SIZE_MAX;
}

// cmark passes over a byte order mark.
static size_t mark_length(const struct maker *maker, int line)
{
    const struct lines *out = &maker->out;
    return line == 1 && out->length >= 3 && memcmp(out->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

// ---- blocks ----------------------------------------------------------------------------------

// What stands before a block, as it goes on: markers of quotes stay, those of lists are blanks.
static char *continued(TALLOC_CTX *ctx, const char *indent, const char *text, size_t length)
{
    size_t before = strlen(indent);
    char *prefix = talloc_size(ctx, before + length + 1);
    memcpy(prefix, indent, before + 1);
    for (size_t i = 0; i < length; i++)
        prefix[before + i] = text[i] == '>' || text[i] == '\t' ? text[i] : ' ';
    prefix[before + length] = '\0';
    return prefix;
}

// Find where a block starts, and what its further lines begin with.
static bool find_start(const struct maker *maker, struct block *block)
{
    int line = cmark_node_get_start_line(block->node);
    size_t column = (size_t)cmark_node_get_start_column(block->node) - 1;
    const struct lines *in = &maker->in, *out = &maker->out;
    block->line = source_line(maker, line);
    if (block->line == SIZE_MAX)
        return false;
    size_t start = in->starts[block->line], end = line_end(in, block->line);
    const char *shown = out->text + out->starts[line - 1];
    if (block->in_note) {
        // A note's line reached cmark as "> " and the end of the source's.
        size_t shown_length = line_end(out, (size_t)line - 1) - out->starts[line - 1];
        if (column < 2 || column > shown_length || shown_length - 2 > end - start)
            return false;
        block->start = end - (shown_length - column);
        block->prefix = continued(maker->ctx, NOTE_INDENT, shown + 2, column - 2);
        return true;
    }
    size_t mark = mark_length(maker, line);
    block->start = start + mark + column;
    block->prefix = continued(maker->ctx, "", shown + mark, column);
    return block->start <= end;
}

static bool underlines(const struct lines *lines, size_t line)
{
    size_t at = lines->starts[line], end = line_end(lines, line);
    while (at < end && strchr(" \t>", lines->text[at]))
        at++;
    char c = at < end ? lines->text[at] : '\0';
    while (at < end && lines->text[at] == c)
        at++;
    while (at < end && strchr(" \t", lines->text[at]))
        at++;
    return (c == '=' || c == '-') && at == end;
}

// The line (from 1) on which the next block begins, 0 if there is none.
static int next_block(cmark_node *node)
{
    while (node && !cmark_node_next(node))
        node = cmark_node_parent(node);
    return node ? cmark_node_get_start_line(cmark_node_next(node)) : 0;
}

// The last line (from 1) of what a heading says. cmark ends an underlined heading one line late,
// unless the text ends there.
static int heading_end(const struct maker *maker, cmark_node *heading)
{
    int start = cmark_node_get_start_line(heading), end = cmark_node_get_end_line(heading);
    if (start == end)
        return end;
    bool exact = (size_t)end == maker->out.count && underlines(&maker->out, (size_t)end - 1) &&
                 next_block(heading) != end;
    return exact ? end - 1 : end - 2;
}

// "# Heading #" without its marks.
static void trim_heading(const struct maker *maker, struct block *block)
{
    const char *text = maker->in.text;
    while (block->start < block->end && text[block->start] == '#')
        block->start++;
    while (block->start < block->end && strchr(" \t", text[block->start]))
        block->start++;
    size_t end = block->end;
    while (end > block->start && text[end - 1] == '#')
        end--;
    if (end == block->start || strchr(" \t", text[end - 1]))
        block->end = end;
    while (block->end > block->start && strchr(" \t", text[block->end - 1]))
        block->end--;
}

static void add_block(struct maker *maker, cmark_node *node, bool in_note)
{
    struct block block = {.node = node, .in_note = in_note};
    bool heading = tree_is(node, CMARK_NODE_HEADING);
    int last = heading ? heading_end(maker, node) : cmark_node_get_end_line(node);
    size_t last_line = source_line(maker, last);
    if (!find_start(maker, &block) || last_line == SIZE_MAX || last_line < block.line)
        return;
    block.end = line_end(&maker->in, last_line);
    if (heading && cmark_node_get_start_line(node) == cmark_node_get_end_line(node)) {
        block.prefix = NULL;
        trim_heading(maker, &block);
    }
    if ((maker->block_count & (maker->block_count - 1)) == 0)
        maker->blocks = talloc_realloc(maker->ctx, maker->blocks, struct block,
                                       maker->block_count ? 2 * maker->block_count : 1);
    maker->blocks[maker->block_count++] = block;
}

static void add_blocks(struct maker *maker, cmark_node *top, bool in_note)
{
    cmark_iter *iter = cmark_iter_new(top);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        bool inlines = tree_is(node, CMARK_NODE_PARAGRAPH) || tree_is(node, CMARK_NODE_HEADING);
        if (event != CMARK_EVENT_ENTER)
            continue;
        if (inlines || (tree_is(node, CMARK_NODE_CODE_BLOCK) && tree_table_caption(node)))
            add_block(maker, node, in_note);
        if (inlines)
            cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
    }
    cmark_iter_free(iter);
}

static int by_start(const void *left, const void *right)
{
    const struct block *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

// ---- units -----------------------------------------------------------------------------------

static void end_piece(struct maker *maker)
{
    if (maker->gap.length)
        json_array_append_new(maker->pieces, json_stringn(maker->gap.data, maker->gap.length));
    maker->gap.length = 0;
}

// Keep a place for a unit; its number, or -1 when there are too many.
static json_int_t reserve(struct maker *maker)
{
    size_t number = json_array_size(maker->units);
    if (number == SEGMENTS_UNITS_MAX) {
        maker->too_many = true;
        return -1;
    }
    json_array_append_new(maker->units, json_null());
    return (json_int_t)number;
}

// Takes tokens.
static void set_unit(struct maker *maker, json_int_t number, const char *place, const char *prefix,
                     json_t *tokens)
{
    char *text = segments_text(maker->ctx, tokens);
    json_t *unit = json_pack("{s:s, s:s, s:o}", "text", text, "place", place, "tokens", tokens);
    if (prefix && *prefix)
        json_object_set_new(unit, "prefix", json_string(prefix));
    if (number >= 0)
        json_array_set_new(maker->units, (size_t)number, unit);
    else
        json_decref(unit);
    talloc_free(text);
}

// Text as readers see it: what HTML cannot hold is U+FFFD there. Hangs on ctx.
static char *shown_text(struct maker *maker, const char *text)
{
    struct html out;
    html_init(&out, maker->ctx, SIZE_MAX);
    for (; *text; text++) {
        bool control = ((unsigned char)*text < ' ' && !strchr("\t\n", *text)) || *text == 0x7f;
        html_bytes(&out, control ? "\xef\xbf\xbd" : text, control ? 3 : 1);
    }
    return out.data;
}

// A unit that is one text; its number, -1 for an empty one.
static json_int_t add_text_unit(struct maker *maker, const char *place, const char *text)
{
    if (!text[strspn(text, " \t\n")])
        return -1;
    json_int_t number = reserve(maker);
    set_unit(maker, number, place, NULL, json_pack("[s]", shown_text(maker, text)));
    return number;
}

static void put_text_unit(struct maker *maker, const char *place, const char *text)
{
    json_int_t number = add_text_unit(maker, place, text);
    if (number < 0)
        return;
    end_piece(maker);
    json_array_append_new(maker->pieces, json_integer(number));
}

// ---- inline content --------------------------------------------------------------------------

struct inlines {
    struct maker *maker;
    json_t *tokens;
    struct html text; // that waits to become a token
    json_int_t codes; // so far
    json_int_t *open; // their numbers; 0: one that is left out
    size_t open_count;
    unsigned emphases, strongs;
};

static void end_text(struct inlines *inlines)
{
    if (inlines->text.length)
        json_array_append_new(inlines->tokens,
                              json_stringn(inlines->text.data, inlines->text.length));
    inlines->text.length = 0;
}

// Takes token.
static void add_token(struct inlines *inlines, json_t *token)
{
    end_text(inlines);
    json_array_append_new(inlines->tokens, token);
}

static json_int_t next_code(struct inlines *inlines)
{
    inlines->maker->too_many |= ++inlines->maker->codes > SEGMENTS_CODES_MAX;
    return ++inlines->codes;
}

static json_t *alone(struct inlines *inlines, const char *kind)
{
    return json_pack("{s:I, s:s}", "alone", next_code(inlines), "kind", kind);
}

static void add_shown(struct inlines *inlines, const char *text)
{
    char *shown = shown_text(inlines->maker, text);
    html_raw(&inlines->text, shown);
    talloc_free(shown);
}

static void add_code(struct inlines *inlines, cmark_node *node)
{
    json_t *token = alone(inlines, "code");
    char *text = shown_text(inlines->maker, cmark_node_get_literal(node));
    json_object_set_new(token, "text", json_string(text));
    add_token(inlines, token);
    talloc_free(text);
}

static void add_image(struct inlines *inlines, cmark_node *node)
{
    struct maker *maker = inlines->maker;
    json_t *token = alone(inlines, "image");
    char *alt = tree_trimmed_text(maker->ctx, maker->source->footnotes, node);
    json_int_t number = add_text_unit(maker, "alt", alt);
    json_object_set_new(token, "url", json_string(cmark_node_get_url(node)));
    if (number >= 0)
        json_object_set_new(token, "alt", json_integer(number));
    number = add_text_unit(maker, "title", cmark_node_get_title(node));
    if (number >= 0)
        json_object_set_new(token, "title", json_integer(number));
    add_token(inlines, token);
}

static void open_code(struct inlines *inlines, json_t *token)
{
    struct maker *maker = inlines->maker;
    size_t size = talloc_array_length(inlines->open);
    if (inlines->open_count == size)
        inlines->open = talloc_realloc(maker->ctx, inlines->open, json_int_t, size ? 2 * size : 8);
    inlines->open[inlines->open_count++] = token ? next_code(inlines) : 0;
    if (!token)
        return;
    json_object_set_new(token, "open", json_integer(inlines->codes));
    add_token(inlines, token);
}

static void close_code(struct inlines *inlines)
{
    json_int_t number = inlines->open[--inlines->open_count];
    if (number)
        add_token(inlines, json_pack("{s:I}", "close", number));
}

static void open_emphasis(struct inlines *inlines, const char *kind)
{
    bool strong = *kind == 's';
    unsigned emphases = inlines->emphases + !strong, strongs = inlines->strongs + strong;
    bool kept = segments_may_nest(emphases, strongs);
    open_code(inlines, kept ? json_pack("{s:s}", "kind", kind) : NULL);
    if (kept) {
        inlines->emphases = emphases;
        inlines->strongs = strongs;
    }
}

static void close_emphasis(struct inlines *inlines, unsigned *depth)
{
    *depth -= inlines->open[inlines->open_count - 1] != 0;
    close_code(inlines);
}

// <https://sen.example> and the like: the text, if it can be written so.
static const char *address_of(cmark_node *link)
{
    static const char signs[] = "-._~:/?#@!$*+,;=%'()";
    cmark_node *child = cmark_node_first_child(link);
    const char *url = cmark_node_get_url(link), *text;
    if (!child || cmark_node_next(child) || !tree_is(child, CMARK_NODE_TEXT) ||
        *cmark_node_get_title(link))
        return NULL;
    text = cmark_node_get_literal(child);
    bool mail = strncmp(url, "mailto:", 7) == 0 && strcmp(url + 7, text) == 0;
    bool web = strcmp(url, text) == 0 &&
               (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
    for (const char *p = text; *p; p++)
        if (!((*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z') ||
              strchr(mail ? "-._@" : signs, *p)))
            return NULL;
    const char *at = strchr(text, '@');
    if (mail && (!at || at == text || strchr(at + 1, '@') || !at[1] || strpbrk(at, "_") ||
                 strchr("-.", at[1]) || strstr(at, "..") || strstr(at, "-.") || strstr(at, ".-") ||
                 strchr("-.", text[strlen(text) - 1]) || strlen(at) > 60))
        return NULL;
    return mail || web ? text : NULL;
}

// Returns true when what stands in the link is done with.
static bool enter_link(struct inlines *inlines, cmark_node *node)
{
    const struct footnotes *footnotes = inlines->maker->source->footnotes;
    size_t note = tree_note(footnotes, node);
    const char *url = cmark_node_get_url(node), *rest, *address;
    json_t *token;
    if (note != SIZE_MAX) {
        token = alone(inlines, "note");
        json_object_set_new(token, "note", json_string(footnotes->notes[note].id));
        add_token(inlines, token);
        return true;
    }
    enum link_kind kind = link_classify(url, NULL, &rest);
    if (kind == LINK_REFUSED || kind == LINK_NOTE) {
        open_code(inlines, NULL);
        return false;
    }
    if ((address = address_of(node))) {
        token = alone(inlines, "address");
        json_object_set_new(token, "url", json_string(url));
        json_object_set_new(token, "text", json_string(address));
        add_token(inlines, token);
        return true;
    }
    token = json_pack("{s:s, s:s}", "kind", "link", "url", url);
    if (*cmark_node_get_title(node))
        json_object_set_new(token, "title", json_string(cmark_node_get_title(node)));
    open_code(inlines, token);
    return false;
}

// Returns true when what stands below the node is done with.
static bool enter(struct inlines *inlines, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        add_shown(inlines, cmark_node_get_literal(node));
        break;
    case CMARK_NODE_SOFTBREAK:
        html_raw(&inlines->text, "\n");
        break;
    case CMARK_NODE_LINEBREAK:
        add_token(inlines, alone(inlines, "break"));
        break;
    case CMARK_NODE_CODE:
        add_code(inlines, node);
        break;
    case CMARK_NODE_EMPH:
        open_emphasis(inlines, "emphasis");
        break;
    case CMARK_NODE_STRONG:
        open_emphasis(inlines, "strong");
        break;
    case CMARK_NODE_LINK:
        return enter_link(inlines, node);
    case CMARK_NODE_IMAGE:
        add_image(inlines, node);
        return true;
    default: // raw HTML
        break;
    }
    return false;
}

static void leave(struct inlines *inlines, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_EMPH:
        close_emphasis(inlines, &inlines->emphases);
        break;
    case CMARK_NODE_STRONG:
        close_emphasis(inlines, &inlines->strongs);
        break;
    case CMARK_NODE_LINK:
        close_code(inlines);
        break;
    default:
        break;
    }
}

static json_t *tokens_of(struct maker *maker, cmark_node *block)
{
    struct inlines inlines = {.maker = maker, .tokens = json_array()};
    html_init(&inlines.text, maker->ctx, SIZE_MAX);
    cmark_iter *iter = cmark_iter_new(block);
    cmark_event_type event;
    while (!maker->too_many && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (node == block)
            continue;
        if (event == CMARK_EVENT_EXIT) {
            leave(&inlines, node);
        } else if (enter(&inlines, node)) {
            // The iterator goes on behind the node, without its exit.
            cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
        }
    }
    cmark_iter_free(iter);
    end_text(&inlines);
    talloc_free(inlines.text.data);
    talloc_free(inlines.open);
    return inlines.tokens;
}

// ---- what becomes of a block -----------------------------------------------------------------

static void write_block(struct maker *maker, const struct block *block)
{
    const char *place = block->prefix ? "block" : "heading";
    json_int_t number = reserve(maker);
    set_unit(maker, number, place, block->prefix, tokens_of(maker, block->node));
    end_piece(maker);
    json_array_append_new(maker->pieces, json_integer(number));
}

static void write_picture(struct maker *maker, cmark_node *node)
{
    const char *title = cmark_node_get_title(node);
    html_raw(&maker->gap, "![");
    put_text_unit(maker, "alt", tree_trimmed_text(maker->ctx, maker->source->footnotes, node));
    html_raw(&maker->gap, "](");
    segments_write_url(&maker->gap, cmark_node_get_url(node));
    if (title[strspn(title, " \t\n")]) {
        html_raw(&maker->gap, " \"");
        put_text_unit(maker, "title", title);
        html_raw(&maker->gap, "\"");
    }
    html_raw(&maker->gap, ")");
}

// A block that shows pictures only; false: not even those.
static bool write_pictures(struct maker *maker, cmark_node *block)
{
    bool any = false;
    cmark_iter *iter = cmark_iter_new(block);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (event != CMARK_EVENT_ENTER || !tree_is(node, CMARK_NODE_IMAGE))
            continue;
        html_raw(&maker->gap, any ? " " : "");
        write_picture(maker, node);
        cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
        any = true;
    }
    cmark_iter_free(iter);
    return any;
}

// ---- tables ----------------------------------------------------------------------------------

struct cell {
    size_t start, end; // in the source, with its quotes
};

struct cells {
    struct cell *all;
    size_t count;
};

static bool is_row_end(char c)
{
    return c == '\n' || c == '\r';
}

// Find the next cell and its end; false: it goes on over a line break.
static bool scan_cell(const char *text, size_t end, size_t *at, struct cell *ret)
{
    while (*at < end && strchr(" \t", text[*at]))
        ++*at;
    ret->start = *at;
    bool quoted = *at < end && text[*at] == '"';
    bool inside = quoted;
    for (*at += quoted; *at < end && (inside || !(text[*at] == ',' || is_row_end(text[*at])));
         ++*at) {
        inside ^= quoted && text[*at] == '"';
        if (inside && is_row_end(text[*at]))
            return false;
    }
    ret->end = *at;
    while (ret->end > ret->start && strchr(" \t", text[ret->end - 1]))
        ret->end--;
    return true;
}

// Does the cell say this, once its quotes are gone?
static bool says(const char *text, const struct cell *cell, const char *said)
{
    size_t at = cell->start, end = cell->end;
    bool quoted = at < end && text[at] == '"';
    if (quoted && (end - at < 2 || text[--end] != '"'))
        return false;
    for (at += quoted; at < end && *said == text[at]; at++, said++)
        at += quoted && text[at] == '"';
    return at == end && !*said;
}

// Where the cells of a table stand; false: not as simply as this file can tell.
static bool find_cells(TALLOC_CTX *ctx, const char *text, size_t at, size_t end,
                       const struct csv_table *table, struct cells *ret)
{
    size_t total = 0;
    for (size_t i = 0; i < table->count; i++)
        total += table->rows[i].count;
    *ret = (struct cells){.all = talloc_array(ctx, struct cell, total)};
    for (size_t i = 0; i < table->count; i++) {
        for (size_t p = at; p < end && strchr(" \t\r\n", text[p]); p++)
            at = is_row_end(text[p]) ? p + 1 : at;
        for (size_t j = 0; j < table->rows[i].count; j++) {
            struct cell *cell = &ret->all[ret->count++];
            if (!scan_cell(text, end, &at, cell) || !says(text, cell, table->rows[i].cells[j]))
                return false;
            bool last = j + 1 == table->rows[i].count;
            if (last ? at < end && !is_row_end(text[at]) : at == end || text[at] != ',')
                return false;
            at += !last;
        }
    }
    return true;
}

// The cells of a table that stands at the margin, each as the reader of CSV understands it.
static void write_cells(struct maker *maker, size_t from, size_t end)
{
    const char *text = maker->source->text;
    struct fault fault;
    struct csv_table *table;
    struct cells cells;
    size_t next = 0;
    if (csv_read(maker->ctx, text + from, end - from, &table, &fault) == SEN_OK &&
        find_cells(maker->ctx, text, from, end, table, &cells)) {
        for (size_t i = 0; i < table->count; i++)
            for (size_t j = 0; j < table->rows[i].count; j++, next++) {
                const char *said = table->rows[i].cells[j];
                if (!said[strspn(said, " \t")])
                    continue;
                html_bytes(&maker->gap, text + from, cells.all[next].start - from);
                put_text_unit(maker, "cell", said);
                from = cells.all[next].end;
            }
    }
    html_bytes(&maker->gap, text + from, end - from);
}

static void write_table(struct maker *maker, const struct block *block)
{
    const char *text = maker->source->text, *code = cmark_node_get_literal(block->node);
    const char *caption = tree_table_caption(block->node);
    size_t from = block->start, end = line_end(&maker->in, block->line);
    while (from < end && strchr("`~ \t", text[from]))
        from++;
    from += strlen("csv");
    while (from < end && strchr(" \t", text[from]))
        from++;
    html_bytes(&maker->gap, text + block->start, from - block->start);
    if (*caption)
        put_text_unit(maker, "info", caption);
    bool at_margin = block->start == maker->in.starts[block->line] && !block->in_note &&
                     block->line + 1 < maker->in.count;
    size_t body = at_margin ? maker->in.starts[block->line + 1] : 0, length = strlen(code);
    if (!at_margin || length > block->end - body || memcmp(text + body, code, length) != 0) {
        html_bytes(&maker->gap, text + end, block->end - end);
        return;
    }
    html_bytes(&maker->gap, text + end, body - end);
    write_cells(maker, body, body + length);
    html_bytes(&maker->gap, text + body + length, block->end - body - length);
}

// ---- the whole -------------------------------------------------------------------------------

// A line at the margin goes on with the note before it; that it did not is due to how it began, and
// may begin otherwise now. One space ends the note, too.
static bool follows_note(const struct maker *maker, const struct block *block)
{
    size_t line = block->line;
    return !block->in_note && line && block->start == maker->in.starts[line] &&
           maker->noted[line - 1] && line_end(&maker->in, line - 1) > maker->in.starts[line - 1];
}

static void write_inlines(struct maker *maker, const struct block *block)
{
    const char *text = maker->source->text;
    size_t length = block->end - block->start;
    if (follows_note(maker, block))
        html_raw(&maker->gap, " ");
    if (tree_shows_text(block->node)) {
        write_block(maker, block);
    } else if (!write_pictures(maker, block->node)) {
        // Nothing to be seen; and without the definition of a link it must stay so.
        bool link = length && memchr(text + block->start, '[', length);
        if (link)
            html_raw(&maker->gap, SEGMENTS_SEPARATOR);
        else
            html_bytes(&maker->gap, text + block->start, length);
    }
}

static void write_all(struct maker *maker)
{
    const struct segments_source *source = maker->source;
    size_t at = 0;
    if (maker->block_count)
        qsort(maker->blocks, maker->block_count, sizeof *maker->blocks, by_start);
    for (size_t i = 0; i < maker->block_count && !maker->too_many; i++) {
        const struct block *block = &maker->blocks[i];
        if (block->start < at || block->end < block->start)
            continue;
        html_bytes(&maker->gap, source->text + at, block->start - at);
        if (tree_is(block->node, CMARK_NODE_CODE_BLOCK))
            write_table(maker, block);
        else
            write_inlines(maker, block);
        at = block->end;
    }
    html_bytes(&maker->gap, source->text + at, source->length - at);
    end_piece(maker);
}

static void know_notes(struct maker *maker)
{
    const struct footnotes *footnotes = maker->source->footnotes;
    maker->noted = talloc_zero_array(maker->ctx, bool, maker->in.count + 1);
    for (size_t i = 0; i < footnotes->count; i++)
        for (unsigned j = 0; j < footnotes->notes[i].lines; j++)
            if (footnotes->notes[i].line + j <= maker->in.count)
                maker->noted[footnotes->notes[i].line - 1 + j] = true;
}

static char *dump(struct maker *maker, TALLOC_CTX *ctx)
{
    json_t *all = json_pack("{s:O, s:O}", "pieces", maker->pieces, "units", maker->units);
    char *text = json_dumps(all, JSON_COMPACT), *owned = NULL;
    if (text && strlen(text) <= SEGMENTS_BYTES_MAX)
        owned = talloc_strdup(ctx, text);
    free(text);
    json_decref(all);
    return owned;
}

// UTF-8 without control characters, as every text is that has been let in.
static bool is_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] < ' ' && !(text[i] && strchr("\t\n\r", text[i]))) ||
            text[i] == 0x7f)
            return false;
    json_t *string = json_stringn(text, length);
    json_decref(string);
    return string;
}

char *markdown_segments(TALLOC_CTX *ctx, const struct segments_source *source)
{
    if (source->length && !is_text(source->text, source->length))
        return NULL;
    struct maker maker = {
        .ctx = talloc_new(NULL), .source = source, .pieces = json_array(), .units = json_array()};
    maker.in = lines_of(maker.ctx, source->text, source->length);
    maker.out = lines_of(maker.ctx, source->footnotes->text, source->footnotes->length);
    html_init(&maker.gap, maker.ctx, SIZE_MAX);
    know_notes(&maker);
    add_blocks(&maker, source->root, false);
    for (size_t i = 0; i < source->footnotes->count; i++)
        add_blocks(&maker, source->notes[i], true);
    write_all(&maker);
    char *segments = maker.too_many ? NULL : dump(&maker, ctx);
    json_decref(maker.pieces);
    json_decref(maker.units);
    talloc_free(maker.ctx);
    return segments;
}
