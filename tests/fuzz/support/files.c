/* files.c - virtual files, and the calls that find them instead of real ones (see fuzz.h).
 *
 * What stands in for the C library's functions cannot be given the files as an argument: they are the one variable
 * here.
 */
#include "support/beside.h"
#include "tests/fuzz/support/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *status);
char *__wrap_realpath(const char *path, char *resolved);
void *__wrap_mmap(void *wanted, size_t size, int protection, int flags, int file, off_t offset);
int __wrap_madvise(void *at, size_t size, int advice);
int __wrap_munmap(void *at, size_t size);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
bool __wrap_beside_make(Beside *beside, Arena *arena, const char *target, bool folder);
FILE *__real_fopen(const char *path, const char *mode);
int __real_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *status);
char *__real_realpath(const char *path, char *resolved);
void *__real_mmap(void *wanted, size_t size, int protection, int flags, int file, off_t offset);
int __real_madvise(void *at, size_t size, int advice);
int __real_munmap(void *at, size_t size);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
bool __real_beside_make(Beside *beside, Arena *arena, const char *target, bool folder);

typedef struct VirtualFile {
    const char *path;
    const void *bytes;
    size_t size;
} VirtualFile;

static struct {
    VirtualFile at[MOST_FILES];
    int count;
} files;

int file_add(const char *path, const void *bytes, size_t size)
{
    if (files.count == MOST_FILES)
        return 0;
    files.at[files.count++] = (VirtualFile){path, bytes, size};
    return 1;
}

void files_clear(void)
{
    files.count = 0;
}

/* NULL, and errno says so, when there is none. "./a" is "a". */
static const VirtualFile *find(const char *path)
{
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    for (int i = 0; i < files.count; i++)
        if (strcmp(files.at[i].path, path) == 0)
            return &files.at[i];
    errno = ENOENT;
    return NULL;
}

/* A descriptor of an unnamed file with these bytes. */
static int describe(const VirtualFile *file)
{
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    const char *at = file->bytes;
    for (size_t left = file->size; descriptor >= 0 && left;) {
        ssize_t written = write(descriptor, at, left);
        if (written <= 0)
            fuzz_fail(__FILE__, __LINE__, "a virtual file cannot be written");
        at += written;
        left -= (size_t)written;
    }
    if (descriptor >= 0)
        lseek(descriptor, 0, SEEK_SET);
    return descriptor;
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? (mode_t)va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    if (!files.count)
        return __real_open(path, flags, mode);
    const VirtualFile *file = find(path);
    return file ? describe(file) : -1;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    if (!files.count || *mode != 'r') /* libFuzzer writes what it found by fopen, and Fovea never does */
        return __real_fopen(path, mode);
    int descriptor = __wrap_open(path, O_RDONLY);
    return descriptor < 0 ? NULL : fdopen(descriptor, mode);
}

int __wrap_stat(const char *path, struct stat *status)
{
    if (!files.count)
        return __real_stat(path, status);
    const VirtualFile *file = find(path);
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFREG | 0444;
    status->st_size = file ? (off_t)file->size : 0;
    return file ? 0 : -1;
}

char *__wrap_realpath(const char *path, char *resolved)
{
    if (!files.count)
        return __real_realpath(path, resolved);
    const VirtualFile *file = find(path);
    return file ? strdup(file->path) : NULL;
}

void *__wrap_mmap(void *wanted, size_t size, int protection, int flags, int file, off_t offset)
{
    if (!files.count || file < 0)
        return __real_mmap(wanted, size, protection, flags, file, offset);
    void *copy = malloc(size);
    if (!copy || pread(file, copy, size, offset) != (ssize_t)size)
        fuzz_fail(__FILE__, __LINE__, "a virtual file cannot be mapped");
    return copy;
}

/* What stands for a mapping must not be thrown away. */
int __wrap_madvise(void *at, size_t size, int advice)
{
    return files.count ? 0 : __real_madvise(at, size, advice);
}

int __wrap_munmap(void *at, size_t size)
{
    if (!files.count)
        return __real_munmap(at, size);
    free(at);
    return 0;
}

/* Files only: what is written into it goes nowhere. */
bool __wrap_beside_make(Beside *beside, Arena *arena, const char *target, bool folder)
{
    if (!files.count || folder)
        return __real_beside_make(beside, arena, target, folder);
    *beside = (Beside){.path = arena_printf(arena, "%s.new", target), .file = memfd_create("new", MFD_CLOEXEC)};
    return beside->file >= 0;
}

int __wrap_rename(const char *from, const char *to)
{
    return files.count ? 0 : __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
    return files.count ? 0 : __real_unlink(path);
}
