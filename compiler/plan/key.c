/* key.c - the text by which equal kernels are found: conv stride=[1, 1] ... f32[1, 6, 14, 14] ... | relu | f32[...] */
#include "plan/key.h"
#include "ir/text.h"

static void print_node(Buf *key, const Graph *graph, const Node *node)
{
    buf_puts(key, op_name(node->op));
    graph_print_attributes(key, node);
    for (uint32_t i = 0; i < node->input_count; i++) {
        const Node *input = graph_input_node(graph, node, i);
        buf_puts(key, " ");
        if (graph_is_running(graph, node, i))
            buf_puts(key, "v");
        else if (input->op == OP_const && input->type.shape.rank == 0)
            buf_printf(key, "%.9g", (double)graph_constant(graph, input)->data[0]);
        else
            type_print(key, &input->type);
    }
    buf_puts(key, " | ");
}

const char *kernel_key(Arena *arena, const Graph *graph, const Kernel *kernel)
{
    Buf key = {0};
    print_node(&key, graph, graph_node(graph, kernel->leader));
    for (uint32_t i = 0; i < kernel->epilogue_count; i++)
        print_node(&key, graph, graph_node(graph, kernel->epilogue[i]));
    type_print(&key, &graph_node(graph, kernel->result)->type);
    for (uint32_t i = 0; kernel->written_count > 1 && i < kernel->written_count; i++) {
        buf_puts(&key, " / ");
        type_print(&key, &graph_node(graph, kernel->written[i])->type);
    }
    buf_printf(&key, " %d.%d ", (int)kernel->form.activations, kernel->form.channel_block);
    tiling_print(&key, graph, kernel);
    if (kernel->rows.some)
        buf_printf(&key, " rows %lld, %lld", (long long)kernel->rows.x_held, (long long)kernel->rows.y_held);
    if (kernel->in_place != NOT_IN_PLACE)
        buf_printf(&key, " in place of %u", kernel->in_place);
    const char *text = arena_strdup(arena, buf_text(&key));
    buf_free(&key);
    return text;
}
