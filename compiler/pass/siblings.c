/* siblings.c - 1x1 convolutions that read the same value become one.
 *
 *   %3 = conv(%0, %1, %2)    1x1, 96 maps          %9  = conv(%0, W, b)    1x1, 112 maps: weights one behind the other
 *   %4 = relu(%3)                                  %10 = relu(%9)
 *   %7 = conv(%0, %5, %6)    1x1, 16 maps    ->    %11 = part(%10) of 96 maps
 *   %8 = relu(%7)                                  %12 = part(%10) of 16 maps
 *
 * Its kernel reads the value once. What each is followed by, element by element, moves in front of the parts, so that
 * it is still computed in the kernel. In a batch of 1 some channels of a value are a view of it, a part.
 *
 * A part must not cost a copy: copying is a kernel that only moves bytes, while a value that is read again comes from
 * the cache and hides behind the multiply-adds. So those stay alone
 *   - whose result goes straight into a concat, but for one of them (the 1x1 branch of an Inception module): a kernel
 *     writes its first maps to one place and the others to another (pieces.c), and to no third one;
 *   - whose result is an output of the net, or is viewed or copied in parts: then no padded convolution could read
 *     another part in place;
 *   - that are followed by something that could no longer be computed in their kernel.
 */
#include "emit/kernel.h"
#include "ir/text.h"
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/part.h"
#include "pass/known.h"

/* A 1x1 convolution of the old graph. */
typedef struct Sibling {
    NodeId x, conv, last; /* last: of the element-wise layers that go with it, or itself */
    const char *key;      /* equal for those that can become one: stride and what follows */
    bool joined;          /* only a concat reads the result */
    bool words;           /* what follows has vector words */
    const char *why;      /* it stays alone; NULL: it need not */
} Sibling;

typedef VEC(Sibling) Siblings;

/* Who reads a value of the old graph, and how. */
typedef struct Readers {
    const uint32_t *uses; /* outputs included */
    NodeId *last;         /* one that reads it */
    bool *output, *joined, *moved;
} Readers;

typedef struct Merging {
    Rewrite rewrite;
    Explain *explain;
    const Target *target;
    const bool *known;
    Readers readers;
    bool *early;        /* what the weights of merged ones are made of */
    uint32_t copied;    /* nodes before that are copied when they are early */
    Sibling **group_of; /* of the first of a group, its siblings; else NULL */
    uint32_t *group_size;
    bool *gone;       /* merged, so that they are not copied */
    const char **why; /* those that have siblings stay alone */
} Merging;

/* ---- who can be merged ---- */

static Readers find_readers(const Graph *graph)
{
    uint32_t count = graph->nodes.count;
    Readers readers = {.uses = graph_uses(graph->arena, graph),
                       .last = NEW_ARRAY(graph->arena, NodeId, count),
                       .output = NEW_ARRAY(graph->arena, bool, count),
                       .joined = NEW_ARRAY(graph->arena, bool, count),
                       .moved = NEW_ARRAY(graph->arena, bool, count)};
    for (uint32_t i = 0; i < count; i++)
        readers.last[i] = NODE_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const Node *node = &graph->nodes.at[i];
        Family family = op_row(node->op)->family;
        for (uint32_t k = 0; k < node->input_count; k++) {
            uint32_t input = graph_input(graph, node, k).index;
            readers.last[input] = (NodeId){i};
            readers.joined[input] |= node->op == OP_concat;
            readers.moved[input] |= family == FAMILY_VIEW || family == FAMILY_COPY || family == FAMILY_PAD ||
                                    (is_convolution(node->op) && k > 0);
        }
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        readers.output[graph->outputs.at[i].node.index] = true;
    return readers;
}

static bool is_pointwise(const Merging *m, NodeId id)
{
    const Graph *graph = m->rewrite.from;
    const Node *node = graph_node(graph, id);
    if (node->op != OP_conv || m->known[id.index])
        return false;
    const ConvAttrs *attrs = node->attrs;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    bool pads = attrs->pad[HALO_TOP] || attrs->pad[HALO_LEFT] || attrs->pad[HALO_BOTTOM] || attrs->pad[HALO_RIGHT];
    bool known = true;
    for (uint32_t i = 1; i < node->input_count; i++)
        known &= m->known[graph_input(graph, node, i).index];
    return weight->dim[2] == 1 && weight->dim[3] == 1 && attrs->groups == 1 && !pads && known;
}

/* The reader of a value, when there is no other and it works element by element. */
static const Node *element_wise_reader(const Merging *m, NodeId id)
{
    NodeId reader = m->readers.last[id.index];
    if (m->readers.uses[id.index] != 1 || node_is_none(reader))
        return NULL;
    const Node *node = graph_node(m->rewrite.from, reader);
    return op_row(node->op)->family == FAMILY_MAP ? node : NULL;
}

static const char *why_alone(const Merging *m, const Sibling *sibling)
{
    const Readers *readers = &m->readers;
    uint32_t last = sibling->last.index;
    const Node *conv = graph_node(m->rewrite.from, sibling->conv), *next = element_wise_reader(m, sibling->last);
    if (conv->type.shape.dim[0] > 1)
        return "in a batch, its part of one product would be a copy";
    if (next)
        return arena_printf(m->rewrite.to->arena, "%s could not be computed in the kernel of one product",
                            op_name(next->op));
    if (readers->output[last])
        return "its result is an output of the net";
    if (readers->joined[last] && readers->uses[last] > 1)
        return "its result goes into a concat and elsewhere: a part of one product would be copied there";
    return readers->moved[last] ? "its result is viewed or copied in parts" : NULL;
}

static Sibling sibling_of(const Merging *m, NodeId conv)
{
    const Graph *graph = m->rewrite.from;
    const ConvAttrs *attrs = graph_node(graph, conv)->attrs;
    Sibling sibling = {
        .x = graph_input(graph, graph_node(graph, conv), CONV_X), .conv = conv, .last = conv, .words = true};
    Buf key = {0};
    buf_printf(&key, "%lld %lld", (long long)attrs->stride[0], (long long)attrs->stride[1]);
    for (const Node *next; (next = element_wise_reader(m, sibling.last)) && next->input_count == 1;) {
        sibling.last = m->readers.last[sibling.last.index];
        sibling.words &= body_is_vector(m->rewrite.to->arena, next);
        buf_printf(&key, " %s", op_name(next->op));
        graph_print_attributes(&key, next);
    }
    sibling.key = arena_strdup(m->rewrite.to->arena, buf_text(&key));
    buf_free(&key);
    sibling.why = why_alone(m, &sibling);
    sibling.joined = m->readers.joined[sibling.last.index];
    return sibling;
}

/* By what they read; then those that can be merged first, by key, and of these the ones that a concat reads; each in
 * the order of the graph. */
static int compare_siblings(const void *left, const void *right)
{
    const Sibling *a = left, *b = right;
    if (!node_same(a->x, b->x))
        return a->x.index < b->x.index ? -1 : 1;
    if (!a->why != !b->why)
        return a->why ? 1 : -1;
    int keys = strcmp(a->key, b->key);
    if (!keys && a->joined != b->joined)
        return a->joined ? -1 : 1;
    return keys ? keys : (a->conv.index > b->conv.index) - (a->conv.index < b->conv.index);
}

/* Whether the maps of all of them are not too many for one value. */
static bool fit_together(const Graph *graph, const Sibling *siblings, uint32_t count)
{
    Shape shape = graph_node(graph, siblings->conv)->type.shape, weight = {.rank = 2};
    shape.dim[1] = 0;
    for (uint32_t i = 0; i < count; i++)
        shape.dim[1] += graph_node(graph, siblings[i].conv)->type.shape.dim[1];
    weight.dim[0] = shape.dim[1];
    weight.dim[1] = graph_node(graph, siblings->x)->type.shape.dim[1];
    return shape_fits(&shape) && shape_fits(&weight);
}

static void mark_group(Merging *m, Sibling *siblings, uint32_t count)
{
    const Graph *graph = m->rewrite.from;
    uint32_t earliest = siblings->conv.index;
    for (uint32_t i = 1; i < count; i++)
        earliest = MIN(earliest, siblings[i].conv.index);
    m->group_of[earliest] = siblings;
    m->group_size[earliest] = count;
    for (uint32_t i = 0; i < count; i++) {
        const Node *conv = graph_node(graph, siblings[i].conv);
        for (uint32_t k = 1; k < conv->input_count; k++)
            m->early[graph_input(graph, conv, k).index] = true;
        for (NodeId at = siblings[i].conv;; at = m->readers.last[at.index]) {
            m->gone[at.index] = true;
            if (node_same(at, siblings[i].last))
                break;
        }
    }
}

/* Why the first of a group, which a concat reads, cannot be written there by one product of all; NULL: it can. */
static const char *why_not_joined(const Merging *m, const Sibling *siblings, uint32_t count)
{
    const Graph *graph = m->rewrite.from;
    Arena *arena = m->rewrite.to->arena;
    Node product = *graph_node(graph, siblings->conv);
    int64_t maps = product.type.shape.dim[1];
    for (uint32_t i = 1; i < count; i++)
        product.type.shape.dim[1] += graph_node(graph, siblings[i].conv)->type.shape.dim[1];
    ConvForm form = target_conv_form(m->target, graph, &product, siblings->words);
    const char *why = why_not_in_pieces(arena, &form, maps);
    return why ? arena_printf(arena, "its result goes straight into a concat, but of one product %s", why) : NULL;
}

/* Of those with one key, which need not stay alone, concats read the first few: the last of these may be part of the
 * product, and it is said of the others why not. How many stay alone. */
static uint32_t leave_joined(const Merging *m, Sibling *siblings, uint32_t count)
{
    uint32_t joined = 0;
    while (joined < count && siblings[joined].joined)
        joined++;
    if (joined == 0 || count == 1)
        return 0;
    Sibling *last = &siblings[joined - 1];
    last->why = joined == count ? "all that read the same go straight into concats, where parts would be copied"
                                : why_not_joined(m, last, count - joined + 1);
    for (uint32_t i = 0; i + 1 < joined; i++)
        siblings[i].why =
            last->why ? last->why : "its result goes straight into a concat, and so does another one's in the product";
    return last->why ? joined : joined - 1;
}

/* Why those of one key that need not stay alone, `alike` of which `left` no concat takes, are no product. */
static const char *why_no_product(uint32_t alike, uint32_t left)
{
    if (left > 1)
        return "one product of all of them would have too many maps";
    if (alike > 1)
        return "the others that could be of one product with it go into concats";
    return "none of the others that read the same has its stride and is followed by the same";
}

/* Groups among those that read the same value, `able` of which need not stay alone. */
static void find_groups(Merging *m, Sibling *siblings, uint32_t count)
{
    uint32_t able = 0;
    while (able < count && !siblings[able].why)
        able++;
    for (uint32_t begin = 0, end; begin < able; begin = end) {
        for (end = begin + 1; end < able && strcmp(siblings[end].key, siblings[begin].key) == 0;)
            end++;
        uint32_t first = begin + leave_joined(m, siblings + begin, end - begin);
        if (end - first > 1 && fit_together(m->rewrite.from, siblings + first, end - first))
            mark_group(m, siblings + first, end - first);
        for (uint32_t i = first; i < end && able > 1 && !m->gone[siblings[i].conv.index]; i++)
            siblings[i].why = why_no_product(end - begin, end - first);
    }
    for (uint32_t i = 0; count > 1 && i < count; i++)
        m->why[siblings[i].conv.index] = siblings[i].why;
}

static void find_siblings(Merging *m)
{
    const Graph *graph = m->rewrite.from;
    Siblings all = {0};
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (is_pointwise(m, (NodeId){i}))
            VEC_PUSH(graph->arena, &all, sibling_of(m, (NodeId){i}));
    if (all.count)
        qsort(all.at, all.count, sizeof *all.at, compare_siblings);
    for (uint32_t begin = 0, end; begin < all.count; begin = end) {
        for (end = begin + 1; end < all.count && node_same(all.at[end].x, all.at[begin].x);)
            end++;
        find_groups(m, all.at + begin, end - begin);
    }
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        for (uint32_t k = 0; m->early[i] && k < node->input_count; k++)
            m->early[graph_input(graph, node, k).index] = true;
    }
}

/* ---- the one convolution ---- */

/* Copies what the weights of a group are made of, some of which stand behind its first convolution. */
static void copy_weights(Merging *m, const Sibling *siblings, uint32_t count)
{
    const Graph *graph = m->rewrite.from;
    for (uint32_t i = 0; i < count; i++) {
        const Node *conv = graph_node(graph, siblings[i].conv);
        for (uint32_t k = 1; k < conv->input_count; k++)
            for (; m->copied <= graph_input(graph, conv, k).index; m->copied++)
                if (m->early[m->copied] && node_is_none(m->rewrite.map[m->copied]))
                    rewrite_copy(&m->rewrite, (NodeId){m->copied});
    }
}

/* Input k of all of them, one behind the other: [maps] or [maps, inputs]; missing biases are zeros. */
static NodeId joined_input(Merging *m, const Sibling *siblings, uint32_t count, uint32_t k, const Node *like)
{
    Rewrite *rewrite = &m->rewrite;
    NodeId *parts = NEW_ARRAY(rewrite->to->arena, NodeId, count);
    ConcatAttrs attrs = {.axis = 1};
    for (uint32_t i = 0; i < count; i++) {
        const Node *conv = graph_node(rewrite->from, siblings[i].conv);
        int64_t maps = conv->type.shape.dim[1];
        NodeId part = k < conv->input_count ? rewrite->map[graph_input(rewrite->from, conv, k).index]
                                            : known_zeros(rewrite, maps, like);
        int64_t length = shape_count(&graph_node(rewrite->to, part)->type.shape) / maps;
        parts[i] = known_reshape(rewrite, part, SHAPE(1, maps, length), like);
    }
    return known_add(rewrite, OP_concat, parts, count, &attrs, like);
}

/* "stage1.reduce3x3" and "stage1.reduce5x5" become "stage1.reduce3x3_reduce5x5"; of many only the first two stand
 * there. */
static const char *merged_path(const Merging *m, const Sibling *siblings, uint32_t count)
{
    const Graph *graph = m->rewrite.from;
    const char *first = graph_node(graph, siblings[0].conv)->path;
    const char *second = count > 1 ? graph_node(graph, siblings[1].conv)->path : "";
    const char *dot = strrchr(second, '.');
    if (!first[0] || !second[0])
        return first;
    return arena_printf(m->rewrite.to->arena, "%s_%s", first, dot ? dot + 1 : second);
}

static NodeId merged_conv(Merging *m, const Sibling *siblings, uint32_t count)
{
    Rewrite *rewrite = &m->rewrite;
    Node like = *graph_node(rewrite->from, siblings->conv);
    int64_t inputs = graph_node(rewrite->from, siblings->x)->type.shape.dim[1], maps = 0;
    bool biased = false;
    for (uint32_t i = 0; i < count; i++) {
        const Node *conv = graph_node(rewrite->from, siblings[i].conv);
        maps += conv->type.shape.dim[1];
        biased |= conv->input_count > CONV_BIAS;
    }
    like.path = merged_path(m, siblings, count);
    NodeId weight = joined_input(m, siblings, count, CONV_WEIGHT, &like), bias = NODE_NONE;
    weight = known_reshape(rewrite, weight, SHAPE(maps, inputs, 1, 1), &like);
    if (like.path[0])
        known_named(rewrite, weight, arena_printf(rewrite->to->arena, "%s.weight", like.path));
    if (biased) {
        bias = joined_input(m, siblings, count, CONV_BIAS, &like);
        bias = known_bias_named(rewrite, known_reshape(rewrite, bias, SHAPE(maps), &like), &like);
    }
    return layer_with(rewrite, &like, like.attrs, rewrite->map[siblings->x.index], weight, bias);
}

/* So many channels of a value, from one on. */
static NodeId add_part(Rewrite *rewrite, NodeId value, int64_t first, int64_t maps, const Node *like)
{
    const Shape *shape = &graph_node(rewrite->to, value)->type.shape;
    PartAttrs attrs = {.first = first * shape->dim[2] * shape->dim[3], .rank = shape->rank};
    memcpy(attrs.dims, shape->dim, sizeof attrs.dims);
    attrs.dims[1] = maps;
    return rewrite_add(rewrite, OP_part, &value, 1, &attrs, like);
}

static void merge(Merging *m, const Sibling *siblings, uint32_t count)
{
    Rewrite *rewrite = &m->rewrite;
    const Graph *from = rewrite->from;
    copy_weights(m, siblings, count);
    NodeId value = merged_conv(m, siblings, count);
    for (NodeId at = siblings->conv; !node_same(at, siblings->last);) {
        at = m->readers.last[at.index];
        value = rewrite_add(rewrite, graph_node(from, at)->op, &value, 1, graph_node(from, at)->attrs,
                            graph_node(from, at));
    }
    int64_t first = 0;
    for (uint32_t i = 0; i < count; i++) {
        const Node *conv = graph_node(from, siblings[i].conv);
        rewrite->map[siblings[i].last.index] = add_part(rewrite, value, first, conv->type.shape.dim[1], conv);
        first += conv->type.shape.dim[1];
        if (i == 0 && siblings->joined) {
            Node others = *graph_node(from, siblings[1].conv);
            others.path = merged_path(m, siblings + 1, count - 1);
            value = add_part(rewrite, value, first, graph_node(rewrite->to, value)->type.shape.dim[1] - first, &others);
            first = 0;
        }
        Saving saving = {.bytes = i ? type_bytes(&graph_node(from, siblings[i].x)->type) : 0};
        explain_done(m->explain, conv, saving, "one product of %u that read the same", count);
    }
}

Graph *pass_siblings(const Graph *graph, const PassContext *context)
{
    uint32_t count = graph->nodes.count;
    Merging m = {.rewrite = rewrite_begin(graph),
                 .explain = context->explain,
                 .target = context->target,
                 .known = graph_known(graph->arena, graph),
                 .readers = find_readers(graph),
                 .early = NEW_ARRAY(graph->arena, bool, count),
                 .group_of = NEW_ARRAY(graph->arena, Sibling *, count),
                 .group_size = NEW_ARRAY(graph->arena, uint32_t, count),
                 .gone = NEW_ARRAY(graph->arena, bool, count),
                 .why = NEW_ARRAY(graph->arena, const char *, count)};
    find_siblings(&m);
    for (uint32_t i = 0; i < count; i++) {
        if (m.why[i])
            explain_left(m.explain, &graph->nodes.at[i], "%s", m.why[i]);
        if (m.group_of[i])
            merge(&m, m.group_of[i], m.group_size[i]);
        else if (!m.gone[i] && node_is_none(m.rewrite.map[i]))
            rewrite_copy(&m.rewrite, (NodeId){i});
    }
    return graph_without_dead(rewrite_end(&m.rewrite));
}
