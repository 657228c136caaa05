// What one event loop owns. Threads share nothing that changes, but for the counters of struct
// metrics, which one thread writes and any may read.
#pragma once

#include "content/base/settings.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct evconnlistener;
struct event;
struct db;
struct cache;
struct limits;
struct previews;
struct sandbox;
struct conn;
struct fetch;
struct passwords;

// Counters of one thread, since its start unless said otherwise.
struct metrics {
    _Atomic uint64_t requests;  // answered
    _Atomic uint64_t status[6]; // by class: [2] is 2xx
    _Atomic uint64_t cache_hits, cache_misses, cache_stale, cache_collapsed;
    _Atomic uint64_t cache_bytes, cache_entries; // now
    _Atomic uint64_t connections;                // now
    _Atomic uint64_t accepted, refused;          // connections
    _Atomic uint64_t timeouts, parse_errors, clients_left, limited;
    _Atomic uint64_t db_ready, db_waiting, db_in_flight; // now
    _Atomic uint64_t db_queries, db_failures, db_connects;
    _Atomic int64_t change_seq; // of the change log, followed so far
};

static inline void metric_add(_Atomic uint64_t *counter, uint64_t n)
{
    // One writer: no locked instruction is needed.
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline void metric_set(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, n, memory_order_relaxed);
}

struct thread {
    TALLOC_CTX *memory; // root of all that this thread makes
    const struct settings *settings;
    unsigned index;
    struct thread *all; // every thread of the server, for /metrics only
    unsigned count;

    struct event_base *base;
    struct evconnlistener *listener;
    bool listener_is_shared; // handed in by systemd: others hold it too
    struct event *orders;    // from the main thread: drain
    struct event *tick;      // deadlines of connections
    struct event *resume_accept;
    int order_fd;
    int spare_fd; // given up to answer one connection when descriptors run out

    struct db *db;
    struct db *heavy_db; // for what may take long: nothing else waits behind it
    struct cache *cache;
    struct fetch *fetches; // reads under way, by cache key
    struct limits *limits;
    struct sandbox *sandbox;     // opened when first needed
    struct previews *previews;   // likewise
    struct passwords *passwords; // likewise

    struct conn *conns;
    unsigned conn_count, conn_max;
    bool draining;
    int64_t drain_until; // ms

    int64_t now;   // ms, CLOCK_MONOTONIC, of this loop turn
    char date[32]; // IMF-fixdate of this second
    int64_t date_at;
    uint64_t request_prefix, request_count;
    struct metrics metrics;
};

// Refresh thread->now and thread->date; called where a loop turn begins.
void thread_clock(struct thread *thread);
