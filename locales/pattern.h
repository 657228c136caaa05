// Internal to locales/: one compiled message. ICU's MessageFormat takes named arguments in C++ only
// (umsg_format wants a C argument list fixed at compile time), so the pattern is taken apart here,
// by ICU's grammar and quoting rules, and ICU does the plural rules and the numbers.
#pragma once

#include "locales/message.h"

// Deepest nesting of choices in choices.
#define PATTERN_DEPTH 8

struct pattern;

// Returns 0, or -EINVAL with a sentence in *ret_error (on ctx).
int pattern_compile(TALLOC_CTX *ctx, const char *text, struct pattern **ret,
                    char **ret_error) LOCALES_MUST_CHECK;

// The text of a pattern that takes no arguments (quoting resolved), else NULL. The pattern's.
const char *pattern_plain(const struct pattern *pattern);

// locale: the language the message is in.
char *pattern_format(TALLOC_CTX *ctx, const struct pattern *pattern, const struct locale *locale,
                     const struct message_arg *args, size_t count);

// Whether the pattern uses an argument of this name; and the names it uses, for comparing
// translations: calls each with every name, which may repeat.
void pattern_arguments(const struct pattern *pattern, void (*each)(const char *name, void *data),
                       void *data);
