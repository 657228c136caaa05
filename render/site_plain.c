// The pages whose words are the program's own, and what belongs to no language.
#include "render/site_internal.h"
#include "render/site_search.h"

#include <string.h>

int site_plain_write(const struct site *site, const struct site_wing *wing, struct site_page *page,
                     const char *path, json_t *view)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct site_versions versions;
    site_versions_of_path(ctx, site, path, &versions);
    page->versions = &versions;
    page->alternates = site_alternates(site, &versions);
    page->shown = wing->ui;
    page->path = talloc_asprintf(ctx, "%s/%sindex.html", wing->locale->tag, path);
    site_set_list(view, "crumbs", site_crumbs(wing, NULL));
    int r = site_page_write(site, wing, page, view);
    json_decref(page->alternates);
    talloc_free(ctx);
    return r;
}

// The languages whose texts its readers are shown, of those that the site has.
static char *chain_of(const struct site *site, const struct site_wing *wing)
{
    const struct locale *locale = wing->locale;
    char *chain = talloc_strdup(NULL, locale->tag);
    for (size_t i = 0; i < locale->fallback_count; i++)
        for (size_t j = 0; j < site->wing_count; j++)
            if (site->wings[j].locale == locale->fallback[i])
                chain = talloc_asprintf_append(chain, " %s", locale->fallback[i]->tag);
    return chain;
}

int site_write_search_page(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing), *topics = json_array();
    for (size_t i = 0; i < site->catalogue->topic_count; i++)
        json_array_append_new(topics, site_topic_link(wing, &site->catalogue->topics[i]));
    json_object_set_new(view, "topics", topics);
    site_set(view, "locale", wing->locale->tag);
    char *chain = chain_of(site, wing);
    site_set(view, "chain", chain);
    talloc_free(chain);
    struct site_page page = {
        .template = SITE_SEARCH,
        .kind = "search",
        .title = message_text(wing->ui, "site.search"),
        .description = message_text(wing->ui, "search.hint"),
    };
    return site_plain_write(site, wing, &page, "search/", view);
}

int site_write_missing(const struct site *site, const struct site_wing *wing)
{
    char path[64];
    snprintf(path, sizeof path, "%s/404.html", wing->locale->tag);
    json_t *view = site_view(wing);
    json_object_set_new(view, "noindex", json_true());
    struct site_page page = {
        .template = SITE_MISSING,
        .kind = "missing",
        .title = message_text(wing->ui, "page.not_found"),
        .path = path,
    };
    return site_page_write(site, wing, &page, view);
}

// The page at "/", for servers that do not choose by Accept-Language: every language, in its own
// name.
static int write_door(const struct site *site)
{
    const struct site_wing *wing = &site->wings[0];
    for (size_t i = 0; i < site->wing_count; i++)
        if (site->wings[i].locale == locale_default())
            wing = &site->wings[i];
    json_t *view = site_view(wing), *editions = json_array();
    for (size_t i = 0; i < site->wing_count; i++)
        json_array_append_new(editions, site_edition_link(site->wings[i].locale));
    json_object_set_new(view, "editions", editions);
    json_object_set_new(view, "canonical", json_sprintf("%s/", site->origin));
    utstring_clear(site->page);
    mustache_render(site->theme->templates[SITE_DOOR], view, site->page);
    json_decref(view);
    return site_output_write(site->output, "index.html", utstring_body(site->page),
                             utstring_len(site->page));
}

int site_write_common(const struct site *site)
{
    int r = SEN_OK;
    for (size_t i = 0; !r && i < site->theme->asset_count; i++) {
        const struct site_asset *asset = &site->theme->assets[i];
        r = site_output_write(site->output, asset->path, asset->file->data, asset->file->size);
    }
    if (!r)
        r = write_door(site);
    if (!r)
        r = site_write_search_common(site);
    if (r)
        return r;
    char robots[512];
    int length = snprintf(
        robots, sizeof robots,
        "User-agent: *\nAllow: /\nDisallow: /preview/\n\nSitemap: %s/sitemap.xml\n", site->origin);
    return site_output_write(site->output, "robots.txt", robots, (size_t)length);
}
