// RSS 2.0 (https://www.rssboard.org/rss-specification) with content:, dc:, media: and atom:.
#include "render/feed_internal.h"

#include "render/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_atom_link(struct xml *xml, const char *relation, const char *address)
{
    if (!address)
        return;
    xml_start(xml, "atom:link");
    xml_attribute(xml, "rel", relation);
    xml_attribute(xml, "type", "application/rss+xml");
    xml_attribute(xml, "href", address);
    xml_end(xml);
}

static void write_head(struct xml *xml, const struct feed *feed)
{
    char time[FEED_TIME_BYTES], minutes[8];
    snprintf(minutes, sizeof(minutes), "%d", FEED_TTL_MINUTES);
    xml_element(xml, "title", feed->title);
    xml_element(xml, "link", feed->alternate);
    xml_element(xml, "description", feed->subtitle ? feed->subtitle : feed->title);
    xml_element(xml, "language", feed->language);
    xml_element(xml, "copyright", feed->rights);
    xml_element(xml, "lastBuildDate", feed_rfc822(time, feed->modified));
    xml_element(xml, "generator", "Sen " SEN_VERSION);
    xml_element(xml, "ttl", minutes);
    write_atom_link(xml, "self", feed->self);
    write_atom_link(xml, "current", feed->current);
    write_atom_link(xml, "prev-archive", feed->prev_archive);
    write_atom_link(xml, "next-archive", feed->next_archive);
    if (feed->archive)
        xml_element(xml, "fh:archive", "");
}

// Readers take a description for HTML.
static void write_description(struct xml *xml, const char *text)
{
    char *html;
    size_t length;
    FILE *out = open_memstream(&html, &length);
    if (!out)
        abort();
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
    if (fclose(out))
        abort();
    xml_element(xml, "description", html);
    free(html);
}

static void write_categories(struct xml *xml, const struct feed *feed, const struct feed_item *item)
{
    struct feed_category *categories;
    size_t count = feed_categories(xml, item, &categories);
    for (size_t i = 0; i < count; i++) {
        char *scheme = talloc_asprintf(categories, "%s/%s", feed->terms, categories[i].scheme);
        xml_start(xml, "category");
        xml_attribute(xml, "domain", scheme);
        xml_text(xml, categories[i].label ? categories[i].label : categories[i].term);
        xml_end(xml);
    }
    talloc_free(categories);
}

static void write_image(struct xml *xml, const struct feed_image *image)
{
    char bytes[24];
    if (!image->url)
        return;
    snprintf(bytes, sizeof(bytes), "%lld", (long long)image->bytes);
    xml_start(xml, "enclosure");
    xml_attribute(xml, "url", image->url);
    xml_attribute(xml, "length", bytes);
    xml_attribute(xml, "type", image->type);
    xml_end(xml);
    feed_media(xml, image);
}

static void write_text(struct xml *xml, const struct feed_item *item)
{
    xml_element(xml, "dc:creator", item->author ? item->author : item->agency);
    xml_element(xml, "dc:publisher", item->agency);
    xml_element(xml, "dc:rights", item->licence);
    write_image(xml, &item->image);
    if (item->summary)
        write_description(xml, item->summary);
    xml_start(xml, "content:encoded");
    xml_cdata(xml, item->html);
    xml_end(xml);
}

static void write_item(struct xml *xml, const struct feed *feed, const struct feed_item *item)
{
    char published[FEED_TIME_BYTES], updated[FEED_TIME_BYTES];
    xml_start(xml, "item");
    xml_element(xml, "title", item->title);
    xml_element(xml, "link", item->url);
    xml_start(xml, "guid");
    xml_attribute(xml, "isPermaLink", "false");
    xml_text(xml, item->uri);
    xml_end(xml);
    xml_element(xml, "pubDate", feed_rfc822(published, item->published));
    xml_element(xml, "atom:updated", feed_rfc3339(updated, item->updated));
    write_categories(xml, feed, item);
    if (!item->withdrawn)
        write_text(xml, item);
    else if (item->notice)
        write_description(xml, item->notice);
    xml_end(xml);
}

int feed_rss(TALLOC_CTX *ctx, const struct feed *feed, char **ret, size_t *ret_length)
{
    if (!feed->prepared)
        return SEN_INVALID;
    struct xml *xml = xml_new(ctx);
    xml_start(xml, "rss");
    xml_attribute(xml, "version", "2.0");
    xml_attribute(xml, "xmlns:atom", "http://www.w3.org/2005/Atom");
    xml_attribute(xml, "xmlns:content", "http://purl.org/rss/1.0/modules/content/");
    xml_attribute(xml, "xmlns:dc", "http://purl.org/dc/elements/1.1/");
    xml_attribute(xml, "xmlns:fh", "http://purl.org/syndication/history/1.0");
    xml_attribute(xml, "xmlns:media", "http://search.yahoo.com/mrss/");
    xml_start(xml, "channel");
    write_head(xml, feed);
    for (size_t i = 0; i < feed->item_count; i++)
        if (!feed->items[i].vanished)
            write_item(xml, feed, &feed->items[i]);
    int r = xml_finish(xml, ctx, ret, ret_length);
    talloc_free(xml);
    return r;
}
