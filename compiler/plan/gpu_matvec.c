/* gpu_matvec.c - sizes and loops of fully connected layers on GPUs (see gpu_matvec.h). */
#include "plan/gpu_matvec.h"

enum {
    MOST_EXAMPLES = 16,  /* whose sums fit into the registers of an item */
    LOCAL_FLOATS = 4096, /* half of the local memory that devices have at least, so that two groups fit */
    ENOUGH_GROUPS = 512, /* about four for each unit of a large device */
    LEAST_PORTION = 512, /* inputs, for which a group takes about as long as a launch */
    WORTH_PARTS = 2048,  /* inputs from which on a second launch costs less than waiting for few groups */
};

/* Where panels are few, their inputs are divided between groups. */
static int64_t portion_of(const GpuMatvec *m)
{
    int64_t at_once = m->rows * GPU_MATVEC_TOGETHER, groups = m->panels * m->turns;
    if (m->inputs < WORTH_PARTS || groups >= ENOUGH_GROUPS)
        return m->inputs;
    int64_t parts = MIN(quotient_up(ENOUGH_GROUPS, groups), m->inputs / LEAST_PORTION);
    return quotient_up(quotient_up(m->inputs, parts), at_once) * at_once;
}

GpuMatvec gpu_matvec_sizes(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const Type *weight = &graph_input_node(graph, leader, 1)->type;
    const Shape *y = &leader->type.shape;
    GpuMatvec m = {.outputs = y->dim[1], .batch = y->dim[0], .panel = weight->layout.block};
    m.inputs = shape_count(&weight->shape) / m.outputs;
    m.panels = quotient_up(m.outputs, m.panel);
    m.turns = quotient_up(m.batch, MOST_EXAMPLES);
    m.examples = quotient_up(m.batch, m.turns);
    int64_t across = m.panel / GPU_MATVEC_LANES;
    m.rows = GPU_MOST_ITEMS / across;
    while (m.rows * m.panel * m.examples > LOCAL_FLOATS)
        m.rows /= 2;
    m.items = across * m.rows;
    int64_t at_once = m.rows * GPU_MATVEC_TOGETHER;
    m.portion = portion_of(&m);
    m.parts = quotient_up(m.inputs, m.portion);
    m.slice = MIN(LOCAL_FLOATS / m.examples / at_once, quotient_up(m.portion, at_once)) * at_once;
    m.local_floats = MAX(m.slice * m.examples, m.rows * m.panel * m.examples);
    m.scratch_floats = m.parts > 1 ? m.parts * m.batch * m.panels * m.panel : 0;
    return m;
}

Tiling gpu_matvec_tiling(const Graph *graph, const Kernel *kernel)
{
    const GpuMatvec m = gpu_matvec_sizes(graph, kernel);
    Tiling t = {0};
    int64_t at_once = m.rows * GPU_MATVEC_TOGETHER;
    Loop inputs = {.axes = AXIS_INPUTS, .joins = true};
    Loop maps = {.axes = AXIS_MAPS, .length = m.outputs, .step = m.panel, .last = LAST_CUT, .spread = SPREAD_GROUPS};
    Loop pictures = {
        .axes = AXIS_PICTURES, .length = m.batch, .step = m.examples, .last = LAST_CUT, .spread = SPREAD_GROUPS};
    tiling_add(&t, maps);
    tiling_add(&t, pictures);
    inputs.length = m.inputs, inputs.step = m.portion, inputs.last = LAST_SHORTER, inputs.spread = SPREAD_GROUPS;
    tiling_add(&t, inputs);
    inputs.length = m.portion, inputs.step = at_once, inputs.spread = SPREAD_NOT;
    inputs.last = m.portion < at_once ? LAST_CUT : LAST_SHORTER;
    tiling_add(&t, inputs);
    inputs.length = at_once, inputs.step = GPU_MATVEC_TOGETHER, inputs.spread = SPREAD_ITEMS;
    tiling_add(&t, inputs);
    maps.length = m.panel, maps.step = GPU_MATVEC_LANES, maps.spread = SPREAD_ITEMS;
    tiling_add(&t, maps);
    inputs.length = GPU_MATVEC_TOGETHER, inputs.step = 1, inputs.kind = LOOP_UNROLLED, inputs.spread = SPREAD_NOT;
    tiling_add(&t, inputs);
    tiling_add(&t, (Loop){.axes = AXIS_PICTURES, .length = m.examples, .step = 1, .kind = LOOP_UNROLLED});
    tiling_add(&t, (Loop){.axes = AXIS_MAPS, .length = GPU_MATVEC_LANES, .step = 1, .kind = LOOP_LANES});
    return t;
}

int gpu_matvec_launches(const Graph *graph, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES])
{
    const GpuMatvec m = gpu_matvec_sizes(graph, kernel);
    launches[0] = (GpuLaunch){.part = m.parts > 1 ? "_sums" : "",
                              .items = {m.panels * m.turns * m.parts * m.items, 1},
                              .group = {m.items, 1},
                              .local_floats = m.local_floats};
    if (m.parts == 1)
        return 1;
    launches[1] = gpu_launch_items("", m.batch * m.outputs);
    return 2;
}
