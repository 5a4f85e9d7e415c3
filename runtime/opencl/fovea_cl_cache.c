/* fovea_cl_cache.c - built programs, kept in a folder as NET-HASH.clbin for the next process.
 *
 * What is found there runs, so that a folder or a file which others could have written is not used; and files that are
 * cut short, damaged, or of other programs are not taken. Files are written beside their place and then renamed, so
 * that readers never see half of one. Whatever cannot be read or written is no failure: the program is then built from
 * its source.
 */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include "fovea_cl_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FOVEA_NO_FILES
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

/* ---- keys ---- */

#define HASH_START UINT64_C(0xcbf29ce484222325)

static void hash_bytes(fovea_cl_key *key, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) /* FNV-1a */
        key->hash = (key->hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    key->check = fovea_crc32(key->check, bytes, count);
}

/* With its zero, so that two texts are not taken for two others with the same letters. */
static void hash_text(fovea_cl_key *key, const char *text)
{
    hash_bytes(key, text, strlen(text) + 1);
}

fovea_cl_key fovea_cl_key_of(const fovea_cl_model *model)
{
    const fovea_cl_net *net = model->net;
    const fovea_cl_group group = fovea_cl_distinct(model);
    fovea_cl_key key = {net->name, HASH_START, 0};
    const char width = (char)sizeof(void *);
    hash_bytes(&key, &width, 1);
    hash_text(&key, model->plan->options ? model->plan->options : "");
    for (int i = 0; i < group.count; i++) {
        hash_text(&key, group.devices[i]->name);
        hash_text(&key, group.devices[i]->vendor);
        hash_text(&key, group.devices[i]->driver);
        hash_text(&key, group.devices[i]->platform);
        hash_text(&key, group.devices[i]->version);
        if (group.count > 1) /* parts are told from whole devices by their units */
            hash_bytes(&key, (const char *)&group.devices[i]->units, sizeof group.devices[i]->units);
    }
    for (size_t i = 0; i < net->source_count; i++)
        hash_bytes(&key, net->source[i], strlen(net->source[i]));
    return key;
}

#ifndef FOVEA_NO_FILES

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

/* ---- the folder ---- */

static char *join(const char *folder, const char *name)
{
    size_t bytes = strlen(folder) + strlen(name) + 2;
    char *path = malloc(bytes);
    if (path)
        snprintf(path, bytes, "%s/%s", folder, name);
    return path;
}

/* Its path, for free(); NULL when there is no place for one. */
static char *cache_folder(void)
{
    const char *own = getenv("FOVEA_CACHE"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (own && *own)
        return join(own, ".");
    if (cache && cache[0] == '/')
        return join(cache, "fovea");
    return home && home[0] == '/' ? join(home, ".cache/fovea") : NULL;
}

/* With the folders that it is in. */
static void make_folder(char *path)
{
    for (char *at = path + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0700); /* where it fails, so does the last one */
            *at = '/';
        }
    mkdir(path, 0700);
}

static int is_safe(const char *folder)
{
    struct stat status;
    return stat(folder, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
           !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/* The file of that key, for free(); NULL when there is no safe folder for it. */
static char *cache_path(const fovea_cl_key *key, int make)
{
    char *folder = cache_folder(), *path = NULL, name[160];
    if (folder && make)
        make_folder(folder);
    if (folder && is_safe(folder)) {
        snprintf(name, sizeof name, "%.100s-%016llx.clbin", key->name, (unsigned long long)key->hash);
        path = join(folder, name);
    }
    free(folder);
    return path;
}

/* ---- files ---- */

/* Such a file begins with these bytes; numbers are as the machine has them, since programs are for it alone:
 *
 *    0  8 bytes  "FOVEACLB"
 *    8  u64      hash of the key
 *   16  u64      bytes of the program, which follows
 *   24  u32      the key's other hash
 *   28  u32      CRC-32 of the program
 *   32  u32      format version, 1
 *   36  u32      CRC-32 of bytes 0 to 35
 */
enum { HEADER_BYTES = 40, FORMAT_VERSION = 1 };

static void write_header(unsigned char *header, const fovea_cl_key *key, const unsigned char *binary, size_t bytes)
{
    const uint64_t count = bytes;
    const uint32_t crc = fovea_crc32(0, binary, bytes), version = FORMAT_VERSION;
    memcpy(header, "FOVEACLB", 8);
    memcpy(header + 8, &key->hash, 8);
    memcpy(header + 16, &count, 8);
    memcpy(header + 24, &key->check, 4);
    memcpy(header + 28, &crc, 4);
    memcpy(header + 32, &version, 4);
    const uint32_t own = fovea_crc32(0, header, 36);
    memcpy(header + 36, &own, 4);
}

static int read_all(int file, unsigned char *bytes, size_t count)
{
    while (count) {
        ssize_t got = read(file, bytes, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return 0;
        bytes += got;
        count -= (size_t)got;
    }
    return 1;
}

static int write_all(int file, const unsigned char *bytes, size_t count)
{
    while (count) {
        ssize_t put = write(file, bytes, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return 0;
        bytes += put;
        count -= (size_t)put;
    }
    return 1;
}

/* What follows the header of an open file. The header that the file should have is written of what was read, so that
 * whatever differs is found by one comparison. */
static unsigned char *read_program(int file, const fovea_cl_key *key, size_t *bytes)
{
    struct stat about;
    unsigned char header[HEADER_BYTES], wanted[HEADER_BYTES];
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_uid != geteuid() ||
        about.st_size <= HEADER_BYTES || (uint64_t)about.st_size > SIZE_MAX || !read_all(file, header, sizeof header))
        return NULL;
    *bytes = (size_t)about.st_size - HEADER_BYTES;
    unsigned char *binary = malloc(*bytes);
    if (binary && read_all(file, binary, *bytes)) {
        write_header(wanted, key, binary, *bytes);
        if (memcmp(header, wanted, sizeof header) == 0)
            return binary;
    }
    free(binary);
    return NULL;
}

unsigned char *fovea_cl_cache_read(const fovea_cl_key *key, size_t *bytes)
{
    char *path = cache_path(key, 0);
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer. */
    int file = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    unsigned char *binary = file >= 0 ? read_program(file, key, bytes) : NULL;
    if (file >= 0)
        close(file);
    free(path);
    return binary;
}

void fovea_cl_cache_write(const fovea_cl_key *key, const unsigned char *binary, size_t bytes)
{
    unsigned char header[HEADER_BYTES];
    char *path = cache_path(key, 1), *beside = path ? malloc(strlen(path) + 8) : NULL;
    if (beside) {
        write_header(header, key, binary, bytes);
        sprintf(beside, "%s.XXXXXX", path);
        int file = mkstemp(beside);
        int fine = file >= 0 && write_all(file, header, sizeof header) && write_all(file, binary, bytes);
        if (file >= 0 && close(file) != 0)
            fine = 0;
        if (file >= 0 && (!fine || rename(beside, path) != 0))
            unlink(beside);
    }
    free(beside);
    free(path);
}

#else

unsigned char *fovea_cl_cache_read(const fovea_cl_key *key, size_t *bytes)
{
    (void)key;
    (void)bytes;
    return NULL;
}

void fovea_cl_cache_write(const fovea_cl_key *key, const unsigned char *binary, size_t bytes)
{
    (void)key;
    (void)binary;
    (void)bytes;
}

#endif
