#include "render/site_linked.h"

#include <stdlib.h>
#include <string.h>

json_t *site_node(const char *type, const char *id)
{
    json_t *node = json_object();
    site_set(node, "@type", type);
    site_set(node, "@id", id);
    return node;
}

json_t *site_node_reference(const char *id)
{
    json_t *node = json_object();
    site_set(node, "@id", id);
    return node;
}

static void set_address(json_t *node, const char *key, const struct site *site, const char *path)
{
    json_object_set_new(node, key, json_sprintf("%s%s", site->origin, path));
}

json_t *site_publisher_reference(const struct site *site)
{
    json_t *node = json_object();
    set_address(node, "@id", site, "/#publisher");
    return node;
}

json_t *site_website_reference(const struct site *site, const struct site_wing *wing)
{
    json_t *node = json_object();
    json_object_set_new(node, "@id",
                        json_sprintf("%s/%s/#website", site->origin, wing->locale->tag));
    return node;
}

static json_t *logo_of(const struct site *site)
{
    json_t *logo = site_node("ImageObject", NULL);
    set_address(logo, "url", site, json_string_value(json_object_get(site->theme->asset, "logo")));
    return logo;
}

static json_t *publisher_of(const struct site *site, const struct site_wing *wing)
{
    json_t *node = site_node("NewsMediaOrganization", NULL);
    set_address(node, "@id", site, "/#publisher");
    site_set(node, "name", message_text(wing->ui, "site.name"));
    set_address(node, "url", site, "/");
    json_object_set_new(node, "logo", logo_of(site));
    return node;
}

// Where the portal speaks of itself it also says by which rules it works and how it is reached.
static bool speaks_of_itself(const char *kind)
{
    static const char *const kinds[] = {"home", "about", "press", "correction-index"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0)
            return true;
    return false;
}

static void set_rules(const struct site *site, const struct site_wing *wing, json_t *publisher)
{
    static const struct {
        const char *property, *path;
    } rules[] = {
        {"publishingPrinciples", "about/"},
        {"ethicsPolicy", "about/"},
        {"correctionsPolicy", "corrections/"},
    };
    const char *tag = wing->locale->tag, *contact = site->settings->contact;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        json_object_set_new(publisher, rules[i].property,
                            json_sprintf("%s/%s/%s", site->origin, tag, rules[i].path));
    json_t *point = site_node("ContactPoint", NULL);
    site_set(point, "contactType", "editorial");
    json_object_set_new(point, "url", json_sprintf("%s/%s/press/", site->origin, tag));
    if (contact && *contact)
        site_set(point, "email", contact);
    site_set(point, "availableLanguage", tag);
    json_object_set_new(publisher, "contactPoint", point);
}

static json_t *website_of(const struct site *site, const struct site_wing *wing)
{
    const char *tag = wing->locale->tag;
    json_t *node = site_node("WebSite", NULL);
    json_object_set_new(node, "@id", json_sprintf("%s/%s/#website", site->origin, tag));
    json_object_set_new(node, "url", json_sprintf("%s/%s/", site->origin, tag));
    site_set(node, "name", message_text(wing->ui, "site.name"));
    site_set(node, "description", message_text(wing->ui, "site.description"));
    site_set(node, "inLanguage", tag);
    json_object_set_new(node, "publisher", site_publisher_reference(site));
    json_t *target = site_node("EntryPoint", NULL), *search = site_node("SearchAction", NULL);
    json_object_set_new(target, "urlTemplate",
                        json_sprintf("%s/%s/search/?q={search_term_string}", site->origin, tag));
    json_object_set_new(search, "target", target);
    site_set(search, "query-input", "required name=search_term_string");
    json_object_set_new(node, "potentialAction", search);
    return node;
}

json_t *site_linked_home(const struct site *site, const struct site_wing *wing)
{
    return json_pack("[o]", website_of(site, wing));
}

// What kind of page the body's class stands for; the others have a node of their own that says it.
static const char *type_of(const char *kind)
{
    static const struct {
        const char *kind, *type;
    } types[] = {
        {"about", "AboutPage"},
        {"accessibility", "AboutPage"},
        {"correction-index", "CollectionPage"},
        {"person", "ProfilePage"},
        {"people", "CollectionPage"},
        {"press", "ContactPage"},
        {"provinces", "CollectionPage"},
        {"reuse", "AboutPage"},
        {"search", "SearchResultsPage"},
        {"section", "CollectionPage"},
        {"topic", "CollectionPage"},
        {"topic-index", "CollectionPage"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].kind, kind) == 0)
            return types[i].type;
    return "WebPage";
}

static json_t *page_node(const struct site *site, const struct site_wing *wing,
                         const struct site_page *page, const char *url)
{
    json_t *node = site_node(type_of(page->kind), url);
    site_set(node, "url", url);
    site_set(node, "name", page->title);
    site_set(node, "description", page->description);
    site_set(node, "inLanguage", wing->ui->tag);
    json_object_set_new(node, "isPartOf", site_website_reference(site, wing));
    json_object_set_new(node, "publisher", site_publisher_reference(site));
    return node;
}

static void add_crumb(json_t *list, const char *name, json_t *url)
{
    json_t *item = site_node("ListItem", NULL);
    json_object_set_new(item, "position", json_integer((json_int_t)json_array_size(list) + 1));
    site_set(item, "name", name);
    json_object_set_new(item, "item", url);
    json_array_append_new(list, item);
}

// The way to the page as readers see it, and the page itself at its end.
static json_t *breadcrumbs(const struct site *site, const struct site_page *page, const char *url,
                           const json_t *crumbs)
{
    json_t *node = site_node("BreadcrumbList", NULL), *list = json_array(), *crumb;
    size_t i;
    json_array_foreach (crumbs, i, crumb) {
        const char *href = json_string_value(json_object_get(crumb, "href"));
        if (href && *href)
            add_crumb(list, json_string_value(json_object_get(crumb, "name")),
                      json_sprintf("%s%s", site->origin, href));
    }
    add_crumb(list, page->title, json_string(url));
    json_object_set_new(node, "itemListElement", list);
    return node;
}

// As text that can stand in a script element: "<" is nowhere in it, so nothing can end the element
// (HTML, 4.12.1.3). JSON has it in strings only, where an escape means the same.
static char *text_of(const json_t *linked)
{
    static const char escape[] = "\\u003c";
    char *plain = json_dumps(linked, JSON_COMPACT), *at, *out;
    size_t signs = 0;
    for (at = plain; *at; at++)
        signs += *at == '<';
    char *text = out = talloc_size(NULL, (size_t)(at - plain) + signs * strlen(escape) + 1);
    for (at = plain; *at; at++) {
        if (*at == '<')
            out = (char *)memcpy(out, escape, strlen(escape)) + strlen(escape);
        else
            *out++ = *at;
    }
    *out = '\0';
    free(plain);
    return text;
}

void site_set_linked(const struct site *site, const struct site_wing *wing,
                     const struct site_page *page, const char *url, bool canonical, json_t *view)
{
    const json_t *crumbs = json_object_get(view, "crumbs");
    json_t *graph = json_array();
    if (canonical) {
        if (page->linked)
            json_array_extend(graph, page->linked);
        if (!page->text)
            json_array_append_new(graph, page_node(site, wing, page, url));
        json_t *publisher = publisher_of(site, wing);
        if (speaks_of_itself(page->kind))
            set_rules(site, wing, publisher);
        json_array_append_new(graph, publisher);
    }
    if (json_array_size(crumbs))
        json_array_append_new(graph, breadcrumbs(site, page, url, crumbs));
    json_t *linked = json_pack("{s:s, s:o}", "@context", "https://schema.org", "@graph", graph);
    if (json_array_size(graph)) {
        char *text = text_of(linked);
        site_set(view, "linked", text);
        talloc_free(text);
    }
    json_decref(linked);
}
