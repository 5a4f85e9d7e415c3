/* given.c - inputs that are given, and dimensions that a model leaves open (see given.h).
 *
 * A dimension without a size has a name, which may stand in several places, or it is called after its place: "x.2".
 * Its size is what is said for it (--dim), or that of a given input there. A first axis that neither closes is the
 * batch; of several names for first axes, that of the first input.
 */
#include "import/given.h"
#include "import/picture.h"

bool given_is_input(const Import *import, const Onnx__ValueInfoProto *input)
{
    return input->name && input->name[0] && !import_find(import, input->name);
}

const ImportGiven *given_for(const Import *import, size_t i)
{
    return import->given[i];
}

/* ---- which input is it for ---- */

static bool is_called(Import *import, const Onnx__ValueInfoProto *input, const char *name, bool as_port)
{
    if (!given_is_input(import, input))
        return false;
    return strcmp(as_port ? import_safe_name(import->arena, "input", input->name) : input->name, name) == 0;
}

static bool no_such_input(Import *import, const char *name)
{
    const Onnx__GraphProto *graph = import->model->graph;
    VEC(const char *) names = {0};
    for (size_t i = 0; i < graph->n_input; i++)
        if (given_is_input(import, graph->input[i]))
            VEC_PUSH(import->arena, &names, graph->input[i]->name);
    import_wrong(import, "no input is called '%s'", name);
    const char *nearest = nearest_word(name, names.at, names.count);
    if (nearest)
        diag_hint(import->diag, "did you mean '%s'?", nearest);
    else if (names.count)
        diag_hint(import->diag, "the first is '%s'", names.at[0]);
    return false;
}

/* Names of the model come before those that ports have. */
static bool place_named(Import *import, const ImportGiven *given)
{
    const Onnx__GraphProto *graph = import->model->graph;
    for (int as_port = 0; as_port < 2; as_port++)
        for (size_t i = 0; i < graph->n_input; i++) {
            if (!is_called(import, graph->input[i], given->name, as_port))
                continue;
            if (import->given[i])
                return import_wrong(import, "input '%s' is given twice", graph->input[i]->name);
            import->given[i] = given;
            return true;
        }
    return no_such_input(import, given->name);
}

static bool place_next(Import *import, const ImportGiven *given)
{
    const Onnx__GraphProto *graph = import->model->graph;
    for (size_t i = 0; i < graph->n_input; i++)
        if (given_is_input(import, graph->input[i]) && !import->given[i]) {
            import->given[i] = given;
            return true;
        }
    return import_wrong(import, "more inputs are given than it has");
}

static bool place_given(Import *import)
{
    const ImportOptions *options = import->options;
    import->given = NEW_ARRAY(import->arena, const ImportGiven *, import->model->graph->n_input + 1);
    for (uint32_t g = 0; g < options->given_count; g++)
        if (options->given[g].name && !place_named(import, &options->given[g]))
            return false;
    for (uint32_t g = 0; g < options->given_count; g++)
        if (!options->given[g].name && !place_next(import, &options->given[g]))
            return false;
    return true;
}

/* ---- dimensions ---- */

/* The axes of an input; NULL: it has no known number of them. */
static const Onnx__TensorShapeProto *axes_of(const Onnx__ValueInfoProto *input)
{
    const Onnx__TypeProto *type = input->type;
    return type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ? type->tensor_type->shape : NULL;
}

/* What an open dimension is called; NULL: the model gives its size. */
static const char *open_name(Import *import, const Onnx__ValueInfoProto *input, size_t axis)
{
    const Onnx__TensorShapeProto__Dimension *dim = axes_of(input)->dim[axis];
    if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && dim->dim_value > 0)
        return NULL;
    if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM && dim->dim_param[0])
        return dim->dim_param;
    return arena_printf(import->arena, "%s.%zu", input->name, axis);
}

/* -1: it has not been closed. */
static int64_t closed_size(const Import *import, const char *name)
{
    for (uint32_t i = 0; i < import->dims.count; i++)
        if (strcmp(import->dims.at[i].name, name) == 0)
            return import->dims.at[i].value;
    return -1;
}

static bool close_dimension(Import *import, const char *name, int64_t size)
{
    const int64_t known = closed_size(import, name);
    if (known < 0)
        VEC_PUSH(import->arena, &import->dims, (ImportDim){name, size});
    return known < 0 || known == size ||
           import_wrong(import, "its dimension '%s' cannot be both %lld and %lld", name, (long long)known,
                        (long long)size);
}

/* --dim: names that the model has. */
static bool close_by_options(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    for (uint32_t d = 0; d < import->options->dim_count; d++) {
        const ImportDim *dim = &import->options->dims[d];
        VEC(const char *) names = {0};
        bool found = false;
        for (size_t i = 0; i < graph->n_input; i++)
            for (size_t axis = 0; axes_of(graph->input[i]) && axis < axes_of(graph->input[i])->n_dim; axis++) {
                const char *name =
                    given_is_input(import, graph->input[i]) ? open_name(import, graph->input[i], axis) : NULL;
                found |= name && strcmp(name, dim->name) == 0;
                if (name)
                    VEC_PUSH(import->arena, &names, name);
            }
        if (found && !close_dimension(import, dim->name, dim->value))
            return false;
        if (found)
            continue;
        import_wrong(import, "the model leaves no dimension '%s' open", dim->name);
        const char *nearest = nearest_word(dim->name, names.at, names.count);
        if (nearest)
            diag_hint(import->diag, "did you mean '%s'?", nearest);
        else if (names.count)
            diag_hint(import->diag, "the first that it leaves open is '%s'", names.at[0]);
        return false;
    }
    return true;
}

static bool close_by_given(Import *import, const Onnx__ValueInfoProto *input, const Value *given)
{
    const Onnx__TensorShapeProto *axes = axes_of(input);
    if (!axes)
        return true; /* given_shape says it */
    if (given->shape.rank != (int)axes->n_dim)
        return import_wrong(import, "input '%s' has %zu axes, what is given has %d", input->name, axes->n_dim,
                            given->shape.rank);
    for (size_t axis = 0; axis < axes->n_dim; axis++) {
        const char *name = open_name(import, input, axis);
        if (name && !close_dimension(import, name, given->shape.dim[axis]))
            return false;
    }
    return true;
}

/* Heights and widths of pictures, by --crop. */
static bool close_by_crop(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Onnx__TensorShapeProto *axes = axes_of(graph->input[i]);
        for (size_t axis = 0; axes && axis < axes->n_dim && given_is_input(import, graph->input[i]); axis++) {
            const char *name = open_name(import, graph->input[i], axis);
            const int64_t size = picture_size(import->options->picture, axes->n_dim, axis);
            if (name && size && closed_size(import, name) < 0 && !close_dimension(import, name, size))
                return false;
        }
    }
    return true;
}

static bool close_batch(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    const char *batch = NULL;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Onnx__ValueInfoProto *input = graph->input[i];
        if (!given_is_input(import, input) || !axes_of(input) || !axes_of(input)->n_dim)
            continue;
        const char *name = open_name(import, input, 0);
        const bool is_named =
            axes_of(input)->dim[0]->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        if (!name || closed_size(import, name) >= 0 || (batch && is_named))
            continue;
        batch = name;
        if (!close_dimension(import, name, MAX(import->options->batch, 1)))
            return false;
    }
    if (batch || import->options->batch <= 0)
        return true;
    import_wrong(import, "--batch %lld: nothing leaves its first axis open", (long long)import->options->batch);
    return false;
}

bool given_prepare(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    if (!place_given(import) || !close_by_options(import))
        return false;
    for (size_t i = 0; i < graph->n_input; i++)
        if (import->given[i] && !close_by_given(import, graph->input[i], import->given[i]->value))
            return false;
    return close_by_crop(import) && close_batch(import);
}

/* ---- shapes ---- */

static bool is_open(Import *import, const Onnx__ValueInfoProto *input, size_t axis, const char *name)
{
    import_wrong(import, "input '%s': the model leaves its axis %zu open, as '%s'", input->name, axis, name);
    diag_hint(import->diag, "--dim %s=N", name);
    return false;
}

static bool given_fits(Import *import, const Onnx__ValueInfoProto *input, const ImportGiven *given, OnnxType type,
                       const Shape *shape)
{
    Arena *arena = import->arena;
    if (given->value->type != type)
        return import_wrong(import, "input '%s' is %s, what is given is %s", input->name, onnx_type_name(arena, type),
                            onnx_type_name(arena, given->value->type));
    if (!shape_equal(&given->value->shape, shape))
        return import_wrong(import, "input '%s' is %s, what is given is %s", input->name, shape_full_text(arena, shape),
                            shape_full_text(arena, &given->value->shape));
    if (given->is_constant && !given->value->integers)
        return import_wrong(import, "input '%s' is %s: integers and booleans alone can be constants", input->name,
                            onnx_type_name(arena, type));
    return true;
}

bool given_shape(Import *import, size_t i, Shape *shape, OnnxType *type)
{
    const Onnx__ValueInfoProto *input = import->model->graph->input[i];
    const Onnx__TensorShapeProto *axes = axes_of(input);
    if (!axes)
        return import_wrong(import, "input '%s' is no tensor of a known number of axes", input->name);
    if (axes->n_dim > MAX_RANK)
        return import_wrong(import, "input '%s' has more than 6 axes", input->name);
    *type = (OnnxType)input->type->tensor_type->elem_type;
    *shape = (Shape){.rank = (int)axes->n_dim};
    for (size_t axis = 0; axis < axes->n_dim; axis++) {
        const char *name = open_name(import, input, axis);
        shape->dim[axis] = name ? closed_size(import, name) : axes->dim[axis]->dim_value;
        if (shape->dim[axis] < 0)
            return is_open(import, input, axis, name);
    }
    const ImportGiven *given = import->given[i];
    if (given && !given_fits(import, input, given, *type, shape))
        return false;
    return shape_fits(shape) || given || import_wrong(import, "input '%s' is too large", input->name);
}
