#include "render/site_search.h"

#include "locales/segment.h"
#include "render/site_search_shards.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENT_TEXTS 512  // at most, on average
#define SHARD_TEXTS   8    // of a segment's texts that make one shard more
#define SLOTS         4096 // of a segment, or twice as many as it has texts

#define HAN_FIRST 0x3400
#define HAN_END   0xa000

// How a wing's texts are parted. Depends on their number alone.
struct shape {
    size_t texts;
    unsigned segments, shards;
};

// Ready to write a wing's files.
struct index {
    TALLOC_CTX *ctx;
    const struct site *site;
    const struct site_wing *wing;
    struct db_session *session;
    struct shape shape;
    const struct site_place **places; // by id of the article
    char **ret_error;
};

struct text {
    const struct site_place *place;
    unsigned slot;
};

struct segment {
    const struct index *index;
    struct text *texts; // by slot
    size_t count;
    json_t *list; // for the file of texts
    struct site_search_shards *shards;
};

static uint32_t hash_of(const char *id)
{
    uint32_t hash = 2166136261u;
    for (const char *at = id; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    return hash ^ hash >> 15;
}

static unsigned power_of_two(size_t least)
{
    unsigned power = 1;
    while (power < least)
        power *= 2;
    return power;
}

static struct shape shape_of(size_t texts)
{
    struct shape shape = {.texts = texts};
    if (!texts)
        return shape;
    shape.segments = power_of_two((texts + SEGMENT_TEXTS - 1) / SEGMENT_TEXTS);
    shape.shards = power_of_two(texts / shape.segments / SHARD_TEXTS);
    return shape;
}

static struct index *index_new(const struct site *site, const struct site_wing *wing,
                               struct db_session *session, char **ret_error)
{
    struct index *index = talloc_zero(NULL, struct index);
    *index = (struct index){index, site, wing, session, {0}, NULL, ret_error};
    index->places = talloc_array(index, const struct site_place *, wing->shelf->place_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < wing->shelf->place_count; i++) {
        const struct site_place *place = &wing->shelf->places[i];
        if (place->shown->locale == wing->locale && site_edition_is_live(place->shown))
            index->places[count++] = place;
    }
    index->shape = shape_of(count);
    return index;
}

// ---- a segment --------------------------------------------------------------------------------

static int by_slot(const void *a, const void *b)
{
    const struct text *x = a, *y = b;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static void place_texts(struct segment *segment, unsigned number)
{
    const struct index *index = segment->index;
    segment->texts = talloc_array(index->ctx, struct text, index->shape.texts + 1);
    for (size_t i = 0; i < index->shape.texts; i++)
        if ((hash_of(index->places[i]->article->id) & (index->shape.segments - 1)) == number)
            segment->texts[segment->count++].place = index->places[i];
    unsigned slots = power_of_two(segment->count * 2);
    slots = slots < SLOTS ? SLOTS : slots;
    bool *taken = talloc_zero_array(index->ctx, bool, slots);
    for (size_t i = 0; i < segment->count; i++) {
        unsigned slot = hash_of(segment->texts[i].place->article->id) / index->shape.segments;
        for (slot &= slots - 1; taken[slot];)
            slot = (slot + 1) & (slots - 1);
        taken[slot] = true;
        segment->texts[i].slot = slot;
    }
    talloc_free(taken);
    qsort(segment->texts, segment->count, sizeof *segment->texts, by_slot);
}

// A profile is read on its unit's page.
static char *text_path(TALLOC_CTX *ctx, const struct site_wing *wing,
                       const struct site_place *place)
{
    const struct site_article *article = place->article;
    if (article->profile && article->unit_count)
        return talloc_asprintf(ctx, "/%s/provinces/%s/", wing->locale->tag, article->units[0]->id);
    return site_place_url(ctx, wing, place);
}

static int text_row(void *data, const struct db_result *row)
{
    struct segment *segment = data;
    const struct text *text = &segment->texts[db_integer(row, 0, "n") - 1];
    const struct site_edition *shown = text->place->shown;
    const char *topic = db_value(row, 0, "topic"), *agency = db_value(row, 0, "agency");
    char *path = text_path(segment->shards, segment->index->wing, text->place);
    char slot[12];
    snprintf(slot, sizeof slot, "%u", text->slot);
    json_object_set_new(segment->list, slot,
                        json_pack("[s, s, s, I, s, s, s, I, o]", path, shown->title,
                                  shown->summary ? shown->summary : "",
                                  (json_int_t)(db_integer(row, 0, "published") / 86400),
                                  db_value(row, 0, "kind"), topic ? topic : "",
                                  agency ? agency : "", (json_int_t)db_integer(row, 0, "year"),
                                  json_loads(db_value(row, 0, "provinces"), 0, NULL)));
    site_search_shards_add(segment->shards, text->slot, db_value(row, 0, "vector"),
                           db_length(row, 0, "vector"));
    return SEN_OK;
}

static int load_texts(struct segment *segment)
{
    const struct index *index = segment->index;
    char *ids = talloc_strdup(index->ctx, "{");
    for (size_t i = 0; i < segment->count; i++)
        ids = site_add_id(ids, segment->texts[i].place->article->id);
    ids = talloc_strdup_append_buffer(ids, "}");
    const char *const values[] = {index->wing->locale->tag, ids};
    int r = db_session_each(index->session, "site_search", values, 2, text_row, segment,
                            index->ret_error);
    talloc_free(ids);
    return r;
}

static int write_shard(const struct segment *segment, const char *folder, unsigned number)
{
    size_t length;
    char *file = site_search_shards_file(segment->shards, number, &length);
    char *path = talloc_asprintf(segment->shards, "%s/%u.json", folder, number);
    int r = site_output_write(segment->index->site->output, path, file, length);
    talloc_free(path);
    talloc_free(file);
    return r;
}

static int write_list(const struct segment *segment, const char *folder)
{
    char *path = talloc_asprintf(segment->shards, "%s/texts.json", folder);
    char *list = json_dumps(segment->list, JSON_COMPACT);
    int r = site_output_write(segment->index->site->output, path, list, strlen(list));
    free(list);
    return r;
}

static int write_segment(const struct index *index, unsigned number)
{
    struct segment segment = {.index = index, .list = json_object()};
    segment.shards = site_search_shards_new(index->ctx, index->shape.shards);
    char *folder =
        talloc_asprintf(segment.shards, "%s/search/%u", index->wing->locale->tag, number);
    place_texts(&segment, number);
    int r = segment.count ? load_texts(&segment) : SEN_OK;
    if (!r)
        r = write_list(&segment, folder);
    for (unsigned i = 0; !r && i < index->shape.shards; i++)
        r = write_shard(&segment, folder, i);
    json_decref(segment.list);
    talloc_free(segment.texts);
    talloc_free(segment.shards);
    return r;
}

// ---- all of them ------------------------------------------------------------------------------

static int write_index(const struct index *index)
{
    char path[64], text[96];
    snprintf(path, sizeof path, "%s/search/index.json", index->wing->locale->tag);
    int length = snprintf(text, sizeof text, "{\"texts\":%zu,\"segments\":%u,\"shards\":%u}\n",
                          index->shape.texts, index->shape.segments, index->shape.shards);
    return site_output_write(index->site->output, path, text, (size_t)length);
}

static int write_all(const struct index *index)
{
    int r = SEN_OK;
    for (unsigned i = 0; !r && i < index->shape.segments; i++)
        r = write_segment(index, i);
    return r ? r : write_index(index);
}

int site_write_search(const struct site *site, const struct site_wing *wing,
                      struct db_session *session, char **ret_error)
{
    struct index *index = index_new(site, wing, session, ret_error);
    int r = write_all(index);
    talloc_free(index);
    return r;
}

// What the files there say; nothing of it when they say nothing.
static struct shape written_shape(const struct index *index)
{
    struct shape shape = {0};
    char path[64];
    snprintf(path, sizeof path, "%s/search/index.json", index->wing->locale->tag);
    int file = openat(index->site->output->root, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return shape;
    json_t *json = json_loadfd(file, 0, NULL);
    shape.texts = (size_t)json_integer_value(json_object_get(json, "texts"));
    shape.segments = (unsigned)json_integer_value(json_object_get(json, "segments"));
    shape.shards = (unsigned)json_integer_value(json_object_get(json, "shards"));
    json_decref(json);
    close(file);
    return shape;
}

// After the files that take their place are there.
static int remove_old(const struct index *index, const struct shape *old)
{
    struct site_output *output = index->site->output;
    const char *tag = index->wing->locale->tag;
    int r = SEN_OK;
    for (unsigned i = 0; !r && i < old->segments; i++) {
        if (i >= index->shape.segments)
            r = site_output_remove(output, talloc_asprintf(index->ctx, "%s/search/%u", tag, i));
        for (unsigned j = index->shape.shards; !r && i < index->shape.segments && j < old->shards;
             j++)
            r = site_output_remove_file(
                output, talloc_asprintf(index->ctx, "%s/search/%u/%u.json", tag, i, j));
    }
    return r;
}

static bool has_text(const struct site_catalogue *catalogue, const char *id,
                     const struct locale *locale)
{
    const struct site_article *article = site_catalogue_article(catalogue, id);
    return article && site_article_edition(article, locale);
}

// Does the wing have the text, or may it have had it?
static bool concerns(const struct index *index, const struct site_catalogue *before, const char *id)
{
    const struct locale *locale = index->wing->locale;
    return has_text(before, id, locale) || has_text(index->site->catalogue, id, locale);
}

static int write_touched(const struct index *index, const struct site_touched *touched,
                         const struct site_catalogue *before)
{
    const struct site_catalogue *c = index->site->catalogue;
    bool *segments = talloc_zero_array(index->ctx, bool, index->shape.segments + 1);
    for (size_t i = 0; i < c->article_count; i++)
        if (touched->articles[i] && concerns(index, before, c->articles[i]->id))
            segments[hash_of(c->articles[i]->id) & (index->shape.segments - 1)] = true;
    for (size_t i = 0; i < touched->lost_count; i++)
        if (concerns(index, before, touched->lost[i]))
            segments[hash_of(touched->lost[i]) & (index->shape.segments - 1)] = true;
    int r = SEN_OK;
    for (unsigned i = 0; !r && i < index->shape.segments; i++)
        if (segments[i])
            r = write_segment(index, i);
    return r ? r : write_index(index);
}

int site_update_search(const struct site *site, const struct site_wing *wing,
                       struct db_session *session, const struct site_touched *touched,
                       const struct site_catalogue *before, char **ret_error)
{
    struct index *index = index_new(site, wing, session, ret_error);
    struct shape old = written_shape(index);
    bool same = old.segments == index->shape.segments && old.shards == index->shape.shards;
    int r =
        same && index->shape.segments ? write_touched(index, touched, before) : write_all(index);
    if (!r && !same)
        r = remove_old(index, &old);
    talloc_free(index);
    return r;
}

// ---- what no locale has of its own ------------------------------------------------------------

static size_t put_han(char *out, unsigned c)
{
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

int site_write_search_common(const struct site *site)
{
    char *text = talloc_size(NULL, (HAN_END - HAN_FIRST) * 7 + 4), *out = text;
    *out++ = '"';
    for (unsigned c = HAN_FIRST; c < HAN_END; c++) {
        char traditional[3], simplified[8];
        size_t length =
            segment_fold(traditional, put_han(traditional, c), simplified, sizeof simplified);
        if (length != 3 || memcmp(traditional, simplified, 3) == 0)
            continue;
        out = mempcpy(out, traditional, 3);
        out = mempcpy(out, simplified, 3);
    }
    out = stpcpy(out, "\"\n");
    int r = site_output_write(site->output, "han.json", text, (size_t)(out - text));
    talloc_free(text);
    return r;
}
