#include "content/edition.h"

#include "content/fields.h"
#include "content/search_index.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

// ---- plain text ----------------------------------------------------------------------------

static size_t decode_entity(const char *at, size_t left, char *out)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i].name);
        if (left >= length && memcmp(at, names[i].name, length) == 0) {
            *out = names[i].c;
            return length;
        }
    }
    *out = '&';
    return 1;
}

// Tags inside a word (emphasis) leave it whole; those of blocks end its paragraph too.
static const char *const inside_word[] = {"em",  "strong", "a",    "code", "sup",
                                          "sub", "span",   "abbr", NULL};
static const char *const inside_block[] = {"br", "img", NULL};

static bool is_tag_of(const char *const *names, const char *tag, size_t length)
{
    if (length && *tag == '/') {
        tag++;
        length--;
    }
    size_t name = strcspn(tag, " \t\n/>");
    for (; *names; names++)
        if (name <= length && strlen(*names) == name && memcmp(tag, *names, name) == 0)
            return true;
    return false;
}

char *edition_plain_text(TALLOC_CTX *ctx, const char *html, size_t length)
{
    char *text = talloc_size(ctx, length + 1);
    size_t out = 0;
    for (size_t at = 0; at < length;) {
        if (html[at] == '<') {
            const char *end = memchr(html + at, '>', length - at);
            size_t tag = end ? (size_t)(end - html) - at + 1 : length - at;
            bool in_word = is_tag_of(inside_word, html + at + 1, tag - 1);
            if (!in_word && (tag < 3 || is_tag_of(inside_block, html + at + 1, tag - 1)))
                text[out++] = ' ';
            else if (!in_word)
                out = (size_t)(stpcpy(text + out, "\n\n") - text);
            at += tag;
        } else if (html[at] == '&') {
            at += decode_entity(html + at, length - at, text + out++);
        } else {
            text[out++] = html[at++];
        }
    }
    text[out] = '\0';
    return text;
}

// ---- parameters ------------------------------------------------------------------------------

static void set(json_t *e, const char *name, const json_t *value)
{
    if (value)
        json_object_set(e, name, (json_t *)value);
}

// The lexemes that the text is found by; those of its title also alone.
static void set_search(json_t *e, const struct item *item, const struct edition_html *html)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const char *plain = edition_plain_text(ctx, html->html, html->html_length);
    const struct search_field fields[] = {
        {item->title, strlen(item->title), 'A'},
        {item->summary, strlen(item->summary), 'B'},
        {plain, strlen(plain), 'C'},
    };
    json_object_set_new(e, "search", json_string(search_vector(ctx, item->locale, fields, 3)));
    json_object_set_new(e, "search_title",
                        json_string(search_vector(ctx, item->locale, fields, 1)));
    talloc_free(ctx);
}

char *edition_json(TALLOC_CTX *ctx, const struct item *item, const struct edition_html *html)
{
    unsigned char digest[ITEM_DIGEST];
    char hex[ITEM_DIGEST * 2 + 1];
    item_digest(item, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    json_t *translation = json_object_get(item->fields, "translation");

    json_t *e =
        json_pack("{s:s, s:s, s:s, s:s, s:s%, s:s%, s:s, s:i, s:i}", "slug", item->slug, "skeleton",
                  item->skeleton, "title", item->title, "summary", item->summary, "body",
                  item->body, item->body_length, "html", html->html, html->html_length, "digest",
                  hex, "renderer", html->renderer, "words", (int)html->words);
    json_object_set_new(e, "toc", json_loads(html->toc, 0, NULL));
    if (html->segments)
        json_object_set_new(e, "segments", json_loads(html->segments, 0, NULL));
    set(e, "author", json_object_get(item->fields, "author"));
    set(e, "licence", json_object_get(item->fields, "licence"));
    set(e, "sources", json_object_get(item->fields, "sources"));
    set(e, "image", json_object_get(item->fields, "image"));
    set(e, "method", json_object_get(translation, "method"));
    set(e, "proofread", json_object_get(translation, "proofread"));
    set(e, "source_version", json_object_get(translation, "source_version"));
    set(e, "source_revision", json_object_get(translation, "source_revision"));
    // A text that brings its version was published elsewhere: only it knows what it was made from.
    if (json_object_get(item->fields, "version") && !json_object_get(e, "source_version"))
        json_object_set_new(e, "source_version", json_null());
    set_search(e, item, html);
    char *text = json_dumps(e, JSON_COMPACT);
    json_decref(e);
    char *owned = talloc_strdup(ctx, text);
    free(text);
    return owned;
}
