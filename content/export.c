#include "content/export.h"

#include "content/fields.h"

#include <errno.h>

struct export
{
    FILE *out;
    size_t lines;
};

// PostgreSQL spells JSON with blanks of its own: one writer for all lines keeps their form ours.
static int write_line(void *data, const struct db_result *one)
{
    struct export *export = data;
    struct fault fault;
    json_t *line;
    int r = fields_parse(db_value(one, 0, "line"), db_length(one, 0, "line"), NULL, &line, &fault);
    if (r)
        return -EIO;
    r = json_dumpf(line, export->out, JSON_COMPACT) || putc('\n', export->out) == EOF;
    json_decref(line);
    export->lines++;
    return r ? -(errno ? errno : EIO) : SEN_OK;
}

static int export_all(struct db_session *session, struct export *export, char **ret_error)
{
    static const char *const statements[] = {"export_topics",    "export_agencies", "export_media",
                                             "export_provinces", "export_glossary", "export_places",
                                             "export_fronts"};
    int r = SEN_OK;
    for (size_t i = 0; !r && i < sizeof statements / sizeof *statements; i++)
        r = db_session_each(session, statements[i], NULL, 0, write_line, export, ret_error);
    export->lines = 0;
    if (!r)
        r = db_session_each(session, "export_texts", NULL, 0, write_line, export, ret_error);
    return r;
}

int export_lines(struct db_session *session, FILE *out, size_t *ret_texts, char **ret_error)
{
    struct export export = {.out = out};
    int r =
        db_session_script(session, "begin isolation level repeatable read read only", ret_error);
    if (r)
        return r;
    errno = 0;
    r = export_all(session, &export, ret_error);
    int end = db_session_script(session, "commit", ret_error);
    if (!r)
        r = end;
    if (!r && fflush(out))
        r = -errno;
    *ret_texts = export.lines;
    return r;
}
