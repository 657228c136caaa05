// A picture of the portal with its caption and credit.
#pragma once

#include "render/html.h"
#include "render/markdown.h"

// alt and caption: plain text, "" where there is none.
void figure_write(struct html *html, const struct markdown_media *media, const char *alt,
                  const char *caption);
