// How much of the portal exists in which language, and what is known of the translations.
#include "render/site_internal.h"

#include <string.h>

// What is counted of the texts in a row of a table.
struct measure {
    int64_t texts, originals, current, behind, outdated, unknown, machine, proofread;
};

static void add(struct measure *measure, const struct site_edition *edition)
{
    const struct site_article *article = edition->article;
    measure->texts++;
    measure->machine += edition->machine;
    measure->proofread += edition->proofread;
    const struct site_edition *original = site_article_edition(article, article->source);
    if (edition->locale == article->source)
        measure->originals++;
    else if (edition->source_version == INT64_MAX || !original || !site_edition_is_live(original))
        measure->unknown++;
    else if (original->version <= edition->source_version)
        measure->current++;
    else if (original->major > edition->source_version)
        measure->outdated++;
    else
        measure->behind++;
}

struct coverage {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    size_t rows, columns;            // locales; topics and, last, none
    int64_t texts;                   // articles that exist in some language
    int64_t *topics;                 // the same of each column
    struct measure *by_locale, *own; // own: the wing's, by column
    int64_t *both;                   // by locale and column
};

static size_t column_of(const struct coverage *c, const struct site_article *article)
{
    return article->topic ? article->topic->index : c->columns - 1;
}

static void count_article(struct coverage *c, const struct site_article *article)
{
    size_t column = column_of(c, article);
    bool live = false;
    for (size_t i = 0; i < article->edition_count; i++) {
        const struct site_edition *edition = article->editions[i];
        if (!site_edition_is_live(edition))
            continue;
        live = true;
        add(&c->by_locale[edition->locale->index], edition);
        c->both[edition->locale->index * c->columns + column]++;
        if (edition->locale == c->wing->locale)
            add(&c->own[column], edition);
    }
    c->texts += live;
    c->topics[column] += live;
}

static void count_all(struct coverage *c)
{
    const struct site_catalogue *catalogue = c->site->catalogue;
    c->rows = locale_count();
    c->columns = catalogue->topic_count + 1;
    c->topics = talloc_zero_array(c->ctx, int64_t, c->columns);
    c->by_locale = talloc_zero_array(c->ctx, struct measure, c->rows);
    c->own = talloc_zero_array(c->ctx, struct measure, c->columns);
    c->both = talloc_zero_array(c->ctx, int64_t, c->rows * c->columns);
    for (size_t i = 0; i < catalogue->article_count; i++)
        count_article(c, catalogue->articles[i]);
}

static void set_number(const struct coverage *c, json_t *row, const char *key, int64_t number)
{
    char *text = format_integer(NULL, c->wing->ui, number);
    site_set(row, key, text);
    talloc_free(text);
}

static void set_measure(const struct coverage *c, json_t *row, const struct measure *m, int64_t of)
{
    char *share =
        format_percent(NULL, c->wing->ui, of ? 100.0 * (double)m->texts / (double)of : 0, 1);
    const struct {
        const char *key;
        int64_t number;
    } cells[] = {
        {"texts", m->texts},     {"originals", m->originals}, {"current", m->current},
        {"behind", m->behind},   {"outdated", m->outdated},   {"unknown", m->unknown},
        {"machine", m->machine}, {"checked", m->proofread},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        set_number(c, row, cells[i].key, cells[i].number);
    site_set(row, "share", share);
    talloc_free(share);
}

static json_t *locale_row(const struct coverage *c, const struct site_wing *wing)
{
    json_t *row = site_edition_link(wing->locale);
    char *called = format_language(NULL, c->wing->ui, wing->locale, NAME_ALONE);
    site_set(row, "called", called);
    // Where it has no other name here, it goes by its own.
    bool own = wing->locale != c->wing->ui && strcmp(called, wing->locale->name) == 0;
    site_set(row, "called_lang", own ? wing->locale->tag : "");
    talloc_free(called);
    return row;
}

static json_t *topic_head(const struct coverage *c, size_t column)
{
    if (column + 1 < c->columns)
        return site_topic_link(c->wing, &c->site->catalogue->topics[column]);
    json_t *head = json_object();
    site_set(head, "name", message_text(c->wing->ui, "coverage.no_topic"));
    return head;
}

static void set_tables(const struct coverage *c, json_t *view)
{
    json_t *languages = json_array(), *topics = json_array(), *both = json_array();
    json_t *heads = json_array();
    for (size_t i = 0; i < c->site->wing_count; i++) {
        const struct site_wing *wing = &c->site->wings[i];
        json_t *row = locale_row(c, wing), *counts = locale_row(c, wing), *cells = json_array();
        set_measure(c, row, &c->by_locale[wing->locale->index], c->texts);
        json_array_append_new(languages, row);
        for (size_t j = 0; j < c->columns; j++) {
            if (!c->topics[j])
                continue;
            char *text =
                format_integer(NULL, c->wing->ui, c->both[wing->locale->index * c->columns + j]);
            json_array_append_new(cells, json_string(text));
            talloc_free(text);
        }
        json_object_set_new(counts, "cells", cells);
        json_array_append_new(both, counts);
    }
    for (size_t j = 0; j < c->columns; j++) {
        if (!c->topics[j])
            continue;
        json_t *row = topic_head(c, j);
        json_array_append(heads, row);
        set_measure(c, row, &c->own[j], c->topics[j]);
        json_array_append_new(topics, row);
    }
    json_object_set_new(view, "languages", languages);
    site_set_list(view, "topics", topics);
    json_object_set_new(view, "both", both);
    json_object_set_new(view, "heads", heads);
}

int site_write_coverage(const struct site *site, const struct site_wing *wing)
{
    struct coverage c = {.ctx = talloc_new(NULL), .site = site, .wing = wing};
    json_t *view = site_view(wing);
    count_all(&c);
    set_tables(&c, view);
    const struct message_arg args[] = {
        {"count", NULL, c.texts},
        {"date", format_date(c.ctx, wing->ui, site_moment_of_day(site->catalogue->day), DATE_LONG),
         0}};
    site_set(view, "intro", message_format(c.ctx, wing->ui, "coverage.intro", args, 2));
    struct site_page page = {
        .template = SITE_COVERAGE,
        .kind = "coverage",
        .title = message_text(wing->ui, "coverage.title"),
        .description = json_string_value(json_object_get(view, "intro")),
    };
    int r = site_plain_write(site, wing, &page, "coverage/", view);
    talloc_free(c.ctx);
    return r;
}
