// The front page: what its editor has composed, and where that leaves room, the newest texts. What
// is named and has no page (any more) is passed over; no text stands on the page twice.
#include "render/site_internal.h"
#include "render/site_linked.h"

#include <string.h>

enum {
    SECONDS = 3, // beside the lead
    TODAY = 5,   // of the newest news
    CARDS = 3,   // of a section
    LATEST = 6,  // that stand nowhere else
};

struct front {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    const json_t *composed; // see content/front.h; NULL: nobody has composed one
    bool *taken;            // by place of the shelf: it stands on the page
};

// Which texts may fill a list up; NULL: any.
struct wish {
    const struct site_topic *topic;
    const char *kind;
};

static bool *taken_of(const struct front *front, const struct site_place *place)
{
    return &front->taken[place - front->wing->shelf->places];
}

// The page of an article that the editor names; NULL: it has none.
static const struct site_place *named(const struct front *front, const json_t *id)
{
    const struct site_article *article =
        id ? site_catalogue_article(front->site->catalogue, json_string_value(id)) : NULL;
    const struct site_place *place = article ? site_shelf_place(front->wing->shelf, article) : NULL;
    return place && site_edition_is_live(place->shown) ? place : NULL;
}

static void take_named(const struct front *front, const json_t *id)
{
    const struct site_place *place = named(front, id);
    if (place)
        *taken_of(front, place) = true;
}

static void take_all_named(const struct front *front, const json_t *list, const char *member)
{
    size_t i;
    json_t *one;
    json_array_foreach (list, i, one)
        take_named(front, member ? json_object_get(one, member) : one);
}

// What the editor has given a place is not used to fill another up.
static void take_composed(const struct front *front)
{
    size_t i;
    json_t *section;
    take_named(front, json_object_get(front->composed, "lead"));
    take_all_named(front, json_object_get(front->composed, "seconds"), NULL);
    take_all_named(front, json_object_get(front->composed, "today"), "article");
    json_array_foreach (json_object_get(front->composed, "sections"), i, section)
        take_all_named(front, json_object_get(section, "articles"), NULL);
}

static bool suits(const struct site_place *place, const struct wish *wish)
{
    return (!wish->topic || place->article->topic == wish->topic) &&
           (!wish->kind || strcmp(place->article->kind, wish->kind) == 0);
}

typedef json_t *make_entry(const struct front *front, const struct site_place *place);

// Fill a list up to its wanted length with the newest that stand nowhere yet.
static void fill(const struct front *front, json_t *list, size_t wanted, const struct wish *wish,
                 make_entry *make)
{
    const struct site_shelf *shelf = front->wing->shelf;
    for (size_t i = 0; i < shelf->recent_count && json_array_size(list) < wanted; i++) {
        const struct site_place *place = shelf->recent[i];
        if (*taken_of(front, place) || !suits(place, wish))
            continue;
        *taken_of(front, place) = true;
        json_array_append_new(list, make(front, place));
    }
}

static json_t *make_card(const struct front *front, const struct site_place *place)
{
    return site_card(front->site, front->wing, place);
}

// In a list under the topic's name.
static json_t *make_topic_card(const struct front *front, const struct site_place *place)
{
    json_t *card = make_card(front, place);
    json_object_set_new(card, "topic", json_false());
    return card;
}

static void add_named(const struct front *front, json_t *list, const json_t *ids, make_entry *make)
{
    size_t i;
    json_t *id;
    json_array_foreach (ids, i, id) {
        const struct site_place *place = named(front, id);
        if (place)
            json_array_append_new(list, make(front, place));
    }
}

// ---- the parts of the page ----------------------------------------------------------------------

static void set_lead(const struct front *front, json_t *view)
{
    static const struct wish any = {0};
    const json_t *ids = json_object_get(front->composed, "seconds");
    json_t *lead = json_array(), *seconds = json_array();
    const struct site_place *place = named(front, json_object_get(front->composed, "lead"));
    if (place)
        json_array_append_new(lead, make_card(front, place));
    fill(front, lead, 1, &any, make_card);
    add_named(front, seconds, ids, make_card);
    fill(front, seconds, ids ? json_array_size(ids) : SECONDS, &any, make_card);
    json_object_set_new(json_array_get(lead, 0), "eager", json_true());
    site_set_list(view, "lead", lead);
    site_set_list(view, "seconds", seconds);
}

static json_t *make_dated(const struct front *front, const struct site_place *place)
{
    json_t *entry = json_object();
    char datetime[32];
    char *url = site_place_url(NULL, front->wing, place);
    char *date = format_date(NULL, front->wing->ui, place->shown->published, DATE_LONG);
    site_set(entry, "href", url);
    site_set(entry, "title", place->shown->title);
    site_set(entry, "datetime", site_datetime(datetime, place->shown->published));
    site_set(entry, "date", date);
    site_set(entry, "source", "");
    site_set_language(entry, front->wing, place->shown->locale);
    talloc_free(date);
    talloc_free(url);
    return entry;
}

static void set_day(const struct front *front, json_t *entry, const char *day)
{
    char *date = format_date(NULL, front->wing->ui, site_moment_of_day(day), DATE_LONG);
    site_set(entry, "datetime", day);
    site_set(entry, "date", date);
    talloc_free(date);
}

static json_t *make_note(const struct front *front, const json_t *note)
{
    const struct locale *in;
    const char *url = json_string_value(json_object_get(note, "url"));
    json_t *entry = json_object();
    set_day(front, entry, json_string_value(json_object_get(note, "date")));
    site_set(entry, "href", "");
    site_set(entry, "title", site_name_in(json_object_get(note, "text"), front->wing->locale, &in));
    site_set(entry, "source", json_string_value(json_object_get(note, "source")));
    site_set(entry, "url", url ? url : "");
    site_set_language(entry, front->wing, in);
    return entry;
}

static void set_today(const struct front *front, json_t *view)
{
    static const struct wish news = {.kind = "news"};
    const json_t *composed = json_object_get(front->composed, "today");
    json_t *today = json_array(), *entry;
    size_t i;
    json_array_foreach (composed, i, entry) {
        const json_t *id = json_object_get(entry, "article");
        const struct site_place *place = named(front, id);
        if (place)
            json_array_append_new(today, make_dated(front, place));
        else if (!id)
            json_array_append_new(today, make_note(front, entry));
    }
    fill(front, today, composed ? json_array_size(composed) : TODAY, &news, make_dated);
    site_set_list(view, "today", today);
}

static json_t *make_picture(const struct front *front, const struct site_media *media,
                            const json_t *about)
{
    const struct site_wing *wing = front->wing;
    const struct locale *in, *alt_in;
    json_t *picture = json_object();
    char *src = site_encode(NULL, talloc_asprintf(front->ctx, "/media/%s", media->file));
    const struct message_arg args[] = {{"credit", media->credit, 0}};
    char *credit = message_format(NULL, wing->ui, "article.picture", args, 1);
    site_set(picture, "src", src);
    json_object_set_new(picture, "width", json_integer(media->width));
    json_object_set_new(picture, "height", json_integer(media->height));
    site_set(picture, "alt", site_name_in(media->alt, wing->locale, &alt_in));
    site_set(picture, "alt_lang", alt_in == wing->ui ? "" : alt_in->tag);
    site_set(picture, "alt_dir", alt_in->rtl ? "rtl" : "ltr");
    site_set(picture, "caption",
             site_name_in(json_object_get(about, "caption"), wing->locale, &in));
    site_set_language(picture, wing, in);
    set_day(front, picture, json_string_value(json_object_get(about, "date")));
    site_set(picture, "credit", credit);
    json_object_set_new(picture, "licence", site_licence(media->licence));
    talloc_free(credit);
    talloc_free(src);
    return picture;
}

static void set_picture(const struct front *front, json_t *view)
{
    const json_t *about = json_object_get(front->composed, "picture");
    const char *id = json_string_value(json_object_get(about, "media"));
    const struct site_media *media = id ? site_catalogue_media(front->site->catalogue, id) : NULL;
    json_object_set_new(view, "picture", media ? make_picture(front, media, about) : json_false());
}

static const struct site_topic *find_topic(const struct front *front, const char *id)
{
    const struct site_catalogue *c = front->site->catalogue;
    for (size_t i = 0; id && i < c->topic_count; i++)
        if (strcmp(c->topics[i].id, id) == 0)
            return &c->topics[i];
    return NULL;
}

static void set_sections(const struct front *front, json_t *view)
{
    json_t *sections = json_array(), *one;
    size_t i;
    json_array_foreach (json_object_get(front->composed, "sections"), i, one) {
        const char *kind = json_string_value(json_object_get(one, "kind"));
        const char *topic = json_string_value(json_object_get(one, "topic"));
        const struct wish wish = {find_topic(front, topic), kind};
        if (!wish.topic && !kind)
            continue;
        json_t *section = kind ? site_kind_link(front->wing->shelf, site_kind_index(kind))
                               : site_topic_link(front->wing, wish.topic);
        json_t *cards = json_array();
        make_entry *make = kind ? make_card : make_topic_card;
        add_named(front, cards, json_object_get(one, "articles"), make);
        fill(front, cards, CARDS, &wish, make);
        json_object_set_new(section, "id", json_sprintf("section-%s", kind ? kind : topic));
        json_object_set_new(section, "cards", cards);
        if (json_array_size(cards))
            json_array_append(sections, section);
        json_decref(section);
    }
    json_object_set_new(view, "sections", sections);
}

static void set_latest(const struct front *front, json_t *view)
{
    static const struct wish any = {0};
    json_t *latest = json_array();
    fill(front, latest, LATEST, &any, make_card);
    site_set_list(view, "latest", latest);
}

static json_t *newest_of(const struct site_wing *wing, const struct site_topic *topic)
{
    json_t *link = site_topic_link(wing, topic);
    for (size_t i = 0; i < wing->shelf->recent_count; i++) {
        const struct site_place *place = wing->shelf->recent[i];
        if (place->article->topic != topic)
            continue;
        const struct locale *in = place->shown->locale;
        site_set(link, "newest", place->shown->title);
        site_set(link, "newest_lang", in == wing->ui ? "" : in->tag);
        site_set(link, "newest_dir", in->rtl ? "rtl" : "ltr");
        break;
    }
    return link;
}

static void set_topics(const struct front *front, json_t *view)
{
    json_t *topics = json_array();
    for (size_t i = 0; i < front->site->catalogue->topic_count; i++)
        json_array_append_new(topics, newest_of(front->wing, &front->site->catalogue->topics[i]));
    json_object_set_new(view, "topics", topics);
}

static void set_units(const struct front *front, json_t *view)
{
    const struct site_wing *wing = front->wing;
    const struct site_unit **units;
    size_t count = site_units_sorted(front->ctx, front->site, wing, &units);
    json_t *links = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(links, site_unit_link(wing, units[i]));
    json_object_set_new(view, "units", links);
    const struct message_arg args[] = {{"count", NULL, (int64_t)count}};
    site_set(view, "explore", message_format(front->ctx, wing->ui, "page.explore", args, 1));
}

static json_t *make_view(const struct front *front)
{
    json_t *view = site_view(front->wing);
    take_composed(front);
    set_lead(front, view);
    set_today(front, view);
    set_picture(front, view);
    set_sections(front, view);
    set_latest(front, view);
    set_topics(front, view);
    set_units(front, view);
    return view;
}

int site_write_home(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_front *composed = site_catalogue_front(site->catalogue, wing->locale);
    const struct front front = {
        .ctx = ctx,
        .site = site,
        .wing = wing,
        .composed = composed ? composed->composition : NULL,
        .taken = talloc_zero_array(ctx, bool, wing->shelf->place_count + 1),
    };
    json_t *view = make_view(&front);
    struct site_versions versions;
    site_versions_of_path(ctx, site, "", &versions);
    json_t *alternates = site_alternates(site, &versions);
    struct site_page page = {
        .template = SITE_HOME,
        .kind = "home",
        .title = message_text(wing->ui, "site.tagline"),
        .description = message_text(wing->ui, "site.description"),
        .versions = &versions,
        .alternates = alternates,
        .shown = wing->ui,
        .path = talloc_asprintf(ctx, "%s/index.html", wing->locale->tag),
        .linked = site_linked_home(site, wing),
    };
    int r = site_page_write(site, wing, &page, view);
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}
