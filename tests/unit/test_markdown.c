// What Markdown becomes: cases of ours, payloads of cross-site scripting in every place a text has,
// and determinism.
#include "../html_scan.h"
#include "render/link.h"
#include "render/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct markdown_media media[] = {
    {"drum", "/media/drum.png", 800, 600, "Nguyễn Văn A", "CC-BY-4.0"},
    {"plain", "/media/plain.svg", 0, 0, NULL, NULL},
    {"odd", "/media/a \"b\"&c.png", 1, 2, "\"<b>\"", ""},
};

static struct markdown_options options(const char *locale)
{
    return (struct markdown_options){locale_find(locale), media, sizeof media / sizeof *media,
                                     "https://sen.example"};
}

// The HTML, or outcome:key:line:detail.
static const char *render(TALLOC_CTX *ctx, const char *locale, const char *text, size_t length)
{
    struct markdown_options given = options(locale);
    struct rendered rendered;
    struct fault fault = {.key = NULL};
    int r = markdown_render(ctx, &given, text, length, &rendered, &fault);
    if (r)
        return talloc_asprintf(ctx, "%d:%s:%u:%s", r, fault.key, fault.line, fault.detail);
    assert_int_equal(strlen(rendered.html), rendered.html_length);
    const char *where, *wrong = html_scan(rendered.html, &where);
    if (wrong)
        fail_msg("%s: %s at %.60s", text, wrong, where);
    return rendered.html;
}

#define FIGURE_DRUM                                                                                \
    "<figure>\n<img src=\"/media/drum.png\" alt=\"Trống\" width=\"800\" height=\"600\" "         \
    "loading=\"lazy\" decoding=\"async\">\n"
#define CREDIT_DRUM "<small class=\"credit\">Nguyễn Văn A · CC-BY-4.0</small>"
#define FIGURE_PLAIN                                                                               \
    "<figure>\n<img src=\"/media/plain.svg\" alt=\"\" loading=\"lazy\" decoding=\"async\">\n"      \
    "</figure>\n"
#define EXTERNAL " rel=\"nofollow noopener external\" class=\"external\">"
#define HIDDEN   "<span class=\"visually-hidden\"> (external link)</span></a>"
#define REF(n, id)                                                                                 \
    "<sup class=\"footnote-ref\"><a href=\"#fn_" n "\" id=\"fnref_" id                             \
    "\" role=\"doc-noteref\" aria-label=\"Footnote " n "\">" n "</a></sup>"
#define BACK(n)                                                                                    \
    "<a href=\"#fnref_" n "\" class=\"footnote-back\" role=\"doc-backlink\" "                      \
    "aria-label=\"Back to the text from footnote " n "\">↩\xef\xb8\x8e</a>"
#define NOTES                                                                                      \
    "<section class=\"footnotes\" role=\"doc-endnotes\" aria-labelledby=\"footnotes_title\">\n"    \
    "<h2 id=\"footnotes_title\">Footnotes</h2>\n<ol>\n"
#define NOTES_END "</ol>\n</section>\n"
#define REGION(caption)                                                                            \
    "<section class=\"table\" tabindex=\"0\" aria-label=\"" caption                                \
    "\">\n<table>\n<caption>" caption "</caption>\n"

static const struct {
    const char *text, *html;
} cases[] = {
    // text
    {"", ""},
    {"a", "<p>a</p>\n"},
    {"a\nb", "<p>a\nb</p>\n"},
    {"a  \nb", "<p>a<br>\nb</p>\n"},
    {"a\\\nb", "<p>a<br>\nb</p>\n"},
    {"*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n"},
    {"a & b < c > \"d\" 'e'", "<p>a &amp; b &lt; c &gt; &quot;d&quot; 'e'</p>\n"},
    {"&amp; &copy; &#35;", "<p>&amp; © #</p>\n"},
    {"&#1;&#0;&#127;", "<p>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</p>\n"},
    {"`<b>`", "<p><code>&lt;b&gt;</code></p>\n"},
    {"\xff", "<p>\xef\xbf\xbd</p>\n"},
    {"Thủ đô\r\nHà Nội\r", "<p>Thủ đô\nHà Nội</p>\n"},
    {"---", "<hr>\n"},
    // raw HTML
    {"a <b>c</b> d", "<p>a c d</p>\n"},
    {"<div onclick=\"x\">a</div>", ""},
    {"<script>alert(1)</script>", ""},
    {"a <script>b</script>", "<p>a b</p>\n"},
    {"<!-- a -->\n\nb", "<p>b</p>\n"},
    {"\\<b>", "<p>&lt;b&gt;</p>\n"},
    // blocks
    {"> a\n> b", "<blockquote>\n<p>a\nb</p>\n</blockquote>\n"},
    {"- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
    {"- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"},
    {"- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"},
    {"1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"},
    {"7) a", "<ol start=\"7\">\n<li>a</li>\n</ol>\n"},
    {"    a < b", "<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n"},
    {"```\na\n```", "<pre tabindex=\"0\"><code>a\n</code></pre>\n"},
    {"```c++ x\na\n```", "<pre tabindex=\"0\"><code class=\"language-c++\">a\n</code></pre>\n"},
    {"```\"><b>\na\n```", "<pre tabindex=\"0\"><code>a\n</code></pre>\n"},
    // headings
    {"# A", "<h2 id=\"a\">A</h2>\n"},
    {"## A", "<h2 id=\"a\">A</h2>\n"},
    {"# A\n## B\n### C\n# D",
     "<h2 id=\"a\">A</h2>\n<h3 id=\"b\">B</h3>\n<h4 id=\"c\">C</h4>\n<h2 id=\"d\">D</h2>\n"},
    {"## A\n#### B\n## C", "<h2 id=\"a\">A</h2>\n<h3 id=\"b\">B</h3>\n<h2 id=\"c\">C</h2>\n"},
    {"###### A", "<h2 id=\"a\">A</h2>\n"},
    {"## Đà Nẵng & *Huế*", "<h2 id=\"da-nang-hue\">Đà Nẵng &amp; <em>Huế</em></h2>\n"},
    {"## A\n## A\n## A-2\n## A", "<h2 id=\"a\">A</h2>\n<h2 id=\"a-2\">A</h2>\n<h2 "
                                 "id=\"a-2-2\">A-2</h2>\n<h2 id=\"a-3\">A</h2>\n"},
    {"## Main", "<h2 id=\"main-2\">Main</h2>\n"},
    {"## !", "<h2 id=\"section\">!</h2>\n"},
    {"##", "<h2 id=\"section\"></h2>\n"},
    {"A\n=\n\nB\n-", "<h2 id=\"a\">A</h2>\n<h3 id=\"b\">B</h3>\n"},
    // links
    {"[a](https://x.example/?b=c&d)",
     "<p><a href=\"https://x.example/?b=c&amp;d\"" EXTERNAL "a" HIDDEN "</p>\n"},
    {"[a](//x.example)", "<p><a href=\"//x.example\"" EXTERNAL "a" HIDDEN "</p>\n"},
    {"[a](https://sen.example/vi/)", "<p><a href=\"https://sen.example/vi/\">a</a></p>\n"},
    {"[a](https://sen.example.evil/)",
     "<p><a href=\"https://sen.example.evil/\"" EXTERNAL "a" HIDDEN "</p>\n"},
    {"[a](b \"c\")", "<p><a href=\"b\" title=\"c\">a</a></p>\n"},
    {"[a](</b c/é>)", "<p><a href=\"/b%20c/%C3%A9\">a</a></p>\n"},
    {"[a](#b)", "<p><a href=\"#b\">a</a></p>\n"},
    {"<mailto:a@b.example>", "<p><a href=\"mailto:a@b.example\">mailto:a@b.example</a></p>\n"},
    {"[a](tel:+84241)", "<p><a href=\"tel:+84241\">a</a></p>\n"},
    {"[a](media:drum)", "<p><a href=\"/media/drum.png\">a</a></p>\n"},
    {"[a](javascript:b)", "<p>a</p>\n"},
    {"[a](JaVaScRiPt:b)", "<p>a</p>\n"},
    {"[a](data:text/html,b)", "<p>a</p>\n"},
    {"[a](feed:b)", "<p>a</p>\n"},
    {"[*a*][b]\n\n[b]: c", "<p><a href=\"c\"><em>a</em></a></p>\n"},
    {"[](https://x.example) a", "<p> a</p>\n"},
    {"[a][b]", "<p>[a][b]</p>\n"},
    // pictures
    {"![Trống](media:drum \"Đông Sơn\")",
     FIGURE_DRUM "<figcaption>Đông Sơn " CREDIT_DRUM "</figcaption>\n</figure>\n"},
    {"![Trống](media:drum)", FIGURE_DRUM "<figcaption>" CREDIT_DRUM "</figcaption>\n</figure>\n"},
    {"![](media:plain)", FIGURE_PLAIN},
    {"![](media:plain)\n![](media:plain)", FIGURE_PLAIN FIGURE_PLAIN},
    {"*![](media:plain)*", FIGURE_PLAIN},
    {"a ![](media:plain) b", "<p>a  b</p>\n" FIGURE_PLAIN},
    {"# a ![](media:plain)", "<h2 id=\"a\">a </h2>\n" FIGURE_PLAIN},
    {"- ![](media:plain)", "<ul>\n<li>" FIGURE_PLAIN "</li>\n</ul>\n"},
    {"- a ![](media:plain)", "<ul>\n<li>a " FIGURE_PLAIN "</li>\n</ul>\n"},
    {"[![](media:plain)](https://x.example)", FIGURE_PLAIN},
    {"![a *b* ![c](media:d) `e`](media:plain)",
     "<figure>\n<img src=\"/media/plain.svg\" alt=\"a b c e\" loading=\"lazy\" "
     "decoding=\"async\">\n</figure>\n"},
    {"![\"><b>](media:odd \"<i>\")",
     "<figure>\n<img src=\"/media/a%20%22b%22&amp;c.png\" alt=\"&quot;&gt;\" width=\"1\" "
     "height=\"2\" loading=\"lazy\" decoding=\"async\">\n<figcaption>&lt;i&gt; <small "
     "class=\"credit\">&quot;&lt;b&gt;&quot;</small></figcaption>\n</figure>\n"},
    {"a\n\n![b](https://x.example/y.png)", "3:markdown.image_external:3:https://x.example/y.png"},
    {"![b](y.png)", "3:markdown.image_external:1:y.png"},
    {"a\n\n> ![b](media:none)", "3:markdown.media_unknown:3:none"},
    {"[b](media:none)", "3:markdown.media_unknown:1:none"},
    // tables
    {"```csv Dân số\nTỉnh,Người\nHuế,\"1,2\"\nHà Nội,–\n```",
     REGION("Dân số") "<thead>\n<tr><th scope=\"col\">Tỉnh</th><th scope=\"col\" "
                      "class=\"number\">Người</th></tr>\n</thead>\n<tbody>\n<tr><th "
                      "scope=\"row\">Huế</th><td class=\"number\">1,2</td></tr>\n<tr><th "
                      "scope=\"row\">Hà Nội</th><td class=\"number\">–</td></tr>\n</tbody>\n"
                      "</table>\n</section>\n"},
    {"```CSV\n,b\na\n```",
     "<section class=\"table\" tabindex=\"0\">\n<table>\n<thead>\n<tr><td></td><th "
     "scope=\"col\">b</th>"
     "</tr>\n</thead>\n<tbody>\n<tr><th scope=\"row\">a</th><td></td></tr>\n</tbody>\n</table>\n"
     "</section>\n"},
    {"```csv <b>\n<i>\n12 %\n```",
     REGION("&lt;b&gt;") "<thead>\n<tr><th scope=\"col\" class=\"number\">&lt;i&gt;</th></tr>\n"
                         "</thead>\n<tbody>\n<tr><td class=\"number\">12 %</td></tr>\n</tbody>\n"
                         "</table>\n</section>\n"},
    {"a\n\n```csv\na\nb,c\n```", "3:csv.ragged:5:1"},
    {"```csv\n```", "3:csv.empty:1:"},
    {"```csv\n\"a\n```", "3:csv.quotes:2:"},
    {"> ```csv\n> a\n> \"b\"c\n> ```", "3:csv.quotes:3:"},
    // footnotes
    {"a[^1]\n\n[^1]: b", "<p>a" REF("1", "1") "</p>\n" NOTES "<li id=\"fn_1\">\n<p>b " BACK(
                             "1") "</p>\n</li>\n" NOTES_END},
    {"a[^y] b[^x] c[^y]\n\n[^x]: d\n[^y]: *e*",
     "<p>a" REF("1", "1") " b" REF("2", "2") " c" REF(
         "1", "1_2") "</p>\n" NOTES
                     "<li id=\"fn_1\">\n<p><em>e</em> " BACK(
                         "1") "</p>\n</li>\n<li id=\"fn_2\">\n<p>d " BACK("2") "</p>\n</"
                                                                               "li>\n" NOTES_END},
    {"[^1]: a\n    b\n\n    c\n\nd[^1]",
     "<p>d" REF("1", "1") "</p>\n" NOTES "<li id=\"fn_1\">\n<p>a\nb</p>\n<p>c " BACK(
         "1") "</p>\n</li>\n" NOTES_END},
    {"a[^1]\n\n[^1]: ```\n    b\n    ```",
     "<p>a" REF("1", "1") "</p>\n" NOTES
                          "<li id=\"fn_1\">\n<pre tabindex=\"0\"><code>b\n</code></pre>\n<p>" BACK(
                              "1") "</p>\n</li>\n" NOTES_END},
    {"a[^1]\n\n[^1]: b[^2]\n[^2]: c",
     "<p>a" REF("1", "1") "</p>\n" NOTES "<li id=\"fn_1\">\n<p>b" REF("2", "2") " " BACK(
         "1") "</p>\n</li>\n<li id=\"fn_2\">\n<p>c " BACK("2") "</p>\n</li>\n" NOTES_END},
    {"a\n\n[^1]: b", "<p>a</p>\n" NOTES "<li id=\"fn_1\">\n<p>b</p>\n</li>\n" NOTES_END},
    {"[^1]: # a", NOTES "<li id=\"fn_1\">\n<p><strong>a</strong></p>\n</li>\n" NOTES_END},
    {"[^1]: a\n# b", "<h2 id=\"b\">b</h2>\n" NOTES "<li id=\"fn_1\">\n<p>a</p>\n</li>\n" NOTES_END},
    {"a[^2]", "<p>a[^2]</p>\n"},
    {"`[^1]` \\[^1]\n\n[^1]: b",
     "<p><code>[^1]</code> [^1]</p>\n" NOTES "<li id=\"fn_1\">\n<p>b</p>\n</li>\n" NOTES_END},
    {"```\n[^1]: a\n```", "<pre tabindex=\"0\"><code>[^1]: a\n</code></pre>\n"},
    {"- ```\n  [^1]: a\n  ```",
     "<ul>\n<li><pre tabindex=\"0\"><code>[^1]: a\n</code></pre>\n</li>\n</ul>\n"},
    {"[a](footnote:0)", "<p>a</p>\n"},
    {"## a[^1]\n\n[^1]: b",
     "<h2 id=\"a\">a" REF("1", "1") "</h2>\n" NOTES
                                    "<li id=\"fn_1\">\n<p>b " BACK("1") "</p>\n</li>\n" NOTES_END},
    {"[^1]: a\n\nb\n\n[^1]: c", "3:markdown.footnote_twice:5:1"},
    {"a\n\n[^1]: b\n    c\n\n    ![d](e)", "3:markdown.image_external:6:e"},
    {"a\n\n[^1]: b\n\n![d](e)", "3:markdown.image_external:5:e"},
};

static void test_cases(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = render(ctx, "en", cases[i].text, strlen(cases[i].text));
        if (strcmp(got, cases[i].html) == 0)
            continue;
        print_error("%s\n  expected %s\n  got      %s\n", cases[i].text, cases[i].html, got);
        failed++;
    }
    print_message("%zu cases\n", sizeof cases / sizeof *cases);
    assert_int_equal(failed, 0);
    talloc_free(ctx);
}

static void test_toc_and_words(void **state)
{
    static const char text[] =
        "# Một *hai*\n\nba ![bốn](media:plain \"năm\") sáu[^1]\n\n> ## Bảy\n\n"
        "### \"Tám\"\n\n```csv Chín\nmười\n```\n\n[^1]: Mười một\n";
    TALLOC_CTX *ctx = talloc_new(NULL);
    struct markdown_options given = options("vi");
    struct rendered rendered;
    struct fault fault;
    assert_int_equal(markdown_render(ctx, &given, text, strlen(text), &rendered, &fault), SEN_OK);
    assert_string_equal(rendered.toc, "[{\"level\":2,\"id\":\"mot-hai\",\"text\":\"Một hai\"},"
                                      "{\"level\":4,\"id\":\"tam\",\"text\":\"\\\"Tám\\\"\"}]");
    assert_int_equal(rendered.words, 11);
    assert_non_null(strstr(rendered.html, ">Chú thích</h2>"));
    assert_int_equal(markdown_render(ctx, &given, "", 0, &rendered, &fault), SEN_OK);
    assert_string_equal(rendered.toc, "[]");
    assert_int_equal(rendered.words, 0);
    talloc_free(ctx);
}

// ---- limits that only the tree shows ---------------------------------------------------------

static const struct {
    const char *before, *piece;
    size_t fits;
    const char *after, *key;
} limits[] = {
    {"", "[a](b)", MARKDOWN_LINKS, "", "markdown.too_many_links"},
    {"", "# a\n", MARKDOWN_HEADINGS, "", "markdown.too_many_headings"},
};

static char *repeated(TALLOC_CTX *ctx, const char *text, size_t times)
{
    char *out = talloc_size(ctx, strlen(text) * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(out + i * strlen(text), text, strlen(text));
    out[strlen(text) * times] = '\0';
    return out;
}

static void test_limits(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        for (size_t more = 0; more < 2; more++) {
            char *text = talloc_asprintf(ctx, "%s%s%s", limits[i].before,
                                         repeated(ctx, limits[i].piece, limits[i].fits + more),
                                         limits[i].after);
            const char *got = render(ctx, "en", text, strlen(text));
            if (more)
                assert_non_null(strstr(got, limits[i].key));
            else
                assert_true(*got == '<');
        }
    // A paragraph and so many <em> inside one another.
    for (int more = 0; more < 2; more++) {
        char *open = repeated(ctx, "*a ", MARKDOWN_DEPTH - 1 + (size_t)more);
        char *close = repeated(ctx, " a*", MARKDOWN_DEPTH - 1 + (size_t)more);
        char *text = talloc_asprintf(ctx, "%sb%s", open, close);
        const char *got = render(ctx, "en", text, strlen(text));
        assert_true(more ? strstr(got, "markdown.too_deep") != NULL : *got == '<');
    }
    char *notes = talloc_strdup(ctx, "");
    for (int i = 0; i < MARKDOWN_FOOTNOTES; i++)
        notes = talloc_asprintf_append(notes, "[^%d]: a\n", i);
    assert_true(*render(ctx, "en", notes, strlen(notes)) == '<');
    notes = talloc_strdup_append(notes, "[^more]: a\n");
    assert_non_null(strstr(render(ctx, "en", notes, strlen(notes)), "too_many_footnotes:501:500"));
    talloc_free(ctx);
}

// ---- payloads --------------------------------------------------------------------------------

static const char *const payloads[] = {
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//x.example></script>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=\"x\" onerror=\"alert(1)\" />",
    "<IMG SRC=javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>@import 'x';</style>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=//x.example>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><script>alert(1)</script></title>",
    "<xmp><script>alert(1)</script></xmp>",
    "<!--><script>alert(1)</script>-->",
    "<!-- --!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<!DOCTYPE x [<!ENTITY y \"z\">]>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61&#x76&#x61script:alert(1)",
    "&#1;javascript:alert(1)",
    "&#32;javascript:alert(1)",
    "\\javascript:alert(1)",
    "javascript\\:alert(1)",
    "javascript%3Aalert(1)",
    "%6Aavascript:alert(1)",
    "\xe2\x80\xaejavascript:alert(1)",
    "\xc2\xa0javascript:alert(1)",
    "vbscript:msgbox(1)",
    "livescript:alert(1)",
    "mocha:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "data:image/png;base64,AAAA",
    "view-source:javascript:alert(1)",
    "jar:javascript:alert(1)",
    "blob:https://x.example/1",
    "filesystem:https://x.example/1",
    "file:///etc/passwd",
    "ms-settings:x",
    "intent://x#Intent;scheme=javascript;end",
    "//x.example/\\..",
    "\\\\\\\\x.example",
    "/\\\\x.example",
    "http:javascript:alert(1)",
    "https:///x.example",
    "https://x.example/\"onmouseover=\"alert(1)",
    "https://x.example/'><script>alert(1)</script>",
    "http://a:b@x.example/",
    "media:drum\"onerror=alert(1)",
    "media:../../etc/passwd",
    "footnote:0",
    "[x](javascript:alert(1))",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](media:drum)",
    "![x](media:drum '\" onerror=\"alert(1)')",
    "[x](x '\" onclick=\"alert(1)')",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "\xff<script>\xfe",
    "\xc0\xbcscript>alert(1)",
};

static const char *const contexts[] = {
    "%s",
    "a %s b",
    "*%s*",
    "# %s",
    "- %s",
    "> %s",
    "[a](%s)",
    "[a](<%s>)",
    "[a](b \"%s\")",
    "[a](b '%s')",
    "[%s](b)",
    "[a][b]\n\n[b]: %s",
    "[a][b]\n\n[b]: <%s> \"%s\"",
    "<%s>",
    "![%s](media:drum)",
    "![a](media:drum \"%s\")",
    "![a](%s)",
    "![a](media:%s)",
    "[a](media:%s)",
    "```%s\na\n```",
    "```\n%s\n```",
    "`%s`",
    "```csv %s\na\n```",
    "```csv\na,%s\n```",
    "a[^1]\n\n[^1]: %s",
    "a[^1]\n\n[^1]: b\n    %s",
    "a[^%s]\n\n[^%s]: b",
    "<div>%s</div>\n\n%s",
    "&lt;%s&gt;",
};

static char *put(TALLOC_CTX *ctx, const char *context, const char *payload)
{
    char *out = talloc_strdup(ctx, "");
    for (const char *p; (p = strstr(context, "%s")); context = p + 2) {
        out = talloc_strndup_append(out, context, (size_t)(p - context));
        out = talloc_strdup_append(out, payload);
    }
    return talloc_strdup_append(out, context);
}

static void test_payloads(void **state)
{
    size_t documents = 0, shown = 0;
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        for (size_t j = 0; j < sizeof contexts / sizeof *contexts; j++) {
            TALLOC_CTX *ctx = talloc_new(NULL);
            char *text = put(ctx, contexts[j], payloads[i]);
            const char *html = render(ctx, "en", text, strlen(text)); // and html_scan
            documents++;
            shown += *html == '<';
            talloc_free(ctx);
        }
    print_message("%zu documents, %zu shown, 0 dangerous\n", documents, shown);
    assert_true(shown > documents / 2);
}

// The check has to bite.
static void test_scan(void **state)
{
    static const char *const wrong[] = {
        "<script>a</script>",
        "<p onclick=\"a\">b</p>",
        "<p style=\"a\">b</p>",
        "<a href=\"javascript:a\">b</a>",
        "<a href=\"&quot;:b\">b</a>",
        "<p>a",
        "<p>a</em></p>",
        "<p><ul></ul></p>",
        "<p>a & b</p>",
        "<p title='a'>b</p>",
        "<p title=a>b</p>",
        "<img src=\"data:a\">",
        "a > b",
        "<p>\x01</p>",
        "<p>\xff</p>",
        "<!-- a -->",
        "</p>",
        "<a href=\"\tjavascript:a\">b</a>",
    };
    const char *where;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (!html_scan(wrong[i], &where))
            fail_msg("%s passed", wrong[i]);
    assert_null(html_scan("<p class=\"a\">b &amp; <em>c</em><br></p>\n<hr>\n", &where));
}

static void test_links(void **state)
{
    static const struct {
        const char *url;
        enum link_kind kind;
    } links[] = {
        {"", LINK_INTERNAL},
        {"a", LINK_INTERNAL},
        {"a:b", LINK_REFUSED},
        {"a/b:c", LINK_INTERNAL},
        {"?a:b", LINK_INTERNAL},
        {"#a:b", LINK_INTERNAL},
        {"./a:b", LINK_INTERNAL},
        {":a", LINK_REFUSED},
        {"http://a", LINK_EXTERNAL},
        {"HTTPS://a", LINK_EXTERNAL},
        {"http:a", LINK_REFUSED},
        {"http:/a", LINK_REFUSED},
        {"http://", LINK_REFUSED},
        {"http:///a", LINK_REFUSED},
        {"http://\\a", LINK_REFUSED},
        {"//a", LINK_EXTERNAL},
        {"///a", LINK_REFUSED},
        {"/\\a", LINK_REFUSED},
        {"\\\\a", LINK_REFUSED},
        {"\\/a", LINK_REFUSED},
        {"/a", LINK_INTERNAL},
        {"https://sen.example", LINK_INTERNAL},
        {"https://sen.example?a", LINK_INTERNAL},
        {"https://SEN.example/a", LINK_INTERNAL},
        {"https://sen.example:1", LINK_EXTERNAL},
        {"https://sen.example@a", LINK_EXTERNAL},
        {"https://sen.examples", LINK_EXTERNAL},
        {"mailto:a", LINK_CONTACT},
        {"tel:1", LINK_CONTACT},
        {"media:a", LINK_MEDIA},
        {"footnote:1", LINK_NOTE},
        {" a", LINK_REFUSED},
        {"a\nb", LINK_REFUSED},
        {"httpsx://a", LINK_REFUSED},
        {"http ://a", LINK_REFUSED},
        {"\x01http://a", LINK_REFUSED},
    };
    const char *rest;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (link_classify(links[i].url, "https://sen.example", &rest) != links[i].kind)
            fail_msg("%s", links[i].url);
}

static void test_same_every_time(void **state)
{
    TALLOC_CTX *ctx = talloc_new(NULL);
    char *text = talloc_strdup(ctx, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (*cases[i].html == '<')
            text = talloc_asprintf_append(text, "%s\n\n", cases[i].text);
    struct markdown_options given = options("vi");
    struct rendered first, again;
    struct fault fault;
    for (size_t length = 0; length < strlen(text); length += 97) {
        int r = markdown_render(ctx, &given, text, length, &first, &fault);
        assert_int_equal(markdown_render(ctx, &given, text, length, &again, &fault), r);
        if (r)
            continue;
        assert_string_equal(first.html, again.html);
        assert_string_equal(first.toc, again.toc);
        assert_int_equal(first.words, again.words);
    }
    talloc_free(ctx);
}

int main(void)
{
    if (locales_init())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_toc_and_words),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_payloads),
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_same_every_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
