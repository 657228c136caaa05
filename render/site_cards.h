// The cards of the site (render/card.h), as files in SEN_HOME/cards that outlive its builds: a name
// is made of all that a card shows, so a page can name its card before it is there, a card is never
// written twice, and readers may keep it for ever. They are made after the pages, by processes that
// a card which is too much for them takes along without harm.
#pragma once

#include "render/site.h"
#include "render/site_internal.h"

// Where the card of a text is ("/cards/<hash>.jpg"); edition NULL: that of the portal in a language
// of the interface. On ctx. NULL: cards are switched off.
char *site_card_url(TALLOC_CTX *ctx, const struct site *site, const struct locale *locale,
                    const struct site_edition *edition);

// Make those that are missing, with so many processes, and remove those that no page has named for
// a day. *stop ends it early.
int site_cards_make(const struct site *site, unsigned jobs, const volatile sig_atomic_t *stop,
                    struct site_cards_report *ret) SEN_MUST_CHECK;
