#include "render/site_siblings.h"

#include "render/compress.h"
#include "render/site_output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASSETS        "assets/"
#define PROCESSES_MAX 64
#define CHUNK         32 // files that a process takes at once

static const struct coding {
    const char *ending;
    int (*compress)(TALLOC_CTX *, const char *, size_t, int, char **, size_t *);
    int level, best; // best: for assets, which are made once and fetched by everybody
} codings[] = {
    {".gz", compress_gzip, 6, 9},
    {".br", compress_brotli, 5, 11},
};
enum { CODINGS = sizeof codings / sizeof *codings };

bool site_siblings_wanted(const char *path)
{
    static const char *const endings[] = {".html", ".css", ".js",  ".json",       ".xml",
                                          ".txt",  ".csv", ".svg", ".webmanifest"};
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(ending, endings[i]) == 0)
            return true;
    return false;
}

static bool name_of(const char *path, const struct coding *coding, char name[static PATH_MAX])
{
    return snprintf(name, PATH_MAX, "%s%s", path, coding->ending) < PATH_MAX;
}

static int write_one(int root, const char *path, bool live, const struct coding *coding,
                     const char *data, size_t length)
{
    char name[PATH_MAX], *copy;
    size_t copy_length;
    int level = strncmp(path, ASSETS, strlen(ASSETS)) == 0 ? coding->best : coding->level;
    if (!name_of(path, coding, name))
        return -ENAMETOOLONG;
    int r = coding->compress(NULL, data, length, level, &copy, &copy_length);
    if (r)
        return r;
    if (copy_length < length)
        r = live ? site_output_replace(root, name, copy, copy_length)
                 : site_output_create(root, name, copy, copy_length);
    else if (live && unlinkat(root, name, 0) && errno != ENOENT)
        r = -errno;
    talloc_free(copy);
    return r;
}

int site_siblings_write(int root, const char *path, bool live, const char *data, size_t length)
{
    int r = SEN_OK;
    for (size_t i = 0; !r && i < CODINGS && site_siblings_wanted(path); i++)
        r = write_one(root, path, live, &codings[i], data, length);
    return r;
}

int site_siblings_remove(int root, const char *path)
{
    char name[PATH_MAX];
    for (size_t i = 0; i < CODINGS && site_siblings_wanted(path); i++)
        if (name_of(path, &codings[i], name) && unlinkat(root, name, 0) && errno != ENOENT)
            return -errno;
    return SEN_OK;
}

// ---- all of a tree ----------------------------------------------------------------------------

struct files {
    int root;
    char **paths;
    size_t count;
    size_t *next; // in memory that the processes share
};

static int list_folder(struct files *files, int folder, const char *path)
{
    DIR *list = folder < 0 ? NULL : fdopendir(folder);
    if (!list)
        return -errno;
    int r = SEN_OK;
    struct dirent *one;
    while (!r && (one = readdir(list))) {
        char inner[PATH_MAX];
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof inner, "%s%s%s", path, *path ? "/" : "", one->d_name) >=
            PATH_MAX) {
            r = -ENAMETOOLONG;
        } else if (one->d_type == DT_DIR) {
            r = list_folder(
                files, openat(dirfd(list), one->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), inner);
        } else if (site_siblings_wanted(inner)) {
            if ((files->count & (files->count - 1)) == 0)
                files->paths = talloc_realloc(files, files->paths, char *,
                                              files->count ? files->count * 2 : 1);
            files->paths[files->count++] = talloc_strdup(files, inner);
        }
    }
    closedir(list);
    return r;
}

static int write_for_file(int root, const char *path)
{
    int file = openat(root, path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (file < 0)
        return -errno;
    int r = fstat(file, &info) ? -errno : SEN_OK;
    size_t length = r ? 0 : (size_t)info.st_size, done = 0;
    char *data = talloc_array(NULL, char, length + 1);
    while (!r && done < length) {
        ssize_t n = read(file, data + done, length - done);
        if (n > 0)
            done += (size_t)n;
        else if (!n || errno != EINTR)
            r = n ? -errno : -EIO;
    }
    close(file);
    if (!r)
        r = site_siblings_write(root, path, false, data, length);
    talloc_free(data);
    return r;
}

static int work(const struct files *files)
{
    int r = SEN_OK;
    for (;;) {
        size_t first = __atomic_fetch_add(files->next, CHUNK, __ATOMIC_RELAXED);
        for (size_t i = first; !r && i < first + CHUNK && i < files->count; i++)
            r = write_for_file(files->root, files->paths[i]);
        if (r || first >= files->count)
            return r;
    }
}

static pid_t start(const struct files *files)
{
    pid_t parent = getpid(), child = fork();
    if (child)
        return child;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
        _exit(1);
    _exit(work(files) ? 1 : 0);
}

static int run(const struct files *files, unsigned jobs, const volatile sig_atomic_t *stop)
{
    pid_t processes[PROCESSES_MAX];
    unsigned started = 0;
    int r = SEN_OK;
    for (; !r && started < jobs && started < PROCESSES_MAX; started += !r)
        if ((processes[started] = start(files)) < 0)
            r = -errno;
    for (unsigned i = 0; i < started;) {
        int status;
        if (r || (stop && *stop)) {
            r = r ? r : -EINTR;
            kill(processes[i], SIGKILL);
        }
        if (waitpid(processes[i], &status, 0) < 0) {
            if (errno == EINTR)
                continue;
            r = r ? r : -errno;
        } else if (!r && (!WIFEXITED(status) || WEXITSTATUS(status))) {
            r = -EIO;
        }
        i++;
    }
    return r;
}

int site_siblings_make(int root, unsigned jobs, const volatile sig_atomic_t *stop)
{
    struct files *files = talloc_zero(NULL, struct files);
    files->root = root;
    files->next =
        mmap(NULL, sizeof *files->next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int r = files->next == MAP_FAILED ? -errno : SEN_OK;
    if (!r)
        r = list_folder(files, openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "");
    if (!r)
        r = run(files, jobs, stop);
    if (files->next != MAP_FAILED)
        munmap(files->next, sizeof *files->next);
    talloc_free(files);
    return r;
}
