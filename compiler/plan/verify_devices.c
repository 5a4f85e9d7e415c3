/* verify_devices.c - the rule of a Plan for several devices.
 *
 *   P21 what steps write to a buffer, they write on one device, or all of it is the caller's. A step reads buffers of
 *       its own device, and weights; a transfer reads one of another device or of the caller, or sends weights
 */
#include "plan/verify.h"

enum { NOBODY = DEVICE_HOST - 1 };

/* Where each buffer is, by who writes it; inputs are the caller's. */
static const char *find_places(const Plan *plan, int32_t *places)
{
    int64_t begin;
    for (uint32_t i = 0; i < plan->buffers.count; i++)
        places[i] = plan->buffers.at[i].place == BUFFER_INPUT ? DEVICE_HOST : NOBODY;
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        int32_t device = step_device(plan, step);
        for (uint32_t w = 0; w < step->write_count; w++) {
            uint32_t whole = plan_whole(plan, step->writes[w].buffer, &begin);
            bool callers = plan->buffers.at[whole].place == BUFFER_OUTPUT;
            if ((places[whole] != NOBODY && places[whole] != device) || callers != (device == DEVICE_HOST))
                return arena_printf(plan->arena, "P21: step %u writes %s, which is on another device", i,
                                    plan->buffers.at[whole].name);
            places[whole] = device;
        }
    }
    return NULL;
}

const char *verify_plan_devices(const Plan *plan)
{
    int64_t begin;
    if (!graph_has_transfers(plan->graph))
        return NULL;
    int32_t *places = NEW_ARRAY(plan->arena, int32_t, plan->buffers.count);
    const char *broken = find_places(plan, places);
    for (uint32_t i = 0; !broken && i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        int32_t device = step_device(plan, step);
        bool sends = plan->kernels.at[step->kernel].family == FAMILY_TRANSFER;
        for (uint32_t r = 0; r < step->read_count; r++) {
            uint32_t whole = plan_whole(plan, step->reads[r].buffer, &begin);
            bool here = places[whole] == device;
            if (plan->buffers.at[whole].place == BUFFER_WEIGHTS || (sends ? !here || device == DEVICE_HOST : here))
                continue;
            return arena_printf(plan->arena, "P21: step %u reads %s, which is on %s device", i,
                                plan->buffers.at[whole].name, sends ? "the same" : "another");
        }
    }
    return broken;
}
