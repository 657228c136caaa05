// The press room: how the agencies are reached, what may be reprinted, pictures.
#include "render/site_internal.h"

#include "locales/collate.h"

#include <string.h>

#define PICTURES 48 // of the newest texts

static json_t *languages_of(const struct site_wing *wing, const json_t *tags)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const char **names = talloc_array(ctx, const char *, json_array_size(tags) + 1);
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const struct locale *locale = locale_find(json_string_value(json_array_get(tags, i)));
        if (locale)
            names[count++] = format_language(ctx, wing->ui, locale, NAME_IN_TEXT);
    }
    json_t *list = count ? json_string(format_list(ctx, wing->ui, names, count)) : json_false();
    talloc_free(ctx);
    return list;
}

static json_t *agency_of(const struct site_wing *wing, const struct site_agency *agency)
{
    const json_t *contacts = agency->contacts;
    const char *email = json_string_value(json_object_get(contacts, "email"));
    const char *phone = json_string_value(json_object_get(contacts, "phone"));
    const struct locale *in;
    json_t *one = json_object(), *address = json_object();
    site_set(one, "id", agency->id);
    site_set(one, "name", site_name_in(agency->names, wing->locale, &in));
    site_set_language(one, wing, in);
    site_set(one, "url", agency->url);
    site_set(one, "email", email);
    site_set(one, "phone", phone);
    site_set(address, "text",
             site_name_in(json_object_get(contacts, "address"), wing->locale, &in));
    site_set_language(address, wing, in);
    bool has_address = *json_string_value(json_object_get(address, "text"));
    if (has_address)
        json_object_set(one, "address", address);
    json_decref(address);
    json_object_set_new(one, "languages",
                        languages_of(wing, json_object_get(contacts, "languages")));
    json_object_set_new(one, "reached", json_boolean(email || phone || has_address || agency->url));
    return one;
}

static json_t *picture_of(const struct site_wing *wing, const struct site_place *place)
{
    const struct site_media *media = place->shown->image;
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *picture = site_picture(wing, place->shown);
    const struct message_arg args[] = {{"width", format_integer(ctx, wing->ui, media->width), 0},
                                       {"height", format_integer(ctx, wing->ui, media->height), 0}};
    json_object_set_new(picture, "terms", site_licence(media->licence));
    site_set(picture, "size", message_format(ctx, wing->ui, "press.picture_size", args, 2));
    site_set(picture, "text", place->shown->title);
    site_set(picture, "href", site_place_href(ctx, wing, place));
    talloc_free(ctx);
    return picture;
}

static json_t *pictures_of(const struct site_wing *wing)
{
    const struct site_media *taken[PICTURES];
    size_t count = 0;
    json_t *list = json_array();
    for (size_t i = 0; i < wing->shelf->recent_count && count < PICTURES; i++) {
        const struct site_media *media = wing->shelf->recent[i]->shown->image;
        bool known = !media;
        for (size_t j = 0; !known && j < count; j++)
            known = taken[j] == media;
        if (known)
            continue;
        taken[count++] = media;
        json_array_append_new(list, picture_of(wing, wing->shelf->recent[i]));
    }
    return list;
}

int site_write_press(const struct site *site, const struct site_wing *wing)
{
    json_t *view = site_view(wing), *agencies = json_array();
    for (size_t i = 0; i < site->catalogue->agency_count; i++)
        json_array_append_new(agencies, agency_of(wing, &site->catalogue->agencies[i]));
    collate_objects(wing->locale, agencies, "name");
    site_set_list(view, "agencies", agencies);
    site_set_list(view, "pictures", pictures_of(wing));
    site_set_contact(site, view);
    struct site_page page = {
        .template = SITE_PRESS,
        .kind = "press",
        .title = message_text(wing->ui, "press.title"),
        .description = message_text(wing->ui, "press.intro"),
    };
    return site_plain_write(site, wing, &page, "press/", view);
}
