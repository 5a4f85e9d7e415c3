/* fovea_cl_schedule.c - who waits for whom, when several devices compute a net.
 *
 * Each device has a queue, in which its launches follow each other, and memory that only they use, except for copies
 * from other devices: those are in the queue of the device that is read. So a launch waits for
 *
 *   - the copies into its device's memory that others have queued before it, and
 *   - if it is such a copy, for what is queued before it where it writes: that may still read or write there.
 *
 * All that a launch waits for is before it in the plan. So there is always one that can go on, if what others wait for
 * is flushed: a queue that is not may wait itself, for more commands to come.
 */
#include "fovea_cl_internal.h"

#include <string.h>

enum { NONE = -1 };

typedef struct State {
    int last[FOVEA_CL_MOST_DEVICES];                        /* in the queue */
    int copy[FOVEA_CL_MOST_DEVICES][FOVEA_CL_MOST_DEVICES]; /* [to][from]: the last one that nobody has waited for */
    int flushed[FOVEA_CL_MOST_DEVICES];                     /* launches before this one are */
} State;

int fovea_cl_queue_of(const fovea_cl_launch *launch)
{
    const fovea_cl_transfer *transfer = launch->transfer;
    if (!transfer)
        return launch->device;
    return transfer->from_device != FOVEA_CL_HOST ? transfer->from_device : transfer->to_device;
}

/* Launch `at` waits for launch `earlier` of that queue, once. */
static void wait_for(State *state, fovea_cl_waits *waits, int at, int earlier, int queue)
{
    for (int i = 0; i < waits[at].count; i++)
        if (waits[at].at[i] == earlier)
            return;
    if (earlier == NONE)
        return;
    waits[at].at[waits[at].count++] = earlier;
    waits[earlier].is_awaited = 1;
    if (earlier >= state->flushed[queue]) {
        waits[at].flushes |= 1u << queue;
        state->flushed[queue] = at;
    }
}

/* Waits for copies into memory `to`, except for those of queue `own`, which are before it anyway. */
static void wait_for_copies(State *state, fovea_cl_waits *waits, int device_count, int at, int to, int own)
{
    for (int from = 0; from < device_count; from++)
        if (from != own)
            wait_for(state, waits, at, state->copy[to][from], from);
}

void fovea_cl_schedule(const fovea_cl_plan *plan, int device_count, fovea_cl_waits *waits)
{
    State state;
    for (int i = 0; i < device_count; i++) {
        state.last[i] = NONE;
        state.flushed[i] = 0;
        for (int from = 0; from < device_count; from++)
            state.copy[i][from] = NONE;
    }
    memset(waits, 0, (size_t)plan->launch_count * sizeof *waits);
    for (int at = 0; at < plan->launch_count; at++) {
        const fovea_cl_transfer *transfer = plan->launches[at].transfer;
        const int queue = fovea_cl_queue_of(&plan->launches[at]);
        if (queue == FOVEA_CL_HOST)
            continue;
        wait_for_copies(&state, waits, device_count, at, queue, queue);
        for (int from = 0; from < device_count; from++)
            state.copy[queue][from] = NONE;
        state.last[queue] = at;
        if (!transfer || transfer->to_device == FOVEA_CL_HOST || transfer->to_device == queue)
            continue;
        wait_for(&state, waits, at, state.last[transfer->to_device], transfer->to_device);
        wait_for_copies(&state, waits, device_count, at, transfer->to_device, queue);
        state.copy[transfer->to_device][queue] = at;
    }
    for (int i = 0; i < device_count; i++)
        if (state.last[i] != NONE)
            waits[state.last[i]].is_awaited = 1;
}
