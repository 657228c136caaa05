// Pass 2: the texts in the order of their ids, in batches of one transaction each. While PostgreSQL
// stores a text, the next is rendered.

#include "content/import_internal.h"

#include "content/fault.h"
#include "content/fields.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BATCH = 100,
    BATCH_MS = 200, // a transaction holds the change log: others wait no longer than about this
};

struct text {
    struct item item;
    const struct entry *entry;
    json_t *about;
    const char *verdict; // of import_state.sql
    const char *owner;   // of the slug
    const char *revision;
};

struct batch {
    struct import *import;
    struct text texts[BATCH];
    size_t count;
    const struct text *in_flight; // sent to PostgreSQL, answer not yet taken
    bool in_transaction;
    int64_t began; // ms
};

// What the languages of an article have said of it, the first of them at entry.
struct article {
    const char *id;
    json_t *about;
    const struct entry *entry;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int refuse(struct import *import, const struct entry *entry, const char *key,
                  const char *field, const char *detail)
{
    struct fault fault;
    fault_set(&fault, key, field, detail);
    fault.line = entry->place.line;
    return import_refuse(import, &entry->place, &fault);
}

// ---- what can be said before the database is asked -------------------------------------------

static int check_references(struct import *import, const struct item *item, struct fault *ret_fault)
{
    size_t index;
    json_t *province;
    if (item->topic && !import_is_known(import, RECORD_TOPIC, item->topic))
        return fault_set(ret_fault, "fault.unknown_topic", "topic", item->topic);
    if (item->agency && !import_is_known(import, RECORD_AGENCY, item->agency))
        return fault_set(ret_fault, "fault.unknown_agency", "agency", item->agency);
    if (item->image && !import_is_known(import, RECORD_MEDIA, item->image))
        return fault_set(ret_fault, "fault.unknown_media", "image.media", item->image);
    if (item->recording && !import_is_recording(import, item->recording))
        return fault_set(ret_fault, "fault.unknown_recording", "recording", item->recording);
    json_array_foreach (json_object_get(item->fields, "provinces"), index, province) {
        const char *id = json_string_value(province);
        if (!import_is_known(import, RECORD_PROVINCE, id))
            return fault_set(ret_fault, "fault.unknown_province", "provinces", id);
    }
    return SEN_OK;
}

// Languages that contradict each other would change the article back and forth at every import.
static int check_agreement(TALLOC_CTX *ctx, const struct article *article, const json_t *about,
                           struct fault *ret_fault)
{
    const char *name;
    json_t *value;
    json_object_foreach (article->about, name, value) {
        json_t *other = json_object_get(about, name);
        if (other && !json_equal(value, other)) {
            const struct place *place = &article->entry->place;
            char *where = place->line ? talloc_asprintf(ctx, "%s:%u", place->path, place->line)
                                      : talloc_strdup(ctx, place->path);
            return fault_set(ret_fault, "fault.disagrees", talloc_strdup(ctx, name), where);
        }
    }
    return SEN_OK;
}

static int take_entry(struct batch *batch, TALLOC_CTX *ctx, struct article *article,
                      const struct entry *entry)
{
    struct text *text = &batch->texts[batch->count];
    struct fault fault = {0};
    *text = (struct text){.entry = entry};
    int r = import_read(batch->import, ctx, &entry->place, &text->item, &fault);
    if (r)
        return import_refuse(batch->import, &entry->place, &fault);
    if (strcmp(text->item.id, entry->id) != 0 || strcmp(text->item.locale->tag, entry->locale) != 0)
        return refuse(batch->import, entry, "fault.changed_meanwhile", NULL, NULL);
    text->about = fields_own(ctx, item_about(&text->item));
    r = check_references(batch->import, &text->item, &fault);
    if (article->id && strcmp(article->id, entry->id) == 0) {
        if (!r)
            r = check_agreement(ctx, article, text->about, &fault);
        if (!r)
            json_object_update_missing(article->about, text->about);
    } else if (!r) {
        json_decref(article->about);
        *article = (struct article){entry->id, json_copy(text->about), entry};
    }
    if (r) {
        fault.line = entry->place.line;
        return import_refuse(batch->import, &entry->place, &fault);
    }
    batch->count++;
    return SEN_OK;
}

// ---- what the database says of them ----------------------------------------------------------

static char *dump(TALLOC_CTX *ctx, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    char *owned = talloc_strdup(ctx, text);
    free(text);
    json_decref(value);
    return owned;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (value)
        json_object_set(object, name, value);
}

static char *state_question(TALLOC_CTX *ctx, const struct batch *batch)
{
    json_t *question = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        const struct text *text = &batch->texts[i];
        unsigned char digest[ITEM_DIGEST];
        char hex[ITEM_DIGEST * 2 + 1];
        item_digest(&text->item, digest);
        sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
        json_t *row =
            json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:O}", "n", (int)i, "id", text->item.id,
                      "locale", text->item.locale->tag, "digest", hex, "skeleton",
                      text->item.skeleton, "state", text->item.state, "about", text->about);
        set(row, "version", json_object_get(text->item.fields, "version"));
        json_array_append_new(question, row);
    }
    return dump(ctx, question);
}

static int ask_state(struct batch *batch, TALLOC_CTX *ctx)
{
    struct import *import = batch->import;
    struct db_result *result;
    const char *const values[] = {state_question(ctx, batch),
                                  import->options->overwrite ? "true" : "false"};
    int r =
        db_session_query(ctx, import->session, "import_state", values, 2, &result, import->error);
    if (r)
        return r;
    for (size_t i = 0; i < batch->count; i++) {
        batch->texts[i].verdict = db_value(result, i, "verdict");
        batch->texts[i].owner = db_value(result, i, "owner");
        batch->texts[i].revision = db_value(result, i, "revision");
    }
    return SEN_OK;
}

// ---- writing -------------------------------------------------------------------------------

static int end_transaction(struct batch *batch)
{
    batch->in_transaction = false;
    return db_session_script(batch->import->session, "commit", batch->import->error);
}

static int begin_transaction(struct batch *batch, TALLOC_CTX *ctx)
{
    struct import *import = batch->import;
    struct db_result *result;
    json_t *ids = json_array();
    for (size_t i = 0; i < batch->count; i++)
        json_array_append_new(ids, json_string(batch->texts[i].item.id));
    int r = db_session_script(import->session, "begin", import->error);
    if (!r)
        r = db_session_query(ctx, import->session, "import_lock",
                             (const char *const[]){dump(ctx, ids)}, 1, &result, import->error);
    batch->in_transaction = true;
    batch->began = now_ms();
    return r;
}

// Take the answer to the text that was sent last.
static int take_answer(struct batch *batch, TALLOC_CTX *ctx)
{
    struct import *import = batch->import;
    const struct text *text = batch->in_flight;
    struct db_result *result;
    if (!text)
        return SEN_OK;
    batch->in_flight = NULL;
    int r = db_session_receive(ctx, import->session, &result, import->error);
    if (r)
        return r;
    const char *outcome = db_value(result, 0, "outcome");
    const char *detail = db_value(result, 0, "detail");
    if (strcmp(outcome, "ok") == 0) {
        struct import_counts *counts = &import->report->texts;
        strcmp(text->revision, "0") == 0 ? counts->added++ : counts->updated++;
        return SEN_OK;
    }
    if (strcmp(outcome, "conflict") == 0)
        return refuse(import, text->entry, "fault.slug_taken", "slug", detail);
    if (strcmp(outcome, "stale") == 0)
        return refuse(import, text->entry, "fault.changed_meanwhile", NULL, NULL);
    return refuse(import, text->entry, "fault.database", NULL, detail);
}

static char *text_object(TALLOC_CTX *ctx, const struct item *item)
{
    static const char *const names[] = {"id",         "locale",       "state",   "notice",
                                        "withdrawal", "withdrawn_to", "version", "published_at",
                                        "updated_at", "former_slugs"};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set(object, names[i], json_object_get(item->fields, names[i]));
    return dump(ctx, object);
}

static int send(struct batch *batch, TALLOC_CTX *ctx, const struct text *text,
                const struct edition_html *html)
{
    const char *const values[] = {text_object(ctx, &text->item),
                                  dump(ctx, json_incref(text->about)), text->revision,
                                  edition_json(ctx, &text->item, html)};
    int r = take_answer(batch, ctx);
    if (!r && batch->in_transaction && now_ms() - batch->began > BATCH_MS)
        r = end_transaction(batch);
    if (!r && !batch->in_transaction)
        r = begin_transaction(batch, ctx);
    if (!r)
        r = db_session_send(batch->import->session, "import_text", values,
                            sizeof values / sizeof *values, batch->import->error);
    if (!r)
        batch->in_flight = text;
    return r;
}

static int write_text(struct batch *batch, TALLOC_CTX *ctx, const struct text *text)
{
    struct import *import = batch->import;
    struct edition_html html;
    struct fault fault = {0};
    TALLOC_CTX *own = talloc_new(ctx); // a batch of the largest texts must not add up
    int r = import->hooks->render(import->hooks->data, own, &text->item, import->media,
                                  import->media_count, &html, &fault);
    if (!r) {
        r = send(batch, own, text, &html);
    } else if (r == SEN_INVALID || r == SEN_TOO_COMPLEX || r == SEN_TOO_LARGE) {
        // A line of the body is one of the file only where the body is a part of it.
        fault.line = text->item.body_line && fault.line ? fault.line + text->item.body_line - 1
                                                        : text->entry->place.line;
        r = import_refuse(import, &text->entry->place, &fault);
    } else {
        *import->error = talloc_asprintf(import, "the renderer failed at %s", text->entry->id);
    }
    talloc_free(own);
    return r;
}

static int act(struct batch *batch, TALLOC_CTX *ctx, const struct text *text)
{
    struct import_counts *counts = &batch->import->report->texts;
    if (strcmp(text->verdict, "same") == 0)
        counts->same++;
    else if (strcmp(text->verdict, "kept") == 0)
        counts->kept++;
    else if (strcmp(text->verdict, "draft") == 0)
        return refuse(batch->import, text->entry, "fault.draft_waiting", NULL, NULL);
    else if (strcmp(text->verdict, "taken") == 0)
        return refuse(batch->import, text->entry, "fault.slug_taken", "slug", text->owner);
    else
        return write_text(batch, ctx, text);
    return SEN_OK;
}

static int run_batch(struct batch *batch, TALLOC_CTX *ctx)
{
    int r = batch->count ? ask_state(batch, ctx) : SEN_OK;
    for (size_t i = 0; !r && i < batch->count; i++)
        r = act(batch, ctx, &batch->texts[i]);
    if (!r)
        r = take_answer(batch, ctx);
    if (!r && batch->in_transaction)
        r = end_transaction(batch);
    batch->count = 0;
    return r;
}

static int by_article(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = strcmp(a->id, b->id);
    if (!order)
        order = a->rank - b->rank;
    return order ? order : strcmp(a->locale, b->locale);
}

// A database that was empty has plans for empty tables: they go over every text where an index
// would lead to one. New statistics make new plans, here each time the texts are ten times as many.
static int refresh_plans(struct import *import, size_t done, size_t *next_at)
{
    if (done < *next_at)
        return SEN_OK;
    *next_at = done * 10;
    return db_session_script(import->session, "analyze article, edition", import->error);
}

int import_texts(struct import *import)
{
    struct batch *batch = talloc_zero(import, struct batch);
    struct article article = {0};
    size_t analyze_at = BATCH;
    int r = SEN_OK;
    batch->import = import;
    if (import->entry_count)
        qsort(import->entries, import->entry_count, sizeof *import->entries, by_article);
    for (size_t next = 0; !r && next < import->entry_count;) {
        TALLOC_CTX *ctx = talloc_new(import);
        while (!r && batch->count < BATCH && next < import->entry_count)
            r = take_entry(batch, ctx, &article, &import->entries[next++]);
        if (!r)
            r = run_batch(batch, ctx);
        if (!r)
            r = refresh_plans(import, next, &analyze_at);
        talloc_free(ctx);
        if (!r)
            import->hooks->progress(import->hooks->data, next, import->entry_count);
    }
    json_decref(article.about);
    return r;
}
