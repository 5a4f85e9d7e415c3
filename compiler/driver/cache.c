/* cache.c - compiled programs, kept (see cache.h).
 *
 * The cache is $XDG_CACHE_HOME/fovea or ~/.cache/fovea, or fovea-UID in the temporary folder when that cannot be
 * written. A program's name there has a hash of every file that was emitted, weights included, and of the compiler's
 * command, so that nothing stale is ever run, and its size, so that one which was cut short is built again. Two runs at
 * once may both build: each in a folder of its own, and the last rename wins with the same program.
 */
#include "driver/cache.h"
#include "driver/process.h"
#include "support/file.h"
#include "support/hash.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACES = 2 };

/* The user's own cache, NULL when there is no place for it, and the one for when that cannot be used. */
static void list_caches(Arena *arena, const char *caches[PLACES])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    caches[0] = NULL;
    if (cache && cache[0] == '/')
        caches[0] = path_join(arena, cache, "fovea");
    else if (home && home[0] == '/')
        caches[0] = path_join(arena, home, ".cache/fovea");
    caches[1] = arena_printf(arena, "%s/fovea-%ld", temporary_parent(), (long)getuid());
}

/* What is in the cache gets run: a folder that somebody else could have made or can write to is refused. */
static bool cache_is_safe(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
           !(status.st_mode & (S_IWGRP | S_IWOTH));
}

static bool cache_make(Diag *diag, const char *path)
{
    mode_t mask = umask(077);
    bool made = directory_make(diag, path);
    umask(mask);
    if (!made || cache_is_safe(path))
        return made;
    diag_error(diag, NOWHERE, "the cache %s is not a folder that only you can write to", path);
    diag_hint(diag, "set XDG_CACHE_HOME to a folder of yours");
    return false;
}

static bool hash_files(Diag *diag, const char *directory, uint64_t *hash)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    bool fine = count >= 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name, *path = path_join(diag->arena, directory, name);
        struct stat status;
        FileMapping mapping;
        if (fine && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            *hash = fnv1a64(*hash, name, strlen(name) + 1);
            fine = file_map(&mapping, diag, path, NOWHERE);
            if (fine) {
                *hash = fnv1a64(*hash, mapping.bytes, mapping.count);
                file_unmap(&mapping);
            }
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return fine;
}

/* The first line of /proc/cpuinfo that lists what the CPU has: a home folder may be shared by unlike machines. */
static uint64_t hash_cpu(uint64_t hash)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[4096];
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "flags", 5) == 0 || strncmp(line, "Features", 8) == 0) {
            hash = fnv1a64(hash, line, strlen(line));
            break;
        }
    if (file)
        fclose(file);
    return hash;
}

static const char *name_with_size(Arena *arena, const char *name, const struct stat *status)
{
    return arena_printf(arena, "%s-%lld", name, (long long)status->st_size);
}

/* The program of that name which has the size that it was written with. */
static const char *cache_find(Arena *arena, const char *cache, const char *name)
{
    DIR *folder = cache && cache_is_safe(cache) ? opendir(cache) : NULL;
    const char *found = NULL;
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));) {
        struct stat status;
        if (strncmp(entry->d_name, name, strlen(name)) != 0)
            continue;
        const char *path = path_join(arena, cache, arena_strdup(arena, entry->d_name));
        if (access(path, X_OK) == 0 && stat(path, &status) == 0 &&
            strcmp(entry->d_name, name_with_size(arena, name, &status)) == 0)
            found = path;
    }
    if (folder)
        closedir(folder);
    return found;
}

static const char *cache_put(Diag *diag, const char *cache, const char *name, const char *built)
{
    struct stat status;
    if (!cache || !cache_make(diag, cache) || stat(built, &status) != 0)
        return NULL;
    const char *place = path_join(diag->arena, cache, name_with_size(diag->arena, name, &status));
    return file_copy(diag, built, place) ? place : NULL;
}

/* The program of that name, wherever it is kept; NULL when there is none. */
static const char *find_program(Arena *arena, const char *name)
{
    const char *program = NULL, *caches[PLACES];
    list_caches(arena, caches);
    for (int i = 0; !program && i < PLACES; i++)
        program = cache_find(arena, caches[i], name);
    return program;
}

/* Its place in the first cache that takes it; NULL after a diagnostic. */
static const char *keep_program(Arena *arena, Diag *diag, const char *name, const char *built)
{
    const char *program = NULL, *caches[PLACES];
    Buf unsaid = {0}; /* why the user's own cache cannot take it: the other one does */
    Diag quiet;
    diag_init(&quiet, arena);
    quiet.capture = &unsaid;
    list_caches(arena, caches);
    for (int i = 0; !program && i < PLACES; i++)
        program = cache_put(i + 1 < PLACES ? &quiet : diag, caches[i], name, built);
    buf_free(&unsaid);
    return program;
}

const char *cache_program(Diag *diag, const Plan *plan, const char *directory, const BuildOptions *build)
{
    Arena *arena = plan->arena;
    const char *command = build_command(arena, diag, build);
    uint64_t hash = FNV_START;
    if (!command || !hash_files(diag, directory, &hash) ||
        !hash_files(diag, path_join(arena, directory, "program"), &hash) ||
        (build->bench && !hash_files(diag, path_join(arena, directory, "bench"), &hash)) ||
        (build->opencl && !hash_files(diag, path_join(arena, directory, "opencl"), &hash)))
        return NULL;
    hash = hash_cpu(fnv1a64(hash, command, strlen(command)));
    const char *name = arena_printf(arena, "%s-%016llx", plan->graph->name, (unsigned long long)hash);
    const char *program = find_program(arena, name);
    if (program)
        return program;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "building %s ...\n", plan->graph->name);
    const char *built = build_compile(arena, diag, directory, build);
    return built ? keep_program(arena, diag, name, built) : NULL;
}

const char *cache_devices(Arena *arena, Diag *diag, const char *directory)
{
    const char *command = build_command(arena, diag, &(BuildOptions){.opencl = true});
    uint64_t hash = FNV_START;
    if (!command || !hash_files(diag, directory, &hash) ||
        !hash_files(diag, path_join(arena, directory, "opencl"), &hash) ||
        !hash_files(diag, path_join(arena, directory, "devices"), &hash))
        return NULL;
    hash = hash_cpu(fnv1a64(hash, command, strlen(command)));
    /* No net has that name: the runtime's own begin so. */
    const char *name = arena_printf(arena, "fovea_devices-%016llx", (unsigned long long)hash);
    const char *program = find_program(arena, name);
    const char *built = program ? NULL : build_devices(arena, diag, directory);
    return built ? keep_program(arena, diag, name, built) : program;
}
