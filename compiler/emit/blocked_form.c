/* blocked_form.c - which convolutions run over channel blocks, and how many sums are in registers at a time.
 *
 * Each step loads some vectors of weights and one broadcast input a pixel: V + P loads for V * P multiply-adds, of
 * which processors do two of either in a cycle. So tiles want to be large and not too narrow:
 *
 *   maps, in vectors     avx512    avx2
 *   even                 14 x 2    6 x 2
 *   3, 9; 5, 11          9 x 3     4 x 3    (of 5: 3 and 2)
 *   7, 13                14 x 2    6 x 2    the last one alone
 *   1                    14 x 1    12 x 1   any more of them, and gcc keeps some on the stack
 */
#include "emit/blocked.h"
#include "emit/transposed.h"
#include "ops/conv.h"

void blocked_text(KernelText *text)
{
    if (text->kernel->family == FAMILY_CONV_TRANSPOSE)
        blocked_transpose_text(text);
    else if (conv_is_depthwise(text->leader->attrs, text_output(text)->shape.dim[1], text_input(text, CONV_X)))
        blocked_depthwise_text(text);
    else
        blocked_conv_text(text);
}

enum { MOST_ALONE = 14 };

/* Vectors of maps in a panel. */
static int32_t panel_vectors(int64_t vectors)
{
    return vectors % 2 == 0 ? 2 : vectors == 1 ? 1 : vectors % 3 != 1 ? 3 : 2;
}

static ConvForm transposed_form(const Node *conv, int32_t lanes, int32_t sums)
{
    int32_t vectors = (conv->type.shape.dim[1] + lanes - 1) / lanes % 2 == 0 ? 2 : 1;
    int64_t width = transposed_columns(conv), most = sums / vectors, tiles = (width + most - 1) / most;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_TURNED,
                      .maps = vectors * lanes,
                      .pixels = (int32_t)((width + tiles - 1) / tiles),
                      .rows = 1};
}

/* The vector of a tap's weights and a pixel for each of the other registers, of rows that are cut evenly. */
static ConvForm depthwise_form(const Node *conv, int32_t lanes)
{
    int64_t width = conv->type.shape.dim[3], tiles = (width + MOST_ALONE - 1) / MOST_ALONE;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_PANELS,
                      .maps = lanes,
                      .pixels = (int32_t)((width + tiles - 1) / tiles),
                      .rows = 1};
}

/* Groups are whole blocks of inputs and whole panels of maps. */
static bool groups_fit(const ConvAttrs *attrs, int64_t inputs, int64_t maps, int32_t lanes)
{
    return attrs->groups == 1 || (inputs / attrs->groups % lanes == 0 && maps / attrs->groups % lanes == 0);
}

ConvForm blocked_form(const Graph *graph, const Node *conv, bool vector_epilogue, int32_t lanes, int32_t sums)
{
    const ConvAttrs *attrs = conv->attrs;
    bool transposed = conv->op == OP_conv_transpose;
    int64_t inputs = graph_input_node(graph, conv, CONV_X)->type.shape.dim[1], maps = conv->type.shape.dim[1];
    if (conv->op == OP_conv && vector_epilogue && maps >= lanes &&
        conv_is_depthwise(attrs, maps, &graph_input_node(graph, conv, CONV_X)->type))
        return depthwise_form(conv, lanes);
    if (conv->op == OP_conv_connect || maps < lanes || !vector_epilogue ||
        (transposed && (attrs->groups > 1 || 2 * inputs < lanes)) || !groups_fit(attrs, inputs, maps, lanes))
        return c_conv_form(graph, conv, vector_epilogue);
    if (transposed)
        return transposed_form(conv, lanes, sums);
    int64_t vectors = (maps / attrs->groups + lanes - 1) / lanes;
    int32_t panel = panel_vectors(vectors);
    while (attrs->groups > 1 && vectors % panel) /* no panel is of two groups */
        panel--;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = inputs < lanes ? LAYOUT_PLAIN : LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_PANELS,
                      .inputs = (int32_t)MIN(inputs / attrs->groups, lanes),
                      .maps = panel * lanes,
                      .pixels = MIN(sums / panel, MOST_ALONE),
                      .rows = 1};
}
