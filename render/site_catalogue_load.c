// Reading the catalogue from the database.
#include "render/site_byline.h"

#include "content/base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct loader {
    struct site_catalogue *catalogue;
    struct db_session *session;
    const struct site_draft *draft; // NULL: none
    char **ret_error;
};

static const char *copy(TALLOC_CTX *ctx, const char *text)
{
    return text ? talloc_strdup(ctx, text) : NULL;
}

static int json_free(json_t **holder)
{
    json_decref(*holder);
    return 0;
}

// A JSON value that lives as long as ctx.
static json_t *json_of(TALLOC_CTX *ctx, const char *text)
{
    json_t **holder = talloc(ctx, json_t *);
    *holder = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    talloc_set_destructor(holder, json_free);
    return *holder;
}

static void copy_day(char day[static SITE_DAY], const char *text)
{
    snprintf(day, SITE_DAY, "%s", text ? text : "");
}

// Room for one more in a talloc array that grows by doubling.
#define grow(owner, array, count)                                                                  \
    do {                                                                                           \
        if (((count) & ((count)-1)) == 0) {                                                        \
            (array) = talloc_realloc_size((owner), (array),                                        \
                                          sizeof *(array) * ((count) ? (count)*2 : 1));            \
        }                                                                                          \
    } while (0)

static int topic_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    grow(c, c->topics, c->topic_count);
    c->topics[c->topic_count] = (struct site_topic){
        .id = copy(c, db_value(row, 0, "id")),
        .names = json_of(c, db_value(row, 0, "names")),
        .index = c->topic_count,
    };
    c->topic_count++;
    return SEN_OK;
}

static int agency_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    grow(c, c->agencies, c->agency_count);
    c->agencies[c->agency_count++] = (struct site_agency){
        .id = copy(c, db_value(row, 0, "id")),
        .url = copy(c, db_value(row, 0, "url")),
        .names = json_of(c, db_value(row, 0, "names")),
        .about = json_of(c, db_value(row, 0, "about")),
        .contacts = json_of(c, db_value(row, 0, "contacts")),
    };
    return SEN_OK;
}

static int media_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    struct site_media *media = talloc_zero(c, struct site_media);
    media->id = copy(media, db_value(row, 0, "id"));
    media->type = copy(media, db_value(row, 0, "type"));
    media->file = copy(media, db_value(row, 0, "file"));
    media->credit = copy(media, db_value(row, 0, "credit"));
    media->licence = copy(media, db_value(row, 0, "licence"));
    media->width = (int)db_integer(row, 0, "width");
    media->height = (int)db_integer(row, 0, "height");
    media->duration = (int)db_integer(row, 0, "duration");
    media->bytes = db_integer(row, 0, "bytes");
    media->alt = json_of(media, db_value(row, 0, "alt"));
    media->captions = json_of(media, db_value(row, 0, "captions"));
    HASH_ADD_KEYPTR(hh, c->media_table, media->id, strlen(media->id), media);
    return SEN_OK;
}

static int unit_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    grow(c, c->units, c->unit_count);
    struct site_unit *unit = &c->units[c->unit_count];
    *unit = (struct site_unit){
        .id = copy(c, db_value(row, 0, "id")),
        .index = c->unit_count,
        .aliases = json_of(c, db_value(row, 0, "aliases")),
        .names = json_of(c, db_value(row, 0, "names")),
        .former = json_of(c, db_value(row, 0, "former")),
        .names_source = copy(c, db_value(row, 0, "names_source")),
        .borders = json_of(c, db_value(row, 0, "borders")),
        .lies = json_of(c, db_value(row, 0, "lies")),
    };
    copy_day(unit->from, db_value(row, 0, "valid_from"));
    copy_day(unit->to, db_value(row, 0, "valid_to"));
    c->unit_count++;
    return SEN_OK;
}

static struct site_unit *find_unit(const struct site_catalogue *c, const char *id)
{
    struct site_unit *unit = NULL;
    if (id)
        HASH_FIND_STR(c->unit_table, id, unit);
    return unit;
}

static int fact_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    struct site_unit *unit = find_unit(c, db_value(row, 0, "province"));
    const char *tag = db_value(row, 0, "locale");
    grow(c, unit->facts, unit->fact_count);
    struct site_fact *fact = &unit->facts[unit->fact_count++];
    *fact = (struct site_fact){
        .attribute = copy(c, db_value(row, 0, "attribute")),
        .value = copy(c, db_value(row, 0, "value")),
        .label = copy(c, db_value(row, 0, "label")),
        .source = copy(c, db_value(row, 0, "source")),
        .locale = tag ? locale_find(tag) : NULL,
    };
    copy_day(fact->from, db_value(row, 0, "valid_from"));
    copy_day(fact->to, db_value(row, 0, "valid_to"));
    return SEN_OK;
}

static int succession_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    struct site_unit *before = find_unit(c, db_value(row, 0, "predecessor"));
    struct site_unit *after = find_unit(c, db_value(row, 0, "successor"));
    grow(c, before->successors, before->successor_count);
    struct site_link *down = &before->successors[before->successor_count++];
    down->unit = after;
    down->source = copy(c, db_value(row, 0, "source"));
    copy_day(down->since, db_value(row, 0, "since"));
    grow(c, after->predecessors, after->predecessor_count);
    struct site_link *up = &after->predecessors[after->predecessor_count++];
    up->unit = before;
    up->source = down->source;
    copy_day(up->since, db_value(row, 0, "since"));
    return SEN_OK;
}

static const struct site_topic *find_topic(const struct site_catalogue *c, const char *id)
{
    for (size_t i = 0; id && i < c->topic_count; i++)
        if (strcmp(c->topics[i].id, id) == 0)
            return &c->topics[i];
    return NULL;
}

static const struct site_agency *find_agency(const struct site_catalogue *c, const char *id)
{
    for (size_t i = 0; id && i < c->agency_count; i++)
        if (strcmp(c->agencies[i].id, id) == 0)
            return &c->agencies[i];
    return NULL;
}

static int article_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    struct site_article *article = talloc_zero(c, struct site_article);
    article->id = copy(article, db_value(row, 0, "id"));
    article->kind = copy(article, db_value(row, 0, "kind"));
    article->profile = strcmp(article->kind, "profile") == 0;
    article->source = locale_find(db_value(row, 0, "source_locale"));
    article->agency = find_agency(c, db_value(row, 0, "agency"));
    article->topic = find_topic(c, db_value(row, 0, "topic"));
    const char *recording = db_value(row, 0, "recording");
    article->recording = recording ? site_catalogue_media(c, recording) : NULL;
    HASH_ADD_KEYPTR(hh, c->article_table, article->id, strlen(article->id), article);
    return SEN_OK;
}

static struct site_article *find_article(const struct site_catalogue *c, const char *id)
{
    struct site_article *article;
    HASH_FIND_STR(c->article_table, id, article);
    return article;
}

static int article_unit_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    struct site_article *article = find_article(c, db_value(row, 0, "article"));
    grow(article, article->units, article->unit_count);
    article->units[article->unit_count++] = find_unit(c, db_value(row, 0, "province"));
    return SEN_OK;
}

static int redirect_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    struct site_article *article = find_article(c, db_value(row, 0, "article"));
    const struct locale *locale = locale_find(db_value(row, 0, "locale"));
    if (!locale)
        return SEN_OK;
    grow(article, article->redirects, article->redirect_count);
    article->redirects[article->redirect_count++] = (struct site_redirect){
        .locale = locale,
        .slug = copy(article, db_value(row, 0, "slug")),
    };
    return SEN_OK;
}

// There can be very many editions, so each is one block of memory with its strings behind it.
static struct site_edition *new_edition(struct site_article *article, const struct db_result *row)
{
    static const char *const columns[] = {"slug",      "title",  "summary",
                                          "image_alt", "notice", "withdrawn_to"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    const char *values[COLUMNS];
    size_t sizes[COLUMNS], total = sizeof(struct site_edition);
    for (size_t i = 0; i < COLUMNS; i++) {
        values[i] = db_value(row, 0, columns[i]);
        sizes[i] = values[i] ? strlen(values[i]) + 1 : 0;
        total += sizes[i];
    }
    struct site_edition *edition = talloc_zero_size(article, total);
    const char **const members[COLUMNS] = {&edition->slug,      &edition->title,  &edition->summary,
                                           &edition->image_alt, &edition->notice, &edition->to};
    char *at = (char *)(edition + 1);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!values[i])
            continue;
        *members[i] = memcpy(at, values[i], sizes[i]);
        at += sizes[i];
    }
    return edition;
}

// The same few stand under all texts.
static const char *licence_of(struct site_catalogue *c, const char *licence)
{
    if (!licence)
        return NULL;
    for (size_t i = 0; i < c->licence_count; i++)
        if (strcmp(c->licences[i], licence) == 0)
            return c->licences[i];
    grow(c, c->licences, c->licence_count);
    return c->licences[c->licence_count++] = copy(c, licence);
}

static enum site_withdrawal withdrawal_of(const char *word)
{
    return !word                           ? SITE_LIVE
           : strcmp(word, "gone") == 0     ? SITE_GONE
           : strcmp(word, "redirect") == 0 ? SITE_REDIRECT
                                           : SITE_NOTICE;
}

static int edition_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    const struct locale *locale = locale_find(db_value(row, 0, "locale"));
    if (!locale)
        return SEN_OK;
    struct site_article *article = find_article(c, db_value(row, 0, "article"));
    struct site_edition *edition = new_edition(article, row);
    edition->id = db_integer(row, 0, "id");
    edition->version = db_integer(row, 0, "version");
    edition->major = db_integer(row, 0, "major");
    edition->source_version =
        db_value(row, 0, "source_version") ? db_integer(row, 0, "source_version") : INT64_MAX;
    edition->published = db_integer(row, 0, "published");
    edition->updated = db_integer(row, 0, "updated");
    edition->significant = db_integer(row, 0, "significant");
    edition->article = article;
    edition->locale = locale;
    edition->withdrawal = withdrawal_of(db_value(row, 0, "withdrawal"));
    const char *image = db_value(row, 0, "image");
    edition->image = image ? site_catalogue_media(c, image) : NULL;
    edition->byline = site_byline_take(c, db_value(row, 0, "author"), edition->published);
    edition->licence = licence_of(c, db_value(row, 0, "licence"));
    edition->machine = strcmp(db_value(row, 0, "method"), "machine") == 0;
    edition->proofread = strcmp(db_value(row, 0, "proofread"), "t") == 0;
    grow(article, article->editions, article->edition_count);
    article->editions[article->edition_count++] = edition;
    return SEN_OK;
}

static int correction_row(void *data, const struct db_result *row)
{
    struct site_article *article = find_article(data, db_value(row, 0, "article"));
    const struct locale *locale = locale_find(db_value(row, 0, "locale"));
    struct site_edition *edition = NULL;
    for (size_t i = 0; i < article->edition_count; i++)
        if (article->editions[i]->locale == locale)
            edition = article->editions[i];
    if (!edition)
        return SEN_OK;
    grow(edition, edition->corrections, edition->correction_count);
    edition->corrections[edition->correction_count++] = (struct site_correction){
        .version = db_integer(row, 0, "version"),
        .at = db_integer(row, 0, "at"),
        .reason = copy(edition, db_value(row, 0, "reason")),
        .note = copy(edition, db_value(row, 0, "note")),
    };
    return SEN_OK;
}

static int barred_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    grow(c, c->barred, c->barred_count);
    c->barred[c->barred_count++] = copy(c, db_value(row, 0, "slug"));
    return SEN_OK;
}

static int front_row(void *data, const struct db_result *row)
{
    struct site_catalogue *c = data;
    const struct locale *locale = locale_find(db_value(row, 0, "locale"));
    if (!locale)
        return SEN_OK;
    grow(c, c->fronts, c->front_count);
    c->fronts[c->front_count++] = (struct site_front){
        .locale = locale,
        .composition = json_of(c, db_value(row, 0, "composition")),
    };
    return SEN_OK;
}

static int by_locale(const void *a, const void *b)
{
    const struct site_edition *x = *(struct site_edition *const *)a;
    const struct site_edition *y = *(struct site_edition *const *)b;
    return x->locale->index < y->locale->index ? -1 : x->locale->index > y->locale->index;
}

static int by_id(const void *a, const void *b)
{
    const struct site_article *x = *(struct site_article *const *)a;
    const struct site_article *y = *(struct site_article *const *)b;
    return strcmp(x->id, y->id);
}

static void arrange(struct site_catalogue *c)
{
    struct site_article *article, *next;
    c->articles =
        talloc_array(c, struct site_article *, HASH_CNT(hh, c->article_table) + (size_t)1);
    HASH_ITER (hh, c->article_table, article, next) {
        if (!article->edition_count)
            continue;
        qsort(article->editions, article->edition_count, sizeof *article->editions, by_locale);
        c->articles[c->article_count++] = article;
    }
    qsort(c->articles, c->article_count, sizeof *c->articles, by_id);
    site_bylines_arrange(c);
    for (size_t i = 0; i < c->article_count; i++) {
        article = c->articles[i];
        for (size_t j = 0; j < article->unit_count; j++) {
            struct site_unit *unit = &c->units[article->units[j]->index];
            grow(c, unit->articles, unit->article_count);
            unit->articles[unit->article_count++] = article;
        }
    }
}

static int each_with(const struct loader *loader, const char *statement, const char *const *values,
                     size_t count, int (*row)(void *, const struct db_result *))
{
    return db_session_each(loader->session, statement, values, count, row, loader->catalogue,
                           loader->ret_error);
}

static int each(const struct loader *loader, const char *statement,
                int (*row)(void *, const struct db_result *))
{
    return each_with(loader, statement, NULL, 0, row);
}

static int load_position(const struct loader *loader)
{
    struct site_catalogue *c = loader->catalogue;
    struct db_result *result;
    int r =
        db_session_query(c, loader->session, "site_position", NULL, 0, &result, loader->ret_error);
    if (r)
        return r;
    c->seq = db_integer(result, 0, "seq");
    copy_day(c->day, db_value(result, 0, "day"));
    talloc_free(result);
    return SEN_OK;
}

static int load_units(const struct loader *loader)
{
    struct site_catalogue *c = loader->catalogue;
    int r = each_with(loader, "site_units", (const char *const[]){c->day}, 1, unit_row);
    if (r)
        return r;
    // The array does not move any more.
    for (size_t i = 0; i < c->unit_count; i++)
        HASH_ADD_KEYPTR(hh, c->unit_table, c->units[i].id, strlen(c->units[i].id), &c->units[i]);
    r = each_with(loader, "site_facts", (const char *const[]){c->day}, 1, fact_row);
    if (!r)
        r = each(loader, "site_successions", succession_row);
    return r ? r : site_catalogue_load_places(c, loader->session, loader->ret_error);
}

static int load_articles(const struct loader *loader)
{
    static const struct {
        const char *statement;
        size_t count; // of its values
        int (*row)(void *, const struct db_result *);
    } steps[] = {
        {"site_articles", 0, article_row},       {"site_article_units", 0, article_unit_row},
        {"site_redirects", 0, redirect_row},     {"site_editions", 2, edition_row},
        {"site_corrections", 0, correction_row}, {"site_barred", 0, barred_row},
    };
    const struct site_draft *draft = loader->draft;
    const char *const values[] = {draft ? draft->article : NULL, draft ? draft->locale->tag : NULL};
    int r = SEN_OK;
    for (size_t i = 0; !r && i < sizeof steps / sizeof *steps; i++)
        r = each_with(loader, steps[i].statement, values, steps[i].count, steps[i].row);
    return r;
}

static int load(const struct loader *loader)
{
    int r = load_position(loader);
    if (!r)
        r = each(loader, "site_topics", topic_row);
    if (!r)
        r = each(loader, "site_agencies", agency_row);
    if (!r)
        r = each(loader, "site_media", media_row);
    if (!r)
        r = load_units(loader);
    if (!r && !loader->draft)
        r = each(loader, "site_fronts", front_row);
    return r ? r : load_articles(loader);
}

static int catalogue_free(struct site_catalogue *c)
{
    HASH_CLEAR(hh, c->byline_table);
    HASH_CLEAR(hh, c->media_table);
    HASH_CLEAR(hh, c->unit_table);
    HASH_CLEAR(hh, c->article_table);
    return 0;
}

int site_catalogue_load(TALLOC_CTX *ctx, struct db_session *session, const struct site_draft *draft,
                        struct site_catalogue **ret, char **ret_error)
{
    struct site_catalogue *c = talloc_zero(ctx, struct site_catalogue);
    talloc_set_destructor(c, catalogue_free);
    struct loader loader = {c, session, draft, ret_error};
    int r =
        db_session_script(session, "begin isolation level repeatable read read only", ret_error);
    if (!r) {
        r = load(&loader);
        int ended = db_session_script(session, r ? "rollback" : "commit", r ? NULL : ret_error);
        if (!r)
            r = ended;
    }
    if (r) {
        talloc_free(c);
        return r;
    }
    arrange(c);
    *ret = c;
    return SEN_OK;
}
