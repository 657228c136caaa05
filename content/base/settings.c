#include "content/base/settings.h"

#include "content/base/email.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum setting_type { TEXT, INTEGER };

struct setting {
    const char *name;
    enum setting_type type;
    size_t offset;
    const char *text;         // default of TEXT
    int64_t number, min, max; // default and range of INTEGER
    const char *help;
};

#define AT(member) offsetof(struct settings, member)
#define KIB        1024
#define MIB        (1024 * 1024)

static const struct setting table[] = {
    {"SEN_HOME", TEXT, AT(home), "./var",
     .help = "Folder of the database, the media and the site."},
    {"SEN_LISTEN", TEXT, AT(listen), "127.0.0.1", .help = "IP address to listen on."},
    {"SEN_PORT", INTEGER, AT(port), .number = 8080, .min = 0, .max = 65535,
     .help = "TCP port to listen on; 0 takes any free one and logs it."},
    {"SEN_ORIGIN", TEXT, AT(origin), "",
     .help =
         "Public address of the portal without a slash at the end; empty: built from SEN_LISTEN "
         "and SEN_PORT."},
    {"SEN_CONTACT", TEXT, AT(contact), "",
     .help = "E-mail address of the editors, on every page; empty: none is given."},
    {"SEN_API", TEXT, AT(api), "",
     .help = "Portal that `sen article` speaks to: https://portal.example; empty: this machine's, "
             "at SEN_PORT."},
    {"SEN_DATABASE", TEXT, AT(database), "",
     .help = "libpq connection string; empty: the cluster under SEN_HOME."},
    {"SEN_LOCALES", TEXT, AT(locales), "",
     .help = "Site editions to build, comma separated; empty: every locale of the registry."},
    {"SEN_PRECOMPRESS", INTEGER, AT(precompress), .number = 1, .min = 0, .max = 1,
     .help = "1: the site keeps a gzip and a brotli copy beside each file, for servers that send "
             "them as they are; 0: it leaves that to the server."},
    {"SEN_PROXY", TEXT, AT(proxy), "",
     .help = "Address of the reverse proxy whose X-Forwarded-For header is believed."},
    {"SEN_LOG", TEXT, AT(log), "info", .help = "Log level: error, warn, info or debug."},
    {"SEN_THREADS", INTEGER, AT(threads), .number = 0, .min = 0, .max = 256,
     .help = "Event loops, each on a thread of its own; 0: one a core."},
    {"SEN_DB_CONNECTIONS", INTEGER, AT(db_connections), .number = 4, .min = 1, .max = 64,
     .help = "PostgreSQL connections a thread."},
    {"SEN_DB_HEAVY_CONNECTIONS", INTEGER, AT(db_heavy_connections), .number = 2, .min = 1,
     .max = 64, .help = "More of them, for searches alone."},
    {"SEN_DB_QUEUE", INTEGER, AT(db_queue), .number = 1024, .min = 1, .max = 100000,
     .help = "Queries that may wait for a connection, a thread; past it: 503."},
    {"SEN_QUERY_MS", INTEGER, AT(query_ms), .number = 1000, .min = 10, .max = 600000,
     .help = "Milliseconds a query may run, and may wait for its turn."},
    {"SEN_CACHE_MB", INTEGER, AT(cache_mb), .number = 64, .min = 0, .max = 65536,
     .help = "Response cache in MiB, a thread; 0 turns it off."},
    {"SEN_URL_BYTES", INTEGER, AT(url_bytes), .number = 4096, .min = 256, .max = 65536,
     .help = "Longest request target; past it: 414."},
    {"SEN_HEADER_BYTES", INTEGER, AT(header_bytes), .number = 16 * KIB, .min = 1024, .max = MIB,
     .help = "Largest request head; past it: 431."},
    {"SEN_HEADER_COUNT", INTEGER, AT(header_count), .number = 64, .min = 8, .max = 1024,
     .help = "Most header fields in a request; past it: 431."},
    {"SEN_BODY_BYTES", INTEGER, AT(body_bytes), .number = MIB, .min = 1024, .max = 64 * MIB,
     .help = "Largest JSON body; past it: 413."},
    {"SEN_UPLOAD_BYTES", INTEGER, AT(upload_bytes), .number = 20 * MIB, .min = KIB,
     .max = (int64_t)4096 * MIB, .help = "Largest uploaded file; past it: 413."},
    {"SEN_JSON_DEPTH", INTEGER, AT(json_depth), .number = 32, .min = 4, .max = 1024,
     .help = "Deepest nesting of a JSON body; past it: 400."},
    {"SEN_JSON_VALUES", INTEGER, AT(json_values), .number = 20000, .min = 100, .max = 10000000,
     .help = "Most values in a JSON body; past it: 400. Each may take a hundred bytes of memory."},
    {"SEN_HEAD_SECONDS", INTEGER, AT(head_seconds), .number = 10, .min = 1, .max = 3600,
     .help = "Seconds from the first byte of a request to the end of its head; past it: 408."},
    {"SEN_BODY_SECONDS", INTEGER, AT(body_seconds), .number = 30, .min = 1, .max = 3600,
     .help = "Seconds a body may take; past it: 408."},
    {"SEN_IDLE_SECONDS", INTEGER, AT(idle_seconds), .number = 75, .min = 1, .max = 86400,
     .help = "Seconds a connection may stay open between requests."},
    {"SEN_WRITE_SECONDS", INTEGER, AT(write_seconds), .number = 20, .min = 1, .max = 3600,
     .help = "Seconds a client may take to read an answer, plus one for every 16 KiB of it."},
    {"SEN_DRAIN_SECONDS", INTEGER, AT(drain_seconds), .number = 20, .min = 0, .max = 3600,
     .help = "Seconds that requests under way may take after SIGTERM."},
    {"SEN_CONNECTIONS", INTEGER, AT(connections), .number = 16384, .min = 1, .max = 1000000,
     .help = "Open connections in all, shared out evenly among the threads; past it: 503."},
    {"SEN_CONNECTIONS_PER_ADDRESS", INTEGER, AT(connections_per_address), .number = 256, .min = 0,
     .max = 1000000, .help = "Open connections of one client address, a thread; 0: no limit."},
    {"SEN_REQUESTS_PER_SECOND", INTEGER, AT(requests_per_second), .number = 500, .min = 0,
     .max = 1000000,
     .help = "Requests of one client address in a second, a thread; a search that is not in the "
             "cache counts as 100; past it: 429; 0: no limit."},
    {"SEN_SESSION_MINUTES", INTEGER, AT(session_minutes), .number = 480, .min = 5, .max = 1440,
     .help = "Minutes until somebody who signed in has to do it again: a working day."},
    {"SEN_PASSWORD_QUEUE", INTEGER, AT(password_queue), .number = 16, .min = 1, .max = 1000,
     .help = "Passwords that may wait to be hashed, two at once are; past it: 503."},
    {"SEN_FAILED_TOKENS", INTEGER, AT(failed_tokens), .number = 60, .min = 0, .max = 1000000,
     .help = "Tokens of one client address that may fail in a minute, a thread; past it: 429 for "
             "those that it has not seen valid; 0: no limit."},
    {"SEN_RENDER_CPU_MS", INTEGER, AT(render_cpu_ms), .number = 1000, .min = 50, .max = 60000,
     .help = "CPU milliseconds one text may take to render; a picture may take ten times that."},
    {"SEN_RENDER_MEMORY_MB", INTEGER, AT(render_memory_mb), .number = 512, .min = 256, .max = 65536,
     .help = "Address space of the process that renders, in MiB."},
    {"SEN_CARDS", INTEGER, AT(cards), .number = 1, .min = 0, .max = 1,
     .help = "1: pages name a picture with their title for those who share them, and it is made; "
             "0: none."},
};

static int load_integer(TALLOC_CTX *ctx, const struct setting *row, const char *value,
                        struct settings *settings, char **ret_error)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno || *end || end == value || isspace((unsigned char)*value) || number < row->min ||
        number > row->max) {
        *ret_error =
            talloc_asprintf(ctx, "%s is \"%s\"; it takes a whole number from %lld to %lld.",
                            row->name, value, (long long)row->min, (long long)row->max);
        return SEN_INVALID;
    }
    *(int64_t *)((char *)settings + row->offset) = number;
    return SEN_OK;
}

// The private cluster of deploy/cluster listens on a socket in SEN_HOME/run, which is a link
// elsewhere where the path would be too long for a socket address.
static const char *default_database(TALLOC_CTX *ctx, const char *home)
{
    char run[PATH_MAX], absolute[PATH_MAX];
    snprintf(run, sizeof run, "%s/run", home);
    return talloc_asprintf(ctx, "host='%s' dbname=sen user=sen",
                           realpath(run, absolute) ? absolute : run);
}

static int check_log_level(TALLOC_CTX *ctx, const char *value, char **ret_error)
{
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(value, levels[i]) == 0)
            return SEN_OK;
    *ret_error =
        talloc_asprintf(ctx, "SEN_LOG is \"%s\"; it takes error, warn, info or debug.", value);
    return SEN_INVALID;
}

static int check_contact(TALLOC_CTX *ctx, const char *value, char **ret_error)
{
    if (!*value || email_is_valid(value))
        return SEN_OK;
    *ret_error = talloc_asprintf(
        ctx, "SEN_CONTACT is \"%s\"; it takes an e-mail address like editors@portal.example.",
        value);
    return SEN_INVALID;
}

int settings_load(TALLOC_CTX *ctx, const struct settings **ret, char **ret_error)
{
    struct settings *settings = talloc_zero(ctx, struct settings);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct setting *row = &table[i];
        const char *value = getenv(row->name);
        bool given = value && *value;
        if (row->type == TEXT) {
            *(const char **)((char *)settings + row->offset) =
                talloc_strdup(settings, given ? value : row->text);
        } else if (!given) {
            *(int64_t *)((char *)settings + row->offset) = row->number;
        } else {
            int r = load_integer(ctx, row, value, settings, ret_error);
            if (r) {
                talloc_free(settings);
                return r;
            }
        }
    }
    int r = check_log_level(ctx, settings->log, ret_error);
    if (!r)
        r = check_contact(ctx, settings->contact, ret_error);
    if (r) {
        talloc_free(settings);
        return r;
    }
    if (!*settings->database)
        settings->database = default_database(settings, settings->home);
    if (!*settings->origin)
        settings->origin = talloc_asprintf(settings, "http://%s:%lld", settings->listen,
                                           (long long)settings->port);
    *ret = settings;
    return SEN_OK;
}

// Passwords stand in connection strings as password=... or as //user:...@ in the URI form.
static void print_text(const char *name, const char *value, FILE *out)
{
    bool secret =
        strcmp(name, "SEN_DATABASE") == 0 && (strstr(value, "password") || strstr(value, "://"));
    fprintf(out, "%s", secret ? "(not shown: it may hold a password)" : value);
}

void settings_print(const struct settings *settings, FILE *out)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct setting *row = &table[i];
        const char *field = (const char *)settings + row->offset;
        fprintf(out, "%s=", row->name);
        if (row->type == TEXT) {
            print_text(row->name, *(const char *const *)field, out);
            fprintf(out, "\n    default \"%s\"\n", row->text);
        } else {
            fprintf(out, "%lld\n    default %lld, from %lld to %lld\n",
                    (long long)*(const int64_t *)field, (long long)row->number, (long long)row->min,
                    (long long)row->max);
        }
        fprintf(out, "    %s\n", row->help);
    }
}
