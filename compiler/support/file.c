/* file.c - whole files read, mapped and replaced (see file.h). */
#include "support/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_READ = 64 * 1024, COPY_STEP = 64 * 1024, NAME_TRIES = 1000 };

/* ---- reading ---- */

static void report_read(Diag *diag, Span span, const char *path, int failure)
{
    diag_error(diag, span, "cannot read \"%s\": %s", path, strerror(failure));
}

/* Opens for reading; directories are refused here, because read() on them says so too late. -1 after a diagnostic. */
static int open_to_read(Diag *diag, const char *path, Span span, struct stat *status)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int failure = file < 0 || fstat(file, status) ? errno : S_ISDIR(status->st_mode) ? EISDIR : 0;
    if (!failure)
        return file;
    if (file >= 0)
        close(file);
    report_read(diag, span, path, failure);
    return -1;
}

/* Reads to the end, or to one byte past the limit; errno of a failure, else 0. The size that fstat told is a first
 * guess only: pipes have none, and files grow. */
static int read_all(int file, Arena *arena, size_t guess, size_t limit, char **bytes, size_t *count)
{
    size_t room = guess ? guess + 1 : FIRST_READ; /* one more, so that the end is seen without growing */
    char *text = arena_alloc(arena, room + 1);
    size_t used = 0;
    while (used <= limit) {
        if (used == room) {
            char *larger = arena_alloc(arena, room * 2 + 1);
            memcpy(larger, text, used);
            text = larger;
            room *= 2;
        }
        ssize_t got = read(file, text + used, room - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        used += (size_t)got;
    }
    text[used] = '\0';
    *bytes = text;
    *count = used;
    return 0;
}

char *file_read(Arena *arena, Diag *diag, const char *path, Span span, size_t limit, size_t *count)
{
    struct stat status;
    int file = open_to_read(diag, path, span, &status);
    if (file < 0)
        return NULL;
    bool plain = S_ISREG(status.st_mode);
    bool large = plain && (uintmax_t)status.st_size > limit;
    char *bytes = NULL;
    int failure = large ? 0 : read_all(file, arena, plain ? (size_t)status.st_size : 0, limit, &bytes, count);
    close(file);
    if (failure) {
        report_read(diag, span, path, failure);
        return NULL;
    }
    if (large || *count > limit) {
        diag_error(diag, span, "\"%s\" has more than %zu bytes", path, limit);
        return NULL;
    }
    return bytes;
}

bool file_map(FileMapping *mapping, Diag *diag, const char *path, Span span)
{
    *mapping = (FileMapping){0};
    struct stat status;
    /* A named pipe would make open() wait for a writer, so that what it is must be known before. */
    if (!stat(path, &status) && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
        diag_error(diag, span, "\"%s\" is not a plain file", path);
        return false;
    }
    int file = open_to_read(diag, path, span, &status);
    if (file < 0)
        return false;
    int failure = 0;
    if ((uintmax_t)status.st_size > SIZE_MAX)
        failure = EFBIG;
    else if (status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        failure = bytes == MAP_FAILED ? errno : 0;
        if (!failure)
            *mapping = (FileMapping){bytes, (size_t)status.st_size};
    }
    close(file);
    if (failure)
        report_read(diag, span, path, failure);
    return !failure;
}

void file_unmap(FileMapping *mapping)
{
    if (mapping->bytes)
        munmap((void *)mapping->bytes, mapping->count);
    *mapping = (FileMapping){0};
}

/* ---- writing ---- */

static bool report_write(Diag *diag, const char *path, int failure)
{
    diag_error(diag, NOWHERE, "cannot write \"%s\": %s", path, strerror(failure));
    return false;
}

/* Opens a new file NAME.tmp<process>-<n> with the permissions that a new file usually gets. */
static FILE *open_beside(FileWriter *writer)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        writer->beside = arena_printf(writer->diag->arena, "%s.tmp%ld-%d", writer->target, (long)getpid(), i);
        int file = open(writer->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0)
            return fdopen(file, "wb");
        if (errno != EEXIST)
            break;
    }
    return NULL;
}

bool file_create(FileWriter *writer, Diag *diag, const char *path)
{
    *writer = (FileWriter){.diag = diag, .path = path, .target = path};
    char *resolved = realpath(path, NULL);
    if (resolved) {
        writer->target = arena_strdup(diag->arena, resolved);
        free(resolved);
    }
    struct stat status;
    bool there = !stat(writer->target, &status);
    if (there && S_ISDIR(status.st_mode))
        return report_write(diag, path, EISDIR);
    writer->stream = there && !S_ISREG(status.st_mode) ? fopen(writer->target, "wbe") : open_beside(writer);
    return writer->stream || report_write(diag, path, errno);
}

void file_put(FileWriter *writer, const void *bytes, size_t count)
{
    if (writer->failure || !count)
        return;
    errno = 0;
    if (fwrite(bytes, 1, count, writer->stream) != count)
        writer->failure = errno ? errno : EIO;
}

void file_abandon(FileWriter *writer)
{
    if (writer->stream)
        fclose(writer->stream);
    writer->stream = NULL;
    if (writer->beside)
        unlink(writer->beside);
}

bool file_commit(FileWriter *writer)
{
    errno = 0;
    if (fclose(writer->stream) && !writer->failure)
        writer->failure = errno ? errno : EIO;
    writer->stream = NULL;
    if (!writer->failure && writer->beside && rename(writer->beside, writer->target))
        writer->failure = errno;
    if (!writer->failure)
        return true;
    file_abandon(writer);
    return report_write(writer->diag, writer->path, writer->failure);
}

bool file_write_atomic(Diag *diag, const char *path, const void *bytes, size_t count)
{
    FileWriter writer;
    if (!file_create(&writer, diag, path))
        return false;
    file_put(&writer, bytes, count);
    return file_commit(&writer);
}

bool file_copy(Diag *diag, const char *from, const char *to)
{
    struct stat status;
    int file = open_to_read(diag, from, NOWHERE, &status);
    if (file < 0)
        return false;
    FileWriter writer;
    bool good = file_create(&writer, diag, to);
    if (good && writer.beside && fchmod(fileno(writer.stream), status.st_mode & 0777))
        writer.failure = errno;
    char *piece = good ? malloc(COPY_STEP) : NULL;
    if (good && !piece)
        fatal("out of memory");
    for (bool more = good; more;) {
        ssize_t got = read(file, piece, COPY_STEP);
        if (got > 0)
            file_put(&writer, piece, (size_t)got);
        more = got > 0 || (got < 0 && errno == EINTR);
        if (got < 0 && !more) {
            report_read(diag, NOWHERE, from, errno);
            file_abandon(&writer);
            good = false;
        }
    }
    free(piece);
    close(file);
    return good && file_commit(&writer);
}
