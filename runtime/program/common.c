/* common.c - failure, files and memory (see common.h). */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sentences quote what files hold; no control character of it (C1 in UTF-8: C2 80 to C2 9F) reaches a terminal, but for
 * `kept`. */
static void make_printable(char *text, char kept)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++)
        if ((*at < 0x20 && *at != (unsigned char)kept) || *at == 0x7F)
            *at = '?';
        else if (*at == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0)
            at[0] = at[1] = '?';
}

bool fovea_fail(fovea_fault *fault, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    make_printable(fault->text, '\0');
    return false;
}

bool fovea_fail_lines(fovea_fault *fault, const char *text)
{
    snprintf(fault->text, sizeof fault->text, "%s", text);
    size_t length = strlen(fault->text);
    while (length && fault->text[length - 1] == '\n')
        fault->text[--length] = '\0';
    make_printable(fault->text, '\n');
    return false;
}

bool fovea_fail_memory(fovea_fault *fault, size_t bytes)
{
    return fovea_fail(fault, "out of memory (%zu bytes wanted)", bytes);
}

size_t fovea_size(int64_t count, size_t bytes)
{
    if (count < 0 || (bytes && (uint64_t)count > SIZE_MAX / bytes))
        return SIZE_MAX;
    return (size_t)count * bytes;
}

/* Reads to the end in growing steps: pipes have no size to ask for. */
static bool read_stream(fovea_bytes *bytes, FILE *stream, const char *path, size_t most, fovea_fault *fault)
{
    size_t capacity = 0;
    for (;;) {
        if (bytes->size == capacity) {
            size_t grown = capacity ? 2 * capacity : 64 * 1024;
            unsigned char *at = realloc(bytes->at, grown);
            if (!at)
                return fovea_fail_memory(fault, grown);
            bytes->at = at;
            capacity = grown;
        }
        size_t got = fread(bytes->at + bytes->size, 1, capacity - bytes->size, stream);
        bytes->size += got;
        if (ferror(stream))
            return fovea_fail(fault, "cannot read %s: %s", path, strerror(errno));
        if (bytes->size > most)
            return fovea_fail(fault, "%s is over %zu bytes", path, most);
        if (!got)
            return true;
    }
}

bool fovea_bytes_read(fovea_bytes *bytes, const char *path, size_t most, fovea_fault *fault)
{
    *bytes = (fovea_bytes){0};
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return fovea_fail(fault, "cannot open %s: %s", path, strerror(errno));
    bool fine = read_stream(bytes, stream, path, most, fault);
    fclose(stream);
    if (!fine)
        fovea_bytes_free(bytes);
    return fine;
}

void fovea_bytes_free(fovea_bytes *bytes)
{
    free(bytes->at);
    *bytes = (fovea_bytes){0};
}

void fovea_streams_prepare(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) < 0) /* the lowest that is free, so that it gets this number */
            open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    signal(SIGXFSZ, SIG_IGN);
}

/* ---- output files ---- */

/* What a signal has to remove cannot be an argument. */
static fovea_output *volatile open_outputs;

static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
enum { ENDINGS = sizeof endings / sizeof *endings };

static void on_ending(int number)
{
    for (const fovea_output *output = open_outputs; output; output = output->next)
        unlink(output->temporary);
    /* Held while this runs, and then with its usual effect. SA_RESETHAND would give it that too early: between the
     * reset and the hold the kernel lets the same signal, sent twice as timeout does, end the program at once. */
    signal(number, SIG_DFL);
    raise(number);
}

/* Makes those signals wait; `before` is what is let in again. */
static sigset_t hold_endings(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < ENDINGS; i++)
        sigaddset(&set, endings[i]);
    sigprocmask(SIG_BLOCK, &set, before);
    return set;
}

/* Makes the file, which from now on those signals remove. What is ignored, as under nohup, stays ignored. */
static int make_temporary(fovea_output *output)
{
    sigset_t before;
    struct sigaction action = {.sa_handler = on_ending}, was;
    action.sa_mask = hold_endings(&before);
    int descriptor = mkstemp(output->temporary), failure = errno;
    if (descriptor >= 0) {
        output->next = open_outputs;
        open_outputs = output;
        for (int i = 0; i < ENDINGS; i++)
            if (sigaction(endings[i], NULL, &was) == 0 && was.sa_handler == SIG_DFL)
                sigaction(endings[i], &action, NULL);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = failure;
    return descriptor;
}

/* Puts the file in its place, or removes it when there is none. */
static bool end_temporary(fovea_output *output, const char *place)
{
    sigset_t before;
    hold_endings(&before);
    bool fine = place && rename(output->temporary, place) == 0;
    int failure = errno;
    if (!fine)
        unlink(output->temporary);
    fovea_output *newer = NULL;
    for (fovea_output *other = open_outputs; other != output; other = other->next)
        newer = other;
    if (newer)
        newer->next = output->next;
    else
        open_outputs = output->next;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = failure;
    return fine;
}

bool fovea_output_open(fovea_output *output, const char *path, fovea_fault *fault)
{
    *output = (fovea_output){.path = fovea_text("%s", path), .temporary = fovea_text("%s.XXXXXX", path)};
    if (!output->path || !output->temporary) {
        fovea_output_cancel(output);
        return fovea_fail_memory(fault, strlen(path));
    }
    int descriptor = make_temporary(output);
    if (descriptor >= 0) {
        mode_t mask = umask(0);
        umask(mask);
        fchmod(descriptor, 0666 & ~mask); /* mkstemp's 0600 is not what a result should have */
        output->stream = fdopen(descriptor, "wb");
    }
    if (!output->stream) {
        fovea_fail(fault, "cannot write %s: %s", path, strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
            end_temporary(output, NULL);
        }
        fovea_output_cancel(output);
        return false;
    }
    return true;
}

bool fovea_output_fail(const fovea_output *output, fovea_fault *fault)
{
    return fovea_fail(fault, "cannot write %s: %s", output->path, strerror(errno ? errno : EIO));
}

bool fovea_output_commit(fovea_output *output, fovea_fault *fault)
{
    errno = 0;
    bool fine = !ferror(output->stream);
    fine = fclose(output->stream) == 0 && fine;
    output->stream = NULL;
    fine = end_temporary(output, fine ? output->path : NULL);
    if (!fine)
        fovea_output_fail(output, fault);
    fovea_output_cancel(output);
    return fine;
}

void fovea_output_cancel(fovea_output *output)
{
    if (output->stream) {
        fclose(output->stream);
        end_temporary(output, NULL);
    }
    free(output->path);
    free(output->temporary);
    *output = (fovea_output){0};
}

bool fovea_folder_make(const char *path, fovea_fault *fault)
{
    char *prefix = fovea_text("%s", path);
    if (!prefix)
        return fovea_fail_memory(fault, strlen(path));
    bool fine = true;
    for (char *at = prefix; fine && *at;) {
        at += 1 + strcspn(at + 1, "/");
        char end = *at;
        *at = '\0';
        if (mkdir(prefix, 0777) != 0 && errno != EEXIST)
            fine = fovea_fail(fault, "cannot make folder %s: %s", prefix, strerror(errno));
        *at = end;
    }
    free(prefix);
    return fine;
}

const char *fovea_plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

const char *fovea_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *fovea_text(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}
