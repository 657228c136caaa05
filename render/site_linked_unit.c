// A province or city as schema.org's AdministrativeArea has it, and the table of all of them as
// Dataset. Where they lie is not said: there are no coordinates in the data.
#include "render/site_linked.h"

#include <stdlib.h>
#include <string.h>

// The API's address of the unit: one in all languages, and it leads to the data.
static json_t *identity(const struct site *site, const struct site_unit *unit)
{
    return json_sprintf("%s/v1/provinces/%s", site->origin, unit->id);
}

json_t *site_linked_unit_reference(const struct site *site, const struct site_unit *unit)
{
    json_t *node = json_object();
    json_object_set_new(node, "@id", identity(site, unit));
    return node;
}

static json_t *page_of(const struct site *site, const struct site_wing *wing,
                       const struct site_unit *unit)
{
    return json_sprintf("%s/%s/provinces/%s/", site->origin, wing->locale->tag, unit->id);
}

static json_t *country(const struct site_wing *wing)
{
    char *name = format_territory(NULL, wing->ui, "VN");
    json_t *node = site_node("Country", NULL);
    site_set(node, "name", name);
    site_set(node, "identifier", "VN");
    talloc_free(name);
    return node;
}

// A text and its language (JSON-LD 1.1, section 4.2.4).
static void add_name(json_t *list, const char *tag, const char *name, const char *shown)
{
    if (!name || strcmp(name, shown) == 0)
        return;
    json_array_append_new(list, json_pack("{s:s, s:s}", "@language", tag, "@value", name));
}

static json_t *names_of(const struct site_unit *unit, const char *shown)
{
    json_t *list = json_array();
    for (size_t i = 0; i < locale_count(); i++) {
        const char *tag = locale_at(i)->tag;
        const json_t *names = json_object_get(unit->names, tag);
        const struct site_fact *law = site_unit_fact(unit, "name", locale_at(i));
        if (law)
            add_name(list, tag, law->value, shown);
        for (size_t j = 0; j < json_array_size(names); j++) {
            const char *name = json_string_value(json_array_get(names, j));
            if (!law || strcmp(name, law->value) != 0)
                add_name(list, tag, name, shown);
        }
    }
    return list;
}

static json_t *property(const char *name, json_t *value, const struct site_fact *fact)
{
    json_t *node = site_node("PropertyValue", NULL);
    site_set(node, "name", name);
    json_object_set_new(node, "value", value);
    site_set(node, "measurementTechnique", fact->label);
    site_set(node, "description", fact->source);
    return node;
}

static json_t *codes_of(const struct site_wing *wing, const struct site_unit *unit)
{
    static const struct {
        const char *attribute, *key, *scheme;
    } codes[] = {
        {"iso_3166_2", "province.iso", "ISO 3166-2"},
        {"code", "province.code", NULL},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const struct site_fact *fact = site_unit_fact(unit, codes[i].attribute, NULL);
        if (!fact)
            continue;
        json_t *code =
            property(message_text(wing->ui, codes[i].key), json_string(fact->value), fact);
        site_set(code, "propertyID", codes[i].scheme);
        json_array_append_new(list, code);
    }
    return list;
}

static json_t *figures_of(const struct site_wing *wing, const struct site_unit *unit)
{
    json_t *list = json_array();
    const struct site_fact *area = site_unit_fact(unit, "area_km2", NULL);
    const struct site_fact *people = site_unit_fact(unit, "population", NULL);
    if (area) {
        json_t *node = property(message_text(wing->ui, "province.area"),
                                json_real(strtod(area->value, NULL)), area);
        site_set(node, "unitCode", "KMK"); // square kilometre (UN/CEFACT recommendation 20)
        json_array_append_new(list, node);
    }
    if (people)
        json_array_append_new(list,
                              property(message_text(wing->ui, "province.population"),
                                       json_integer(strtoll(people->value, NULL, 10)), people));
    return list;
}

static void set_found(json_t *node, const char *key, json_t *list)
{
    if (json_array_size(list))
        json_object_set(node, key, list);
    json_decref(list);
}

// schema.org's kinds of place, as narrow as the gazetteer knows.
static const char *kind_of(const char *kind)
{
    static const struct {
        const char *kind, *type;
    } kinds[] = {
        {"city", "City"},
        {"town", "City"},
        {"island", "Landform"},
        {"archipelago", "Landform"},
        {"bay", "BodyOfWater"},
        {"river", "RiverBodyOfWater"},
        {"mountain", "Mountain"},
        {"pass", "Landform"},
        {"lake", "LakeBodyOfWater"},
        {"cave", "Landform"},
        {"park", "Park"},
        {"site", "TouristAttraction"},
        {"sea", "SeaBodyOfWater"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].type;
    return "Place";
}

static json_t *sights_of(const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < unit->sight_count; i++) {
        const struct site_sight *sight = unit->sights[i];
        json_t *node = site_node(kind_of(sight->kind), NULL);
        json_object_set_new(node, "@id", json_sprintf("%s/v1/places/%s", site->origin, sight->id));
        site_set(node, "name", site_sight_name(sight, wing->locale, NULL));
        json_array_append_new(list, node);
    }
    return list;
}

// schema.org has no word for what a unit was before, so these are told of as works about it that
// are dated.
static json_t *formers_of(const struct site *site, const struct site_wing *wing,
                          const struct site_unit *unit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < unit->predecessor_count; i++) {
        const struct site_unit *former = unit->predecessors[i].unit;
        if (former == unit)
            continue;
        json_t *node = site_node("WebPage", NULL);
        site_set(node, "name", site_unit_name(former, wing->locale, NULL));
        json_object_set_new(node, "url", page_of(site, wing, former));
        json_object_set_new(node, "about", site_linked_unit_reference(site, former));
        json_object_set_new(node, "temporalCoverage",
                            json_sprintf("%s/%s", *former->from ? former->from : "..",
                                         unit->predecessors[i].since));
        json_array_append_new(list, node);
    }
    return list;
}

json_t *site_linked_unit(const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit)
{
    const char *name = site_unit_name(unit, wing->locale, NULL);
    json_t *node = site_linked_unit_reference(site, unit);
    site_set(node, "@type", "AdministrativeArea");
    site_set(node, "name", name);
    json_object_set_new(node, "url", page_of(site, wing, unit));
    set_found(node, "alternateName", names_of(unit, name));
    set_found(node, "identifier", codes_of(wing, unit));
    set_found(node, "additionalProperty", figures_of(wing, unit));
    json_object_set_new(node, "containedInPlace", country(wing));
    set_found(node, "containsPlace", sights_of(site, wing, unit));
    set_found(node, "subjectOf", formers_of(site, wing, unit));
    return node;
}

static const struct site_fact *first_fact(const struct site *site)
{
    const struct site_fact *first = NULL;
    for (size_t i = 0; i < site->catalogue->unit_count; i++) {
        const struct site_unit *unit = &site->catalogue->units[i];
        for (size_t j = 0; j < unit->fact_count; j++)
            if (*unit->facts[j].from && (!first || strcmp(unit->facts[j].from, first->from) < 0))
                first = &unit->facts[j];
    }
    return first;
}

static json_t *download(const struct site *site, const char *path, const char *type)
{
    json_t *node = site_node("DataDownload", NULL);
    json_object_set_new(node, "contentUrl", json_sprintf("%s%s", site->origin, path));
    site_set(node, "encodingFormat", type);
    return node;
}

json_t *site_linked_units(const struct site *site, const struct site_wing *wing,
                          const char *description)
{
    static const char *const measured[] = {"province.area", "province.population", "province.seat",
                                           "province.code", "province.iso"};
    json_t *node = site_node("Dataset", NULL), *variables = json_array();
    const char *tag = wing->locale->tag;
    json_object_set_new(node, "@id", json_sprintf("%s/%s/provinces/#data", site->origin, tag));
    site_set(node, "name", message_text(wing->ui, "site.provinces"));
    site_set(node, "description", description);
    json_object_set_new(node, "url", json_sprintf("%s/%s/provinces/", site->origin, tag));
    site_set(node, "inLanguage", tag);
    json_object_set_new(node, "creator", site_publisher_reference(site));
    json_object_set_new(node, "isAccessibleForFree", json_true());
    json_object_set_new(node, "license", json_sprintf("%s/%s/reuse/", site->origin, tag));
    json_object_set_new(node, "spatialCoverage", country(wing));
    const struct site_fact *first = first_fact(site);
    if (first)
        json_object_set_new(node, "temporalCoverage", json_sprintf("%s/..", first->from));
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
        json_array_append_new(variables, json_string(message_text(wing->ui, measured[i])));
    json_object_set_new(node, "variableMeasured", variables);
    json_object_set_new(node, "distribution",
                        json_pack("[o, o]", download(site, "/provinces.csv", "text/csv"),
                                  download(site, "/v1/provinces?status=all", "application/json")));
    return json_pack("[o]", node);
}
