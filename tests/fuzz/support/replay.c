/* replay.c FOLDER - main() of a target without libFuzzer: gives it each file of a folder, and prints "ok" lines.
 *
 * Inputs that broke something once (crash-*, hang-*, leak-*) are cases of their own, the others are one case together.
 * Each case runs in a child, so that a crash is one failure; a crash among the others is looked for file by file.
 */
#include "support/file.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/support/files.h"
#include "tests/support/process.h"

enum { SECONDS_EACH = 10, SECONDS_TOGETHER = 120, MOST_NAMED = 5 };

/* LeakSanitizer's, when it is there: whether memory was lost, after saying which. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

typedef struct Inputs {
    const char *folder;
    Paths names;
} Inputs;

static bool replay(void *context)
{
    const Inputs *inputs = context;
    for (uint32_t i = 0; i < inputs->names.count; i++) {
        Arena *arena = arena_new();
        size_t size;
        const char *bytes = text_read(arena, arena_printf(arena, "%s/%s", inputs->folder, inputs->names.at[i]), &size);
        FUZZ_CHECK(bytes, "%s cannot be read", inputs->names.at[i]);
        fuzz_one((const uint8_t *)bytes, size);
        arena_free(arena);
    }
    return !__lsan_do_recoverable_leak_check || !__lsan_do_recoverable_leak_check();
}

static bool replay_one(Arena *arena, const char *folder, const char *name)
{
    Inputs one = {.folder = folder};
    VEC_PUSH(arena, &one.names, name);
    return isolated(name, SECONDS_EACH, replay, &one);
}

static bool report(const char *target, const char *name, bool fine)
{
    printf("%sok %s/%s%s\n", fine ? "" : "not ", target, name, fine ? "" : ": it breaks the target");
    return fine;
}

static bool broke_once(const char *name)
{
    return !strncmp(name, "crash-", 6) || !strncmp(name, "hang-", 5) || !strncmp(name, "leak-", 5);
}

/* The inputs that never broke anything: all at once, then one by one to name some of those that do now. */
static bool replay_seeds(Arena *arena, const char *target, const Inputs *seeds)
{
    bool fine = isolated(target, SECONDS_TOGETHER, replay, (void *)seeds);
    if (fine)
        printf("ok %s, %u inputs\n", target, seeds->names.count);
    uint32_t named = 0;
    for (uint32_t i = 0; !fine && i < seeds->names.count && named < MOST_NAMED; i++)
        if (!replay_one(arena, seeds->folder, seeds->names.at[i])) {
            report(target, seeds->names.at[i], false);
            named++;
        }
    return fine;
}

int main(int count, char **arguments)
{
    if (count != 2)
        fatal("usage: %s FOLDER", arguments[0]);
    Arena *arena = arena_new();
    const char *target = path_base(arguments[1]);
    Inputs seeds = {.folder = arguments[1]};
    Paths names = files_in(arena, seeds.folder, "");
    bool fine = names.count > 0;
    for (uint32_t i = 0; i < names.count; i++) {
        if (broke_once(names.at[i]))
            fine &= report(target, names.at[i], replay_one(arena, seeds.folder, names.at[i]));
        else if (names.at[i][0] != '.')
            VEC_PUSH(arena, &seeds.names, names.at[i]);
    }
    fine &= replay_seeds(arena, target, &seeds);
    if (!names.count)
        printf("not ok %s: there are no inputs\n", seeds.folder);
    arena_free(arena);
    return fine ? 0 : 1;
}
