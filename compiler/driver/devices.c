/* devices.c - `fovea devices` (see devices.h).
 *
 * The compiler itself is built without OpenCL, and never links it. What lists devices is the runtime that models link
 * with, in a program of its own, which is kept as those of `run` are.
 */
#include "driver/devices.h"
#include "driver/cache.h"
#include "driver/carried.h"
#include "driver/process.h"

bool devices_list(Arena *arena, Diag *diag)
{
    const char *directory = temporary_directory(arena, diag);
    if (!directory)
        return false;
    const char *program =
        carried_write(diag, directory, CARRIED_OPENCL | CARRIED_DEVICES) ? cache_devices(arena, diag, directory) : NULL;
    directory_remove(directory);
    if (!program)
        return false;
    Argv argv = {0};
    VEC_PUSH(arena, &argv, "fovea devices");
    process_replace(arena, diag, program, &argv);
    return false;
}
