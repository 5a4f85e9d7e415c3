/* wraps.c - see wraps.h. */
#define CL_TARGET_OPENCL_VERSION 120
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE 1
#endif
#include "wraps.h"

#include <CL/cl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    int armed, which, number, failed, left, as_gpu, types, without_waiting;
    int calls[64];
    size_t bytes;
} state;

/* Counts the call; 1 when it has to fail. */
static int fails(const char *name)
{
    if (!state.armed)
        return 0;
    size_t at = 0;
    while (strcmp(wrapped[at].name, name) != 0)
        at++;
    state.calls[at]++;
    const int now = (int)at == state.which && state.calls[at] == state.number;
    state.failed += now;
    return now;
}

static void *made(void *object)
{
    if (object && state.armed)
        state.left++;
    return object;
}

static void given_back(void)
{
    if (state.armed)
        state.left--;
}

void wraps_begin(size_t which, int number)
{
    const int as_gpu = state.as_gpu;
    memset(&state, 0, sizeof state);
    state.as_gpu = as_gpu;
    state.which = (int)which;
    state.number = number;
    state.armed = 1;
}

void wraps_end(void)
{
    state.armed = 0;
}

int wraps_calls(size_t which)
{
    return state.calls[which];
}

int wraps_failed(void)
{
    return state.failed;
}

int wraps_left(void)
{
    return state.left;
}

size_t wraps_bytes(void)
{
    return state.bytes;
}

void wraps_as_gpu(int as_gpu)
{
    state.as_gpu = as_gpu;
}

void wraps_without_waiting(int without_waiting)
{
    state.without_waiting = without_waiting;
}

/* ---- calls with a status ---- */

#define STATUS(name, parameters, arguments)                                                                            \
    cl_int __real_##name parameters;                                                                                   \
    cl_int __wrap_##name parameters;                                                                                   \
    cl_int __wrap_##name parameters                                                                                    \
    {                                                                                                                  \
        return fails(#name) ? CL_OUT_OF_RESOURCES : __real_##name arguments;                                           \
    }

STATUS(clGetPlatformIDs, (cl_uint room, cl_platform_id *ids, cl_uint *count), (room, ids, count))
STATUS(clGetPlatformInfo, (cl_platform_id id, cl_platform_info what, size_t room, void *value, size_t *bytes),
       (id, what, room, value, bytes))
STATUS(clGetDeviceIDs, (cl_platform_id platform, cl_device_type type, cl_uint room, cl_device_id *ids, cl_uint *count),
       (platform, type, room, ids, count))
STATUS(clBuildProgram,
       (cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
        void (*notify)(cl_program, void *), void *data),
       (program, count, devices, options, notify, data))
STATUS(clGetProgramInfo, (cl_program program, cl_program_info what, size_t room, void *value, size_t *bytes),
       (program, what, room, value, bytes))
STATUS(clGetProgramBuildInfo,
       (cl_program program, cl_device_id device, cl_program_build_info what, size_t room, void *value, size_t *bytes),
       (program, device, what, room, value, bytes))
STATUS(clSetKernelArg, (cl_kernel kernel, cl_uint at, size_t bytes, const void *value), (kernel, at, bytes, value))
STATUS(clGetKernelWorkGroupInfo,
       (cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info what, size_t room, void *value, size_t *bytes),
       (kernel, device, what, room, value, bytes))
STATUS(clWaitForEvents, (cl_uint count, const cl_event *events), (count, events))
STATUS(clGetContextInfo, (cl_context context, cl_context_info what, size_t room, void *value, size_t *bytes),
       (context, what, room, value, bytes))
STATUS(clFlush, (cl_command_queue queue), (queue))
STATUS(clFinish, (cl_command_queue queue), (queue))
STATUS(clGetEventProfilingInfo, (cl_event event, cl_profiling_info what, size_t room, void *value, size_t *bytes),
       (event, what, room, value, bytes))

cl_int __real_clGetDeviceInfo(cl_device_id id, cl_device_info what, size_t room, void *value, size_t *bytes);
cl_int __wrap_clGetDeviceInfo(cl_device_id id, cl_device_info what, size_t room, void *value, size_t *bytes);
cl_int __wrap_clGetDeviceInfo(cl_device_id id, cl_device_info what, size_t room, void *value, size_t *bytes)
{
    if (fails("clGetDeviceInfo"))
        return CL_OUT_OF_RESOURCES;
    cl_int code = __real_clGetDeviceInfo(id, what, room, value, bytes);
    if (code == CL_SUCCESS && what == CL_DEVICE_TYPE && value &&
        (state.as_gpu == 1 || (state.as_gpu && ++state.types % 2)))
        *(cl_device_type *)value = CL_DEVICE_TYPE_GPU;
    return code;
}

/* ---- commands: they may make an event ---- */

#define COMMAND(name, parameters, arguments)                                                                           \
    cl_int __real_##name parameters;                                                                                   \
    cl_int __wrap_##name parameters;                                                                                   \
    cl_int __wrap_##name parameters                                                                                    \
    {                                                                                                                  \
        if (fails(#name))                                                                                              \
            return CL_OUT_OF_RESOURCES;                                                                                \
        count = state.without_waiting ? 0 : count;                                                                     \
        list = count ? list : NULL;                                                                                    \
        cl_int code = __real_##name arguments;                                                                         \
        if (event && code == CL_SUCCESS)                                                                               \
            made(*event);                                                                                              \
        return code;                                                                                                   \
    }

COMMAND(clEnqueueWriteBuffer,
        (cl_command_queue queue, cl_mem buffer, cl_bool wait, size_t at, size_t bytes, const void *from, cl_uint count,
         const cl_event *list, cl_event *event),
        (queue, buffer, wait, at, bytes, from, count, list, event))
COMMAND(clEnqueueReadBuffer,
        (cl_command_queue queue, cl_mem buffer, cl_bool wait, size_t at, size_t bytes, void *to, cl_uint count,
         const cl_event *list, cl_event *event),
        (queue, buffer, wait, at, bytes, to, count, list, event))
COMMAND(clEnqueueCopyBuffer,
        (cl_command_queue queue, cl_mem from, cl_mem to, size_t from_at, size_t to_at, size_t bytes, cl_uint count,
         const cl_event *list, cl_event *event),
        (queue, from, to, from_at, to_at, bytes, count, list, event))
COMMAND(clEnqueueNDRangeKernel,
        (cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *global,
         const size_t *local, cl_uint count, const cl_event *list, cl_event *event),
        (queue, kernel, dimensions, offset, global, local, count, list, event))

/* ---- calls that make an object, and those that give it back ---- */

#define CREATE(type, name, parameters, arguments)                                                                      \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        if (fails(#name)) {                                                                                            \
            *code = CL_OUT_OF_RESOURCES;                                                                               \
            return NULL;                                                                                               \
        }                                                                                                              \
        return (type)made(__real_##name arguments);                                                                    \
    }

CREATE(cl_context, clCreateContext,
       (const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
        void (*notify)(const char *, const void *, size_t, void *), void *data, cl_int *code),
       (properties, count, devices, notify, data, code))
CREATE(cl_command_queue, clCreateCommandQueue,
       (cl_context context, cl_device_id device, cl_command_queue_properties properties, cl_int *code),
       (context, device, properties, code))
CREATE(cl_program, clCreateProgramWithSource,
       (cl_context context, cl_uint count, const char **texts, const size_t *lengths, cl_int *code),
       (context, count, texts, lengths, code))
CREATE(cl_program, clCreateProgramWithBinary,
       (cl_context context, cl_uint count, const cl_device_id *devices, const size_t *bytes,
        const unsigned char **binaries, cl_int *loaded, cl_int *code),
       (context, count, devices, bytes, binaries, loaded, code))
CREATE(cl_kernel, clCreateKernel, (cl_program program, const char *name, cl_int *code), (program, name, code))

cl_mem __real_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code);
cl_mem __wrap_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code);
cl_mem __wrap_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code)
{
    if (fails("clCreateBuffer")) {
        *code = CL_OUT_OF_RESOURCES;
        return NULL;
    }
    state.bytes += bytes;
    return (cl_mem)made(__real_clCreateBuffer(context, flags, bytes, host, code));
}

cl_int __real_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *how, cl_uint room,
                                 cl_device_id *parts, cl_uint *count);
cl_int __wrap_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *how, cl_uint room,
                                 cl_device_id *parts, cl_uint *count);
cl_int __wrap_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *how, cl_uint room,
                                 cl_device_id *parts, cl_uint *count)
{
    if (fails("clCreateSubDevices"))
        return CL_OUT_OF_RESOURCES;
    const cl_int code = __real_clCreateSubDevices(device, how, room, parts, count);
    for (cl_uint i = 0; code == CL_SUCCESS && i < *count; i++)
        made(parts[i]);
    return code;
}

#define RELEASE(type, name)                                                                                            \
    cl_int __real_##name(type object);                                                                                 \
    cl_int __wrap_##name(type object);                                                                                 \
    cl_int __wrap_##name(type object)                                                                                  \
    {                                                                                                                  \
        const int failing = fails(#name);                                                                              \
        given_back();                                                                                                  \
        const cl_int code = __real_##name(object);                                                                     \
        return failing ? CL_OUT_OF_RESOURCES : code;                                                                   \
    }

RELEASE(cl_device_id, clReleaseDevice)
RELEASE(cl_context, clReleaseContext)
RELEASE(cl_command_queue, clReleaseCommandQueue)
RELEASE(cl_mem, clReleaseMemObject)
RELEASE(cl_program, clReleaseProgram)
RELEASE(cl_kernel, clReleaseKernel)
RELEASE(cl_event, clReleaseEvent)

/* ---- memory ---- */

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
    return fails("malloc") ? NULL : made(__real_malloc(bytes));
}

void *__real_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes)
{
    return fails("calloc") ? NULL : made(__real_calloc(count, bytes));
}

void *__real_realloc(void *memory, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes)
{
    if (fails("realloc"))
        return NULL;
    void *moved = __real_realloc(memory, bytes);
    return memory ? moved : made(moved);
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    (void)fails("free"); /* it is counted, and never asked to */
    if (memory)
        given_back();
    __real_free(memory);
}

/* ---- files ---- */

static int made_file(int file)
{
    if (file >= 0 && state.armed)
        state.left++;
    return file;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    return fails("open") ? (errno = EMFILE, -1) : made_file(__real_open(path, flags));
}

int __real_mkstemp(char *path);
int __wrap_mkstemp(char *path);
int __wrap_mkstemp(char *path)
{
    return fails("mkstemp") ? (errno = EROFS, -1) : made_file(__real_mkstemp(path));
}

int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file)
{
    const int failing = fails("close");
    given_back();
    const int result = __real_close(file);
    return failing ? (errno = EIO, -1) : result;
}

ssize_t __real_read(int file, void *bytes, size_t count);
ssize_t __wrap_read(int file, void *bytes, size_t count);
ssize_t __wrap_read(int file, void *bytes, size_t count)
{
    return fails("read") ? (errno = EIO, -1) : __real_read(file, bytes, count);
}

ssize_t __real_write(int file, const void *bytes, size_t count);
ssize_t __wrap_write(int file, const void *bytes, size_t count);
ssize_t __wrap_write(int file, const void *bytes, size_t count)
{
    return fails("write") ? (errno = ENOSPC, -1) : __real_write(file, bytes, count);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails("rename") ? (errno = EACCES, -1) : __real_rename(from, to);
}

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    return fails("mkdir") ? (errno = EACCES, -1) : __real_mkdir(path, mode);
}

int __real_fstat(int file, struct stat *about);
int __wrap_fstat(int file, struct stat *about);
int __wrap_fstat(int file, struct stat *about)
{
    return fails("fstat") ? (errno = EIO, -1) : __real_fstat(file, about);
}

const Wrapped wrapped[] = {
    {"clGetPlatformIDs", OUTCOME_ERROR},
    {"clGetPlatformInfo", OUTCOME_ERROR},
    {"clGetDeviceIDs", OUTCOME_ERROR},
    {"clGetDeviceInfo", OUTCOME_ERROR},
    {"clCreateSubDevices", OUTCOME_ERROR},
    {"clCreateContext", OUTCOME_ERROR},
    {"clCreateCommandQueue", OUTCOME_ERROR},
    {"clCreateBuffer", OUTCOME_ERROR},
    {"clCreateProgramWithSource", OUTCOME_ERROR},
    {"clCreateProgramWithBinary", OUTCOME_NONE}, /* then of the source */
    {"clBuildProgram", OUTCOME_ERROR},           /* of a binary: none, see faults.c */
    {"clGetProgramInfo", OUTCOME_NONE},          /* then the cache is not written */
    {"clGetProgramBuildInfo", OUTCOME_NONE},     /* then the error of the build has no log */
    {"clCreateKernel", OUTCOME_ERROR},
    {"clSetKernelArg", OUTCOME_ERROR},
    {"clGetKernelWorkGroupInfo", OUTCOME_ERROR},
    {"clEnqueueWriteBuffer", OUTCOME_ERROR},
    {"clEnqueueReadBuffer", OUTCOME_ERROR},
    {"clEnqueueCopyBuffer", OUTCOME_ERROR},
    {"clEnqueueNDRangeKernel", OUTCOME_ERROR},
    {"clFlush", OUTCOME_ERROR},
    {"clWaitForEvents", OUTCOME_ERROR},
    {"clFinish", OUTCOME_NONE}, /* only called after another failure */
    {"clGetEventProfilingInfo", OUTCOME_ERROR},
    {"clGetContextInfo", OUTCOME_NONE}, /* then it is asked again */
    {"clReleaseDevice", OUTCOME_RELEASE},
    {"clReleaseContext", OUTCOME_RELEASE},
    {"clReleaseCommandQueue", OUTCOME_RELEASE},
    {"clReleaseMemObject", OUTCOME_RELEASE},
    {"clReleaseProgram", OUTCOME_RELEASE},
    {"clReleaseKernel", OUTCOME_RELEASE},
    {"clReleaseEvent", OUTCOME_RELEASE},
    {"malloc", OUTCOME_NONE}, /* for the cache and for logs */
    {"calloc", OUTCOME_ERROR},
    {"realloc", OUTCOME_ERROR},
    {"free", OUTCOME_NONE}, /* never fails; counted */
    {"open", OUTCOME_NONE},
    {"mkstemp", OUTCOME_NONE},
    {"close", OUTCOME_NONE},
    {"read", OUTCOME_NONE},
    {"write", OUTCOME_NONE},
    {"rename", OUTCOME_NONE},
    {"mkdir", OUTCOME_NONE},
    {"fstat", OUTCOME_NONE},
};
const size_t wrapped_count = sizeof wrapped / sizeof wrapped[0];
