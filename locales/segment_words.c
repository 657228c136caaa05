#include "locales/segment.h"

#include "locales/icu.h"

#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#define IS_MARK(c) (U_GET_GC_MASK(c) & U_GC_M_MASK)

// What has no canonical decomposition and is yet typed as another letter.
static const struct {
    UChar32 letter;
    const UChar *plain;
} strokes[] = {
    {0x00e6, u"ae"}, {0x00f8, u"o"}, {0x0111, u"d"}, {0x0131, u"i"}, {0x0142, u"l"},
    {0x0153, u"oe"}, {0x0180, u"b"}, {0x0127, u"h"}, {0x00f0, u"d"}, {0x00fe, u"th"},
};

enum run { RUN_NONE, RUN_HAN, RUN_THAI, RUN_LAO, RUN_KHMER };

struct output {
    UChar *text;
    int32_t length;
    int32_t capacity;
};

static UChar *reserve(struct output *out, int32_t more)
{
    if (out->length + more > out->capacity) {
        out->capacity = (out->length + more) * 2;
        out->text = talloc_realloc(NULL, out->text, UChar, (size_t)out->capacity);
    }
    return out->text + out->length;
}

// Which script without spaces does a grapheme that begins with c belong to?
static enum run run_of(UChar32 c)
{
    if (c < 0x0e00 || !(u_isalpha(c) || IS_MARK(c)))
        return RUN_NONE;
    if (uscript_hasScript(c, USCRIPT_HAN) || uscript_hasScript(c, USCRIPT_HIRAGANA) ||
        uscript_hasScript(c, USCRIPT_KATAKANA))
        return RUN_HAN;
    if (uscript_hasScript(c, USCRIPT_THAI))
        return RUN_THAI;
    if (uscript_hasScript(c, USCRIPT_LAO))
        return RUN_LAO;
    return uscript_hasScript(c, USCRIPT_KHMER) ? RUN_KHMER : RUN_NONE;
}

static void put_token(struct output *out, const UChar *token, int32_t length)
{
    UChar *to = reserve(out, length + 1);

    if (out->length > 0) {
        *to++ = ' ';
        out->length++;
    }
    u_memcpy(to, token, length);
    out->length += length;
}

// A word that the break iterator found. It leaves digits and Latin letters on a Thai word; here
// they are words of their own.
static void put_word(struct output *out, const UChar *word, int32_t length, bool skip_runs)
{
    enum run run = RUN_NONE;
    int32_t start = 0;

    for (int32_t i = 0; i < length;) {
        int32_t at = i;
        UChar32 c;
        U16_NEXT(word, i, length, c);
        enum run next = at > 0 && IS_MARK(c) ? run : run_of(c);
        if (at > start && next != run) {
            if (!skip_runs || run == RUN_NONE)
                put_token(out, word + start, at - start);
            start = at;
        }
        run = next;
    }
    if (!skip_runs || run == RUN_NONE)
        put_token(out, word + start, length - start);
}

// The words of the text; without those of runs when they are given as pairs only.
static void put_words(struct output *out, const struct locale *locale, const UChar *text,
                      int32_t length, bool skip_runs)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = icu_object(ICU_WORDS, locale);
    int32_t start = 0, end;

    ubrk_setText(breaks, text, length, &status);
    icu_require(status, "word breaks");
    for (; (end = ubrk_next(breaks)) != UBRK_DONE; start = end) {
        if (ubrk_getRuleStatus(breaks) >= UBRK_WORD_NONE_LIMIT)
            put_word(out, text + start, end - start, skip_runs);
    }
}

static bool has_runs(const UChar *text, int32_t length)
{
    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(text, i, length, c);
        if (run_of(c) != RUN_NONE)
            return true;
    }
    return false;
}

// The pairs of every run. The last grapheme alone: always for the index, for a query only where the
// run is no longer than that.
static void put_pairs(struct output *out, const struct locale *locale, const UChar *text,
                      int32_t length, bool query)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *breaks = icu_object(ICU_GRAPHEMES, locale);
    enum run run = RUN_NONE;
    int32_t before = 0, start = 0, end; // before..start..end: two graphemes
    bool paired = false;

    ubrk_setText(breaks, text, length, &status);
    icu_require(status, "grapheme breaks");
    do {
        enum run next = RUN_NONE;
        end = ubrk_next(breaks);
        if (end != UBRK_DONE) {
            UChar32 first;
            U16_GET(text, start, start, length, first);
            next = run_of(first);
        }
        bool goes_on = run != RUN_NONE && next == run;
        if (goes_on)
            put_token(out, text + before, end - before);
        else if (run != RUN_NONE && !(query && paired))
            put_token(out, text + before, start - before);
        paired = goes_on;
        run = next;
        before = start;
        start = end;
    } while (end != UBRK_DONE);
}

static bool loses_marks(UScriptCode script)
{
    return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC ||
           script == USCRIPT_ARABIC || script == USCRIPT_HEBREW;
}

static const UChar *stroke_plain(UChar32 c)
{
    for (size_t i = 0; i < sizeof(strokes) / sizeof(strokes[0]); i++)
        if (strokes[i].letter == c)
            return strokes[i].plain;
    return NULL;
}

// text is in NFD; a unit becomes at most two.
static int32_t remove_marks(const UChar *text, int32_t length, UChar *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode base = USCRIPT_COMMON;
    int32_t count = 0;

    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(text, i, length, c);
        if (IS_MARK(c)) {
            if (!loses_marks(base))
                U16_APPEND_UNSAFE(out, count, c);
            continue;
        }
        base = uscript_getScript(c, &status);
        const UChar *plain = stroke_plain(c);
        int digit = u_charDigitValue(c);
        if (plain)
            while (*plain)
                out[count++] = *plain++;
        else if (u_isdigit(c) && digit >= 0)
            out[count++] = (UChar)('0' + digit);
        else if (c != 0x0640 || count == 0 || out[count - 1] == ' ') // tatweel stretches a word
            U16_APPEND_UNSAFE(out, count, c);
    }
    return count;
}

static char *fold(TALLOC_CTX *ctx, const UChar *text, int32_t length, size_t *ret_length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t capacity = length * 4 + 16;
    UChar *a = talloc_array(NULL, UChar, (size_t)capacity);
    UChar *b = talloc_array(a, UChar, (size_t)capacity * 2);

    length = u_strFoldCase(a, capacity, text, length, U_FOLD_CASE_DEFAULT, &status);
    length = unorm2_normalize(unorm2_getNFDInstance(&status), a, length, b, capacity * 2, &status);
    icu_require(status, "fold");
    a = talloc_realloc(NULL, a, UChar, (size_t)length * 2 + 1);
    length = remove_marks(b, length, a);
    UChar *c = talloc_array(a, UChar, (size_t)length * 3 + 1);
    length =
        unorm2_normalize(unorm2_getNFCInstance(&status), a, length, c, length * 3 + 1, &status);
    icu_require(status, "fold");
    char *out = icu_to_utf8(ctx, c, length, ret_length);
    talloc_free(a);
    return out;
}

// text in lower case and NFC, without the invisible hints for line breaking.
static UChar *lower(TALLOC_CTX *ctx, const UChar *text, int32_t length, int32_t *ret_length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t capacity = length * 3 + 16, kept = 0;
    UChar *lower = talloc_array(ctx, UChar, (size_t)capacity);
    UChar *out = talloc_array(ctx, UChar, (size_t)capacity * 3);

    int32_t lower_length = u_strToLower(lower, capacity, text, length, "", &status);
    icu_require(status, "lower case");
    for (int32_t i = 0; i < lower_length; i++)
        if (lower[i] != 0x200b && lower[i] != 0x00ad)
            lower[kept++] = lower[i];
    *ret_length =
        unorm2_normalize(unorm2_getNFCInstance(&status), lower, kept, out, capacity * 3, &status);
    icu_require(status, "NFC");
    talloc_free(lower);
    return out;
}

static int segment(TALLOC_CTX *ctx, const struct locale *locale, const char *text, size_t length,
                   bool query, struct words *ret)
{
    TALLOC_CTX *scratch = talloc_new(NULL);
    struct output out = {.text = talloc_array(scratch, UChar, length + 64),
                         .capacity = (int32_t)length + 64};
    int32_t units;

    UChar *source = icu_from_utf8(scratch, text, length, &units);
    if (!source) {
        talloc_free(scratch);
        return SEGMENT_BAD_UTF8;
    }
    source = lower(scratch, source, units, &units);
    put_words(&out, locale, source, units, query);
    if (has_runs(source, units))
        put_pairs(&out, locale, source, units, query);
    ret->written = icu_to_utf8(ctx, out.text, out.length, &ret->written_length);
    ret->folded = fold(ctx, out.text, out.length, &ret->folded_length);
    talloc_free(scratch);
    return 0;
}

int segment_words(TALLOC_CTX *ctx, const struct locale *locale, const char *text, size_t length,
                  struct words *ret)
{
    return segment(ctx, locale, text, length, false, ret);
}

int segment_query(TALLOC_CTX *ctx, const struct locale *locale, const char *text, size_t length,
                  struct words *ret)
{
    return segment(ctx, locale, text, length, true, ret);
}
