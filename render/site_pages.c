// The pages about the portal whose words are the program's own, with what the catalogue adds to
// them: about, languages, accessibility, reuse, feeds.
#include "render/site_internal.h"

#include <string.h>
#include <time.h>

// When the statement on accessibility was last looked through, 2026-11-22.
#define ACCESS_REVIEWED 1795305600

void site_set_contact(const struct site *site, json_t *view)
{
    site_set(view, "contact", site->settings->contact);
}

json_t *site_edition_link(const struct locale *locale)
{
    json_t *link = json_object();
    site_set(link, "tag", locale->tag);
    site_set(link, "name", locale->name);
    site_set(link, "dir", locale->rtl ? "rtl" : "ltr");
    json_object_set_new(link, "href", json_sprintf("/%s/", locale->tag));
    return link;
}

static void set_sentence(json_t *view, const struct site_wing *wing, const char *member,
                         const char *key, const char *argument, const char *value)
{
    const struct message_arg args[] = {{argument, value, 0}};
    char *sentence = message_format(NULL, wing->ui, key, args, 1);
    site_set(view, member, sentence);
    talloc_free(sentence);
}

int site_write_about(const struct site *site, const struct site_wing *wing)
{
    struct site_page page = {
        .template = SITE_ABOUT,
        .kind = "about",
        .title = message_text(wing->ui, "site.about"),
        .description = message_text(wing->ui, "about.what_text"),
    };
    json_t *view = site_view(wing);
    site_set_contact(site, view);
    return site_plain_write(site, wing, &page, "about/", view);
}

static int64_t count_texts(const struct site_wing *wing)
{
    int64_t count = 0;
    for (size_t i = 0; i < wing->shelf->place_count; i++) {
        const struct site_edition *shown = wing->shelf->places[i].shown;
        count += shown->locale == wing->locale && site_edition_is_live(shown);
    }
    return count;
}

int site_write_languages(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing), *editions = json_array();
    bool borrowed = false;
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct site_wing *other = &site->wings[i];
        TALLOC_CTX *ctx = talloc_new(NULL);
        const struct message_arg args[] = {{"count", NULL, count_texts(other)}};
        json_t *edition = site_edition_link(other->locale);
        site_set(edition, "texts", message_format(ctx, wing->ui, "about.texts", args, 1));
        // Where it has no other name here, its own says it.
        const char *called = format_language(ctx, wing->ui, other->locale, NAME_ALONE);
        if (strcmp(called, other->locale->name) != 0)
            site_set(edition, "called", called);
        if (other->locale != other->ui)
            set_sentence(edition, wing, "menus", "languages.menus_other", "language",
                         format_language(ctx, wing->ui, other->ui, NAME_IN_TEXT));
        borrowed |= other->locale != other->ui;
        json_array_append_new(editions, edition);
        talloc_free(ctx);
    }
    json_object_set_new(view, "editions", editions);
    json_object_set_new(view, "borrowed", json_boolean(borrowed));
    site_set_contact(site, view);
    struct site_page page = {
        .template = SITE_LANGUAGES,
        .kind = "language-index",
        .title = message_text(wing->ui, "site.languages_all"),
        .description = message_text(wing->ui, "about.languages_text"),
    };
    return site_plain_write(site, wing, &page, "languages/", view);
}

// The editions whose menus are in another language.
static void set_borrowed(const struct site *site, const struct site_wing *wing, json_t *view)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const char **names = talloc_array(ctx, const char *, site->wing_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < site->wing_count; i++)
        if (site->wings[i].locale != site->wings[i].ui)
            names[count++] = format_language(ctx, wing->ui, site->wings[i].locale, NAME_IN_TEXT);
    if (count)
        set_sentence(view, wing, "menus", "access.known_menus", "languages",
                     format_list(ctx, wing->ui, names, count));
    talloc_free(ctx);
}

int site_write_accessibility(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing);
    char *date = format_date(NULL, wing->ui, ACCESS_REVIEWED, DATE_LONG);
    bool machine = false;
    for (size_t i = 0; !machine && i < wing->shelf->place_count; i++) {
        const struct site_edition *shown = wing->shelf->places[i].shown;
        machine = shown->machine && !shown->proofread && site_edition_is_live(shown);
    }
    set_sentence(view, wing, "dated", "access.date", "date", date);
    json_object_set_new(view, "machine", json_boolean(machine));
    set_borrowed(site, wing, view);
    site_set_contact(site, view);
    struct site_page page = {
        .template = SITE_ACCESSIBILITY,
        .kind = "accessibility",
        .title = message_text(wing->ui, "access.title"),
        .description = message_text(wing->ui, "access.aim_text"),
    };
    talloc_free(date);
    return site_plain_write(site, wing, &page, "accessibility/", view);
}

static void set_licences(const struct site *site, const struct site_wing *wing, json_t *view)
{
    const struct site_catalogue *c = site->catalogue;
    int64_t *counts = talloc_zero_array(NULL, int64_t, c->licence_count + 1), none = 0;
    for (size_t i = 0; i < wing->shelf->place_count; i++) {
        const struct site_edition *shown = wing->shelf->places[i].shown;
        if (!site_edition_is_live(shown))
            continue;
        size_t licence = 0;
        while (shown->licence && c->licences[licence] != shown->licence)
            licence++;
        if (shown->licence)
            counts[licence]++;
        else
            none++;
    }
    json_t *list = json_array();
    for (size_t i = 0; i <= c->licence_count; i++) {
        bool named = i < c->licence_count;
        const struct message_arg args[] = {{"count", NULL, named ? counts[i] : none}};
        if (!(named ? counts[i] : none))
            continue;
        char *texts = message_format(NULL, wing->ui, "about.texts", args, 1);
        json_t *one = named ? site_licence(c->licences[i]) : json_object();
        if (!named)
            site_set(one, "name", message_text(wing->ui, "reuse.no_licence"));
        site_set(one, "texts", texts);
        json_array_append_new(list, one);
        talloc_free(texts);
    }
    site_set_list(view, "licences", list);
    talloc_free(counts);
}

int site_write_reuse(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing);
    set_licences(site, wing, view);
    struct site_page page = {
        .template = SITE_REUSE,
        .kind = "reuse",
        .title = message_text(wing->ui, "reuse.title"),
        .description = message_text(wing->ui, "reuse.intro"),
    };
    return site_plain_write(site, wing, &page, "reuse/", view);
}

static json_t *feed_of(const struct site_wing *wing, const char *name, const char *part)
{
    return json_pack("{s:s, s:o}", "name", name, "feed",
                     json_sprintf("/feeds/%s/%s", wing->locale->tag, part));
}

int site_write_feeds(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing), *topics = json_array(), *provinces = json_array();
    json_t *whole = json_array();
    const struct site_unit **units;
    size_t unit_count = site_units_sorted(ctx, site, wing, &units);
    json_array_append_new(whole, feed_of(wing, message_text(wing->ui, "feeds.whole"), ""));
    json_array_append_new(
        whole, feed_of(wing, message_text(wing->ui, "feeds.corrections"), "corrections/"));
    for (size_t i = 0; i < site->catalogue->topic_count; i++) {
        const struct site_topic *topic = &site->catalogue->topics[i];
        const struct locale *in;
        const char *name = site_name_in(topic->names, wing->locale, &in);
        json_t *feed = feed_of(wing, name, talloc_asprintf(ctx, "topics/%s/", topic->id));
        site_set_language(feed, wing, in);
        json_array_append_new(topics, feed);
    }
    for (size_t i = 0; i < unit_count; i++) {
        const struct locale *in;
        const char *name = site_unit_name(units[i], wing->locale, &in);
        json_t *feed = feed_of(wing, name, talloc_asprintf(ctx, "provinces/%s/", units[i]->id));
        site_set_language(feed, wing, in);
        json_array_append_new(provinces, feed);
    }
    json_t *groups =
        json_pack("[{s:s, s:s, s:o}, {s:s, s:s, s:o}, {s:s, s:s, s:o}]", "id", "whole", "name",
                  message_text(wing->ui, "site.name"), "feeds", whole, "id", "topics", "name",
                  message_text(wing->ui, "site.topics"), "feeds", topics, "id", "provinces", "name",
                  message_text(wing->ui, "site.provinces"), "feeds", provinces);
    json_object_set_new(view, "groups", groups);
    set_sentence(view, wing, "language", "feeds.language", "language",
                 format_language(ctx, wing->ui, wing->locale, NAME_IN_TEXT));
    struct site_page page = {
        .template = SITE_FEEDS,
        .kind = "feed-index",
        .title = message_text(wing->ui, "site.feeds"),
        .description = message_text(wing->ui, "feeds.intro"),
    };
    int r = site_plain_write(site, wing, &page, "feeds/", view);
    talloc_free(ctx);
    return r;
}
