// What stands around a text on its page besides its notices: the recording that it plays, who made
// its pictures, how to reprint it, what to read next.
#include "render/site_story.h"

#include "content/recording.h"
#include "render/site_related.h"

#include <string.h>

// ---- recordings -------------------------------------------------------------------------------

// "2 minutes and 5 seconds"
static char *length_of(TALLOC_CTX *ctx, const struct locale *ui, int seconds)
{
    const char *parts[2];
    size_t count = 0;
    const struct message_arg minutes[] = {{"count", NULL, seconds / 60}};
    const struct message_arg rest[] = {{"count", NULL, seconds % 60}};
    if (seconds >= 60)
        parts[count++] = message_format(ctx, ui, "recording.minutes", minutes, 1);
    if (seconds % 60)
        parts[count++] = message_format(ctx, ui, "recording.seconds", rest, 1);
    return format_list(ctx, ui, parts, count);
}

static char *address_of(TALLOC_CTX *ctx, const char *file)
{
    char *path = talloc_asprintf(ctx, "/media/%s", file);
    return site_encode(ctx, path);
}

// The captions that a reader of the wing gets without asking: in their language, else in the
// nearest that they are shown.
static const char *captions_for(const struct site_wing *wing, const json_t *captions)
{
    const struct locale *locale = wing->locale;
    if (json_object_get(captions, locale->tag))
        return locale->tag;
    for (size_t i = 0; i < locale->fallback_count; i++)
        if (json_object_get(captions, locale->fallback[i]->tag))
            return locale->fallback[i]->tag;
    return "";
}

static json_t *tracks_of(TALLOC_CTX *ctx, const struct site_wing *wing,
                         const struct site_media *media)
{
    json_t *tracks = json_array();
    const char *chosen = captions_for(wing, media->captions);
    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        const char *file = json_string_value(json_object_get(media->captions, locale->tag));
        if (!file)
            continue;
        json_array_append_new(tracks,
                              json_pack("{s:s, s:s, s:s, s:b}", "src", address_of(ctx, file), "tag",
                                        locale->tag, "label", locale->name, "chosen",
                                        strcmp(chosen, locale->tag) == 0));
    }
    return tracks;
}

static const char *format_of(const char *type)
{
    static const char *const names[][2] = {{"video/mp4", "MP4"},
                                           {"video/webm", "WebM"},
                                           {"audio/mpeg", "MP3"},
                                           {"audio/ogg", "Ogg"},
                                           {"audio/mp4", "M4A"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], type) == 0)
            return names[i][1];
    return type;
}

static char *download_of(TALLOC_CTX *ctx, const struct locale *ui, const struct site_media *media)
{
    double size = (double)media->bytes / 1e6;
    const struct message_arg args[] = {
        {"type", format_of(media->type), 0},
        {"size", format_number(ctx, ui, size < 0.1 ? 0.1 : size, 1), 0}};
    return message_format(ctx, ui, "recording.download", args, 2);
}

static json_t *recording_of(const struct site_wing *wing, const struct site_media *media)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    bool video = recording_is_video(media->type);
    const struct message_arg title[] = {{"kind", video ? "video" : "audio", 0},
                                        {"length", length_of(ctx, wing->ui, media->duration), 0}};
    const struct message_arg credit[] = {{"credit", media->credit, 0}};
    json_t *view = json_pack("{s:b, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:o}", "video", video,
                             "src", address_of(ctx, media->file), "type", media->type, "width",
                             media->width, "height", media->height, "title",
                             message_format(ctx, wing->ui, "recording.title", title, 2), "download",
                             download_of(ctx, wing->ui, media), "credit",
                             message_format(ctx, wing->ui, "recording.credit", credit, 1),
                             "licence", media->licence, "tracks", tracks_of(ctx, wing, media));
    talloc_free(ctx);
    return view;
}

// ---- credits ----------------------------------------------------------------------------------

static void add_credit(json_t *list, const char *credit, const char *licence)
{
    char *line =
        talloc_asprintf(NULL, "%s%s%s", credit, *credit && *licence ? " \xc2\xb7 " : "", licence);
    json_t *one = json_string(line);
    size_t i = 0;
    while (i < json_array_size(list) && !json_equal(json_array_get(list, i), one))
        i++;
    if (i == json_array_size(list) && *line)
        json_array_append(list, one);
    json_decref(one);
    talloc_free(line);
}

// Of the medium of an address in the HTML; NULL: there is none.
static const struct site_media *medium_of(const struct site *site, const char *src, size_t length)
{
    const struct site_media *media, *next;
    HASH_ITER (hh, site->catalogue->media_table, media, next)
        if (strlen(media->file) == length && memcmp(media->file, src, length) == 0)
            return media;
    return NULL;
}

#define PICTURE "<img src=\"/media/"

static json_t *credits_of(const struct site *site, const struct site_edition *shown,
                          const struct site_text *text)
{
    json_t *list = json_array();
    const struct site_media *media = shown->article->recording;
    if (media)
        add_credit(list, media->credit, media->licence);
    if (shown->image)
        add_credit(list, shown->image->credit, shown->image->licence);
    const char *at = text->html, *end = text->html + text->html_length;
    while ((at = memmem(at, (size_t)(end - at), PICTURE, strlen(PICTURE)))) {
        at += strlen(PICTURE);
        const char *quote = memchr(at, '"', (size_t)(end - at));
        media = quote ? medium_of(site, at, (size_t)(quote - at)) : NULL;
        if (media)
            add_credit(list, media->credit, media->licence);
    }
    return list;
}

// ---- pictures ---------------------------------------------------------------------------------

#define FIGURE "<figure>\n" PICTURE

// Each picture leads to itself alone, where it can be enlarged.
static json_t *linked_pictures(const struct site_text *text)
{
    UT_string *out;
    utstring_new(out);
    const char *at = text->html, *end = text->html + text->html_length, *figure;
    while ((figure = memmem(at, (size_t)(end - at), FIGURE, strlen(FIGURE)))) {
        const char *src = figure + strlen("<figure>\n<img src=\"");
        const char *quote = memchr(src, '"', (size_t)(end - src));
        const char *close = memchr(src, '>', (size_t)(end - src));
        const char *image = figure + strlen("<figure>\n");
        utstring_bincpy(out, at, (size_t)(image - at));
        utstring_printf(out, "<a class=\"enlarge\" href=\"%.*s\">", (int)(quote - src), src);
        utstring_bincpy(out, image, (size_t)(close + 1 - image));
        utstring_printf(out, "</a>");
        at = close + 1;
    }
    utstring_bincpy(out, at, (size_t)(end - at));
    json_t *html = json_stringn_nocheck(utstring_body(out), utstring_len(out));
    utstring_free(out);
    return html;
}

#define OPENING 280 // bytes of a first paragraph of some lines on any page

// Does it open with a paragraph that is long enough to stand beside a large letter?
static bool opens_long(const struct site_text *text)
{
    if (text->html_length < OPENING || strncmp(text->html, "<p>", 3) != 0 ||
        memchr("<&\"'(", text->html[3], 5))
        return false;
    const char *end = strstr(text->html, "</p>");
    return end && end - text->html >= OPENING;
}

// ---- reprinting -------------------------------------------------------------------------------

// The line that names what must be named: title, author, agency, licence, address.
static void set_reprint(const struct site *site, const struct site_wing *wing, json_t *view,
                        const struct site_edition *shown, const struct site_text *text,
                        const struct site_versions *versions)
{
    if (!text->licence)
        return;
    TALLOC_CTX *ctx = talloc_new(NULL);
    const struct site_agency *agency = shown->article->agency;
    const json_t *licence = json_object_get(view, "licence");
    size_t canonical = site_canonical_wing(site, wing, versions, shown->locale);
    char *line = talloc_asprintf(ctx, "%s \xe2\x80\x94 ", shown->title);
    if (text->author)
        line = talloc_asprintf_append(line, "%s, ", text->author);
    if (agency)
        line =
            talloc_asprintf_append(line, "%s, ", site_name_in(agency->names, shown->locale, NULL));
    line = talloc_asprintf_append(line, "%s", json_string_value(json_object_get(licence, "name")));
    json_t *reprint = json_object();
    site_set(reprint, "line", line);
    site_set(reprint, "address",
             talloc_asprintf(ctx, "%s%s", site->origin, versions->urls[canonical]));
    json_object_set_new(view, "reprint", reprint);
    talloc_free(ctx);
}

// ---- the whole --------------------------------------------------------------------------------

static json_t *related_of(const struct site *site, const struct site_wing *wing,
                          const struct site_place *place)
{
    const struct site_place *related[SITE_RELATED];
    size_t count = site_related(wing->shelf, place, related);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, site_card(site, wing, related[i]));
    return list;
}

static void set_kind(const struct site_wing *wing, json_t *view, const struct site_article *article)
{
    char key[64];
    size_t kind = site_kind_index(article->kind);
    if (kind == SITE_KINDS)
        return;
    snprintf(key, sizeof key, "kind.%s", article->kind);
    json_t *link = site_kind_link(wing->shelf, kind);
    site_set(link, "name", message_text(wing->ui, key));
    json_object_set_new(view, "section", link);
    site_set(view, "shape", article->kind);
}

// What the script says, with its own signs where it puts numbers.
static void set_words(const struct site_wing *wing, json_t *view)
{
    const struct message_arg args[] = {{"number", "%n", 0}, {"count", "%c", 0}};
    char *position = message_format(NULL, wing->ui, "gallery.position", args, 2);
    site_set(view, "position", position);
    talloc_free(position);
}

void site_set_story(const struct site *site, const struct site_wing *wing, json_t *view,
                    const struct site_place *place, const struct site_text *text,
                    const struct site_versions *versions)
{
    const struct site_edition *shown = place->shown;
    const struct site_media *recording = shown->article->recording;
    set_kind(wing, view, shown->article);
    set_words(wing, view);
    json_object_set_new(view, "body", linked_pictures(text));
    json_object_set_new(view, "opens", json_boolean(opens_long(text)));
    json_object_set_new(view, "recording",
                        recording ? recording_of(wing, recording) : json_false());
    json_object_set_new(
        view, "lead", // a video shows the picture until it plays
        json_boolean(shown->image && !(recording && recording_is_video(recording->type))));
    site_set_list(view, "credits", credits_of(site, shown, text));
    set_reprint(site, wing, view, shown, text, versions);
    site_set_list(view, "related", related_of(site, wing, place));
    json_object_set_new(view, "saved", json_sprintf("/%s/%s", wing->locale->tag, SITE_SAVED_PATH));
}
