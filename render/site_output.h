// Where the pages go: a folder, written into directly while it is built aside, or page by page
// under the eyes of its readers.
#pragma once

#include "content/base/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>

struct site_output {
    int root;      // descriptor of the folder
    bool live;     // readers see it: a page is replaced as a whole, and only when it differs
    bool siblings; // each file has its compressed copies (render/site_siblings.h); live only: a
                   // build makes all of them at its end
    unsigned written, unchanged, removed;
    // Write nothing, and keep the first file here, on this context; NULL: write.
    TALLOC_CTX *keep;
    char *kept;
    size_t kept_length;
};

// The name of a page in its folder says with which status a server answers (api/pages.c).
#define SITE_PAGE        "index.html" // 200
#define SITE_GONE_PAGE   "410.html"
#define SITE_BARRED_PAGE "451.html"

// Write a file below the root ("vi/about/index.html"), and the folders it needs. A page takes the
// place of those with another status in its folder. SEN_OK or -errno.
int site_output_write(struct site_output *output, const char *path, const char *data,
                      size_t length) SEN_MUST_CHECK;

// The same without its siblings: a new file, and one that takes the place of another.
int site_output_create(int root, const char *path, const char *data, size_t length) SEN_MUST_CHECK;
int site_output_replace(int root, const char *path, const char *data, size_t length) SEN_MUST_CHECK;

// Remove a file and its siblings, if it is there.
int site_output_remove_file(struct site_output *output, const char *path) SEN_MUST_CHECK;

// Remove a folder that holds a page ("vi/articles/x"), if there is one.
int site_output_remove(struct site_output *output, const char *folder) SEN_MUST_CHECK;

// Remove a folder and all that is in it, below the folder of the descriptor at. Nothing there is
// SEN_OK.
int site_output_erase(int at, const char *name) SEN_MUST_CHECK;
