// The files of the search without a server: what a word is found by in them.
#include "render/site_search_shards.h"

// cmocka.h needs these four before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct site_search_shards *shards, unsigned slot, const char *vector)
{
    site_search_shards_add(shards, slot, vector, strlen(vector));
}

// The postings of a word as "slot:impact ...", from whichever part it is in.
static const char *postings_of(struct site_search_shards *shards, unsigned count, const char *term)
{
    static char text[512];
    bool found = false;
    *text = '\0';
    for (unsigned i = 0; i < count; i++) {
        size_t length, j;
        char *file = site_search_shards_file(shards, i, &length);
        assert_int_equal(strlen(file), length);
        json_t *json = json_loads(file, 0, NULL), *number, *posting;
        assert_non_null(json);
        json_int_t slot = 0;
        if ((number = json_object_get(json_object_get(json, "terms"), term))) {
            assert_false(found);
            found = true;
            json_array_foreach (json_array_get(json_object_get(json, "postings"),
                                               (size_t)json_integer_value(number)),
                                j, posting) {
                json_int_t value = json_integer_value(posting);
                slot += value >> 3;
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d:%d", j ? " " : "",
                         (int)slot, (int)value & 7);
            }
        }
        json_decref(json);
        talloc_free(file);
    }
    return found ? text : "none";
}

static void test_how_much_a_word_counts(void **state)
{
    struct site_search_shards *shards = site_search_shards_new(NULL, 4);
    add(shards, 3,
        "'body':1C 'often':1C,2C,3C,4C,5C,6C 'title':1A 'thrice':1C,2C,3C 'twice':2C,3C");
    add(shards, 9, "'both':1A,9C 'more':1B,2C 'plain' 'summary':1B 'title':1C");
    const char *const expected[][2] = {
        {"body", "3:0"},  {"twice", "3:1"}, {"thrice", "3:2"},  {"often", "3:3"},
        {"both", "9:7"},  {"more", "9:5"},  {"summary", "9:4"}, {"title", "3:6 9:0"},
        {"plain", "9:0"}, {"none", "none"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(postings_of(shards, 4, expected[i][0]), expected[i][1]);
    talloc_free(shards);
}

static void test_words_of_one_stem(void **state)
{
    struct site_search_shards *shards = site_search_shards_new(NULL, 1);
    add(shards, 1, "'festival':3A '~festiv':3A");
    add(shards, 2, "'festivals':5C '=festivals':5C '~festiv':5C '@ha-noi'");
    add(shards, 7, "'festive':1B '~festiv':1B 'other':2C '~other':2C");
    assert_string_equal(postings_of(shards, 1, "festival"), "1:6 2:0 7:4");
    assert_string_equal(postings_of(shards, 1, "festivals"), "1:6 2:0 7:4");
    assert_string_equal(postings_of(shards, 1, "other"), "7:0");
    // Stems, written forms and places are no words of a query's.
    assert_string_equal(postings_of(shards, 1, "~festiv"), "none");
    assert_string_equal(postings_of(shards, 1, "=festivals"), "none");
    assert_string_equal(postings_of(shards, 1, "@ha-noi"), "none");
    talloc_free(shards);
}

static void test_two_words_at_one_place(void **state)
{
    struct site_search_shards *shards = site_search_shards_new(NULL, 2);
    add(shards, 1, "'histoire':2C 'lhistoire':2C '~histoir':2C '~lhistoir':2C");
    add(shards, 2, "'histoires':4C '~histoir':4C");
    assert_string_equal(postings_of(shards, 2, "histoire"), "1:0 2:0");
    assert_string_equal(postings_of(shards, 2, "lhistoire"), "1:0");
    talloc_free(shards);
}

static void test_runs_are_found_by_their_pairs(void **state)
{
    struct site_search_shards *shards = site_search_shards_new(NULL, 8);
    add(shards, 4, "'河内':1A '茶':4C '+内茶':2A '+河内':1A '+茶':4C 'ภาษา':7C '+ภา':7C");
    assert_string_equal(postings_of(shards, 8, "+河内"), "4:6");
    assert_string_equal(postings_of(shards, 8, "+ภา"), "4:0");
    assert_string_equal(postings_of(shards, 8, "茶"), "4:0");
    // A dictionary's words are not asked for.
    assert_string_equal(postings_of(shards, 8, "河内"), "none");
    assert_string_equal(postings_of(shards, 8, "ภาษา"), "none");
    talloc_free(shards);
}

static void test_signs(void **state)
{
    struct site_search_shards *shards = site_search_shards_new(NULL, 1);
    add(shards, 0, "'a\\\\b':1C 'it''s':2C 'say\"':16383C");
    assert_string_equal(postings_of(shards, 1, "a\\b"), "0:0");
    assert_string_equal(postings_of(shards, 1, "it's"), "0:0");
    assert_string_equal(postings_of(shards, 1, "say\""), "0:0");
    talloc_free(shards);
}

static void test_what_is_malformed_ends_it(void **state)
{
    static const char *const vectors[] = {
        "", "word", "'", "'open", "'open'':1", "'a':99999999999C", "'a\\", "'ok':1C x"};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct site_search_shards *shards = site_search_shards_new(NULL, 1);
        size_t length;
        char *copy = strdup(vectors[i]); // so that no byte behind it may be read
        site_search_shards_add(shards, 1, copy, strlen(copy));
        free(copy);
        json_t *json = json_loads(site_search_shards_file(shards, 0, &length), 0, NULL);
        assert_non_null(json);
        json_decref(json);
        talloc_free(shards);
    }
    struct site_search_shards *shards = site_search_shards_new(NULL, 1);
    char *longest = malloc(2 + 2046), *longer = malloc(2 + 2047);
    memset(longest, 'x', 2048);
    memset(longer, 'x', 2049);
    longest[0] = longest[2047] = longer[0] = longer[2048] = '\'';
    site_search_shards_add(shards, 1, longest, 2048);
    site_search_shards_add(shards, 2, longer, 2049);
    longest[2047] = '\0';
    assert_string_equal(postings_of(shards, 1, longest + 1), "1:0");
    longer[2048] = '\0';
    assert_string_equal(postings_of(shards, 1, longer + 1), "none");
    free(longest);
    free(longer);
    talloc_free(shards);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_much_a_word_counts),
        cmocka_unit_test(test_words_of_one_stem),
        cmocka_unit_test(test_two_words_at_one_place),
        cmocka_unit_test(test_runs_are_found_by_their_pairs),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_what_is_malformed_ends_it),
    };
    return cmocka_run_group_tests_name("site_search", tests, NULL, NULL);
}
