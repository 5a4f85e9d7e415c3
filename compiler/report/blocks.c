/* blocks.c - the tree of labelled blocks, from what each node says of those around it (see blocks.h). */
#include "report/blocks.h"
#include "ops/op.h"
#include "report/repeats.h"

/* The first `length` bytes of two chains of blocks are the same blocks. */
static bool starts_alike(const char *a, const char *b, size_t length)
{
    return strncmp(a, b, length) == 0 && (b[length] == '/' || b[length] == '\0');
}

/* How many bytes of the chain `block` are blocks that `open` is in too: whole ones. */
static size_t common_length(const char *open, const char *block)
{
    size_t common = 0;
    for (size_t end = 0; block[end];) {
        end += strcspn(block + end, "/");
        if (!starts_alike(block, open, end))
            break;
        common = end;
        end += block[end] == '/';
    }
    return common;
}

static uint32_t chain_depth(const char *chain, size_t length)
{
    uint32_t depth = length ? 1 : 0;
    for (size_t i = 0; i < length; i++)
        depth += chain[i] == '/';
    return depth;
}

/* Opens the block that "label:name" says, which ends at a '/' or the text's end. */
static void open_block(Blocks *blocks, Arena *arena, uint32_t parent, const char *text, size_t length)
{
    size_t label = 0;
    while (label < length && text[label] != ':')
        label++;
    Block block = {.parent = parent,
                   .first = blocks->layers.count,
                   .label = arena_strndup(arena, text, label),
                   .name = label < length ? arena_strndup(arena, text + label + 1, length - label - 1) : ""};
    VEC_PUSH(arena, &blocks->at, block);
}

static uint32_t close_block(Blocks *blocks, uint32_t open)
{
    Block *block = &blocks->at.at[open];
    block->end = blocks->layers.count;
    block->after = blocks->at.count;
    return block->parent;
}

/* Goes from the innermost open block, which has the chain `from`, to that of the next layer. */
static uint32_t enter(Blocks *blocks, Arena *arena, uint32_t open, const char *from, const char *to)
{
    size_t common = common_length(from, to);
    for (uint32_t depth = chain_depth(from, strlen(from)); depth > chain_depth(to, common); depth--)
        open = close_block(blocks, open);
    for (const char *at = to + common; *at;) {
        at += *at == '/';
        size_t length = strcspn(at, "/");
        open_block(blocks, arena, open, at, length);
        open = blocks->at.count - 1;
        at += length;
    }
    return open;
}

static void build_tree(Blocks *blocks, Arena *arena, const Graph *graph)
{
    const char *chain = "";
    uint32_t open = 0;
    open_block(blocks, arena, 0, "", 0);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        blocks->layer_of[i] = UINT32_MAX;
        if (op_row(node->op)->family == FAMILY_SOURCE)
            continue;
        if (node->block != chain)
            open = enter(blocks, arena, open, chain, node->block);
        chain = node->block;
        uint32_t layer = blocks->layers.count;
        blocks->layer_of[i] = layer;
        blocks->block_of[layer] = open;
        blocks->stands_for[layer] = layer;
        blocks->repeat_of[layer] = REPEAT_NONE;
        VEC_PUSH(arena, &blocks->layers, (NodeId){i});
    }
    for (; open; open = blocks->at.at[open].parent)
        close_block(blocks, open);
    close_block(blocks, 0);
}

Blocks blocks_find(Arena *arena, const Graph *graph, bool fold)
{
    Blocks blocks = {.block_of = NEW_ARRAY(arena, uint32_t, graph->nodes.count),
                     .stands_for = NEW_ARRAY(arena, uint32_t, graph->nodes.count),
                     .repeat_of = NEW_ARRAY(arena, uint32_t, graph->nodes.count),
                     .layer_of = NEW_ARRAY(arena, uint32_t, graph->nodes.count)};
    build_tree(&blocks, arena, graph);
    if (fold)
        repeats_find(&blocks, arena, graph);
    return blocks;
}

uint32_t blocks_last(const Blocks *blocks, uint32_t layer)
{
    for (uint32_t r = blocks->repeat_of[layer]; r != REPEAT_NONE; r = blocks->repeats.at[r].around)
        layer += blocks->repeats.at[r].length * (blocks->repeats.at[r].count - 1);
    return layer;
}
