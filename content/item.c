#include "content/item.h"

#include "content/fault.h"
#include "content/fields.h"
#include "content/frontmatter.h"
#include "locales/legacy.h"
#include "locales/slug.h"
#include "locales/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct field source_fields[] = {
    {"title", FIELD_LINE, 500, .required = true},
    {"url", FIELD_URL, 2000},
    {NULL},
};

static const struct field image_fields[] = {
    {"media", FIELD_KEY, 100, .required = true},
    {"alt", FIELD_LINE, 1000, .required = true},
    {NULL},
};

static const struct field translation_fields[] = {
    {"method", FIELD_CHOICE, .choices = "person machine machine-person"},
    {"proofread", FIELD_BOOL},
    {"source_version", FIELD_COUNT, 1000000000},
    {"source_revision", FIELD_COUNT, 1000000000},
    {NULL},
};

static const struct field item_fields[] = {
    {"id", FIELD_KEY, 200, .required = true},
    {"kind", FIELD_CHOICE, .choices = ITEM_KINDS},
    {"locale", FIELD_LOCALE, LOCALE_TAG_BYTES, .required = true},
    {"source_locale", FIELD_LOCALE, LOCALE_TAG_BYTES},
    {"slug", FIELD_LINE, 200},
    {"title", FIELD_LINE, 500, .required = true},
    {"summary", FIELD_LINE, 1000},
    {"body", FIELD_BLOCK, ITEM_BODY_BYTES, .required = true},
    {"topic", FIELD_SLUG_ID, 80},
    {"provinces", FIELD_LIST, 100, .element = FIELD_SLUG_ID, .element_max = 80},
    {"agency", FIELD_SLUG_ID, 80},
    {"author", FIELD_LINE, 300},
    {"published_at", FIELD_TIME, 40},
    {"updated_at", FIELD_TIME, 40},
    {"licence", FIELD_LINE, 100},
    {"sources", FIELD_OBJECTS, 50, .fields = source_fields},
    {"image", FIELD_OBJECT, .fields = image_fields},
    {"recording", FIELD_KEY, 100},
    {"translation", FIELD_OBJECT, .fields = translation_fields},
    {"version", FIELD_COUNT, 1000000000},
    {"state", FIELD_CHOICE, .choices = "live withdrawn"},
    {"notice", FIELD_LINE, 1000},
    {"withdrawal", FIELD_CHOICE, .choices = "notice gone redirect"},
    {"withdrawn_to", FIELD_ADDRESS, 2000},
    {"former_slugs", FIELD_LIST, 1000, .element = FIELD_LINE, .element_max = 200},
    {NULL},
};

static const char *slug_fault(int outcome)
{
    static const char *const keys[] = {
        [SLUG_EMPTY] = "fault.empty",
        [SLUG_TOO_LONG] = "fault.slug_too_long",
        [SLUG_BAD_UTF8] = "fault.bad_utf8",
        [SLUG_CONTROL] = "fault.control",
        [SLUG_CHARACTER] = "fault.slug",
        [SLUG_UPPER_CASE] = "fault.slug_upper_case",
        [SLUG_HYPHENS] = "fault.slug_hyphens",
        [SLUG_NOT_NFC] = "fault.slug",
        [SLUG_MIXED_SCRIPTS] = "fault.slug_mixed_scripts",
    };
    return keys[outcome];
}

// The slug with the character it is refused for; alone the character where nobody would see it.
static int refuse_slug(struct fault *ret_fault, int outcome, const char *field, const char *slug)
{
    char detail[sizeof ret_fault->detail];
    uint32_t c = slug_offender(slug, strlen(slug));
    if (!c || strlen(slug) > sizeof detail - sizeof " (U+10FFFF)")
        return fault_set(ret_fault, slug_fault(outcome), field, slug);
    if (outcome == SLUG_CONTROL)
        snprintf(detail, sizeof detail, "U+%04X", c);
    else
        snprintf(detail, sizeof detail, "%s (U+%04X)", slug, c);
    return fault_set(ret_fault, slug_fault(outcome), field, detail);
}

int item_make_slug(TALLOC_CTX *ctx, struct item *item, struct fault *ret_fault)
{
    const char *slug = field_text(item->fields, "slug");
    if (slug) {
        int r = slug_check(slug, strlen(slug));
        if (r)
            return refuse_slug(ret_fault, r, "slug", slug);
    } else {
        slug = slug_make(ctx, item->locale, item->title);
        if (!*slug)
            slug = slug_make(ctx, item->locale, item->id);
        if (!*slug)
            return fault_set(ret_fault, "fault.slug_needed", "slug", item->title);
    }
    item->slug = slug;
    item->skeleton = slug_skeleton(ctx, slug);
    return SEN_OK;
}

static int check_former_slugs(const struct item *item, struct fault *ret_fault)
{
    size_t index;
    json_t *value;
    json_array_foreach (json_object_get(item->fields, "former_slugs"), index, value) {
        int r = slug_check(json_string_value(value), json_string_length(value));
        if (r)
            return refuse_slug(ret_fault, r, "former_slugs", json_string_value(value));
    }
    return SEN_OK;
}

// What was typed for a font of its own cannot be read, found or sorted without it.
static int check_encoding(const struct item *item, struct fault *ret_fault)
{
    json_t *image = json_object_get(item->fields, "image");
    const struct {
        const char *field, *text;
        enum text_rules rules;
    } texts[] = {
        {"title", item->title, TEXT_LINE},
        {"summary", item->summary, TEXT_LINE},
        {"image.alt", field_text(image, "alt"), TEXT_LINE},
        {"body", item->body, TEXT_BLOCK},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = texts[i].text ? texts[i].text : "";
        struct legacy_finding found;
        if (!legacy_find(item->locale, text, strlen(text), texts[i].rules, &found))
            continue;
        fault_set(ret_fault, "fault.legacy_font", texts[i].field, found.words);
        ret_fault->line = texts[i].rules == TEXT_BLOCK ? found.line : 0;
        return SEN_INVALID;
    }
    return SEN_OK;
}

static int item_read(TALLOC_CTX *ctx, json_t *object, bool yaml, struct item *ret,
                     struct fault *ret_fault)
{
    int r = fields_read(ctx, item_fields, object, yaml, ret_fault);
    if (r)
        return r;
    const char *summary = field_text(object, "summary");
    const char *state = field_text(object, "state");
    json_t *body = json_object_get(object, "body");
    struct item item = {
        .fields = fields_own(ctx, json_incref(object)),
        .locale = locale_find(field_text(object, "locale")),
        .id = field_text(object, "id"),
        .title = field_text(object, "title"),
        .summary = summary ? summary : "",
        .body = json_string_value(body),
        .body_length = json_string_length(body),
        .agency = field_text(object, "agency"),
        .topic = field_text(object, "topic"),
        .image = field_text(json_object_get(object, "image"), "media"),
        .recording = field_text(object, "recording"),
        .state = state ? state : "live",
    };
    r = item_make_slug(ctx, &item, ret_fault);
    if (!r)
        r = check_former_slugs(&item, ret_fault);
    if (!r)
        r = check_encoding(&item, ret_fault);
    if (!r)
        *ret = item;
    return r;
}

int item_from_json(TALLOC_CTX *ctx, json_t *object, struct item *ret, struct fault *ret_fault)
{
    return item_read(ctx, object, false, ret, ret_fault);
}

// ---- Markdown files ------------------------------------------------------------------------

// The text of the file in NFC; on a fault, the first line that offends.
static int check_text(TALLOC_CTX *ctx, const char *file, size_t length, char **ret,
                      size_t *ret_length, struct fault *ret_fault)
{
    static const char *const keys[] = {
        [TEXT_BAD_UTF8] = "fault.bad_utf8",
        [TEXT_CONTROL] = "fault.control",
        [TEXT_MARKS] = "fault.marks",
        [TEXT_BIDI] = "fault.bidi",
        [TEXT_TOO_LONG] = "fault.file_too_large",
    };
    int r = text_check(ctx, file, length, TEXT_BLOCK, ret, ret_length);
    if (!r)
        return SEN_OK;
    char character[16] = "";
    uint32_t c = text_offender(file, length, TEXT_BLOCK);
    if (c)
        snprintf(character, sizeof character, "U+%04X", c);
    fault_set(ret_fault, keys[r], NULL, character);
    for (size_t at = 0; at < length;) {
        const char *newline = memchr(file + at, '\n', length - at);
        size_t line = newline ? (size_t)(newline - file) - at : length - at;
        ret_fault->line++;
        if (text_check(ctx, file + at, line, TEXT_BLOCK, ret, ret_length))
            break;
        talloc_free(*ret);
        at += line + 1;
    }
    return SEN_INVALID;
}

int item_from_front_matter(TALLOC_CTX *ctx, const char *file, size_t length, struct item *ret,
                           struct fault *ret_fault)
{
    if (length > ITEM_FILE_BYTES) {
        fault_set(ret_fault, "fault.file_too_large", NULL, NULL);
        return SEN_INVALID;
    }
    if (length >= 3 && memcmp(file, "\xef\xbb\xbf", 3) == 0) { // a byte order mark
        file += 3;
        length -= 3;
    }
    char *text;
    struct frontmatter matter;
    int r = check_text(ctx, file, length, &text, &length, ret_fault);
    if (!r)
        r = frontmatter_read(ctx, text, length, &matter, ret_fault);
    if (r)
        return r;
    if (json_object_get(matter.values, "body")) {
        fault_set(ret_fault, "fault.unknown_key", "body", NULL);
        ret_fault->line = frontmatter_line(&matter, "body");
        return SEN_INVALID;
    }
    while (matter.body_length && *matter.body == '\n') {
        matter.body++;
        matter.body_length--;
        matter.body_line++;
    }
    json_object_set_new(matter.values, "body", json_stringn(matter.body, matter.body_length));
    r = item_read(ctx, matter.values, true, ret, ret_fault);
    if (!r)
        ret->body_line = matter.body_line;
    if (r)
        ret_fault->line = ret_fault->field && strcmp(ret_fault->field, "body") == 0
                              ? matter.body_line + (ret_fault->line ? ret_fault->line - 1 : 0)
                              : frontmatter_line(&matter, ret_fault->field ? ret_fault->field : "");
    return r;
}

// ---- what others need of it -----------------------------------------------------------------

static void digest_value(crypto_generichash_state *state, const json_t *value)
{
    // Lengths keep the fields apart: no text can end one and begin the next.
    char *text = value ? json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    uint64_t length = text ? strlen(text) : UINT64_MAX;
    crypto_generichash_update(state, (const unsigned char *)&length, sizeof length);
    if (text)
        crypto_generichash_update(state, (const unsigned char *)text, strlen(text));
    free(text);
}

void item_digest(const struct item *item, unsigned char ret[ITEM_DIGEST])
{
    static const char *const names[] = {"title", "summary", "author", "licence", "image"};
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, ITEM_DIGEST);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        digest_value(&state, json_object_get(item->fields, names[i]));

    // Absent and default are the same, so that an export is recognised as what was imported.
    json_t *sources = json_object_get(item->fields, "sources");
    digest_value(&state, json_array_size(sources) ? sources : NULL);
    json_t *translation = json_object_get(item->fields, "translation");
    const char *method = field_text(translation, "method");
    json_t *how = json_pack("[s, b]", method ? method : "person",
                            json_is_true(json_object_get(translation, "proofread")));
    digest_value(&state, how);
    json_decref(how);

    json_t *slug = json_string(item->slug);
    digest_value(&state, slug);
    json_decref(slug);
    crypto_generichash_update(&state, (const unsigned char *)item->body, item->body_length);
    crypto_generichash_final(&state, ret, ITEM_DIGEST);
}

json_t *item_about(const struct item *item)
{
    static const char *const names[] = {"kind",  "source_locale", "agency",
                                        "topic", "provinces",     "recording"};
    json_t *about = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(item->fields, names[i]);
        if (value)
            json_object_set(about, names[i], value);
    }
    return about;
}
