/* file.c - whole files read, mapped and replaced (see file.h). */
#include "support/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_READ = 64 * 1024, COPY_STEP = 64 * 1024 };

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

void file_forget(const void *part, size_t count)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = (uintptr_t)part + count;
    uintptr_t first = (uintptr_t)part / page * page; /* a page that is shared is fetched again */
    if (count)
        madvise((void *)first, end - first, MADV_DONTNEED);
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
    diag_error(diag, NOWHERE, "cannot write \"%s\": %s", beside_final(diag->arena, path), strerror(failure));
    return false;
}

/* A stream of its own: the descriptor that holds the lock stays open longer. */
static FILE *open_beside(FileWriter *writer)
{
    if (!beside_make(&writer->beside, writer->diag->arena, writer->target, false)) {
        writer->beside.path = NULL;
        return NULL;
    }
    int file = fcntl(writer->beside.file, F_DUPFD_CLOEXEC, 0);
    return file < 0 ? NULL : fdopen(file, "wb");
}

/* Lets signals in again, after everything else. */
static void close_writer(FileWriter *writer)
{
    if (writer->beside.path)
        close(writer->beside.file);
    writer->beside.path = NULL;
    signals_release(&writer->signals);
}

/* The path, or what a symbolic link there points to. */
static const char *resolve(Arena *arena, const char *path)
{
    char *resolved = realpath(path, NULL);
    const char *target = resolved ? arena_strdup(arena, resolved) : path;
    free(resolved);
    return target;
}

bool file_create(FileWriter *writer, Diag *diag, const char *path)
{
    *writer = (FileWriter){.diag = diag, .path = path, .target = resolve(diag->arena, path)};
    struct stat status;
    bool there = !stat(writer->target, &status);
    if (there && S_ISDIR(status.st_mode))
        return report_write(diag, path, EISDIR);
    bool direct = there && !S_ISREG(status.st_mode);
    if (direct) /* which may take any time: it can be interrupted */
        sigprocmask(SIG_SETMASK, NULL, &writer->signals);
    else
        signals_hold(&writer->signals);
    writer->stream = direct ? fopen(writer->target, "wbe") : open_beside(writer);
    if (writer->stream)
        return true;
    int failure = errno;
    file_abandon(writer);
    return report_write(diag, path, failure);
}

void file_put(FileWriter *writer, const void *bytes, size_t count)
{
    if (writer->failure || !count)
        return;
    errno = 0;
    if (fwrite(bytes, 1, count, writer->stream) != count)
        writer->failure = errno ? errno : EIO;
}

bool file_goes_back(const FileWriter *writer)
{
    return writer->beside.path != NULL;
}

void file_put_first(FileWriter *writer, const void *bytes, size_t count)
{
    errno = 0;
    if (!writer->failure && fseek(writer->stream, 0, SEEK_SET))
        writer->failure = errno ? errno : EIO;
    file_put(writer, bytes, count);
}

void file_abandon(FileWriter *writer)
{
    if (writer->stream)
        fclose(writer->stream);
    writer->stream = NULL;
    if (writer->beside.path)
        unlink(writer->beside.path);
    close_writer(writer);
}

bool file_commit(FileWriter *writer)
{
    errno = 0;
    if (fclose(writer->stream) && !writer->failure)
        writer->failure = errno ? errno : EIO;
    writer->stream = NULL;
    if (!writer->failure && writer->beside.path && rename(writer->beside.path, writer->target))
        writer->failure = errno;
    if (writer->failure) {
        file_abandon(writer);
        return report_write(writer->diag, writer->path, writer->failure);
    }
    close_writer(writer);
    return true;
}

bool file_write_atomic(Diag *diag, const char *path, const void *bytes, size_t count)
{
    FileWriter writer;
    if (!file_create(&writer, diag, path))
        return false;
    file_put(&writer, bytes, count);
    return file_commit(&writer);
}

/* ---- copying and moving ---- */

/* Copies from an open file. errno of a read that failed, else 0. */
static int copy_all(FileWriter *writer, int file)
{
    char piece[COPY_STEP];
    for (;;) {
        ssize_t got = read(file, piece, sizeof piece);
        if (got > 0)
            file_put(writer, piece, (size_t)got);
        else if (got == 0 || errno != EINTR)
            return got == 0 ? 0 : errno;
    }
}

bool file_create_copy(FileWriter *writer, Diag *diag, const char *from, const char *to)
{
    struct stat status;
    int file = open_to_read(diag, from, NOWHERE, &status);
    if (file < 0)
        return false;
    bool good = file_create(writer, diag, to);
    if (good && writer->beside.path && fchmod(fileno(writer->stream), status.st_mode & 0777))
        writer->failure = errno;
    int failure = good ? copy_all(writer, file) : 0;
    close(file);
    if (!good)
        return false;
    if (!failure && fflush(writer->stream) && !writer->failure)
        writer->failure = errno;
    if (!failure && !writer->failure)
        return true;
    int reason = writer->failure;
    file_abandon(writer);
    if (failure)
        report_read(diag, NOWHERE, from, failure);
    else
        report_write(diag, to, reason);
    return false;
}

bool file_copy(Diag *diag, const char *from, const char *to)
{
    FileWriter writer;
    return file_create_copy(&writer, diag, from, to) && file_commit(&writer);
}

static bool can_be_written(Diag *diag, const char *path)
{
    struct stat status;
    return stat(path, &status) || !S_ISDIR(status.st_mode) || report_write(diag, path, EISDIR);
}

/* By its name where that is possible: not to another disk, nor onto what is no plain file. */
static bool move(Diag *diag, const char *from, const char *to)
{
    const char *target = resolve(diag->arena, to);
    struct stat status;
    bool direct = !stat(target, &status) && !S_ISREG(status.st_mode);
    if (!direct && rename(from, target) == 0)
        return true;
    return direct || errno == EXDEV ? file_copy(diag, from, to) : report_write(diag, to, errno);
}

/* One folder: looks first (`look`), then moves. */
static bool move_entries(Diag *diag, const char *from, const char *to, bool look)
{
    struct dirent **entries;
    int count = scandir(from, &entries, NULL, alphasort);
    if (count < 0) {
        report_read(diag, NOWHERE, from, errno);
        return false;
    }
    bool fine = look || directory_make(diag, to);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name, *entry = path_join(diag->arena, from, name);
        const char *place = path_join(diag->arena, to, name);
        struct stat status;
        if (fine && strcmp(name, ".") && strcmp(name, "..")) {
            if (!stat(entry, &status) && S_ISDIR(status.st_mode))
                fine = move_entries(diag, entry, place, look);
            else
                fine = look ? can_be_written(diag, place) : move(diag, entry, place);
        }
        free(entries[i]);
    }
    free(entries);
    return fine;
}

bool files_move(Diag *diag, const char *from, const char *to)
{
    sigset_t signals;
    signals_hold(&signals);
    bool fine = move_entries(diag, from, to, true) && move_entries(diag, from, to, false);
    signals_release(&signals);
    return fine;
}
