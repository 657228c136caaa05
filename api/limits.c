#include "api/limits.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct client {
    struct address address;
    unsigned connections;
    double tokens;
    int64_t filled_at; // ms; 0: no request yet
    double failed;     // tokens; runs out evenly within a minute
    int64_t failed_at; // ms
    UT_hash_handle hh;
};

enum { VALID_TOKENS = 256, MINUTE_MS = 60000 };

struct limits {
    int64_t connections, rate, failed_tokens;
    uint64_t valid[VALID_TOKENS]; // the beginning of their hashes, each in the place it names
    struct client *clients;
};

static int limits_free(struct limits *limits)
{
    HASH_CLEAR(hh, limits->clients); // the table only: the clients hang on limits
    return 0;
}

struct limits *limits_open(TALLOC_CTX *ctx, const struct settings *settings)
{
    struct limits *limits = talloc_zero(ctx, struct limits);
    limits->connections = settings->connections_per_address;
    limits->rate = settings->requests_per_second;
    limits->failed_tokens = settings->failed_tokens;
    talloc_set_destructor(limits, limits_free);
    return limits;
}

static struct client *find(struct limits *limits, const struct address *address)
{
    struct client *client;
    HASH_FIND(hh, limits->clients, address, sizeof *address, client);
    if (!client) {
        client = talloc_zero(limits, struct client);
        client->address = *address;
        client->tokens = (double)limits->rate;
        HASH_ADD(hh, limits->clients, address, sizeof client->address, client);
    }
    return client;
}

bool limits_connect(struct limits *limits, const struct address *address)
{
    if (!limits->connections)
        return true;
    struct client *client = find(limits, address);
    if (client->connections >= limits->connections)
        return false;
    client->connections++;
    return true;
}

void limits_disconnect(struct limits *limits, const struct address *address)
{
    if (limits->connections)
        find(limits, address)->connections--;
}

static void fill(const struct limits *limits, struct client *client, int64_t now)
{
    client->tokens += (double)(now - client->filled_at) * (double)limits->rate / 1000;
    if (client->tokens > (double)limits->rate || !client->filled_at)
        client->tokens = (double)limits->rate;
    client->filled_at = now;
}

bool limits_request(struct limits *limits, const struct address *address, unsigned price,
                    int64_t now_ms)
{
    if (!limits->rate)
        return true;
    struct client *client = find(limits, address);
    fill(limits, client, now_ms);
    // What costs more than a second's worth takes all of it.
    double cost = price < limits->rate ? price : (double)limits->rate;
    if (client->tokens < cost)
        return false;
    client->tokens -= cost;
    return true;
}

static uint64_t beginning(const char *hash)
{
    char digits[17] = "";
    memcpy(digits, hash, 16);
    return strtoull(digits, NULL, 16);
}

static void run_out(const struct limits *limits, struct client *client, int64_t now)
{
    client->failed -= (double)(now - client->failed_at) * (double)limits->failed_tokens / MINUTE_MS;
    if (client->failed < 0)
        client->failed = 0;
    client->failed_at = now;
}

bool limits_token(struct limits *limits, const struct address *address, const char *hash,
                  int64_t now_ms)
{
    struct client *client;
    HASH_FIND(hh, limits->clients, address, sizeof *address, client);
    if (!limits->failed_tokens || !client || client->failed <= 0)
        return true;
    run_out(limits, client, now_ms);
    uint64_t key = hash ? beginning(hash) : 0;
    return client->failed + 1 <= (double)limits->failed_tokens ||
           (hash && limits->valid[key % VALID_TOKENS] == key);
}

void limits_token_done(struct limits *limits, const struct address *address, const char *hash,
                       bool valid, int64_t now_ms)
{
    if (valid) {
        uint64_t key = beginning(hash);
        limits->valid[key % VALID_TOKENS] = key;
    } else if (limits->failed_tokens) {
        struct client *client = find(limits, address);
        run_out(limits, client, now_ms);
        client->failed += 1;
        if (client->failed > (double)limits->failed_tokens)
            client->failed = (double)limits->failed_tokens;
    }
}

void limits_sweep(struct limits *limits, int64_t now_ms)
{
    struct client *client, *next;
    HASH_ITER (hh, limits->clients, client, next) {
        fill(limits, client, now_ms);
        run_out(limits, client, now_ms);
        if (!client->connections && client->tokens >= (double)limits->rate && client->failed <= 0) {
            HASH_DEL(limits->clients, client);
            talloc_free(client);
        }
    }
}

bool address_from_socket(const struct sockaddr *from, struct address *ret)
{
    if (from->sa_family == AF_INET6) {
        ret->ip = ((const struct sockaddr_in6 *)from)->sin6_addr;
        return true;
    }
    if (from->sa_family != AF_INET)
        return false;
    memset(&ret->ip, 0, 10);
    memset(ret->ip.s6_addr + 10, 0xff, 2);
    memcpy(ret->ip.s6_addr + 12, &((const struct sockaddr_in *)from)->sin_addr, 4);
    return true;
}

bool address_from_text(const char *text, size_t length, struct address *ret)
{
    char copy[INET6_ADDRSTRLEN];
    struct sockaddr_in four = {.sin_family = AF_INET};
    if (length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (inet_pton(AF_INET, copy, &four.sin_addr) == 1)
        return address_from_socket((const struct sockaddr *)&four, ret);
    return inet_pton(AF_INET6, copy, &ret->ip) == 1;
}

char *address_text(TALLOC_CTX *ctx, const struct address *address)
{
    char text[INET6_ADDRSTRLEN];
    bool mapped = IN6_IS_ADDR_V4MAPPED(&address->ip);
    if (!inet_ntop(mapped ? AF_INET : AF_INET6,
                   mapped ? (const void *)&address->ip.s6_addr[12] : (const void *)&address->ip,
                   text, sizeof text))
        return talloc_strdup(ctx, "");
    return talloc_strdup(ctx, text);
}

bool address_is(const struct address *address, const char *text)
{
    struct address other;
    return address_from_text(text, strlen(text), &other) &&
           memcmp(address, &other, sizeof other) == 0;
}
