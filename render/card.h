// The picture that stands for a page where its address is shared: the title in its own script, the
// mark of the portal and the picture of the text, drawn by Pango and cairo. JPEG, CARD_WIDTH by
// CARD_HEIGHT, at most CARD_BYTES.
//
// It needs fonts of this machine for every script (Debian: fonts-noto-core, fonts-noto-cjk). With
// the same fonts and libraries the same card gives the same bytes. Not for the process of a server:
// fonts stay in memory once used.
#pragma once

#include "content/base/outcome.h"
#include "locales/locale.h"

#include <stddef.h>
#include <talloc.h>

#define CARD_WIDTH  1200
#define CARD_HEIGHT 630
#define CARD_BYTES  60000
#define CARD_DESIGN "1" // another number for another look: cards get other names

struct card {
    const struct locale *locale; // of the title
    const char *title;           // what does not fit ends in "…"
    const char *site;            // name of the portal
    const char *address;         // where it is: "portal.example"
    const char *mark;            // SVG, mark_length bytes
    size_t mark_length;
    const char *picture; // path of a PNG, JPEG or SVG file; NULL: none
};

// *ret hangs on ctx. SEN_NOT_FOUND: no font has all signs of the title; SEN_INVALID: the picture
// cannot be read; negative: it could not be drawn.
int card_draw(TALLOC_CTX *ctx, const struct card *card, char **ret,
              size_t *ret_length) SEN_MUST_CHECK;
