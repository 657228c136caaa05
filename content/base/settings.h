// The settings of the program: one table (settings.c) with name, type, range, default and help.
// They come from SEN_* environment variables and are constant once loaded.
#pragma once

#include "content/base/outcome.h"

#include <stdint.h>
#include <stdio.h>
#include <talloc.h>

struct settings {
    // where
    const char *home;     // folder of the database, media and site
    const char *listen;   // address to listen on
    int64_t port;         // TCP port
    const char *contact;  // e-mail address of the editors, "" when none is given
    const char *origin;   // public address, no slash at the end: "https://example.vn"
    const char *api;      // where `sen article` finds the portal; "": on this machine
    const char *database; // libpq connection string
    int64_t precompress;  // 1: the site keeps compressed copies of its files
    const char *locales;  // enabled site editions, comma separated; empty = every one
    const char *proxy;    // address of the reverse proxy whose X-Forwarded-For is believed
    const char *log;      // error, warn, info or debug

    // sizes of the server
    int64_t threads;        // 0 = one a core
    int64_t db_connections; // a thread
    int64_t db_heavy_connections;
    int64_t db_queue; // queries waiting for a connection, a thread
    int64_t query_ms; // longest a query may run
    int64_t cache_mb; // response cache, a thread; 0 turns it off

    // limits of a request
    int64_t url_bytes;
    int64_t header_bytes;
    int64_t header_count;
    int64_t body_bytes;
    int64_t upload_bytes;
    int64_t json_depth;
    int64_t json_values;

    // limits of time, seconds
    int64_t head_seconds;  // first byte to the end of the head
    int64_t body_seconds;  // end of the head to the end of the body
    int64_t idle_seconds;  // a kept-alive connection between requests
    int64_t write_seconds; // until an answer is taken, plus one for every 16 KiB
    int64_t drain_seconds; // SIGTERM to the end

    // limits of a client
    int64_t connections;             // in all
    int64_t connections_per_address; // 0 = no limit
    int64_t requests_per_second;     // an address; 0 = no limit

    // people
    int64_t session_minutes;
    int64_t password_queue;
    int64_t failed_tokens; // an address, in a minute; 0 = no limit

    // rendering
    int64_t render_cpu_ms;
    int64_t render_memory_mb;
    int64_t cards;
};

// Load from the environment. An empty variable counts as unset. On SEN_INVALID *ret_error is a
// sentence that names the variable, what it holds and what it may hold.
int settings_load(TALLOC_CTX *ctx, const struct settings **ret, char **ret_error) SEN_MUST_CHECK;

// Print the table: name, present value, default, range, help. Passwords inside the connection
// string are not shown.
void settings_print(const struct settings *settings, FILE *out);
