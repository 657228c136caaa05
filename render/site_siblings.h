// The compressed copies of the site's files, for servers that send them as they are: beside
// "en/index.html" lie "en/index.html.gz" (RFC 1952) and "en/index.html.br" (RFC 7932). A file of a
// kind that compresses has each copy that is smaller than itself; the same bytes always make the
// same copies.
//
// In a tree that readers see, copies are replaced before their file and removed after it: at every
// moment they are at least as new as the file, so a reader who has seen a new page never meets an
// old one in another coding, and whoever finds a file that is as it should be may take its copies
// to be so as well, also after a crash.
#pragma once

#include "content/base/outcome.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

// Is the file of a kind that compresses?
bool site_siblings_wanted(const char *path);

// Write the copies of a file whose bytes are data, or remove those that it shall not have. root:
// descriptor of the folder that path starts from. live: readers see it. SEN_OK or -errno.
int site_siblings_write(int root, const char *path, bool live, const char *data,
                        size_t length) SEN_MUST_CHECK;

// Remove the copies of a file that is gone.
int site_siblings_remove(int root, const char *path) SEN_MUST_CHECK;

// Write the copies of every file below root, which nobody sees yet, in several processes. stop: as
// in struct site_options. -EINTR: stopped.
int site_siblings_make(int root, unsigned jobs, const volatile sig_atomic_t *stop) SEN_MUST_CHECK;
