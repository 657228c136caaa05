#include "render/site_internal.h"

#include "content/base/log.h"

// A page more costs a line here. What leads to texts stands before what only machines read.
const struct site_list site_lists[] = {
    {"home", site_write_home},   {"provinces", site_write_units},
    {"about", site_write_about}, {"search", site_write_search_page},
    {"404", site_write_missing}, {"barred", site_write_barred},
    {"sitemap", site_write_map}, {0},
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
