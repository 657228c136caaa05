// What the formats share, and the gate before them: an item is shown whole or not at all.
#include "render/feed_internal.h"

#include "content/base/log.h"
#include "render/xml.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Years of four digits: 0001 to 9999.
static const int64_t earliest = -62135596800, latest = 253402300799;

static struct tm calendar(int64_t seconds)
{
    time_t moment = seconds < earliest ? earliest : seconds > latest ? latest : seconds;
    struct tm tm;
    gmtime_r(&moment, &tm);
    return tm;
}

const char *feed_rfc3339(char out[FEED_TIME_BYTES], int64_t seconds)
{
    struct tm tm = calendar(seconds);
    snprintf(out, FEED_TIME_BYTES, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return out;
}

const char *feed_rfc822(char out[FEED_TIME_BYTES], int64_t seconds)
{
    struct tm tm = calendar(seconds);
    snprintf(out, FEED_TIME_BYTES, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[tm.tm_wday],
             tm.tm_mday, month_names[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
             tm.tm_sec);
    return out;
}

bool feed_is_stale(const struct feed_item *item)
{
    return item->staleness && strcmp(item->staleness, "behind-major") == 0;
}

size_t feed_categories(TALLOC_CTX *ctx, const struct feed_item *item, struct feed_category **ret)
{
    struct feed_category *list = talloc_array(ctx, struct feed_category, item->province_count + 6);
    size_t count = 0;
    *ret = list;
    if (item->withdrawn) {
        list[count++] = (struct feed_category){"status", "withdrawn", NULL};
        return count;
    }
    if (item->topic.id)
        list[count++] = (struct feed_category){"topic", item->topic.id, item->topic.label};
    for (size_t i = 0; i < item->province_count; i++)
        list[count++] =
            (struct feed_category){"province", item->provinces[i].id, item->provinces[i].label};
    if (item->method)
        list[count++] = (struct feed_category){"translation", item->method, NULL};
    if (item->proofread)
        list[count++] = (struct feed_category){"translation", "proofread", NULL};
    if (feed_is_stale(item))
        list[count++] = (struct feed_category){"translation", "stale", NULL};
    if (item->correction_count)
        list[count++] = (struct feed_category){"status", "corrected", NULL};
    return count;
}

char *feed_licence_url(TALLOC_CTX *ctx, const char *licence)
{
    char kind[16], version[8];
    int end = 0;
    if (!licence)
        return NULL;
    if (strcmp(licence, "CC0-1.0") == 0)
        return talloc_strdup(ctx, "https://creativecommons.org/publicdomain/zero/1.0/");
    if (sscanf(licence, "CC-%15[A-Z-]%7[0-9.]%n", kind, version, &end) != 2 || licence[end])
        return NULL;
    size_t length = strlen(kind);
    if (length < 3 || kind[length - 1] != '-')
        return NULL;
    for (char *c = kind; *c; c++)
        *c = *c == '-' ? '-' : (char)(*c - 'A' + 'a');
    return talloc_asprintf(ctx, "https://creativecommons.org/licenses/%.*s/%s/", (int)length - 1,
                           kind, version);
}

void feed_media(struct xml *xml, const struct feed_image *image)
{
    char bytes[24];
    snprintf(bytes, sizeof(bytes), "%lld", (long long)image->bytes);
    xml_start(xml, "media:content");
    xml_attribute(xml, "url", image->url);
    xml_attribute(xml, "type", image->type);
    xml_attribute(xml, "fileSize", bytes);
    xml_attribute(xml, "medium", "image");
    xml_element(xml, "media:description", image->alt);
    xml_element(xml, "media:credit", image->credit);
    if (image->licence) {
        char *address = feed_licence_url(xml, image->licence);
        xml_start(xml, "media:license");
        xml_attribute(xml, "href", address);
        xml_text(xml, image->licence);
        xml_end(xml);
        talloc_free(address);
    }
    xml_end(xml);
}

static bool clean(TALLOC_CTX *ctx, const char **text)
{
    if (*text)
        *text = xml_clean(ctx, *text);
    return *text != NULL;
}

// Each of the texts is there and can be written.
static bool clean_needed(TALLOC_CTX *ctx, const char **const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!clean(ctx, texts[i]) || !(*texts[i])[strspn(*texts[i], " \t\n")])
            return false;
    return true;
}

static bool clean_optional(TALLOC_CTX *ctx, const char **const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (*texts[i] && !clean(ctx, texts[i]))
            return false;
    return true;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_address(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    if (!scheme || !text[scheme])
        return false;
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || strchr("\"<>\\^`{|}\x7f", *text))
            return false;
    return true;
}

static bool is_time(int64_t seconds)
{
    return seconds >= earliest && seconds <= latest;
}

static bool prepare_provinces(TALLOC_CTX *ctx, struct feed_item *item)
{
    struct feed_term *provinces = talloc_array(ctx, struct feed_term, item->province_count);
    for (size_t i = 0; i < item->province_count; i++) {
        provinces[i] = item->provinces[i];
        if (!clean(ctx, &provinces[i].id) || !clean(ctx, &provinces[i].label))
            return false;
    }
    item->provinces = provinces;
    return true;
}

// One address for each other language.
static bool prepare_translations(TALLOC_CTX *ctx, struct feed_item *item)
{
    struct feed_translation *list =
        talloc_array(ctx, struct feed_translation, item->translation_count);
    size_t count = 0;
    for (size_t i = 0; i < item->translation_count; i++) {
        struct feed_translation one = item->translations[i];
        if (!clean(ctx, &one.locale) || !clean(ctx, &one.url) || !is_address(one.url))
            return false;
        bool known = strcmp(one.locale, item->language) == 0;
        for (size_t j = 0; j < count; j++)
            known = known || strcmp(one.locale, list[j].locale) == 0;
        if (!known)
            list[count++] = one;
    }
    item->translations = list;
    item->translation_count = count;
    return true;
}

static bool prepare_corrections(TALLOC_CTX *ctx, struct feed_item *item)
{
    struct feed_correction *list =
        talloc_array(ctx, struct feed_correction, item->correction_count);
    for (size_t i = 0; i < item->correction_count; i++) {
        list[i] = item->corrections[i];
        const char **const texts[] = {&list[i].reason, &list[i].label, &list[i].note};
        if (!clean_needed(ctx, texts, COUNT(texts)) || !is_time(list[i].at))
            return false;
    }
    item->corrections = list;
    return true;
}

// Of what vanished nothing is written but the identifier and the time.
static const char *prepare_vanished(TALLOC_CTX *ctx, const struct feed *feed,
                                    struct feed_item *item)
{
    const char **const needed[] = {&item->uri, &item->language};
    if (!clean_needed(ctx, needed, COUNT(needed)) || !is_address(item->uri))
        return "its address is not one";
    if (strcmp(item->language, feed->language) != 0)
        return "it is in another language";
    if (!is_time(item->published) || !is_time(item->updated) || !is_time(item->modified))
        return "its time is out of range";
    *item = (struct feed_item){
        .uri = item->uri,
        .language = item->language,
        .withdrawn = true,
        .vanished = true,
        .version = item->version,
        .published = item->published,
        .updated = item->updated,
        .modified = item->modified,
    };
    return NULL;
}

static const char *prepare_shown(TALLOC_CTX *ctx, const struct feed *feed, struct feed_item *item)
{
    const char **const needed[] = {&item->uri, &item->url, &item->language, &item->title};
    const char **const optional[] = {
        &item->source_uri,   &item->notice,        &item->summary,     &item->html,
        &item->author,       &item->agency,        &item->licence,     &item->method,
        &item->topic.id,     &item->image.url,     &item->image.type,  &item->image.alt,
        &item->image.credit, &item->image.licence, &item->replaced_by, &item->staleness};
    if (!clean_needed(ctx, needed, COUNT(needed)))
        return "its title, language or address is missing or not UTF-8";
    if (!clean_optional(ctx, optional, COUNT(optional)))
        return "a text is not UTF-8";
    if (item->topic.id && !clean(ctx, &item->topic.label))
        return "its topic has no name or it is not UTF-8";
    if (!is_address(item->uri) || !is_address(item->url))
        return "its address is not one";
    if (item->replaced_by && !is_address(item->replaced_by))
        return "the address of what replaces it is not one";
    if (item->image.url && (!is_address(item->image.url) || !item->image.type))
        return "its picture has no address or type";
    if (strcmp(item->language, feed->language) != 0)
        return "it is in another language";
    if (!item->withdrawn && !item->html)
        return "it has no text";
    if (!is_time(item->published) || !is_time(item->updated) || !is_time(item->modified))
        return "its time is out of range";
    if (!prepare_provinces(ctx, item) || !prepare_translations(ctx, item) ||
        !prepare_corrections(ctx, item))
        return "a province, translation or correction has no name, address or text";
    return NULL;
}

// NULL when the item can be shown, else why not.
static const char *prepare_item(TALLOC_CTX *ctx, const struct feed *feed, struct feed_item *item)
{
    const char *fault =
        item->vanished ? prepare_vanished(ctx, feed, item) : prepare_shown(ctx, feed, item);
    if (fault)
        return fault;
    if (item->modified < item->updated)
        item->modified = item->updated;
    for (const struct feed_item *other = feed->items; other < feed->items + feed->item_count;
         other++)
        if (strcmp(other->uri, item->uri) == 0)
            return "the feed has it already";
    return NULL;
}

int feed_prepare(TALLOC_CTX *ctx, struct feed *feed)
{
    const char **const needed[] = {&feed->id,   &feed->language,  &feed->title, &feed->author,
                                   &feed->self, &feed->alternate, &feed->terms, &feed->about};
    const char **const optional[] = {&feed->subtitle,     &feed->rights,       &feed->author_url,
                                     &feed->prev_archive, &feed->next_archive, &feed->current};
    if (!clean_needed(ctx, needed, COUNT(needed)) ||
        !clean_optional(ctx, optional, COUNT(optional)))
        return SEN_INVALID;
    const char *addresses[] = {feed->id, feed->self, feed->alternate, feed->terms, feed->about};
    for (size_t i = 0; i < COUNT(addresses); i++)
        if (!is_address(addresses[i]))
            return SEN_INVALID;
    size_t given = feed->item_count;
    feed->item_count = 0;
    feed->updated = feed->modified = 0;
    for (size_t i = 0; i < given; i++) {
        struct feed_item item = feed->items[i];
        const char *fault = prepare_item(ctx, feed, &item);
        if (fault) {
            feed->dropped++;
            log_warn("feed.item", "left out of %s: %s: %s", feed->id,
                     item.uri ? item.uri : "(no identifier)", fault);
            continue;
        }
        if (!feed->item_count || item.updated > feed->updated)
            feed->updated = item.updated;
        if (!feed->item_count || item.modified > feed->modified)
            feed->modified = item.modified;
        feed->items[feed->item_count++] = item;
    }
    feed->prepared = true;
    return SEN_OK;
}
