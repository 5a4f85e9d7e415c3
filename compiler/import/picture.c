/* picture.c - inputs that are given pictures: bytes, made into what the model takes by the net's first kernel. */
#include "import/picture.h"
#include "ops/transpose.h"

/* The axis of the channels: 1, or 3 of NHWC. */
static int channel_axis(const ImportPicture *picture)
{
    return picture->is_nhwc ? 3 : 1;
}

bool picture_fits(const ImportPicture *picture, const Value *value)
{
    if (!picture || value->shape.rank != 4)
        return false;
    if (value->type != ONNX_U8 && !(picture->is_said && onnx_type_is_float(value->type)))
        return false;
    const int64_t channels = value->shape.dim[channel_axis(picture)];
    return channels == 1 || channels == 3;
}

int64_t picture_size(const ImportPicture *picture, size_t axes, size_t axis)
{
    const size_t height = picture && picture->is_nhwc ? 1 : 2;
    return picture && axes == 4 && (axis == height || axis == height + 1) ? picture->crop : 0;
}

/* A number for each channel, as a constant of [1, C, 1, 1]. */
static NodeId of_channels(Import *import, const double *numbers, int64_t channels)
{
    float *data = NEW_ARRAY(import->arena, float, channels);
    for (int64_t i = 0; i < channels; i++)
        data[i] = (float)numbers[i];
    const Constant constant = {
        .kind = CONSTANT_LITERAL, .path = "", .shape = SHAPE(1, channels, 1, 1), .data = data, .span = NOWHERE};
    return graph_add_constant(import->graph, &constant);
}

static bool counts_fit(Import *import, const ImportPicture *picture, const Value *value, int64_t channels)
{
    if ((picture->means == 1 || picture->means == channels) && (picture->stds == 1 || picture->stds == channels))
        return true;
    return import_wrong(import, "input '%s' has %lld channel%s: 'mean' and 'std' are one number, or one for each",
                        value->name, (long long)channels, plural(channels));
}

/* pixels gives byte / 255. */
bool picture_input(Import *import, const ImportPicture *picture, Value *value, const char *name)
{
    const Shape *shape = &value->shape;
    const int64_t channels = shape->dim[channel_axis(picture)];
    const Shape planes = picture->is_nhwc ? SHAPE(shape->dim[0], channels, shape->dim[1], shape->dim[2]) : *shape;
    Graph *graph = import->graph;
    Diag *diag = import->diag;
    double factor[3], offset[3];
    if (!counts_fit(import, picture, value, channels))
        return false;
    for (int i = 0; i < 3; i++) {
        factor[i] = 255 * picture->scale / picture->std[i];
        offset[i] = -picture->mean[i] / picture->std[i];
    }
    NodeId id =
        graph_add_input(graph, name, (Type){.dtype = DT_U8, .shape = planes, .layout = {.kind = LAYOUT_INTERLEAVED}},
                        (Picture){.resize = picture->resize, .bgr = picture->is_bgr}, NOWHERE);
    id = graph_add(graph, diag, OP_pixels, &id, 1, NULL, "", NOWHERE);
    id = graph_add(graph, diag, OP_mul, (NodeId[]){id, of_channels(import, factor, channels)}, 2, NULL, "", NOWHERE);
    id = graph_add(graph, diag, OP_add, (NodeId[]){id, of_channels(import, offset, channels)}, 2, NULL, "", NOWHERE);
    if (picture->is_nhwc) {
        const TransposeAttrs attrs = {.rank = 4, .order = {0, 2, 3, 1}};
        id = graph_add(graph, diag, OP_transpose, &id, 1, &attrs, "", NOWHERE);
    }
    value->node = id;
    return true;
}
