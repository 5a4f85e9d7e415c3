/* resize.c - a picture in another size: each output pixel shows a place in the input (resize.h), taken from the nearest
 * pixel or mixed from the four around it. Places outside take the pixels at the edge.
 *
 * What other frameworks do, in these words:
 *   PyTorch interpolate   nearest: asymmetric, floor. nearest-exact: half_pixel, half_up. bilinear: half_pixel, or
 *                         corners with align_corners=True. Its ONNX exporter writes the same.
 *   ONNX Resize           half_pixel, half_down (round_prefer_floor) when nothing is said
 *   TensorFlow            nearest: half_pixel, half_up; before version 2 asymmetric, floor
 */
#include "ops/resize.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"

/* The longest side of a result: emitted code has a table with one entry a row and one a column. */
#define LIMIT_SIDE ((int64_t)1 << 16)

static bool check_side(const Node *node, Diag *diag, int axis, int64_t input)
{
    const ResizeAttrs *attrs = node->attrs;
    int64_t size = attrs->size[axis];
    const char *side = axis == 0 ? "height" : "width";
    if (size < 1 || size > LIMIT_SIDE) {
        diag_error(diag, node->span, "resize: a %s of %lld cannot be, it is 1 to %lld", side, (long long)size,
                   (long long)LIMIT_SIDE);
        return false;
    }
    double scale = attrs->scale[axis];
    if (scale == 0 || floor((double)input * scale) == (double)size)
        return true;
    diag_error(diag, node->span, "resize: a %s of %lld is not %g times %lld", side, (long long)size, scale,
               (long long)input);
    return false;
}

static bool resize_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag) || !check_picture(graph, node, diag))
        return false;
    const ResizeAttrs *attrs = node->attrs;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    for (int axis = 0; axis < 2; axis++)
        if (!check_side(node, diag, axis, x->dim[2 + axis]))
            return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], x->dim[1], attrs->size[0], attrs->size[1])};
    return true;
}

/* ---- reference ---- */

/* The place for output i along an axis of n pixels. All quotients are of numbers that a double holds exactly, so that
 * places on a pixel and between two of them come out exactly. */
static double place_of(const ResizeAttrs *attrs, int axis, int64_t n, int64_t i)
{
    double in = (double)n, out = (double)attrs->size[axis], scale = attrs->scale[axis], at = (double)i;
    switch ((ResizeAlign)attrs->align) {
    case ALIGN_HALF_PIXEL:
        return scale > 0 ? (at + 0.5) / scale - 0.5 : ((2 * at + 1) * in - out) / (2 * out);
    case ALIGN_CORNERS:
        return out > 1 ? at * (in - 1) / (out - 1) : 0;
    case ALIGN_ASYMMETRIC:
        return scale > 0 ? at / scale : at * in / out;
    }
    BUG("alignment %d", attrs->align);
}

static double nearest_to(const ResizeAttrs *attrs, double place)
{
    switch ((ResizeRound)attrs->round) {
    case ROUND_FLOOR:
        return floor(place);
    case ROUND_CEIL:
        return ceil(place);
    case ROUND_HALF_UP:
        return floor(place + 0.5);
    case ROUND_HALF_DOWN:
        return ceil(place - 0.5);
    }
    BUG("rounding %d", attrs->round);
}

/* The pixels before and behind a place and how much the second one counts; nearest: only the first matters. */
typedef struct Neighbours {
    int64_t before, behind;
    double part;
} Neighbours;

static Neighbours neighbours_of(const ResizeAttrs *attrs, int axis, int64_t n, int64_t i)
{
    double place = place_of(attrs, axis, n, i), last = (double)(n - 1);
    bool nearest = attrs->mode == RESIZE_NEAREST;
    place = fmin(fmax(nearest ? nearest_to(attrs, place) : place, 0), last);
    int64_t before = (int64_t)floor(place);
    return (Neighbours){before, MIN(before + 1, n - 1), place - floor(place)};
}

static double mix(double from, double to, double part)
{
    return from + part * (to - from);
}

static void resize_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const ResizeAttrs *attrs = node->attrs;
    int64_t height = inputs[0]->shape.dim[2], width = inputs[0]->shape.dim[3];
    int64_t maps = result->shape.dim[0] * result->shape.dim[1];
    double *y = result->at;
    for (int64_t map = 0; map < maps; map++) {
        const double *x = inputs[0]->at + map * height * width;
        for (int64_t r = 0; r < attrs->size[0]; r++) {
            Neighbours row = neighbours_of(attrs, 0, height, r);
            const double *above = x + row.before * width, *below = x + row.behind * width;
            for (int64_t c = 0; c < attrs->size[1]; c++) {
                Neighbours column = neighbours_of(attrs, 1, width, c);
                if (attrs->mode == RESIZE_NEAREST) {
                    *y++ = above[column.before];
                    continue;
                }
                double top = mix(above[column.before], above[column.behind], column.part);
                double bottom = mix(below[column.before], below[column.behind], column.part);
                *y++ = mix(top, bottom, row.part);
            }
        }
    }
}

/* A factor as the nearest quotient of small integers, which is what people write: 0.3 is 3 / 10. */
static void split_factor(double factor, int64_t *in, int64_t *out)
{
    *in = 1;
    while (*in < 1 << 10 && fabs(factor * (double)*in - round(factor * (double)*in)) > 1e-9)
        ++*in;
    *out = MAX((int64_t)round(factor * (double)*in), 1);
}

/* place_of as a quotient of integers, in halves, so that half a pixel is whole. */
static Reach resize_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    const ResizeAttrs *attrs = node->attrs;
    if (axis < 2)
        return reach_own(axis);
    bool nearest = attrs->mode == RESIZE_NEAREST;
    double factor = attrs->scale[axis - 2];
    int64_t in = graph_input_node(graph, node, input)->type.shape.dim[axis], out = attrs->size[axis - 2];
    if (factor > 0 && attrs->align != ALIGN_CORNERS)
        split_factor(factor, &in, &out);
    Reach reach = reach_own(axis);
    reach.rest = nearest ? REST_BELOW : REST_AROUND;
    reach.border = BORDER_EDGE;
    bool corners = attrs->align == ALIGN_CORNERS;
    reach.scale = 2 * (corners ? (out > 1 ? in - 1 : 0) : in);
    reach.parts = 2 * (corners ? MAX(out - 1, 1) : out);
    if (attrs->align == ALIGN_HALF_PIXEL)
        reach.shift = in - out;
    if (nearest && attrs->round == ROUND_CEIL)
        reach.shift += reach.parts - 1;
    if (nearest && attrs->round == ROUND_HALF_UP)
        reach.shift += reach.parts / 2;
    if (nearest && attrs->round == ROUND_HALF_DOWN)
        reach.shift += reach.parts / 2 - 1;
    return reach;
}

/* ---- the call ---- */

/* Sizes from factors; a factor that gives a whole size is not kept, because the sizes are more exact than it is. */
static bool take_scale(const OpCall *call, const OpArg *arg, const Shape *x, ResizeAttrs *attrs)
{
    int64_t count = shape_count(&arg->literal.shape);
    if (count > 2 || arg->literal.shape.rank > 1) {
        diag_error(call->diag, arg->span, "'scale' is a number or [h, w]; this has %lld elements", (long long)count);
        return false;
    }
    for (int axis = 0; axis < 2; axis++) {
        double scale = arg->literal.at[count == 2 ? axis : 0], size = (double)x->dim[2 + axis] * scale;
        if (!(scale > 0) || !(size < (double)LIMIT_SIDE + 1)) {
            diag_error(call->diag, arg->span, "resize: %lld times %g is no size", (long long)x->dim[2 + axis], scale);
            return false;
        }
        attrs->size[axis] = (int64_t)floor(size);
        attrs->scale[axis] = size == floor(size) ? 0 : scale;
    }
    return true;
}

static NodeId resize_build(const OpCall *call)
{
    const OpArg *size = op_arg(call, "size"), *scale = op_arg(call, "scale"), *round = op_arg(call, "round");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    ResizeAttrs attrs = {.mode = op_arg(call, "mode")->word, .align = op_arg(call, "align")->word};
    if (x->rank != 4) {
        diag_error(call->diag, call->span, "resize takes channels x height x width, this is %s",
                   shape_text(call->graph->arena, x));
        return NODE_NONE;
    }
    if (size->present == scale->present) {
        diag_error(call->diag, call->span,
                   size->present ? "resize takes 'size' or 'scale', not both" : "resize needs 'size' or 'scale'");
        return NODE_NONE;
    }
    if (round->present && attrs.mode == RESIZE_BILINEAR) {
        diag_error(call->diag, round->span, "'round' is for mode=nearest");
        return NODE_NONE;
    }
    attrs.round = round->present                 ? round->word
                  : attrs.mode == RESIZE_NEAREST ? resize_default_round(attrs.align == ALIGN_ASYMMETRIC)
                                                 : 0;
    if (scale->present && !take_scale(call, scale, x, &attrs))
        return NODE_NONE;
    for (int axis = 0; size->present && axis < 2; axis++)
        attrs.size[axis] = size->ints[axis];
    return build_with(call, &attrs);
}

#define MODES  "nearest bilinear"
#define ALIGNS "half_pixel corners asymmetric"

static const OpParam params[] = {
    {.name = "size", .kind = PARAM_SIZE, .bounded = true, .least = 1},
    {.name = "scale", .kind = PARAM_NUMBERS},
    {.name = "mode", .kind = PARAM_WORD, .fallback = "nearest", .words = MODES},
    {.name = "align", .kind = PARAM_WORD, .fallback = "half_pixel", .words = ALIGNS},
    {.name = "round", .kind = PARAM_WORD, .words = RESIZE_ROUNDS},
};

static const OpAttr attrs_of_resize[] = {
    {"size", ATTR_INT, offsetof(ResizeAttrs, size), 2, 0, NULL},
    {"scale", ATTR_NUMBER, offsetof(ResizeAttrs, scale), 2, 0, NULL},
    {"mode", ATTR_WORD, offsetof(ResizeAttrs, mode), 1, 0, MODES},
    {"align", ATTR_WORD, offsetof(ResizeAttrs, align), 1, 0, ALIGNS},
    {"round", ATTR_WORD, offsetof(ResizeAttrs, round), 1, 0, RESIZE_ROUNDS},
};

const Op op_resize = {
    .family = FAMILY_RESIZE,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = resize_build,
    .attrs = attrs_of_resize,
    .attr_count = COUNT_OF(attrs_of_resize),
    .attr_bytes = sizeof(ResizeAttrs),
    .type = resize_type,
    .reference = resize_reference,
    .reach = resize_reach,
    .tolerance = 1e-6,
    .source = "ONNX Resize",
};
