#include "render/site_output.h"

#include "render/site_siblings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int file, const char *data, size_t length)
{
    while (length) {
        ssize_t n = write(file, data, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        data += n;
        length -= (size_t)n;
    }
    return SEN_OK;
}

// Make the folders that lead to a file.
static int make_folders(int root, const char *path)
{
    char folder[PATH_MAX];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdirat(root, folder, 0755) && errno != EEXIST)
            return -errno;
    }
    return SEN_OK;
}

// Nearly every page has a folder of its own, so that is made first and its parents only if they
// turn out to be missing.
static int make_page_folder(int root, const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash)
        return SEN_OK;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    if (!mkdirat(root, folder, 0755) || errno == EEXIST)
        return SEN_OK;
    return errno == ENOENT ? make_folders(root, path) : -errno;
}

int site_output_create(int root, const char *path, const char *data, size_t length)
{
    int file = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return -errno;
    int r = write_all(file, data, length);
    if (close(file) && !r)
        r = -errno;
    return r;
}

static bool holds_already(int root, const char *path, const char *data, size_t length)
{
    int file = openat(root, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    struct stat info;
    bool same = !fstat(file, &info) && (size_t)info.st_size == length;
    char buffer[65536];
    for (size_t at = 0; same && at < length;) {
        ssize_t n = read(file, buffer, sizeof buffer);
        same = n > 0 && (size_t)n <= length - at && memcmp(buffer, data + at, (size_t)n) == 0;
        at += same ? (size_t)n : 0;
    }
    close(file);
    return same;
}

int site_output_replace(int root, const char *path, const char *data, size_t length)
{
    char temporary[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    snprintf(temporary, sizeof temporary, "%.*s.%s.tmp", folder, path, path + folder);
    int r = site_output_create(root, temporary, data, length);
    if (!r && renameat(root, temporary, root, path))
        r = -errno;
    if (r)
        unlinkat(root, temporary, 0);
    return r;
}

static int remove_file(int root, const char *path)
{
    if (unlinkat(root, path, 0) && errno != ENOENT)
        return -errno;
    return site_siblings_remove(root, path);
}

// After the page that takes their place is there: readers never find none.
static int remove_other_pages(struct site_output *output, const char *path)
{
    static const char *const names[] = {SITE_PAGE, SITE_GONE_PAGE, SITE_BARRED_PAGE};
    enum { NAMES = sizeof names / sizeof *names };
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t own = 0;
    while (own < NAMES && strcmp(names[own], name) != 0)
        own++;
    for (size_t i = 0; own < NAMES && i < NAMES; i++) {
        char other[PATH_MAX];
        snprintf(other, sizeof other, "%.*s%s", (int)(name - path), path, names[i]);
        int r = i == own ? SEN_OK : remove_file(output->root, other);
        if (r)
            return r;
    }
    return SEN_OK;
}

int site_output_write(struct site_output *output, const char *path, const char *data, size_t length)
{
    if (output->keep) {
        if (!output->kept) {
            output->kept = talloc_memdup(output->keep, data, length);
            output->kept_length = length;
        }
        return SEN_OK;
    }
    if (output->live && holds_already(output->root, path, data, length)) {
        output->unchanged++;
        return remove_other_pages(output, path);
    }
    int r = make_page_folder(output->root, path);
    if (!r && output->live && output->siblings)
        r = site_siblings_write(output->root, path, true, data, length);
    if (!r)
        r = output->live ? site_output_replace(output->root, path, data, length)
                         : site_output_create(output->root, path, data, length);
    if (!r && output->live)
        r = remove_other_pages(output, path);
    output->written += !r;
    return r;
}

int site_output_remove_file(struct site_output *output, const char *path)
{
    bool there = !faccessat(output->root, path, F_OK, 0);
    int r = remove_file(output->root, path);
    output->removed += !r && there;
    return r;
}

int site_output_remove(struct site_output *output, const char *folder)
{
    if (faccessat(output->root, folder, F_OK, 0))
        return errno == ENOENT ? SEN_OK : -errno;
    int r = site_output_erase(output->root, folder);
    output->removed += !r;
    return r;
}

static int erase_inside(int folder)
{
    DIR *list = fdopendir(folder);
    if (!list) {
        close(folder);
        return -errno;
    }
    int r = SEN_OK;
    struct dirent *one;
    while (!r && (one = readdir(list))) {
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
            continue;
        if (one->d_type == DT_REG && !unlinkat(dirfd(list), one->d_name, 0))
            continue;
        r = site_output_erase(dirfd(list), one->d_name);
    }
    closedir(list);
    return r;
}

int site_output_erase(int at, const char *name)
{
    int folder = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        if (errno == ENOENT)
            return SEN_OK;
        if (errno == ENOTDIR || errno == ELOOP)
            return unlinkat(at, name, 0) ? -errno : SEN_OK;
        return -errno;
    }
    int r = erase_inside(folder);
    if (!r && unlinkat(at, name, AT_REMOVEDIR))
        r = -errno;
    return r;
}
