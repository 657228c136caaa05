// Run while the program is built: writes the tables of segment_fold.h as C to the file it is given.
#include "locales/segment_fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utrans.h>

#define HAN_FIRST 0x3400
#define HAN_END   0xa000

static uint8_t classes[0x10000];
static uint16_t written[0x10000], folded[0x10000];

static void require(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "segment_fold_table: %s\n", what);
    exit(1);
}

// Each traditional character's simplified one, for as long as that has another.
static void simplify(uint16_t table[0x10000])
{
    static UChar text[(HAN_END - HAN_FIRST) * 4];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = 0;

    UTransliterator *rules = utrans_openU(u"Hant-Hans", -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    for (int c = HAN_FIRST; c < HAN_END; c++) {
        text[length++] = (UChar)c;
        text[length++] = '\n'; // no rule looks across it
    }
    int32_t limit = length;
    utrans_transUChars(rules, text, &length, sizeof text / sizeof *text, 0, &limit, &status);
    require(U_SUCCESS(status) && length == (HAN_END - HAN_FIRST) * 2, "Hant-Hans");
    utrans_close(rules);
    for (int c = HAN_FIRST; c < HAN_END; c++)
        table[c] = text[(c - HAN_FIRST) * 2];
    for (int c = HAN_FIRST; c < HAN_END; c++)
        for (int steps = 0; table[c] != table[table[c]] && steps < 4; steps++)
            table[c] = table[table[c]];
}

// Does what c becomes depend on what stands before it? Of marks only those of scripts that keep
// them and compose nothing do not.
static bool depends(UChar32 c)
{
    if (u_getIntPropertyValue(c, UCHAR_NFC_QUICK_CHECK) == UNORM_MAYBE)
        return true;
    if (classes[c] != FOLD_MARK)
        return false;
    return c == 0x0e4d || c == 0x0ecd || c == 0x0ebc || // see fold_to_written, fold_to_folded
           u_getIntPropertyValue(c, UCHAR_LINE_BREAK) != U_LB_COMPLEX_CONTEXT;
}

static void fill(UChar32 c)
{
    UChar text = (UChar)c, form[64];

    classes[c] = (uint8_t)fold_class_of(c);
    if ((!FOLD_IS_RUN(classes[c]) && classes[c] != FOLD_LETTER && classes[c] != FOLD_MARK) ||
        depends(c))
        return;
    int32_t length = fold_to_written(&text, 1, form, 64);
    require(length >= 0, "a long form");
    if (length != 1)
        return;
    written[c] = form[0];
    length = fold_to_folded(form, 1, form, 64);
    if (length == 1)
        folded[c] = form[0];
}

static void write_table(FILE *out, const char *type, const char *name, const void *table,
                        size_t size)
{
    fprintf(out, "const %s %s[0x10000] = {", type, name);
    for (size_t c = 0; c < 0x10000; c++)
        fprintf(out, "%s%u,", c % 32 ? "" : "\n",
                size == 1 ? ((const uint8_t *)table)[c] : ((const uint16_t *)table)[c]);
    fputs("\n};\n", out);
}

int main(int argc, char **argv)
{
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;

    require(out, "name the file to write");
    for (UChar32 c = 1; c < 0x10000; c++)
        if (!U_IS_SURROGATE(c))
            fill(c);
    simplify(folded);
    fputs("#include \"locales/segment_fold.h\"\n", out);
    write_table(out, "uint8_t", "fold_classes", classes, 1);
    write_table(out, "uint16_t", "fold_written", written, 2);
    write_table(out, "uint16_t", "fold_folded", folded, 2);
    require(fclose(out) == 0, "write");
    return 0;
}
