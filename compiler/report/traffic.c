/* traffic.c - transfers counted by where they go (see traffic.h). */
#include "report/traffic.h"

#include "pass/transfer.h"
#include "report/number.h"
#include "report/table.h"

/* The row of a pair, put in its place when it is new. */
static Traffic *row_of(Arena *arena, TrafficRows *traffic, int32_t from, int32_t to)
{
    uint32_t i = 0;
    while (i < traffic->rows.count &&
           (traffic->rows.at[i].from < from || (traffic->rows.at[i].from == from && traffic->rows.at[i].to < to)))
        i++;
    if (i < traffic->rows.count && traffic->rows.at[i].from == from && traffic->rows.at[i].to == to)
        return &traffic->rows.at[i];
    const Traffic fresh = {.from = from, .to = to};
    VEC_PUSH(arena, &traffic->rows, fresh);
    for (uint32_t k = traffic->rows.count - 1; k > i; k--)
        traffic->rows.at[k] = traffic->rows.at[k - 1];
    traffic->rows.at[i] = fresh;
    return &traffic->rows.at[i];
}

TrafficRows traffic_of(Arena *arena, const Graph *net)
{
    TrafficRows traffic = {0};
    Graph *needed = graph_without_dead(net);
    const uint32_t devices = devices_used(needed);
    if (!(devices & (devices - 1))) /* one, or none */
        return traffic;
    const Graph *placed = graph_with_transfers(needed, NULL);
    for (uint32_t i = 0; i < placed->nodes.count; i++) {
        const Node *node = &placed->nodes.at[i];
        if (node->op != OP_transfer)
            continue;
        Traffic *row = row_of(arena, &traffic, graph_input_node(placed, node, 0)->device, node->device);
        int64_t batch = node->type.shape.rank ? node->type.shape.dim[0] : 1;
        row->transfers++;
        row->numbers += shape_count(&node->type.shape) / batch;
        row->bytes += type_bytes(&node->type) / batch;
    }
    return traffic;
}

const char *device_text(Arena *arena, int32_t device)
{
    return device == DEVICE_HOST ? "the caller" : arena_printf(arena, "device %d", device);
}

void traffic_print(Buf *buf, Arena *arena, const Graph *net)
{
    TrafficRows traffic = traffic_of(arena, net);
    Table table = {.count = 5,
                   .column = {{.title = "from"},
                              {.title = "to"},
                              {"transfers", .right = true},
                              {"numbers", .right = true},
                              {"bytes", .right = true}}};
    int64_t between = 0;
    for (uint32_t i = 0; i < traffic.rows.count; i++) {
        const Traffic *row = &traffic.rows.at[i];
        TableRow cells = {{device_text(arena, row->from), device_text(arena, row->to),
                           number_grouped(arena, row->transfers), number_grouped(arena, row->numbers),
                           number_grouped(arena, row->bytes)}};
        VEC_PUSH(arena, &table.rows, cells);
        between += row->from == DEVICE_HOST || row->to == DEVICE_HOST ? 0 : row->bytes;
    }
    if (!traffic.rows.count)
        return;
    buf_puts(buf, "\nsent for each example\n");
    table_print(buf, arena, &table);
    buf_printf(buf, "\nbetween devices   %s bytes\n", number_grouped(arena, between));
}
