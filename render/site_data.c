// The facts of all units as one table (CSV: RFC 4180, UTF-8), for who calculates with them. Each
// figure stands with its source; what is not known is left empty.
#include "render/site_internal.h"

#include <string.h>

static char *add_cell(char *out, const char *value)
{
    if (!value || !*value)
        return out;
    if (!strpbrk(value, "\",\r\n"))
        return talloc_strdup_append_buffer(out, value);
    out = talloc_strdup_append_buffer(out, "\"");
    for (const char *at = value; *at; at++)
        out = talloc_asprintf_append_buffer(out, *at == '"' ? "\"%c" : "%c", *at);
    return talloc_strdup_append_buffer(out, "\"");
}

static char *add_facts(char *out, const struct site_unit *unit)
{
    static const struct {
        const char *attribute;
        bool figure; // its label and source follow
    } columns[] = {
        {"type", false},         {"code", false},    {"iso_3166_2", false},
        {"admin_centre", false}, {"area_km2", true}, {"population", true},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const struct site_fact *fact = site_unit_fact(unit, columns[i].attribute, NULL);
        out = add_cell(talloc_strdup_append_buffer(out, ","), fact ? fact->value : NULL);
        if (!columns[i].figure)
            continue;
        out = add_cell(talloc_strdup_append_buffer(out, ","), fact ? fact->label : NULL);
        out = add_cell(talloc_strdup_append_buffer(out, ","), fact ? fact->source : NULL);
    }
    return out;
}

static char *add_unit(char *out, const struct site_unit *unit)
{
    out = add_cell(out, unit->id);
    out = add_cell(talloc_strdup_append_buffer(out, ","),
                   site_unit_name(unit, locale_find("vi"), NULL));
    out = add_cell(talloc_strdup_append_buffer(out, ","),
                   site_unit_name(unit, locale_find("en"), NULL));
    out = add_facts(out, unit);
    out = add_cell(talloc_strdup_append_buffer(out, ","), unit->from);
    out = add_cell(talloc_strdup_append_buffer(out, ","), unit->to);
    out = talloc_strdup_append_buffer(out, ",");
    for (size_t i = 0; i < unit->successor_count; i++)
        out = talloc_asprintf_append_buffer(out, i ? " %s" : "%s", unit->successors[i].unit->id);
    return talloc_strdup_append_buffer(out, "\r\n");
}

int site_write_data(const struct site *site)
{
    char *out = talloc_strdup(
        NULL, "id,name_vi,name_en,type,code,iso_3166_2,admin_centre,area_km2,area_label,"
              "area_source,population,population_label,population_source,valid_from,valid_to,"
              "became\r\n");
    for (size_t i = 0; i < site->catalogue->unit_count; i++)
        out = add_unit(out, &site->catalogue->units[i]);
    int r = site_output_write(site->output, SITE_DATA, out, strlen(out));
    talloc_free(out);
    return r;
}
