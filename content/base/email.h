// E-mail addresses as people publish them.
#pragma once

#include <stdbool.h>

#define EMAIL_BYTES 254

// One address in ASCII without a name, as HTML's e-mail inputs take it, at a domain of two or more
// labels, and no longer than EMAIL_BYTES (RFC 5321 section 4.5.3.1.3). Whether there is such a
// mailbox is not known by this.
bool email_is_valid(const char *text);
