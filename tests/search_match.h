// What PostgreSQL does with the vectors and queries of search, as far as tests need it: find the
// positions of a lexeme, and a phrase.
#pragma once

#include "content/search_query.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SEARCH_POSITIONS 16384

// Mark where a lexeme stands in the vector, moved back by `back`; and keep only marks that were
// there before, unless it is the first. Returns how many are left.
static size_t search_positions(const char *vector, const char *lexeme, size_t length, bool prefix,
                               unsigned back, bool first, bool marks[SEARCH_POSITIONS])
{
    bool found[SEARCH_POSITIONS] = {false};
    size_t count = 0;

    for (const char *at = vector; (at = strchr(at, '\'')); at++) {
        const char *end = strchr(at + 1, '\'');
        if (memcmp(at + 1, lexeme, length) == 0 && (prefix || at + 1 + length == end))
            for (char *place = (char *)end + 1; *place == ':' || *place == ',';) {
                unsigned long position = strtoul(place + 1, &place, 10);
                place += *place >= 'A' && *place <= 'D';
                if (position >= back)
                    found[position - back] = true;
            }
        at = end;
    }
    for (size_t i = 0; i < SEARCH_POSITIONS; i++) {
        marks[i] = found[i] && (first || marks[i]);
        count += marks[i];
    }
    return count;
}

// Does the phrase "'a' <-> 'b':* <2> 'c'" stand in the vector?
static bool search_phrase(const char *vector, const char *phrase)
{
    bool marks[SEARCH_POSITIONS];
    size_t count = 0;
    unsigned back = 0;

    for (bool first = true; *phrase == '\''; first = false) {
        const char *end = strchr(phrase + 1, '\'');
        bool prefix = strncmp(end + 1, ":*", 2) == 0;
        count = search_positions(vector, phrase + 1, (size_t)(end - phrase - 1), prefix, back,
                                 first, marks);
        phrase = end + (prefix ? 3 : 1);
        if (strncmp(phrase, " <->", 4) == 0)
            back++;
        else if (strncmp(phrase, " <", 2) == 0)
            back += (unsigned)atoi(phrase + 2);
        phrase += *phrase == ' ' ? strcspn(phrase, ">") + 2 : 0;
    }
    return count > 0;
}

// Does the vector hold every unit and phrase of this query, in whatever language it is asked?
static bool search_finds(TALLOC_CTX *ctx, const char *vector, const char *text, size_t length)
{
    static const char *const readers[] = {"vi", "ja", "ko", "fr"};
    bool marks[SEARCH_POSITIONS];

    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        char *quoted = talloc_asprintf(ctx, "%.*s \"%.*s\"", (int)length, text, (int)length, text);
        struct search_query *query;
        if (search_query_parse(ctx, locale_find(readers[i]), quoted, strlen(quoted), &query) != 0)
            return false;
        for (size_t j = 0; j < query->unit_count; j++) {
            const struct search_unit *unit = &query->units[j];
            bool whole = search_positions(vector, unit->folded, strlen(unit->folded), false, 0,
                                          true, marks) > 0;
            for (size_t k = 0; k < unit->pair_count; k++) {
                char *pair = talloc_asprintf(query, "+%s", unit->pairs[k]);
                whole = search_positions(vector, pair, strlen(pair), unit->one, 0, true, marks);
                if (!whole)
                    return false;
            }
            if (!whole)
                return false;
        }
        for (size_t j = 0; j < query->phrase_count; j++)
            if (!search_phrase(vector, query->phrases[j]))
                return false;
        talloc_free(query);
    }
    return true;
}
