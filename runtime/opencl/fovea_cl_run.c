/* fovea_cl_run.c - runs and their times.
 *
 * A run queues everything, and waits once. On one device that is copies in, launches, copies out. On several devices
 * copies are launches among others, and launches wait for those of other queues as fovea_cl_schedule.c has it, by
 * their events.
 */
#include "fovea_cl_internal.h"

#include <stdlib.h>
#include <string.h>

cl_int fovea_cl_forget_run(fovea_cl_session *session)
{
    cl_int code = CL_SUCCESS;
    session->timed = 0;
    for (int i = 0; i < session->model->plan->launch_count; i++) {
        fovea_cl_command *command = &session->commands[i];
        const cl_int result = command->done ? clReleaseEvent(command->done) : CL_SUCCESS;
        code = code == CL_SUCCESS ? result : code;
        command->done = NULL;
    }
    return code;
}

/* ---- launches ---- */

/* What a command waits for, as OpenCL wants it. */
typedef struct Wait {
    cl_uint count;
    const cl_event *events; /* NULL for none */
    cl_event *done;         /* NULL: nobody asks for it */
} Wait;

static fovea_status launch_kernel(const fovea_cl_session *session, int at, const Wait *wait)
{
    const fovea_cl_command *command = &session->commands[at];
    cl_int code = clEnqueueNDRangeKernel(session->queues[session->model->plan->launches[at].device], command->kernel,
                                         command->dimensions, NULL, command->global, command->local, wait->count,
                                         wait->events, wait->done);
    return code == CL_SUCCESS ? FOVEA_OK : fovea_cl_launch_failed(session, at, "clEnqueueNDRangeKernel", code);
}

static fovea_status transfer(const fovea_cl_session *session, int at, const Wait *wait, const void *const *inputs,
                             void *const *outputs)
{
    const fovea_cl_transfer *planned = session->model->plan->launches[at].transfer;
    const int from = planned->from_device, to = planned->to_device;
    const size_t from_at = (size_t)planned->from.at * planned->element_bytes;
    const size_t to_at = (size_t)planned->to.at * planned->element_bytes;
    const char *input = from == FOVEA_CL_HOST ? (const char *)inputs[planned->from.port] + from_at : NULL;
    char *output = to == FOVEA_CL_HOST ? (char *)outputs[planned->to.port] + to_at : NULL;
    const char *call;
    cl_int code;
    if (input && output) {
        memmove(output, input, planned->bytes);
        return FOVEA_OK;
    }
    if (input) {
        call = "clEnqueueWriteBuffer";
        code = clEnqueueWriteBuffer(session->queues[to], session->memory[to], CL_FALSE, to_at, planned->bytes, input,
                                    wait->count, wait->events, wait->done);
    } else if (output) {
        call = "clEnqueueReadBuffer";
        code = clEnqueueReadBuffer(session->queues[from], session->memory[from], CL_FALSE, from_at, planned->bytes,
                                   output, wait->count, wait->events, wait->done);
    } else {
        call = "clEnqueueCopyBuffer";
        code = clEnqueueCopyBuffer(session->queues[from], session->memory[from], session->memory[to], from_at, to_at,
                                   planned->bytes, wait->count, wait->events, wait->done);
    }
    return code == CL_SUCCESS ? FOVEA_OK : fovea_cl_launch_failed(session, at, call, code);
}

static fovea_status flush(const fovea_cl_session *session, int queue)
{
    const cl_int code = clFlush(session->queues[queue]);
    if (code == CL_SUCCESS)
        return FOVEA_OK;
    return fovea_cl_failed("clFlush", code, "%s: %s", session->model->net->name, session->model->devices[queue].name);
}

static fovea_status launch_one(const fovea_cl_session *session, int at, const void *const *inputs, void *const *outputs)
{
    const fovea_cl_waits *waits = session->waits ? &session->waits[at] : NULL;
    fovea_cl_command *command = &session->commands[at];
    cl_event events[2 * FOVEA_CL_MOST_DEVICES];
    Wait wait = {0, NULL, session->profile || (waits && waits->is_awaited) ? &command->done : NULL};
    fovea_status status = FOVEA_OK;
    for (int i = 0; waits && i < waits->count; i++) {
        events[wait.count++] = session->commands[waits->at[i]].done;
        wait.events = events;
    }
    for (int i = 0; waits && status == FOVEA_OK && i < session->model->device_count; i++)
        if (waits->flushes >> i & 1)
            status = flush(session, i);
    if (status == FOVEA_OK)
        status = session->model->plan->launches[at].transfer ? transfer(session, at, &wait, inputs, outputs)
                                                             : launch_kernel(session, at, &wait);
    if (status != FOVEA_OK)
        command->done = NULL;
    return status;
}

/* ---- the end of a run ---- */

/* An event instead of a queue is waited for: so it is told when a command before it went wrong. */
static fovea_status wait_for(const fovea_cl_session *session, const cl_event *events, cl_uint count)
{
    const cl_int code = clWaitForEvents(count, events);
    if (code == CL_SUCCESS)
        return FOVEA_OK;
    return fovea_cl_failed("clWaitForEvents", code, "%s: a run on %s", session->model->net->name,
                           session->model->devices[0].name);
}

/* For the last launch of each queue. */
static fovea_status wait_for_all(const fovea_cl_session *session)
{
    const fovea_cl_model *model = session->model;
    cl_event last[FOVEA_CL_MOST_DEVICES] = {NULL}, events[FOVEA_CL_MOST_DEVICES];
    cl_uint count = 0;
    fovea_status status = FOVEA_OK;
    for (int i = 0; i < model->plan->launch_count; i++) {
        const int queue = fovea_cl_queue_of(&model->plan->launches[i]);
        if (queue != FOVEA_CL_HOST)
            last[queue] = session->commands[i].done;
    }
    for (int i = 0; status == FOVEA_OK && i < model->device_count; i++)
        if (last[i]) {
            events[count++] = last[i];
            status = flush(session, i);
        }
    return status == FOVEA_OK && count ? wait_for(session, events, count) : status;
}

/* ---- one device ---- */

static fovea_status send_inputs(const fovea_cl_session *session, const void *const *inputs)
{
    const fovea_cl_net *net = session->model->net;
    for (int i = 0; i < net->input_count; i++) {
        cl_int code = clEnqueueWriteBuffer(session->queues[0], session->ports[i], CL_FALSE, 0, net->input_bytes[i],
                                           inputs[i], 0, NULL, NULL);
        if (code != CL_SUCCESS)
            return fovea_cl_failed("clEnqueueWriteBuffer", code, "%s: input %d", net->name, i);
    }
    return FOVEA_OK;
}

static fovea_status fetch_outputs(const fovea_cl_session *session, void *const *outputs)
{
    const fovea_cl_net *net = session->model->net;
    cl_event last = NULL;
    for (int i = 0; i < net->output_count; i++) {
        cl_int code =
            clEnqueueReadBuffer(session->queues[0], session->ports[net->input_count + i], CL_FALSE, 0,
                                net->output_bytes[i], outputs[i], 0, NULL, i + 1 == net->output_count ? &last : NULL);
        if (code != CL_SUCCESS)
            return fovea_cl_failed("clEnqueueReadBuffer", code, "%s: output %d", net->name, i);
    }
    fovea_status status = wait_for(session, &last, 1);
    const cl_int code = clReleaseEvent(last);
    if (status == FOVEA_OK && code != CL_SUCCESS)
        status = fovea_cl_failed("clReleaseEvent", code, "%s: a run", net->name);
    return status;
}

/* ---- runs ---- */

static int all_there(const void *const *tensors, int count)
{
    for (int i = 0; i < count; i++)
        if (!tensors || !tensors[i])
            return 0;
    return 1;
}

static fovea_status queue_all(fovea_cl_session *session, const void *const *inputs, void *const *outputs)
{
    fovea_status status = session->ports ? send_inputs(session, inputs) : FOVEA_OK;
    for (int i = 0; status == FOVEA_OK && i < session->model->plan->launch_count; i++)
        status = launch_one(session, i, inputs, outputs);
    if (status == FOVEA_OK)
        status = session->ports ? fetch_outputs(session, outputs) : wait_for_all(session);
    return status;
}

static fovea_status forget_run(fovea_cl_session *session, fovea_status status)
{
    const cl_int code = fovea_cl_forget_run(session);
    if (status == FOVEA_OK && code != CL_SUCCESS)
        return fovea_cl_failed("clReleaseEvent", code, "%s: a run", session->model->net->name);
    return status;
}

fovea_status fovea_cl_run(fovea_cl_session *session, const void *const *inputs, void *const *outputs)
{
    if (!session || !all_there(inputs, session->model->net->input_count) ||
        !all_there((const void *const *)outputs, session->model->net->output_count))
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_run: a pointer is null");
    fovea_status status = forget_run(session, FOVEA_OK);
    if (status != FOVEA_OK)
        return status;
    status = queue_all(session, inputs, outputs);
    for (int i = 0; status != FOVEA_OK && i < session->model->device_count; i++)
        clFinish(session->queues[i]); /* what was queued still uses the caller's memory */
    if (!session->profile)
        return forget_run(session, status);
    session->timed = status == FOVEA_OK;
    return status;
}

/* ---- times ---- */

fovea_status fovea_cl_profile(const fovea_cl_session *session, uint64_t *steps, uint64_t *whole)
{
    if (!session || !steps || !session->timed)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT, "fovea_cl_profile: a pointer is null, or no run was timed");
    cl_ulong first = UINT64_MAX, last = 0, start = 0, end = 0;
    for (int i = 0; i < session->model->net->step_count; i++)
        steps[i] = 0;
    for (int i = 0; i < session->model->plan->launch_count; i++) {
        cl_event done = session->commands[i].done;
        if (!done) /* from the caller to the caller */
            continue;
        cl_int code = clGetEventProfilingInfo(done, CL_PROFILING_COMMAND_START, sizeof start, &start, NULL);
        if (code == CL_SUCCESS)
            code = clGetEventProfilingInfo(done, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
        if (code != CL_SUCCESS)
            return fovea_cl_launch_failed(session, i, "clGetEventProfilingInfo", code);
        steps[session->model->plan->launches[i].step] += end - start;
        first = start < first ? start : first;
        last = end > last ? end : last;
    }
    if (whole)
        *whole = last > first ? last - first : 0;
    return FOVEA_OK;
}
