/* conv_winograd.c - a convolution of stride 1 by Winograd's algorithm, and the weights that it takes. No model says
 * either; pass/winograd.c makes both of a conv.
 *
 *   U = winograd_weights(w) m=4            [O, I, 3, 3] to [O, 6, 6, I]: G w G^T of each kernel
 *   y = conv_winograd(x, U, b) m=4 pad=..  what conv computes of w
 *
 * The points of a kernel come before its channels, so that kernels read all channels of a point in one go.
 */
#include "ops/winograd.h"

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/weight.h"
#include "ops/window.h"

static const WinogradAttrs *winograd_attrs(const Node *node)
{
    return node->attrs;
}

/* ---- weights ---- */

typedef struct WeightsAttrs {
    int64_t m;
} WeightsAttrs;

static bool weights_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const Shape *w = &graph_input_node(graph, node, 0)->type.shape;
    int64_t m = ((const WeightsAttrs *)node->attrs)->m;
    Winograd winograd;
    if (!check_f32(graph, node, diag))
        return false;
    if (w->rank != 4 || w->dim[2] != w->dim[3] || !winograd_make(m, w->dim[2], &winograd)) {
        diag_error(diag, node->span, "winograd_weights: there are no %lldx%lld tiles for kernels %s", (long long)m,
                   (long long)m, shape_full_text(graph->arena, w));
        return false;
    }
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(w->dim[0], winograd.a, winograd.a, w->dim[1])};
    return true;
}

typedef struct Square {
    double at[WINOGRAD_MOST][WINOGRAD_MOST];
} Square;

static Square to_doubles(const Fraction from[WINOGRAD_MOST][WINOGRAD_MOST])
{
    Square to;
    for (int i = 0; i < WINOGRAD_MOST; i++)
        for (int j = 0; j < WINOGRAD_MOST; j++)
            to.at[i][j] = fraction_value(from[i][j]);
    return to;
}

/* matrix from matrix^T, of a rows x columns matrix. */
static Square transform(const Square *matrix, int rows, int columns, const Square *from)
{
    Square half = {0}, to = {0};
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            half.at[i][j] = 0;
            for (int k = 0; k < columns; k++)
                half.at[i][j] += matrix->at[i][k] * from->at[k][j];
        }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < rows; j++) {
            to.at[i][j] = 0;
            for (int k = 0; k < columns; k++)
                to.at[i][j] += half.at[i][k] * matrix->at[j][k];
        }
    return to;
}

/* The matrices of a node that the type rule let through. */
static Winograd matrices(int64_t m, int64_t r)
{
    Winograd winograd;
    if (!winograd_make(m, r, &winograd))
        BUG("there are no matrices of F(%lld, %lld)", (long long)m, (long long)r);
    return winograd;
}

static void weights_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const Shape *w = &inputs[0]->shape;
    const Winograd winograd = matrices(((const WeightsAttrs *)node->attrs)->m, w->dim[2]);
    int r = winograd.r, a = winograd.a;
    const Square matrix = to_doubles(winograd.kernels);
    for (int64_t o = 0; o < w->dim[0]; o++)
        for (int64_t i = 0; i < w->dim[1]; i++) {
            const double *from = inputs[0]->at + (o * w->dim[1] + i) * r * r;
            double *to = result->at + o * a * a * w->dim[1] + i;
            Square kernel = {0};
            for (int k = 0; k < r * r; k++)
                kernel.at[k / r][k % r] = from[k];
            const Square points = transform(&matrix, a, r, &kernel);
            for (int k = 0; k < a * a; k++)
                to[k * w->dim[1]] = points.at[k / a][k % a];
        }
}

static const OpAttr attrs_of_weights[] = {{"m", ATTR_INT, offsetof(WeightsAttrs, m), 1, 0, NULL}};

const Op op_winograd_weights = {
    .family = FAMILY_WEIGHTS,
    .least_inputs = 1,
    .most_inputs = 1,
    .attrs = attrs_of_weights,
    .attr_count = COUNT_OF(attrs_of_weights),
    .attr_bytes = sizeof(WeightsAttrs),
    .type = weights_type,
    .reference = weights_reference,
    .source = "Lavin and Gray 2015",
};

/* ---- convolution: type ---- */

Winograd winograd_of(const Graph *graph, const Node *node)
{
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    return matrices(winograd_attrs(node)->m, weight->dim[1] - winograd_attrs(node)->m + 1);
}

WinogradTiles winograd_tiles(const Node *conv)
{
    int64_t m = winograd_attrs(conv)->m;
    return (WinogradTiles){quotient_up(conv->type.shape.dim[2], m), quotient_up(conv->type.shape.dim[3], m)};
}

static WindowAxis winograd_axis(const Graph *graph, const Node *node, int axis)
{
    static const int64_t one[] = {1, 1};
    int64_t taps = graph_input_node(graph, node, CONV_WEIGHT)->type.shape.dim[1] - winograd_attrs(node)->m + 1;
    return window_axis((const int64_t[]){taps, taps}, one, winograd_attrs(node)->pad, one, axis);
}

static bool winograd_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const WinogradAttrs *attrs = winograd_attrs(node);
    if (!check_f32(graph, node, diag) || !check_picture(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, CONV_X)->type.shape;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    Winograd winograd;
    if (weight->rank != 4 || weight->dim[1] != weight->dim[2] || attrs->m < 0 || attrs->m > WINOGRAD_MOST ||
        !winograd_make(attrs->m, weight->dim[1] - attrs->m + 1, &winograd)) {
        diag_error(diag, node->span, "conv_winograd: there are no %lldx%lld tiles for weights %s", (long long)attrs->m,
                   (long long)attrs->m, shape_full_text(graph->arena, weight));
        return false;
    }
    int64_t groups = attrs->groups, maps = weight->dim[0], channels = weight->dim[3];
    if (groups < 1 || groups > x->dim[1] || maps % groups || channels * groups != x->dim[1]) {
        diag_error(diag, node->span, "conv_winograd: weights %s in %lld groups do not fit %lld channels",
                   shape_full_text(graph->arena, weight), (long long)groups, (long long)x->dim[1]);
        return false;
    }
    WindowAxis axes[2] = {winograd_axis(graph, node, 0), winograd_axis(graph, node, 1)};
    int64_t output[2];
    if (!check_bias(graph, node, diag, maps, "output channels") ||
        !window_output(node, diag, graph->arena, axes, &x->dim[2], false, output))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], maps, output[0], output[1])};
    return true;
}

/* ---- convolution: reference ---- */

/* One picture: all tiles of all channels at each point, [a * a][channels][tiles]. */
typedef struct Plane {
    Winograd winograd;
    Square inputs, outputs;
    WinogradTiles tiles;
    int64_t count; /* of tiles */
    const Shape *x, *y;
    int64_t top, left;
    double *points;
} Plane;

static void forward(const Plane *p, const double *x, int64_t channel, int64_t tile)
{
    int m = p->winograd.m, a = p->winograd.a;
    int64_t row = tile / p->tiles.across * m - p->top, column = tile % p->tiles.across * m - p->left;
    Square pixels = {0};
    for (int i = 0; i < a; i++)
        for (int j = 0; j < a; j++) {
            bool inside = row + i >= 0 && row + i < p->x->dim[2] && column + j >= 0 && column + j < p->x->dim[3];
            pixels.at[i][j] = inside ? x[(row + i) * p->x->dim[3] + column + j] : 0;
        }
    const Square points = transform(&p->inputs, a, a, &pixels);
    for (int k = 0; k < a * a; k++)
        p->points[(k * p->x->dim[1] + channel) * p->count + tile] = points.at[k / a][k % a];
}

static void inverse(const Plane *p, const double *sums, double bias, double *y, int64_t tile)
{
    int m = p->winograd.m, a = p->winograd.a;
    int64_t row = tile / p->tiles.across * m, column = tile % p->tiles.across * m;
    Square points = {0};
    for (int k = 0; k < a * a; k++)
        points.at[k / a][k % a] = sums[k * p->count + tile];
    const Square pixels = transform(&p->outputs, m, a, &points);
    for (int64_t i = 0; i < m && row + i < p->y->dim[2]; i++)
        for (int64_t j = 0; j < m && column + j < p->y->dim[3]; j++)
            y[(row + i) * p->y->dim[3] + column + j] = pixels.at[i][j] + bias;
}

static void one_map(const Plane *p, const double *weight, int64_t first, int64_t channels, double *sums)
{
    int points = p->winograd.a * p->winograd.a;
    memset(sums, 0, (size_t)(points * p->count) * sizeof *sums);
    for (int k = 0; k < points; k++)
        for (int64_t i = 0; i < channels; i++) {
            const double *from = p->points + (k * p->x->dim[1] + first + i) * p->count;
            double *to = sums + k * p->count, w = weight[k * channels + i];
            for (int64_t t = 0; t < p->count; t++)
                to[t] += w * from[t];
        }
}

static void winograd_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    const Shape *x = &inputs[CONV_X]->shape, *w = &inputs[CONV_WEIGHT]->shape, *y = &result->shape;
    const WinogradAttrs *attrs = winograd_attrs(node);
    const Winograd winograd = winograd_of(graph, node);
    Plane p = {.winograd = winograd,
               .inputs = to_doubles(winograd.inputs),
               .outputs = to_doubles(winograd.outputs),
               .tiles = winograd_tiles(node),
               .x = x,
               .y = y};
    int points = p.winograd.a * p.winograd.a;
    p.count = p.tiles.down * p.tiles.across;
    p.top = attrs->pad[HALO_TOP];
    p.left = attrs->pad[HALO_LEFT];
    const Shape all_shape = SHAPE(points, x->dim[1], p.count), sums_shape = SHAPE(points, p.count);
    Tensor all = tensor_new(&all_shape), sums = tensor_new(&sums_shape);
    p.points = all.at;
    int64_t maps = w->dim[0] / attrs->groups, channels = w->dim[3];
    for (int64_t n = 0; n < x->dim[0]; n++) {
        for (int64_t i = 0; i < x->dim[1]; i++)
            for (int64_t t = 0; t < p.count; t++)
                forward(&p, inputs[CONV_X]->at + (n * x->dim[1] + i) * x->dim[2] * x->dim[3], i, t);
        for (int64_t o = 0; o < w->dim[0]; o++) {
            one_map(&p, inputs[CONV_WEIGHT]->at + o * points * channels, o / maps * channels, channels, sums.at);
            for (int64_t t = 0; t < p.count; t++)
                inverse(&p, sums.at, node->input_count > CONV_BIAS ? inputs[CONV_BIAS]->at[o] : 0,
                        result->at + (n * y->dim[1] + o) * y->dim[2] * y->dim[3], t);
        }
    }
    tensor_free(&all);
    tensor_free(&sums);
}

/* ---- facts ---- */

/* Those of the convolution that it computes: figures of speed then compare. */
static int64_t winograd_macs(const Graph *graph, const Node *node)
{
    WindowAxis axis = winograd_axis(graph, node, 0);
    return shape_count(&node->type.shape) * graph_input_node(graph, node, CONV_WEIGHT)->type.shape.dim[3] * axis.size *
           axis.size;
}

static Reach winograd_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)input;
    if (axis < 2)
        return reach_all(0);
    WindowAxis window = winograd_axis(graph, node, axis - 2);
    return reach_window(&window, axis);
}

/* Whole tiles are read, those too that hang over the end of the output. */
static void winograd_halo(const Graph *graph, const Node *node, int32_t halo[HALO_SIDES])
{
    WindowAxis axes[2] = {winograd_axis(graph, node, 0), winograd_axis(graph, node, 1)};
    WinogradTiles tiles = winograd_tiles(node);
    int64_t m = winograd_attrs(node)->m, outputs[2] = {tiles.down * m, tiles.across * m};
    window_halo(axes, &graph_input_node(graph, node, CONV_X)->type.shape.dim[2], outputs, halo);
}

static const OpAttr attrs_of_conv[] = {
    {"m", ATTR_INT, offsetof(WinogradAttrs, m), 1, 0, NULL},
    {"pad", ATTR_INT, offsetof(WinogradAttrs, pad), HALO_SIDES, 0, NULL},
    {"groups", ATTR_INT, offsetof(WinogradAttrs, groups), 1, 0, NULL},
};

const Op op_conv_winograd = {
    .family = FAMILY_WINOGRAD,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 2,
    .attrs = attrs_of_conv,
    .attr_count = COUNT_OF(attrs_of_conv),
    .attr_bytes = sizeof(WinogradAttrs),
    .type = winograd_type,
    .reference = winograd_reference,
    .macs = winograd_macs,
    .reach = winograd_reach,
    .halo = winograd_halo,
    .tolerance = 1e-4,
    .operand_names = "x weight bias",
    .source = "Lavin and Gray 2015",
};
