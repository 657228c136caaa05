#include "api/query.h"

#include "locales/text.h"

#include <stdbool.h>
#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Decode %XX (and "+" where plus_is_space). NULL on a broken escape.
static char *unescape(TALLOC_CTX *ctx, const char *text, size_t length, bool plus_is_space,
                      size_t *ret_length)
{
    char *out = talloc_array(ctx, char, length + 1), *end = out;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '+' && plus_is_space) {
            *end++ = ' ';
        } else if (text[i] == '%') {
            int high = i + 2 < length ? hex(text[i + 1]) : -1;
            int low = i + 2 < length ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                talloc_free(out);
                return NULL;
            }
            *end++ = (char)(high << 4 | low);
            i += 2;
        } else {
            *end++ = text[i];
        }
    }
    *end = '\0';
    *ret_length = (size_t)(end - out);
    return out;
}

static char *decode(TALLOC_CTX *ctx, const char *text, size_t length, bool plus_is_space)
{
    size_t plain, normal;
    char *ret;
    char *bytes = unescape(ctx, text, length, plus_is_space, &plain);
    if (!bytes || text_check(ctx, bytes, plain, TEXT_LINE, &ret, &normal))
        return NULL;
    return ret;
}

int query_parse(TALLOC_CTX *ctx, const char *text, size_t length, struct query *ret)
{
    *ret = (struct query){.offender = ""};
    const char *end = text + length;
    while (text < end) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        if (!stop)
            stop = end;
        const char *equals = memchr(text, '=', (size_t)(stop - text));
        const char *value = equals ? equals + 1 : stop;
        size_t name_length = (size_t)((equals ? equals : stop) - text);
        if (stop == text) {
            text = stop + 1;
            continue;
        }
        ret->offender = "";
        if (ret->count == QUERY_PARAMETERS_MAX)
            return QUERY_TOO_MANY;
        struct query_parameter *parameter = &ret->parameters[ret->count];
        parameter->name = decode(ctx, text, name_length, true);
        if (!parameter->name)
            return QUERY_BROKEN;
        ret->offender = parameter->name;
        if (strlen(parameter->name) > 64) {
            ret->offender = "";
            return QUERY_TOO_LONG;
        }
        if ((size_t)(stop - value) > QUERY_VALUE_MAX * 3)
            return QUERY_TOO_LONG;
        parameter->value = decode(ctx, value, (size_t)(stop - value), true);
        if (!parameter->value)
            return QUERY_BROKEN;
        if (strlen(parameter->value) > QUERY_VALUE_MAX)
            return QUERY_TOO_LONG;
        if (query_get(ret, parameter->name))
            return QUERY_DOUBLED;
        ret->count++;
        text = stop + 1;
    }
    ret->offender = "";
    return QUERY_OK;
}

const char *query_get(const struct query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++)
        if (strcmp(query->parameters[i].name, name) == 0)
            return query->parameters[i].value;
    return NULL;
}

char *path_decode(TALLOC_CTX *ctx, const char *text, size_t length)
{
    char *segment = decode(ctx, text, length, false);
    return segment && strchr(segment, '/') ? NULL : segment;
}

char *query_encode(TALLOC_CTX *ctx, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = talloc_array(ctx, char, strlen(text) * 3 + 1), *end = out;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || strchr("-._~", *c);
        if (plain) {
            *end++ = (char)*c;
        } else {
            *end++ = '%';
            *end++ = digits[*c >> 4];
            *end++ = digits[*c & 15];
        }
    }
    *end = '\0';
    return out;
}
