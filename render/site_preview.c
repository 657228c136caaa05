// One page of the site before it is public: the same code as a build, over what that page needs.
#include "render/site.h"

#include "render/site_internal.h"

static const struct site_wing *find_wing(const struct site *site, const struct locale *locale)
{
    for (size_t i = 0; i < site->wing_count; i++)
        if (site->wings[i].locale == locale)
            return &site->wings[i];
    return NULL;
}

// A profile is read on its unit's page.
static int write_page(const struct site *site, const struct site_wing *wing,
                      const struct site_article *article, const struct site_text *text)
{
    const struct site_unit *unit = site_profile_unit(wing, site_shelf_place(wing->shelf, article));
    return unit ? site_write_unit(site, wing, unit, text)
                : site_write_article_in(site, wing, article, text);
}

static int preview(struct site *site, struct db_session *session, const struct site_draft *draft,
                   char **ret_error)
{
    const struct site_wing *wing = find_wing(site, draft->locale);
    const struct site_article *article = site_catalogue_article(site->catalogue, draft->article);
    const struct site_edition *shown =
        article ? site_article_edition(article, draft->locale) : NULL;
    if (!wing || !shown || !site_edition_is_live(shown))
        return SEN_NOT_FOUND;
    struct site_texts *texts;
    int r = site_texts_load(site, site, session, &shown->id, 1, NULL, &texts, ret_error);
    if (r)
        return r;
    const struct site_text *text = site_texts_find(texts, shown->id);
    return text ? write_page(site, wing, article, text) : SEN_NOT_FOUND;
}

int site_preview(TALLOC_CTX *ctx, const struct settings *settings, const char *article,
                 const struct locale *locale, char **ret, size_t *ret_length, char **ret_error)
{
    const struct site_draft draft = {article, locale};
    struct site_output output = {.root = -1, .keep = ctx};
    struct db_session *session;
    struct site_theme *theme;
    struct site *site;
    *ret_error = NULL;
    int r = db_session_open(ctx, settings->database, &session, ret_error);
    if (r)
        return r;
    r = site_theme_load(session, &theme, ret_error);
    if (!r)
        r = site_open(session, settings, theme, session, &draft, &site, ret_error);
    if (!r) {
        site->output = &output;
        site->preview = true;
        r = preview(site, session, &draft, ret_error);
    }
    if (!r) {
        *ret = output.kept;
        *ret_length = output.kept_length;
    }
    if (*ret_error)
        talloc_steal(ctx, *ret_error);
    talloc_free(session);
    return r;
}
