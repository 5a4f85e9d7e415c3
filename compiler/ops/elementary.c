/* elementary.c - functions of one element that are no activations: abs, sqrt, exp, log, clamp. */
#include "ops/map.h"
#include "ops/rules.h"

const Op op_abs = {UNARY, .build = build_plain, .body = "abs($0)", .tolerance = 0, .source = "ONNX Abs"};
const Op op_sqrt = {UNARY, .build = build_plain, .body = "sqrt($0)", .tolerance = 0, .source = "ONNX Sqrt"};
const Op op_exp = {UNARY, .build = build_plain, .body = "exp($0)", .tolerance = 2e-6, .source = "ONNX Exp"};
const Op op_log = {UNARY, .build = build_plain, .body = "log($0)", .tolerance = 2e-6, .source = "ONNX Log"};

static NodeId clamp_build(const OpCall *call)
{
    const OpArg *min = op_arg(call, "min"), *max = op_arg(call, "max");
    if (min->number <= max->number)
        return build_numbers(call);
    diag_error(call->diag, min->span, "clamp's 'min' must be at most its 'max', these are %g and %g", min->number,
               max->number);
    return NODE_NONE;
}

static const OpParam clamp_params[] = {
    {.name = "min", .kind = PARAM_NUMBER, .required = true},
    {.name = "max", .kind = PARAM_NUMBER, .required = true},
};
static const OpAttr clamp_attrs[] = {
    {"min", ATTR_NUMBER, offsetof(ClampAttrs, min), 1, 0, NULL},
    {"max", ATTR_NUMBER, offsetof(ClampAttrs, max), 1, 0, NULL},
};

/* Without brackets min and max are the attributes. */
const Op op_clamp = {
    UNARY,          ARGUMENTS(clamp, ClampAttrs), .build = clamp_build, .body = "min(max, max(min, $0))",
    .tolerance = 0, .source = "ONNX Clip",
};
