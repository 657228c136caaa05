// Media that come with an import: looked at, pictures measured, copied to SEN_HOME/media.

#include "content/import_internal.h"

#include "content/fields.h"
#include "content/recording.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *type_of(const char *file)
{
    static const char *const types[][2] = {{".svg", "image/svg+xml"},
                                           {".png", "image/png"},
                                           {".jpg", "image/jpeg"},
                                           {".jpeg", "image/jpeg"}};
    const char *end = strrchr(file, '.');
    for (size_t i = 0; end && i < sizeof types / sizeof *types; i++)
        if (strcmp(end, types[i][0]) == 0)
            return types[i][1];
    return recording_type(file);
}

static bool begins_as(const char *type, const char *data, size_t length)
{
    if (strcmp(type, "image/png") == 0)
        return length > 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0;
    if (strcmp(type, "image/jpeg") == 0)
        return length > 3 && memcmp(data, "\xff\xd8\xff", 3) == 0;
    if (recording_ending(type))
        return recording_begins_as(type, data, length);
    return memmem(data, length, "<svg", 4);
}

// ---- the size, where the record does not say it ------------------------------------------------

static bool svg_size(const char *data, size_t length, int *ret_width, int *ret_height)
{
    const char *root = memmem(data, length, "<svg", 4);
    const char *end = root ? memchr(root, '>', length - (size_t)(root - data)) : NULL;
    const char *box = end ? memmem(root, (size_t)(end - root), " viewBox=\"", 10) : NULL;
    double width, height;
    if (!box || sscanf(box + 10, "%*f %*f %lf %lf", &width, &height) != 2)
        return false;
    *ret_width = (int)width;
    *ret_height = (int)height;
    return width >= 1 && height >= 1 && width <= 100000 && height <= 100000;
}

static int big_endian(const unsigned char *at)
{
    return (at[0] & 0x7f) << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

// Bring width and height into the record. False: they must be given.
static bool set_size(json_t *record, const char *data, size_t length, const char *type)
{
    int width = 0, height = 0;
    if (json_object_get(record, "width") && json_object_get(record, "height"))
        return true;
    if (strcmp(type, "image/png") == 0 && length >= 24) {
        width = big_endian((const unsigned char *)data + 16);
        height = big_endian((const unsigned char *)data + 20);
    } else if (strcmp(type, "image/svg+xml") != 0 || !svg_size(data, length, &width, &height)) {
        return false;
    }
    json_object_set_new(record, "width", json_integer(width));
    json_object_set_new(record, "height", json_integer(height));
    return width && height;
}

// ---- the file --------------------------------------------------------------------------------

// Write a file whole or not at all.
static int store(const char *path, const char *data, size_t length)
{
    char *part = talloc_asprintf(NULL, "%s.part", path);
    FILE *file = fopen(part, "wbe");
    bool ok =
        file && fwrite(data, 1, length, file) == length && !fflush(file) && !fsync(fileno(file));
    int error = errno;
    if (file && fclose(file))
        ok = false;
    if (ok && rename(part, path)) {
        error = errno;
        ok = false;
    }
    if (!ok)
        unlink(part);
    talloc_free(part);
    return ok ? 0 : -error;
}

static char *beside(TALLOC_CTX *ctx, const char *path, const char *folder, const char *file)
{
    const char *slash = strrchr(path, '/');
    return talloc_asprintf(ctx, "%.*s%s%s", slash ? (int)(slash - path) + 1 : 0, path, folder,
                           file);
}

// A picture of a folder is stored under a name that changes with its bytes, so that caches may keep
// it for ever; one of an export keeps its name.
static char *stored_name(struct record *record, const char *file, const char *data, size_t length)
{
    if (!record->from_folder)
        return talloc_strdup(record, file);
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)data, length, NULL, 0);
    return talloc_asprintf(record, "%s-%02x%02x%02x%02x%s", record->id, hash[0], hash[1], hash[2],
                           hash[3], strrchr(file, '.'));
}

// Bring a file to SEN_HOME/media, unless it is there. A negative outcome ends the import.
static int keep(struct import *import, struct record *record, const char *name, const char *data,
                size_t length)
{
    char *folder = talloc_asprintf(record, "%s/media", import->options->home);
    char *to = talloc_asprintf(record, "%s/%s", folder, name);
    int r = SEN_OK;
    if (access(to, R_OK) != 0)
        r = mkdir(folder, 0755) && errno != EEXIST ? -errno : store(to, data, length);
    if (r)
        *import->error = talloc_asprintf(import, "%s cannot be written: %s", to, strerror(-r));
    return r;
}

// Read a file of the record: of an export, where it is kept already or beside it; of a folder,
// there.
static int find_file(struct import *import, struct record *record, const char *file, size_t max,
                     char **ret, size_t *ret_length, char **ret_from)
{
    char *here = talloc_asprintf(record, "%s/media/%s", import->options->home, file);
    struct fault fault = {0};
    *ret_from = !record->from_folder && access(here, R_OK) == 0
                    ? here
                    : beside(record, record->place.path, record->from_folder ? "" : "media/", file);
    return import_file(record, *ret_from, max, ret, ret_length, &fault);
}

// The file of each language's captions becomes the name that it is kept under.
static int take_captions(struct import *import, struct record *record)
{
    const char *tag;
    void *next;
    json_t *name, *captions = json_object_get(record->value, "captions");
    json_object_foreach_safe(captions, next, tag, name)
    {
        const char *file = json_string_value(name);
        char *field = talloc_asprintf(record, "captions.%s", tag), *data, *from, *text;
        size_t length;
        if (!field_is_file(file) || !strrchr(file, '.') || strcmp(strrchr(file, '.'), ".vtt") != 0)
            return import_record_refuse(import, record, "fault.captions", field, file);
        if (find_file(import, record, file, RECORDING_CAPTIONS, &data, &length, &from))
            return import_record_refuse(import, record, "fault.media_file", field, from);
        if (recording_captions(record, data, length, &text, &length))
            return import_record_refuse(import, record, "fault.captions", field, file);
        char *kept = stored_name(record, file, text, length);
        int r = keep(import, record, kept, text, length);
        if (r)
            return r;
        json_object_set_new(captions, tag, json_string(kept));
    }
    return SEN_OK;
}

// What a recording must say of itself, and a picture cannot.
static const char *lacking(const json_t *record, const char *type)
{
    bool video = recording_is_video(type);
    if (video && !json_integer_value(json_object_get(record, "width")))
        return "width";
    if (video && !json_integer_value(json_object_get(record, "height")))
        return "height";
    return json_integer_value(json_object_get(record, "duration")) ? NULL : "duration";
}

static const char *needless(const json_t *record, const char *type)
{
    bool plays = recording_ending(type);
    if (!plays && json_object_get(record, "duration"))
        return "duration";
    if (!plays && json_object_get(record, "captions"))
        return "captions";
    return plays && !recording_is_video(type) && json_object_get(record, "width") ? "width" : NULL;
}

int import_media_take(struct import *import, struct record *record)
{
    const char *file = field_text(record->value, "file");
    const char *type = field_text(record->value, "media_type");
    json_t *bytes = json_object_get(record->value, "bytes");
    if (!type_of(file) || (type && strcmp(type, type_of(file)) != 0))
        return import_record_refuse(import, record, "fault.media_kind", "file", file);
    type = type_of(file);

    char *data, *from;
    size_t length;
    if (find_file(import, record, file, IMPORT_MEDIA_BYTES, &data, &length, &from))
        return import_record_refuse(import, record, "fault.media_file", "file", from);
    if (!begins_as(type, data, length))
        return import_record_refuse(import, record, "fault.media_kind", "file", file);
    if (bytes && (size_t)json_integer_value(bytes) != length)
        return import_record_refuse(import, record, "fault.media_size", "bytes", file);
    if (needless(record->value, type))
        return import_record_refuse(import, record, "fault.unknown_key",
                                    needless(record->value, type), NULL);
    if (recording_ending(type) && lacking(record->value, type))
        return import_record_refuse(import, record, "fault.required", lacking(record->value, type),
                                    NULL);
    if (!recording_ending(type) && !set_size(record->value, data, length, type))
        return import_record_refuse(import, record, "fault.required", "width", NULL);

    char *name = stored_name(record, file, data, length);
    json_object_set_new(record->value, "media_type", json_string(type));
    json_object_set_new(record->value, "bytes", json_integer((json_int_t)length));
    json_object_set_new(record->value, "file", json_string(name));
    int r = keep(import, record, name, data, length);
    talloc_free(data);
    return r ? r : take_captions(import, record);
}
