/* weights.c - the bytes of the weights: each known value stored in the layout that its kernels read. What passes made
 * of constants is computed here, when it is written, so that a plan needs no numbers. */
#include "ir/eval.h"
#include "plan/plan.h"
#include "support/half.h"

#include <math.h>

/* O x I x taps into panels, filled up with zeros. */
static void store_panels(const float *in, float *out, const Panels *panels)
{
    memset(out, 0, (size_t)panels_count(panels) * sizeof *out);
    for (int64_t map = 0; map < panels->maps; map++)
        for (int64_t input = 0; input < panels->inputs; input++) {
            int64_t width = panels_width(panels, map);
            int64_t begin = panels_offset(panels, map, input, 0);
            int64_t step = panels->taps > 1 ? panels_offset(panels, map, input, 1) - begin : width;
            for (int64_t tap = 0; tap < panels->taps; tap++)
                out[begin + tap * step] = in[(map * panels->inputs + input) * panels->taps + tap];
        }
}

/* I x O x taps into panels of O: out[o / b][i][tap][o % b], the last panel filled up with zeros. */
static void store_turned(const float *in, float *out, int64_t inputs, int64_t maps, int64_t taps, int64_t block)
{
    int64_t panels = quotient_up(maps, block);
    memset(out, 0, (size_t)(panels * inputs * taps * block) * sizeof *out);
    for (int64_t i = 0; i < inputs; i++)
        for (int64_t o = 0; o < maps; o++)
            for (int64_t tap = 0; tap < taps; tap++)
                out[((o / block * inputs + i) * taps + tap) * block + o % block] = in[(i * maps + o) * taps + tap];
}

static void store(const Buffer *buffer, const float *data, float *out)
{
    const Shape *shape = &buffer->type.shape;
    const Layout *layout = &buffer->type.layout;
    int64_t count = shape_count(shape);
    if (layout->kind == LAYOUT_PLAIN && !layout_has_halo(layout)) {
        memcpy(out, data, (size_t)count * sizeof *out);
    } else if (layout->kind == LAYOUT_PANELS) {
        Panels panels = panels_of(layout, shape);
        store_panels(data, out, &panels);
    } else if (layout->kind == LAYOUT_TURNED) {
        store_turned(data, out, shape->dim[0], shape->dim[1], count / shape->dim[0] / shape->dim[1], layout->block);
    } else {
        memset(out, 0, (size_t)layout_count(layout, shape) * sizeof *out);
        int64_t index[MAX_RANK] = {0};
        for (int64_t i = 0; i < count; i++) {
            out[layout_offset(layout, shape, index)] = data[i];
            for (int axis = shape->rank - 1; axis >= 0 && ++index[axis] == shape->dim[axis]; axis--)
                index[axis] = 0;
        }
    }
}

/* The value of a node that is known; *made is to be freed. */
static const float *known_value(const Graph *graph, NodeId id, float **made)
{
    const Node *node = graph_node(graph, id), *shown = node;
    *made = NULL;
    while (op_row(shown->op)->family == FAMILY_VIEW && shown->op != OP_part)
        shown = graph_input_node(graph, shown, 0);
    if (shown->op == OP_const)
        return graph_constant(graph, shown)->data;
    *made = malloc((size_t)shape_count(&node->type.shape) * sizeof **made);
    if (!*made)
        fatal("out of memory");
    eval_known(graph, id, *made);
    return *made;
}

static void store_short(const Buffer *buffer, const float *data, uint16_t *out)
{
    int64_t count = layout_count(&buffer->type.layout, &buffer->type.shape);
    float *floats = malloc((size_t)count * sizeof *floats);
    if (!floats)
        fatal("out of memory");
    store(buffer, data, floats);
    for (int64_t i = 0; i < count; i++)
        out[i] = buffer->type.dtype == DT_F16 ? f16_of_float(floats[i]) : bf16_of_float(floats[i]);
    free(floats);
}

void plan_store_weights(const Plan *plan, const Buffer *buffer, void *out)
{
    float *made;
    const float *data = known_value(plan->graph, buffer->value, &made);
    if (dtype_is_short(buffer->type.dtype))
        store_short(buffer, data, out);
    else
        store(buffer, data, out);
    free(made);
}

static bool buffer_fits(Diag *diag, const Plan *plan, const Buffer *buffer)
{
    const Node *node = graph_node(plan->graph, buffer->value);
    float *made, largest = buffer->type.dtype == DT_F16 ? F16_LARGEST : BF16_LARGEST;
    const float *data = known_value(plan->graph, buffer->value, &made);
    int64_t count = shape_count(&node->type.shape), i = 0;
    while (i < count && !(isfinite(data[i]) && fabsf(data[i]) > largest))
        i++;
    if (i < count) {
        const char *path = node->op == OP_const ? graph_constant(plan->graph, node)->path : node->path;
        diag_error(diag, node->span, "%s holds %.9g, which %s cannot: its largest number is %.9g",
                   path[0] ? path : buffer->name, (double)data[i], dtype_name(buffer->type.dtype), (double)largest);
        if (buffer->type.dtype == DT_F16)
            diag_hint(diag, "--weights-as bf16 has the range of f32");
    }
    free(made);
    return i == count;
}

bool plan_weights_fit(Diag *diag, const Plan *plan)
{
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place == BUFFER_WEIGHTS && dtype_is_short(buffer->type.dtype) && !buffer_fits(diag, plan, buffer))
            return false;
    }
    return true;
}
