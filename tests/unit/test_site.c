// The parts of the site that need no database: what each language shows and where, the files.
#include "render/site_byline.h"
#include "render/site_internal.h"
#include "render/site_listing.h"
#include "render/site_related.h"
#include "render/site_siblings.h"
#include "render/site_tree.h"

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

static struct site_catalogue *new_catalogue(void)
{
    struct site_catalogue *catalogue = talloc_zero(NULL, struct site_catalogue);
    strcpy(catalogue->day, "2026-11-02");
    catalogue->articles = talloc_zero_array(catalogue, struct site_article *, 10);
    return catalogue;
}

// Articles are added in the order of their ids.
static struct site_article *add_article(struct site_catalogue *catalogue, const char *id)
{
    struct site_article *article = talloc_zero(catalogue, struct site_article);
    article->id = id;
    article->source = locale_find("vi");
    article->editions = talloc_zero_array(article, struct site_edition *, 30);
    article->redirects = talloc_zero_array(article, struct site_redirect, 30);
    catalogue->articles[catalogue->article_count++] = article;
    return article;
}

static struct site_edition *add_edition(struct site_article *article, const char *tag,
                                        const char *slug, int64_t published)
{
    struct site_edition *edition = talloc_zero(article, struct site_edition);
    edition->article = article;
    edition->locale = locale_find(tag);
    edition->slug = edition->title = slug;
    edition->published = edition->updated = published;
    article->editions[article->edition_count++] = edition;
    return edition;
}

static const char *slug_in(const struct site_catalogue *catalogue, const char *tag, size_t article)
{
    static char slug[200];
    struct site_shelf *shelf = site_shelf_make(NULL, catalogue, locale_find(tag));
    snprintf(slug, sizeof slug, "%s", shelf->places[article].slug);
    talloc_free(shelf);
    return slug;
}

static void test_shows_the_nearest_language(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    struct site_article *article = add_article(catalogue, "a");
    struct site_edition *fr = add_edition(article, "fr", "le-pho", 1);
    // Nothing of the chain, not the source: the first there is.
    assert_ptr_equal(site_shown(article, locale_find("th")), fr);
    struct site_edition *vi = add_edition(article, "vi", "pho", 1);
    assert_ptr_equal(site_shown(article, locale_find("th")), vi);
    struct site_edition *en = add_edition(article, "en", "pho", 1);
    assert_ptr_equal(site_shown(article, locale_find("th")), en);
    assert_ptr_equal(site_shown(article, locale_find("rad")), vi);
    // A withdrawn text is not shown in place of another, but stays where it was.
    en->withdrawal = SITE_NOTICE;
    assert_ptr_equal(site_shown(article, locale_find("th")), vi);
    assert_ptr_equal(site_shown(article, locale_find("en")), en);
    vi->withdrawal = fr->withdrawal = SITE_GONE;
    assert_ptr_equal(site_shown(article, locale_find("th")), en);
    talloc_free(catalogue);
}

static void test_one_address_one_article(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    add_edition(add_article(catalogue, "a"), "en", "one", 1);
    add_edition(add_article(catalogue, "b"), "vi", "one", 1);
    add_edition(add_article(catalogue, "c"), "fr", "one", 1);
    char *second_a = site_second_slug(catalogue, "one", "a");
    char *second_b = site_second_slug(catalogue, "one", "b");
    assert_string_not_equal(second_a, second_b);
    assert_int_equal(strlen(second_a), strlen("one-12345678"));
    // In each language the text that is written in it has the address.
    assert_string_equal(slug_in(catalogue, "en", 0), "one");
    assert_string_equal(slug_in(catalogue, "en", 1), second_b);
    assert_string_equal(slug_in(catalogue, "vi", 0), second_a);
    assert_string_equal(slug_in(catalogue, "vi", 1), "one");
    assert_string_equal(slug_in(catalogue, "fr", 0), second_a);
    assert_string_equal(slug_in(catalogue, "fr", 2), "one");
    // Where nobody's own language is, the first by id.
    assert_string_equal(slug_in(catalogue, "th", 0), "one");
    assert_string_equal(slug_in(catalogue, "th", 1), second_b);
    talloc_free(catalogue);
}

static void test_earlier_addresses_lead_on(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    struct site_article *article = add_article(catalogue, "a");
    add_edition(article, "vi", "pho-bo", 10);
    add_edition(article, "en", "beef-pho", 20);
    article->redirects[article->redirect_count++] =
        (struct site_redirect){locale_find("vi"), "pho"};
    struct site_shelf *en = site_shelf_make(catalogue, catalogue, locale_find("en"));
    // The English page stood under the Vietnamese slugs before it was translated.
    assert_int_equal(en->places[0].alias_count, 2);
    assert_string_equal(en->aliases[0], "pho");
    assert_string_equal(en->aliases[1], "pho-bo");
    assert_true(site_shelf_has(en, "pho"));
    assert_true(site_shelf_has(en, "beef-pho"));
    assert_false(site_shelf_has(en, "pho-ga"));
    struct site_shelf *vi = site_shelf_make(catalogue, catalogue, locale_find("vi"));
    assert_int_equal(vi->places[0].alias_count, 1);
    // A page takes the address from an alias.
    add_edition(add_article(catalogue, "b"), "vi", "pho", 30);
    vi = site_shelf_make(catalogue, catalogue, locale_find("vi"));
    assert_int_equal(vi->places[0].alias_count, 0);
    assert_string_equal(vi->places[1].slug, "pho");
    talloc_free(catalogue);
}

static void test_barred_addresses(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    catalogue->barred = talloc_zero_array(catalogue, const char *, 2);
    catalogue->barred[0] = "pho";
    catalogue->barred[1] = "bun";
    catalogue->barred_count = 2;
    add_edition(add_article(catalogue, "a"), "vi", "bun", 10);
    struct site_shelf *shelf = site_shelf_make(catalogue, catalogue, locale_find("en"));
    // A text that stands there now is shown.
    assert_int_equal(shelf->barred_count, 1);
    assert_string_equal(shelf->barred[0], "pho");
    assert_true(site_shelf_has(shelf, "pho"));
    assert_string_equal(shelf->places[0].slug, "bun");
    talloc_free(catalogue);
}

static void test_lists_newest_first(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    add_edition(add_article(catalogue, "a"), "en", "a", 10);
    add_edition(add_article(catalogue, "b"), "en", "b", 20);
    add_edition(add_article(catalogue, "c"), "en", "c", 10);
    add_edition(add_article(catalogue, "d"), "en", "d", 30)->withdrawal = SITE_NOTICE;
    struct site_article *profile = add_article(catalogue, "e");
    profile->profile = true;
    add_edition(profile, "en", "e", 40);
    struct site_shelf *shelf = site_shelf_make(catalogue, catalogue, locale_find("en"));
    assert_int_equal(shelf->recent_count, 3);
    assert_string_equal(shelf->recent[0]->slug, "b");
    assert_string_equal(shelf->recent[1]->slug, "a");
    assert_string_equal(shelf->recent[2]->slug, "c");
    assert_ptr_equal(site_shelf_place(shelf, profile), &shelf->places[4]);
    talloc_free(catalogue);
}

static size_t related_to(const struct site_shelf *shelf, size_t place, char ret[static 8])
{
    const struct site_place *related[SITE_RELATED];
    size_t count = site_related(shelf, &shelf->places[place], related);
    for (size_t i = 0; i < count; i++)
        ret[i] = *related[i]->article->id;
    ret[count] = '\0';
    return count;
}

static void note(void *data, const struct site_place *near)
{
    ((bool *)data)[*near->article->id - 'a'] = true;
}

static void test_related(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    struct site_topic topics[] = {{.id = "food", .index = 0}, {.id = "music", .index = 1}};
    struct site_unit units[] = {{.id = "hue", .index = 0}, {.id = "ha-noi", .index = 1}};
    catalogue->topics = topics;
    catalogue->topic_count = 2;
    catalogue->units = units;
    catalogue->unit_count = 2;
    const struct site_unit *hue[] = {&units[0]}, *both[] = {&units[1], &units[0]};
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    for (size_t i = 0; i < 9; i++) {
        struct site_article *article = add_article(catalogue, ids[i]);
        article->topic = &topics[i == 8];
        add_edition(article, i == 3 ? "vi" : "en", ids[i], (int64_t)(100 - i));
    }
    catalogue->articles[0]->units = catalogue->articles[1]->units = hue;
    catalogue->articles[8]->units = both;
    catalogue->articles[0]->unit_count = catalogue->articles[1]->unit_count = 1;
    catalogue->articles[8]->unit_count = 2;
    struct site_shelf *en = site_shelf_make(catalogue, catalogue, locale_find("en"));
    char related[8];
    // The province first; then the nearest that is in the language.
    assert_int_equal(related_to(en, 0, related), 3);
    assert_string_equal(related, "bic");
    // Another's second province is not asked, and the window ends after three on either side.
    assert_int_equal(related_to(en, 8, related), 0);
    assert_int_equal(related_to(en, 4, related), 3);
    assert_string_equal(related, "fcg");
    assert_int_equal(related_to(en, 7, related), 3);
    assert_string_equal(related, "gfe");
    // Whoever may choose a text is near it.
    for (size_t i = 0; i < 9; i++) {
        bool near[9] = {false};
        site_related_near(en, &en->places[i], note, near);
        for (size_t j = 0; j < 9; j++) {
            related_to(en, j, related);
            assert_true(near[j] || !strchr(related, *ids[i]));
        }
    }
    // What is no more stands in no list.
    catalogue->articles[2]->editions[0]->withdrawal = SITE_GONE;
    en = site_shelf_make(catalogue, catalogue, locale_find("en"));
    assert_int_equal(related_to(en, 2, related), 0);
    related_to(en, 4, related);
    assert_string_equal(related, "fbg");
    talloc_free(catalogue);
}

static void test_addresses(void **state)
{
    char *url = site_encode(NULL, "/th/articles/a-เฝอ b\"/");
    assert_string_equal(url, "/th/articles/a-%E0%B9%80%E0%B8%9D%E0%B8%AD%20b%22/");
    talloc_free(url);
    char datetime[32];
    assert_string_equal(site_datetime(datetime, 0), "1970-01-01T00:00:00Z");
    assert_int_equal(site_year(1767200399), 2025); // 23:59:59 in Viet Nam
    assert_int_equal(site_year(1767200400), 2026);
}

static void test_names(void **state)
{
    json_t *names = json_pack("{s:s, s:s}", "vi", "Ẩm thực", "de", "Küche");
    const struct locale *in;
    assert_string_equal(site_name_in(names, locale_find("de"), &in), "Küche");
    assert_string_equal(site_name_in(names, locale_find("ja"), &in), "Ẩm thực");
    assert_string_equal(in->tag, "vi");
    json_object_del(names, "vi");
    assert_string_equal(site_name_in(names, locale_find("ja"), &in), "Küche");
    json_object_del(names, "de");
    assert_string_equal(site_name_in(names, locale_find("ja"), &in), "");
    assert_string_equal(in->tag, "ja");
    json_decref(names);
}

static void test_units(void **state)
{
    struct site_catalogue catalogue = {.day = "2025-06-30"};
    struct site_unit unit = {.id = "x", .to = "2025-07-01"};
    assert_false(site_unit_is_former(&catalogue, &unit));
    strcpy(catalogue.day, "2025-07-01");
    assert_true(site_unit_is_former(&catalogue, &unit));
    *unit.to = '\0';
    assert_false(site_unit_is_former(&catalogue, &unit));
}

static ssize_t read_file(int root, const char *path, char *bytes, size_t size)
{
    int file = openat(root, path, O_RDONLY);
    assert_true(file >= 0);
    ssize_t length = read(file, bytes, size);
    close(file);
    return length;
}

static void assert_file(int root, const char *path, const char *text)
{
    char found[100] = "";
    assert_true(read_file(root, path, found, sizeof found - 1) >= 0);
    assert_string_equal(found, text);
}

static void test_output(void **state)
{
    char folder[] = "/tmp/test-site-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct site_tree tree;
    struct site_output output;
    assert_int_equal(site_tree_open(folder, &tree), SEN_OK);
    assert_int_equal(site_tree_live(&tree, &output), SEN_NOT_FOUND);
    assert_int_equal(site_tree_begin(&tree, &output), SEN_OK);
    assert_int_equal(site_output_write(&output, "a/b/index.html", "one", 3), SEN_OK);
    assert_int_equal(site_tree_stamp(&output, "word"), SEN_OK);
    assert_int_equal(site_tree_live(&tree, &output), SEN_NOT_FOUND);
    assert_int_equal(site_tree_begin(&tree, &output), SEN_OK); // the unfinished one is gone
    assert_int_equal(faccessat(tree.home, "site-1.tmp", F_OK, 0), -1);
    assert_int_equal(site_output_write(&output, "a/b/index.html", "one", 3), SEN_OK);
    assert_int_equal(site_tree_stamp(&output, "word"), SEN_OK);
    assert_int_equal(site_tree_publish(&tree), SEN_OK);

    assert_int_equal(site_tree_live(&tree, &output), SEN_OK);
    assert_true(site_tree_is_stamped(&output, "word"));
    assert_false(site_tree_is_stamped(&output, "wor"));
    assert_int_equal(site_output_write(&output, "a/b/index.html", "one", 3), SEN_OK);
    assert_int_equal(output.unchanged, 1);
    assert_int_equal(site_output_write(&output, "a/b/index.html", "two", 3), SEN_OK);
    assert_int_equal(site_output_write(&output, "c/index.html", "", 0), SEN_OK);
    assert_int_equal(output.written, 2);
    assert_file(output.root, "a/b/index.html", "two");
    // A page of another status takes its place.
    assert_int_equal(site_output_write(&output, "a/b/410.html", "gone", 4), SEN_OK);
    assert_file(output.root, "a/b/410.html", "gone");
    assert_int_equal(faccessat(output.root, "a/b/index.html", F_OK, 0), -1);
    assert_int_equal(site_output_write(&output, "a/b/index.html", "two", 3), SEN_OK);
    assert_int_equal(faccessat(output.root, "a/b/410.html", F_OK, 0), -1);
    assert_int_equal(site_output_remove(&output, "a/b"), SEN_OK);
    assert_int_equal(site_output_remove(&output, "a/b"), SEN_OK);
    assert_int_equal(output.removed, 1);

    struct site_output nowhere = {.root = -1, .keep = talloc_new(NULL)};
    assert_int_equal(site_output_write(&nowhere, "a/index.html", "kept", 4), SEN_OK);
    assert_int_equal(site_output_write(&nowhere, "b/index.html", "not", 3), SEN_OK);
    assert_int_equal(nowhere.kept_length, 4);
    assert_memory_equal(nowhere.kept, "kept", 4);
    talloc_free(nowhere.keep);

    struct site_output next;
    assert_int_equal(site_tree_begin(&tree, &next), SEN_OK);
    assert_int_equal(site_output_write(&next, "index.html", "new", 3), SEN_OK);
    assert_int_equal(site_tree_publish(&tree), SEN_OK);
    assert_file(tree.home, "site/index.html", "new");
    char target[20] = "";
    assert_int_equal(readlinkat(tree.home, "site", target, sizeof target - 1), 6);
    assert_string_equal(target, "site-3");
    assert_int_equal(faccessat(tree.home, "site-2", F_OK, 0), -1);
    site_tree_close(&tree);
    assert_int_equal(site_output_erase(AT_FDCWD, folder), SEN_OK);
    assert_int_equal(access(folder, F_OK), -1);
}

static bool is_there(int root, const char *path)
{
    return !faccessat(root, path, F_OK, 0);
}

// Copies come, change and go with their file; each is there only when it is smaller.
static void test_siblings(void **state)
{
    char folder[] = "/tmp/test-site-XXXXXX", text[2000], other[2000];
    memset(text, 'x', sizeof text);
    memset(other, 'y', sizeof other);
    assert_non_null(mkdtemp(folder));
    int root = open(folder, O_RDONLY | O_DIRECTORY);
    struct site_output output = {.root = root, .live = true, .siblings = true};
    assert_true(site_siblings_wanted("a/b.webmanifest"));
    assert_false(site_siblings_wanted("a/b.woff2"));
    assert_false(site_siblings_wanted("a.html/b"));
    assert_int_equal(site_output_write(&output, "a/index.html", text, sizeof text), SEN_OK);
    assert_true(is_there(root, "a/index.html.gz"));
    assert_true(is_there(root, "a/index.html.br"));
    assert_int_equal(site_output_write(&output, "a/index.html", "short", 5), SEN_OK);
    assert_file(root, "a/index.html", "short");
    assert_false(is_there(root, "a/index.html.gz"));
    assert_false(is_there(root, "a/index.html.br"));
    // The copies go before their file: one that is as it should be needs none.
    assert_int_equal(site_output_write(&output, "a/index.html", text, sizeof text), SEN_OK);
    assert_int_equal(site_output_write(&output, "a/410.html", other, sizeof other), SEN_OK);
    assert_false(is_there(root, "a/index.html.gz"));
    assert_true(is_there(root, "a/410.html.gz"));
    assert_int_equal(site_output_remove_file(&output, "a/410.html"), SEN_OK);
    assert_int_equal(site_output_remove_file(&output, "a/410.html"), SEN_OK);
    assert_int_equal(output.removed, 1);
    assert_false(is_there(root, "a/410.html.br"));
    // A picture has none.
    assert_int_equal(site_output_write(&output, "a/b.png", text, sizeof text), SEN_OK);
    assert_false(is_there(root, "a/b.png.gz"));
    // All of a tree at once are the same as one after the other.
    struct site_output built = {.root = root};
    assert_int_equal(site_output_write(&output, "one/index.html", text, sizeof text), SEN_OK);
    assert_int_equal(site_output_write(&built, "two/x/index.html", text, sizeof text), SEN_OK);
    assert_false(is_there(root, "two/x/index.html.gz"));
    assert_int_equal(site_siblings_make(root, 3, NULL), SEN_OK);
    for (const char *const *ending = (const char *const[]){"gz", "br", NULL}; *ending; ending++) {
        char one[100], two[100], paths[2][40];
        snprintf(paths[0], sizeof paths[0], "one/index.html.%s", *ending);
        snprintf(paths[1], sizeof paths[1], "two/x/index.html.%s", *ending);
        ssize_t length = read_file(root, paths[0], one, sizeof one);
        assert_true(length > 10 && length < 100);
        assert_int_equal(read_file(root, paths[1], two, sizeof two), length);
        assert_memory_equal(one, two, length);
    }
    close(root);
    assert_int_equal(site_output_erase(AT_FDCWD, folder), SEN_OK);
}

static void test_bylines_have_addresses(void **state)
{
    struct site_catalogue *catalogue = new_catalogue();
    assert_null(site_byline_take(catalogue, NULL, 1));
    assert_null(site_byline_take(catalogue, "", 1));
    const struct site_byline *later = site_byline_take(catalogue, "Lê Hoà", 20);
    const struct site_byline *first = site_byline_take(catalogue, "Lê Hòa", 30);
    assert_ptr_equal(site_byline_take(catalogue, "Lê Hòa", 10), first);
    const struct site_byline *signs = site_byline_take(catalogue, "***", 1);
    const struct site_byline *han = site_byline_take(catalogue, "阮文安", 1);
    site_bylines_arrange(catalogue);
    assert_int_equal(catalogue->byline_count, 4);
    // Who was published first has the address; the other's is told apart by the name.
    assert_string_equal(first->slug, "le-hoa");
    assert_memory_equal(later->slug, "le-hoa-", 7);
    assert_int_equal(strlen(later->slug), strlen("le-hoa-12345678"));
    assert_int_equal(strlen(signs->slug), strlen("x-12345678"));
    assert_true(*han->slug && *han->slug != '-');
    for (size_t i = 0; i < catalogue->byline_count; i++)
        assert_int_equal(catalogue->bylines[i]->index, i);
    assert_ptr_equal(site_catalogue_byline(catalogue, "Lê Hoà"), later);
    assert_null(site_catalogue_byline(catalogue, "Lê"));
    HASH_CLEAR(hh, catalogue->byline_table);
    talloc_free(catalogue);
}

static void test_long_years_are_cut(void **state)
{
    static const struct {
        size_t texts, parts;
    } years[] = {{0, 0}, {1, 0}, {199, 0}, {200, 1}, {299, 1}, {300, 2}, {1000, 9}};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        assert_int_equal(site_listing_parts(years[i].texts), years[i].parts);
        // The year's own page has the rest: never few, never two pages' worth.
        size_t rest = years[i].texts - years[i].parts * SITE_LISTING_PART;
        assert_true(rest < 2 * SITE_LISTING_PART);
        assert_true(!years[i].parts || rest >= SITE_LISTING_PART);
    }
}

int main(void)
{
    if (locales_init())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_the_nearest_language),
        cmocka_unit_test(test_one_address_one_article),
        cmocka_unit_test(test_earlier_addresses_lead_on),
        cmocka_unit_test(test_barred_addresses),
        cmocka_unit_test(test_lists_newest_first),
        cmocka_unit_test(test_related),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_siblings),
        cmocka_unit_test(test_bylines_have_addresses),
        cmocka_unit_test(test_long_years_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
