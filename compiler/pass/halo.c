/* halo.c - halos of values, equal for all that stands in one buffer (see halo.h). */
#include "pass/halo.h"
#include "ops/concat.h"
#include "ops/op.h"
#include "ops/part.h"

enum { PAGE = 4096 };

Layout halo_of_conv(const Graph *graph, const Node *conv, const ConvForm *form)
{
    Layout layout = {.kind = form->reads, .block = form->reads == LAYOUT_BLOCKED ? form->channel_block : 0};
    op_row(conv->op)->halo(graph, conv, layout.halo);
    return layout;
}

/* ---- what stands in one buffer ---- */

static uint32_t group_of(uint32_t *groups, uint32_t i)
{
    while (groups[i] != i)
        i = groups[i] = groups[groups[i]];
    return i;
}

static int32_t block_of(const int32_t *stored, uint32_t i)
{
    return stored ? stored[i] : 0;
}

/* For each value one of those with which it has to agree on a halo, the same for all of these. What is stored otherwise
 * than the whole is copied, and has a halo of its own. */
static uint32_t *find_groups(const Graph *graph, const int32_t *stored)
{
    uint32_t *groups = NEW_ARRAY(graph->arena, uint32_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        groups[i] = i;
        uint32_t inside =
            node->op == OP_join ? node->input_count : !node_is_piece(node) && part_is_channels(graph, node);
        for (uint32_t k = 0; k < inside; k++) {
            uint32_t input = graph_input(graph, node, k).index;
            if (block_of(stored, input) == block_of(stored, i))
                groups[group_of(groups, input)] = i;
        }
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        groups[i] = group_of(groups, i);
    return groups;
}

bool *halo_allowed(const Graph *graph)
{
    bool *allowed = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        Family family = op_row(node->op)->family;
        bool view = family == FAMILY_VIEW && !part_is_channels(graph, node);
        allowed[i] = family != FAMILY_SOURCE && family != FAMILY_TRANSFER && !view && node->type.shape.rank == 4;
        if (node->op == OP_join && ((const ConcatAttrs *)node->attrs)->axis > 1)
            allowed[i] = false; /* it would stand between what is joined */
        uint32_t first = view ? 0 : is_convolution(node->op) ? 1 : node->input_count;
        for (uint32_t j = first; j < node->input_count; j++)
            allowed[graph_input(graph, node, j).index] = false;
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        allowed[graph->outputs.at[i].node.index] = false;
    const uint32_t *groups = find_groups(graph, NULL);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        allowed[groups[i]] &= allowed[i];
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        allowed[i] = allowed[groups[i]];
    return allowed;
}

void halo_widen(Layout *layout, const Layout *other)
{
    for (int side = 0; side < HALO_SIDES; side++)
        layout->halo[side] = MAX(layout->halo[side], other->halo[side]);
}

/* Channels that lie whole pages apart fall into the same few sets of the first cache, where they push each other out:
 * 28 x 28 with a halo of 2 is 4096 bytes. One more row below keeps them apart. */
static void keep_off_pages(const Graph *graph, Layout *wanted)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        if (!layout_has_halo(&wanted[i]) || wanted[i].kind == LAYOUT_BLOCKED)
            continue;
        const Type *type = &graph->nodes.at[i].type;
        const Shape channel = SHAPE(1, 1, type->shape.dim[2], type->shape.dim[3]);
        if (layout_count(&wanted[i], &channel) * dtype_bytes(type->dtype) % PAGE == 0)
            wanted[i].halo[HALO_BOTTOM]++;
    }
}

/* Whether a halo may stand around each value as it is stored: in blocks around any that is not sent; of a plain part of
 * what is stored in blocks none, for it is a part of a copy. */
static bool *find_allowed(const Graph *graph, const bool *plain, const int32_t *stored, const uint32_t *groups)
{
    bool *allowed = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        allowed[i] = block_of(stored, i) || plain[i];
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (node->op == OP_transfer)
            allowed[groups[i]] = false;
        if (node->op == OP_part && block_of(stored, i) != block_of(stored, graph_input(graph, node, 0).index))
            allowed[groups[i]] = false;
    }
    return allowed;
}

Layout *halo_wanted(const Graph *graph, const ConvForm *forms, const bool *allowed, const int32_t *stored)
{
    Layout *wanted = NEW_ARRAY(graph->arena, Layout, graph->nodes.count);
    const bool *written = graph_stored_known(graph->arena, graph);
    const uint32_t *groups = find_groups(graph, stored);
    const bool *free = find_allowed(graph, allowed, stored, groups);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!is_convolution(node->op) || written[i])
            continue;
        uint32_t input = graph_input(graph, node, 0).index;
        Layout layout = halo_of_conv(graph, node, &forms[i]);
        if (layout.block == block_of(stored, input) && free[groups[input]])
            halo_widen(&wanted[groups[input]], &layout);
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        wanted[i] = wanted[groups[i]];
        wanted[i].block = block_of(stored, i);
        wanted[i].kind = wanted[i].block ? LAYOUT_BLOCKED : LAYOUT_PLAIN;
    }
    keep_off_pages(graph, wanted);
    return wanted;
}
