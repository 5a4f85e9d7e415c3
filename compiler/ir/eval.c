/* eval.c - computes a graph in double precision, node after node, in logical order (see eval.h).
 *
 * Ops with a reference compute themselves. MAP ops are their bodies: the result is cut into rows, as long as every
 * input either runs along with them or stands still; the row's elements are computed in blocks.
 */
#include "ir/eval.h"

#include "ops/body.h"
#include "ops/op.h"
#include "ops/source.h"

Tensor tensor_new(const Shape *shape)
{
    Tensor tensor = {.shape = *shape};
    size_t count = (size_t)shape_count(shape);
    tensor.at = calloc(count, sizeof(double));
    if (!tensor.at)
        fatal("out of memory (%zu numbers wanted)", count);
    return tensor;
}

void tensor_free(Tensor *tensor)
{
    free(tensor->at);
    *tensor = (Tensor){0};
}

/* ---- MAP ---- */

enum { MAP_INPUTS = 8 };

/* How a MAP node walks over its result. */
typedef struct MapWalk {
    int64_t step[MAP_INPUTS][MAX_RANK]; /* in input i, when the index on that axis of the result grows by one */
    int outer_axes;                     /* the rest of the axes is one row */
    int64_t rows, row;                  /* how many, and how long */
    bool still[MAP_INPUTS];             /* input i is one number along a row */
} MapWalk;

/* The steps of input i: zero along axes on which it is repeated. */
static void find_steps(const Op *row, const Shape *result, const Shape *input, uint32_t i, int64_t *step)
{
    memset(step, 0, MAX_RANK * sizeof *step);
    if (row->channelwise && i > 0) {
        step[1] = input->dim[0] > 1;
        return;
    }
    int64_t size = 1;
    for (int axis = input->rank - 1; axis >= 0; axis--) {
        step[result->rank - input->rank + axis] = input->dim[axis] == 1 ? 0 : size;
        size *= input->dim[axis];
    }
}

/* Can this axis join the row that is `row` long so far? */
static bool joins_row(const MapWalk *walk, uint32_t inputs, int axis)
{
    for (uint32_t i = 0; i < inputs; i++) {
        bool moves = walk->step[i][axis] == walk->row;
        bool rests = walk->step[i][axis] == 0 && (walk->still[i] || walk->row == 1);
        if (walk->row > 1 && walk->still[i] ? !rests : !moves && !rests)
            return false;
    }
    return true;
}

static MapWalk plan_walk(const Op *row, const Shape *result, const Tensor *const *inputs, uint32_t count)
{
    MapWalk walk = {.outer_axes = result->rank, .rows = shape_count(result), .row = 1};
    for (uint32_t i = 0; i < count; i++) {
        find_steps(row, result, &inputs[i]->shape, i, walk.step[i]);
        walk.still[i] = true;
    }
    while (walk.outer_axes > 0 && joins_row(&walk, count, walk.outer_axes - 1)) {
        int axis = --walk.outer_axes;
        if (result->dim[axis] == 1)
            continue;
        for (uint32_t i = 0; i < count; i++)
            walk.still[i] = walk.still[i] && walk.step[i][axis] == 0;
        walk.row *= result->dim[axis];
        walk.rows /= result->dim[axis];
    }
    return walk;
}

/* Where row `row` begins in input i. */
static int64_t row_begin(const MapWalk *walk, const Shape *result, uint32_t i, int64_t row)
{
    int64_t at = 0;
    for (int axis = walk->outer_axes - 1; axis >= 0; axis--) {
        at += row % result->dim[axis] * walk->step[i][axis];
        row /= result->dim[axis];
    }
    return at;
}

static void eval_row(const BodyNode *body, const Node *node, const MapWalk *walk, const double *const *begin, double *y)
{
    double still[MAP_INPUTS][BODY_BLOCK];
    const double *inputs[MAP_INPUTS];
    for (uint32_t i = 0; i < node->input_count; i++)
        for (int64_t k = 0; walk->still[i] && k < MIN(walk->row, BODY_BLOCK); k++)
            still[i][k] = *begin[i];
    for (int64_t at = 0; at < walk->row; at += BODY_BLOCK) {
        for (uint32_t i = 0; i < node->input_count; i++)
            inputs[i] = walk->still[i] ? still[i] : begin[i] + at;
        body_eval(body, op_row(node->op), node->attrs, inputs, y + at, MIN(walk->row - at, BODY_BLOCK));
    }
}

static void eval_map(const Node *node, const Tensor *const *inputs, Tensor *result)
{
    const Op *row = op_row(node->op);
    if (node->input_count > MAP_INPUTS)
        BUG("%s has %u inputs", op_name(node->op), node->input_count);
    Arena *arena = arena_new();
    const BodyNode *body = body_parse(arena, op_body(node));
    MapWalk walk = plan_walk(row, &result->shape, inputs, node->input_count);
    for (int64_t r = 0; r < walk.rows; r++) {
        const double *begin[MAP_INPUTS];
        for (uint32_t i = 0; i < node->input_count; i++)
            begin[i] = inputs[i]->at + row_begin(&walk, &result->shape, i, r);
        eval_row(body, node, &walk, begin, result->at + r * walk.row);
    }
    arena_free(arena);
}

void eval_node(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    const Op *row = op_row(node->op);
    if (row->family == FAMILY_MAP)
        eval_map(node, inputs, result);
    else if (row->reference)
        row->reference(graph, node, inputs, result);
    else
        BUG("%s cannot be computed", op_name(node->op));
}

/* ---- whole graphs ---- */

typedef struct Evaluation {
    const Graph *graph;
    const uint32_t *nodes; /* those that take part, in order; NULL: all of them */
    uint32_t count;
    Tensor *values; /* one for each of them; `at` is NULL before it is computed and after its last use */
    uint32_t *uses; /* still to come */
    const Tensor *inputs;
} Evaluation;

/* Where a node stands among those that take part. */
static uint32_t place_of(const Evaluation *evaluation, NodeId id)
{
    if (!evaluation->nodes)
        return id.index;
    uint32_t low = 0, high = evaluation->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (evaluation->nodes[middle] < id.index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void release(Evaluation *evaluation, NodeId id)
{
    uint32_t place = place_of(evaluation, id);
    if (--evaluation->uses[place] == 0)
        tensor_free(&evaluation->values[place]);
}

/* Constants are spread out when they are first read, so that only those in use take memory. */
static const Tensor *value_of(Evaluation *evaluation, NodeId id)
{
    Tensor *value = &evaluation->values[place_of(evaluation, id)];
    const Node *node = graph_node(evaluation->graph, id);
    if (!value->at && node->op == OP_const) {
        *value = tensor_new(&node->type.shape);
        op_const.reference(evaluation->graph, node, NULL, value);
    }
    if (!value->at)
        BUG("%%%u is read before it is computed", id.index);
    return value;
}

static Tensor copy_tensor(const Tensor *tensor)
{
    Tensor copy = tensor_new(&tensor->shape);
    memcpy(copy.at, tensor->at, (size_t)shape_count(&tensor->shape) * sizeof(double));
    return copy;
}

/* Values are in logical order here, so that a pack changes nothing, and a view but the shape: the last reader of a
 * value takes it over as it is. Large weights are packed, and need not stand in memory twice. */
static bool take_over(Evaluation *evaluation, const Node *node, Tensor *value)
{
    bool shows_all = (node->op == OP_pack && !dtype_is_short(node->type.dtype)) ||
                     (op_row(node->op)->family == FAMILY_VIEW && node->op != OP_part);
    if (!shows_all)
        return false;
    NodeId input = graph_input(evaluation->graph, node, 0);
    uint32_t place = place_of(evaluation, input);
    if (evaluation->uses[place] > 1)
        return false;
    *value = *value_of(evaluation, input);
    value->shape = node->type.shape;
    evaluation->values[place] = (Tensor){0};
    return true;
}

/* Element-wise layers read each element before they write it: the result may stand in the place of an input that is
 * read for the last time. */
static Tensor memory_for(Evaluation *evaluation, const Node *node, const Tensor **inputs)
{
    const Op *row = op_row(node->op);
    uint32_t count = row->family != FAMILY_MAP ? 0 : row->channelwise ? 1 : node->input_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = place_of(evaluation, graph_input(evaluation->graph, node, i));
        if (evaluation->uses[place] > 1 || !shape_equal(&inputs[i]->shape, &node->type.shape))
            continue;
        Tensor *input = &evaluation->values[place], taken = *input;
        *input = (Tensor){.shape = taken.shape};
        inputs[i] = NULL;
        return taken;
    }
    return tensor_new(&node->type.shape);
}

static void compute(Evaluation *evaluation, NodeId id)
{
    const Graph *graph = evaluation->graph;
    const Node *node = graph_node(graph, id);
    Tensor *value = &evaluation->values[place_of(evaluation, id)];
    if (node->op == OP_input) {
        const Tensor *given = &evaluation->inputs[((const InputAttrs *)node->attrs)->port];
        if (!shape_equal(&given->shape, &node->type.shape))
            BUG("an input of another shape than the graph's");
        *value = copy_tensor(given);
        return;
    }
    if (take_over(evaluation, node, value))
        return;
    const Tensor **inputs = malloc(((size_t)node->input_count + 1) * sizeof *inputs);
    if (!inputs)
        fatal("out of memory");
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = value_of(evaluation, graph_input(graph, node, i));
    *value = memory_for(evaluation, node, inputs);
    for (uint32_t i = 0; i < node->input_count; i++)
        if (!inputs[i])
            inputs[i] = value;
    eval_node(graph, node, inputs, value);
    free(inputs);
}

void eval_graph(const Graph *graph, const Tensor *inputs, Tensor *outputs, EvalHook *hook, void *context)
{
    Arena *arena = arena_new();
    Evaluation evaluation = {.graph = graph, .inputs = inputs};
    evaluation.values = NEW_ARRAY(arena, Tensor, graph->nodes.count);
    evaluation.uses = graph_uses(arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        const Node *node = graph_node(graph, id);
        if (node->op == OP_const)
            continue;
        compute(&evaluation, id);
        if (hook)
            hook(context, id, &evaluation.values[i]);
        for (uint32_t k = 0; k < node->input_count; k++)
            release(&evaluation, graph_input(graph, node, k));
        if (evaluation.uses[i] == 0)
            tensor_free(&evaluation.values[i]);
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        NodeId id = graph->outputs.at[i].node;
        outputs[i] = copy_tensor(value_of(&evaluation, id));
        release(&evaluation, id);
    }
    arena_free(arena);
}

static int compare_places(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* The evaluation of one node: what it is computed from takes part, and how often each of that is read. Weights are many
 * in large graphs, each computed from a few nodes. */
static Evaluation evaluation_of(Arena *arena, const Graph *graph, NodeId id)
{
    VEC(uint32_t) nodes = {0};
    enum { BITS = 64 };
    uint64_t *seen = NEW_ARRAY(arena, uint64_t, id.index / BITS + 1);
    VEC_PUSH(arena, &nodes, id.index);
    for (uint32_t n = 0; n < nodes.count; n++) {
        const Node *node = &graph->nodes.at[nodes.at[n]];
        for (uint32_t k = 0; k < node->input_count; k++) {
            uint32_t input = graph_input(graph, node, k).index;
            uint64_t bit = (uint64_t)1 << input % BITS;
            if (!(seen[input / BITS] & bit))
                VEC_PUSH(arena, &nodes, input);
            seen[input / BITS] |= bit;
        }
    }
    qsort(nodes.at, nodes.count, sizeof *nodes.at, compare_places);
    Evaluation evaluation = {.graph = graph, .nodes = nodes.at, .count = nodes.count};
    evaluation.values = NEW_ARRAY(arena, Tensor, nodes.count);
    evaluation.uses = NEW_ARRAY(arena, uint32_t, nodes.count);
    evaluation.uses[nodes.count - 1] = 1;
    for (uint32_t n = 0; n < nodes.count; n++) {
        const Node *node = &graph->nodes.at[nodes.at[n]];
        for (uint32_t k = 0; k < node->input_count; k++)
            evaluation.uses[place_of(&evaluation, graph_input(graph, node, k))]++;
    }
    return evaluation;
}

void eval_known(const Graph *graph, NodeId id, float *result)
{
    Arena *arena = arena_new();
    Evaluation evaluation = evaluation_of(arena, graph, id);
    for (uint32_t n = 0; n < evaluation.count; n++) {
        NodeId at = {evaluation.nodes[n]};
        const Node *node = graph_node(graph, at);
        if (node->op == OP_const)
            continue;
        compute(&evaluation, at);
        for (uint32_t k = 0; k < node->input_count; k++)
            release(&evaluation, graph_input(graph, node, k));
    }
    const Tensor *value = value_of(&evaluation, id);
    int64_t count = shape_count(&value->shape);
    for (int64_t i = 0; i < count; i++)
        result[i] = (float)value->at[i];
    release(&evaluation, id);
    arena_free(arena);
}
