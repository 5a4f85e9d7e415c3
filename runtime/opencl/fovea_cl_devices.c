/* fovea_cl_devices.c - which devices there are.
 *
 * Loaders list platforms as they find files in a folder; here they are in the order of their names, so that an index
 * means the same device every time. */
#include "fovea_cl_internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The loader's, when it finds no driver at all. */
enum { NO_PLATFORM = -1001 };

typedef struct Platform {
    cl_platform_id id;
    char name[64], version[96];
} Platform;

typedef struct List {
    fovea_cl_device *at;
    int count;
} List;

/* ---- asking ---- */

/* Copies what fits, without blanks around it: some names are padded. */
static void copy_text(char *to, size_t room, const char *from)
{
    while (isspace((unsigned char)*from))
        from++;
    size_t length = strlen(from);
    if (length >= room)
        length = room - 1;
    while (length && isspace((unsigned char)from[length - 1]))
        length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

/* A text of the device, or with none of the platform. */
static fovea_status ask_text(cl_platform_id platform, cl_device_id device, cl_uint what, char *to, size_t room)
{
    const char *call = device ? "clGetDeviceInfo" : "clGetPlatformInfo";
    size_t bytes = 0;
    cl_int code =
        device ? clGetDeviceInfo(device, what, 0, NULL, &bytes) : clGetPlatformInfo(platform, what, 0, NULL, &bytes);
    if (code != CL_SUCCESS)
        return fovea_cl_failed(call, code, "list of devices");
    char *text = calloc(1, bytes + 1);
    if (!text)
        return fovea_cl_no_memory("list of devices");
    code = device ? clGetDeviceInfo(device, what, bytes, text, NULL)
                  : clGetPlatformInfo(platform, what, bytes, text, NULL);
    copy_text(to, room, text);
    free(text);
    return code == CL_SUCCESS ? FOVEA_OK : fovea_cl_failed(call, code, "list of devices");
}

static fovea_status ask_number(cl_device_id device, cl_device_info what, void *number, size_t bytes)
{
    cl_int code = clGetDeviceInfo(device, what, bytes, number, NULL);
    return code == CL_SUCCESS ? FOVEA_OK : fovea_cl_failed("clGetDeviceInfo", code, "list of devices");
}

static fovea_cl_kind kind_of(cl_device_type type)
{
    if (type & CL_DEVICE_TYPE_GPU)
        return FOVEA_CL_GPU;
    if (type & CL_DEVICE_TYPE_CPU)
        return FOVEA_CL_CPU;
    return type & CL_DEVICE_TYPE_ACCELERATOR ? FOVEA_CL_ACCELERATOR : FOVEA_CL_OTHER;
}

static fovea_status describe(fovea_cl_device *device, const Platform *platform, cl_device_id id)
{
    cl_device_type type = 0;
    cl_uint units = 0;
    cl_ulong memory = 0;
    fovea_status status = ask_text(NULL, id, CL_DEVICE_NAME, device->name, sizeof device->name);
    if (status == FOVEA_OK)
        status = ask_text(NULL, id, CL_DEVICE_VENDOR, device->vendor, sizeof device->vendor);
    if (status == FOVEA_OK)
        status = ask_text(NULL, id, CL_DRIVER_VERSION, device->driver, sizeof device->driver);
    if (status == FOVEA_OK)
        status = ask_number(id, CL_DEVICE_TYPE, &type, sizeof type);
    if (status == FOVEA_OK)
        status = ask_number(id, CL_DEVICE_MAX_COMPUTE_UNITS, &units, sizeof units);
    if (status == FOVEA_OK)
        status = ask_number(id, CL_DEVICE_GLOBAL_MEM_SIZE, &memory, sizeof memory);
    memcpy(device->platform, platform->name, sizeof device->platform);
    memcpy(device->version, platform->version, sizeof device->version);
    device->kind = kind_of(type);
    device->units = units;
    device->memory_bytes = memory;
    device->id = id;
    return status;
}

/* ---- the list ---- */

static fovea_status list_devices(List *list, const Platform *platform)
{
    cl_uint count = 0;
    cl_int code = clGetDeviceIDs(platform->id, CL_DEVICE_TYPE_ALL, 0, NULL, &count);
    if (code == CL_DEVICE_NOT_FOUND || (code == CL_SUCCESS && count == 0))
        return FOVEA_OK;
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clGetDeviceIDs", code, "platform %s", platform->name);
    cl_device_id *ids = calloc(count, sizeof *ids);
    fovea_cl_device *more = ids ? realloc(list->at, ((size_t)list->count + count) * sizeof *more) : NULL;
    if (!more) {
        free(ids);
        return fovea_cl_no_memory("list of devices");
    }
    list->at = more;
    fovea_status status = FOVEA_OK;
    code = clGetDeviceIDs(platform->id, CL_DEVICE_TYPE_ALL, count, ids, NULL);
    if (code != CL_SUCCESS)
        status = fovea_cl_failed("clGetDeviceIDs", code, "platform %s", platform->name);
    for (cl_uint i = 0; status == FOVEA_OK && i < count; i++)
        status = describe(&list->at[list->count++], platform, ids[i]);
    free(ids);
    return status;
}

static int compare_platforms(const void *left, const void *right)
{
    const Platform *a = (const Platform *)left, *b = (const Platform *)right;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->version, b->version);
}

static fovea_status list_platforms(Platform **platforms, cl_uint *count)
{
    static const char hint[] = "no driver of OpenCL is installed, or none that works here "
                               "(Debian: pocl-opencl-icd computes on CPUs)";
    cl_int code = clGetPlatformIDs(0, NULL, count);
    if (code == NO_PLATFORM || (code == CL_SUCCESS && *count == 0))
        return fovea_cl_fail(FOVEA_NO_DEVICE, "clGetPlatformIDs found no platform: %s", hint);
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clGetPlatformIDs", code, "list of devices");
    cl_platform_id *ids = calloc(*count, sizeof *ids);
    *platforms = calloc(*count, sizeof **platforms);
    if (!ids || !*platforms) {
        free(ids);
        return fovea_cl_no_memory("list of devices");
    }
    fovea_status status = FOVEA_OK;
    code = clGetPlatformIDs(*count, ids, NULL);
    if (code != CL_SUCCESS)
        status = fovea_cl_failed("clGetPlatformIDs", code, "list of devices");
    for (cl_uint i = 0; status == FOVEA_OK && i < *count; i++) {
        Platform *platform = &(*platforms)[i];
        platform->id = ids[i];
        status = ask_text(ids[i], NULL, CL_PLATFORM_NAME, platform->name, sizeof platform->name);
        if (status == FOVEA_OK)
            status = ask_text(ids[i], NULL, CL_PLATFORM_VERSION, platform->version, sizeof platform->version);
    }
    free(ids);
    if (status == FOVEA_OK)
        qsort(*platforms, *count, sizeof **platforms, compare_platforms);
    return status;
}

fovea_status fovea_cl_devices(fovea_cl_device **devices, int *count)
{
    if (!devices || !count)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_devices: a pointer is null");
    Platform *platforms = NULL;
    cl_uint platform_count = 0;
    List list = {NULL, 0};
    *devices = NULL;
    *count = 0;
    fovea_status status = list_platforms(&platforms, &platform_count);
    for (cl_uint i = 0; status == FOVEA_OK && i < platform_count; i++)
        status = list_devices(&list, &platforms[i]);
    if (status == FOVEA_OK && !list.count)
        status =
            fovea_cl_fail(FOVEA_NO_DEVICE, "clGetDeviceIDs found no device on any platform, of which the first is %s",
                          platforms[0].name);
    free(platforms);
    if (status != FOVEA_OK) {
        free(list.at);
        return status;
    }
    *devices = list.at;
    *count = list.count;
    return FOVEA_OK;
}

/* ---- for people ---- */

const char *fovea_cl_kind_name(fovea_cl_kind kind)
{
    static const char *const names[] = {"cpu", "gpu", "accelerator", "other"};
    return names[kind];
}

typedef struct Text {
    char *at;
    size_t room, length; /* length: of the whole, also of what found no room */
} Text;

static void print(Text *text, const char *format, ...) FOVEA_CL_FORMAT(2, 3);

static void print(Text *text, const char *format, ...)
{
    size_t used = text->length < text->room ? text->length : text->room;
    va_list list;
    va_start(list, format);
    int length = vsnprintf(used < text->room ? text->at + used : NULL, text->room - used, format, list);
    va_end(list);
    text->length += length > 0 ? (size_t)length : 0;
}

static int wider(int width, const char *text)
{
    return (int)strlen(text) > width ? (int)strlen(text) : width;
}

size_t fovea_cl_devices_text(const fovea_cl_device *devices, int count, int chosen, char *text, size_t bytes)
{
    Text out = {text, text ? bytes : 0, 0};
    int name = 4, kind = 4, driver = 6;
    for (int i = 0; i < count; i++) {
        name = wider(name, devices[i].name);
        kind = wider(kind, fovea_cl_kind_name(devices[i].kind));
        driver = wider(driver, devices[i].driver);
    }
    print(&out, "   #  %-*s  %-*s  units  memory    %-*s  platform\n", name, "name", kind, "kind", driver, "driver");
    for (int i = 0; i < count; i++) {
        const fovea_cl_device *device = &devices[i];
        print(&out, "%c %2d  %-*s  %-*s  %5u  %5.1f GB  %-*s  %s\n", i == chosen ? '*' : ' ', i, name, device->name,
              kind, fovea_cl_kind_name(device->kind), device->units, (double)device->memory_bytes * 1e-9, driver,
              device->driver, device->platform);
    }
    return out.length;
}
