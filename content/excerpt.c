#include "content/excerpt.h"

#include "content/fields.h"
#include "locales/segment.h"
#include "locales/stem.h"
#include "locales/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HITS_MAX 4096
#define LEAD     60 // graphemes before the first hit, at most

static const char ellipsis[] = "…";

struct hit {
    size_t from, to;
    unsigned unit;
};

struct stem {
    char text[STEM_BYTES];
    size_t length;
    size_t core, core_end; // in text
    size_t unit;
};

// What is looked for, and what was found.
struct search {
    const struct search_query *query;
    const struct locale *locale;
    bool beginnings; // its stemmer takes them off too
    struct stem *stems;
    size_t stem_count;
    const char *text;
    size_t length;
    struct hit *hits;
    size_t count, room;
};

struct range {
    size_t from, to;
};

// ---- hits --------------------------------------------------------------------------------------

static void add_hit(struct search *search, size_t from, size_t to, size_t unit)
{
    if (search->count == HITS_MAX)
        return;
    if (search->count == search->room) {
        search->room = search->room ? search->room * 4 : 16;
        search->hits = talloc_realloc(NULL, search->hits, struct hit, search->room);
    }
    search->hits[search->count++] = (struct hit){from, to, (unsigned)unit};
}

// The stem of a unit in the language of the text, and what of it a word must hold to have it: to
// ask a stemmer of every word costs more than all else here. Stemmers take endings off and change
// the last letter at most; that of Indonesian also beginnings, changing the first letter, and that
// of Arabic beginnings.
static void add_stem(struct search *search, const struct search_unit *unit, size_t number)
{
    const char *word = unit->written ? unit->written : unit->folded;
    struct stem stem = {.unit = number};
    char made[STEM_BYTES];

    if (unit->pair_count || !stem_word(search->locale, word, strlen(word), made, &stem.length))
        return;
    stem.length = segment_fold(made, stem.length, stem.text, STEM_BYTES);
    stem.core_end = stem.length;
    if (search->beginnings && stem.length < ((unsigned char)*stem.text < 0x80 ? 3 : 6))
        return; // every other word holds two letters somewhere
    if (search->beginnings && stem.length > 3 && (unsigned char)*stem.text < 0x80)
        stem.core = 1;
    if ((!search->beginnings && stem.length > 2) || stem.core)
        do
            stem.core_end--;
        while (((unsigned char)stem.text[stem.core_end] & 0xc0) == 0x80);
    if (stem.core_end > stem.core)
        search->stems[search->stem_count++] = stem;
}

static void prepare(struct search *search)
{
    const char *stemmer = search->locale->stemmer;

    if (!stemmer)
        return;
    search->beginnings = strcmp(stemmer, "arabic") == 0 || strcmp(stemmer, "indonesian") == 0;
    search->stems = talloc_array(NULL, struct stem, search->query->unit_count);
    for (size_t i = 0; i < search->query->unit_count; i++)
        add_stem(search, &search->query->units[i], i);
}

static bool may_have(const struct search *search, const struct segment_token *token,
                     const struct stem *stem)
{
    const char *core = stem->text + stem->core;
    size_t length = stem->core_end - stem->core;

    if (search->beginnings)
        return memmem(token->folded, token->folded_length, core, length);
    return *core == *token->folded && token->folded_length >= length &&
           memcmp(token->folded, core, length) == 0;
}

// The unit that has the word's stem; the number of units where none does.
static size_t find_stem(const struct search *search, const struct segment_token *token)
{
    char made[STEM_BYTES], folded[STEM_BYTES];
    size_t length = 0, none = search->query->unit_count;

    for (size_t i = 0; i < search->stem_count; i++) {
        const struct stem *stem = &search->stems[i];
        if (!may_have(search, token, stem))
            continue;
        if (length == 0) {
            if (!stem_word(search->locale, token->written, token->written_length, made, &length))
                return none;
            length = segment_fold(made, length, folded, STEM_BYTES);
            if (length == 0)
                return none;
        }
        if (stem->length == length && memcmp(stem->text, folded, length) == 0)
            return stem->unit;
    }
    return none;
}

static void find_word(struct search *search, const struct segment_token *token)
{
    const struct search_query *query = search->query;
    size_t unit = 0;

    while (unit < query->unit_count &&
           (query->units[unit].pair_count || query->units[unit].folded[0] != token->folded[0] ||
            strcmp(query->units[unit].folded, token->folded) != 0))
        unit++;
    if (unit == query->unit_count)
        unit = find_stem(search, token);
    if (unit < query->unit_count)
        add_hit(search, token->from, token->to, unit);
}

// The grapheme of the run that begins at a place of its folded form; count when none does.
static size_t grapheme_at(const struct segment_run *run, size_t place)
{
    size_t low = 0, high = run->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (run->cuts[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return run->cuts[low] == place ? low : run->count + 1;
}

// Does the run go on with this unit at a place? A word of one grapheme is only a hit beside its
// neighbours: alone, it is everywhere.
static size_t follows(const struct segment_token *token, size_t place,
                      const struct search_unit *unit)
{
    size_t length = strlen(unit->folded);
    return token->folded_length - place >= length &&
                   memcmp(token->folded + place, unit->folded, length) == 0
               ? length
               : 0;
}

static bool stands_alone(const struct search_query *query, size_t unit)
{
    return !query->units[unit].joined &&
           (unit + 1 == query->unit_count || !query->units[unit + 1].joined);
}

// The unit stands in the run at a place: and its neighbours of one grapheme beside it.
static void add_run_hit(struct search *search, const struct segment_token *token, size_t unit,
                        size_t place)
{
    const struct search_query *query = search->query;
    const struct segment_run *run = token->run;
    size_t from = place, to = place + strlen(query->units[unit].folded), own = to - from;

    for (size_t i = unit + 1; i < query->unit_count && query->units[i].joined &&
                              query->units[i].one && follows(token, to, &query->units[i]);
         i++)
        to += strlen(query->units[i].folded);
    for (size_t i = unit; i > 0 && query->units[i].joined && query->units[i - 1].one; i--) {
        size_t length = strlen(query->units[i - 1].folded);
        if (from < length || !follows(token, from - length, &query->units[i - 1]))
            break;
        from -= length;
    }
    if (query->units[unit].one && to - from == own && !stands_alone(query, unit))
        return;
    size_t first = grapheme_at(run, from), end = grapheme_at(run, to);
    if (first < run->count && end <= run->count)
        add_hit(search, run->from[first], run->to[end - 1], unit);
}

static void find_in_run(struct search *search, const struct segment_token *token)
{
    const struct search_query *query = search->query;

    for (size_t i = 0; i < query->unit_count; i++) {
        const struct search_unit *unit = &query->units[i];
        if (unit->pair_count == 0)
            continue;
        size_t length = strlen(unit->folded);
        for (const char *at = token->folded, *end = at + token->folded_length;
             (at = memmem(at, (size_t)(end - at), unit->folded, length)); at += length)
            add_run_hit(search, token, i, (size_t)(at - token->folded));
    }
}

static int compare_hits(const void *a, const void *b)
{
    const struct hit *one = a, *other = b;
    if (one->from != other->from)
        return one->from < other->from ? -1 : 1;
    return one->to == other->to ? 0 : one->to > other->to ? -1 : 1;
}

static void find_hits(struct search *search)
{
    struct segment_walk *walk =
        segment_open(NULL, search->locale, search->text, search->length, SEGMENT_QUICK);
    struct segment_token token;

    while (segment_next(walk, &token) && search->count < HITS_MAX) {
        if (token.kind == SEGMENT_RUN)
            find_in_run(search, &token);
        else
            find_word(search, &token);
    }
    talloc_free(walk);
    if (search->count)
        qsort(search->hits, search->count, sizeof *search->hits, compare_hits);
}

// ---- parts -------------------------------------------------------------------------------------

// The bytes of white space at a place.
static size_t blank_at(const struct search *search, size_t at)
{
    unsigned char c = (unsigned char)search->text[at];
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    if (search->length - at >= 2 && memcmp(search->text + at, "\u00a0", 2) == 0)
        return 2;
    return search->length - at >= 3 && memcmp(search->text + at, "\u3000", 3) == 0 ? 3 : 0;
}

static size_t skip_blanks(const struct search *search, size_t at, size_t end)
{
    for (size_t size; at < end && (size = blank_at(search, at)); at += size)
        ;
    return at;
}

static size_t trim_blanks(const struct search *search, size_t from, size_t to)
{
    for (size_t at = from; at < to;) {
        size_t next = skip_blanks(search, at, to);
        if (next > at && next >= to)
            return at;
        at = next == at ? at + 1 : next;
    }
    return to;
}

static void add_part(json_t *parts, const char *text, size_t length, bool hit)
{
    json_t *value = length ? json_stringn(text, length) : NULL;

    if (value && hit)
        json_array_append_new(parts, json_pack("{s:o, s:b}", "text", value, "hit", 1));
    else if (value)
        json_array_append_new(parts, json_pack("{s:o}", "text", value));
}

// What stands from .. to, with single blanks, between what goes before and behind it.
static void add_text(const struct search *search, json_t *parts, struct range range, bool hit,
                     const char *before, const char *behind)
{
    char *text = talloc_size(NULL, range.to - range.from + strlen(before) + strlen(behind) + 1);
    size_t length = strlen(before);

    memcpy(text, before, length);
    for (size_t at = range.from; at < range.to;) {
        size_t next = skip_blanks(search, at, range.to);
        if (next > at)
            text[length++] = ' ';
        else
            text[length++] = search->text[next++];
        at = next;
    }
    memcpy(text + length, behind, strlen(behind));
    add_part(parts, text, length + strlen(behind), hit);
    talloc_free(text);
}

// The hits from `first` on that are one: where it ends, and the next one's number.
static size_t join_hits(const struct search *search, size_t first, size_t *ret_next)
{
    size_t to = search->hits[first].to, i = first + 1;

    for (; i < search->count; i++) {
        const struct hit *hit = &search->hits[i];
        bool beside = hit->from > to && blank_at(search, to) == hit->from - to;
        if (hit->from > to && !beside)
            break;
        if (hit->to > to)
            to = hit->to;
    }
    *ret_next = i;
    return to;
}

static json_t *make_parts(const struct search *search, struct range range, bool unchanged)
{
    const char *before = range.from > 0 ? ellipsis : "";
    const char *behind = range.to < search->length ? ellipsis : "";
    json_t *parts = json_array();
    size_t at = range.from;

    for (size_t i = 0; i < search->count && at < range.to;) {
        size_t from = search->hits[i].from, to = join_hits(search, i, &i);
        if (from < at || from >= range.to)
            continue;
        if (to > range.to)
            to = range.to;
        if (unchanged) {
            add_part(parts, search->text + at, from - at, false);
            add_part(parts, search->text + from, to - from, true);
        } else {
            add_text(search, parts, (struct range){at, from}, false, before, "");
            add_text(search, parts, (struct range){from, to}, true, "", "");
            before = "";
        }
        at = to;
    }
    if (unchanged)
        add_part(parts, search->text + at, range.to - at, false);
    else
        add_text(search, parts, (struct range){at, range.to}, false, before, behind);
    return parts;
}

// ---- the best part -----------------------------------------------------------------------------

// How much each unit says here: the more often, the less.
static void weigh_units(const struct search *search, unsigned *weights)
{
    memset(weights, 0, search->query->unit_count * sizeof *weights);
    for (size_t i = 0; i < search->count; i++)
        weights[search->hits[i].unit]++;
    for (size_t i = 0; i < search->query->unit_count; i++)
        weights[i] = 4000 / (4 + weights[i]);
}

static bool is_beside(const struct hit *hit, const struct hit *next)
{
    return next->unit == hit->unit + 1 && next->from <= hit->to + 3;
}

// The first and last hit of the best window of so many bytes.
static struct range best_hits(const struct search *search, size_t bytes)
{
    unsigned weights[SEARCH_UNITS_MAX], seen[SEARCH_UNITS_MAX] = {0};
    struct range best = {0, 0};
    size_t end = 0;
    long score = 0, most = 0;

    weigh_units(search, weights);
    for (size_t i = 0; i < search->count; i++) {
        const struct hit *hits = search->hits;
        for (; end < search->count && hits[end].to <= hits[i].from + bytes; end++) {
            score += seen[hits[end].unit]++ ? 1 : weights[hits[end].unit];
            if (end > i && is_beside(&hits[end - 1], &hits[end]))
                score += weights[hits[end].unit] / 2;
        }
        if (score > most) {
            most = score;
            best = (struct range){i, end - 1};
        }
        if (end == i) { // longer than the window
            end++;
            continue;
        }
        score -= --seen[hits[i].unit] ? 1 : weights[hits[i].unit];
        if (i + 1 < end && is_beside(&hits[i], &hits[i + 1]))
            score -= weights[hits[i + 1].unit] / 2;
    }
    return best;
}

// Does a sentence begin at `at`, by what stands before it?
static bool begins_sentence(const struct search *search, size_t at)
{
    static const char *const ends[] = {"。", "！", "？", "।", "។", "៕"};
    const char *text = search->text;

    if (at == 0 || (at >= 2 && memcmp(text + at - 2, "\n\n", 2) == 0))
        return true;
    if (at >= 2 && (text[at - 1] == ' ' || text[at - 1] == '\n') && strchr(".!?", text[at - 2]))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (at >= 3 && memcmp(text + at - 3, ends[i], 3) == 0)
            return true;
    return at >= 3 && memcmp(text + at - 3, "؟ ", 3) == 0;
}

// Where to begin between `from` and the first hit: a sentence, else a word, else there.
static size_t choose_start(const struct search *search, size_t from, size_t hit)
{
    for (size_t at = from; at <= hit; at++)
        if (begins_sentence(search, at))
            return skip_blanks(search, at, hit);
    for (size_t at = from; at < from + (hit - from) / 2; at++)
        if (blank_at(search, at))
            return skip_blanks(search, at, hit);
    return from;
}

// Where to end between the last hit and `to`: in the last third behind a sentence; else a word.
static size_t choose_end(const struct search *search, size_t hit, size_t to)
{
    if (to == search->length)
        return to;
    for (size_t at = to; at > to - (to - hit) / 3; at--)
        if (begins_sentence(search, at))
            return at;
    for (size_t at = to; at > to - (to - hit) / 2; at--)
        if (blank_at(search, at))
            return at;
    return to;
}

// How many bytes this many characters of the text take.
static size_t bytes_of(const struct search *search, size_t characters)
{
    size_t count = 1;

    for (size_t i = 0; i < search->length; i++)
        count += ((unsigned char)search->text[i] & 0xc0) != 0x80;
    return search->length * characters / count;
}

static struct range best_range(const struct search *search)
{
    size_t max = EXCERPT_GRAPHEMES - 2, lead, used;
    struct range hits = {0, 0}, range = {0, 0};

    if (search->count) {
        struct range best = best_hits(search, bytes_of(search, max - LEAD));
        hits = (struct range){search->hits[best.from].from, search->hits[best.to].to};
        size_t from = text_before(search->text, search->length, hits.from, LEAD, &lead);
        range.from = choose_start(search, from, hits.from);
    }
    range.to = text_after(search->text, search->length, range.from, max, &used);
    if (range.to == search->length && used < max && range.from > 0) { // room left before it
        range.from = text_before(search->text, search->length, range.from, max - used, &lead);
        range.from = choose_start(search, range.from, hits.from);
    }
    if (range.to < search->length)
        range.to = choose_end(search, hits.to < range.to ? hits.to : range.from, range.to);
    range.to = trim_blanks(search, range.from, range.to);
    return range;
}

static struct search open_search(const struct search_query *query, const struct locale *locale,
                                 const char *text, size_t length)
{
    struct search search = {.query = query, .locale = locale, .text = text, .length = length};
    prepare(&search);
    find_hits(&search);
    talloc_free(search.stems);
    return search;
}

json_t *excerpt_marked(TALLOC_CTX *ctx, const struct search_query *query,
                       const struct locale *locale, const char *text)
{
    struct search search = open_search(query, locale, text, strlen(text));
    json_t *parts = make_parts(&search, (struct range){0, search.length}, true);

    talloc_free(search.hits);
    return fields_own(ctx, parts);
}

json_t *excerpt_best(TALLOC_CTX *ctx, const struct search_query *query, const struct locale *locale,
                     const char *text, size_t length)
{
    struct search search = {.text = text, .length = length};
    size_t from = skip_blanks(&search, 0, length), to = trim_blanks(&search, from, length);

    search = open_search(query, locale, text + from, to - from);
    json_t *parts = make_parts(&search, best_range(&search), false);
    talloc_free(search.hits);
    return fields_own(ctx, parts);
}
