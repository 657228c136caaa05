// What is looked at before cmark sees a text. cmark 0.30.2 takes quadratic time in the depth of
// quotes and lists times the length of the text (empty lines in deep lists, emphasis in deep
// quotes), and in the number of "![" with an unclosed bracket behind; everything else that is known
// to be slow in Markdown parsers was measured to be linear in it.
#include "render/markdown.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
// uthash's default falls through switch labels, which clang's warnings refuse.
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The bytes of the quote or list marker at p, 0 if there is none.
static size_t marker_length(const char *p, const char *end)
{
    const char *start = p;
    if (*p == '>')
        return 1;
    if (*p == '-' || *p == '+' || *p == '*') {
        p++;
    } else {
        while (p < end && is_digit(*p))
            p++;
        if (p == start || p - start > 9 || p == end || (*p != '.' && *p != ')'))
            return 0;
        p++;
    }
    return p == end || is_space(*p) ? (size_t)(p - start) : 0;
}

// How deep a line can reach: its markers, and the levels of lists that its indentation can continue
// (a level takes two columns or more, of which the marker's own space is one).
static unsigned line_depth(const char *p, const char *end)
{
    unsigned markers = 0, columns = 0;
    while (p < end) {
        if (*p == ' ' || *p == '\t') {
            columns += *p == ' ' ? 1 : 4;
            p++;
            continue;
        }
        size_t length = marker_length(p, end);
        if (!length)
            break;
        bool quote = *p == '>';
        p += length;
        if (p < end && (*p == ' ' || (*p == '\t' && !quote)))
            p++;
        markers++;
    }
    return markers ? markers + columns / 2 : 0;
}

static bool is_rule(const char *p, const char *end)
{
    char c = *p;
    if (c != '*' && c != '-' && c != '_')
        return false;
    while (p < end && (*p == c || *p == ' ' || *p == '\t'))
        p++;
    return p == end;
}

static int fault(struct fault *ret, const char *key, unsigned line, unsigned limit, int outcome)
{
    *ret = (struct fault){.key = key, .field = "body", .line = line};
    snprintf(ret->detail, sizeof ret->detail, "%u", limit);
    return outcome;
}

int markdown_check(const char *text, size_t length, struct fault *ret_fault)
{
    if (length > MARKDOWN_BYTES)
        return fault(ret_fault, "markdown.too_large", 0, MARKDOWN_BYTES, SEN_TOO_LARGE);

    unsigned line = 1, images = 0;
    const char *end = text + length;
    for (const char *p = text; p < end; line++) {
        const char *start = p;
        for (; p < end && *p != '\n' && *p != '\r'; p++)
            if (*p == '!' && p + 1 < end && p[1] == '[' && ++images > MARKDOWN_IMAGES)
                return fault(ret_fault, "markdown.too_many_images", line, MARKDOWN_IMAGES,
                             SEN_TOO_COMPLEX);
        if (line_depth(start, p) > MARKDOWN_NESTING && !is_rule(start, p))
            return fault(ret_fault, "markdown.too_deep", line, MARKDOWN_NESTING, SEN_TOO_COMPLEX);
        if (p < end)
            p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
    }
    return SEN_OK;
}

struct seen {
    UT_hash_handle hh;
    const char *id;
};

int markdown_media_ids(TALLOC_CTX *ctx, const char *text, size_t length, const char ***ret_ids,
                       size_t *ret_count, struct fault *ret_fault)
{
    static const char scheme[] = "media:";
    const char **ids = talloc_array(ctx, const char *, MARKDOWN_MEDIA);
    size_t count = 0;
    unsigned line = 1;
    int r = SEN_OK;
    struct seen *seen = NULL;
    const char *end = text + length;
    for (const char *p = text; p < end && !r; p++) {
        line += *p == '\n';
        if ((*p | 32) != 'm' || (size_t)(end - p) < sizeof scheme - 1 ||
            strncasecmp(p, scheme, sizeof scheme - 1) != 0)
            continue;
        p += sizeof scheme - 1;
        size_t id_length = 0;
        while (p + id_length < end && !is_space(p[id_length]) && !strchr("()<>\"'", p[id_length]))
            id_length++;
        struct seen *known;
        HASH_FIND(hh, seen, p, id_length, known);
        if (id_length && !known && count == MARKDOWN_MEDIA)
            r = fault(ret_fault, "markdown.too_many_media", line, MARKDOWN_MEDIA, SEN_TOO_COMPLEX);
        else if (id_length && !known) {
            known = talloc_zero(ids, struct seen);
            known->id = ids[count++] = talloc_strndup(ids, p, id_length);
            HASH_ADD_KEYPTR(hh, seen, known->id, id_length, known);
        }
        p += id_length;
        p--;
    }
    HASH_CLEAR(hh, seen);
    if (r) {
        talloc_free(ids);
        return r;
    }
    *ret_ids = ids;
    *ret_count = count;
    return SEN_OK;
}
