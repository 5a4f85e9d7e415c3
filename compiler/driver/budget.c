/* budget.c - limits to the memory of a compiled net (see budget.h). */
#include "driver/budget.h"
#include "report/held.h"
#include "report/number.h"

#include <errno.h>

enum { MOST_BLAMED = 4 };

bool budget_parse(Diag *diag, const char *option, const char *text, int64_t *bytes)
{
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    bool fine = text[0] >= '0' && text[0] <= '9' && !errno && number >= 1 && number <= INT64_MAX >> shift &&
                (unit ? end[1] == '\0' : *end == '\0');
    if (!fine) {
        diag_error(diag, NOWHERE, "--%s takes a number of bytes, not '%s'", option, text);
        diag_hint(diag, "65536, 64K, 2M and 1G are such numbers");
        return false;
    }
    *bytes = (int64_t)number << shift;
    return true;
}

/* A note for each of the first buffers, and one for all others. */
static void blame(Diag *diag, const Plan *plan, const BufferList *buffers)
{
    int64_t rest = 0;
    for (uint32_t i = 0; i < buffers->count; i++) {
        const Buffer *buffer = &plan->buffers.at[buffers->at[i]];
        const char *bytes = number_grouped(plan->arena, buffer->bytes);
        Buf type = {0};
        type_print(&type, &buffer->type);
        if (i < MOST_BLAMED)
            diag_note(diag, buffer_span(plan, buffers->at[i]), "%s bytes are taken by %s, %s", bytes, buffer->name,
                      buf_text(&type));
        else
            rest += buffer->bytes;
        buf_free(&type);
    }
    if (rest)
        diag_note(diag, NOWHERE, "%s bytes are taken by %u others", number_grouped(plan->arena, rest),
                  buffers->count - MOST_BLAMED);
}

static bool workspace_kept(Diag *diag, const Plan *plan, int64_t most)
{
    /* As in the header, NAME_WORKSPACE_BYTES. */
    int64_t bytes = (plan->workspace_bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
    if (!most || bytes <= most)
        return true;
    uint32_t step = fullest_step(plan);
    const Node *leader = graph_node(plan->graph, plan->steps.at[step].leader);
    BufferList held = buffers_held(plan->arena, plan, step);
    diag_error(diag, leader->span, "the workspace takes %s bytes, %s are allowed; it is fullest here, at step %u (%s)",
               number_grouped(plan->arena, bytes), number_grouped(plan->arena, most), step,
               plan->kernels.at[plan->steps.at[step].kernel].name);
    blame(diag, plan, &held);
    return false;
}

static bool weights_kept(Diag *diag, const Plan *plan, int64_t most)
{
    if (!most || plan->weights_bytes <= most)
        return true;
    BufferList weights = buffers_of_weights(plan->arena, plan);
    diag_error(diag, NOWHERE, "the weights take %s bytes, %s are allowed",
               number_grouped(plan->arena, plan->weights_bytes), number_grouped(plan->arena, most));
    blame(diag, plan, &weights);
    return false;
}

bool budget_kept(Diag *diag, const Options *options, const Plan *plan)
{
    bool workspace = workspace_kept(diag, plan, options->max_workspace);
    bool weights = weights_kept(diag, plan, options->max_weights);
    return workspace && weights;
}
