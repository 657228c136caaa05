#include "render/card.h"
#include "render/site_cards.h"
#include "render/site_internal.h"
#include "render/site_linked.h"

#include <string.h>

static void versions_init(TALLOC_CTX *ctx, const struct site *site, struct site_versions *ret)
{
    ret->urls = talloc_zero_array(ctx, const char *, site->wing_count);
    ret->real = talloc_zero_array(ctx, bool, site->wing_count);
}

void site_versions_of_path(TALLOC_CTX *ctx, const struct site *site, const char *path,
                           struct site_versions *ret)
{
    versions_init(ctx, site, ret);
    for (size_t i = 0; i < site->wing_count; i++) {
        ret->urls[i] = talloc_asprintf(ctx, "/%s/%s", site->wings[i].locale->tag, path);
        ret->real[i] = site->wings[i].locale->catalog;
    }
}

void site_versions_of_article(TALLOC_CTX *ctx, const struct site *site,
                              const struct site_article *article, struct site_versions *ret)
{
    versions_init(ctx, site, ret);
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct site_wing *wing = &site->wings[i];
        const struct site_place *place = site_shelf_place(wing->shelf, article);
        ret->urls[i] = site_place_url(ctx, wing, place);
        ret->real[i] = place->shown->locale == wing->locale && site_edition_is_live(place->shown);
    }
}

size_t site_canonical_wing(const struct site *site, const struct site_wing *wing,
                           const struct site_versions *versions, const struct locale *shown)
{
    size_t own = (size_t)(wing - site->wings);
    if (versions->real[own])
        return own;
    for (size_t i = 0; i < site->wing_count; i++)
        if (site->wings[i].locale == shown && versions->real[i])
            return i;
    return own;
}

static json_t *alternate(const struct site *site, const char *hreflang, const char *url)
{
    json_t *link = json_object();
    site_set(link, "hreflang", hreflang);
    json_object_set_new(link, "href", json_sprintf("%s%s", site->origin, url));
    return link;
}

// Those that search engines know a code for; one of them, English where it can be, is for everybody
// else.
json_t *site_alternates(const struct site *site, const struct site_versions *versions)
{
    json_t *list = json_array();
    const char *anyone = NULL;
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct locale *locale = site->wings[i].locale;
        if (!versions->real[i] || !locale->hreflang)
            continue;
        json_array_append_new(list, alternate(site, locale->hreflang, versions->urls[i]));
        if (!anyone || locale == locale_default())
            anyone = versions->urls[i];
    }
    if (anyone)
        json_array_append_new(list, alternate(site, "x-default", anyone));
    return list;
}

static json_t *language_of(const struct locale *locale)
{
    json_t *language = json_object();
    site_set(language, "tag", locale->tag);
    site_set(language, "name", locale->name);
    site_set(language, "dir", locale->rtl ? "rtl" : "ltr");
    return language;
}

// Languages that a wide page names in its head; the menu beside them holds all.
#define NEAR 7

static json_t *switcher(const struct site *site, const struct site_wing *wing,
                        const struct site_versions *versions)
{
    json_t *others = json_array(), *near = json_array();
    for (size_t i = 0; i < site->wing_count; i++) {
        if (&site->wings[i] == wing || !versions->real[i])
            continue;
        json_t *language = language_of(site->wings[i].locale);
        site_set(language, "href", versions->urls[i]);
        if (json_array_size(near) < NEAR)
            json_array_append(near, language);
        json_array_append_new(others, language);
    }
    return json_pack("{s:o, s:b, s:o, s:o, s:o}", "current", language_of(wing->locale), "has_near",
                     json_array_size(near) > 0, "near", near, "others", others, "all",
                     json_sprintf("/%s/languages/", wing->locale->tag));
}

static json_t *feeds_of(const struct site_wing *wing, const char *title, const char *feed)
{
    static const struct {
        const char *type, *name, *file;
    } formats[] = {
        {"application/atom+xml", "Atom", "atom.xml"},
        {"application/rss+xml", "RSS", "rss.xml"},
        {"application/feed+json", "JSON Feed", "feed.json"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        json_t *one = json_object();
        site_set(one, "type", formats[i].type);
        json_object_set_new(one, "title", json_sprintf("%s (%s)", title, formats[i].name));
        json_object_set_new(
            one, "href", json_sprintf("/feeds/%s/%s%s", wing->locale->tag, feed, formats[i].file));
        json_array_append_new(list, one);
    }
    return list;
}

// A card, or without cards the picture itself where those who show it can: drawings they cannot.
static json_t *image_of(const struct site *site, const struct site_wing *wing,
                        const struct site_edition *shown, const char *title)
{
    char *card = site_card_url(NULL, site, shown ? shown->locale : wing->ui, shown);
    if (card) {
        json_t *image = json_pack("{s:s, s:i, s:i, s:s}", "type", "image/jpeg", "width", CARD_WIDTH,
                                  "height", CARD_HEIGHT, "alt", shown ? shown->title : title);
        json_object_set_new(image, "src", json_sprintf("%s%s", site->origin, card));
        talloc_free(card);
        return image;
    }
    const char *dot = shown && shown->image ? strrchr(shown->image->file, '.') : NULL;
    if (!dot || strcmp(dot, ".svg") == 0)
        return NULL;
    json_t *image = site_picture(wing, shown);
    site_set(image, "type", strcmp(dot, ".png") == 0 ? "image/png" : "image/jpeg");
    json_object_set_new(
        image, "src",
        json_sprintf("%s%s", site->origin, json_string_value(json_object_get(image, "src"))));
    return image;
}

static void set_story(const struct site_wing *wing, const struct site_edition *text, json_t *social)
{
    const struct site_article *article = text->article;
    char datetime[32];
    json_t *tags = json_array();
    site_set(social, "published", site_local_datetime(datetime, text->published));
    site_set(social, "modified", site_local_datetime(datetime, text->updated));
    if (article->topic)
        site_set(social, "section", site_name_in(article->topic->names, wing->locale, NULL));
    for (size_t i = 0; i < article->unit_count; i++)
        json_array_append_new(tags,
                              json_string(site_unit_name(article->units[i], wing->locale, NULL)));
    json_object_set_new(social, "tags", tags);
}

// The other languages of the page, as Open Graph names them.
static json_t *other_locales(const struct site *site, const struct site_page *page,
                             const struct locale *own)
{
    json_t *list = json_array();
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct locale *locale = site->wings[i].locale;
        if (page->versions->real[i] && locale != own && locale->og_locale)
            json_array_append_new(list, json_string(locale->og_locale));
    }
    return list;
}

static void set_social(const struct site *site, const struct site_wing *wing,
                       const struct site_page *page, const char *canonical, json_t *view)
{
    const struct site_edition *text = page->text;
    const struct locale *in = text ? text->locale : wing->ui;
    json_t *social = json_object();
    site_set(social, "type", text ? "article" : "website");
    site_set(social, "title", page->title);
    site_set(social, "url", canonical);
    site_set(social, "locale", in->og_locale);
    json_object_set_new(social, "others", other_locales(site, page, in));
    json_t *image = image_of(site, wing, page->card ? page->card : text,
                             message_text(wing->ui, "site.tagline"));
    site_set(social, "card", image ? "summary_large_image" : "summary");
    // A template that finds nothing here looks further out.
    json_object_set_new(social, "image", image ? image : json_false());
    static const char *const story[] = {"published", "section", "tags"};
    for (size_t i = 0; i < sizeof story / sizeof *story; i++)
        json_object_set_new(social, story[i], json_false());
    if (text)
        set_story(wing, text, social);
    json_object_set_new(view, "social", social);
}

json_t *site_view(const struct site_wing *wing)
{
    json_t *view = json_object();
    json_object_update(view, wing->look);
    return view;
}

json_t *site_crumbs(const struct site_wing *wing, json_t *second)
{
    json_t *home = json_object(), *list = json_array();
    site_set(home, "name", message_text(wing->ui, "site.home"));
    json_object_set_new(home, "href", json_sprintf("/%s/", wing->locale->tag));
    json_array_append_new(list, home);
    if (second)
        json_array_append_new(list, second);
    return list;
}

// "" for the language of the page itself.
static const char *foreign_tag(const struct site_wing *wing, const struct locale *in)
{
    return in && in != wing->ui ? in->tag : "";
}

static void set_head(const struct site *site, const struct site_wing *wing,
                     const struct site_page *page, json_t *view)
{
    const char *name = message_text(wing->ui, "site.name");
    site_set(view, "kind", page->kind);
    json_object_set_new(view, "title", json_sprintf("%s · %s", page->title, name));
    site_set(view, "title_lang", foreign_tag(wing, page->title_in));
    site_set(view, "description", page->description);
    site_set(view, "description_lang", foreign_tag(wing, page->shown));
    json_object_set_new(
        view, "feeds",
        feeds_of(wing, page->feed ? page->title : name, page->feed ? page->feed : ""));
    if (!page->versions)
        return;
    size_t canonical = site_canonical_wing(site, wing, page->versions, page->shown);
    char *url = talloc_asprintf(NULL, "%s%s", site->origin, page->versions->urls[canonical]);
    json_object_set_new(view, "switcher", switcher(site, wing, page->versions));
    if (!json_object_get(view, "noindex")) {
        size_t own = (size_t)(wing - site->wings);
        site_set(view, "canonical", url);
        // A language that search engines know no code for is in no set.
        if (page->versions->real[own] && wing->locale->hreflang)
            json_object_set(view, "alternates", page->alternates);
        set_social(site, wing, page, url, view);
        char *address = talloc_asprintf(url, "%s%s", site->origin, page->versions->urls[own]);
        site_set_linked(site, wing, page, address, canonical == own, view);
    }
    if (site->preview) {
        json_object_set_new(view, "noindex", json_true());
        site_set(view, "preview", message_text(wing->ui, "preview.notice"));
    }
    talloc_free(url);
}

int site_page_write(const struct site *site, const struct site_wing *wing,
                    const struct site_page *page, json_t *view)
{
    set_head(site, wing, page, view);
    utstring_clear(site->page);
    mustache_render(site->theme->templates[page->template], view, site->page);
    json_decref(view);
    json_decref(page->linked);
    return site_output_write(site->output, page->path, utstring_body(site->page),
                             utstring_len(site->page));
}

int site_write_moved(const struct site *site, const struct site_wing *wing, const char *path,
                     const char *href, const char *canonical, const char *title,
                     const struct locale *in)
{
    json_t *view = site_view(wing);
    site_set(view, "title", title);
    site_set(view, "heading", title);
    site_set(view, "href", href);
    site_set(view, "text_lang", in->tag);
    site_set(view, "text_dir", in->rtl ? "rtl" : "ltr");
    json_object_set_new(view, "canonical",
                        json_sprintf("%s%s", *canonical == '/' ? site->origin : "", canonical));
    utstring_clear(site->page);
    mustache_render(site->theme->templates[SITE_MOVED], view, site->page);
    json_decref(view);
    return site_output_write(site->output, path, utstring_body(site->page),
                             utstring_len(site->page));
}
