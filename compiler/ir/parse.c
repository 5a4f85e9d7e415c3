/* parse.c - reads a graph back from its text (see text.h and compiler/IR.md).
 *
 * Nodes are built as a model's are: the op's type rule is asked, and the type that the text states must be its answer.
 * At the first fault reading ends, so that there is one message; the finished graph is verified.
 */
#include "ir/parse.h"

#include <math.h>

#include "ir/text.h"
#include "ir/verify.h"

/* The numbers that a text of a few bytes may ask for. */
enum { LIMIT_FILL = 1 << 28 };

typedef struct GraphParser {
    Tokens tokens;
    Graph *graph;
    Span line; /* of the node that is being read */
} GraphParser;

/* `%7`, a node that is there already. */
static bool parse_node_id(GraphParser *p, NodeId *id)
{
    if (p->tokens.now.kind != TOKEN_VALUE) {
        tokens_fail(&p->tokens, "a value is missing: %%0, %%1, ...");
        return false;
    }
    *id = (NodeId){p->tokens.now.value};
    if (id->index >= p->graph->nodes.count) {
        tokens_fail(&p->tokens, "%%%u does not stand before this", id->index);
        return false;
    }
    tokens_next(&p->tokens);
    return !p->tokens.failed;
}

static bool finish_line(GraphParser *p, Type *type)
{
    if (!want_symbol(&p->tokens, ':') || !parse_type(&p->tokens, type))
        return false;
    p->line.end = p->tokens.now.kind == TOKEN_END ? p->tokens.now.span.end : p->tokens.now.span.begin;
    const char *text = p->tokens.begin;
    while (p->line.end > p->line.begin + 1 && strchr(" \t\r\n", text[p->line.end - 1]))
        p->line.end--;
    return true;
}

/* ---- input ---- */

static void parse_input(GraphParser *p)
{
    const char *name;
    Picture picture = {0};
    Type type;
    if (!want_string(&p->tokens, &name, "the input's name"))
        return;
    if (take_word(&p->tokens, "resize") &&
        !(want_symbol(&p->tokens, '=') && want_integer(&p->tokens, &picture.resize, 1, LIMIT_DIMENSION, "resize")))
        return;
    if (take_word(&p->tokens, "order")) {
        if (!want_symbol(&p->tokens, '='))
            return;
        picture.bgr = take_word(&p->tokens, "bgr");
        if (!picture.bgr) {
            tokens_fail(&p->tokens, "the order is bgr, or is not written");
            return;
        }
    }
    if (finish_line(p, &type))
        graph_add_input(p->graph, name, type, picture, p->line);
}

/* ---- const ---- */

static bool parse_numbers(GraphParser *p, float **data, int64_t *count)
{
    VEC(float) numbers = {0};
    if (!want_symbol(&p->tokens, '['))
        return false;
    while (!take_symbol(&p->tokens, ']')) {
        double number;
        if ((numbers.count && !want_symbol(&p->tokens, ',')) || !want_number(&p->tokens, &number, "an element"))
            return false;
        VEC_PUSH(p->graph->arena, &numbers, (float)number);
    }
    *data = numbers.at;
    *count = numbers.count;
    return !p->tokens.failed;
}

static bool parse_role(GraphParser *p, WeightRole *role)
{
    if (!want_symbol(&p->tokens, '='))
        return false;
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (take_word(&p->tokens, weight_role_name((WeightRole)i))) {
            *role = (WeightRole)i;
            return true;
        }
    }
    tokens_fail(&p->tokens, "there is no such role");
    return false;
}

static bool parse_constant_facts(GraphParser *p, Constant *constant)
{
    constant->path = "";
    if (p->tokens.now.kind == TOKEN_STRING && !want_string(&p->tokens, &constant->path, "the path"))
        return false;
    if (take_word(&p->tokens, "role") && !parse_role(p, &constant->role))
        return false;
    if (take_word(&p->tokens, "fan_in") &&
        !(want_symbol(&p->tokens, '=') && want_integer(&p->tokens, &constant->fan_in, 1, LIMIT_ELEMENTS, "fan_in")))
        return false;
    constant->trainable = take_word(&p->tokens, "trainable");
    return !p->tokens.failed;
}

/* Room for the data, once the shape is known; `count` numbers were written. */
static bool place_data(GraphParser *p, Constant *constant, int64_t count)
{
    int64_t elements = shape_count(&constant->shape);
    if (constant->kind == CONSTANT_LITERAL && count != elements)
        tokens_fail(&p->tokens, "a literal of %lld numbers for %lld elements", (long long)count, (long long)elements);
    else if (constant->kind == CONSTANT_FILL && elements > LIMIT_FILL)
        tokens_fail(&p->tokens, "a fill has at most %d elements", (int)LIMIT_FILL);
    else if (constant->kind == CONSTANT_LOADED && !constant->path[0])
        tokens_fail(&p->tokens, "a constant has a path, a literal or a fill");
    if (p->tokens.failed || constant->kind != CONSTANT_FILL)
        return !p->tokens.failed;
    float value = constant->data[0];
    constant->data = NEW_ARRAY(p->graph->arena, float, elements);
    for (int64_t i = 0; i < elements; i++)
        constant->data[i] = value;
    return true;
}

static void parse_constant(GraphParser *p)
{
    Constant constant = {.kind = CONSTANT_LOADED};
    int64_t count = 0;
    double number;
    float fill;
    if (take_word(&p->tokens, "fill")) {
        constant.kind = CONSTANT_FILL;
        if (!want_number(&p->tokens, &number, "a fill"))
            return;
        fill = (float)number;
        constant.data = &fill;
    } else if (take_word(&p->tokens, "literal")) {
        constant.kind = CONSTANT_LITERAL;
        if (!parse_numbers(p, &constant.data, &count))
            return;
    }
    Type type;
    if (!parse_constant_facts(p, &constant) || !finish_line(p, &type))
        return;
    constant.shape = type.shape;
    constant.span = p->line;
    if (type.dtype != DT_F32 || type.layout.kind != LAYOUT_PLAIN || layout_has_halo(&type.layout))
        tokens_fail(&p->tokens, "a constant is f32 and plain");
    else if (place_data(p, &constant, count))
        graph_add_constant(p->graph, &constant);
}

/* ---- operations ---- */

static bool parse_op(GraphParser *p, OpId *op)
{
    if (p->tokens.now.kind != TOKEN_NAME) {
        tokens_fail(&p->tokens, "an op is missing");
        return false;
    }
    *op = op_find(p->tokens.now.text);
    if (*op == OP_COUNT || op_row(*op)->family == FAMILY_LANGUAGE) {
        const char *names[OP_COUNT], *wrong = p->tokens.now.text;
        for (int i = 0; i < OP_COUNT; i++)
            names[i] = op_name((OpId)i);
        tokens_fail(&p->tokens, "no op of a graph is called '%s'", wrong);
        const char *near = nearest_word(wrong, names, OP_COUNT);
        if (near && *op == OP_COUNT)
            diag_hint(p->tokens.diag, "did you mean '%s'?", near);
        return false;
    }
    tokens_next(&p->tokens);
    return !p->tokens.failed;
}

static NodeId *parse_inputs(GraphParser *p, OpId op, uint32_t *count)
{
    VEC(NodeId) inputs = {0};
    const Op *row = op_row(op);
    if (!want_symbol(&p->tokens, '('))
        return NULL;
    while (!take_symbol(&p->tokens, ')')) {
        NodeId id;
        if ((inputs.count && !want_symbol(&p->tokens, ',')) || !parse_node_id(p, &id))
            return NULL;
        VEC_PUSH(p->graph->arena, &inputs, id);
    }
    if (inputs.count < (uint64_t)row->least_inputs + row->least_operands ||
        inputs.count > (uint64_t)row->most_inputs + row->most_operands) {
        tokens_fail(&p->tokens, "%s does not take %u inputs", op_name(op), inputs.count);
        return NULL;
    }
    *count = inputs.count;
    return inputs.at;
}

/* The stated type is the rule's answer, in some layout; a pack may store it in 16 bits. */
static void state_type(GraphParser *p, NodeId id, const Type *stated)
{
    Node *node = graph_node(p->graph, id);
    if (node->op == OP_pack && node->type.dtype == DT_F32 && dtype_is_short(stated->dtype))
        node->type.dtype = stated->dtype;
    if (stated->dtype != node->type.dtype || !shape_equal(&stated->shape, &node->type.shape)) {
        Buf text = {0};
        type_print(&text, &node->type);
        p->tokens.now.span = p->line;
        tokens_fail(&p->tokens, "the type is not that of the op, which gives %s", buf_text(&text));
        buf_free(&text);
        return;
    }
    node->type.layout = stated->layout;
}

/* `on host`, `on device 1`; nothing: the first device. */
static bool parse_device(GraphParser *p, int64_t *device)
{
    *device = 0;
    if (!take_word(&p->tokens, "on"))
        return true;
    if (take_word(&p->tokens, "host")) {
        *device = DEVICE_HOST;
        return true;
    }
    if (take_word(&p->tokens, "device"))
        return want_integer(&p->tokens, device, 0, LIMIT_DEVICES - 1, "the device");
    tokens_fail(&p->tokens, "a node is on host or on a device: on device 1");
    return false;
}

static void parse_operation(GraphParser *p)
{
    OpId op;
    uint32_t count;
    if (!parse_op(p, &op))
        return;
    NodeId *inputs = parse_inputs(p, op, &count), kernel = NODE_NONE, behind = NODE_NONE;
    int64_t by = 0, device;
    void *attrs = arena_alloc(p->graph->arena, op_row(op)->attr_bytes);
    const char *path = "", *block = "";
    Type type;
    if (!inputs || !parse_attrs(&p->tokens, op, attrs))
        return;
    if (take_word(&p->tokens, "in") && !parse_node_id(p, &kernel))
        return;
    if (take_word(&p->tokens, "behind") && !parse_node_id(p, &behind))
        return;
    if (take_word(&p->tokens, "by") && !want_integer(&p->tokens, &by, 1, INT32_MAX, "the rows of a band"))
        return;
    if (!parse_device(p, &device))
        return;
    if (take_word(&p->tokens, "at") && !want_string(&p->tokens, &path, "the label"))
        return;
    if (take_word(&p->tokens, "inside") && !want_string(&p->tokens, &block, "the blocks around it"))
        return;
    if (!finish_line(p, &type))
        return;
    NodeId id = graph_add(p->graph, p->tokens.diag, op, inputs, count, attrs, path, p->line);
    if (node_is_none(id)) {
        p->tokens.failed = true;
        return;
    }
    graph_node(p->graph, id)->kernel = kernel;
    graph_node(p->graph, id)->behind = behind;
    graph_node(p->graph, id)->by = (int32_t)by;
    graph_node(p->graph, id)->device = (int32_t)device;
    graph_node(p->graph, id)->block = block;
    state_type(p, id, &type);
}

static void parse_node(GraphParser *p)
{
    p->line = p->tokens.now.span;
    if (p->tokens.now.value != p->graph->nodes.count) {
        tokens_fail(&p->tokens, "the next node is %%%u", p->graph->nodes.count);
        return;
    }
    tokens_next(&p->tokens);
    if (!want_symbol(&p->tokens, '='))
        return;
    if (take_word(&p->tokens, "input"))
        parse_input(p);
    else if (take_word(&p->tokens, "const"))
        parse_constant(p);
    else
        parse_operation(p);
}

/* ---- outputs ---- */

static void parse_labels(GraphParser *p, NodeId node)
{
    VEC(const char *) labels = {0};
    if (!want_symbol(&p->tokens, '['))
        return;
    while (!take_symbol(&p->tokens, ']')) {
        const char *label;
        if ((labels.count && !want_symbol(&p->tokens, ',')) || !want_string(&p->tokens, &label, "a label"))
            return;
        VEC_PUSH(p->graph->arena, &labels, label);
    }
    Port *port = &p->graph->outputs.at[p->graph->outputs.count - 1];
    const Shape *shape = &graph_node(p->graph, node)->type.shape;
    if (labels.count != shape_count(shape) / (shape->rank ? shape->dim[0] : 1))
        tokens_fail(&p->tokens, "%u labels for an output of %s", labels.count, shape_text(p->graph->arena, shape));
    port->labels = labels.at;
    port->label_count = labels.count;
}

static void parse_output(GraphParser *p)
{
    const char *name;
    NodeId node;
    Span span = p->tokens.now.span;
    if (!want_string(&p->tokens, &name, "the output's name") || !want_symbol(&p->tokens, '=') ||
        !parse_node_id(p, &node))
        return;
    graph_add_output(p->graph, name, node, span);
    if (take_word(&p->tokens, "labels"))
        parse_labels(p, node);
}

/* ---- the whole ---- */

static bool parse_head(GraphParser *p, Arena *arena)
{
    if (!take_word(&p->tokens, "graph")) {
        tokens_fail(&p->tokens, "a graph begins with 'graph' and its name");
        return false;
    }
    if (p->tokens.now.kind != TOKEN_NAME && p->tokens.now.kind != TOKEN_STRING) {
        tokens_fail(&p->tokens, "the graph's name is missing");
        return false;
    }
    p->graph = graph_new(arena, p->tokens.now.text);
    tokens_next(&p->tokens);
    p->graph->weights_span = p->tokens.now.span;
    return !take_word(&p->tokens, "weights") || want_string(&p->tokens, &p->graph->weights_path, "the weights' path");
}

static Graph *checked(GraphParser *p)
{
    const char *broken = graph_verify(p->graph);
    if (!broken)
        return p->graph;
    diag_error(p->tokens.diag, (Span){p->tokens.source, 0, 0}, "%s", broken);
    return NULL;
}

Graph *graph_parse(Arena *arena, Diag *diag, uint32_t source)
{
    GraphParser p = {0};
    tokens_open(&p.tokens, arena, diag, source);
    if (!parse_head(&p, arena))
        return NULL;
    while (!p.tokens.failed && p.tokens.now.kind != TOKEN_END) {
        if (p.tokens.now.kind == TOKEN_VALUE)
            parse_node(&p);
        else if (take_word(&p.tokens, "output"))
            parse_output(&p);
        else
            tokens_fail(&p.tokens, "a node or an output is expected: %%%u = ..., output \"...\" = ...",
                        p.graph->nodes.count);
    }
    return p.tokens.failed ? NULL : checked(&p);
}
