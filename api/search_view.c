#include "api/search_view.h"

#include "api/search.h"
#include "locales/format.h"
#include "locales/message.h"

#include <string.h>
#include <time.h>

// For whom the view is made.
struct reader {
    TALLOC_CTX *ctx;
    const struct locale *locale, *ui; // ui: the language of the words
    const struct query *query;
    json_t *view;
};

static const char *const facet_names[] = {"language", "topic",  "province",
                                          "kind",     "agency", "year"};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void set(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_string(text));
}

static void set_list(json_t *view, const char *key, json_t *list)
{
    char has[32];
    snprintf(has, sizeof has, "has_%s", key);
    json_object_set_new(view, has, json_boolean(json_array_size(list)));
    json_object_set_new(view, key, list);
}

// What others wrote has a direction of its own: it is isolated from the words around it.
static char *isolated(TALLOC_CTX *ctx, const char *text)
{
    return talloc_asprintf(ctx, "\u2068%s\u2069", text);
}

static const char *say(const struct reader *reader, const char *key, const char *name,
                       const char *value)
{
    const struct message_arg args[] = {{name, value, 0}};
    return message_format(reader->ctx, reader->ui, key, args, 1);
}

static void set_language(json_t *view, const struct locale *locale)
{
    set(view, "lang", locale ? locale->tag : "");
    set(view, "dir", locale && locale->rtl ? "rtl" : "ltr");
}

// The address of this search with one parameter changed; value NULL: without it.
static char *address_with(const struct reader *reader, const char *name, const char *value)
{
    static const char *const never[] = {"fallback", "limit", "locale", "cursor", NULL};
    struct query changed = {.count = 0};
    for (size_t i = 0; i < reader->query->count; i++)
        if (strcmp(reader->query->parameters[i].name, name) != 0)
            changed.parameters[changed.count++] = reader->query->parameters[i];
    bool cursor = strcmp(name, "cursor") == 0;
    if (value && !cursor && changed.count < QUERY_PARAMETERS_MAX)
        changed.parameters[changed.count++] = (struct query_parameter){name, value};
    char *address = search_address(reader->ctx, &changed, never);
    return cursor && value
               ? talloc_asprintf_append(address, "&cursor=%s", query_encode(reader->ctx, value))
               : address;
}

// ---- what is said above the results -----------------------------------------------------------

static void add_note(json_t *notes, const char *text)
{
    json_array_append_new(notes, json_pack("{s:s}", "note", text));
}

static void set_notes(const struct reader *reader, const json_t *query)
{
    json_t *notes = json_array(), *one;
    size_t i;
    json_array_foreach (json_object_get(query, "corrected"), i, one) {
        const struct message_arg args[] = {{"from", isolated(reader->ctx, text_of(one, "from")), 0},
                                           {"to", isolated(reader->ctx, text_of(one, "to")), 0}};
        add_note(notes, message_format(reader->ctx, reader->ui, "search.corrected", args, 2));
    }
    if (json_is_true(json_object_get(query, "relaxed")))
        add_note(notes, message_text(reader->ui, "search.relaxed"));
    json_object_set_new(reader->view, "notes", notes);
}

static void set_found(const struct reader *reader, const json_t *answer)
{
    json_int_t total = json_integer_value(json_object_get(answer, "total"));
    const char *text = text_of(json_object_get(answer, "query"), "text");
    const struct message_arg args[] = {{"query", isolated(reader->ctx, text), 0},
                                       {"count", NULL, total}};
    set(reader->view, "found",
        message_format(reader->ctx, reader->ui, total ? "search.found" : "search.none", args, 2));
}

static void set_places(const struct reader *reader, const json_t *answer)
{
    json_t *list = json_array(), *one;
    size_t i;
    json_array_foreach (json_object_get(answer, "places"), i, one) {
        const char *path = json_string_value(json_object_get(one, "path"));
        if (path)
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "href", path, "name", text_of(one, "name")));
    }
    set_list(reader->view, "places", list);
    set(reader->view, "places_title", message_text(reader->ui, "article.places"));
}

// ---- filters and orders -----------------------------------------------------------------------

static json_t *facet_value(const struct reader *reader, const char *facet, const json_t *one)
{
    const char *value = text_of(one, "value"), *name = text_of(one, "name");
    const char *chosen = query_get(reader->query, facet);
    bool on = chosen && strcmp(chosen, value) == 0;
    json_t *entry = json_object();
    set(entry, "name", *name ? name : value);
    set_language(entry, strcmp(facet, "language") == 0 ? locale_find(value) : NULL);
    json_object_set_new(entry, "on", json_boolean(on));
    set(entry, "href", address_with(reader, facet, on ? NULL : value));
    set(entry, "label",
        say(reader, "search.filter_off", "name", isolated(reader->ctx, *name ? name : value)));
    set(entry, "count",
        format_integer(reader->ctx, reader->ui, json_integer_value(json_object_get(one, "count"))));
    return entry;
}

// What is chosen is also said where it found nothing.
static void add_chosen(const struct reader *reader, const char *facet, json_t *values,
                       json_t *chosen)
{
    const char *wanted = query_get(reader->query, facet);
    json_t *one;
    size_t i;
    if (!wanted || !*wanted)
        return;
    json_array_foreach (values, i, one) {
        if (json_is_true(json_object_get(one, "on"))) {
            json_array_append(chosen, one);
            return;
        }
    }
    json_t *none = json_pack("{s:s, s:i}", "value", wanted, "count", 0);
    const struct locale *locale = strcmp(facet, "language") == 0 ? locale_find(wanted) : NULL;
    if (locale)
        set(none, "name", locale->name);
    json_array_append_new(chosen, facet_value(reader, facet, none));
    json_decref(none);
}

// many: there is more than one result, so there is something to choose from.
static void set_filters(const struct reader *reader, const json_t *facets, bool many)
{
    json_t *filters = json_array(), *chosen = json_array();
    for (size_t i = 0; i < sizeof facet_names / sizeof *facet_names; i++) {
        json_t *values = json_array(), *one;
        size_t j;
        json_array_foreach (json_object_get(facets, facet_names[i]), j, one)
            json_array_append_new(values, facet_value(reader, facet_names[i], one));
        size_t before = json_array_size(chosen);
        add_chosen(reader, facet_names[i], values, chosen);
        bool on = json_array_size(chosen) > before;
        if (json_array_size(values) > 1 && (many || on))
            json_array_append_new(filters,
                                  json_pack("{s:s, s:O, s:b}", "title",
                                            say(reader, "search.facet", "facet", facet_names[i]),
                                            "values", values, "open", i < 2 || on));
        json_decref(values);
    }
    set_list(reader->view, "filters", filters);
    set_list(reader->view, "chosen", chosen);
    set(reader->view, "filters_title", message_text(reader->ui, "search.filters"));
}

static void set_sorts(const struct reader *reader, bool many)
{
    static const char *const sorts[] = {"relevance", "newest"};
    const char *now = query_get(reader->query, "sort");
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        bool on = now ? strcmp(now, sorts[i]) == 0 : i == 0;
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:b}", "name", say(reader, "search.sort_by", "sort", sorts[i]),
                      "href", address_with(reader, "sort", i ? sorts[i] : NULL), "on", on));
    }
    json_object_set_new(reader->view, "has_sorts", json_boolean(many));
    json_object_set_new(reader->view, "sorts", list);
    set(reader->view, "sort_title", message_text(reader->ui, "search.sort"));
}

// ---- what was found ---------------------------------------------------------------------------

// Parts as the answer has them; every one says whether it is a hit.
static json_t *parts_of(const json_t *parts)
{
    json_t *list = json_array(), *one;
    size_t i;
    json_array_foreach (parts, i, one)
        json_array_append_new(list, json_pack("{s:s, s:b}", "text", text_of(one, "text"), "hit",
                                              json_is_true(json_object_get(one, "hit"))));
    return list;
}

static void set_date(const struct reader *reader, json_t *view, const char *moment)
{
    struct tm parts = {0};
    set(view, "datetime", moment);
    set(view, "date", "");
    if (strptime(moment, "%Y-%m-%dT%H:%M:%S", &parts))
        set(view, "date", format_date(reader->ctx, reader->ui, timegm(&parts), DATE_LONG));
}

static void set_others(const struct reader *reader, json_t *view, const json_t *item)
{
    json_t *list = json_array(), *one;
    size_t i;
    json_array_foreach (json_object_get(item, "languages"), i, one) {
        const struct locale *locale = locale_find(json_string_value(one));
        if (!locale || strcmp(locale->tag, text_of(item, "locale")) == 0)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "tag", locale->tag, "dir",
                                              locale->rtl ? "rtl" : "ltr", "name", locale->name));
    }
    const struct message_arg args[] = {{"count", NULL, (int64_t)json_array_size(list)}};
    set(view, "also", message_format(reader->ctx, reader->ui, "search.also", args, 1));
    set_list(view, "others", list);
}

static json_t *item_of(const struct reader *reader, const json_t *item)
{
    json_t *view = json_object();
    const struct locale *locale = locale_find(text_of(item, "locale"));
    set(view, "href", text_of(item, "path"));
    set_language(view, locale);
    set(view, "language", locale && locale != reader->locale ? locale->name : "");
    json_object_set_new(view, "title", parts_of(json_object_get(item, "title_parts")));
    set_list(view, "snippet", parts_of(json_object_get(item, "snippet")));
    set(view, "topic", text_of(json_object_get(item, "topic"), "name"));
    set_date(reader, view, text_of(item, "published_at"));
    set_others(reader, view, item);
    return view;
}

static void set_items(const struct reader *reader, const json_t *answer)
{
    json_t *list = json_array(), *one;
    size_t i;
    json_array_foreach (json_object_get(answer, "items"), i, one)
        json_array_append_new(list, item_of(reader, one));
    set_list(reader->view, "items", list);
    const char *next = json_string_value(json_object_get(answer, "next"));
    set(reader->view, "more", next ? address_with(reader, "cursor", next) : "");
    set(reader->view, "more_title", message_text(reader->ui, "search.more"));
    set(reader->view, "feed", text_of(answer, "feed"));
    set(reader->view, "feed_title", message_text(reader->ui, "search.feed"));
}

json_t *search_view(const struct locale *locale, const struct query *query, const json_t *answer)
{
    struct reader reader = {talloc_new(NULL), locale, locale, query, json_object()};
    for (size_t i = 0; !reader.ui->catalog && i < locale->fallback_count; i++)
        reader.ui = locale->fallback[i];
    set_found(&reader, answer);
    set_notes(&reader, json_object_get(answer, "query"));
    set_places(&reader, answer);
    bool many = json_integer_value(json_object_get(answer, "total")) > 1;
    set_filters(&reader, json_object_get(answer, "facets"), many);
    set_sorts(&reader, many);
    set_items(&reader, answer);
    talloc_free(reader.ctx);
    return reader.view;
}
