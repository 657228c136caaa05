#include "render/markdown_tree.h"

#include "render/link.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool tree_is(cmark_node *node, cmark_node_type type)
{
    return cmark_node_get_type(node) == type;
}

bool tree_is_block(cmark_node *node)
{
    return cmark_node_get_type(node) <= CMARK_NODE_LAST_BLOCK;
}

static bool is_note_label(cmark_node *link)
{
    cmark_node *child = cmark_node_first_child(link);
    return child && tree_is(child, CMARK_NODE_TEXT) && cmark_node_get_literal(child)[0] == '^';
}

size_t tree_note(const struct footnotes *footnotes, cmark_node *link)
{
    const char *rest;
    if (link_classify(cmark_node_get_url(link), NULL, &rest) != LINK_NOTE || !is_note_label(link))
        return SIZE_MAX;
    char *end;
    unsigned long index = strtoul(rest, &end, 10);
    return *rest >= '0' && *rest <= '9' && !*end && index < footnotes->count ? index : SIZE_MAX;
}

void tree_text(const struct footnotes *footnotes, cmark_node *node, struct html *out)
{
    bool of_image = tree_is(node, CMARK_NODE_IMAGE);
    cmark_iter *iter = cmark_iter_new(node);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *one = cmark_iter_get_node(iter);
        if (event != CMARK_EVENT_ENTER || one == node)
            continue;
        switch (cmark_node_get_type(one)) {
        case CMARK_NODE_TEXT:
        case CMARK_NODE_CODE:
            html_raw(out, cmark_node_get_literal(one));
            break;
        case CMARK_NODE_SOFTBREAK:
        case CMARK_NODE_LINEBREAK:
            html_raw(out, " ");
            break;
        case CMARK_NODE_IMAGE:
            if (!of_image)
                cmark_iter_reset(iter, one, CMARK_EVENT_EXIT);
            break;
        case CMARK_NODE_LINK:
            if (tree_note(footnotes, one) != SIZE_MAX)
                cmark_iter_reset(iter, one, CMARK_EVENT_EXIT);
            break;
        default:
            break;
        }
    }
    cmark_iter_free(iter);
}

char *tree_trimmed_text(TALLOC_CTX *ctx, const struct footnotes *footnotes, cmark_node *node)
{
    struct html text;
    html_init(&text, ctx, SIZE_MAX);
    tree_text(footnotes, node, &text);
    char *start = text.data + strspn(text.data, " \t\n");
    size_t length = strlen(start);
    while (length && strchr(" \t\n", start[length - 1]))
        length--;
    start[length] = '\0';
    return start;
}

bool tree_shows_text(cmark_node *node)
{
    bool shows = false;
    cmark_iter *iter = cmark_iter_new(node);
    cmark_event_type event;
    while (!shows && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *one = cmark_iter_get_node(iter);
        if (event != CMARK_EVENT_ENTER || one == node)
            continue;
        const char *text = cmark_node_get_literal(one);
        switch (cmark_node_get_type(one)) {
        case CMARK_NODE_TEXT:
        case CMARK_NODE_CODE:
            shows = text[strspn(text, " \t\n")] != '\0';
            break;
        case CMARK_NODE_IMAGE:
            cmark_iter_reset(iter, one, CMARK_EVENT_EXIT);
            break;
        default:
            break;
        }
    }
    cmark_iter_free(iter);
    return shows;
}

const char *tree_table_caption(cmark_node *code_block)
{
    const char *info = cmark_node_get_fence_info(code_block);
    size_t word = strcspn(info, " \t");
    if (word != 3 || strncasecmp(info, "csv", 3) != 0)
        return NULL;
    return info + word + strspn(info + word, " \t");
}
