/* guarded_cl.c - stands between emitted models and OpenCL (see guarded_cl.h). It is no part of the test programs. */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "tests/support/guarded_cl.h"

enum { COMPUTE_UNITS = 8 };

extern GuardedCl guarded_cl;
GuardedCl guarded_cl;

/* As --wrap names them. */
cl_mem __real_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code);
cl_mem __wrap_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code);
cl_int __real_clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t room, void *value, size_t *bytes);
cl_int __wrap_clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t room, void *value, size_t *bytes);

static int is_cpu(cl_device_id device)
{
    cl_device_type type = 0;
    return __real_clGetDeviceInfo(device, CL_DEVICE_TYPE, sizeof type, &type, NULL) == CL_SUCCESS &&
           (type & CL_DEVICE_TYPE_CPU);
}

cl_int __wrap_clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t room, void *value, size_t *bytes)
{
    cl_int code = __real_clGetDeviceInfo(device, what, room, value, bytes);
    if (what == CL_DEVICE_MAX_COMPUTE_UNITS && code == CL_SUCCESS && value && is_cpu(device))
        *(cl_uint *)value = COMPUTE_UNITS;
    return code;
}

static cl_int fill_buffer(cl_context context, cl_device_id device, cl_mem buffer, size_t bytes)
{
    cl_int code, finished;
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &code);
    if (code != CL_SUCCESS)
        return code;
    code = clEnqueueFillBuffer(queue, buffer, &guarded_cl.fill, 1, 0, bytes, 0, NULL, NULL);
    finished = clFinish(queue);
    clReleaseCommandQueue(queue);
    return code == CL_SUCCESS ? finished : code;
}

cl_mem __wrap_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code)
{
    cl_device_id device;
    if ((flags & CL_MEM_USE_HOST_PTR) || !guarded_cl.allocate ||
        clGetContextInfo(context, CL_CONTEXT_DEVICES, sizeof device, &device, NULL) != CL_SUCCESS)
        return __real_clCreateBuffer(context, flags, bytes, host, code);
    if (is_cpu(device))
        return __real_clCreateBuffer(context, flags | CL_MEM_USE_HOST_PTR, bytes,
                                     guarded_cl.allocate(guarded_cl.context, bytes), code);
    cl_mem buffer = __real_clCreateBuffer(context, flags, bytes, NULL, code);
    if (*code == CL_SUCCESS)
        *code = fill_buffer(context, device, buffer, bytes);
    return buffer;
}
