/* view.c - the same values under another shape: dropout (the same shape, even), flatten, reshape. */
#include "ops/view.h"

#include "ops/reach.h"
#include "ops/rules.h"

void view_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    (void)node;
    memcpy(result->at, inputs[0]->at, (size_t)shape_count(&result->shape) * sizeof(double));
}

Reach view_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    const Shape *x = &graph_input_node(graph, node, input)->type.shape;
    if (shape_equal(x, &node->type.shape))
        return reach_own(axis);
    Reach reach = reach_one();
    reach.mixed = x->dim[axis] > 1;
    return reach;
}

static const OpParam dropout_params[] = {{.name = "p", .kind = PARAM_NUMBER, .fallback = "0.5"}};

static NodeId dropout_build(const OpCall *call)
{
    const OpArg *p = op_arg(call, "p");
    if (!(p->number >= 0 && p->number <= 1)) {
        diag_error(call->diag, p->span, "dropout's 'p' is a probability, 0 to 1, this is %g", p->number);
        return NODE_NONE;
    }
    return build_plain(call);
}

const Op op_dropout = {
    .family = FAMILY_VIEW,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = dropout_params,
    .param_count = COUNT_OF(dropout_params),
    .build = dropout_build,
    .type = type_same,
    .reference = view_reference,
    .source = "ONNX Dropout",
};

static bool flatten_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    int64_t batch = x->rank ? x->dim[0] : 1;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(batch, shape_count(x) / batch)};
    return true;
}

const Op op_flatten = {
    .family = FAMILY_VIEW,
    .least_inputs = 1,
    .most_inputs = 1,
    .build = build_plain,
    .type = flatten_type,
    .reference = view_reference,
    .reach = view_reach,
    .source = "ONNX Flatten",
};

/* ---- reshape ---- */

ReshapeAttrs reshape_attrs(const Shape *shape)
{
    ReshapeAttrs attrs = {.rank = shape->rank};
    for (int i = 0; i < shape->rank; i++)
        attrs.dims[i] = shape->dim[i];
    return attrs;
}

static bool reshape_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const ReshapeAttrs *attrs = node->attrs;
    if (!check_f32(graph, node, diag))
        return false;
    if (attrs->rank < 0 || attrs->rank > MAX_RANK) {
        diag_error(diag, node->span, "reshape: a shape has at most %d axes", MAX_RANK);
        return false;
    }
    *result = (Type){.dtype = DT_F32, .shape = shape_make((int)attrs->rank, attrs->dims)};
    int64_t have = shape_count(&graph_input_node(graph, node, 0)->type.shape);
    if (shape_fits(&result->shape) && shape_count(&result->shape) == have)
        return true;
    diag_error(diag, node->span, "reshape: %lld values into %s", (long long)have,
               shape_full_text(graph->arena, &result->shape));
    return false;
}

static const OpParam reshape_params[] = {{.name = "shape", .kind = PARAM_INTS, .required = true}};

/* The dimension that -1 stands for, or an error: `known` is the product of the others. */
static bool resolve_free(const OpCall *call, const OpArg *arg, Shape *shape, int free, int64_t have)
{
    int64_t known = 1;
    for (int i = 1; i < shape->rank; i++) {
        if (i == free)
            continue;
        if (shape->dim[i] < 1 || shape->dim[i] > LIMIT_DIMENSION || known > LIMIT_ELEMENTS / shape->dim[i]) {
            diag_error(call->diag, arg->span, "reshape: a dimension of %lld cannot be", (long long)shape->dim[i]);
            return false;
        }
        known *= shape->dim[i];
    }
    if (free && have % known == 0)
        shape->dim[free] = have / known;
    else if (free || known != have) {
        diag_error(call->diag, arg->span, "reshape: %lld values into %lld", (long long)have, (long long)known);
        return false;
    }
    return true;
}

static NodeId reshape_build(const OpCall *call)
{
    const OpArg *arg = op_arg(call, "shape");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    int64_t axes = shape_count(&arg->literal.shape), batch = x->rank ? x->dim[0] : 1;
    if (axes < 1 || axes >= MAX_RANK) {
        diag_error(call->diag, arg->span, "reshape takes 1 to %d dimensions, these are %lld", MAX_RANK - 1,
                   (long long)axes);
        return NODE_NONE;
    }
    Shape shape = {.rank = (int)axes + 1, .dim = {batch}};
    int free = 0;
    for (int i = 1; i < shape.rank; i++) {
        double dim = arg->literal.at[i - 1];
        shape.dim[i] = dim >= -1 && dim <= (double)LIMIT_DIMENSION ? (int64_t)dim : 0;
        if (shape.dim[i] != -1)
            continue;
        if (free) {
            diag_error(call->diag, arg->span, "reshape: only one dimension can be -1");
            return NODE_NONE;
        }
        free = i;
    }
    if (!resolve_free(call, arg, &shape, free, shape_count(x) / batch))
        return NODE_NONE;
    ReshapeAttrs attrs = reshape_attrs(&shape);
    return build_with(call, &attrs);
}

static const OpAttr attrs_of_reshape[] = {
    {"dims", ATTR_INT, offsetof(ReshapeAttrs, dims), 0, offsetof(ReshapeAttrs, rank), NULL},
};

const Op op_reshape = {
    .family = FAMILY_VIEW,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = reshape_params,
    .param_count = COUNT_OF(reshape_params),
    .build = reshape_build,
    .attrs = attrs_of_reshape,
    .attr_count = COUNT_OF(attrs_of_reshape),
    .attr_bytes = sizeof(ReshapeAttrs),
    .type = reshape_type,
    .reference = view_reference,
    .reach = view_reach,
    .source = "ONNX Reshape",
};
