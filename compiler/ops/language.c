/* language.c - calls that a model makes while it is read, and that leave no node of their own: expect proves a shape,
 * labels names the elements of an output, constant makes a tensor of a list. */
#include "ops/rules.h"
#include "ops/weight.h"

/* ---- expect ---- */

static const OpParam expect_params[] = {{.name = "shape", .kind = PARAM_INTS, .required = true}};

static NodeId expect_build(const OpCall *call)
{
    const OpArg *arg = op_arg(call, "shape");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    int64_t axes = shape_count(&arg->literal.shape);
    bool same = axes == x->rank - 1;
    for (int64_t i = 0; same && i < axes; i++)
        same = arg->literal.at[i] == (double)x->dim[1 + i];
    if (same)
        return call->inputs[0];
    Buf expected = {0};
    for (int64_t i = 0; i < MIN(axes, 16); i++)
        buf_printf(&expected, "%s%.15g", i ? "x" : "", arg->literal.at[i]);
    diag_error(call->diag, arg->span, "expected %s%s, this is %s", buf_text(&expected), axes > 16 ? "x..." : "",
               shape_text(call->graph->arena, x));
    buf_free(&expected);
    return NODE_NONE;
}

const Op op_expect = {
    .family = FAMILY_LANGUAGE,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = expect_params,
    .param_count = COUNT_OF(expect_params),
    .build = expect_build,
    .source = "a check of the language",
};

/* ---- labels ---- */

static const OpParam labels_params[] = {{.name = "file", .kind = PARAM_STRING, .required = true}};

/* A path in a model is relative to the folder of the file that writes it. */
static const char *beside_source(const OpCall *call, Span span, const char *path)
{
    const char *source = diag_source(call->diag, span.file)->path;
    const char *slash = source ? strrchr(source, '/') : NULL;
    if (path[0] == '/' || !slash)
        return path;
    return arena_printf(call->graph->arena, "%.*s/%s", (int)(slash - source), source, path);
}

/* The lines of a text; blank ones at its end do not count. */
static uint32_t split_lines(Arena *arena, const Source *source, const char ***lines)
{
    const char *at = source->text, *end = at + source->length;
    if (source->length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    while (end > at && strchr(" \t\r\n", end[-1]))
        end--;
    uint32_t count = 0;
    for (const char *c = at; c < end; c++)
        count += *c == '\n';
    count += end > at;
    *lines = NEW_ARRAY(arena, const char *, count);
    for (uint32_t i = 0; i < count; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        size_t length = (size_t)(stop - at);
        if (length && at[length - 1] == '\r')
            length--;
        (*lines)[i] = arena_strndup(arena, at, length);
        at = stop + 1;
    }
    return count;
}

static NodeId labels_build(const OpCall *call)
{
    const OpArg *arg = op_arg(call, "file");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    uint32_t file = diag_read_source(call->diag, beside_source(call, arg->span, arg->string), arg->span);
    if (!file)
        return NODE_NONE;
    const char **names;
    uint32_t count = split_lines(call->graph->arena, diag_source(call->diag, file), &names);
    int64_t elements = shape_count(x) / (x->rank ? x->dim[0] : 1);
    if (count != elements) {
        diag_error(call->diag, arg->span, "labels file has %u lines for %lld outputs", count, (long long)elements);
        return NODE_NONE;
    }
    graph_set_labels(call->graph, call->inputs[0], names, count);
    return call->inputs[0];
}

const Op op_labels = {
    .family = FAMILY_LANGUAGE,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = labels_params,
    .param_count = COUNT_OF(labels_params),
    .build = labels_build,
    .source = "names for the answer",
};

/* ---- constant ---- */

static const OpParam constant_params[] = {{.name = "list", .kind = PARAM_WEIGHT, .required = true}};

static NodeId constant_build(const OpCall *call)
{
    const OpArg *arg = op_arg(call, "list");
    switch (weight_form(arg)) {
    case WEIGHT_TENSOR:
        return arg->tensor;
    case WEIGHT_NUMBER:
        return graph_add_number(call->graph, call->diag, arg->literal.at ? arg->literal.at[0] : arg->number, arg->span);
    default:
        break;
    }
    const Shape *list = &arg->literal.shape;
    if (list->rank >= MAX_RANK) {
        diag_error(call->diag, arg->span, "a tensor has at most %d axes, this has %d", MAX_RANK - 1, list->rank);
        return NODE_NONE;
    }
    Shape shape = {.rank = list->rank + 1, .dim = {1}};
    for (int i = 0; i < list->rank; i++)
        shape.dim[1 + i] = list->dim[i];
    if (!shape_fits(&shape)) {
        diag_error(call->diag, arg->span, "a tensor without elements");
        return NODE_NONE;
    }
    int64_t count = shape_count(&shape);
    float *data = literal_floats(call, arg->span, arg->literal.at, count, count);
    if (!data)
        return NODE_NONE;
    Constant constant = {.kind = CONSTANT_LITERAL, .path = "", .shape = shape, .data = data, .span = arg->span};
    return graph_add_constant(call->graph, &constant);
}

const Op op_constant = {
    .family = FAMILY_LANGUAGE,
    .least_inputs = 0,
    .most_inputs = 0,
    .params = constant_params,
    .param_count = COUNT_OF(constant_params),
    .build = constant_build,
    .source = "ONNX Constant",
};
