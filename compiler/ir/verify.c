/* verify.c - the rules that every graph keeps, one function each (see verify.h). A rule may rely on those before it.
 *
 *   G1   a node reads only nodes before it
 *   G2   ops are those of a graph, not those of the language
 *   G3   a node has as many inputs as its op takes
 *   G4   attributes are finite, words and lengths in range
 *   G5   a constant has the shape of its node, and data unless they are loaded
 *   G6   type and shape are what the op's rule says
 *   G7   the layout can hold the shape
 *   G8   bytes are values of inputs, of their packs and transfers only; an output of the net is f32
 *   G9   a node computed in another's kernel names an earlier node that computes and has a kernel of its own
 *   G10  inputs of the net are the input nodes, in order, and have names
 *   G11  outputs of the net are nodes, and have names and as many labels as elements
 *   G12  a node computed in another's kernel reads the value made there just before it, which nobody else reads, and
 *        else only what is known with the weights or comes before the kernel
 *   G15  what is made for weights only is known with them
 *
 * verify_bands.c has rule G13, verify_pieces.c rule G14, verify_devices.c rules G16 to G18.
 */
#include "ir/verify.h"

#include <math.h>

#include "ops/op.h"
#include "ops/source.h"

typedef const char *NodeRule(const Graph *graph, const Node *node, uint32_t index);

static const char *broken(const Graph *graph, int rule, uint32_t index, const char *format, ...) PRINTF_LIKE(4, 5);

static const char *broken(const Graph *graph, int rule, uint32_t index, const char *format, ...)
{
    const Node *node = &graph->nodes.at[index];
    const char *op = (unsigned)node->op < OP_COUNT ? op_name(node->op) : "no op";
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprintf(graph->arena, format, arguments);
    va_end(arguments);
    return arena_printf(graph->arena, "G%d: node %%%u (%s) %s", rule, index, op, text);
}

static const char *check_order(const Graph *graph, const Node *node, uint32_t index)
{
    if (node->first_input > graph->edges.count || node->input_count > graph->edges.count - node->first_input)
        return broken(graph, 1, index, "has inputs outside the graph's edges");
    for (uint32_t i = 0; i < node->input_count; i++) {
        uint32_t input = graph->edges.at[node->first_input + i].index;
        if (input >= graph->nodes.count)
            return broken(graph, 1, index, "reads %%%u, which is no node", input);
        if (input >= index)
            return broken(graph, 1, index, "reads %%%u, which does not come before it", input);
    }
    return NULL;
}

static const char *check_op(const Graph *graph, const Node *node, uint32_t index)
{
    if ((unsigned)node->op >= OP_COUNT)
        return broken(graph, 2, index, "has op %u", (unsigned)node->op);
    if (op_row(node->op)->family == FAMILY_LANGUAGE)
        return broken(graph, 2, index, "is a call of the language");
    return NULL;
}

static const char *check_arity(const Graph *graph, const Node *node, uint32_t index)
{
    const Op *row = op_row(node->op);
    uint64_t least = (uint64_t)row->least_inputs + row->least_operands;
    uint64_t most = (uint64_t)row->most_inputs + row->most_operands;
    if (node->input_count < least || node->input_count > most)
        return broken(graph, 3, index, "has %u inputs", node->input_count);
    return NULL;
}

static const char *check_attr(const Graph *graph, const Node *node, uint32_t index, const OpAttr *attr)
{
    const char *attrs = node->attrs;
    int64_t count = attr->count ? attr->count : *(const int64_t *)(const void *)(attrs + attr->length_offset);
    if (!attr->count && (count < 0 || count > MAX_RANK))
        return broken(graph, 4, index, "has %lld of '%s'", (long long)count, attr->name);
    const void *field = attrs + attr->offset;
    for (int64_t i = 0; i < count; i++) {
        if (attr->kind == ATTR_NUMBER && !isfinite(((const double *)field)[i]))
            return broken(graph, 4, index, "has a '%s' that is not finite", attr->name);
        if (attr->kind != ATTR_WORD)
            continue;
        int words = 1;
        for (const char *c = attr->words; *c; c++)
            words += *c == ' ';
        if (((const int *)field)[i] < 0 || ((const int *)field)[i] >= words)
            return broken(graph, 4, index, "has no word for its '%s'", attr->name);
    }
    return NULL;
}

static const char *check_attrs(const Graph *graph, const Node *node, uint32_t index)
{
    const Op *row = op_row(node->op);
    if (row->attr_bytes && !node->attrs)
        return broken(graph, 4, index, "has no attributes");
    for (int i = 0; i < row->attr_count; i++) {
        const char *text = check_attr(graph, node, index, &row->attrs[i]);
        if (text)
            return text;
    }
    return NULL;
}

static const char *check_constant(const Graph *graph, const Node *node, uint32_t index)
{
    if (node->op != OP_const)
        return NULL;
    int64_t place = ((const ConstAttrs *)node->attrs)->constant;
    if (place < 0 || place >= graph->constants.count)
        return broken(graph, 5, index, "names constant %lld", (long long)place);
    const Constant *constant = graph_constant(graph, node);
    if (!shape_fits(&constant->shape))
        return broken(graph, 5, index, "has a constant without a shape");
    if (!shape_equal(&constant->shape, &node->type.shape))
        return broken(graph, 5, index, "has a constant of %s, its type is %s",
                      shape_full_text(graph->arena, &constant->shape),
                      shape_full_text(graph->arena, &node->type.shape));
    if (constant->kind != CONSTANT_LOADED && !constant->data)
        return broken(graph, 5, index, "has a constant without data");
    if (constant->kind == CONSTANT_LOADED && !constant->path[0])
        return broken(graph, 5, index, "is loaded but has no path");
    return NULL;
}

/* What the op's rule reports, as a clause. */
static const char *rule_text(const Graph *graph, Buf *capture)
{
    const char *text = buf_text(capture), *sentence = strstr(text, "error: ");
    sentence = sentence ? sentence + strlen("error: ") : text;
    return arena_strndup(graph->arena, sentence, strcspn(sentence, "\n"));
}

static const char *check_type(const Graph *graph, const Node *node, uint32_t index)
{
    Buf capture = {0};
    Diag diag;
    diag_init(&diag, graph->arena);
    diag.capture = &capture;
    Node nowhere = *node;
    nowhere.span = NOWHERE; /* the span's text is not in this diag */
    Type type = {0};
    const char *text = NULL;
    if (!op_row(node->op)->type(graph, &nowhere, &diag, &type))
        text = broken(graph, 6, index, "breaks its rule: %s", rule_text(graph, &capture));
    else if (type.dtype != node->type.dtype)
        text = broken(graph, 6, index, "is %s, its rule says %s", dtype_name(node->type.dtype), dtype_name(type.dtype));
    else if (!shape_fits(&type.shape) || !shape_equal(&type.shape, &node->type.shape))
        text = broken(graph, 6, index, "is %s, its rule says %s", shape_full_text(graph->arena, &node->type.shape),
                      shape_full_text(graph->arena, &type.shape));
    buf_free(&capture);
    return text;
}

static const char *check_layout(const Graph *graph, const Node *node, uint32_t index)
{
    const char *misfit = layout_misfit(&node->type.layout, &node->type.shape);
    return misfit ? broken(graph, 7, index, "has a layout that does not fit: %s", misfit) : NULL;
}

static const char *check_bytes(const Graph *graph, const Node *node, uint32_t index)
{
    Family family = op_row(node->op)->family;
    if (node->type.dtype == DT_U8 && node->op != OP_input && family != FAMILY_PACK && family != FAMILY_TRANSFER)
        return broken(graph, 8, index, "has bytes as its value");
    if (dtype_is_short(node->type.dtype) && family != FAMILY_PACK)
        return broken(graph, 8, index, "has %s as its value", dtype_name(node->type.dtype));
    for (uint32_t i = 0; i < node->input_count; i++)
        if (dtype_is_short(graph_input_node(graph, node, i)->type.dtype) && !(family == FAMILY_MATVEC && i == 1))
            return broken(graph, 8, index, "reads numbers of 16 bits, which are for weights of fully connected layers");
    return NULL;
}

static const char *check_kernel(const Graph *graph, const Node *node, uint32_t index)
{
    if (node_is_none(node->kernel))
        return NULL;
    if (node->kernel.index >= index)
        return broken(graph, 9, index, "is computed in %%%u, which does not come before it", node->kernel.index);
    const Node *leader = graph_node(graph, node->kernel);
    if (!op_has_kernel(leader->op))
        return broken(graph, 9, index, "is computed in %%%u, which has no kernel", node->kernel.index);
    if (!node_is_none(leader->kernel))
        return broken(graph, 9, index, "is computed in %%%u, which is computed in %%%u itself", node->kernel.index,
                      leader->kernel.index);
    return NULL;
}

/* ---- inside kernels ---- */

/* Where the parts of each kernel are while the nodes are walked; a node without a kernel leads its own. */
typedef struct Kernels {
    const Graph *graph;
    const bool *known;
    const NodeId *result; /* one a leader: the last node of its kernel */
    NodeId *last;         /* and the last one so far */
} Kernels;

static const char *check_inside(const Kernels *k, const Node *node, uint32_t index)
{
    bool fused = !node_is_none(node->kernel), runs = false;
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(k->graph, node, i), maker = graph_leader(k->graph, input);
        if (graph_is_running(k->graph, node, i)) {
            runs = true;
            if (!node_same(k->last[maker.index], input))
                return broken(k->graph, 12, index, "reads %%%u, which is not the last value of its kernel yet",
                              input.index);
        } else if (!graph_is_written(k->graph, k->result, input)) {
            return broken(k->graph, 12, index, "reads %%%u, which stays in the kernel of %%%u", input.index,
                          maker.index);
        } else if (fused && !k->known[input.index] && input.index > node->kernel.index) {
            return broken(k->graph, 12, index, "reads %%%u, which comes after its kernel", input.index);
        }
    }
    return fused && !runs ? broken(k->graph, 12, index, "reads nothing of its kernel") : NULL;
}

static const char *check_weights(const Graph *graph)
{
    const bool *known = graph_stored_known(graph->arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (op_row(graph->nodes.at[i].op)->family == FAMILY_WEIGHTS && !known[i])
            return broken(graph, 15, i, "is not known with the weights");
    return NULL;
}

static const char *check_kernels(const Graph *graph)
{
    Kernels k = {.graph = graph,
                 .known = graph_stored_known(graph->arena, graph),
                 .result = kernel_results(graph),
                 .last = NEW_ARRAY(graph->arena, NodeId, graph->nodes.count)};
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        k.last[i] = (NodeId){i};
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (dtype_is_short(graph->nodes.at[i].type.dtype) && !k.known[i])
            return broken(graph, 8, i, "is stored in 16 bits, but no weight");
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const char *text = check_inside(&k, &graph->nodes.at[i], i);
        if (text)
            return text;
        if (!node_is_piece(&graph->nodes.at[i]))
            k.last[graph_leader(graph, (NodeId){i}).index] = (NodeId){i};
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        NodeId output = graph->outputs.at[i].node, maker = graph_leader(graph, output);
        if (!node_same(k.result[maker.index], output))
            return broken(graph, 12, output.index, "is an output, but stays in the kernel of %%%u", maker.index);
    }
    return NULL;
}

/* ---- ports ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names are there, and no two are equal. */
static const char *check_names(const Graph *graph, int rule, const Port *ports, uint32_t count)
{
    const char **names = NEW_ARRAY(graph->arena, const char *, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = ports[i].name;
        if (!names[i] || !names[i][0])
            return arena_printf(graph->arena, "G%d: port %u has no name", rule, i);
    }
    if (count)
        qsort(names, count, sizeof *names, compare_names);
    for (uint32_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return arena_printf(graph->arena, "G%d: two ports are named '%s'", rule, names[i]);
    return NULL;
}

static const char *check_inputs(const Graph *graph)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (node->op != OP_input)
            continue;
        if (next >= graph->inputs.count || ((const InputAttrs *)node->attrs)->port != next ||
            graph->inputs.at[next].node.index != i)
            return broken(graph, 10, i, "is not input %u of the net", next);
        next++;
    }
    if (next != graph->inputs.count)
        return arena_printf(graph->arena, "G10: input '%s' has no node", graph->inputs.at[next].name);
    return check_names(graph, 10, graph->inputs.at, graph->inputs.count);
}

static const char *check_outputs(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        const Port *port = &graph->outputs.at[i];
        if (port->node.index >= graph->nodes.count)
            return arena_printf(graph->arena, "G11: output %u is %%%u, which is no node", i, port->node.index);
        if (graph_node(graph, port->node)->type.dtype != DT_F32)
            return broken(graph, 8, port->node.index, "is no output of f32");
        const Shape *shape = &graph_node(graph, port->node)->type.shape;
        if (port->labels && port->label_count != shape_count(shape) / (shape->rank ? shape->dim[0] : 1))
            return broken(graph, 11, port->node.index, "is an output with %u labels for %s", port->label_count,
                          shape_text(graph->arena, shape));
    }
    return check_names(graph, 11, graph->outputs.at, graph->outputs.count);
}

static NodeRule *const node_rules[] = {check_order, check_op,     check_arity, check_attrs, check_constant,
                                       check_type,  check_layout, check_bytes, check_kernel};

const char *graph_verify(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        for (size_t rule = 0; rule < COUNT_OF(node_rules); rule++) {
            const char *text = node_rules[rule](graph, &graph->nodes.at[i], i);
            if (text)
                return text;
        }
    }
    const char *text = check_inputs(graph);
    if (!text)
        text = check_outputs(graph);
    if (!text)
        text = check_weights(graph);
    if (!text)
        text = check_kernels(graph);
    if (!text)
        text = verify_bands(graph);
    if (!text)
        text = verify_pieces(graph);
    return text ? text : verify_devices(graph);
}
