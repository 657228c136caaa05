#include "locales/text.h"

#include "locales/icu.h"

#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#define IS_MARK(c) (U_GET_GC_MASK(c) & U_GC_M_MASK)

static const char ellipsis[] = "\u2026";

// One pass over a text: checks it and learns whether it is in NFC already.
struct scan {
    enum text_rules rules;
    int marks;       // in a row, so far
    int last_class;  // combining class of the character before
    bool may_change; // NFC may be another text
};

// Characters that are letters or ideographs, no marks, and the same in NFC whatever follows (what
// follows is looked at on its own): most of what is written, so that the tables are not asked.
static bool is_plain(UChar32 c)
{
    return (c >= 0xa0 && c < 0x300) || (c >= 0x1e00 && c < 0x1f00) || (c >= 0x4e00 && c < 0xa000) ||
           (c >= 0xac00 && c < 0xd7a4);
}

static enum text_outcome scan_control(UChar32 c, enum text_rules rules)
{
    if (c == '\t' || c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029)
        return rules == TEXT_LINE ? TEXT_CONTROL : TEXT_OK;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || U_IS_UNICODE_NONCHAR(c))
        return TEXT_CONTROL;
    if (rules == TEXT_LINE && ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)))
        return TEXT_BIDI;
    return TEXT_OK;
}

static enum text_outcome scan_character(struct scan *scan, UChar32 c)
{
    if (c < 0)
        return TEXT_BAD_UTF8;
    if ((c >= 0x20 && c < 0x7f) || is_plain(c)) {
        scan->marks = 0;
        scan->last_class = 0;
        return TEXT_OK;
    }
    enum text_outcome outcome = scan_control(c, scan->rules);
    if (outcome != TEXT_OK)
        return outcome;
    scan->marks = IS_MARK(c) ? scan->marks + 1 : 0;
    if (scan->marks > TEXT_MARKS_MAX)
        return TEXT_MARKS;
    int class = u_getCombiningClass(c);
    if (u_getIntPropertyValue(c, UCHAR_NFC_QUICK_CHECK) != UNORM_YES ||
        (class != 0 && class < scan->last_class))
        scan->may_change = true;
    scan->last_class = class;
    return TEXT_OK;
}

static char *normalise(TALLOC_CTX *ctx, char *text, size_t length, size_t *ret_length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t source_length, capacity;

    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    UChar *source = icu_from_utf8(text, text, length, &source_length);
    capacity = source_length * 3; // UAX 15 section 9, table 8: NFC grows at most so in UTF-16
    UChar *result = talloc_array(text, UChar, (size_t)capacity + 1);
    int32_t result_length = unorm2_normalize(nfc, source, source_length, result, capacity, &status);
    icu_require(status, "NFC");
    char *out = icu_to_utf8(ctx, result, result_length, ret_length);
    talloc_free(text);
    return out;
}

int text_check(TALLOC_CTX *ctx, const char *utf8, size_t length, enum text_rules rules, char **ret,
               size_t *ret_length)
{
    struct scan scan = {.rules = rules};
    size_t i = 0, kept = 0;

    if (length > TEXT_BYTES_MAX)
        return TEXT_TOO_LONG;
    char *out = talloc_array(ctx, char, length + 1);
    while (i < length) {
        size_t start = i;
        UChar32 c;
        U8_NEXT((const uint8_t *)utf8, i, length, c);
        enum text_outcome outcome = scan_character(&scan, c);
        if (outcome != TEXT_OK) {
            talloc_free(out);
            return outcome;
        }
        if (c == '\r') {
            if (i == length || utf8[i] != '\n')
                out[kept++] = '\n';
            continue;
        }
        memcpy(out + kept, utf8 + start, i - start);
        kept += i - start;
    }
    out[kept] = '\0';
    if (scan.may_change)
        out = normalise(ctx, out, kept, &kept);
    *ret = out;
    *ret_length = kept;
    return TEXT_OK;
}

uint32_t text_offender(const char *utf8, size_t length, enum text_rules rules)
{
    struct scan scan = {.rules = rules};

    for (size_t i = 0; i < length;) {
        UChar32 c;
        U8_NEXT((const uint8_t *)utf8, i, length, c);
        if (scan_character(&scan, c) != TEXT_OK)
            return c < 0 ? 0 : (uint32_t)c;
    }
    return 0;
}

bool text_is_utf8(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        UChar32 c;
        U8_NEXT((const uint8_t *)text, i, length, c);
        if (c < 0)
            return false;
    }
    return true;
}

// The boundaries of text (length -1: up to its NUL) in a break iterator of this thread; utext is
// closed by the caller.
static UBreakIterator *breaks_of(enum icu_kind kind, const struct locale *locale, const char *text,
                                 int64_t length, UText *utext)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = icu_object(kind, locale);

    utext_openUTF8(utext, text, length, &status);
    ubrk_setUText(breaks, utext, &status);
    icu_require(status, "breaks");
    return breaks;
}

size_t text_length_graphemes(const char *text)
{
    UText utext = UTEXT_INITIALIZER;
    size_t count = 0;

    UBreakIterator *breaks = breaks_of(ICU_GRAPHEMES, locale_default(), text, -1, &utext);
    while (ubrk_next(breaks) != UBRK_DONE)
        count++;
    utext_close(&utext);
    return count;
}

// Step from one boundary to the next at most max times.
static size_t walk_graphemes(const char *text, size_t length, size_t at, size_t max,
                             int32_t (*step)(UBreakIterator *, int32_t), size_t *ret_count)
{
    UText utext = UTEXT_INITIALIZER;
    size_t count = 0;

    UBreakIterator *breaks =
        breaks_of(ICU_GRAPHEMES, locale_default(), text, (int64_t)length, &utext);
    while (count < max) {
        int32_t next = step(breaks, (int32_t)at);
        if (next == UBRK_DONE)
            break;
        at = (size_t)next;
        count++;
    }
    utext_close(&utext);
    *ret_count = count;
    return at;
}

size_t text_before(const char *text, size_t length, size_t at, size_t max, size_t *ret_count)
{
    return walk_graphemes(text, length, at, max, ubrk_preceding, ret_count);
}

size_t text_after(const char *text, size_t length, size_t at, size_t max, size_t *ret_count)
{
    return walk_graphemes(text, length, at, max, ubrk_following, ret_count);
}

// The bytes of the first max graphemes, or the length of text if it has no more.
static size_t graphemes_end(const char *text, size_t max)
{
    UText utext = UTEXT_INITIALIZER;
    int32_t end = 0;

    UBreakIterator *breaks = breaks_of(ICU_GRAPHEMES, locale_default(), text, -1, &utext);
    for (size_t i = 0; i < max; i++) {
        int32_t next = ubrk_next(breaks);
        if (next == UBRK_DONE)
            break;
        end = next;
    }
    utext_close(&utext);
    return (size_t)end;
}

// The last place at or before end where a word ends or begins.
static size_t word_boundary(const struct locale *locale, const char *text, size_t end)
{
    UText utext = UTEXT_INITIALIZER;

    UBreakIterator *breaks = breaks_of(ICU_WORDS, locale, text, -1, &utext);
    int32_t boundary =
        ubrk_isBoundary(breaks, (int32_t)end) ? (int32_t)end : ubrk_preceding(breaks, (int32_t)end);
    utext_close(&utext);
    return boundary == UBRK_DONE ? 0 : (size_t)boundary;
}

// text without the white space and punctuation at its end.
static size_t trim_end(const char *text, size_t end)
{
    while (end > 0) {
        int32_t start = (int32_t)end;
        UChar32 c;
        U8_PREV((const uint8_t *)text, 0, start, c);
        if (c < 0 || !(u_isUWhiteSpace(c) || u_ispunct(c)))
            break;
        end = (size_t)start;
    }
    return end;
}

char *text_truncate(TALLOC_CTX *ctx, const struct locale *locale, const char *text,
                    size_t max_graphemes)
{
    if (max_graphemes == 0)
        return talloc_strdup(ctx, "");
    size_t whole = graphemes_end(text, max_graphemes);
    if (text[whole] == '\0')
        return talloc_strdup(ctx, text);

    size_t end = graphemes_end(text, max_graphemes - 1);
    size_t cut = trim_end(text, word_boundary(locale, text, end));
    if (cut <= end / 2)
        cut = end;
    return talloc_asprintf(ctx, "%.*s%s", (int)cut, text, ellipsis);
}

bool text_is_punctuation(uint32_t c, unsigned unicode)
{
    UVersionInfo age;
    if (!(U_GET_GC_MASK((UChar32)c) & U_GC_P_MASK))
        return false;
    u_charAge((UChar32)c, age);
    return age[0] <= unicode;
}

bool text_is_space(uint32_t c)
{
    return u_charType((UChar32)c) == U_SPACE_SEPARATOR;
}
