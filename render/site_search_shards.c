#include "render/site_search_shards.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utstring.h>

#define LEXEME_MAX   2046      // bytes, PostgreSQL's own limit
#define POSITIONS    (1 << 14) // of a tsvector; the last stands for all that follow too
#define HASHED_START 3         // characters of a word that say which part it is in
#define IMPACT_BITS  3

struct term {
    UT_hash_handle hh;
    uint32_t *postings; // slot << IMPACT_BITS | impact, by slot
    size_t count, size;
    struct term **stems; // of a word: those it was found with
    size_t stem_count;
    unsigned length;
    bool found; // in files: neither a stem nor what is found another way
    unsigned shard;
    char lexeme[];
};

struct stem_spot {
    struct term *stem;
    unsigned position;
};

struct site_search_shards {
    unsigned count;
    struct term *terms;
    struct term *word_at[POSITIONS][2]; // of the text being added: l'eau is leau and eau
    unsigned last;                      // position of it
    struct stem_spot *spots;
    size_t spot_count, spot_size;
    struct term ***sorted; // by shard, once all texts are there
    size_t *sorted_count;
};

// One lexeme of a vector.
struct entry {
    char lexeme[LEXEME_MAX + 1];
    size_t length;
    unsigned positions[256];
    size_t position_count;
    unsigned in_title, in_summary, in_body; // how often
};

static int shards_free(struct site_search_shards *shards)
{
    HASH_CLEAR(hh, shards->terms);
    return 0;
}

struct site_search_shards *site_search_shards_new(TALLOC_CTX *ctx, unsigned count)
{
    struct site_search_shards *shards = talloc_zero(ctx, struct site_search_shards);
    shards->count = count;
    talloc_set_destructor(shards, shards_free);
    return shards;
}

// The next character of UTF-8 that is known to be well formed.
static uint32_t next_character(const char **at, const char *end)
{
    unsigned char first = (unsigned char)*(*at)++;
    uint32_t c = first < 0xc0   ? first
                 : first < 0xe0 ? first & 0x1f
                 : first < 0xf0 ? first & 0x0f
                                : first & 0x07;
    while (*at < end && ((unsigned char)**at & 0xc0) == 0x80)
        c = c << 6 | ((unsigned char)*(*at)++ & 0x3f);
    return c;
}

// FNV-1a of the characters at the beginning, as search-copy.js has it. Of a pair the first grapheme
// begins with one, so that a single grapheme finds its pairs.
static unsigned shard_of(const char *lexeme, size_t length, unsigned count)
{
    uint32_t hash = 2166136261u;
    const char *at = lexeme, *end = lexeme + length;
    for (size_t i = *lexeme == '+' ? 1 : 0; at < end && i < HASHED_START; i++)
        hash = (hash ^ next_character(&at, end)) * 16777619u;
    return (hash ^ hash >> 15) & (count - 1);
}

// Scripts whose runs are found by their pairs.
static bool is_of_run(uint32_t c)
{
    return (c >= 0x0e00 && c < 0x0f00) || // Thai, Lao
           (c >= 0x1780 && c < 0x1800) || // Khmer
           (c >= 0x3005 && c < 0x3100) || // signs of repetition, kana
           (c >= 0x31f0 && c < 0x3200) || // more kana
           (c >= 0x3400 && c < 0xa000) || // Han
           (c >= 0xf900 && c < 0xfb00) || //
           (c >= 0x20000 && c < 0x33480); //
}

// Words that dictionaries cut out of runs are not asked for, but for those of one character.
static bool is_found(const char *lexeme, size_t length)
{
    const char *at = lexeme, *end = lexeme + length;
    if (strchr("~=@", *lexeme))
        return false;
    return *lexeme == '+' || !is_of_run(next_character(&at, end)) || at == end;
}

static struct term *term_of(struct site_search_shards *shards, const struct entry *entry)
{
    struct term *term;
    HASH_FIND(hh, shards->terms, entry->lexeme, entry->length, term);
    if (term)
        return term;
    term = talloc_zero_size(shards, sizeof *term + entry->length + 1);
    memcpy(term->lexeme, entry->lexeme, entry->length);
    term->length = (unsigned)entry->length;
    term->found = is_found(term->lexeme, term->length);
    term->shard = shard_of(term->lexeme, term->length, shards->count);
    HASH_ADD(hh, shards->terms, lexeme, entry->length, term);
    return term;
}

static void add_posting(struct site_search_shards *shards, struct term *term, uint32_t posting)
{
    if (term->count == term->size) {
        term->size = term->size ? term->size * 2 : 2;
        term->postings = talloc_realloc(shards, term->postings, uint32_t, term->size);
    }
    term->postings[term->count++] = posting;
}

static void add_stem(struct site_search_shards *shards, struct term *word, struct term *stem)
{
    for (size_t i = 0; i < word->stem_count; i++)
        if (word->stems[i] == stem)
            return;
    word->stems = talloc_realloc(shards, word->stems, struct term *, word->stem_count + 1);
    word->stems[word->stem_count++] = stem;
}

static unsigned impact_of(const struct entry *entry)
{
    if (entry->in_title)
        return entry->in_summary || entry->in_body ? 7 : 6;
    if (entry->in_summary)
        return entry->in_body ? 5 : 4;
    return entry->in_body >= 6 ? 3 : entry->in_body >= 3 ? 2 : entry->in_body == 2 ? 1 : 0;
}

static void keep_entry(struct site_search_shards *shards, unsigned slot, const struct entry *entry)
{
    bool stem = *entry->lexeme == '~';
    if (!entry->length || (!stem && strchr("=@", *entry->lexeme)))
        return;
    struct term *term = term_of(shards, entry);
    add_posting(shards, term, slot << IMPACT_BITS | impact_of(entry));
    if (*entry->lexeme == '+')
        return;
    for (size_t i = 0; i < entry->position_count; i++) {
        unsigned position = entry->positions[i];
        if (position >= POSITIONS - 1)
            break;
        if (!stem) {
            shards->word_at[position][shards->word_at[position][0] != NULL] = term;
            shards->last = position > shards->last ? position : shards->last;
            continue;
        }
        if (shards->spot_count == shards->spot_size) {
            shards->spot_size = shards->spot_size ? shards->spot_size * 2 : 1024;
            shards->spots =
                talloc_realloc(shards, shards->spots, struct stem_spot, shards->spot_size);
        }
        shards->spots[shards->spot_count++] = (struct stem_spot){term, position};
    }
}

// 'it''s' and 'a\\b' stand for it's and a\b.
static bool read_lexeme(const char **at, const char *end, struct entry *entry)
{
    entry->length = 0;
    if (*at == end || *(*at)++ != '\'')
        return false;
    while (*at < end) {
        char c = *(*at)++;
        bool doubled = *at < end && **at == c;
        if (c == '\'' && !doubled) {
            entry->lexeme[entry->length] = '\0';
            return true;
        }
        if (entry->length == LEXEME_MAX || (c == '\\' && !doubled))
            return false;
        entry->lexeme[entry->length++] = c;
        *at += c == '\'' || c == '\\';
    }
    return false;
}

// :3A,14B,21
static void read_positions(const char **at, const char *end, struct entry *entry)
{
    entry->position_count = entry->in_title = entry->in_summary = entry->in_body = 0;
    while (*at < end && (**at == ':' || **at == ',')) {
        unsigned position = 0;
        for (++*at; *at < end && **at >= '0' && **at <= '9'; ++*at)
            position = position < POSITIONS ? position * 10 + (unsigned)(**at - '0') : POSITIONS;
        char weight = *at < end ? **at : 'D';
        entry->in_title += weight == 'A';
        entry->in_summary += weight == 'B';
        entry->in_body += weight != 'A' && weight != 'B';
        *at += weight >= 'A' && weight <= 'D' && *at < end;
        if (entry->position_count < sizeof entry->positions / sizeof *entry->positions)
            entry->positions[entry->position_count++] = position;
    }
}

// How many bytes a word begins with as its stem does.
static size_t common_start(const struct term *word, const struct term *stem)
{
    size_t count = 0;
    while (count < word->length && count + 1 < stem->length &&
           word->lexeme[count] == stem->lexeme[count + 1])
        count++;
    return count;
}

void site_search_shards_add(struct site_search_shards *shards, unsigned slot, const char *vector,
                            size_t length)
{
    const char *at = vector, *end = vector + length;
    struct entry *entry = talloc(shards, struct entry);
    while (at < end && read_lexeme(&at, end, entry)) {
        read_positions(&at, end, entry);
        keep_entry(shards, slot, entry);
        while (at < end && *at == ' ')
            at++;
    }
    for (size_t i = 0; i < shards->spot_count; i++) {
        struct term *const *words = shards->word_at[shards->spots[i].position];
        struct term *stem = shards->spots[i].stem;
        size_t likely = words[1] && common_start(words[1], stem) > common_start(words[0], stem);
        if (words[likely])
            add_stem(shards, words[likely], stem);
    }
    memset(shards->word_at, 0, (shards->last + 1) * sizeof *shards->word_at);
    shards->last = 0;
    shards->spot_count = 0;
    talloc_free(entry);
}

static int by_lexeme(const void *a, const void *b)
{
    return strcmp((*(struct term *const *)a)->lexeme, (*(struct term *const *)b)->lexeme);
}

static void sort_terms(struct site_search_shards *shards)
{
    struct term *term, *next;
    shards->sorted = talloc_zero_array(shards, struct term **, shards->count);
    shards->sorted_count = talloc_zero_array(shards, size_t, shards->count);
    HASH_ITER (hh, shards->terms, term, next)
        shards->sorted_count[term->shard] += term->found;
    for (unsigned i = 0; i < shards->count; i++) {
        shards->sorted[i] =
            talloc_array(shards->sorted, struct term *, shards->sorted_count[i] + 1);
        shards->sorted_count[i] = 0;
    }
    HASH_ITER (hh, shards->terms, term, next)
        if (term->found)
            shards->sorted[term->shard][shards->sorted_count[term->shard]++] = term;
    for (unsigned i = 0; i < shards->count; i++)
        qsort(shards->sorted[i], shards->sorted_count[i], sizeof **shards->sorted, by_lexeme);
}

// The postings of both, of one text the one that counts more.
static uint32_t *merge(TALLOC_CTX *ctx, const uint32_t *a, size_t a_count, const struct term *b,
                       size_t *ret_count)
{
    uint32_t *all = talloc_array(ctx, uint32_t, a_count + b->count);
    size_t i = 0, j = 0, count = 0;
    while (i < a_count || j < b->count) {
        uint32_t x = i < a_count ? a[i] : UINT32_MAX,
                 y = j < b->count ? b->postings[j] : UINT32_MAX;
        bool same = x >> IMPACT_BITS == y >> IMPACT_BITS;
        all[count++] = same ? (x > y ? x : y) : (x < y ? x : y);
        i += same || x < y;
        j += same || y < x;
    }
    *ret_count = count;
    return all;
}

static char *postings_text(TALLOC_CTX *ctx, const struct term *term)
{
    const uint32_t *postings = term->postings;
    size_t count = term->count;
    for (size_t i = 0; i < term->stem_count; i++)
        postings = merge(ctx, postings, count, term->stems[i], &count);
    char *text = talloc_size(ctx, count * 11 + 3), *out = text;
    uint32_t before = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = postings[i] >> IMPACT_BITS;
        out += sprintf(out, "%c%u", i ? ',' : '[',
                       (slot - before) << IMPACT_BITS | (postings[i] & ((1 << IMPACT_BITS) - 1)));
        before = slot;
    }
    strcpy(out, "]");
    return text;
}

struct kept_postings {
    UT_hash_handle hh;
    unsigned number;
    const char *text;
};

static void add_key(UT_string *out, const struct term *term)
{
    for (size_t i = 0; i < term->length; i++) {
        unsigned char c = (unsigned char)term->lexeme[i];
        if (c < 0x20)
            utstring_printf(out, "\\u%04x", c);
        else
            utstring_printf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
}

char *site_search_shards_file(struct site_search_shards *shards, unsigned shard, size_t *ret_length)
{
    if (!shards->sorted)
        sort_terms(shards);
    TALLOC_CTX *ctx = talloc_new(shards);
    struct kept_postings *table = NULL, *kept;
    UT_string terms, postings;
    utstring_init(&terms);
    utstring_init(&postings);
    for (size_t i = 0; i < shards->sorted_count[shard]; i++) {
        const struct term *term = shards->sorted[shard][i];
        char *text = postings_text(ctx, term);
        HASH_FIND_STR(table, text, kept);
        if (!kept) {
            kept = talloc(ctx, struct kept_postings);
            *kept = (struct kept_postings){.number = HASH_COUNT(table), .text = text};
            HASH_ADD_KEYPTR(hh, table, kept->text, strlen(kept->text), kept);
            utstring_printf(&postings, "%s\n%s", kept->number ? "," : "", text);
        }
        utstring_printf(&terms, "%s\"", i ? "," : "");
        add_key(&terms, term);
        utstring_printf(&terms, "\":%u", kept->number);
    }
    char *file = talloc_asprintf(shards, "{\"terms\":{%s},\n\"postings\":[%s]}\n",
                                 utstring_body(&terms), utstring_body(&postings));
    HASH_CLEAR(hh, table);
    utstring_done(&terms);
    utstring_done(&postings);
    talloc_free(ctx);
    *ret_length = talloc_get_size(file) - 1;
    return file;
}
