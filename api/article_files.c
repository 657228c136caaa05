// `sen article put`: which files it takes, and in which order.
#include "api/article_command.h"

#include <errno.h>
#include <fts.h>
#include <string.h>

struct files {
    char **paths;
    size_t count;
    int status;
};

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_markdown(const char *name)
{
    size_t length = strlen(name);
    return length > 3 && strcmp(name + length - 3, ".md") == 0;
}

static void add_entry(struct files *files, FTS *tree, FTSENT *entry)
{
    bool named = entry->fts_level == FTS_ROOTLEVEL;
    bool hidden = !named && *entry->fts_name == '.';
    switch (entry->fts_info) {
    case FTS_D:
        if (hidden)
            fts_set(tree, entry, FTS_SKIP);
        break;
    case FTS_F:
        if (!hidden && is_markdown(entry->fts_name)) {
            files->paths = talloc_realloc(files, files->paths, char *, files->count + 1);
            files->paths[files->count++] = talloc_strdup(files, entry->fts_path);
        } else if (named) {
            files->status =
                article_failed(entry->fts_path, "it is neither a folder nor a .md file");
        }
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        files->status = article_failed(entry->fts_path, "%s", strerror(entry->fts_errno));
        break;
    default:
        break;
    }
}

static void find(struct files *files, char **paths, int count)
{
    char **roots = talloc_zero_array(files, char *, (size_t)count + 1);
    memcpy(roots, paths, (size_t)count * sizeof *roots);
    // Below a folder links are not followed: they could lead in a circle.
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    FTSENT *entry;
    if (!tree)
        files->status = article_failed("sen article", "%s", strerror(errno));
    while (tree && (entry = fts_read(tree)))
        add_entry(files, tree, entry);
    if (tree)
        fts_close(tree);
}

int article_put(struct article_run *run, char **paths, int count)
{
    struct files *files = talloc_zero(NULL, struct files);
    find(files, paths, count);
    // Sources first: a translation is to know the text that it was made from.
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < files->count; i++)
            if (article_is_translation(files->paths[i]) == (pass == 1))
                files->status |= article_put_file(run, files->paths[i]);
    int status = files->status;
    talloc_free(files);
    return status;
}
