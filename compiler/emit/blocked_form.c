/* blocked_form.c - which convolutions run over channel blocks, and how many sums are in registers at a time.
 *
 * A step of a tile loads V vectors of weights and broadcasts an input for each of P pixels, for V * P multiply-adds.
 * Processors do two loads and two multiply-adds in a cycle, and a sum takes four cycles to be added to again. So a tile
 * should have eight sums or more, and not only one vector; 14 x 2, 9 x 3 (avx512) and 6 x 2, 4 x 3 (avx2) are equally
 * fast. Which of them it is depends on what they leave over, of maps and of short rows:
 *
 *   maps in vectors      2, 4, ...   3, 9   5 = 3 + 2   7 = 2 + 2 + 2 + 1   1
 *   avx512, rows of 28   14 x 2      9 x 3  9 x 3       14 x 2              14 x 1
 */
#include "emit/blocked.h"
#include "emit/transposed.h"
#include "emit/winograd.h"
#include "ops/conv.h"
#include "plan/blocked.h"
#include "plan/plan.h"

void blocked_text(KernelText *text)
{
    if (text->kernel->family == FAMILY_WINOGRAD)
        winograd_text(text);
    else if (text->kernel->family == FAMILY_CONV_TRANSPOSE)
        blocked_transpose_text(text);
    else if (conv_is_depthwise(text->leader->attrs, text_output(text)->shape.dim[1], text_input(text, CONV_X)))
        blocked_depthwise_text(text);
    else
        blocked_conv_text(text);
}

/* With one vector, more pixels would be for nothing. */
enum { MOST_PIXELS = 14, LATENCY = 8 };

/* Half cycles of a step for all pixels of a map. */
static int64_t step_cost(const Shape *y, int64_t most, int64_t vectors)
{
    bool across;
    int64_t pixels = blocked_pixels(y->dim[2], y->dim[3], most, &across);
    int64_t length = across ? y->dim[2] * y->dim[3] : y->dim[3], rest = length % pixels;
    int64_t cost = length / pixels * MAX(MAX(pixels * vectors, pixels + vectors), LATENCY);
    if (rest)
        cost += MAX(MAX(rest * vectors, rest + vectors), LATENCY);
    return across ? cost : cost * y->dim[2];
}

static int32_t most_pixels(int32_t sums, int32_t vectors)
{
    return MIN(sums / vectors, MOST_PIXELS);
}

/* Vectors of maps in a panel, of so many in all: what costs least. Groups are of whole panels. */
static int32_t panel_vectors(const Shape *y, int64_t vectors, int32_t sums, bool groups)
{
    static const int32_t tried[] = {2, 3, 1};
    int32_t best = 1;
    int64_t least = INT64_MAX / 20;
    for (size_t i = 0; i < COUNT_OF(tried); i++) {
        int64_t panel = tried[i], most = most_pixels(sums, tried[i]), rest = vectors % panel;
        if (panel > vectors || (groups && rest))
            continue;
        int64_t cost = vectors / panel * step_cost(y, most, panel) + (rest ? step_cost(y, most, rest) : 0);
        if (cost * 20 > least * 19) /* not worth it */
            continue;
        best = tried[i];
        least = cost;
    }
    return best;
}

static ConvForm transposed_form(const Node *conv, int32_t lanes, int32_t sums)
{
    int32_t vectors = quotient_up(conv->type.shape.dim[1], lanes) % 2 == 0 ? 2 : 1;
    int64_t width = transposed_columns(conv), most = sums / vectors, tiles = quotient_up(width, most);
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_TURNED,
                      .maps = vectors * lanes,
                      .pixels = (int32_t)quotient_up(width, tiles),
                      .rows = 1};
}

/* The vector of a tap's weights and a pixel for each of the other registers, of rows that are cut evenly. */
static ConvForm depthwise_form(const Node *conv, int32_t lanes)
{
    int64_t width = conv->type.shape.dim[3], tiles = (width + MOST_PIXELS - 1) / MOST_PIXELS;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_PANELS,
                      .maps = lanes,
                      .pixels = (int32_t)quotient_up(width, tiles),
                      .rows = 1};
}

/* Groups are whole blocks of inputs and whole panels of maps. */
static bool groups_fit(const ConvAttrs *attrs, int64_t inputs, int64_t maps, int32_t lanes)
{
    return attrs->groups == 1 || (inputs / attrs->groups % lanes == 0 && maps / attrs->groups % lanes == 0);
}

/* Whether so few channels are worth a block: three eighths of the lanes do as much as the portable text does, and what
 * reads them has no other layout to cope with. */
static bool fill_enough(int64_t channels, int32_t lanes)
{
    return 8 * channels >= 3 * lanes;
}

/* Whether a convolution makes a value, and what only passes values on; copies into other layouts, which pass `layout`
 * adds, change nothing of it. */
static bool comes_of_conv(const Graph *graph, const Node *node)
{
    enum { MOST_BETWEEN = 8 };
    for (int i = 0; i < MOST_BETWEEN;) {
        Family family = op_row(node->op)->family;
        if (family != FAMILY_MAP && family != FAMILY_POOL && family != FAMILY_LRN && family != FAMILY_PACK)
            break;
        i += family != FAMILY_PACK;
        node = graph_input_node(graph, node, 0);
    }
    return node->op == OP_conv || node->op == OP_conv_winograd;
}

ConvForm blocked_form(const Graph *graph, const Node *conv, bool vector_epilogue, int32_t lanes, int32_t sums)
{
    if (conv->op == OP_conv_winograd)
        return winograd_form(graph, conv, lanes, sums);
    const ConvAttrs *attrs = conv->attrs;
    bool transposed = conv->op == OP_conv_transpose;
    int64_t inputs = graph_input_node(graph, conv, CONV_X)->type.shape.dim[1], maps = conv->type.shape.dim[1];
    if (conv->op == OP_conv && vector_epilogue && maps >= lanes &&
        conv_is_depthwise(attrs, maps, &graph_input_node(graph, conv, CONV_X)->type))
        return depthwise_form(conv, lanes);
    if (conv->op == OP_conv_connect || !vector_epilogue || !fill_enough(maps, lanes) ||
        (maps < lanes && (transposed || attrs->groups > 1)) ||
        (transposed && (attrs->groups > 1 || 2 * inputs < lanes)) || !groups_fit(attrs, inputs, maps, lanes))
        return c_conv_form(graph, conv, vector_epilogue);
    if (transposed)
        return transposed_form(conv, lanes, sums);
    int64_t vectors = quotient_up(maps / attrs->groups, lanes);
    int32_t panel = panel_vectors(&conv->type.shape, vectors, sums, attrs->groups > 1);
    const Node *x = graph_input_node(graph, conv, CONV_X);
    bool plain = inputs < lanes && !(fill_enough(inputs, lanes) && comes_of_conv(graph, x));
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = plain ? LAYOUT_PLAIN : LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_PANELS,
                      .inputs = (int32_t)MIN(inputs / attrs->groups, lanes),
                      .maps = panel * lanes,
                      .pixels = most_pixels(sums, panel),
                      .rows = 1};
}

/* Of so many, cut into equal pieces, none of which is larger. */
static int32_t even_piece(int64_t length, int64_t most)
{
    int64_t pieces = quotient_up(length, most);
    return (int32_t)quotient_up(length, pieces);
}

ConvForm target_form_with(const InstructionSet *set, const Graph *graph, const Kernel *kernel)
{
    ConvForm form = kernel->form;
    const Node *conv = graph_node(graph, kernel->leader);
    if (form.activations != LAYOUT_BLOCKED || form.channel_block == set->lanes)
        return form;
    int32_t vectors = form.channel_block / set->lanes, most = set->sums / vectors;
    int64_t maps = conv->type.shape.dim[1];
    form.part = form.channel_block;
    if (kernel->family == FAMILY_WINOGRAD)
        form.pixels = even_piece(form.rows, most);
    else if (kernel->family == FAMILY_CONV_TRANSPOSE)
        form.pixels = even_piece(transposed_columns(conv), most);
    else if (blocked_is_direct(graph, kernel)) /* few maps do not fill all vectors of their block */
        form.pixels = most_pixels(set->sums, (int32_t)MIN(quotient_up(maps, set->lanes), vectors));
    else /* of depthwise ones nothing is broadcast */
        form.pixels = even_piece(conv->type.shape.dim[3], (set->sums + 2) / vectors);
    return form;
}
