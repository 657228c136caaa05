#include "content/frontmatter.h"

#include "content/fault.h"
#include "content/fields.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include <yaml.h>

struct frontmatter_line {
    struct frontmatter_line *next;
    char *path;
    unsigned line;
};

// An open collection, the innermost last.
struct level {
    json_t *value;
    char *path;
    char *key; // of a mapping: the key whose value comes next; NULL: a key comes next
};

struct building {
    TALLOC_CTX *ctx;
    struct frontmatter *matter;
    struct fault *fault;
    struct level levels[FRONTMATTER_DEPTH];
    size_t depth;
    size_t keys;
};

// ---- reading ------------------------------------------------------------------------------------

static int parser_free(yaml_parser_t *parser)
{
    yaml_parser_delete(parser);
    return 0;
}

// Lines of the mark count from 0 behind the opening line.
static unsigned line_at(const yaml_mark_t *mark)
{
    return (unsigned)mark->line + 2;
}

static int refuse(struct building *building, const yaml_event_t *event, const char *key,
                  const char *field, const char *detail)
{
    fault_set(building->fault, key, field ? talloc_strdup(building->ctx, field) : NULL, detail);
    building->fault->line = line_at(&event->start_mark);
    return SEN_INVALID;
}

static void remember_line(struct building *building, const char *path, const yaml_event_t *event)
{
    struct frontmatter_line *line = talloc(building->ctx, struct frontmatter_line);
    *line = (struct frontmatter_line){NULL, talloc_strdup(line, path), line_at(&event->start_mark)};
    LL_PREPEND(building->matter->lines, line);
}

static char *next_path(struct building *building, const struct level *level)
{
    if (!level->key)
        return talloc_asprintf(building->ctx, "%s[%zu]", level->path,
                               json_array_size(level->value));
    return talloc_asprintf(building->ctx, "%s%s%s", level->path, *level->path ? "." : "",
                           level->key);
}

static int add_key(struct building *building, struct level *level, const yaml_event_t *event)
{
    const char *key = (const char *)event->data.scalar.value;
    if (event->type != YAML_SCALAR_EVENT || strlen(key) != event->data.scalar.length)
        return refuse(building, event, "fault.yaml", NULL, "a key must be a word");
    if (++building->keys > FRONTMATTER_KEYS)
        return refuse(building, event, "fault.front_matter_keys", NULL, NULL);
    if (json_object_get(level->value, key))
        return refuse(building, event, "fault.doubled_key", key, key);
    level->key = talloc_strdup(building->ctx, key);
    remember_line(building, next_path(building, level), event);
    return SEN_OK;
}

// Put a value where the innermost collection expects one. It takes the reference.
static int add_value(struct building *building, json_t *value, const yaml_event_t *event)
{
    if (!value) // not UTF-8
        return refuse(building, event, "fault.bad_utf8", NULL, NULL);
    if (!building->depth) {
        building->matter->values = fields_own(building->ctx, value);
        return SEN_OK;
    }
    struct level *level = &building->levels[building->depth - 1];
    if (json_is_array(level->value)) {
        remember_line(building, next_path(building, level), event);
        json_array_append_new(level->value, value);
    } else {
        json_object_set_new(level->value, level->key, value);
        level->key = NULL;
    }
    return SEN_OK;
}

static int open_collection(struct building *building, json_t *value, const yaml_event_t *event)
{
    char *path = talloc_strdup(building->ctx, "");
    if (building->depth)
        path = next_path(building, &building->levels[building->depth - 1]);
    if (building->depth == FRONTMATTER_DEPTH) {
        json_decref(value);
        return refuse(building, event, "fault.front_matter_depth", path, NULL);
    }
    int r = add_value(building, value, event);
    building->levels[building->depth++] = (struct level){value, path, NULL};
    return r;
}

static bool has_extras(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    case YAML_DOCUMENT_START_EVENT:
        return event->data.document_start.version_directive ||
               event->data.document_start.tag_directives.start !=
                   event->data.document_start.tag_directives.end;
    default:
        return event->type == YAML_ALIAS_EVENT;
    }
}

static int take_event(struct building *building, const yaml_event_t *event)
{
    if (has_extras(event))
        return refuse(building, event, "fault.yaml_feature", NULL, NULL);
    if (event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT) {
        building->depth--;
        return SEN_OK;
    }
    if (event->type == YAML_DOCUMENT_START_EVENT && building->matter->values)
        return refuse(building, event, "fault.yaml_feature", NULL, NULL);
    bool is_value = event->type == YAML_SCALAR_EVENT || event->type == YAML_MAPPING_START_EVENT ||
                    event->type == YAML_SEQUENCE_START_EVENT;
    if (!is_value)
        return SEN_OK;
    if (!building->depth && event->type != YAML_MAPPING_START_EVENT)
        return refuse(building, event, "fault.yaml", NULL, "it must be a list of \"key: value\"");
    if (building->depth) {
        struct level *level = &building->levels[building->depth - 1];
        if (json_is_object(level->value) && !level->key)
            return add_key(building, level, event);
    }
    if (event->type == YAML_SCALAR_EVENT)
        return add_value(
            building,
            json_stringn((const char *)event->data.scalar.value, event->data.scalar.length), event);
    json_t *value = event->type == YAML_MAPPING_START_EVENT ? json_object() : json_array();
    return open_collection(building, value, event);
}

static int read_yaml(struct building *building, const char *text, size_t length)
{
    yaml_parser_t *parser = talloc_zero(building->ctx, yaml_parser_t);
    if (!yaml_parser_initialize(parser))
        abort(); // out of memory
    talloc_set_destructor(parser, parser_free);
    yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            fault_set(building->fault, "fault.yaml", NULL, parser->problem ? parser->problem : "");
            // What never ends is found at the end of all, but wrong where it began.
            bool at_end = parser->problem_mark.index >= length && parser->context;
            building->fault->line = line_at(at_end ? &parser->context_mark : &parser->problem_mark);
            return SEN_INVALID;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        int r = take_event(building, &event);
        yaml_event_delete(&event);
        if (r)
            return r;
    }
    if (building->matter->values)
        return SEN_OK;
    fault_set(building->fault, "fault.no_front_matter", NULL, NULL);
    building->fault->line = 1;
    return SEN_INVALID;
}

static bool is_fence(const char *line, size_t length)
{
    while (length > 3 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        length--;
    return length == 3 && memcmp(line, "---", 3) == 0;
}

// Find the closing line. Returns its offset; *ret_behind is the offset of the line behind it.
static bool find_end(const char *text, size_t length, size_t from, size_t *ret_end,
                     size_t *ret_behind, unsigned *ret_lines)
{
    *ret_lines = 1;
    for (size_t at = from; at < length;) {
        const char *newline = memchr(text + at, '\n', length - at);
        size_t line = newline ? (size_t)(newline - text) - at : length - at;
        ++*ret_lines;
        if (is_fence(text + at, line)) {
            *ret_end = at;
            *ret_behind = newline ? at + line + 1 : length;
            return true;
        }
        at += line + 1;
    }
    return false;
}

static int refuse_whole(struct fault *ret_fault, const char *key)
{
    fault_set(ret_fault, key, NULL, NULL);
    ret_fault->line = 1;
    return SEN_INVALID;
}

int frontmatter_read(TALLOC_CTX *ctx, const char *text, size_t length, struct frontmatter *ret,
                     struct fault *ret_fault)
{
    const char *newline = memchr(text, '\n', length);
    if (!newline || !is_fence(text, (size_t)(newline - text)))
        return refuse_whole(ret_fault, "fault.no_front_matter");
    size_t start = (size_t)(newline - text) + 1, end, behind;
    unsigned lines;
    if (!find_end(text, length, start, &end, &behind, &lines))
        return refuse_whole(ret_fault, "fault.front_matter_open");
    if (end - start > FRONTMATTER_BYTES)
        return refuse_whole(ret_fault, "fault.front_matter_size");

    struct frontmatter matter = {
        .body = text + behind, .body_length = length - behind, .body_line = lines + 1};
    struct building building = {.ctx = talloc_new(ctx), .matter = &matter, .fault = ret_fault};
    int r = read_yaml(&building, text + start, end - start);
    if (!r)
        *ret = matter;
    else if (ret_fault->field)
        ret_fault->field = talloc_strdup(ctx, ret_fault->field);
    if (r)
        talloc_free(building.ctx);
    return r;
}

unsigned frontmatter_line(const struct frontmatter *matter, const char *path)
{
    size_t best_length = 0;
    unsigned best = 1;
    for (const struct frontmatter_line *line = matter->lines; line; line = line->next) {
        size_t length = strlen(line->path);
        if (length >= best_length && strncmp(line->path, path, length) == 0 &&
            (!path[length] || path[length] == '.' || path[length] == '[')) {
            best = line->line;
            best_length = length;
        }
    }
    return best;
}

// ---- writing ------------------------------------------------------------------------------------

static int append(void *data, unsigned char *bytes, size_t length)
{
    char **text = data;
    *text = talloc_strndup_append_buffer(*text, (const char *)bytes, length);
    return 1;
}

static void emit(yaml_emitter_t *emitter, yaml_event_t *event, int made)
{
    if (!made || !yaml_emitter_emit(emitter, event))
        abort(); // out of memory: what is emitted here is well-formed
}

// Names stand as they are, sentences in quotation marks.
static void emit_text(yaml_emitter_t *emitter, const char *text)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    yaml_event_t event;
    bool plain = *text && !text[strspn(text, name)];
    emit(emitter, &event,
         yaml_scalar_event_initialize(
             &event, NULL, NULL, (const yaml_char_t *)text, (int)strlen(text), 1, 1,
             plain ? YAML_ANY_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE));
}

static void emit_value(yaml_emitter_t *emitter, const json_t *value);

static void emit_array(yaml_emitter_t *emitter, const json_t *array)
{
    yaml_event_t event;
    size_t i;
    json_t *element;
    bool flow = !json_is_object(json_array_get(array, 0));
    emit(emitter, &event,
         yaml_sequence_start_event_initialize(
             &event, NULL, NULL, 1, flow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE));
    json_array_foreach (array, i, element)
        emit_value(emitter, element);
    emit(emitter, &event, yaml_sequence_end_event_initialize(&event));
}

static void emit_object(yaml_emitter_t *emitter, const json_t *object)
{
    yaml_event_t event;
    const char *name;
    json_t *value;
    emit(emitter, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    json_object_foreach ((json_t *)object, name, value) {
        emit_text(emitter, name);
        emit_value(emitter, value);
    }
    emit(emitter, &event, yaml_mapping_end_event_initialize(&event));
}

static void emit_value(yaml_emitter_t *emitter, const json_t *value)
{
    char number[24];
    if (json_is_object(value)) {
        emit_object(emitter, value);
    } else if (json_is_array(value)) {
        emit_array(emitter, value);
    } else if (json_is_string(value)) {
        emit_text(emitter, json_string_value(value));
    } else if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        emit_text(emitter, number);
    } else {
        emit_text(emitter, json_is_true(value) ? "true" : "false");
    }
}

char *frontmatter_write(TALLOC_CTX *ctx, const json_t *values, const char *body)
{
    yaml_emitter_t emitter;
    yaml_event_t event;
    char *text = talloc_strdup(ctx, "---\n");
    if (!yaml_emitter_initialize(&emitter))
        abort(); // out of memory
    yaml_emitter_set_output(&emitter, append, &text);
    yaml_emitter_set_encoding(&emitter, YAML_UTF8_ENCODING);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    emit(&emitter, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(&emitter, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
    emit_object(&emitter, values);
    emit(&emitter, &event, yaml_document_end_event_initialize(&event, 1));
    emit(&emitter, &event, yaml_stream_end_event_initialize(&event));
    yaml_emitter_delete(&emitter);
    size_t length = strlen(body);
    bool ended = length && body[length - 1] == '\n';
    return talloc_asprintf_append_buffer(text, "---\n\n%s%s", body, ended ? "" : "\n");
}
