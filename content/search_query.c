#include "content/search_query.h"

#include "content/search_index.h"
#include "locales/segment.h"
#include "locales/stem.h"
#include "locales/text.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SPACED_STEMS 16

static const struct {
    const char *open;
    const char *close; // one of these characters
} quotes[] = {
    {"\"", "\"“”„＂"}, {"“", "\"“”„＂"}, {"”", "\"“”„＂"}, {"„", "\"“”„＂"}, {"＂", "\"“”„＂"},
    {"«", "»"},        {"»", "«"},       {"「", "」"},     {"『", "』"},
};

static const char *const minuses[] = {"-", "−", "－"};

// A part of the query, between quotation marks or blanks where those matter.
struct piece {
    size_t from, to;
    bool quoted, excluded;
};

// What a piece says as lexemes in a row, for a phrase.
struct sequence {
    char *tsquery;     // NULL: nothing yet
    unsigned position; // of the last lexeme
};

struct parser {
    struct search_query *query;
    const char *text;
    size_t length, at;
    size_t units; // excluded ones too
};

// ---- characters ------------------------------------------------------------------------------

// Does this character stand at `at`? Its length, or 0.
static size_t mark_at(const char *text, size_t length, size_t at, const char *mark)
{
    size_t size = strlen(mark);
    return length - at >= size && memcmp(text + at, mark, size) == 0 ? size : 0;
}

static size_t character_length(const char *text, size_t length, size_t at)
{
    size_t end = at + 1;
    while (end < length && ((unsigned char)text[end] & 0xc0) == 0x80)
        end++;
    return end - at;
}

static size_t blank_at(const struct parser *parser, size_t at)
{
    static const char *const blanks[] = {" ", "\t", "\n", "\r", "\u00a0", "\u2003", "\u3000"};

    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        size_t size = mark_at(parser->text, parser->length, at, blanks[i]);
        if (size)
            return size;
    }
    return 0;
}

// The quotation mark at `at`, and where its partner stands; false without either.
static bool find_quote(const struct parser *parser, size_t at, size_t *ret_from, size_t *ret_to,
                       size_t *ret_end)
{
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t size = mark_at(parser->text, parser->length, at, quotes[i].open);
        if (!size)
            continue;
        for (size_t to = at + size; to < parser->length;) {
            size_t next = character_length(parser->text, parser->length, to);
            for (const char *close = quotes[i].close; *close;) {
                size_t mark = character_length(close, strlen(close), 0);
                if (mark == next && memcmp(parser->text + to, close, mark) == 0) {
                    *ret_from = at + size;
                    *ret_to = to;
                    *ret_end = to + mark;
                    return true;
                }
                close += mark;
            }
            to += next;
        }
    }
    return false;
}

static int check_text(const char *text, size_t length)
{
    size_t characters = 0;

    if (length > SEARCH_CHARACTERS_MAX * 4)
        return SEARCH_TOO_LONG;
    if (!text_is_utf8(text, length))
        return SEARCH_BAD_UTF8;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    return characters > SEARCH_CHARACTERS_MAX ? SEARCH_TOO_LONG : 0;
}

// ---- lexemes in tsquery ------------------------------------------------------------------------

static char *quoted_lexeme(TALLOC_CTX *ctx, char kind, const char *text, bool prefix)
{
    size_t length = strlen(text);
    char *lexeme = talloc_size(ctx, length * 2 + 6), *out = lexeme;

    *out++ = '\'';
    if (kind)
        *out++ = kind;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'' || text[i] == '\\')
            *out++ = text[i];
        *out++ = text[i];
    }
    *out++ = '\'';
    strcpy(out, prefix ? ":*" : "");
    return lexeme;
}

static char *unit_lexeme(TALLOC_CTX *ctx, const struct search_unit *unit, size_t pair)
{
    return unit->pair_count ? quoted_lexeme(ctx, SEARCH_PAIR, unit->pairs[pair], unit->one)
                            : quoted_lexeme(ctx, '\0', unit->folded, false);
}

static void extend(TALLOC_CTX *ctx, struct sequence *sequence, const char *lexeme,
                   unsigned position)
{
    if (!sequence->tsquery)
        sequence->tsquery = talloc_strdup(ctx, lexeme);
    else if (position - sequence->position == 1)
        sequence->tsquery = talloc_asprintf_append(sequence->tsquery, " <-> %s", lexeme);
    else
        sequence->tsquery = talloc_asprintf_append(sequence->tsquery, " <%u> %s",
                                                   position - sequence->position, lexeme);
    sequence->position = position;
}

static void append(TALLOC_CTX *ctx, const char ***list, size_t *count, const char *text)
{
    *list = talloc_realloc(ctx, *list, const char *, *count + 1);
    (*list)[(*count)++] = text;
}

// ---- units -----------------------------------------------------------------------------------

static void add_stem(struct search_query *query, const char **stems, size_t *count,
                     const char *stem, size_t length)
{
    for (size_t i = 0; i < *count; i++)
        if (strlen(stems[i]) == length && memcmp(stems[i], stem, length) == 0)
            return;
    if (*count < SPACED_STEMS)
        stems[(*count)++] = talloc_strndup(query, stem, length);
}

static void set_stems(struct search_query *query, struct search_unit *unit,
                      const struct segment_token *token)
{
    const char **stems = talloc_array(query, const char *, SPACED_STEMS);
    char stem[STEM_BYTES], folded[SEGMENT_FORM_BYTES];

    for (size_t i = 0; i < locale_count(); i++) {
        size_t length;
        if (!stem_word(locale_at(i), token->written, token->written_length, stem, &length))
            continue;
        length = segment_fold(stem, length, folded, sizeof folded);
        if (length)
            add_stem(query, stems, &unit->stem_count, folded, length);
    }
    unit->stems = stems;
}

// The pairs of a run's graphemes from first on.
static void set_pairs(struct search_query *query, struct search_unit *unit, const char *run,
                      const uint32_t *cuts, size_t first, size_t span)
{
    size_t count = span > 1 ? span - 1 : 1;
    const char **pairs = talloc_array(query, const char *, count);

    for (size_t i = 0; i < count; i++) {
        size_t end = first + i + (span > 1 ? 2 : 1);
        pairs[i] = talloc_strndup(query, run + cuts[first + i], cuts[end] - cuts[first + i]);
    }
    unit->pairs = pairs;
    unit->pair_count = count;
    unit->one = span == 1;
}

static struct search_unit make_unit(struct search_query *query, const char *text,
                                    const struct segment_token *token, const char *run)
{
    const struct locale *locale = query->locale;
    struct search_unit unit = {
        .text = talloc_strndup(query, text + token->from, token->to - token->from),
        .folded = talloc_strndup(query, token->folded, token->folded_length),
        .joined = token->run && token->first > 0,
    };
    bool says = !token->run && locale->latin_slugs && !locale->stemmer;

    if (says || strcmp(token->written, token->folded) != 0)
        unit.written = talloc_strndup(query, token->written, token->written_length);
    if (token->run)
        set_pairs(query, &unit, run, token->run->cuts, token->first, token->span);
    else
        set_stems(query, &unit, token);
    return unit;
}

// Another unit behind the query's others.
static void add_unit(struct search_query *query, const char *text,
                     const struct segment_token *token, const char *run)
{
    query->units = talloc_realloc(query, query->units, struct search_unit, query->unit_count + 1);
    query->units[query->unit_count++] = make_unit(query, text, token, run);
}

// The lexemes of a spaced word or of a run as a whole, in a row.
static void extend_by(struct search_query *query, struct sequence *sequence,
                      const struct segment_token *token)
{
    struct search_unit run = {0};

    if (!token->run) {
        extend(query, sequence, quoted_lexeme(query, '\0', token->folded, false), token->position);
        return;
    }
    set_pairs(query, &run, token->folded, token->run->cuts, 0, token->run->count);
    for (size_t i = 0; i < run.pair_count; i++)
        extend(query, sequence, unit_lexeme(query, &run, i), token->position + (unsigned)i);
}

static int read_piece(struct parser *parser, const struct piece *piece)
{
    struct search_query *query = parser->query;
    const char *text = parser->text + piece->from, *run = NULL;
    struct segment_walk *walk =
        segment_open(query, query->locale, text, piece->to - piece->from, SEGMENT_QUERY);
    struct segment_token token;
    struct sequence phrase = {0};

    while (segment_next(walk, &token)) {
        if (token.kind == SEGMENT_RUN)
            run = token.folded;
        if (token.kind == SEGMENT_RUN || !token.run)
            extend_by(query, &phrase, &token);
        if (token.kind == SEGMENT_RUN)
            continue;
        if (++parser->units > SEARCH_UNITS_MAX)
            break;
        if (!piece->excluded)
            add_unit(query, text, &token, run);
    }
    talloc_free(walk);
    if (phrase.tsquery && piece->excluded)
        append(query, &query->not, &query->not_count, phrase.tsquery);
    else if (phrase.tsquery && piece->quoted)
        append(query, &query->phrases, &query->phrase_count, phrase.tsquery);
    return parser->units > SEARCH_UNITS_MAX ? SEARCH_TOO_MANY : 0;
}

// ---- syntax ------------------------------------------------------------------------------------

static size_t minus_at(const struct parser *parser, size_t at)
{
    for (size_t i = 0; i < sizeof minuses / sizeof *minuses; i++) {
        size_t size = mark_at(parser->text, parser->length, at, minuses[i]);
        if (size)
            return size;
    }
    return 0;
}

// A minus sign that excludes what follows it: its length, or 0. Dashes of two are punctuation.
static size_t exclusion_at(const struct parser *parser, size_t at, bool begins)
{
    size_t size = begins ? minus_at(parser, at) : 0;
    bool excludes = size && at + size < parser->length && !blank_at(parser, at + size) &&
                    !minus_at(parser, at + size);
    return excludes ? size : 0;
}

// What a minus sign excludes from `at`: a phrase, or all up to the next blank.
static struct piece read_exclusion(struct parser *parser, size_t at)
{
    struct piece piece = {.from = at, .to = at, .excluded = true};
    size_t end;

    if (find_quote(parser, at, &piece.from, &piece.to, &end)) {
        piece.quoted = true;
        parser->at = end;
        return piece;
    }
    while (piece.to < parser->length && !blank_at(parser, piece.to))
        piece.to += character_length(parser->text, parser->length, piece.to);
    parser->at = piece.to;
    return piece;
}

// The next piece: a phrase, an exclusion, or what stands before the next of these.
static struct piece next_piece(struct parser *parser)
{
    struct piece piece = {.from = parser->at};
    bool begins = true; // behind a blank, a phrase or at the start
    size_t at = parser->at, from, to, end, size;

    for (; at < parser->length; at += size) {
        size_t minus = exclusion_at(parser, at, begins);
        bool quote = !minus && find_quote(parser, at, &from, &to, &end);
        if ((minus || quote) && at > piece.from)
            break;
        if (minus)
            return read_exclusion(parser, at + minus);
        if (quote) {
            parser->at = end;
            return (struct piece){.from = from, .to = to, .quoted = true};
        }
        begins = blank_at(parser, at) > 0;
        size = character_length(parser->text, parser->length, at);
    }
    piece.to = parser->at = at;
    return piece;
}

// ---- neighbours
// ----------------------------------------------------------------------------------

static bool is_run(const struct search_unit *unit)
{
    return unit->pair_count > 0;
}

// A run of several words as a whole: units first .. end - 1.
static void add_run(struct search_query *query, size_t first, size_t end)
{
    struct sequence sequence = {0};
    unsigned position = 1;

    for (size_t i = first; i < end; i++) {
        const struct search_unit *unit = &query->units[i];
        bool last = i + 1 == end;
        for (size_t pair = 0; !unit->one && pair < unit->pair_count; pair++)
            extend(query, &sequence, unit_lexeme(query, unit, pair), position++);
        if (unit->one && last)
            extend(query, &sequence, unit_lexeme(query, unit, 0), position);
        else
            position++;
    }
    append(query, &query->near, &query->near_count, sequence.tsquery);
}

static void add_neighbours(struct search_query *query, size_t i)
{
    const struct search_unit *unit = &query->units[i], *next = &query->units[i + 1];
    struct sequence sequence = {0};
    unsigned step = is_run(unit) && !unit->one ? 2 : 1;

    extend(query, &sequence, unit_lexeme(query, unit, is_run(unit) ? unit->pair_count - 1 : 0), 1);
    extend(query, &sequence, unit_lexeme(query, next, 0), 1 + step);
    append(query, &query->near, &query->near_count, sequence.tsquery);
}

static void find_near(struct search_query *query)
{
    for (size_t i = 0, first = 0; i < query->unit_count; i++) {
        if (!query->units[i].joined)
            first = i;
        bool last = i + 1 == query->unit_count;
        if (!last && query->units[i + 1].joined)
            continue;
        if (i > first)
            add_run(query, first, i + 1);
        if (!last)
            add_neighbours(query, i);
    }
}

int search_query_parse(TALLOC_CTX *ctx, const struct locale *locale, const char *text,
                       size_t length, struct search_query **ret)
{
    int r = check_text(text, length);

    if (r != 0)
        return r;
    struct search_query *query = talloc_zero(ctx, struct search_query);
    struct parser parser = {.query = query, .text = text, .length = length};
    query->locale = locale;
    query->text = talloc_strndup(query, text, length);
    while (r == 0 && parser.at < length) {
        struct piece piece = next_piece(&parser);
        r = read_piece(&parser, &piece);
    }
    if (r == 0 && query->unit_count == 0)
        r = SEARCH_EMPTY;
    if (r != 0) {
        talloc_free(query);
        return r;
    }
    find_near(query);
    *ret = query;
    return 0;
}

// ---- JSON --------------------------------------------------------------------------------------

static json_t *unit_match(TALLOC_CTX *ctx, const struct search_unit *unit)
{
    char *match = unit_lexeme(ctx, unit, 0);

    for (size_t i = 1; i < unit->pair_count; i++)
        match = talloc_asprintf_append(match, " & %s", unit_lexeme(ctx, unit, i));
    for (size_t i = 0; i < unit->stem_count; i++)
        match = talloc_asprintf_append(match, " | %s",
                                       quoted_lexeme(ctx, SEARCH_STEM, unit->stems[i], false));
    return json_string(match);
}

static json_t *unit_rank(TALLOC_CTX *ctx, const struct search_unit *unit)
{
    char *rank = quoted_lexeme(ctx, '\0', unit->folded, false);
    struct sequence pairs = {0};

    for (size_t i = 0; i < unit->pair_count; i++)
        extend(ctx, &pairs, unit_lexeme(ctx, unit, i), (unsigned)i + 1);
    if (pairs.tsquery)
        rank =
            talloc_asprintf_append(rank, unit->pair_count > 1 ? " | (%s)" : " | %s", pairs.tsquery);
    return json_string(rank);
}

static json_t *unit_object(TALLOC_CTX *ctx, const struct search_unit *unit)
{
    json_t *written = unit->written
                          ? json_string(quoted_lexeme(ctx, SEARCH_WRITTEN, unit->written, false))
                          : json_null();

    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:b}", "word", unit->folded, "text", unit->text,
                     "match", unit_match(ctx, unit), "rank", unit_rank(ctx, unit), "written",
                     written, "run", is_run(unit));
}

static json_t *strings(const char **list, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}

static void add_name(json_t *names, const char *key, size_t from, size_t to)
{
    json_array_append_new(
        names, json_pack("{s:s, s:i, s:i}", "key", key, "from", (int)from, "to", (int)to));
}

// By the first byte, and that no other script behind it has stems.
static bool is_hangul(const char *word)
{
    return (unsigned char)*word >= 0xe1;
}

// The names that begin with a unit. In Korean a name is followed by particles, which its stem
// lacks.
static void add_names(TALLOC_CTX *ctx, const struct search_query *query, size_t from, json_t *names)
{
    char *key = talloc_strdup(ctx, "");

    for (size_t to = from; to < query->unit_count && to < from + SEARCH_NAME_UNITS; to++) {
        const struct search_unit *unit = &query->units[to];
        const char *blank = to == from || unit->joined ? "" : " ";
        if (unit->stem_count && is_hangul(unit->folded) &&
            strcmp(unit->stems[0], unit->folded) != 0)
            add_name(names, talloc_asprintf(ctx, "%s%s%s", key, blank, unit->stems[0]), from, to);
        key = talloc_asprintf_append(key, "%s%s", blank, unit->folded);
        add_name(names, key, from, to);
    }
}

char *search_query_json(TALLOC_CTX *ctx, const struct search_query *query)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    json_t *units = json_array(), *names = json_array();

    for (size_t i = 0; i < query->unit_count; i++) {
        json_array_append_new(units, unit_object(scratch, &query->units[i]));
        add_names(scratch, query, i, names);
    }
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o}", "units", units, "phrases",
                               strings(query->phrases, query->phrase_count), "near",
                               strings(query->near, query->near_count), "not",
                               strings(query->not, query->not_count), "names", names);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    char *owned = talloc_strdup(ctx, text);
    free(text);
    talloc_free(scratch);
    return owned;
}

char *search_key(TALLOC_CTX *ctx, const struct locale *locale, const char *name, size_t length)
{
    struct segment_walk *walk = segment_open(NULL, locale, name, length, SEGMENT_QUERY);
    char *key = talloc_strdup(ctx, "");
    struct segment_token token;

    while (segment_next(walk, &token))
        if (token.kind == SEGMENT_RUN || !token.run)
            key = talloc_asprintf_append(key, "%s%s", *key ? " " : "", token.folded);
    talloc_free(walk);
    return key;
}
