#include "render/site_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINK  "site"
#define STAMP ".build"

int site_tree_open(const char *home, struct site_tree *tree)
{
    *tree = (struct site_tree){.home = -1, .root = -1};
    if (mkdir(home, 0755) && errno != EEXIST)
        return -errno;
    tree->home = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return tree->home < 0 ? -errno : SEN_OK;
}

void site_tree_close(struct site_tree *tree)
{
    if (tree->home >= 0)
        close(tree->home);
    if (tree->home >= 0 && tree->root >= 0)
        close(tree->root);
}

// The number of "site-12" or "site-12.tmp"; 0: it is neither.
static unsigned number_of(const char *name, bool *ret_unfinished)
{
    unsigned number;
    int length = 0;
    if (sscanf(name, LINK "-%u%n", &number, &length) != 1 || !length)
        return 0;
    *ret_unfinished = strcmp(name + length, ".tmp") == 0;
    return !name[length] || *ret_unfinished ? number : 0;
}

// Call one for every folder of a build.
static int each_build(struct site_tree *tree,
                      int (*one)(struct site_tree *, const char *, unsigned, bool, void *),
                      void *data)
{
    int copy = openat(tree->home, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy < 0 ? NULL : fdopendir(copy);
    if (!list)
        return -errno;
    int r = SEN_OK;
    struct dirent *entry;
    while (!r && (entry = readdir(list))) {
        bool unfinished;
        unsigned number = number_of(entry->d_name, &unfinished);
        if (number)
            r = one(tree, entry->d_name, number, unfinished, data);
    }
    closedir(list);
    return r;
}

static int clean(struct site_tree *tree, const char *name, unsigned number, bool unfinished,
                 void *data)
{
    unsigned *highest = data;
    if (number > *highest)
        *highest = number;
    return unfinished ? site_output_erase(tree->home, name) : SEN_OK;
}

int site_tree_begin(struct site_tree *tree, struct site_output *ret)
{
    unsigned highest = 0;
    int r = each_build(tree, clean, &highest);
    if (r)
        return r;
    snprintf(tree->name, sizeof tree->name, LINK "-%u.tmp", highest + 1);
    if (mkdirat(tree->home, tree->name, 0755))
        return -errno;
    tree->root = openat(tree->home, tree->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->root < 0)
        return -errno;
    *ret = (struct site_output){.root = tree->root};
    return SEN_OK;
}

void site_tree_drop(struct site_tree *tree)
{
    // The next build removes what cannot be removed now.
    if (*tree->name && site_output_erase(tree->home, tree->name))
        return;
}

static int remove_other(struct site_tree *tree, const char *name, unsigned number, bool unfinished,
                        void *data)
{
    const char *present = data;
    return strcmp(name, present) == 0 ? SEN_OK : site_output_erase(tree->home, name);
}

int site_tree_publish(struct site_tree *tree)
{
    char name[sizeof tree->name];
    snprintf(name, sizeof name, "%.*s", (int)(strlen(tree->name) - strlen(".tmp")), tree->name);
    if (renameat(tree->home, tree->name, tree->home, name))
        return -errno;
    if (unlinkat(tree->home, LINK ".tmp", 0) && errno != ENOENT)
        return -errno;
    if (symlinkat(name, tree->home, LINK ".tmp") ||
        renameat(tree->home, LINK ".tmp", tree->home, LINK))
        return -errno;
    return each_build(tree, remove_other, name);
}

int site_tree_live(struct site_tree *tree, struct site_output *ret)
{
    if (tree->root >= 0)
        close(tree->root);
    tree->root = openat(tree->home, LINK, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->root < 0)
        return errno == ENOENT ? SEN_NOT_FOUND : -errno;
    *ret = (struct site_output){.root = tree->root, .live = true};
    return SEN_OK;
}

int site_tree_stamp(struct site_output *output, const char *word)
{
    return site_output_write(output, STAMP, word, strlen(word));
}

bool site_tree_is_stamped(const struct site_output *output, const char *word)
{
    char found[256];
    int file = openat(output->root, STAMP, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, found, sizeof found);
    close(file);
    return length == (ssize_t)strlen(word) && memcmp(found, word, (size_t)length) == 0;
}
