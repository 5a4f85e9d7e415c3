/* rf_json.c - what is known of a place, for programs (see rf_report.h). */
#include "report/json.h"
#include "report/rf_report.h"
#include "support/file.h"

static void add_pair(cJSON *object, const char *name, double down, double across)
{
    json_add_numbers(object, name, (double[]){down, across}, 2);
}

/* A count that is too large for 64 bits is null. */
static void add_paths(cJSON *object, const char *name, uint64_t paths)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)paths);
    if (paths == UINT64_MAX)
        cJSON_AddNullToObject(object, name);
    else
        cJSON_AddRawToObject(object, name, digits);
}

static cJSON *seen_json(const Seen *seen)
{
    const Area *area = seen->area;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", seen->port->name);
    add_pair(object, "size", (double)seen->rows, (double)seen->columns);
    json_add_count(object, "pixels", seen->pixels);
    add_paths(object, "paths", seen->sum);
    add_paths(object, "most_paths", seen->most);
    if (!area->reached)
        return object;
    add_pair(object, "first", (double)area->first[0], (double)area->first[1]);
    add_pair(object, "extent", (double)area->size[0], (double)area->size[1]);
    if (area->size[0] > RF_WIDEST_MAP || area->size[1] > RF_WIDEST_MAP || seen->most == UINT64_MAX)
        return object;
    cJSON *map = cJSON_AddArrayToObject(object, "map");
    for (int64_t y = 0; y < area->size[0]; y++) {
        cJSON *row = cJSON_CreateArray();
        for (int64_t x = 0; x < area->size[1]; x++)
            cJSON_AddItemToArray(row, cJSON_CreateNumber((double)area->paths[y * area->size[1] + x]));
        cJSON_AddItemToArray(map, row);
    }
    return object;
}

void rf_print_json(Buf *buf, const Rf *rf, const char *model)
{
    const Node *node = graph_node(rf->net, rf->unit);
    const Field *field = &rf->fields[rf->unit.index];
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", rf->net->name);
    cJSON_AddStringToObject(object, "model", path_base(model));
    cJSON_AddStringToObject(object, "layer", rf->name);
    cJSON_AddStringToObject(object, "op", op_name(node->op));
    json_add_shape(object, "output", &node->type.shape);
    add_pair(object, "place", (double)rf->place[0], (double)rf->place[1]);
    add_pair(object, "receptive_field", (double)field_size(field, 0), (double)field_size(field, 1));
    cJSON_AddBoolToObject(object, "sees_all", field_sees_all(field));
    if (!field_sees_all(field) && field->side[0].axis && field->side[1].axis) {
        add_pair(object, "jump", field_jump(field, 0), field_jump(field, 1));
        add_pair(object, "offset", (double)field_offset(field, 0), (double)field_offset(field, 1));
    }
    cJSON *inputs = cJSON_AddArrayToObject(object, "inputs");
    for (uint32_t i = 0; i < rf->net->inputs.count; i++) {
        const Port *port = &rf->net->inputs.at[i];
        Seen seen = rf_look_at(rf, port);
        if (rf->fields[port->node.index].known)
            cJSON_AddItemToArray(inputs, seen_json(&seen));
    }
    cJSON_AddBoolToObject(object, "verified", rf->trial.possible);
    json_add_count(object, "pixels", rf->trial.pixels);
    json_add_count(object, "pixels_inside", rf->trial.inside);
    json_add_count(object, "pixels_tried", rf->trial.tried);
    json_print(buf, object);
}
