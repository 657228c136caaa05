#include "render/segments.h"

#include "render/segments_internal.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// ---- what tokens say -------------------------------------------------------------------------

static const char *kind_of(const json_t *token)
{
    const char *kind = json_string_value(json_object_get(token, "kind"));
    return kind ? kind : "";
}

static void put_line(struct html *out, const json_t *text)
{
    const char *p = json_string_value(text);
    for (const char *end = p + json_string_length(text); p < end; p++)
        html_bytes(out, *p && strchr("\t\n\r", *p) ? " " : p, 1);
}

char *segments_text(TALLOC_CTX *ctx, const json_t *tokens)
{
    struct html out;
    html_init(&out, ctx, SIZE_MAX);
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        const json_t *token = json_array_get(tokens, i), *text = json_object_get(token, "text");
        if (json_is_string(token))
            put_line(&out, token);
        else if (strcmp(kind_of(token), "break") == 0)
            html_raw(&out, " ");
        else if (json_is_string(text))
            put_line(&out, text);
    }
    while (out.length && out.data[out.length - 1] == ' ')
        out.data[--out.length] = '\0';
    memmove(out.data, out.data + strspn(out.data, " "),
            strlen(out.data + strspn(out.data, " ")) + 1);
    return out.data;
}

static void put_said(struct html *out, const json_t *text)
{
    const char *p = json_string_value(text);
    for (const char *end = p + json_string_length(text); p < end; p++) {
        bool blank = strchr(" \t\n\r", *p);
        if (!blank)
            html_bytes(out, p, 1);
        else if (out->length && out->data[out->length - 1] != ' ')
            html_raw(out, " ");
    }
}

void segments_hash(const json_t *tokens, char ret[SEGMENTS_HASH + 1])
{
    static const char *const members[] = {"open", "close", "alone"};
    struct html said;
    html_init(&said, NULL, SIZE_MAX);
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        const json_t *token = json_array_get(tokens, i);
        if (json_is_string(token))
            put_said(&said, token);
        for (size_t j = 0; j < sizeof members / sizeof *members; j++) {
            const json_t *number = json_object_get(token, members[j]);
            char code[32];
            snprintf(code, sizeof code, "\x1f%c%lld\x1f", *members[j],
                     (long long)json_integer_value(number));
            html_raw(&said, number ? code : "");
        }
    }
    if (said.length && said.data[said.length - 1] == ' ')
        said.length--;
    unsigned char digest[crypto_generichash_BYTES];
    char hex[2 * sizeof digest + 1];
    crypto_generichash(digest, sizeof digest, (const unsigned char *)said.data, said.length, NULL,
                       0);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    memcpy(ret, hex, SEGMENTS_HASH);
    ret[SEGMENTS_HASH] = '\0';
    talloc_free(said.data);
}

// ---- what may stand for a unit ---------------------------------------------------------------

// Text alone counts: a code of the unit brings its own.
static bool has_text(const json_t *tokens)
{
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        const char *text = json_string_value(json_array_get(tokens, i));
        if (text && text[strspn(text, " \t\n\r")])
            return true;
    }
    return false;
}

const char *segments_check(const json_t *unit, const json_t *target)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const char *reason;
    segments_parts(ctx, unit, target, &reason);
    talloc_free(ctx);
    if (!reason && has_text(json_object_get(unit, "tokens")) && !has_text(target))
        return "segment.no_target";
    return reason;
}

// ---- the way back ----------------------------------------------------------------------------

char *segments_join(TALLOC_CTX *ctx, const json_t *segments, const json_t *targets)
{
    const json_t *pieces = json_object_get(segments, "pieces");
    const json_t *units = json_object_get(segments, "units");
    if (!json_is_array(pieces) || !json_is_array(units) || (targets && !json_is_array(targets)))
        return NULL;
    struct html out;
    html_init(&out, ctx, SIZE_MAX);
    for (size_t i = 0; i < json_array_size(pieces); i++) {
        const json_t *piece = json_array_get(pieces, i);
        size_t index = (size_t)json_integer_value(piece);
        if (json_is_string(piece))
            html_bytes(&out, json_string_value(piece), json_string_length(piece));
        else
            segments_write(&out, segments, targets, json_array_get(units, index),
                           json_array_get(targets, index));
    }
    return out.data;
}
