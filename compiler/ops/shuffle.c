/* shuffle.c - elements move between channels and pixels (depth_to_space, space_to_depth) or among channels
 * (channel_shuffle). Each is a reshape, a transpose and a reshape back, done as one copy.
 *
 *   depth_to_space, block b: [C, H, W] -> [C/b^2, H*b, W*b], a block of b x b pixels from b^2 channels of one pixel
 *   space_to_depth           the inverse
 *   channel_shuffle          channels read as a table of groups x rest are written as the table's transpose
 */
#include "ops/shuffle.h"

#include "ops/reach.h"
#include "ops/rules.h"

/* ---- between channels and pixels ---- */

/* A picture in blocks: [channels * block * block, height, width] on one side, [channels, height * block, width * block]
 * on the other. */
typedef struct Blocks {
    int64_t batch, channels, height, width, block;
    int64_t row, column, channel; /* how far apart along the deep side's channels: rows and columns in a block, channels
                                   */
} Blocks;

static Blocks blocks_of(const Node *node, const Shape *deep)
{
    const BlockAttrs *attrs = node->attrs;
    int64_t b = attrs->block, channels = deep->dim[1] / (b * b);
    Blocks blocks = {deep->dim[0], channels, deep->dim[2], deep->dim[3], b, .row = b, .column = 1, .channel = b * b};
    if (attrs->order == ORDER_DCR) {
        blocks.row = b * channels;
        blocks.column = channels;
        blocks.channel = 1;
    }
    return blocks;
}

static bool depth_to_space_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t block = ((const BlockAttrs *)node->attrs)->block;
    if (!type_same(graph, node, diag, result) || !check_picture(graph, node, diag))
        return false;
    int64_t *dim = result->shape.dim;
    if (block < 1 || block > dim[1] || dim[1] % (block * block)) {
        diag_error(diag, node->span, "depth_to_space: %lld channels do not make blocks of %lldx%lld pixels",
                   (long long)dim[1], (long long)block, (long long)block);
        return false;
    }
    dim[1] /= block * block;
    dim[2] = MIN(dim[2] * block, LIMIT_DIMENSION + 1);
    dim[3] = MIN(dim[3] * block, LIMIT_DIMENSION + 1);
    return true;
}

static bool space_to_depth_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t block = ((const BlockAttrs *)node->attrs)->block;
    if (!type_same(graph, node, diag, result) || !check_picture(graph, node, diag))
        return false;
    int64_t *dim = result->shape.dim;
    if (block < 1 || dim[2] % block || dim[3] % block) {
        diag_error(diag, node->span, "space_to_depth: blocks of %lldx%lld do not fill %lldx%lld pixels",
                   (long long)block, (long long)block, (long long)dim[2], (long long)dim[3]);
        return false;
    }
    dim[2] /= block;
    dim[3] /= block;
    dim[1] = MIN(dim[1] * block, LIMIT_DIMENSION + 1);
    dim[1] = MIN(dim[1] * block, LIMIT_DIMENSION + 1);
    return true;
}

/* The channel on the deep side of pixel (h, w) of channel c on the wide side. */
static int64_t deep_channel(const BlockAttrs *attrs, int64_t channels, int64_t c, int64_t h, int64_t w)
{
    int64_t b = attrs->block, place = h % b * b + w % b;
    return attrs->order == ORDER_DCR ? place * channels + c : c * b * b + place;
}

/* Pixel by pixel of the wide side, which is the result or the input. */
static void block_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const BlockAttrs *attrs = node->attrs;
    bool widens = node->op == OP_depth_to_space;
    const Shape *wide = widens ? &result->shape : &inputs[0]->shape,
                *deep = widens ? &inputs[0]->shape : &result->shape;
    int64_t n = 0;
    for (int64_t batch = 0; batch < wide->dim[0]; batch++)
        for (int64_t c = 0; c < wide->dim[1]; c++)
            for (int64_t h = 0; h < wide->dim[2]; h++)
                for (int64_t w = 0; w < wide->dim[3]; w++, n++) {
                    int64_t channel = batch * deep->dim[1] + deep_channel(attrs, wide->dim[1], c, h, w);
                    int64_t at = (channel * deep->dim[2] + h / attrs->block) * deep->dim[3] + w / attrs->block;
                    if (widens)
                        result->at[n] = inputs[0]->at[at];
                    else
                        result->at[at] = inputs[0]->at[n];
                }
}

static CopyLoops depth_to_space_copy(const Graph *graph, const Node *node)
{
    Blocks b = blocks_of(node, &graph_input_node(graph, node, 0)->type.shape);
    return (CopyLoops){.count = 6,
                       .at = {{b.batch, 0, 1, 0, 1},
                              {b.channels, 1, 1, 1, b.channel},
                              {b.height, 2, b.block, 2, 1},
                              {b.block, 2, 1, 1, b.row},
                              {b.width, 3, b.block, 3, 1},
                              {b.block, 3, 1, 1, b.column}}};
}

static CopyLoops space_to_depth_copy(const Graph *graph, const Node *node)
{
    (void)graph;
    Blocks b = blocks_of(node, &node->type.shape);
    CopyLoops loops = {.count = 6,
                       .at = {{b.batch, 0, 1, 0, 1},
                              {b.channels, 1, b.channel, 1, 1},
                              {b.block, 1, b.row, 2, 1},
                              {b.block, 1, b.column, 3, 1},
                              {b.height, 2, 1, 2, b.block},
                              {b.width, 3, 1, 3, b.block}}};
    if (b.channel == 1) { /* the channel is innermost of the three */
        CopyLoop channels = loops.at[1];
        loops.at[1] = loops.at[2];
        loops.at[2] = loops.at[3];
        loops.at[3] = channels;
    }
    return loops;
}

static Reach depth_to_space_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    Reach reach = axis == 1 ? reach_all(axis) : reach_own(axis);
    if (axis > 1) {
        reach.parts = ((const BlockAttrs *)node->attrs)->block;
        reach.rest = REST_BELOW;
    }
    return reach;
}

/* All channels of a place together see a block. */
static Reach space_to_depth_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    Reach reach = axis == 1 ? reach_all(axis) : reach_own(axis);
    if (axis > 1)
        reach.scale = reach.size = ((const BlockAttrs *)node->attrs)->block;
    return reach;
}

static NodeId block_build(const OpCall *call)
{
    BlockAttrs attrs = {.block = op_arg(call, "block")->ints[0], .order = op_arg(call, "order")->word};
    return build_with(call, &attrs);
}

static const OpParam block_params[] = {
    {.name = "block", .kind = PARAM_INT, .required = true, .bounded = true, .least = 1},
    {.name = "order", .kind = PARAM_WORD, .fallback = "dcr", .words = "dcr crd"},
};

static const OpAttr attrs_of_block[] = {
    {"block", ATTR_INT, offsetof(BlockAttrs, block), 1, 0, NULL},
    {"order", ATTR_WORD, offsetof(BlockAttrs, order), 1, 0, "dcr crd"},
};

const Op op_depth_to_space = {
    .family = FAMILY_COPY,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = block_params,
    .param_count = COUNT_OF(block_params),
    .build = block_build,
    .attrs = attrs_of_block,
    .attr_count = COUNT_OF(attrs_of_block),
    .attr_bytes = sizeof(BlockAttrs),
    .type = depth_to_space_type,
    .reference = block_reference,
    .reach = depth_to_space_reach,
    .copy = depth_to_space_copy,
    .tolerance = 0,
    .source = "ONNX DepthToSpace",
};

const Op op_space_to_depth = {
    .family = FAMILY_COPY,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = block_params,
    .param_count = COUNT_OF(block_params),
    .build = block_build,
    .attrs = attrs_of_block,
    .attr_count = COUNT_OF(attrs_of_block),
    .attr_bytes = sizeof(BlockAttrs),
    .type = space_to_depth_type,
    .reference = block_reference,
    .reach = space_to_depth_reach,
    .copy = space_to_depth_copy,
    .tolerance = 0,
    .source = "ONNX SpaceToDepth (order dcr)",
};

/* ---- among channels ---- */

static bool channel_shuffle_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t groups = ((const ChannelShuffleAttrs *)node->attrs)->groups;
    if (!type_same(graph, node, diag, result))
        return false;
    if (result->shape.rank < 2) {
        diag_error(diag, node->span, "channel_shuffle takes channels, this is %s", input_text(graph, node, 0));
        return false;
    }
    if (groups >= 1 && result->shape.dim[1] % groups == 0)
        return true;
    diag_error(diag, node->span, "groups=%lld does not divide %lld channels", (long long)groups,
               (long long)result->shape.dim[1]);
    return false;
}

static void channel_shuffle_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    AxisRun run = axis_run(&result->shape, 1);
    int64_t groups = ((const ChannelShuffleAttrs *)node->attrs)->groups, members = run.length / groups;
    for (int64_t o = 0; o < run.outer; o++)
        for (int64_t c = 0; c < run.length; c++) {
            int64_t to = c % members * groups + c / members;
            memcpy(result->at + (o * run.length + to) * run.inner, inputs[0]->at + (o * run.length + c) * run.inner,
                   (size_t)run.inner * sizeof(double));
        }
}

static CopyLoops channel_shuffle_copy(const Graph *graph, const Node *node)
{
    (void)graph;
    const Shape *y = &node->type.shape;
    int64_t groups = ((const ChannelShuffleAttrs *)node->attrs)->groups, members = y->dim[1] / groups;
    CopyLoops loops = {
        .count = y->rank + 1,
        .at = {{y->dim[0], 0, 1, 0, 1}, {members, 1, groups, 1, 1}, {groups, 1, 1, 1, members}},
    };
    for (int axis = 2; axis < y->rank; axis++)
        loops.at[axis + 1] = (CopyLoop){y->dim[axis], axis, 1, axis, 1};
    return loops;
}

static NodeId channel_shuffle_build(const OpCall *call)
{
    return build_with(call, &(ChannelShuffleAttrs){.groups = op_arg(call, "groups")->ints[0]});
}

static const OpParam channel_shuffle_params[] = {
    {.name = "groups", .kind = PARAM_INT, .required = true, .bounded = true, .least = 1},
};

static const OpAttr attrs_of_channel_shuffle[] = {
    {"groups", ATTR_INT, offsetof(ChannelShuffleAttrs, groups), 1, 0, NULL},
};

const Op op_channel_shuffle = {
    .family = FAMILY_COPY,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = channel_shuffle_params,
    .param_count = COUNT_OF(channel_shuffle_params),
    .build = channel_shuffle_build,
    .attrs = attrs_of_channel_shuffle,
    .attr_count = COUNT_OF(attrs_of_channel_shuffle),
    .attr_bytes = sizeof(ChannelShuffleAttrs),
    .type = channel_shuffle_type,
    .reference = channel_shuffle_reference,
    .reach = reach_channels,
    .copy = channel_shuffle_copy,
    .tolerance = 0,
    .source = "Zhang et al. 2017, ShuffleNet",
};
