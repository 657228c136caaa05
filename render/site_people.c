// Who writes for the portal: the names under which texts are published, each with its texts.
#include "render/site_internal.h"

json_t *site_person_link(const struct site_wing *wing, const struct site_byline *byline)
{
    char *path = talloc_asprintf(NULL, "/%s/people/%s/", wing->locale->tag, byline->slug);
    char *href = site_encode(path, path);
    json_t *link = json_pack("{s:s, s:s}", "name", byline->name, "href", href);
    talloc_free(path);
    return link;
}
