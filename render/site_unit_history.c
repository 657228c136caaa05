// What a province or city was made of, and what became of it.
#include "render/site_units.h"

#include "locales/collate.h"

#include <string.h>

// The last day on which units were merged; "": never.
static const char *last_merger(const struct site_catalogue *catalogue)
{
    const char *last = "";
    for (size_t i = 0; i < catalogue->unit_count; i++)
        for (size_t j = 0; j < catalogue->units[i].successor_count; j++)
            if (strcmp(catalogue->units[i].successors[j].since, last) > 0)
                last = catalogue->units[i].successors[j].since;
    return last;
}

static void set_act(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_link *link,
                    json_t *view)
{
    const char *act = site_act_text(ctx, wing, link->source);
    const struct message_arg args[] = {{"act", act ? act : link->source, 0}};
    site_set(view, "act", message_format(ctx, wing->ui, "province.act", args, 1));
}

static void set_formed(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_unit *unit,
                       json_t *view)
{
    json_t *formers = json_array(), *others = json_array();
    const struct site_link *first = unit->predecessors;
    const struct message_arg args[] = {{"name", site_unit_name(unit, wing->locale, NULL), 0},
                                       {"date", site_day_text(ctx, wing, first->since), 0}};
    // What was there under the same name before the others joined it.
    if (strcmp(unit->from, first->since) < 0) {
        json_t *itself = site_unit_link(wing, unit);
        site_set(itself, "href", "");
        json_array_append_new(formers, itself);
        site_set(view, "same_name", message_format(ctx, wing->ui, "province.same_name", args, 2));
    }
    for (size_t i = 0; i < unit->predecessor_count; i++)
        if (unit->predecessors[i].unit != unit)
            json_array_append_new(others, site_unit_link(wing, unit->predecessors[i].unit));
    collate_objects(wing->locale, others, "name");
    json_array_extend(formers, others);
    json_decref(others);
    site_set(view, "formed", message_format(ctx, wing->ui, "province.formed_text", args, 2));
    site_set_list(view, "formers", formers);
    set_act(ctx, wing, first, view);
}

static void set_became(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_unit *unit,
                       json_t *view)
{
    json_t *became = site_unit_successors(wing, unit);
    collate_objects(wing->locale, became, "name");
    bool any = json_array_size(became);
    const struct message_arg args[] = {
        {"name", site_unit_name(unit, wing->locale, NULL), 0},
        {"date", any ? site_day_text(ctx, wing, unit->successors[0].since) : "", 0}};
    site_set(view, "former",
             message_format(ctx, wing->ui, any ? "province.became" : "province.ended", args, 2));
    site_set_list(view, "became", became);
    if (any)
        set_act(ctx, wing, &unit->successors[0], view);
}

void site_unit_set_history(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                           const struct site_unit *unit, json_t *view)
{
    const char *merged = last_merger(site->catalogue);
    if (unit->predecessor_count) {
        set_formed(ctx, wing, unit, view);
    } else if (*merged && !site_unit_is_former(site->catalogue, unit) &&
               strcmp(unit->from, merged) < 0) {
        const struct message_arg args[] = {{"name", site_unit_name(unit, wing->locale, NULL), 0},
                                           {"date", site_day_text(ctx, wing, merged), 0}};
        site_set(view, "unchanged", message_format(ctx, wing->ui, "province.unchanged", args, 2));
    }
    if (site_unit_is_former(site->catalogue, unit))
        set_became(ctx, wing, unit, view);
}
