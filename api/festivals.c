// When the festivals of the lunar calendar are kept, in the reader's words.
#include "api/problem.h"
#include "api/read.h"
#include "api/route.h"
#include "locales/format.h"
#include "locales/lunar.h"
#include "locales/message.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define YEARS "1900-2100" // those of lunar_festivals

static struct tm date_of(int64_t day)
{
    time_t noon = day * 86400 + 43200; // in Greenwich, so that it is this day in Viet Nam, too
    struct tm date;
    gmtime_r(&noon, &date);
    return date;
}

static int this_year(void)
{
    return date_of((time(NULL) + 7 * 3600) / 86400).tm_year + 1900;
}

// 0: it is none.
static int read_year(const char *text)
{
    bool digits = strlen(text) == 4 && strspn(text, "0123456789") == 4;
    return digits ? atoi(text) : 0;
}

// The lunar date in words stands only where the answer is in the calendar's own language.
static json_t *lunar_of(TALLOC_CTX *ctx, const struct lunar_date *date, bool vietnamese)
{
    return json_pack("{s:i, s:i, s:b, s:i, s:s?}", "year", date->year, "month", date->month, "leap",
                     date->leap, "day", date->day, "text",
                     vietnamese ? lunar_format(ctx, date) : NULL);
}

static json_t *festival_of(TALLOC_CTX *ctx, const struct locale *locale,
                           const struct lunar_festival *festival)
{
    struct tm date = date_of(festival->day);
    char iso[16];
    strftime(iso, sizeof iso, "%F", &date);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o}", "id", festival->id, "name",
        message_text(locale, festival->name), "date", iso, "date_text",
        format_date(ctx, locale, festival->day * 86400 + 43200 - 7 * 3600, DATE_WEEKDAY), "lunar",
        lunar_of(ctx, &festival->date, strcmp(locale->tag, "vi") == 0));
}

static enum step_result step_list(struct request *request)
{
    static const char *const known[] = {"year", "locale"};
    struct lunar_festival festivals[LUNAR_FESTIVALS];
    if (query_read(request, known, 2) == DONE)
        return DONE;
    const char *asked = query_get(&request->query, "locale");
    if (asked && !locale_match(asked, strlen(asked)))
        return request_problem(request, 400, "unknown_locale", "locale", asked);
    const char *year = query_get(&request->query, "year");
    if (lunar_festivals(year ? read_year(year) : this_year(), festivals) != 0)
        return request_problem(request, 400, "limit", "year", YEARS);
    // A language without words of its own reads those of the one that stands in for it.
    const struct locale *locale = message_locale(problem_locale(request), festivals[0].name);
    json_t *items = json_array();
    for (size_t i = 0; i < LUNAR_FESTIVALS; i++)
        json_array_append_new(items, festival_of(request, locale, &festivals[i]));
    json_t *body = json_pack("{s:o, s:n}", "items", items, "next");
    char *headers = talloc_asprintf(request,
                                    "Access-Control-Allow-Origin: *\r\nVary: Accept-Language\r\n"
                                    "Content-Language: %s\r\n",
                                    locale->tag);
    request_reply_json(request, 200, headers, body);
    json_decref(body);
    return DONE;
}

static const struct step list[] = {{"list", step_list}, {0}};

extern const struct route festival_routes[];
const struct route festival_routes[] = {
    {METHOD_GET, "/v1/festivals", .steps = list},
    {0},
};
