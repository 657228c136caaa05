// Slugs: the readable part of an address. A slug is words of letters, marks and digits, joined by
// single hyphens, in lower case and NFC, and every word is of one script (or of those that are
// written together: Han with kana), so that no word can pretend to be another. Whole words of
// another script may stand beside each other ("в-ha-noi"); look-alikes made of them are found by
// comparing slug_skeleton().
#pragma once

#include "locales/locale.h"

#include <stdint.h>
#include <talloc.h>

#define SLUG_BYTES_MAX       200
#define SLUG_CODE_POINTS_MAX 80 // of a made slug

enum slug_outcome {
    SLUG_OK,
    SLUG_EMPTY,
    SLUG_TOO_LONG, // over SLUG_BYTES_MAX
    SLUG_BAD_UTF8,
    SLUG_CONTROL,   // a control, format or bidirectional character, ZWJ and ZWNJ among them
    SLUG_CHARACTER, // neither letter, mark, digit nor hyphen; or a mark with nothing before it
    SLUG_UPPER_CASE,
    SLUG_HYPHENS, // a hyphen first, last or twice
    SLUG_NOT_NFC,
    SLUG_MIXED_SCRIPTS, // a word of scripts that are not written together (UTS 39: not highly
                        // restrictive)
};

// Make a slug of a title. Languages in Latin letters give [a-z0-9-] only ("Đà Nẵng" is "da-nang"),
// the others keep their script. At most SLUG_CODE_POINTS_MAX code points and SLUG_BYTES_MAX bytes,
// cut between words where that leaves more than half, else between graphemes. What it makes passes
// slug_check(), or is "" when the title has nothing to make a slug of (or text_check refuses it).
char *slug_make(TALLOC_CTX *ctx, const struct locale *locale, const char *title);

// Is this a slug? Returns enum slug_outcome.
int slug_check(const char *slug, size_t length) LOCALES_MUST_CHECK;

// The character that slug_check() refuses: of a word of mixed scripts, the first that is not of the
// first letter's. 0 when it is not one that can be named.
uint32_t slug_offender(const char *slug, size_t length);

// The UTS 39 skeleton: two slugs that look alike have the same. Not for showing.
char *slug_skeleton(TALLOC_CTX *ctx, const char *slug);
