// What became of a text since it was first published: its corrections, and all its versions.
#include "render/site_internal.h"

#include <string.h>

static json_t *entry_of(const struct site_wing *wing, const json_t *publication, const char *key,
                        const char *argument)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char datetime[32];
    int64_t at = json_integer_value(json_object_get(publication, "at"));
    const struct message_arg args[] = {
        {argument, json_string_value(json_object_get(publication, argument)), 0}};
    json_t *entry = json_object();
    site_set(entry, "datetime", site_datetime(datetime, at));
    site_set(entry, "date", format_date(ctx, wing->ui, at, DATE_LONG));
    site_set(entry, "what", message_format(ctx, wing->ui, key, args, 1));
    const char *note = json_string_value(json_object_get(publication, "note"));
    site_set(entry, "note", note ? note : "");
    talloc_free(ctx);
    return entry;
}

static void set_number(const struct site_wing *wing, json_t *entry, const json_t *publication)
{
    char number[24];
    snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
             json_integer_value(json_object_get(publication, "version")));
    const struct message_arg args[] = {{"number", number, 0}};
    char *version = message_format(NULL, wing->ui, "article.version", args, 1);
    site_set(entry, "version", version);
    talloc_free(version);
}

void site_set_history(const struct site_wing *wing, json_t *view, const struct site_text *text)
{
    json_t *history = text->history ? json_loads(text->history, 0, NULL) : NULL, *one;
    json_t *corrections = json_array(), *versions = json_array();
    size_t i;
    json_array_foreach (history, i, one) {
        const char *kind = json_string_value(json_object_get(one, "kind"));
        json_t *entry = entry_of(wing, one, "article.version_kind", "kind");
        set_number(wing, entry, one);
        json_array_append_new(versions, entry);
        if (kind && strcmp(kind, "correction") == 0)
            json_array_append_new(corrections, entry_of(wing, one, "article.correction", "reason"));
    }
    if (json_array_size(versions) < 2)
        json_array_clear(versions);
    site_set_list(view, "corrections", corrections);
    site_set_list(view, "versions", versions);
    json_decref(history);
}
