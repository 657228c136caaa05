#include "locales/collate.h"

#include "locales/icu.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucol.h>

static int compare(const void *a, const void *b, void *collator)
{
    const struct collate_item *left = a, *right = b;
    UErrorCode status = U_ZERO_ERROR;

    int order = ucol_strcollUTF8(collator, left->text, -1, right->text, -1, &status);
    icu_require(status, "collation");
    if (order == UCOL_EQUAL)
        order = strcmp(left->text, right->text);
    return order ? order : (left->place > right->place) - (left->place < right->place);
}

void collate_sort(const struct locale *locale, struct collate_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        items[i].place = i;
    if (count > 1)
        qsort_r(items, count, sizeof(*items), compare, icu_object(ICU_COLLATOR, locale));
}

void collate_objects(const struct locale *locale, json_t *array, const char *member)
{
    size_t count = json_array_size(array);
    struct collate_item *items = talloc_array(NULL, struct collate_item, count + 1);

    for (size_t i = 0; i < count; i++) {
        json_t *object = json_incref(json_array_get(array, i));
        const char *text = json_string_value(json_object_get(object, member));
        items[i] = (struct collate_item){.text = text ? text : "", .data = object};
    }
    collate_sort(locale, items, count);
    json_array_clear(array);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, items[i].data);
    talloc_free(items);
}
