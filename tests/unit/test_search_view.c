// What readers see of a search's answer.
#include "api/search_view.h"

#include "locales/embedded.h"
#include "render/mustache.h"

// cmocka.h needs these four before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <utstring.h>

extern const struct embedded site_templates[];

static const char answer_text[] =
    "{'query': {'text': 'hanio <b>', 'corrected': [{'from': 'hanio', 'to': 'hanoi'}], 'relaxed': "
    "true},"
    "'total': 21, 'places': [{'id': 'ha-noi', 'name': 'Hà Nội', 'path': '/en/provinces/ha-noi/'}],"
    "'items': [{'id': 'a', 'kind': 'feature', 'locale': 'ar', 'languages': ['en', 'vi', 'ar'],"
    "  'path': '/en/articles/a/', 'title': 'A & B', 'topic': {'id': 'food', 'name': 'Food'},"
    "  'published_at': '2025-03-01T08:00:00Z',"
    "  'title_parts': [{'text': 'A & '}, {'text': 'B', 'hit': true}],"
    "  'snippet': [{'text': 'where '}, {'text': 'B', 'hit': true}, {'text': ' is'}]},"
    " {'id': 'c', 'kind': 'news', 'locale': 'en', 'languages': ['en'], 'path': '/en/articles/c/',"
    "  'title': 'C', 'topic': null, 'published_at': '2025-03-02T08:00:00Z',"
    "  'title_parts': [{'text': 'C'}], 'snippet': []}],"
    "'facets': {'language': [{'value': 'ar', 'name': 'العربية', 'count': 1}],"
    "  'topic': [{'value': 'food', 'name': 'Food', 'count': 20}, {'value': 'music', 'name': "
    "'Music', 'count': 1}],"
    "  'year': [{'value': '2025', 'name': '2025', 'count': 21}, {'value': '2024', 'name': '2024', "
    "'count': 1234}]},"
    "'feed': '/feeds/en/search/atom.xml?q=hanio', 'next': 'abc'}";

static json_t *answer(void)
{
    char text[sizeof answer_text];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = answer_text[i] == '\'' ? '"' : answer_text[i];
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

static struct query query_of(const char *topic)
{
    struct query query = {.count = 0};
    query.parameters[query.count++] = (struct query_parameter){"q", "hanio <b>"};
    query.parameters[query.count++] = (struct query_parameter){"locale", "en"};
    query.parameters[query.count++] = (struct query_parameter){"cursor", "old"};
    if (topic)
        query.parameters[query.count++] = (struct query_parameter){"topic", topic};
    return query;
}

static char *page_of(const char *tag, const struct query *query, const json_t *json)
{
    struct mustache *template;
    char *error;
    UT_string out;
    assert_int_equal(mustache_compile(NULL, "results", site_templates, &template, &error), 0);
    json_t *view = search_view(locale_find(tag), query, json);
    utstring_init(&out);
    mustache_render(template, view, &out);
    char *page = talloc_strdup(NULL, utstring_body(&out));
    utstring_done(&out);
    json_decref(view);
    talloc_free(template);
    return page;
}

static void assert_has(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("no %s in\n%s", text, page);
}

static void test_everything_is_said(void **state)
{
    struct query query = query_of("food");
    json_t *json = answer();
    char *page = page_of("en", &query, json);
    assert_has(page, "21 results for “\u2068hanio &lt;b&gt;\u2069”");
    assert_has(page, "Nothing has “\u2068hanio\u2069”. These results are for “\u2068hanoi\u2069”.");
    assert_has(page, "Nothing has all of these words.");
    assert_has(page, "<a href=\"/en/provinces/ha-noi/\">");
    assert_has(page,
               "<a href=\"/en/articles/a/\" lang=\"ar\" dir=\"rtl\">A &amp; <mark>B</mark></a>");
    assert_has(page, "<p class=\"snippet\" lang=\"ar\" dir=\"rtl\">where <mark>B</mark> is</p>");
    assert_has(page, "<span class=\"tag\" lang=\"ar\" dir=\"rtl\">العربية</span>");
    assert_has(page, "Also in 2 other languages");
    assert_has(page, "<time datetime=\"2025-03-01T08:00:00Z\">1 March 2025</time>");
    assert_has(page, "href=\"/feeds/en/search/atom.xml?q=hanio\"");
    assert_null(strstr(page, "<b>"));
    talloc_free(page);
    json_decref(json);
}

static void test_filters_are_addresses(void **state)
{
    struct query query = query_of("food");
    json_t *json = answer();
    char *page = page_of("en", &query, json);
    // What is on is taken off by its own link; another takes its place; the page begins anew.
    assert_has(page, "<a href=\"?q=hanio%20%3Cb%3E\" aria-current=\"true\" aria-label=\"Remove the "
                     "filter “\u2068"
                     "Food\u2069”\">");
    assert_has(
        page, "<a href=\"?q=hanio%20%3Cb%3E&amp;topic=music\"><bdi>Music</bdi> <span>1</span></a>");
    assert_has(page, "<a href=\"?q=hanio%20%3Cb%3E&amp;topic=food&amp;year=2024\"><bdi>2024</bdi> "
                     "<span>1,234</span></a>");
    assert_has(page,
               "<a href=\"?q=hanio%20%3Cb%3E&amp;sort=newest&amp;topic=food\">Newest first</a>");
    assert_has(page, "rel=\"next\" href=\"?q=hanio%20%3Cb%3E&amp;topic=food&amp;cursor=abc\"");
    // One value alone is no choice.
    assert_null(strstr(page, "<summary>Language</summary>"));
    assert_has(page, "<summary>Topic</summary>");
    talloc_free(page);
    json_decref(json);
}

static void test_nothing_is_found(void **state)
{
    struct query query = query_of("science");
    json_t *json = answer();
    json_object_set_new(json, "total", json_integer(0));
    json_object_set_new(json, "items", json_array());
    json_object_set_new(json, "next", json_null());
    char *page = page_of("en", &query, json);
    assert_has(page, "Nothing was found for “\u2068hanio &lt;b&gt;\u2069”.");
    // The filter that may be why is there to be removed.
    assert_has(page, "<ul class=\"chips chosen\">");
    assert_has(page, "<bdi>science</bdi>");
    assert_null(strstr(page, "class=\"hits\""));
    assert_null(strstr(page, "rel=\"next\""));
    talloc_free(page);
    json_decref(json);
}

static void test_a_language_without_words_of_its_own(void **state)
{
    struct query query = query_of(NULL);
    json_t *json = answer();
    char *page = page_of("rad", &query, json);
    assert_has(page, "ngày 1 tháng 3 năm 2025");
    assert_has(page, "<span class=\"tag\" lang=\"en\" dir=\"ltr\">English</span>");
    talloc_free(page);
    json_decref(json);
}

static int start(void **state)
{
    return locales_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_said),
        cmocka_unit_test(test_filters_are_addresses),
        cmocka_unit_test(test_nothing_is_found),
        cmocka_unit_test(test_a_language_without_words_of_its_own),
    };
    return cmocka_run_group_tests_name("search_view", tests, start, NULL);
}
