// The words of the user interface: one catalog a locale, locales/messages/<tag>.json, a flat object
// of key and ICU MessageFormat text. Arguments are named; of the argument types plural,
// selectordinal and select are understood, and number as another word for a plain number. A key
// that a catalog lacks comes from the nearest of the locale's fallbacks that has it.
#pragma once

#include "locales/locale.h"

#include <stdint.h>
#include <talloc.h>

struct message_arg {
    const char *name;
    const char *string; // UTF-8, a date or fraction already formatted; NULL: the number counts
    int64_t number;
};

// The message as it is shown if it takes no arguments, else its pattern. The key itself when no
// catalog has it. Lives as long as the program (or the key). One hash lookup.
const char *message_text(const struct locale *locale, const char *key);

// The message with its arguments put in, numbers and plural classes by the rules of the language
// the message is in. An argument that is not given shows as "{name}". Nothing is escaped.
char *message_format(TALLOC_CTX *ctx, const struct locale *locale, const char *key,
                     const struct message_arg *args, size_t count);

// The locale whose catalog the message comes from; NULL when none has it.
const struct locale *message_locale(const struct locale *locale, const char *key);
