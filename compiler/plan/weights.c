/* weights.c - the bytes of the weights: each known value stored in the layout that its kernels read. What passes made
 * of constants is computed here, when it is written, so that a plan needs no numbers. */
#include "ir/eval.h"
#include "plan/plan.h"

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
    int64_t panels = (maps + block - 1) / block;
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
        memset(out, 0, (size_t)buffer->bytes);
        int64_t index[MAX_RANK] = {0};
        for (int64_t i = 0; i < count; i++) {
            out[layout_offset(layout, shape, index)] = data[i];
            for (int axis = shape->rank - 1; axis >= 0 && ++index[axis] == shape->dim[axis]; axis--)
                index[axis] = 0;
        }
    }
}

void plan_store_weights(const Plan *plan, const Buffer *buffer, float *out)
{
    const Node *node = graph_node(plan->graph, buffer->value);
    if (node->op == OP_const) {
        store(buffer, graph_constant(plan->graph, node)->data, out);
        return;
    }
    float *data = malloc((size_t)shape_count(&node->type.shape) * sizeof *data);
    if (!data)
        fatal("out of memory");
    eval_known(plan->graph, buffer->value, data);
    store(buffer, data, out);
    free(data);
}
