#include "render/site_theme.h"

#include "locales/format.h"
#include "locales/message.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

extern const struct embedded site_templates[], site_assets[];

static const char *const template_names[SITE_TEMPLATES] = {
    [SITE_ABOUT] = "about",
    [SITE_ACCESSIBILITY] = "accessibility",
    [SITE_ARTICLE] = "article",
    [SITE_BARRED] = "barred",
    [SITE_BRAND] = "brand",
    [SITE_CORRECTIONS] = "corrections",
    [SITE_COVERAGE] = "coverage",
    [SITE_DOOR] = "door",
    [SITE_FEEDS] = "feeds",
    [SITE_FOOTER] = "footer",
    [SITE_HEAD] = "head",
    [SITE_HOME] = "home",
    [SITE_LANGUAGES] = "languages",
    [SITE_LISTING] = "listing",
    [SITE_MISSING] = "missing",
    [SITE_MOVED] = "moved",
    [SITE_NAV] = "nav",
    [SITE_PEOPLE] = "people",
    [SITE_PRESS] = "press",
    [SITE_PROVINCE] = "province",
    [SITE_PROVINCES] = "provinces",
    [SITE_REUSE] = "reuse",
    [SITE_SAVED] = "saved",
    [SITE_SEARCH] = "search",
    [SITE_SITE_MAP] = "site-map",
    [SITE_TOPICS] = "topics",
    [SITE_WITHDRAWN] = "withdrawn",
    [SITE_YEAR] = "year",
};

// "site.css" becomes "assets/site.<hash>.css"; templates call it by its name without the ending,
// style sheets by the ending.
static void add_asset(struct site_theme *theme, const struct embedded *file)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char hex[11];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)file->data, file->size, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, 5);
    const char *dot = strrchr(file->name, '.');
    // A service worker serves what lies below it, so it stands at the top, and under one name.
    const char *path = strcmp(file->name, "sw.js") == 0
                           ? file->name
                           : talloc_asprintf(theme, "assets/%.*s.%s%s", (int)(dot - file->name),
                                             file->name, hex, dot);
    theme->assets[theme->asset_count++] = (struct site_asset){path, file};
    char name[64], address[160];
    snprintf(name, sizeof name, "%.*s", (int)(dot - file->name), file->name);
    snprintf(address, sizeof address, "/%s", path);
    json_object_set_new(theme->asset, strcmp(dot, ".css") == 0 ? "css" : name,
                        json_string(address));
}

static const struct site_asset *asset_called(const struct site_theme *theme, const char *name,
                                             size_t length)
{
    for (size_t i = 0; i < theme->asset_count; i++) {
        const char *called = theme->assets[i].file->name;
        if (strlen(called) == length && memcmp(called, name, length) == 0)
            return &theme->assets[i];
    }
    return NULL;
}

// A style sheet names the other files as they are called in the sources, "url(latin-400.woff2)";
// readers find them beside it under their hashed names.
static const struct embedded *with_addresses(struct site_theme *theme, const struct embedded *sheet)
{
    char *out = talloc_strdup(theme, "");
    const char *at = sheet->data;
    for (const char *url; (url = strstr(at, "url("));) {
        const char *name = url + strlen("url("), *end = strchr(name, ')');
        const struct site_asset *asset = asset_called(theme, name, (size_t)(end - name));
        const char *slash = asset ? strchr(asset->path, '/') + 1 : NULL;
        out = talloc_strndup_append_buffer(out, at, (size_t)((slash ? name : end) - at));
        if (slash)
            out = talloc_strdup_append_buffer(out, slash);
        at = end;
    }
    out = talloc_strdup_append_buffer(out, at);
    struct embedded *file = talloc(theme, struct embedded);
    *file = (struct embedded){sheet->name, out, strlen(out)};
    return file;
}

static bool is_sheet(const struct embedded *file)
{
    return strcmp(strrchr(file->name, '.'), ".css") == 0;
}

// Style sheets last: their own hash depends on the addresses in them.
static void add_assets(struct site_theme *theme)
{
    size_t count = 0;
    while (site_assets[count].name)
        count++;
    theme->assets = talloc_array(theme, struct site_asset, count);
    for (size_t i = 0; i < count; i++)
        if (!is_sheet(&site_assets[i]))
            add_asset(theme, &site_assets[i]);
    for (size_t i = 0; i < count; i++)
        if (is_sheet(&site_assets[i]))
            add_asset(theme, with_addresses(theme, &site_assets[i]));
}

static int theme_free(struct site_theme *theme)
{
    json_decref(theme->asset);
    return 0;
}

int site_theme_load(TALLOC_CTX *ctx, struct site_theme **ret, char **ret_error)
{
    struct site_theme *theme = talloc_zero(ctx, struct site_theme);
    theme->asset = json_object();
    talloc_set_destructor(theme, theme_free);
    add_assets(theme);
    for (size_t i = 0; i < SITE_TEMPLATES; i++) {
        int r = mustache_compile(theme, template_names[i], site_templates, &theme->templates[i],
                                 ret_error);
        if (r) {
            talloc_steal(ctx, *ret_error);
            talloc_free(theme);
            return r;
        }
    }
    *ret = theme;
    return SEN_OK;
}

// The words that templates use, {{t.article.sources}}, are found in the templates themselves.
static void add_words(json_t *words, const struct locale *ui, const struct embedded *template)
{
    for (const char *at = template->data; (at = strstr(at, "{{t."));) {
        at += strlen("{{t.");
        char group[64], key[64];
        const char *end = strstr(at, "}}"), *dot = memchr(at, '.', (size_t)(end - at));
        snprintf(group, sizeof group, "%.*s", (int)(dot - at), at);
        snprintf(key, sizeof key, "%.*s", (int)(end - at), at);
        json_t *members = json_object_get(words, group);
        if (!members)
            json_object_set_new(words, group, members = json_object());
        json_object_set_new(members, key + (dot - at) + 1, json_string(message_text(ui, key)));
    }
}

static json_t *words_of(const struct locale *ui)
{
    json_t *words = json_object();
    for (const struct embedded *one = site_templates; one->name; one++)
        add_words(words, ui, one);
    return words;
}

// The two files that the first lines of every page in the locale are set in, asked for before the
// style sheet has come. Chinese, Japanese and Korean are set in the system's fonts.
static json_t *fonts_of(const struct site_theme *theme, const struct locale *ui)
{
    static const struct {
        const char *tag, *script;
    } scripts[] = {
        {"ar", "arabic"}, {"km", "khmer"}, {"lo", "lao"},     {"ru", "cyrillic"}, {"th", "thai"},
        {"ja", NULL},     {"ko", NULL},    {"zh-Hans", NULL}, {"zh-Hant", NULL},
    };
    const char *script = "latin";
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (strcmp(scripts[i].tag, ui->tag) == 0)
            script = scripts[i].script;
    json_t *fonts = json_array();
    static const char *const weights[] = {"400", "display"};
    for (size_t i = 0; script && i < 2; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s-%s", script, weights[i]);
        json_array_append_new(fonts,
                              json_pack("{s:O}", "href", json_object_get(theme->asset, name)));
    }
    return fonts;
}

static void set_part(const struct site_theme *theme, enum site_template part, const json_t *view,
                     json_t *look)
{
    UT_string *out;
    utstring_new(out);
    mustache_render(theme->templates[part], view, out);
    json_object_set_new(look, template_names[part], json_string(utstring_body(out)));
    utstring_free(out);
}

json_t *site_look_make(const struct site_theme *theme, const struct site_shelf *shelf)
{
    const struct locale *locale = shelf->locale, *ui = shelf->ui;
    json_t *words = words_of(ui);
    json_t *look = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "lang", ui->tag, "dir",
                             ui->rtl ? "rtl" : "ltr", "home", json_sprintf("/%s/", locale->tag),
                             "search", json_sprintf("/%s/search/", locale->tag), "provinces",
                             json_sprintf("/%s/provinces/", locale->tag), "about",
                             json_sprintf("/%s/about/", locale->tag), "feed",
                             json_sprintf("/feeds/%s/", locale->tag));
    if (ui != locale) {
        TALLOC_CTX *ctx = talloc_new(NULL);
        const struct message_arg args[] = {
            {"wanted", format_language(ctx, ui, locale, NAME_IN_TEXT), 0},
            {"shown", format_language(ctx, ui, ui, NAME_IN_TEXT), 0}};
        char *notice = message_format(ctx, ui, "notice.interface", args, 2);
        char *help = message_format(ctx, ui, "notice.interface_help", args, 2);
        json_object_set_new(look, "notice", json_string(notice));
        json_object_set_new(look, "help", json_string(help));
        talloc_free(ctx);
    }
    json_t *parts = json_copy(look);
    json_object_set(parts, "t", words);
    json_object_set(parts, "asset", theme->asset);
    json_object_set_new(parts, "fonts", fonts_of(theme, ui));
    json_object_set_new(parts, "groups", site_menu_groups(shelf));
    static const enum site_template names[] = {SITE_HEAD, SITE_BRAND, SITE_NAV, SITE_FOOTER};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set_part(theme, names[i], parts, look);
    json_decref(parts);
    return json_pack("{s:o, s:O, s:o}", "t", words, "asset", theme->asset, "look", look);
}
