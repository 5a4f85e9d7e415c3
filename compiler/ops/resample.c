/* resample.c - one axis in another size: nearest places, linear and cubic interpolation, with and without antialiasing
 * (see resample.h). Several axes are resampled one after another, which comes to the same because the weights of a
 * place are products of those of its axes.
 *
 * Kernels of interpolation, by the distance t from the place:
 *   linear  1 - |t| up to 1
 *   cubic   (a + 2)|t|^3 - (a + 3)|t|^2 + 1 up to 1,  a|t|^3 - 5a|t|^2 + 8a|t| - 4a up to 2 (Keys 1981)
 * With antialias an axis that becomes shorter has distances scaled by the factor, and weights that sum to 1 again.
 */
#include "ops/resample.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"

/* The largest part of an axis that a crop may reach to, in either direction. */
#define LIMIT_CROP 1024.0

/* ---- places ---- */

static double factor_of(const ResampleAttrs *attrs, int64_t n)
{
    return attrs->scale > 0 ? attrs->scale : (double)attrs->size / (double)n;
}

/* All quotients are of numbers that a double holds exactly, so that places on a pixel and between two come out exactly.
 */
static double place_of(const ResampleAttrs *attrs, int64_t n, int64_t i)
{
    double in = (double)n, out = (double)attrs->size, scale = attrs->scale, at = (double)i, last = in - 1;
    double half = scale > 0 ? (at + 0.5) / scale - 0.5 : ((2 * at + 1) * in - out) / (2 * out);
    switch ((ResampleAlign)attrs->align) {
    case RESAMPLE_HALF_PIXEL:
        return half;
    case RESAMPLE_CORNERS: {
        double steps = (scale > 0 ? scale * in : out) - 1;
        return steps != 0 ? at * last / steps : 0;
    }
    case RESAMPLE_ASYMMETRIC:
        return scale > 0 ? at / scale : at * in / out;
    case RESAMPLE_SYMMETRIC:
        return scale > 0 ? half + in / 2 * (1 - out / (scale * in)) : half;
    case RESAMPLE_FOR_NN:
        return scale > 0 ? (at + 0.5) / scale : (2 * at + 1) * in / (2 * out);
    case RESAMPLE_CROP:
        if (attrs->size == 1)
            return 0.5 * (attrs->crop[0] + attrs->crop[1]) * last;
        return attrs->crop[0] * last + at * (attrs->crop[1] - attrs->crop[0]) * last / (out - 1);
    }
    BUG("alignment %d", attrs->align);
}

static double rounded(const ResampleAttrs *attrs, double place)
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

/* ---- weights ---- */

static double kernel_at(const ResampleAttrs *attrs, double distance)
{
    double t = fabs(distance), a = attrs->coefficient;
    if (attrs->mode == RESAMPLE_LINEAR)
        return fmax(1 - t, 0);
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/* How far the kernel reaches. */
static double kernel_radius(const ResampleAttrs *attrs, int64_t n)
{
    double shrink = attrs->antialias ? fmin(factor_of(attrs, n), 1) : 1;
    return (attrs->mode == RESAMPLE_LINEAR ? 1 : 2) / shrink;
}

/* What a place is made of: `count` places from `begin` on. */
typedef struct Window {
    int64_t begin, count; /* begin -1: it is outside */
    double *weight;
} Window;

static int64_t inside(double place, int64_t n)
{
    return (int64_t)fmin(fmax(place, 0), (double)(n - 1));
}

static Window window_of_one(Arena *arena, int64_t begin)
{
    Window window = {.begin = begin, .count = 1, .weight = NEW_ARRAY(arena, double, 1)};
    window.weight[0] = 1;
    return window;
}

/* Without the zeros at both ends. */
static Window window_trimmed(Window window)
{
    while (window.count > 1 && window.weight[window.count - 1] == 0)
        window.count--;
    while (window.count > 1 && window.weight[0] == 0) {
        window.begin++;
        window.weight++;
        window.count--;
    }
    return window;
}

static Window window_of(Arena *arena, const ResampleAttrs *attrs, int64_t n, int64_t i)
{
    double place = place_of(attrs, n, i);
    if (attrs->align == RESAMPLE_CROP && (place < 0 || place > (double)(n - 1)))
        return (Window){.begin = -1};
    if (attrs->mode == RESAMPLE_NEAREST)
        return window_of_one(arena, inside(rounded(attrs, place), n));
    double radius = kernel_radius(attrs, n), shrink = (attrs->mode == RESAMPLE_LINEAR ? 1 : 2) / radius;
    double first = floor(place - radius) + 1, last = ceil(place + radius) - 1, sum = 0;
    Window window = {.begin = inside(first, n)};
    window.count = inside(last, n) - window.begin + 1;
    window.weight = NEW_ARRAY(arena, double, window.count);
    for (double at = first; at <= last; at++) {
        if (attrs->exclude_outside && (at < 0 || at > (double)(n - 1)))
            continue;
        double weight = kernel_at(attrs, (at - place) * shrink);
        window.weight[inside(at, n) - window.begin] += weight;
        sum += weight;
    }
    if (sum == 0) /* all are excluded */
        return window_of_one(arena, inside(place, n));
    for (int64_t t = 0; t < window.count; t++)
        window.weight[t] /= sum;
    return window_trimmed(window);
}

ResampleTable resample_table(Arena *arena, const ResampleAttrs *attrs, int64_t length)
{
    ResampleTable table = {.count = attrs->size, .taps = 1};
    Window *windows = NEW_ARRAY(arena, Window, table.count);
    for (int64_t i = 0; i < table.count; i++) {
        windows[i] = window_of(arena, attrs, length, i);
        table.taps = MAX(table.taps, windows[i].count);
    }
    int64_t *begins = NEW_ARRAY(arena, int64_t, table.count);
    double *weights = NEW_ARRAY(arena, double, table.count *table.taps);
    for (int64_t i = 0; i < table.count; i++) {
        begins[i] = MIN(windows[i].begin, length - table.taps);
        for (int64_t t = 0; t < windows[i].count; t++)
            weights[i * table.taps + windows[i].begin - begins[i] + t] = windows[i].weight[t];
    }
    table.begin = begins;
    table.weight = weights;
    return table;
}

bool resample_picks(const ResampleTable *table)
{
    for (int64_t i = 0; i < table->count; i++)
        if (table->taps > 1 || (table->begin[i] >= 0 && table->weight[i] != 1))
            return false;
    return true;
}

bool resample_is_identity(const ResampleAttrs *attrs, int64_t length)
{
    Arena *arena = arena_new();
    ResampleTable table = resample_table(arena, attrs, length);
    bool is_same = attrs->size == length && resample_picks(&table);
    for (int64_t i = 0; is_same && i < length; i++)
        is_same = table.begin[i] == i;
    arena_free(arena);
    return is_same;
}

/* ---- the row's rules ---- */

static bool check_size(const Node *node, Diag *diag, int64_t length)
{
    const ResampleAttrs *attrs = node->attrs;
    if (attrs->size < 1 || attrs->size > LIMIT_RESAMPLE || length > LIMIT_RESAMPLE) {
        diag_error(diag, node->span, "resample: %lld places cannot become %lld, they are 1 to %lld", (long long)length,
                   (long long)attrs->size, (long long)LIMIT_RESAMPLE);
        return false;
    }
    if (attrs->scale == 0 || fabs((double)length * attrs->scale - (double)attrs->size) < 1)
        return true;
    diag_error(diag, node->span, "resample: a size of %lld is not %g times %lld", (long long)attrs->size, attrs->scale,
               (long long)length);
    return false;
}

static bool check_numbers(const Node *node, Diag *diag)
{
    const ResampleAttrs *attrs = node->attrs;
    if (!isfinite(attrs->outside) || !isfinite(attrs->coefficient)) {
        diag_error(diag, node->span, "resample: 'outside' and 'coefficient' are finite numbers");
        return false;
    }
    for (int i = 0; i < 2; i++)
        if (!(fabs(attrs->crop[i]) <= LIMIT_CROP)) {
            diag_error(diag, node->span, "resample: a crop is -%g to %g, this has %g", LIMIT_CROP, LIMIT_CROP,
                       attrs->crop[i]);
            return false;
        }
    if (attrs->antialias && (attrs->mode == RESAMPLE_NEAREST || attrs->align == RESAMPLE_CROP)) {
        diag_error(diag, node->span, "resample: 'antialias' is for mode=linear and mode=cubic, and not for crops");
        return false;
    }
    return true;
}

static bool resample_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const ResampleAttrs *attrs = node->attrs;
    if (!check_f32(graph, node, diag) || !type_same(graph, node, diag, result))
        return false;
    if (attrs->axis < 1 || attrs->axis >= result->shape.rank) {
        diag_error(diag, node->span, "resample along axis %lld, but %s has %s", (long long)attrs->axis - 1,
                   input_text(graph, node, 0), axes_text(graph, &result->shape));
        return false;
    }
    if (!check_size(node, diag, result->shape.dim[attrs->axis]) || !check_numbers(node, diag))
        return false;
    result->shape.dim[attrs->axis] = attrs->size;
    return true;
}

static void resample_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const ResampleAttrs *attrs = node->attrs;
    const AxisRun from = axis_run(&inputs[0]->shape, (int)attrs->axis);
    Arena *arena = arena_new();
    const ResampleTable table = resample_table(arena, attrs, from.length);
    double *y = result->at;
    for (int64_t outer = 0; outer < from.outer; outer++)
        for (int64_t i = 0; i < table.count; i++)
            for (int64_t k = 0; k < from.inner; k++) {
                const double *x = inputs[0]->at + (outer * from.length + table.begin[i]) * from.inner + k;
                double sum = table.begin[i] < 0 ? attrs->outside : 0;
                for (int64_t t = 0; table.begin[i] >= 0 && t < table.taps; t++)
                    sum += table.weight[i * table.taps + t] * x[t * from.inner];
                *y++ = sum;
            }
    arena_free(arena);
}

/* A factor as the nearest quotient of small integers: 0.3 is 3 / 10. */
static void split_factor(double factor, int64_t *in, int64_t *out)
{
    *in = 1;
    while (*in < 1 << 10 && fabs(factor * (double)*in - round(factor * (double)*in)) > 1e-9)
        ++*in;
    *out = MAX((int64_t)round(factor * (double)*in), 1);
}

/* Places in halves, so that half a pixel is whole; a window reads every place of the input inside of it. */
static Reach resample_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    const ResampleAttrs *attrs = node->attrs;
    if (axis != attrs->axis)
        return reach_own(axis);
    int64_t n = graph_input_node(graph, node, input)->type.shape.dim[axis], in = n, out = attrs->size;
    const bool corners = attrs->align == RESAMPLE_CORNERS, given = attrs->scale > 0;
    if (attrs->align == RESAMPLE_CROP || (given && (corners || attrs->align == RESAMPLE_SYMMETRIC)))
        return reach_all(axis);
    if (given)
        split_factor(attrs->scale, &in, &out);
    Reach reach = reach_own(axis);
    reach.border = BORDER_EDGE;
    reach.scale = 2 * (corners ? (out > 1 ? in - 1 : 0) : in);
    reach.parts = 2 * (corners ? MAX(out - 1, 1) : out);
    if (attrs->align == RESAMPLE_HALF_PIXEL || attrs->align == RESAMPLE_SYMMETRIC)
        reach.shift = in - out;
    if (attrs->align == RESAMPLE_FOR_NN)
        reach.shift = in;
    if (attrs->mode == RESAMPLE_NEAREST) {
        reach.rest = REST_BELOW;
        reach.shift += attrs->round == ROUND_CEIL        ? reach.parts - 1
                       : attrs->round == ROUND_HALF_UP   ? reach.parts / 2
                       : attrs->round == ROUND_HALF_DOWN ? reach.parts / 2 - 1
                                                         : 0;
        return reach;
    }
    int64_t radius = (int64_t)ceil(kernel_radius(attrs, n) * (double)reach.parts - 1e-6);
    reach.shift -= radius - 1;
    reach.size = 2 * radius - 1;
    return reach;
}

/* ---- the call ---- */

static bool take_crop(const OpCall *call, ResampleAttrs *attrs)
{
    const OpArg *crop = op_arg(call, "crop");
    if (!crop->present)
        return true;
    if (crop->literal.shape.rank != 1 || crop->literal.shape.dim[0] != 2) {
        diag_error(call->diag, crop->span, "'crop' is [begin, end], in parts of the axis");
        return false;
    }
    attrs->crop[0] = crop->literal.at[0];
    attrs->crop[1] = crop->literal.at[1];
    return true;
}

static bool take_size(const OpCall *call, int64_t length, ResampleAttrs *attrs)
{
    const OpArg *size = op_arg(call, "size"), *scale = op_arg(call, "scale");
    if (!size->present && !scale->present) {
        diag_error(call->diag, call->span, "resample needs 'size' or 'scale'");
        return false;
    }
    double product = (double)length * (scale->present ? scale->number : 0);
    if (scale->present && (!(scale->number > 0) || !(product < (double)LIMIT_RESAMPLE + 1))) {
        diag_error(call->diag, scale->span, "resample: %lld times %g is no size", (long long)length, scale->number);
        return false;
    }
    attrs->size = size->present ? size->ints[0] : (int64_t)floor(product);
    attrs->scale = scale->present && product != (double)attrs->size ? scale->number : 0;
    return true;
}

static NodeId resample_build(const OpCall *call)
{
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    const OpArg *axis = op_arg(call, "axis"), *round = op_arg(call, "round");
    ResampleAttrs attrs = RESAMPLE_PLAIN;
    attrs.axis = axis->ints[0] + 1;
    if (attrs.axis >= x->rank) {
        diag_error(call->diag, axis->span, "resample along axis %lld, but %s has %s", (long long)axis->ints[0],
                   shape_text(call->graph->arena, x), axes_text(call->graph, x));
        return NODE_NONE;
    }
    attrs.mode = op_arg(call, "mode")->word;
    attrs.align = op_arg(call, "align")->word;
    if (round->present && attrs.mode != RESAMPLE_NEAREST) {
        diag_error(call->diag, round->span, "'round' is for mode=nearest");
        return NODE_NONE;
    }
    if (attrs.mode == RESAMPLE_NEAREST)
        attrs.round = round->present ? round->word : resize_default_round(attrs.align == RESAMPLE_ASYMMETRIC);
    attrs.outside = op_arg(call, "outside")->number;
    attrs.coefficient = op_arg(call, "coefficient")->number;
    attrs.exclude_outside = op_arg(call, "exclude_outside")->boolean;
    attrs.antialias = op_arg(call, "antialias")->boolean;
    if (!take_crop(call, &attrs) || !take_size(call, x->dim[attrs.axis], &attrs))
        return NODE_NONE;
    return build_with(call, &attrs);
}

#define MODES  "nearest linear cubic"
#define ALIGNS "half_pixel corners asymmetric half_pixel_symmetric half_pixel_for_nn crop"

static const OpParam resample_params[] = {
    {.name = "axis", .kind = PARAM_INT, .required = true, .bounded = true},
    {.name = "size", .kind = PARAM_INT, .bounded = true, .least = 1},
    {.name = "scale", .kind = PARAM_NUMBER},
    {.name = "mode", .kind = PARAM_WORD, .fallback = "linear", .words = MODES},
    {.name = "align", .kind = PARAM_WORD, .fallback = "half_pixel", .words = ALIGNS},
    {.name = "round", .kind = PARAM_WORD, .words = RESIZE_ROUNDS},
    {.name = "crop", .kind = PARAM_NUMBERS},
    {.name = "outside", .kind = PARAM_NUMBER, .fallback = "0"},
    {.name = "coefficient", .kind = PARAM_NUMBER, .fallback = "-0.75"},
    {.name = "exclude_outside", .kind = PARAM_BOOL, .fallback = "false"},
    {.name = "antialias", .kind = PARAM_BOOL, .fallback = "false"},
};

static const OpAttr resample_attrs[] = {
    {"axis", ATTR_INT, offsetof(ResampleAttrs, axis), 1, 0, NULL},
    {"size", ATTR_INT, offsetof(ResampleAttrs, size), 1, 0, NULL},
    {"scale", ATTR_NUMBER, offsetof(ResampleAttrs, scale), 1, 0, NULL},
    {"mode", ATTR_WORD, offsetof(ResampleAttrs, mode), 1, 0, MODES},
    {"align", ATTR_WORD, offsetof(ResampleAttrs, align), 1, 0, ALIGNS},
    {"round", ATTR_WORD, offsetof(ResampleAttrs, round), 1, 0, RESIZE_ROUNDS},
    {"crop", ATTR_NUMBER, offsetof(ResampleAttrs, crop), 2, 0, NULL},
    {"outside", ATTR_NUMBER, offsetof(ResampleAttrs, outside), 1, 0, NULL},
    {"coefficient", ATTR_NUMBER, offsetof(ResampleAttrs, coefficient), 1, 0, NULL},
    {"exclude_outside", ATTR_BOOL, offsetof(ResampleAttrs, exclude_outside), 1, 0, NULL},
    {"antialias", ATTR_BOOL, offsetof(ResampleAttrs, antialias), 1, 0, NULL},
};

const Op op_resample = {
    .family = FAMILY_RESAMPLE,
    .least_inputs = 1,
    .most_inputs = 1,
    .build = resample_build,
    ARGUMENTS(resample, ResampleAttrs),
    .type = resample_type,
    .reference = resample_reference,
    .reach = resample_reach,
    .tolerance = 2e-6,
    .source = "ONNX Resize",
};
