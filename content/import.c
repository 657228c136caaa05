#include "content/import_internal.h"

#include <errno.h>
#include <string.h>

#define LEARN_TEXTS "500" // at a time

int import_refuse(struct import *import, const struct place *place, const struct fault *fault)
{
    import->report->refused++;
    import->hooks->refused(import->hooks->data, place->path, fault);
    return SEN_OK;
}

bool import_note(struct import *import, struct name **set, const char *text)
{
    struct name *name;
    HASH_FIND_STR(*set, text, name);
    if (name)
        return false;
    size_t length = strlen(text);
    name = talloc_size(import, sizeof *name + length + 1);
    memcpy(name->text, text, length + 1);
    HASH_ADD_STR(*set, text, name);
    return true;
}

bool import_is_known(const struct import *import, enum record_kind kind, const char *id)
{
    struct name *name;
    HASH_FIND_STR(import->known[kind], id, name);
    return name;
}

bool import_is_recording(const struct import *import, const char *id)
{
    struct name *name;
    HASH_FIND_STR(import->recordings, id, name);
    return name;
}

static int import_free(struct import *import)
{
    HASH_CLEAR(hh, import->seen);
    HASH_CLEAR(hh, import->recordings);
    for (size_t i = 0; i < RECORD_KINDS; i++)
        HASH_CLEAR(hh, import->known[i]);
    if (import->open)
        fclose(import->open);
    return 0;
}

int import_load_media(TALLOC_CTX *ctx, struct db_session *session, struct import_media **ret,
                      size_t *ret_count, char **ret_error)
{
    struct db_result *result;
    int r = db_session_query(ctx, session, "import_media_list", NULL, 0, &result, ret_error);
    if (r)
        return r;
    *ret_count = db_rows(result);
    *ret = talloc_array(ctx, struct import_media, *ret_count);
    for (size_t row = 0; row < *ret_count; row++)
        (*ret)[row] = (struct import_media){
            .id = db_value(result, row, "id"),
            .file = db_value(result, row, "file"),
            .width = (int)db_integer(result, row, "width"),
            .height = (int)db_integer(result, row, "height"),
            .credit = db_value(result, row, "credit"),
            .licence = db_value(result, row, "licence"),
        };
    return SEN_OK;
}

static int load_known(struct import *import)
{
    struct db_result *result;
    int r =
        db_session_query(import, import->session, "import_known", NULL, 0, &result, import->error);
    if (r)
        return r;
    for (size_t row = 0; row < db_rows(result); row++) {
        int64_t kind = db_integer(result, row, "kind");
        import_note(import, kind < 0 ? &import->recordings : &import->known[kind],
                    db_value(result, row, "id"));
    }
    talloc_free(result);

    return import_load_media(import, import->session, &import->media, &import->media_count,
                             import->error);
}

static int lock(struct import *import, const char *statement)
{
    struct db_result *result;
    int r = db_session_query(import, import->session, statement, NULL, 0, &result, import->error);
    if (!r)
        talloc_free(result);
    return r;
}

// The words of what came in, so that the first search already weighs them.
static int learn(struct import *import)
{
    int64_t learnt = 1;
    int r = SEN_OK;
    while (!r && learnt) {
        struct db_result *result;
        r = db_session_query(import, import->session, "search_learn",
                             (const char *const[]){LEARN_TEXTS}, 1, &result, import->error);
        if (!r) {
            learnt = db_integer(result, 0, "learnt");
            talloc_free(result);
        }
    }
    return r;
}

static int import_locked(struct import *import, const char *const *paths, size_t count)
{
    int r = SEN_OK;
    for (size_t i = 0; !r && i < count; i++)
        r = import_find(import, paths[i]);
    if (!r)
        r = import_records(import);
    if (!r)
        r = load_known(import);
    if (!r)
        r = import_texts(import);
    if (!r)
        r = import_fronts(import);
    if (!r && import->media_changed) {
        size_t refused = 0;
        r = import_render_again(import, import->session, import->hooks, false,
                                &import->report->rendered_again, &refused, import->error);
        import->report->refused += refused;
    }
    return r ? r : learn(import);
}

int import_paths(TALLOC_CTX *ctx, struct db_session *session, const char *const *paths,
                 size_t count, const struct import_options *options,
                 const struct import_hooks *hooks, struct import_report *ret, char **ret_error)
{
    struct import *import = talloc_zero(ctx, struct import);
    char *error = NULL;
    *ret = (struct import_report){0};
    import->session = session;
    import->options = options;
    import->hooks = hooks;
    import->report = ret;
    import->error = &error;
    talloc_set_destructor(import, import_free);

    // Two imports at once would see each other's half: the second waits.
    int r = lock(import, "import_begin");
    if (!r) {
        r = import_locked(import, paths, count);
        int end = lock(import, "import_end");
        if (!r)
            r = end;
    }
    if (r)
        *ret_error = talloc_strdup(ctx, error ? error : strerror(r < 0 ? -r : EIO));
    talloc_free(import);
    return r;
}
