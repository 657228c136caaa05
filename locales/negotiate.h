// Accept-Language (RFC 9110 section 12.5.4).
#pragma once

#include "locales/locale.h"

// How much of a header is read; what stands behind is ignored.
#define NEGOTIATE_BYTES  1024
#define NEGOTIATE_RANGES 32

enum negotiate_outcome {
    LOCALES_NO_MATCH = 1, // nothing that the client wants is here, or it says nothing
};

// Choose the locale a client likes best among those that have a UI catalog or content: by quality,
// then by the order in the header. Each range stands for the locale that locale_match() gives for
// it; q=0 excludes it unless another range asks for it; "*" stands for every locale not named,
// and then the default locale is taken before the others. Malformed parts are skipped.
// *ret is set when 0 is returned. Linear time, no allocation.
int negotiate(const char *accept_language, size_t length,
              const struct locale **ret) LOCALES_MUST_CHECK;
