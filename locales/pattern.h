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

// What a pattern does with an argument, for comparing translations.
enum pattern_type { PATTERN_VALUE, PATTERN_PLURAL, PATTERN_ORDINAL, PATTERN_SELECT };

struct pattern_use {
    const char *name;
    enum pattern_type type;
    const char *const *choices; // its words ("one", "other"); =value is none. Lives for the call.
    size_t choice_count;
};

// Calls each with every use of an argument, those inside choices too; a name may repeat.
void pattern_uses(const struct pattern *pattern,
                  void (*each)(const struct pattern_use *use, void *data), void *data);
