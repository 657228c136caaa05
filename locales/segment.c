#include "locales/segment.h"

#include "locales/icu.h"
#include "locales/segment_form.h"
#include "locales/stem.h"

#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#define BLOCK_GAP     4 // positions skipped between blocks, so that no phrase spans them
#define CLUSTER_UNITS 128

// What a word or a grapheme is gathered in.
struct units {
    UChar text[SEGMENT_FORM_BYTES];
    int32_t count;
    int marks; // in a row
    bool overflow;
};

// A form under construction, in a buffer that grows.
struct bytes {
    char *text;
    uint32_t length, capacity;
};

struct segment_walk {
    const struct locale *locale;
    const char *text;
    uint32_t length, at;
    enum segment_mode mode;
    unsigned position; // of the next token
    unsigned lines;    // line breaks since the last token

    struct units units;
    char folded[SEGMENT_FORM_BYTES + 1], written[SEGMENT_FORM_BYTES + 1];
    char stem[SEGMENT_FORM_BYTES + 1];
    struct segment_token part; // to come, when its folded form is not NULL

    // The run, whose words are still to come when word < words.
    struct segment_run run;
    struct segment_token run_token;
    struct bytes run_folded, run_written;
    uint32_t *cuts, *written_cuts, *from, *to; // of graphemes
    size_t graphemes_room;
    UChar *letters;   // what the dictionaries read
    uint32_t *starts; // for each unit of it: the first grapheme of its cluster, or of the next
    bool *hints;      // for each grapheme: a word begins here
    size_t letter_count, letters_room;
    uint32_t *word_ends; // in graphemes
    size_t words, word;
};

static UChar32 next_character(const struct segment_walk *walk, uint32_t *at)
{
    UChar32 c = (uint8_t)walk->text[*at];

    if (c < 0x80) {
        ++*at;
        return c;
    }
    U8_NEXT((const uint8_t *)walk->text, *at, walk->length, c);
    return c;
}

// The class of what stands at `at`, behind what is ignored; FOLD_OTHER at the end. *ret_character
// is the character, *ret_next what follows it.
static enum fold_class peek(const struct segment_walk *walk, uint32_t at, UChar32 *ret_character,
                            uint32_t *ret_next)
{
    while (at < walk->length) {
        UChar32 c = next_character(walk, &at);
        enum fold_class class = form_class(c);
        if (class == FOLD_IGNORED || class == FOLD_HINT)
            continue;
        *ret_character = c;
        *ret_next = at;
        return class;
    }
    *ret_next = at;
    return FOLD_OTHER;
}

static void units_clear(struct units *units)
{
    units->count = 0;
    units->marks = 0;
    units->overflow = false;
}

// Marks past TEXT_MARKS_MAX in a row are dropped: normalising them is quadratic.
static void units_add(struct units *units, UChar32 c, enum fold_class class)
{
    units->marks = class == FOLD_MARK ? units->marks + 1 : 0;
    if (units->marks > TEXT_MARKS_MAX)
        return;
    if (units->count + 2 > SEGMENT_FORM_BYTES)
        units->overflow = true;
    else
        U16_APPEND_UNSAFE(units->text, units->count, c);
}

// ---- words with spaces around them -----------------------------------------------------------

// d', j', l', qu': what French joins to a noun. The units of it before the apostrophe.
static bool is_elision(const UChar *text, int32_t count)
{
    static const char *const elided[] = {"d",  "j",     "l",      "m",      "n",     "t",
                                         "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"};
    char word[8];

    if (count >= (int32_t)sizeof word)
        return false;
    for (int32_t i = 0; i < count; i++)
        word[i] = text[i] < 0x80 ? (char)(text[i] | 0x20) : '?';
    word[count] = '\0';
    for (size_t i = 0; i < sizeof elided / sizeof *elided; i++)
        if (strcmp(word, elided[i]) == 0)
            return true;
    return false;
}

// An 's that ends a word, at the apostrophe's end: *ret_end is behind it.
static bool is_possessive(const struct segment_walk *walk, uint32_t at, uint32_t *ret_end)
{
    UChar32 c;
    uint32_t next, after;

    if (peek(walk, at, &c, &next) != FOLD_LETTER || (c != 's' && c != 'S'))
        return false;
    *ret_end = next;
    enum fold_class class = peek(walk, next, &c, &after);
    return class != FOLD_LETTER && class != FOLD_MARK && class != FOLD_APOSTROPHE;
}

static void set_stem(struct segment_walk *walk, struct segment_token *token)
{
    char stem[STEM_BYTES];
    size_t length;

    if (walk->mode == SEGMENT_QUICK || !walk->locale->stemmer ||
        !stem_word(walk->locale, token->written, token->written_length, stem, &length))
        return;
    length = segment_fold(stem, length, walk->stem, SEGMENT_FORM_BYTES);
    walk->stem[length] = '\0';
    token->stem = length ? walk->stem : NULL;
    token->stem_length = (uint32_t)length;
}

// Where an elided word's part begins.
struct elision {
    int32_t units; // before the apostrophe; 0: none
    uint32_t at;   // in the text
};

static void set_part(struct segment_walk *walk, const struct segment_token *word,
                     const struct elision *elision)
{
    uint32_t folded = (uint32_t)elision->units;
    uint32_t written = folded + (uint32_t)U8_LENGTH(FORM_APOSTROPHE);

    if (word->folded_length < folded + 2)
        return;
    walk->part = *word;
    walk->part.kind = SEGMENT_PART;
    walk->part.from = elision->at;
    walk->part.stem = NULL;
    walk->part.stem_length = 0;
    walk->part.folded += folded;
    walk->part.folded_length -= folded;
    walk->part.written += written;
    walk->part.written_length -= written;
}

// A reader who writes French means the noun; in H'Mông and M'Nông the letter is part of the name.
static void choose_part(struct segment_walk *walk, struct segment_token *token)
{
    if (walk->locale->stemmer && strcmp(walk->locale->stemmer, "french") == 0) {
        *token = walk->part;
        token->kind = SEGMENT_WORD;
        set_stem(walk, token);
    }
    walk->part = (struct segment_token){0};
}

// The word gathered in units; false when it has no form of a length to be kept.
static bool finish_word(struct segment_walk *walk, struct segment_token *token,
                        const struct elision *elision)
{
    UChar written[SEGMENT_FORM_BYTES], folded[SEGMENT_FORM_BYTES];
    int32_t written_count, folded_count;

    if (walk->units.overflow)
        return false;
    form_make(walk->units.text, walk->units.count, written, &written_count, folded, &folded_count);
    if (!form_to_utf8(written, written_count, walk->written, &token->written_length) ||
        !form_to_utf8(folded, folded_count, walk->folded, &token->folded_length) ||
        token->folded_length == 0)
        return false;
    token->folded = walk->folded;
    token->written = walk->written;
    token->written_length = form_place_tone(walk->written, token->written_length);
    set_stem(walk, token);
    if (elision->units)
        set_part(walk, token, elision);
    if (walk->mode == SEGMENT_QUERY && walk->part.folded)
        choose_part(walk, token);
    return true;
}

// The word at walk->at, when it is of ASCII letters and digits only: most of many a text.
static bool scan_ascii(struct segment_walk *walk, struct segment_token *token)
{
    uint32_t at = walk->at, count = 0;

    for (; at < walk->length; at++) {
        unsigned char c = (unsigned char)walk->text[at];
        if (c < 0x80 && fold_classes[c] == FOLD_OTHER)
            break;
        if (c >= 0x80 || fold_classes[c] != FOLD_LETTER || count == SEGMENT_FORM_BYTES)
            return false;
        walk->folded[count++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    memcpy(walk->written, walk->folded, count);
    walk->folded[count] = walk->written[count] = '\0';
    token->folded = walk->folded;
    token->written = walk->written;
    token->folded_length = token->written_length = count;
    token->to = walk->at = at;
    token->position = walk->position++;
    set_stem(walk, token);
    return true;
}

// A word begins at walk->at.
static bool scan_word(struct segment_walk *walk, struct segment_token *ret)
{
    struct segment_token token = {.kind = SEGMENT_WORD, .span = 1, .from = walk->at};
    struct elision elision = {0};
    uint32_t at = walk->at;
    bool letter = false; // just before

    if (scan_ascii(walk, &token)) {
        *ret = token;
        return true;
    }
    units_clear(&walk->units);
    token.to = walk->at;
    while (at < walk->length) {
        uint32_t next = at;
        UChar32 c = next_character(walk, &next), following;
        enum fold_class class = form_class(c);
        uint32_t end;
        if (class == FOLD_LETTER || class == FOLD_MARK) {
            units_add(&walk->units, c, class);
            token.to = next;
            letter = true;
        } else if (class == FOLD_APOSTROPHE && letter) {
            if (is_possessive(walk, next, &end)) {
                at = end;
                break;
            }
            if (peek(walk, next, &following, &end) != FOLD_LETTER)
                break;
            if (elision.units == 0 && is_elision(walk->units.text, walk->units.count))
                elision = (struct elision){walk->units.count, next};
            units_add(&walk->units, FORM_APOSTROPHE, FOLD_APOSTROPHE);
            letter = false;
        } else if (class != FOLD_IGNORED && class != FOLD_HINT) {
            break;
        }
        at = next;
    }
    walk->at = at;
    token.position = walk->position++;
    if (!finish_word(walk, &token, &elision))
        return false;
    *ret = token;
    return true;
}

// ---- runs in scripts without spaces ------------------------------------------------------------

static void bytes_add(TALLOC_CTX *ctx, struct bytes *bytes, const UChar *text, int32_t count)
{
    if (bytes->length + (uint32_t)count * 3 + 1 > bytes->capacity) {
        bytes->capacity = (bytes->length + (uint32_t)count * 3 + 64) * 2;
        bytes->text = talloc_realloc(ctx, bytes->text, char, bytes->capacity);
    }
    for (int32_t i = 0; i < count;) {
        UChar32 c;
        U16_NEXT(text, i, count, c);
        if (!U_IS_SURROGATE(c))
            U8_APPEND_UNSAFE(bytes->text, bytes->length, c);
    }
    bytes->text[bytes->length] = '\0';
}

static void reserve_graphemes(struct segment_walk *walk, size_t more)
{
    if (walk->run.count + more + 1 <= walk->graphemes_room)
        return;
    size_t room = walk->graphemes_room = (walk->run.count + more + 64) * 2;
    walk->cuts = talloc_realloc(walk, walk->cuts, uint32_t, room);
    walk->written_cuts = talloc_realloc(walk, walk->written_cuts, uint32_t, room);
    walk->from = talloc_realloc(walk, walk->from, uint32_t, room);
    walk->to = talloc_realloc(walk, walk->to, uint32_t, room);
    walk->hints = talloc_realloc(walk, walk->hints, bool, room);
}

static void reserve_letters(struct segment_walk *walk, size_t more)
{
    if (walk->letter_count + more + 1 <= walk->letters_room)
        return;
    walk->letters_room = (walk->letter_count + more + 64) * 2;
    walk->letters = talloc_realloc(walk, walk->letters, UChar, walk->letters_room);
    walk->starts = talloc_realloc(walk, walk->starts, uint32_t, walk->letters_room);
}

// The cluster gathered in units as a grapheme; or as several, when its folded form has as many
// letters (ໜ is ຫນ, ㍿ is 株式会社).
static void add_cluster(struct segment_walk *walk, uint32_t from, uint32_t to, bool hint)
{
    UChar written[SEGMENT_FORM_BYTES], folded[SEGMENT_FORM_BYTES];
    const struct units *units = &walk->units;
    int32_t written_count, count;
    size_t first = walk->run.count;
    uint32_t written_at = walk->run_written.length;

    form_make(units->text, units->count, written, &written_count, folded, &count);
    if (count <= 0)
        return;
    reserve_graphemes(walk, (size_t)count);
    bytes_add(walk, &walk->run_written, written, written_count);
    for (int32_t i = 0; i < count;) {
        int32_t start = i;
        UChar32 c;
        do
            U16_NEXT(folded, i, count, c);
        while (i < count && fold_classes[folded[i]] == FOLD_MARK);
        size_t grapheme = walk->run.count++;
        walk->cuts[grapheme] = walk->run_folded.length;
        walk->written_cuts[grapheme] = start ? walk->run_written.length : written_at;
        walk->from[grapheme] = from;
        walk->to[grapheme] = to;
        walk->hints[grapheme] = hint && start == 0;
        bytes_add(walk, &walk->run_folded, folded + start, i - start);
    }
    reserve_letters(walk, (size_t)units->count);
    for (int32_t i = 0; i < units->count; i++) {
        walk->starts[walk->letter_count] = (uint32_t)(i ? walk->run.count : first);
        walk->letters[walk->letter_count++] = units->text[i];
    }
}

// Does c end a cluster's sara am that is typed in parts? See segment_fold.c.
static bool ends_sara_am(const struct units *units, UChar32 c)
{
    if (c != 0x0e32 && c != 0x0eb2)
        return false;
    UChar nikhahit = c == 0x0e32 ? 0x0e4d : 0x0ecd, tone = c == 0x0e32 ? 0x0e48 : 0x0ec8;
    int32_t i = units->count;
    while (i > 0 && units->text[i - 1] >= tone && units->text[i - 1] < tone + 4)
        i--;
    return i > 1 && units->text[i - 1] == nikhahit;
}

// Does a character of this class stand in a run of `run`? *hint: it is only a place to cut.
static bool goes_on(const struct segment_walk *walk, enum fold_class run, enum fold_class class,
                    uint32_t next, bool *hint)
{
    UChar32 c;
    uint32_t end;

    *hint = class == FOLD_HINT || class == FOLD_DOT;
    if (class == FOLD_DOT)
        return run == FOLD_HAN && peek(walk, next, &c, &end) == FOLD_HAN;
    return class == run || class == FOLD_MARK || class == FOLD_IGNORED || class == FOLD_HINT;
}

static void gather_run(struct segment_walk *walk, enum fold_class run)
{
    uint32_t from = walk->at, to = walk->at, at = walk->at;
    bool hinted = false, hint_next = false, hint;

    units_clear(&walk->units);
    while (at < walk->length) {
        uint32_t next = at;
        UChar32 c = next_character(walk, &next);
        enum fold_class class = form_class(c);
        if (!goes_on(walk, run, class, next, &hint))
            break;
        if (class == run && !ends_sara_am(&walk->units, c)) {
            if (walk->units.count)
                add_cluster(walk, from, to, hinted);
            units_clear(&walk->units);
            hinted = hint_next;
            hint_next = false;
            from = at;
        }
        if (class == run || class == FOLD_MARK) {
            if (walk->units.count < CLUSTER_UNITS)
                units_add(&walk->units, c, class);
            to = next;
        }
        hint_next = hint_next || hint;
        at = next;
    }
    if (walk->units.count)
        add_cluster(walk, from, to, hinted);
    walk->at = at;
}

// The dictionary's words between two places of letters.
static void find_words(struct segment_walk *walk, size_t start, size_t end)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = icu_object(ICU_WORDS, locale_default());
    int32_t boundary;

    ubrk_setText(breaks, walk->letters + start, (int32_t)(end - start), &status);
    icu_require(status, "word breaks");
    while ((boundary = ubrk_next(breaks)) != UBRK_DONE) {
        size_t place = start + (size_t)boundary;
        uint32_t grapheme =
            place < walk->letter_count ? walk->starts[place] : (uint32_t)walk->run.count;
        if (grapheme > (walk->words ? walk->word_ends[walk->words - 1] : 0))
            walk->word_ends[walk->words++] = grapheme;
    }
}

static void find_all_words(struct segment_walk *walk)
{
    size_t start = 0;

    walk->word_ends = talloc_realloc(walk, walk->word_ends, uint32_t, walk->run.count);
    for (size_t i = 1; i < walk->letter_count; i++) {
        bool begins = walk->starts[i] != walk->starts[i - 1] && walk->starts[i] < walk->run.count;
        if (begins && walk->hints[walk->starts[i]]) {
            find_words(walk, start, i);
            start = i;
        }
    }
    find_words(walk, start, walk->letter_count);
}

static bool scan_run(struct segment_walk *walk, enum fold_class run, struct segment_token *ret)
{
    walk->run.count = walk->letter_count = 0;
    walk->run_folded.length = walk->run_written.length = 0;
    walk->words = walk->word = 0;
    gather_run(walk, run);
    size_t count = walk->run.count;
    if (count == 0)
        return false;
    walk->cuts[count] = walk->run_folded.length;
    walk->written_cuts[count] = walk->run_written.length;
    walk->run = (struct segment_run){count, walk->cuts, walk->from, walk->to};
    *ret = walk->run_token = (struct segment_token){
        .kind = SEGMENT_RUN,
        .position = walk->position,
        .span = (unsigned)count,
        .from = walk->from[0],
        .to = walk->to[count - 1],
        .folded = walk->run_folded.text,
        .folded_length = walk->run_folded.length,
        .written = walk->run_written.text,
        .written_length = walk->run_written.length,
        .run = &walk->run,
    };
    walk->position += (unsigned)count;
    if (walk->mode != SEGMENT_QUICK)
        find_all_words(walk);
    return true;
}

static uint32_t copy(char *to, const struct bytes *from, uint32_t start, uint32_t end)
{
    memcpy(to, from->text + start, end - start);
    to[end - start] = '\0';
    return end - start;
}

static bool next_run_word(struct segment_walk *walk, struct segment_token *ret)
{
    while (walk->word < walk->words) {
        uint32_t first = walk->word ? walk->word_ends[walk->word - 1] : 0;
        uint32_t end = walk->word_ends[walk->word++];
        const uint32_t *cuts = walk->cuts, *written = walk->written_cuts;
        if (cuts[end] - cuts[first] > SEGMENT_FORM_BYTES ||
            written[end] - written[first] > SEGMENT_FORM_BYTES)
            continue;
        *ret = (struct segment_token){
            .kind = SEGMENT_WORD,
            .position = walk->run_token.position + first,
            .span = end - first,
            .from = walk->from[first],
            .to = walk->to[end - 1],
            .folded = walk->folded,
            .folded_length = copy(walk->folded, &walk->run_folded, cuts[first], cuts[end]),
            .written = walk->written,
            .written_length = copy(walk->written, &walk->run_written, written[first], written[end]),
            .run = &walk->run,
            .first = first,
        };
        return true;
    }
    return false;
}

// ---- the walk ----------------------------------------------------------------------------------

struct segment_walk *segment_open(TALLOC_CTX *ctx, const struct locale *locale, const char *text,
                                  size_t length, enum segment_mode mode)
{
    struct segment_walk *walk = talloc_zero(ctx, struct segment_walk);

    walk->locale = locale;
    walk->text = text;
    walk->length = length > TEXT_BYTES_MAX ? TEXT_BYTES_MAX : (uint32_t)length;
    walk->mode = mode;
    walk->position = 1;
    return walk;
}

// Words that a blank line parts stand in different blocks.
static void skip_lines(struct segment_walk *walk)
{
    if (walk->lines > 1 && walk->position > 1)
        walk->position += BLOCK_GAP;
    walk->lines = 0;
}

bool segment_next(struct segment_walk *walk, struct segment_token *ret)
{
    if (walk->part.folded) {
        *ret = walk->part;
        walk->part = (struct segment_token){0};
        set_stem(walk, ret);
        return true;
    }
    if (next_run_word(walk, ret))
        return true;
    while (walk->at < walk->length) {
        uint32_t at = walk->at;
        UChar32 c = next_character(walk, &at);
        enum fold_class class = form_class(c);
        if (class == FOLD_LETTER || FOLD_IS_RUN(class)) {
            skip_lines(walk);
            if (class == FOLD_LETTER ? scan_word(walk, ret) : scan_run(walk, class, ret))
                return true;
            continue;
        }
        if (c == '\n' || c == '\f' || c == 0x2029)
            walk->lines += c == '\n' ? 1 : 2;
        walk->at = at;
    }
    return false;
}

size_t segment_count(const struct locale *locale, const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    size_t count = 0;
    int32_t units;

    UChar *source = icu_from_utf8(NULL, text, strlen(text), &units);
    if (!source)
        return 0;
    UBreakIterator *breaks = icu_object(ICU_WORDS, locale);
    ubrk_setText(breaks, source, units, &status);
    icu_require(status, "word breaks");
    while (ubrk_next(breaks) != UBRK_DONE)
        if (ubrk_getRuleStatus(breaks) >= UBRK_WORD_NONE_LIMIT)
            count++;
    talloc_free(source);
    return count;
}
