/* show_json.c - all that can be said of a net and its layers, for programs (see show.h). */
#include "report/json.h"
#include "report/show.h"
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
    json_print(buf, object);
    arena_free(arena);
}
