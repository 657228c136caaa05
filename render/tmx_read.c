#include "render/tmx.h"

#include "content/fault.h"
#include "locales/legacy.h"
#include "locales/text.h"
#include "render/html.h"
#include "render/xml_reader.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum kind {
    KIND_NONE, // no element
    KIND_OTHER,
    KIND_TMX,
    KIND_BODY,
    KIND_UNIT,
    KIND_PROP,
    KIND_SIDE,
    KIND_SEGMENT, // or what marks a part of one
};

struct side {
    const struct locale *locale;
    const char *text;
};

struct tmx_reader {
    struct xml_reader *xml;
    tmx_taker *taker;
    void *data;
    struct fault *fault; // of the call
    enum kind open[XML_READER_DEPTH + 1];
    size_t depth;
    const struct locale *header_source; // NULL: any

    // Of the unit that is being read.
    TALLOC_CTX *unit;
    const struct locale *source;
    struct side sides[TMX_SIDES];
    size_t side_count;
    struct tmx_pair pair; // its time and article

    const struct locale *language; // of the side that is being read
    struct html text;              // of the element that is being read
    bool too_long;
    size_t skipped;
};

// ---- values ----------------------------------------------------------------------------------

static const struct locale *language_of(const char *tag)
{
    return tag ? locale_match(tag, strlen(tag)) : NULL;
}

// "20261122T051200Z", 0 for anything else.
static int64_t moment_of(const char *text)
{
    struct tm tm = {0};
    const char *end = text ? strptime(text, "%Y%m%dT%H%M%SZ", &tm) : NULL;
    return end && !*end ? timegm(&tm) : 0;
}

// On one line, without blanks around it, in NFC. NULL: it may not be let in.
static const char *taken_text(TALLOC_CTX *ctx, const char *raw)
{
    char *line = talloc_size(ctx, strlen(raw) + 1), *out = line, *checked;
    size_t length;
    for (; *raw; raw++) {
        bool blank = strchr(" \t\n\r", *raw);
        if (!blank)
            *out++ = *raw;
        else if (out > line && out[-1] != ' ')
            *out++ = ' ';
    }
    if (out > line && out[-1] == ' ')
        out--;
    *out = '\0';
    return *line && text_check(ctx, line, (size_t)(out - line), TEXT_LINE, &checked, &length) ==
                        TEXT_OK
               ? checked
               : NULL;
}

// ---- units -----------------------------------------------------------------------------------

static void start_unit(struct tmx_reader *r, const struct xml_element *element)
{
    const char *source = xml_element_attribute(element, "srclang");
    const char *changed = xml_element_attribute(element, "changedate");
    talloc_free(r->unit);
    r->unit = talloc_new(r);
    r->side_count = 0;
    r->source = source ? language_of(source) : r->header_source;
    r->pair = (struct tmx_pair){
        .at = moment_of(changed ? changed : xml_element_attribute(element, "creationdate"))};
}

static void start_side(struct tmx_reader *r, const struct xml_element *element)
{
    const char *tag = xml_element_attribute(element, "http://www.w3.org/XML/1998/namespace lang");
    r->language = language_of(tag ? tag : xml_element_attribute(element, "lang")); // TMX 1.1
}

static void start_text(struct tmx_reader *r)
{
    r->text.length = 0;
    r->text.data[0] = '\0';
    r->too_long = false;
}

static void end_segment(struct tmx_reader *r)
{
    const char *text = r->too_long ? NULL : taken_text(r->unit, r->text.data);
    struct legacy_finding found;
    bool legacy =
        text && r->language && legacy_find(r->language, text, strlen(text), TEXT_LINE, &found);
    if (text && r->language && !legacy && r->side_count < TMX_SIDES)
        r->sides[r->side_count++] = (struct side){r->language, text};
    else
        r->skipped++;
}

// Where nothing says which side is the source, it is the first.
static size_t source_side(const struct tmx_reader *r)
{
    for (size_t i = 0; r->source && i < r->side_count; i++)
        if (r->sides[i].locale == r->source)
            return i;
    return r->source ? r->side_count : 0;
}

static int end_unit(struct tmx_reader *r)
{
    size_t source = source_side(r);
    for (size_t i = 0; i < r->side_count; i++) {
        struct tmx_pair *pair = &r->pair;
        if (i == source)
            continue;
        if (source == r->side_count || r->sides[i].locale == r->sides[source].locale) {
            r->skipped++;
            continue;
        }
        pair->source_locale = r->sides[source].locale;
        pair->source = r->sides[source].text;
        pair->locale = r->sides[i].locale;
        pair->target = r->sides[i].text;
        int outcome = r->taker(r->data, pair);
        if (outcome)
            return outcome;
    }
    return SEN_OK;
}

// ---- elements --------------------------------------------------------------------------------

static int start_root(struct tmx_reader *r, const struct xml_element *element)
{
    const char *version = xml_element_attribute(element, "version");
    if (strcmp(element->name, "tmx") == 0 && version && strncmp(version, "1.", 2) == 0)
        return SEN_OK;
    fault_set(r->fault, "tmx.format", "body", NULL);
    return SEN_INVALID;
}

static bool is_article(const struct xml_element *element)
{
    const char *type = xml_element_attribute(element, "type");
    return strcmp(element->name, "prop") == 0 && type && strcmp(type, "x-article") == 0;
}

static enum kind kind_of(const struct xml_element *element, enum kind parent)
{
    static const struct {
        enum kind parent;
        const char *name;
        enum kind kind;
    } known[] = {
        {KIND_TMX, "body", KIND_BODY},      {KIND_BODY, "tu", KIND_UNIT},
        {KIND_UNIT, "tuv", KIND_SIDE},      {KIND_SIDE, "seg", KIND_SEGMENT},
        {KIND_SEGMENT, "hi", KIND_SEGMENT},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].parent == parent && strcmp(known[i].name, element->name) == 0)
            return known[i].kind;
    return parent == KIND_UNIT && is_article(element) ? KIND_PROP : KIND_OTHER;
}

static int on_start(void *data, const struct xml_element *element)
{
    struct tmx_reader *r = data;
    enum kind parent = r->depth ? r->open[r->depth - 1] : KIND_NONE;
    enum kind kind = parent == KIND_NONE ? KIND_TMX : kind_of(element, parent);
    r->open[r->depth++] = kind;
    if (parent == KIND_NONE)
        return start_root(r, element);
    if (parent == KIND_TMX && strcmp(element->name, "header") == 0)
        r->header_source = language_of(xml_element_attribute(element, "srclang"));
    if (kind == KIND_UNIT)
        start_unit(r, element);
    else if (kind == KIND_SIDE)
        start_side(r, element);
    else if (kind == KIND_PROP || (kind == KIND_SEGMENT && parent == KIND_SIDE))
        start_text(r);
    return SEN_OK;
}

static int on_end(void *data)
{
    struct tmx_reader *r = data;
    enum kind kind = r->open[--r->depth];
    enum kind parent = r->depth ? r->open[r->depth - 1] : KIND_NONE;
    if (kind == KIND_SEGMENT && parent == KIND_SIDE)
        end_segment(r);
    else if (kind == KIND_PROP)
        r->pair.article = r->too_long ? NULL : taken_text(r->unit, r->text.data);
    return kind == KIND_UNIT ? end_unit(r) : SEN_OK;
}

static int on_text(void *data, const char *text, size_t length)
{
    struct tmx_reader *r = data;
    enum kind kind = r->depth ? r->open[r->depth - 1] : KIND_NONE;
    if (kind != KIND_SEGMENT && kind != KIND_PROP)
        return SEN_OK;
    if (r->text.length + length > TMX_TEXT_BYTES)
        r->too_long = true;
    else
        html_bytes(&r->text, text, length);
    return SEN_OK;
}

struct tmx_reader *tmx_reader_new(TALLOC_CTX *ctx, tmx_taker *taker, void *data)
{
    static const struct xml_handlers handlers = {on_start, on_end, on_text};
    struct tmx_reader *reader = talloc_zero(ctx, struct tmx_reader);
    reader->taker = taker;
    reader->data = data;
    reader->xml = xml_reader_new(reader, &handlers, reader);
    html_init(&reader->text, reader, SIZE_MAX);
    return reader;
}

int tmx_reader_feed(struct tmx_reader *reader, const char *bytes, size_t length, bool last,
                    struct fault *ret_fault)
{
    reader->fault = ret_fault;
    return xml_reader_feed(reader->xml, bytes, length, last, ret_fault);
}

size_t tmx_reader_skipped(const struct tmx_reader *reader)
{
    return reader->skipped;
}
