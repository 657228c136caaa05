#include "locales/pattern.h"

#include "locales/format.h"
#include "locales/icu.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

enum part_kind {
    PART_TEXT,
    PART_ARGUMENT, // {name}
    PART_HASH,     // # in a plural: the number less the offset
    PART_PLURAL,
    PART_ORDINAL,
    PART_SELECT,
};

struct choice {
    const char *key; // "one", "other", a word of select; NULL for =value
    int64_t value;
    struct pattern *pattern;
};

struct part {
    enum part_kind kind;
    const char *text; // the literal, or the argument's name
    int64_t offset;
    struct choice *choices;
    size_t choice_count;
};

struct pattern {
    struct part *parts;
    size_t count;
};

struct parser {
    const char *start;
    const char *at;
    char **ret_error;
    TALLOC_CTX *ctx;
};

static int fail(struct parser *parser, const char *what)
{
    *parser->ret_error =
        talloc_asprintf(parser->ctx, "%s at byte %zu", what, (size_t)(parser->at - parser->start));
    return -EINVAL;
}

static struct part *add_part(struct pattern *pattern, enum part_kind kind, const char *text)
{
    pattern->parts = talloc_realloc(pattern, pattern->parts, struct part, pattern->count + 1);
    struct part *part = &pattern->parts[pattern->count++];
    *part = (struct part){.kind = kind, .text = text};
    return part;
}

static void skip_space(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

// A word of the grammar: an argument's name, a type, a selector. "" when there is none.
static char *read_word(struct parser *parser, TALLOC_CTX *ctx)
{
    skip_space(parser);
    size_t length = strcspn(parser->at, " \t\r\n{},'#=:|<");
    char *word = talloc_strndup(ctx, parser->at, length);
    parser->at += length;
    skip_space(parser);
    return word;
}

static int read_number(struct parser *parser, int64_t *ret)
{
    char *end;

    errno = 0;
    long long value = strtoll(parser->at, &end, 10);
    if (end == parser->at || errno != 0)
        return fail(parser, "a number is expected");
    parser->at = end;
    skip_space(parser);
    *ret = value;
    return 0;
}

static int parse_pattern(struct parser *parser, TALLOC_CTX *ctx, bool in_plural, int depth,
                         struct pattern **ret);

static bool is_plural_word(const char *word)
{
    static const char *const words[] = {"zero", "one", "two", "few", "many", "other"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static int parse_choice(struct parser *parser, struct pattern *pattern, struct part *part,
                        int depth)
{
    struct choice choice = {0};
    bool plural = part->kind != PART_SELECT;
    int r = 0;

    if (plural && *parser->at == '=') {
        parser->at++;
        r = read_number(parser, &choice.value);
    } else {
        choice.key = read_word(parser, pattern);
        if (*choice.key == '\0')
            r = fail(parser, "a choice is expected");
        else if (plural && !is_plural_word(choice.key))
            r = fail(parser, "no plural class of this name");
    }
    if (r != 0)
        return r;
    if (*parser->at != '{')
        return fail(parser, "{ is expected");
    parser->at++;
    r = parse_pattern(parser, pattern, plural, depth + 1, &choice.pattern);
    if (r != 0)
        return r;
    if (*parser->at != '}')
        return fail(parser, "} is expected");
    parser->at++;
    skip_space(parser);
    part->choices = talloc_realloc(pattern, part->choices, struct choice, part->choice_count + 1);
    part->choices[part->choice_count++] = choice;
    return 0;
}

static const struct choice *find_choice(const struct part *part, const char *key)
{
    for (size_t i = 0; i < part->choice_count; i++)
        if (part->choices[i].key && strcmp(part->choices[i].key, key) == 0)
            return &part->choices[i];
    return NULL;
}

// Behind the comma that follows "plural", "selectordinal" or "select".
static int parse_choices(struct parser *parser, struct pattern *pattern, struct part *part,
                         int depth)
{
    if (depth >= PATTERN_DEPTH)
        return fail(parser, "choices are nested too deeply");
    skip_space(parser);
    if (part->kind != PART_SELECT && strncmp(parser->at, "offset:", 7) == 0) {
        parser->at += 7;
        skip_space(parser);
        int r = read_number(parser, &part->offset);
        if (r != 0)
            return r;
    }
    while (*parser->at != '}') {
        int r = parse_choice(parser, pattern, part, depth);
        if (r != 0)
            return r;
    }
    return find_choice(part, "other") ? 0 : fail(parser, "the choice \"other\" is missing");
}

// Behind the opening brace.
static int parse_argument(struct parser *parser, struct pattern *pattern, int depth)
{
    static const struct {
        const char *name;
        enum part_kind kind;
    } types[] = {
        {"number", PART_ARGUMENT},
        {"plural", PART_PLURAL},
        {"selectordinal", PART_ORDINAL},
        {"select", PART_SELECT},
    };
    size_t type = 0;
    int r = 0;

    char *name = read_word(parser, pattern);
    if (*name == '\0')
        return fail(parser, "an argument's name is expected");
    if (*parser->at == ',') {
        parser->at++;
        char *word = read_word(parser, pattern);
        while (type < 4 && strcmp(types[type].name, word) != 0)
            type++;
        if (type == 4)
            return fail(parser, "no argument type that is understood");
    }
    struct part *part = add_part(pattern, types[type].kind, name);
    if (types[type].kind != PART_ARGUMENT) {
        if (*parser->at != ',')
            return fail(parser, "choices are expected");
        parser->at++;
        r = parse_choices(parser, pattern, part, depth);
    }
    if (r != 0)
        return r;
    if (*parser->at != '}')
        return fail(parser, "} is expected");
    parser->at++;
    return 0;
}

static bool is_syntax(char c, bool in_plural)
{
    return c == '{' || c == '}' || (in_plural && c == '#');
}

// Literal text up to the next syntax character, apostrophes resolved (ICU's DOUBLE_OPTIONAL mode:
// two are one; one quotes what follows only before a syntax character, up to the next one).
static char *read_literal(struct parser *parser, TALLOC_CTX *ctx, bool in_plural)
{
    char *text = talloc_array(ctx, char, strlen(parser->at) + 1);
    size_t length = 0;
    bool quoted = false;

    for (; *parser->at && (quoted || !is_syntax(*parser->at, in_plural)); parser->at++) {
        if (*parser->at != '\'') {
            text[length++] = *parser->at;
        } else if (parser->at[1] == '\'') {
            text[length++] = '\'';
            parser->at++;
        } else if (quoted) {
            quoted = false;
        } else if (is_syntax(parser->at[1], in_plural)) {
            quoted = true;
        } else {
            text[length++] = '\'';
        }
    }
    text[length] = '\0';
    return text;
}

// Up to the end, or the brace that closes the choice this is in.
static int parse_pattern(struct parser *parser, TALLOC_CTX *ctx, bool in_plural, int depth,
                         struct pattern **ret)
{
    struct pattern *pattern = talloc_zero(ctx, struct pattern);

    while (*parser->at && *parser->at != '}') {
        if (*parser->at == '{') {
            parser->at++;
            int r = parse_argument(parser, pattern, depth);
            if (r != 0)
                return r;
        } else if (in_plural && *parser->at == '#') {
            parser->at++;
            add_part(pattern, PART_HASH, NULL);
        } else {
            char *text = read_literal(parser, pattern, in_plural);
            add_part(pattern, PART_TEXT, text);
        }
    }
    *ret = pattern;
    return 0;
}

int pattern_compile(TALLOC_CTX *ctx, const char *text, struct pattern **ret, char **ret_error)
{
    struct parser parser = {.start = text, .at = text, .ret_error = ret_error, .ctx = ctx};
    TALLOC_CTX *tree = talloc_new(ctx);
    struct pattern *pattern;

    int r = parse_pattern(&parser, tree, false, 0, &pattern);
    if (r == 0 && *parser.at)
        r = fail(&parser, "} without {");
    if (r == 0)
        *ret = talloc_steal(ctx, pattern);
    talloc_free(tree);
    return r;
}

const char *pattern_plain(const struct pattern *pattern)
{
    if (pattern->count == 0)
        return "";
    return pattern->count == 1 && pattern->parts[0].kind == PART_TEXT ? pattern->parts[0].text
                                                                      : NULL;
}

struct output {
    char *text;
    const struct locale *locale;
    const struct message_arg *args;
    size_t count;
};

static const struct message_arg *find_arg(const struct output *out, const char *name)
{
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->args[i].name, name) == 0)
            return &out->args[i];
    return NULL;
}

static void put(struct output *out, const char *text)
{
    out->text = talloc_strdup_append_buffer(out->text, text);
}

static void put_integer(struct output *out, int64_t number)
{
    char *text = format_integer(NULL, out->locale, number);
    put(out, text);
    talloc_free(text);
}

static void put_argument(struct output *out, const char *name, const struct message_arg *arg,
                         int64_t offset)
{
    if (!arg) {
        put(out, "{");
        put(out, name);
        put(out, "}");
    } else if (arg->string) {
        put(out, arg->string);
    } else {
        put_integer(out, arg->number - offset);
    }
}

static const struct choice *plural_choice(const struct part *part, const struct locale *locale,
                                          int64_t number)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar keyword[16];
    char key[17];

    for (size_t i = 0; i < part->choice_count; i++)
        if (!part->choices[i].key && part->choices[i].value == number)
            return &part->choices[i];
    int32_t length =
        uplrules_select(icu_object(part->kind == PART_ORDINAL ? ICU_ORDINALS : ICU_PLURALS, locale),
                        (double)(number - part->offset), keyword, 16, &status);
    icu_require(status, "plural");
    u_UCharsToChars(keyword, key, length);
    key[length] = '\0';
    return find_choice(part, key);
}

static const struct choice *choose(const struct part *part, const struct locale *locale,
                                   const struct message_arg *arg)
{
    const struct choice *choice = NULL;

    if (arg && part->kind == PART_SELECT)
        choice = arg->string ? find_choice(part, arg->string) : NULL;
    else if (arg && !arg->string)
        choice = plural_choice(part, locale, arg->number);
    return choice ? choice : find_choice(part, "other");
}

// plural: the innermost plural around, whose number # stands for.
static void put_pattern(struct output *out, const struct pattern *pattern,
                        const struct part *plural)
{
    for (size_t i = 0; i < pattern->count; i++) {
        const struct part *part = &pattern->parts[i];
        switch (part->kind) {
        case PART_TEXT:
            put(out, part->text);
            break;
        case PART_ARGUMENT:
            put_argument(out, part->text, find_arg(out, part->text), 0);
            break;
        case PART_HASH:
            put_argument(out, plural->text, find_arg(out, plural->text), plural->offset);
            break;
        case PART_PLURAL:
        case PART_ORDINAL:
        case PART_SELECT:
            put_pattern(out, choose(part, out->locale, find_arg(out, part->text))->pattern,
                        part->kind == PART_SELECT ? plural : part);
            break;
        }
    }
}

char *pattern_format(TALLOC_CTX *ctx, const struct pattern *pattern, const struct locale *locale,
                     const struct message_arg *args, size_t count)
{
    struct output out = {talloc_strdup(ctx, ""), locale, args, count};

    put_pattern(&out, pattern, NULL);
    return out.text;
}

static void call_with_use(const struct part *part,
                          void (*each)(const struct pattern_use *use, void *data), void *data)
{
    static const enum pattern_type types[] = {
        [PART_ARGUMENT] = PATTERN_VALUE,
        [PART_PLURAL] = PATTERN_PLURAL,
        [PART_ORDINAL] = PATTERN_ORDINAL,
        [PART_SELECT] = PATTERN_SELECT,
    };
    const char **words = talloc_array(NULL, const char *, part->choice_count + 1);
    struct pattern_use use = {part->text, types[part->kind], words, 0};

    for (size_t i = 0; i < part->choice_count; i++)
        if (part->choices[i].key)
            words[use.choice_count++] = part->choices[i].key;
    each(&use, data);
    talloc_free(words);
}

void pattern_uses(const struct pattern *pattern,
                  void (*each)(const struct pattern_use *use, void *data), void *data)
{
    for (size_t i = 0; i < pattern->count; i++) {
        const struct part *part = &pattern->parts[i];
        if (part->kind != PART_TEXT && part->kind != PART_HASH)
            call_with_use(part, each, data);
        for (size_t j = 0; j < part->choice_count; j++)
            pattern_uses(part->choices[j].pattern, each, data);
    }
}
