// Folders and files. Nothing is kept of a text but its place, so that an archive of any size can be
// read; pass 2 reads it again in its own order.

#include "content/import_internal.h"

#include "content/fault.h"
#include "content/fields.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER_DEPTH  16
#define RECORDS_BYTES (16 * 1024 * 1024) // of topics.json and its like

int import_file(TALLOC_CTX *ctx, const char *path, size_t max, char **ret, size_t *ret_length,
                struct fault *ret_fault)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return fault_set(ret_fault, "fault.file", NULL, strerror(errno));
    struct stat about;
    char *data = NULL;
    int r = SEN_OK;
    if (fstat(fileno(file), &about) || !S_ISREG(about.st_mode)) {
        r = fault_set(ret_fault, "fault.file_type", NULL, NULL);
    } else if ((size_t)about.st_size > max) {
        r = fault_set(ret_fault, "fault.file_too_large", NULL, NULL);
    } else {
        data = talloc_size(ctx, (size_t)about.st_size + 1);
        *ret_length = fread(data, 1, (size_t)about.st_size, file);
        data[*ret_length] = '\0';
        if (ferror(file))
            r = fault_set(ret_fault, "fault.file", NULL, strerror(errno));
    }
    fclose(file);
    if (r)
        talloc_free(data);
    else
        *ret = data;
    return r;
}

static int refuse(struct import *import, const struct place *place, const char *key,
                  const char *detail)
{
    struct fault fault;
    fault_set(&fault, key, NULL, detail);
    fault.line = place->line;
    return import_refuse(import, place, &fault);
}

// ---- texts ---------------------------------------------------------------------------------

static int add_item(struct import *import, const struct item *item, const struct place *place)
{
    char *both = talloc_asprintf(import, "%s %s", item->id, item->locale->tag);
    bool is_new = import_note(import, &import->seen, both);
    talloc_free(both);
    if (!is_new) {
        struct fault fault;
        fault_set(&fault, "fault.doubled_text", "locale", item->locale->tag);
        fault.line = place->line;
        return import_refuse(import, place, &fault);
    }
    if (import->entry_count == import->entry_size) {
        import->entry_size = import->entry_size ? import->entry_size * 2 : 256;
        import->entries = talloc_realloc(import, import->entries, struct entry, import->entry_size);
    }
    const char *source = field_text(item->fields, "source_locale");
    import->entries[import->entry_count++] = (struct entry){
        .place = *place,
        .id = talloc_strdup(import, item->id),
        .locale = item->locale->tag,
        .rank = !source                                  ? 1
                : strcmp(source, item->locale->tag) == 0 ? 0
                                                         : 2,
    };
    return SEN_OK;
}

static int find_markdown(struct import *import, const char *path)
{
    TALLOC_CTX *ctx = talloc_new(import);
    const struct place place = {.path = path};
    struct item item;
    struct fault fault = {0};
    int r = import_read(import, ctx, &place, &item, &fault);
    r = r ? import_refuse(import, &place, &fault) : add_item(import, &item, &place);
    talloc_free(ctx);
    return r;
}

// ---- JSONL ---------------------------------------------------------------------------------

// Read a line of at most ITEM_LINE_BYTES into the buffer; of a longer one *ret_length is more.
// False at the end of the file.
static bool read_line(FILE *file, char *buffer, size_t *ret_length, size_t *ret_taken)
{
    size_t length = 0, taken = 0;
    int c;
    while ((c = getc_unlocked(file)) != EOF) {
        taken++;
        if (c == '\n')
            break;
        if (length < ITEM_LINE_BYTES)
            buffer[length] = (char)c;
        length++;
    }
    *ret_length = length;
    *ret_taken = taken;
    return taken;
}

static int take_line(struct import *import, TALLOC_CTX *ctx, const char *line,
                     const struct place *place)
{
    struct fault fault = {0};
    struct item item;
    enum record_kind kind;
    json_t *value;
    int r = fields_parse(line, place->length, NULL, &value, &fault);
    if (r) {
        fault.line = place->line;
        return import_refuse(import, place, &fault);
    }
    if (json_object_get(value, "type")) {
        const char *type = field_text(value, "type");
        if (type && import_record_kind(type, &kind))
            return import_record_add(import, value, kind, place, false);
        r = refuse(import, place, "fault.record_type", type);
        json_decref(value);
        return r;
    }
    r = item_from_json(ctx, value, &item, &fault);
    json_decref(value);
    fault.line = place->line;
    return r ? import_refuse(import, place, &fault) : add_item(import, &item, place);
}

static bool is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

static int find_lines(struct import *import, const char *path)
{
    struct place place = {.path = path};
    FILE *file = fopen(path, "rbe");
    if (!file)
        return refuse(import, &place, "fault.file", strerror(errno));
    char *buffer = talloc_size(import, ITEM_LINE_BYTES);
    size_t taken;
    int r = SEN_OK;
    while (!r && read_line(file, buffer, &place.length, &taken)) {
        TALLOC_CTX *ctx = talloc_new(import);
        place.line++;
        if (place.length > ITEM_LINE_BYTES)
            r = refuse(import, &place, "fault.line_too_long", NULL);
        else if (!is_blank(buffer, place.length))
            r = take_line(import, ctx, buffer, &place);
        place.offset += (off_t)taken;
        talloc_free(ctx);
    }
    if (ferror(file))
        r = refuse(import, &place, "fault.file", strerror(errno));
    fclose(file);
    talloc_free(buffer);
    return r;
}

static int read_line_again(struct import *import, TALLOC_CTX *ctx, const struct place *place,
                           struct item *ret, struct fault *ret_fault)
{
    if (import->open_path != place->path) {
        if (import->open)
            fclose(import->open);
        import->open_path = place->path;
        import->open = fopen(place->path, "rbe");
    }
    char *line = talloc_size(ctx, place->length + 1);
    if (!import->open || fseeko(import->open, place->offset, SEEK_SET) ||
        fread(line, 1, place->length, import->open) != place->length)
        return fault_set(ret_fault, "fault.file", NULL, strerror(errno));
    json_t *value;
    int r = fields_parse(line, place->length, NULL, &value, ret_fault);
    if (!r) {
        r = item_from_json(ctx, value, ret, ret_fault);
        json_decref(value);
    }
    ret_fault->line = place->line;
    return r;
}

int import_read(struct import *import, TALLOC_CTX *ctx, const struct place *place, struct item *ret,
                struct fault *ret_fault)
{
    if (place->line)
        return read_line_again(import, ctx, place, ret, ret_fault);
    char *data;
    size_t length;
    int r = import_file(ctx, place->path, ITEM_FILE_BYTES, &data, &length, ret_fault);
    return r ? r : item_from_front_matter(ctx, data, length, ret, ret_fault);
}

// ---- records in arrays ------------------------------------------------------------------------

static const char *skip_blanks(const char *at, const char *end, unsigned *line)
{
    for (; at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'); at++)
        *line += *at == '\n';
    return at;
}

static void count_lines(const char *at, const char *end, unsigned *line)
{
    for (; at < end; at++)
        *line += *at == '\n';
}

// The elements are parsed one by one: then the line of each is known.
static int take_array(struct import *import, struct place *place, const char *text, size_t length,
                      enum record_kind kind)
{
    const char *end = text + length, *at = skip_blanks(text, end, &place->line);
    if (at == end || *at++ != '[')
        return refuse(import, place, "fault.not_list", NULL);
    at = skip_blanks(at, end, &place->line);
    if (at < end && *at == ']')
        return SEN_OK;
    for (;;) {
        struct fault fault;
        json_t *value;
        size_t used;
        at = skip_blanks(at, end, &place->line);
        int r = fields_parse(at, (size_t)(end - at), &used, &value, &fault);
        if (r) {
            fault.line += place->line - 1;
            return import_refuse(import, place, &fault);
        }
        r = import_record_add(import, value, kind, place, true);
        if (r)
            return r;
        count_lines(at, at + used, &place->line);
        at = skip_blanks(at + used, end, &place->line);
        if (at < end && *at == ',')
            at++;
        else if (at < end && *at == ']')
            return SEN_OK;
        else
            return refuse(import, place, "fault.json", "',' or ']' expected");
    }
}

static int find_records(struct import *import, const char *path, enum record_kind kind)
{
    struct place place = {.path = path, .line = 1};
    struct fault fault = {0};
    char *data;
    size_t length;
    if (import_file(import, path, RECORDS_BYTES, &data, &length, &fault)) {
        return import_refuse(import, &place, &fault);
    }
    int r = take_array(import, &place, data, length, kind);
    talloc_free(data);
    return r;
}

// ---- folders -------------------------------------------------------------------------------

static const struct {
    const char *name;
    enum record_kind kind;
} record_files[] = {{"topics.json", RECORD_TOPIC},      {"agencies.json", RECORD_AGENCY},
                    {"media.json", RECORD_MEDIA},       {"provinces.json", RECORD_PROVINCE},
                    {"glossary.json", RECORD_GLOSSARY}, {"gazetteer.json", RECORD_PLACE},
                    {"fronts.json", RECORD_FRONT}};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length > end_length && strcmp(text + length - end_length, end) == 0;
}

static int find_file(struct import *import, const char *path, bool named)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (ends_with(name, ".md"))
        return find_markdown(import, path);
    if (ends_with(name, ".jsonl"))
        return find_lines(import, path);
    for (size_t i = 0; i < sizeof record_files / sizeof *record_files; i++)
        if (strcmp(name, record_files[i].name) == 0)
            return find_records(import, path, record_files[i].kind);
    const struct place place = {.path = path};
    return named ? refuse(import, &place, "fault.file_type", NULL) : SEN_OK;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int find_in(struct import *import, const char *path, bool named, unsigned depth)
{
    const struct place place = {.path = path};
    struct stat about;
    // Below a folder links to folders are not followed: they could lead in a circle.
    if ((named ? stat : lstat)(path, &about) && errno)
        return refuse(import, &place, "fault.file", strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return find_file(import, path, named);
    struct dirent **list;
    int count = depth < FOLDER_DEPTH ? scandir(path, &list, is_visible, by_bytes) : -1;
    if (count < 0)
        return refuse(import, &place, "fault.file",
                      depth < FOLDER_DEPTH ? strerror(errno) : strerror(ELOOP));
    int r = SEN_OK;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(path);
        if (!r)
            r = find_in(import,
                        talloc_asprintf(import, "%s%s%s", path,
                                        length && path[length - 1] == '/' ? "" : "/",
                                        list[i]->d_name),
                        false, depth + 1);
        free(list[i]);
    }
    free(list);
    return r;
}

int import_find(struct import *import, const char *path)
{
    return find_in(import, path, true, 0);
}
