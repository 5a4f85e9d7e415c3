/* activation.c - functions of one element, without weights. A row's body says what, in the words of body.h, and is all
 * that the evaluator and the emitters know of it. */
#include "ops/map.h"
#include "ops/rules.h"

#define UNARY .family = FAMILY_MAP, .least_inputs = 1, .most_inputs = 1, .type = type_same

const Op op_relu = {
    UNARY, .build = build_plain, .body = "max(0, $0)", .tolerance = 0, .source = "ONNX Relu",
};

static const OpParam leaky_params[] = {{.name = "slope", .kind = PARAM_NUMBER, .fallback = "0.01"}};
static const OpAttr leaky_attrs[] = {{"slope", ATTR_NUMBER, offsetof(LeakyReluAttrs, slope), 1, 0, NULL}};

const Op op_leaky_relu = {
    UNARY,
    .params = leaky_params,
    .param_count = COUNT_OF(leaky_params),
    .build = build_numbers,
    .attrs = leaky_attrs,
    .attr_count = COUNT_OF(leaky_attrs),
    .attr_bytes = sizeof(LeakyReluAttrs),
    .body = "select($0 > 0, $0, slope * $0)",
    .tolerance = 1e-6,
    .source = "ONNX LeakyRelu",
};

/* exp only ever sees -|x|, so that it cannot overflow. */
const Op op_sigmoid = {
    UNARY,
    .build = build_plain,
    .body = "t = exp(-abs($0)); select($0 < 0, t, 1) / (1 + t)",
    .tolerance = 2e-6,
    .source = "ONNX Sigmoid",
};

const Op op_tanh = {
    UNARY, .build = build_plain, .body = "tanh($0)", .tolerance = 2e-6, .source = "ONNX Tanh",
};
