/* weights.c - the bytes of the weights: each known value stored in the layout that its kernels read. What passes made
 * of constants is computed here, when it is written, so that a plan needs no numbers. */
#include "ir/eval.h"
#include "plan/plan.h"

/* O x rest into panels: out[o / b][rest][o % b], the last panel filled up with zeros. */
static void store_panels(const float *in, float *out, int64_t rows, int64_t rest, int64_t block)
{
    int64_t panels = (rows + block - 1) / block;
    memset(out, 0, (size_t)(panels * rest * block) * sizeof *out);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0; i < rest; i++)
            out[(row / block * rest + i) * block + row % block] = in[row * rest + i];
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
        store_panels(data, out, shape->dim[0], count / shape->dim[0], layout->block);
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
