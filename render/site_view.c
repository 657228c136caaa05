#include "render/site_internal.h"

#include <string.h>
#include <time.h>

static char *encode(TALLOC_CTX *ctx, const char *path, const char *signs)
{
    static const char hex[] = "0123456789ABCDEF";
    char *encoded = talloc_size(ctx, strlen(path) * 3 + 1), *out = encoded;
    for (const unsigned char *at = (const unsigned char *)path; *at; at++) {
        if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
            (*at >= '0' && *at <= '9') || strchr(signs, *at)) {
            *out++ = (char)*at;
        } else {
            *out++ = '%';
            *out++ = hex[*at >> 4];
            *out++ = hex[*at & 15];
        }
    }
    *out = '\0';
    return encoded;
}

char *site_encode(TALLOC_CTX *ctx, const char *path)
{
    return encode(ctx, path, "-._~/");
}

char *site_encode_address(TALLOC_CTX *ctx, const char *address)
{
    return encode(ctx, address, "-._~/%:?#[]@!$&'()*+,;=");
}

char *site_place_url(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_place *place)
{
    char *path = talloc_asprintf(ctx, "/%s/articles/%s/", wing->locale->tag, place->slug);
    char *url = site_encode(ctx, path);
    talloc_free(path);
    return url;
}

char *site_place_href(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_place *place)
{
    const struct site_unit *unit = site_profile_unit(wing, place);
    if (!unit)
        return site_place_url(ctx, wing, place);
    return talloc_asprintf(ctx, "/%s/provinces/%s/", wing->locale->tag, unit->id);
}

char *site_add_id(char *list, const char *id)
{
    list = talloc_strdup_append_buffer(list, list[1] ? ",\"" : "\"");
    for (const char *at = id; *at; at++)
        list = talloc_asprintf_append_buffer(list, strchr("\"\\", *at) ? "\\%c" : "%c", *at);
    return talloc_strdup_append_buffer(list, "\"");
}

const char *site_datetime(char buffer[static 32], int64_t seconds)
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    gmtime_r(&moment, &parts);
    strftime(buffer, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return buffer;
}

int site_year(int64_t seconds)
{
    time_t moment = (time_t)(seconds + 7 * 3600);
    struct tm parts;
    gmtime_r(&moment, &parts);
    return parts.tm_year + 1900;
}

void site_set(json_t *view, const char *key, const char *value)
{
    if (value)
        json_object_set_new_nocheck(view, key, json_string_nocheck(value));
}

void site_set_list(json_t *view, const char *key, json_t *list)
{
    char has[32];
    snprintf(has, sizeof has, "has_%s", key);
    json_object_set_new_nocheck(view, has, json_boolean(json_array_size(list)));
    json_object_set_new_nocheck(view, key, list);
}

void site_set_language(json_t *view, const struct site_wing *wing, const struct locale *in)
{
    site_set(view, "lang", in == wing->ui ? "" : in->tag);
    site_set(view, "dir", in->rtl ? "rtl" : "ltr");
}

// By law, else by the gazetteer.
static const char *name_in(const struct site_unit *unit, const struct locale *locale)
{
    const struct site_fact *fact = site_unit_fact(unit, "name", locale);
    const json_t *names = json_object_get(unit->names, locale->tag);
    return fact ? fact->value : json_string_value(json_array_get(names, 0));
}

const char *site_unit_name(const struct site_unit *unit, const struct locale *locale,
                           const struct locale **ret_in)
{
    const struct locale *in = locale;
    const char *name = name_in(unit, in);
    for (size_t i = 0; !name && i < locale->fallback_count; i++)
        name = name_in(unit, in = locale->fallback[i]);
    for (size_t i = 0; !name && i < locale_count(); i++)
        name = name_in(unit, in = locale_at(i));
    if (ret_in)
        *ret_in = name ? in : locale;
    return name ? name : unit->id;
}

json_t *site_unit_link(const struct site_wing *wing, const struct site_unit *unit)
{
    const struct locale *in;
    json_t *link = json_object();
    site_set(link, "name", site_unit_name(unit, wing->locale, &in));
    json_object_set_new(link, "href",
                        json_sprintf("/%s/provinces/%s/", wing->locale->tag, unit->id));
    site_set_language(link, wing, in);
    return link;
}

json_t *site_topic_link(const struct site_wing *wing, const struct site_topic *topic)
{
    const struct locale *in;
    json_t *link = json_object();
    site_set(link, "name", site_name_in(topic->names, wing->locale, &in));
    json_object_set_new(link, "href", json_sprintf("/%s/topics/%s/", wing->locale->tag, topic->id));
    site_set_language(link, wing, in);
    return link;
}

json_t *site_picture(const struct site_wing *wing, const struct site_edition *shown)
{
    const struct site_media *media = shown->image;
    if (!media)
        return json_false();
    char path[512];
    snprintf(path, sizeof path, "/media/%s", media->file);
    char *src = site_encode(NULL, path);
    const struct message_arg args[] = {{"credit", media->credit, 0}};
    char *credit = message_format(NULL, wing->ui, "article.picture", args, 1);
    json_t *picture =
        json_pack("{s:s, s:i, s:i, s:s, s:s}", "src", src, "width", media->width, "height",
                  media->height, "credit", credit, "licence", media->licence);
    site_set(picture, "alt",
             shown->image_alt ? shown->image_alt : site_name_in(media->alt, shown->locale, NULL));
    site_set_language(picture, wing, shown->locale);
    talloc_free(credit);
    talloc_free(src);
    return picture;
}

json_t *site_card(const struct site *site, const struct site_wing *wing,
                  const struct site_place *place)
{
    const struct site_edition *shown = place->shown;
    json_t *card = json_object();
    TALLOC_CTX *ctx = talloc_new(NULL);
    char datetime[32];
    site_set(card, "href", site_place_href(ctx, wing, place));
    site_set(card, "title", shown->title);
    site_set(card, "summary", shown->summary);
    site_set(card, "datetime", site_datetime(datetime, shown->published));
    site_set(card, "date", format_date(ctx, wing->ui, shown->published, DATE_LONG));
    site_set(card, "language", shown->locale->name);
    site_set_language(card, wing, shown->locale);
    json_object_set_new(card, "picture", site_picture(wing, shown));
    json_object_set_new(card, "topic",
                        place->article->topic ? site_topic_link(wing, place->article->topic)
                                              : json_false());
    talloc_free(ctx);
    return card;
}

json_t *site_licence(const char *id)
{
    static const struct {
        const char *id, *name, *url;
    } known[] = {
        {"CC-BY-4.0", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"},
        {"CC-BY-SA-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"},
        {"CC-BY-ND-4.0", "CC BY-ND 4.0", "https://creativecommons.org/licenses/by-nd/4.0/"},
        {"CC-BY-NC-4.0", "CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"},
        {"CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].id, id) == 0)
            return json_pack("{s:s, s:s}", "name", known[i].name, "url", known[i].url);
    json_t *licence = json_object();
    site_set(licence, "name", id);
    return licence;
}

// Only addresses that lead somewhere on the web become links.
json_t *site_sources(const char *text)
{
    json_t *list = json_array(), *sources = json_loads(text, 0, NULL), *one;
    size_t i;
    json_array_foreach (sources, i, one) {
        const char *title = json_string_value(json_object_get(one, "title"));
        const char *url = json_string_value(json_object_get(one, "url"));
        json_t *source = json_object();
        site_set(source, "title", title ? title : url);
        bool web = url && (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
        site_set(source, "url", web ? url : "");
        json_array_append_new(list, source);
    }
    json_decref(sources);
    return list;
}

void site_set_origin(const struct site *site, const struct site_wing *wing, json_t *view,
                     const struct site_edition *shown, const struct site_text *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_agency *agency = shown->article->agency;
    const struct locale *source = shown->article->source;
    bool original = shown->locale == source;
    site_set(view, "author", text->author);
    if (agency) {
        const struct locale *in;
        json_t *link = json_object();
        site_set(link, "name", site_name_in(agency->names, wing->locale, &in));
        site_set(link, "url", agency->url ? agency->url : "");
        site_set_language(link, wing, in);
        json_object_set_new(view, "agency", link);
    }
    const struct message_arg made[] = {
        {"method", text->method, 0},
        {"language", format_language(ctx, wing->ui, source, NAME_IN_TEXT), 0}};
    site_set(view, "made",
             message_format(ctx, wing->ui, original ? "article.written" : "article.translated",
                            made, 2));
    site_set(
        view, "proofread",
        message_text(wing->ui, text->proofread ? "article.proofread" : "article.not_proofread"));
    if (!original && text->followed) {
        const struct message_arg args[] = {
            {"date", format_date(ctx, wing->ui, text->followed, DATE_LONG), 0}};
        site_set(view, "followed",
                 message_format(ctx, wing->ui, "article.translated_version", args, 1));
    }
    if (text->licence)
        json_object_set_new(view, "licence", site_licence(text->licence));
    site_set_list(view, "sources", site_sources(text->sources));
    talloc_free(ctx);
}

// The text's page in another language; NULL: it has none there that readers may see.
static char *page_in(TALLOC_CTX *ctx, const struct site *site, const struct site_article *article,
                     const struct locale *locale)
{
    const struct site_edition *edition = site_article_edition(article, locale);
    if (!edition || !site_edition_is_live(edition))
        return NULL;
    for (size_t i = 0; i < site->wing_count; i++) {
        const struct site_wing *wing = &site->wings[i];
        if (wing->locale == locale)
            return site_place_href(ctx, wing, site_shelf_place(wing->shelf, article));
    }
    return NULL;
}

static void set_named_link(json_t *view, const char *key, const struct site_wing *wing,
                           const char *words, const struct locale *named, const char *href)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct message_arg args[] = {
        {"language", format_language(ctx, wing->ui, named, NAME_IN_TEXT), 0}};
    json_object_set_new(view, key,
                        json_pack("{s:s, s:s, s:s}", "name",
                                  message_format(ctx, wing->ui, words, args, 1), "href", href,
                                  "lang", named->tag));
    talloc_free(ctx);
}

// In another language than the reader asked for: where that language's own page is, and where there
// is more in the reader's.
static json_t *fallback_of(const struct site *site, const struct site_wing *wing,
                           const struct site_edition *shown)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = json_object();
    const struct site_topic *topic = shown->article->topic;
    const struct message_arg args[] = {
        {"wanted", format_language(ctx, wing->ui, wing->locale, NAME_IN_TEXT), 0},
        {"shown", format_language(ctx, wing->ui, shown->locale, NAME_IN_TEXT), 0}};
    site_set(view, "said", message_format(ctx, wing->ui, "notice.fallback", args, 2));
    const char *href = page_in(ctx, site, shown->article, shown->locale);
    if (href)
        set_named_link(view, "source", wing, "notice.source", shown->locale, href);
    char *more = talloc_asprintf(ctx, "/%s/%s%s%s", wing->locale->tag, topic ? "topics/" : "",
                                 topic ? topic->id : "", topic ? "/" : "");
    set_named_link(view, "more", wing, "notice.more_in", wing->locale, more);
    talloc_free(ctx);
    return view;
}

static json_t *translation_of(const struct site *site, const struct site_wing *wing,
                              const struct site_edition *shown, const struct site_text *text)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *view = json_object();
    const struct locale *source = shown->article->source;
    const struct site_edition *original = site_article_edition(shown->article, source);
    const struct message_arg args[] = {
        {"method", strcmp(text->method, "machine") == 0 && text->proofread ? "other" : text->method,
         0},
        {"language", format_language(ctx, wing->ui, source, NAME_IN_TEXT), 0}};
    site_set(view, "said", message_format(ctx, wing->ui, "notice.translated", args, 2));
    const char *href = page_in(ctx, site, shown->article, source);
    if (href)
        json_object_set_new(view, "original",
                            json_pack("{s:s, s:s}", "href", href, "lang", source->tag));
    if (original && site_edition_is_live(original) && original->version > shown->source_version)
        json_object_set_new(view, original->major > shown->source_version ? "outdated" : "behind",
                            json_true());
    talloc_free(ctx);
    return view;
}

void site_set_notices(const struct site *site, const struct site_wing *wing, json_t *view,
                      const struct site_edition *shown, const struct site_text *text)
{
    if (shown->locale != wing->locale)
        json_object_set_new(view, "fallback", fallback_of(site, wing, shown));
    if (shown->locale != shown->article->source)
        json_object_set_new(view, "translated", translation_of(site, wing, shown, text));
}
