// The languages, straight from the registry.
#include "api/read.h"
#include "api/route.h"
#include "locales/locale.h"

static json_t *chain(const struct locale *locale)
{
    json_t *tags = json_array();
    for (size_t i = 0; i < locale->fallback_count; i++)
        json_array_append_new(tags, json_string(locale->fallback[i]->tag));
    return tags;
}

static enum step_result step_list(struct request *request)
{
    if (query_read(request, NULL, 0) == DONE)
        return DONE;
    json_t *items = json_array();
    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        json_array_append_new(
            items, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "tag", locale->tag, "name",
                             locale->name, "name_en", locale->name_en, "direction",
                             locale->rtl ? "rtl" : "ltr", "interface", locale->catalog, "content",
                             locale->content, "fallback", chain(locale)));
    }
    json_t *body = json_pack("{s:o, s:n}", "items", items, "next");
    request_reply_json(request, 200, "Access-Control-Allow-Origin: *\r\n", body);
    json_decref(body);
    return DONE;
}

static const struct step list[] = {{"list", step_list}, {0}};

extern const struct route locale_routes[];
const struct route locale_routes[] = {
    {METHOD_GET, "/v1/locales", .steps = list},
    {0},
};
