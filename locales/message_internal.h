// Internal to locales/: the catalogs as a whole.
#pragma once

#include "locales/embedded.h"
#include "locales/message.h"
#include "locales/pattern.h"

// Replace the catalogs by those of a table of files ("messages/<tag>.json"). Called by
// locales_init, and by tests before other threads exist. Returns 0, or -EINVAL after a line on
// stderr that names the file, the key and what is wrong; then the catalogs are as before.
int message_load(const struct embedded *files) LOCALES_MUST_CHECK;

// Call each with every key that some catalog has, in no order.
void message_keys(void (*each)(const char *key, void *data), void *data);

// The pattern that message_format() would use; NULL for an unknown key.
const struct pattern *message_pattern(const struct locale *locale, const char *key);
