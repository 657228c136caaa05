#include "locales/collate.h"

#include "locales/icu.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>

static int compare(const void *a, const void *b, void *collator)
{
    const struct collate_item *left = a, *right = b;
    UErrorCode status = U_ZERO_ERROR;

    UCollationResult order = ucol_strcollUTF8(collator, left->text, -1, right->text, -1, &status);
    icu_require(status, "collation");
    return order != UCOL_EQUAL ? (int)order : strcmp(left->text, right->text);
}

void collate_sort(const struct locale *locale, struct collate_item *items, size_t count)
{
    if (count > 1)
        qsort_r(items, count, sizeof(*items), compare, icu_object(ICU_COLLATOR, locale));
}
