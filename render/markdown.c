// cmark parses, this file writes: one walk over the tree, without recursion, in which every node
// that we know has its HTML and every other has none.
#include "render/markdown.h"

#include "content/fault.h"
#include "locales/message.h"
#include "locales/segment.h"
#include "render/figure.h"
#include "render/footnotes.h"
#include "render/heading_ids.h"
#include "render/html.h"
#include "render/link.h"
#include "render/markdown_segments.h"
#include "render/markdown_tree.h"
#include "render/table.h"

#include <cmark.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// uthash's default falls through switch labels, which clang's warnings refuse.
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

struct note {
    cmark_node *quote;
    unsigned number; // by first reference, from 1; 0: not referred to
    unsigned references;
};

struct medium {
    UT_hash_handle hh;
    const struct markdown_media *media;
};

struct render {
    TALLOC_CTX *ctx; // ends with the call
    const struct markdown_options *options;
    struct html out;
    struct html plain;   // the text without markup, to count its words
    struct html figures; // that wait for the end of their block
    json_t *toc;
    char *segments;
    struct heading_ids *ids;
    struct medium *media;
    struct footnotes footnotes;
    struct note *notes;
    size_t *order; // of the notes: by number
    size_t order_count;
    struct fault *fault;
    int outcome;

    cmark_node *root;
    bool in_note;
    bool silent; // in a block that holds nothing but pictures
    enum { OPEN_NONE, OPEN_PLAIN, OPEN_EXTERNAL } link;
    unsigned line; // of the block, in the parsed text
    unsigned depth, links, headings;
    int shift;      // 1 when a heading of the text is of level 1
    int last_level; // as written
};

static void refuse(struct render *r, int outcome, const char *key, const char *detail)
{
    if (r->outcome)
        return;
    fault_set(r->fault, key, "body", detail);
    r->fault->line = footnotes_line(&r->footnotes, r->line);
    r->outcome = outcome;
}

static void refuse_limit(struct render *r, const char *key, unsigned limit)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%u", limit);
    refuse(r, SEN_TOO_COMPLEX, key, digits);
}

// ---- pictures ------------------------------------------------------------------------------

static const struct markdown_media *find_media(struct render *r, const char *id)
{
    struct medium *medium;
    HASH_FIND_STR(r->media, id, medium);
    if (medium)
        return medium->media;
    refuse(r, SEN_INVALID, "markdown.media_unknown", id);
    return NULL;
}

static void write_figure(struct render *r, cmark_node *node)
{
    const char *url = cmark_node_get_url(node), *id;
    if (link_classify(url, r->options->origin, &id) != LINK_MEDIA) {
        refuse(r, SEN_INVALID, "markdown.image_external", url);
        return;
    }
    const struct markdown_media *media = find_media(r, id);
    if (!media)
        return;
    const char *alt = tree_trimmed_text(r->ctx, &r->footnotes, node),
               *caption = cmark_node_get_title(node);
    struct html *out = r->silent ? &r->out : &r->figures;
    figure_write(out, media, alt, caption);
    html_raw(&r->plain, caption);
    html_raw(&r->plain, "\n");
}

static void flush_figures(struct render *r)
{
    html_bytes(&r->out, r->figures.data, r->figures.length);
    r->figures.length = 0;
}

// ---- links and references ------------------------------------------------------------------

static void write_reference(struct render *r, size_t index)
{
    struct note *note = &r->notes[index];
    if (!note->number) {
        r->order[r->order_count++] = index;
        note->number = (unsigned)r->order_count;
    }
    note->references++;
    char *label =
        message_format(r->ctx, r->options->locale, "text.footnote",
                       &(struct message_arg){.name = "number", .number = note->number}, 1);
    html_raw(&r->out, "<sup class=\"footnote-ref\"><a href=\"#fn_");
    html_number(&r->out, note->number);
    html_raw(&r->out, "\" id=\"fnref_");
    html_number(&r->out, note->number);
    if (note->references > 1) {
        html_raw(&r->out, "_");
        html_number(&r->out, note->references);
    }
    html_raw(&r->out, "\" role=\"doc-noteref\" aria-label=\"");
    html_text(&r->out, label);
    html_raw(&r->out, "\">");
    html_number(&r->out, note->number);
    html_raw(&r->out, "</a></sup>");
    talloc_free(label);
}

static void open_link(struct render *r, const char *url, const char *title, enum link_kind kind)
{
    html_raw(&r->out, "<a href=\"");
    html_url(&r->out, url);
    if (*title) {
        html_raw(&r->out, "\" title=\"");
        html_text(&r->out, title);
    }
    html_raw(&r->out, kind == LINK_EXTERNAL
                          ? "\" rel=\"nofollow noopener external\" class=\"external\">"
                          : "\">");
    r->link = kind == LINK_EXTERNAL ? OPEN_EXTERNAL : OPEN_PLAIN;
}

// Returns true when what stands in the link is done with.
static bool enter_link(struct render *r, cmark_node *node)
{
    if (++r->links > MARKDOWN_LINKS) {
        refuse_limit(r, "markdown.too_many_links", MARKDOWN_LINKS);
        return true;
    }
    size_t note = tree_note(&r->footnotes, node);
    if (note != SIZE_MAX) {
        write_reference(r, note);
        return true;
    }
    const char *url = cmark_node_get_url(node), *rest;
    enum link_kind kind = link_classify(url, r->options->origin, &rest);
    const struct markdown_media *media = kind == LINK_MEDIA ? find_media(r, rest) : NULL;
    if (kind == LINK_REFUSED || kind == LINK_NOTE || (kind == LINK_MEDIA && !media) ||
        !tree_shows_text(node))
        return false;
    open_link(r, media ? media->src : url, cmark_node_get_title(node), kind);
    return false;
}

static void leave_link(struct render *r)
{
    if (r->link == OPEN_NONE)
        return;
    if (r->link == OPEN_EXTERNAL) {
        html_raw(&r->out, "<span class=\"visually-hidden\"> ");
        html_text(&r->out, message_text(r->options->locale, "text.external"));
        html_raw(&r->out, "</span>");
    }
    html_raw(&r->out, "</a>");
    r->link = OPEN_NONE;
}

// ---- headings ------------------------------------------------------------------------------

static int heading_level(struct render *r, cmark_node *node)
{
    int level = cmark_node_get_heading_level(node) + r->shift;
    if (level > r->last_level + 1)
        level = r->last_level + 1;
    if (level > 6)
        level = 6;
    return level < 2 ? 2 : level;
}

static void write_tag(struct html *out, const char *open, int level)
{
    html_raw(out, open);
    html_number(out, (unsigned long)level);
}

static void enter_heading(struct render *r, cmark_node *node)
{
    if (r->in_note) {
        html_raw(&r->out, "<p><strong>");
        return;
    }
    if (++r->headings > MARKDOWN_HEADINGS) {
        refuse_limit(r, "markdown.too_many_headings", MARKDOWN_HEADINGS);
        return;
    }
    int level = r->last_level = heading_level(r, node);
    const char *text = tree_trimmed_text(r->ctx, &r->footnotes, node),
               *id = heading_ids_next(r->ids, text);
    write_tag(&r->out, "<h", level);
    html_raw(&r->out, " id=\"");
    html_text(&r->out, id);
    html_raw(&r->out, "\">");
    if (cmark_node_parent(node) == r->root)
        json_array_append_new(r->toc,
                              json_pack("{s:i, s:s, s:s}", "level", level, "id", id, "text", text));
}

static void leave_heading(struct render *r)
{
    if (r->in_note) {
        html_raw(&r->out, "</strong></p>\n");
        return;
    }
    write_tag(&r->out, "</h", r->last_level);
    html_raw(&r->out, ">\n");
}

// ---- other blocks --------------------------------------------------------------------------

static void write_language(struct html *out, const char *info, size_t length)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#-_";
    if (!length || length > 32 || strspn(info, allowed) < length)
        return;
    html_raw(out, " class=\"language-");
    html_bytes(out, info, length);
    html_raw(out, "\"");
}

static void write_code_block(struct render *r, cmark_node *node)
{
    const char *info = cmark_node_get_fence_info(node), *code = cmark_node_get_literal(node);
    const char *caption = tree_table_caption(node);
    if (caption) {
        struct fault fault = {.key = NULL};
        int outcome = table_write(&r->out, &r->plain, caption, code, strlen(code), &fault);
        r->line += fault.line;
        if (outcome)
            refuse(r, outcome, fault.key, fault.detail);
        return;
    }
    html_raw(&r->out, "<pre tabindex=\"0\"><code");
    write_language(&r->out, info, strcspn(info, " \t"));
    html_raw(&r->out, ">");
    html_text(&r->out, code);
    html_raw(&r->out, "</code></pre>\n");
    html_raw(&r->plain, code);
}

static bool in_tight_list(cmark_node *paragraph)
{
    cmark_node *item = cmark_node_parent(paragraph);
    return item && tree_is(item, CMARK_NODE_ITEM) &&
           cmark_node_get_list_tight(cmark_node_parent(item));
}

static void enter_list(struct render *r, cmark_node *node)
{
    int start = cmark_node_get_list_start(node);
    if (cmark_node_get_list_type(node) == CMARK_BULLET_LIST) {
        html_raw(&r->out, "<ul>\n");
    } else if (start == 1) {
        html_raw(&r->out, "<ol>\n");
    } else {
        html_raw(&r->out, "<ol start=\"");
        html_number(&r->out, (unsigned long)start);
        html_raw(&r->out, "\">\n");
    }
}

static void enter_paragraph(struct render *r, cmark_node *node)
{
    r->silent = !tree_shows_text(node);
    if (!r->silent && !in_tight_list(node))
        html_raw(&r->out, "<p>");
}

static void leave_paragraph(struct render *r, cmark_node *node)
{
    if (!r->silent && !in_tight_list(node))
        html_raw(&r->out, "</p>\n");
    else if (!r->silent && cmark_node_next(node))
        html_raw(&r->out, "\n");
    r->silent = false;
}

// ---- the walk ------------------------------------------------------------------------------

static void write_text(struct render *r, const char *before, const char *text, const char *after)
{
    if (r->silent)
        return;
    html_raw(&r->out, before);
    html_text(&r->out, text);
    html_raw(&r->out, after);
    html_raw(&r->plain, text);
}

static void write_break(struct render *r, const char *markup)
{
    if (r->silent)
        return;
    html_raw(&r->out, markup);
    html_raw(&r->plain, " ");
}

static void write_inline(struct render *r, const char *markup)
{
    if (!r->silent)
        html_raw(&r->out, markup);
}

// Returns true when what stands below the node is done with.
static bool enter(struct render *r, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE:
        html_raw(&r->out, "<blockquote>\n");
        break;
    case CMARK_NODE_LIST:
        enter_list(r, node);
        break;
    case CMARK_NODE_ITEM:
        html_raw(&r->out, "<li>");
        break;
    case CMARK_NODE_CODE_BLOCK:
        write_code_block(r, node);
        break;
    case CMARK_NODE_PARAGRAPH:
        enter_paragraph(r, node);
        break;
    case CMARK_NODE_HEADING:
        enter_heading(r, node);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        html_raw(&r->out, "<hr>\n");
        break;
    case CMARK_NODE_TEXT:
        write_text(r, "", cmark_node_get_literal(node), "");
        break;
    case CMARK_NODE_CODE:
        write_text(r, "<code>", cmark_node_get_literal(node), "</code>");
        break;
    case CMARK_NODE_SOFTBREAK:
        write_break(r, "\n");
        break;
    case CMARK_NODE_LINEBREAK:
        write_break(r, "<br>\n");
        break;
    case CMARK_NODE_EMPH:
        write_inline(r, "<em>");
        break;
    case CMARK_NODE_STRONG:
        write_inline(r, "<strong>");
        break;
    case CMARK_NODE_LINK:
        return enter_link(r, node);
    case CMARK_NODE_IMAGE:
        write_figure(r, node);
        return true;
    default: // raw HTML
        break;
    }
    return false;
}

static void leave(struct render *r, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE:
        html_raw(&r->out, "</blockquote>\n");
        break;
    case CMARK_NODE_LIST:
        html_raw(&r->out,
                 cmark_node_get_list_type(node) == CMARK_BULLET_LIST ? "</ul>\n" : "</ol>\n");
        break;
    case CMARK_NODE_ITEM:
        html_raw(&r->out, "</li>\n");
        break;
    case CMARK_NODE_PARAGRAPH:
        leave_paragraph(r, node);
        break;
    case CMARK_NODE_HEADING:
        leave_heading(r);
        break;
    case CMARK_NODE_EMPH:
        write_inline(r, "</em>");
        break;
    case CMARK_NODE_STRONG:
        write_inline(r, "</strong>");
        break;
    case CMARK_NODE_LINK:
        leave_link(r);
        break;
    default:
        break;
    }
}

static bool is_leaf(cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_THEMATIC_BREAK:
    case CMARK_NODE_CODE_BLOCK:
    case CMARK_NODE_TEXT:
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
    case CMARK_NODE_CODE:
    case CMARK_NODE_HTML_INLINE:
        return true;
    default:
        return false;
    }
}

static void walk_enter(struct render *r, cmark_iter *iter, cmark_node *node)
{
    if (tree_is_block(node))
        r->line = (unsigned)cmark_node_get_start_line(node);
    bool leaf = is_leaf(node);
    if (!leaf && ++r->depth > MARKDOWN_DEPTH) {
        refuse_limit(r, "markdown.too_deep", MARKDOWN_DEPTH);
        return;
    }
    if (enter(r, node) && !leaf) {
        cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
        r->depth--;
    }
}

static void walk_leave(struct render *r, cmark_node *node)
{
    r->depth--;
    leave(r, node);
    if (tree_is(node, CMARK_NODE_PARAGRAPH) || tree_is(node, CMARK_NODE_HEADING)) {
        html_raw(&r->plain, "\n");
        flush_figures(r);
    }
}

// Write what stands below top.
static void walk(struct render *r, cmark_node *top)
{
    cmark_iter *iter = cmark_iter_new(top);
    cmark_event_type event;
    while (!r->outcome && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (node == top)
            continue;
        if (event == CMARK_EVENT_ENTER)
            walk_enter(r, iter, node);
        else
            walk_leave(r, node);
        if (r->out.overflow)
            refuse_limit(r, "markdown.html_too_large", MARKDOWN_HTML);
    }
    cmark_iter_free(iter);
}

// ---- footnotes -----------------------------------------------------------------------------

// The tree begins with a quote and a comment for every note (footnotes.h): take them out.
static int detach_notes(struct render *r)
{
    size_t count = r->footnotes.count;
    r->notes = talloc_zero_array(r->ctx, struct note, count);
    r->order = talloc_array(r->ctx, size_t, count);
    for (size_t i = 0; i < count; i++) {
        cmark_node *quote = cmark_node_first_child(r->root);
        cmark_node *comment = quote ? cmark_node_next(quote) : NULL;
        if (!comment || !tree_is(quote, CMARK_NODE_BLOCK_QUOTE) ||
            !tree_is(comment, CMARK_NODE_HTML_BLOCK))
            return -EBADMSG;
        cmark_node_unlink(quote);
        cmark_node_unlink(comment);
        cmark_node_free(comment);
        r->notes[i].quote = quote;
    }
    return SEN_OK;
}

static void write_back_link(struct render *r, const struct note *note)
{
    if (!note->references)
        return;
    char *label =
        message_format(r->ctx, r->options->locale, "text.footnote_back",
                       &(struct message_arg){.name = "number", .number = note->number}, 1);
    html_raw(&r->out, "<a href=\"#fnref_");
    html_number(&r->out, note->number);
    html_raw(&r->out, "\" class=\"footnote-back\" role=\"doc-backlink\" aria-label=\"");
    html_text(&r->out, label);
    html_raw(&r->out, "\">\xe2\x86\xa9\xef\xb8\x8e</a>");
    talloc_free(label);
}

static void write_note(struct render *r, size_t index)
{
    struct note *note = &r->notes[index];
    html_raw(&r->out, "<li id=\"fn_");
    html_number(&r->out, note->number);
    html_raw(&r->out, "\">\n");
    walk(r, note->quote);
    static const char paragraph[] = "</p>\n";
    size_t end = sizeof paragraph - 1;
    if (r->out.length > end && memcmp(r->out.data + r->out.length - end, paragraph, end) == 0) {
        r->out.length -= end;
        html_raw(&r->out, note->references ? " " : "");
        write_back_link(r, note);
        html_raw(&r->out, paragraph);
    } else if (note->references) {
        html_raw(&r->out, "<p>");
        write_back_link(r, note);
        html_raw(&r->out, paragraph);
    }
    html_raw(&r->out, "</li>\n");
}

static void write_notes(struct render *r)
{
    if (!r->footnotes.count || r->outcome)
        return;
    html_raw(&r->out, "<section class=\"footnotes\" role=\"doc-endnotes\" "
                      "aria-labelledby=\"footnotes_title\">\n<h2 id=\"footnotes_title\">");
    html_text(&r->out, message_text(r->options->locale, "text.footnotes"));
    html_raw(&r->out, "</h2>\n<ol>\n");
    r->in_note = true;
    size_t written = 0;
    for (size_t i = 0; i <= r->footnotes.count && !r->outcome; i++) {
        // A note may refer to further ones.
        while (written < r->order_count && !r->outcome)
            write_note(r, r->order[written++]);
        // One that nothing refers to is not lost.
        if (i < r->footnotes.count && !r->notes[i].number) {
            r->order[r->order_count++] = i;
            r->notes[i].number = (unsigned)r->order_count;
        }
    }
    html_raw(&r->out, "</ol>\n</section>\n");
}

// ---- before and behind the walk ------------------------------------------------------------

static void know_media(struct render *r)
{
    for (size_t i = 0; i < r->options->media_count; i++) {
        const struct markdown_media *media = &r->options->media[i];
        struct medium *medium;
        HASH_FIND_STR(r->media, media->id, medium);
        if (medium)
            continue;
        medium = talloc_zero(r->ctx, struct medium);
        medium->media = media;
        HASH_ADD_KEYPTR(hh, r->media, media->id, strlen(media->id), medium);
    }
}

static bool has_top_heading(struct render *r)
{
    bool found = false;
    cmark_iter *iter = cmark_iter_new(r->root);
    cmark_event_type event;
    while (!found && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        found = tree_is(node, CMARK_NODE_HEADING) && cmark_node_get_heading_level(node) == 1;
        if (event == CMARK_EVENT_ENTER && tree_is(node, CMARK_NODE_PARAGRAPH))
            cmark_iter_reset(iter, node, CMARK_EVENT_EXIT);
    }
    cmark_iter_free(iter);
    return found;
}

static void write_segments(struct render *r, const char *text, size_t length)
{
    size_t count = r->footnotes.count;
    struct segments_source source = {.text = text,
                                     .length = length,
                                     .footnotes = &r->footnotes,
                                     .root = r->root,
                                     .notes = talloc_array(r->ctx, cmark_node *, count)};
    for (size_t i = 0; i < count; i++)
        source.notes[i] = r->notes[i].quote;
    r->segments = markdown_segments(r->ctx, &source);
}

static int write_document(struct render *r, const char *text, size_t length)
{
    r->root = cmark_parse_document(r->footnotes.text, r->footnotes.length, CMARK_OPT_VALIDATE_UTF8);
    int outcome = detach_notes(r);
    if (outcome == SEN_OK) {
        r->shift = has_top_heading(r) ? 1 : 0;
        r->last_level = 1;
        walk(r, r->root);
        write_notes(r);
        outcome = r->outcome;
    }
    if (outcome == SEN_OK && r->options->segments)
        write_segments(r, text, length);
    for (size_t i = 0; i < r->footnotes.count; i++)
        if (r->notes[i].quote)
            cmark_node_free(r->notes[i].quote);
    cmark_node_free(r->root);
    return outcome;
}

static void take_result(struct render *r, TALLOC_CTX *ctx, struct rendered *ret)
{
    char *toc = json_dumps(r->toc, JSON_COMPACT);
    ret->toc = talloc_strdup(ctx, toc ? toc : "[]");
    free(toc);
    ret->html = talloc_steal(ctx, r->out.data);
    ret->html_length = r->out.length;
    ret->segments = talloc_steal(ctx, r->segments);
    ret->words =
        r->options->uncounted ? 0 : (unsigned)segment_count(r->options->locale, r->plain.data);
}

int markdown_render(TALLOC_CTX *ctx, const struct markdown_options *options, const char *text,
                    size_t length, struct rendered *ret, struct fault *ret_fault)
{
    int outcome = markdown_check(text, length, ret_fault);
    if (outcome)
        return outcome;
    struct render r = {.ctx = talloc_new(NULL), .options = options, .fault = ret_fault};
    outcome = footnotes_extract(r.ctx, text, length, &r.footnotes, ret_fault);
    if (outcome == SEN_OK) {
        html_init(&r.out, r.ctx, MARKDOWN_HTML);
        html_init(&r.plain, r.ctx, MARKDOWN_HTML);
        html_init(&r.figures, r.ctx, MARKDOWN_HTML);
        r.toc = json_array();
        r.ids = heading_ids_new(r.ctx, options->locale);
        know_media(&r);
        outcome = write_document(&r, text, length);
        if (outcome == SEN_OK)
            take_result(&r, ctx, ret);
        json_decref(r.toc);
        HASH_CLEAR(hh, r.media);
    }
    talloc_free(r.ctx);
    return outcome;
}
