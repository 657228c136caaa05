#include "locales/message.h"

#include "locales/message_internal.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

// uthash's default falls through switch labels, which clang's warnings refuse.
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

struct message {
    const struct locale *locale; // the catalog it comes from
    const char *text;            // what message_text gives
    const struct pattern *pattern;
    bool plain;
};

// Fallbacks are resolved when the catalogs are loaded: one look-up finds a key in every locale.
struct entry {
    UT_hash_handle hh;
    const char *key;
    const struct message *messages[]; // by index of the locale
};

static struct entry *catalogs; // the hash table; its entries hang on loaded
static TALLOC_CTX *loaded;

static struct entry *entry_of(TALLOC_CTX *ctx, struct entry **table, const char *key)
{
    struct entry *entry;
    size_t length = strlen(key);

    HASH_FIND(hh, *table, key, length, entry);
    if (entry)
        return entry;
    entry = talloc_zero_size(ctx, sizeof(*entry) + locale_count() * sizeof(entry->messages[0]));
    entry->key = talloc_strdup(entry, key);
    HASH_ADD_KEYPTR(hh, *table, entry->key, length, entry);
    return entry;
}

static int load_message(TALLOC_CTX *ctx, struct entry **table, const struct locale *locale,
                        const char *key, json_t *value)
{
    struct pattern *pattern;
    char *error = NULL;

    if (!json_is_string(value)) {
        fprintf(stderr, "locales: messages/%s.json: %s: not a string\n", locale->tag, key);
        return -EINVAL;
    }
    if (pattern_compile(ctx, json_string_value(value), &pattern, &error) != 0) {
        fprintf(stderr, "locales: messages/%s.json: %s: %s\n", locale->tag, key, error);
        return -EINVAL;
    }
    struct message *message = talloc_zero(ctx, struct message);
    message->locale = locale;
    message->pattern = pattern;
    message->text = pattern_plain(pattern);
    message->plain = message->text != NULL;
    if (!message->plain)
        message->text = talloc_strdup(message, json_string_value(value));
    entry_of(ctx, table, key)->messages[locale->index] = message;
    return 0;
}

static int load_catalog(TALLOC_CTX *ctx, struct entry **table, const struct locale *locale,
                        const struct embedded *file)
{
    json_error_t error;
    const char *key;
    json_t *value;
    int r = 0;

    json_t *root = json_loadb(file->data, file->size, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(root)) {
        fprintf(stderr, "locales: %s:%d: %s\n", file->name, root ? 1 : error.line,
                root ? "not an object" : error.text);
        json_decref(root);
        return -EINVAL;
    }
    json_object_foreach (root, key, value) {
        r = load_message(ctx, table, locale, key, value);
        if (r != 0)
            break;
    }
    json_decref(root);
    return r;
}

// Fill the places a catalog leaves empty, from its own messages only, so that a fallback's fallback
// is never taken for the fallback's own.
static void resolve(struct entry *entry)
{
    for (size_t i = 0; i < locale_count(); i++) {
        const struct locale *locale = locale_at(i);
        for (size_t j = 0; !entry->messages[i] && j < locale->fallback_count; j++) {
            const struct locale *next = locale->fallback[j];
            const struct message *message = entry->messages[next->index];
            if (message && message->locale == next)
                entry->messages[i] = message;
        }
    }
}

int message_load(const struct embedded *files)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct entry *table = NULL, *entry;
    char name[64];

    for (size_t i = 0; i < locale_count(); i++) {
        snprintf(name, sizeof(name), "messages/%s.json", locale_at(i)->tag);
        const struct embedded *file = embedded_find(files, name);
        int r = file ? load_catalog(ctx, &table, locale_at(i), file) : 0;
        if (r != 0) {
            HASH_CLEAR(hh, table);
            talloc_free(ctx);
            return r;
        }
    }
    for (entry = table; entry; entry = entry->hh.next)
        resolve(entry);
    HASH_CLEAR(hh, catalogs);
    talloc_free(loaded);
    catalogs = table;
    loaded = ctx;
    return 0;
}

void message_keys(void (*each)(const char *key, void *data), void *data)
{
    for (struct entry *entry = catalogs; entry; entry = entry->hh.next)
        each(entry->key, data);
}

static const struct message *find_message(const struct locale *locale, const char *key)
{
    struct entry *entry;

    HASH_FIND_STR(catalogs, key, entry);
    return entry ? entry->messages[locale->index] : NULL;
}

const struct pattern *message_pattern(const struct locale *locale, const char *key)
{
    const struct message *message = find_message(locale, key);
    return message ? message->pattern : NULL;
}

const char *message_text(const struct locale *locale, const char *key)
{
    const struct message *message = find_message(locale, key);
    return message ? message->text : key;
}

char *message_format(TALLOC_CTX *ctx, const struct locale *locale, const char *key,
                     const struct message_arg *args, size_t count)
{
    const struct message *message = find_message(locale, key);

    if (!message || message->plain)
        return talloc_strdup(ctx, message ? message->text : key);
    return pattern_format(ctx, message->pattern, message->locale, args, count);
}

const struct locale *message_locale(const struct locale *locale, const char *key)
{
    const struct message *message = find_message(locale, key);
    return message ? message->locale : NULL;
}
