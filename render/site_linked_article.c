// A text as schema.org's Article and its kinds have it.
#include "render/site_linked.h"

#include "content/recording.h"
#include "render/card.h"
#include "render/site_cards.h"

#include <string.h>
#include <time.h>

#define OFFSET (7 * 3600) // of Viet Nam's time, the year round

const char *site_local_datetime(char buffer[static 32], int64_t seconds)
{
    time_t moment = (time_t)(seconds + OFFSET);
    struct tm parts;
    gmtime_r(&moment, &parts);
    strftime(buffer, 32, "%Y-%m-%dT%H:%M:%S+07:00", &parts);
    return buffer;
}

// News is what reports or comments on what happens; the rest stays true for longer.
static const char *type_of(const char *kind)
{
    static const char *const lasting[] = {"feature", "profile"};
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (strcmp(lasting[i], kind) == 0)
            return "Article";
    return "NewsArticle";
}

static json_t *address(const struct site *site, const char *path, const char *end)
{
    return json_sprintf("%s%s%s", site->origin, path, end);
}

static json_t *named(const char *type, const char *name)
{
    json_t *node = site_node(type, NULL);
    site_set(node, "name", name);
    return node;
}

// By its address, else by its name.
static void set_licence(json_t *node, const char *id)
{
    json_t *licence = site_licence(id);
    json_t *url = json_object_get(licence, "url");
    json_object_set(node, "license", url ? url : json_object_get(licence, "name"));
    json_decref(licence);
}

json_t *site_linked_picture(const struct site *site, const struct site_wing *wing,
                            const struct site_edition *shown)
{
    const struct site_media *media = shown->image;
    json_t *picture = site_picture(wing, shown), *node = site_node("ImageObject", NULL);
    json_object_set_new(node, "url",
                        address(site, json_string_value(json_object_get(picture, "src")), ""));
    json_object_set(node, "width", json_object_get(picture, "width"));
    json_object_set(node, "height", json_object_get(picture, "height"));
    json_object_set(node, "caption", json_object_get(picture, "alt"));
    site_set(node, "creditText", media->credit);
    set_licence(node, media->licence);
    json_object_set_new(node, "acquireLicensePage",
                        json_sprintf("%s/%s/reuse/", site->origin, wing->locale->tag));
    json_decref(picture);
    return node;
}

static void set_card(const struct site *site, json_t *node, const struct site_edition *shown)
{
    char *url = site_card_url(NULL, site, shown->locale, shown);
    if (!url)
        return;
    json_t *image = site_node("ImageObject", NULL);
    json_object_set_new(image, "url", address(site, url, ""));
    json_object_set_new(image, "width", json_integer(CARD_WIDTH));
    json_object_set_new(image, "height", json_integer(CARD_HEIGHT));
    json_object_set_new(node, "image", image);
    talloc_free(url);
}

static json_t *media_address(const struct site *site, const char *file)
{
    char *path = talloc_asprintf(NULL, "/media/%s", file);
    char *src = site_encode(path, path);
    json_t *url = address(site, src, "");
    talloc_free(path);
    return url;
}

static json_t *captions_of(const struct site *site, const struct site_media *media)
{
    json_t *list = json_array();
    for (size_t i = 0; i < locale_count(); i++) {
        const char *tag = locale_at(i)->tag;
        const char *file = json_string_value(json_object_get(media->captions, tag));
        if (!file)
            continue;
        json_t *node = site_node("MediaObject", NULL);
        json_object_set_new(node, "contentUrl", media_address(site, file));
        site_set(node, "encodingFormat", "text/vtt");
        site_set(node, "inLanguage", tag);
        json_array_append_new(list, node);
    }
    return list;
}

// What the text plays; its card stands for it.
static void set_recording(const struct site *site, json_t *node, const struct site_edition *shown)
{
    const struct site_media *media = shown->article->recording;
    if (!media)
        return;
    bool video = recording_is_video(media->type);
    char datetime[32];
    json_t *recording = site_node(video ? "VideoObject" : "AudioObject", NULL);
    site_set(recording, "name", shown->title);
    site_set(recording, "description", shown->summary);
    json_object_set_new(recording, "contentUrl", media_address(site, media->file));
    site_set(recording, "encodingFormat", media->type);
    json_object_set_new(recording, "duration", json_sprintf("PT%dS", media->duration));
    site_set(recording, "uploadDate", site_local_datetime(datetime, shown->published));
    site_set(recording, "creditText", media->credit);
    set_licence(recording, media->licence);
    char *card = site_card_url(NULL, site, shown->locale, shown);
    if (card)
        json_object_set_new(recording, "thumbnailUrl", address(site, card, ""));
    talloc_free(card);
    json_t *captions = captions_of(site, media);
    if (json_array_size(captions))
        json_object_set(recording, "caption", captions);
    json_decref(captions);
    json_object_set_new(node, video ? "video" : "audio", recording);
}

// A name is a person's unless no person had a hand in the text.
static void set_people(const struct site *site, const struct site_wing *wing, json_t *node,
                       const struct site_edition *shown)
{
    const struct site_agency *agency = shown->article->agency;
    if (agency) {
        json_t *publisher = named("Organization", site_name_in(agency->names, wing->locale, NULL));
        if (agency->url)
            site_set(publisher, "url", agency->url);
        json_object_set_new(node, "publisher", publisher);
    } else {
        json_object_set_new(node, "publisher", site_publisher_reference(site));
    }
    if (shown->byline) {
        json_t *link = site_person_link(wing, shown->byline);
        json_t *author = named(shown->machine ? "Organization" : "Person", shown->byline->name);
        json_object_set_new(author, "url",
                            address(site, json_string_value(json_object_get(link, "href")), ""));
        json_object_set_new(node, "author", author);
        json_decref(link);
    } else {
        json_object_set(node, "author", json_object_get(node, "publisher"));
    }
}

static json_t *work(const struct site *site, const struct locale *locale, const char *url)
{
    json_t *node = json_object();
    json_object_set_new(node, "@id", address(site, url, SITE_LINKED_ARTICLE));
    site_set(node, "@type", "Article");
    json_object_set_new(node, "url", address(site, url, ""));
    site_set(node, "inLanguage", locale->tag);
    return node;
}

static bool is_written_in(const struct site *site, size_t wing, const struct site_article *article,
                          const struct site_versions *versions)
{
    const struct site_edition *edition = site_article_edition(article, site->wings[wing].locale);
    return versions->real[wing] && edition && site_edition_is_live(edition);
}

// The original names its translations, and each of them the original. Who translated is not said
// here: of a person no name is known, and a machine is no translator in these words.
static void set_translations(const struct site *site, json_t *node,
                             const struct site_edition *shown, const struct site_versions *versions)
{
    const struct site_article *article = shown->article;
    bool original = shown->locale == article->source;
    json_t *list = json_array();
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct locale *locale = site->wings[i].locale;
        bool wanted = original ? locale != shown->locale : locale == article->source;
        if (wanted && is_written_in(site, i, article, versions))
            json_array_append_new(list, work(site, locale, versions->urls[i]));
    }
    if (original && json_array_size(list))
        json_object_set(node, "workTranslation", list);
    else if (!original)
        json_object_set(node, "translationOfWork", json_array_get(list, 0));
    json_decref(list);
}

static void set_places(const struct site *site, const struct site_wing *wing, json_t *node,
                       const struct site_article *article)
{
    json_t *list = json_array();
    for (size_t i = 0; i < article->unit_count; i++) {
        json_t *place = site_linked_unit_reference(site, article->units[i]);
        site_set(place, "@type", "AdministrativeArea");
        site_set(place, "name", site_unit_name(article->units[i], wing->locale, NULL));
        json_array_append_new(list, place);
    }
    if (json_array_size(list))
        json_object_set(node, "contentLocation", list);
    json_decref(list);
}

static void set_corrections(const struct site_wing *wing, json_t *node,
                            const struct site_edition *shown)
{
    json_t *list = json_array();
    for (size_t i = 0; i < shown->correction_count; i++) {
        const struct site_correction *one = &shown->corrections[i];
        const struct message_arg args[] = {{"reason", one->reason, 0}};
        char *what = message_format(NULL, wing->ui, "article.correction", args, 1);
        char datetime[32];
        json_t *comment = site_node("CorrectionComment", NULL);
        site_set(comment, "text", one->note && *one->note ? one->note : what);
        site_set(comment, "datePublished", site_local_datetime(datetime, one->at));
        json_array_append_new(list, comment);
        talloc_free(what);
    }
    if (json_array_size(list))
        json_object_set(node, "correction", list);
    json_decref(list);
}

static void set_sources(json_t *node, const char *text)
{
    json_t *list = json_array(), *sources = site_sources(text), *one;
    size_t i;
    json_array_foreach (sources, i, one) {
        const char *url = json_string_value(json_object_get(one, "url"));
        json_t *source = named("CreativeWork", json_string_value(json_object_get(one, "title")));
        if (url && *url)
            site_set(source, "url", url);
        json_array_append_new(list, source);
    }
    if (json_array_size(list))
        json_object_set(node, "citation", list);
    json_decref(sources);
    json_decref(list);
}

static void set_dates(json_t *node, const struct site_edition *shown)
{
    char datetime[32];
    site_set(node, "datePublished", site_local_datetime(datetime, shown->published));
    site_set(node, "dateModified", site_local_datetime(datetime, shown->updated));
}

json_t *site_linked_article(const struct site *site, const struct site_wing *wing,
                            const struct site_edition *shown, const struct site_text *text,
                            const struct site_versions *versions)
{
    size_t own = (size_t)(wing - site->wings);
    const struct site_article *article = shown->article;
    if (shown->locale != wing->locale || !versions->real[own])
        return NULL;
    const char *url = versions->urls[own];
    json_t *node = site_node(type_of(article->kind), NULL);
    json_object_set_new(node, "@id", address(site, url, SITE_LINKED_ARTICLE));
    json_object_set_new(node, "url", address(site, url, ""));
    json_object_set_new(node, "mainEntityOfPage", address(site, url, ""));
    site_set(node, "headline", shown->title);
    site_set(node, "description", shown->summary);
    site_set(node, "inLanguage", shown->locale->tag);
    set_dates(node, shown);
    set_people(site, wing, node, shown);
    if (shown->image)
        json_object_set_new(node, "image", site_linked_picture(site, wing, shown));
    else
        set_card(site, node, shown);
    set_recording(site, node, shown);
    if (article->topic)
        site_set(node, "articleSection", site_name_in(article->topic->names, wing->locale, NULL));
    set_places(site, wing, node, article);
    set_translations(site, node, shown, versions);
    set_corrections(wing, node, shown);
    json_object_set_new(node, "isAccessibleForFree", json_true());
    if (text->licence)
        set_licence(node, text->licence);
    json_object_set_new(node, "wordCount", json_integer(text->words));
    set_sources(node, text->sources);
    json_object_set_new(node, "isPartOf", site_website_reference(site, wing));
    return json_pack("[o]", node);
}
