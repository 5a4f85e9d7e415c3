/* elementary.c - functions of one element that are no activations: roots, powers of e, angles, rounding, clamp. */
#include "ops/map.h"
#include "ops/rules.h"

const Op op_abs = {UNARY, .build = build_plain, .body = "abs($0)", .tolerance = 0, .source = "ONNX Abs"};
const Op op_sqrt = {UNARY, .build = build_plain, .body = "sqrt($0)", .tolerance = 0, .source = "ONNX Sqrt"};
const Op op_exp = {UNARY, .build = build_plain, .body = "exp($0)", .tolerance = 2e-6, .source = "ONNX Exp"};
const Op op_log = {UNARY, .build = build_plain, .body = "log($0)", .tolerance = 2e-6, .source = "ONNX Log"};
const Op op_erf = {UNARY, .build = build_plain, .body = "erf($0)", .tolerance = 2e-6, .source = "ONNX Erf"};

/* ---- angles ---- */

const Op op_sin = {UNARY, .build = build_plain, .body = "sin($0)", .tolerance = 2e-6, .source = "ONNX Sin"};
const Op op_cos = {UNARY, .build = build_plain, .body = "cos($0)", .tolerance = 2e-6, .source = "ONNX Cos"};
const Op op_tan = {UNARY, .build = build_plain, .body = "tan($0)", .tolerance = 2e-6, .source = "ONNX Tan"};
const Op op_asin = {UNARY, .build = build_plain, .body = "asin($0)", .tolerance = 2e-6, .source = "ONNX Asin"};
const Op op_acos = {UNARY, .build = build_plain, .body = "acos($0)", .tolerance = 2e-6, .source = "ONNX Acos"};
const Op op_atan = {UNARY, .build = build_plain, .body = "atan($0)", .tolerance = 2e-6, .source = "ONNX Atan"};
const Op op_sinh = {UNARY, .build = build_plain, .body = "sinh($0)", .tolerance = 2e-6, .source = "ONNX Sinh"};
const Op op_cosh = {UNARY, .build = build_plain, .body = "cosh($0)", .tolerance = 2e-6, .source = "ONNX Cosh"};
const Op op_asinh = {UNARY, .build = build_plain, .body = "asinh($0)", .tolerance = 2e-6, .source = "ONNX Asinh"};
const Op op_acosh = {UNARY, .build = build_plain, .body = "acosh($0)", .tolerance = 2e-6, .source = "ONNX Acosh"};
const Op op_atanh = {UNARY, .build = build_plain, .body = "atanh($0)", .tolerance = 2e-6, .source = "ONNX Atanh"};

/* ---- whole numbers ---- */

const Op op_sign = {
    UNARY,          .build = build_plain,  .body = "select($0 > 0, 1, select($0 < 0, -1, $0))",
    .tolerance = 0, .source = "ONNX Sign",
};
const Op op_floor = {UNARY, .build = build_plain, .body = "floor($0)", .tolerance = 0, .source = "ONNX Floor"};
const Op op_ceil = {UNARY, .build = build_plain, .body = "ceil($0)", .tolerance = 0, .source = "ONNX Ceil"};
const Op op_round = {UNARY, .build = build_plain, .body = "round($0)", .tolerance = 0, .source = "ONNX Round"};
const Op op_trunc = {UNARY, .build = build_plain, .body = "trunc($0)", .tolerance = 0, .source = "C truncf"};

/* ---- limits ---- */

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
