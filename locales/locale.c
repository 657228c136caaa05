#include "locales/locale.h"

#include "locales/files.h"
#include "locales/message_internal.h"
#include "locales/stem.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>
#include <unicode/uloc.h>
#include <unicode/ures.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

// One row for each tag and alias, so that a match is one pass over short strings.
struct alias {
    const char *tag;
    size_t length;
    const struct locale *locale;
};

static struct {
    json_t *source; // holds the strings
    struct locale *locales;
    size_t count;
    const struct locale *fallback_default;
    struct alias *aliases;
    size_t alias_count;
} registry;

static const struct locale *find(const struct locale *locales, size_t count, const char *tag)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(locales[i].tag, tag) == 0)
            return &locales[i];
    return NULL;
}

static int refuse(const char *tag, const char *what)
{
    fprintf(stderr, "locales: registry.json: %s: %s\n", tag, what);
    return -EINVAL;
}

static void add_alias(const char *tag, const struct locale *locale)
{
    struct alias *all = registry.aliases;

    all = talloc_realloc(registry.locales, all, struct alias, registry.alias_count + 1);
    all[registry.alias_count++] = (struct alias){tag, strlen(tag), locale};
    registry.aliases = all;
}

static const struct locale *find_alias(const char *tag, size_t length)
{
    for (size_t i = 0; i < registry.alias_count; i++) {
        const struct alias *alias = &registry.aliases[i];
        if (alias->length == length && strncasecmp(alias->tag, tag, length) == 0)
            return alias->locale;
    }
    return NULL;
}

// {"long": "d MMMM y", ...}: every style, and nothing else.
static int read_dates(json_t *dates, struct locale *ret)
{
    static const char *const names[DATE_STYLES] = {
        [DATE_LONG] = "long",       [DATE_SHORT] = "short",    [DATE_MONTH_YEAR] = "month_year",
        [DATE_WEEKDAY] = "weekday", [DATE_TIME] = "date_time", [DATE_YEAR] = "year"};

    for (size_t i = 0; i < DATE_STYLES; i++) {
        ret->date_patterns[i] = json_string_value(json_object_get(dates, names[i]));
        if (!ret->date_patterns[i])
            return refuse(ret->tag, "dates lacks a pattern");
    }
    return json_object_size(dates) == DATE_STYLES ? 0 : refuse(ret->tag, "dates has odd patterns");
}

static int read_pins(json_t *pinned, struct locale *ret)
{
    struct locale_pin *pins =
        talloc_array(registry.locales, struct locale_pin, json_object_size(pinned) + 1);
    const char *key;
    json_t *text;

    json_object_foreach (pinned, key, text) {
        if (!json_is_string(text))
            return refuse(ret->tag, "pinned holds what is no text");
        pins[ret->pin_count++] = (struct locale_pin){key, json_string_value(text)};
    }
    ret->pins = pins;
    return 0;
}

// {"ä": "ae"}: letters in lower case, written with at most three of ASCII.
static int read_letters(json_t *written, struct locale *ret)
{
    struct locale_letter *letters =
        talloc_zero_array(registry.locales, struct locale_letter, json_object_size(written) + 1);
    const char *key;
    json_t *text;
    size_t count = 0;

    json_object_foreach (written, key, text) {
        const char *ascii = json_string_value(text);
        UChar32 c;
        size_t i = 0;
        U8_NEXT((const uint8_t *)key, i, strlen(key), c);
        if (!ascii || c <= 0x7f || c > 0xffff || key[i] ||
            strspn(ascii, "abcdefghijklmnopqrstuvwxyz") != strlen(ascii) ||
            strlen(ascii) >= sizeof letters->written)
            return refuse(ret->tag, "slug_letters holds what is no letter");
        letters[count].letter = (uint16_t)c;
        strcpy(letters[count++].written, ascii);
    }
    ret->slug_letters = letters;
    return 0;
}

static int read_row(json_t *row, struct locale *ret, json_t **ret_fallback, json_t **ret_aliases)
{
    const char *direction, *slugs;
    char catalog[64];
    json_t *hreflang, *dates, *pinned = NULL, *letters = NULL;
    int content, legacy_fonts = 0;
    json_error_t error;

    ret->tag = "?";
    if (json_unpack_ex(row, &error, JSON_STRICT,
                       "{s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:o, s:s, s:s, s:s, s?b,"
                       " s:{s:s, s:s, s:i, s:s, s:s}, s:o, s?o, s?s, s?o}",
                       "tag", &ret->tag, "name", &ret->name, "name_en", &ret->name_en, "dir",
                       &direction, "fallback", ret_fallback, "aliases", ret_aliases, "content",
                       &content, "hreflang", &hreflang, "og_locale", &ret->og_locale, "icu",
                       &ret->icu, "slugs", &slugs, "legacy_fonts", &legacy_fonts, "numbers",
                       "group", &ret->group_separator, "decimal", &ret->decimal_separator,
                       "min_grouping", &ret->min_grouping, "minus", &ret->minus_sign, "percent",
                       &ret->percent_sign, "dates", &dates, "pinned", &pinned, "stemmer",
                       &ret->stemmer, "slug_letters", &letters) != 0)
        return refuse(ret->tag, error.text);
    int r = read_dates(dates, ret);
    if (r == 0)
        r = read_pins(pinned, ret);
    if (r == 0)
        r = read_letters(letters, ret);
    if (r != 0)
        return r;
    if (strcmp(direction, "ltr") != 0 && strcmp(direction, "rtl") != 0)
        return refuse(ret->tag, "dir is neither ltr nor rtl");
    if (strcmp(slugs, "latin") != 0 && strcmp(slugs, "native") != 0)
        return refuse(ret->tag, "slugs is neither latin nor native");
    if (ret->stemmer && !stem_known(ret->stemmer))
        return refuse(ret->tag, "stemmer is none that we have");
    ret->rtl = strcmp(direction, "rtl") == 0;
    ret->latin_slugs = strcmp(slugs, "latin") == 0;
    ret->content = content;
    ret->legacy_fonts = legacy_fonts;
    ret->hreflang = json_string_value(hreflang);
    snprintf(catalog, sizeof(catalog), "messages/%s.json", ret->tag);
    ret->catalog = embedded_find(locales_files, catalog) != NULL;
    return 0;
}

static int read_fallback(struct locale *locale, json_t *tags)
{
    size_t count = json_array_size(tags);
    const struct locale **chain = talloc_zero_array(registry.locales, const struct locale *, count);

    for (size_t i = 0; i < count; i++) {
        const char *tag = json_string_value(json_array_get(tags, i));
        chain[i] = tag ? find(registry.locales, registry.count, tag) : NULL;
        if (!chain[i] || chain[i] == locale)
            return refuse(locale->tag, "fallback names an unknown locale or itself");
        for (size_t j = 0; j < i; j++)
            if (chain[j] == chain[i])
                return refuse(locale->tag, "fallback names a locale twice");
    }
    if (count == 0)
        return refuse(locale->tag, "fallback is empty");
    locale->fallback = chain;
    locale->fallback_count = count;
    return 0;
}

static int read_aliases(struct locale *locale, json_t *tags)
{
    size_t i;
    json_t *tag;

    if (find_alias(locale->tag, strlen(locale->tag)))
        return refuse(locale->tag, "stands twice");
    add_alias(locale->tag, locale);
    json_array_foreach (tags, i, tag) {
        const char *name = json_string_value(tag);
        if (!name || find_alias(name, strlen(name)))
            return refuse(locale->tag, "aliases holds what is no tag or has a place already");
        add_alias(name, locale);
    }
    return 0;
}

static size_t language_of(const struct locale *locale)
{
    return strcspn(locale->tag, "-");
}

// The locale of the same language whose tag is language and script. A language of one script has
// no script in its tag, so only those of several come here.
static const struct locale *find_script(const struct locale *locale, const char *script)
{
    size_t language = language_of(locale);

    for (size_t i = 0; i < registry.count; i++) {
        const char *tag = registry.locales[i].tag;
        if (strncmp(tag, locale->tag, language) == 0 && tag[language] == '-' &&
            strcmp(tag + language + 1, script) == 0)
            return &registry.locales[i];
    }
    return locale;
}

// The locale of a language of several scripts for those who do not name one: by its likely script
// in a region, or where region is "" at large.
static const struct locale *likely_script(const struct locale *locale, const char *region)
{
    char id[16], likely[ULOC_FULLNAME_CAPACITY], script[ULOC_SCRIPT_CAPACITY];
    UErrorCode status = U_ZERO_ERROR;

    snprintf(id, sizeof id, "%.*s_%.3s", (int)language_of(locale), locale->tag, region);
    uloc_addLikelySubtags(id, likely, sizeof likely, &status);
    uloc_getScript(likely, script, sizeof script, &status);
    return U_SUCCESS(status) ? find_script(locale, script) : locale;
}

// "zh": a language whose locales all name a script.
static void add_languages(void)
{
    for (size_t i = 0; i < registry.count; i++) {
        const struct locale *locale = &registry.locales[i];
        size_t length = language_of(locale);
        if (!find_alias(locale->tag, length))
            add_alias(talloc_strndup(registry.locales, locale->tag, length),
                      likely_script(locale, ""));
    }
}

// What ICU knows by another code as a language that we have: "in" (id), "vie" (vi), "cmn" (zh).
static int add_icu_alias(UResourceBundle *row)
{
    UErrorCode status = U_ZERO_ERROR;
    const char *code = ures_getKey(row);
    char language[ULOC_LANG_CAPACITY] = "";
    int32_t length = 0;

    const UChar *text = ures_getStringByKey(row, "replacement", &length, &status);
    if (U_FAILURE(status))
        return refuse(code, "ICU has no replacement of it");
    if (length >= ULOC_LANG_CAPACITY || strlen(code) > 3 || find_alias(code, strlen(code)))
        return 0; // language with region or script, or what has a place already
    u_UCharsToChars(text, language, length);
    const struct locale *locale = find_alias(language, (size_t)length);
    if (locale)
        add_alias(talloc_strdup(registry.locales, code), locale);
    return 0;
}

static int add_icu_aliases(void)
{
    UErrorCode status = U_ZERO_ERROR;
    int r = 0;

    UResourceBundle *rows = ures_openDirect(NULL, "metadata", &status);
    rows = ures_getByKey(rows, "alias", rows, &status);
    rows = ures_getByKey(rows, "language", rows, &status);
    if (U_FAILURE(status))
        r = refuse("top level", "ICU's aliases of languages are missing");
    UResourceBundle *row = NULL;
    while (r == 0 && ures_hasNext(rows)) {
        row = ures_getNextResource(rows, row, &status);
        r = U_SUCCESS(status) ? add_icu_alias(row) : -EINVAL;
    }
    ures_close(row);
    ures_close(rows);
    return r;
}

static int read_registry(json_t *root)
{
    const char *default_tag = NULL;
    json_t *rows = NULL;
    json_error_t error;

    if (json_unpack_ex(root, &error, JSON_STRICT, "{s:s, s:o}", "default", &default_tag, "locales",
                       &rows) != 0)
        return refuse("top level", error.text);
    registry.count = json_array_size(rows);
    registry.locales = talloc_zero_array(NULL, struct locale, registry.count);

    json_t **fallbacks = talloc_zero_array(registry.locales, json_t *, registry.count);
    for (size_t i = 0; i < registry.count; i++) {
        struct locale *locale = &registry.locales[i];
        json_t *aliases;
        locale->index = i;
        int r = read_row(json_array_get(rows, i), locale, &fallbacks[i], &aliases);
        if (r == 0)
            r = read_aliases(locale, aliases);
        if (r != 0)
            return r;
    }
    for (size_t i = 0; i < registry.count; i++) {
        int r = read_fallback(&registry.locales[i], fallbacks[i]);
        if (r != 0)
            return r;
    }
    registry.fallback_default = locale_find(default_tag);
    if (!registry.fallback_default)
        return refuse(default_tag, "the default is no locale");
    add_languages();
    return add_icu_aliases();
}

static int init(void)
{
    const struct embedded *file = embedded_find(locales_files, "registry.json");
    json_error_t error;

    registry.source = json_loadb(file->data, file->size, JSON_REJECT_DUPLICATES, &error);
    if (!registry.source) {
        fprintf(stderr, "locales: registry.json:%d: %s\n", error.line, error.text);
        return -EINVAL;
    }
    int r = read_registry(registry.source);
    return r == 0 ? message_load(locales_files) : r;
}

int locales_init(void)
{
    static bool done;
    static int result;

    if (!done)
        result = init();
    done = true;
    return result;
}

size_t locale_count(void)
{
    return registry.count;
}

const struct locale *locale_at(size_t index)
{
    return &registry.locales[index];
}

const struct locale *locale_default(void)
{
    return registry.fallback_default;
}

const struct locale *locale_find(const char *tag)
{
    return find(registry.locales, registry.count, tag);
}

const char *locale_pin(const struct locale *locale, const char *key)
{
    for (size_t i = 0; i < locale->pin_count; i++)
        if (strcmp(locale->pins[i].key, key) == 0)
            return locale->pins[i].text;
    const struct locale *model = locale_find(locale->icu);
    return model && model != locale ? locale_pin(model, key) : NULL;
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The length of the language subtag; 0 when some subtag is not of 1 to 8 letters and digits.
static size_t language_length(const char *tag, size_t length)
{
    size_t language = 0, subtag = 0;

    for (size_t i = 0; i < length; i++) {
        if (is_alpha(tag[i]) || is_digit(tag[i])) {
            if (++subtag > 8)
                return 0;
            continue;
        }
        if (tag[i] != '-' || subtag == 0)
            return 0;
        if (language == 0)
            language = i;
        subtag = 0;
    }
    if (subtag == 0)
        return 0;
    return language ? language : length;
}

// "pt-BR", "es-419"
static bool is_region(const char *subtag, size_t length)
{
    if (length == 2)
        return is_alpha(subtag[0]) && is_alpha(subtag[1]);
    return length == 3 && is_digit(subtag[0]) && is_digit(subtag[1]) && is_digit(subtag[2]);
}

// The locale of a well-formed tag, by what ICU makes of it: "zh-cmn-Hans" is cmn_Hans, "i-lux" lb.
static const struct locale *match_id(const char *id)
{
    char language[ULOC_LANG_CAPACITY], script[ULOC_SCRIPT_CAPACITY], region[ULOC_COUNTRY_CAPACITY];
    UErrorCode status = U_ZERO_ERROR;

    uloc_getLanguage(id, language, sizeof language, &status);
    uloc_getScript(id, script, sizeof script, &status);
    uloc_getCountry(id, region, sizeof region, &status);
    const struct locale *locale =
        U_SUCCESS(status) && *language ? find_alias(language, strlen(language)) : NULL;
    if (!locale || !strchr(locale->tag, '-'))
        return locale;
    if (*script)
        return find_script(locale, script);
    return *region ? likely_script(locale, region) : locale;
}

const struct locale *locale_match(const char *tag, size_t length)
{
    char copy[LOCALE_TAG_BYTES + 1], id[ULOC_FULLNAME_CAPACITY];
    UErrorCode status = U_ZERO_ERROR;
    int32_t parsed;

    if (length == 0 || length > LOCALE_TAG_BYTES)
        return NULL;
    const struct locale *locale = find_alias(tag, length);
    if (locale)
        return locale;

    // Most of what is asked for is a language, or one in a region: no need to ask ICU.
    size_t language = language_length(tag, length);
    if (language == 0)
        return NULL;
    bool plain = language == 2 || language == 3;
    bool region = language < length && is_region(tag + language + 1, length - language - 1);
    locale = find_alias(tag, language);
    if (plain && (language == length || region) && (!locale || !strchr(locale->tag, '-')))
        return locale;

    // In lower case, because ICU compares some subtags of its own ("x-lvariant") exactly.
    for (size_t i = 0; i < length; i++)
        copy[i] = is_alpha(tag[i]) ? (char)(tag[i] | 0x20) : tag[i];
    copy[length] = '\0';
    uloc_forLanguageTag(copy, id, sizeof(id), &parsed, &status);
    return U_SUCCESS(status) && parsed == (int32_t)length ? match_id(id) : NULL;
}
