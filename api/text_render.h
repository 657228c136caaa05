// The render hook of commands (content/import.h): Markdown to HTML in the renderer's own process.
#pragma once

#include "content/base/settings.h"
#include "content/import.h"

struct text_render;

// Start the renderer. NULL: it cannot be started, and stderr says why.
struct text_render *text_render_open(TALLOC_CTX *ctx, const struct settings *settings,
                                     const char *command);

// The version that the HTML is stored with: import_hooks.renderer.
int text_render_version(void);

// As import_hooks.render with a struct text_render as first argument.
int text_render(struct text_render *render, TALLOC_CTX *ctx, const struct item *item,
                const struct import_media *media, size_t media_count, struct edition_html *ret,
                struct fault *ret_fault);
