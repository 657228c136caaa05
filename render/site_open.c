#include "render/site_atlas.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

// The next tag of a list at *at; false at its end. What is longer than a tag can be is cut.
static bool next_tag(const char **at, char tag[static LOCALE_TAG_BYTES + 1])
{
    size_t length = 0;
    *at += strspn(*at, ", ");
    for (; **at && !strchr(", ", **at); ++*at)
        if (length < LOCALE_TAG_BYTES)
            tag[length++] = **at;
    tag[length] = '\0';
    return length;
}

static bool is_listed(const char *list, const char *wanted)
{
    char tag[LOCALE_TAG_BYTES + 1];
    while (next_tag(&list, tag))
        if (strcmp(tag, wanted) == 0)
            return true;
    return false;
}

// The enabled locales, in registry order. An unknown one is an error, not a gap.
static int enable(TALLOC_CTX *ctx, struct site *site, char **ret_error)
{
    const char *list = site->settings->locales;
    char tag[LOCALE_TAG_BYTES + 1];
    for (const char *at = list; next_tag(&at, tag);) {
        if (locale_find(tag))
            continue;
        *ret_error = talloc_asprintf(ctx, "SEN_LOCALES names \"%s\", which is no locale", tag);
        return SEN_INVALID;
    }
    site->wings = talloc_zero_array(site, struct site_wing, locale_count());
    for (size_t i = 0; i < locale_count(); i++)
        if (!*list || is_listed(list, locale_at(i)->tag))
            site->wings[site->wing_count++].locale = locale_at(i);
    return SEN_OK;
}

static int site_free(struct site *site)
{
    for (size_t i = 0; i < site->wing_count; i++)
        json_decref(site->wings[i].look);
    utstring_free(site->page);
    return 0;
}

int site_open(TALLOC_CTX *ctx, const struct settings *settings, const struct site_theme *theme,
              struct db_session *session, const struct site_draft *draft, struct site **ret,
              char **ret_error)
{
    struct site *site = talloc_zero(ctx, struct site);
    site->theme = theme;
    site->settings = settings;
    site->origin = settings->origin;
    site->map_urls = SITE_MAP_URLS;
    utstring_new(site->page);
    talloc_set_destructor(site, site_free);
    int r = enable(ctx, site, ret_error);
    if (!r)
        r = site_catalogue_load(site, session, draft, &site->catalogue, ret_error);
    if (r) {
        if (*ret_error)
            talloc_steal(ctx, *ret_error);
        talloc_free(site);
        return r;
    }
    for (size_t i = 0; i < site->wing_count; i++) {
        struct site_wing *wing = &site->wings[i];
        wing->shelf = site_shelf_make(site, site->catalogue, wing->locale);
        wing->ui = wing->shelf->ui;
        if (!draft || draft->locale == wing->locale)
            wing->look = site_look_make(site->theme, wing->shelf);
        if (wing->look)
            site_atlas_set_small(site->catalogue, wing->look);
    }
    *ret = site;
    return SEN_OK;
}

extern const struct embedded site_templates[];

char *site_fingerprint(TALLOC_CTX *ctx, const struct site *site)
{
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    static const char version[] = SEN_VERSION;
    crypto_generichash_update(&state, (const unsigned char *)version, sizeof version);
    crypto_generichash_update(&state, (const unsigned char *)site->origin,
                              strlen(site->origin) + 1);
    crypto_generichash_update(&state, (const unsigned char *)site->settings->contact,
                              strlen(site->settings->contact) + 1);
    const unsigned char siblings = site->settings->precompress != 0;
    crypto_generichash_update(&state, &siblings, sizeof siblings);
    crypto_generichash_update(&state, (const unsigned char *)&site->settings->cards,
                              sizeof site->settings->cards);
    for (const struct embedded *one = site_templates; one->name; one++)
        crypto_generichash_update(&state, (const unsigned char *)one->data, one->size + 1);
    for (size_t i = 0; i < site->wing_count; i++) {
        char *look = json_dumps(site->wings[i].look, JSON_COMPACT);
        const char *tag = site->wings[i].locale->tag;
        crypto_generichash_update(&state, (const unsigned char *)tag, strlen(tag) + 1);
        crypto_generichash_update(&state, (const unsigned char *)look, strlen(look) + 1);
        free(look);
    }
    for (size_t i = 0; i < site->catalogue->topic_count; i++) {
        char *names = json_dumps(site->catalogue->topics[i].names, JSON_COMPACT | JSON_SORT_KEYS);
        crypto_generichash_update(&state, (const unsigned char *)names, strlen(names) + 1);
        free(names);
    }
    for (size_t i = 0; i < site->catalogue->unit_count; i++) {
        const struct site_unit *unit = &site->catalogue->units[i];
        char *aliases = json_dumps(unit->aliases, JSON_COMPACT | JSON_ENCODE_ANY);
        crypto_generichash_update(&state, (const unsigned char *)unit->id, strlen(unit->id) + 1);
        if (aliases)
            crypto_generichash_update(&state, (const unsigned char *)aliases, strlen(aliases) + 1);
        free(aliases);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    char *hex = talloc_size(ctx, 2 * sizeof hash + 1);
    return sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
}

int site_write_articles(const struct site *site, struct db_session *session,
                        const struct site_article *const *articles, size_t count,
                        const struct site_guard *guard, char **ret_error)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    int64_t *editions = talloc_array(ctx, int64_t, count * site->wing_count + 1);
    size_t edition_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t first = edition_count;
        for (size_t j = 0; j < site->wing_count; j++) {
            const struct site_edition *shown =
                site_shelf_place(site->wings[j].shelf, articles[i])->shown;
            bool known = !site_edition_is_live(shown);
            for (size_t k = first; !known && k < edition_count; k++)
                known = editions[k] == shown->id;
            if (!known)
                editions[edition_count++] = shown->id;
        }
    }
    struct site_texts *texts;
    int r = site_texts_load(ctx, site, session, editions, edition_count, guard, &texts, ret_error);
    const struct site_text **shown = talloc_array(ctx, const struct site_text *, site->wing_count);
    for (size_t i = 0; !r && i < count; i++) {
        bool complete = true;
        for (size_t j = 0; j < site->wing_count; j++) {
            const struct site_place *place = site_shelf_place(site->wings[j].shelf, articles[i]);
            shown[j] = site_texts_find(texts, place->shown->id);
            complete = complete && (shown[j] || !site_edition_is_live(place->shown));
        }
        // An article that was deleted meanwhile has a change of its own that follows.
        if (complete)
            r = site_write_article(site, articles[i], shown);
    }
    talloc_free(ctx);
    return r;
}

int site_write_wing_units(const struct site *site, const struct site_wing *wing,
                          struct db_session *session, const bool *wanted,
                          const struct site_guard *guard, char **ret_error)
{
    const struct site_catalogue *catalogue = site->catalogue;
    TALLOC_CTX *ctx = talloc_new(NULL);
    int64_t *editions = talloc_array(ctx, int64_t, catalogue->unit_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        const struct site_place *profile = site_unit_profile(wing, &catalogue->units[i]);
        if (profile && (!wanted || wanted[i]))
            editions[count++] = profile->shown->id;
    }
    struct site_texts *texts;
    int r = site_texts_load(ctx, site, session, editions, count, guard, &texts, ret_error);
    for (size_t i = 0; !r && i < catalogue->unit_count; i++) {
        if (wanted && !wanted[i])
            continue;
        const struct site_place *profile = site_unit_profile(wing, &catalogue->units[i]);
        r = site_write_unit(site, wing, &catalogue->units[i],
                            profile ? site_texts_find(texts, profile->shown->id) : NULL);
    }
    talloc_free(ctx);
    return r;
}
