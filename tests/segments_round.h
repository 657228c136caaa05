// There and back: a text taken apart into segments and put together again must render to the same
// HTML; with other texts in its units, what comes out must fall apart into exactly those again.
#pragma once

#include "render/markdown.h"
#include "render/segments.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Texts that would be markup if nothing were done about it.
static const char *const round_texts[] = {
    "plain",
    "*",
    "**bold** _it_ ***x***",
    "_",
    "a_b _c_ d_",
    "# heading",
    "- item",
    "+",
    "1. one",
    "12)",
    "1234567890. far",
    "> quote",
    "```",
    "~~~ x",
    "    code",
    "\tcode",
    "<b>bold</b> <!-- <script> a < b <5",
    "&amp; &lt; &#35; & &copy",
    "[a](b) [c] ![d](media:drum) [^1] [x][]",
    "[^1]: note",
    "[a]: /url",
    "(paren",
    ": colon",
    "===",
    "---",
    "- - -",
    "= =",
    "two\nlines",
    "one\n# two\n- three\n===\n1. x",
    "para\n\nand more\n\n\nend",
    "\nfirst",
    "last\n",
    " lead and trail ",
    "a \n b",
    "back\\slash\\",
    "\\*",
    "“quoted”",
    "你好，世界。",
    "đường",
    "\u00a0nbsp\u00a0",
    "\u3000",
    "`code` `` x ``",
    "!",
    "wow!",
    "C#",
    "#",
    "x ##",
    "<https://sen.example> a@b.c",
    "a, \"b\"",
    "\"title\" 'x'",
    "\u2e52 new \U000115ca",
    "|a|b|",
    "\x01\x7f",
    "12",
    ".",
    "]",
    "](x)",
    "\u200b",
    "{#id}",
};

struct round {
    TALLOC_CTX *ctx;
    const struct markdown_options *options;
    const char *wrong, *where;
};

static bool round_fail(struct round *round, const char *wrong, const char *where)
{
    if (!round->wrong) {
        round->wrong = wrong;
        round->where = where ? where : "";
    }
    return false;
}

static bool round_render(struct round *round, const char *text, struct rendered *ret)
{
    struct fault fault = {.key = NULL};
    return markdown_render(round->ctx, round->options, text, strlen(text), ret, &fault) == SEN_OK;
}

// Does more emphasis stand inside emphasis than segments know?
static bool round_deep(const char *html)
{
    unsigned emphases = 0, strongs = 0;
    for (; *html; html++) {
        emphases += (strncmp(html, "<em>", 4) == 0) - (strncmp(html, "</em>", 5) == 0);
        strongs += (strncmp(html, "<strong>", 8) == 0) - (strncmp(html, "</strong>", 9) == 0);
        if (emphases > 2 || strongs > 2 || emphases + strongs > 3)
            return true;
    }
    return false;
}

// Without ids; line breaks and tabs are spaces; emphasis is left out where there is too much of it
// inside itself.
static char *round_normal(TALLOC_CTX *ctx, const char *html, bool deep)
{
    static const char *const tags[] = {"<em>", "</em>", "<strong>", "</strong>"};
    char *out = talloc_size(ctx, strlen(html) + 1), *at = out;
    while (*html) {
        size_t skip = 0;
        for (size_t i = 0; deep && i < 4; i++)
            if (strncmp(html, tags[i], strlen(tags[i])) == 0)
                skip = strlen(tags[i]);
        // Ids of headings are made of what they say, before it is shown.
        if (strncmp(html, " id=\"", 5) == 0)
            skip = strcspn(html + 5, "\"") + 6;
        html += skip;
        if (!skip) {
            *at++ = *html == '\n' || *html == '\t' ? ' ' : *html;
            html++;
        }
    }
    *at = '\0';
    return out;
}

static bool round_same_html(struct round *round, const char *before, const char *after)
{
    bool deep = round_deep(before);
    char *a = round_normal(round->ctx, before, deep), *b = round_normal(round->ctx, after, deep);
    return strcmp(a, b) == 0 ||
           round_fail(round, "other HTML", talloc_asprintf(round->ctx, "\n%s\nis now\n%s", a, b));
}

// The unit's tokens with other texts, which begin with round_texts[*next].
static json_t *round_other(const json_t *unit, size_t *next)
{
    json_t *target = json_array();
    const json_t *tokens = json_object_get(unit, "tokens");
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        json_t *token = json_array_get(tokens, i);
        if (json_is_string(token))
            json_array_append_new(
                target,
                json_string(round_texts[(*next)++ % (sizeof round_texts / sizeof *round_texts)]));
        else
            json_array_append(target, token);
    }
    return target;
}

// With U+FFFD for what HTML cannot hold.
static char *round_shown(TALLOC_CTX *ctx, const char *text)
{
    char *out = talloc_strdup(ctx, "");
    for (; text && *text; text++)
        out = ((unsigned char)*text < ' ' && !strchr("\t\n", *text)) || *text == 0x7f
                  ? talloc_strdup_append_buffer(out, "\xef\xbf\xbd")
                  : talloc_strndup_append_buffer(out, text, 1);
    return out;
}

static char *round_said(TALLOC_CTX *ctx, const json_t *tokens)
{
    char *out = talloc_strdup(ctx, "");
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        const json_t *token = json_array_get(tokens, i);
        const char *kind = json_string_value(json_object_get(token, "kind"));
        out = talloc_strdup_append_buffer(out, round_shown(ctx, json_string_value(token)));
        if (json_is_object(token))
            out = talloc_asprintf_append_buffer(
                out, "\x1f%s%s\x1f", json_object_get(token, "close") ? "/" : "", kind ? kind : "");
    }
    return out;
}

static bool round_same_units(struct round *round, const json_t *before, const json_t *targets,
                             const json_t *after)
{
    const json_t *units = json_object_get(before, "units"),
                 *there = json_object_get(after, "units");
    if (json_array_size(units) != json_array_size(there))
        return round_fail(round, "other units", "");
    for (size_t i = 0; i < json_array_size(units); i++) {
        const json_t *unit = json_array_get(units, i), *now = json_array_get(there, i);
        const char *place = json_string_value(json_object_get(unit, "place"));
        const char *place_now = json_string_value(json_object_get(now, "place"));
        if (strcmp(place, place_now) != 0)
            return round_fail(round, "another place", place_now);
        const json_t *target = json_array_get(targets, i), *tokens = json_object_get(now, "tokens");
        bool plain = strcmp(place, "block") != 0 && strcmp(place, "heading") != 0;
        char *wanted = plain ? segments_text(round->ctx, target) : round_said(round->ctx, target);
        char *got = plain ? segments_text(round->ctx, tokens) : round_said(round->ctx, tokens);
        if (plain)
            wanted = round_shown(round->ctx, wanted);
        if (strcmp(wanted, got) != 0)
            return round_fail(round, "another text",
                              talloc_asprintf(round->ctx, "\n%s\nis now\n%s", wanted, got));
    }
    return true;
}

// With the texts of round_texts from `first` on in the place of its own.
static bool round_changed(struct round *round, const json_t *segments, size_t first)
{
    const json_t *units = json_object_get(segments, "units");
    json_t *targets = json_array(), *after = NULL;
    for (size_t i = 0; i < json_array_size(units); i++)
        json_array_append_new(targets, round_other(json_array_get(units, i), &first));
    char *text = segments_join(round->ctx, segments, targets);
    struct rendered rendered;
    bool same = true;
    // Longer texts may pass a limit.
    if (round_render(round, text, &rendered) && rendered.segments) {
        after = json_loads(rendered.segments, 0, NULL);
        same = round_same_units(round, segments, targets, after);
        if (!same)
            round->where = talloc_asprintf(round->ctx, "%s\nin\n%s", round->where, text);
    }
    json_decref(targets);
    json_decref(after);
    return same;
}

// footnotes.c follows fences in lists by their looks, and a lazy line in a list that was brought
// into line may change what it sees.
static bool round_unsure(const char *text)
{
    return strstr(text, "[^") && (strstr(text, "```") || strstr(text, "~~~"));
}

// NULL, or what is wrong. *ret_where hangs on ctx.
static const char *segments_round(TALLOC_CTX *ctx, const struct markdown_options *options,
                                  const char *text, size_t first, const char **ret_where)
{
    struct round round = {ctx, options, NULL, ""};
    struct rendered before, after;
    if (round_render(&round, text, &before) && before.segments) {
        json_t *segments = json_loads(before.segments, 0, NULL);
        char *joined = segments_join(ctx, segments, NULL);
        if (!round_render(&round, joined, &after))
            round_fail(&round, "no longer rendered", joined);
        else if (!round_same_html(&round, before.html, after.html))
            round.where = talloc_asprintf(ctx, "%s\nfrom\n%s\nby\n%s", round.where, text, joined);
        else
            round_changed(&round, segments, first);
        json_decref(segments);
    }
    *ret_where = round.where;
    return round_unsure(text) ? NULL : round.wrong;
}
