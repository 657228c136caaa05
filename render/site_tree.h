// The folders of the site below SEN_HOME: `site` is a symbolic link to `site-<n>`; a build writes
// `site-<n+1>.tmp`, names it `site-<n+1>` when it is complete and turns the link.
#pragma once

#include "render/site_output.h"

#include <talloc.h>

struct site_tree {
    int home; // descriptor of SEN_HOME
    int root; // of the folder being written, with site_tree_begin
    char name[64];
};

// Open SEN_HOME, which is made if it is not there. On any failure home is -1 or open: call
// site_tree_close in every case.
int site_tree_open(const char *home, struct site_tree *tree) SEN_MUST_CHECK;
void site_tree_close(struct site_tree *tree);

// Begin a new folder; what earlier builds left unfinished is removed. Only one at a time: hold the
// site's lock.
int site_tree_begin(struct site_tree *tree, struct site_output *ret) SEN_MUST_CHECK;
void site_tree_drop(struct site_tree *tree);

// Show the new folder to the readers and remove the old ones.
int site_tree_publish(struct site_tree *tree) SEN_MUST_CHECK;

// Open the folder that readers see, to write into it. SEN_NOT_FOUND: there is none.
int site_tree_live(struct site_tree *tree, struct site_output *ret) SEN_MUST_CHECK;

// The word that a build leaves to say what made it.
int site_tree_stamp(struct site_output *output, const char *word) SEN_MUST_CHECK;
bool site_tree_is_stamped(const struct site_output *output, const char *word);
