#include "api/text_render.h"

#include "content/fault.h"
#include "render/markdown.h"
#include "render/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text_render {
    struct sandbox_client *client;
    const char *origin;
};

struct text_render *text_render_open(TALLOC_CTX *ctx, const struct settings *settings,
                                     const char *command)
{
    struct text_render *render = talloc_zero(ctx, struct text_render);
    render->origin = settings->origin;
    render->client = sandbox_client_open(render, settings);
    if (render->client)
        return render;
    fprintf(stderr, "sen %s: the renderer cannot be started.\n", command);
    talloc_free(render);
    return NULL;
}

int text_render_version(void)
{
    return MARKDOWN_RENDERER;
}

static int by_id(const void *key, const void *one)
{
    return strcmp(key, ((const struct import_media *)one)->id);
}

// The media a text names. One that there is not is left to the renderer, which knows its line.
static int choose_media(TALLOC_CTX *ctx, const struct item *item, const struct import_media *media,
                        size_t media_count, struct markdown_options *options,
                        struct fault *ret_fault)
{
    const char **ids;
    size_t count;
    int r = markdown_media_ids(ctx, item->body, item->body_length, &ids, &count, ret_fault);
    if (r)
        return r;
    struct markdown_media *chosen = talloc_array(ctx, struct markdown_media, count);
    options->media = chosen;
    for (size_t i = 0; i < count; i++) {
        const struct import_media *one =
            media_count ? bsearch(ids[i], media, media_count, sizeof *media, by_id) : NULL;
        if (one)
            chosen[options->media_count++] = (struct markdown_media){
                .id = one->id,
                .src = talloc_asprintf(chosen, "/media/%s", one->file),
                .width = one->width,
                .height = one->height,
                .credit = one->credit,
                .licence = one->licence,
            };
    }
    return SEN_OK;
}

int text_render(struct text_render *render, TALLOC_CTX *ctx, const struct item *item,
                const struct import_media *media, size_t media_count, struct edition_html *ret,
                struct fault *ret_fault)
{
    struct markdown_options options = {
        .locale = item->locale, .origin = render->origin, .segments = true};
    struct rendered rendered;
    int r = choose_media(ctx, item, media, media_count, &options, ret_fault);
    if (!r)
        r = sandbox_client_render(ctx, render->client, &options, item->body, item->body_length,
                                  &rendered, ret_fault);
    if (r) {
        if (!ret_fault->key)
            fault_set(ret_fault, "fault.not_rendered", "body", NULL);
        return r;
    }
    *ret = (struct edition_html){rendered.html,  rendered.html_length, rendered.toc,
                                 rendered.words, MARKDOWN_RENDERER,    rendered.segments};
    return SEN_OK;
}
