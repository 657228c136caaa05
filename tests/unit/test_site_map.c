// Sitemaps of more addresses than one file may have.
#include "render/site_internal.h"
#include "render/site_shelf.h"

// cmocka.h needs these four before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct portal {
    struct site site;
    struct site_catalogue catalogue;
    struct site_wing wing;
    struct site_output output;
    char folder[32];
};

static void add_articles(struct portal *portal, size_t count)
{
    struct site_catalogue *c = &portal->catalogue;
    c->articles = talloc_zero_array(portal, struct site_article *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct site_article *article = talloc_zero(c->articles, struct site_article);
        struct site_edition *edition = talloc_zero(article, struct site_edition);
        article->id = talloc_asprintf(article, "a%04zu", i);
        article->kind = "news";
        article->source = locale_find("vi");
        article->editions = talloc_zero_array(article, struct site_edition *, 1);
        article->editions[article->edition_count++] = edition;
        edition->article = article;
        edition->locale = locale_find("vi");
        edition->slug = edition->title = article->id;
        edition->published = edition->updated = (int64_t)i + 1;
        c->articles[c->article_count++] = article;
    }
}

static struct portal *new_portal(size_t articles, size_t limit)
{
    struct portal *portal = talloc_zero(NULL, struct portal);
    strcpy(portal->catalogue.day, "2026-11-02");
    add_articles(portal, articles);
    portal->wing.locale = locale_find("vi");
    portal->wing.shelf = site_shelf_make(portal, &portal->catalogue, portal->wing.locale);
    portal->wing.ui = portal->wing.shelf->ui;
    portal->site = (struct site){
        .origin = "https://portal.example",
        .catalogue = &portal->catalogue,
        .wings = &portal->wing,
        .wing_count = 1,
        .output = &portal->output,
        .map_urls = limit,
    };
    return portal;
}

static void write_into(struct portal *portal, int root, bool live)
{
    portal->output.root = root;
    portal->output.live = live;
    assert_int_equal(site_write_map(&portal->site, &portal->wing), SEN_OK);
    assert_int_equal(site_write_map_index(&portal->site), SEN_OK);
}

// How often a word stands in a file; -1: there is no such file.
static int count_in(int root, const char *name, const char *word)
{
    static char text[1 << 20];
    int fd = openat(root, name, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, sizeof text - 1);
    assert_true(length >= 0);
    text[length] = '\0';
    close(fd);
    int count = 0;
    for (const char *at = text; (at = strstr(at, word)); at++)
        count++;
    return count;
}

static void test_splits_at_the_limit(void **state)
{
    char folder[] = "/tmp/sen-map-XXXXXX";
    assert_non_null(mkdtemp(folder));
    int root = open(folder, O_RDONLY | O_DIRECTORY);
    struct portal *portal = new_portal(0, SITE_MAP_URLS);
    write_into(portal, root, false);
    int lists = count_in(root, "sitemap-vi.xml", "<url>");
    assert_true(lists > 0);
    talloc_free(portal);

    // Exactly as many as fit, then one more.
    portal = new_portal(100 - (size_t)lists, 100);
    write_into(portal, root, true);
    assert_int_equal(count_in(root, "sitemap-vi.xml", "<url>"), 100);
    assert_int_equal(count_in(root, "sitemap-vi-2.xml", "<url>"), -1);
    talloc_free(portal);
    portal = new_portal(101 - (size_t)lists, 100);
    write_into(portal, root, true);
    assert_int_equal(count_in(root, "sitemap-vi.xml", "<url>"), 100);
    assert_int_equal(count_in(root, "sitemap-vi-2.xml", "<url>"), 1);
    assert_int_equal(count_in(root, "sitemap.xml", "sitemap-vi"), 2);
    talloc_free(portal);

    // Many parts, and what is left of them when there are fewer.
    portal = new_portal(450 - (size_t)lists, 100);
    write_into(portal, root, true);
    assert_int_equal(count_in(root, "sitemap-vi-5.xml", "<url>"), 50);
    assert_int_equal(count_in(root, "sitemap.xml", "sitemap-vi"), 5);
    talloc_free(portal);
    portal = new_portal(150 - (size_t)lists, 100);
    write_into(portal, root, true);
    assert_int_equal(count_in(root, "sitemap-vi-2.xml", "<url>"), 50);
    for (unsigned part = 3; part <= 5; part++) {
        char name[32];
        snprintf(name, sizeof name, "sitemap-vi-%u.xml", part);
        assert_int_equal(count_in(root, name, "<url>"), -1);
    }
    talloc_free(portal);
    assert_int_equal(site_output_erase(AT_FDCWD, folder), SEN_OK);
    close(root);
}

static void test_news_are_of_two_days_and_at_most_a_thousand(void **state)
{
    char folder[] = "/tmp/sen-map-XXXXXX";
    assert_non_null(mkdtemp(folder));
    int root = open(folder, O_RDONLY | O_DIRECTORY);
    struct portal *portal = new_portal(1005, SITE_MAP_URLS);
    write_into(portal, root, true);
    assert_int_equal(count_in(root, SITE_NEWS_MAP, "<url>"), 1000);
    assert_int_equal(count_in(root, SITE_NEWS_MAP, "/a1004/"), 1);
    assert_int_equal(count_in(root, SITE_NEWS_MAP, "/a0004/"), 0);
    assert_int_equal(count_in(root, "sitemap.xml", SITE_NEWS_MAP), 1);
    talloc_free(portal);
    // No texts, no map.
    portal = new_portal(0, SITE_MAP_URLS);
    write_into(portal, root, true);
    assert_int_equal(count_in(root, SITE_NEWS_MAP, "<url>"), -1);
    assert_int_equal(count_in(root, "sitemap.xml", SITE_NEWS_MAP), 0);
    talloc_free(portal);
    assert_int_equal(site_output_erase(AT_FDCWD, folder), SEN_OK);
    close(root);
}

int main(void)
{
    if (locales_init())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits_at_the_limit),
        cmocka_unit_test(test_news_are_of_two_days_and_at_most_a_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
