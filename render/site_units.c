// The page of a province or city.
#include "render/site_units.h"

#include "render/site_atlas.h"
#include "render/site_linked.h"

#include <string.h>

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
    site_set_notices(site, wing, view, shown, text);
    site_set_history(wing, view, text);
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
    site_unit_set_facts(ctx, site, wing, unit, view);
    site_unit_set_history(ctx, site, wing, unit, view);
    site_unit_set_parts(ctx, site, wing, unit, view);
    site_atlas_mark(ctx, site, wing, unit, view);
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
        .card = profile && profile->shown->locale == wing->locale ? profile->shown : NULL,
        .linked = linked_of(site, wing, unit, profile, text, &versions),
    };
    int r = site_page_write(site, wing, &page, view);
    if (!r)
        r = write_aliases(site, wing, unit);
    json_decref(alternates);
    talloc_free(ctx);
    return r;
}
