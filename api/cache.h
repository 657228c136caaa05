// The response cache of one thread: finished answers by key, tagged with what they show.
//
// An entry is FRESH until a change drops its tag, or for as long as the change log is not followed
// UNVERIFIED; then it is asked for again, and served all the same if the database does not answer.
// What was withdrawn is removed at once and never served stale.
#pragma once

#include "api/response.h"

struct cache;

enum cached { CACHED_NONE, CACHED_FRESH, CACHED_STALE };

// bytes: the most it holds; 0 turns it off (then nothing is ever found).
struct cache *cache_open(TALLOC_CTX *ctx, size_t bytes, struct metrics *metrics);

// Look an answer up. *ret (not referenced) and *ret_age (seconds since it was read) are set unless
// there is none.
enum cached cache_find(struct cache *cache, const char *key, int64_t now_ms, struct response **ret,
                       int64_t *ret_age);

// A reading begins: what cache_store needs to know of the changes that come while it is under way.
int64_t cache_moment(const struct cache *cache);

// Keep an answer whose reading began at a moment. tags: space separated. Not kept when one of its
// tags has changed since, or when it is larger than an eighth of the cache.
void cache_store(struct cache *cache, const char *key, struct response *response, const char *tags,
                 int64_t moment, int64_t now_ms);

// A change was committed. removed: what it shows may not be shown any more.
void cache_drop(struct cache *cache, const char *tags, bool removed);

// Everything may have changed (the change log was not followed for a while).
void cache_drop_all(struct cache *cache);

// While the change log is not followed, no entry is known to be current.
void cache_set_verified(struct cache *cache, bool verified);
