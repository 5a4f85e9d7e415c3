/* resample.c - one axis in another size, as a Resize of that axis alone (see rows.h). What came with later opsets than
 * ours is refused. */
#include "ops/resample.h"
#include "onnx/export.h"
#include "onnx/rows.h"

#include <math.h>

/* NULL: it can be written. */
static const char *why_not(const ResampleAttrs *attrs, int64_t length)
{
    if (attrs->antialias)
        return "antialias, which is there from opset 18 on";
    if (attrs->align == RESAMPLE_SYMMETRIC || attrs->align == RESAMPLE_FOR_NN)
        return "these places, which other opsets have";
    if (attrs->scale > 0 && floorf((float)length * (float)attrs->scale) != (float)attrs->size)
        return "a scale whose float gives another size";
    return NULL;
}

bool onnx_resample(OnnxLayer *layer)
{
    static const char *const modes[] = {"nearest", "linear", "cubic"};
    static const char *const places[] = {[RESAMPLE_HALF_PIXEL] = "half_pixel",
                                         [RESAMPLE_CORNERS] = "align_corners",
                                         [RESAMPLE_ASYMMETRIC] = "asymmetric",
                                         [RESAMPLE_CROP] = "tf_crop_and_resize"};
    static const char *const rounds[] = {[ROUND_FLOOR] = "floor",
                                         [ROUND_CEIL] = "ceil",
                                         [ROUND_HALF_UP] = "round_prefer_ceil",
                                         [ROUND_HALF_DOWN] = "round_prefer_floor"};
    const ResampleAttrs *attrs = layer->node->attrs;
    const Shape *from = &graph_input_node(layer->model->net, layer->node, 0)->type.shape,
                *to = &layer->node->type.shape;
    const char *x = layer_input(layer, 0), *sizes = "", *scales = "", *roi = "";
    const char *wrong = why_not(attrs, from->dim[attrs->axis]);
    if (wrong) {
        diag_error(layer->model->diag, layer->node->span, "ONNX of opset %d has no Resize with %s", ONNX_OPSET, wrong);
        return false;
    }
    float *factors = NEW_ARRAY(layer->model->arena, float, MAX_RANK);
    float *parts = NEW_ARRAY(layer->model->arena, float, 2 * MAX_RANK);
    for (int i = 0; i < from->rank; i++) {
        const bool is_ours = i == attrs->axis;
        factors[i] = is_ours ? (float)attrs->scale : 1;
        parts[i] = is_ours ? (float)attrs->crop[0] : 0;
        parts[from->rank + i] = is_ours ? (float)attrs->crop[1] : 1;
    }
    if (attrs->scale > 0)
        scales = layer_floats(layer, "scales", factors, &(Shape){.rank = 1, .dim = {from->rank}});
    else
        sizes = layer_ints(layer, "sizes", to->dim, to->rank);
    if (attrs->align == RESAMPLE_CROP)
        roi = layer_floats(layer, "roi", parts, &(Shape){.rank = 1, .dim = {2 * from->rank}});
    Onnx__NodeProto *node = sizes[0] ? NODE(layer, "Resize", x, roi, "", sizes) : NODE(layer, "Resize", x, roi, scales);
    attr_text(layer, node, "coordinate_transformation_mode", places[attrs->align]);
    attr_text(layer, node, "mode", modes[attrs->mode]);
    if (attrs->mode == RESAMPLE_NEAREST)
        attr_text(layer, node, "nearest_mode", rounds[attrs->round]);
    if (attrs->mode == RESAMPLE_CUBIC)
        attr_float(layer, node, "cubic_coeff_a", attrs->coefficient);
    if (attrs->exclude_outside)
        attr_int(layer, node, "exclude_outside", 1);
    if (attrs->align == RESAMPLE_CROP)
        attr_float(layer, node, "extrapolation_value", attrs->outside);
    return true;
}
