#include "content/import_internal.h"

#include "content/fault.h"
#include "content/fields.h"
#include "content/front.h"
#include "content/recording.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static const struct field topic_fields[] = {
    {"type", FIELD_CHOICE, .choices = "topic"},
    {"id", FIELD_SLUG_ID, 80, .required = true},
    {"names", FIELD_NAMES, 200, .required = true},
    {"position", FIELD_COUNT, 100000},
    {NULL},
};

static const struct field contact_fields[] = {
    {"email", FIELD_EMAIL, 254},
    {"phone", FIELD_PHONE, 40},
    {"address", FIELD_NAMES, 300},
    {"languages", FIELD_LIST, 40, .element = FIELD_LOCALE},
    {NULL},
};

static const struct field agency_fields[] = {
    {"type", FIELD_CHOICE, .choices = "agency"},
    {"id", FIELD_SLUG_ID, 80, .required = true},
    {"names", FIELD_NAMES, 300, .required = true},
    {"url", FIELD_URL, 2000},
    {"about", FIELD_NAMES, 1000},
    {"contacts", FIELD_OBJECT, .fields = contact_fields},
    {NULL},
};

static const struct field media_fields[] = {
    {"type", FIELD_CHOICE, .choices = "media"},
    {"id", FIELD_FILE, 100, .required = true},
    {"media_type", FIELD_CHOICE,
     .choices = "image/png image/jpeg image/svg+xml video/mp4 video/webm audio/mpeg audio/ogg "
                "audio/mp4"},
    {"file", FIELD_FILE, 200, .required = true},
    {"bytes", FIELD_COUNT, IMPORT_MEDIA_BYTES},
    {"width", FIELD_COUNT, 100000},
    {"height", FIELD_COUNT, 100000},
    {"duration", FIELD_COUNT, RECORDING_SECONDS},
    {"credit", FIELD_LINE, 300, .required = true},
    {"licence", FIELD_LINE, 100, .required = true},
    {"alt", FIELD_NAMES, 1000},
    {"captions", FIELD_NAMES, 200},
    {NULL},
};

static const struct field fact_fields[] = {
    {"attribute", FIELD_CHOICE, .required = true,
     .choices = "name type admin_centre area_km2 population code iso_3166_2 region"},
    {"locale", FIELD_LOCALE, LOCALE_TAG_BYTES},
    {"value", FIELD_LINE, 300, .required = true},
    {"valid_from", FIELD_DATE},
    {"valid_to", FIELD_DATE},
    {"label", FIELD_LINE, 200},
    {"source", FIELD_LINE, 1000, .required = true},
    {NULL},
};

static const struct field successor_fields[] = {
    {"province", FIELD_SLUG_ID, 80, .required = true},
    {"since", FIELD_DATE, .required = true},
    {"source", FIELD_LINE, 1000, .required = true},
    {NULL},
};

static const struct field island_fields[] = {
    {"place", FIELD_SLUG_ID, 80, .required = true},
    {"row", FIELD_COUNT, IMPORT_TILE_ROWS, .required = true},
    {"column", FIELD_COUNT, IMPORT_TILE_COLUMNS, .required = true},
    {NULL},
};

// Columns count half tiles, so that the rows of the map can lie as bricks do.
static const struct field tile_fields[] = {
    {"row", FIELD_COUNT, IMPORT_TILE_ROWS, .required = true},
    {"column", FIELD_COUNT, IMPORT_TILE_COLUMNS, .required = true},
    {"islands", FIELD_OBJECTS, 5, .fields = island_fields},
    {NULL},
};

static const struct field province_fields[] = {
    {"type", FIELD_CHOICE, .choices = "province"},
    {"id", FIELD_SLUG_ID, 80, .required = true},
    {"aliases", FIELD_LIST, 20, .element = FIELD_SLUG_ID, .element_max = 80},
    {"valid_from", FIELD_DATE},
    {"valid_to", FIELD_DATE},
    {"facts", FIELD_OBJECTS, 500, .required = true, .fields = fact_fields},
    {"successors", FIELD_OBJECTS, 20, .fields = successor_fields},
    {"neighbours", FIELD_LIST, 40, .element = FIELD_SLUG_ID, .element_max = 80},
    {"borders", FIELD_LIST, 10, .element = FIELD_KEY, .element_max = 2},
    {"tile", FIELD_OBJECT, .fields = tile_fields},
    {NULL},
};

static const struct field glossary_fields[] = {
    {"type", FIELD_CHOICE, .choices = "glossary"},
    {"id", FIELD_KEY, 200, .required = true},
    {"kind", FIELD_CHOICE, .choices = "place office title term", .required = true},
    {"source_locale", FIELD_LOCALE, LOCALE_TAG_BYTES, .required = true},
    {"source", FIELD_LINE, 200, .required = true},
    {"locale", FIELD_LOCALE, LOCALE_TAG_BYTES, .required = true},
    {"preferred", FIELD_LINE, 200, .required = true},
    {"allowed", FIELD_LIST, 50, .element = FIELD_LINE, .element_max = 200},
    {"forbidden", FIELD_LIST, 50, .element = FIELD_LINE, .element_max = 200},
    {"note", FIELD_LINE, 1000},
    {NULL},
};

static const struct field place_fields[] = {
    {"type", FIELD_CHOICE, .choices = "place"},
    {"id", FIELD_SLUG_ID, 80, .required = true},
    {"kind", FIELD_CHOICE, .required = true,
     .choices = "unit city town island archipelago bay river mountain pass lake cave park site "
                "region sea"},
    {"provinces", FIELD_LIST, 40, .element = FIELD_SLUG_ID, .element_max = 80},
    {"names", FIELD_ALIASES, 20, .required = true, .element_max = 200},
    {"former", FIELD_ALIASES, 20, .element_max = 200},
    {"source", FIELD_LINE, 1000, .required = true},
    {NULL},
};

static const struct {
    const char *type;
    const struct field *fields;
    const char *statement;
} kinds[] = {
    [RECORD_TOPIC] = {"topic", topic_fields, "import_topic"},
    [RECORD_AGENCY] = {"agency", agency_fields, "import_agency"},
    [RECORD_MEDIA] = {"media", media_fields, "import_media"},
    [RECORD_PROVINCE] = {"province", province_fields, "import_province"},
    [RECORD_GLOSSARY] = {"glossary", glossary_fields, "import_glossary"},
    [RECORD_PLACE] = {"place", place_fields, "import_place"},
    [RECORD_FRONT] = {"front", front_record_fields, NULL}, // see import_fronts.c
};

bool import_record_kind(const char *type, enum record_kind *ret)
{
    for (size_t i = 0; i < RECORD_KINDS; i++)
        if (strcmp(kinds[i].type, type) == 0) {
            *ret = (enum record_kind)i;
            return true;
        }
    return false;
}

int import_record_refuse(struct import *import, struct record *record, const char *key,
                         const char *field, const char *detail)
{
    struct fault fault;
    fault_set(&fault, key, field, detail);
    fault.line = record->place.line;
    record->done = true;
    return import_refuse(import, &record->place, &fault);
}

// ---- rules that a table does not say ---------------------------------------------------------

static bool is_number(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    if (!whole || whole > 15)
        return false;
    if (text[whole] != '.')
        return !text[whole];
    size_t part = strspn(text + whole + 1, "0123456789");
    return part && part <= 6 && !text[whole + 1 + part];
}

static int check_fact(const json_t *fact, struct fault *ret_fault)
{
    const char *attribute = field_text(fact, "attribute"), *value = field_text(fact, "value");
    bool is_name = strcmp(attribute, "name") == 0;
    if (is_name != !!field_text(fact, "locale"))
        return fault_set(ret_fault, is_name ? "fault.required" : "fault.unknown_key",
                         "facts.locale", attribute);
    bool is_figure = strcmp(attribute, "area_km2") == 0 || strcmp(attribute, "population") == 0;
    if (is_figure && !is_number(value))
        return fault_set(ret_fault, "fault.not_number", "facts.value", value);
    if (strcmp(attribute, "type") == 0 && strcmp(value, "province") != 0 &&
        strcmp(value, "city") != 0)
        return fault_set(ret_fault, "fault.choice", "facts.value", "province city");
    if (strcmp(attribute, "region") == 0 && !field_is_slug_id(value))
        return fault_set(ret_fault, "fault.slug_id", "facts.value", value);
    return SEN_OK;
}

static int check_facts(const json_t *record, struct fault *ret_fault)
{
    size_t index;
    json_t *fact;
    json_array_foreach (json_object_get(record, "facts"), index, fact) {
        int r = check_fact(fact, ret_fault);
        if (r)
            return r;
    }
    return SEN_OK;
}

int import_record_add(struct import *import, json_t *value, enum record_kind kind,
                      const struct place *place, bool from_folder)
{
    struct record *record = talloc_zero(import, struct record);
    record->kind = kind;
    record->place = *place;
    record->value = fields_own(record, value);
    record->from_folder = from_folder;
    struct fault fault = {0};
    int r = fields_read(record, kinds[kind].fields, value, false, &fault);
    if (!r)
        r = check_facts(value, &fault);
    if (!r && kind == RECORD_PLACE)
        r = import_place_read(record, value, &fault);
    if (!r && kind == RECORD_FRONT)
        r = front_check(record, value, &fault);
    if (r) {
        fault.line = place->line;
        return import_refuse(import, place, &fault);
    }
    json_object_set_new(value, "type", json_string(kinds[kind].type));
    record->id = field_text(value, kind == RECORD_FRONT ? "locale" : "id");
    char *both = talloc_asprintf(record, "%s: %s", kinds[kind].type, record->id);
    if (!import_note(import, &import->seen, both))
        return import_record_refuse(import, record, "fault.doubled_record",
                                    kind == RECORD_FRONT ? "locale" : "id", record->id);
    LL_APPEND(import->records, record);
    return SEN_OK;
}

// ---- the database --------------------------------------------------------------------------

static int run(struct import *import, struct record *record, const char *statement,
               const char **ret_outcome)
{
    char *text = json_dumps(record->value, JSON_COMPACT), *error = NULL;
    struct db_result *result = NULL;
    int r = db_session_query(record, import->session, statement, (const char *const[]){text}, 1,
                             &result, &error);
    free(text);
    if (r == SEN_CONFLICT || r == SEN_INVALID)
        return import_record_refuse(import, record, "fault.database", NULL, error);
    if (r)
        *import->error = talloc_strdup(import, error ? error : "");
    else
        *ret_outcome = db_value(result, 0, "outcome");
    return r;
}

static int bring_in(struct import *import, struct record *record)
{
    int r = record->kind == RECORD_MEDIA ? import_media_take(import, record) : SEN_OK;
    if (r || record->done)
        return r;
    const char *outcome = "";
    r = run(import, record, kinds[record->kind].statement, &outcome);
    struct import_counts *counts = &import->report->records;
    if (r || record->done)
        return r;
    if (strcmp(outcome, "same") == 0) {
        counts->same++;
        record->done = true;
    } else if (strcmp(outcome, "added") == 0) {
        counts->added++;
    } else {
        counts->updated++;
        import->media_changed |= record->kind == RECORD_MEDIA;
    }
    return SEN_OK;
}

static int check_successors(struct import *import, struct record *record)
{
    size_t index;
    json_t *successor;
    json_array_foreach (json_object_get(record->value, "successors"), index, successor) {
        const char *id = field_text(successor, "province");
        if (!import_is_known(import, RECORD_PROVINCE, id))
            return import_record_refuse(import, record, "fault.unknown_province", "successors", id);
    }
    return SEN_OK;
}

static int check_province(struct import *import, struct record *record)
{
    size_t index;
    json_t *neighbour;
    json_array_foreach (json_object_get(record->value, "neighbours"), index, neighbour) {
        const char *id = json_string_value(neighbour);
        if (!import_is_known(import, RECORD_PROVINCE, id) || strcmp(id, record->id) == 0)
            return import_record_refuse(import, record, "fault.unknown_province", "neighbours", id);
    }
    return check_successors(import, record);
}

static int know_provinces(struct import *import)
{
    struct db_result *result;
    int r =
        db_session_query(import, import->session, "import_known", NULL, 0, &result, import->error);
    if (r)
        return r;
    for (size_t row = 0; row < db_rows(result); row++)
        if (db_integer(result, row, "kind") == RECORD_PROVINCE)
            import_note(import, &import->known[RECORD_PROVINCE], db_value(result, row, "id"));
    talloc_free(result);
    return SEN_OK;
}

static int bring_in_all(struct import *import, enum record_kind kind)
{
    static int (*const checks[RECORD_KINDS])(struct import *, struct record *) = {
        [RECORD_PROVINCE] = check_province,
        [RECORD_PLACE] = import_place_check,
    };
    struct record *record;
    int r = SEN_OK;
    for (record = import->records; !r && record; record = record->next) {
        if (record->kind != kind)
            continue;
        if (checks[kind])
            r = checks[kind](import, record);
        if (!r && !record->done)
            r = bring_in(import, record);
    }
    return r;
}

// Only now is every unit there that another can be linked to, and that a place can lie in.
static int link_provinces(struct import *import)
{
    struct record *record;
    const char *outcome;
    int r = SEN_OK;
    for (record = import->records; !r && record; record = record->next)
        if (record->kind == RECORD_PROVINCE && !record->done)
            r = run(import, record, "import_province_link", &outcome);
    HASH_CLEAR(hh, import->known[RECORD_PROVINCE]);
    return r ? r : know_provinces(import);
}

int import_records(struct import *import)
{
    struct record *record;
    if (!import->records)
        return SEN_OK;
    int r = know_provinces(import);
    LL_FOREACH (import->records, record)
        if (record->kind == RECORD_PROVINCE)
            import_note(import, &import->known[RECORD_PROVINCE], record->id);
    for (int kind = 0; !r && kind < RECORD_FRONT; kind++) {
        r = bring_in_all(import, (enum record_kind)kind);
        if (!r && kind == RECORD_PROVINCE)
            r = link_provinces(import);
    }
    HASH_CLEAR(hh, import->known[RECORD_PROVINCE]);
    return r;
}
