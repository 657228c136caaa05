#include "render/site_story.h"
#include "render/site_touched.h"

#include "content/base/log.h"

// A page more costs a line here. What leads to texts stands before what only machines read.
const struct site_list site_lists[] = {
    {"home", site_write_home},
    {"provinces", site_write_units},
    {"topics", site_write_topics},
    {"people", site_write_people},
    {"corrections", site_write_corrections},
    {"coverage", site_write_coverage},
    {"languages", site_write_languages},
    {"about", site_write_about},
    {"press", site_write_press},
    {"reuse", site_write_reuse},
    {"accessibility", site_write_accessibility},
    {"feeds", site_write_feeds},
    {"site-map", site_write_site_map},
    {"search", site_write_search_page},
    {"404", site_write_missing},
    {"saved", site_write_saved},
    {"manifest", site_write_manifest},
    {"barred", site_write_barred},
    {"sitemap", site_write_map},
    {0},
};

int site_write_lists(const struct site *site, const struct site_wing *wing)
{
    for (const struct site_list *list = site_lists; list->name; list++) {
        int r = list->write(site, wing);
        if (r) {
            log_error("site.list", "%s in %s cannot be written", list->name, wing->locale->tag);
            return r;
        }
    }
    return SEN_OK;
}

// What the wing's pages show; NULL: not known.
static const struct site_shelf *shelf_before(const struct site_touched *touched,
                                             const struct site_wing *wing)
{
    const struct site *before = touched ? touched->before : NULL;
    for (size_t i = 0; before && i < before->wing_count; i++)
        if (before->wings[i].locale == wing->locale)
            return before->wings[i].shelf;
    return NULL;
}

int site_write_listings(const struct site *site, const struct site_wing *wing,
                        const struct site_touched *touched)
{
    const struct site_catalogue *c = site->catalogue;
    const struct site_shelf *before = shelf_before(touched, wing);
    int r = SEN_OK;
    for (size_t i = 0; !r && i < c->topic_count; i++)
        if (!touched || touched->topics[i])
            r = site_write_topic(site, wing, &c->topics[i], before);
    for (size_t i = 0; !r && i < SITE_KINDS; i++)
        if (!touched || touched->kinds[i])
            r = site_write_kind(site, wing, i, before);
    for (size_t i = 0; !r && i < c->byline_count; i++)
        if ((!touched || touched->bylines[i]) && wing->shelf->bylines[i])
            r = site_write_person(site, wing, c->bylines[i], before);
    return r;
}
