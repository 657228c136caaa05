// The home page.
#include "render/site_internal.h"
#include "render/site_linked.h"

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

static void set_home_units(const struct site *site, const struct site_wing *wing, json_t *view)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_unit **units;
    size_t count = site_units_sorted(ctx, site, wing, &units);
    json_t *links = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(links, site_unit_link(wing, units[i]));
    json_object_set_new(view, "units", links);
    const struct message_arg args[] = {{"count", NULL, (int64_t)count}};
    site_set(view, "explore", message_format(ctx, wing->ui, "page.explore", args, 1));
    talloc_free(ctx);
}

int site_write_home(const struct site *site, const struct site_wing *wing)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = site_view(wing), *latest = json_array(), *topics = json_array();
    for (size_t i = 0; i < wing->shelf->recent_count && i < SITE_LATEST; i++)
        json_array_append_new(latest, site_card(site, wing, wing->shelf->recent[i]));
    for (size_t i = 0; i < site->catalogue->topic_count; i++)
        json_array_append_new(topics, newest_of(wing, &site->catalogue->topics[i]));
    site_set_list(view, "latest", latest);
    json_object_set_new(view, "topics", topics);
    set_home_units(site, wing, view);
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
