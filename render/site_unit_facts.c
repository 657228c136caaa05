// What is known of a province or city, with dates and sources.
#include "render/site_units.h"

#include "content/search_query.h"
#include "render/site_atlas.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t site_moment_of_day(const char *day)
{
    struct tm parts = {.tm_hour = 5};
    if (sscanf(day, "%d-%d-%d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday) != 3)
        return 0;
    parts.tm_year -= 1900;
    parts.tm_mon--;
    return timegm(&parts);
}

const char *site_day_text(TALLOC_CTX *ctx, const struct site_wing *wing, const char *day)
{
    return format_date(ctx, wing->ui, site_moment_of_day(day), DATE_LONG);
}

// Labels of figures come from the data, as "resolution figure, 2025".
const char *site_fact_label(TALLOC_CTX *ctx, const struct site_wing *wing,
                            const struct site_fact *fact, const struct locale **ret_in)
{
    static const struct {
        const char *begins, *key;
    } known[] = {
        {"resolution figure, ", "province.resolution"},
        {"secondary lists, ", "province.secondary"},
    };
    if (ret_in)
        *ret_in = wing->ui;
    for (size_t i = 0; fact->label && i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].begins);
        if (strncmp(fact->label, known[i].begins, length) != 0)
            continue;
        const struct message_arg args[] = {{"year", fact->label + length, 0}};
        return message_format(ctx, wing->ui, known[i].key, args, 1);
    }
    if (ret_in)
        *ret_in = locale_find("en");
    return fact->label ? fact->label : "";
}

const char *site_act_text(TALLOC_CTX *ctx, const struct site_wing *wing, const char *source)
{
    static const struct {
        const char *begins, *holds, *key;
    } acts[] = {
        {"NQ ", "/QH", "province.act_assembly"},
        {"NQ ", "/NQ-CP", "province.act_government"},
        {"QD ", "/QD-TTg", "province.act_decision"},
    };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        const char *number = source + strlen(acts[i].begins);
        if (strncmp(source, acts[i].begins, strlen(acts[i].begins)) != 0 ||
            !strstr(number, acts[i].holds) || strchr(number, ' '))
            continue;
        const char *kind = strstr(number, "/QD-"); // the data spell it without its mark
        if (kind)
            number = talloc_asprintf(ctx, "%.*s/QĐ-%s", (int)(kind - number), number, kind + 4);
        const struct message_arg args[] = {{"number", number, 0}};
        return message_format(ctx, wing->ui, acts[i].key, args, 1);
    }
    return NULL;
}

static void set_source(TALLOC_CTX *ctx, const struct site_wing *wing, const char *source,
                       json_t *entry)
{
    const char *act = source ? site_act_text(ctx, wing, source) : NULL;
    site_set(entry, "source", act ? act : source ? source : "");
    site_set(entry, "source_lang", act ? "" : "en");
}

const char *site_unit_value(TALLOC_CTX *ctx, const struct site_wing *wing,
                            const struct site_unit *unit, const struct site_fact *fact)
{
    if (strcmp(fact->attribute, "type") == 0)
        return site_unit_type(wing, unit);
    if (strcmp(fact->attribute, "population") == 0)
        return format_integer(ctx, wing->ui, strtoll(fact->value, NULL, 10));
    if (strcmp(fact->attribute, "area_km2") == 0)
        return format_unit(ctx, wing->ui, strtod(fact->value, NULL), UNIT_SQUARE_KILOMETRE);
    if (strcmp(fact->attribute, "region") == 0)
        return site_region_name(wing, fact->value);
    return fact->value;
}

// What is not known is left open; what ended while the unit goes on is not known any more.
const struct site_fact *site_unit_known(const struct site *site, const struct site_unit *unit,
                                        const char *attribute)
{
    const struct site_fact *fact = site_unit_fact(unit, attribute, NULL);
    bool ended = fact && *fact->to && strcmp(fact->to, site->catalogue->day) <= 0;
    return ended && !site_unit_is_former(site->catalogue, unit) ? NULL : fact;
}

// What is left of a name for who looks for it, without blanks: the same for every way to write it.
static char *spelling(TALLOC_CTX *ctx, const struct locale *locale, const char *name)
{
    char *key = search_key(ctx, locale, name, strlen(name)), *end = key;
    for (const char *at = key; *at; at++)
        if (*at != ' ')
            *end++ = *at;
    *end = '\0';
    return key;
}

// The names of a list that are not another spelling of the one shown, or of one before; "": none.
static const char *other_names(TALLOC_CTX *ctx, const json_t *names, const char *shown,
                               const struct locale *in)
{
    size_t size = json_array_size(names) + 1, count = 0, i;
    const char **others = talloc_array(ctx, const char *, size);
    char **spellings = talloc_array(ctx, char *, size);
    json_t *name;
    spellings[0] = spelling(ctx, in, shown);
    json_array_foreach (names, i, name) {
        char *own = spelling(ctx, in, json_string_value(name));
        size_t j = 0;
        while (j <= count && strcmp(spellings[j], own) != 0)
            j++;
        if (j <= count)
            continue;
        others[count++] = json_string_value(name);
        spellings[count] = own;
    }
    return format_list(ctx, in, others, count);
}

static json_t *name_entry(TALLOC_CTX *ctx, const struct site_wing *wing, const char *key,
                          const char *value, const struct locale *in, const char *source)
{
    json_t *entry = json_object();
    site_set(entry, "label", message_text(wing->ui, key));
    site_set(entry, "value", value);
    site_set_language(entry, wing, in);
    set_source(ctx, wing, source, entry);
    return entry;
}

static void add_names(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_unit *unit,
                      json_t *list)
{
    const struct locale *in;
    const char *shown = site_unit_name(unit, wing->locale, &in);
    const char *others = other_names(ctx, json_object_get(unit->names, in->tag), shown, in);
    if (*others)
        json_array_append_new(
            list, name_entry(ctx, wing, "province.also_called", others, in, unit->names_source));
    const struct site_fact *name = site_unit_former_name(wing, unit);
    if (name) {
        const struct message_arg args[] = {{"date", site_day_text(ctx, wing, name->to), 0}};
        json_t *entry =
            name_entry(ctx, wing, "province.former_name", name->value, name->locale, name->source);
        site_set(entry, "since", message_format(ctx, wing->ui, "province.until", args, 1));
        json_array_append_new(list, entry);
    }
    in = wing->locale;
    for (size_t i = 0; !json_object_get(unit->former, in->tag) && i < wing->locale->fallback_count;
         i++)
        in = wing->locale->fallback[i];
    others = other_names(ctx, json_object_get(unit->former, in->tag), name ? name->value : "", in);
    if (*others)
        json_array_append_new(
            list, name_entry(ctx, wing, "province.former_names", others, in, unit->names_source));
}

static const struct row {
    const char *attribute, *key;
    bool always; // shown as "not known" when it is not
    enum { UNDATED, SINCE, AS_OF } dated;
} rows[] = {
    {"type", "province.type", false, SINCE},
    {"region", "province.region", false, UNDATED},
    {"admin_centre", "province.seat", true, UNDATED},
    {"area_km2", "province.area", true, AS_OF},
    {"population", "province.population", true, AS_OF},
    {"code", "province.code", false, UNDATED},
    {"iso_3166_2", "province.iso", false, UNDATED},
};

static void set_date(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_unit *unit,
                     const struct row *row, const struct site_fact *fact, json_t *entry)
{
    bool since = row->dated == SINCE && strcmp(fact->from, unit->from) != 0;
    if (!*fact->from || (row->dated != AS_OF && !since))
        return;
    const struct message_arg args[] = {{"date", site_day_text(ctx, wing, fact->from), 0}};
    site_set(entry, "since",
             message_format(ctx, wing->ui, since ? "province.since" : "province.as_of", args, 1));
}

static json_t *fact_entry(TALLOC_CTX *ctx, const struct site_wing *wing,
                          const struct site_unit *unit, const struct row *row,
                          const struct site_fact *fact)
{
    json_t *entry = json_object();
    site_set(entry, "label", message_text(wing->ui, row->key));
    if (!fact) {
        site_set(entry, "value", message_text(wing->ui, "province.unknown"));
        return entry;
    }
    const struct locale *in;
    bool vietnamese = strcmp(row->attribute, "admin_centre") == 0;
    site_set(entry, "value", site_unit_value(ctx, wing, unit, fact));
    site_set(entry, "lang", vietnamese && strcmp(wing->ui->tag, "vi") != 0 ? "vi" : "");
    site_set(entry, "how", site_fact_label(ctx, wing, fact, &in));
    site_set(entry, "how_lang", in == wing->ui ? "" : in->tag);
    set_date(ctx, wing, unit, row, fact, entry);
    set_source(ctx, wing, fact->source, entry);
    return entry;
}

void site_unit_set_facts(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                         const struct site_unit *unit, json_t *view)
{
    bool former = site_unit_is_former(site->catalogue, unit);
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct site_fact *fact = site_unit_known(site, unit, rows[i].attribute);
        if (fact || (!former && rows[i].always))
            json_array_append_new(list, fact_entry(ctx, wing, unit, &rows[i], fact));
    }
    add_names(ctx, wing, unit, list);
    json_object_set_new(view, "facts", list);
    site_set(view, "facts_title",
             message_text(wing->ui, former ? "province.facts_then" : "province.figures"));
}
