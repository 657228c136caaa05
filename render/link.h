// Which addresses a text may lead to: the allow list of URL schemes.
#pragma once

enum link_kind {
    LINK_REFUSED,  // any other scheme, control characters, a malformed authority
    LINK_INTERNAL, // relative, a fragment, or below the portal's own address
    LINK_EXTERNAL, // http, https, or //host
    LINK_CONTACT,  // mailto, tel
    LINK_MEDIA,    // media:ID
    LINK_NOTE,     // footnote:N, which only the renderer itself writes
};

// url: NUL-terminated, as cmark gives it (entities and backslashes resolved). origin: the portal's
// address without a slash at the end, or NULL. For LINK_MEDIA and LINK_NOTE, *ret_rest is what
// stands behind the scheme, inside url.
enum link_kind link_classify(const char *url, const char *origin, const char **ret_rest);
