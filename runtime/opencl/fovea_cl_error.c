/* fovea_cl_error.c - what failed last in a thread, as text. */
#include "fovea_cl_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(__GNUC__)
#define THREAD_LOCAL __thread
#elif defined(_MSC_VER)
#define THREAD_LOCAL __declspec(thread)
#else
#define THREAD_LOCAL _Thread_local
#endif

/* Room for a list of devices, or for the head of a compiler's log. */
enum { ERROR_BYTES = 6144 };

static THREAD_LOCAL char error_text[ERROR_BYTES];

const char *fovea_cl_error(void)
{
    return error_text;
}

/* Marks a text that was cut. */
static void end_text(size_t length)
{
    static const char cut[] = " ...";
    if (length >= ERROR_BYTES)
        memcpy(error_text + ERROR_BYTES - sizeof cut, cut, sizeof cut);
}

fovea_status fovea_cl_fail(fovea_status status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf(error_text, ERROR_BYTES, format, list);
    va_end(list);
    end_text(length > 0 ? (size_t)length : 0);
    return status;
}

static fovea_status status_of(cl_int code)
{
    switch (code) {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_HOST_MEMORY:
    case CL_INVALID_BUFFER_SIZE: /* more than the device gives at once */
        return FOVEA_NO_MEMORY;
    case CL_DEVICE_NOT_FOUND:
        return FOVEA_NO_DEVICE;
    case CL_BUILD_PROGRAM_FAILURE:
    case CL_COMPILER_NOT_AVAILABLE:
    case CL_INVALID_BUILD_OPTIONS:
        return FOVEA_CANNOT_BUILD;
    default:
        return FOVEA_DEVICE_FAILED;
    }
}

fovea_status fovea_cl_failed(const char *call, cl_int code, const char *about, ...)
{
    va_list list;
    va_start(list, about);
    int length = vsnprintf(error_text, ERROR_BYTES, about, list);
    va_end(list);
    size_t at = length < 0 ? 0 : length < ERROR_BYTES ? (size_t)length : ERROR_BYTES - 1;
    length = snprintf(error_text + at, ERROR_BYTES - at, ": %s failed: %s (%d)", call, fovea_cl_code_name(code), code);
    end_text(at + (length > 0 ? (size_t)length : 0));
    return status_of(code);
}

fovea_status fovea_cl_no_memory(const char *about)
{
    return fovea_cl_fail(FOVEA_NO_MEMORY, "%s: there is not enough memory", about);
}

const char *fovea_cl_code_name(cl_int code)
{
#define CODE(name)                                                                                                     \
    case name:                                                                                                         \
        return #name;
    switch (code) {
        CODE(CL_SUCCESS)
        CODE(CL_DEVICE_NOT_FOUND)
        CODE(CL_DEVICE_NOT_AVAILABLE)
        CODE(CL_COMPILER_NOT_AVAILABLE)
        CODE(CL_MEM_OBJECT_ALLOCATION_FAILURE)
        CODE(CL_OUT_OF_RESOURCES)
        CODE(CL_OUT_OF_HOST_MEMORY)
        CODE(CL_PROFILING_INFO_NOT_AVAILABLE)
        CODE(CL_MEM_COPY_OVERLAP)
        CODE(CL_IMAGE_FORMAT_MISMATCH)
        CODE(CL_IMAGE_FORMAT_NOT_SUPPORTED)
        CODE(CL_BUILD_PROGRAM_FAILURE)
        CODE(CL_MAP_FAILURE)
        CODE(CL_MISALIGNED_SUB_BUFFER_OFFSET)
        CODE(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST)
        CODE(CL_COMPILE_PROGRAM_FAILURE)
        CODE(CL_LINKER_NOT_AVAILABLE)
        CODE(CL_LINK_PROGRAM_FAILURE)
        CODE(CL_DEVICE_PARTITION_FAILED)
        CODE(CL_KERNEL_ARG_INFO_NOT_AVAILABLE)
        CODE(CL_INVALID_VALUE)
        CODE(CL_INVALID_DEVICE_TYPE)
        CODE(CL_INVALID_PLATFORM)
        CODE(CL_INVALID_DEVICE)
        CODE(CL_INVALID_CONTEXT)
        CODE(CL_INVALID_QUEUE_PROPERTIES)
        CODE(CL_INVALID_COMMAND_QUEUE)
        CODE(CL_INVALID_HOST_PTR)
        CODE(CL_INVALID_MEM_OBJECT)
        CODE(CL_INVALID_IMAGE_FORMAT_DESCRIPTOR)
        CODE(CL_INVALID_IMAGE_SIZE)
        CODE(CL_INVALID_SAMPLER)
        CODE(CL_INVALID_BINARY)
        CODE(CL_INVALID_BUILD_OPTIONS)
        CODE(CL_INVALID_PROGRAM)
        CODE(CL_INVALID_PROGRAM_EXECUTABLE)
        CODE(CL_INVALID_KERNEL_NAME)
        CODE(CL_INVALID_KERNEL_DEFINITION)
        CODE(CL_INVALID_KERNEL)
        CODE(CL_INVALID_ARG_INDEX)
        CODE(CL_INVALID_ARG_VALUE)
        CODE(CL_INVALID_ARG_SIZE)
        CODE(CL_INVALID_KERNEL_ARGS)
        CODE(CL_INVALID_WORK_DIMENSION)
        CODE(CL_INVALID_WORK_GROUP_SIZE)
        CODE(CL_INVALID_WORK_ITEM_SIZE)
        CODE(CL_INVALID_GLOBAL_OFFSET)
        CODE(CL_INVALID_EVENT_WAIT_LIST)
        CODE(CL_INVALID_EVENT)
        CODE(CL_INVALID_OPERATION)
        CODE(CL_INVALID_GL_OBJECT)
        CODE(CL_INVALID_BUFFER_SIZE)
        CODE(CL_INVALID_MIP_LEVEL)
        CODE(CL_INVALID_GLOBAL_WORK_SIZE)
        CODE(CL_INVALID_PROPERTY)
        CODE(CL_INVALID_IMAGE_DESCRIPTOR)
        CODE(CL_INVALID_COMPILER_OPTIONS)
        CODE(CL_INVALID_LINKER_OPTIONS)
        CODE(CL_INVALID_DEVICE_PARTITION_COUNT)
    case -1001: /* of the loader, in a header of extensions */
        return "CL_PLATFORM_NOT_FOUND_KHR";
    default:
        return "an unknown error";
    }
#undef CODE
}
