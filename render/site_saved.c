// The stories that a reader keeps offline. Which these are only the browser knows, so the page is
// the same for everybody; the service worker shows it where there is no connection.
#include "render/site_story.h"

#include <stdlib.h>
#include <string.h>

int site_write_saved(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing);
    const struct message_arg args[] = {{"title", "%t", 0}};
    char *remove = message_format(NULL, wing->ui, "saved.remove", args, 1);
    site_set(view, "remove", remove);
    talloc_free(remove);
    json_object_set_new(view, "noindex", json_true());
    struct site_page page = {
        .template = SITE_SAVED,
        .kind = "saved",
        .title = message_text(wing->ui, "saved.title"),
        .description = message_text(wing->ui, "saved.text"),
    };
    return site_plain_write(site, wing, &page, SITE_SAVED_PATH, view);
}

// W3C Web Application Manifest.
int site_write_manifest(const struct site *site, const struct site_wing *wing)
{
    const char *tag = wing->locale->tag;
    const char *icon = json_string_value(json_object_get(site->theme->asset, "favicon"));
    json_t *manifest =
        json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:s}]}",
                  "id", json_sprintf("/%s/", tag), "name", message_text(wing->ui, "site.name"),
                  "short_name", message_text(wing->ui, "site.name"), "description",
                  message_text(wing->ui, "site.description"), "lang", wing->ui->tag, "dir",
                  wing->ui->rtl ? "rtl" : "ltr", "start_url", json_sprintf("/%s/", tag), "scope",
                  "/", "display", "minimal-ui", "background_color", "#faf6ed", "theme_color",
                  "#7c1813", "icons", "src", icon, "sizes", "any", "type", "image/svg+xml");
    char path[64], *text = json_dumps(manifest, JSON_COMPACT);
    snprintf(path, sizeof path, "%s/manifest.webmanifest", tag);
    int r = site_output_write(site->output, path, text, strlen(text));
    free(text);
    json_decref(manifest);
    return r;
}
