#include "locales/segment_form.h"

#include "locales/segment.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

enum fold_class form_class(UChar32 c)
{
    if (c < 0)
        return FOLD_OTHER;
    return c < 0x10000 ? (enum fold_class)fold_classes[c] : fold_class_of(c);
}

// Do the tables know every unit? Marks must stand in their canonical order.
static bool is_plain(const UChar *text, int32_t count)
{
    int last = 0;

    for (int32_t i = 0; i < count; i++) {
        if (text[i] == FORM_APOSTROPHE)
            continue;
        if (fold_folded[text[i]] == 0 || fold_written[text[i]] == 0)
            return false;
        if (fold_classes[text[i]] != FOLD_MARK) {
            last = 0;
            continue;
        }
        int class = u_getCombiningClass(text[i]);
        if (class != 0 && class < last)
            return false;
        last = class;
    }
    return true;
}

void form_make(const UChar *text, int32_t count, UChar written[SEGMENT_FORM_BYTES],
               int32_t *ret_written, UChar folded[SEGMENT_FORM_BYTES], int32_t *ret_folded)
{
    int32_t kept = 0;

    if (is_plain(text, count)) {
        for (int32_t i = 0; i < count; i++) {
            written[i] = text[i] == FORM_APOSTROPHE ? text[i] : fold_written[text[i]];
            if (text[i] != FORM_APOSTROPHE)
                folded[kept++] = fold_folded[text[i]];
        }
        *ret_written = count;
        *ret_folded = kept;
        return;
    }
    *ret_written = fold_to_written(text, count, written, SEGMENT_FORM_BYTES);
    *ret_folded =
        fold_to_folded(written, *ret_written < 0 ? 0 : *ret_written, folded, SEGMENT_FORM_BYTES);
    for (int32_t i = 0; i < *ret_folded; i++) {
        UChar c = folded[i];
        if (fold_classes[c] != FOLD_APOSTROPHE)
            folded[kept++] = fold_classes[c] == FOLD_HAN && fold_folded[c] ? fold_folded[c] : c;
    }
    if (*ret_folded >= 0)
        *ret_folded = kept;
}

bool form_to_utf8(const UChar *text, int32_t count, char *out, uint32_t *ret_length)
{
    uint32_t length = 0;

    if (count < 0)
        return false;
    for (int32_t i = 0; i < count;) {
        UChar32 c;
        U16_NEXT(text, i, count, c);
        if (U_IS_SURROGATE(c) || length + 4 > SEGMENT_FORM_BYTES)
            return false;
        U8_APPEND_UNSAFE(out, length, c);
    }
    out[length] = '\0';
    *ret_length = length;
    return true;
}

uint32_t form_place_tone(char *word, uint32_t length)
{
    static const struct {
        UChar32 glide, vowel;
        UChar glides[6], vowels[6];
    } pairs[] = {
        {'o', 'a', u"òóỏõọ", u"àáảãạ"},
        {'o', 'e', u"òóỏõọ", u"èéẻẽẹ"},
        {'u', 'y', u"ùúủũụ", u"ỳýỷỹỵ"},
    };
    int32_t at = (int32_t)length;
    UChar32 vowel, glide;

    if (length < 3)
        return length;
    U8_PREV((const uint8_t *)word, 0, at, vowel);
    if (at == 0)
        return length;
    U8_PREV((const uint8_t *)word, 0, at, glide);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (size_t tone = 0; glide == pairs[i].glide && tone < 5; tone++)
            if (vowel == pairs[i].vowels[tone]) {
                U8_APPEND_UNSAFE(word, at, pairs[i].glides[tone]);
                U8_APPEND_UNSAFE(word, at, pairs[i].vowel);
                word[at] = '\0';
                return (uint32_t)at;
            }
    return length;
}

size_t segment_fold(const char *word, size_t length, char *ret, size_t size)
{
    UChar text[SEGMENT_FORM_BYTES], written[SEGMENT_FORM_BYTES], folded[SEGMENT_FORM_BYTES];
    int32_t count = 0, written_count, folded_count;
    char out[SEGMENT_FORM_BYTES + 1];
    uint32_t bytes;

    if (length > SEGMENT_FORM_BYTES)
        return 0;
    for (size_t i = 0; i < length;) {
        UChar32 c;
        U8_NEXT((const uint8_t *)word, i, length, c);
        if (c < 0)
            return 0;
        U16_APPEND_UNSAFE(text, count, c);
    }
    form_make(text, count, written, &written_count, folded, &folded_count);
    if (!form_to_utf8(folded, folded_count, out, &bytes) || bytes > size)
        return 0;
    memcpy(ret, out, bytes);
    return bytes;
}
