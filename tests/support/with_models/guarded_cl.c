/* guarded_cl.c - stands between emitted models and OpenCL (see guarded_cl.h). It is no part of the test programs. */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "tests/support/guarded_cl.h"

enum { COMPUTE_UNITS = 8, MOST_DEVICES = 16 };

extern GuardedCl guarded_cl;
GuardedCl guarded_cl;

/* As --wrap names them. */
cl_mem __real_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code);
cl_mem __wrap_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code);
cl_int __real_clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t room, void *value, size_t *bytes);
cl_int __wrap_clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t room, void *value, size_t *bytes);
cl_int __real_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *how, cl_uint room,
                                 cl_device_id *parts, cl_uint *count);
cl_int __wrap_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *how, cl_uint room,
                                 cl_device_id *parts, cl_uint *count);

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

/* Parts of a CPU have a unit each, for it may have no more; they are said to have many as well. */
cl_int __wrap_clCreateSubDevices(cl_device_id device, const cl_device_partition_property *how, cl_uint room,
                                 cl_device_id *parts, cl_uint *count)
{
    cl_device_partition_property ones[MOST_DEVICES + 3] = {CL_DEVICE_PARTITION_BY_COUNTS};
    cl_uint i = 0;
    if (!is_cpu(device) || room > MOST_DEVICES || how[0] != CL_DEVICE_PARTITION_BY_COUNTS)
        return __real_clCreateSubDevices(device, how, room, parts, count);
    for (; i < room; i++)
        ones[1 + i] = 1;
    ones[1 + i] = CL_DEVICE_PARTITION_BY_COUNTS_LIST_END;
    return __real_clCreateSubDevices(device, ones, room, parts, count);
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
    cl_device_id devices[MOST_DEVICES], device;
    if ((flags & CL_MEM_USE_HOST_PTR) || !guarded_cl.allocate ||
        clGetContextInfo(context, CL_CONTEXT_DEVICES, sizeof devices, devices, NULL) != CL_SUCCESS)
        return __real_clCreateBuffer(context, flags, bytes, host, code);
    device = devices[0];
    if (is_cpu(device))
        return __real_clCreateBuffer(context, flags | CL_MEM_USE_HOST_PTR, bytes,
                                     guarded_cl.allocate(guarded_cl.context, bytes), code);
    cl_mem buffer = __real_clCreateBuffer(context, flags, bytes, NULL, code);
    if (*code == CL_SUCCESS)
        *code = fill_buffer(context, device, buffer, bytes);
    return buffer;
}
