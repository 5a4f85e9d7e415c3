/* show_json.c - all that can be said of a net and its layers, for programs (see show.h). */
#include "report/json.h"
#include "report/show.h"
#include "report/steps.h"
#include "report/traffic.h"
#include "support/file.h"

/* The larger side under `receptive_field`, and both, with jump and offset, as [height, width]; null where the value was
 * not made from a picture. */
static void add_field(cJSON *object, const Field *field)
{
    if (!field->known) {
        cJSON_AddNullToObject(object, "receptive_field");
        return;
    }
    double size[2] = {(double)field_size(field, 0), (double)field_size(field, 1)};
    cJSON_AddNumberToObject(object, "receptive_field", MAX(size[0], size[1]));
    json_add_numbers(object, "receptive_field_hw", size, 2);
    cJSON_AddBoolToObject(object, "sees_all", field_sees_all(field));
    if (field_sees_all(field) || !field->side[0].axis || !field->side[1].axis)
        return;
    json_add_numbers(object, "jump", (double[]){field_jump(field, 0), field_jump(field, 1)}, 2);
    json_add_numbers(object, "offset", (double[]){(double)field_offset(field, 0), (double)field_offset(field, 1)}, 2);
}

static void add_counts(cJSON *object, const Layers *layers, int64_t parameters, int64_t macs)
{
    json_add_count(object, "parameters", parameters);
    cJSON_AddNumberToObject(object, "parameters_percent", share_percent(parameters, layers->parameters));
    json_add_count(object, "macs", macs);
    cJSON_AddNumberToObject(object, "macs_percent", share_percent(macs, layers->macs));
}

static cJSON *layer_json(const Graph *net, const Layers *layers, const Layer *layer)
{
    const Node *node = graph_node(net, layer->node);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", node->path);
    cJSON_AddStringToObject(object, "op", op_name(node->op));
    cJSON_AddStringToObject(object, "block", node->block);
    json_add_shape(object, "output", &node->type.shape);
    add_counts(object, layers, layer->parameters, layer->macs);
    json_add_count(object, "activation_bytes", layer->bytes);
    cJSON_AddNumberToObject(object, "weighted_depth", (double)layer->depth);
    if (layer->weights) {
        json_add_count(object, "weights", layer->weights);
        json_add_count(object, "dense_weights", layer->dense_weights);
    }
    add_field(object, layer->field);
    return object;
}

static void add_ports(cJSON *object, const char *name, const Graph *net, const Port *ports, uint32_t count)
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    for (uint32_t i = 0; i < count; i++) {
        const Type *type = &graph_node(net, ports[i].node)->type;
        cJSON *port = cJSON_CreateObject();
        cJSON_AddStringToObject(port, "name", ports[i].name);
        cJSON_AddStringToObject(port, "type", dtype_name(type->dtype));
        json_add_shape(port, "shape", &type->shape);
        cJSON_AddItemToArray(array, port);
    }
}

static void add_shares(cJSON *object, Arena *arena, const Graph *net, const Layers *layers)
{
    cJSON *array = cJSON_AddArrayToObject(object, "operations");
    const OpShare *shares = op_shares(arena, net, layers);
    for (int op = 0; op < OP_COUNT; op++) {
        if (!shares[op].parameters && !shares[op].macs)
            continue;
        cJSON *share = cJSON_CreateObject();
        cJSON_AddStringToObject(share, "op", op_name((OpId)op));
        cJSON_AddNumberToObject(share, "layers", (double)shares[op].layers);
        add_counts(share, layers, shares[op].parameters, shares[op].macs);
        cJSON_AddItemToArray(array, share);
    }
}

/* Of nets on several devices: the caller is null. */
static void add_traffic(cJSON *object, Arena *arena, const Graph *net)
{
    TrafficRows traffic = traffic_of(arena, net);
    cJSON *array = traffic.rows.count ? cJSON_AddArrayToObject(object, "traffic") : NULL;
    for (uint32_t i = 0; i < traffic.rows.count; i++) {
        const Traffic *row = &traffic.rows.at[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddItemToObject(item, "from",
                              row->from == DEVICE_HOST ? cJSON_CreateNull() : cJSON_CreateNumber(row->from));
        cJSON_AddItemToObject(item, "to", row->to == DEVICE_HOST ? cJSON_CreateNull() : cJSON_CreateNumber(row->to));
        json_add_count(item, "transfers", row->transfers);
        json_add_count(item, "numbers", row->numbers);
        json_add_count(item, "bytes", row->bytes);
        cJSON_AddItemToArray(array, item);
    }
}

/* The compiled net: its steps, and what all of them move. */
static void add_plan(cJSON *object, Arena *arena, const Plan *plan)
{
    StepCosts costs = step_costs(arena, plan);
    cJSON *parent = cJSON_AddObjectToObject(object, "plan"), *steps = NULL;
    cJSON_AddNumberToObject(parent, "nodes", plan_nodes(plan));
    cJSON_AddNumberToObject(parent, "kernels", plan->kernels.count);
    json_add_count(parent, "bytes_moved", bytes_moved(&costs.total));
    json_add_count(parent, "bytes_read", costs.total.read);
    json_add_count(parent, "bytes_written", costs.total.written);
    json_add_count(parent, "bytes_held", costs.total.held);
    json_add_count(parent, "weight_bytes_read", costs.total.weights);
    json_add_count(parent, "macs", costs.total.macs);
    json_add_count(parent, "workspace_bytes_at_least", plan->workspace_least);
    steps = cJSON_AddArrayToObject(parent, "steps");
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        const StepCost *cost = &costs.at[i];
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "kernel", plan->kernels.at[step->kernel].name);
        cJSON_AddStringToObject(item, "computes", step_layers(arena, plan, step));
        json_add_shape(item, "output", &graph_node(plan->graph, step->result)->type.shape);
        json_add_count(item, "bytes_read", cost->read);
        json_add_count(item, "weight_bytes_read", cost->weights);
        json_add_count(item, "bytes_written", cost->written);
        if (plan->buffers.at[step->writes[0].buffer].held)
            json_add_count(item, "rows_held", plan->buffers.at[step->writes[0].buffer].held);
        json_add_count(item, "macs", cost->macs);
        cJSON_AddNumberToObject(item, "macs_percent", share_percent(cost->macs, costs.total.macs));
        cJSON_AddItemToArray(steps, item);
    }
}

void show_json(Buf *buf, const Graph *net, const Plan *plan, const char *model)
{
    Arena *arena = arena_new();
    Layers layers = layers_of(arena, net);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", net->name);
    cJSON_AddStringToObject(object, "model", path_base(model));
    cJSON_AddStringToObject(object, "target", plan->target->name);
    json_add_count(object, "parameters", layers.parameters);
    json_add_count(object, "macs", layers.macs);
    if (layers.has_field) {
        cJSON_AddNumberToObject(object, "receptive_field", (double)MAX(layers.field[0], layers.field[1]));
        json_add_numbers(object, "receptive_field_hw", (double[]){(double)layers.field[0], (double)layers.field[1]}, 2);
    } else {
        cJSON_AddNullToObject(object, "receptive_field");
    }
    json_add_count(object, "workspace_bytes", plan->workspace_bytes);
    json_add_count(object, "weights_bytes", plan->weights_bytes);
    json_add_count(object, "weighted_depth", layers.depth);
    json_add_count(object, "dense_weights", layers.dense_weights);
    add_ports(object, "inputs", net, net->inputs.at, net->inputs.count);
    add_ports(object, "outputs", net, net->outputs.at, net->outputs.count);
    add_shares(object, arena, net, &layers);
    cJSON *rows = cJSON_AddArrayToObject(object, "layers");
    for (uint32_t i = 0; i < layers.rows.count; i++)
        cJSON_AddItemToArray(rows, layer_json(net, &layers, &layers.rows.at[i]));
    add_traffic(object, arena, net);
    add_plan(object, arena, plan);
    json_print(buf, object);
    arena_free(arena);
}
