// One pass with a stack of what the open elements are; what is not known is passed over with all
// that stands in it.
#include "render/xliff.h"

#include "content/fault.h"
#include "content/fields.h"
#include "render/html.h"
#include "render/xml_reader.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_NONE, // no element
    KIND_OTHER,
    KIND_XLIFF,
    KIND_FILE, // or a group
    KIND_UNIT,
    KIND_SEGMENT, // or what stands between segments
    KIND_SOURCE,
    KIND_TARGET,
    KIND_CODE, // that closes with its element
    KIND_MARK,
};

struct open_element {
    enum kind kind;
    json_int_t number; // of a code
};

struct segment {
    json_t *source, *target; // target NULL: none
    size_t order;            // of the target
    bool ignorable;
};

struct reader {
    TALLOC_CTX *ctx; // of the result
    TALLOC_CTX *own; // ends with the call
    struct fault *fault;
    struct xliff_file *file;
    struct open_element open[XML_READER_DEPTH + 1];
    size_t depth;
    bool has_file;
    const char *unit_id;
    struct segment *segments; // of the unit
    size_t segment_count;
    json_t *tokens; // that are being read
    struct html text;
    size_t codes;
};

static int refuse(struct reader *r, int outcome, const char *key, const char *detail)
{
    fault_set(r->fault, key, "body", detail);
    return outcome;
}

// ---- tokens ----------------------------------------------------------------------------------

static void end_text(struct reader *r)
{
    if (r->text.length)
        json_array_append_new(r->tokens, json_stringn(r->text.data, r->text.length));
    r->text.length = 0;
}

static int add_code(struct reader *r, const char *member, json_int_t number)
{
    end_text(r);
    if (++r->codes > XLIFF_CODES_MAX)
        return refuse(r, SEN_TOO_COMPLEX, "xliff.too_many", NULL);
    json_array_append_new(r->tokens, json_pack("{s:I}", member, number));
    return SEN_OK;
}

// A code's number; 0, which no unit has, for what is not one of ours.
static json_int_t number_of(const struct xml_element *element, const char *name)
{
    const char *text = xml_element_attribute(element, name);
    size_t length = text ? strlen(text) : 0;
    return length && length < 8 && strspn(text, "0123456789") == length ? atoi(text) : 0;
}

static void add_character(struct reader *r, const struct xml_element *element)
{
    const char *hex = xml_element_attribute(element, "hex");
    unsigned long c = hex ? strtoul(hex, NULL, 16) : 0;
    // XML cannot hold it, and no text of ours does.
    if (c)
        html_raw(&r->text, "\xef\xbf\xbd");
}

static int start_inline(struct reader *r, const struct xml_element *element,
                        struct open_element *open)
{
    const char *name = element->name;
    if (strcmp(name, "pc") == 0) {
        open->kind = KIND_CODE;
        open->number = number_of(element, "id");
        return add_code(r, "open", open->number);
    }
    if (strcmp(name, "ph") == 0)
        return add_code(r, "alone", number_of(element, "id"));
    if (strcmp(name, "sc") == 0)
        return add_code(r, "open", number_of(element, "id"));
    if (strcmp(name, "ec") == 0) {
        bool apart = !xml_element_attribute(element, "startRef");
        return add_code(r, "close", number_of(element, apart ? "id" : "startRef"));
    }
    if (strcmp(name, "cp") == 0)
        add_character(r, element);
    else if (strcmp(name, "mrk") == 0)
        open->kind = KIND_MARK;
    return SEN_OK;
}

// ---- units -----------------------------------------------------------------------------------

static int start_file(struct reader *r, const struct xml_element *element)
{
    const char *original = xml_element_attribute(element, "original");
    original = original ? original : "";
    if (r->has_file && strcmp(r->file->article, original) != 0)
        return refuse(r, SEN_INVALID, "xliff.files", original);
    if (!r->has_file)
        r->file->article = talloc_strdup(r->ctx, original);
    r->has_file = true;
    return SEN_OK;
}

static int start_unit(struct reader *r, const struct xml_element *element)
{
    const char *id = xml_element_attribute(element, "id");
    if (r->file->count == XLIFF_UNITS_MAX)
        return refuse(r, SEN_TOO_COMPLEX, "xliff.too_many", NULL);
    r->unit_id = talloc_strdup(r->ctx, id ? id : "");
    r->segment_count = 0;
    return SEN_OK;
}

static void start_segment(struct reader *r, bool ignorable)
{
    size_t size = talloc_array_length(r->segments);
    if (r->segment_count == size)
        r->segments = talloc_realloc(r->own, r->segments, struct segment, size ? 2 * size : 8);
    r->segments[r->segment_count++] =
        (struct segment){.order = r->segment_count, .ignorable = ignorable};
}

static void start_side(struct reader *r, const struct xml_element *element, bool target)
{
    struct segment *segment = &r->segments[r->segment_count - 1];
    json_t **side = target ? &segment->target : &segment->source;
    json_int_t order = target ? number_of(element, "order") : 0;
    if (order)
        segment->order = (size_t)order;
    // The document owns all tokens, also of one that comes twice.
    r->tokens = *side = fields_own(r->own, json_array());
}

static int by_order(const void *left, const void *right)
{
    const struct segment *const *a = left, *const *b = right;
    if ((*a)->order != (*b)->order)
        return (*a)->order < (*b)->order ? -1 : 1;
    return *a < *b ? -1 : *a > *b;
}

static bool is_translated(const struct reader *r)
{
    bool any = false;
    for (size_t i = 0; i < r->segment_count; i++) {
        if (!r->segments[i].ignorable && !r->segments[i].target)
            return false;
        any |= r->segments[i].target != NULL;
    }
    return any;
}

static json_t *joined(struct reader *r, bool target)
{
    struct segment **sorted = talloc_array(r->own, struct segment *, r->segment_count + 1);
    for (size_t i = 0; i < r->segment_count; i++)
        sorted[i] = &r->segments[i];
    if (target)
        qsort(sorted, r->segment_count, sizeof *sorted, by_order);
    json_t *all = json_array();
    for (size_t i = 0; i < r->segment_count; i++)
        json_array_extend(all, target && sorted[i]->target ? sorted[i]->target : sorted[i]->source);
    talloc_free(sorted);
    return fields_own(r->ctx, all);
}

// The name and the digest of a unit, which its id holds; else the digest of the source it has.
static void take_id(struct reader *r, struct xliff_unit *unit)
{
    const char *dash = strrchr(r->unit_id, '-');
    if (dash && strlen(dash + 1) == SEGMENTS_HASH &&
        strspn(dash + 1, "0123456789abcdef") == SEGMENTS_HASH) {
        memcpy(unit->hash, dash + 1, sizeof unit->hash);
        unit->id = talloc_strndup(r->ctx, r->unit_id, (size_t)(dash - r->unit_id));
    } else {
        segments_hash(unit->source, unit->hash);
        unit->id = r->unit_id;
    }
}

static void end_unit(struct reader *r)
{
    struct xliff_file *file = r->file;
    if ((file->count & (file->count - 1)) == 0)
        file->units = talloc_realloc(r->ctx, file->units, struct xliff_unit,
                                     file->count ? 2 * file->count : 1);
    struct xliff_unit *unit = &file->units[file->count++];
    *unit = (struct xliff_unit){.source = joined(r, false)};
    if (is_translated(r))
        unit->target = joined(r, true);
    take_id(r, unit);
}

// ---- elements --------------------------------------------------------------------------------

static bool is_core(const struct xml_element *element)
{
    static const char core[] = "urn:oasis:names:tc:xliff:document:2.";
    return strncmp(element->ns, core, sizeof core - 1) == 0;
}

static int start_root(struct reader *r, const struct xml_element *element)
{
    const char *version = xml_element_attribute(element, "version");
    const char *source = xml_element_attribute(element, "srcLang");
    const char *target = xml_element_attribute(element, "trgLang");
    if (!is_core(element) || strcmp(element->name, "xliff") != 0 || !version ||
        strncmp(version, "2.", 2) != 0)
        return refuse(r, SEN_INVALID, "xliff.format", version);
    r->file->source_locale = talloc_strdup(r->ctx, source ? source : "");
    r->file->target_locale = talloc_strdup(r->ctx, target ? target : "");
    return SEN_OK;
}

static int start_known(struct reader *r, const struct xml_element *element, enum kind parent,
                       struct open_element *open)
{
    const char *name = element->name;
    switch (parent) {
    case KIND_XLIFF:
        if (strcmp(name, "file") != 0)
            return SEN_OK;
        open->kind = KIND_FILE;
        return start_file(r, element);
    case KIND_FILE:
        if (strcmp(name, "group") == 0)
            open->kind = KIND_FILE;
        if (strcmp(name, "unit") != 0)
            return SEN_OK;
        open->kind = KIND_UNIT;
        return start_unit(r, element);
    case KIND_UNIT:
        if (strcmp(name, "segment") != 0 && strcmp(name, "ignorable") != 0)
            return SEN_OK;
        open->kind = KIND_SEGMENT;
        start_segment(r, *name == 'i');
        return SEN_OK;
    case KIND_SEGMENT:
        if (strcmp(name, "source") != 0 && strcmp(name, "target") != 0)
            return SEN_OK;
        open->kind = *name == 's' ? KIND_SOURCE : KIND_TARGET;
        start_side(r, element, *name == 't');
        return SEN_OK;
    case KIND_SOURCE:
    case KIND_TARGET:
    case KIND_CODE:
    case KIND_MARK:
        return start_inline(r, element, open);
    default:
        return SEN_OK;
    }
}

static int on_start(void *data, const struct xml_element *element)
{
    struct reader *r = data;
    enum kind parent = r->depth ? r->open[r->depth - 1].kind : KIND_NONE;
    struct open_element *open = &r->open[r->depth++];
    *open = (struct open_element){.kind = KIND_OTHER};
    if (parent == KIND_NONE) {
        open->kind = KIND_XLIFF;
        return start_root(r, element);
    }
    return is_core(element) ? start_known(r, element, parent, open) : SEN_OK;
}

static int on_end(void *data)
{
    struct reader *r = data;
    struct open_element *open = &r->open[--r->depth];
    switch (open->kind) {
    case KIND_CODE:
        return add_code(r, "close", open->number);
    case KIND_SOURCE:
    case KIND_TARGET:
        end_text(r);
        return SEN_OK;
    case KIND_UNIT:
        end_unit(r);
        return SEN_OK;
    default:
        return SEN_OK;
    }
}

static int on_text(void *data, const char *text, size_t length)
{
    struct reader *r = data;
    enum kind kind = r->depth ? r->open[r->depth - 1].kind : KIND_NONE;
    if (kind != KIND_SOURCE && kind != KIND_TARGET && kind != KIND_CODE && kind != KIND_MARK)
        return SEN_OK;
    for (size_t i = 0; i < length; i++)
        html_bytes(&r->text, strchr("\t\n\r", text[i]) ? " " : text + i, 1);
    return SEN_OK;
}

int xliff_read(TALLOC_CTX *ctx, const char *bytes, size_t length, struct xliff_file *ret,
               struct fault *ret_fault)
{
    static const struct xml_handlers handlers = {on_start, on_end, on_text};
    if (length > XLIFF_BYTES_MAX) {
        fault_set(ret_fault, "xliff.too_large", "body", "4");
        return SEN_TOO_LARGE;
    }
    struct xliff_file file = {.article = "", .source_locale = "", .target_locale = ""};
    struct reader reader = {.ctx = ctx, .own = talloc_new(NULL), .fault = ret_fault, .file = &file};
    html_init(&reader.text, reader.own, SIZE_MAX);
    int r = xml_reader_feed(xml_reader_new(reader.own, &handlers, &reader), bytes, length, true,
                            ret_fault);
    talloc_free(reader.own);
    if (r == SEN_OK)
        *ret = file;
    return r;
}
