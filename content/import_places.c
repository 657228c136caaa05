// The gazetteer: the names of a place, and how queries say them.
#include "content/import_internal.h"

#include "content/fault.h"
#include "content/fields.h"
#include "content/search_query.h"

#include <string.h>

// What a text has that names the place: its words in a row; a single word as it is written, for
// without marks it may be another ("hue" is also huệ). NULL: no words, or too many.
static const char *name_query(TALLOC_CTX *ctx, const struct locale *locale, const char *name)
{
    struct search_query *query;
    char *quoted = talloc_asprintf(ctx, "\"%s\"", name);
    if (search_query_parse(ctx, locale, quoted, strlen(quoted), &query) || !query->phrase_count)
        return NULL;
    const json_t *q = fields_own(ctx, json_loads(search_query_json(ctx, query), 0, NULL));
    const char *written = field_text(json_array_get(json_object_get(q, "units"), 0), "written");
    return query->unit_count == 1 && written ? written : query->phrases[0];
}

static bool has_name(const json_t *keys, const char *tag, const char *name)
{
    size_t i;
    json_t *key;
    json_array_foreach (keys, i, key)
        if (strcmp(field_text(key, "locale"), tag) == 0 &&
            strcmp(field_text(key, "name"), name) == 0)
            return true;
    return false;
}

static int add_keys(TALLOC_CTX *ctx, const json_t *record, const char *field, json_t *keys,
                    struct fault *ret_fault)
{
    const char *tag;
    json_t *list, *value;
    size_t i;
    json_object_foreach (json_object_get(record, field), tag, list)
        json_array_foreach (list, i, value) {
            const char *name = json_string_value(value);
            char *path = talloc_asprintf(ctx, "%s.%s[%zu]", field, tag, i);
            const struct locale *locale = locale_find(tag);
            char *key = search_key(ctx, locale, name, strlen(name));
            const char *query = name_query(ctx, locale, name);
            if (has_name(keys, tag, name))
                return fault_set(ret_fault, "fault.doubled", path, name);
            if (!*key || !query)
                return fault_set(ret_fault, "fault.no_words", path, name);
            json_array_append_new(keys,
                                  json_pack("{s:s, s:s, s:s, s:s, s:b, s:i}", "locale", tag, "name",
                                            name, "folded", key, "query", query, "former",
                                            strcmp(field, "former") == 0, "position", (int)i));
        }
    return SEN_OK;
}

static int check_provinces(TALLOC_CTX *ctx, const json_t *list, struct fault *ret_fault)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t j = 0; j < i; j++)
            if (json_equal(json_array_get(list, i), json_array_get(list, j)))
                return fault_set(ret_fault, "fault.doubled",
                                 talloc_asprintf(ctx, "provinces[%zu]", i),
                                 json_string_value(json_array_get(list, i)));
    return SEN_OK;
}

int import_place_read(TALLOC_CTX *ctx, json_t *record, struct fault *ret_fault)
{
    json_t *keys = fields_own(ctx, json_array());
    int r = check_provinces(ctx, json_object_get(record, "provinces"), ret_fault);
    if (!r)
        r = add_keys(ctx, record, "names", keys, ret_fault);
    if (!r)
        r = add_keys(ctx, record, "former", keys, ret_fault);
    if (!r)
        json_object_set(record, "keys", keys);
    return r;
}

int import_place_check(struct import *import, struct record *record)
{
    size_t i;
    json_t *province;
    if (strcmp(field_text(record->value, "kind"), "unit") == 0 &&
        !import_is_known(import, RECORD_PROVINCE, record->id))
        return import_record_refuse(import, record, "fault.unknown_province", "id", record->id);
    json_array_foreach (json_object_get(record->value, "provinces"), i, province) {
        const char *id = json_string_value(province);
        if (!import_is_known(import, RECORD_PROVINCE, id))
            return import_record_refuse(import, record, "fault.unknown_province", "provinces", id);
    }
    return SEN_OK;
}
