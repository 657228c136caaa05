#include "content/import_internal.h"

#include "content/fault.h"
#include "content/fields.h"

#include <stdlib.h>

struct again {
    struct db_session *session;
    const struct import_hooks *hooks;
    const char *all; // a boolean of SQL
    struct import_media *media;
    size_t media_count;
    size_t rendered, refused, total;
    char **error;
};

// The stored text as an item: as much of one as rendering and search need. Its digest is not asked
// for, so what is not here does not matter.
static bool stored_item(TALLOC_CTX *ctx, const struct db_result *rows, size_t row, struct item *ret)
{
    *ret = (struct item){
        .fields = fields_own(ctx, json_object()),
        .locale = locale_find(db_value(rows, row, "locale")),
        .id = db_value(rows, row, "article"),
        .slug = db_value(rows, row, "slug"),
        .skeleton = "",
        .title = db_value(rows, row, "title"),
        .summary = db_value(rows, row, "summary"),
        .body = db_value(rows, row, "body"),
        .body_length = db_length(rows, row, "body"),
        .state = "live",
    };
    return ret->locale;
}

static int store(struct again *again, TALLOC_CTX *ctx, const struct item *item, const char *id,
                 const struct edition_html *html)
{
    struct db_result *result;
    int r = db_session_query(ctx, again->session, "render_store",
                             (const char *const[]){id, edition_json(ctx, item, html)}, 2, &result,
                             again->error);
    if (!r)
        again->rendered++;
    return r;
}

static int render_row(struct again *again, const struct db_result *rows, size_t row)
{
    TALLOC_CTX *ctx = talloc_new(rows);
    struct item item;
    struct edition_html html;
    struct fault fault = {0};
    int r = SEN_OK;
    if (stored_item(ctx, rows, row, &item))
        r = again->hooks->render(again->hooks->data, ctx, &item, again->media, again->media_count,
                                 &html, &fault);
    else
        r = fault_set(&fault, "fault.unknown_locale", "locale", db_value(rows, row, "locale"));
    if (!r) {
        r = store(again, ctx, &item, db_value(rows, row, "id"), &html);
    } else if (r == SEN_INVALID || r == SEN_TOO_COMPLEX || r == SEN_TOO_LARGE) {
        again->refused++;
        again->hooks->refused(again->hooks->data,
                              talloc_asprintf(ctx, "%s/%s", db_value(rows, row, "article"),
                                              db_value(rows, row, "locale")),
                              &fault);
        r = SEN_OK;
    } else {
        *again->error = talloc_asprintf(again->session, "the renderer failed at %s",
                                        db_value(rows, row, "article"));
    }
    talloc_free(ctx);
    return r;
}

static int render_rows(struct again *again, TALLOC_CTX *ctx)
{
    char *after = talloc_strdup(ctx, "0");
    const char *renderer = talloc_asprintf(ctx, "%d", again->hooks->renderer);
    for (size_t done = 0;;) {
        struct db_result *rows;
        int r = db_session_query(ctx, again->session, "render_next",
                                 (const char *const[]){after, again->all, renderer}, 3, &rows,
                                 again->error);
        size_t count = r ? 0 : db_rows(rows);
        for (size_t row = 0; !r && row < count; row++)
            r = render_row(again, rows, row);
        if (r || !count)
            return r;
        after = talloc_strdup(ctx, db_value(rows, count - 1, "id"));
        talloc_free(rows);
        done += count;
        again->hooks->progress(again->hooks->data, done, done > again->total ? done : again->total);
    }
}

int import_render_again(TALLOC_CTX *ctx, struct db_session *session,
                        const struct import_hooks *hooks, bool all, size_t *ret_rendered,
                        size_t *ret_refused, char **ret_error)
{
    struct again again = {
        .session = session, .hooks = hooks, .all = all ? "true" : "false", .error = ret_error};
    TALLOC_CTX *own = talloc_new(ctx);
    struct db_result *result;
    const char *const values[] = {again.all, talloc_asprintf(own, "%d", hooks->renderer)};
    int r = import_load_media(own, session, &again.media, &again.media_count, ret_error);
    if (!r)
        r = db_session_query(own, session, "render_count", values, 2, &result, ret_error);
    if (!r) {
        again.total = (size_t)db_integer(result, 0, "count");
        r = render_rows(&again, own);
    }
    talloc_free(own);
    *ret_rendered = again.rendered;
    *ret_refused = again.refused;
    return r;
}
