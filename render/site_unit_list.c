// The list of provinces and cities: those that are, and the names that were.
#include "render/site_atlas.h"
#include "render/site_linked.h"

#include "locales/collate.h"

#include <string.h>

size_t site_units_sorted(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                         const struct site_unit ***ret)
{
    const struct site_catalogue *catalogue = site->catalogue;
    struct collate_item *items = talloc_array(ctx, struct collate_item, catalogue->unit_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        struct site_unit *unit = &catalogue->units[i];
        if (!site_unit_is_former(catalogue, unit))
            items[count++] = (struct collate_item){site_unit_name(unit, wing->locale, NULL), unit};
    }
    collate_sort(wing->locale, items, count);
    *ret = talloc_array(ctx, const struct site_unit *, count + 1);
    for (size_t i = 0; i < count; i++)
        (*ret)[i] = items[i].data;
    talloc_free(items);
    return count;
}

const char *site_unit_type(const struct site_wing *wing, const struct site_unit *unit)
{
    const struct site_fact *fact = site_unit_fact(unit, "type", NULL);
    bool city = fact && strcmp(fact->value, "city") == 0;
    return message_text(wing->ui, city ? "province.city" : "province.province");
}

const char *site_unit_vietnamese(const struct site_wing *wing, const struct site_unit *unit)
{
    const struct site_fact *fact = site_unit_fact(unit, "name", locale_find("vi"));
    const char *shown = site_unit_name(unit, wing->locale, NULL);
    return fact && strcmp(fact->value, shown) != 0 ? fact->value : "";
}

json_t *site_unit_successors(const struct site_wing *wing, const struct site_unit *unit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < unit->successor_count; i++)
        if (unit->successors[i].unit != unit)
            json_array_append_new(list, site_unit_link(wing, unit->successors[i].unit));
    return list;
}

static const struct site_fact *name_by_law(const struct site_unit *unit,
                                           const struct locale *locale)
{
    const struct site_fact *name = site_unit_fact(unit, "name", locale);
    for (size_t i = 0; !name && i < locale->fallback_count; i++)
        name = site_unit_fact(unit, "name", locale->fallback[i]);
    for (size_t i = 0; !name && i < locale_count(); i++)
        name = site_unit_fact(unit, "name", locale_at(i));
    return name;
}

const struct site_fact *site_unit_former_name(const struct site_wing *wing,
                                              const struct site_unit *unit)
{
    const struct site_fact *name = name_by_law(unit, wing->locale);
    for (size_t i = 0; name && i < unit->fact_count; i++) {
        const struct site_fact *fact = &unit->facts[i];
        if (strcmp(fact->attribute, "name") == 0 && fact->locale == name->locale && *fact->to &&
            strcmp(fact->value, name->value) != 0)
            return fact;
    }
    return NULL;
}

// Units that are no more, and the former names of those that are, by name.
static json_t *formers_of(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing)
{
    const struct site_catalogue *catalogue = site->catalogue;
    struct collate_item *items = talloc_array(ctx, struct collate_item, catalogue->unit_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        struct site_unit *unit = &catalogue->units[i];
        const struct site_fact *name = site_unit_former_name(wing, unit);
        if (site_unit_is_former(catalogue, unit))
            items[count++] = (struct collate_item){site_unit_name(unit, wing->locale, NULL), unit};
        else if (name)
            items[count++] = (struct collate_item){name->value, unit};
    }
    collate_sort(wing->locale, items, count);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct site_unit *unit = items[i].data;
        json_t *one = site_unit_link(wing, unit), *became;
        if (site_unit_is_former(catalogue, unit)) {
            became = site_unit_successors(wing, unit);
        } else {
            became = json_array();
            json_array_append_new(became, site_unit_link(wing, unit));
            site_set(one, "name", items[i].text);
            site_set_language(one, wing, site_unit_former_name(wing, unit)->locale);
        }
        json_object_set_new(one, "became", became);
        json_array_append_new(list, one);
    }
    return list;
}

static void set_lists(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                      json_t *view)
{
    site_atlas_set(ctx, site, wing, view);
    size_t count = json_array_size(json_object_get(view, "rows"));
    const struct message_arg args[] = {{"count", NULL, (int64_t)count}};
    site_set(view, "intro", message_format(ctx, wing->ui, "province.index_text", args, 1));
    site_set_list(view, "former", formers_of(ctx, site, wing));
}

int site_write_units(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing);
    set_lists(ctx, site, wing, view);
    site_set_list(view, "crumbs", site_crumbs(wing, NULL));
    struct site_versions versions;
    site_versions_of_path(ctx, site, "provinces/", &versions);
    json_t *alternates = site_alternates(site, &versions);
    struct site_page page = {
        .template = SITE_PROVINCES,
        .kind = "provinces",
        .title = message_text(wing->ui, "site.provinces"),
        .description = json_string_value(json_object_get(view, "intro")),
        .versions = &versions,
        .alternates = alternates,
        .shown = wing->ui,
        .path = talloc_asprintf(ctx, "%s/provinces/index.html", wing->locale->tag),
        .linked = site_linked_units(site, wing, json_string_value(json_object_get(view, "intro"))),
    };
    int r = site_page_write(site, wing, &page, view);
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}
