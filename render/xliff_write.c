#include "render/segments_internal.h"
#include "render/xliff.h"
#include "render/xml.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct writer {
    TALLOC_CTX *ctx; // ends with the call
    struct xml *xml;
    const struct xliff_text *text;
};

static const char *member(const json_t *code, const char *name)
{
    const char *text = json_string_value(json_object_get(code, name));
    return text ? text : "";
}

static bool given(const char *text)
{
    return text && *text;
}

// ---- codes -----------------------------------------------------------------------------------

// How each kind of code is shown to tools: type and subType of the standard where it has one.
static const struct shape {
    const char *kind, *type, *sub_type;
    const char *open, *close; // for those that have no more to say
} shapes[] = {
    {"emphasis", "fmt", "xlf:i", "*", "*"}, {"strong", "fmt", "xlf:b", "**", "**"},
    {"link", "link", NULL, "[", NULL},      {"break", "fmt", "xlf:lb", "\\", NULL},
    {"code", "other", NULL, NULL, NULL},    {"address", "link", NULL, NULL, NULL},
    {"note", "other", NULL, NULL, NULL},    {"image", "image", NULL, NULL, NULL},
};

static const struct shape *shape_of(const json_t *code)
{
    const char *kind = member(code, "kind");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(shapes[i].kind, kind) == 0)
            return &shapes[i];
    return NULL;
}

// The Markdown that a code stands for, of a pair its second half.
static char *data_of(TALLOC_CTX *ctx, const json_t *code, const struct shape *shape)
{
    if (strcmp(shape->kind, "link") == 0)
        return talloc_asprintf(ctx, *member(code, "title") ? "](%s \"%s\")" : "](%s)",
                               member(code, "url"), member(code, "title"));
    if (strcmp(shape->kind, "code") == 0)
        return talloc_asprintf(ctx, "`%s`", member(code, "text"));
    if (strcmp(shape->kind, "address") == 0)
        return talloc_asprintf(ctx, "<%s>", member(code, "text"));
    if (strcmp(shape->kind, "note") == 0)
        return talloc_asprintf(ctx, "[^%s]", member(code, "note"));
    if (strcmp(shape->kind, "image") == 0)
        return talloc_asprintf(ctx, "![](%s)", member(code, "url"));
    return talloc_strdup(ctx, shape->close ? shape->close : shape->open);
}

static void write_data(struct writer *w, const char *prefix, const char *id, const char *data)
{
    char *name = talloc_asprintf(w->ctx, "%s%s", prefix, id);
    xml_start(w->xml, "data");
    xml_attribute(w->xml, "id", name);
    xml_text(w->xml, data);
    xml_end(w->xml);
    talloc_free(name);
}

static char *number_text(TALLOC_CTX *ctx, const json_t *number)
{
    return talloc_asprintf(ctx, "%lld", (long long)json_integer_value(number));
}

static void write_original_data(struct writer *w, const json_t *tokens)
{
    bool any = false;
    for (size_t i = 0; i < json_array_size(tokens); i++) {
        const json_t *code = json_array_get(tokens, i), *open = json_object_get(code, "open");
        const json_t *number = open ? open : json_object_get(code, "alone");
        const struct shape *shape = shape_of(code);
        if (!number || !shape)
            continue;
        if (!any)
            xml_start(w->xml, "originalData");
        any = true;
        char *id = number_text(w->ctx, number), *data = data_of(w->ctx, code, shape);
        if (open)
            write_data(w, "s", id, shape->open);
        write_data(w, open ? "e" : "d", id, data);
        talloc_free(id);
        talloc_free(data);
    }
    if (any)
        xml_end(w->xml);
}

// ---- units -----------------------------------------------------------------------------------

static const json_t *units_of(const struct writer *w)
{
    return json_object_get(w->text->segments, "units");
}

static char *unit_id(TALLOC_CTX *ctx, const char *name, const json_t *tokens)
{
    char hash[SEGMENTS_HASH + 1];
    segments_hash(tokens, hash);
    return talloc_asprintf(ctx, "%s-%s", name, hash);
}

static char *body_unit_id(const struct writer *w, TALLOC_CTX *ctx, size_t index)
{
    char name[32];
    snprintf(name, sizeof name, "u%zu", index);
    return unit_id(ctx, name, json_object_get(json_array_get(units_of(w), index), "tokens"));
}

// The units of a picture's texts: "u4-... u5-...", NULL where there are none.
static char *sub_flows(struct writer *w, const json_t *code)
{
    static const char *const members[] = {"alt", "title"};
    char *flows = NULL;
    for (size_t i = 0; strcmp(member(code, "kind"), "image") == 0 && i < 2; i++) {
        const json_t *number = json_object_get(code, members[i]);
        if (!json_is_integer(number))
            continue;
        char *id = body_unit_id(w, w->ctx, (size_t)json_integer_value(number));
        flows = flows ? talloc_asprintf_append(flows, " %s", id) : id;
    }
    return flows;
}

static void open_pair(struct writer *w, const json_t *code, const struct shape *shape,
                      const char *id)
{
    xml_start(w->xml, "pc");
    xml_attribute(w->xml, "id", id);
    xml_attribute(w->xml, "canCopy", "no");
    xml_attribute(w->xml, "canDelete", "no");
    xml_attribute(w->xml, "type", shape->type);
    xml_attribute(w->xml, "subType", shape->sub_type);
    xml_attribute(w->xml, "dataRefStart", talloc_asprintf(w->ctx, "s%s", id));
    xml_attribute(w->xml, "dataRefEnd", talloc_asprintf(w->ctx, "e%s", id));
}

static void write_alone(struct writer *w, const json_t *code, const struct shape *shape,
                        const char *id)
{
    bool plain = strcmp(shape->kind, "code") == 0 || strcmp(shape->kind, "address") == 0;
    xml_start(w->xml, "ph");
    xml_attribute(w->xml, "id", id);
    xml_attribute(w->xml, "canCopy", "no");
    xml_attribute(w->xml, "canDelete", "no");
    xml_attribute(w->xml, "type", shape->type);
    xml_attribute(w->xml, "subType", shape->sub_type);
    xml_attribute(w->xml, "equiv", plain ? member(code, "text") : NULL);
    xml_attribute(w->xml, "dataRef", talloc_asprintf(w->ctx, "d%s", id));
    xml_attribute(w->xml, "subFlows", sub_flows(w, code));
    xml_end(w->xml);
}

// A line break of the source is a space to those who translate it.
static void write_string(struct writer *w, const char *text, size_t length)
{
    char *line = talloc_strndup(w->ctx, text, length);
    for (char *p = line; *p; p++)
        if (*p == '\n' || *p == '\t')
            *p = ' ';
    xml_text(w->xml, line);
    talloc_free(line);
}

static void write_tokens(struct writer *w, const char *name, const json_t *unit,
                         const json_t *tokens)
{
    struct parts parts = segments_parts(w->ctx, unit, tokens, NULL);
    xml_start(w->xml, name);
    for (size_t i = 0; i < parts.count; i++) {
        const struct part *part = &parts.all[i];
        const struct shape *shape = part->code ? shape_of(part->code) : NULL;
        if (part->kind == PART_TEXT) {
            write_string(w, part->text, part->length);
        } else if (part->kind == PART_CLOSE) {
            if (shape)
                xml_end(w->xml);
        } else if (shape) {
            const json_t *open = json_object_get(part->code, "open");
            char *id = number_text(w->ctx, open ? open : json_object_get(part->code, "alone"));
            if (open)
                open_pair(w, part->code, shape, id);
            else
                write_alone(w, part->code, shape, id);
        }
    }
    xml_end(w->xml);
}

static void write_unit(struct writer *w, const char *id, const json_t *unit, const json_t *target)
{
    const json_t *tokens = json_object_get(unit, "tokens");
    TALLOC_CTX *outer = w->ctx;
    bool translated = json_array_size(target) && !segments_check(unit, target);
    w->ctx = talloc_new(outer);
    xml_start(w->xml, "unit");
    xml_attribute(w->xml, "id", id);
    write_original_data(w, tokens);
    xml_start(w->xml, "segment");
    xml_attribute(w->xml, "state",
                  !translated      ? "initial"
                  : w->text->state ? w->text->state
                                   : "translated");
    write_tokens(w, "source", unit, tokens);
    if (translated)
        write_tokens(w, "target", unit, target);
    xml_end(w->xml);
    xml_end(w->xml);
    talloc_free(w->ctx);
    w->ctx = outer;
}

static void write_words(struct writer *w, const char *name, const char *source, const char *target)
{
    if (!given(source))
        return;
    json_t *unit = json_pack("{s:[s]}", "tokens", source);
    json_t *said = given(target) ? json_pack("[s]", target) : NULL;
    write_unit(w, unit_id(w->ctx, name, json_object_get(unit, "tokens")), unit, said);
    json_decref(unit);
    json_decref(said);
}

// ---- the document ----------------------------------------------------------------------------

static void write_note(struct writer *w, const char *category, const char *text)
{
    xml_start(w->xml, "note");
    xml_attribute(w->xml, "category", category);
    xml_text(w->xml, text);
    xml_end(w->xml);
}

static void write_notes(struct writer *w)
{
    const struct xliff_text *text = w->text;
    if (!given(text->agency) && !text->revision)
        return;
    xml_start(w->xml, "notes");
    if (given(text->agency))
        write_note(w, "agency", text->agency);
    if (text->revision)
        write_note(w, "source-revision", talloc_asprintf(w->ctx, "%u", text->revision));
    xml_end(w->xml);
}

static void write_file(struct writer *w)
{
    const struct xliff_text *text = w->text;
    xml_start(w->xml, "file");
    xml_attribute(w->xml, "id", "text");
    xml_attribute(w->xml, "original", text->article);
    xml_attribute(w->xml, "srcDir", text->source_locale->rtl ? "rtl" : "ltr");
    xml_attribute(w->xml, "trgDir", text->target_locale->rtl ? "rtl" : "ltr");
    xml_attribute(w->xml, "xml:space", "preserve");
    write_notes(w);
    write_words(w, "title", text->source.title, text->target.title);
    write_words(w, "summary", text->source.summary, text->target.summary);
    write_words(w, "image", text->source.image_alt, text->target.image_alt);
    for (size_t i = 0; i < json_array_size(units_of(w)); i++) {
        const json_t *unit = json_array_get(units_of(w), i);
        // One of codes alone is not for translators.
        if (!*member(unit, "text"))
            continue;
        char *id = body_unit_id(w, w->ctx, i);
        write_unit(w, id, unit, json_array_get(text->targets, i));
        talloc_free(id);
    }
    xml_end(w->xml);
}

int xliff_write(TALLOC_CTX *ctx, const struct xliff_text *text, char **ret, size_t *ret_length)
{
    struct writer w = {.ctx = talloc_new(NULL), .text = text};
    w.xml = xml_new(w.ctx);
    xml_start(w.xml, "xliff");
    xml_attribute(w.xml, "xmlns", "urn:oasis:names:tc:xliff:document:2.0");
    xml_attribute(w.xml, "version", "2.1");
    xml_attribute(w.xml, "srcLang", text->source_locale->tag);
    xml_attribute(w.xml, "trgLang", text->target_locale->tag);
    write_file(&w);
    int r = xml_finish(w.xml, ctx, ret, ret_length);
    talloc_free(w.ctx);
    return r;
}
