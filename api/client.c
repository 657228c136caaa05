#include "api/client.h"

#include "content/fields.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANSWER_BYTES    (16 * 1024 * 1024)
#define CONNECT_SECONDS 10L
#define ANSWER_SECONDS  60L

struct client {
    CURL *curl;
    char *server;
    const char *token, *language;
    bool secure; // else on this machine
    char problem[CURL_ERROR_SIZE];
};

static int client_free(struct client *client)
{
    curl_easy_cleanup(client->curl);
    return 0;
}

// ---- which server -------------------------------------------------------------------------------

static bool is_this_machine(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return strcmp(host, "[::1]") == 0 || strcasecmp(host, "localhost") == 0;
}

static char *url_part(TALLOC_CTX *ctx, CURLU *url, CURLUPart part)
{
    char *text = NULL, *own = NULL;
    if (curl_url_get(url, part, &text, 0) == CURLUE_OK)
        own = talloc_strdup(ctx, text);
    curl_free(text);
    return own;
}

static int read_server(TALLOC_CTX *ctx, const char *server, struct client *client, char **ret_error)
{
    CURLU *url = curl_url();
    bool good = curl_url_set(url, CURLUPART_URL, server, 0) == CURLUE_OK;
    char *scheme = url_part(ctx, url, CURLUPART_SCHEME), *host = url_part(ctx, url, CURLUPART_HOST);
    char *path = url_part(ctx, url, CURLUPART_PATH), *port = url_part(ctx, url, CURLUPART_PORT);
    bool more = url_part(ctx, url, CURLUPART_QUERY) || url_part(ctx, url, CURLUPART_USER) ||
                url_part(ctx, url, CURLUPART_FRAGMENT);
    curl_url_cleanup(url);
    client->secure = scheme && strcmp(scheme, "https") == 0;
    if (!good || !host || more || !path || strcmp(path, "/") != 0 ||
        (!client->secure && strcmp(scheme, "http") != 0)) {
        *ret_error =
            talloc_asprintf(ctx, "\"%s\" is not an address like https://portal.example", server);
        return SEN_INVALID;
    }
    if (!client->secure && !is_this_machine(host)) {
        *ret_error = talloc_asprintf(
            ctx, "%s would send the token in clear over the network; use https://", server);
        return SEN_INVALID;
    }
    client->server =
        talloc_asprintf(client, "%s://%s%s%s", scheme, host, port ? ":" : "", port ? port : "");
    return SEN_OK;
}

int client_open(TALLOC_CTX *ctx, const char *server, const char *token, const char *language,
                struct client **ret, char **ret_error)
{
    // Not thread-safe, but called by commands before they start any.
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
        *ret_error = talloc_strdup(ctx, "the HTTP library cannot be used");
        return SEN_UNAVAILABLE;
    }
    struct client *client = talloc_zero(ctx, struct client);
    client->token = token ? talloc_strdup(client, token) : NULL;
    client->language = language ? talloc_strdup(client, language) : NULL;
    int r = read_server(ctx, server, client, ret_error);
    if (r) {
        talloc_free(client);
        return r;
    }
    client->curl = curl_easy_init();
    if (!client->curl)
        abort(); // out of memory
    talloc_set_destructor(client, client_free);
    *ret = client;
    return SEN_OK;
}

const char *client_server(const struct client *client)
{
    return client->server;
}

char *client_escape(TALLOC_CTX *ctx, struct client *client, const char *text)
{
    char *escaped = curl_easy_escape(client->curl, text, 0);
    char *own = talloc_strdup(ctx, escaped ? escaped : "");
    curl_free(escaped);
    return own;
}

// ---- asking -------------------------------------------------------------------------------------

struct taking {
    char *text;
    size_t length;
    bool too_large;
};

static size_t take(char *bytes, size_t size, size_t count, void *data)
{
    struct taking *taking = data;
    size_t length = size * count;
    if (taking->length + length > ANSWER_BYTES) {
        taking->too_large = true;
        return 0;
    }
    taking->text = talloc_realloc(NULL, taking->text, char, taking->length + length + 1);
    memcpy(taking->text + taking->length, bytes, length);
    taking->length += length;
    taking->text[taking->length] = '\0';
    return length;
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    char *line = talloc_asprintf(NULL, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    talloc_free(line);
    if (!longer)
        abort(); // out of memory
    return longer;
}

static struct curl_slist *make_headers(const struct client *client, long revision, bool has_body)
{
    struct curl_slist *list = add_header(NULL, "User-Agent", "sen/" SEN_VERSION);
    list = add_header(list, "Accept", "application/json, application/problem+json");
    if (client->token) {
        char *value = talloc_asprintf(NULL, "Bearer %s", client->token);
        list = add_header(list, "Authorization", value);
        talloc_free(value);
    }
    if (client->language)
        list = add_header(list, "Accept-Language", client->language);
    if (has_body)
        list = add_header(list, "Content-Type", "application/json");
    if (revision < 0)
        list = add_header(list, "If-None-Match", "*");
    if (revision > 0) {
        char *value = talloc_asprintf(NULL, "\"r%ld\"", revision);
        list = add_header(list, "If-Match", value);
        talloc_free(value);
    }
    return list;
}

static void set_options(struct client *client, const char *method, const char *url,
                        const char *body, const struct curl_slist *headers, struct taking *taking)
{
    CURL *curl = client->curl;
    curl_easy_reset(curl); // keeps the connection
    *client->problem = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->problem);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (!client->secure)
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    const char *authorities = getenv("SSL_CERT_FILE"); // as OpenSSL's own programs take it
    if (authorities && *authorities)
        curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, taking);
}

static int understand(TALLOC_CTX *ctx, struct client *client, const struct taking *taking,
                      struct client_answer *ret, char **ret_error)
{
    struct fault fault = {0};
    struct client_answer answer = {0};
    char *location = NULL;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(client->curl, CURLINFO_REDIRECT_URL, &location);
    if (answer.status / 100 == 3)
        *ret_error = talloc_asprintf(ctx, "%s sends elsewhere: %s", client->server,
                                     location ? location : "nowhere");
    else if (taking->length &&
             fields_parse(taking->text, taking->length, NULL, &answer.json, &fault))
        *ret_error = talloc_asprintf(ctx, "%s answered %ld, and not in JSON: is it the portal?",
                                     client->server, answer.status);
    else if (!answer.json && answer.status / 100 != 2)
        *ret_error =
            talloc_asprintf(ctx, "%s answered %ld and nothing else", client->server, answer.status);
    if (answer.json)
        fields_own(ctx, answer.json);
    if (*ret_error)
        return SEN_UNAVAILABLE;
    *ret = answer;
    return SEN_OK;
}

int client_ask(TALLOC_CTX *ctx, struct client *client, const char *method, const char *path,
               long revision, const json_t *body, struct client_answer *ret, char **ret_error)
{
    TALLOC_CTX *own = talloc_new(NULL);
    struct taking taking = {0};
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct curl_slist *headers = make_headers(client, revision, text);
    set_options(client, method, talloc_asprintf(own, "%s%s", client->server, path), text, headers,
                &taking);
    CURLcode code = curl_easy_perform(client->curl);
    int r = SEN_UNAVAILABLE;
    *ret_error = NULL;
    if (taking.too_large)
        *ret_error = talloc_asprintf(ctx, "the answer of %s is too large", client->server);
    else if (code)
        *ret_error = talloc_asprintf(ctx, "%s cannot be reached: %s", client->server,
                                     *client->problem ? client->problem : curl_easy_strerror(code));
    else
        r = understand(ctx, client, &taking, ret, ret_error);
    curl_slist_free_all(headers);
    free(text);
    talloc_free(taking.text);
    talloc_free(own);
    return r;
}
