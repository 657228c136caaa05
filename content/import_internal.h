// What the parts of the import share.
//
//   import.c          the order of things, and what is known here
//   import_files.c    folders and files: finds items and records, pass 1
//   import_records.c  topics, agencies, provinces, media, the glossary, the gazetteer
//   import_places.c   the names of places
//   import_media.c    the files of the media
//   import_texts.c    texts, in batches, pass 2
//   import_fronts.c   front pages
//   import_render.c   rendering again
#pragma once

#include "content/import.h"

#include <sys/types.h>

// uthash's default falls through switch labels, which clang's warnings refuse.
#define HASH_FUNCTION HASH_FNV
#include <uthash.h>

enum record_kind {
    RECORD_TOPIC,
    RECORD_AGENCY,
    RECORD_MEDIA,
    RECORD_PROVINCE,
    RECORD_GLOSSARY,
    RECORD_PLACE,
    RECORD_FRONT, // comes in after the texts
    RECORD_KINDS
};

// One line of JSONL, or one Markdown file (then the offset is 0 and the line 0).
struct place {
    const char *path;
    off_t offset;
    size_t length;
    unsigned line;
};

struct record {
    struct record *next;
    enum record_kind kind;
    struct place place;
    json_t *value;
    const char *id;
    bool from_folder; // its files stand beside it
    bool done;        // refused, or the same already
};

struct entry {
    struct place place;
    const char *id, *locale;
    int rank; // among the languages of its article: 0: the source, 2: a translation, 1: not said
};

struct name {
    UT_hash_handle hh;
    char text[];
};

struct import {
    struct db_session *session;
    const struct import_options *options;
    const struct import_hooks *hooks;
    struct import_report *report;
    char **error;

    struct entry *entries; // in file order until pass 2
    size_t entry_count, entry_size;
    struct record *records;           // in file order
    struct name *seen;                // "id locale" and "kind id" of this import
    struct name *known[RECORD_KINDS]; // what texts may refer to; of media, the pictures
    struct name *recordings;
    struct import_media *media; // sorted by id
    size_t media_count;
    FILE *open; // the JSONL file that is being read, pass 2
    const char *open_path;
    bool media_changed;
};

// Report a fault of a place. Returns SEN_OK: the import goes on.
int import_refuse(struct import *import, const struct place *place, const struct fault *fault);

// Add to a set. False: it was there.
bool import_note(struct import *import, struct name **set, const char *text);
bool import_is_recording(const struct import *import, const char *id);
bool import_is_known(const struct import *import, enum record_kind kind, const char *id);

// Pass 1: find what there is below a path; items are read and checked, then forgotten.
int import_find(struct import *import, const char *path);
// Pass 2: read an item again.
int import_read(struct import *import, TALLOC_CTX *ctx, const struct place *place, struct item *ret,
                struct fault *ret_fault);

// Check a record and put it on the list. Takes the reference.
int import_record_add(struct import *import, json_t *value, enum record_kind kind,
                      const struct place *place, bool from_folder);
bool import_record_kind(const char *type, enum record_kind *ret);
int import_records(struct import *import);
int import_record_refuse(struct import *import, struct record *record, const char *key,
                         const char *field, const char *detail);

// The rules of a place that its table does not say; adds its keys, see import_place() in SQL.
int import_place_read(TALLOC_CTX *ctx, json_t *record, struct fault *ret_fault);
int import_place_check(struct import *import, struct record *record);

// Store the file of a medium, and complete its record: type, size, stored name.
// Of the map of tiles: the style sheet has a place for each.
#define IMPORT_TILE_ROWS    20
#define IMPORT_TILE_COLUMNS 16

#define IMPORT_MEDIA_BYTES ((size_t)64 * 1024 * 1024)
int import_media_take(struct import *import, struct record *record);

int import_texts(struct import *import);
int import_fronts(struct import *import);

// Every medium, sorted by id; all of it lives as long as ctx.
int import_load_media(TALLOC_CTX *ctx, struct db_session *session, struct import_media **ret,
                      size_t *ret_count, char **ret_error);

// Read a whole file of at most max bytes. The fault has no line.
int import_file(TALLOC_CTX *ctx, const char *path, size_t max, char **ret, size_t *ret_length,
                struct fault *ret_fault);
