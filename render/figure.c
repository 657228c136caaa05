#include "render/figure.h"

static bool given(const char *text)
{
    return text && *text;
}

static void write_size(struct html *html, const char *name, int pixels)
{
    if (pixels <= 0)
        return;
    html_raw(html, name);
    html_number(html, (unsigned long)pixels);
    html_raw(html, "\"");
}

static void write_credit(struct html *html, const struct markdown_media *media)
{
    html_raw(html, "<small class=\"credit\">");
    if (given(media->credit))
        html_text(html, media->credit);
    if (given(media->credit) && given(media->licence))
        html_raw(html, " \xc2\xb7 ");
    if (given(media->licence))
        html_text(html, media->licence);
    html_raw(html, "</small>");
}

void figure_write(struct html *html, const struct markdown_media *media, const char *alt,
                  const char *caption)
{
    html_raw(html, "<figure>\n<img src=\"");
    html_url(html, media->src);
    html_raw(html, "\" alt=\"");
    html_text(html, alt);
    html_raw(html, "\"");
    write_size(html, " width=\"", media->width);
    write_size(html, " height=\"", media->height);
    html_raw(html, " loading=\"lazy\" decoding=\"async\">\n");
    bool credit = given(media->credit) || given(media->licence);
    if (given(caption) || credit) {
        html_raw(html, "<figcaption>");
        html_text(html, caption);
        html_raw(html, given(caption) && credit ? " " : "");
        if (credit)
            write_credit(html, media);
        html_raw(html, "</figcaption>\n");
    }
    html_raw(html, "</figure>\n");
}
