/* run.c - `fovea run` (see run.h).
 *
 * The cache is $XDG_CACHE_HOME/fovea, ~/.cache/fovea or /tmp/fovea-UID. A program's name there has a hash of every file
 * that was emitted, weights included, and of the compiler's command, so that nothing stale is ever run. Two runs at
 * once may both build: each in a folder of its own, and the last rename wins with the same program.
 */
#include "driver/run.h"
#include "driver/process.h"
#include "support/file.h"
#include "support/hash.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *cache_path(Arena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return path_join(arena, cache, "fovea");
    if (home && home[0] == '/' && access(home, W_OK) == 0)
        return path_join(arena, home, ".cache/fovea");
    return arena_printf(arena, "/tmp/fovea-%ld", (long)getuid());
}

/* What is in the cache gets run: a folder that somebody else could have made or can write to is refused. */
static const char *cache_open(Arena *arena, Diag *diag)
{
    const char *path = cache_path(arena);
    mode_t mask = umask(077);
    bool made = directory_make(diag, path);
    umask(mask);
    struct stat status;
    if (!made)
        return NULL;
    if (lstat(path, &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid() ||
        (status.st_mode & (S_IWGRP | S_IWOTH))) {
        diag_error(diag, NOWHERE, "the cache %s is not a folder that only you can write to", path);
        diag_hint(diag, "set XDG_CACHE_HOME to a folder of yours");
        return NULL;
    }
    return path;
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

/* The program in the cache, built when it is not there. NULL after a diagnostic. */
static const char *cached_program(Diag *diag, const Plan *plan, const char *directory)
{
    Arena *arena = plan->arena;
    const char *cache = cache_open(arena, diag), *command = build_command(arena, diag, true);
    uint64_t hash = FNV_START;
    if (!cache || !command || !hash_files(diag, directory, &hash) ||
        !hash_files(diag, path_join(arena, directory, "program"), &hash))
        return NULL;
    hash = hash_cpu(fnv1a64(hash, command, strlen(command)));
    const char *name = arena_printf(arena, "%s-%016llx", plan->graph->name, (unsigned long long)hash);
    const char *program = path_join(arena, cache, name);
    if (access(program, X_OK) == 0)
        return program;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "building %s ...\n", plan->graph->name);
    return build_compile(diag, directory, program, true) ? program : NULL;
}

bool run_program(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options)
{
    Arena *arena = plan->arena;
    const char *directory = temporary_directory(arena, diag);
    if (!directory)
        return false;
    const char *program = build_emit(diag, plan, emit, directory) ? cached_program(diag, plan, directory) : NULL;
    directory_remove(directory);
    if (!program)
        return false;
    Argv argv = {0};
    VEC_PUSH(arena, &argv, plan->graph->name);
    for (uint32_t i = 0; i < options->passed.count; i++)
        VEC_PUSH(arena, &argv, options->passed.at[i]);
    VEC_PUSH(arena, &argv, "--");
    for (uint32_t i = 0; i < options->files.count; i++)
        VEC_PUSH(arena, &argv, options->files.at[i]);
    process_replace(arena, diag, program, &argv);
    return false;
}
