/* known.c - which inputs of a model have to be known when it is imported: a shape, an axis, a place or the like depends
 * on their numbers, or f32 would not hold what is made of them. */
#include "import/model.h"

#define INPUT(i) (1U << (i))

/* The inputs that say how an operator computes, not what it computes with. */
static const struct {
    const char *type;
    unsigned inputs; /* INPUT(i) of each */
} rows[] = {
    {"Compress", INPUT(1)},
    {"CumSum", INPUT(1)},
    {"Dropout", INPUT(2)},
    {"Expand", INPUT(1)},
    {"Gather", INPUT(1)},
    {"GatherElements", INPUT(1)},
    {"GatherND", INPUT(1)},
    {"If", INPUT(0)},
    {"Loop", INPUT(0) | INPUT(1)},
    {"OneHot", INPUT(1)},
    {"Pad", INPUT(1) | INPUT(2) | INPUT(3)},
    {"ReduceL1", INPUT(1)},
    {"ReduceL2", INPUT(1)},
    {"ReduceLogSum", INPUT(1)},
    {"ReduceLogSumExp", INPUT(1)},
    {"ReduceMax", INPUT(1)},
    {"ReduceMean", INPUT(1)},
    {"ReduceMin", INPUT(1)},
    {"ReduceProd", INPUT(1)},
    {"ReduceSum", INPUT(1)},
    {"ReduceSumSquare", INPUT(1)},
    {"Reshape", INPUT(1)},
    {"Resize", INPUT(3)},
    {"ScatterElements", INPUT(1)},
    {"ScatterND", INPUT(1)},
    {"Slice", INPUT(1) | INPUT(2) | INPUT(3) | INPUT(4)},
    {"Split", INPUT(1)},
    {"Squeeze", INPUT(1)},
    {"Tile", INPUT(1) | INPUT(2)},
    {"TopK", INPUT(1)},
    {"Trilu", INPUT(1)},
    {"Unsqueeze", INPUT(1)},
};

/* Operators whose results may be wider than f32 holds where their inputs are. */
static const char *const widening[] = {"Add", "Div", "Gemm", "MatMul", "Mod", "Mul", "Pow", "Sub", "Sum"};

static unsigned asked_of(const char *type, bool is_wide)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].type, type) == 0)
            return rows[i].inputs;
    for (size_t i = 0; is_wide && i < COUNT_OF(widening); i++)
        if (strcmp(widening[i], type) == 0)
            return UINT_MAX;
    return import_only_folds(type) ? UINT_MAX : 0;
}

typedef VEC(const char *) Names;

static bool has_name(const Names *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (strcmp(names->at[i], name) == 0)
            return true;
    return false;
}

/* Back from the nodes that ask, over all that their numbers are made of; a file has its nodes in the order in which
 * they are computed. */
bool import_has_to_know(const Import *import, const Value *input)
{
    const Onnx__GraphProto *graph = import->model->graph;
    Names known = {0};
    for (size_t i = graph->n_node; i-- > 0;) {
        const Onnx__NodeProto *node = graph->node[i];
        unsigned asked = asked_of(node->op_type ? node->op_type : "", !onnx_type_is_narrow(input->type));
        for (size_t k = 0; k < node->n_output; k++)
            if (has_name(&known, node->output[k]))
                asked = UINT_MAX;
        for (size_t k = 0; k < node->n_input && k < 32; k++)
            if (asked & INPUT(k) && node->input[k][0] && !has_name(&known, node->input[k]))
                VEC_PUSH(import->arena, &known, node->input[k]);
    }
    return has_name(&known, input->name);
}
