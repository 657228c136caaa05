// cmark tells in which lines a block stands. Where there are notes, those are lines of another text
// (footnotes.h), and have to be found again in the source.
#include "render/markdown_blocks.h"

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

struct finder {
    TALLOC_CTX *ctx;
    const struct segments_source *source;
    struct lines in, out; // the source, and what cmark read
    bool *noted;          // by line of the source: is it a note's?
    struct segments_blocks blocks;
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
static size_t source_line(const struct finder *finder, int line)
{
    size_t found = line < 1 ? 0 : footnotes_line(finder->source->footnotes, (unsigned)line);
    return found && found <= finder->in.count && (size_t)line <= finder->out.count ? found - 1
                                                                                   : SIZE_MAX;
}

// cmark passes over a byte order mark.
static size_t mark_length(const struct finder *finder, int line)
{
    const struct lines *out = &finder->out;
    return line == 1 && out->length >= 3 && memcmp(out->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

// ---- blocks ----------------------------------------------------------------------------------

// What stands before a block, as it goes on: markers of quotes stay, those of lists are blanks. A
// quote's marker takes a blank behind it for its own, so one is added where none was.
static char *continued(TALLOC_CTX *ctx, const char *indent, const char *line, size_t from,
                       size_t end)
{
    struct html prefix;
    html_init(&prefix, ctx, SIZE_MAX);
    html_raw(&prefix, indent);
    size_t column = from;
    for (size_t i = from; i < end; i++) {
        size_t width = line[i] == '\t' ? 4 - column % 4 : 1;
        bool quote = line[i] == '>';
        html_raw(&prefix, quote ? ">" : "");
        for (size_t j = quote; j < width; j++)
            html_raw(&prefix, " ");
        if (quote && i + 1 < end && !strchr(" \t>", line[i + 1]))
            html_raw(&prefix, " ");
        column += width;
    }
    return prefix.data;
}

// Find where a block starts, and what its further lines begin with.
static bool find_start(const struct finder *finder, struct segments_block *block, bool in_note)
{
    int line = cmark_node_get_start_line(block->node);
    size_t column = (size_t)cmark_node_get_start_column(block->node) - 1;
    const struct lines *in = &finder->in, *out = &finder->out;
    size_t at = source_line(finder, line);
    if (at == SIZE_MAX)
        return false;
    size_t start = in->starts[at], end = line_end(in, at);
    block->line_end = end;
    block->next_line = at + 1 < in->count ? in->starts[at + 1] : in->length;
    const char *shown = out->text + out->starts[line - 1];
    if (in_note) {
        // A note's line reached cmark as "> " and the end of the source's.
        size_t shown_length = line_end(out, (size_t)line - 1) - out->starts[line - 1];
        if (column < 2 || column > shown_length || shown_length - 2 > end - start)
            return false;
        block->start = end - (shown_length - column);
        block->prefix = continued(finder->ctx, NOTE_INDENT, shown, 2, column);
        return true;
    }
    size_t mark = mark_length(finder, line);
    block->start = start + mark + column;
    block->prefix = continued(finder->ctx, "", shown + mark, 0, column);
    block->at_margin = block->start == start;
    block->after_note = block->at_margin && at && finder->noted[at - 1] &&
                        line_end(in, at - 1) > in->starts[at - 1];
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
static int heading_end(const struct finder *finder, cmark_node *heading)
{
    int start = cmark_node_get_start_line(heading), end = cmark_node_get_end_line(heading);
    if (start == end)
        return end;
    bool exact = (size_t)end == finder->out.count && underlines(&finder->out, (size_t)end - 1) &&
                 next_block(heading) != end;
    return exact ? end - 1 : end - 2;
}

// "# Heading #" without its marks.
static void trim_heading(const struct finder *finder, struct segments_block *block)
{
    const char *text = finder->in.text;
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

static void add_block(struct finder *finder, cmark_node *node, bool in_note)
{
    struct segments_block block = {.node = node};
    bool heading = tree_is(node, CMARK_NODE_HEADING);
    int last = heading ? heading_end(finder, node) : cmark_node_get_end_line(node);
    size_t last_line = source_line(finder, last);
    if (!find_start(finder, &block, in_note) || last_line == SIZE_MAX)
        return;
    block.end = line_end(&finder->in, last_line);
    if (block.end < block.start)
        return;
    if (heading && cmark_node_get_start_line(node) == cmark_node_get_end_line(node)) {
        block.prefix = NULL;
        trim_heading(finder, &block);
    }
    struct segments_blocks *blocks = &finder->blocks;
    if ((blocks->count & (blocks->count - 1)) == 0)
        blocks->all = talloc_realloc(finder->ctx, blocks->all, struct segments_block,
                                     blocks->count ? 2 * blocks->count : 1);
    blocks->all[blocks->count++] = block;
}

static void add_blocks(struct finder *finder, cmark_node *top, bool in_note)
{
    cmark_iter *iter = cmark_iter_new(top);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        bool inlines = tree_is(node, CMARK_NODE_PARAGRAPH) || tree_is(node, CMARK_NODE_HEADING);
        if (event != CMARK_EVENT_ENTER)
            continue;
        if (inlines || (tree_is(node, CMARK_NODE_CODE_BLOCK) && tree_table_caption(node)))
            add_block(finder, node, in_note);
        if (inlines)
            cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
    }
    cmark_iter_free(iter);
}

static int by_start(const void *left, const void *right)
{
    const struct segments_block *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void know_notes(struct finder *finder)
{
    const struct footnotes *footnotes = finder->source->footnotes;
    finder->noted = talloc_zero_array(finder->ctx, bool, finder->in.count + 1);
    for (size_t i = 0; i < footnotes->count; i++)
        for (unsigned j = 0; j < footnotes->notes[i].lines; j++)
            if (footnotes->notes[i].line + j <= finder->in.count)
                finder->noted[footnotes->notes[i].line - 1 + j] = true;
}

struct segments_blocks markdown_blocks(TALLOC_CTX *ctx, const struct segments_source *source)
{
    const struct footnotes *footnotes = source->footnotes;
    struct finder finder = {.ctx = ctx,
                            .source = source,
                            .in = lines_of(ctx, source->text, source->length),
                            .out = lines_of(ctx, footnotes->text, footnotes->length)};
    know_notes(&finder);
    add_blocks(&finder, source->root, false);
    for (size_t i = 0; i < footnotes->count; i++)
        add_blocks(&finder, source->notes[i], true);
    if (finder.blocks.count)
        qsort(finder.blocks.all, finder.blocks.count, sizeof *finder.blocks.all, by_start);
    return finder.blocks;
}
