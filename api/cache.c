#include "api/cache.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

enum { RECENT = 256 }; // changes remembered for readings under way

struct entry;

// An entry's place in a tag's list.
struct tagging {
    struct entry *entry;
    struct tag *tag;
    struct tagging *prev, *next; // in the tag
};

struct tag {
    struct tagging *entries;
    UT_hash_handle hh;
    char name[];
};

struct entry {
    struct cache *cache;
    struct response *response;
    size_t bytes;
    bool stale;
    int64_t read_at;
    struct tagging *taggings;
    size_t tagging_count;
    struct entry *prev, *next; // least recently used first
    UT_hash_handle hh;
    char key[];
};

struct cache {
    size_t limit, bytes;
    bool verified;
    struct entry *entries, *used;
    struct tag *tags;
    int64_t moment;       // counts the changes seen
    char *recent[RECENT]; // the tags of change number n, at n % RECENT
    struct metrics *metrics;
};

static int cache_free(struct cache *cache)
{
    HASH_CLEAR(hh, cache->entries); // the tables only: what is in them hangs on the cache
    HASH_CLEAR(hh, cache->tags);
    return 0;
}

struct cache *cache_open(TALLOC_CTX *ctx, size_t bytes, struct metrics *metrics)
{
    struct cache *cache = talloc_zero(ctx, struct cache);
    cache->limit = bytes;
    cache->metrics = metrics;
    talloc_set_destructor(cache, cache_free);
    return cache;
}

static void count(struct cache *cache)
{
    metric_set(&cache->metrics->cache_bytes, cache->bytes);
    metric_set(&cache->metrics->cache_entries, HASH_COUNT(cache->entries));
}

static void entry_remove(struct entry *entry)
{
    struct cache *cache = entry->cache;
    for (size_t i = 0; i < entry->tagging_count; i++) {
        struct tagging *tagging = &entry->taggings[i];
        DL_DELETE(tagging->tag->entries, tagging);
        if (!tagging->tag->entries) {
            HASH_DEL(cache->tags, tagging->tag);
            talloc_free(tagging->tag);
        }
    }
    HASH_DEL(cache->entries, entry);
    DL_DELETE(cache->used, entry);
    cache->bytes -= entry->bytes;
    response_unref(entry->response);
    talloc_free(entry);
}

enum cached cache_find(struct cache *cache, const char *key, int64_t now_ms, struct response **ret,
                       int64_t *ret_age)
{
    struct entry *entry;
    HASH_FIND_STR(cache->entries, key, entry);
    if (!entry)
        return CACHED_NONE;
    DL_DELETE(cache->used, entry);
    DL_APPEND(cache->used, entry);
    *ret = entry->response;
    *ret_age = (now_ms - entry->read_at) / 1000;
    return entry->stale || !cache->verified ? CACHED_STALE : CACHED_FRESH;
}

int64_t cache_moment(const struct cache *cache)
{
    return cache->moment;
}

// Call visit with each tag of a list; stops when it says true.
static bool each_tag(const char *tags, bool (*visit)(void *data, const char *tag, size_t length),
                     void *data)
{
    while (*tags) {
        size_t length = strcspn(tags, " ");
        if (length && visit(data, tags, length))
            return true;
        tags += length + (tags[length] == ' ');
    }
    return false;
}

static bool is_in(void *data, const char *tag, size_t length)
{
    for (const char *at = data; (at = strstr(at, tag)); at++) {
        // strstr compares to the end of the list, so look at the bounds of this tag only.
        if ((at == (const char *)data || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    }
    return false;
}

static bool changed_since(const struct cache *cache, const char *tags, int64_t moment)
{
    if (cache->moment - moment > RECENT)
        return true;
    for (int64_t n = moment; n < cache->moment; n++) {
        const char *changed = cache->recent[n % RECENT];
        char *list = talloc_strdup(NULL, tags);
        bool found = false;
        for (char *save, *tag = strtok_r(list, " ", &save); tag && !found;
             tag = strtok_r(NULL, " ", &save))
            found = strcmp(changed, "*") == 0 || is_in((void *)changed, tag, strlen(tag));
        talloc_free(list);
        if (found)
            return true;
    }
    return false;
}

struct adding {
    struct entry *entry;
    size_t count;
};

static bool count_tag(void *data, const char *tag, size_t length)
{
    ((struct adding *)data)->count++;
    return false;
}

static bool add_tag(void *data, const char *name, size_t length)
{
    struct adding *adding = data;
    struct entry *entry = adding->entry;
    struct cache *cache = entry->cache;
    struct tag *tag;
    HASH_FIND(hh, cache->tags, name, length, tag);
    if (!tag) {
        tag = talloc_zero_size(cache, sizeof *tag + length + 1);
        memcpy(tag->name, name, length);
        HASH_ADD_KEYPTR(hh, cache->tags, tag->name, length, tag);
    }
    // A tag that is given twice counts once: the last one in its list would be this entry.
    if (tag->entries && tag->entries->prev->entry == entry)
        return false;
    struct tagging *tagging = &entry->taggings[entry->tagging_count++];
    *tagging = (struct tagging){.entry = entry, .tag = tag};
    DL_APPEND(tag->entries, tagging);
    return false;
}

void cache_store(struct cache *cache, const char *key, struct response *response, const char *tags,
                 int64_t moment, int64_t now_ms)
{
    // An answer may grow by its compressed renditions, together at most by its own size.
    size_t bytes = 2 * response_bytes(response) + strlen(key) + sizeof(struct entry);
    struct entry *entry;
    HASH_FIND_STR(cache->entries, key, entry);
    if (entry)
        entry_remove(entry);
    if (bytes > cache->limit / 8 || changed_since(cache, tags, moment)) {
        count(cache);
        return;
    }
    while (cache->used && cache->bytes + bytes > cache->limit)
        entry_remove(cache->used);
    entry = talloc_zero_size(cache, sizeof *entry + strlen(key) + 1);
    entry->cache = cache;
    entry->response = response_ref(response);
    entry->bytes = bytes;
    entry->read_at = now_ms;
    strcpy(entry->key, key);
    struct adding adding = {.entry = entry};
    each_tag(tags, count_tag, &adding);
    entry->taggings = talloc_zero_array(entry, struct tagging, adding.count);
    each_tag(tags, add_tag, &adding);
    HASH_ADD_STR(cache->entries, key, entry);
    DL_APPEND(cache->used, entry);
    cache->bytes += bytes;
    count(cache);
}

struct dropping {
    struct cache *cache;
    bool removed;
};

static bool drop_tag(void *data, const char *name, size_t length)
{
    struct dropping *dropping = data;
    struct tag *tag;
    HASH_FIND(hh, dropping->cache->tags, name, length, tag);
    // The last entry that leaves takes the tag with it.
    for (struct tagging *tagging = tag ? tag->entries : NULL, *next; tagging; tagging = next) {
        next = tagging->next;
        if (dropping->removed)
            entry_remove(tagging->entry);
        else
            tagging->entry->stale = true;
    }
    return false;
}

static void remember(struct cache *cache, const char *tags)
{
    char **slot = &cache->recent[cache->moment++ % RECENT];
    talloc_free(*slot);
    *slot = talloc_strdup(cache, tags);
}

void cache_drop(struct cache *cache, const char *tags, bool removed)
{
    each_tag(tags, drop_tag, &(struct dropping){cache, removed});
    remember(cache, tags);
    count(cache);
}

void cache_drop_all(struct cache *cache)
{
    struct entry *entry;
    DL_FOREACH (cache->used, entry)
        entry->stale = true;
    remember(cache, "*");
}

void cache_set_verified(struct cache *cache, bool verified)
{
    cache->verified = verified;
}
