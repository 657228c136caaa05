// Pictures that come with an import: looked at, measured, copied to SEN_HOME/media.

#include "content/import_internal.h"

#include "content/fields.h"

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
    return NULL;
}

static bool begins_as(const char *type, const char *data, size_t length)
{
    if (strcmp(type, "image/png") == 0)
        return length > 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0;
    if (strcmp(type, "image/jpeg") == 0)
        return length > 3 && memcmp(data, "\xff\xd8\xff", 3) == 0;
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

int import_media_take(struct import *import, struct record *record)
{
    const char *file = field_text(record->value, "file");
    const char *type = field_text(record->value, "media_type");
    json_t *bytes = json_object_get(record->value, "bytes");
    if (!type_of(file) || (type && strcmp(type, type_of(file)) != 0))
        return import_record_refuse(import, record, "fault.media_type", "file", file);

    char *folder = talloc_asprintf(record, "%s/media", import->options->home);
    char *here = talloc_asprintf(record, "%s/%s", folder, file);
    bool is_here = !record->from_folder && access(here, R_OK) == 0;
    char *from =
        is_here ? here
                : beside(record, record->place.path, record->from_folder ? "" : "media/", file);
    char *data;
    size_t length;
    struct fault fault = {0};
    if (import_file(record, from, IMPORT_MEDIA_BYTES, &data, &length, &fault))
        return import_record_refuse(import, record, "fault.media_file", "file", from);
    if (!begins_as(type_of(file), data, length))
        return import_record_refuse(import, record, "fault.media_type", "file", file);
    if (bytes && (size_t)json_integer_value(bytes) != length)
        return import_record_refuse(import, record, "fault.media_size", "bytes", file);
    if (!set_size(record->value, data, length, type_of(file)))
        return import_record_refuse(import, record, "fault.required", "width", NULL);

    char *name = stored_name(record, file, data, length);
    json_object_set_new(record->value, "media_type", json_string(type_of(file)));
    json_object_set_new(record->value, "bytes", json_integer((json_int_t)length));
    json_object_set_new(record->value, "file", json_string(name));
    char *to = talloc_asprintf(record, "%s/%s", folder, name);
    int r = SEN_OK;
    if (!is_here && access(to, R_OK) != 0) {
        if (mkdir(folder, 0755) && errno != EEXIST)
            r = -errno;
        else
            r = store(to, data, length);
    }
    talloc_free(data);
    if (r)
        *import->error = talloc_asprintf(import, "%s cannot be written: %s", to, strerror(-r));
    return r;
}
