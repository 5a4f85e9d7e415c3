/* fold.c - the layers of a deep net as few rows (see fold.h).
 *
 * Node.block is "layer1.0:bottleneck/branch:stem", outermost first. Folded at depth 1, all layers whose blocks begin
 * with layer1.0:bottleneck are one row; at depth 2, those that share both.
 */
#include "report/fold.h"

/* A row before runs are joined: layers first .. first + count - 1. */
typedef struct Group {
    uint32_t first, count;
    size_t block; /* how much of Node.block they share; 0: a layer of its own */
} Group;

typedef VEC(Group) Groups;

typedef struct Folding {
    Arena *arena;
    const Graph *net;
    const Layers *layers;
} Folding;

static const Node *node_at(const Folding *folding, uint32_t row)
{
    return graph_node(folding->net, folding->layers->rows.at[row].node);
}

static int block_depth(const char *block)
{
    int depth = block[0] != '\0';
    for (; *block; block++)
        depth += *block == '/';
    return depth;
}

/* The length of the first `depth` blocks; 0: there are fewer. */
static size_t block_prefix(const char *block, int depth)
{
    const char *at = block;
    for (int d = 0; *at && d < depth; d++) {
        at += d ? 1 : 0;
        at += strcspn(at, "/");
        if (d + 1 < depth && !*at)
            return 0;
    }
    return (size_t)(at - block);
}

static Groups group_layers(const Folding *folding, int depth)
{
    Groups groups = {0};
    for (uint32_t i = 0; i < folding->layers->rows.count; i++) {
        const char *block = node_at(folding, i)->block;
        size_t length = depth ? block_prefix(block, depth) : 0;
        Group *last = groups.count ? &groups.at[groups.count - 1] : NULL;
        if (length && last && last->block == length &&
            strncmp(node_at(folding, last->first)->block, block, length) == 0)
            last->count++;
        else
            VEC_PUSH(folding->arena, &groups, (Group){i, 1, length});
    }
    return groups;
}

/* The name of what was called: behind the last ':'. */
static const char *group_op(const Folding *folding, const Group *group)
{
    const Node *node = node_at(folding, group->first);
    if (!group->block)
        return op_name(node->op);
    const char *block = arena_strndup(folding->arena, node->block, group->block);
    return strrchr(block, ':') + 1;
}

static const char *group_label(const Folding *folding, const Group *group)
{
    const Node *node = node_at(folding, group->first);
    if (!group->block)
        return node->path;
    char *label = arena_alloc(folding->arena, group->block + 1), *to = label;
    bool name = true;
    for (const char *at = node->block; at < node->block + group->block; at++) {
        if (*at == '/')
            *to++ = '.';
        name = *at == '/' || (name && *at != ':');
        if (name && *at != '/')
            *to++ = *at;
    }
    return label;
}

/* The blocks around the innermost of a group's. */
static size_t outer_length(const Folding *folding, const Group *group)
{
    const char *block = node_at(folding, group->first)->block;
    size_t length = group->block;
    while (length && block[length] != '/')
        length--;
    return length;
}

static bool same_outer(const Folding *folding, const Group *a, const Group *b)
{
    size_t length = outer_length(folding, a);
    return length == outer_length(folding, b) &&
           strncmp(node_at(folding, a->first)->block, node_at(folding, b->first)->block, length) == 0;
}

/* Blocks are alike when each of their layers has the same operation, result and numbers. */
static bool groups_alike(const Folding *folding, const Group *a, const Group *b)
{
    if (!a->block || !b->block || a->count != b->count || !same_outer(folding, a, b) ||
        strcmp(group_op(folding, a), group_op(folding, b)) != 0)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const Layer *x = &folding->layers->rows.at[a->first + i], *y = &folding->layers->rows.at[b->first + i];
        const Node *left = graph_node(folding->net, x->node), *right = graph_node(folding->net, y->node);
        if (left->op != right->op || !shape_equal(&left->type.shape, &right->type.shape) ||
            x->parameters != y->parameters || x->macs != y->macs)
            return false;
    }
    return true;
}

/* "layer3.1 .. 35": what both labels begin with is said once. */
static const char *run_label(const Folding *folding, const char *first, const char *last)
{
    const char *dot = strrchr(first, '.');
    size_t common = dot ? (size_t)(dot - first) + 1 : 0;
    return arena_printf(folding->arena, "%s .. %s", first, strncmp(first, last, common) ? last : last + common);
}

static FoldedRow folded_row(const Folding *folding, const Group *groups, uint32_t count)
{
    const Group *last = &groups[count - 1];
    FoldedRow row = {.label = group_label(folding, groups), .op = group_op(folding, groups)};
    if (count > 1) {
        row.label = run_label(folding, row.label, group_label(folding, last));
        row.op = arena_printf(folding->arena, "%s x%u", row.op, count);
    }
    for (uint32_t i = groups->first; i < last->first + last->count; i++) {
        const Layer *layer = &folding->layers->rows.at[i];
        row.count++;
        row.last = layer;
        row.parameters += layer->parameters;
        row.macs = count_sum(row.macs, layer->macs);
        row.bytes = count_sum(row.bytes, layer->bytes);
        row.weights += layer->weights;
        row.dense_weights = count_sum(row.dense_weights, layer->dense_weights);
    }
    return row;
}

static FoldedRows fold_at(const Folding *folding, int depth)
{
    FoldedRows rows = {0};
    Groups groups = group_layers(folding, depth);
    for (uint32_t i = 0, run; i < groups.count; i += run) {
        for (run = 1; i + run < groups.count && groups_alike(folding, &groups.at[i], &groups.at[i + run]);)
            run++;
        VEC_PUSH(folding->arena, &rows, folded_row(folding, &groups.at[i], run));
    }
    return rows;
}

FoldedRows fold_layers(Arena *arena, const Graph *net, const Layers *layers, bool unfold)
{
    Folding folding = {arena, net, layers};
    int deepest = 0;
    for (uint32_t i = 0; i < layers->rows.count; i++)
        deepest = MAX(deepest, block_depth(node_at(&folding, i)->block));
    if (unfold || layers->rows.count <= FOLD_PAGE || deepest == 0)
        return fold_at(&folding, 0);
    for (int depth = deepest; depth > 1; depth--) {
        FoldedRows rows = fold_at(&folding, depth);
        if (rows.count <= FOLD_PAGE)
            return rows;
    }
    return fold_at(&folding, 1);
}
