#include "render/site_internal.h"

#include "content/base/log.h"
#include "render/markdown.h"
#include "render/sandbox.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct site_text text;
    UT_hash_handle hh;
};

struct site_texts {
    struct entry *table;
    const struct site *site;
    const struct site_guard *guard;
    int64_t *stored; // editions whose stored HTML is wanted after all
    size_t stored_count;
};

static const char *copy(TALLOC_CTX *ctx, const char *text)
{
    return text ? talloc_strdup(ctx, text) : NULL;
}

static bool is_bad(const struct site_guard *guard, int64_t edition)
{
    for (size_t i = 0; i < *guard->bad_count; i++)
        if (guard->bad[i] == edition)
            return true;
    return false;
}

static struct markdown_media *media_of(TALLOC_CTX *ctx, const struct site *site,
                                       const char *const *ids, size_t count, size_t *ret_count)
{
    struct markdown_media *list = talloc_zero_array(ctx, struct markdown_media, count + 1);
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct site_media *media = site_catalogue_media(site->catalogue, ids[i]);
        if (media)
            list[(*ret_count)++] = (struct markdown_media){
                .id = media->id,
                .src = talloc_asprintf(list, "/media/%s", media->file),
                .width = media->width,
                .height = media->height,
                .credit = media->credit,
                .licence = media->licence,
            };
    }
    return list;
}

// Within the limits of a process of its own kind; it may die here.
static int render(struct entry *entry, const struct site_texts *texts, const struct locale *locale,
                  const char *body, size_t length)
{
    const struct site *site = texts->site;
    struct fault fault = {0};
    struct rendered result;
    const char **ids;
    size_t count;
    *texts->guard->rendering = entry->text.id;
    sandbox_job_begin((unsigned)site->settings->render_cpu_ms);
    int r = markdown_media_ids(entry, body, length, &ids, &count, &fault);
    if (!r) {
        struct markdown_options options = {
            .locale = locale, .origin = site->origin, .uncounted = true};
        options.media = media_of(entry, site, ids, count, &options.media_count);
        r = markdown_render(entry, &options, body, length, &result, &fault);
    }
    sandbox_job_end();
    *texts->guard->rendering = 0;
    if (r) {
        log_warn("site.render", "edition %" PRId64 " keeps its stored HTML: %s %s", entry->text.id,
                 fault.key ? fault.key : "", fault.detail);
        return r;
    }
    entry->text.html = result.html;
    entry->text.html_length = result.html_length;
    entry->text.toc = result.toc;
    return SEN_OK;
}

static void keep_stored(struct site_texts *texts, int64_t edition)
{
    texts->stored = talloc_realloc(texts, texts->stored, int64_t, texts->stored_count + 1);
    texts->stored[texts->stored_count++] = edition;
    __atomic_add_fetch(texts->guard->kept, 1, __ATOMIC_RELAXED);
}

static struct entry *add_entry(struct site_texts *texts, const struct db_result *row)
{
    struct entry *entry;
    int64_t id = db_integer(row, 0, "id");
    HASH_FIND(hh, texts->table, &id, sizeof id, entry);
    if (entry)
        return entry;
    entry = talloc_zero(texts, struct entry);
    entry->text = (struct site_text){
        .id = id,
        .words = (unsigned)db_integer(row, 0, "words"),
        .author = copy(entry, db_value(row, 0, "author")),
        .licence = copy(entry, db_value(row, 0, "licence")),
        .sources = copy(entry, db_value(row, 0, "sources")),
        .method = copy(entry, db_value(row, 0, "method")),
        .proofread = *db_value(row, 0, "proofread") == 't',
        .followed = db_integer(row, 0, "followed"),
        .history = copy(entry, db_value(row, 0, "history")),
    };
    HASH_ADD(hh, texts->table, text.id, sizeof entry->text.id, entry);
    return entry;
}

static int stored_row(void *data, const struct db_result *row)
{
    struct entry *entry = add_entry(data, row);
    entry->text.html_length = db_length(row, 0, "content");
    entry->text.html =
        talloc_memdup(entry, db_value(row, 0, "content"), entry->text.html_length + 1);
    entry->text.toc = copy(entry, db_value(row, 0, "toc"));
    return SEN_OK;
}

static int markdown_row(void *data, const struct db_result *row)
{
    struct site_texts *texts = data;
    struct entry *entry = add_entry(texts, row);
    const struct locale *locale = locale_find(db_value(row, 0, "locale"));
    if (is_bad(texts->guard, entry->text.id) ||
        render(entry, texts, locale, db_value(row, 0, "content"), db_length(row, 0, "content")))
        keep_stored(texts, entry->text.id);
    return SEN_OK;
}

static int fetch(struct site_texts *texts, struct db_session *session, const int64_t *editions,
                 size_t count, bool markdown, char **ret_error)
{
    char *list = talloc_strdup(texts, "{");
    for (size_t i = 0; i < count; i++)
        list = talloc_asprintf_append_buffer(list, i ? ",%" PRId64 : "%" PRId64, editions[i]);
    list = talloc_strdup_append_buffer(list, "}");
    const char *const values[] = {list, markdown ? "t" : "f"};
    int r = db_session_each(session, "site_texts", values, 2, markdown ? markdown_row : stored_row,
                            texts, ret_error);
    talloc_free(list);
    return r;
}

static int texts_free(struct site_texts *texts)
{
    HASH_CLEAR(hh, texts->table);
    return 0;
}

int site_texts_load(TALLOC_CTX *ctx, const struct site *site, struct db_session *session,
                    const int64_t *editions, size_t count, const struct site_guard *guard,
                    struct site_texts **ret, char **ret_error)
{
    struct site_texts *texts = talloc_zero(ctx, struct site_texts);
    talloc_set_destructor(texts, texts_free);
    texts->site = site;
    texts->guard = guard;
    int r = count ? fetch(texts, session, editions, count, guard, ret_error) : SEN_OK;
    if (!r && texts->stored_count)
        r = fetch(texts, session, texts->stored, texts->stored_count, false, ret_error);
    if (r)
        talloc_free(texts);
    else
        *ret = texts;
    return r;
}

const struct site_text *site_texts_find(const struct site_texts *texts, int64_t edition)
{
    struct entry *entry;
    HASH_FIND(hh, texts->table, &edition, sizeof edition, entry);
    return entry && entry->text.html ? &entry->text : NULL;
}
