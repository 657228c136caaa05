// Handles: the names that people are told apart by. Of any script; what could make two of them look
// alike, or one of them look like nothing, is refused or found by comparing handle_skeletons().
#pragma once

#include "locales/locale.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

#define HANDLE_CODE_POINTS_MAX 100

// Words of letters, marks and digits with one of " ", ".", "-", "_", "'", "’", "+" or "@" between
// two of them; every word of one script (or of those that are written together); at most
// HANDLE_CODE_POINTS_MAX code points. *ret is the name in NFC and hangs on ctx.
bool handle_check(TALLOC_CTX *ctx, const char *utf8, size_t length, char **ret) LOCALES_MUST_CHECK;

// Two handles that have either of these in common look alike (UTS 39 section 4): one is of the name
// as it is written, where a capital I is a small l; one of the name with case folded.
#define HANDLE_SKELETONS 2
void handle_skeletons(TALLOC_CTX *ctx, const char *handle, char *ret[HANDLE_SKELETONS]);
