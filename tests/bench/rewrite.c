// Writes the files of a folder anew elsewhere and prints the seconds that took: what a site builder
// cannot go below. Reading them comes first and is not counted.
//
//   rewrite SOURCE TARGET PROCESSES
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

struct file {
    char *path; // below the folders
    char *folder;
    char *data;
    size_t length;
};

static struct file *files;
static size_t file_count;
static size_t root_length;

static int take(const char *path, const struct stat *info, int type, struct FTW *position)
{
    if (type != FTW_F || !S_ISREG(info->st_mode))
        return 0;
    files = talloc_realloc(NULL, files, struct file, file_count + 1);
    struct file *file = &files[file_count++];
    file->path = talloc_strdup(files, path + root_length);
    char *slash = strrchr(file->path, '/');
    file->folder = slash ? talloc_strndup(files, file->path, (size_t)(slash - file->path)) : NULL;
    file->length = (size_t)info->st_size;
    file->data = talloc_size(files, file->length);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, file->data, file->length) != (ssize_t)file->length)
        err(1, "%s", path);
    close(fd);
    return 0;
}

static void make_folders(int root, char *folder)
{
    if (!mkdirat(root, folder, 0755) || errno == EEXIST)
        return;
    for (char *slash = strchr(folder, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdirat(root, folder, 0755);
        *slash = '/';
    }
    if (mkdirat(root, folder, 0755) && errno != EEXIST)
        err(1, "%s", folder);
}

static void write_file(int root, const struct file *file)
{
    if (file->folder)
        make_folders(root, file->folder);
    int fd = openat(root, file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, file->data, file->length) != (ssize_t)file->length || close(fd))
        err(1, "%s", file->path);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        errx(2, "usage: rewrite SOURCE TARGET PROCESSES");
    root_length = strlen(argv[1]) + (argv[1][strlen(argv[1]) - 1] != '/');
    if (nftw(argv[1], take, 64, FTW_PHYS))
        err(1, "%s", argv[1]);
    if (mkdir(argv[2], 0755))
        err(1, "%s", argv[2]);
    int root = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t *next =
        mmap(NULL, sizeof *next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (root < 0 || next == MAP_FAILED)
        err(1, "%s", argv[2]);

    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int processes = atoi(argv[3]);
    for (int i = 0; i < processes; i++) {
        if (fork())
            continue;
        for (size_t n; (n = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED)) < file_count;)
            write_file(root, &files[n]);
        _exit(0);
    }
    for (int status; wait(&status) > 0;)
        if (status)
            errx(1, "a process failed");
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.3f\n",
           (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    return 0;
}
