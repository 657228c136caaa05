#include "content/front.h"

#include "content/fault.h"

#include <string.h>

static const struct field today_fields[] = {
    {"article", FIELD_KEY, 200}, {"date", FIELD_DATE},     {"text", FIELD_NAMES, 200},
    {"source", FIELD_LINE, 200}, {"url", FIELD_URL, 2000}, {NULL},
};

static const struct field picture_fields[] = {
    {"media", FIELD_FILE, 100, .required = true},
    {"date", FIELD_DATE, .required = true},
    {"caption", FIELD_NAMES, 500, .required = true},
    {NULL},
};

static const struct field section_fields[] = {
    {"topic", FIELD_SLUG_ID, 80},
    {"kind", FIELD_CHOICE, .choices = "news feature photo-essay video audio interview statement"},
    {"articles", FIELD_LIST, 6, .element = FIELD_KEY, .element_max = 200},
    {NULL},
};

// clang-format off
#define COMPOSITION                                                                                \
    {"lead", FIELD_KEY, 200},                                                                      \
    {"seconds", FIELD_LIST, 6, .element = FIELD_KEY, .element_max = 200},                          \
    {"today", FIELD_OBJECTS, 6, .fields = today_fields},                                           \
    {"picture", FIELD_OBJECT, .fields = picture_fields},                                           \
    {"sections", FIELD_OBJECTS, 12, .fields = section_fields},                                     \
    {NULL},
// clang-format on

const struct field front_fields[] = {COMPOSITION};

const struct field front_record_fields[] = {{"type", FIELD_CHOICE, .choices = "front"},
                                            {"locale", FIELD_LOCALE, .required = true},
                                            COMPOSITION};

struct checking {
    TALLOC_CTX *ctx;
    json_t *seen; // ids as keys
    struct fault *fault;
};

static int refuse(const struct checking *checking, const char *key, const char *list, size_t index,
                  const char *member)
{
    return fault_set(checking->fault, key,
                     talloc_asprintf(checking->ctx, "%s[%zu].%s", list, index, member), NULL);
}

// Note that an article stands on the page; field hangs on the context.
static int take(const struct checking *checking, const json_t *id, const char *field)
{
    const char *text = json_string_value(id);
    if (text && json_object_get(checking->seen, text))
        return fault_set(checking->fault, "fault.doubled", field, text);
    if (text)
        json_object_set_new(checking->seen, text, json_true());
    return SEN_OK;
}

static int take_all(const struct checking *checking, const json_t *list, const char *field)
{
    size_t i;
    json_t *id;
    int r = SEN_OK;
    json_array_foreach (list, i, id) {
        r = take(checking, id, talloc_asprintf(checking->ctx, "%s[%zu]", field, i));
        if (r)
            return r;
    }
    return r;
}

// An article and nothing else, or a note with its day and source.
static int check_today(const struct checking *checking, const json_t *entry, size_t index)
{
    static const char *const of_note[] = {"text", "date", "source", "url"};
    enum { NEEDED = 3 };
    const json_t *article = json_object_get(entry, "article");
    bool note = json_object_get(entry, "text");
    if (!article && !note)
        return refuse(checking, "fault.required", "today", index, "article");
    for (size_t i = 0; i < sizeof of_note / sizeof *of_note; i++) {
        bool given = json_object_get(entry, of_note[i]);
        if (article && given)
            return refuse(checking, "fault.unknown_key", "today", index, of_note[i]);
        if (!article && !given && i < NEEDED)
            return refuse(checking, "fault.required", "today", index, of_note[i]);
    }
    return take(checking, article, talloc_asprintf(checking->ctx, "today[%zu].article", index));
}

static int check_section(const struct checking *checking, const json_t *section, size_t index)
{
    bool topic = json_object_get(section, "topic"), kind = json_object_get(section, "kind");
    if (topic == kind)
        return refuse(checking, topic ? "fault.unknown_key" : "fault.required", "sections", index,
                      topic ? "kind" : "topic");
    return take_all(checking, json_object_get(section, "articles"),
                    talloc_asprintf(checking->ctx, "sections[%zu].articles", index));
}

// No two sections are of the same topic or kind.
static int check_sections(const struct checking *checking, const json_t *sections)
{
    size_t i;
    json_t *section;
    json_array_foreach (sections, i, section) {
        int r = check_section(checking, section, i);
        for (size_t j = 0; !r && j < i; j++) {
            const json_t *other = json_array_get(sections, j);
            const char *what = json_object_get(section, "topic") ? "topic" : "kind";
            const char *one = field_text(section, what), *two = field_text(other, what);
            if (two && strcmp(one, two) == 0)
                r = fault_set(checking->fault, "fault.doubled",
                              talloc_asprintf(checking->ctx, "sections[%zu].%s", i, what), one);
        }
        if (r)
            return r;
    }
    return SEN_OK;
}

int front_check(TALLOC_CTX *ctx, const json_t *composition, struct fault *ret_fault)
{
    const struct checking checking = {ctx, fields_own(ctx, json_object()), ret_fault};
    size_t i;
    json_t *entry;
    int r = take(&checking, json_object_get(composition, "lead"), "lead");
    if (!r)
        r = take_all(&checking, json_object_get(composition, "seconds"), "seconds");
    json_array_foreach (json_object_get(composition, "today"), i, entry)
        if (!r)
            r = check_today(&checking, entry, i);
    return r ? r : check_sections(&checking, json_object_get(composition, "sections"));
}
