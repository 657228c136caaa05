#include "content/fields.h"

#include "content/base/email.h"
#include "content/fault.h"
#include "locales/hidden.h"
#include "locales/legacy.h"
#include "locales/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct reading {
    TALLOC_CTX *ctx;
    bool yaml;
    struct fault *fault;
};

static int refuse(struct reading *reading, const char *key, const char *path, const char *detail)
{
    return fault_set(reading->fault, key, *path ? talloc_strdup(reading->ctx, path) : NULL, detail);
}

static int refuse_number(struct reading *reading, const char *key, const char *path, size_t number)
{
    char detail[24];
    snprintf(detail, sizeof detail, "%zu", number);
    return refuse(reading, key, path, detail);
}

// ---- text ----------------------------------------------------------------------------------

static const char *text_fault(int outcome)
{
    switch (outcome) {
    case TEXT_BAD_UTF8:
        return "fault.bad_utf8";
    case TEXT_MARKS:
        return "fault.marks";
    case TEXT_BIDI:
        return "fault.bidi";
    default:
        return "fault.control";
    }
}

static int refuse_character(struct reading *reading, const char *key, const char *path, uint32_t c)
{
    char detail[16] = "";
    if (c)
        snprintf(detail, sizeof detail, "U+%04X", c);
    return refuse(reading, key, path, detail);
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int read_line(struct reading *reading, json_t *value, size_t max, const char *path)
{
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    while (length && is_blank(text[length - 1]))
        length--;
    while (length && is_blank(*text)) {
        text++;
        length--;
    }
    char *line;
    size_t given = length;
    int r = text_check(reading->ctx, text, length, TEXT_LINE, &line, &length);
    if (r)
        return refuse_character(reading, text_fault(r), path,
                                text_offender(text, given, TEXT_LINE));
    uint32_t hidden = hidden_find(line, length);
    if (hidden)
        return refuse_character(reading, "fault.control", path, hidden);
    if (!length)
        return refuse(reading, "fault.empty", path, NULL);
    if (characters(line) > max)
        return refuse_number(reading, "fault.too_long", path, max);
    json_string_setn(value, line, length);
    return SEN_OK;
}

static int read_block(struct reading *reading, json_t *value, size_t max, const char *path)
{
    char *block;
    size_t length;
    if (json_string_length(value) > max)
        return refuse_number(reading, "fault.too_many_bytes", path, max);
    int r = text_check(reading->ctx, json_string_value(value), json_string_length(value),
                       TEXT_BLOCK, &block, &length);
    if (r)
        return refuse_character(
            reading, text_fault(r), path,
            text_offender(json_string_value(value), json_string_length(value), TEXT_BLOCK));
    if (length > max)
        return refuse_number(reading, "fault.too_many_bytes", path, max);
    if (!block[strspn(block, " \t\n")])
        return refuse(reading, "fault.empty", path, NULL);
    json_string_setn(value, block, length);
    return SEN_OK;
}

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

bool field_is_slug_id(const char *text)
{
    for (;;) {
        size_t word = strspn(text, LOWER DIGITS);
        if (!word)
            return false;
        text += word;
        if (!*text)
            return true;
        if (*text++ != '-')
            return false;
    }
}

static bool is_key(const char *text)
{
    return strspn(text, LOWER UPPER DIGITS) && !text[strspn(text, LOWER UPPER DIGITS "._:-")];
}

bool field_is_file(const char *text)
{
    return strspn(text, LOWER UPPER DIGITS "_") && !text[strspn(text, LOWER UPPER DIGITS "._-")];
}

// A path on this site; "//" would be another host.
static bool is_path(const char *text)
{
    return text[0] == '/' && text[1] != '/' && !strpbrk(text, " \"'<>\\^`{|}");
}

static bool is_url(const char *text)
{
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    return scheme && text[scheme] && text[scheme] != '/' && !strpbrk(text, " \"<>\\^`{|}");
}

static bool is_phone(const char *text)
{
    size_t count = 0;
    if (*text++ != '+' || *text == '0')
        return false;
    for (; *text; text++) {
        if (*text == ' ' ? text[-1] == '+' || text[1] == ' ' : *text < '0' || *text > '9')
            return false;
        count += *text != ' ';
    }
    return count >= 7 && count <= 15;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = choices; length && (at = strstr(at, text)); at += length)
        if ((at == choices || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return !strchr(text, ' ');
    return false;
}

// ---- time ----------------------------------------------------------------------------------

static bool digits(const char **text, int count, int *ret)
{
    *ret = 0;
    for (; count; count--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *ret = *ret * 10 + (**text - '0');
    }
    return true;
}

static bool symbol(const char **text, char c)
{
    return *(*text)++ == c;
}

static bool read_date(const char **text, struct tm *ret)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!digits(text, 4, &year) || !symbol(text, '-') || !digits(text, 2, &month) ||
        !symbol(text, '-') || !digits(text, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day < 1 || day > days[month - 1] + (month == 2 && leap))
        return false;
    *ret = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return true;
}

// Rewrite a moment in UTC. Leap seconds are refused: PostgreSQL would move them to the next minute.
static bool moment_to_utc(const char *text, char *ret, size_t size)
{
    struct tm tm;
    int hour, minute, second, offset_hour = 0, offset_minute = 0, fraction = 0, precision = 0;
    if (!read_date(&text, &tm) || !(*text == 'T' || *text == 't' || *text == ' '))
        return false;
    text++;
    if (!digits(&text, 2, &hour) || !symbol(&text, ':') || !digits(&text, 2, &minute) ||
        !symbol(&text, ':') || !digits(&text, 2, &second) || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    if (*text == '.') {
        for (text++; *text >= '0' && *text <= '9'; text++, precision++)
            if (precision < 6)
                fraction = fraction * 10 + (*text - '0');
        if (precision < 1 || precision > 6)
            return false;
    }
    char sign = *text ? *text++ : '\0';
    if (sign == '+' || sign == '-') {
        if (!digits(&text, 2, &offset_hour) || !symbol(&text, ':') ||
            !digits(&text, 2, &offset_minute) || offset_hour > 23 || offset_minute > 59)
            return false;
    } else if (sign != 'Z' && sign != 'z') {
        return false;
    }
    if (*text)
        return false;
    int offset = (offset_hour * 60 + offset_minute) * (sign == '-' ? -60 : 60);
    tm.tm_hour = hour;
    tm.tm_min = minute;
    tm.tm_sec = second;
    time_t at = timegm(&tm) - offset;
    if (!gmtime_r(&at, &tm) || tm.tm_year + 1900 < 1 || tm.tm_year + 1900 > 9999)
        return false;
    size_t n = (size_t)snprintf(ret, size, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900,
                                tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    for (; precision && fraction % 10 == 0; precision--)
        fraction /= 10;
    if (precision)
        n += (size_t)snprintf(ret + n, size - n, ".%0*d", precision, fraction);
    snprintf(ret + n, size - n, "Z");
    return true;
}

// ---- scalars -------------------------------------------------------------------------------

static int read_locale(struct reading *reading, const char *text, const char *path)
{
    const struct locale *locale = locale_find(text);
    if (!locale || !locale->content)
        return refuse(reading, "fault.unknown_locale", path, text);
    return SEN_OK;
}

static int read_tag(struct reading *reading, json_t *value, const char *path)
{
    const struct locale *locale = locale_match(json_string_value(value), json_string_length(value));
    int r = read_locale(reading, locale ? locale->tag : json_string_value(value), path);
    if (!r)
        json_string_set(value, locale->tag);
    return r;
}

static int read_time(struct reading *reading, json_t *value, const char *path)
{
    char utc[40];
    if (!moment_to_utc(json_string_value(value), utc, sizeof utc))
        return refuse(reading, "fault.time", path, json_string_value(value));
    json_string_set(value, utc);
    return SEN_OK;
}

static int read_day(struct reading *reading, const char *text, const char *path)
{
    struct tm tm;
    const char *end = text;
    if (!read_date(&end, &tm) || *end)
        return refuse(reading, "fault.date", path, text);
    return SEN_OK;
}

static int read_text(struct reading *reading, const struct field *field, enum field_type type,
                     size_t max, json_t *value, const char *path)
{
    if (!json_is_string(value))
        return refuse(reading, "fault.not_text", path, NULL);
    if (type == FIELD_BLOCK)
        return read_block(reading, value, max, path);
    int r = read_line(reading, value, max ? max : 2000, path);
    if (r)
        return r;
    const char *text = json_string_value(value);
    switch (type) {
    case FIELD_SLUG_ID:
        return field_is_slug_id(text) ? SEN_OK : refuse(reading, "fault.slug_id", path, text);
    case FIELD_KEY:
        return is_key(text) ? SEN_OK : refuse(reading, "fault.key", path, text);
    case FIELD_FILE:
        return field_is_file(text) ? SEN_OK : refuse(reading, "fault.file_name", path, text);
    case FIELD_URL:
        return is_url(text) ? SEN_OK : refuse(reading, "fault.url", path, text);
    case FIELD_ADDRESS:
        return is_url(text) || is_path(text) ? SEN_OK
                                             : refuse(reading, "fault.address", path, text);
    case FIELD_EMAIL:
        return email_is_valid(text) ? SEN_OK : refuse(reading, "fault.email", path, text);
    case FIELD_PHONE:
        return is_phone(text) ? SEN_OK : refuse(reading, "fault.phone", path, text);
    case FIELD_CHOICE:
        return is_choice(field->choices, text)
                   ? SEN_OK
                   : refuse(reading, "fault.choice", path, field->choices);
    case FIELD_LOCALE:
        return read_tag(reading, value, path);
    case FIELD_TIME:
        return read_time(reading, value, path);
    case FIELD_DATE:
        return read_day(reading, text, path);
    default:
        return SEN_OK;
    }
}

static int read_bool(struct reading *reading, json_t *parent, const char *name, const char *path)
{
    json_t *value = json_object_get(parent, name);
    const char *text = json_string_value(value);
    if (reading->yaml && text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
        json_object_set_new(parent, name, json_boolean(*text == 't'));
    else if (!json_is_boolean(value))
        return refuse(reading, "fault.not_bool", path, NULL);
    return SEN_OK;
}

static int read_count(struct reading *reading, const struct field *field, json_t *parent,
                      const char *path)
{
    json_t *value = json_object_get(parent, field->name);
    const char *text = json_string_value(value);
    if (reading->yaml && text && *text && strlen(text) < 16 && !text[strspn(text, DIGITS)]) {
        json_object_set_new(parent, field->name, json_integer(strtoll(text, NULL, 10)));
        value = json_object_get(parent, field->name);
    }
    if (!json_is_integer(value))
        return refuse(reading, "fault.not_number", path, NULL);
    if (json_integer_value(value) < 0 || (size_t)json_integer_value(value) > field->max)
        return refuse_number(reading, "fault.number_range", path, field->max);
    return SEN_OK;
}

// ---- structure ------------------------------------------------------------------------------

static int read_object(struct reading *reading, const struct field *table, json_t *object,
                       const char *path);

static char *path_of(struct reading *reading, const char *parent, const char *name)
{
    return talloc_asprintf(reading->ctx, "%s%s%s", parent, *parent ? "." : "", name);
}

static int read_array(struct reading *reading, const struct field *field, json_t *array,
                      const char *path)
{
    size_t index;
    json_t *value;
    if (!json_is_array(array))
        return refuse(reading, "fault.not_list", path, NULL);
    if (json_array_size(array) > field->max)
        return refuse_number(reading, "fault.too_many", path, field->max);
    json_array_foreach (array, index, value) {
        char *inner = talloc_asprintf(reading->ctx, "%s[%zu]", path, index);
        int r = field->type == FIELD_OBJECTS
                    ? read_object(reading, field->fields, value, inner)
                    : read_text(reading, field, field->element, field->element_max, value, inner);
        if (r)
            return r;
    }
    return SEN_OK;
}

static int read_aliases(struct reading *reading, const struct field *field, json_t *list,
                        const char *path)
{
    int r = read_array(reading, field, list, path);
    return !r && !json_array_size(list) ? refuse(reading, "fault.empty", path, NULL) : r;
}

// One name, or several.
static int refuse_legacy(struct reading *reading, const char *tag, json_t *names, const char *path)
{
    bool several = json_is_array(names);
    for (size_t i = 0; i < (several ? json_array_size(names) : 1); i++) {
        json_t *name = several ? json_array_get(names, i) : names;
        struct legacy_finding found;
        if (legacy_find(locale_find(tag), json_string_value(name), json_string_length(name),
                        TEXT_LINE, &found))
            return refuse(reading, "fault.legacy_font", path, found.words);
    }
    return SEN_OK;
}

static int read_names(struct reading *reading, const struct field *field, json_t *object,
                      const char *path)
{
    const char *tag;
    json_t *value;
    if (!json_is_object(object))
        return refuse(reading, "fault.not_object", path, NULL);
    if (!json_object_size(object))
        return refuse(reading, "fault.empty", path, NULL);
    json_object_foreach (object, tag, value) {
        char *inner = path_of(reading, path, tag);
        int r = read_locale(reading, tag, inner);
        if (!r && field->type == FIELD_NAMES)
            r = read_text(reading, field, FIELD_LINE, field->max, value, inner);
        else if (!r)
            r = read_aliases(reading, field, value, inner);
        if (!r)
            r = refuse_legacy(reading, tag, value, inner);
        if (r)
            return r;
    }
    return SEN_OK;
}

static int read_field(struct reading *reading, const struct field *field, json_t *parent,
                      const char *path)
{
    json_t *value = json_object_get(parent, field->name);
    switch (field->type) {
    case FIELD_BOOL:
        return read_bool(reading, parent, field->name, path);
    case FIELD_COUNT:
        return read_count(reading, field, parent, path);
    case FIELD_NAMES:
    case FIELD_ALIASES:
        return read_names(reading, field, value, path);
    case FIELD_OBJECT:
        return read_object(reading, field->fields, value, path);
    case FIELD_LIST:
    case FIELD_OBJECTS:
        return read_array(reading, field, value, path);
    default:
        return read_text(reading, field, field->type, field->max, value, path);
    }
}

static const struct field *find_field(const struct field *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

// Keys are a stranger's text: one that is not text is not repeated.
static int refuse_key(struct reading *reading, const char *parent, const char *name)
{
    char *key;
    size_t length;
    if (text_check(reading->ctx, name, strlen(name), TEXT_LINE, &key, &length) || !length ||
        length > 100)
        key = talloc_strdup(reading->ctx, "?");
    return refuse(reading, "fault.unknown_key", path_of(reading, parent, key), NULL);
}

static int read_object(struct reading *reading, const struct field *table, json_t *object,
                       const char *path)
{
    const char *name;
    json_t *value;
    void *next;
    if (!json_is_object(object))
        return refuse(reading, "fault.not_object", path, NULL);
    json_object_foreach_safe(object, next, name, value)
    {
        if (!find_field(table, name))
            return refuse_key(reading, path, name);
        if (json_is_null(value))
            json_object_del(object, name);
    }
    for (const struct field *field = table; field->name; field++) {
        char *inner = path_of(reading, path, field->name);
        if (json_object_get(object, field->name)) {
            int r = read_field(reading, field, object, inner);
            if (r)
                return r;
        } else if (field->required) {
            return refuse(reading, "fault.required", inner, NULL);
        }
    }
    return SEN_OK;
}

int fields_read(TALLOC_CTX *ctx, const struct field *table, json_t *object, bool yaml,
                struct fault *ret_fault)
{
    struct reading reading = {talloc_new(ctx), yaml, ret_fault};
    int r = read_object(&reading, table, object, "");
    if (r && ret_fault->field)
        talloc_steal(ctx, (void *)ret_fault->field);
    talloc_free(reading.ctx);
    return r;
}

const char *field_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

// ---- JSON ----------------------------------------------------------------------------------

// jansson names the doubled key at the end of its sentence: ... near '"id"'. The sentence becomes
// it.
static const char *quoted(char *text)
{
    char *begin = strchr(text, '"'), *end = strrchr(text, '"');
    if (!begin || begin == end)
        return text;
    *end = '\0';
    return begin + 1;
}

int fields_parse(const char *text, size_t length, size_t *length_used, json_t **ret,
                 struct fault *ret_fault)
{
    json_error_t error;
    json_t *value = json_loadb(
        text, length, JSON_REJECT_DUPLICATES | (length_used ? JSON_DISABLE_EOF_CHECK : 0), &error);
    if (!value) {
        enum json_error_code code = json_error_code(&error);
        if (code == json_error_duplicate_key)
            fault_set(ret_fault, "fault.doubled_key", NULL, quoted(error.text));
        else if (code == json_error_invalid_utf8)
            fault_set(ret_fault, "fault.bad_utf8", NULL, NULL);
        else
            fault_set(ret_fault, "fault.json", NULL, error.text);
        ret_fault->line = error.line > 0 ? (unsigned)error.line : 1;
        return SEN_INVALID;
    }
    if (length_used)
        *length_used = (size_t)error.position;
    *ret = value;
    return SEN_OK;
}

static int decref(json_t **holder)
{
    json_decref(*holder);
    return 0;
}

json_t *fields_own(TALLOC_CTX *ctx, json_t *value)
{
    json_t **holder = talloc(ctx, json_t *);
    *holder = value;
    talloc_set_destructor(holder, decref);
    return value;
}
