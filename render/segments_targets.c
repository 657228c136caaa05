#include "content/fields.h"
#include "render/segments_internal.h"

#include <stdlib.h>
#include <string.h>

#define CODES_MAX 500 // of a unit whose codes are compared one with another

struct said {
    char hash[SEGMENTS_HASH + 1];
    size_t index;
};

static int by_hash(const void *left, const void *right)
{
    const struct said *a = left, *b = right;
    int order = strcmp(a->hash, b->hash);
    return order ? order : a->index < b->index ? -1 : a->index > b->index;
}

static const json_t *tokens_at(const json_t *units, size_t index)
{
    return json_object_get(json_array_get(units, index), "tokens");
}

static struct said *sorted(TALLOC_CTX *ctx, const json_t *units)
{
    size_t count = json_array_size(units);
    struct said *all = talloc_array(ctx, struct said, count + 1);
    for (size_t i = 0; i < count; i++) {
        all[i].index = i;
        segments_hash(tokens_at(units, i), all[i].hash);
    }
    qsort(all, count, sizeof *all, by_hash);
    return all;
}

// ---- the codes of one unit -------------------------------------------------------------------

struct pair {
    const json_t *own;   // a code of the unit
    const json_t *other; // the translation's code that is the same; NULL: none yet
};

static bool is_code(const json_t *token)
{
    return json_object_get(token, "open") || json_object_get(token, "alone");
}

static bool same_member(const json_t *a, const json_t *b, const char *name)
{
    const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);
    return x && y ? json_equal(x, y) : x == y;
}

static bool same_kind(const json_t *a, const json_t *b)
{
    return same_member(a, b, "kind") && !json_object_get(a, "open") == !json_object_get(b, "open");
}

static bool same_code(const json_t *a, const json_t *b)
{
    return same_kind(a, b) && same_member(a, b, "url") && same_member(a, b, "text") &&
           same_member(a, b, "note");
}

static struct pair *find_pair(struct pair *pairs, size_t count, const json_t *code,
                              bool (*same)(const json_t *, const json_t *))
{
    for (size_t i = 0; i < count; i++)
        if (!pairs[i].other && same(pairs[i].own, code))
            return &pairs[i];
    return NULL;
}

static void pair_codes(struct pair *pairs, size_t count, const json_t *tokens,
                       bool (*same)(const json_t *, const json_t *), bool *paired)
{
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        const json_t *token = json_array_get(tokens, i);
        struct pair *pair =
            is_code(token) && !paired[i] ? find_pair(pairs, count, token, same) : NULL;
        if (!pair)
            continue;
        pair->other = token;
        paired[i] = true;
    }
}

// The number of the unit's code for one of the translation's; NULL: it has none.
static json_t *number_for(const struct pair *pairs, size_t count, const json_t *number,
                          const char *member)
{
    for (size_t i = 0; i < count; i++)
        if (json_equal(json_object_get(pairs[i].other, member), number))
            return json_object_get(pairs[i].own, member);
    return NULL;
}

static json_t *renumbered(const struct pair *pairs, size_t count, const json_t *tokens)
{
    json_t *target = json_array();
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        json_t *token = json_array_get(tokens, i);
        const json_t *close = json_object_get(token, "close");
        const char *member = json_object_get(token, "alone") ? "alone" : "open";
        json_t *number =
            number_for(pairs, count, close ? close : json_object_get(token, member), member);
        if (json_is_string(token))
            json_array_append(target, token);
        else if (number)
            json_array_append_new(target, json_pack("{s:O}", close ? "close" : member, number));
    }
    return target;
}

static json_t *as_target_in(TALLOC_CTX *ctx, const json_t *unit, const json_t *tokens)
{
    const json_t *own = json_object_get(unit, "tokens");
    size_t count = 0, size = json_array_size(tokens);
    struct pair *pairs = talloc_array(ctx, struct pair, CODES_MAX);
    bool *paired = talloc_zero_array(ctx, bool, size + 1);
    for (size_t i = 0; i < json_array_size(own); i++) {
        const json_t *token = json_array_get(own, i);
        if (!is_code(token))
            continue;
        if (count == CODES_MAX)
            return NULL;
        pairs[count++] = (struct pair){.own = token};
    }
    pair_codes(pairs, count, tokens, same_code, paired);
    pair_codes(pairs, count, tokens, same_kind, paired);
    for (size_t i = 0; i < size; i++)
        if (is_code(json_array_get(tokens, i)) && !paired[i])
            return NULL;
    json_t *target = renumbered(pairs, count, tokens);
    if (!segments_check(unit, target))
        return target;
    json_decref(target);
    return NULL;
}

// What tokens of a translation say, with the unit's numbers. NULL: their codes are not the same.
static json_t *as_target(const json_t *unit, const json_t *tokens)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    json_t *target = as_target_in(ctx, unit, tokens);
    talloc_free(ctx);
    return target;
}

// ---- all units -------------------------------------------------------------------------------

static bool same_places(const json_t *before, const json_t *translation)
{
    size_t count = json_array_size(before);
    if (count != json_array_size(translation))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!same_member(json_array_get(before, i), json_array_get(translation, i), "place"))
            return false;
    return true;
}

json_t *segments_targets(TALLOC_CTX *ctx, const json_t *segments, const json_t *before,
                         const json_t *translation)
{
    const json_t *units = json_object_get(segments, "units");
    const json_t *old = json_object_get(before, "units");
    const json_t *said = json_object_get(translation, "units");
    size_t count = json_array_size(units), old_count = json_array_size(old), j = 0;
    TALLOC_CTX *own = talloc_new(NULL);
    json_t *targets = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(targets, json_null());
    if (same_places(old, said)) {
        struct said *now = sorted(own, units), *then = sorted(own, old);
        // What is said several times is paired in its order.
        for (size_t i = 0; i < count && j < old_count;) {
            int order = strcmp(now[i].hash, then[j].hash);
            json_t *target = order ? NULL
                                   : as_target(json_array_get(units, now[i].index),
                                               tokens_at(said, then[j].index));
            if (target)
                json_array_set_new(targets, now[i].index, target);
            i += order <= 0;
            j += order >= 0;
        }
    }
    talloc_free(own);
    return fields_own(ctx, targets);
}
