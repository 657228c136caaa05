#include "content/search_index.h"

#include "locales/segment.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uthash.h>

// PostgreSQL's textsearch/ts_type.h: MAXSTRPOS, MAXNUMPOS, MAXENTRYPOS.
#define VECTOR_BYTES  ((1 << 20) - 1)
#define POSITIONS_MAX 255
#define POSITION_LAST 16383
#define FIELD_GAP     8

struct lexeme {
    UT_hash_handle hh;
    struct lexeme *next; // in the order of the text
    uint16_t *positions;
    char *weights;
    unsigned count, room;
    unsigned length;
    char text[];
};

struct vector {
    struct lexeme *lexemes; // a hash
    struct lexeme *first, **end;
};

static struct lexeme *find_lexeme(struct vector *vector, char kind, const char *text, size_t length)
{
    char key[2 * SEGMENT_FORM_BYTES + 2];
    struct lexeme *lexeme;
    unsigned at = 0;

    if (length > 2 * SEGMENT_FORM_BYTES)
        return NULL;
    if (kind)
        key[at++] = kind;
    memcpy(key + at, text, length);
    at += (unsigned)length;
    HASH_FIND(hh, vector->lexemes, key, at, lexeme);
    if (lexeme)
        return lexeme;
    lexeme = talloc_zero_size(vector, sizeof *lexeme + at);
    memcpy(lexeme->text, key, at);
    lexeme->length = at;
    HASH_ADD_KEYPTR(hh, vector->lexemes, lexeme->text, at, lexeme);
    *vector->end = lexeme;
    vector->end = &lexeme->next;
    return lexeme;
}

static void add(struct vector *vector, char kind, const char *text, size_t length,
                unsigned position, char weight)
{
    struct lexeme *lexeme = find_lexeme(vector, kind, text, length);
    uint16_t place = (uint16_t)(position > POSITION_LAST ? POSITION_LAST : position);

    if (!lexeme || lexeme->count == POSITIONS_MAX ||
        (lexeme->count && lexeme->positions[lexeme->count - 1] == place))
        return;
    if (lexeme->count == lexeme->room) {
        lexeme->room = lexeme->room ? lexeme->room * 4 : 4;
        lexeme->positions = talloc_realloc(vector, lexeme->positions, uint16_t, lexeme->room);
        lexeme->weights = talloc_realloc(vector, lexeme->weights, char, lexeme->room);
    }
    lexeme->positions[lexeme->count] = place;
    lexeme->weights[lexeme->count++] = weight;
}

static void add_pairs(struct vector *vector, const struct segment_token *token, unsigned base,
                      char weight)
{
    const struct segment_run *run = token->run;

    for (size_t i = 0; i < run->count; i++) {
        size_t end = i + 2 <= run->count ? i + 2 : run->count;
        add(vector, SEARCH_PAIR, token->folded + run->cuts[i], run->cuts[end] - run->cuts[i],
            base + token->position + (unsigned)i, weight);
    }
}

static void add_word(struct vector *vector, const struct segment_token *token, bool written,
                     unsigned base, char weight)
{
    unsigned position = base + token->position;

    add(vector, '\0', token->folded, token->folded_length, position, weight);
    if ((written && !token->run) || token->written_length != token->folded_length ||
        memcmp(token->written, token->folded, token->folded_length) != 0)
        add(vector, SEARCH_WRITTEN, token->written, token->written_length, position, weight);
    if (token->stem)
        add(vector, SEARCH_STEM, token->stem, token->stem_length, position, weight);
}

// Returns the position behind the field's last.
static unsigned add_field(struct vector *vector, const struct locale *locale,
                          const struct search_field *field, unsigned base)
{
    bool written = locale->latin_slugs && !locale->stemmer;
    struct segment_walk *walk =
        segment_open(vector, locale, field->text, field->length, SEGMENT_ALL);
    struct segment_token token;
    unsigned end = base;

    while (segment_next(walk, &token)) {
        if (token.kind == SEGMENT_RUN)
            add_pairs(vector, &token, base, field->weight);
        else
            add_word(vector, &token, written, base, field->weight);
        end = base + token.position + token.span;
    }
    talloc_free(walk);
    return end;
}

static unsigned kept(const struct lexeme *lexeme, unsigned positions)
{
    return lexeme->count < positions ? lexeme->count : positions;
}

// What PostgreSQL counts: the lexeme, to an even length, the number of positions and they.
static size_t size_of(const struct lexeme *lexeme, unsigned positions)
{
    return lexeme->length + (lexeme->length & 1) + 2 + 2 * (size_t)kept(lexeme, positions);
}

// The most positions of a lexeme with which the whole fits, of a few steps.
static unsigned fitting_positions(const struct vector *vector)
{
    unsigned positions = POSITIONS_MAX;

    for (;; positions /= 4) {
        size_t size = 0;
        for (const struct lexeme *lexeme = vector->first; lexeme; lexeme = lexeme->next)
            size += size_of(lexeme, positions);
        if (size <= VECTOR_BYTES || positions / 4 == 0)
            return positions;
    }
}

static char *write_lexeme(char *out, const struct lexeme *lexeme, unsigned positions)
{
    *out++ = '\'';
    for (unsigned i = 0; i < lexeme->length; i++) {
        if (lexeme->text[i] == '\'' || lexeme->text[i] == '\\')
            *out++ = lexeme->text[i];
        *out++ = lexeme->text[i];
    }
    *out++ = '\'';
    for (unsigned i = 0; i < kept(lexeme, positions); i++) {
        out += sprintf(out, "%c%u", i ? ',' : ':', lexeme->positions[i]);
        if (lexeme->weights[i] != 'D')
            *out++ = lexeme->weights[i];
    }
    *out++ = ' ';
    return out;
}

static char *write_vector(TALLOC_CTX *ctx, const struct vector *vector)
{
    unsigned positions = fitting_positions(vector);
    size_t size = 0, room = 1;

    for (const struct lexeme *lexeme = vector->first; lexeme; lexeme = lexeme->next)
        room += lexeme->length * 2 + 4 + (size_t)kept(lexeme, positions) * 7;
    char *text = talloc_size(ctx, room), *out = text;
    for (const struct lexeme *lexeme = vector->first; lexeme; lexeme = lexeme->next) {
        size += size_of(lexeme, positions);
        if (size > VECTOR_BYTES)
            break;
        out = write_lexeme(out, lexeme, positions);
    }
    if (out > text)
        out--; // the last blank
    *out = '\0';
    return text;
}

char *search_vector(TALLOC_CTX *ctx, const struct locale *locale, const struct search_field *fields,
                    size_t count)
{
    struct vector *vector = talloc_zero(NULL, struct vector);
    unsigned base = 0;

    vector->end = &vector->first;
    for (size_t i = 0; i < count; i++)
        base = add_field(vector, locale, &fields[i], base) + FIELD_GAP;
    char *text = write_vector(ctx, vector);
    HASH_CLEAR(hh, vector->lexemes);
    talloc_free(vector);
    return text;
}
