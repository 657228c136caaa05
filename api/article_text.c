// Texts in Markdown files with front matter, as `sen import` reads them (content/item.h): to the
// portal and back.
//
// Which revision a file is made from is remembered beside it, in .sen-article: {"SERVER": {"FILE":
// {"text": "ID LOCALE", "revision": 3}}}. Where nothing is remembered, the text on the server may
// only be one that the same account saved last.
#include "api/article_command.h"

#include "content/diff.h"
#include "content/fault.h"
#include "content/fields.h"
#include "content/frontmatter.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY ".sen-article"

// ---- what is remembered -------------------------------------------------------------------------

// A file, and the text that is in it.
struct place {
    char *folder, *file;
    char *text;
};

static struct place *place_make(TALLOC_CTX *ctx, const char *path, const char *id,
                                const char *locale)
{
    struct place *place = talloc(ctx, struct place);
    place->folder = dirname(talloc_strdup(place, path));
    place->file = basename(talloc_strdup(place, path));
    place->text = talloc_asprintf(place, "%s %s", id, locale);
    return place;
}

static json_t *memory_load(const struct place *place)
{
    char *path = talloc_asprintf(NULL, "%s/" MEMORY, place->folder);
    json_t *memory = json_load_file(path, 0, NULL);
    talloc_free(path);
    return json_is_object(memory) ? memory : json_object();
}

// The revision that a file was made from; 0: that is not known.
static long memory_get(struct article_run *run, const struct place *place)
{
    json_t *memory = memory_load(place);
    json_t *files = json_object_get(memory, client_server(run->client));
    json_t *known = json_object_get(files, place->file);
    const char *text = field_text(known, "text");
    long revision = 0;
    if (text && strcmp(text, place->text) == 0)
        revision = (long)json_integer_value(json_object_get(known, "revision"));
    json_decref(memory);
    return revision;
}

static bool memory_store(const char *folder, const json_t *memory)
{
    char *path = talloc_asprintf(NULL, "%s/" MEMORY, folder);
    char *part = talloc_asprintf(path, "%s.part", path);
    bool good = !json_dump_file(memory, part, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_COMPACT) &&
                !rename(part, path);
    talloc_free(path);
    return good;
}

// One program at a time, so that none forgets what another has learnt.
static void memory_set(struct article_run *run, const struct place *place, long revision)
{
    int lock = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = lock >= 0 && !flock(lock, LOCK_EX);
    if (good && memory_get(run, place) != revision) {
        const char *server = client_server(run->client);
        json_t *memory = memory_load(place);
        if (!json_is_object(json_object_get(memory, server)))
            json_object_set_new(memory, server, json_object());
        json_object_set_new(
            json_object_get(memory, server), place->file,
            json_pack("{s:s, s:I}", "text", place->text, "revision", (json_int_t)revision));
        good = memory_store(place->folder, memory);
        json_decref(memory);
    }
    if (!good)
        article_failed(place->folder, "the revision of %s cannot be remembered here: %s",
                       place->file, strerror(errno));
    if (lock >= 0)
        close(lock);
}

// ---- comparing ----------------------------------------------------------------------------------

static bool is_empty(const json_t *value)
{
    return !value || json_is_null(value) || (json_is_string(value) && !json_string_length(value)) ||
           (json_is_array(value) && !json_array_size(value));
}

// What both a file and the API's document say of a text, in one form.
static json_t *comparable(TALLOC_CTX *ctx, const json_t *text, const char *slug)
{
    static const char *const names[] = {"title",   "summary", "body", "author",
                                        "licence", "sources", "image"};
    json_t *object = fields_own(ctx, json_object());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(text, names[i]);
        if (!is_empty(value))
            json_object_set(object, names[i], value);
    }
    json_object_set_new(object, "slug", json_string(slug ? slug : field_text(text, "slug")));
    return object;
}

// How it was translated is compared only where the file says it. Whether it was proofread is the
// workflow's to say, and a file that does not know it has not changed.
static bool same_translation(const struct item *item, const json_t *present)
{
    const json_t *mine = json_object_get(item->fields, "translation");
    const json_t *theirs = json_object_get(present, "translation");
    static const char *const names[] = {"method", "source_version", "source_revision"};
    bool same = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(mine, names[i]);
        same &= !value || json_equal(value, json_object_get(theirs, names[i]));
    }
    return same;
}

static json_t *differences(TALLOC_CTX *ctx, const struct item *item, const json_t *present)
{
    return diff_fields(ctx, comparable(ctx, present, NULL),
                       comparable(ctx, item->fields, item->slug));
}

// Does a save change nothing? What was put away or taken back is saved anew.
static bool is_same(TALLOC_CTX *ctx, const struct item *item, const json_t *present)
{
    const char *state = present ? field_text(present, "state") : NULL;
    return state && (strcmp(state, "draft") == 0 || strcmp(state, "live") == 0) &&
           !json_array_size(differences(ctx, item, present)) && same_translation(item, present);
}

// ---- saving a file ------------------------------------------------------------------------------

struct putting {
    struct article_run *run;
    const char *path;
    const struct place *place;
    struct item item;
    const json_t *present; // the text on the server; NULL: there is none
    long revision;         // what the file was made from; -1: from nothing
    bool created;
};

static int read_file(TALLOC_CTX *ctx, const char *path, struct item *ret, struct fault *ret_fault)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return fault_set(ret_fault, "fault.file", NULL, strerror(errno));
    char *text = talloc_size(ctx, ITEM_FILE_BYTES + 1);
    size_t length = fread(text, 1, ITEM_FILE_BYTES + 1, file);
    int r = ferror(file) ? fault_set(ret_fault, "fault.file", NULL, strerror(errno)) : SEN_OK;
    fclose(file);
    return r ? r : item_from_front_matter(ctx, text, length, ret, ret_fault);
}

bool article_is_translation(const char *path)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct item item;
    struct fault fault;
    const char *source = NULL;
    if (read_file(ctx, path, &item, &fault) == SEN_OK)
        source = field_text(item.fields, "source_locale");
    bool is_translation = source && strcmp(source, item.locale->tag) != 0;
    talloc_free(ctx);
    return is_translation;
}

static int step_read(TALLOC_CTX *ctx, struct putting *putting)
{
    struct fault fault = {0};
    if (read_file(ctx, putting->path, &putting->item, &fault) == SEN_OK)
        return SEN_OK;
    char *reason = fault_reason(ctx, putting->run->locale, &fault);
    char *where = talloc_strdup(ctx, putting->path);
    if (fault.line)
        where = talloc_asprintf(ctx, "%s:%u", where, fault.line);
    return article_failed(where, "%s%s%s", fault.field ? fault.field : "", fault.field ? ": " : "",
                          reason);
}

static int create(TALLOC_CTX *ctx, struct putting *putting)
{
    json_t *about = fields_own(ctx, item_about(&putting->item));
    json_object_set_new(about, "id", json_string(putting->item.id));
    if (!json_object_get(about, "source_locale"))
        json_object_set_new(about, "source_locale", json_string(putting->item.locale->tag));
    putting->created = true;
    return article_ask(ctx, putting->run, putting->path, "POST", "/v1/articles", 0, about, NULL);
}

// What is there: the text, only the article, or neither.
static int step_look(TALLOC_CTX *ctx, struct putting *putting)
{
    struct article_run *run = putting->run;
    const struct item *item = &putting->item;
    struct client_answer answer;
    char *error;
    const char *tag = item->locale->tag;
    char *path = article_text_path(ctx, run, item->id, tag, "");
    if (client_ask(ctx, run->client, "GET", path, 0, NULL, &answer, &error))
        return article_failed(putting->path, "%s", error);
    if (answer.status == 200) {
        putting->present = answer.json;
        return SEN_OK;
    }
    if (answer.status != 404)
        return article_refused(run, putting->path, &answer);
    path = article_text_path(ctx, run, item->id, tag, "/revisions?limit=1");
    if (client_ask(ctx, run->client, "GET", path, 0, NULL, &answer, &error))
        return article_failed(putting->path, "%s", error);
    if (answer.status == 200)
        return SEN_OK;
    return answer.status == 404 ? create(ctx, putting)
                                : article_refused(run, putting->path, &answer);
}

static bool is_mine(TALLOC_CTX *ctx, struct putting *putting)
{
    struct client_answer answer;
    char *error;
    const char *writer = field_text(putting->present, "writer");
    if (!writer ||
        client_ask(ctx, putting->run->client, "GET", "/v1/me", 0, NULL, &answer, &error) ||
        answer.status != 200)
        return false;
    const char *name = field_text(answer.json, "name");
    return name && strcmp(name, writer) == 0;
}

static void step_revision(TALLOC_CTX *ctx, struct putting *putting)
{
    long known = memory_get(putting->run, putting->place);
    if (!putting->present)
        putting->revision = -1;
    else if (known)
        putting->revision = known;
    else if (is_mine(ctx, putting))
        putting->revision = (long)json_integer_value(json_object_get(putting->present, "revision"));
    else
        putting->revision = -1;
}

static json_t *make_body(TALLOC_CTX *ctx, const struct item *item)
{
    static const char *const names[] = {"title",   "summary", "body",  "slug",       "author",
                                        "licence", "sources", "image", "translation"};
    json_t *body = fields_own(ctx, json_object());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(item->fields, names[i]);
        if (value)
            json_object_set(body, names[i], value);
    }
    return body;
}

static int refuse_save(TALLOC_CTX *ctx, struct putting *putting, const struct client_answer *answer)
{
    article_refused(putting->run, putting->path, answer);
    const json_t *current = json_object_get(answer->json, "current");
    if (putting->run->json || answer->status != 412)
        return 1;
    // Nothing is known of what the file was made from: show how it differs from what is there.
    if (!json_object_get(answer->json, "changes") && json_is_object(current))
        article_print_changes(differences(ctx, &putting->item, current));
    fprintf(stderr, "  `sen article get %s %s` gives the present text.\n", putting->item.id,
            putting->item.locale->tag);
    return 1;
}

static int step_save(TALLOC_CTX *ctx, struct putting *putting, const json_t **ret)
{
    struct article_run *run = putting->run;
    const struct item *item = &putting->item;
    struct client_answer answer;
    char *error;
    char *path = article_text_path(ctx, run, item->id, item->locale->tag, "");
    if (client_ask(ctx, run->client, "PUT", path, putting->revision, make_body(ctx, item), &answer,
                   &error))
        return article_failed(putting->path, "%s", error);
    if (answer.status / 100 != 2)
        return refuse_save(ctx, putting, &answer);
    *ret = answer.json;
    return SEN_OK;
}

// What a file says of the article as a whole is not changed along with one of its texts: that would
// take back what somebody else has changed since.
static void tell_about(TALLOC_CTX *ctx, const struct putting *putting)
{
    const char *name;
    json_t *value;
    const json_t *there = json_object_get(putting->present, "article");
    json_t *about = fields_own(ctx, item_about(&putting->item));
    json_object_foreach (about, name, value) {
        if (there && !json_equal(value, json_object_get(there, name)))
            article_failed(putting->path,
                           "%s is different in the portal and stays so; see `sen article set`",
                           name);
    }
}

int article_put_file(struct article_run *run, const char *path)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct putting putting = {.run = run, .path = path};
    int r = step_read(ctx, &putting);
    if (!r)
        r = step_look(ctx, &putting);
    if (!r) {
        const struct item *item = &putting.item;
        const json_t *saved = putting.present;
        bool same = is_same(ctx, item, saved);
        putting.place = place_make(ctx, path, item->id, item->locale->tag);
        step_revision(ctx, &putting);
        if (!same)
            r = step_save(ctx, &putting, &saved);
        if (!r) {
            long revision = (long)json_integer_value(json_object_get(saved, "revision"));
            memory_set(run, putting.place, revision);
            tell_about(ctx, &putting);
            printf("%s: %s %s, revision %ld, %s\n", path, item->id, item->locale->tag, revision,
                   same              ? "unchanged"
                   : putting.created ? "saved in a new article"
                                     : "saved");
            fflush(stdout);
        }
    }
    talloc_free(ctx);
    return r;
}

// ---- writing a file -----------------------------------------------------------------------------

static void copy(json_t *to, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);
    if (!is_empty(value))
        json_object_set(to, name, value);
}

static json_t *front_matter(TALLOC_CTX *ctx, const json_t *text)
{
    const json_t *article = json_object_get(text, "article");
    const json_t *how = json_object_get(text, "translation");
    json_t *values = fields_own(ctx, json_object());
    copy(values, text, "id");
    copy(values, article, "kind");
    copy(values, text, "locale");
    copy(values, article, "source_locale");
    copy(values, text, "slug");
    copy(values, text, "title");
    copy(values, text, "summary");
    copy(values, article, "topic");
    copy(values, article, "provinces");
    copy(values, article, "agency");
    copy(values, article, "recording");
    copy(values, text, "author");
    copy(values, text, "licence");
    copy(values, text, "sources");
    copy(values, text, "image");
    json_t *translation = json_object();
    copy(translation, how, "method");
    copy(translation, how, "proofread");
    copy(translation, how, "source_version");
    if (!json_object_get(translation, "source_version"))
        copy(translation, how, "source_revision"); // of a source that is not published yet
    json_object_set_new(values, "translation", translation);
    return values;
}

// The file that standard output is written to; NULL: it goes elsewhere.
static char *output_path(TALLOC_CTX *ctx)
{
    struct stat about;
    char path[4096];
    ssize_t length = -1;
    if (!fstat(STDOUT_FILENO, &about) && S_ISREG(about.st_mode))
        length = readlink("/proc/self/fd/1", path, sizeof path - 1);
    return length > 0 ? talloc_strndup(ctx, path, (size_t)length) : NULL;
}

int article_get(struct article_run *run, const char *id, const char *locale, const char *revision)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *what = talloc_asprintf(ctx, "%s %s", id, locale);
    char *query = talloc_strdup(ctx, "");
    if (revision)
        query = talloc_asprintf(ctx, "?revision=%s", client_escape(ctx, run->client, revision));
    struct client_answer answer;
    int status = article_ask(ctx, run, what, "GET", article_text_path(ctx, run, id, locale, query),
                             0, NULL, &answer);
    const json_t *text = status ? NULL : answer.json;
    if (!status && run->json) {
        json_dumpf(text, stdout, JSON_COMPACT);
        putchar('\n');
    } else if (!status) {
        const char *body = field_text(text, "body");
        fputs(frontmatter_write(ctx, front_matter(ctx, text), body ? body : ""), stdout);
    }
    if (!status && fflush(stdout))
        status = article_failed(what, "%s", strerror(errno));
    char *path = status || run->json ? NULL : output_path(ctx);
    if (path)
        memory_set(run, place_make(ctx, path, id, locale),
                   (long)json_integer_value(json_object_get(text, "revision")));
    talloc_free(ctx);
    return status;
}
