// Addresses in HTML that leaves the portal.
#include "render/feed.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct attribute {
    const char *name, *value, *end; // the value without its quotes; behind the attribute
    size_t name_length, value_length;
    bool has_value;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool name_is(const struct attribute *attribute, const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == attribute->name_length &&
            strncasecmp(*names, attribute->name, attribute->name_length) == 0)
            return true;
    return false;
}

static bool has_scheme(const char *value, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (value[i] == ':')
            return i > 0;
        if (!isalnum((unsigned char)value[i]) && !strchr("+-.", value[i]))
            break;
    }
    return false;
}

static void write_address(FILE *out, const struct attribute *attribute, const char *origin,
                          const char *page_url)
{
    const char *value = attribute->value;
    size_t length = attribute->value_length;
    if (length > 1 && value[0] == '/' && value[1] == '/')
        fputs("https:", out);
    else if (length && value[0] == '/')
        fputs(origin, out);
    else if (!has_scheme(value, length))
        fputs(page_url, out);
    fwrite(value, 1, length, out);
}

// Read the attribute at `at`, which is not a space, '/' or '>'.
static struct attribute read_attribute(const char *at)
{
    struct attribute attribute = {.name = at};
    do
        at++;
    while (*at && !is_space(*at) && !strchr("=/>", *at));
    attribute.name_length = (size_t)(at - attribute.name);
    attribute.end = at;
    while (is_space(*at))
        at++;
    if (*at != '=')
        return attribute;
    do
        at++;
    while (is_space(*at));
    attribute.has_value = true;
    bool quoted = *at == '"' || *at == '\'';
    attribute.value = at + quoted;
    attribute.value_length = quoted ? strcspn(attribute.value, *at == '"' ? "\"" : "'")
                                    : strcspn(attribute.value, " \t\n\r\f>");
    attribute.end = attribute.value + attribute.value_length;
    attribute.end += quoted && *attribute.end;
    return attribute;
}

// Copy the tag at `at`; returns what is behind it.
static const char *copy_tag(FILE *out, const char *at, const char *origin, const char *page_url)
{
    static const char *const addresses[] = {"href", "src", "poster", "cite", NULL};
    static const char *const dropped[] = {"srcset", "sizes", NULL};
    size_t name = 1 + strcspn(at + 1, " \t\n\r\f/>");
    fwrite(at, 1, name, out);
    for (at += name;;) {
        const char *gap = at;
        while (is_space(*at) || *at == '/')
            at++;
        if (!*at || *at == '>') {
            fwrite(gap, 1, (size_t)(at - gap), out);
            return at;
        }
        struct attribute attribute = read_attribute(at);
        at = attribute.end;
        if (name_is(&attribute, dropped))
            continue;
        if (attribute.has_value && name_is(&attribute, addresses)) {
            fwrite(gap, 1, (size_t)(attribute.value - gap), out);
            write_address(out, &attribute, origin, page_url);
            gap = attribute.value + attribute.value_length;
        }
        fwrite(gap, 1, (size_t)(at - gap), out);
    }
}

char *feed_absolute_html(TALLOC_CTX *ctx, const char *html, const char *origin,
                         const char *page_url)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        abort();
    for (const char *at = html; *at;) {
        size_t plain = strcspn(at, "<");
        fwrite(at, 1, plain, out);
        at += plain;
        if (at[0] == '<' && isalpha((unsigned char)at[1]))
            at = copy_tag(out, at, origin, page_url);
        else if (*at)
            fputc(*at++, out);
    }
    if (fclose(out))
        abort();
    char *result = talloc_strndup(ctx, text, length);
    free(text);
    return result;
}
