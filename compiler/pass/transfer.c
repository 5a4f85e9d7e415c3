/* transfer.c - a value that is read on another device than its own is sent there, once.
 *
 *   %1 = conv(%0, ..)                     %1 = transfer(%0)
 *   %2 = relu(%1) on device 1       ->    %2 = conv(%1, ..)
 *   output "y" = %2                       %3 = transfer(%2) on device 1
 *                                         %4 = relu(%3) on device 1
 *                                         %5 = transfer(%4) on host
 *                                         output "y" = %5
 *
 * Inputs and outputs of the net are on the host. Bytes of a picture are sent as bytes: what makes numbers of them is
 * computed on each device that reads these. An output that is a concat of several devices' values is put together on
 * the host, by a transfer of each straight to its place. What is known with the weights is on every device.
 */
#include "pass/transfer.h"
#include "ops/concat.h"
#include "ops/op.h"

typedef NodeId OnDevices[LIMIT_DEVICES];

typedef struct Sending {
    Rewrite rewrite;
    Explain *explain;
    const Residence *residence; /* one an old node */
    const uint32_t *readers;    /* likewise: the devices that read it, in bits */
    OnDevices *at;              /* likewise: the value on each device, in the new graph; NODE_NONE: not there */
} Sending;

/* ---- where values are made ---- */

/* Whether an output is put together by the caller's side: a concat of several devices' values that is nothing else.
 * What is known with the weights has no place from which it could be sent. */
static bool is_joined_there(const Graph *graph, const uint32_t *uses, const bool *known, NodeId output)
{
    const Node *node = graph_node(graph, output);
    bool several = false;
    if (node->op != OP_concat || uses[output.index] != 1 ||
        !concat_is_run(&node->type.shape, ((const ConcatAttrs *)node->attrs)->axis))
        return false;
    for (uint32_t k = 0; k < node->input_count; k++) {
        if (known[graph_input(graph, node, k).index])
            return false;
        several |= graph_input_node(graph, node, k)->device != graph_input_node(graph, node, 0)->device;
    }
    return several;
}

Residence *residences(const Graph *graph)
{
    Residence *of = NEW_ARRAY(graph->arena, Residence, graph->nodes.count);
    const bool *known = graph_known(graph->arena, graph);
    const uint32_t *uses = graph_uses(graph->arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        bool bytes = node->op == OP_pixels && graph_input_node(graph, node, 0)->op == OP_input;
        of[i] = known[i] ? EVERYWHERE : bytes ? WHERE_READ : node->op == OP_input ? ON_HOST : ON_DEVICE;
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        NodeId output = graph->outputs.at[i].node;
        if (of[output.index] == ON_DEVICE && is_joined_there(graph, uses, known, output))
            of[output.index] = JOINED_ON_HOST;
    }
    return of;
}

uint32_t devices_used(const Graph *graph)
{
    const Residence *residence = residences(graph);
    uint32_t used = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (residence[i] == ON_DEVICE && graph->nodes.at[i].device != DEVICE_HOST)
            used |= 1u << graph->nodes.at[i].device;
    return used;
}

static bool is_in(uint32_t devices, int32_t device)
{
    return devices >> device & 1;
}

/* Which devices read each value. Where numbers of bytes are made, the bytes are read. */
static const uint32_t *find_readers(const Graph *graph, const Residence *residence)
{
    uint32_t *readers = NEW_ARRAY(graph->arena, uint32_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        NodeId output = graph->outputs.at[i].node;
        const Node *node = graph_node(graph, output);
        if (residence[output.index] == WHERE_READ)
            readers[output.index] |= 1u << node->device;
        for (uint32_t k = 0; residence[output.index] == JOINED_ON_HOST && k < node->input_count; k++)
            if (residence[graph_input(graph, node, k).index] == WHERE_READ)
                readers[graph_input(graph, node, k).index] |= 1u << graph_input_node(graph, node, k)->device;
    }
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        uint32_t devices = residence[i] == WHERE_READ ? readers[i] : residence[i] == ON_DEVICE ? 1u << node->device : 0;
        for (uint32_t k = 0; k < node->input_count; k++)
            readers[graph_input(graph, node, k).index] |= devices;
    }
    return readers;
}

/* ---- sending ---- */

static NodeId send(Sending *sending, NodeId value, int32_t device, const Node *like)
{
    Graph *to = sending->rewrite.to;
    NodeId id = rewrite_add(&sending->rewrite, OP_transfer, &value, 1, NULL, like);
    Node *transfer = graph_node(to, id);
    const Node *from = graph_node(to, value);
    transfer->device = device;
    transfer->type.layout = from->type.layout;
    if (device == DEVICE_HOST)
        explain_done(sending->explain, like, (Saving){.bytes = -type_bytes(&like->type)}, "sent to the caller");
    else
        explain_done(sending->explain, like, (Saving){.bytes = -type_bytes(&like->type)}, "sent from %s to device %d",
                     from->device == DEVICE_HOST ? "the caller" : arena_printf(to->arena, "device %d", from->device),
                     device);
    return id;
}

/* A copy of an old node on a device, where its inputs are. */
static void compute(Sending *sending, NodeId id, int32_t device)
{
    Rewrite *rewrite = &sending->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    NodeId *inputs = NEW_ARRAY(rewrite->to->arena, NodeId, node->input_count);
    for (uint32_t k = 0; k < node->input_count; k++) {
        uint32_t input = graph_input(rewrite->from, node, k).index;
        inputs[k] = sending->residence[input] == EVERYWHERE ? rewrite->map[input] : sending->at[input][device];
    }
    NodeId copy = rewrite_copy_with(rewrite, id, inputs);
    graph_node(rewrite->to, copy)->device = device;
    sending->at[id.index][device] = copy;
}

/* Copies an old node, and sends its value at once to all that read it, so that nobody waits for it longer than it
 * takes.
 */
static void copy_node(Sending *sending, NodeId id)
{
    Rewrite *rewrite = &sending->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    Residence residence = sending->residence[id.index];
    if (residence == EVERYWHERE || residence == ON_HOST)
        rewrite_copy(rewrite, id);
    else if (residence == ON_DEVICE)
        compute(sending, id, node->device);
    for (int32_t device = 0; device < LIMIT_DEVICES; device++) {
        NodeId *at = &sending->at[id.index][device];
        if (!is_in(sending->readers[id.index], device) || residence == EVERYWHERE || !node_is_none(*at))
            continue;
        if (residence == WHERE_READ)
            compute(sending, id, device);
        else
            *at = send(sending, rewrite->map[id.index], device, node);
    }
}

/* The value for one place of the caller's, from where it is made. */
static NodeId send_to_host(Sending *sending, NodeId id)
{
    const Node *node = graph_node(sending->rewrite.from, id);
    bool made_there = sending->residence[id.index] == ON_DEVICE || sending->residence[id.index] == WHERE_READ;
    NodeId value = made_there ? sending->at[id.index][node->device] : sending->rewrite.map[id.index];
    return send(sending, value, DEVICE_HOST, node);
}

static NodeId send_output(Sending *sending, NodeId id)
{
    Rewrite *rewrite = &sending->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    if (sending->residence[id.index] != JOINED_ON_HOST)
        return send_to_host(sending, id);
    NodeId *parts = NEW_ARRAY(rewrite->to->arena, NodeId, node->input_count);
    for (uint32_t k = 0; k < node->input_count; k++)
        parts[k] = send_to_host(sending, graph_input(rewrite->from, node, k));
    NodeId whole = rewrite_add(rewrite, OP_join, parts, node->input_count, node->attrs, node);
    graph_node(rewrite->to, whole)->device = DEVICE_HOST;
    return whole;
}

Graph *graph_with_transfers(const Graph *graph, Explain *explain)
{
    Sending sending = {.rewrite = rewrite_begin(graph),
                       .explain = explain,
                       .residence = residences(graph),
                       .at = NEW_ARRAY(graph->arena, OnDevices, graph->nodes.count)};
    sending.readers = find_readers(graph, sending.residence);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        for (int32_t device = 0; device < LIMIT_DEVICES; device++)
            sending.at[i][device] = NODE_NONE;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        copy_node(&sending, (NodeId){i});
    NodeId *outputs = NEW_ARRAY(graph->arena, NodeId, graph->outputs.count);
    for (uint32_t i = 0; i < graph->outputs.count; i++) /* each for itself, though two may be one value */
        outputs[i] = send_output(&sending, graph->outputs.at[i].node);
    Graph *placed = rewrite_end(&sending.rewrite);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        placed->outputs.at[i].node = outputs[i];
    return placed;
}

Graph *pass_transfer(const Graph *graph, const PassContext *context)
{
    bool placed = graph_devices(graph) == 1 || graph_has_transfers(graph);
    return placed ? graph_without_dead(graph) : graph_with_transfers(graph, context->explain);
}
