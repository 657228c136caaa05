#include "api/route.h"

#include "content/base/log.h"
#include "content/db.h"

#include <stdlib.h>
#include <string.h>

// Match one path against a pattern: "{name}" is one segment, a last "*" the rest. Captured segments
// are decoded into parameters. False also when a segment cannot be decoded.
static bool match(struct request *request, const char *pattern, const char **parameters)
{
    const char *path = request->path;
    size_t count = 0;
    while (*pattern) {
        if (*pattern == '*') {
            parameters[count] = path_decode(request, path, 0); // the rest is the handler's to read
            return true;
        }
        if (*pattern == '{') {
            size_t length = strcspn(path, "/?");
            if (!length || count == PATH_PARAMETERS_MAX)
                return false;
            parameters[count] = path_decode(request, path, length);
            if (!parameters[count++])
                return false;
            path += length;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path || *path == '?';
}

static const char *const method_names[] = {"GET",   "HEAD",   "POST",   "PUT",
                                           "PATCH", "DELETE", "OPTIONS"};

static char *add_method(char *allow, enum method method)
{
    if (strstr(allow, method_names[method]))
        return allow;
    return talloc_asprintf_append(allow, "%s%s", *allow ? ", " : "", method_names[method]);
}

enum route_found route_find(struct request *request, const struct route **ret, char **ret_allow)
{
    enum method wanted = request->method == METHOD_HEAD ? METHOD_GET : request->method;
    char *allow = NULL;
    for (const struct route *const *table = route_tables; *table; table++) {
        for (const struct route *route = *table; route->path; route++) {
            // A plain look at the first bytes spares most routes the walk.
            const char *parameters[PATH_PARAMETERS_MAX] = {0};
            size_t fixed = strcspn(route->path, "{*");
            if (strncmp(route->path, request->path, fixed) != 0 ||
                !match(request, route->path, parameters))
                continue;
            // A path that takes other methods is not a page of the site.
            if (allow && route->path[1] == '*')
                continue;
            if (route->method == wanted) {
                memcpy(request->parameters, parameters, sizeof parameters);
                *ret = route;
                return ROUTE_FOUND;
            }
            // The catch-all of the site is no reason to say that a path exists.
            if (route->path[1] == '*')
                continue;
            if (!allow)
                allow = talloc_strdup(request, "");
            allow = add_method(allow, route->method);
            if (route->method == METHOD_GET)
                allow = add_method(allow, METHOD_HEAD);
        }
    }
    if (!allow && request->method == METHOD_OPTIONS)
        allow = talloc_strdup(request, "GET, HEAD");
    if (!allow && wanted != METHOD_GET)
        allow = talloc_strdup(request, "GET, HEAD");
    if (!allow)
        return ROUTE_NONE;
    *ret_allow = add_method(allow, METHOD_OPTIONS);
    return ROUTE_OTHER_METHOD;
}

void routes_check(void)
{
    for (const struct route *const *table = route_tables; *table; table++)
        for (const struct route *route = *table; route->path; route++)
            if (route->read)
                db_statement(route->read->statement);
}
