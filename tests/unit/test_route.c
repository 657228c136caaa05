// The table of routes: each is reached by its path, and only by its methods.
#include "api/route.h"

#include "locales/locale.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static TALLOC_CTX *ctx;
static struct request *request; // of the last search
static const struct route *found;
static char *allow;

static int setup(void **state)
{
    ctx = talloc_new(NULL);
    return locales_init();
}

static int teardown(void **state)
{
    return talloc_free(ctx);
}

static enum route_found search(enum method method, const char *path)
{
    request = talloc_zero(ctx, struct request);
    request->method = method;
    request->path = talloc_strdup(request, path);
    found = NULL;
    allow = NULL;
    return route_find(request, &found, &allow);
}

// An address that a route answers, with a query.
static char *example(const struct route *route)
{
    char *path = talloc_strdup(ctx, "");
    for (const char *at = route->path; *at; at++) {
        if (*at == '{') {
            path = talloc_strdup_append(path, "some%20thing");
            at = strchr(at, '}');
        } else {
            path = talloc_asprintf_append(path, "%c", *at);
        }
    }
    return talloc_strdup_append(path, "?a=b/c");
}

static void test_every_route(void **state)
{
    size_t count = 0;
    for (const struct route *const *table = route_tables; *table; table++)
        for (const struct route *route = *table; route->path; route++, count++) {
            char *path = example(route);
            assert_int_equal(search(route->method, path), ROUTE_FOUND);
            if (found != route)
                fail_msg("%s is taken by %s", route->path, found->path);
            size_t parameters = 0;
            for (const char *at = route->path; (at = strchr(at, '{')); at++)
                assert_string_equal(request->parameters[parameters++], "some thing");
            assert_true(!strchr(route->path, '*') == !request->parameters[parameters]);
            assert_int_equal(!!route->read + !!route->operation + !!route->steps, 1);
            if (route->method == METHOD_GET) {
                assert_int_equal(search(METHOD_HEAD, path), ROUTE_FOUND);
                assert_ptr_equal(found, route);
            }
        }
    assert_true(count > 25);
    routes_check(); // every statement is there
}

static void test_other_methods(void **state)
{
    static const struct {
        enum method method;
        const char *path, *allow;
    } rows[] = {
        {METHOD_DELETE, "/v1/articles", "GET, HEAD, POST, OPTIONS"},
        {METHOD_OPTIONS, "/v1/articles", "GET, HEAD, POST, OPTIONS"},
        {METHOD_OTHER, "/v1/articles", "GET, HEAD, POST, OPTIONS"},
        {METHOD_PUT, "/v1/articles?a=b", "GET, HEAD, POST, OPTIONS"},
        {METHOD_POST, "/v1/articles/x/texts/vi", "GET, HEAD, PUT, DELETE, OPTIONS"},
        {METHOD_POST, "/v1/media/x", "GET, HEAD, OPTIONS"},
        {METHOD_POST, "/vi/", "GET, HEAD, OPTIONS"},
        {METHOD_POST, "/nowhere", "GET, HEAD, OPTIONS"},
        {METHOD_OPTIONS, "*", "GET, HEAD, OPTIONS"},
        {METHOD_OPTIONS, "/v1/articles/x/texts/vi/publish", "POST, OPTIONS"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(search(rows[i].method, rows[i].path), ROUTE_OTHER_METHOD);
        assert_string_equal(allow, rows[i].allow);
    }
}

// What only looks like a route is the site's to answer.
static void test_near_misses(void **state)
{
    static const char *const paths[] = {
        "/v1/article",
        "/v1/articles/",
        "/v1/articles/a/b",
        "/v1/articles//texts",
        "/v1",
        "/V1/articles",
        "/healthy",
        "/health/",
        "/v1/articles/%2e%2e%2f",
        "/v1/articles/%00",
        "/v1/articles/%ff",
        "/v1/articles/%zz",
        "/feeds/vi",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(search(METHOD_GET, paths[i]), ROUTE_FOUND);
        assert_string_equal(found->path, "/*");
    }
    assert_int_equal(search(METHOD_GET, "*"), ROUTE_NONE);
}

static void test_parameters(void **state)
{
    assert_int_equal(search(METHOD_GET, "/v1/articles/H%C3%A0%20N%E1%BB%99i?locale=vi"),
                     ROUTE_FOUND);
    assert_string_equal(request->parameters[0], "Hà Nội");
    assert_null(request->parameters[1]);
    assert_int_equal(search(METHOD_PUT, "/v1/articles/a+b/texts/zh-Hans"), ROUTE_FOUND);
    assert_string_equal(request->parameters[0], "a+b");
    assert_string_equal(request->parameters[1], "zh-Hans");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route),
        cmocka_unit_test(test_other_methods),
        cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_parameters),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
