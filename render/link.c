#include "render/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool has_control(const char *url)
{
    for (const unsigned char *p = (const unsigned char *)url; *p; p++)
        if (*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

static bool below_origin(const char *url, const char *origin)
{
    size_t length = origin ? strlen(origin) : 0;
    return length && strncasecmp(url, origin, length) == 0 &&
           (!url[length] || strchr("/?#", url[length]));
}

// Browsers take "\" for "/" and skip slashes in front of a host, so what follows "//" must begin a
// host without doubt.
static bool has_host(const char *authority)
{
    return *authority && !strchr("/\\?#:@ ", *authority);
}

enum link_kind link_classify(const char *url, const char *origin, const char **ret_rest)
{
    if (has_control(url) || *url == ' ')
        return LINK_REFUSED;
    size_t end = strcspn(url, ":/?#");
    if (url[end] != ':') {
        if ((url[0] != '/' && url[0] != '\\') || (url[1] != '/' && url[1] != '\\'))
            return LINK_INTERNAL;
        return url[0] == '/' && url[1] == '/' && has_host(url + 2) ? LINK_EXTERNAL : LINK_REFUSED;
    }

    static const struct {
        const char *scheme;
        enum link_kind kind;
    } allowed[] = {
        {"http", LINK_EXTERNAL}, {"https", LINK_EXTERNAL}, {"mailto", LINK_CONTACT},
        {"tel", LINK_CONTACT},   {"media", LINK_MEDIA},    {"footnote", LINK_NOTE},
    };
    const char *rest = url + end + 1;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        if (strlen(allowed[i].scheme) != end || strncasecmp(url, allowed[i].scheme, end) != 0)
            continue;
        *ret_rest = rest;
        if (allowed[i].kind != LINK_EXTERNAL)
            return allowed[i].kind;
        if (strncmp(rest, "//", 2) != 0 || !has_host(rest + 2))
            return LINK_REFUSED;
        return below_origin(url, origin) ? LINK_INTERNAL : LINK_EXTERNAL;
    }
    return LINK_REFUSED;
}
