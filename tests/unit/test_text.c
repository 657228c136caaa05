// What text is let in, in which form, and where it is cut.
#include "locales/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int setup(void **state)
{
    return locales_init();
}

static int check(TALLOC_CTX *ctx, const char *text, enum text_rules rules, char **ret)
{
    size_t length = 0;

    *ret = NULL;
    int outcome = text_check(ctx, text, strlen(text), rules, ret, &length);
    if (outcome == TEXT_OK)
        assert_int_equal(strlen(*ret), length);
    else
        assert_null(*ret);
    return outcome;
}

static void test_outcomes(void **state)
{
    static const struct {
        const char *text;
        int line, block;
    } rows[] = {
        {"", TEXT_OK, TEXT_OK},
        {"Tiếng Việt, Êđê: hdĭp mnuih", TEXT_OK, TEXT_OK},
        {"\x01", TEXT_CONTROL, TEXT_CONTROL},
        {"\x08", TEXT_CONTROL, TEXT_CONTROL},
        {"\t", TEXT_CONTROL, TEXT_OK},
        {"\n", TEXT_CONTROL, TEXT_OK},
        {"\x0b", TEXT_CONTROL, TEXT_CONTROL},
        {"\x0c", TEXT_CONTROL, TEXT_CONTROL},
        {"\r", TEXT_CONTROL, TEXT_OK},
        {"\x0e", TEXT_CONTROL, TEXT_CONTROL},
        {"\x1b[31m", TEXT_CONTROL, TEXT_CONTROL},
        {"\x1f", TEXT_CONTROL, TEXT_CONTROL},
        {" ~", TEXT_OK, TEXT_OK},
        {"\x7f", TEXT_CONTROL, TEXT_CONTROL},
        {"\xc2\x80", TEXT_CONTROL, TEXT_CONTROL},
        {"\xc2\x85", TEXT_CONTROL, TEXT_CONTROL},
        {"\xc2\x9f", TEXT_CONTROL, TEXT_CONTROL},
        {"\xc2\xa0", TEXT_OK, TEXT_OK},
        {"\u2028", TEXT_CONTROL, TEXT_OK},
        {"\u2029", TEXT_CONTROL, TEXT_OK},
        {"\xef\xb7\x8f", TEXT_OK, TEXT_OK},               // U+FDCF
        {"\xef\xb7\x90", TEXT_CONTROL, TEXT_CONTROL},     // U+FDD0
        {"\xef\xb7\xaf", TEXT_CONTROL, TEXT_CONTROL},     // U+FDEF
        {"\xef\xbf\xbd", TEXT_OK, TEXT_OK},               // U+FFFD
        {"\xef\xbf\xbe", TEXT_CONTROL, TEXT_CONTROL},     // U+FFFE
        {"\xf4\x8f\xbf\xbf", TEXT_CONTROL, TEXT_CONTROL}, // U+10FFFF
        {"\xf4\x8f\xbf\xbd", TEXT_OK, TEXT_OK},           // U+10FFFD
        // bidirectional controls
        {"\u2029", TEXT_CONTROL, TEXT_OK},
        {"a\u202ab", TEXT_BIDI, TEXT_OK},
        {"a\u202eb", TEXT_BIDI, TEXT_OK},
        {"a\u202fb", TEXT_OK, TEXT_OK},
        {"a\u2065b", TEXT_OK, TEXT_OK},
        {"a\u2066b", TEXT_BIDI, TEXT_OK},
        {"a\u2069b", TEXT_BIDI, TEXT_OK},
        {"a\u200eb", TEXT_OK, TEXT_OK},
        // not UTF-8
        {"\x80", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        {"\xff", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        {"a\xc3", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        {"\xc0\xaf", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        {"\xe0\x80\xaf", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        {"\xed\xa0\x80", TEXT_BAD_UTF8, TEXT_BAD_UTF8}, // U+D800
        {"\xed\xbf\xbf", TEXT_BAD_UTF8, TEXT_BAD_UTF8}, // U+DFFF
        {"\xf4\x90\x80\x80", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        {"\xf8\x88\x80\x80\x80", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
        // the first offence decides
        {"\x01\xff", TEXT_CONTROL, TEXT_CONTROL},
        {"\xff\x01", TEXT_BAD_UTF8, TEXT_BAD_UTF8},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *out;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int line = check(ctx, rows[i].text, TEXT_LINE, &out);
        int block = check(ctx, rows[i].text, TEXT_BLOCK, &out);
        if (line != rows[i].line || block != rows[i].block)
            fail_msg("row %zu: line %d, block %d", i, line, block);
    }
    size_t length;
    assert_int_equal(text_check(ctx, "a\0b", 3, TEXT_BLOCK, &out, &length), TEXT_CONTROL);
    assert_int_equal(text_check(ctx, "\xe1\xba", 2, TEXT_BLOCK, &out, &length), TEXT_BAD_UTF8);
    talloc_free(ctx);
}

static void test_offender(void **state)
{
    assert_int_equal(text_offender("a\u202eb", 5, TEXT_LINE), 0x202e);
    assert_int_equal(text_offender("a\u202eb", 5, TEXT_BLOCK), 0);
    assert_int_equal(text_offender("a\nb", 3, TEXT_LINE), '\n');
    assert_int_equal(text_offender("\x01\xff", 2, TEXT_LINE), 1);
    assert_int_equal(text_offender("\xff\x01", 2, TEXT_LINE), 0);
    assert_int_equal(text_offender("a\0b", 3, TEXT_BLOCK), 0); // U+0000 has no other name
}

static void test_nfc(void **state)
{
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"plain", "plain"},
        {"Hà Nội", "Hà Nội"},
        {"Ha\u0300 No\u0302\u0323i", "Hà Nội"}, // marks in the wrong order too
        {"No\u0323\u0302i", "Nội"},
        {"e\u0302\u0306", "\u00ea\u0306"}, // ê̆ has no code point of its own
        {"\u00ea\u0306", "\u00ea\u0306"},
        {"e\u0306\u0302", "\u0115\u0302"}, // another letter: the order of equal classes counts
        {"o\u031b\u0323", "ợ"},
        {"u\u0323\u031b", "ự"},
        {"\u212b", "\u00c5"}, // singleton
        {"\u2126", "\u03a9"},
        {"\uf900", "\u8c48"}, // compatibility ideograph
        {"\u1100\u1161\u11a8", "\uac01"},
        {"\uac00\u11a8", "\uac01"},
        {"\u0340", "\u0300"},
        {"\u0958", "\u0915\u093c"}, // excluded from composition
        {"\ufb01", "\ufb01"},       // compatibility forms stay
        {"a\r\nb\rc\n\r\nd\r", "a\nb\nc\n\nd\n"},
        {"e\u0301\r\n", "é\n"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *out, *twice;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(check(ctx, rows[i].from, TEXT_BLOCK, &out), TEXT_OK);
        if (strcmp(out, rows[i].to) != 0)
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, out, rows[i].to);
        assert_int_equal(check(ctx, out, TEXT_BLOCK, &twice), TEXT_OK);
        assert_string_equal(twice, out);
    }
    talloc_free(ctx);
}

static double milliseconds_since(const struct timespec *from)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)(now.tv_sec - from->tv_sec) * 1e3 + (double)(now.tv_nsec - from->tv_nsec) / 1e6;
}

static void test_marks(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct timespec from;
    char *out;
    char text[128] = "a";

    for (int i = 0; i < TEXT_MARKS_MAX; i++)
        strcat(text, i % 2 ? "\u0323" : "\u0301");
    assert_int_equal(check(ctx, text, TEXT_LINE, &out), TEXT_OK);
    strcat(text, "\u0301");
    assert_int_equal(check(ctx, text, TEXT_LINE, &out), TEXT_MARKS);

    size_t length = 640 * 1024;
    char *marks = talloc_array(ctx, char, length);
    for (size_t i = 0; i < length; i += 2)
        memcpy(marks + i, "\u0301", 2);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    assert_int_equal(text_check(ctx, marks, length, TEXT_BLOCK, &out, &length), TEXT_MARKS);
    assert_true(milliseconds_since(&from) < 5);

    // The most that is allowed, all over the text and in the wrong order: still linear.
    char *allowed = talloc_strdup(ctx, "");
    char *base = talloc_strdup(ctx, "a");
    for (int i = 0; i < TEXT_MARKS_MAX; i++)
        base = talloc_strdup_append(base, i % 2 ? "\u0301" : "\u0323");
    for (int i = 0; i < 10000; i++)
        allowed = talloc_strdup_append_buffer(allowed, base);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    assert_int_equal(check(ctx, allowed, TEXT_BLOCK, &out), TEXT_OK);
    assert_true(milliseconds_since(&from) < 1000);
    talloc_free(ctx);
}

static void test_length_limit(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *text = talloc_array(ctx, char, TEXT_BYTES_MAX + 1);
    char *out;
    size_t length;

    memset(text, 'a', TEXT_BYTES_MAX + 1);
    assert_int_equal(text_check(ctx, text, TEXT_BYTES_MAX, TEXT_BLOCK, &out, &length), TEXT_OK);
    assert_int_equal(length, TEXT_BYTES_MAX);
    assert_int_equal(text_check(ctx, text, TEXT_BYTES_MAX + 1, TEXT_BLOCK, &out, &length),
                     TEXT_TOO_LONG);
    talloc_free(ctx);
}

static void test_graphemes(void **state)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"Hà Nội", 6},
        {"Ha\u0300 No\u0323\u0302i", 6},
        {"\u00ea\u0306", 1},
        {"\r\n", 1},
        {"ກຳ", 1},
        {"👨‍👩‍👧🇻🇳", 2},
        {"한국", 2},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(text_length_graphemes(rows[i].text), rows[i].length);
}

static void test_truncate(void **state)
{
    static const struct {
        const char *locale, *text;
        size_t max;
        const char *to;
    } rows[] = {
        {"en", "Ha Long Bay", 0, ""},
        {"en", "", 5, ""},
        {"en", "Ha Long Bay", 11, "Ha Long Bay"},
        {"en", "Ha Long Bay", 12, "Ha Long Bay"},
        {"en", "Ha Long Bay", 10, "Ha Long…"},
        {"en", "Ha Long Bay", 8, "Ha Long…"},
        {"en", "Ha Long Bay", 1, "…"},
        {"en", "Ha Long, and Cat Ba", 10, "Ha Long…"},
        {"en", "Incomprehensibilities of it", 10, "Incompreh…"}, // no word ends in time
        {"en", "A incomprehensibility", 10, "A incompr…"},
        {"vi", "Vịnh Hạ Long đẹp", 13, "Vịnh Hạ Long…"},
        {"rad", "\u00ea\u0306\u00ea\u0306\u00ea\u0306\u00ea\u0306", 3, "\u00ea\u0306\u00ea\u0306…"},
        {"th", "ภาษาไทยสวยงาม", 8, "ภาษาไทย…"},
        {"zh-Hans", "越南文化遗产", 5, "越南文化…"},
        {"en", "🇻🇳🇻🇳🇻🇳", 2, "🇻🇳…"},
    };
    TALLOC_CTX *ctx = talloc_new(NULL);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *out = text_truncate(ctx, locale_find(rows[i].locale), rows[i].text, rows[i].max);
        if (strcmp(out, rows[i].to) != 0)
            fail_msg("row %zu: \"%s\" instead of \"%s\"", i, out, rows[i].to);
        assert_true(text_length_graphemes(out) <= rows[i].max);
    }
    talloc_free(ctx);
}

static void test_classes(void **state)
{
    assert_true(text_is_punctuation('!', 1) && text_is_punctuation(0x3002, 7));
    assert_true(text_is_punctuation(0x115ca, 8) && !text_is_punctuation(0x115ca, 7));
    assert_false(text_is_punctuation('a', 15) || text_is_punctuation('$', 15) ||
                 text_is_punctuation(0x110000, 15));
    assert_true(text_is_space(' ') && text_is_space(0xa0) && text_is_space(0x3000));
    assert_false(text_is_space('\t') || text_is_space(0x200b) || text_is_space(0x110000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offender),     cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_nfc),          cmocka_unit_test(test_marks),
        cmocka_unit_test(test_length_limit), cmocka_unit_test(test_graphemes),
        cmocka_unit_test(test_truncate),     cmocka_unit_test(test_classes),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
