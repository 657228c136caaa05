// What to read next: a few texts that stand near one in time, in its topic and in its first
// province.
//
// The choice looks at the SITE_RELATED_SPAN places on either side of the text in the list of its
// topic and in that of its first province, and at nothing else, so a change of one text changes the
// pages of those near it in these lists only: site_related_near names them to site_touched.
#pragma once

#include "render/site_shelf.h"

#define SITE_RELATED      3
#define SITE_RELATED_SPAN 3

// Choose for a place of the shelf: first what its readers can read in their language, of that first
// what is about a province of the text, of that the nearest in time. Returns how many of ret are
// set: none for a profile or what was withdrawn. The places are the shelf's.
size_t site_related(const struct site_shelf *shelf, const struct site_place *place,
                    const struct site_place *ret[static SITE_RELATED]);

// Call one for each place whose choice may hold this one; some more than once.
void site_related_near(const struct site_shelf *shelf, const struct site_place *place,
                       void (*one)(void *data, const struct site_place *near), void *data);
