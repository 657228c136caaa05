#include "render/html.h"

#include <stdio.h>
#include <string.h>

void html_init(struct html *html, TALLOC_CTX *ctx, size_t limit)
{
    *html = (struct html){.ctx = ctx, .size = 1024, .limit = limit};
    html->data = talloc_array(ctx, char, html->size);
    html->data[0] = '\0';
}

void html_bytes(struct html *html, const char *bytes, size_t length)
{
    if (html->overflow || length > html->limit - html->length) {
        html->overflow = true;
        return;
    }
    if (html->length + length >= html->size) {
        while (html->length + length >= html->size)
            html->size *= 2;
        html->data = talloc_realloc(html->ctx, html->data, char, html->size);
    }
    memcpy(html->data + html->length, bytes, length);
    html->length += length;
    html->data[html->length] = '\0';
}

void html_raw(struct html *html, const char *markup)
{
    html_bytes(html, markup, strlen(markup));
}

void html_number(struct html *html, unsigned long number)
{
    char digits[24];
    html_bytes(html, digits, (size_t)snprintf(digits, sizeof digits, "%lu", number));
}

static const char *entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
    case '\n':
        return NULL;
    default:
        return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void html_text_bytes(struct html *html, const char *text, size_t length)
{
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        const char *instead = entity((unsigned char)text[i]);
        if (!instead)
            continue;
        html_bytes(html, text + from, i - from);
        html_raw(html, instead);
        from = i + 1;
    }
    html_bytes(html, text + from, length - from);
}

void html_text(struct html *html, const char *text)
{
    html_text_bytes(html, text, strlen(text));
}

// RFC 3986 section 2: unreserved, reserved without the brackets, and "%" of what is encoded
// already.
static bool stands_in_url(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~:/?#@!$()*+,;=%", c));
}

void html_url(struct html *html, const char *url)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *url; url++) {
        unsigned char c = (unsigned char)*url;
        if (c == '&')
            html_raw(html, "&amp;");
        else if (stands_in_url(c))
            html_bytes(html, url, 1);
        else
            html_bytes(html, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
    }
}
