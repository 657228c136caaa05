// Front pages. They come in when everything is there that they can name.
#include "content/import_internal.h"

#include "content/fault.h"
#include "content/fields.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

// What the database found it to be.
static int count(struct import *import, struct record *record, const struct db_result *result)
{
    const char *outcome = db_value(result, 0, "outcome");
    struct import_counts *counts = &import->report->records;
    if (strcmp(outcome, "added") == 0)
        counts->added++;
    else if (strcmp(outcome, "updated") == 0)
        counts->updated++;
    else if (strcmp(outcome, "same") == 0)
        counts->same++;
    else if (strcmp(outcome, "kept") == 0)
        counts->kept++;
    else
        return import_record_refuse(import, record, outcome, db_value(result, 0, "field"),
                                    db_value(result, 0, "detail"));
    record->done = true;
    return SEN_OK;
}

static int bring_in(struct import *import, struct record *record)
{
    char *text = json_dumps(record->value, JSON_COMPACT), *error = NULL;
    const char *const values[] = {text, import->options->overwrite ? "true" : "false"};
    struct db_result *result;
    int r = db_session_query(record, import->session, "import_front", values, 2, &result, &error);
    free(text);
    if (r == SEN_CONFLICT || r == SEN_INVALID)
        return import_record_refuse(import, record, "fault.database", NULL, error);
    if (r) {
        *import->error = talloc_strdup(import, error ? error : "");
        return r;
    }
    r = count(import, record, result);
    talloc_free(result);
    return r;
}

int import_fronts(struct import *import)
{
    struct record *record;
    int r = SEN_OK;
    LL_FOREACH (import->records, record)
        if (!r && !record->done && record->kind == RECORD_FRONT)
            r = bring_in(import, record);
    return r;
}
