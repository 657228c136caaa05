// JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). The extension _portal carries what the
// format has no place for: version, status, rights, how a text was made and its other languages.
#include "render/feed_internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void set(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_string(text));
}

static void set_time(json_t *object, const char *key, int64_t seconds)
{
    char time[FEED_TIME_BYTES];
    set(object, key, feed_rfc3339(time, seconds));
}

static json_t *authors(const char *name, const char *address)
{
    json_t *author = json_object();
    set(author, "name", name);
    set(author, "url", address);
    return json_pack("[o]", author);
}

static json_t *rights_of(const char *licence)
{
    json_t *rights = json_object();
    char *address = feed_licence_url(NULL, licence);
    set(rights, "licence", licence);
    set(rights, "url", address);
    talloc_free(address);
    return rights;
}

static json_t *corrections_of(const struct feed_item *item)
{
    json_t *list = json_array();
    for (size_t i = 0; i < item->correction_count; i++) {
        json_t *correction = json_object();
        set_time(correction, "date", item->corrections[i].at);
        set(correction, "reason", item->corrections[i].reason);
        set(correction, "text", item->corrections[i].note);
        json_array_append_new(list, correction);
    }
    return list;
}

static json_t *portal_of(const struct feed_item *item)
{
    json_t *portal = json_object();
    json_object_set_new(portal, "version", json_integer(item->version));
    set(portal, "status", item->withdrawn ? "withdrawn" : "usable");
    set_time(portal, "updated", item->updated);
    set(portal, "replacedBy", item->replaced_by);
    if (item->withdrawn)
        return portal;
    json_object_set_new(portal, "corrections", corrections_of(item));
    set(portal, "agency", item->agency);
    set(portal, "method", item->method);
    json_object_set_new(portal, "proofread", json_boolean(item->proofread));
    set(portal, "sourceEdition", item->source_uri);
    if (item->source_uri)
        set(portal, "staleness", item->staleness);
    json_t *translations = json_array();
    for (size_t i = 0; i < item->translation_count; i++) {
        json_t *translation = json_object();
        set(translation, "language", item->translations[i].locale);
        set(translation, "url", item->translations[i].url);
        json_array_append_new(translations, translation);
    }
    json_object_set_new(portal, "translations", translations);
    if (item->licence)
        json_object_set_new(portal, "rights", rights_of(item->licence));
    return portal;
}

static void add_tags(json_t *object, const struct feed_item *item)
{
    json_t *tags = json_array();
    if (item->topic.id)
        json_array_append_new(tags, json_string(item->topic.label));
    for (size_t i = 0; i < item->province_count; i++)
        json_array_append_new(tags, json_string(item->provinces[i].label));
    if (json_array_size(tags))
        json_object_set(object, "tags", tags);
    json_decref(tags);
}

static void add_image(json_t *object, const struct feed_image *image)
{
    if (!image->url)
        return;
    set(object, "image", image->url);
    json_t *attachment = json_object(), *portal = json_object();
    set(attachment, "url", image->url);
    set(attachment, "mime_type", image->type);
    set(attachment, "title", image->alt);
    json_object_set_new(attachment, "size_in_bytes", json_integer(image->bytes));
    set(portal, "credit", image->credit);
    if (image->licence)
        json_object_set_new(portal, "rights", rights_of(image->licence));
    json_object_set_new(attachment, "_portal", portal);
    json_object_set_new(object, "attachments", json_pack("[o]", attachment));
}

// whole: with its text, not only its summary.
static json_t *item_of(const struct feed_item *item, bool whole)
{
    json_t *object = json_object();
    set(object, "id", item->uri);
    set(object, "url", item->url);
    set(object, "title", item->title);
    if (item->withdrawn)
        set(object, "content_text", item->notice ? item->notice : "");
    else if (whole)
        set(object, "content_html", item->html);
    else
        set(object, "content_text", item->summary ? item->summary : item->title);
    if (!item->withdrawn)
        set(object, "summary", item->summary);
    set_time(object, "date_published", item->published);
    set_time(object, "date_modified", item->modified);
    set(object, "language", item->language);
    if (!item->withdrawn) {
        const char *author = item->author ? item->author : item->agency;
        if (author)
            json_object_set_new(object, "authors", authors(author, NULL));
        add_tags(object, item);
        add_image(object, &item->image);
    }
    json_object_set_new(object, "_portal", portal_of(item));
    return object;
}

static json_t *head_of(const struct feed *feed)
{
    json_t *head = json_object();
    set(head, "version", "https://jsonfeed.org/version/1.1");
    set(head, "title", feed->title);
    set(head, "description", feed->subtitle);
    set(head, "home_page_url", feed->alternate);
    set(head, "feed_url", feed->self);
    set(head, "next_url", feed->prev_archive);
    set(head, "language", feed->language);
    json_object_set_new(head, "authors", authors(feed->author, feed->author_url));
    json_t *portal = json_object();
    set(portal, "about", feed->about);
    set(portal, "rights", feed->rights);
    json_object_set_new(head, "_portal", portal);
    return head;
}

static size_t size_of(const json_t *value)
{
    return json_dumpb(value, NULL, 0, JSON_COMPACT);
}

int feed_json(TALLOC_CTX *ctx, const struct feed *feed, char **ret, size_t *ret_length)
{
    if (!feed->prepared)
        return SEN_INVALID;
    json_t *document = head_of(feed), *items = json_array();
    size_t size = size_of(document) + sizeof(",\"items\":[]") - 1;
    // Room for every item's short form is kept before the first is given whole.
    for (size_t i = 0; i < feed->item_count; i++) {
        json_t *item = item_of(&feed->items[i], false);
        size += size_of(item) + (i > 0);
        json_array_append_new(items, item);
    }
    for (size_t i = 0; i < feed->item_count; i++) {
        json_t *item = item_of(&feed->items[i], true);
        size_t with = size - size_of(json_array_get(items, i)) + size_of(item);
        if (with > FEED_JSON_BYTES) {
            json_decref(item);
            continue;
        }
        size = with;
        json_array_set_new(items, i, item);
    }
    json_object_set_new(document, "items", items);
    char *text = json_dumps(document, JSON_COMPACT);
    json_decref(document);
    if (!text)
        abort(); // out of memory
    *ret = talloc_strdup(ctx, text);
    *ret_length = strlen(text);
    free(text);
    return SEN_OK;
}
