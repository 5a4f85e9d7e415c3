/* fovea_cl_model.c - a compiled net on its device or devices: context, weights, program. */
#include "fovea_cl_internal.h"

#include <stdlib.h>

/* Releases what there is; the name of a call that failed is in *failed, with its code. */
static cl_int release_all(fovea_cl_model *model, const char **failed)
{
    cl_int code = CL_SUCCESS, result;
    if (model->program && (result = clReleaseProgram(model->program)) != CL_SUCCESS) {
        *failed = "clReleaseProgram";
        code = result;
    }
    if (model->weights && (result = clReleaseMemObject(model->weights)) != CL_SUCCESS) {
        *failed = "clReleaseMemObject";
        code = result;
    }
    if (model->context)
        fovea_cl_settle_parts(model);
    if (model->context && (result = clReleaseContext(model->context)) != CL_SUCCESS) {
        *failed = "clReleaseContext";
        code = result;
    }
    if ((result = fovea_cl_release_parts(model)) != CL_SUCCESS) {
        *failed = "clReleaseDevice";
        code = result;
    }
    free(model);
    return code;
}

void fovea_cl_close(fovea_cl_model *model)
{
    if (!model)
        return;
    const char *name = model->net->name, *failed = NULL;
    cl_int code = release_all(model, &failed);
    if (failed)
        fovea_cl_failed(failed, code, "%s", name);
}

/* One for all devices, so that what one has computed can be copied to another. */
static fovea_status make_context(fovea_cl_model *model)
{
    const fovea_cl_group devices = fovea_cl_distinct(model);
    cl_int code = CL_SUCCESS;
    model->context = clCreateContext(NULL, (cl_uint)devices.count, devices.ids, NULL, NULL, &code);
    if (code == CL_SUCCESS)
        return FOVEA_OK;
    return fovea_cl_failed("clCreateContext", code, "%s: %s", model->net->name, model->devices[0].name);
}

static fovea_status upload(fovea_cl_model *model, const void *weights)
{
    const fovea_cl_net *net = model->net;
    cl_int code = CL_SUCCESS;
    cl_command_queue queue = clCreateCommandQueue(model->context, (cl_device_id)model->devices[0].id, 0, &code);
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clCreateCommandQueue", code, "%s: weights", net->name);
    code = clEnqueueWriteBuffer(queue, model->weights, CL_TRUE, 0, net->weights_bytes, weights, 0, NULL, NULL);
    fovea_status status = FOVEA_OK;
    if (code != CL_SUCCESS)
        status = fovea_cl_failed("clEnqueueWriteBuffer", code, "%s: weights", net->name);
    code = clReleaseCommandQueue(queue);
    if (status == FOVEA_OK && code != CL_SUCCESS)
        status = fovea_cl_failed("clReleaseCommandQueue", code, "%s: weights", net->name);
    return status;
}

/* A CPU reads the caller's weights where they are. Others get a copy at once: with CL_MEM_COPY_HOST_PTR some drivers
 * keep a second copy in the computer's memory, and send it along with the first run. The buffer is that of all devices:
 * what another one than the first needs of it, the driver brings there. */
static fovea_status load_weights(fovea_cl_model *model, const void *weights)
{
    const fovea_cl_net *net = model->net;
    int shared = 1;
    for (int i = 0; i < model->device_count; i++)
        shared = shared && model->devices[i].kind == FOVEA_CL_CPU;
    void *host = shared ? (void *)(uintptr_t)weights : NULL; /* read-only, as the flags say */
    cl_int code = CL_SUCCESS;
    if (!net->weights_bytes)
        return FOVEA_OK;
    model->weights = clCreateBuffer(model->context, CL_MEM_READ_ONLY | (shared ? CL_MEM_USE_HOST_PTR : 0),
                                    net->weights_bytes, host, &code);
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clCreateBuffer", code, "%s: weights, %llu bytes", net->name,
                               (unsigned long long)net->weights_bytes);
    return shared ? FOVEA_OK : upload(model, weights);
}

static fovea_status check_weights(const fovea_cl_net *net, const void *weights, size_t bytes)
{
    if (!net->weights_bytes)
        return FOVEA_OK;
    fovea_status status = fovea_weights_check(weights, bytes, net->architecture, net->weights_bytes);
    return status == FOVEA_OK ? status : fovea_cl_fail(status, "%s: %s", net->name, fovea_status_text(status));
}

fovea_status fovea_cl_open(fovea_cl_model **model, const fovea_cl_net *net, const char *device, const void *weights,
                           size_t bytes)
{
    if (model)
        *model = NULL;
    if (!model || !net || (!net->cpu.launch_count && !net->gpu.launch_count))
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_open: a pointer is null, or the net has no plan");
    if (net->device_count > FOVEA_CL_MOST_DEVICES)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "%s: the net has %d devices, and %d is the most", net->name,
                             net->device_count, FOVEA_CL_MOST_DEVICES);
    fovea_status status = check_weights(net, weights, bytes);
    if (status != FOVEA_OK)
        return status;
    fovea_cl_model *opened = calloc(1, sizeof *opened);
    if (!opened)
        return fovea_cl_no_memory(net->name);
    opened->net = net;
    status = fovea_cl_find_devices(opened, device);
    if (status == FOVEA_OK)
        status = make_context(opened);
    if (status == FOVEA_OK)
        status = load_weights(opened, weights);
    if (status == FOVEA_OK)
        status = fovea_cl_build(opened);
    const char *unsaid;
    if (status == FOVEA_OK)
        *model = opened;
    else
        release_all(opened, &unsaid);
    return status;
}

const fovea_cl_device *fovea_cl_model_device(const fovea_cl_model *model)
{
    return model ? &model->devices[0] : NULL;
}

const fovea_cl_device *fovea_cl_model_devices(const fovea_cl_model *model, int *count)
{
    if (count)
        *count = model ? model->device_count : 0;
    return fovea_cl_model_device(model);
}

const fovea_cl_plan *fovea_cl_model_plan(const fovea_cl_model *model)
{
    return model ? model->plan : NULL;
}

int fovea_cl_model_cached(const fovea_cl_model *model)
{
    return model ? model->cached : 0;
}
