#include "locales/hidden.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { VIRAMA = 9, BLACK_FLAG = 0x1f3f4 };

static bool is_spaceless(UChar32 c)
{
    return u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
}

static bool joins(UChar32 c)
{
    int type = u_getIntPropertyValue(c, UCHAR_JOINING_TYPE);
    return type != U_JT_NON_JOINING && type != U_JT_JOIN_CAUSING;
}

static bool is_emoji(UChar32 c)
{
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

static bool ends_emoji(UChar32 c)
{
    return is_emoji(c) || c == 0xfe0f || u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER);
}

static bool is_tag(UChar32 c)
{
    return c >= 0xe0020 && c <= 0xe007f;
}

static bool is_hidden(UChar32 c)
{
    return u_charType(c) == U_FORMAT_CHAR ||
           u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

// before and after are 0 at the ends.
static bool has_work(UChar32 c, UChar32 before, UChar32 after, bool rtl)
{
    switch (c) {
    case 0xad:
        return u_isalpha(before) && u_isalpha(after);
    case 0x200b:
        return is_spaceless(before) && is_spaceless(after);
    case 0x200c:
    case 0x200d:
        return u_getCombiningClass(before) == VIRAMA || (joins(before) && joins(after)) ||
               (c == 0x200d && ends_emoji(before) && is_emoji(after));
    case 0x200e:
    case 0x200f:
    case 0x61c:
        return rtl;
    default:
        if (is_tag(c))
            return before == BLACK_FLAG || is_tag(before);
        // Signs of Arabic numbers and of music are format characters that show.
        return u_hasBinaryProperty(c, UCHAR_PREPENDED_CONCATENATION_MARK) ||
               (u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR) && before && !is_hidden(before));
    }
}

static bool has_rtl(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        UChar32 c;
        U8_NEXT((const uint8_t *)text, i, length, c);
        UCharDirection direction = c < 0 ? U_LEFT_TO_RIGHT : u_charDirection(c);
        if ((direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC) && !is_hidden(c))
            return true;
    }
    return false;
}

uint32_t hidden_find(const char *text, size_t length)
{
    UChar32 before = 0;
    int rtl = -1; // not looked yet

    for (size_t i = 0; i < length;) {
        UChar32 c, after = 0;
        U8_NEXT((const uint8_t *)text, i, length, c);
        if (c >= 0xad && is_hidden(c)) {
            if (i < length) {
                size_t next = i;
                U8_NEXT((const uint8_t *)text, next, length, after);
            }
            if (rtl < 0)
                rtl = has_rtl(text, length);
            if (!has_work(c, before, after < 0 ? 0 : after, rtl))
                return (uint32_t)c;
        }
        before = c < 0 ? 0 : c;
    }
    return 0;
}
