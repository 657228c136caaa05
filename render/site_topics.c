// The lists of texts by topic and by kind, and the index of topics.
#include "render/site_listing.h"

#include <string.h>

#define NEWEST 3 // of each topic in the index

const char *const site_kinds[SITE_KINDS] = {"news",  "feature",   "photo-essay", "video",
                                            "audio", "interview", "statement"};

size_t site_kind_index(const char *kind)
{
    size_t index = 0;
    while (index < SITE_KINDS && strcmp(site_kinds[index], kind) != 0)
        index++;
    return index;
}

static const char *kind_name(const struct locale *ui, size_t kind)
{
    char key[32];
    snprintf(key, sizeof key, "section.%s", site_kinds[kind]);
    return message_text(ui, key);
}

json_t *site_kind_link(const struct site_shelf *shelf, size_t kind)
{
    return json_pack("{s:s, s:o}", "name", kind_name(shelf->ui, kind), "href",
                     json_sprintf("/%s/sections/%s/", shelf->locale->tag, site_kinds[kind]));
}

void site_kinds_shown(const struct site_shelf *shelf, bool ret[static SITE_KINDS])
{
    memset(ret, 0, SITE_KINDS * sizeof *ret);
    for (size_t i = 0; i < shelf->recent_count; i++) {
        size_t kind = site_kind_index(shelf->recent[i]->article->kind);
        if (kind < SITE_KINDS)
            ret[kind] = true;
    }
}

static json_t *index_link(const struct site_wing *wing)
{
    return json_pack("{s:s, s:o}", "name", message_text(wing->ui, "site.topics"), "href",
                     json_sprintf("/%s/topics/", wing->locale->tag));
}

// Of a topic (its id) or of a kind: what is NULL is not looked at.
static size_t choose(TALLOC_CTX *ctx, const struct site_shelf *shelf, const char *topic,
                     const char *kind, const struct site_place *const **ret)
{
    const struct site_place **places =
        talloc_array(ctx, const struct site_place *, shelf->recent_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < shelf->recent_count; i++) {
        const struct site_article *article = shelf->recent[i]->article;
        const char *id = article->topic ? article->topic->id : "";
        if ((!topic || strcmp(id, topic) == 0) && (!kind || strcmp(article->kind, kind) == 0))
            places[count++] = shelf->recent[i];
    }
    *ret = places;
    return count;
}

int site_write_topic(const struct site *site, const struct site_wing *wing,
                     const struct site_topic *topic, const struct site_shelf *before)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct site_listing listing = {
        .kind = "topic",
        .path = talloc_asprintf(ctx, "topics/%s/", topic->id),
        .empty = message_text(wing->ui, "page.topic_empty"),
        .above = index_link(wing),
        .others = json_array(),
        .others_title = message_text(wing->ui, "site.topics"),
    };
    listing.name = site_name_in(topic->names, wing->locale, &listing.name_in);
    listing.feed = listing.path;
    const struct message_arg args[] = {{"topic", listing.name, 0}};
    listing.description = message_format(ctx, wing->ui, "page.topic_all", args, 1);
    listing.count = choose(ctx, wing->shelf, topic->id, NULL, &listing.places);
    if (before)
        listing.before_count = choose(ctx, before, topic->id, NULL, &listing.before);
    for (size_t i = 0; i < site->catalogue->topic_count; i++)
        if (&site->catalogue->topics[i] != topic)
            json_array_append_new(listing.others,
                                  site_topic_link(wing, &site->catalogue->topics[i]));
    struct site_versions versions;
    site_versions_of_path(ctx, site, listing.path, &versions);
    listing.versions = &versions;
    int r = site_listing_write(site, wing, &listing);
    talloc_free(ctx);
    return r;
}

int site_write_kind(const struct site *site, const struct site_wing *wing, size_t kind,
                    const struct site_shelf *before)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    bool shown[SITE_KINDS];
    struct site_listing listing = {
        .kind = "section",
        .path = talloc_asprintf(ctx, "sections/%s/", site_kinds[kind]),
        .name = kind_name(wing->ui, kind),
        .empty = message_text(wing->ui, "section.empty"),
        .above = json_pack("{s:s, s:o}", "name", message_text(wing->ui, "section.title"), "href",
                           json_sprintf("/%s/site-map/#kinds", wing->locale->tag)),
        .others = json_array(),
        .others_title = message_text(wing->ui, "section.others"),
        .with_topics = true,
    };
    site_kinds_shown(wing->shelf, shown);
    for (size_t i = 0; i < SITE_KINDS; i++)
        if (i != kind && shown[i])
            json_array_append_new(listing.others, site_kind_link(wing->shelf, i));
    listing.count = choose(ctx, wing->shelf, NULL, site_kinds[kind], &listing.places);
    if (before)
        listing.before_count = choose(ctx, before, NULL, site_kinds[kind], &listing.before);
    struct site_versions versions;
    site_versions_of_path(ctx, site, listing.path, &versions);
    listing.versions = &versions;
    int r = site_listing_write(site, wing, &listing);
    talloc_free(ctx);
    return r;
}

static json_t *entry_of(const struct site_wing *wing, const struct site_place *place)
{
    char *href = site_place_href(NULL, wing, place);
    json_t *entry = json_pack("{s:s, s:s}", "title", place->shown->title, "href", href);
    site_set_language(entry, wing, place->shown->locale);
    talloc_free(href);
    return entry;
}

int site_write_topics(const struct site *site, const struct site_wing *wing)
{
    const struct site_catalogue *c = site->catalogue;
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t **newest = talloc_array(ctx, json_t *, c->topic_count + 1);
    int64_t *counts = talloc_zero_array(ctx, int64_t, c->topic_count + 1);
    for (size_t i = 0; i < c->topic_count; i++)
        newest[i] = json_array();
    for (size_t i = 0; i < wing->shelf->recent_count; i++) {
        const struct site_place *place = wing->shelf->recent[i];
        const struct site_topic *topic = place->article->topic;
        if (topic && counts[topic->index]++ < NEWEST)
            json_array_append_new(newest[topic->index], entry_of(wing, place));
    }
    json_t *view = site_view(wing), *topics = json_array();
    for (size_t i = 0; i < c->topic_count; i++) {
        json_t *topic = site_topic_link(wing, &c->topics[i]);
        const struct message_arg args[] = {{"count", NULL, counts[i]}};
        site_set(topic, "texts", message_format(ctx, wing->ui, "about.texts", args, 1));
        site_set_list(topic, "newest", newest[i]);
        json_array_append_new(topics, topic);
    }
    json_object_set_new(view, "topics", topics);
    struct site_page page = {
        .template = SITE_TOPICS,
        .kind = "topic-index",
        .title = message_text(wing->ui, "site.topics"),
        .description = message_text(wing->ui, "topic.intro"),
    };
    int r = site_plain_write(site, wing, &page, "topics/", view);
    talloc_free(ctx);
    return r;
}
