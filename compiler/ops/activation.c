/* activation.c - activations: functions of one element, without weights. A row's body says what, in the words of
 * body.h, and is all that the evaluator and the emitters know of it.
 *
 * Bodies are written so that they stay right in single precision at both ends: nothing overflows that is divided away
 * later, differences of nearly equal numbers are avoided (expm1, log1p, erfc), and an infinite input gives the limit of
 * the function: a product whose second factor goes to 0 is 0 then, or takes its first one from LOWEST on, since
 * -infinity times 0 would be NaN.
 */
#include "ops/map.h"
#include "ops/rules.h"

#define LOWEST "-3.4028234663852886e38" /* the lowest float */

/* For steps that would not go from 0 to 1 else, and limits that would be others. */
static bool check_positive(const OpCall *call, const char *name)
{
    const OpArg *arg = op_arg(call, name);
    if ((float)arg->number > 0)
        return true;
    diag_error(call->diag, arg->span, "%s's '%s' must be positive in single precision, this is %g", op_name(call->op),
               name, arg->number);
    return false;
}

/* ---- rectifiers ---- */

const Op op_relu = {
    UNARY, .build = build_plain, .body = "max(0, $0)", .tolerance = 0, .source = "ONNX Relu",
};

const Op op_relu6 = {
    UNARY, .build = build_plain, .body = "min(6, max(0, $0))", .tolerance = 0, .source = "ONNX Clip",
};

static const OpParam leaky_params[] = {{.name = "slope", .kind = PARAM_NUMBER, .fallback = "0.01"}};
static const OpAttr leaky_attrs[] = {{"slope", ATTR_NUMBER, offsetof(LeakyReluAttrs, slope), 1, 0, NULL}};

const Op op_leaky_relu = {
    UNARY,
    ARGUMENTS(leaky, LeakyReluAttrs),
    .build = build_numbers,
    .body = "select($0 > 0, $0, slope * $0)",
    .tolerance = 1e-6,
    .source = "ONNX LeakyRelu",
};

static const OpParam elu_params[] = {{.name = "alpha", .kind = PARAM_NUMBER, .fallback = "1"}};
static const OpAttr elu_attrs[] = {{"alpha", ATTR_NUMBER, offsetof(EluAttrs, alpha), 1, 0, NULL}};

const Op op_elu = {
    UNARY,
    ARGUMENTS(elu, EluAttrs),
    .build = build_numbers,
    .body = "select($0 > 0, $0, alpha * expm1($0))",
    .tolerance = 2e-6,
    .source = "ONNX Elu",
};

/* lambda = 1.0507..., alpha = 1.6732..., of Klambauer et al. 2017; the second number is their product. */
const Op op_selu = {
    UNARY,
    .build = build_plain,
    .body = "select($0 > 0, 1.0507009873554805 * $0, 1.7580993408473769 * expm1($0))",
    .tolerance = 2e-6,
    .source = "ONNX Selu",
};

static NodeId celu_build(const OpCall *call)
{
    return check_positive(call, "alpha") ? build_numbers(call) : NODE_NONE;
}

static const OpParam celu_params[] = {{.name = "alpha", .kind = PARAM_NUMBER, .fallback = "1"}};
static const OpAttr celu_attrs[] = {{"alpha", ATTR_NUMBER, offsetof(CeluAttrs, alpha), 1, 0, NULL}};

const Op op_celu = {
    UNARY,
    ARGUMENTS(celu, CeluAttrs),
    .build = celu_build,
    .body = "select($0 > 0, $0, alpha * expm1($0 / alpha))",
    .tolerance = 2e-6,
    .source = "ONNX Celu",
};

static const OpParam thresholded_params[] = {{.name = "alpha", .kind = PARAM_NUMBER, .fallback = "1"}};
static const OpAttr thresholded_attrs[] = {
    {"alpha", ATTR_NUMBER, offsetof(ThresholdedReluAttrs, alpha), 1, 0, NULL},
};

const Op op_thresholded_relu = {
    UNARY,
    ARGUMENTS(thresholded, ThresholdedReluAttrs),
    .build = build_numbers,
    .body = "select($0 > alpha, $0, 0)",
    .tolerance = 0,
    .source = "ONNX ThresholdedRelu",
};

static const OpParam shrink_params[] = {
    {.name = "bias", .kind = PARAM_NUMBER, .fallback = "0"},
    {.name = "lambda", .kind = PARAM_NUMBER, .fallback = "0.5"},
};
static const OpAttr shrink_attrs[] = {
    {"bias", ATTR_NUMBER, offsetof(ShrinkAttrs, bias), 1, 0, NULL},
    {"lambda", ATTR_NUMBER, offsetof(ShrinkAttrs, lambda), 1, 0, NULL},
};

/* bias = 0 is a hard shrinkage, bias = lambda a soft one. */
const Op op_shrink = {
    UNARY,
    ARGUMENTS(shrink, ShrinkAttrs),
    .build = build_numbers,
    .body = "select($0 < -lambda, $0 + bias, select($0 > lambda, $0 - bias, 0))",
    .tolerance = 0,
    .source = "ONNX Shrink",
};

/* ---- smooth steps, and pieces of lines that look like them ---- */

/* exp only ever sees -|x|, so that it cannot overflow. */
const Op op_sigmoid = {
    UNARY,
    .build = build_plain,
    .body = "t = exp(-abs($0)); select($0 < 0, t, 1) / (1 + t)",
    .tolerance = 2e-6,
    .source = "ONNX Sigmoid",
};

static const OpParam hard_params[] = {
    {.name = "alpha", .kind = PARAM_NUMBER, .fallback = "0.16666666666666666"},
    {.name = "beta", .kind = PARAM_NUMBER, .fallback = "0.5"},
};
static const OpAttr hard_attrs[] = {
    {"alpha", ATTR_NUMBER, offsetof(HardAttrs, alpha), 1, 0, NULL},
    {"beta", ATTR_NUMBER, offsetof(HardAttrs, beta), 1, 0, NULL},
};

const Op op_hard_sigmoid = {
    UNARY,
    ARGUMENTS(hard, HardAttrs),
    .build = build_numbers,
    .body = "min(1, max(0, alpha * $0 + beta))",
    .tolerance = 1e-6,
    .source = "ONNX HardSigmoid",
};

const Op op_tanh = {
    UNARY, .build = build_plain, .body = "tanh($0)", .tolerance = 2e-6, .source = "ONNX Tanh",
};

static const OpParam scaled_params[] = {
    {.name = "a", .kind = PARAM_NUMBER, .fallback = "1.7159"},
    {.name = "s", .kind = PARAM_NUMBER, .fallback = "0.66666666666666663"},
};
static const OpAttr scaled_attrs[] = {
    {"a", ATTR_NUMBER, offsetof(ScaledTanhAttrs, a), 1, 0, NULL},
    {"s", ATTR_NUMBER, offsetof(ScaledTanhAttrs, s), 1, 0, NULL},
};

const Op op_scaled_tanh = {
    UNARY,
    ARGUMENTS(scaled, ScaledTanhAttrs),
    .build = build_numbers,
    .body = "a * tanh(s * $0)",
    .tolerance = 2e-6,
    .source = "LeCun et al. 1998, appendix A",
};

/* ---- x times such a step ---- */

static NodeId swish_build(const OpCall *call)
{
    return check_positive(call, "beta") ? build_numbers(call) : NODE_NONE;
}

static const OpParam swish_params[] = {{.name = "beta", .kind = PARAM_NUMBER, .fallback = "1"}};
static const OpAttr swish_attrs[] = {{"beta", ATTR_NUMBER, offsetof(SwishAttrs, beta), 1, 0, NULL}};

/* x * sigmoid(beta * x) */
const Op op_swish = {
    UNARY,
    ARGUMENTS(swish, SwishAttrs),
    .build = swish_build,
    .body = "t = exp(-abs(beta * $0)); max(" LOWEST ", $0) * select($0 < 0, t, 1) / (1 + t)",
    .tolerance = 2e-6,
    .source = "ONNX Swish",
};

static NodeId hard_swish_build(const OpCall *call)
{
    return check_positive(call, "alpha") ? build_numbers(call) : NODE_NONE;
}

const Op op_hard_swish = {
    UNARY,
    ARGUMENTS(hard, HardAttrs),
    .build = hard_swish_build,
    .body = "t = max(0, alpha * $0 + beta); select(t == 0, 0, $0 * min(1, t))",
    .tolerance = 2e-6,
    .source = "ONNX HardSwish",
};

static bool gelu_is_tanh(const Node *node)
{
    return ((const GeluAttrs *)node->attrs)->form == GELU_TANH;
}

static NodeId gelu_build(const OpCall *call)
{
    GeluAttrs attrs = {.form = op_arg(call, "form")->word};
    return build_with(call, &attrs);
}

static const OpParam gelu_params[] = {
    {.name = "form", .kind = PARAM_WORD, .fallback = "erf", .words = "erf tanh"},
};
static const OpAttr gelu_attrs[] = {{"form", ATTR_WORD, offsetof(GeluAttrs, form), 1, 0, "erf tanh"}};

/* x * (1 + erf(x / sqrt(2))) / 2, and x * (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (x + 0.044715 x^3). Below 0 the
 * sums in brackets would lose all digits: they are erfc(-x / sqrt(2)), and 2 * sigmoid(2u). */
const Op op_gelu = {
    UNARY,
    ARGUMENTS(gelu, GeluAttrs),
    .build = gelu_build,
    .body = "0.5 * max(" LOWEST ", $0) * erfc(-0.70710678118654752 * $0)",
    .other_body = "t = exp(-abs(1.5957691216057308 * $0 * (1 + 0.044715 * $0 * $0))); "
                  "max(" LOWEST ", $0) * select($0 < 0, t, 1) / (1 + t)",
    .takes_other = gelu_is_tanh,
    .tolerance = 5e-6,
    .source = "ONNX Gelu",
};

/* log(1 + exp(x)) */
const Op op_softplus = {
    UNARY,
    .build = build_plain,
    .body = "max(0, $0) + log1p(exp(-abs($0)))",
    .tolerance = 2e-6,
    .source = "ONNX Softplus",
};
