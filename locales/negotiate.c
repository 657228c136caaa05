#include "locales/negotiate.h"

#include <string.h>
#include <strings.h>

struct range {
    const char *tag;
    size_t length;
    int quality; // thousandths
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void trim(const char **text, size_t *length)
{
    while (*length > 0 && is_space((*text)[0]))
        (*text)++, (*length)--;
    while (*length > 0 && is_space((*text)[*length - 1]))
        (*length)--;
}

// qvalue of RFC 9110 section 12.4.2 in thousandths; -1 when it is none.
static int read_quality(const char *text, size_t length)
{
    int quality = 0, unit = 100;

    if (length == 0 || length > 5 || (text[0] != '0' && text[0] != '1'))
        return -1;
    if (length > 1 && text[1] != '.')
        return -1;
    for (size_t i = 2; i < length; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        quality += (text[i] - '0') * unit;
    }
    if (text[0] == '0')
        return quality;
    return quality == 0 ? 1000 : -1;
}

// One member of the list: "fr-CH", "en;q=0.8".
static bool read_range(const char *text, size_t length, struct range *ret)
{
    const char *semicolon = memchr(text, ';', length);

    ret->tag = text;
    ret->length = semicolon ? (size_t)(semicolon - text) : length;
    ret->quality = 1000;
    trim(&ret->tag, &ret->length);
    if (ret->length == 0)
        return false;
    if (!semicolon)
        return true;
    const char *weight = semicolon + 1;
    size_t weight_length = (size_t)(text + length - weight);
    trim(&weight, &weight_length);
    if (weight_length < 2 || strncasecmp(weight, "q=", 2) != 0)
        return false;
    ret->quality = read_quality(weight + 2, weight_length - 2);
    return ret->quality >= 0;
}

static size_t read_ranges(const char *header, size_t length, struct range ranges[NEGOTIATE_RANGES])
{
    size_t count = 0, seen = 0;
    bool cut = length > NEGOTIATE_BYTES;
    const char *end = header + (cut ? NEGOTIATE_BYTES : length);

    while (header < end && seen < NEGOTIATE_RANGES) {
        const char *comma = memchr(header, ',', (size_t)(end - header));
        if (!comma && cut)
            break; // the limit may have cut this one
        const char *part = header;
        size_t part_length = (size_t)((comma ? comma : end) - part);
        header = part + part_length + 1;
        trim(&part, &part_length);
        if (part_length == 0)
            continue;
        seen++;
        if (read_range(part, part_length, &ranges[count]))
            count++;
    }
    return count;
}

static bool served(const struct locale *locale)
{
    return locale && (locale->catalog || locale->content);
}

static bool named(const struct locale *const *matches, size_t count, const struct locale *locale)
{
    for (size_t i = 0; i < count; i++)
        if (matches[i] == locale)
            return true;
    return false;
}

// What "*" stands for: the default, or else the first, among those that no other range names.
static const struct locale *any_other(const struct locale *const *matches, size_t count)
{
    if (served(locale_default()) && !named(matches, count, locale_default()))
        return locale_default();
    for (size_t i = 0; i < locale_count(); i++)
        if (served(locale_at(i)) && !named(matches, count, locale_at(i)))
            return locale_at(i);
    return NULL;
}

int negotiate(const char *accept_language, size_t length, const struct locale **ret)
{
    struct range ranges[NEGOTIATE_RANGES];
    const struct locale *matches[NEGOTIATE_RANGES];
    const struct locale *best = NULL;
    int best_quality = 0;

    if (length == 0)
        return LOCALES_NO_MATCH;
    size_t count = read_ranges(accept_language, length, ranges);
    for (size_t i = 0; i < count; i++)
        matches[i] = locale_match(ranges[i].tag, ranges[i].length);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].quality <= best_quality)
            continue;
        const struct locale *locale = matches[i];
        if (ranges[i].length == 1 && ranges[i].tag[0] == '*')
            locale = any_other(matches, count);
        if (!served(locale))
            continue;
        best = locale;
        best_quality = ranges[i].quality;
    }
    if (!best)
        return LOCALES_NO_MATCH;
    *ret = best;
    return 0;
}
