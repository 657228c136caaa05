// What the renderer may ever put out, checked from outside: known tags, balanced; known attributes,
// quoted; addresses of allowed schemes; no markup of any other kind; UTF-8 without controls;
// nothing in a paragraph or heading that may not stand there.
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HTML_SCAN_DEPTH 512

struct html_scan {
    const char *at;
    const char *open[HTML_SCAN_DEPTH];
    size_t depth;
    unsigned blocks; // open elements that hold text only
    const char *error;
};

static inline const char *html_scan_find(const char *const *list, const char *name, size_t length)
{
    for (; *list; list++)
        if (strlen(*list) == length && strncmp(*list, name, length) == 0)
            return *list;
    return NULL;
}

static inline size_t html_scan_utf8(const char *p)
{
    unsigned char c = (unsigned char)*p;
    size_t length = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
    if (c >= 0xf5 || !length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)p[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

// Character data up to one of the characters of stop. Appends it, decoded, to text (if there is
// room).
static inline void html_scan_text(struct html_scan *scan, const char *stop, char *text, size_t size)
{
    static const struct {
        const char *entity;
        char c;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};
    size_t used = 0;
    while (*scan->at && !strchr(stop, *scan->at) && !scan->error) {
        char c = *scan->at;
        size_t length = html_scan_utf8(scan->at);
        if (c == '&') {
            size_t i = 0;
            while (i < 4 && strncmp(scan->at, entities[i].entity, strlen(entities[i].entity)) != 0)
                i++;
            if (i == 4) {
                scan->error = "a bare ampersand";
                return;
            }
            c = entities[i].c;
            length = strlen(entities[i].entity);
        } else if (strchr("<>\"", c)) {
            scan->error = "a bare <, > or quote";
        } else if ((unsigned char)c < 0x20 && c != '\n' && c != '\t') {
            scan->error = "a control character";
        } else if (!length) {
            scan->error = "not UTF-8";
            return;
        }
        if (text && used + 1 < size)
            text[used++] = c;
        scan->at += length;
    }
    if (text && size)
        text[used] = '\0';
}

static inline bool html_scan_address(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:", NULL};
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || *p == '\\')
            return false;
    if (url[strcspn(url, ":/?#")] != ':')
        return true;
    for (size_t i = 0; schemes[i]; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return true;
    return false;
}

static inline void html_scan_attributes(struct html_scan *scan)
{
    static const char *const known[] = {
        "alt",  "aria-label", "aria-labelledby", "class", "decoding", "height",
        "href", "id",         "loading",         "rel",   "role",     "scope",
        "src",  "start",      "tabindex",        "title", "width",    NULL,
    };
    while (*scan->at == ' ' && !scan->error) {
        const char *name = ++scan->at;
        size_t length = strcspn(name, "=> \n\"");
        if (!html_scan_find(known, name, length) || strncmp(name + length, "=\"", 2) != 0) {
            scan->error = "an unknown or unquoted attribute";
            return;
        }
        bool address = strncmp(name, "href=", 5) == 0 || strncmp(name, "src=", 4) == 0;
        char value[8192];
        scan->at = name + length + 2;
        html_scan_text(scan, "\"", value, sizeof value);
        if (*scan->at != '"')
            scan->error = "an unclosed attribute";
        else if (address && !html_scan_address(value))
            scan->error = "a forbidden address";
        else
            scan->at++;
    }
}

static inline void html_scan_tag(struct html_scan *scan)
{
    static const char *const blocks[] = {
        "blockquote", "caption", "div", "figcaption", "figure", "h2",  "h3",      "h4",
        "h5",         "h6",      "li",  "ol",         "p",      "pre", "section", "table",
        "tbody",      "td",      "th",  "thead",      "tr",     "ul",  NULL,
    };
    static const char *const inlines[] = {"a",    "code",   "em",  "small",
                                          "span", "strong", "sup", NULL};
    static const char *const empty[] = {"br", "hr", "img", NULL};
    static const char *const text_only[] = {"h2", "h3", "h4", "h5", "h6", "p", "pre", NULL};
    bool closes = scan->at[1] == '/';
    const char *name = scan->at + 1 + closes;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");
    const char *block = html_scan_find(blocks, name, length);
    const char *element = block ? block : html_scan_find(inlines, name, length);
    bool is_empty = !element && (element = html_scan_find(empty, name, length));
    scan->at = name + length;
    if (!element) {
        scan->error = "an unknown tag";
    } else if (closes) {
        if (is_empty || !scan->depth || scan->open[--scan->depth] != element)
            scan->error = "a tag closed out of order";
        scan->blocks -= html_scan_find(text_only, name, length) ? 1 : 0;
    } else {
        if ((block || strncmp(name, "hr", 2) == 0) && scan->blocks)
            scan->error = "a block inside a paragraph or heading";
        html_scan_attributes(scan);
        if (!is_empty && scan->depth == HTML_SCAN_DEPTH)
            scan->error = "too deep";
        else if (!is_empty)
            scan->open[scan->depth++] = element;
        scan->blocks += html_scan_find(text_only, name, length) ? 1 : 0;
    }
    if (!scan->error && *scan->at++ != '>')
        scan->error = "an unclosed tag";
}

// NULL when all is well, else what is wrong; *ret_where is then the place.
static inline const char *html_scan(const char *html, const char **ret_where)
{
    struct html_scan scan = {.at = html};
    while (*scan.at && !scan.error) {
        if (*scan.at == '<')
            html_scan_tag(&scan);
        else
            html_scan_text(&scan, "<", NULL, 0);
    }
    if (!scan.error && scan.depth)
        scan.error = "an element left open";
    *ret_where = scan.at;
    return scan.error;
}
