/* repeats.c - what repeats in a net (see repeats.h).
 *
 * The items of a block are the blocks and the layers directly in it. At each item it is tried how often the next 1, 2,
 * ... items come again; the repeat that leaves out most wins, and inside its first turn the search goes on. Layers
 * alone are no repeat: a row of equal convolutions is drawn as what it is.
 */
#include "report/repeats.h"
#include "ir/text.h"
#include "ops/op.h"
#include "support/hash.h"

enum { MOST_ITEMS = 8 }; /* of one turn */

typedef struct Search {
    Blocks *blocks;
    Arena *arena;
    const Graph *graph;
    const char **looks;    /* of each layer: its operation, attributes and constants as text */
    uint32_t *last_reader; /* the last layer that reads each; UINT32_MAX: an output of the net */
} Search;

/* A block or a layer. */
typedef struct Item {
    uint32_t block; /* UINT32_MAX: a layer */
    uint32_t first, end;
} Item;

typedef VEC(Item) Items;

/* ---- what is known of each layer ---- */

/* The window of a kernel, and the numbers of what is no weight. Channels follow from the layer's shapes. */
static void describe_constant(Buf *buf, const Graph *graph, const Node *node)
{
    const Constant *constant = graph_constant(graph, node);
    buf_printf(buf, " %d", constant->shape.rank);
    for (int d = constant->shape.rank == 4 ? 2 : 0; constant->shape.rank > 2 && d < constant->shape.rank; d++)
        buf_printf(buf, "x%lld", (long long)constant->shape.dim[d]);
    if (constant->kind == CONSTANT_LOADED)
        return;
    int64_t count = constant->kind == CONSTANT_FILL ? 1 : shape_count(&constant->shape);
    uint64_t hash = fnv1a64(FNV_START, constant->data, (size_t)count * sizeof(float));
    buf_printf(buf, "=%016llx", (unsigned long long)hash);
}

static const char *describe(const Search *s, const Node *node)
{
    Buf buf = {0};
    buf_puts(&buf, op_name(node->op));
    graph_print_attributes(&buf, node);
    for (uint32_t i = 0; i < node->input_count; i++)
        if (graph_input_node(s->graph, node, i)->op == OP_const)
            describe_constant(&buf, s->graph, graph_input_node(s->graph, node, i));
    const char *text = arena_strdup(s->arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}

static void look_at_layers(Search *s)
{
    const Graph *graph = s->graph;
    uint32_t count = s->blocks->layers.count;
    s->looks = NEW_ARRAY(s->arena, const char *, count);
    s->last_reader = NEW_ARRAY(s->arena, uint32_t, count);
    for (uint32_t layer = 0; layer < count; layer++) {
        const Node *node = graph_node(graph, s->blocks->layers.at[layer]);
        s->looks[layer] = describe(s, node);
        for (uint32_t i = 0; i < node->input_count; i++) {
            uint32_t read = s->blocks->layer_of[graph_input(graph, node, i).index];
            if (read != UINT32_MAX)
                s->last_reader[read] = layer;
        }
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        uint32_t read = s->blocks->layer_of[graph->outputs.at[i].node.index];
        if (read != UINT32_MAX)
            s->last_reader[read] = UINT32_MAX;
    }
}

/* ---- whether one turn is like the next ---- */

/* Has weights that say how many channels it makes. */
static bool has_kernel(const Graph *graph, const Node *node)
{
    for (uint32_t i = 1; i < node->input_count; i++)
        if (graph_input_node(graph, node, i)->op == OP_const && graph_input_node(graph, node, i)->type.shape.rank > 1)
            return true;
    return false;
}

static bool types_alike(const Graph *graph, const Node *a, const Node *b)
{
    const Shape *x = &a->type.shape, *y = &b->type.shape;
    if (a->type.dtype != b->type.dtype || x->rank != y->rank)
        return false;
    for (int d = 0; d < x->rank; d++)
        if (x->dim[d] != y->dim[d] && (d != 1 || x->rank != 4 || has_kernel(graph, a)))
            return false;
    return true;
}

/* What the next turn reads in place of `read`: the same in a turn later, or the same thing before all turns. The first
 * turn has no turn before it, so that the second may read anything there. */
static bool reads_alike(const Search *s, NodeId read, NodeId later, uint32_t begin, uint32_t length, bool first)
{
    const Node *a = graph_node(s->graph, read), *b = graph_node(s->graph, later);
    if (a->op == OP_const || b->op == OP_const)
        return a->op == b->op;
    uint32_t x = s->blocks->layer_of[read.index], y = s->blocks->layer_of[later.index];
    bool x_inside = x != UINT32_MAX && x >= begin, y_inside = y != UINT32_MAX && y >= begin;
    if (!y_inside)
        return node_same(read, later);
    return x_inside ? y == x + length : first && y < begin + length;
}

/* Layer `a` in a turn of a repeat that begins at `begin`, and the one in the same place of the next turn. */
static bool layers_alike(const Search *s, uint32_t a, uint32_t begin, uint32_t length)
{
    const Graph *graph = s->graph;
    const Node *node = graph_node(graph, s->blocks->layers.at[a]);
    const Node *later = graph_node(graph, s->blocks->layers.at[a + length]);
    if (node->op != later->op || node->input_count != later->input_count ||
        strcmp(s->looks[a], s->looks[a + length]) != 0 || !types_alike(graph, node, later))
        return false;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (!reads_alike(s, graph_input(graph, node, i), graph_input(graph, later, i), begin, length,
                         a < begin + length))
            return false;
    return true;
}

/* Blocks inside blocks have to be the same ones too. */
static bool blocks_alike(const Blocks *blocks, uint32_t a, uint32_t b, uint32_t length)
{
    uint32_t count = blocks->at.at[a].after - a;
    if (count != blocks->at.at[b].after - b)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const Block *x = &blocks->at.at[a + i], *y = &blocks->at.at[b + i];
        if (x->first + length != y->first || x->end + length != y->end || strcmp(x->name, y->name) != 0 ||
            (i > 0 && y->parent - b != x->parent - a))
            return false;
    }
    return true;
}

/* Whether the turn that starts at item `at` is followed by one that is like it, and read by no other. */
static bool turn_comes_again(const Search *s, const Items *items, uint32_t at, uint32_t size, uint32_t begin)
{
    if (at + 2 * size > items->count)
        return false;
    uint32_t first = items->at[at].first, end = items->at[at + size - 1].end, length = end - first;
    if (items->at[at + 2 * size - 1].end - end != length)
        return false;
    for (uint32_t i = at; i < at + size; i++) {
        const Item *item = &items->at[i], *later = &items->at[i + size];
        if ((item->block == UINT32_MAX) != (later->block == UINT32_MAX) || item->first + length != later->first)
            return false;
        if (item->block != UINT32_MAX && !blocks_alike(s->blocks, item->block, later->block, length))
            return false;
    }
    for (uint32_t layer = first; layer < end; layer++)
        if (s->last_reader[layer] >= end + length || !layers_alike(s, layer, begin, length))
            return false;
    return true;
}

/* ---- the search ---- */

static bool has_block(const Items *items, uint32_t at, uint32_t size)
{
    for (uint32_t i = at; i < at + size; i++)
        if (items->at[i].block != UINT32_MAX)
            return true;
    return false;
}

/* The best repeat at an item, and how many items a turn of it has; 0: there is none. */
static uint32_t best_at(const Search *s, const Items *items, uint32_t at, Repeat *best)
{
    uint32_t best_size = 0, best_left_out = 0;
    for (uint32_t size = 1; size <= MOST_ITEMS && at + 2 * size <= items->count; size++) {
        uint32_t first = items->at[at].first, count = 1;
        if (!has_block(items, at, size))
            continue;
        while (turn_comes_again(s, items, at + (count - 1) * size, size, first))
            count++;
        uint32_t length = items->at[at + size - 1].end - first;
        if (length * (count - 1) <= best_left_out)
            continue;
        best_left_out = length * (count - 1);
        best_size = size;
        *best = (Repeat){.first = first, .length = length, .count = count};
    }
    return best_size;
}

static Items items_of(const Search *s, uint32_t block)
{
    const Blocks *blocks = s->blocks;
    const Block *around = &blocks->at.at[block];
    Items items = {0};
    uint32_t next = block + 1;
    for (uint32_t layer = around->first; layer < around->end; layer = items.at[items.count - 1].end) {
        Item item = {.block = UINT32_MAX, .first = layer, .end = layer + 1};
        if (blocks->block_of[layer] != block) {
            item.block = next;
            item.end = blocks->at.at[next].end;
            next = blocks->at.at[next].after;
        }
        VEC_PUSH(s->arena, &items, item);
    }
    return items;
}

static void add_repeat(const Search *s, const Repeat *repeat)
{
    Blocks *blocks = s->blocks;
    uint32_t end = repeat->first + repeat->length;
    for (uint32_t layer = repeat->first; layer < end; layer++)
        blocks->repeat_of[layer] = blocks->repeats.count;
    for (uint32_t layer = end; layer < repeat->first + repeat->length * repeat->count; layer++)
        blocks->stands_for[layer] = layer - repeat->length;
    VEC_PUSH(s->arena, &blocks->repeats, *repeat);
}

static void search(const Search *s, uint32_t block, uint32_t around)
{
    Items items = items_of(s, block);
    for (uint32_t i = 0; i < items.count;) {
        Repeat repeat = {0};
        uint32_t size = best_at(s, &items, i, &repeat), inside = around, turns = 1;
        if (size) {
            repeat.block = block;
            repeat.around = around;
            inside = s->blocks->repeats.count;
            turns = repeat.count;
            add_repeat(s, &repeat);
        }
        for (uint32_t k = 0; k < MAX(size, 1); k++)
            if (items.at[i + k].block != UINT32_MAX)
                search(s, items.at[i + k].block, inside);
        i += MAX(size, 1) * turns;
    }
}

void repeats_find(Blocks *blocks, Arena *arena, const Graph *graph)
{
    Search s = {.blocks = blocks, .arena = arena, .graph = graph};
    look_at_layers(&s);
    search(&s, 0, REPEAT_NONE);
    /* A layer of a later turn points to the turn before it, which was settled earlier. */
    for (uint32_t layer = 0; layer < blocks->layers.count; layer++)
        blocks->stands_for[layer] = blocks->stands_for[blocks->stands_for[layer]];
}
