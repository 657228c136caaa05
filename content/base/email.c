#include "content/base/email.h"

#include <string.h>

#define LABEL "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool is_domain(const char *text)
{
    unsigned labels = 0;
    for (;; text++) {
        size_t length = strspn(text, LABEL "-");
        if (!length || length > 63 || *text == '-' || text[length - 1] == '-')
            return false;
        labels++;
        text += length;
        if (!*text)
            return labels >= 2;
        if (*text != '.')
            return false;
    }
}

bool email_is_valid(const char *text)
{
    size_t local = strspn(text, LABEL ".!#$%&'*+/=?^_`{|}~-");
    return local && local <= 64 && text[local] == '@' && strlen(text) <= EMAIL_BYTES &&
           is_domain(text + local + 1);
}
