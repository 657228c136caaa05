// The page of a story: what stands around its text. And the list of the stories that readers keep
// on their devices, with what browsers need to show it as a place of its own.
#pragma once

#include "render/site_internal.h"

#define SITE_SAVED_PATH "saved/" // below a wing's folder

// Sets on the view of an article's page: section and shape (its kind), body, recording, lead (the
// picture stands above the text), credits, reprint, related, saved, and the words of the script.
// After site_set_origin.
void site_set_story(const struct site *site, const struct site_wing *wing, json_t *view,
                    const struct site_place *place, const struct site_text *text,
                    const struct site_versions *versions);

// site_saved.c: the list, which the reader's browser fills, and the wing's manifest.
int site_write_saved(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
int site_write_manifest(const struct site *site, const struct site_wing *wing) SEN_MUST_CHECK;
