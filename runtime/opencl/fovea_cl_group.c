/* fovea_cl_group.c - the devices of a model: those that are chosen, or the parts of one.
 *
 * A net of several devices takes as many as fit the choice. Where one fits, it is divided, so that each part computes
 * with units of its own; a device that cannot be divided gets several queues, and shares its units as it likes.
 */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include "fovea_cl_internal.h"

#include <stdlib.h>
#include <string.h>
#if !defined(_WIN32)
#include <time.h>
#endif

static int needs_cpu_plan(const fovea_cl_net *net, const fovea_cl_device *device)
{
    return device->kind == FOVEA_CL_CPU ? net->cpu.launch_count > 0 : net->gpu.launch_count == 0;
}

/* ---- parts ---- */

/* Whether it can be divided into `count` parts with given numbers of units. */
static fovea_status ask_divisible(const fovea_cl_device *device, int count, int *is_divisible)
{
    cl_device_id id = (cl_device_id)device->id;
    cl_device_partition_property ways[32];
    cl_uint most = 0;
    size_t bytes = 0;
    cl_int code = clGetDeviceInfo(id, CL_DEVICE_PARTITION_MAX_SUB_DEVICES, sizeof most, &most, NULL);
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(id, CL_DEVICE_PARTITION_PROPERTIES, sizeof ways, ways, &bytes);
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clGetDeviceInfo", code, "%s", device->name);
    *is_divisible = 0;
    for (size_t i = 0; i < bytes / sizeof ways[0]; i++)
        if (ways[i] == CL_DEVICE_PARTITION_BY_COUNTS)
            *is_divisible = most >= (cl_uint)count && device->units >= (unsigned)count;
    return FOVEA_OK;
}

/* Into `count` parts with as many units each; the first ones get one more where some are left. */
static fovea_status divide(fovea_cl_model *model, const fovea_cl_device *device, int count)
{
    const unsigned each = device->units / (unsigned)count, left = device->units % (unsigned)count;
    cl_device_partition_property how[FOVEA_CL_MOST_DEVICES + 3] = {CL_DEVICE_PARTITION_BY_COUNTS};
    cl_device_id parts[FOVEA_CL_MOST_DEVICES];
    cl_uint made = 0;
    for (int i = 0; i < count; i++) {
        model->devices[i] = *device;
        model->devices[i].units = each + ((unsigned)i < left);
        how[1 + i] = (cl_device_partition_property)model->devices[i].units;
    }
    how[1 + count] = CL_DEVICE_PARTITION_BY_COUNTS_LIST_END;
    cl_int code = clCreateSubDevices((cl_device_id)device->id, how, (cl_uint)count, parts, &made);
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clCreateSubDevices", code, "%s: %s in %d parts", model->net->name, device->name, count);
    for (int i = 0; i < count; i++)
        model->devices[i].id = parts[i];
    model->part_count = count;
    return FOVEA_OK;
}

static void wait_a_little(void)
{
#if !defined(_WIN32)
    const struct timespec time = {0, 100000};
    nanosleep(&time, NULL);
#endif
}

/* A thread of PoCL gives back its event after those who wait for it go on, then the event's queue, and then the queue's
 * context. It looks at the queue's device on the way, and a part of a device is kept by none of these: so parts stay
 * until nobody but the model has the context. That takes microseconds, or until the thread has its turn. */
void fovea_cl_settle_parts(const fovea_cl_model *model)
{
    enum { MOST_WAITS = 20000 };
    cl_uint users = 0;
    const int has_to = model->part_count && strcmp(model->devices[0].platform, FOVEA_CL_POCL) == 0;
    for (int i = 0; has_to && i < MOST_WAITS; i++) {
        const cl_int code = clGetContextInfo(model->context, CL_CONTEXT_REFERENCE_COUNT, sizeof users, &users, NULL);
        if (code == CL_SUCCESS && users <= 1)
            return;
        wait_a_little();
    }
}

cl_int fovea_cl_release_parts(fovea_cl_model *model)
{
    cl_int code = CL_SUCCESS;
    for (int i = 0; i < model->part_count; i++) {
        cl_int result = clReleaseDevice((cl_device_id)model->devices[i].id);
        code = code == CL_SUCCESS ? result : code;
    }
    model->part_count = 0;
    return code;
}

static fovea_status use_one(fovea_cl_model *model, const fovea_cl_device *device)
{
    int is_divisible = 0;
    for (int i = 0; i < model->device_count; i++)
        model->devices[i] = *device;
    if (model->device_count == 1)
        return FOVEA_OK;
    fovea_status status = ask_divisible(device, model->device_count, &is_divisible);
    return status == FOVEA_OK && is_divisible ? divide(model, device, model->device_count) : status;
}

/* ---- several ---- */

static fovea_status use_several(fovea_cl_model *model, const fovea_cl_device *devices, const int *chosen)
{
    const fovea_cl_device *first = &devices[chosen[0]];
    for (int i = 0; i < model->device_count; i++) {
        const fovea_cl_device *device = &devices[chosen[i]];
        if (strcmp(device->platform, first->platform) != 0 || strcmp(device->version, first->version) != 0)
            return fovea_cl_fail(FOVEA_NO_DEVICE, "%s: %s and %s are of two platforms, %s and %s, and share no memory",
                                 model->net->name, first->name, device->name, first->platform, device->platform);
        if (needs_cpu_plan(model->net, device) != needs_cpu_plan(model->net, first))
            return fovea_cl_fail(FOVEA_NO_DEVICE, "%s: %s and %s need kernels of two kinds, and a net has one",
                                 model->net->name, first->name, device->name);
        model->devices[i] = *device;
    }
    return FOVEA_OK;
}

fovea_status fovea_cl_find_devices(fovea_cl_model *model, const char *choice)
{
    const fovea_cl_net *net = model->net;
    fovea_cl_device *devices;
    int count, found = 0, chosen[FOVEA_CL_MOST_DEVICES];
    fovea_status status = fovea_cl_devices(&devices, &count);
    if (status != FOVEA_OK)
        return status;
    const fovea_cl_kind preferred = net->gpu.launch_count ? FOVEA_CL_GPU : FOVEA_CL_CPU;
    model->device_count = net->device_count > 1 ? net->device_count : 1;
    status = fovea_cl_choose_several(devices, count, choice ? choice : getenv("FOVEA_DEVICE"), preferred,
                                     model->device_count, chosen, &found);
    if (status == FOVEA_OK)
        status = found > 1 ? use_several(model, devices, chosen) : use_one(model, &devices[chosen[0]]);
    free(devices);
    model->plan = needs_cpu_plan(net, &model->devices[0]) ? &net->cpu : &net->gpu;
    return status;
}

fovea_cl_group fovea_cl_distinct(const fovea_cl_model *model)
{
    fovea_cl_group group = {{NULL}, {NULL}, 0};
    for (int i = 0; i < model->device_count; i++) {
        cl_device_id id = (cl_device_id)model->devices[i].id;
        int at = 0;
        while (at < group.count && group.ids[at] != id)
            at++;
        group.devices[at] = &model->devices[i];
        group.ids[at] = id;
        group.count = at == group.count ? at + 1 : group.count;
    }
    return group;
}
