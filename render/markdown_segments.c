// Only the positions of blocks are taken from cmark, since those of inlines are not reliable in
// 0.30: the lines of a paragraph are replaced whole, and what stood in them is written anew from
// the tree.
#include "render/markdown_segments.h"

#include "render/link.h"
#include "render/markdown_blocks.h"
#include "render/segments_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct maker {
    TALLOC_CTX *ctx;
    const struct segments_source *source;
    json_t *pieces, *units;
    struct html gap; // Markdown that waits to become a piece
    size_t codes;
    bool too_many; // units or codes
};

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

static void write_block(struct maker *maker, const struct segments_block *block)
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

static void write_cells(struct maker *maker, size_t from, size_t end)
{
    const char *text = maker->source->text;
    struct segments_cells cells = {.count = 0};
    if (!segments_cells(maker->ctx, text, from, end, &cells))
        cells.count = 0;
    for (size_t i = 0; i < cells.count; i++) {
        const struct segments_cell *cell = &cells.all[i];
        if (!cell->said[strspn(cell->said, " \t")])
            continue;
        html_bytes(&maker->gap, text + from, cell->start - from);
        put_text_unit(maker, "cell", cell->said);
        from = cell->end;
    }
    html_bytes(&maker->gap, text + from, end - from);
}

// Where the caption stands on the first line of a table; SIZE_MAX: "csv" is not written as such.
static size_t find_caption(const struct maker *maker, const struct segments_block *block)
{
    const char *text = maker->source->text;
    size_t at = block->start, end = block->line_end;
    while (at < end && strchr("`~ \t", text[at]))
        at++;
    if (end - at < 3 || strncasecmp(text + at, "csv", 3) != 0)
        return SIZE_MAX;
    at += 3;
    while (at < end && strchr(" \t", text[at]))
        at++;
    return at;
}

// Cells are units where the table stands at the margin: there its lines are those of the source.
static void write_table(struct maker *maker, const struct segments_block *block)
{
    const char *text = maker->source->text, *code = cmark_node_get_literal(block->node);
    const char *caption = tree_table_caption(block->node);
    size_t from = find_caption(maker, block), body = block->next_line, length = strlen(code);
    if (from == SIZE_MAX) {
        html_bytes(&maker->gap, text + block->start, block->end - block->start);
        return;
    }
    html_bytes(&maker->gap, text + block->start, from - block->start);
    if (*caption)
        put_text_unit(maker, "info", caption);
    if (!block->at_margin || body > block->end || length > block->end - body ||
        memcmp(text + body, code, length) != 0) {
        html_bytes(&maker->gap, text + block->line_end, block->end - block->line_end);
        return;
    }
    html_bytes(&maker->gap, text + block->line_end, body - block->line_end);
    write_cells(maker, body, body + length);
    html_bytes(&maker->gap, text + body + length, block->end - body - length);
}

// ---- the whole -------------------------------------------------------------------------------

static void write_inlines(struct maker *maker, const struct segments_block *block)
{
    const char *text = maker->source->text;
    size_t length = block->end - block->start;
    // A line at the margin goes on with the note before it; that it did not is due to how it began,
    // and may begin otherwise now. One space ends the note, too.
    if (block->after_note)
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
    struct segments_blocks blocks = markdown_blocks(maker->ctx, source);
    size_t at = 0;
    for (size_t i = 0; i < blocks.count && !maker->too_many; i++) {
        const struct segments_block *block = &blocks.all[i];
        if (block->start < at)
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
    html_init(&maker.gap, maker.ctx, SIZE_MAX);
    write_all(&maker);
    char *segments = maker.too_many ? NULL : dump(&maker, ctx);
    json_decref(maker.pieces);
    json_decref(maker.units);
    talloc_free(maker.ctx);
    return segments;
}
