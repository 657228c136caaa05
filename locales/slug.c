#include "locales/slug.h"

#include "locales/icu.h"
#include "locales/text.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

#define IS_MARK(c)       (U_GET_GC_MASK(c) & U_GC_M_MASK)
#define IS_SLUG_OTHER(c) (U_GET_GC_MASK(c) & (U_GC_C_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK))

// More of a title than this cannot show in a slug, and a transliterator's time is quadratic.
#define TITLE_UNITS 512

static pthread_once_t once = PTHREAD_ONCE_INIT;
static USpoofChecker *spoof; // constant once opened, so every thread may use it

static void open_spoof(void)
{
    UErrorCode status = U_ZERO_ERROR;

    spoof = uspoof_open(&status);
    uspoof_setChecks(spoof, USPOOF_RESTRICTION_LEVEL, &status);
    uspoof_setRestrictionLevel(spoof, USPOOF_HIGHLY_RESTRICTIVE);
    icu_require(status, "spoof checker");
}

static const USpoofChecker *spoof_checker(void)
{
    pthread_once(&once, open_spoof);
    return spoof;
}

static enum slug_outcome check_character(UChar32 c, UChar32 before)
{
    if (c < 0)
        return SLUG_BAD_UTF8;
    if (c == '-')
        return before == '-' ? SLUG_HYPHENS : SLUG_OK;
    // Some letters do not show either (U+3164, the Hangul filler).
    if (IS_SLUG_OTHER(c) || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return SLUG_CONTROL;
    if (IS_MARK(c) && before == '-')
        return SLUG_CHARACTER;
    if (!IS_MARK(c) && !u_isalnum(c))
        return SLUG_CHARACTER;
    return u_tolower(c) == c ? SLUG_OK : SLUG_UPPER_CASE;
}

static bool is_nfc(const UChar *text, int32_t length)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);

    UBool normal = unorm2_isNormalized(nfc, text, length, &status);
    icu_require(status, "NFC");
    return normal;
}

static bool words_restrictive(const char *slug, size_t length)
{
    const char *end = slug + length;

    while (slug < end) {
        UErrorCode status = U_ZERO_ERROR;
        const char *hyphen = memchr(slug, '-', (size_t)(end - slug));
        const char *word_end = hyphen ? hyphen : end;
        int32_t result =
            uspoof_check2UTF8(spoof_checker(), slug, (int32_t)(word_end - slug), NULL, &status);
        icu_require(status, "spoof check");
        if (result & USPOOF_RESTRICTION_LEVEL)
            return false;
        slug = word_end + 1;
    }
    return true;
}

int slug_check(const char *slug, size_t length)
{
    UChar units[SLUG_BYTES_MAX];
    UChar32 c, before = '-';
    int32_t unit_count = 0;
    size_t i = 0;

    if (length == 0)
        return SLUG_EMPTY;
    if (length > SLUG_BYTES_MAX)
        return SLUG_TOO_LONG;
    while (i < length) {
        U8_NEXT((const uint8_t *)slug, i, length, c);
        enum slug_outcome outcome = check_character(c, before);
        if (outcome != SLUG_OK)
            return outcome;
        U16_APPEND_UNSAFE(units, unit_count, c);
        before = c;
    }
    if (before == '-')
        return SLUG_HYPHENS;
    if (!is_nfc(units, unit_count))
        return SLUG_NOT_NFC;
    return words_restrictive(slug, length) ? SLUG_OK : SLUG_MIXED_SCRIPTS;
}

// Scripts that are written together in one word count as one.
static UScriptCode word_script(UChar32 c)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &status);

    if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA)
        return USCRIPT_HAN;
    return script == USCRIPT_INHERITED ? USCRIPT_COMMON : script;
}

static uint32_t mixed_character(const char *word, size_t length)
{
    UScriptCode script = USCRIPT_COMMON;

    for (size_t i = 0; i < length;) {
        UChar32 c;
        U8_NEXT((const uint8_t *)word, i, length, c);
        UScriptCode here = word_script(c);
        if (here == USCRIPT_COMMON)
            continue;
        if (script != USCRIPT_COMMON && here != script)
            return (uint32_t)c;
        script = here;
    }
    return 0;
}

uint32_t slug_offender(const char *slug, size_t length)
{
    UChar32 c, before = '-';

    for (size_t i = 0; i < length;) {
        U8_NEXT((const uint8_t *)slug, i, length, c);
        enum slug_outcome outcome = check_character(c, before);
        if (outcome != SLUG_OK)
            return outcome == SLUG_HYPHENS || c < 0 ? 0 : (uint32_t)c;
        before = c;
    }
    for (const char *word = slug, *end = slug + length; word < end;) {
        const char *hyphen = memchr(word, '-', (size_t)(end - word));
        size_t word_length = (size_t)((hyphen ? hyphen : end) - word);
        if (!words_restrictive(word, word_length))
            return mixed_character(word, word_length);
        word += word_length + 1;
    }
    return 0;
}

// A slug while it is made. Hyphens are owed, and paid when the next character comes.
struct writer {
    UChar *text;
    int32_t length;
    UScriptCode script; // of the word so far; COMMON while it has only digits
    bool hyphen;
    bool letter; // the word has a character that a mark can stand on
};

static void put(struct writer *writer, UChar32 c)
{
    UScriptCode script = word_script(c);

    if (IS_MARK(c) && (!writer->letter || writer->hyphen ||
                       (script != USCRIPT_COMMON && script != writer->script)))
        return;
    bool other_script = script != USCRIPT_COMMON && writer->script != USCRIPT_COMMON &&
                        script != writer->script && !IS_MARK(c);
    if ((writer->hyphen || other_script) && writer->length > 0) {
        writer->text[writer->length++] = '-';
        writer->script = USCRIPT_COMMON;
    }
    writer->hyphen = false;
    writer->letter = true;
    if (script != USCRIPT_COMMON && !IS_MARK(c))
        writer->script = script;
    U16_APPEND_UNSAFE(writer->text, writer->length, c);
}

static bool is_apostrophe(UChar32 c)
{
    return c == '\'' || c == 0x2019 || c == 0x02bc;
}

// The s of "coast's" and the t of "don't" belong to their word.
static bool is_contraction(const UChar *text, int32_t next, int32_t length)
{
    if (next >= length || (text[next] != 's' && text[next] != 't'))
        return false;
    return next + 1 == length || !u_isalnum(text[next + 1]);
}

static void write_words(struct writer *writer, const UChar *text, int32_t length)
{
    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(text, i, length, c);
        int digit = u_charDigitValue(c);
        if (digit >= 0 && u_isdigit(c))
            put(writer, '0' + digit);
        else if (is_apostrophe(c) && is_contraction(text, i, length))
            continue;
        else if (c != 0x02bc && (u_isalnum(c) || IS_MARK(c)))
            put(writer, c);
        else
            writer->hyphen = true;
    }
}

// In place; capacity leaves room for what grows ("ß" is "ss").
static int32_t latin_ascii(UChar *text, int32_t length, int32_t capacity,
                           const struct locale *locale)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t limit = length;

    utrans_transUChars(icu_object(ICU_LATIN_ASCII, locale), text, &length, capacity, 0, &limit,
                       &status);
    icu_require(status, "Latin-ASCII");
    return length;
}

static bool is_latin(UChar32 c)
{
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(c, &status) == USCRIPT_LATIN;
}

// The letters that the locale writes as others, "ä" as "ae"; all of them in lower case.
static int32_t write_letters(const struct locale *locale, UChar *out, const UChar *text,
                             int32_t length)
{
    int32_t count = 0;

    for (int32_t i = 0; i < length; i++) {
        const struct locale_letter *letter = locale->slug_letters;
        while (letter->letter && letter->letter != text[i])
            letter++;
        if (!letter->letter)
            out[count++] = text[i];
        for (const char *c = letter->written; *c; c++)
            out[count++] = (UChar)*c;
    }
    return count;
}

// A title in lower case, its Latin letters (in a language of Latin letters: everything) in ASCII.
static UChar *fold_title(TALLOC_CTX *ctx, const struct locale *locale, const UChar *title,
                         int32_t length, int32_t *ret_length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t capacity = length * 12 + 16; // NFD to 4, then a letter to at most 3 of ASCII

    UChar *lower = talloc_array(ctx, UChar, (size_t)capacity);
    UChar *out = talloc_array(ctx, UChar, (size_t)capacity);
    int32_t lower_length = u_strToLower(lower, capacity, title, length, "", &status);
    icu_require(status, "lower case");
    if (locale->latin_slugs) {
        lower_length = write_letters(locale, out, lower, lower_length);
        *ret_length = latin_ascii(out, lower_length, capacity, locale);
        return out;
    }

    int32_t count = 0;
    for (int32_t i = 0; i < lower_length;) {
        int32_t start = i;
        UChar32 c;
        U16_NEXT(lower, i, lower_length, c);
        bool latin = is_latin(c);
        while (latin && i < lower_length && (is_latin(lower[i]) || IS_MARK(lower[i])))
            i++;
        u_memcpy(out + count, lower + start, i - start);
        count += latin ? latin_ascii(out + count, i - start, capacity - count, locale) : i - start;
    }
    *ret_length = count;
    return out;
}

// Only what a language of Latin letters keeps.
static void keep_ascii(UChar *text, int32_t length)
{
    for (int32_t i = 0; i < length; i++)
        if (text[i] >= 0x80)
            text[i] = ' ';
}

// Invisible characters neither separate words nor stand in them.
static int32_t drop_format(UChar *text, int32_t length)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(text, i, length, c);
        if (u_charType(c) != U_FORMAT_CHAR &&
            !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
            U16_APPEND_UNSAFE(text, kept, c);
    }
    return kept;
}

static int32_t bytes_of(const UChar *text, int32_t length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t bytes = 0;

    u_strToUTF8(NULL, 0, &bytes, text, length, &status);
    return bytes;
}

static int32_t cut(const struct locale *locale, const UChar *text, int32_t length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t end = 0, next;

    UBreakIterator *breaks = icu_object(ICU_GRAPHEMES, locale);
    ubrk_setText(breaks, text, length, &status);
    icu_require(status, "breaks");
    while ((next = ubrk_next(breaks)) != UBRK_DONE) {
        if (u_countChar32(text, next) > SLUG_CODE_POINTS_MAX ||
            bytes_of(text, next) > SLUG_BYTES_MAX)
            break;
        end = next;
    }
    if (end < length && text[end] != '-') {
        const UChar *hyphen = u_memrchr(text, '-', end);
        if (hyphen && hyphen - text > end / 2)
            end = (int32_t)(hyphen - text);
    }
    while (end > 0 && text[end - 1] == '-')
        end--;
    return end;
}

// Most headings are short and plain ASCII: the same result without ICU. NULL: not one of these.
static char *make_plain(TALLOC_CTX *ctx, const char *title)
{
    char slug[SLUG_CODE_POINTS_MAX + 1];
    size_t length = 0;

    for (const char *at = title; *at; at++) {
        bool upper = *at >= 'A' && *at <= 'Z';
        if (upper || (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9')) {
            if (length == SLUG_CODE_POINTS_MAX)
                return NULL;
            slug[length++] = (char)(upper ? *at + ('a' - 'A') : *at);
        } else if (*at != ' ' && *at != '-') {
            return NULL;
        } else if (length && slug[length - 1] != '-') {
            if (length == SLUG_CODE_POINTS_MAX)
                return NULL;
            slug[length++] = '-';
        }
    }
    while (length && slug[length - 1] == '-')
        length--;
    return talloc_strndup(ctx, slug, length);
}

char *slug_make(TALLOC_CTX *ctx, const struct locale *locale, const char *title)
{
    UErrorCode status = U_ZERO_ERROR;
    char *checked, *slug = make_plain(ctx, title);
    size_t checked_length;
    int32_t length;

    if (slug)
        return slug;

    TALLOC_CTX *scratch = talloc_new(NULL);
    if (text_check(scratch, title, strlen(title), TEXT_BLOCK, &checked, &checked_length) ==
        TEXT_OK) {
        UChar *text = icu_from_utf8(scratch, checked, checked_length, &length);
        if (length > TITLE_UNITS) {
            length = TITLE_UNITS;
            U16_SET_CP_START(text, 0, length);
        }
        text = fold_title(scratch, locale, text, drop_format(text, length), &length);
        if (locale->latin_slugs)
            keep_ascii(text, length);

        // Twice the room: before every character there may be a hyphen.
        struct writer writer = {.text = talloc_array(scratch, UChar, (size_t)length * 2 + 1),
                                .script = USCRIPT_COMMON};
        write_words(&writer, text, length);

        int32_t capacity = writer.length * 3 + 1;
        UChar *normal = talloc_array(scratch, UChar, (size_t)capacity);
        length = unorm2_normalize(unorm2_getNFCInstance(&status), writer.text, writer.length,
                                  normal, capacity, &status);
        icu_require(status, "NFC");
        slug = icu_to_utf8(ctx, normal, cut(locale, normal, length), NULL);
        if (slug_check(slug, strlen(slug)) != SLUG_OK)
            TALLOC_FREE(slug);
    }
    talloc_free(scratch);
    return slug ? slug : talloc_strdup(ctx, "");
}

char *slug_skeleton(TALLOC_CTX *ctx, const char *slug)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&status);
    TALLOC_CTX *scratch = talloc_new(NULL);
    int32_t length;
    UChar *text = icu_from_utf8(scratch, slug, strlen(slug), &length);

    // The skeleton does not know every other form of a letter (wide, mathematical): folded first.
    int32_t needed = unorm2_normalize(fold, text, length, NULL, 0, &status);
    status = U_ZERO_ERROR;
    UChar *folded = talloc_array(scratch, UChar, (size_t)needed + 1);
    length = unorm2_normalize(fold, text, length, folded, needed + 1, &status);
    icu_require(status, "NFKC");

    needed = uspoof_getSkeleton(spoof_checker(), 0, folded, length, NULL, 0, &status);
    status = U_ZERO_ERROR;
    UChar *skeleton = talloc_array(scratch, UChar, (size_t)needed + 1);
    length = uspoof_getSkeleton(spoof_checker(), 0, folded, length, skeleton, needed + 1, &status);
    icu_require(status, "skeleton");

    char *out = icu_to_utf8(ctx, skeleton, length, NULL);
    talloc_free(scratch);
    return out;
}
