/* call.c - a node of the Graph as a call in the language: arguments from the op's attributes, as the row's parameters
 * have them; weights under the layer's label. */
#include "ops/conv.h"
#include "ops/pool.h"
#include "ops/reduce.h"
#include "ops/resample.h"
#include "ops/resize.h"
#include "ops/slice.h"
#include "ops/view.h"
#include "source/writer.h"

typedef struct Call {
    Writer *writer;
    const Node *node;
    const Op *row;
    Buf arguments;
    const char *label; /* NULL: it stores nothing so far */
    bool failed;
} Call;

static void argument(Call *call, const char *name, const char *value)
{
    if (call->arguments.length)
        buf_puts(&call->arguments, ", ");
    if (name)
        buf_printf(&call->arguments, "%s=", name);
    buf_puts(&call->arguments, value);
}

static const Shape *input_shape(const Call *call, uint32_t i)
{
    return &graph_input_node(call->writer->net, call->node, i)->type.shape;
}

/* ---- attributes ---- */

static const OpAttr *attr_named(const Op *row, const char *name)
{
    for (int i = 0; i < row->attr_count; i++)
        if (strcmp(row->attrs[i].name, name) == 0)
            return &row->attrs[i];
    return NULL;
}

static const void *attr_value(const Node *node, const OpAttr *attr)
{
    return (const char *)node->attrs + attr->offset;
}

static const char *size_text(Arena *arena, const int64_t size[2], bool is_square)
{
    if (size[0] != size[1] && (!size[0] || !size[1])) /* 0x1 would be a hexadecimal number elsewhere */
        return writer_list(arena, size, 2);
    return size[0] == size[1] && !is_square ? arena_printf(arena, "%lld", (long long)size[0])
                                            : arena_printf(arena, "%lldx%lld", (long long)size[0], (long long)size[1]);
}

static const char *pad_text(Arena *arena, const int64_t pad[HALO_SIDES])
{
    const bool is_even = pad[HALO_TOP] == pad[HALO_BOTTOM] && pad[HALO_LEFT] == pad[HALO_RIGHT];
    if (is_even && pad[HALO_TOP] == pad[HALO_LEFT])
        return arena_printf(arena, "%lld", (long long)pad[HALO_TOP]);
    return writer_list(arena, pad, is_even ? 2 : HALO_SIDES);
}

static const char *word_text(Arena *arena, const char *words, int index)
{
    for (; index > 0; index--) {
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    return arena_strndup(arena, words, strcspn(words, " "));
}

static const char *numbers_text(Call *call, const OpAttr *attr)
{
    Arena *arena = call->writer->arena;
    const double *numbers = attr_value(call->node, attr);
    /* What is multiplied and rounded to a size has to be that number. */
    const bool is_float = strcmp(attr->name, "scale") != 0;
    Buf text = {0};
    for (int i = 0; i < attr->count; i++) {
        const char *number = writer_number(arena, numbers[i], is_float);
        if (!number) {
            diag_error(call->writer->diag, call->node->span, "layer '%s': a number that is not finite has no text",
                       call->node->path);
            call->failed = true;
            number = "0";
        }
        buf_printf(&text, "%s%s", i ? ", " : attr->count > 1 ? "[" : "", number);
    }
    buf_puts(&text, attr->count > 1 ? "]" : "");
    const char *result = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return result;
}

/* Axes count from the one behind the batch. */
static const char *axes_text(Call *call, const OpAttr *attr)
{
    int64_t axes[MAX_RANK], count = attr->count;
    const int64_t *values = attr_value(call->node, attr);
    if (!count)
        count = *(const int64_t *)(const void *)((const char *)call->node->attrs + attr->length_offset);
    const bool is_order = strcmp(attr->name, "order") == 0; /* with the batch in front */
    for (int64_t i = is_order; i < count; i++)
        axes[i - is_order] = values[i] - 1;
    return attr->count == 1 ? arena_printf(call->writer->arena, "%lld", (long long)axes[0])
                            : writer_list(call->writer->arena, axes, count - is_order);
}

static bool is_axes(const OpAttr *attr)
{
    return attr->kind == ATTR_INT &&
           (strcmp(attr->name, "axis") == 0 || strcmp(attr->name, "axes") == 0 || strcmp(attr->name, "order") == 0);
}

static const char *attr_text(Call *call, const OpParam *param, const OpAttr *attr)
{
    Arena *arena = call->writer->arena;
    const void *value = attr_value(call->node, attr);
    if (is_axes(attr))
        return axes_text(call, attr);
    switch (attr->kind) {
    case ATTR_INT:
        return param->kind == PARAM_SIZE  ? size_text(arena, value, strcmp(param->name, "size") == 0)
               : param->kind == PARAM_PAD ? pad_text(arena, value)
               : attr->count != 1         ? writer_list(arena, value, attr->count)
                                          : arena_printf(arena, "%lld", (long long)*(const int64_t *)value);
    case ATTR_NUMBER:
        return numbers_text(call, attr);
    case ATTR_BOOL:
        return *(const bool *)value ? "true" : "false";
    case ATTR_WORD:
        return word_text(arena, attr->words, *(const int *)value);
    case ATTR_LISTS:
        break;
    }
    BUG("an attribute of kind %d in a call", (int)attr->kind);
}

static bool is_fallback(const OpParam *param, const OpAttr *attr, const char *text)
{
    if (!param->fallback)
        return false;
    if (attr->kind == ATTR_NUMBER && attr->count == 1)
        return (float)strtod(text, NULL) == (float)strtod(param->fallback, NULL);
    return strcmp(text, param->fallback) == 0;
}

static bool has_scale(const ResizeAttrs *attrs)
{
    return attrs->scale[0] != 0 || attrs->scale[1] != 0;
}

/* Arguments that are said otherwise, or follow from the rest. */
static bool is_left_out(const Call *call, const OpParam *param)
{
    const Node *node = call->node;
    const bool is_scale = strcmp(param->name, "scale") == 0, is_size = strcmp(param->name, "size") == 0,
               is_round = strcmp(param->name, "round") == 0;
    switch (node->op) {
    case OP_maxpool:
    case OP_avgpool: {
        const PoolAttrs *attrs = node->attrs;
        return strcmp(param->name, "stride") == 0 && memcmp(attrs->stride, attrs->size, sizeof attrs->size) == 0;
    }
    case OP_channel_max:
    case OP_channel_avg:
        return node->type.shape.dim[1] == 1;
    case OP_resize: {
        const ResizeAttrs *attrs = node->attrs;
        return is_scale || (is_size && has_scale(attrs)) ||
               (is_round && (attrs->mode != RESIZE_NEAREST ||
                             attrs->round == resize_default_round(attrs->align == ALIGN_ASYMMETRIC)));
    }
    case OP_resample: {
        const ResampleAttrs *attrs = node->attrs;
        return (is_scale && attrs->scale == 0) || (is_size && attrs->scale != 0) ||
               (strcmp(param->name, "crop") == 0 && attrs->align != RESAMPLE_CROP) ||
               (is_round && (attrs->mode != RESAMPLE_NEAREST ||
                             attrs->round == resize_default_round(attrs->align == RESAMPLE_ASYMMETRIC)));
    }
    default:
        return false;
    }
}

/* The parameters that are attributes of the same name. The first ones that are required need no names. */
static void attributes(Call *call)
{
    bool is_named = call->arguments.length > 0;
    for (int i = 0; i < call->row->param_count; i++) {
        const OpParam *param = &call->row->params[i];
        const OpAttr *attr = attr_named(call->row, param->name);
        is_named |= !param->required;
        if (!attr || is_left_out(call, param))
            continue;
        const char *text = attr_text(call, param, attr);
        if (!is_fallback(param, attr, text))
            argument(call, is_named ? param->name : NULL, text);
    }
}

/* ---- weights ---- */

static const char *label_of(Call *call)
{
    if (!call->label)
        call->label = writer_label(call->writer, call->node);
    return call->label;
}

/* Weight i: stored under the label, or an argument, which is true then. */
static bool weight(Call *call, uint32_t i, const char *name)
{
    Writer *writer = call->writer;
    const NodeId id = graph_input(writer->net, call->node, i);
    const Constant *constant = source_constant(writer->net, id);
    const Node *node = graph_node(writer->net, id);
    if (!constant || writer->uses[source_behind(writer->net, id).index] > 1) {
        argument(call, name, writer_weight(writer, id));
        return true;
    }
    writer_store(writer, arena_printf(writer->arena, "%s.%s", label_of(call), name), &node->type.shape, constant);
    return false;
}

/* The weight, and a bias or none. */
static void weight_and_bias(Call *call)
{
    enum { WEIGHT = 1, BIAS };
    const bool is_given = weight(call, WEIGHT, "weight");
    if (call->node->input_count > BIAS) {
        if (!weight(call, BIAS, "bias") && is_given)
            argument(call, "bias", "true");
    } else if (!is_given) {
        argument(call, "bias", "false");
    }
}

static void weights(Call *call)
{
    static const char *const names[] = {"weight", "bias", "running_mean", "running_var"};
    for (uint32_t i = 1; i < call->node->input_count; i++)
        weight(call, i, names[i - 1]);
}

/* ---- calls that are said in their own way ---- */

static void conv(Call *call)
{
    Arena *arena = call->writer->arena;
    const Shape *kernel = input_shape(call, CONV_WEIGHT);
    argument(call, NULL, arena_printf(arena, "%lld", (long long)call->node->type.shape.dim[1]));
    argument(call, NULL, size_text(arena, &kernel->dim[kernel->rank - 2], true));
    attributes(call);
    weight_and_bias(call);
}

/* conv with a table: its parameters are those of conv. */
static const char *conv_connect(Call *call)
{
    const ConvConnectAttrs *attrs = call->node->attrs;
    const ConvAttrs usual = attrs->conv;
    Arena *arena = call->writer->arena;
    Node plain = *call->node;
    plain.attrs = &usual;
    Call same = *call;
    same.node = &plain;
    same.row = op_row(OP_conv);
    const Shape *kernel = input_shape(call, CONV_WEIGHT);
    argument(&same, NULL, arena_printf(arena, "%lld", (long long)attrs->connect.count));
    argument(&same, NULL, size_text(arena, &kernel->dim[kernel->rank - 2], true));
    attributes(&same);
    Buf table = {0};
    for (int64_t i = 0, at = 0; i < attrs->connect.count; at = attrs->connect.ends[i++])
        buf_printf(&table, "%s%s", i ? ", " : "[",
                   writer_list(arena, attrs->connect.at + at, attrs->connect.ends[i] - at));
    buf_puts(&table, "]");
    argument(&same, "connect", arena_strdup(arena, buf_text(&table)));
    buf_free(&table);
    same.node = call->node;
    weight_and_bias(&same);
    call->arguments = same.arguments;
    call->label = same.label;
    return "conv";
}

static void fc(Call *call)
{
    argument(call, NULL, arena_printf(call->writer->arena, "%lld", (long long)call->node->type.shape.dim[1]));
    weight_and_bias(call);
}

static void rbf(Call *call)
{
    argument(call, NULL, arena_printf(call->writer->arena, "%lld", (long long)call->node->type.shape.dim[1]));
    weights(call);
}

/* Its numbers always stand in the text. */
static void normalize(Call *call)
{
    const char *const names[] = {"mean", "std"};
    for (uint32_t i = 0; i < 2; i++) {
        const Constant *constant =
            source_constant(call->writer->net, graph_input(call->writer->net, call->node, i + 1));
        Buf list = {0};
        for (int64_t k = 0; k < shape_count(&constant->shape); k++)
            buf_printf(&list, "%s%s", k ? ", " : "[",
                       writer_number(call->writer->arena, (double)constant->data[k], true));
        buf_puts(&list, "]");
        argument(call, names[i], arena_strdup(call->writer->arena, buf_text(&list)));
        buf_free(&list);
    }
}

static void prelu(Call *call)
{
    weights(call);
    if (input_shape(call, 1)->dim[0] == 1 && call->node->type.shape.dim[1] != 1)
        argument(call, "shared", "true");
}

static void batchnorm(Call *call)
{
    attributes(call);
    weights(call);
}

static void pool(Call *call)
{
    const PoolAttrs *attrs = call->node->attrs;
    const Shape *x = input_shape(call, 0);
    bool is_global = memcmp(attrs->size, &x->dim[2], sizeof attrs->size) == 0 && x->dim[2] * x->dim[3] > 1;
    for (int side = 0; side < HALO_SIDES; side++)
        is_global &= attrs->pad[side] == 0;
    if (is_global)
        argument(call, NULL, "global");
    else
        attributes(call);
}

static void argmax(Call *call)
{
    const ReduceAttrs *attrs = call->node->attrs;
    if (attrs->axes[0] != 1)
        argument(call, "axis", arena_printf(call->writer->arena, "%lld", (long long)attrs->axes[0] - 1));
    if (attrs->keep)
        argument(call, "keep", "true");
}

/* Along the axes of which something is left out, from begin to before end. A step back to before the first one ends at
 * one before the axis: -length - 1, counted from its end. */
static void slice(Call *call)
{
    const SliceAttrs *attrs = call->node->attrs;
    const Shape *x = input_shape(call, 0);
    int64_t begin[MAX_RANK], end[MAX_RANK], step[MAX_RANK], axis[MAX_RANK], count = 0;
    bool is_plain = true;
    for (int i = 1; i < x->rank; i++) {
        if (attrs->begin[i] == 0 && attrs->size[i] == x->dim[i] && attrs->step[i] == 1)
            continue;
        begin[count] = attrs->begin[i];
        step[count] = attrs->step[i];
        end[count] = attrs->begin[i] + (attrs->size[i] - 1) * attrs->step[i] + (attrs->step[i] > 0 ? 1 : -1);
        if (end[count] < 0)
            end[count] = -x->dim[i] - 1;
        is_plain &= step[count] == 1;
        axis[count++] = i - 1;
    }
    Arena *arena = call->writer->arena;
    argument(call, NULL, writer_list(arena, begin, count));
    argument(call, NULL, writer_list(arena, end, count));
    if (!is_plain)
        argument(call, "step", writer_list(arena, step, count));
    argument(call, "axis", writer_list(arena, axis, count));
}

/* A scale stands for both axes: where one is exact, the scale is what its sizes say. */
static void resize(Call *call)
{
    const ResizeAttrs *attrs = call->node->attrs;
    Arena *arena = call->writer->arena;
    const char *scale[2];
    for (int i = 0; i < 2; i++)
        scale[i] = writer_number(
            arena,
            attrs->scale[i] != 0 ? attrs->scale[i] : (double)attrs->size[i] / (double)input_shape(call, 0)->dim[i + 2],
            false);
    if (has_scale(attrs))
        argument(call, "scale", arena_printf(arena, "[%s, %s]", scale[0], scale[1]));
    attributes(call);
}

static const char *reshape(Call *call)
{
    const Shape *shape = &call->node->type.shape;
    if (shape->rank == 2 && input_shape(call, 0)->rank > 2)
        return "flatten";
    argument(call, NULL, writer_list(call->writer->arena, shape->dim + 1, shape->rank - 1));
    return "reshape";
}

/* Tensors after the first one. */
static void tensors(Call *call)
{
    for (uint32_t i = 1; i < call->node->input_count; i++)
        argument(call, NULL, writer_input(call->writer, call->node, i));
}

/* ---- the call ---- */

/* NULL: it has no call. */
static const char *written(Call *call)
{
    const Node *node = call->node;
    if (!call->row->build && node->op != OP_conv_connect)
        return NULL;
    switch (node->op) {
    case OP_conv:
    case OP_conv_transpose:
        conv(call);
        break;
    case OP_fc:
        fc(call);
        break;
    case OP_rbf:
        rbf(call);
        break;
    case OP_normalize:
        normalize(call);
        break;
    case OP_conv_connect:
        return conv_connect(call);
    case OP_prelu:
        prelu(call);
        break;
    case OP_batchnorm:
        batchnorm(call);
        break;
    case OP_scale:
        weight_and_bias(call);
        break;
    case OP_maxpool:
    case OP_avgpool:
        pool(call);
        break;
    case OP_argmax:
        argmax(call);
        break;
    case OP_resize:
        resize(call);
        break;
    case OP_slice:
        slice(call);
        break;
    default:
        if (call->row->family == FAMILY_VIEW)
            return reshape(call);
        tensors(call);
        attributes(call);
    }
    return op_name(node->op);
}

const char *writer_call(Writer *writer, NodeId id)
{
    const Node *node = graph_node(writer->net, id);
    Call call = {.writer = writer, .node = node, .row = op_row(node->op)};
    const char *name = written(&call), *result = NULL;
    if (!name)
        diag_error(writer->diag, node->span, "layer '%s': %s has no call in the language", node->path,
                   op_name(node->op));
    else if (!call.failed)
        result =
            arena_printf(writer->arena, "%s%s%s%s%s%s", call.label ? call.label : "", call.label ? ": " : "", name,
                         call.arguments.length ? "(" : "", buf_text(&call.arguments), call.arguments.length ? ")" : "");
    buf_free(&call.arguments);
    return result;
}
