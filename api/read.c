// GET routes that are rows of a table: parameters in, one statement, one answer.
//
// The statement gives one row (none: 404) with these columns, of which it may leave out any but
// one of the first two:
//   body                the JSON document
//   items               a JSON array, framed as {"items": [...], "next": cursor or null}
//   next_key, next_id   where the list goes on; null at its end
//   locale              the language the answer is really in
//   modified            seconds since 1970
//   tags                what it shows, for the cache: space separated
//   location            the address it is found at now: answered with 308
//   refused             why it is not given: see the table of refusals
#include "api/read.h"

#include "api/cache.h"
#include "api/cursor.h"
#include "api/limits.h"
#include "api/response.h"
#include "api/route.h"
#include "content/db.h"
#include "content/fields.h"
#include "content/search_query.h"
#include "locales/collate.h"
#include "locales/locale.h"
#include "locales/negotiate.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

enum {
    LIMIT_MAX = 100,
    HEAVY_PRICE = 99, // of what is heavy and not in the cache, beside the request itself
};

#define QUOTE(x)  #x
#define DIGITS(x) QUOTE(x) // of a macro that stands for a number

// A request that waits for a reading, its own or another's.
struct waiter {
    struct request *request;
    struct waiter *prev, *next;
};

// A statement under way; identical requests share it.
struct fetch {
    struct thread *thread;
    char *key;  // in the cache
    char *name; // among the readings: the moment and the key
    int64_t moment;
    const struct route *route;
    struct waiter *waiters;
    UT_hash_handle hh;
};

struct read_state {
    const char *values[VALUES_MAX];
    size_t count;
    char *key;
    const struct locale *locale;
    const char *match;
    const char *chain; // text[] of the locales to try
    struct cursor cursor;
    bool has_cursor;
    struct search_query *search;
    struct waiter waiter;
    struct response *response; // the reading's answer
    const struct refusal *refusal;
};

// What a statement says of a thing that was there: each reader is told in their language.
static const struct refusal {
    const char *name;
    int status;
    const char *key;
} refusals[] = {
    {"gone", 410, "gone"},
    {"legal", 451, "legal"},
};

// ---- values
// ----------------------------------------------------------------------------------------

static bool is_one_of(const char *choices, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = choices; *at; at += strcspn(at, "|") + (at[strcspn(at, "|")] == '|'))
        if (strcspn(at, "|") == length && memcmp(at, name, length) == 0)
            return true;
    return false;
}

static bool is_known(const struct read *read, const char *name)
{
    if (read->negotiates && (strcmp(name, "locale") == 0 || strcmp(name, "fallback") == 0))
        return true;
    for (const struct value_rule *rule = read->values; rule->kind != VALUE_END; rule++) {
        if (rule->name && rule->kind != VALUE_CONSTANT && strcmp(rule->name, name) == 0)
            return true;
        if (rule->kind == VALUE_FILTERS && is_one_of(rule->choices, name))
            return true;
        if (rule->kind == VALUE_LIMIT && strcmp(name, "limit") == 0)
            return true;
        if (rule->kind == VALUE_CURSOR_KEY && !rule->name && strcmp(name, "cursor") == 0)
            return true;
    }
    return false;
}

static enum step_result refuse(struct request *request, const char *key, const char *field,
                               const char *detail)
{
    return request_problem(request, 400, key, field, detail);
}

// Parse the query string; request->query is empty when there is none.
static enum step_result parse_query(struct request *request)
{
    static const char *const keys[] = {
        [QUERY_TOO_MANY] = "query_too_many",
        [QUERY_TOO_LONG] = "query_too_long",
        [QUERY_BROKEN] = "query_broken",
        [QUERY_DOUBLED] = "query_doubled",
    };
    const char *mark = strchr(request->path, '?');
    if (!mark)
        return NEXT;
    int r = query_parse(request, mark + 1, strlen(mark + 1), &request->query);
    if (r)
        return refuse(request, keys[r], *request->query.offender ? request->query.offender : NULL,
                      NULL);
    return NEXT;
}

static enum step_result read_query(struct request *request)
{
    if (parse_query(request) == DONE)
        return DONE;
    for (size_t i = 0; i < request->query.count; i++)
        if (!is_known(request->route->read, request->query.parameters[i].name))
            return refuse(request, "query_unknown", request->query.parameters[i].name, NULL);
    return NEXT;
}

enum step_result query_read(struct request *request, const char *const *known, size_t count)
{
    if (parse_query(request) == DONE)
        return DONE;
    for (size_t i = 0; i < request->query.count; i++) {
        const char *name = request->query.parameters[i].name;
        size_t k = 0;
        while (k < count && strcmp(known[k], name) != 0)
            k++;
        if (k == count)
            return refuse(request, "query_unknown", name, NULL);
    }
    return NEXT;
}

static char *locale_array(TALLOC_CTX *ctx, const struct locale *locale, bool alone)
{
    char *text = talloc_strdup(ctx, "{");
    text = talloc_strdup_append_buffer(text, locale->tag);
    for (size_t i = 0; !alone && i < locale->fallback_count; i++) {
        text = talloc_strdup_append_buffer(text, ",");
        text = talloc_strdup_append_buffer(text, locale->fallback[i]->tag);
    }
    return talloc_strdup_append_buffer(text, "}");
}

// Which language: asked for by name, else matched to the reader's preferences, else the default.
static enum step_result find_locale(struct request *request, struct read_state *state)
{
    const char *asked = query_get(&request->query, "locale");
    const char *fallback = query_get(&request->query, "fallback");
    const char *header = request_header(request, HEADER_ACCEPT_LANGUAGE);
    if (fallback && strcmp(fallback, "none") != 0 && strcmp(fallback, "chain") != 0)
        return refuse(request, "value", "fallback", "none, chain");
    if (asked) {
        state->locale = locale_match(asked, strlen(asked));
        state->match = "asked";
        if (!state->locale)
            return refuse(request, "unknown_locale", "locale", asked);
    } else if (header && !negotiate(header, strlen(header), &state->locale)) {
        state->match = "matched";
    } else {
        state->locale = locale_default();
        state->match = "default";
    }
    state->chain = locale_array(state, state->locale, fallback && strcmp(fallback, "none") == 0);
    return NEXT;
}

static bool is_date(const char *text)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const char form[] = "0000-00-00";
    size_t i = 0;
    while (text[i] && (form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i]))
        i++;
    if (text[i] || i != sizeof form - 1)
        return false;
    int year = atoi(text), month = atoi(text + 5), day = atoi(text + 8);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

static bool is_integer(const char *text, int64_t most)
{
    size_t digits = strspn(text, "0123456789");
    return digits && digits <= 16 && !text[digits] && strtoll(text, NULL, 10) <= most;
}

// The choice that a value names, or NULL.
static const char *find_choice(TALLOC_CTX *ctx, const char *choices, const char *value)
{
    for (const char *at = choices;; at++) {
        size_t length = strcspn(at, "|");
        if (!value || (strlen(value) == length && strncmp(at, value, length) == 0))
            return talloc_strndup(ctx, at, length);
        at += length;
        if (!*at)
            return NULL;
    }
}

static enum step_result read_query_of(struct request *request, struct read_state *state,
                                      const char *name, const char *value, const char **ret)
{
    static const struct {
        const char *key, *detail;
    } refusals_of[] = {
        [SEARCH_EMPTY] = {"search_empty", NULL},
        [SEARCH_BAD_UTF8] = {"query_broken", NULL},
        [SEARCH_TOO_LONG] = {"query_too_long", DIGITS(SEARCH_CHARACTERS_MAX)},
        [SEARCH_TOO_MANY] = {"search_many", DIGITS(SEARCH_UNITS_MAX)},
    };
    int r = search_query_parse(state, state->locale, value, strlen(value), &state->search);
    if (r)
        return refuse(request, refusals_of[r].key, name, refusals_of[r].detail);
    *ret = search_query_json(state, state->search);
    return NEXT;
}

// Filters that nothing can fulfil find nothing; only what has a form is checked.
static enum step_result read_filters(struct request *request, struct read_state *state,
                                     const char *names, const char **ret)
{
    json_t *filters = fields_own(state, json_object());
    for (size_t i = 0; i < request->query.count; i++) {
        const char *name = request->query.parameters[i].name;
        const char *value = request->query.parameters[i].value;
        if (!is_one_of(names, name) || !*value)
            continue;
        if (strcmp(name, "year") == 0 && !is_integer(value, 9999))
            return refuse(request, "number", name, value);
        if (strcmp(name, "language") == 0) {
            const struct locale *locale = locale_match(value, strlen(value));
            if (!locale)
                return refuse(request, "unknown_locale", name, value);
            value = locale->tag;
        }
        if (strlen(value) > 200)
            return refuse(request, "query_too_long", name, "200");
        json_object_set_new(filters, name, json_string(value));
    }
    char *text = json_dumps(filters, JSON_COMPACT | JSON_SORT_KEYS);
    *ret = talloc_strdup(state, text);
    free(text);
    return NEXT;
}

static enum step_result read_cursor(struct request *request, struct read_state *state,
                                    const char *name)
{
    const char *text = query_get(&request->query, name);
    if (!text || state->has_cursor)
        return NEXT;
    if (cursor_decode(state, request->route->path, text, &state->cursor))
        return refuse(request, "cursor", name, NULL);
    state->has_cursor = true;
    return NEXT;
}

static enum step_result read_value(struct request *request, struct read_state *state,
                                   const struct value_rule *rule, const char **ret)
{
    const char *value = rule->name ? query_get(&request->query, rule->name) : NULL;
    if (value && !*value)
        value = NULL;
    if (!value && rule->required)
        return refuse(request, "query_missing", rule->name, NULL);
    *ret = value;
    switch (rule->kind) {
    case VALUE_END:
        return NEXT;
    case VALUE_PATH:
    case VALUE_KEY:
        *ret = request->parameters[rule->index];
        return NEXT;
    case VALUE_PATH_LOCALE:
        *ret = request->parameters[rule->index];
        state->locale = locale_find(*ret);
        if (!state->locale)
            return request_problem(request, 404, "unknown_locale", NULL, *ret);
        state->chain = locale_array(state, state->locale, false);
        return NEXT;
    case VALUE_NULL:
        *ret = NULL;
        return NEXT;
    case VALUE_CONSTANT:
        *ret = rule->name;
        return NEXT;
    case VALUE_LOCALES:
        *ret = state->chain;
        return NEXT;
    case VALUE_MATCH:
        *ret = state->match;
        return NEXT;
    case VALUE_WORD:
        return value && strlen(value) > 200 ? refuse(request, "query_too_long", rule->name, "200")
                                            : NEXT;
    case VALUE_TEXT:
        return NEXT;
    case VALUE_DATE:
        return value && !is_date(value) ? refuse(request, "date", rule->name, value) : NEXT;
    case VALUE_INTEGER:
        return value && !is_integer(value, (int64_t)1 << 53)
                   ? refuse(request, "number", rule->name, value)
                   : NEXT;
    case VALUE_CHOICE:
        *ret = find_choice(state, rule->choices, value);
        return *ret ? NEXT : refuse(request, "value", rule->name, rule->choices);
    case VALUE_LIMIT: {
        const char *limit = query_get(&request->query, "limit");
        if (limit && (!is_integer(limit, LIMIT_MAX) || atoi(limit) < 1))
            return refuse(request, "limit", "limit", "1-100");
        *ret = talloc_asprintf(state, "%d", limit ? atoi(limit) : READ_LIMIT_DEFAULT);
        return NEXT;
    }
    case VALUE_CURSOR_KEY:
        *ret = NULL;
        if (read_cursor(request, state, rule->name ? rule->name : "cursor") == DONE)
            return DONE;
        if (state->has_cursor)
            *ret = talloc_asprintf(state, "%lld", (long long)state->cursor.key);
        return NEXT;
    case VALUE_CURSOR_ID:
        *ret = state->has_cursor ? state->cursor.id : NULL;
        return NEXT;
    case VALUE_SEARCH:
        return value ? read_query_of(request, state, rule->name, value, ret) : NEXT;
    case VALUE_FILTERS:
        return read_filters(request, state, rule->choices, ret);
    }
    return NEXT;
}

static enum step_result step_values(struct request *request)
{
    const struct read *read = request->route->read;
    struct read_state *state = request->state = talloc_zero(request, struct read_state);
    if (read_query(request) == DONE || (read->negotiates && find_locale(request, state) == DONE))
        return DONE;
    state->key = talloc_strdup(state, request->route->path);
    for (const struct value_rule *rule = read->values; rule->kind != VALUE_END; rule++) {
        const char **value = &state->values[state->count];
        state->count += rule->kind != VALUE_KEY;
        if (read_value(request, state, rule, value) == DONE)
            return DONE;
        // No value holds a control character, so the separator cannot be forged.
        state->key = talloc_strdup_append_buffer(state->key, "\x1f");
        state->key = talloc_strdup_append_buffer(state->key, *value ? *value : "\x1e");
    }
    return NEXT;
}

const struct locale *read_locale(const struct request *request)
{
    const struct read_state *state = request->state;
    return state->locale;
}

const struct search_query *read_search(const struct request *request)
{
    const struct read_state *state = request->state;
    return state->search;
}

// ---- reading
// ---------------------------------------------------------------------------------------

char *read_next_link(TALLOC_CTX *ctx, const struct request *request, const char *cursor)
{
    size_t path = strcspn(request->path, "?");
    char *link = talloc_asprintf(ctx, "Link: <%s%.*s?", request->thread->settings->origin,
                                 (int)path, request->path);
    for (size_t i = 0; i < request->query.count; i++) {
        const struct query_parameter *parameter = &request->query.parameters[i];
        if (strcmp(parameter->name, "cursor") != 0)
            link = talloc_asprintf_append_buffer(link, "%s=%s&", query_encode(ctx, parameter->name),
                                                 query_encode(ctx, parameter->value));
    }
    return talloc_asprintf_append_buffer(link, "cursor=%s>; rel=\"next\"\r\n", cursor);
}

char *read_headers(TALLOC_CTX *ctx, const struct read *read, const char *locale)
{
    return talloc_asprintf(
        ctx,
        "Cache-Control: public, max-age=%d, stale-while-revalidate=%d, stale-if-error=86400\r\n"
        "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Content-Language, "
        "Link\r\n"
        "%s%s%s%s",
        read->max_age, read->stale_age, read->negotiates ? "Vary: Accept-Language\r\n" : "",
        locale ? "Content-Language: " : "", locale ? locale : "", locale ? "\r\n" : "");
}

static const struct refusal *refusal_of(const struct db_result *result)
{
    const char *name = db_rows(result) ? db_value(result, 0, "refused") : NULL;
    for (size_t i = 0; name && i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i].name, name) == 0)
            return &refusals[i];
    return NULL;
}

// An address as it may stand in a header: what is not ASCII is percent-encoded (RFC 3986).
static char *header_address(TALLOC_CTX *ctx, const char *address)
{
    char *encoded = talloc_strdup(ctx, "");
    for (const unsigned char *at = (const unsigned char *)address; *at; at++)
        encoded = talloc_asprintf_append_buffer(encoded,
                                                *at <= ' ' || *at >= 0x7f ? "%%%02X" : "%c", *at);
    return encoded;
}

// The items in the order of their names in a language; SQL has them in one that does not change, so
// that names which are the same keep it.
static const char *sort_items(TALLOC_CTX *ctx, const char *items, const char *tag)
{
    const struct locale *locale = tag ? locale_find(tag) : NULL;
    json_t *list = json_loads(items, 0, NULL);
    collate_objects(locale ? locale : locale_default(), list, "name");
    char *text = json_dumps(list, JSON_COMPACT | JSON_PRESERVE_ORDER);
    const char *sorted = talloc_strdup(ctx, text);
    free(text);
    json_decref(list);
    return sorted;
}

static const char json_content[] = "application/json; charset=utf-8";

// The answer that a statement's row makes, or NULL when there is none.
static struct response *build(struct fetch *fetch, const struct db_result *result)
{
    const struct read *read = fetch->route->read;
    const struct request *request = fetch->waiters->request;
    if (!db_rows(result))
        return NULL;
    TALLOC_CTX *scratch = talloc_new(fetch);
    const char *location = db_value(result, 0, "location");
    const char *body = db_value(result, 0, "body"), *items = db_value(result, 0, "items");
    char *headers = read_headers(scratch, read, db_value(result, 0, "locale"));
    int64_t modified = db_integer(result, 0, "modified");
    struct response *response = NULL;
    if (location) {
        headers =
            talloc_asprintf_append(headers, "Location: %s\r\n", header_address(scratch, location));
        response = response_new(fetch->thread->memory, 308, NULL, headers, NULL, 0, 0);
    } else if (body) {
        response = response_new(fetch->thread->memory, 200, json_content, headers, body,
                                db_length(result, 0, "body"), modified);
    } else if (items) {
        if (read->by_name)
            items = sort_items(scratch, items, db_value(result, 0, "locale"));
        const char *id = db_value(result, 0, "next_id");
        char *document, *cursor = NULL;
        if (id) {
            struct cursor next = {.key = db_integer(result, 0, "next_key"), .id = id};
            cursor = cursor_encode(scratch, fetch->route->path, &next);
            headers =
                talloc_asprintf_append(headers, "%s", read_next_link(scratch, request, cursor));
        }
        document =
            talloc_asprintf(scratch, "{\"items\":%s,\"next\":%s%s%s}", items, cursor ? "\"" : "",
                            cursor ? cursor : "null", cursor ? "\"" : "");
        response = response_new(fetch->thread->memory, 200, json_content, headers, document,
                                strlen(document), modified);
    }
    talloc_free(scratch);
    return response;
}

// When the thread ends under it.
static int fetch_free(struct fetch *fetch)
{
    HASH_DEL(fetch->thread->fetches, fetch);
    return 0;
}

static void on_fetched(void *data, int outcome, struct db_result *result)
{
    struct fetch *fetch = data;
    struct thread *thread = fetch->thread;
    thread_clock(thread);
    HASH_DEL(thread->fetches, fetch);
    talloc_set_destructor(fetch, NULL);
    struct response *response = NULL;
    const struct refusal *refusal = outcome == SEN_OK ? refusal_of(result) : NULL;
    if (outcome == SEN_OK && !refusal) {
        const char *tags = NULL;
        if (fetch->route->read->make) {
            outcome =
                fetch->route->read->make(fetch, fetch->waiters->request, result, &response, &tags);
        } else {
            response = build(fetch, result);
            tags = response ? db_value(result, 0, "tags") : NULL;
        }
        if (response)
            cache_store(thread->cache, fetch->key, response, tags ? tags : "", fetch->moment,
                        thread->now);
        else if (!outcome)
            outcome = SEN_NOT_FOUND;
    }
    struct waiter *waiter, *next;
    DL_FOREACH_SAFE (fetch->waiters, waiter, next) {
        struct read_state *state = waiter->request->state;
        state->response = response;
        state->refusal = refusal;
        waiter->request->outcome = outcome;
        request_resume(waiter->request);
    }
    if (response)
        response_unref(response);
    talloc_free(fetch);
}

static enum step_result send_cached(struct request *request, struct response *response,
                                    const char *status)
{
    request_send(request, response, status);
    return DONE;
}

static enum step_result step_look_up(struct request *request)
{
    struct read_state *state = request->state;
    struct thread *thread = request->thread;
    struct response *response;
    int64_t age;
    enum cached found = cache_find(thread->cache, state->key, thread->now, &response, &age);
    int keep = request->route->read->keep;
    if (found == CACHED_FRESH && (!keep || age < keep)) {
        metric_add(&thread->metrics.cache_hits, 1);
        return send_cached(request, response, "Cache-Status: sen; hit\r\n");
    }
    metric_add(&thread->metrics.cache_misses, 1);
    // A reading that began before the last change may miss it, so only those of this moment are
    // shared.
    int64_t moment = cache_moment(thread->cache);
    char *name = talloc_asprintf(state, "%lld %s", (long long)moment, state->key);
    struct fetch *fetch;
    HASH_FIND_STR(thread->fetches, name, fetch);
    if (!fetch && request->route->read->heavy &&
        !limits_request(thread->limits, &request->address, HEAVY_PRICE, thread->now)) {
        metric_add(&thread->metrics.limited, 1);
        return request_problem(request, 429, "too_many_requests", NULL, NULL);
    }
    if (fetch) {
        metric_add(&thread->metrics.cache_collapsed, 1);
    } else {
        fetch = talloc_zero(thread->memory, struct fetch);
        fetch->thread = thread;
        fetch->key = talloc_strdup(fetch, state->key);
        fetch->name = talloc_steal(fetch, name);
        fetch->moment = moment;
        fetch->route = request->route;
        HASH_ADD_KEYPTR(hh, thread->fetches, fetch->name, strlen(fetch->name), fetch);
        talloc_set_destructor(fetch, fetch_free);
        db_query(request->route->read->heavy ? thread->heavy_db : thread->db,
                 db_statement(request->route->read->statement), state->values, state->count,
                 on_fetched, fetch);
    }
    state->waiter.request = request;
    DL_APPEND(fetch->waiters, &state->waiter);
    return WAIT;
}

// The database did not answer: what we knew is better than nothing, and says how old it is.
static enum step_result send_stale(struct request *request, const struct read_state *state)
{
    struct response *response;
    int64_t age;
    if (cache_find(request->thread->cache, state->key, request->thread->now, &response, &age) ==
        CACHED_NONE)
        return NEXT;
    metric_add(&request->thread->metrics.cache_stale, 1);
    char status[128];
    snprintf(status, sizeof status,
             "Age: %lld\r\nCache-Status: sen; hit; ttl=-%lld; detail=database-away\r\n",
             (long long)age, (long long)age);
    return send_cached(request, response, status);
}

static enum step_result step_answer(struct request *request)
{
    struct read_state *state = request->state;
    if (state->response)
        return send_cached(request, state->response, "Cache-Status: sen; fwd=miss\r\n");
    if (state->refusal)
        return request_problem(request, state->refusal->status, state->refusal->key, NULL, NULL);
    bool away = request->outcome == SEN_UNAVAILABLE || request->outcome == SEN_TIMEOUT ||
                request->outcome == SEN_BUSY;
    if (away && send_stale(request, state) == DONE)
        return DONE;
    return request_fail(request, request->outcome);
}

const struct step read_steps[] = {
    {"values", step_values},
    {"look up", step_look_up},
    {"answer", step_answer},
    {0},
};
