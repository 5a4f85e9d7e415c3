/* resize.c - Resize and Upsample in all their forms: pictures whose height and width change in the usual ways become
 * one resize, everything else resamples one axis after another.
 *
 *   opset 1         Upsample, width_scale and height_scale
 *   7 to 9          Upsample, scales: an attribute, then an input
 *   10              Resize with scales alone; places and rounding are those of Upsample
 *   11 and later    Resize with scales or sizes, places, rounding and the rest in attributes
 */
#include "import/resize.h"
#include "import/rows.h"

#include <math.h>

/* ---- words ---- */

/* Which of some words is meant; -1 after a refusal. */
static int word_of(ImportNode *node, const char *attribute, const char *fallback, const char *const *words, int count)
{
    const char *word = node_text(node, attribute, fallback);
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    node_refuse(node, "%s is '%s'", attribute, word);
    return -1;
}

static bool take_words(Resizing *r)
{
    static const char *const modes[] = {"nearest", "linear", "bilinear", "cubic"};
    static const char *const places[] = {"half_pixel",           "align_corners",        "asymmetric",
                                         "half_pixel_symmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize",
                                         "pytorch_half_pixel"};
    static const char *const rounds[] = {"floor", "ceil", "round_prefer_ceil", "round_prefer_floor"};
    static const ResizeRound kinds[] = {ROUND_FLOOR, ROUND_CEIL, ROUND_HALF_UP, ROUND_HALF_DOWN};
    ImportNode *node = r->node;
    const int mode = word_of(node, "mode", "nearest", modes, COUNT_OF(modes));
    if (mode < 0)
        return false;
    r->is_linear = mode == 1 || mode == 2;
    r->is_cubic = mode == 3;
    r->align = RESAMPLE_ASYMMETRIC;
    if (r->is_old)
        return !r->is_cubic || node_refuse(node, "mode is 'cubic', which is there from opset 11 on");
    const int place = word_of(node, "coordinate_transformation_mode", "half_pixel", places, COUNT_OF(places));
    const int round = word_of(node, "nearest_mode", "round_prefer_floor", rounds, COUNT_OF(rounds));
    if (place < 0 || round < 0)
        return false;
    r->is_pytorch = place == 6;
    r->align = r->is_pytorch ? RESAMPLE_HALF_PIXEL : (ResampleAlign)place;
    r->round = kinds[round];
    r->coefficient = node_number(node, "cubic_coeff_a", -0.75);
    r->exclude_outside = node_int(node, "exclude_outside", 0) != 0;
    r->outside = node_number(node, "extrapolation_value", 0);
    r->antialias = node_int(node, "antialias", 0) != 0;
    if (r->antialias && !r->is_linear && !r->is_cubic)
        return node_refuse(node, "antialias is 1 where the nearest places are taken");
    return true;
}

/* ---- axes, sizes, scales ---- */

static bool take_axes(Resizing *r)
{
    int64_t said[MAX_RANK];
    bool seen[MAX_RANK] = {false};
    const int rank = r->x->shape.rank;
    const int64_t count = node_ints(r->node, "axes", said, MAX_RANK);
    if (count > rank)
        return node_refuse(r->node, "it has %lld axes, its input %d", (long long)count, rank);
    r->count = count < 0 ? rank : (int)count;
    for (int i = 0; i < r->count; i++) {
        r->axes[i] = i;
        if (count >= 0 && !node_axis(r->node, said[i], rank, &r->axes[i]))
            return false;
        if (seen[r->axes[i]])
            return node_refuse(r->node, "axis %d is there twice", r->axes[i]);
        seen[r->axes[i]] = true;
    }
    return true;
}

/* The number that people wrote: the shortest one that is that float. So 5 / 0.6 is what it would be in float
 * arithmetic, too, and falls on the place that is meant. */
static double as_written(float number)
{
    char text[32];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)number);
        if (strtof(text, NULL) == number)
            break;
    }
    return strtod(text, NULL);
}

static bool take_scale(Resizing *r, int axis, float factor)
{
    const float product = (float)r->x->shape.dim[axis] * factor; /* in floats, as shapes are inferred elsewhere */
    const bool is_upsample = strcmp(r->node->proto->op_type, "Upsample") == 0;
    if (!(factor > 0) || !(product >= 1 && product <= (float)(1 << 30)) || (is_upsample && factor < 1))
        return node_refuse(r->node, "a scale is %g", (double)factor);
    r->size[axis] = (int64_t)floorf(product);
    r->scale[axis] = product == floorf(product) ? 0 : as_written(factor);
    return true;
}

/* Sizes that keep the ratio of those axes: the smaller or larger scale is that of all. */
static bool keep_ratio(Resizing *r)
{
    static const char *const policies[] = {"stretch", "not_larger", "not_smaller"};
    const int policy = word_of(r->node, "keep_aspect_ratio_policy", "stretch", policies, COUNT_OF(policies));
    if (policy <= 0)
        return policy == 0;
    int chosen = r->axes[0];
    for (int i = 1; i < r->count; i++) {
        const int axis = r->axes[i];
        const int64_t ours = r->size[axis] * r->x->shape.dim[chosen], best = r->size[chosen] * r->x->shape.dim[axis];
        if (policy == 1 ? ours < best : ours > best)
            chosen = axis;
    }
    const int64_t to = r->size[chosen], from = r->x->shape.dim[chosen];
    for (int i = 0; i < r->count; i++) {
        const int64_t length = r->x->shape.dim[r->axes[i]];
        r->size[r->axes[i]] = (2 * length * to + from) / (2 * from);
        r->scale[r->axes[i]] = length * to % from ? (double)to / (double)from : 0;
        if (r->size[r->axes[i]] < 1)
            return node_refuse(r->node, "nothing is left of axis %d", r->axes[i]);
    }
    return true;
}

static bool take_sizes(Resizing *r, const Value *sizes)
{
    if (!sizes->integers)
        return node_refuse(r->node, "its sizes, '%s', are computed by the net, and have to be known", sizes->name);
    if (value_count(&sizes->shape) != r->count)
        return node_refuse(r->node, "it has %lld sizes for %d axes", (long long)value_count(&sizes->shape), r->count);
    for (int i = 0; i < r->count; i++) {
        if (sizes->integers[i] < 1 || sizes->integers[i] > 1 << 30)
            return node_refuse(r->node, "a size is %lld", (long long)sizes->integers[i]);
        r->size[r->axes[i]] = sizes->integers[i];
    }
    return keep_ratio(r);
}

static bool take_scales(Resizing *r, const Value *scales)
{
    const Onnx__AttributeProto *fixed = node_attribute(r->node, "scales");
    const bool is_first = strcmp(r->node->proto->op_type, "Upsample") == 0 && r->node->import->opset < 7;
    if (is_first) {
        if (r->x->shape.rank != 4)
            return node_refuse(r->node, "its input has %d axes, and not four", r->x->shape.rank);
        return take_scale(r, 2, (float)node_number(r->node, "height_scale", 0)) &&
               take_scale(r, 3, (float)node_number(r->node, "width_scale", 0));
    }
    const float *factors = scales ? scales->floats : fixed ? fixed->floats : NULL;
    const int64_t count = scales ? value_count(&scales->shape) : fixed ? (int64_t)fixed->n_floats : 0;
    if (!factors)
        return node_refuse(r->node, scales ? "its scales are computed by the net, and have to be known"
                                           : "it has neither scales nor sizes");
    if (count != r->count)
        return node_refuse(r->node, "it has %lld scales for %d axes", (long long)count, r->count);
    for (int i = 0; i < r->count; i++)
        if (!take_scale(r, r->axes[i], factors[i]))
            return false;
    return true;
}

/* The part of each axis: its first places, then its last ones. Whether scales are of the whole or of the part, ONNX and
 * its implementations do not agree. */
static bool take_crop(Resizing *r, const Value *roi, bool has_sizes)
{
    if (r->align != RESAMPLE_CROP)
        return true;
    if (!roi || value_count(&roi->shape) != 2 * r->count)
        return node_refuse(r->node, "its roi has to be %d numbers", 2 * r->count);
    if (!has_sizes)
        return node_refuse(r->node, "tf_crop_and_resize is supported with sizes, not with scales");
    if (!roi->floats)
        return true; /* it is computed */
    for (int i = 0; i < r->count; i++)
        for (int side = 0; side < 2; side++)
            r->crop[r->axes[i]][side] = as_written(roi->floats[i + side * r->count]);
    return true;
}

/* An empty one stands for one that is left out. */
static const Value *optional_input(ImportNode *node, size_t i)
{
    const Value *value = node_input(node, i);
    return value && value_is_known(value) && value_count(&value->shape) == 0 ? NULL : value;
}

static bool take_numbers(Resizing *r)
{
    for (int i = 0; i < r->x->shape.rank; i++) {
        r->size[i] = r->x->shape.dim[i];
        r->crop[i][1] = 1;
    }
    const Value *scales = optional_input(r->node, r->is_old ? 1 : 2);
    if (scales && !value_is_known(scales))
        return take_axes(r); /* they are computed */
    const Value *sizes = r->is_old ? NULL : optional_input(r->node, 3),
                *roi = r->is_old ? NULL : node_input(r->node, 1);
    if (scales && sizes)
        return node_refuse(r->node, "it has both scales and sizes");
    return take_axes(r) && (sizes ? take_sizes(r, sizes) : take_scales(r, scales)) && take_crop(r, roi, sizes != NULL);
}

/* ---- into the graph ---- */

ResizeRound resize_round(const Resizing *r, int axis)
{
    if (!r->is_old)
        return r->round;
    return r->size[axis] < r->x->shape.dim[axis] ? ROUND_CEIL : ROUND_FLOOR;
}

static ResampleAttrs axis_attrs(const Resizing *r, int axis)
{
    ResampleAttrs attrs = {.axis = axis,
                           .size = r->size[axis],
                           .scale = r->scale[axis],
                           .mode = r->is_cubic    ? RESAMPLE_CUBIC
                                   : r->is_linear ? RESAMPLE_LINEAR
                                                  : RESAMPLE_NEAREST,
                           .align = r->align,
                           .crop = {r->crop[axis][0], r->crop[axis][1]},
                           .outside = r->outside,
                           .coefficient = r->is_cubic ? r->coefficient : -0.75,
                           .exclude_outside = r->exclude_outside,
                           .antialias = r->antialias};
    if (attrs.mode == RESAMPLE_NEAREST)
        attrs.round = resize_round(r, axis);
    if (r->is_pytorch && attrs.size == 1)
        attrs.align = RESAMPLE_ASYMMETRIC; /* the place is 0 */
    return attrs;
}

/* A picture whose height and width change as resize does it. */
static bool as_resize(const Resizing *r, const bool *changes, ResizeAttrs *attrs)
{
    bool fits = r->x->shape.rank == 4 && !changes[0] && !changes[1] && !r->is_cubic && !r->antialias;
    *attrs = (ResizeAttrs){.mode = r->is_linear ? RESIZE_BILINEAR : RESIZE_NEAREST, .align = (int)r->align};
    fits &= r->align <= RESAMPLE_ASYMMETRIC && !(r->is_pytorch && (r->size[2] == 1 || r->size[3] == 1));
    for (int i = 0; fits && i < 2; i++) {
        attrs->size[i] = r->size[2 + i];
        attrs->scale[i] = r->scale[2 + i];
        const double product = attrs->scale[i] * (double)r->x->shape.dim[2 + i];
        fits &= attrs->scale[i] == 0 || (r->align != RESAMPLE_CORNERS && floor(product) == (double)attrs->size[i]);
    }
    if (!r->is_linear) {
        const ResizeRound round = resize_round(r, changes[2] ? 2 : 3);
        fits &= !changes[2] || !changes[3] || resize_round(r, 3) == round;
        attrs->round = (int)round;
    }
    return fits;
}

/* The axes that change, those first that become the smallest. */
static int order_axes(const Resizing *r, const bool *changes, int *order)
{
    int count = 0;
    for (int axis = 0; axis < r->x->shape.rank; axis++) {
        if (!changes[axis])
            continue;
        int at = count++;
        for (;
             at > 0 && r->size[axis] * r->x->shape.dim[order[at - 1]] < r->size[order[at - 1]] * r->x->shape.dim[axis];
             at--)
            order[at] = order[at - 1];
        order[at] = axis;
    }
    return count;
}

static bool add_resamples(Resizing *r, Value *x, const bool *changes, const Shape *shape)
{
    ImportNode *node = r->node;
    const bool is_lifted = changes[0] || x->shape.rank < 2;
    if (is_lifted && x->shape.rank == MAX_RANK)
        return node_refuse(node, "its input has %d axes", x->shape.rank);
    const Shape own = is_lifted ? shape_lifted(&x->shape) : x->shape, usual = shape_usual(shape);
    NodeId id = node_value_as(node, x, &own);
    int order[MAX_RANK];
    const int count = order_axes(r, changes, order);
    for (int i = 0; i < count; i++) {
        ResampleAttrs attrs = axis_attrs(r, order[i]);
        attrs.axis += is_lifted;
        id = node_add(node, OP_resample, &id, 1, &attrs);
    }
    return !node_is_none(id) && node_result(node, 0, node_reshaped(node, id, &usual), x->type, shape);
}

bool import_resize(ImportNode *node)
{
    Value *x = node_input(node, 0);
    Resizing r = {.node = node, .x = x, .is_old = node->import->opset < 11};
    bool changes[MAX_RANK] = {false}, changes_any = false;
    ResizeAttrs attrs;
    if (!x || !shape_fits(&x->shape) || x->shape.rank == 0)
        return node_refuse(node, "its input is left out, or has no axes or elements");
    if (!take_words(&r) || !take_numbers(&r))
        return false;
    Value *scales = node_input(node, r.is_old ? 1 : 2), *roi = r.align == RESAMPLE_CROP ? node_input(node, 1) : NULL;
    if (onnx_type_is_integer(x->type) && (r.is_linear || r.is_cubic))
        return node_refuse(node, "its means of %s would have to be rounded",
                           onnx_type_name(node->import->arena, x->type));
    if ((scales && !value_is_known(scales)) || (roi && !value_is_known(roi)))
        return resize_computed(&r, roi ? NULL : scales, roi);
    Shape shape = x->shape;
    for (int axis = 0; axis < shape.rank; axis++) {
        if (r.size[axis] > LIMIT_RESAMPLE || x->shape.dim[axis] > LIMIT_RESAMPLE) {
            if (r.size[axis] != x->shape.dim[axis] || r.align == RESAMPLE_CROP)
                return node_refuse(node, "%lld places become %lld: %lld are the most", (long long)x->shape.dim[axis],
                                   (long long)r.size[axis], (long long)LIMIT_RESAMPLE);
            continue;
        }
        shape.dim[axis] = r.size[axis];
        const ResampleAttrs one = axis_attrs(&r, axis);
        changes[axis] = !resample_is_identity(&one, x->shape.dim[axis]);
        changes_any |= changes[axis];
    }
    if (!shape_fits(&shape))
        return node_refuse(node, "its result is too large");
    if (changes_any && as_resize(&r, changes, &attrs)) {
        NodeId id = node_value_as(node, x, &x->shape);
        return node_result(node, 0, node_add(node, OP_resize, &id, 1, &attrs), x->type, &shape);
    }
    return add_resamples(&r, x, changes, &shape);
}
