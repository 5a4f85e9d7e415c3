/* pad.c - a tensor grown at its borders: by a number, by its mirror image, or by its outermost elements.
 *
 *   a b c d   constant, value v: v v a b c d v    reflect: c b a b c d c    edge: a a a b c d d
 */
#include "ops/pad.h"

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/window.h"

PadAxis pad_axis(const PadAttrs *attrs, int rank, int axis)
{
    if (axis == 1)
        return (PadAxis){attrs->channels[0], attrs->channels[1]};
    if (axis > 1 && rank == 4)
        return (PadAxis){attrs->amount[axis - 2], attrs->amount[axis]};
    return (PadAxis){0, 0};
}

static bool check_amount(const Graph *graph, const Node *node, Diag *diag, int axis, int64_t amount)
{
    const PadAttrs *attrs = node->attrs;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    if (amount < 0 || amount > LIMIT_WINDOW) {
        diag_error(diag, node->span, "pad: a border is 0 to 1048576 wide, this is %lld", (long long)amount);
        return false;
    }
    if (attrs->mode != PAD_REFLECT || amount < x->dim[axis])
        return true;
    diag_error(diag, node->span, "pad: %lld elements cannot be mirrored from %s of %lld", (long long)amount,
               axis_name(graph, x->rank, axis), (long long)x->dim[axis]);
    diag_hint(diag, "reflect adds fewer elements than there are");
    return false;
}

static bool pad_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const PadAttrs *attrs = node->attrs;
    if (!type_same(graph, node, diag, result))
        return false;
    Shape *shape = &result->shape;
    bool grows = attrs->amount[0] || attrs->amount[1] || attrs->amount[2] || attrs->amount[3];
    if (shape->rank < 2 || (grows && shape->rank != 4)) {
        diag_error(diag, node->span, "pad takes channels x height x width, this is %s", input_text(graph, node, 0));
        if (shape->rank == 2)
            diag_hint(diag, "channels=[before, behind] pads a vector");
        return false;
    }
    for (int axis = 1; axis < shape->rank; axis++) {
        PadAxis pad = pad_axis(attrs, shape->rank, axis);
        if (!check_amount(graph, node, diag, axis, pad.before) || !check_amount(graph, node, diag, axis, pad.behind))
            return false;
        shape->dim[axis] = MIN(shape->dim[axis] + pad.before + pad.behind, LIMIT_DIMENSION + 1);
    }
    return true;
}

/* ---- reference ---- */

/* The place in the input that place `at` of the result shows along one axis; -1: none, the constant. */
static int64_t source_place(int mode, int64_t at, int64_t length)
{
    if (at >= 0 && at < length)
        return at;
    if (mode == PAD_REFLECT)
        return at < 0 ? -at : 2 * (length - 1) - at;
    return mode == PAD_CONSTANT ? -1 : at < 0 ? 0 : length - 1;
}

/* Element by element, the index of each taken apart. */
static void pad_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const PadAttrs *attrs = node->attrs;
    const Shape *x = &inputs[0]->shape, *y = &result->shape;
    for (int64_t n = 0; n < shape_count(y); n++) {
        int64_t rest = n, from = 0, size = 1;
        bool inside = true;
        for (int axis = y->rank - 1; axis >= 0; axis--) {
            int64_t at = rest % y->dim[axis] - pad_axis(attrs, y->rank, axis).before;
            int64_t place = source_place(attrs->mode, at, x->dim[axis]);
            inside &= place >= 0;
            from += place * size;
            size *= x->dim[axis];
            rest /= y->dim[axis];
        }
        result->at[n] = inside ? inputs[0]->at[from] : (double)(float)attrs->value;
    }
}

static Reach pad_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    static const ReachBorder borders[] = {
        [PAD_CONSTANT] = BORDER_NOTHING, [PAD_REFLECT] = BORDER_MIRROR, [PAD_EDGE] = BORDER_EDGE};
    (void)graph;
    (void)input;
    const PadAttrs *attrs = node->attrs;
    Reach reach = reach_own(axis);
    reach.shift = -pad_axis(attrs, node->type.shape.rank, axis).before;
    reach.border = borders[attrs->mode];
    return reach;
}

/* ---- the call ---- */

static NodeId pad_build(const OpCall *call)
{
    const OpArg *amount = op_arg(call, "amount"), *channels = op_arg(call, "channels");
    PadAttrs attrs = {.mode = op_arg(call, "mode")->word, .value = op_arg(call, "value")->number};
    if (channels->literal.shape.rank == 0 || channels->literal.shape.dim[0] != 2) {
        diag_error(call->diag, channels->span,
                   "pad's 'channels' has two numbers: before the first channel and behind the last");
        return NODE_NONE;
    }
    if (op_arg(call, "value")->given && attrs.mode != PAD_CONSTANT) {
        diag_error(call->diag, op_arg(call, "value")->span, "pad's 'value' belongs to mode=constant");
        return NODE_NONE;
    }
    for (int i = 0; i < 2; i++)
        attrs.channels[i] = (int64_t)channels->literal.at[i];
    for (int side = 0; side < HALO_SIDES; side++)
        attrs.amount[side] = amount->ints[side];
    return build_with(call, &attrs);
}

static const OpParam params[] = {
    {.name = "amount", .kind = PARAM_PAD, .fallback = "0", .bounded = true},
    {.name = "mode", .kind = PARAM_WORD, .fallback = "constant", .words = "constant reflect edge"},
    {.name = "value", .kind = PARAM_NUMBER, .fallback = "0"},
    {.name = "channels", .kind = PARAM_INTS, .fallback = "[0, 0]", .bounded = true},
};

static const OpAttr attrs_of_pad[] = {
    {"amount", ATTR_INT, offsetof(PadAttrs, amount), HALO_SIDES, 0, NULL},
    {"channels", ATTR_INT, offsetof(PadAttrs, channels), 2, 0, NULL},
    {"mode", ATTR_WORD, offsetof(PadAttrs, mode), 1, 0, "constant reflect edge"},
    {"value", ATTR_NUMBER, offsetof(PadAttrs, value), 1, 0, NULL},
};

const Op op_pad = {
    .family = FAMILY_PAD,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = pad_build,
    .attrs = attrs_of_pad,
    .attr_count = COUNT_OF(attrs_of_pad),
    .attr_bytes = sizeof(PadAttrs),
    .type = pad_type,
    .reference = pad_reference,
    .reach = pad_reach,
    .tolerance = 0,
    .source = "ONNX Pad",
};
