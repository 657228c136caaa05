#include "render/xliff.h"

#include "content/fault.h"
#include "content/fields.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct now {
    char hash[SEGMENTS_HASH + 1];
    size_t index;
};

struct taking {
    TALLOC_CTX *ctx; // of the result
    TALLOC_CTX *own; // ends with the call
    const struct xliff_text *text;
    const json_t *units;
    size_t count;
    struct now *by_index, *by_hash;
    bool *taken; // units of the source
    struct xliff_taken result;
};

static int compare_hash(const void *left, const void *right)
{
    const struct now *a = left, *b = right;
    int order = strcmp(a->hash, b->hash);
    return order ? order : a->index < b->index ? -1 : a->index > b->index;
}

static void know_units(struct taking *t)
{
    t->units = json_object_get(t->text->segments, "units");
    t->count = json_array_size(t->units);
    t->taken = talloc_zero_array(t->own, bool, t->count + 1);
    t->by_index = talloc_array(t->own, struct now, t->count + 1);
    for (size_t i = 0; i < t->count; i++) {
        t->by_index[i].index = i;
        segments_hash(json_object_get(json_array_get(t->units, i), "tokens"), t->by_index[i].hash);
    }
    t->by_hash = talloc_memdup(t->own, t->by_index, (t->count + 1) * sizeof(struct now));
    qsort(t->by_hash, t->count, sizeof *t->by_hash, compare_hash);
}

// A unit that says this, not yet taken; t->count: there is none.
static size_t find_said(const struct taking *t, const char *hash)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(t->by_hash[middle].hash, hash) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < t->count && strcmp(t->by_hash[low].hash, hash) == 0; low++)
        if (!t->taken[t->by_hash[low].index])
            return t->by_hash[low].index;
    return t->count;
}

// ---- the body --------------------------------------------------------------------------------

// Which of the source's units is meant: the one of this number if it still says the same, else one
// that says it elsewhere. NULL and *ret, or why none.
static const char *find_unit(const struct taking *t, const struct xliff_unit *unit, size_t *ret)
{
    const char *digits = unit->id + (*unit->id == 'u');
    size_t length = strlen(digits);
    if (digits == unit->id || !length || length > 6 || strspn(digits, "0123456789") != length)
        return "xliff.unknown_unit";
    size_t index = (size_t)atoi(digits);
    bool known = index < t->count, same = known && strcmp(t->by_index[index].hash, unit->hash) == 0;
    *ret = same && !t->taken[index] ? index : find_said(t, unit->hash);
    if (*ret < t->count)
        return NULL;
    return same ? "xliff.unit_twice" : known ? "xliff.source_changed" : "xliff.unknown_unit";
}

static const char *take_body_unit(struct taking *t, const struct xliff_unit *unit)
{
    size_t index;
    const char *reason = find_unit(t, unit, &index);
    if (!reason && !json_array_size(unit->target))
        reason = "xliff.no_target";
    if (!reason)
        reason = segments_check(json_array_get(t->units, index), unit->target);
    if (reason)
        return reason;
    t->taken[index] = true;
    json_array_set(t->result.targets, index, (json_t *)unit->target);
    return NULL;
}

// ---- words -----------------------------------------------------------------------------------

static const char *take_words(struct taking *t, const struct xliff_unit *unit, const char *source,
                              const char **ret)
{
    char hash[SEGMENTS_HASH + 1];
    if (!source || !*source)
        return "xliff.unknown_unit";
    if (*ret)
        return "xliff.unit_twice";
    json_t *present = json_pack("{s:[s]}", "tokens", source);
    segments_hash(json_object_get(present, "tokens"), hash);
    const char *reason = NULL;
    if (strcmp(hash, unit->hash) != 0)
        reason = "xliff.source_changed";
    else if (!json_array_size(unit->target))
        reason = "xliff.no_target";
    else
        reason = segments_check(present, unit->target);
    json_decref(present);
    if (!reason)
        *ret = segments_text(t->ctx, unit->target);
    return reason;
}

static const char *take_unit(struct taking *t, const struct xliff_unit *unit)
{
    const struct xliff_words *source = &t->text->source;
    struct xliff_words *words = &t->result.words;
    if (strcmp(unit->id, "title") == 0)
        return take_words(t, unit, source->title, &words->title);
    if (strcmp(unit->id, "summary") == 0)
        return take_words(t, unit, source->summary, &words->summary);
    if (strcmp(unit->id, "image") == 0)
        return take_words(t, unit, source->image_alt, &words->image_alt);
    return take_body_unit(t, unit);
}

// ---- the whole -------------------------------------------------------------------------------

// "pt-BR" is Portuguese.
static bool is_language(const char *tag, const struct locale *locale)
{
    return locale_match(tag, strlen(tag)) == locale;
}

int xliff_take(TALLOC_CTX *ctx, struct xliff_file *file, const struct xliff_text *text,
               struct xliff_taken *ret, struct fault *ret_fault)
{
    if (strcmp(file->article, text->article) != 0)
        return fault_set(ret_fault, "xliff.other_article", "body", file->article);
    if (!is_language(file->source_locale, text->source_locale))
        return fault_set(ret_fault, "xliff.other_language", "body", file->source_locale);
    if (!is_language(file->target_locale, text->target_locale))
        return fault_set(ret_fault, "xliff.other_language", "body", file->target_locale);
    struct taking taking = {.ctx = ctx, .own = talloc_new(NULL), .text = text};
    taking.result.targets = fields_own(ctx, json_array());
    know_units(&taking);
    for (size_t i = 0; i < taking.count; i++)
        json_array_append_new(taking.result.targets, json_null());
    for (size_t i = 0; i < file->count; i++) {
        struct xliff_unit *unit = &file->units[i];
        unit->refused = take_unit(&taking, unit);
        *(unit->refused ? &taking.result.refused : &taking.result.taken) += 1;
    }
    talloc_free(taking.own);
    *ret = taking.result;
    return SEN_OK;
}
