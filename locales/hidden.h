// Characters that do not show: in a title or a name they make two that look the same differ.
#pragma once

#include "locales/locale.h"

#include <stdint.h>

// The first character of a text (UTF-8) that is invisible and has no work to do where it stands; 0
// when there is none. Work is: a soft hyphen within a word; U+200B between letters of a script
// that writes no spaces; U+200C and U+200D as in RFC 5892 appendix A and in emoji; marks of
// direction in a text that has right-to-left letters; variation selectors and the tags of a flag
// behind what they change.
uint32_t hidden_find(const char *text, size_t length);
