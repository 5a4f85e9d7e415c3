/* text.c - prints a Graph (see text.h; parse.c reads it back). The form is described in compiler/IR.md. */
#include "ir/text.h"

#include <ctype.h>
#include <math.h>

#include "ops/op.h"
#include "ops/source.h"

const char *weight_role_name(WeightRole role)
{
    static const char *const names[ROLE_COUNT] = {"other",   "kernel",  "bias",        "bn_weight",
                                                  "bn_bias", "bn_mean", "bn_variance", "slope"};
    return names[role];
}

static void print_string(Buf *buf, const char *text)
{
    buf_puts(buf, "\"");
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            buf_printf(buf, "\\%c", byte);
        else if (byte == '\n')
            buf_puts(buf, "\\n");
        else if (byte < 0x20 || byte == 0x7f)
            buf_printf(buf, "\\x%02x", byte);
        else
            buf_bytes(buf, text, 1);
    }
    buf_puts(buf, "\"");
}

/* As few digits as give the same number back, when it is read as a double and, for floats, rounded. */
static void print_number(Buf *buf, double value, bool is_float)
{
    char text[40];
    if (isnan(value)) {
        buf_puts(buf, "nan");
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double read = strtod(text, NULL);
        if (read == value || (is_float && (float)read == (float)value))
            break;
    }
    buf_puts(buf, text);
}

static void print_float(Buf *buf, float value)
{
    print_number(buf, (double)value, true);
}

/* ---- attributes ---- */

static void print_word(Buf *buf, const char *words, int index)
{
    for (; index > 0 && *words; index--) {
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    buf_bytes(buf, words, strcspn(words, " "));
}

static void print_lists(Buf *buf, const IntLists *lists)
{
    int64_t at = 0;
    buf_puts(buf, "[");
    for (int64_t i = 0; i < lists->count; i++) {
        buf_puts(buf, i ? ", [" : "[");
        for (int64_t first = at; at < lists->ends[i]; at++)
            buf_printf(buf, at > first ? ", %lld" : "%lld", (long long)lists->at[at]);
        buf_puts(buf, "]");
    }
    buf_puts(buf, "]");
}

static void print_value(Buf *buf, const OpAttr *attr, const char *field, int64_t i)
{
    const void *array = field;
    switch (attr->kind) {
    case ATTR_INT:
        buf_printf(buf, "%lld", (long long)((const int64_t *)array)[i]);
        break;
    case ATTR_NUMBER:
        print_number(buf, ((const double *)array)[i], false);
        break;
    case ATTR_BOOL:
        buf_puts(buf, ((const bool *)array)[i] ? "true" : "false");
        break;
    case ATTR_WORD:
        print_word(buf, attr->words, ((const int *)array)[i]);
        break;
    case ATTR_LISTS:
        print_lists(buf, &((const IntLists *)array)[i]);
        break;
    }
}

void graph_print_attributes(Buf *buf, const Node *node)
{
    const Op *row = op_row(node->op);
    for (int i = 0; i < row->attr_count; i++) {
        const OpAttr *attr = &row->attrs[i];
        const char *attrs = node->attrs;
        int64_t count = attr->count;
        if (!count)
            count = *(const int64_t *)(const void *)(attrs + attr->length_offset);
        buf_printf(buf, " %s=%s", attr->name, attr->count == 1 ? "" : "[");
        for (int64_t k = 0; k < count; k++) {
            buf_puts(buf, k ? ", " : "");
            print_value(buf, attr, attrs + attr->offset, k);
        }
        buf_puts(buf, attr->count == 1 ? "" : "]");
    }
}

/* ---- nodes ---- */

static void print_input(Buf *buf, const Graph *graph, const Node *node)
{
    const Port *port = &graph->inputs.at[((const InputAttrs *)node->attrs)->port];
    buf_puts(buf, "input ");
    print_string(buf, port->name);
    if (port->picture.resize)
        buf_printf(buf, " resize=%lld", (long long)port->picture.resize);
    if (port->picture.bgr)
        buf_puts(buf, " order=bgr");
}

static void print_constant(Buf *buf, const Constant *constant)
{
    buf_puts(buf, "const");
    if (constant->kind == CONSTANT_FILL) {
        buf_puts(buf, " fill ");
        print_float(buf, constant->data[0]);
    } else if (constant->kind == CONSTANT_LITERAL) {
        buf_puts(buf, " literal [");
        int64_t count = shape_count(&constant->shape);
        for (int64_t i = 0; i < count; i++) {
            buf_puts(buf, i ? ", " : "");
            print_float(buf, constant->data[i]);
        }
        buf_puts(buf, "]");
    }
    if (constant->path[0]) {
        buf_puts(buf, " ");
        print_string(buf, constant->path);
    }
    if (constant->role != ROLE_OTHER)
        buf_printf(buf, " role=%s", weight_role_name(constant->role));
    if (constant->fan_in)
        buf_printf(buf, " fan_in=%lld", (long long)constant->fan_in);
    if (constant->trainable)
        buf_puts(buf, " trainable");
}

static void print_operation(Buf *buf, const Graph *graph, const Node *node)
{
    buf_printf(buf, "%s(", op_name(node->op));
    for (uint32_t i = 0; i < node->input_count; i++)
        buf_printf(buf, "%s%%%u", i ? ", " : "", graph_input(graph, node, i).index);
    buf_puts(buf, ")");
    graph_print_attributes(buf, node);
    if (!node_is_none(node->kernel))
        buf_printf(buf, " in %%%u", node->kernel.index);
    if (!node_is_none(node->behind))
        buf_printf(buf, " behind %%%u", node->behind.index);
    if (node->by)
        buf_printf(buf, " by %d", node->by);
    if (node->device == DEVICE_HOST)
        buf_puts(buf, " on host");
    else if (node->device)
        buf_printf(buf, " on device %d", node->device);
    if (node->path[0]) {
        buf_puts(buf, " at ");
        print_string(buf, node->path);
    }
    if (node->block[0]) {
        buf_puts(buf, " inside ");
        print_string(buf, node->block);
    }
}

static void print_node(Buf *buf, const Graph *graph, uint32_t index)
{
    const Node *node = &graph->nodes.at[index];
    buf_printf(buf, "%%%u = ", index);
    if (node->op == OP_input)
        print_input(buf, graph, node);
    else if (node->op == OP_const)
        print_constant(buf, graph_constant(graph, node));
    else
        print_operation(buf, graph, node);
    buf_puts(buf, " : ");
    type_print(buf, &node->type);
    buf_puts(buf, "\n");
}

static void print_output(Buf *buf, const Port *port)
{
    buf_puts(buf, "output ");
    print_string(buf, port->name);
    buf_printf(buf, " = %%%u", port->node.index);
    if (port->labels) {
        buf_puts(buf, " labels [");
        for (uint32_t i = 0; i < port->label_count; i++) {
            buf_puts(buf, i ? ", " : "");
            print_string(buf, port->labels[i]);
        }
        buf_puts(buf, "]");
    }
    buf_puts(buf, "\n");
}

static bool is_word(const char *text)
{
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    while (isalnum((unsigned char)*text) || *text == '_')
        text++;
    return *text == '\0';
}

void graph_print(Buf *buf, const Graph *graph)
{
    buf_puts(buf, "graph ");
    if (is_word(graph->name))
        buf_puts(buf, graph->name);
    else
        print_string(buf, graph->name);
    buf_puts(buf, "\n");
    if (graph->weights_path) {
        buf_puts(buf, "weights ");
        print_string(buf, graph->weights_path);
        buf_puts(buf, "\n");
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        print_node(buf, graph, i);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        print_output(buf, &graph->outputs.at[i]);
}
