/* lrn.c - local response normalisation across channels (Krizhevsky et al. 2012), in the paper's form and in Caffe's,
 * which divides alpha by the size and starts from k = 1. */
#include "ops/lrn.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"

static bool lrn_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t size = ((const LrnAttrs *)node->attrs)->size;
    if (!type_same(graph, node, diag, result))
        return false;
    if (result->shape.rank < 2) {
        diag_error(diag, node->span, "lrn takes channels, this is %s", input_text(graph, node, 0));
        return false;
    }
    if (size < 1 || size > LIMIT_DIMENSION) {
        diag_error(diag, node->span, "lrn's size must be 1 to %lld, this is %lld", (long long)LIMIT_DIMENSION,
                   (long long)size);
        return false;
    }
    return true;
}

/* One column of channels, `step` apart; `squares` is room for as many. */
static void lrn_column(const LrnAttrs *attrs, double *y, const double *x, int64_t channels, int64_t step,
                       double *squares)
{
    for (int64_t c = 0; c < channels; c++)
        squares[c] = x[c * step] * x[c * step];
    for (int64_t c = 0; c < channels; c++) {
        int64_t last = MIN(channels - 1, c + lrn_after(attrs));
        double sum = 0;
        for (int64_t j = MAX(0, c - lrn_before(attrs)); j <= last; j++)
            sum += squares[j];
        y[c * step] = x[c * step] / pow(attrs->k + attrs->alpha * sum, attrs->beta);
    }
}

static void lrn_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    AxisRun run = axis_run(&result->shape, 1);
    Tensor squares = tensor_new(&(Shape){.rank = 1, .dim = {run.length}});
    for (int64_t o = 0; o < run.outer; o++)
        for (int64_t i = 0; i < run.inner; i++) {
            int64_t first = o * run.length * run.inner + i;
            lrn_column(node->attrs, result->at + first, inputs[0]->at + first, run.length, run.inner, squares.at);
        }
    tensor_free(&squares);
}

/* Words of 'form'. */
enum { FORM_PAPER, FORM_CAFFE };

static NodeId lrn_build(const OpCall *call)
{
    const OpArg *k = op_arg(call, "k");
    bool caffe = op_arg(call, "form")->word == FORM_CAFFE;
    LrnAttrs attrs = {.size = op_arg(call, "size")->ints[0],
                      .alpha = op_arg(call, "alpha")->number,
                      .beta = op_arg(call, "beta")->number,
                      .k = k->present ? k->number
                           : caffe    ? 1
                                      : 2};
    if (caffe && attrs.size > 0)
        attrs.alpha /= (double)attrs.size;
    return build_with(call, &attrs);
}

static const OpParam params[] = {
    {.name = "size", .kind = PARAM_INT, .required = true, .bounded = true, .least = 1},
    {.name = "alpha", .kind = PARAM_NUMBER, .fallback = "0.0001"},
    {.name = "beta", .kind = PARAM_NUMBER, .fallback = "0.75"},
    {.name = "form", .kind = PARAM_WORD, .fallback = "paper", .words = "paper caffe"},
    {.name = "k", .kind = PARAM_NUMBER},
};

static const OpAttr attrs_of_lrn[] = {
    {"size", ATTR_INT, offsetof(LrnAttrs, size), 1, 0, NULL},
    {"alpha", ATTR_NUMBER, offsetof(LrnAttrs, alpha), 1, 0, NULL},
    {"beta", ATTR_NUMBER, offsetof(LrnAttrs, beta), 1, 0, NULL},
    {"k", ATTR_NUMBER, offsetof(LrnAttrs, k), 1, 0, NULL},
};

const Op op_lrn = {
    .family = FAMILY_LRN,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = lrn_build,
    .attrs = attrs_of_lrn,
    .attr_count = COUNT_OF(attrs_of_lrn),
    .attr_bytes = sizeof(LrnAttrs),
    .type = lrn_type,
    .reference = lrn_reference,
    .reach = reach_channels,
    .tolerance = 1e-5,
    .source = "Krizhevsky et al. 2012; ONNX LRN",
};
