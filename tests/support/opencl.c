/* opencl.c - devices, and caches in tests of target opencl (see opencl.h). */
#include "tests/support/opencl.h"

#include <dlfcn.h>

#include "tests/support/files.h"
#include "tests/support/process.h"

enum { SECONDS_TO_ASK = 60 };

/* clGetPlatformIDs and clGetDeviceIDs without OpenCL's headers: numbers are 32 bits, what is listed are pointers. */
typedef int32_t GetPlatforms(uint32_t room, void **platforms, uint32_t *count);
typedef int32_t GetDevices(void *platform, uint64_t kinds, uint32_t room, void **devices, uint32_t *count);

static bool lists_a_device(void *context)
{
    enum { ALL_KINDS = -1, MOST_PLATFORMS = 16 };
    (void)context;
    void *library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL), *platforms[MOST_PLATFORMS];
    GetPlatforms *get_platforms = library ? (GetPlatforms *)(uintptr_t)dlsym(library, "clGetPlatformIDs") : NULL;
    GetDevices *get_devices = library ? (GetDevices *)(uintptr_t)dlsym(library, "clGetDeviceIDs") : NULL;
    uint32_t platform_count = 0, devices = 0;
    if (!get_platforms || !get_devices || get_platforms(MOST_PLATFORMS, platforms, &platform_count) != 0)
        return false;
    for (uint32_t i = 0; i < MIN(platform_count, MOST_PLATFORMS); i++)
        if (get_devices(platforms[i], 0xFFFFFFFF, 0, NULL, &devices) == 0 && devices)
            return true;
    return false;
}

bool opencl_has_device(void)
{
    return isolated_quietly(SECONDS_TO_ASK, lists_a_device, NULL);
}

static const char CACHES[] = "FOVEA_TEST_CACHES";

/* Of the process that made the folder; its children end without it. */
static void remove_caches(void)
{
    folder_remove(getenv(CACHES));
}

void opencl_prepare(void)
{
    if (getenv(CACHES))
        return;
    Arena *arena = arena_new();
    const char *folder = folder_temporary(arena);
    setenv("FOVEA_DEVICE", "cpu", 0);
    unsetenv("FOVEA_CACHE"); /* PoCL, whose kernels would be compiled twice, keeps programs by itself */
    setenv("XDG_CACHE_HOME", arena_printf(arena, "%s/programs", folder), 1);
    setenv("POCL_CACHE_DIR", arena_printf(arena, "%s/kernels", folder), 1);
    setenv(CACHES, folder, 1);
    atexit(remove_caches);
    arena_free(arena);
}
