// Atom (RFC 4287) with tombstones (RFC 6721), archives (RFC 5005), licences (RFC 4946) and Media
// RSS.
#include "render/feed_internal.h"

#include "render/xml.h"

#include <stdio.h>

static void write_link(struct xml *xml, const char *relation, const char *type,
                       const char *language, const char *address)
{
    if (!address)
        return;
    xml_start(xml, "link");
    xml_attribute(xml, "rel", relation);
    xml_attribute(xml, "type", type);
    xml_attribute(xml, "hreflang", language);
    xml_attribute(xml, "href", address);
    xml_end(xml);
}

static void write_person(struct xml *xml, const char *name, const char *address)
{
    if (!name)
        return;
    xml_start(xml, "author");
    xml_element(xml, "name", name);
    xml_element(xml, "uri", address);
    xml_end(xml);
}

static void write_head(struct xml *xml, const struct feed *feed)
{
    static const char own_type[] = "application/atom+xml";
    char time[FEED_TIME_BYTES];
    xml_element(xml, "id", feed->id);
    xml_element(xml, "title", feed->title);
    xml_element(xml, "subtitle", feed->subtitle);
    xml_element(xml, "updated", feed_rfc3339(time, feed->updated));
    write_person(xml, feed->author, feed->author_url);
    write_link(xml, "self", own_type, NULL, feed->self);
    write_link(xml, "alternate", "text/html", feed->language, feed->alternate);
    write_link(xml, "current", own_type, NULL, feed->current);
    write_link(xml, "prev-archive", own_type, NULL, feed->prev_archive);
    write_link(xml, "next-archive", own_type, NULL, feed->next_archive);
    if (feed->archive)
        xml_element(xml, "fh:archive", "");
    else if (!feed->prev_archive)
        xml_element(xml, "fh:complete", "");
    xml_element(xml, "rights", feed->rights);
    xml_start(xml, "generator");
    xml_attribute(xml, "version", SEN_VERSION);
    xml_text(xml, "Sen");
    xml_end(xml);
}

static void write_categories(struct xml *xml, const struct feed *feed, const struct feed_item *item)
{
    struct feed_category *categories;
    size_t count = feed_categories(xml, item, &categories);
    for (size_t i = 0; i < count; i++) {
        char *scheme = talloc_asprintf(categories, "%s/%s", feed->terms, categories[i].scheme);
        xml_start(xml, "category");
        xml_attribute(xml, "term", categories[i].term);
        xml_attribute(xml, "scheme", scheme);
        xml_attribute(xml, "label", categories[i].label);
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
    xml_start(xml, "link");
    xml_attribute(xml, "rel", "enclosure");
    xml_attribute(xml, "type", image->type);
    xml_attribute(xml, "length", bytes);
    xml_attribute(xml, "title", image->alt);
    xml_attribute(xml, "href", image->url);
    xml_end(xml);
    feed_media(xml, image);
}

// Readers of a corrected text learn of that first.
static void write_summary(struct xml *xml, const struct feed_item *item)
{
    if (!item->correction_count) {
        xml_element(xml, "summary", item->summary);
        return;
    }
    const struct feed_correction *newest = &item->corrections[0];
    char *summary =
        talloc_asprintf(xml, "%s: %s%s%s", newest->label, newest->note, item->summary ? "\n\n" : "",
                        item->summary ? item->summary : "");
    xml_element(xml, "summary", summary);
    talloc_free(summary);
}

static void write_entry(struct xml *xml, const struct feed *feed, const struct feed_item *item)
{
    char time[FEED_TIME_BYTES];
    xml_start(xml, "entry");
    xml_element(xml, "id", item->uri);
    xml_element(xml, "title", item->title);
    xml_element(xml, "published", feed_rfc3339(time, item->published));
    xml_element(xml, "updated", feed_rfc3339(time, item->updated));
    write_person(xml, item->author ? item->author : item->agency, NULL);
    xml_element(xml, "dc:publisher", item->agency);
    write_link(xml, "alternate", "text/html", item->language, item->url);
    for (size_t i = 0; i < item->translation_count; i++)
        write_link(xml, "alternate", "text/html", item->translations[i].locale,
                   item->translations[i].url);
    write_categories(xml, feed, item);
    xml_element(xml, "rights", item->licence);
    char *licence = feed_licence_url(xml, item->licence);
    write_link(xml, "license", NULL, NULL, licence);
    talloc_free(licence);
    write_image(xml, &item->image);
    write_summary(xml, item);
    xml_start(xml, "content");
    xml_attribute(xml, "type", "html");
    xml_text(xml, item->html);
    xml_end(xml);
    xml_end(xml);
}

static void write_tombstone(struct xml *xml, const struct feed_item *item)
{
    char time[FEED_TIME_BYTES];
    xml_start(xml, "at:deleted-entry");
    xml_attribute(xml, "ref", item->uri);
    xml_attribute(xml, "when", feed_rfc3339(time, item->updated));
    xml_element(xml, "at:comment", item->notice);
    write_link(xml, "alternate", NULL, NULL, item->replaced_by);
    xml_end(xml);
}

int feed_atom(TALLOC_CTX *ctx, const struct feed *feed, char **ret, size_t *ret_length)
{
    if (!feed->prepared)
        return SEN_INVALID;
    struct xml *xml = xml_new(ctx);
    xml_start(xml, "feed");
    xml_attribute(xml, "xmlns", "http://www.w3.org/2005/Atom");
    xml_attribute(xml, "xmlns:at", "http://purl.org/atompub/tombstones/1.0");
    xml_attribute(xml, "xmlns:dc", "http://purl.org/dc/elements/1.1/");
    xml_attribute(xml, "xmlns:fh", "http://purl.org/syndication/history/1.0");
    xml_attribute(xml, "xmlns:media", "http://search.yahoo.com/mrss/");
    xml_attribute(xml, "xml:lang", feed->language);
    write_head(xml, feed);
    for (size_t i = 0; i < feed->item_count; i++) {
        if (feed->items[i].withdrawn)
            write_tombstone(xml, &feed->items[i]);
        else
            write_entry(xml, feed, &feed->items[i]);
    }
    int r = xml_finish(xml, ctx, ret, ret_length);
    talloc_free(xml);
    return r;
}
