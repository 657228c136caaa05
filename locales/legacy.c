// First what Markdown means by these signs is hidden: code, links, brackets in pairs, addresses,
// escapes, tables. Then the words that still hold one are looked at.
#include "locales/legacy.h"

#include "locales/icu.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#define BREVE "\u0306"

// A paragraph with more open brackets than this has no text that anybody typed.
enum {
    OPEN_MAX = 64,
    RUN_MAX = 16,         // of backticks
    TAG_BYTES = 256,      // of HTML
    ADDRESS_BYTES = 1024, // of a link
    WORD_BYTES = 40,
    WORDS_SHOWN = 3,
};

struct reading {
    const char *text;
    size_t length;
    char *hidden; // one for each byte: it is mark-up, and stands in no word
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

static bool is_ascii_punctuation(char c)
{
    return c && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c);
}

// The byte at a place, NUL outside the text.
static char at(const struct reading *reading, size_t i)
{
    return i < reading->length ? reading->text[i] : '\0';
}

static bool is_letter(UChar32 c)
{
    return c > 0 && (u_isalpha(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK));
}

static UChar32 character_before(const struct reading *reading, size_t i)
{
    UChar32 c = 0;
    if (i > 0) {
        int32_t start = (int32_t)i;
        U8_PREV((const uint8_t *)reading->text, 0, start, c);
    }
    return c;
}

static UChar32 character_at(const struct reading *reading, size_t i)
{
    UChar32 c = 0;
    if (i < reading->length) {
        size_t next = i;
        U8_NEXT((const uint8_t *)reading->text, next, reading->length, c);
    }
    return c;
}

static bool letter_before(const struct reading *reading, size_t i)
{
    return is_letter(character_before(reading, i));
}

static bool letter_at(const struct reading *reading, size_t i)
{
    return is_letter(character_at(reading, i));
}

static void hide(struct reading *reading, size_t from, size_t to)
{
    memset(reading->hidden + from, 1, to - from);
}

static size_t line_end(const struct reading *reading, size_t from)
{
    const char *newline = memchr(reading->text + from, '\n', reading->length - from);
    return newline ? (size_t)(newline - reading->text) : reading->length;
}

static size_t run_of(const struct reading *reading, size_t from, size_t end, char c)
{
    size_t i = from;
    while (i < end && reading->text[i] == c)
        i++;
    return i - from;
}

// ---- blocks --------------------------------------------------------------------------------

// The length of the fence that a line opens or closes; 0 when it is none.
static size_t fence_of(const struct reading *reading, size_t from, size_t end, char *ret_sign)
{
    while (from < end && (is_blank(reading->text[from]) || reading->text[from] == '>'))
        from++;
    *ret_sign = at(reading, from);
    size_t run = *ret_sign == '`' || *ret_sign == '~' ? run_of(reading, from, end, *ret_sign) : 0;
    return run >= 3 ? run : 0;
}

static void hide_fences(struct reading *reading)
{
    size_t open = 0;
    char sign = '\0';
    for (size_t from = 0, end; from < reading->length; from = end + 1) {
        char here;
        end = line_end(reading, from);
        size_t run = fence_of(reading, from, end, &here);
        if (open || run)
            hide(reading, from, end);
        if (!open && run) {
            open = run;
            sign = here;
        } else if (open && here == sign && run >= open) {
            open = 0;
        }
    }
}

static bool is_blank_line(const struct reading *reading, size_t from, size_t end)
{
    while (from < end && is_blank(reading->text[from]))
        from++;
    return from == end;
}

// "|---|:--:|"
static bool is_table_rule(const struct reading *reading, size_t from, size_t end)
{
    bool dash = false, bar = false;
    for (; from < end; from++) {
        char c = reading->text[from];
        dash |= c == '-';
        bar |= c == '|';
        if (c != '-' && c != '|' && c != ':' && !is_blank(c))
            return false;
    }
    return dash && bar;
}

static void hide_bars(struct reading *reading, size_t from, size_t end)
{
    for (; from < end; from++)
        if (reading->text[from] == '|')
            reading->hidden[from] = 1;
}

// ---- inside a paragraph ----------------------------------------------------------------------

// In honest text no letter stands on both outer sides of a span of several words, and none behind a
// mark that a blank stands before.
static bool is_word_mark(const struct reading *reading, size_t open, size_t close)
{
    if (!letter_at(reading, close + 1))
        return false;
    if (is_blank(at(reading, close - 1)))
        return true;
    size_t word = 0;
    while (word < WORD_BYTES && open + word < close && !is_blank(at(reading, open + word)))
        word++;
    return open + word < close && letter_before(reading, open);
}

static size_t find_run(const struct reading *reading, size_t from, size_t end, size_t run)
{
    while (from < end) {
        size_t here = run_of(reading, from, end, '`');
        if (here == run)
            return from;
        from += here ? here : 1;
    }
    return end;
}

static void hide_code(struct reading *reading, size_t from, size_t end)
{
    bool unclosed[RUN_MAX] = {false}; // looked for once in a paragraph, not once for each of them
    while (from < end) {
        if (reading->hidden[from] || reading->text[from] != '`') {
            from++;
            continue;
        }
        size_t run = run_of(reading, from, end, '`'), close = end;
        if (run < RUN_MAX && !unclosed[run])
            close = find_run(reading, from + run, end, run);
        if (close == end) {
            unclosed[run < RUN_MAX ? run : 0] = true;
            from += run;
        } else if (run == 1 && is_word_mark(reading, from, close)) {
            from = close;
        } else {
            hide(reading, from, close + run);
            from = close + run;
        }
    }
}

// Addresses, tags and escapes.
static void hide_addresses(struct reading *reading, size_t from, size_t end)
{
    const char *text = reading->text;
    for (size_t i = from; i < end; i++) {
        size_t stop = i;
        if (text[i] == '\\' && is_ascii_punctuation(at(reading, i + 1))) {
            stop = i + 2;
        } else if (text[i] == '<' && i + 1 < end && !is_blank(text[i + 1])) {
            const char *close = memchr(text + i, '>', end - i < TAG_BYTES ? end - i : TAG_BYTES);
            stop = close ? (size_t)(close - text) + 1 : i;
        } else if (text[i] == ':' && end - i > 2 && (text[i + 1] == '/' || text[i + 1] == '\\')) {
            for (int scheme = 0; scheme < 12 && i > from && u_isalpha(text[i - 1]); scheme++)
                i--;
            for (stop = i; stop < end && !is_blank(text[stop]) && text[stop] != ')';)
                stop++;
        }
        if (stop > i) {
            hide(reading, i, stop);
            i = stop - 1;
        }
    }
}

// "(address "title")" behind a link's text; from when it does not end.
static size_t destination_end(const struct reading *reading, size_t from, size_t end)
{
    int depth = 0;
    for (size_t i = from; i < end && i < from + ADDRESS_BYTES; i++) {
        depth += (reading->text[i] == '(') - (reading->text[i] == ')');
        if (depth == 0)
            return i + 1;
    }
    return from;
}

static void hide_brackets(struct reading *reading, size_t from, size_t end)
{
    size_t open[OPEN_MAX], count = 0, endless = from;
    for (size_t i = from; i < end; i++) {
        if (reading->hidden[i])
            continue;
        if (reading->text[i] == '[') {
            if (count == OPEN_MAX)
                memmove(open, open + 1, --count * sizeof *open);
            open[count++] = i;
        } else if (reading->text[i] == ']' && count) {
            char next = at(reading, i + 1);
            bool link = next == '(' || next == '[' || next == ':';
            if (!link && is_word_mark(reading, open[count - 1], i))
                continue;
            count--;
            reading->hidden[open[count]] = reading->hidden[i] = 1;
            if (next != '(' || i < endless)
                continue;
            size_t stop = destination_end(reading, i + 1, end);
            hide(reading, i + 1, stop);
            if (stop == i + 1)
                endless = i + ADDRESS_BYTES; // nor do those that begin inside it
        }
    }
}

// Pairs of braces and of dollars, on one line: attributes and formulas.
static void hide_pairs(struct reading *reading, size_t from, size_t end)
{
    const char *text = reading->text;
    while (from < end) {
        size_t line = line_end(reading, from);
        bool lone_brace = false, lone_dollar = false;
        for (; from < line; from++) {
            bool brace = text[from] == '{';
            bool *lone = brace ? &lone_brace : &lone_dollar;
            if (reading->hidden[from] || *lone || (!brace && text[from] != '$'))
                continue;
            const char *close = memchr(text + from + 1, brace ? '}' : '$', line - from - 1);
            *lone = !close;
            if (close) {
                hide(reading, from, (size_t)(close - text) + 1);
                from = (size_t)(close - text);
            }
        }
        from = line + 1;
    }
}

static void hide_paragraph(struct reading *reading, size_t from, size_t end, bool table)
{
    if (table)
        hide_bars(reading, from, end);
    hide_code(reading, from, end);
    hide_addresses(reading, from, end);
    hide_brackets(reading, from, end);
    hide_pairs(reading, from, end);
}

static void hide_markup(struct reading *reading)
{
    size_t begin = 0;
    bool table = false;
    hide_fences(reading);
    for (size_t from = 0, end; from < reading->length; from = end + 1) {
        end = line_end(reading, from);
        if (is_blank_line(reading, from, end)) {
            hide_paragraph(reading, begin, from, table);
            begin = end < reading->length ? end + 1 : end;
            table = false;
        }
        table |= is_table_rule(reading, from, end);
    }
    if (begin < reading->length)
        hide_paragraph(reading, begin, reading->length, table);
}

// ---- words ---------------------------------------------------------------------------------

enum doubt { NOT_LEGACY, PERHAPS, CERTAIN };

static bool is_sign(const struct reading *reading, size_t i)
{
    char c = reading->text[i];
    return c && strchr("[]{^`|\\", c);
}

// ê, ô, ơ and ư, the letters that take a breve as well.
static bool takes_breve(UChar32 c)
{
    c = u_tolower(c);
    return c == 0xea || c == 0xf4 || c == 0x1a1 || c == 0x1b0;
}

// What a sign at i of a word that ends at end speaks for.
static enum doubt judge(const struct reading *reading, size_t i, size_t end, size_t letters)
{
    UChar32 before = character_before(reading, i);
    bool follows = is_letter(before);
    bool leads = i + 1 < end && letter_at(reading, i + 1);
    switch (reading->text[i]) {
    case '[':
    case '{':
        return !leads ? NOT_LEGACY : follows ? CERTAIN : PERHAPS;
    case ']':
        if (leads)
            return CERTAIN;
        return follows && !strchr("([:", at(reading, end)) ? PERHAPS : NOT_LEGACY;
    case '|':
        return !takes_breve(before) ? NOT_LEGACY : leads ? CERTAIN : PERHAPS;
    case '\\':
        before = u_tolower(before);
        return (before == 'c' || before == 'e') && (leads || at(reading, end) == ' ') ? PERHAPS
                                                                                      : NOT_LEGACY;
    case '^': // a power has digits, or single letters
        return follows && (leads || i + 1 == end) && letters >= 3 ? PERHAPS : NOT_LEGACY;
    default: // an apostrophe stands behind capitals: Y`Ban, H`Hen
        return leads && u_islower(character_at(reading, i + 1)) && (!follows || u_islower(before))
                   ? PERHAPS
                   : NOT_LEGACY;
    }
}

struct word {
    size_t start, end;
    enum doubt doubt;
};

// The next run of letters, digits and signs from *at that holds a sign.
static bool next_word(const struct reading *reading, size_t *position, struct word *ret)
{
    for (size_t i = *position; i < reading->length;) {
        struct word word = {i, i, NOT_LEGACY};
        size_t letters = 0;
        bool signs = false;
        while (i < reading->length && !reading->hidden[i]) {
            size_t next = i;
            UChar32 c;
            U8_NEXT((const uint8_t *)reading->text, next, reading->length, c);
            bool sign = is_sign(reading, i);
            if (!sign && !is_letter(c) && !u_isdigit(c))
                break;
            letters += is_letter(c);
            signs |= sign;
            i = word.end = next;
        }
        if (word.end == word.start)
            i++;
        for (size_t j = word.start; signs && letters && j < word.end; j++) {
            enum doubt doubt =
                is_sign(reading, j) ? judge(reading, j, word.end, letters) : NOT_LEGACY;
            word.doubt = doubt > word.doubt ? doubt : word.doubt;
        }
        *position = i;
        if (word.doubt != NOT_LEGACY) {
            *ret = word;
            return true;
        }
    }
    return false;
}

// ---- what it should be -----------------------------------------------------------------------

static const struct {
    const char *sign, *letter;
} letters[] = {
    {"c\\", "č"}, {"C\\", "Č"}, {"e\\", "ĕ"}, {"E\\", "Ĕ"}, {"[", "ƀ"},
    {"]", "č"},   {"{", "Ƀ"},   {"^", "ĭ"},   {"`", "ñ"},   {"|", BREVE},
};

static char *in_unicode(TALLOC_CTX *ctx, const char *word, size_t length)
{
    char *out = talloc_strdup(ctx, "");
    for (size_t i = 0; i < length;) {
        const char *letter = NULL;
        size_t taken = 1;
        for (size_t j = 0; !letter && j < sizeof letters / sizeof *letters; j++) {
            taken = strlen(letters[j].sign);
            if (taken <= length - i && memcmp(word + i, letters[j].sign, taken) == 0)
                letter = letters[j].letter;
        }
        out = letter ? talloc_strdup_append_buffer(out, letter)
                     : talloc_strndup_append_buffer(out, word + i, 1);
        i += letter ? taken : 1;
    }
    return out;
}

// Words that are told apart by their text; no more than are shown, nor longer ones.
static void show_word(const struct reading *reading, const struct word *word, char *words)
{
    size_t length = word->end - word->start;
    if (length > WORD_BYTES)
        return;
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *right = in_unicode(ctx, reading->text + word->start, length);
    char *shown = talloc_asprintf(ctx, "%s%.*s → %s", *words ? ", " : "", (int)length,
                                  reading->text + word->start, right);
    if (strlen(words) + strlen(shown) < LEGACY_FINDING_BYTES)
        strcat(words, shown);
    talloc_free(ctx);
}

static bool same_word(const struct reading *reading, const struct word *a, const struct word *b)
{
    return a->end - a->start == b->end - b->start &&
           memcmp(reading->text + a->start, reading->text + b->start, a->end - a->start) == 0;
}

static unsigned line_of(const struct reading *reading, size_t place)
{
    unsigned line = 1;
    for (size_t i = 0; i < place; i++)
        line += reading->text[i] == '\n';
    return line;
}

// Look at the words in their order until it is beyond doubt and enough can be shown.
static bool read_words(const struct reading *reading, enum text_rules rules,
                       struct legacy_finding *ret)
{
    struct word found[WORDS_SHOWN], word;
    size_t count = 0, position = 0;
    bool certain = false;
    while ((count < WORDS_SHOWN || !certain) && next_word(reading, &position, &word)) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known |= same_word(reading, &found[i], &word);
        if (!known && count < WORDS_SHOWN)
            found[count++] = word;
        certain |= word.doubt == CERTAIN || rules == TEXT_LINE || count > 1;
    }
    if (!certain)
        return false;
    *ret = (struct legacy_finding){.line = line_of(reading, found[0].start)};
    for (size_t i = 0; i < count; i++)
        show_word(reading, &found[i], ret->words);
    return true;
}

bool legacy_find(const struct locale *locale, const char *text, size_t length,
                 enum text_rules rules, struct legacy_finding *ret)
{
    if (!locale->legacy_fonts || length > TEXT_BYTES_MAX)
        return false;
    struct reading reading = {text, length, talloc_zero_array(NULL, char, length + 1)};
    hide_markup(&reading);
    bool found = read_words(&reading, rules, ret);
    talloc_free(reading.hidden);
    return found;
}
