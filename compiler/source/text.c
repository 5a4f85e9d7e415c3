/* text.c - the model's text: its inputs, a statement for each chain of layers, its outputs (see source.h).
 *
 * A chain goes on where a value is read once, by a layer that is called with it first. It is written where its last
 * layer stands in the Graph, behind all that its layers read.
 */
#include <unistd.h>

#include "elaborate/elaborate.h"
#include "pass/pass.h"
#include "source/source.h"
#include "source/writer.h"
#include "support/file.h"
#include "syntax/fmt.h"

enum { LINE = 108 }; /* letters of a line, about */

typedef struct Chains {
    Writer *writer;
    NodeId *next;         /* of a value that is read once, and first: the layer that reads it; else NODE_NONE */
    bool *skipped;        /* it stands in no statement: inputs, weights, and weights in another shape */
    const char *returned; /* the statement that ends the net */
} Chains;

/* ---- chains ---- */

static bool is_infix(OpId op)
{
    return op == OP_add || op == OP_sub || op == OP_mul || op == OP_div;
}

/* concat and where read better with all that they are called with in brackets. */
static bool is_piped_into(OpId op)
{
    return op != OP_concat && op != OP_where;
}

/* A weight that the net computes, in the shape in which the layer reads it (single.c). */
static bool is_weight(const Graph *net, const Node *reader, uint32_t i)
{
    const Op *row = op_row(reader->op);
    return i >= row->least_inputs && row->least_operands > 0 && graph_input_node(net, reader, i)->op == OP_reshape;
}

static void find_chains(Chains *chains)
{
    const Graph *net = chains->writer->net;
    for (uint32_t i = 0; i < net->nodes.count; i++) {
        const Node *node = &net->nodes.at[i];
        const bool is_source = op_row(node->op)->family == FAMILY_SOURCE || node->op == OP_pixels;
        chains->next[i] = NODE_NONE;
        chains->skipped[i] |= is_source || node->op == OP_unsqueeze || source_constant(net, (NodeId){i});
        for (uint32_t k = 1; k < node->input_count; k++)
            if (is_weight(net, node, k))
                chains->skipped[graph_input(net, node, k).index] = true;
    }
    for (uint32_t i = 0; i < net->nodes.count; i++) {
        const Node *node = &net->nodes.at[i];
        if (chains->skipped[i] || !is_piped_into(node->op))
            continue;
        const NodeId first = graph_input(net, node, 0);
        if (!chains->skipped[first.index] && chains->writer->uses[first.index] == 1)
            chains->next[first.index] = (NodeId){i};
    }
}

/* ---- statements ---- */

static const char *infix_text(Writer *writer, const Node *node)
{
    const char sign = node->op == OP_add ? '+' : node->op == OP_sub ? '-' : node->op == OP_mul ? '*' : '/';
    const char *left = writer_input(writer, node, 0);
    return arena_printf(writer->arena, "%s %c %s", left, sign, writer_input(writer, node, 1));
}

/* "concat(a, b, axis=1)" of the call "concat(b, axis=1)". */
static const char *bracketed(Writer *writer, const Node *node, const char *call)
{
    const char *first = writer_input(writer, node, 0), *brackets = strchr(call, '(');
    return brackets ? arena_printf(writer->arena, "%.*s%s, %s", (int)(brackets - call + 1), call, first, brackets + 1)
                    : arena_printf(writer->arena, "%s(%s)", call, first);
}

/* The layer with which a chain begins, and what it reads. NULL after a diagnostic. */
static const char *head_text(Writer *writer, NodeId id)
{
    const Node *node = graph_node(writer->net, id);
    if (is_infix(node->op))
        return infix_text(writer, node);
    const char *call = writer_call(writer, id);
    if (!call)
        return NULL;
    if (!is_piped_into(node->op) || source_constant(writer->net, graph_input(writer->net, node, 0)))
        return bracketed(writer, node, call);
    return arena_printf(writer->arena, "%s -> %s", writer_input(writer, node, 0), call);
}

/* The layer before that one in its chain; false: it is the first. */
static bool go_back(const Chains *chains, NodeId *id)
{
    const Graph *net = chains->writer->net;
    const NodeId before = graph_input(net, graph_node(net, *id), 0);
    if (!node_same(chains->next[before.index], *id))
        return false;
    *id = before;
    return true;
}

/* The pipeline of a chain that ends there, with a new line where one gets long; `column` letters stand before it. NULL
 * after a diagnostic. */
static const char *pipeline(Chains *chains, NodeId last, size_t column)
{
    Writer *writer = chains->writer;
    NodeId id = last;
    while (go_back(chains, &id))
        ;
    const char *head = head_text(writer, id);
    if (!head)
        return NULL;
    Buf text = {0};
    buf_puts(&text, head);
    size_t line = column + text.length;
    while (!node_same(id, last)) {
        id = chains->next[id.index];
        const char *call = writer_call(writer, id);
        if (!call) {
            buf_free(&text);
            return NULL;
        }
        const size_t length = strlen(call) + strlen(" -> ");
        const bool is_full = line + length > LINE;
        buf_printf(&text, "%s-> %s", is_full ? "\n" : " ", call);
        line = is_full ? column + length : line + length;
    }
    const char *result = arena_strdup(writer->arena, buf_text(&text));
    buf_free(&text);
    return result;
}

/* What the value of a chain is called: as the node in the file, else as its last layer with a label. */
static const char *name_of_chain(Chains *chains, NodeId last)
{
    const Graph *net = chains->writer->net;
    NodeId id = last;
    do {
        const Node *node = graph_node(net, id);
        if (node->path[0] && strlen(node->path) <= MOST_LETTERS)
            return node->path;
    } while (go_back(chains, &id));
    return op_name(graph_node(net, last)->op);
}

/* The output port that alone reads the value; -1: none, or others read it too. */
static int64_t only_output(const Writer *writer, NodeId id)
{
    for (uint32_t i = 0; writer->uses[id.index] == 1 && i < writer->net->outputs.count; i++)
        if (node_same(writer->net->outputs.at[i].node, id))
            return i;
    return -1;
}

static bool write_chain(Chains *chains, NodeId last)
{
    Writer *writer = chains->writer;
    const int64_t port = only_output(writer, last);
    const char *head = port < 0 ? writer_value_name(writer, name_of_chain(chains, last))
                                : arena_printf(writer->arena, "%s %s", port ? "output" : "return",
                                               writer_word(writer->arena, writer->net->outputs.at[port].name));
    const char *text = pipeline(chains, last, strlen(head) + strlen("    ="));
    if (!text)
        return false;
    if (port < 0)
        writer->values[last.index] = head;
    if (port == 0)
        chains->returned = arena_printf(writer->arena, "    %s = %s;\n", head, text);
    else
        buf_printf(&writer->text, "    %s = %s;\n", head, text);
    return true;
}

/* Outputs that others read too, or that are inputs or weights. */
static void write_outputs(Chains *chains)
{
    Writer *writer = chains->writer;
    const Graph *net = writer->net;
    for (uint32_t i = 0; i < net->outputs.count; i++) {
        const NodeId id = net->outputs.at[i].node;
        if (!chains->skipped[id.index] && only_output(writer, id) == i)
            continue;
        const char *value = writer_value(writer, id), *name = writer_word(writer->arena, net->outputs.at[i].name);
        if (i)
            buf_printf(&writer->text, "    output %s = %s;\n", name, value);
        else
            chains->returned = arena_printf(writer->arena, "    return %s = %s;\n", name, value);
    }
}

static bool write_statements(Writer *writer)
{
    const Graph *net = writer->net;
    Chains chains = {.writer = writer,
                     .next = NEW_ARRAY(writer->arena, NodeId, net->nodes.count),
                     .skipped = NEW_ARRAY(writer->arena, bool, net->nodes.count)};
    find_chains(&chains);
    for (uint32_t i = 0; i < net->nodes.count; i++)
        if (!chains.skipped[i] && node_is_none(chains.next[i]) && !write_chain(&chains, (NodeId){i}))
            return false;
    write_outputs(&chains);
    buf_puts(&writer->text, chains.returned);
    return true;
}

/* ---- the file ---- */

/* "u8[3, 227, 227](resize=256, order=bgr)" */
static const char *input_type(Arena *arena, const Port *port, const Type *type)
{
    const char *shape = writer_list(arena, type->shape.dim + 1, type->shape.rank - 1);
    if (type->dtype != DT_U8)
        return arena_printf(arena, "f32%s", shape);
    const Picture *picture = &port->picture;
    const char *resize = picture->resize ? arena_printf(arena, "resize=%lld", (long long)picture->resize) : "";
    if (!picture->resize && !picture->bgr)
        return arena_printf(arena, "u8%s", shape);
    return arena_printf(arena, "u8%s(%s%s%s)", shape, resize, picture->resize && picture->bgr ? ", " : "",
                        picture->bgr ? "order=bgr" : "");
}

static void write_inputs(Writer *writer)
{
    const Graph *net = writer->net;
    for (uint32_t i = 0; i < net->inputs.count; i++) {
        const Port *port = &net->inputs.at[i];
        const char *name = writer_value_name(writer, port->name);
        writer->values[port->node.index] = name;
        buf_printf(&writer->text, "%s%s: %s", i ? ", " : "", name,
                   input_type(writer->arena, port, &graph_node(net, port->node)->type));
    }
    for (uint32_t i = 0; i < net->nodes.count; i++) /* bytes of pictures are read as value / 255 */
        if (net->nodes.at[i].op == OP_pixels)
            writer->values[i] = writer->values[graph_input(net, &net->nodes.at[i], 0).index];
}

/* "models/squeeze-net.fov": "squeeze_net" */
static const char *net_name(Writer *writer, const char *path)
{
    const char *base = path_base(path);
    const char *stem = arena_strndup(writer->arena, base, strlen(base) - strlen(path_extension(path)));
    NameSet names = {.arena = writer->arena};
    Writer other = {.arena = writer->arena, .value_names = names};
    const char *name = writer_value_name(&other, stem);
    return op_find(name) == OP_COUNT ? name : arena_printf(writer->arena, "%s_net", name);
}

static bool is_text_path(Diag *diag, const char *path)
{
    if (strcmp(path_extension(path), ".fov") == 0)
        return true;
    diag_error(diag, NOWHERE, "a model in Fovea's language is called NAME.fov, not '%s'", path_base(path));
    return false;
}

static bool has_inputs(Writer *writer)
{
    if (writer->net->inputs.count)
        return true;
    diag_error(writer->diag, NOWHERE, "a net in Fovea's language has inputs, and this model has none");
    return false;
}

/* The whole text, into `text`; the statements say first which tensors are stored. */
static bool write_text(Writer *writer, const char *from, const char *path, const char *weights, Buf *text)
{
    write_inputs(writer);
    buf_puts(&writer->text, ") {\n");
    if (!write_statements(writer))
        return false;
    buf_printf(text, "# %s, as `fovea import` read it.\n", path_base(from));
    if (writer->tensors.count)
        buf_printf(text, "weights \"%s\";\n\n", path_base(weights));
    buf_printf(text, "net %s(%s}\n", net_name(writer, path), buf_text(&writer->text));
    return true;
}

/* Whether the text is a model with the same inputs and outputs: it is read as it will be. */
static bool reads_back(Writer *writer, uint32_t source)
{
    const Graph *again = elaborate_source(writer->arena, writer->diag, source, &(ElaborateOptions){.batch = 1});
    const Graph *net = writer->net;
    bool same = again && again->inputs.count == net->inputs.count && again->outputs.count == net->outputs.count;
    for (uint32_t i = 0; same && i < net->inputs.count; i++)
        same = shape_equal(&graph_node(again, again->inputs.at[i].node)->type.shape,
                           &graph_node(net, net->inputs.at[i].node)->type.shape);
    for (uint32_t i = 0; same && i < net->outputs.count; i++)
        same = shape_equal(&graph_node(again, again->outputs.at[i].node)->type.shape,
                           &graph_node(net, net->outputs.at[i].node)->type.shape);
    if (again && !same)
        diag_error(writer->diag, NOWHERE,
                   "the text would have other inputs or outputs than the model: it is not written");
    return same;
}

static bool write_files(Writer *writer, const char *path, const char *weights, const Buf *text)
{
    const uint32_t count = writer->tensors.count;
    if (count && !safetensors_write(writer->diag, weights, writer->tensors.at, count))
        return false;
    if (file_write_atomic(writer->diag, path, text->text, text->length))
        return true;
    if (count)
        unlink(weights);
    return false;
}

const char *source_weights_path(Arena *arena, const char *path)
{
    const size_t stem = strlen(path) - strlen(path_extension(path));
    return arena_printf(arena, "%.*s.safetensors", (int)stem, path);
}

bool source_write(Diag *diag, const Graph *net, const char *from, const char *path)
{
    Arena *arena = net->arena;
    if (!is_text_path(diag, path))
        return false;
    const Graph *single = source_single(source_known(net), diag);
    if (!single)
        return false;
    single = graph_without_dead(single);
    Writer writer = {.arena = arena,
                     .diag = diag,
                     .net = single,
                     .uses = graph_uses(arena, single),
                     .values = NEW_ARRAY(arena, const char *, single->nodes.count),
                     .full = NEW_ARRAY(arena, const char *, single->nodes.count),
                     .value_names = {.arena = arena},
                     .labels = {.arena = arena},
                     .tensor_names = {.arena = arena}};
    const char *weights = source_weights_path(arena, path);
    Buf text = {0}, formatted = {0};
    bool good = has_inputs(&writer) && write_text(&writer, from, path, weights, &text);
    if (good) {
        const uint32_t source = diag_add_source(diag, path, arena_strdup(arena, buf_text(&text)), text.length);
        good = fmt_source(arena, diag, source, &formatted) && reads_back(&writer, source) &&
               write_files(&writer, path, weights, &formatted);
    }
    buf_free(&writer.text);
    buf_free(&text);
    buf_free(&formatted);
    return good;
}
