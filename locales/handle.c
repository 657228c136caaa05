#include "locales/handle.h"

#include "locales/icu.h"
#include "locales/slug.h"
#include "locales/text.h"

#include <pthread.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

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

static bool is_separator(UChar32 c)
{
    return c == 0x2019 || (c > 0 && c < 0x80 && strchr(" .-_'+@", c));
}

static bool is_word_character(UChar32 c, bool first)
{
    bool mark = U_GET_GC_MASK(c) & U_GC_M_MASK;
    // Some letters do not show (U+3164, the Hangul filler).
    return (u_isalnum(c) || (mark && !first)) &&
           !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool is_of_one_script(const char *word, size_t length)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t found = uspoof_check2UTF8(spoof, word, (int32_t)length, NULL, &status);
    icu_require(status, "spoof check");
    return !(found & USPOOF_RESTRICTION_LEVEL);
}

static bool words_check(const char *text, size_t length)
{
    size_t count = 0, word = 0;
    for (size_t i = 0; i < length; count++) {
        size_t start = i;
        UChar32 c;
        U8_NEXT((const uint8_t *)text, i, length, c);
        if (is_separator(c)) {
            if (start == word || !is_of_one_script(text + word, start - word))
                return false;
            word = i;
        } else if (!is_word_character(c, start == word)) {
            return false;
        }
    }
    return count <= HANDLE_CODE_POINTS_MAX && word < length &&
           is_of_one_script(text + word, length - word);
}

bool handle_check(TALLOC_CTX *ctx, const char *utf8, size_t length, char **ret)
{
    char *text;
    size_t text_length;

    pthread_once(&once, open_spoof);
    if (length > HANDLE_CODE_POINTS_MAX * 4 * 3 ||
        text_check(ctx, utf8, length, TEXT_LINE, &text, &text_length))
        return false;
    if (!words_check(text, text_length)) {
        talloc_free(text);
        return false;
    }
    *ret = text;
    return true;
}

void handle_skeletons(TALLOC_CTX *ctx, const char *handle, char *ret[HANDLE_SKELETONS])
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t length;

    pthread_once(&once, open_spoof);
    UChar *text = icu_from_utf8(ctx, handle, strlen(handle), &length);
    int32_t needed = uspoof_getSkeleton(spoof, 0, text, length, NULL, 0, &status);
    status = U_ZERO_ERROR;
    UChar *skeleton = talloc_array(ctx, UChar, (size_t)needed + 1);
    length = uspoof_getSkeleton(spoof, 0, text, length, skeleton, needed + 1, &status);
    icu_require(status, "skeleton");
    ret[0] = icu_to_utf8(ctx, skeleton, length, NULL);
    ret[1] = slug_skeleton(ctx, handle);
    talloc_free(skeleton);
    talloc_free(text);
}
