// The page of a province or city.
#include "render/site_internal.h"
#include "render/site_linked.h"

#include "locales/collate.h"

#include "content/search_query.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct site_place *site_unit_profile(const struct site_wing *wing,
                                           const struct site_unit *unit)
{
    for (size_t i = 0; i < unit->article_count; i++) {
        const struct site_article *article = unit->articles[i];
        if (!article->profile || article->units[0] != unit)
            continue;
        const struct site_place *place = site_shelf_place(wing->shelf, article);
        if (site_edition_is_live(place->shown))
            return place;
    }
    return NULL;
}

const struct site_unit *site_profile_unit(const struct site_wing *wing,
                                          const struct site_place *place)
{
    const struct site_article *article = place->article;
    if (!article->profile || !article->unit_count)
        return NULL;
    const struct site_unit *unit = article->units[0];
    return site_unit_profile(wing, unit) == place ? unit : NULL;
}

int64_t site_moment_of_day(const char *day)
{
    struct tm parts = {.tm_hour = 5};
    if (sscanf(day, "%d-%d-%d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday) != 3)
        return 0;
    parts.tm_year -= 1900;
    parts.tm_mon--;
    return timegm(&parts);
}

static const char *day_text(TALLOC_CTX *ctx, const struct site_wing *wing, const char *day)
{
    return format_date(ctx, wing->ui, site_moment_of_day(day), DATE_LONG);
}

// Labels of figures come from the data, as "resolution figure, 2025".
static void set_label(TALLOC_CTX *ctx, const struct site_wing *wing, const char *label,
                      json_t *entry)
{
    static const struct {
        const char *begins, *key;
    } known[] = {
        {"resolution figure, ", "province.resolution"},
        {"secondary lists, ", "province.secondary"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].begins);
        if (strncmp(label, known[i].begins, length) != 0)
            continue;
        const struct message_arg args[] = {{"year", label + length, 0}};
        site_set(entry, "how", message_format(ctx, wing->ui, known[i].key, args, 1));
        return;
    }
    site_set(entry, "how", label);
    site_set(entry, "how_lang", "en");
}

static const char *value_text(TALLOC_CTX *ctx, const struct site_wing *wing,
                              const struct site_unit *unit, const struct site_fact *fact)
{
    if (strcmp(fact->attribute, "type") == 0)
        return site_unit_type(wing, unit);
    if (strcmp(fact->attribute, "population") == 0)
        return format_integer(ctx, wing->ui, strtoll(fact->value, NULL, 10));
    if (strcmp(fact->attribute, "area_km2") == 0)
        return format_unit(ctx, wing->ui, strtod(fact->value, NULL), UNIT_SQUARE_KILOMETRE);
    return fact->value;
}

// What is not known is left open; what ended while the unit goes on is not known any more.
static const struct site_fact *fact_of(const struct site *site, const struct site_unit *unit,
                                       const char *attribute)
{
    const struct site_fact *fact = site_unit_fact(unit, attribute, NULL);
    bool ended = fact && *fact->to && strcmp(fact->to, site->catalogue->day) <= 0;
    return ended && !site_unit_is_former(site->catalogue, unit) ? NULL : fact;
}

// What is left of a name for who looks for it, without blanks: the same for every way to write it.
static char *spelling(TALLOC_CTX *ctx, const struct locale *locale, const char *name)
{
    char *key = search_key(ctx, locale, name, strlen(name)), *end = key;
    for (const char *at = key; *at; at++)
        if (*at != ' ')
            *end++ = *at;
    *end = '\0';
    return key;
}

// The names of a list that are not another spelling of the one shown, or of one before; "": none.
static const char *other_names(TALLOC_CTX *ctx, const json_t *names, const char *shown,
                               const struct locale *in)
{
    size_t size = json_array_size(names) + 1, count = 0, i;
    const char **others = talloc_array(ctx, const char *, size);
    char **spellings = talloc_array(ctx, char *, size);
    json_t *name;
    spellings[0] = spelling(ctx, in, shown);
    json_array_foreach (names, i, name) {
        char *own = spelling(ctx, in, json_string_value(name));
        size_t j = 0;
        while (j <= count && strcmp(spellings[j], own) != 0)
            j++;
        if (j <= count)
            continue;
        others[count++] = json_string_value(name);
        spellings[count] = own;
    }
    return format_list(ctx, in, others, count);
}

static json_t *name_entry(const struct site_wing *wing, const char *key, const char *value,
                          const struct locale *in, const char *source)
{
    json_t *entry = json_object();
    site_set(entry, "label", message_text(wing->ui, key));
    site_set(entry, "value", value);
    site_set_language(entry, wing, in);
    site_set(entry, "source", source);
    return entry;
}

static void add_names(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_unit *unit,
                      json_t *list)
{
    const struct locale *in;
    const char *shown = site_unit_name(unit, wing->locale, &in);
    const char *others = other_names(ctx, json_object_get(unit->names, in->tag), shown, in);
    if (*others)
        json_array_append_new(
            list, name_entry(wing, "province.also_called", others, in, unit->names_source));
    const struct site_fact *name = site_unit_former_name(wing, unit);
    if (name) {
        const struct message_arg args[] = {{"date", day_text(ctx, wing, name->to), 0}};
        json_t *entry =
            name_entry(wing, "province.former_name", name->value, name->locale, name->source);
        site_set(entry, "since", message_format(ctx, wing->ui, "province.until", args, 1));
        json_array_append_new(list, entry);
    }
    in = wing->locale;
    for (size_t i = 0; !json_object_get(unit->former, in->tag) && i < wing->locale->fallback_count;
         i++)
        in = wing->locale->fallback[i];
    others = other_names(ctx, json_object_get(unit->former, in->tag), name ? name->value : "", in);
    if (*others)
        json_array_append_new(
            list, name_entry(wing, "province.former_names", others, in, unit->names_source));
}

static json_t *facts_of(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                        const struct site_unit *unit)
{
    static const struct {
        const char *attribute, *key;
        bool always; // shown as "not known" when it is not
        bool dated;  // shows since when it holds
    } rows[] = {
        {"type", "province.type", false, true},
        {"admin_centre", "province.seat", true, false},
        {"area_km2", "province.area", true, false},
        {"population", "province.population", true, false},
        {"code", "province.code", false, false},
        {"iso_3166_2", "province.iso", false, false},
    };
    bool former = site_unit_is_former(site->catalogue, unit);
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct site_fact *fact = fact_of(site, unit, rows[i].attribute);
        if (!fact && (former || !rows[i].always))
            continue;
        json_t *entry = json_object();
        site_set(entry, "label", message_text(wing->ui, rows[i].key));
        site_set(entry, "value",
                 fact ? value_text(ctx, wing, unit, fact)
                      : message_text(wing->ui, "province.unknown"));
        bool vietnamese = fact && strcmp(rows[i].attribute, "admin_centre") == 0;
        site_set(entry, "lang", vietnamese && strcmp(wing->ui->tag, "vi") != 0 ? "vi" : "");
        if (fact && fact->label)
            set_label(ctx, wing, fact->label, entry);
        if (fact && rows[i].dated && *fact->from && strcmp(fact->from, unit->from) != 0) {
            const struct message_arg args[] = {{"date", day_text(ctx, wing, fact->from), 0}};
            site_set(entry, "since", message_format(ctx, wing->ui, "province.since", args, 1));
        }
        site_set(entry, "source", fact ? fact->source : "");
        json_array_append_new(list, entry);
    }
    add_names(ctx, wing, unit, list);
    return list;
}

static void set_history(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                        const struct site_unit *unit, json_t *view)
{
    const char *name = site_unit_name(unit, wing->locale, NULL);
    json_t *formers = json_array(), *others = json_array();
    // What was there under the same name before the others joined it.
    if (unit->predecessor_count && strcmp(unit->from, unit->predecessors[0].since) < 0) {
        json_t *itself = site_unit_link(wing, unit);
        site_set(itself, "href", "");
        json_array_append_new(formers, itself);
    }
    for (size_t i = 0; i < unit->predecessor_count; i++)
        if (unit->predecessors[i].unit != unit)
            json_array_append_new(others, site_unit_link(wing, unit->predecessors[i].unit));
    collate_objects(wing->locale, others, "name");
    json_array_extend(formers, others);
    json_decref(others);
    if (unit->predecessor_count) {
        const struct message_arg args[] = {
            {"name", name, 0}, {"date", day_text(ctx, wing, unit->predecessors[0].since), 0}};
        site_set(view, "formed", message_format(ctx, wing->ui, "province.formed_text", args, 2));
    }
    site_set_list(view, "formers", formers);
    json_object_set_new(view, "has_formed", json_boolean(unit->predecessor_count));
    if (!site_unit_is_former(site->catalogue, unit))
        return;
    json_t *became = site_unit_successors(wing, unit);
    collate_objects(wing->locale, became, "name");
    bool any = json_array_size(became);
    const struct message_arg args[] = {
        {"name", name, 0}, {"date", any ? day_text(ctx, wing, unit->successors[0].since) : "", 0}};
    site_set(view, "former",
             message_format(ctx, wing->ui, any ? "province.became" : "province.ended", args, 2));
    site_set_list(view, "became", became);
}

static void set_profile(const struct site *site, const struct site_wing *wing, json_t *view,
                        const struct site_place *profile, const struct site_text *text)
{
    const struct site_edition *shown = profile->shown;
    json_object_set_new(view, "profile", json_true());
    json_object_set_new(view, "body", json_stringn_nocheck(text->html, text->html_length));
    json_object_set_new(view, "picture", site_picture(wing, shown));
    site_set(view, "summary", shown->summary);
    site_set(view, "text_lang", shown->locale->tag);
    site_set(view, "text_dir", shown->locale->rtl ? "rtl" : "ltr");
    site_set_origin(site, wing, view, shown, text);
    site_set_notices(site, wing, view, shown);
    site_set_history(wing, view, text);
}

static void set_texts(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                      const struct site_unit *unit, json_t *view)
{
    json_t *cards = json_array();
    const struct site_shelf *shelf = wing->shelf;
    const struct site_place **places =
        talloc_array(ctx, const struct site_place *, unit->article_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < unit->article_count; i++) {
        const struct site_place *place = site_shelf_place(shelf, unit->articles[i]);
        if (!place->article->profile && site_edition_is_live(place->shown))
            places[count++] = place;
    }
    qsort(places, count, sizeof *places, site_place_by_date);
    for (size_t i = 0; i < count && i < SITE_UNIT_CARDS; i++)
        json_array_append_new(cards, site_card(site, wing, places[i]));
    site_set_list(view, "cards", cards);
    const struct message_arg args[] = {{"name", site_unit_name(unit, wing->locale, NULL), 0}};
    site_set(view, "texts", message_format(ctx, wing->ui, "province.texts", args, 1));
}

void site_versions_of_unit(TALLOC_CTX *ctx, const struct site *site, const struct site_unit *unit,
                           struct site_versions *ret)
{
    site_versions_of_path(ctx, site, talloc_asprintf(ctx, "provinces/%s/", unit->id), ret);
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct site_place *profile = site_unit_profile(&site->wings[i], unit);
        if (profile && profile->shown->locale != site->wings[i].locale)
            ret->real[i] = false;
    }
}

// Former names of a unit lead to its page, unless another unit bears the name today.
static int write_aliases(const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit)
{
    const struct locale *in;
    const char *name = site_unit_name(unit, wing->locale, &in);
    int r = SEN_OK;
    size_t i;
    json_t *alias;
    json_array_foreach (unit->aliases, i, alias) {
        const char *id = json_string_value(alias);
        if (r || !id || site_catalogue_unit(site->catalogue, id))
            continue;
        TALLOC_CTX *ctx = talloc_new(NULL);
        char *path = talloc_asprintf(ctx, "%s/provinces/%s/index.html", wing->locale->tag, id);
        char *href = talloc_asprintf(ctx, "/%s/provinces/%s/", wing->locale->tag, unit->id);
        r = site_write_moved(site, wing, path, href, href, name, in);
        talloc_free(ctx);
    }
    return r;
}

static json_t *linked_of(const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit, const struct site_place *profile,
                         const struct site_text *text, const struct site_versions *versions)
{
    json_t *nodes = json_array(), *article = NULL;
    json_array_append_new(nodes, site_linked_unit(site, wing, unit));
    if (profile && text)
        article = site_linked_article(site, wing, profile->shown, text, versions);
    if (article)
        json_array_extend(nodes, article);
    json_decref(article);
    return nodes;
}

int site_write_unit(const struct site *site, const struct site_wing *wing,
                    const struct site_unit *unit, const struct site_text *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing);
    const struct locale *in;
    const char *name = site_unit_name(unit, wing->locale, &in);
    const struct site_place *profile = site_unit_profile(wing, unit);
    bool former = site_unit_is_former(site->catalogue, unit);
    site_set(view, "name", name);
    site_set(view, "name_lang", in == wing->ui ? "" : in->tag);
    site_set(view, "name_vi", site_unit_vietnamese(wing, unit));
    site_set(view, "type",
             former ? message_text(wing->ui, "province.former") : site_unit_type(wing, unit));
    json_object_set_new(view, "facts", facts_of(ctx, site, wing, unit));
    set_history(ctx, site, wing, unit, view);
    set_texts(ctx, site, wing, unit, view);
    if (profile && text)
        set_profile(site, wing, view, profile, text);
    json_t *provinces = json_pack("{s:s, s:o}", "name", message_text(wing->ui, "site.provinces"),
                                  "href", json_sprintf("/%s/provinces/", wing->locale->tag));
    site_set_list(view, "crumbs", site_crumbs(wing, provinces));
    struct site_versions versions;
    site_versions_of_unit(ctx, site, unit, &versions);
    json_t *alternates = site_alternates(site, &versions);
    struct site_page page = {
        .template = SITE_PROVINCE,
        .kind = "province",
        .title = name,
        .title_in = in,
        .description = profile ? profile->shown->summary : NULL,
        .versions = &versions,
        .alternates = alternates,
        .shown = profile ? profile->shown->locale : wing->ui,
        .path = talloc_asprintf(ctx, "%s/provinces/%s/index.html", wing->locale->tag, unit->id),
        .feed = talloc_asprintf(ctx, "provinces/%s/", unit->id),
        .linked = linked_of(site, wing, unit, profile, text, &versions),
    };
    int r = site_page_write(site, wing, &page, view);
    if (!r)
        r = write_aliases(site, wing, unit);
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}
