#include "render/card.h"

#include "locales/segment.h"
#include "locales/text.h"

#include <errno.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>
#include <vips/vips.h>

#define EDGE          72  // pixels, around the text
#define PICTURE_WIDTH 452 // at the end of the line
#define TITLE_HEIGHT  346
#define TITLE_LETTERS 200 // graphemes; a longer title is not read anyway
#define MARK          76

struct drawing {
    const struct card *card;
    cairo_surface_t *surface;
    cairo_t *cairo;
    bool pictured;
};

// ---- pictures ---------------------------------------------------------------------------------

static bool ready(void)
{
    static bool done, works;
    if (!done) {
        done = true;
        g_setenv("VIPSHOME", "/nonexistent", TRUE); // no modules: see image.c
        works = vips_init("sen") == 0;
        vips_concurrency_set(1);
        vips_cache_set_max(0);
    }
    return works;
}

// In three or four bands of sRGB.
static VipsImage *normal(VipsImage *image)
{
    VipsImage *made = NULL;
    if (vips_image_get_bands(image) < 3) {
        if (vips_colourspace(image, &made, VIPS_INTERPRETATION_sRGB, NULL))
            made = NULL;
        g_object_unref(image);
        image = made;
    }
    if (image && vips_image_get_format(image) != VIPS_FORMAT_UCHAR) {
        if (vips_cast_uchar(image, &made, NULL))
            made = NULL;
        g_object_unref(image);
        image = made;
    }
    return image;
}

// cairo keeps a pixel as one number, its colours multiplied by its alpha.
static cairo_surface_t *surface_of(VipsImage *image)
{
    size_t length;
    int width = vips_image_get_width(image), height = vips_image_get_height(image);
    int bands = vips_image_get_bands(image);
    uint8_t *bytes = vips_image_write_to_memory(image, &length);
    if (!bytes)
        return NULL;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    uint8_t *rows = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        uint32_t *out = (uint32_t *)(void *)(rows + (ptrdiff_t)y * stride);
        const uint8_t *in = bytes + (ptrdiff_t)y * width * bands;
        for (int x = 0; x < width; x++, in += bands) {
            uint32_t alpha = bands > 3 ? in[3] : 255;
            uint32_t red = in[0] * alpha / 255, green = in[1] * alpha / 255;
            out[x] = alpha << 24 | red << 16 | green << 8 | in[2] * alpha / 255;
        }
    }
    g_free(bytes);
    cairo_surface_mark_dirty(surface);
    return surface;
}

static cairo_surface_t *finish(VipsImage *image, bool failed)
{
    image = failed ? NULL : normal(image);
    cairo_surface_t *surface = image ? surface_of(image) : NULL;
    if (image)
        g_object_unref(image);
    vips_error_clear();
    return surface;
}

static cairo_surface_t *load_file(const char *path, int width, int height)
{
    VipsImage *image = NULL;
    bool failed = vips_thumbnail(path, &image, width, "height", height, "crop",
                                 VIPS_INTERESTING_CENTRE, NULL);
    return finish(image, failed);
}

static cairo_surface_t *load_mark(const struct card *card, int size)
{
    VipsImage *image = NULL;
    bool failed = vips_thumbnail_buffer((void *)card->mark, card->mark_length, &image, size, NULL);
    return finish(image, failed);
}

static void put(cairo_t *cairo, cairo_surface_t *surface, double x, double y, double alpha)
{
    if (!surface)
        return;
    cairo_set_source_surface(cairo, surface, x, y);
    cairo_paint_with_alpha(cairo, alpha);
    cairo_surface_destroy(surface);
}

// ---- the ground -------------------------------------------------------------------------------

static void paint_ground(struct drawing *drawing)
{
    cairo_pattern_t *lacquer = cairo_pattern_create_linear(0, 0, CARD_WIDTH, CARD_HEIGHT);
    cairo_pattern_add_color_stop_rgb(lacquer, 0, 0.561, 0.125, 0.106);
    cairo_pattern_add_color_stop_rgb(lacquer, 0.55, 0.431, 0.086, 0.071);
    cairo_pattern_add_color_stop_rgb(lacquer, 1, 0.235, 0.047, 0.039);
    cairo_set_source(drawing->cairo, lacquer);
    cairo_paint(drawing->cairo);
    cairo_pattern_destroy(lacquer);
}

static void rule(cairo_t *cairo, double x, double y, double width, double height)
{
    cairo_set_source_rgb(cairo, 0.78, 0.604, 0.231);
    cairo_rectangle(cairo, x, y, width, height);
    cairo_fill(cairo);
}

// At the end of the lines, parted from the text by two threads of gold.
static int paint_picture(struct drawing *drawing)
{
    bool rtl = drawing->card->locale->rtl;
    int x = rtl ? 0 : CARD_WIDTH - PICTURE_WIDTH;
    cairo_surface_t *picture = load_file(drawing->card->picture, PICTURE_WIDTH, CARD_HEIGHT);
    if (!picture)
        return SEN_INVALID;
    put(drawing->cairo, picture, x, 0, 1);
    int edge = rtl ? PICTURE_WIDTH : x;
    rule(drawing->cairo, edge - 3, 0, 6, CARD_HEIGHT);
    rule(drawing->cairo, rtl ? edge + 7 : edge - 9, 0, 2, CARD_HEIGHT);
    return SEN_OK;
}

static void paint_frame(struct drawing *drawing)
{
    rule(drawing->cairo, 0, 0, CARD_WIDTH, 8);
    rule(drawing->cairo, 0, 12, CARD_WIDTH, 2);
    rule(drawing->cairo, 0, CARD_HEIGHT - 8, CARD_WIDTH, 8);
    rule(drawing->cairo, 0, CARD_HEIGHT - 14, CARD_WIDTH, 2);
}

// ---- text -------------------------------------------------------------------------------------

// Which shape a Han character has depends on the language, and Pango knows the languages of Chinese
// by their countries.
static const char *family_of(const struct locale *locale, const char **ret_language)
{
    static const struct {
        const char *tag, *language, *families;
    } own[] = {
        {"zh-Hans", "zh-cn", "Noto Serif,Noto Serif CJK SC,Noto Sans CJK SC"},
        {"zh-Hant", "zh-tw", "Noto Serif,Noto Serif CJK TC,Noto Sans CJK TC"},
        {"ja", "ja", "Noto Serif,Noto Serif CJK JP,Noto Sans CJK JP"},
        {"ko", "ko", "Noto Serif,Noto Serif CJK KR,Noto Sans CJK KR"},
        {"ar", "ar", "Noto Naskh Arabic,Noto Serif"},
        {"th", "th", "Noto Sans,Noto Sans Thai"},
        {"lo", "lo", "Noto Sans,Noto Sans Lao"},
        {"km", "km", "Noto Sans,Noto Sans Khmer"},
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(own[i].tag, locale->tag) != 0)
            continue;
        *ret_language = own[i].language;
        return own[i].families;
    }
    *ret_language = locale->tag;
    return "Noto Serif,Noto Sans";
}

static PangoLayout *new_layout(struct drawing *drawing, const char *text, double size, bool bold)
{
    const char *language;
    const char *families = family_of(drawing->card->locale, &language);
    PangoLayout *layout = pango_cairo_create_layout(drawing->cairo);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, families);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_context_set_language(pango_layout_get_context(layout),
                               pango_language_from_string(language));
    pango_context_set_base_dir(pango_layout_get_context(layout), drawing->card->locale->rtl
                                                                     ? PANGO_DIRECTION_RTL
                                                                     : PANGO_DIRECTION_LTR);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    return layout;
}

// Pango finds where lines may break by spaces; scripts that write without them have a dictionary in
// ICU, and are given a blank without width where it says so.
static char *with_breaks(TALLOC_CTX *ctx, const struct locale *locale, const char *text)
{
    static const char *const tags[] = {"th", "lo", "km"};
    bool wanted = false;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        wanted = wanted || strcmp(tags[i], locale->tag) == 0;
    char *out = talloc_strdup(ctx, wanted ? "" : text);
    if (!wanted)
        return out;
    struct segment_token token;
    struct segment_walk *walk = segment_open(out, locale, text, strlen(text), SEGMENT_ALL);
    size_t done = 0, run = SIZE_MAX;
    while (segment_next(walk, &token)) {
        if (token.kind == SEGMENT_RUN)
            run = token.from;
        bool inside = token.kind == SEGMENT_WORD && token.run && token.from != run;
        if (!inside || token.from < done)
            continue;
        out = talloc_strndup_append_buffer(out, text + done, token.from - done);
        out = talloc_strdup_append_buffer(out, "\xe2\x80\x8b");
        done = token.from;
    }
    talloc_free(walk);
    return talloc_strdup_append_buffer(out, text + done);
}

static int height_of(PangoLayout *layout)
{
    int height;
    pango_layout_get_pixel_size(layout, NULL, &height);
    return height;
}

// The narrowest column that needs no more lines: they are of like length then.
static void balance(PangoLayout *layout, int width)
{
    int lines = pango_layout_get_line_count(layout), low = width / 2, high = width;
    while (high - low > 8) {
        int middle = (low + high) / 2;
        pango_layout_set_width(layout, middle * PANGO_SCALE);
        if (pango_layout_get_line_count(layout) > lines ||
            pango_layout_is_wrapped(layout) != (lines > 1))
            low = middle;
        else
            high = middle;
    }
    pango_layout_set_width(layout, high * PANGO_SCALE);
}

// As large as fits; what does not fit at the smallest size ends where a line is full.
static PangoLayout *fit_title(struct drawing *drawing, const char *text, int width)
{
    static const double sizes[] = {78, 70, 62, 56, 50, 45, 40, 36};
    PangoLayout *layout = NULL;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (layout)
            g_object_unref(layout);
        layout = new_layout(drawing, text, sizes[i], true);
        pango_layout_set_width(layout, width * PANGO_SCALE);
        PangoRectangle ink;
        pango_layout_get_pixel_extents(layout, &ink, NULL);
        if (height_of(layout) <= TITLE_HEIGHT && ink.width <= width) {
            balance(layout, width);
            return layout;
        }
    }
    pango_layout_set_height(layout, TITLE_HEIGHT * PANGO_SCALE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    return layout;
}

static void show(struct drawing *drawing, PangoLayout *layout, double x, double y)
{
    cairo_move_to(drawing->cairo, x, y);
    pango_cairo_show_layout(drawing->cairo, layout);
    g_object_unref(layout);
}

// A short line beginning (in the direction of writing) at the given distance from the edge.
static void show_line(struct drawing *drawing, PangoLayout *layout, double distance, double y)
{
    int width, height;
    pango_layout_get_pixel_size(layout, &width, &height);
    double x = drawing->card->locale->rtl ? CARD_WIDTH - distance - width : distance;
    show(drawing, layout, x, y - height / 2.0);
}

static int paint_title(struct drawing *drawing)
{
    const struct card *card = drawing->card;
    TALLOC_CTX *ctx = talloc_new(NULL);
    int width = CARD_WIDTH - 2 * EDGE - (drawing->pictured ? PICTURE_WIDTH - 24 : 0);
    char *cut = text_truncate(ctx, card->locale, card->title, TITLE_LETTERS);
    PangoLayout *layout = fit_title(drawing, with_breaks(ctx, card->locale, cut), width);
    talloc_free(ctx);
    if (pango_layout_get_unknown_glyphs_count(layout)) {
        g_object_unref(layout);
        return SEN_NOT_FOUND;
    }
    // A balanced column is narrower than the room: at its beginning all the same.
    int column = pango_layout_get_width(layout) / PANGO_SCALE;
    double x = card->locale->rtl ? CARD_WIDTH - EDGE - column : EDGE;
    cairo_set_source_rgb(drawing->cairo, 1, 0.969, 0.918);
    show(drawing, layout, x, 150 + (TITLE_HEIGHT - height_of(layout)) / 2.0);
    return SEN_OK;
}

// The mark and the name above; the language, in its own words, and the address below.
static void paint_lines(struct drawing *drawing)
{
    const struct card *card = drawing->card;
    double x = card->locale->rtl ? CARD_WIDTH - EDGE - MARK : EDGE;
    put(drawing->cairo, load_mark(card, MARK), x, 52, 1);
    cairo_set_source_rgb(drawing->cairo, 0.953, 0.89, 0.784);
    show_line(drawing, new_layout(drawing, card->site, 44, true), EDGE + MARK + 18, 96);
    cairo_set_source_rgb(drawing->cairo, 0.898, 0.761, 0.44);
    PangoLayout *language = new_layout(drawing, card->locale->name, 30, true);
    int width;
    pango_layout_get_pixel_size(language, &width, NULL);
    show_line(drawing, language, EDGE, CARD_HEIGHT - 72);
    cairo_set_source_rgb(drawing->cairo, 0.88, 0.78, 0.69);
    show_line(drawing, new_layout(drawing, card->address, 26, false), EDGE + width + 28,
              CARD_HEIGHT - 72);
}

// ---- the whole --------------------------------------------------------------------------------

static int paint(struct drawing *drawing)
{
    const struct card *card = drawing->card;
    paint_ground(drawing);
    drawing->pictured = card->picture != NULL;
    int r = card->picture ? paint_picture(drawing) : SEN_OK;
    if (r)
        return r;
    if (!card->picture)
        put(drawing->cairo, load_mark(card, 560), card->locale->rtl ? -120 : CARD_WIDTH - 440, 110,
            0.16);
    paint_frame(drawing);
    paint_lines(drawing);
    return paint_title(drawing);
}

static VipsImage *image_of(TALLOC_CTX *ctx, cairo_surface_t *surface)
{
    cairo_surface_flush(surface);
    const uint8_t *rows = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    uint8_t *out = talloc_size(ctx, (size_t)CARD_WIDTH * CARD_HEIGHT * 3), *at = out;
    for (int y = 0; y < CARD_HEIGHT; y++) {
        const uint32_t *in = (const uint32_t *)(const void *)(rows + (ptrdiff_t)y * stride);
        for (int x = 0; x < CARD_WIDTH; x++, at += 3) {
            at[0] = (uint8_t)(in[x] >> 16);
            at[1] = (uint8_t)(in[x] >> 8);
            at[2] = (uint8_t)in[x];
        }
    }
    return vips_image_new_from_memory(out, (size_t)(at - out), CARD_WIDTH, CARD_HEIGHT, 3,
                                      VIPS_FORMAT_UCHAR);
}

// As good as CARD_BYTES allow.
static int encode(TALLOC_CTX *ctx, cairo_surface_t *surface, char **ret, size_t *ret_length)
{
    static const int qualities[] = {86, 78, 68, 56, 42, 28};
    TALLOC_CTX *pixels = talloc_new(NULL);
    VipsImage *image = image_of(pixels, surface);
    void *bytes = NULL;
    size_t length = 0;
    int r = image ? SEN_OK : -ENOMEM;
    for (size_t i = 0; !r && i < sizeof qualities / sizeof *qualities; i++) {
        g_free(bytes);
        bytes = NULL;
        if (vips_jpegsave_buffer(image, &bytes, &length, "Q", qualities[i], "strip", TRUE,
                                 "optimize_coding", TRUE, "interlace", TRUE, NULL))
            r = -EIO;
        else if (length <= CARD_BYTES)
            break;
    }
    if (!r) {
        *ret = talloc_memdup(ctx, bytes, length);
        *ret_length = length;
    }
    g_free(bytes);
    if (image)
        g_object_unref(image);
    talloc_free(pixels);
    vips_error_clear();
    return r;
}

int card_draw(TALLOC_CTX *ctx, const struct card *card, char **ret, size_t *ret_length)
{
    if (!ready())
        return -ENOSYS;
    struct drawing drawing = {.card = card};
    drawing.surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, CARD_WIDTH, CARD_HEIGHT);
    drawing.cairo = cairo_create(drawing.surface);
    int r = paint(&drawing);
    cairo_destroy(drawing.cairo);
    if (!r)
        r = encode(ctx, drawing.surface, ret, ret_length);
    cairo_surface_destroy(drawing.surface);
    return r;
}
