// What operators and developers ask the server about itself.
#include "api/route.h"
#include "content/db.h"
#include "locales/embedded.h"

#include <string.h>

extern const struct embedded api_files[];

static const char text_type[] = "text/plain; charset=utf-8";

static enum step_result step_health(struct request *request)
{
    request_reply(request, 200, text_type, NULL, "ok\n", 3);
    return DONE;
}

static enum step_result step_ready(struct request *request)
{
    bool ready = db_is_ready(request->thread->db) && !request->thread->draining;
    const char *words = ready ? "ready\n" : "not ready: the database is away or the server ends\n";
    request_reply(request, ready ? 200 : 503, text_type, ready ? NULL : "Retry-After: 1\r\n", words,
                  strlen(words));
    return DONE;
}

// ---- metrics ------------------------------------------------------------------------------------

struct metric {
    const char *name, *type, *help;
    size_t offset;
};

#define AT(member) offsetof(struct metrics, member)

static const struct metric table[] = {
    {"sen_requests_total", "counter", "Requests answered.", AT(requests)},
    {"sen_responses_2xx_total", "counter", "Answers with a 2xx status.", AT(status[2])},
    {"sen_responses_3xx_total", "counter", "Answers with a 3xx status.", AT(status[3])},
    {"sen_responses_4xx_total", "counter", "Answers with a 4xx status.", AT(status[4])},
    {"sen_responses_5xx_total", "counter", "Answers with a 5xx status.", AT(status[5])},
    {"sen_cache_hits_total", "counter", "Reads answered from the cache.", AT(cache_hits)},
    {"sen_cache_misses_total", "counter", "Reads that were not.", AT(cache_misses)},
    {"sen_cache_collapsed_total", "counter", "Misses that joined one under way.",
     AT(cache_collapsed)},
    {"sen_cache_stale_total", "counter", "Stale answers given while the database was away.",
     AT(cache_stale)},
    {"sen_cache_bytes", "gauge", "Bytes that the caches hold.", AT(cache_bytes)},
    {"sen_cache_entries", "gauge", "Answers that the caches hold.", AT(cache_entries)},
    {"sen_connections", "gauge", "Open connections.", AT(connections)},
    {"sen_connections_accepted_total", "counter", "Connections taken.", AT(accepted)},
    {"sen_connections_refused_total", "counter", "Connections over a limit.", AT(refused)},
    {"sen_timeouts_total", "counter", "Connections past a deadline.", AT(timeouts)},
    {"sen_malformed_total", "counter", "Requests that were no HTTP.", AT(parse_errors)},
    {"sen_clients_left_total", "counter", "Clients gone before their answer.", AT(clients_left)},
    {"sen_rate_limited_total", "counter", "Requests over an address's rate.", AT(limited)},
    {"sen_db_connections", "gauge", "Database connections in use.", AT(db_ready)},
    {"sen_db_waiting", "gauge", "Queries that wait for a connection.", AT(db_waiting)},
    {"sen_db_in_flight", "gauge", "Queries that PostgreSQL is answering.", AT(db_in_flight)},
    {"sen_db_queries_total", "counter", "Queries asked.", AT(db_queries)},
    {"sen_db_failures_total", "counter", "Queries that failed.", AT(db_failures)},
    {"sen_db_connects_total", "counter", "Attempts to connect.", AT(db_connects)},
};

static uint64_t sum(const struct thread *thread, size_t offset)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < thread->count; i++)
        total += atomic_load_explicit(
            (_Atomic uint64_t *)((char *)&thread->all[i].metrics + offset), memory_order_relaxed);
    return total;
}

static enum step_result step_metrics(struct request *request)
{
    char *text = talloc_strdup(request, "");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        text = talloc_asprintf_append_buffer(
            text, "# HELP %s %s\n# TYPE %s %s\n%s %llu\n", table[i].name, table[i].help,
            table[i].name, table[i].type, table[i].name,
            (unsigned long long)sum(request->thread, table[i].offset));
    text = talloc_asprintf_append_buffer(
        text,
        "# HELP sen_change_seq Last change followed, by thread.\n# TYPE sen_change_seq gauge\n");
    for (unsigned i = 0; i < request->thread->count; i++)
        text = talloc_asprintf_append_buffer(
            text, "sen_change_seq{thread=\"%u\"} %lld\n", i,
            (long long)atomic_load_explicit(&request->thread->all[i].metrics.change_seq,
                                            memory_order_relaxed));
    request_reply(request, 200, "text/plain; version=0.0.4; charset=utf-8", NULL, text,
                  strlen(text));
    return DONE;
}

// ---- documents ----------------------------------------------------------------------------------

static enum step_result reply_file(struct request *request, const char *name, const char *type,
                                   const char *headers)
{
    const struct embedded *file = embedded_find(api_files, name);
    request_reply(request, 200, type, headers, file->data, file->size);
    return DONE;
}

static enum step_result step_openapi(struct request *request)
{
    return reply_file(request, "openapi.json", "application/json; charset=utf-8",
                      "Access-Control-Allow-Origin: *\r\n");
}

#define PAGE_POLICY                                                                                \
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "           \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"          \
    "Referrer-Policy: no-referrer\r\n"

static enum step_result step_docs(struct request *request)
{
    return reply_file(request, "docs.html", "text/html; charset=utf-8", PAGE_POLICY);
}

static enum step_result step_docs_style(struct request *request)
{
    return reply_file(request, "docs.css", "text/css; charset=utf-8", NULL);
}

static enum step_result step_docs_script(struct request *request)
{
    return reply_file(request, "docs.js", "text/javascript; charset=utf-8", NULL);
}

static const struct step health[] = {{"health", step_health}, {0}};
static const struct step ready[] = {{"ready", step_ready}, {0}};
static const struct step metrics[] = {{"metrics", step_metrics}, {0}};
static const struct step openapi[] = {{"openapi", step_openapi}, {0}};
static const struct step docs[] = {{"docs", step_docs}, {0}};
static const struct step docs_style[] = {{"docs style", step_docs_style}, {0}};
static const struct step docs_script[] = {{"docs script", step_docs_script}, {0}};

extern const struct route system_routes[];
const struct route system_routes[] = {
    {METHOD_GET, "/health", .steps = health},       {METHOD_GET, "/ready", .steps = ready},
    {METHOD_GET, "/metrics", .steps = metrics},     {METHOD_GET, "/openapi.json", .steps = openapi},
    {METHOD_GET, "/docs", .steps = docs},           {METHOD_GET, "/docs.css", .steps = docs_style},
    {METHOD_GET, "/docs.js", .steps = docs_script}, {0},
};
