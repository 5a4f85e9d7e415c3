/* names.c - what things are called in the text: values, labels, tensors of the weights file, and numbers. */
#include "source/writer.h"

#include <ctype.h>
#include <float.h>
#include <math.h>

enum { MOST_WRITTEN = 16 }; /* numbers of a list that stands in the text */

/* ---- numbers ---- */

const char *writer_number(Arena *arena, double number, bool is_float)
{
    char text[40];
    if (!isfinite(number))
        return NULL;
    is_float &= (double)(float)number == number;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        const double read = strtod(text, NULL);
        if (read == number || (is_float && fabs(read) <= (double)FLT_MAX && (float)read == (float)number))
            break;
    }
    return arena_strdup(arena, text);
}

const char *writer_list(Arena *arena, const int64_t *numbers, int64_t count)
{
    Buf text = {0};
    for (int64_t i = 0; i < count; i++)
        buf_printf(&text, "%s%lld", i ? ", " : "[", (long long)numbers[i]);
    buf_puts(&text, count ? "]" : "[]");
    const char *result = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return result;
}

static bool is_finite(const Constant *constant)
{
    for (int64_t i = 0; i < shape_count(&constant->shape); i++)
        if (!isfinite(constant->data[i]))
            return false;
    return true;
}

static bool is_uniform(const Constant *constant)
{
    for (int64_t i = 1; i < shape_count(&constant->shape); i++)
        if (constant->data[i] != constant->data[0] || signbit(constant->data[i]) != signbit(constant->data[0]))
            return false;
    return isfinite(constant->data[0]);
}

/* Nested lists, a level an axis. */
static const float *print_numbers(Writer *writer, Buf *text, const Shape *shape, int axis, const float *data)
{
    if (axis == shape->rank) {
        buf_puts(text, writer_number(writer->arena, (double)*data, true));
        return data + 1;
    }
    for (int64_t i = 0; i < shape->dim[axis]; i++) {
        buf_puts(text, i ? ", " : "[");
        data = print_numbers(writer, text, shape, axis + 1, data);
    }
    buf_puts(text, "]");
    return data;
}

/* ---- names ---- */

static bool is_keyword(const char *name)
{
    static const char *const keywords[] = {"net", "block",  "const",  "import", "weights", "if",    "else", "for",
                                           "in",  "return", "output", "on",     "true",    "false", "train"};
    for (size_t i = 0; i < COUNT_OF(keywords); i++)
        if (strcmp(name, keywords[i]) == 0)
            return true;
    return false;
}

const char *writer_word(Arena *arena, const char *name)
{
    return is_keyword(name) ? arena_printf(arena, "%s_", name) : name;
}

const char *writer_value_name(Writer *writer, const char *wanted)
{
    Buf text = {0};
    if (!isalpha((unsigned char)wanted[0]))
        buf_puts(&text, "x");
    for (const char *at = wanted; *at; at++)
        buf_printf(&text, "%c", isalnum((unsigned char)*at) ? *at : '_');
    const char *word = writer_word(writer->arena, arena_strdup(writer->arena, buf_text(&text)));
    const char *name = name_free(&writer->value_names, word);
    buf_free(&text);
    return name;
}

/* Words with dots between them: "/layer1/conv:0" is "layer1.conv_0". "" where there are none. */
static const char *label_text(Arena *arena, const char *name)
{
    Buf text = {0};
    for (const char *at = name; *at; at++) {
        const bool is_dot = *at == '.' || *at == '/';
        if (is_dot && at[1] && text.length && text.text[text.length - 1] != '.')
            buf_puts(&text, ".");
        else if (!is_dot)
            buf_printf(&text, "%c", isalnum((unsigned char)*at) ? *at : '_');
    }
    while (text.length && text.text[text.length - 1] == '.')
        text.text[--text.length] = 0;
    const char *result = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return result;
}

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), count = strlen(end);
    return length > count && strcmp(text + length - count, end) == 0;
}

/* What the tensor "layer1.0.conv1.weight" belongs to; NULL: its name does not say. */
static const char *owner_of(Arena *arena, const char *tensor)
{
    static const char *const ends[] = {".weight", "_weight", "_W"};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (ends_in(tensor, ends[i]))
            return arena_strndup(arena, tensor, strlen(tensor) - strlen(ends[i]));
    return NULL;
}

/* The operand that tells most: the weight. */
static const char *weight_path(const Graph *net, const Node *node)
{
    const Constant *weight = node->input_count > 1 ? source_constant(net, graph_input(net, node, 1)) : NULL;
    return weight ? weight->path : "";
}

const char *writer_label(Writer *writer, const Node *node)
{
    const char *owner = owner_of(writer->arena, weight_path(writer->net, node));
    const char *label = label_text(writer->arena, owner ? owner : node->path);
    if (!label[0] || strlen(label) > MOST_LETTERS)
        label = arena_printf(writer->arena, "%s1", op_name(node->op));
    const char *free = name_free(&writer->labels, label);
    while (name_is_taken(&writer->tensor_names, arena_printf(writer->arena, "%s.weight", free)) ||
           name_is_taken(&writer->tensor_names, arena_printf(writer->arena, "%s.bias", free)))
        free = name_free(&writer->labels, label);
    return free;
}

/* ---- constants ---- */

void writer_store(Writer *writer, const char *name, const Shape *shape, const Constant *constant)
{
    name_take(&writer->tensor_names, name);
    const SafeTensor tensor = {.name = name,
                               .type = ST_F32,
                               .type_name = "F32",
                               .shape = *shape,
                               .data = (const unsigned char *)constant->data,
                               .bytes = (size_t)shape_count(shape) * sizeof *constant->data};
    VEC_PUSH(writer->arena, &writer->tensors, tensor);
}

/* parameter("Parameter6", [8, 1, 1]) */
static const char *parameter_text(Writer *writer, const Constant *constant, const Shape *shape)
{
    const char *wanted = label_text(writer->arena, constant->path);
    const char *name = name_free(&writer->tensor_names, wanted[0] ? wanted : "constant");
    writer_store(writer, name, shape, constant);
    return arena_printf(writer->arena, "parameter(\"%s\", %s%s)", name,
                        writer_list(writer->arena, shape->dim, shape->rank),
                        constant->kind == CONSTANT_LOADED && constant->trainable ? "" : ", frozen=true");
}

static const char *constant_text(Writer *writer, const Constant *constant, const Shape *shape)
{
    const bool is_short = shape_count(shape) <= MOST_WRITTEN && constant->kind != CONSTANT_LOADED;
    if (!shape->rank && is_finite(constant))
        return arena_printf(writer->arena, "constant(%s)",
                            writer_number(writer->arena, (double)constant->data[0], true));
    if (!is_short || !is_finite(constant))
        return parameter_text(writer, constant, shape);
    Buf text = {0};
    buf_puts(&text, "constant(");
    print_numbers(writer, &text, shape, 0, constant->data);
    buf_puts(&text, ")");
    const char *result = arena_strdup(writer->arena, buf_text(&text));
    buf_free(&text);
    return result;
}

/* The constant under that shape: a name, when it is read more than once. */
static const char *named_constant(Writer *writer, NodeId id, const Shape *shape, const char **names)
{
    id = source_behind(writer->net, id);
    if (names[id.index])
        return names[id.index];
    const Constant *constant = graph_constant(writer->net, graph_node(writer->net, id));
    const char *text = constant_text(writer, constant, shape);
    if (writer->uses[id.index] < 2)
        return text;
    const char *wanted = constant->path[0] ? constant->path : "constant";
    names[id.index] = writer_value_name(writer, wanted);
    buf_printf(&writer->text, "    %s = %s;\n", names[id.index], text);
    return names[id.index];
}

/* The shape in the language, which has no batch axis. */
static Shape shape_there(const Shape *shape)
{
    return shape->rank && shape->dim[0] == 1 ? shape_make(shape->rank - 1, shape->dim + 1) : *shape;
}

/* Whether the shape of a broadcast result follows from the others. */
static bool is_followed(const Graph *net, const Node *node, uint32_t but)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        if (i != but && shape_equal(&graph_input_node(net, node, i)->type.shape, &node->type.shape))
            return true;
    return false;
}

const char *writer_value(Writer *writer, NodeId id)
{
    if (graph_node(writer->net, id)->op == OP_unsqueeze)
        id = graph_input(writer->net, graph_node(writer->net, id), 0);
    if (!source_constant(writer->net, id))
        return writer->values[id.index];
    const Shape shape = shape_there(&graph_node(writer->net, id)->type.shape);
    return named_constant(writer, id, &shape, writer->values);
}

const char *writer_input(Writer *writer, const Node *node, uint32_t i)
{
    const NodeId id = graph_input(writer->net, node, i);
    const Constant *constant = source_constant(writer->net, id);
    if (constant && op_row(node->op)->family == FAMILY_MAP && is_uniform(constant) &&
        (constant->kind != CONSTANT_LOADED || shape_count(&constant->shape) == 1) && is_followed(writer->net, node, i))
        return writer_number(writer->arena, (double)constant->data[0], true);
    return writer_value(writer, id);
}

const char *writer_weight(Writer *writer, NodeId id)
{
    const Graph *net = writer->net;
    const Node *node = graph_node(net, id);
    if (source_constant(net, id))
        return named_constant(writer, id, &node->type.shape, writer->full);
    return writer->values[graph_input(net, node, 0).index];
}
