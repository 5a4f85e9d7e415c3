/* common.c - what is computed twice is computed once: nodes of the same operation, attributes and inputs become one.
 *
 * The later one goes, and with it its label; weights are the same node already when they have the same path.
 */
#include "ir/text.h"
#include "ops/op.h"
#include "pass/pass.h"
#include "support/hash.h"

typedef struct Seen {
    const char *key; /* NULL: the slot is empty */
    NodeId node;     /* of the new graph */
} Seen;

typedef struct SeenTable {
    Seen *slots;
    uint32_t mask;
} SeenTable;

/* Everything a value depends on; NULL for what is never the same: inputs, loaded weights, and what is sent to a place
 * of the caller's. */
static const char *value_key(const Rewrite *rewrite, const Node *node)
{
    const Graph *graph = rewrite->from;
    const Constant *constant = node->op == OP_const ? graph_constant(graph, node) : NULL;
    if (node->device == DEVICE_HOST || (constant && constant->kind == CONSTANT_LOADED))
        return NULL;
    Buf key = {0};
    buf_printf(&key, "%s %d ", op_name(node->op), node->device);
    if (constant) {
        buf_bytes(&key, "#", 1);
        for (int64_t i = 0; i < shape_count(&constant->shape); i++) {
            uint32_t bits;
            memcpy(&bits, &constant->data[i], sizeof bits);
            buf_printf(&key, "%08x", bits);
        }
    } else {
        graph_print_attributes(&key, node);
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        buf_printf(&key, " %u", rewrite->map[graph_input(graph, node, i).index].index);
    buf_puts(&key, " ");
    type_print(&key, &node->type);
    const char *text = arena_strdup(rewrite->to->arena, buf_text(&key));
    buf_free(&key);
    return text;
}

/* The slot of the key, or the empty one where it belongs. */
static Seen *find_slot(const SeenTable *table, const char *key)
{
    uint32_t slot = (uint32_t)fnv1a64(FNV_START, key, strlen(key)) & table->mask;
    while (table->slots[slot].key && strcmp(table->slots[slot].key, key) != 0)
        slot = (slot + 1) & table->mask;
    return &table->slots[slot];
}

Graph *pass_common(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    SeenTable table = {.mask = 63};
    while (table.mask < 2 * graph->nodes.count)
        table.mask = 2 * table.mask + 1;
    table.slots = NEW_ARRAY(graph->arena, Seen, (size_t)table.mask + 1);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        const char *key = value_key(&rewrite, node);
        Seen *seen = key ? find_slot(&table, key) : NULL;
        if (seen && seen->key) {
            rewrite.map[i] = seen->node;
            const Op *row = op_row(node->op);
            if (node->op != OP_const)
                explain_done(context->explain, node,
                             (Saving){.bytes = type_bytes(&node->type), .macs = row->macs ? row->macs(graph, node) : 0},
                             "not computed again: the same was computed before");
            continue;
        }
        NodeId copy = rewrite_copy(&rewrite, (NodeId){i});
        if (seen)
            *seen = (Seen){key, copy};
    }
    return graph_without_dead(rewrite_end(&rewrite));
}
