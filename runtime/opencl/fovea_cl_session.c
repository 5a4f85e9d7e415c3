/* fovea_cl_session.c - buffers, launches with all their arguments, and runs.
 *
 * A session has kernels of its own, since the arguments of a kernel are not for several threads, and one queue, in
 * which commands follow each other: copies in, launches, copies out. A run waits once, for the last of them.
 */
#include "fovea_cl_internal.h"

#include <stdlib.h>

typedef struct Launch {
    cl_kernel kernel;
    cl_uint dimensions;
    size_t global[3], local[3];
    cl_event done; /* of the last run, when launches are timed */
} Launch;

struct fovea_cl_session {
    const fovea_cl_model *model;
    cl_command_queue queue;
    cl_mem memory, scratch; /* NULL when the plan needs none */
    cl_mem *ports;          /* inputs, then outputs */
    Launch *launches;
    int profile, timed; /* timed: the last run was, and succeeded */
};

static int is_for_cpu(const fovea_cl_model *model)
{
    return model->plan == &model->net->cpu;
}

static fovea_status launch_failed(const fovea_cl_session *session, int at, const char *call, cl_int code)
{
    const fovea_cl_launch *launch = &session->model->plan->launches[at];
    return fovea_cl_failed(call, code, "%s: kernel %s (%s)", session->model->net->name, launch->kernel,
                           launch->layers ? launch->layers : "");
}

/* ---- closing ---- */

typedef struct Failure {
    const char *call;
    cl_int code;
} Failure;

static void note(Failure *failure, const char *call, cl_int code)
{
    if (code != CL_SUCCESS && !failure->call) {
        failure->call = call;
        failure->code = code;
    }
}

static void forget_times(fovea_cl_session *session, Failure *failure)
{
    session->timed = 0;
    for (int i = 0; i < session->model->plan->launch_count; i++) {
        Launch *launch = &session->launches[i];
        if (launch->done)
            note(failure, "clReleaseEvent", clReleaseEvent(launch->done));
        launch->done = NULL;
    }
}

/* Whatever is there, also after half an opening. */
static void release_all(fovea_cl_session *session, Failure *failure)
{
    const fovea_cl_net *net = session->model->net;
    if (session->launches) {
        forget_times(session, failure);
        for (int i = 0; i < session->model->plan->launch_count; i++)
            if (session->launches[i].kernel)
                note(failure, "clReleaseKernel", clReleaseKernel(session->launches[i].kernel));
    }
    for (int i = 0; session->ports && i < net->input_count + net->output_count; i++)
        if (session->ports[i])
            note(failure, "clReleaseMemObject", clReleaseMemObject(session->ports[i]));
    if (session->memory)
        note(failure, "clReleaseMemObject", clReleaseMemObject(session->memory));
    if (session->scratch)
        note(failure, "clReleaseMemObject", clReleaseMemObject(session->scratch));
    if (session->queue)
        note(failure, "clReleaseCommandQueue", clReleaseCommandQueue(session->queue));
    free(session->ports);
    free(session->launches);
    free(session);
}

void fovea_cl_session_close(fovea_cl_session *session)
{
    if (!session)
        return;
    const char *name = session->model->net->name;
    Failure failure = {NULL, CL_SUCCESS};
    release_all(session, &failure);
    if (failure.call)
        fovea_cl_failed(failure.call, failure.code, "%s: a session is closed", name);
}

/* ---- opening ---- */

static fovea_status make_queue(fovea_cl_session *session)
{
    const fovea_cl_model *model = session->model;
    cl_int code = CL_SUCCESS;
    session->queue = clCreateCommandQueue(model->context, (cl_device_id)model->device.id,
                                          session->profile ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
    if (code == CL_SUCCESS)
        return FOVEA_OK;
    return fovea_cl_failed("clCreateCommandQueue", code, "%s: %s", model->net->name, model->device.name);
}

/* Nothing for 0 bytes. */
static fovea_status make_buffer(const fovea_cl_session *session, cl_mem *buffer, cl_mem_flags flags, size_t bytes,
                                const char *what)
{
    cl_int code = CL_SUCCESS;
    if (!bytes)
        return FOVEA_OK;
    *buffer = clCreateBuffer(session->model->context, flags, bytes, NULL, &code);
    if (code == CL_SUCCESS)
        return FOVEA_OK;
    return fovea_cl_failed("clCreateBuffer", code, "%s: %s, %llu bytes", session->model->net->name, what,
                           (unsigned long long)bytes);
}

static fovea_status make_buffers(fovea_cl_session *session, size_t most_groups)
{
    const fovea_cl_net *net = session->model->net;
    const fovea_cl_plan *plan = session->model->plan;
    fovea_status status = make_buffer(session, &session->memory, CL_MEM_READ_WRITE, plan->memory_bytes, "memory");
    if (status == FOVEA_OK)
        status = make_buffer(session, &session->scratch, CL_MEM_READ_WRITE, plan->scratch_bytes * most_groups,
                             "scratch memory");
    for (int i = 0; status == FOVEA_OK && i < net->input_count; i++)
        status = make_buffer(session, &session->ports[i], CL_MEM_READ_ONLY, net->input_bytes[i], "an input");
    for (int i = 0; status == FOVEA_OK && i < net->output_count; i++) /* kernels may read what they wrote there */
        status = make_buffer(session, &session->ports[net->input_count + i], CL_MEM_READ_WRITE, net->output_bytes[i],
                             "an output");
    return status;
}

/* NULL when the tensor is in nothing that this net has. */
static const cl_mem *buffer_of(const fovea_cl_session *session, const fovea_cl_tensor *tensor)
{
    const fovea_cl_net *net = session->model->net;
    const cl_mem *buffer = NULL;
    switch ((fovea_cl_place)tensor->place) {
    case FOVEA_CL_WEIGHTS:
        buffer = &session->model->weights;
        break;
    case FOVEA_CL_MEMORY:
        buffer = &session->memory;
        break;
    case FOVEA_CL_SCRATCH:
        buffer = &session->scratch;
        break;
    case FOVEA_CL_INPUT:
        buffer = tensor->port < net->input_count ? &session->ports[tensor->port] : NULL;
        break;
    case FOVEA_CL_OUTPUT:
        buffer = tensor->port < net->output_count ? &session->ports[net->input_count + tensor->port] : NULL;
        break;
    }
    return buffer && *buffer ? buffer : NULL;
}

static fovea_status set_arguments(const fovea_cl_session *session, int at)
{
    const fovea_cl_launch *launch = &session->model->plan->launches[at];
    cl_kernel kernel = session->launches[at].kernel;
    for (int i = 0; i < launch->tensor_count; i++) {
        const cl_uint element = launch->tensors[i].at, argument = 2 * (cl_uint)i;
        const cl_mem *buffer = buffer_of(session, &launch->tensors[i]);
        if (!buffer)
            return fovea_cl_fail(FOVEA_BAD_ARGUMENT,
                                 "%s: kernel %s: argument %d is in a buffer that the net does not have",
                                 session->model->net->name, launch->kernel, i);
        cl_int code = clSetKernelArg(kernel, argument, sizeof *buffer, buffer);
        if (code == CL_SUCCESS)
            code = clSetKernelArg(kernel, argument + 1, sizeof element, &element);
        if (code != CL_SUCCESS)
            return launch_failed(session, at, "clSetKernelArg", code);
    }
    return FOVEA_OK;
}

/* A group that is too large would be refused in each run; so it is when the session is opened. */
static fovea_status check_group(const fovea_cl_session *session, int at)
{
    const Launch *launch = &session->launches[at];
    const size_t wanted = launch->local[0] * launch->local[1] * launch->local[2];
    size_t most = 0;
    cl_int code = clGetKernelWorkGroupInfo(launch->kernel, (cl_device_id)session->model->device.id,
                                           CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, NULL);
    if (code != CL_SUCCESS)
        return launch_failed(session, at, "clGetKernelWorkGroupInfo", code);
    if (wanted <= most)
        return FOVEA_OK;
    return fovea_cl_fail(FOVEA_DEVICE_FAILED, "%s: kernel %s needs work-groups of %llu items, and %s has %llu at most",
                         session->model->net->name, session->model->plan->launches[at].kernel,
                         (unsigned long long)wanted, session->model->device.name, (unsigned long long)most);
}

static fovea_status make_launch(fovea_cl_session *session, int at)
{
    cl_int code = CL_SUCCESS;
    Launch *launch = &session->launches[at];
    launch->kernel = clCreateKernel(session->model->program, session->model->plan->launches[at].kernel, &code);
    if (code != CL_SUCCESS)
        return launch_failed(session, at, "clCreateKernel", code);
    fovea_status status = set_arguments(session, at);
    return status == FOVEA_OK ? check_group(session, at) : status;
}

/* Sizes of all launches. The largest number of work-groups of one of them. */
static size_t choose_sizes(fovea_cl_session *session, int threads)
{
    const fovea_cl_model *model = session->model;
    size_t at_once = (size_t)threads, most = 1;
    if (at_once > model->device.units)
        at_once = model->device.units ? model->device.units : 1;
    for (int i = 0; i < model->plan->launch_count; i++) {
        const fovea_cl_launch *planned = &model->plan->launches[i];
        const size_t shares = planned->shares > 1 ? (size_t)planned->shares : 1;
        Launch *launch = &session->launches[i];
        launch->dimensions = is_for_cpu(model) ? 1 : 3;
        for (int axis = 0; axis < 3; axis++) {
            launch->global[axis] = is_for_cpu(model) || !planned->global[axis] ? 1 : planned->global[axis];
            launch->local[axis] = is_for_cpu(model) || !planned->local[axis] ? 1 : planned->local[axis];
        }
        if (!is_for_cpu(model))
            continue;
        launch->global[0] = shares < at_once ? shares : at_once;
        if (launch->global[0] > most)
            most = launch->global[0];
    }
    return most;
}

fovea_status fovea_cl_session_open(fovea_cl_session **session, const fovea_cl_model *model, int threads, int profile)
{
    if (session)
        *session = NULL;
    if (!session || !model || threads < 1)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_session_open: a pointer is null, or threads under 1");
    const fovea_cl_net *net = model->net;
    fovea_cl_session *opened = calloc(1, sizeof *opened);
    if (!opened)
        return fovea_cl_no_memory(net->name);
    opened->model = model;
    opened->profile = profile != 0;
    opened->launches = calloc((size_t)model->plan->launch_count, sizeof *opened->launches);
    opened->ports = calloc((size_t)net->input_count + (size_t)net->output_count, sizeof *opened->ports);
    fovea_status status = FOVEA_OK;
    if (!opened->launches || !opened->ports)
        status = fovea_cl_no_memory(net->name);
    if (status == FOVEA_OK)
        status = make_queue(opened);
    if (status == FOVEA_OK)
        status = make_buffers(opened, choose_sizes(opened, threads));
    for (int i = 0; status == FOVEA_OK && i < model->plan->launch_count; i++)
        status = make_launch(opened, i);
    Failure unsaid = {NULL, CL_SUCCESS};
    if (status == FOVEA_OK)
        *session = opened;
    else
        release_all(opened, &unsaid);
    return status;
}

/* ---- runs ---- */

static fovea_status send_inputs(const fovea_cl_session *session, const void *const *inputs)
{
    const fovea_cl_net *net = session->model->net;
    for (int i = 0; i < net->input_count; i++) {
        cl_int code = clEnqueueWriteBuffer(session->queue, session->ports[i], CL_FALSE, 0, net->input_bytes[i],
                                           inputs[i], 0, NULL, NULL);
        if (code != CL_SUCCESS)
            return fovea_cl_failed("clEnqueueWriteBuffer", code, "%s: input %d", net->name, i);
    }
    return FOVEA_OK;
}

static fovea_status launch_all(const fovea_cl_session *session)
{
    for (int i = 0; i < session->model->plan->launch_count; i++) {
        Launch *launch = &session->launches[i];
        cl_int code = clEnqueueNDRangeKernel(session->queue, launch->kernel, launch->dimensions, NULL, launch->global,
                                             launch->local, 0, NULL, session->profile ? &launch->done : NULL);
        if (code != CL_SUCCESS) {
            launch->done = NULL;
            return launch_failed(session, i, "clEnqueueNDRangeKernel", code);
        }
    }
    return FOVEA_OK;
}

/* Waits for an event of the last copy instead of the queue: so it is told when a command before it went wrong. */
static fovea_status fetch_outputs(const fovea_cl_session *session, void *const *outputs)
{
    const fovea_cl_net *net = session->model->net;
    cl_event last = NULL;
    for (int i = 0; i < net->output_count; i++) {
        cl_int code =
            clEnqueueReadBuffer(session->queue, session->ports[net->input_count + i], CL_FALSE, 0, net->output_bytes[i],
                                outputs[i], 0, NULL, i + 1 == net->output_count ? &last : NULL);
        if (code != CL_SUCCESS)
            return fovea_cl_failed("clEnqueueReadBuffer", code, "%s: output %d", net->name, i);
    }
    cl_int code = clWaitForEvents(1, &last);
    fovea_status status = FOVEA_OK;
    if (code != CL_SUCCESS)
        status = fovea_cl_failed("clWaitForEvents", code, "%s: a run on %s", net->name, session->model->device.name);
    code = clReleaseEvent(last);
    if (status == FOVEA_OK && code != CL_SUCCESS)
        status = fovea_cl_failed("clReleaseEvent", code, "%s: a run", net->name);
    return status;
}

static int all_there(const void *const *tensors, int count)
{
    for (int i = 0; i < count; i++)
        if (!tensors || !tensors[i])
            return 0;
    return 1;
}

fovea_status fovea_cl_run(fovea_cl_session *session, const void *const *inputs, void *const *outputs)
{
    if (!session || !all_there(inputs, session->model->net->input_count) ||
        !all_there((const void *const *)outputs, session->model->net->output_count))
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_run: a pointer is null");
    Failure failure = {NULL, CL_SUCCESS};
    forget_times(session, &failure);
    if (failure.call)
        return fovea_cl_failed(failure.call, failure.code, "%s: a run", session->model->net->name);
    fovea_status status = send_inputs(session, inputs);
    if (status == FOVEA_OK)
        status = launch_all(session);
    if (status == FOVEA_OK)
        status = fetch_outputs(session, outputs);
    session->timed = session->profile && status == FOVEA_OK;
    if (status != FOVEA_OK)
        clFinish(session->queue); /* what was queued still uses the caller's memory */
    return status;
}

/* ---- times ---- */

fovea_status fovea_cl_profile(const fovea_cl_session *session, uint64_t *steps, uint64_t *whole)
{
    if (!session || !steps || !session->timed)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_profile: a pointer is null, or no run was timed");
    cl_ulong first = 0, start = 0, end = 0;
    for (int i = 0; i < session->model->net->step_count; i++)
        steps[i] = 0;
    for (int i = 0; i < session->model->plan->launch_count; i++) {
        cl_event done = session->launches[i].done;
        cl_int code = clGetEventProfilingInfo(done, CL_PROFILING_COMMAND_START, sizeof start, &start, NULL);
        if (code == CL_SUCCESS)
            code = clGetEventProfilingInfo(done, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
        if (code != CL_SUCCESS)
            return launch_failed(session, i, "clGetEventProfilingInfo", code);
        steps[session->model->plan->launches[i].step] += end - start;
        if (i == 0)
            first = start;
    }
    if (whole)
        *whole = end - first;
    return FOVEA_OK;
}
