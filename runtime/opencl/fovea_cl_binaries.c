/* fovea_cl_binaries.c - a built program as bytes for the cache, and back.
 *
 * What is kept is the device's binary; of several devices the sizes of all, in 8 bytes each, and then the binaries.
 */
#include "fovea_cl_internal.h"

#include <stdlib.h>
#include <string.h>

const char *fovea_cl_options(const fovea_cl_model *model)
{
    return model->plan->options ? model->plan->options : "";
}

/* ---- back ---- */

/* 0 when that many binaries are not what is there. */
static int unpack(const unsigned char *kept, size_t bytes, int count, size_t *sizes, const unsigned char **binaries)
{
    uint64_t size = bytes;
    size_t at = count > 1 ? (size_t)count * sizeof size : 0;
    if (at > bytes)
        return 0;
    for (int i = 0; i < count; i++) {
        if (count > 1)
            memcpy(&size, kept + (size_t)i * sizeof size, sizeof size);
        if (size > bytes - at)
            return 0;
        sizes[i] = (size_t)size;
        binaries[i] = kept + at;
        at += sizes[i];
    }
    return at == bytes;
}

cl_program fovea_cl_load(const fovea_cl_model *model, const unsigned char *kept, size_t bytes)
{
    const fovea_cl_group devices = fovea_cl_distinct(model);
    size_t sizes[FOVEA_CL_MOST_DEVICES];
    const unsigned char *binaries[FOVEA_CL_MOST_DEVICES];
    cl_int loaded[FOVEA_CL_MOST_DEVICES] = {CL_SUCCESS}, code = CL_SUCCESS; /* PoCL leaves those of parts */
    if (!unpack(kept, bytes, devices.count, sizes, binaries))
        return NULL;
    cl_program program =
        clCreateProgramWithBinary(model->context, (cl_uint)devices.count, devices.ids, sizes, binaries, loaded, &code);
    int fine = code == CL_SUCCESS;
    for (int i = 0; i < devices.count; i++)
        fine = fine && loaded[i] == CL_SUCCESS;
    if (fine &&
        clBuildProgram(program, (cl_uint)devices.count, devices.ids, fovea_cl_options(model), NULL, NULL) == CL_SUCCESS)
        return program;
    if (code == CL_SUCCESS && program)
        clReleaseProgram(program);
    return NULL;
}

/* ---- to be kept ---- */

/* The devices that a program has binaries for. Of parts of a device it may be that device, once: so does PoCL. */
typedef struct Binaries {
    cl_uint count;
    cl_device_id devices[FOVEA_CL_MOST_DEVICES];
    size_t sizes[FOVEA_CL_MOST_DEVICES];
    unsigned char *at[FOVEA_CL_MOST_DEVICES]; /* NULL: not read yet */
} Binaries;

static int ask_binaries(cl_program program, Binaries *binaries)
{
    const cl_program_info what = CL_PROGRAM_NUM_DEVICES;
    if (clGetProgramInfo(program, what, sizeof binaries->count, &binaries->count, NULL) != CL_SUCCESS ||
        !binaries->count || binaries->count > FOVEA_CL_MOST_DEVICES)
        return 0;
    const size_t ids = binaries->count * sizeof binaries->devices[0];
    const size_t sizes = binaries->count * sizeof binaries->sizes[0];
    return clGetProgramInfo(program, CL_PROGRAM_DEVICES, ids, binaries->devices, NULL) == CL_SUCCESS &&
           clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizes, binaries->sizes, NULL) == CL_SUCCESS;
}

/* Which of them is for a device: -1 when none is. */
static int binary_for(const Binaries *binaries, cl_device_id device)
{
    for (cl_uint i = 0; i < binaries->count; i++)
        if (binaries->sizes[i] && (binaries->devices[i] == device || binaries->count == 1))
            return (int)i;
    return -1;
}

/* Reads them, and keeps one for each device. */
static void keep_binaries(const fovea_cl_key *key, const fovea_cl_group *devices, cl_program program,
                          Binaries *binaries, unsigned char *read, unsigned char *kept)
{
    size_t at = devices->count > 1 ? (size_t)devices->count * sizeof(uint64_t) : 0;
    for (cl_uint i = 0; i < binaries->count; i++) {
        binaries->at[i] = read;
        read += binaries->sizes[i];
    }
    const size_t pointers = binaries->count * sizeof binaries->at[0];
    if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, pointers, binaries->at, NULL) != CL_SUCCESS)
        return;
    for (int i = 0; i < devices->count; i++) {
        const int from = binary_for(binaries, devices->ids[i]);
        const uint64_t size = binaries->sizes[from];
        if (devices->count > 1)
            memcpy(kept + (size_t)i * sizeof size, &size, sizeof size);
        memcpy(kept + at, binaries->at[from], binaries->sizes[from]);
        at += binaries->sizes[from];
    }
    fovea_cl_cache_write(key, kept, at);
}

void fovea_cl_keep(const fovea_cl_model *model, const fovea_cl_key *key)
{
    const fovea_cl_group devices = fovea_cl_distinct(model);
    Binaries binaries = {0};
    size_t to_read = 0, to_keep = (size_t)devices.count * sizeof(uint64_t);
    if (!ask_binaries(model->program, &binaries))
        return;
    for (cl_uint i = 0; i < binaries.count; i++)
        to_read += binaries.sizes[i];
    for (int i = 0; i < devices.count; i++) {
        const int from = binary_for(&binaries, devices.ids[i]);
        if (from < 0)
            return;
        to_keep += binaries.sizes[from];
    }
    if (!to_read)
        return;
    unsigned char *read = malloc(to_read), *kept = malloc(to_keep);
    if (read && kept)
        keep_binaries(key, &devices, model->program, &binaries, read, kept);
    free(read);
    free(kept);
}
