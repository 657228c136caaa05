// What the files of the site builder share. render/site.h is what others see.
#pragma once

#include "content/base/settings.h"
#include "locales/format.h"
#include "locales/message.h"
#include "render/site_output.h"
#include "render/site_theme.h"

#define SITE_UNIT_CARDS 12 // on a province's page

// One language's part of the site.
struct site_wing {
    const struct locale *locale, *ui;
    struct site_shelf *shelf;
    json_t *look; // of site_look_make
};

#define SITE_MAP_URLS 50000 // addresses in a sitemap, by its protocol

struct site {
    const struct settings *settings;
    const char *origin; // without a slash at the end
    const struct site_theme *theme;
    struct site_catalogue *catalogue;
    struct site_wing *wings; // the enabled locales, in registry order
    size_t wing_count;
    struct site_output *output;
    UT_string *page; // what is being rendered
    bool preview;    // pages say that they are one
    size_t map_urls; // SITE_MAP_URLS
};

// The body of a text, ready to be shown.
struct site_text {
    int64_t id; // of the edition
    const char *html;
    size_t html_length;
    const char *toc; // JSON
    unsigned words;
    const char *author, *licence, *method; // author, licence: NULL when not given
    const char *sources;                   // JSON: [{"title", "url"}]
    bool proofread;
    int64_t followed;    // when the edition it was translated from was published; 0: not known
    const char *history; // JSON: [{"version", "at", "kind", "note", "reason"}]; NULL: one version
};

// Which languages a page really exists in, and where it stands in each; made once for all of them.
struct site_versions {
    const char **urls; // by wing: the path, percent-encoded, NULL: no page at all
    bool *real;        // by wing: in the language it claims to be in
};

// site_view.c: the parts that views are made of. Everything hangs on ctx or is a new reference.

// A path as it stands in an address: what is not allowed there is percent-encoded (RFC 3986).
char *site_encode(TALLOC_CTX *ctx, const char *path);
// An address that somebody wrote: what is an escape or a sign of its own there stays.
char *site_encode_address(TALLOC_CTX *ctx, const char *address);
char *site_place_url(TALLOC_CTX *ctx, const struct site_wing *wing, const struct site_place *place);
// Where its text is read: of a profile, the page of its unit.
char *site_place_href(TALLOC_CTX *ctx, const struct site_wing *wing,
                      const struct site_place *place);
// Append to the literal of an SQL array ("{" at first): quoted, since an id may hold any character.
char *site_add_id(char *list, const char *id);
const char *site_datetime(char buffer[static 32], int64_t seconds);
int site_year(int64_t seconds); // in Viet Nam

void site_set(json_t *view, const char *key, const char *value); // NULL sets nothing
void site_set_list(json_t *view, const char *key, json_t *list); // and "has_<key>"
// "lang" and "dir" under these names, when the text is not in the wing's language.
void site_set_language(json_t *view, const struct site_wing *wing, const struct locale *in);

// The name of a unit for readers of a locale, and the language it is in.
const char *site_unit_name(const struct site_unit *unit, const struct locale *locale,
                           const struct locale **ret_in);
json_t *site_unit_link(const struct site_wing *wing, const struct site_unit *unit);
json_t *site_topic_link(const struct site_wing *wing, const struct site_topic *topic);
json_t *site_card(const struct site *site, const struct site_wing *wing,
                  const struct site_place *place);
json_t *site_picture(const struct site_wing *wing, const struct site_edition *shown);
// What a licence is called, and its address when it is a known one: name, url.
json_t *site_licence(const char *id);
// [{"title", "url"}] of site_text.sources; url is "" where it leads nowhere on the web.
json_t *site_sources(const char *text);
// What a text says of itself: author, agency, licence, sources, how it was made.
void site_set_origin(const struct site *site, const struct site_wing *wing, json_t *view,
                     const struct site_edition *shown, const struct site_text *text);
// The notices above a text: it is shown in another language; it is a translation, made so and so,
// and its original has changed since, more or less.
void site_set_notices(const struct site *site, const struct site_wing *wing, json_t *view,
                      const struct site_edition *shown, const struct site_text *text);

// site_history.c: the corrections of a text, and its versions.
void site_set_history(const struct site_wing *wing, json_t *view, const struct site_text *text);

// site_head.c: the head of a page, its language switcher, its end.

// A page whose words are the program's own: real wherever there is a catalog. path follows
// "/<locale>/".
void site_versions_of_path(TALLOC_CTX *ctx, const struct site *site, const char *path,
                           struct site_versions *ret);
void site_versions_of_article(TALLOC_CTX *ctx, const struct site *site,
                              const struct site_article *article, struct site_versions *ret);
// The wing whose version is canonical: its own when that is real, else that of the language it
// shows instead.
size_t site_canonical_wing(const struct site *site, const struct site_wing *wing,
                           const struct site_versions *versions, const struct locale *shown);
json_t *site_alternates(const struct site *site, const struct site_versions *versions);

struct site_page {
    enum site_template template;
    const char *kind; // class of the body
    const char *title;
    const struct locale *title_in;        // its language; NULL: the interface's
    const char *description;              // in shown; NULL: none
    const struct site_versions *versions; // NULL: a page that search engines shall not list
    json_t *alternates;                   // of the versions; borrowed
    const struct locale *shown;           // the language of what it shows
    const char *path;                     // of the file, below the root
    const char *feed;                     // below /feeds/<locale>/: "topics/x/"; NULL: no feed
    const struct site_edition *text;      // for those who share it; NULL: a list
    const struct site_edition *card; // whose card stands for it; NULL: text's, else the portal's
    json_t *linked;                  // see site_linked.h; taken over; NULL: nothing of its own
};

// Begin a view with the shared parts; a new reference.
json_t *site_view(const struct site_wing *wing);
// Complete the view (takes it over), render it and write the page.
int site_page_write(const struct site *site, const struct site_wing *wing,
                    const struct site_page *page, json_t *view) SEN_MUST_CHECK;
// A page that says where the text is now and leads there.
int site_write_moved(const struct site *site, const struct site_wing *wing, const char *path,
                     const char *href, const char *canonical, const char *title,
                     const struct locale *in) SEN_MUST_CHECK;
json_t *site_crumbs(const struct site_wing *wing, json_t *second); // home › second (may be NULL)

// site_article.c
int site_write_article(const struct site *site, const struct site_article *article,
                       const struct site_text *const *texts) SEN_MUST_CHECK; // texts: by wing
// Its page in one language.
int site_write_article_in(const struct site *site, const struct site_wing *wing,
                          const struct site_article *article,
                          const struct site_text *text) SEN_MUST_CHECK;
// The word that nothing may be shown, at each of the wing's addresses where that is so.
int site_write_barred(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;

// site_list_table.c: the pages of which every wing has a fixed small number, and which read nothing
// but the catalogue. All are rendered again at every change and written when their bytes differ, so
// nothing has to know what touches them.
struct site_list {
    const char *name; // for the log
    int (*write)(const struct site *site, const struct site_wing *wing);
};
extern const struct site_list site_lists[]; // ends with {0}
// All of a wing's.
int site_write_lists(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
// The texts of each topic, kind and author; touched: only of these; NULL: of all.
struct site_touched;
int site_write_listings(const struct site *site, const struct site_wing *wing,
                        const struct site_touched *touched) SEN_MUST_CHECK;

// site_people.c
// The page of a name that texts of the wing are published under (edition->byline): its name, href.
json_t *site_person_link(const struct site_wing *wing, const struct site_byline *byline);
void site_versions_of_person(TALLOC_CTX *ctx, const struct site *site,
                             const struct site_byline *byline, struct site_versions *ret);
int site_write_people(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
// The wing has texts under the name.
int site_write_person(const struct site *site, const struct site_wing *wing,
                      const struct site_byline *byline,
                      const struct site_shelf *before) SEN_MUST_CHECK;

// site_front.c
int site_write_home(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;

// site_topics.c: the lists of topics and of kinds of texts. before: what the pages show now (see
// site_listing.h); NULL: not known.
int site_write_topics(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_topic(const struct site *site, const struct site_wing *wing,
                     const struct site_topic *topic,
                     const struct site_shelf *before) SEN_MUST_CHECK; // and its years
#define SITE_KINDS 7
extern const char *const site_kinds[SITE_KINDS]; // of articles, in the order of menus
size_t site_kind_index(const char *kind);        // SITE_KINDS: it has no page
// Its list: name, href.
json_t *site_kind_link(const struct site_shelf *shelf, size_t kind);
// Which of them the shelf has texts of.
void site_kinds_shown(const struct site_shelf *shelf, bool ret[static SITE_KINDS]);
int site_write_kind(const struct site *site, const struct site_wing *wing, size_t kind,
                    const struct site_shelf *before) SEN_MUST_CHECK;

// site_unit_list.c
int site_write_units(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
// The units that exist, in the order of the wing's language.
size_t site_units_sorted(TALLOC_CTX *ctx, const struct site *site, const struct site_wing *wing,
                         const struct site_unit ***ret);
const char *site_unit_type(const struct site_wing *wing, const struct site_unit *unit);
// What Vietnamese call it, for readers who see another name; else "".
const char *site_unit_vietnamese(const struct site_wing *wing, const struct site_unit *unit);
// Links to what it became. A unit can follow itself when it took in others and kept its name.
json_t *site_unit_successors(const struct site_wing *wing, const struct site_unit *unit);
// The name that it bore by law before its present one; NULL: it had no other.
const struct site_fact *site_unit_former_name(const struct site_wing *wing,
                                              const struct site_unit *unit);

// site_units.c
// "2025-07-01" as a moment: noon in Viet Nam, so that no rounding moves it to another day.
int64_t site_moment_of_day(const char *day);
// The profile of a unit that a wing shows; NULL: none.
const struct site_place *site_unit_profile(const struct site_wing *wing,
                                           const struct site_unit *unit);
// The unit whose page shows this profile instead of a page of its own; NULL: none.
const struct site_unit *site_profile_unit(const struct site_wing *wing,
                                          const struct site_place *place);
void site_versions_of_unit(TALLOC_CTX *ctx, const struct site *site, const struct site_unit *unit,
                           struct site_versions *ret);
int site_write_unit(const struct site *site, const struct site_wing *wing,
                    const struct site_unit *unit, const struct site_text *profile) SEN_MUST_CHECK;

// A page that every wing has at a path below its folder ("about/"): sets page->versions,
// alternates, shown and path, and the crumbs; writes it as site_page_write.
int site_plain_write(const struct site *site, const struct site_wing *wing, struct site_page *page,
                     const char *path, json_t *view) SEN_MUST_CHECK;
// site_plain.c: search, 404; the door at "/"; robots.txt and the assets.
int site_write_search_page(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_missing(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_common(const struct site *site) SEN_MUST_CHECK;

// site_pages.c
// "contact", the address of those who run the portal; "" when none is given.
void site_set_contact(const struct site *site, json_t *view);
// The part of the site in a language: its tag, name, dir, href.
json_t *site_edition_link(const struct locale *locale);
int site_write_about(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_languages(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_accessibility(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_reuse(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_feeds(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;

// site_press.c, site_corrections.c, site_coverage.c
int site_write_press(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_corrections(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_coverage(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;

// site_index.c: the menus at the foot of every page, and the site map for people.
int site_write_site_map(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;

// site_data.c: the facts of all units as a table.
#define SITE_DATA "provinces.csv"
int site_write_data(const struct site *site) SEN_MUST_CHECK;

// site_map.c
int site_write_map(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
// After the maps of all wings: the index of those that are there, and the news map.
int site_write_map_index(const struct site *site) SEN_MUST_CHECK;
// site_map_news.c: what was published last, in all languages. *ret: there is such a map.
#define SITE_NEWS_MAP "sitemap-news.xml"
int site_write_news_map(const struct site *site, bool *ret) SEN_MUST_CHECK;

// site_text.c: fetching and rendering bodies.
struct site_texts; // by edition

// Rendering in a process that may die of a text: the others must know of which. All of it lies in
// memory that the processes share, and is written by one at a time.
struct site_guard {
    int64_t *rendering; // the edition at work, 0: none
    const int64_t *bad; // editions that a process died of
    const size_t *bad_count;
    unsigned *kept; // counts the texts whose stored HTML was taken instead
};

// The bodies of editions. guard: make the HTML from the Markdown again; NULL: take what is stored.
int site_texts_load(TALLOC_CTX *ctx, const struct site *site, struct db_session *session,
                    const int64_t *editions, size_t count, const struct site_guard *guard,
                    struct site_texts **ret, char **ret_error) SEN_MUST_CHECK;
// NULL: it was not asked for.
const struct site_text *site_texts_find(const struct site_texts *texts, int64_t edition);

// site_open.c: the whole, ready to write pages; and the parts of it that are written together.
// theme: of site_theme_load; it must outlive *ret. draft: see site_catalogue_load; then only the
// part of the site in that language has its look.
int site_open(TALLOC_CTX *ctx, const struct settings *settings, const struct site_theme *theme,
              struct db_session *session, const struct site_draft *draft, struct site **ret,
              char **ret_error) SEN_MUST_CHECK;
// A word that changes when the same database would give other pages: another program, other
// locales, topics or units, another address.
char *site_fingerprint(TALLOC_CTX *ctx, const struct site *site);
// Every page of some articles.
int site_write_articles(const struct site *site, struct db_session *session,
                        const struct site_article *const *articles, size_t count,
                        const struct site_guard *guard, char **ret_error) SEN_MUST_CHECK;
// The pages of some units (wanted: by index; NULL: all of them) in one wing.
int site_write_wing_units(const struct site *site, const struct site_wing *wing,
                          struct db_session *session, const bool *wanted,
                          const struct site_guard *guard, char **ret_error) SEN_MUST_CHECK;
