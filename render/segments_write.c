// Inline content as Markdown that is read back as the same content, whatever the text says.
//
// Emphasis is the hard part: whether "*" opens or closes depends on the characters around it
// (CommonMark 0.30, section 6.2), and in Chinese, Thai or Lao there are no spaces around it. Three
// rules make it certain:
// - what must not be a blank (inside) or a letter (outside, beside punctuation) is written as a
//   character reference, which is punctuation to these rules;
// - two runs of the same character never touch: the other one is taken, or a separator put between;
// - no emphasis stands in another of its kind and character, so that a run that could close as well
//   as open finds nothing to close: lengths 1 and 2 are kept apart by the "multiple of 3" rule. For
//   "_" cmark 0.30 forgets where to look after such a run whatever its length, so no emphasis with
//   "_" stands in another. That leaves room for three inside one another.
#include "locales/text.h"
#include "render/link.h"
#include "render/segments_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMARK_UNICODE 7 // the version whose punctuation cmark 0.30 knows

#define REPLACEMENT     0xfffd
#define BYTE_ORDER_MARK 0xfeff // passed over where a text begins

enum place { PLACE_BLOCK, PLACE_HEADING, PLACE_ALT, PLACE_TITLE, PLACE_INFO, PLACE_CELL };

static const char *const places[] = {"block", "heading", "alt", "title", "info", "cell"};

struct writer {
    struct html *out;
    const json_t *segments, *targets;
    enum place place;
    const char *prefix;
    struct parts parts;
    size_t at; // the part that is being written

    bool line_start;    // nothing of the line is written yet
    unsigned digits;    // that the line begins with
    bool only_digits;   // there is nothing else in it
    uint32_t last;      // the last character, where it stands for itself; 0: markup
    size_t last_offset; // in out
    char run;           // "*", "_" or "`" when the output ends with a run of them as markup
    bool encode_next;   // the next character is written as a reference

    unsigned used[2][2]; // open emphases: [strong][is "_"]
    char *open;          // their characters
    size_t open_count;
};

// ---- characters ------------------------------------------------------------------------------

// Control characters, which no HTML can hold, are U+FFFD.
static uint32_t decode(const char *p, const char *end, size_t *ret_length)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t length = *s < 0x80 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
    if (length > (size_t)(end - p))
        length = 1;
    *ret_length = length;
    uint32_t c = length == 1 ? *s : *s & (0x7fu >> length);
    for (size_t i = 1; i < length; i++)
        c = c << 6 | (s[i] & 0x3f);
    bool control = (c < ' ' && c != '\t' && c != '\n') || c == 0x7f;
    return control ? REPLACEMENT : c;
}

static bool is_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || text_is_space(c);
}

// To the rules of emphasis, in every version of Unicode.
static bool is_word(uint32_t c)
{
    return c < 0x80 ? is_alnum(c) : !text_is_punctuation(c, UINT32_MAX) && !text_is_space(c);
}

static bool is_punctuation(uint32_t c)
{
    return c < 0x80 ? c > ' ' && c < 0x7f && !is_alnum(c) : text_is_punctuation(c, CMARK_UNICODE);
}

static bool is_entity(const char *p, const char *end)
{
    const char *start = ++p;
    if (p < end && *p == '#')
        p++;
    while (p < end && is_alnum((unsigned char)*p))
        p++;
    return p > start && p < end && *p == ';';
}

// ---- output ----------------------------------------------------------------------------------

static void wrote_markup(struct writer *w)
{
    w->last = 0;
    w->run = '\0';
    w->line_start = w->only_digits = w->encode_next = false;
}

static void put_markup(struct writer *w, const char *markup)
{
    html_raw(w->out, markup);
    wrote_markup(w);
}

static void put_reference(struct writer *w, uint32_t c)
{
    char reference[16];
    snprintf(reference, sizeof reference, "&#%lu;", (unsigned long)c);
    put_markup(w, reference);
}

static void put_escaped(struct writer *w, char c)
{
    put_markup(w, (char[]){'\\', c, '\0'});
}

static void put_character(struct writer *w, uint32_t c, const char *p, size_t length)
{
    bool digit = c >= '0' && c <= '9' && (w->line_start || w->only_digits);
    unsigned digits = w->line_start ? 1 : w->digits + 1;
    size_t offset = w->out->length;
    html_bytes(w->out, p, length);
    wrote_markup(w);
    w->last = c;
    w->last_offset = offset;
    w->only_digits = digit;
    w->digits = digits;
}

static void begin_line(struct writer *w)
{
    html_raw(w->out, "\n");
    html_raw(w->out, w->prefix);
    wrote_markup(w);
    w->line_start = true;
}

// The last character becomes a reference.
static void encode_last(struct writer *w)
{
    w->out->length = w->last_offset;
    put_reference(w, w->last);
}

// ---- what stands around ----------------------------------------------------------------------

static const struct part *part_at(const struct writer *w, size_t index)
{
    return index < w->parts.count ? &w->parts.all[index] : NULL;
}

static bool is_emphasis(const struct part *part)
{
    return part && (part->kind == PART_OPEN || part->kind == PART_CLOSE) &&
           strcmp(part->name, "link") != 0;
}

static bool closes_emphasis(const struct part *part)
{
    return is_emphasis(part) && part->kind == PART_CLOSE;
}

static bool opens_emphasis(const struct part *part)
{
    return is_emphasis(part) && part->kind == PART_OPEN;
}

// Will the output go on with "["?
static bool opens_bracket(const struct part *part)
{
    return part && ((part->kind == PART_OPEN && strcmp(part->name, "link") == 0) ||
                    (part->kind == PART_ALONE && strcmp(part->name, "note") == 0));
}

static uint32_t first_character(const struct part *part)
{
    size_t length;
    return part && part->kind == PART_TEXT ? decode(part->text, part->text + part->length, &length)
                                           : 0;
}

// ---- text ------------------------------------------------------------------------------------

struct cursor {
    const char *start, *p, *next, *end; // of the part, the character, the next one
    const struct part *before, *after;  // the part
};

static bool is_last(const struct cursor *at)
{
    return at->next == at->end;
}

// Is the character right behind the beginning or before the end of an emphasis?
static bool lines_emphasis(const struct cursor *at)
{
    return (at->p == at->start && opens_emphasis(at->before)) ||
           (is_last(at) && closes_emphasis(at->after));
}

static void write_newline(struct writer *w, const struct cursor *at)
{
    bool ends = is_last(at) && !at->after;
    if (w->place == PLACE_ALT)
        put_character(w, ' ', " ", 1);
    else if (w->place == PLACE_BLOCK && !w->line_start && !w->encode_next && !ends &&
             !lines_emphasis(at) && (is_last(at) || *at->next != '\n'))
        begin_line(w);
    else
        put_reference(w, '\n');
}

static void write_blank(struct writer *w, const struct cursor *at, uint32_t c)
{
    bool at_end = is_last(at) ? !at->after : *at->next == '\n';
    if (w->line_start || at_end || w->encode_next || lines_emphasis(at))
        put_reference(w, c);
    else
        put_character(w, c, at->p, 1);
}

// Would the character begin a list, heading, quote, rule or fence, or underline a heading?
static bool marks_block(const struct writer *w, const struct cursor *at, char c)
{
    char next = is_last(at) ? ' ' : *at->next;
    bool blank = next == ' ' || next == '\t' || next == '\n';
    if (w->place != PLACE_BLOCK)
        return false;
    if (!w->line_start)
        return (c == '.' || c == ')') && w->only_digits && w->digits <= 9 && blank;
    return strchr("#>=~", c) || (strchr("+-", c) && (blank || next == '-'));
}

static bool needs_escape(const struct writer *w, const struct cursor *at, char c)
{
    bool last = is_last(at);
    unsigned char next = last ? '\0' : (unsigned char)*at->next;
    switch (c) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
        return true;
    case '_':
        return !is_alnum(w->last) || !is_alnum(next); // inside a word it means nothing
    case '<':
        return last || is_alnum(next) || strchr("/!?", next);
    case '&':
        return is_entity(at->p, at->end);
    case '!':
        return last && opens_bracket(at->after);
    case '#':
        return marks_block(w, at, c) || (w->place == PLACE_HEADING && last && !at->after);
    default:
        return marks_block(w, at, c);
    }
}

static void write_character(struct writer *w, const struct cursor *at, uint32_t c)
{
    if (c == '\n')
        write_newline(w, at);
    else if (c == ' ' || c == '\t')
        write_blank(w, at, c);
    else if (w->encode_next || (lines_emphasis(at) && text_is_space(c)) ||
             (c == BYTE_ORDER_MARK && !w->out->length))
        put_reference(w, c);
    else if (c < 0x80 && needs_escape(w, at, (char)c))
        put_escaped(w, (char)c);
    else if (c == REPLACEMENT)
        put_character(w, c, "\xef\xbf\xbd", 3);
    else
        put_character(w, c, at->p, (size_t)(at->next - at->p));
}

static void write_text(struct writer *w, const struct part *part)
{
    struct cursor at = {.start = part->text,
                        .p = part->text,
                        .end = part->text + part->length,
                        .before = w->at ? part_at(w, w->at - 1) : NULL,
                        .after = part_at(w, w->at + 1)};
    for (; at.p < at.end; at.p = at.next) {
        size_t length;
        uint32_t c = decode(at.p, at.end, &length);
        at.next = at.p + length;
        write_character(w, &at, c);
    }
}

// ---- emphasis --------------------------------------------------------------------------------

// Is there another emphasis inside the one that opens here?
static bool holds_emphasis(const struct writer *w)
{
    const struct part *opening = part_at(w, w->at);
    for (size_t i = w->at + 1; i < w->parts.count; i++) {
        const struct part *part = &w->parts.all[i];
        if (part->kind == PART_CLOSE && part->code == opening->code)
            return false;
        if (opens_emphasis(part))
            return true;
    }
    return false;
}

// "*" where it is free; "_" where that would touch another run, if nothing inside may need it.
static char choose(struct writer *w, bool strong)
{
    bool star = !w->used[strong][0], underscore = !w->used[0][1] && !w->used[1][1];
    bool touches = w->run == '*' || (w->open_count && w->open[w->open_count - 1] == '*');
    if (star && !(underscore && touches && w->run != '_' && !holds_emphasis(w)))
        return '*';
    if (underscore)
        return '_';
    abort(); // segments_parts() lets no further one in
}

static void put_run(struct writer *w, char c, bool strong)
{
    put_markup(w, (char[]){c, strong ? c : '\0', '\0'});
    w->run = c;
}

// Will the output surely go on with a letter? One that stands alone before another emphasis may
// become a reference.
static bool word_follows(const struct writer *w)
{
    const struct part *next = part_at(w, w->at + 1);
    size_t length;
    if (!next || next->kind != PART_TEXT)
        return false;
    uint32_t c = decode(next->text, next->text + next->length, &length);
    return is_word(c) && !(length == next->length && opens_emphasis(part_at(w, w->at + 2)));
}

static void open_emphasis(struct writer *w, bool strong)
{
    char run = choose(w, strong);
    if (w->run == run)
        put_markup(w, SEGMENTS_SEPARATOR);
    uint32_t next = first_character(part_at(w, w->at + 1));
    if (w->last && !is_blank(w->last) && !is_punctuation(w->last) &&
        (run == '_' || !word_follows(w)))
        encode_last(w);
    put_run(w, run, strong);
    w->encode_next = next && is_blank(next);
    w->used[strong][run == '_']++;
    w->open[w->open_count++] = run;
}

static void close_emphasis(struct writer *w, bool strong)
{
    char run = w->open[--w->open_count];
    w->used[strong][run == '_']--;
    if (w->run == run || w->line_start)
        put_markup(w, SEGMENTS_SEPARATOR);
    uint32_t next = first_character(part_at(w, w->at + 1));
    bool behind_word = w->last && is_word(w->last);
    put_run(w, run, strong);
    w->encode_next =
        next && !is_blank(next) && !is_punctuation(next) && (run == '_' || !behind_word);
}

// ---- other codes -----------------------------------------------------------------------------

static const char *member(const json_t *code, const char *name)
{
    const char *text = json_string_value(json_object_get(code, name));
    return text ? text : "";
}

// Character references are resolved before backslashes there, so "&" has no backslash.
static void put_quoted(struct html *out, const char *text, const char *escaped)
{
    const char *end = text + strlen(text);
    for (; *text; text++) {
        if (*text == '&' && is_entity(text, end))
            html_raw(out, "&amp;");
        else if (*text == '\n')
            html_raw(out, "&#10;");
        else if (strchr(escaped, *text))
            html_bytes(out, (char[]){'\\', *text}, 2);
        else
            html_bytes(out, text, 1);
    }
}

static bool is_simple(const char *url)
{
    for (const char *p = url; *p; p++)
        if (!((unsigned char)*p >= 0x80 || is_alnum((unsigned char)*p) ||
              strchr("-._~:/?#@!$*+,;=%", *p)))
            return false;
    return *url;
}

void segments_write_url(struct html *out, const char *url)
{
    if (is_simple(url)) {
        html_raw(out, url);
        return;
    }
    html_raw(out, "<");
    put_quoted(out, url, "\\<>");
    html_raw(out, ">");
}

static void put_destination(struct html *out, const char *url, const char *title)
{
    html_raw(out, "](");
    segments_write_url(out, url);
    if (*title) {
        html_raw(out, " \"");
        put_quoted(out, title, "\\\"");
        html_raw(out, "\"");
    }
    html_raw(out, ")");
}

static void write_code(struct writer *w, const char *text)
{
    size_t longest = 0, length = strlen(text);
    for (size_t i = 0, run = 0; i < length; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    bool pad = length && (strchr("` ", text[0]) || strchr("` ", text[length - 1])) &&
               text[strspn(text, " ")];
    if (w->run == '`')
        put_markup(w, SEGMENTS_SEPARATOR);
    for (size_t i = 0; i <= longest; i++)
        html_raw(w->out, "`");
    html_raw(w->out, pad ? " " : "");
    html_raw(w->out, text);
    html_raw(w->out, pad ? " " : "");
    for (size_t i = 0; i <= longest; i++)
        html_raw(w->out, "`");
    wrote_markup(w);
    w->run = '`';
}

static void write_note(struct writer *w, const char *note)
{
    const struct part *next = part_at(w, w->at + 1);
    uint32_t c = first_character(next);
    html_raw(w->out, "[^");
    html_raw(w->out, note);
    // What follows must not make a link or a note of it.
    html_raw(w->out, opens_bracket(next) || c == '(' || c == ':' ? "][]" : "]");
    wrote_markup(w);
}

static void write_break(struct writer *w)
{
    if (w->place != PLACE_BLOCK) {
        put_character(w, ' ', " ", 1);
        return;
    }
    html_raw(w->out, "\\");
    begin_line(w);
    if (!part_at(w, w->at + 1))
        put_markup(w, SEGMENTS_SEPARATOR);
}

// The text of a picture's unit, as it will be said; "" where there is none.
static char *unit_text(struct writer *w, const json_t *number)
{
    const json_t *unit =
        json_array_get(json_object_get(w->segments, "units"), (size_t)json_integer_value(number));
    const json_t *target = json_array_get(w->targets, (size_t)json_integer_value(number));
    if (!json_array_size(target))
        target = json_object_get(unit, "tokens");
    return segments_text(w->parts.all, json_is_integer(number) ? target : NULL);
}

static void write_image(struct writer *w, const json_t *code)
{
    char *title = unit_text(w, json_object_get(code, "title"));
    const json_t *alt = json_object_get(code, "alt");
    html_raw(w->out, "![");
    if (json_is_integer(alt)) {
        char *text = unit_text(w, alt);
        json_t *unit = json_pack("{s:s, s:[s]}", "place", places[PLACE_ALT], "tokens", text);
        segments_write(w->out, NULL, NULL, unit, NULL);
        json_decref(unit);
    }
    put_destination(w->out, member(code, "url"), title);
    wrote_markup(w);
}

static void write_alone(struct writer *w, const struct part *part)
{
    if (strcmp(part->name, "code") == 0) {
        write_code(w, member(part->code, "text"));
    } else if (strcmp(part->name, "break") == 0) {
        write_break(w);
    } else if (strcmp(part->name, "image") == 0) {
        write_image(w, part->code);
    } else if (strcmp(part->name, "note") == 0) {
        write_note(w, member(part->code, "note"));
    } else {
        html_raw(w->out, "<");
        html_raw(w->out, member(part->code, "text"));
        html_raw(w->out, ">");
        wrote_markup(w);
    }
}

static void write_part(struct writer *w, const struct part *part)
{
    bool strong = part->name && strcmp(part->name, "strong") == 0;
    if (part->kind == PART_TEXT) {
        write_text(w, part);
    } else if (part->kind == PART_ALONE) {
        write_alone(w, part);
    } else if (is_emphasis(part)) {
        if (part->kind == PART_OPEN)
            open_emphasis(w, strong);
        else
            close_emphasis(w, strong);
    } else if (part->kind == PART_OPEN) {
        put_markup(w, "[");
    } else {
        put_destination(w->out, member(part->code, "url"), member(part->code, "title"));
        wrote_markup(w);
    }
}

// ---- places ----------------------------------------------------------------------------------

static void write_cell(struct html *out, const char *text)
{
    size_t length = strlen(text);
    bool quotes = !length || strpbrk(text, ",\"") || strchr(" \t", text[0]) ||
                  strchr(" \t", text[length - 1]) || strchr("`~[", text[0]);
    html_raw(out, quotes ? "\"" : "");
    for (; *text; text++)
        html_bytes(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    html_raw(out, quotes ? "\"" : "");
}

static void write_info(struct html *out, const char *text)
{
    for (const char *end = text + strlen(text); *text; text++) {
        if (*text == '&' && is_entity(text, end))
            html_raw(out, "&amp;");
        else if (*text == '`')
            html_raw(out, "&#96;");
        else if (*text == '\\')
            html_raw(out, "\\\\");
        else
            html_bytes(out, text, 1);
    }
}

static enum place place_of(const json_t *unit)
{
    const char *name = member(unit, "place");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i], name) == 0)
            return (enum place)i;
    return PLACE_BLOCK;
}

void segments_write(struct html *out, const json_t *segments, const json_t *targets,
                    const json_t *unit, const json_t *target)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    if (!json_array_size(target))
        target = json_object_get(unit, "tokens");
    struct writer w = {.out = out,
                       .segments = segments,
                       .targets = targets,
                       .place = place_of(unit),
                       .prefix = member(unit, "prefix"),
                       .line_start = true};
    if (w.place == PLACE_TITLE) {
        put_quoted(out, segments_text(ctx, target), "\\\"");
    } else if (w.place == PLACE_INFO) {
        write_info(out, segments_text(ctx, target));
    } else if (w.place == PLACE_CELL) {
        write_cell(out, segments_text(ctx, target));
    } else {
        w.parts = segments_parts(ctx, unit, target, NULL);
        w.open = talloc_array(ctx, char, w.parts.count + 1);
        for (; w.at < w.parts.count; w.at++)
            write_part(&w, &w.parts.all[w.at]);
    }
    talloc_free(ctx);
}
