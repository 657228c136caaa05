#include "locales/segment_fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#define IS_MARK(c) (U_GET_GC_MASK(c) & U_GC_M_MASK)
#define WORK_UNITS 4096

// What has no canonical decomposition and is yet typed as another letter.
static const struct {
    UChar32 letter;
    const UChar *plain;
} letters[] = {
    {0x00e6, u"ae"},     {0x00f0, u"d"},      {0x00f8, u"o"},      {0x00fe, u"th"},
    {0x0111, u"d"},      {0x0127, u"h"},      {0x0131, u"i"},      {0x0142, u"l"},
    {0x014b, u"n"},      {0x0153, u"oe"},     {0x0167, u"t"},      {0x0180, u"b"},
    {0x0253, u"b"},      {0x0257, u"d"},      {0x0629, u"\u0647"}, {0x0649, u"\u064a"},
    {0x0671, u"\u0627"}, {0x06a9, u"\u0643"}, {0x06cc, u"\u064a"}, {0x0ebc, u"\u0ea5"},
};

static bool is_apostrophe(UChar32 c)
{
    return c == 0x27 || c == 0xb4 || c == 0x2bb || c == 0x2bc || c == 0x2018 || c == 0x2019 ||
           c == 0xff07;
}

static enum fold_class run_of(UChar32 c)
{
    if (uscript_hasScript(c, USCRIPT_HAN) || uscript_hasScript(c, USCRIPT_HIRAGANA) ||
        uscript_hasScript(c, USCRIPT_KATAKANA))
        return FOLD_HAN;
    if (uscript_hasScript(c, USCRIPT_THAI))
        return FOLD_THAI;
    if (uscript_hasScript(c, USCRIPT_LAO))
        return FOLD_LAO;
    if (uscript_hasScript(c, USCRIPT_KHMER))
        return FOLD_KHMER;
    bool complex = u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
    return complex ? FOLD_COMPLEX : FOLD_LETTER;
}

// Signs that stand for letters or digits: U+337F is 株式会社, ² is 2. Not ½, which is 1⁄2, nor ™.
static enum fold_class sign_class(UChar32 c)
{
    enum fold_class class = FOLD_OTHER;
    UChar plain[32];
    int32_t length = 0;

    U16_APPEND_UNSAFE(plain, length, c);
    length = fold_to_written(plain, length, plain, 32);
    for (int32_t i = 0; i < length; i++) {
        enum fold_class each = u_isdigit(plain[i])   ? FOLD_LETTER
                               : u_isalpha(plain[i]) ? run_of(plain[i])
                                                     : FOLD_OTHER;
        if (i > 0 && each != class)
            return FOLD_OTHER;
        class = each;
    }
    return u_charType(c) == U_OTHER_NUMBER || class == FOLD_HAN ? class : FOLD_OTHER;
}

enum fold_class fold_class_of(UChar32 c)
{
    if (c == 0x200b)
        return FOLD_HINT;
    if (c == 0x00b7 || c == 0x30fb || c == 0xff65)
        return FOLD_DOT;
    if (is_apostrophe(c))
        return FOLD_APOSTROPHE;
    if (c == 0x0640 || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return FOLD_IGNORED;
    int cluster = u_getIntPropertyValue(c, UCHAR_GRAPHEME_CLUSTER_BREAK);
    if (IS_MARK(c) || cluster == U_GCB_EXTEND || cluster == U_GCB_SPACING_MARK)
        return FOLD_MARK;
    if (u_isdigit(c))
        return FOLD_LETTER;
    if (u_isalpha(c) || u_charType(c) == U_LETTER_NUMBER)
        return run_of(c);
    bool sign = u_charType(c) == U_OTHER_SYMBOL || u_charType(c) == U_OTHER_NUMBER;
    return sign ? sign_class(c) : FOLD_OTHER;
}

// Sara am is typed as one character behind the tone mark, or as a circle (nikhahit) on either side
// of the tone mark and sara aa. As one: tone mark, sara am.
static int32_t join_sara_am(UChar *text, int32_t length)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < length; i++) {
        UChar aa = text[i];
        if ((aa == 0x0e32 || aa == 0x0eb2) && kept > 0) {
            UChar nikhahit = aa == 0x0e32 ? 0x0e4d : 0x0ecd;
            UChar tone = aa == 0x0e32 ? 0x0e48 : 0x0ec8; // the first of four
            int32_t at = kept;
            while (at > 0 && text[at - 1] >= tone && text[at - 1] < tone + 4)
                at--;
            if (at > 0 && text[at - 1] == nikhahit) {
                u_memmove(text + at - 1, text + at, kept - at);
                text[kept - 1] = (UChar)(aa + 1);
                continue;
            }
        }
        text[kept++] = aa;
    }
    return kept;
}

int32_t fold_to_written(const UChar *text, int32_t length, UChar *out, int32_t capacity)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar work[WORK_UNITS];

    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&status);
    int32_t count = unorm2_normalize(nfkc, text, length, work, WORK_UNITS, &status);
    if (U_FAILURE(status) || count > capacity)
        return -1;
    count = join_sara_am(work, count);
    u_memcpy(out, work, count);
    return count;
}

static bool loses_marks(UChar32 c)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &status);
    return u_isdigit(c) || script == USCRIPT_LATIN || script == USCRIPT_GREEK ||
           script == USCRIPT_CYRILLIC || script == USCRIPT_ARABIC || script == USCRIPT_HEBREW;
}

static const UChar *plain_letter(UChar32 c)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == c)
            return letters[i].plain;
    return NULL;
}

// text is in NFD; a unit becomes at most two.
static int32_t remove_marks(const UChar *text, int32_t length, UChar *out)
{
    int32_t count = 0;
    bool loses = false;

    for (int32_t i = 0; i < length;) {
        UChar32 c;
        U16_NEXT(text, i, length, c);
        const UChar *plain = plain_letter(c);
        int digit = u_charDigitValue(c);
        if (plain) {
            loses = c != 0x0ebc;
            while (*plain)
                out[count++] = *plain++;
        } else if (IS_MARK(c)) {
            if (!loses)
                U16_APPEND_UNSAFE(out, count, c);
        } else {
            loses = loses_marks(c);
            if (u_isdigit(c) && digit >= 0)
                c = '0' + digit;
            U16_APPEND_UNSAFE(out, count, c);
        }
    }
    return count;
}

int32_t fold_to_folded(const UChar *written, int32_t length, UChar *out, int32_t capacity)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar apart[WORK_UNITS], plain[2 * WORK_UNITS];

    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    int32_t count = unorm2_normalize(nfd, written, length, apart, WORK_UNITS, &status);
    if (U_FAILURE(status))
        return -1;
    count = remove_marks(apart, count, plain);
    count = unorm2_normalize(nfc, plain, count, out, capacity, &status);
    return U_FAILURE(status) ? -1 : count;
}
