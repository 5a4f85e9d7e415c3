/* fovea_cl_session.c - queues, buffers, and launches with all their arguments.
 *
 * A session has kernels of its own, since the arguments of a kernel are not for several threads. Each device has a
 * queue, in which commands follow each other, and memory. A net of one device has buffers for its inputs and outputs,
 * too; of several devices each has what transfers bring there, in its memory.
 */
#include "fovea_cl_internal.h"

#include <stdlib.h>

static int is_for_cpu(const fovea_cl_model *model)
{
    return model->plan == &model->net->cpu;
}

static int port_count(const fovea_cl_model *model)
{
    return model->device_count > 1 ? 0 : model->net->input_count + model->net->output_count;
}

fovea_status fovea_cl_launch_failed(const fovea_cl_session *session, int at, const char *call, cl_int code)
{
    const fovea_cl_launch *launch = &session->model->plan->launches[at];
    return fovea_cl_failed(call, code, "%s: %s%s (%s)", session->model->net->name,
                           launch->transfer ? "transfer" : "kernel ", launch->transfer ? "" : launch->kernel,
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

/* Whatever is there, also after half an opening. */
static void release_all(fovea_cl_session *session, Failure *failure)
{
    const fovea_cl_model *model = session->model;
    if (session->commands) {
        note(failure, "clReleaseEvent", fovea_cl_forget_run(session));
        for (int i = 0; i < model->plan->launch_count; i++)
            if (session->commands[i].kernel)
                note(failure, "clReleaseKernel", clReleaseKernel(session->commands[i].kernel));
    }
    for (int i = 0; session->ports && i < port_count(model); i++)
        if (session->ports[i])
            note(failure, "clReleaseMemObject", clReleaseMemObject(session->ports[i]));
    for (int i = 0; i < model->device_count; i++) {
        if (session->memory[i])
            note(failure, "clReleaseMemObject", clReleaseMemObject(session->memory[i]));
        if (session->scratch[i])
            note(failure, "clReleaseMemObject", clReleaseMemObject(session->scratch[i]));
        if (session->queues[i])
            note(failure, "clReleaseCommandQueue", clReleaseCommandQueue(session->queues[i]));
    }
    free(session->ports);
    free(session->commands);
    free(session->waits);
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

static fovea_status make_queues(fovea_cl_session *session)
{
    const fovea_cl_model *model = session->model;
    for (int i = 0; i < model->device_count; i++) {
        cl_int code = CL_SUCCESS;
        session->queues[i] = clCreateCommandQueue(model->context, (cl_device_id)model->devices[i].id,
                                                  session->profile ? CL_QUEUE_PROFILING_ENABLE : 0, &code);
        if (code != CL_SUCCESS)
            return fovea_cl_failed("clCreateCommandQueue", code, "%s: %s", model->net->name, model->devices[i].name);
    }
    return FOVEA_OK;
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
    fovea_status status = FOVEA_OK;
    for (int i = 0; status == FOVEA_OK && i < session->model->device_count; i++) {
        status = make_buffer(session, &session->memory[i], CL_MEM_READ_WRITE, plan->memory_bytes, "memory");
        if (status == FOVEA_OK)
            status = make_buffer(session, &session->scratch[i], CL_MEM_READ_WRITE, plan->scratch_bytes * most_groups,
                                 "scratch memory");
    }
    for (int i = 0; status == FOVEA_OK && i < port_count(session->model); i++)
        if (i < net->input_count)
            status = make_buffer(session, &session->ports[i], CL_MEM_READ_ONLY, net->input_bytes[i], "an input");
        else /* kernels may read what they wrote there */
            status = make_buffer(session, &session->ports[i], CL_MEM_READ_WRITE,
                                 net->output_bytes[i - net->input_count], "an output");
    return status;
}

/* NULL when the tensor is in nothing that this net has on that device. */
static const cl_mem *buffer_of(const fovea_cl_session *session, const fovea_cl_tensor *tensor, int device)
{
    const fovea_cl_net *net = session->model->net;
    const cl_mem *buffer = NULL;
    switch ((fovea_cl_place)tensor->place) {
    case FOVEA_CL_WEIGHTS:
        buffer = &session->model->weights;
        break;
    case FOVEA_CL_MEMORY:
        buffer = &session->memory[device];
        break;
    case FOVEA_CL_SCRATCH:
        buffer = &session->scratch[device];
        break;
    case FOVEA_CL_INPUT:
        buffer = session->ports && tensor->port < net->input_count ? &session->ports[tensor->port] : NULL;
        break;
    case FOVEA_CL_OUTPUT:
        if (session->ports && tensor->port < net->output_count)
            buffer = &session->ports[net->input_count + tensor->port];
        break;
    }
    return buffer && *buffer ? buffer : NULL;
}

static fovea_status set_arguments(const fovea_cl_session *session, int at)
{
    const fovea_cl_launch *launch = &session->model->plan->launches[at];
    cl_kernel kernel = session->commands[at].kernel;
    for (int i = 0; i < launch->tensor_count; i++) {
        const cl_uint element = launch->tensors[i].at, argument = 2 * (cl_uint)i;
        const cl_mem *buffer = buffer_of(session, &launch->tensors[i], launch->device);
        if (!buffer)
            return fovea_cl_fail(FOVEA_BAD_ARGUMENT,
                                 "%s: kernel %s: argument %d is in a buffer that the net does not have",
                                 session->model->net->name, launch->kernel, i);
        cl_int code = clSetKernelArg(kernel, argument, sizeof *buffer, buffer);
        if (code == CL_SUCCESS)
            code = clSetKernelArg(kernel, argument + 1, sizeof element, &element);
        if (code != CL_SUCCESS)
            return fovea_cl_launch_failed(session, at, "clSetKernelArg", code);
    }
    return FOVEA_OK;
}

/* A group that is too large would be refused in each run; so it is when the session is opened. */
static fovea_status check_group(const fovea_cl_session *session, int at)
{
    const fovea_cl_command *command = &session->commands[at];
    const fovea_cl_launch *launch = &session->model->plan->launches[at];
    const fovea_cl_device *device = &session->model->devices[launch->device];
    const size_t wanted = command->local[0] * command->local[1] * command->local[2];
    size_t most = 0;
    cl_int code = clGetKernelWorkGroupInfo(command->kernel, (cl_device_id)device->id, CL_KERNEL_WORK_GROUP_SIZE,
                                           sizeof most, &most, NULL);
    if (code != CL_SUCCESS)
        return fovea_cl_launch_failed(session, at, "clGetKernelWorkGroupInfo", code);
    if (wanted <= most)
        return FOVEA_OK;
    return fovea_cl_fail(FOVEA_DEVICE_FAILED, "%s: kernel %s needs work-groups of %llu items, and %s has %llu at most",
                         session->model->net->name, launch->kernel, (unsigned long long)wanted, device->name,
                         (unsigned long long)most);
}

/* Whether the tensor is in `bytes` bytes and has a place there that can be copied: on a device in its memory, of the
 * caller's in the port. */
static int is_inside(const fovea_cl_model *model, const fovea_cl_transfer *transfer, int device,
                     const fovea_cl_tensor *tensor, int place)
{
    const fovea_cl_net *net = model->net;
    const uint64_t at = (uint64_t)tensor->at * transfer->element_bytes;
    uint64_t room = model->plan->memory_bytes;
    if (device != FOVEA_CL_HOST)
        place = FOVEA_CL_MEMORY;
    else if (place == FOVEA_CL_INPUT)
        room = tensor->port < net->input_count ? net->input_bytes[tensor->port] : 0;
    else
        room = tensor->port < net->output_count ? net->output_bytes[tensor->port] : 0;
    return tensor->place == place && device >= FOVEA_CL_HOST && device < model->device_count && at <= room &&
           transfer->bytes && transfer->bytes <= room - at;
}

static fovea_status check_transfer(const fovea_cl_session *session, int at)
{
    const fovea_cl_model *model = session->model;
    const fovea_cl_transfer *transfer = model->plan->launches[at].transfer;
    const int from = transfer->from_device, to = transfer->to_device;
    if (model->device_count > 1 && (from != to || from == FOVEA_CL_HOST) &&
        is_inside(model, transfer, from, &transfer->from, FOVEA_CL_INPUT) &&
        is_inside(model, transfer, to, &transfer->to, FOVEA_CL_OUTPUT))
        return FOVEA_OK;
    return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "%s: launch %d is a transfer from or to what the net does not have",
                         model->net->name, at);
}

static fovea_status make_command(fovea_cl_session *session, int at)
{
    const fovea_cl_model *model = session->model;
    const fovea_cl_launch *launch = &model->plan->launches[at];
    fovea_cl_command *command = &session->commands[at];
    cl_int code = CL_SUCCESS;
    if (launch->step < 0 || launch->step >= model->net->step_count)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "%s: launch %d is of step %d, and the net has %d", model->net->name,
                             at, launch->step, model->net->step_count);
    if (launch->transfer)
        return check_transfer(session, at);
    if (launch->device >= model->device_count)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "%s: kernel %s is for device %d, and the net has %d", model->net->name,
                             launch->kernel, launch->device, model->device_count);
    command->kernel = clCreateKernel(model->program, launch->kernel, &code);
    if (code != CL_SUCCESS)
        return fovea_cl_launch_failed(session, at, "clCreateKernel", code);
    fovea_status status = set_arguments(session, at);
    return status == FOVEA_OK ? check_group(session, at) : status;
}

/* How many work-groups a device of the model computes at the same time at most. */
static size_t groups_at_once(const fovea_cl_model *model, int device, int threads)
{
    const size_t count = (size_t)model->device_count, units = model->devices[device].units;
    const size_t own = ((size_t)threads + count - 1) / count;
    return own < units ? own : units ? units : 1;
}

/* Sizes of all kernels. The largest number of work-groups of one of them. */
static size_t choose_sizes(fovea_cl_session *session, int threads)
{
    const fovea_cl_model *model = session->model;
    size_t most = 1;
    for (int i = 0; i < model->plan->launch_count; i++) {
        const fovea_cl_launch *planned = &model->plan->launches[i];
        const size_t shares = planned->shares > 1 ? (size_t)planned->shares : 1;
        fovea_cl_command *command = &session->commands[i];
        command->dimensions = is_for_cpu(model) ? 1 : 3;
        for (int axis = 0; axis < 3; axis++) {
            command->global[axis] = is_for_cpu(model) || !planned->global[axis] ? 1 : planned->global[axis];
            command->local[axis] = is_for_cpu(model) || !planned->local[axis] ? 1 : planned->local[axis];
        }
        if (!is_for_cpu(model) || planned->device >= model->device_count)
            continue;
        const size_t at_once = groups_at_once(model, planned->device, threads);
        command->global[0] = shares < at_once ? shares : at_once;
        if (command->global[0] > most)
            most = command->global[0];
    }
    return most;
}

static fovea_status make_tables(fovea_cl_session *session)
{
    const fovea_cl_model *model = session->model;
    const size_t launches = (size_t)model->plan->launch_count, ports = (size_t)port_count(model);
    session->commands = calloc(launches, sizeof *session->commands);
    if (model->device_count > 1)
        session->waits = calloc(launches, sizeof *session->waits);
    else
        session->ports = calloc(ports, sizeof *session->ports);
    if (session->commands && (session->waits || session->ports))
        return FOVEA_OK;
    return fovea_cl_no_memory(model->net->name);
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
    fovea_status status = make_tables(opened);
    if (status == FOVEA_OK)
        status = make_queues(opened);
    if (status == FOVEA_OK)
        status = make_buffers(opened, choose_sizes(opened, threads));
    for (int i = 0; status == FOVEA_OK && i < model->plan->launch_count; i++)
        status = make_command(opened, i);
    if (status == FOVEA_OK && opened->waits)
        fovea_cl_schedule(model->plan, model->device_count, opened->waits);
    Failure unsaid = {NULL, CL_SUCCESS};
    if (status == FOVEA_OK)
        *session = opened;
    else
        release_all(opened, &unsaid);
    return status;
}
