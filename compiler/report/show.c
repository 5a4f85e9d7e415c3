/* show.c - the layer table of `fovea show` (see show.h). A table is for people (at most 100 columns, separators in long
 * numbers), JSON for programs. */
#include "report/show.h"
#include "report/layers.h"
#include "support/file.h"

#include <cjson/cJSON.h>

enum { CELLS = 7, WIDEST_LAYER = 28 };

static const char *const titles[CELLS] = {"layer", "op", "output", "parameters", "MACs", "field/jump", "bytes"};
static const bool right_aligned[CELLS] = {false, false, false, true, true, true, true};

typedef struct TableRow {
    const char *cell[CELLS];
} TableRow;

/* 61706 is "61,706". */
static const char *grouped(Arena *arena, int64_t number)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    char *text = arena_alloc(arena, (size_t)length + (size_t)length / 3 + 1), *to = text;
    for (int i = 0; i < length; i++) {
        if (i && digits[i - 1] != '-' && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    return text;
}

static const char *count_or_nothing(Arena *arena, int64_t number)
{
    return number ? grouped(arena, number) : "";
}

static const char *pair_text(Arena *arena, const int64_t pair[2])
{
    if (pair[0] == pair[1])
        return arena_printf(arena, "%lld", (long long)pair[0]);
    return arena_printf(arena, "%lldx%lld", (long long)pair[0], (long long)pair[1]);
}

static const char *field_text(Arena *arena, const Field *field)
{
    if (!field->known)
        return "";
    if (field->all)
        return "all";
    return arena_printf(arena, "%s/%s", pair_text(arena, field->size), pair_text(arena, field->jump));
}

/* The end of a long path says more than its beginning. */
static const char *path_text(Arena *arena, const char *path)
{
    size_t length = strlen(path);
    return length <= WIDEST_LAYER ? path : arena_printf(arena, "..%s", path + length - WIDEST_LAYER + 2);
}

static TableRow table_row(Arena *arena, const Graph *net, const Layer *layer)
{
    const Node *node = graph_node(net, layer->node);
    return (TableRow){{path_text(arena, node->path), op_name(node->op), shape_text(arena, &node->type.shape),
                       count_or_nothing(arena, layer->parameters), count_or_nothing(arena, layer->macs),
                       field_text(arena, &layer->field), grouped(arena, layer->bytes)}};
}

static void print_row(Buf *buf, const TableRow *row, const int *widths)
{
    size_t start = buf->length;
    for (int c = 0; c < CELLS; c++)
        buf_printf(buf, right_aligned[c] ? "%*s%s" : "%-*s%s", widths[c], row->cell[c], c + 1 < CELLS ? "  " : "");
    while (buf->length > start && buf->text[buf->length - 1] == ' ')
        buf->text[--buf->length] = '\0';
    buf_puts(buf, "\n");
}

static void print_totals(Buf *buf, Arena *arena, const Layers *layers, const Plan *plan)
{
    const char *text[] = {grouped(arena, layers->parameters), grouped(arena, layers->macs),
                          grouped(arena, plan->weights_bytes), grouped(arena, plan->workspace_bytes)};
    const char *name[] = {"parameters", "MACs", "weights, bytes", "workspace, bytes"};
    int widest = 0;
    for (size_t i = 0; i < COUNT_OF(text); i++)
        widest = MAX(widest, (int)strlen(text[i]));
    for (size_t i = 0; i < COUNT_OF(text); i++)
        buf_printf(buf, "%-17s %*s\n", name[i], widest, text[i]);
}

void show_table(Buf *buf, const Graph *net, const Plan *plan, const char *model)
{
    Arena *arena = arena_new();
    Layers layers = layers_of(arena, net);
    TableRow *rows = NEW_ARRAY(arena, TableRow, layers.rows.count + 1);
    int widths[CELLS] = {0};
    memcpy(rows[0].cell, titles, sizeof titles);
    for (uint32_t i = 0; i < layers.rows.count; i++)
        rows[i + 1] = table_row(arena, net, &layers.rows.at[i]);
    for (uint32_t i = 0; i <= layers.rows.count; i++)
        for (int c = 0; c < CELLS; c++)
            widths[c] = MAX(widths[c], (int)strlen(rows[i].cell[c]));
    int64_t batch = net->inputs.count ? graph_node(net, net->inputs.at[0].node)->type.shape.dim[0] : 1;
    buf_printf(buf, "%s (%s, target %s, batch %lld)\n\n", net->name, path_base(model), plan->target->name,
               (long long)batch);
    for (uint32_t i = 0; i <= layers.rows.count; i++)
        print_row(buf, &rows[i], widths);
    buf_puts(buf, "\n");
    print_totals(buf, arena, &layers, plan);
    arena_free(arena);
}

static void add_pair(cJSON *object, const char *name, const int64_t pair[2])
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    for (int i = 0; i < 2; i++)
        cJSON_AddItemToArray(array, cJSON_CreateNumber((double)pair[i]));
}

/* [height, width], or null for values that were never pictures. */
static void add_field(cJSON *object, const Field *field)
{
    if (field->known)
        add_pair(object, "receptive_field", field->size);
    else
        cJSON_AddNullToObject(object, "receptive_field");
}

static cJSON *layer_json(const Graph *net, const Layer *layer)
{
    const Node *node = graph_node(net, layer->node);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", node->path);
    cJSON_AddStringToObject(object, "op", op_name(node->op));
    cJSON *shape = cJSON_AddArrayToObject(object, "output");
    for (int d = 1; d < node->type.shape.rank; d++)
        cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)node->type.shape.dim[d]));
    cJSON_AddNumberToObject(object, "parameters", (double)layer->parameters);
    cJSON_AddNumberToObject(object, "macs", (double)layer->macs);
    cJSON_AddNumberToObject(object, "activation_bytes", (double)layer->bytes);
    add_field(object, &layer->field);
    if (layer->field.known) {
        add_pair(object, "jump", layer->field.jump);
        cJSON_AddBoolToObject(object, "sees_all", layer->field.all);
    }
    return object;
}

void show_json(Buf *buf, const Graph *net, const Plan *plan, const char *model)
{
    Arena *arena = arena_new();
    Layers layers = layers_of(arena, net);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", net->name);
    cJSON_AddStringToObject(object, "model", path_base(model));
    cJSON_AddStringToObject(object, "target", plan->target->name);
    cJSON_AddNumberToObject(object, "parameters", (double)layers.parameters);
    cJSON_AddNumberToObject(object, "macs", (double)layers.macs);
    cJSON_AddNumberToObject(object, "workspace_bytes", (double)plan->workspace_bytes);
    cJSON_AddNumberToObject(object, "weights_bytes", (double)plan->weights_bytes);
    if (layers.field.known) {
        cJSON_AddNumberToObject(object, "receptive_field", (double)MAX(layers.field.size[0], layers.field.size[1]));
        add_pair(object, "receptive_field_hw", layers.field.size);
    } else {
        cJSON_AddNullToObject(object, "receptive_field");
    }
    cJSON *rows = cJSON_AddArrayToObject(object, "layers");
    for (uint32_t i = 0; i < layers.rows.count; i++)
        cJSON_AddItemToArray(rows, layer_json(net, &layers.rows.at[i]));
    char *text = cJSON_Print(object);
    if (!text)
        fatal("out of memory");
    buf_printf(buf, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(object);
    arena_free(arena);
}
