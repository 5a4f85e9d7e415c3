/* random_net.c - nets drawn by dice (see random_net.h).
 *
 * A net grows by statements. Each is proposed as text and elaborated together with those before it: what does not fit,
 * or grows too large, is thrown away. So nothing here knows a shape rule, and any layer can be proposed anywhere.
 */
#include "tests/support/random_net.h"

#include "tests/support/dice.h"
#include "tests/support/model.h"

enum { LARGEST_VALUE = 1200, STATEMENTS = 12, PROPOSALS = 3 * STATEMENTS };

typedef struct Value {
    const char *name;
    Shape shape; /* with the batch */
} Value;

typedef struct Draft {
    Arena *arena;
    Dice dice;
    const char *head;  /* all before the statements */
    const char *body;  /* the statements */
    VEC(Value) values; /* the inputs first */
    uint32_t labels;
    VEC(const char *) shared; /* labels of layers that may be applied once more */
} Draft;

static uint32_t toss(Draft *draft, uint32_t sides)
{
    return throw_dice(&draft->dice, sides);
}

/* Whether the net so far can answer with that value, and its shape then. */
static bool elaborates(const Draft *draft, const char *value, Shape *shape)
{
    Arena *arena = arena_new();
    Diag diag;
    const char *text = arena_printf(arena, "%s%s    return answer = %s;\n}\n", draft->head, draft->body, value);
    Graph *graph = random_net_graph(arena, &diag, text);
    bool fits = graph != NULL;
    for (uint32_t i = 0; fits && i < graph->nodes.count; i++)
        fits = graph->nodes.at[i].op == OP_const || shape_count(&graph->nodes.at[i].type.shape) <= LARGEST_VALUE;
    if (fits)
        *shape = graph_node(graph, graph->outputs.at[0].node)->type.shape;
    arena_free(arena);
    return fits;
}

/* ---- stages: what follows "->" ---- */

static const char *channel_numbers(Draft *draft, int64_t channels)
{
    static const char *const numbers[] = {"0.5", "-1", "2", "0.25", "1.5", "-0.75", "1"};
    const char *text = "";
    for (int64_t i = 0; i < channels; i++)
        text = arena_printf(draft->arena, "%s%s%s", text, i ? ", " : "", PICK(&draft->dice, numbers));
    return text;
}

static const char *conv_stage(Draft *draft, int64_t channels)
{
    static const uint32_t maps[] = {1, 2, 3, 4, 5, 6, 8, 8, 9, 16}, sizes[] = {1, 1, 1, 2, 3, 3, 5};
    static const char *const pads[] = {"", "", ", pad=1", ", pad=1", ", pad=same", ", pad=2", ", pad=[0, 1, 2, 0]"};
    static const char *const rest[] = {
        "", "", "", "", ", bias=false", ", bias=false", ", bias=0.5", ", stride=2", ", dilation=2"};
    uint32_t out = PICK(&draft->dice, maps), size = PICK(&draft->dice, sizes);
    const char *groups = "", *label = arena_printf(draft->arena, "l%u", draft->labels++);
    if (toss(draft, 5) == 0) {
        uint32_t count = toss(draft, 2) && channels ? (uint32_t)channels : 2;
        out = count * (1 + toss(draft, 2));
        groups = arena_printf(draft->arena, ", groups=%u", count);
    }
    const char *pad = PICK(&draft->dice, pads), *more = PICK(&draft->dice, rest);
    if (toss(draft, 8) == 0)
        return arena_printf(draft->arena, "%s: conv_transpose(%u, %ux%u%s%s)", label, out, size, size,
                            toss(draft, 2) ? ", stride=2" : "", groups);
    VEC_PUSH(draft->arena, &draft->shared, label);
    return arena_printf(draft->arena, "%s: conv(%u, %ux%u%s%s%s)", label, out, size, size, pad, more, groups);
}

/* Scales and shifts, by numbers that are loaded or stand in the model. */
static const char *affine_stage(Draft *draft, int64_t channels)
{
    Arena *arena = draft->arena;
    const char *numbers = channel_numbers(draft, channels);
    static const char *const plain[] = {"mul(constant(2))",
                                        "mul(constant(-0.5))",
                                        "add(constant(1))",
                                        "add(constant(-0.25))",
                                        "sub(constant(0.5))",
                                        "div(constant(4))",
                                        "add(constant(0))",
                                        "mul(constant(1))",
                                        "dropout",
                                        "mul(constant(0))",
                                        "relu",
                                        "dropout",
                                        "expect(1)",
                                        "normalize(mean=0.5, std=0.25)",
                                        "reshape([-1])"};
    static const char *const loaded[] = {"batchnorm", "batchnorm",         "batchnorm(eps=0.1, weight=1)",
                                         "scale",     "scale(bias=false)", "scale(weight=2, bias=true)"};
    switch (toss(draft, 6)) {
    case 0:
        return PICK(&draft->dice, plain);
    case 1:
        return arena_printf(arena, "normalize(mean=[%s], std=2)", numbers);
    case 2:
        return arena_printf(arena, "%s(constant([%s]) -> reshape([%lld, 1, 1]))", toss(draft, 2) ? "mul" : "add",
                            numbers, (long long)channels);
    default:
        return arena_printf(arena, "l%u: %s", draft->labels++, PICK(&draft->dice, loaded));
    }
}

static const char *activation_stage(Draft *draft)
{
    static const char *const plain[] = {"relu",    "relu", "relu",  "relu6",      "leaky_relu(0.1)",   "sigmoid",
                                        "tanh",    "elu",  "abs",   "hard_swish", "clamp(-0.5, 0.75)", "swish",
                                        "softmax", "gelu", "max(0)"};
    return toss(draft, 10) ? PICK(&draft->dice, plain) : arena_printf(draft->arena, "l%u: prelu", draft->labels++);
}

static const char *moving_stage(Draft *draft)
{
    static const char *const plain[] = {"maxpool(2x2)",
                                        "maxpool(3x3, stride=1, pad=1)",
                                        "maxpool(3x3, stride=2, ceil=true)",
                                        "avgpool(2x2)",
                                        "avgpool(3x3, stride=1, pad=1)",
                                        "avgpool(3x3, stride=1, pad=1, count_pad=false)",
                                        "avgpool(global)",
                                        "maxpool(global)",
                                        "pad(1)",
                                        "pad([0, 1, 2, 0], value=0.5)",
                                        "pad(1, mode=edge)",
                                        "pad(1, mode=reflect)",
                                        "pad(0, channels=[1, 2])",
                                        "slice(0, 2)",
                                        "slice(1, 3)",
                                        "slice(-1, -3, step=-1)",
                                        "slice(0, 3, axis=2)",
                                        "transpose([0, 2, 1])",
                                        "transpose([1, 0, 2])",
                                        "channel_shuffle(2)",
                                        "channel_shuffle(3)",
                                        "dropout",
                                        "space_to_depth(2)",
                                        "depth_to_space(2)",
                                        "lrn(3)",
                                        "resize(scale=2)",
                                        "channel_max(2)",
                                        "channel_avg",
                                        "reduce_mean",
                                        "reduce_sum(axes=[1])",
                                        "reduce_max(axes=[2])",
                                        "flatten",
                                        "reshape([2, -1, 2])",
                                        "squeeze",
                                        "unsqueeze([0])",
                                        "reshape([-1, 1, 1])",
                                        "dropout(0.2)",
                                        "pad(0)",
                                        "slice(0, 1)"};
    return PICK(&draft->dice, plain);
}

static const char *vector_stage(Draft *draft)
{
    static const uint32_t sizes[] = {1, 3, 5, 8, 9, 17};
    uint32_t kind = toss(draft, 8), out = PICK(&draft->dice, sizes);
    const char *label = arena_printf(draft->arena, "l%u", draft->labels++);
    if (kind == 0)
        return arena_printf(draft->arena, "%s: rbf(%u)", label, out);
    if (kind == 1)
        return "reshape([1, 1, -1])";
    VEC_PUSH(draft->arena, &draft->shared, label);
    return arena_printf(draft->arena, "%s: fc(%u%s)", label, out, kind < 5 ? "" : ", bias=false");
}

static const char *stage(Draft *draft, const Value *value)
{
    int64_t channels = value->shape.rank > 1 ? value->shape.dim[1] : 1;
    switch (toss(draft, 13)) {
    case 0:
    case 1:
    case 2:
        return value->shape.rank == 2 ? vector_stage(draft) : conv_stage(draft, channels);
    case 3:
        if (draft->shared.count)
            return arena_printf(draft->arena, "@%s", draft->shared.at[toss(draft, draft->shared.count)]);
        return conv_stage(draft, channels);
    case 4:
        return vector_stage(draft);
    case 5:
    case 6:
    case 7:
        return affine_stage(draft, channels);
    case 8:
    case 9:
        return activation_stage(draft);
    default:
        return moving_stage(draft);
    }
}

/* The value and stages behind it; those that do not fit there are left out. */
static const char *chain(Draft *draft, const Value *from)
{
    Value value = *from;
    for (uint32_t i = 1 + toss(draft, 6); i; i--) {
        uint32_t shared = draft->shared.count;
        const char *longer = arena_printf(draft->arena, "%s -> %s", value.name, stage(draft, &value));
        if (elaborates(draft, longer, &value.shape))
            value.name = longer;
        else
            draft->shared.count = shared;
    }
    return value.name;
}

/* ---- statements ---- */

/* Mostly one of the last, so that nets become deep. */
static const Value *pick_value(Draft *draft)
{
    uint32_t count = draft->values.count, near = MIN(count, 3);
    return &draft->values.at[toss(draft, 3) ? count - 1 - toss(draft, near) : toss(draft, count)];
}

/* Another one that can be added to it, or joined with it behind axis `from`; else the value itself. */
static const Value *pick_partner(Draft *draft, const Value *value, int from)
{
    uint32_t first = toss(draft, draft->values.count);
    for (uint32_t i = 0; i < draft->values.count; i++) {
        const Value *other = &draft->values.at[(first + i) % draft->values.count];
        bool fits = other != value && other->shape.rank == value->shape.rank;
        for (int axis = from; fits && axis < value->shape.rank; axis++)
            fits = other->shape.dim[axis] == value->shape.dim[axis];
        if (fits)
            return other;
    }
    return value;
}

/* 1x1 convolutions that read one value, some with more behind them, joined again. */
static const char *siblings(Draft *draft, const char *x)
{
    Arena *arena = draft->arena;
    const char *text = "concat(";
    uint32_t count = 2 + toss(draft, 2);
    for (uint32_t i = 0; i < count; i++) {
        static const char *const biases[] = {"", "", ", bias=false"}, *const acts[] = {"", " -> relu", " -> relu"};
        const char *bias = PICK(&draft->dice, biases), *act = PICK(&draft->dice, acts);
        uint32_t maps = toss(draft, 2) ? 8 : 1 + toss(draft, 8); /* 8: as many as are computed at a time */
        uint32_t label = draft->labels++;
        text = arena_printf(arena, "%s%s%s -> l%u: conv(%u, 1x1%s)%s", text, i ? ", " : "", x, label, maps, bias, act);
        if (toss(draft, 3) == 0) {
            maps = 1 + toss(draft, 4);
            act = PICK(&draft->dice, acts);
            text = arena_printf(arena, "%s -> l%u: conv(%u, 3x3, pad=1)%s", text, draft->labels++, maps, act);
        }
        if (toss(draft, 4) == 0)
            text = arena_printf(arena, "%s -> l%u: batchnorm", text, draft->labels++);
    }
    return arena_printf(arena, "%s)", text);
}

/* A 1x1 convolution and another one, with nothing between them, or something that changes little. */
static const char *pair(Draft *draft, const char *x)
{
    static const char *const between[] = {"",          "", "", " -> dropout", " -> relu", " -> mul(constant(0.5))",
                                          " -> pad(1)"};
    static const char *const biases[] = {"", ", bias=false"};
    static const char *const rest[] = {"", "", ", pad=1", ", stride=2", ", pad=same, stride=2", ", groups=2"};
    uint32_t maps = 1 + toss(draft, 8), size = 1 + 2 * toss(draft, 2), out = 2 * (1 + toss(draft, 4));
    const char *bias = PICK(&draft->dice, biases), *middle = PICK(&draft->dice, between);
    const char *bias2 = PICK(&draft->dice, biases), *more = PICK(&draft->dice, rest);
    uint32_t label = draft->labels;
    draft->labels += 2;
    return arena_printf(draft->arena, "%s -> l%u: conv(%u, 1x1%s)%s -> l%u: conv(%u, %ux%u%s%s)", x, label, maps, bias,
                        middle, label + 1, out, size, size, bias2, more);
}

/* A scale and a shift in front of layers with weights, or behind one, with something in between through which it may be
 * able to move. */
static const char *scaled(Draft *draft, const char *x)
{
    static const char *const affine[] = {"l%u: batchnorm", "l%u: scale(bias=false)", "l%u: scale", "l%u: batchnorm"};
    static const char *const between[] = {"",
                                          " -> pad(1)",
                                          " -> pad(1, mode=edge)",
                                          " -> pad(1, mode=reflect)",
                                          " -> pad(0, channels=[1, 2])",
                                          " -> pad([0, 1, 2, 0], value=0.5)",
                                          " -> avgpool(2x2)",
                                          " -> avgpool(3x3, stride=1, pad=1)",
                                          " -> avgpool(global)",
                                          " -> avgpool(global) -> flatten",
                                          " -> flatten",
                                          " -> reshape([2, -1, 2])"};
    static const char *const layers[] = {"l%u: conv(3, 3x3)", "l%u: conv(4, 1x1, bias=false)",
                                         "l%u: conv(4, 3x3, pad=1, groups=2)", "l%u: conv_transpose(4, 2x2, stride=2)",
                                         "l%u: fc(5)"};
    Arena *arena = draft->arena;
    uint32_t label = draft->labels;
    const char *middle = PICK(&draft->dice, between);
    const char *scale = arena_printf(arena, PICK(&draft->dice, affine), label);
    const char *layer = arena_printf(arena, PICK(&draft->dice, layers), label + 1);
    draft->labels += 3;
    if (toss(draft, 2))
        return arena_printf(arena, "%s -> %s%s -> %s", x, layer, middle, scale);
    if (toss(draft, 2))
        return arena_printf(arena, "relu(%s) -> %s%s -> %s", x, scale, middle, layer);
    return arena_printf(arena, "concat(%s -> %s%s, %s -> l%u: conv(2, 1x1)%s) -> %s", x, layer, middle, x, label + 2,
                        middle, scale);
}

/* x and what convolutions make of it, added. */
static const char *residual(Draft *draft, const Value *value)
{
    Arena *arena = draft->arena;
    long long channels = value->shape.rank > 1 ? (long long)value->shape.dim[1] : 1;
    uint32_t label = draft->labels, maps = 1 + toss(draft, 8);
    const char *window = toss(draft, 2) ? "1x1" : "3x3, pad=1";
    draft->labels += 4;
    const char *inner = arena_printf(arena, "%s -> l%u: conv(%u, %s, bias=false) -> l%u: batchnorm -> relu",
                                     value->name, label, maps, window, label + 1);
    inner = arena_printf(arena, "%s -> l%u: conv(%lld, 3x3, pad=1)%s", inner, label + 2, channels,
                         toss(draft, 2) ? arena_printf(arena, " -> l%u: batchnorm", label + 3) : "");
    const char *sum = toss(draft, 2) ? arena_printf(arena, "%s + (%s)", value->name, inner)
                                     : arena_printf(arena, "(%s) + %s", inner, value->name);
    return toss(draft, 4) ? arena_printf(arena, "relu(%s)", sum) : sum;
}

static const char *of_two(Draft *draft, const Value *value)
{
    static const char *const words[] = {
        "%s + %s",     "%s + %s",     "relu(%s + %s)",        "%s - %s",           "%s * %s",
        "max(%s, %s)", "min(%s, %s)", "(%s + %s) -> dropout", "add(%s, %s) * 0.5", "(%s -> tanh) + (%s -> tanh)"};
    static const char *const joins[] = {"concat(%s, %s)", "concat(%s, %s)", "concat([%s, %s, %s])",
                                        "concat(%s, %s) -> channel_shuffle(2)", "concat(%s, %s, axis=1)"};
    bool join = toss(draft, 2);
    const char *form = join ? PICK(&draft->dice, joins) : PICK(&draft->dice, words), *text = "";
    const Value *values[] = {value, NULL, NULL};
    values[1] = pick_partner(draft, value, join ? 2 : 1);
    values[2] = pick_value(draft);
    for (int i = 0; *form; form++)
        if (strncmp(form, "%s", 2) == 0) {
            text = arena_printf(draft->arena, "%s%s", text, values[i++]->name);
            form++;
        } else {
            text = arena_printf(draft->arena, "%s%c", text, *form);
        }
    return text;
}

/* A form with labels for its %u, and the number for its %d. */
static const char *with_numbers(Draft *draft, const char *form, long long number)
{
    const char *text = "";
    for (; *form; form++) {
        if (strncmp(form, "%u", 2) == 0)
            text = arena_printf(draft->arena, "%s%u", text, draft->labels++);
        else if (strncmp(form, "%d", 2) == 0)
            text = arena_printf(draft->arena, "%s%lld", text, number);
        else
            text = arena_printf(draft->arena, "%s%c", text, *form);
        form += *form == '%';
    }
    return text;
}

/* Channels shuffled between layers, some of which pass the order on, and others do not. */
static const char *shuffled(Draft *draft, const Value *value)
{
    static const char *const between[] = {"",
                                          "",
                                          " -> relu",
                                          " -> relu",
                                          " -> dropout -> tanh",
                                          " -> channel_shuffle(%d)",
                                          " -> mul(2)",
                                          " -> abs",
                                          " -> l%u: prelu",
                                          " -> l%u: batchnorm",
                                          " -> maxpool(3x3, stride=1, pad=1)",
                                          " -> pad(1)",
                                          " -> avgpool(2x2)",
                                          " -> l%u: conv(%d, 3x3, pad=1, groups=%d)",
                                          " -> l%u: conv_transpose(%d, 2x2, groups=%d)",
                                          " -> l%u: conv(%d, 1x1, groups=2)",
                                          " -> slice(1, 4)",
                                          " -> slice(-1, 0, step=-2)",
                                          " -> l%u: scale"};
    static const char *const readers[] = {"",
                                          " -> l%u: conv(6, 1x1)",
                                          " -> l%u: conv(4, 3x3, pad=1)",
                                          " -> l%u: conv_transpose(4, 2x2)",
                                          " -> l%u: conv(8, 1x1, groups=2)",
                                          " -> flatten -> l%u: fc(5)",
                                          " -> avgpool(global) -> flatten -> l%u: fc(3)",
                                          " -> softmax"};
    Arena *arena = draft->arena;
    long long maps = 2 * (1 + toss(draft, 6)), groups = toss(draft, 3) ? 2 : maps > 4 ? maps / 2 : 3;
    const char *text = value->name;
    if (toss(draft, 4))
        text = arena_printf(arena, "%s -> l%u: conv(%lld, 1x1%s)", text, draft->labels++, maps,
                            toss(draft, 3) ? "" : ", groups=2");
    for (uint32_t part = 0; part < 3; part++) {
        const char *form = part < 2 ? PICK(&draft->dice, between) : PICK(&draft->dice, readers);
        text = arena_printf(arena, "%s%s", text, with_numbers(draft, form, maps));
        if (part == 0)
            text = arena_printf(arena, "%s -> channel_shuffle(%lld)", text, groups);
    }
    return text;
}

/* Half of the channels pass, the others are worked on, and both are shuffled. */
static const char *shuffle_unit(Draft *draft, const Value *value)
{
    long long half = value->shape.rank > 1 ? (long long)value->shape.dim[1] / 2 : 1;
    Arena *arena = draft->arena;
    uint32_t label = draft->labels;
    const char *x = value->name, *worked;
    draft->labels += 2;
    switch (toss(draft, 3)) {
    case 0:
        worked = arena_printf(arena, "l%u: conv(%lld, 1x1) -> relu", label, half);
        break;
    case 1:
        worked = arena_printf(arena, "l%u: conv(%lld, 1x1) -> relu -> l%u: conv(%lld, 3x3, pad=1, groups=%lld)", label,
                              half, label + 1, half, half);
        break;
    default:
        worked = "tanh";
    }
    return arena_printf(arena, "concat(split(%s, 2)[0], split(%s, 2)[1] -> %s) -> channel_shuffle(2)", x, x, worked);
}

/* Layers whose weights the model gives, as numbers or as a tensor of numbers. */
static const char *given_weights(Draft *draft, const char *x)
{
    static const char *const forms[] = {
        "conv(weight=[[1, -1], [0.5, 2]])",
        "conv(weight=[[0, 1, 0], [1, -4, 1], [0, 1, 0]], pad=1)",
        "conv(weight=constant([[[[0.5]]], [[[2]]]]), bias=[1, 2])",
        "conv(weight=constant([[[[1]], [[2]]], [[[3]], [[4]]]]) * 0.5)",
        "conv(weight=constant([[[[1, 2, 1]]]]) / 4, pad=[0, 1], bias=constant([1]) - 0.5)",
        "conv(connect=[[0], [0, 1]], size=3x3, weight=0.1, bias=1)",
        "flatten -> fc(2, weight=0.25, bias=[1, -1])",
    };
    return arena_printf(draft->arena, "%s -> %s", x, PICK(&draft->dice, forms));
}

static const char *proposal(Draft *draft)
{
    const Value *value = pick_value(draft);
    switch (toss(draft, 17)) {
    case 13:
    case 14:
        return shuffled(draft, value);
    case 15:
        return shuffle_unit(draft, value);
    case 16:
        return scaled(draft, value->name);
    case 12:
        return pair(draft, value->name);
    case 0:
        return siblings(draft, value->name);
    case 1:
        return residual(draft, value);
    case 2:
    case 3:
        return of_two(draft, value);
    case 4:
        return given_weights(draft, value->name);
    case 5:
        return arena_printf(draft->arena, "split(%s, 2)[%u]", value->name, toss(draft, 2));
    case 6:
        return arena_printf(draft->arena, "%s * (%s -> avgpool(global) -> l%u: conv(1, 1x1) -> sigmoid)", value->name,
                            value->name, draft->labels++);
    default:
        return chain(draft, value);
    }
}

/* ---- the net ---- */

static void propose(Draft *draft)
{
    uint32_t shared = draft->shared.count;
    Value value = {.name = arena_printf(draft->arena, "v%u", draft->values.count)};
    const char *text = proposal(draft);
    if (elaborates(draft, text, &value.shape)) {
        draft->body = arena_printf(draft->arena, "%s    %s = %s;\n", draft->body, value.name, text);
        VEC_PUSH(draft->arena, &draft->values, value);
    } else {
        draft->shared.count = shared;
    }
}

static void begin(Draft *draft)
{
    static const char *const types[] = {"f32[3, 7, 8]",  "f32[1, 9, 9]", "f32[8, 5, 6]", "f32[4, 6, 6]", "f32[2, 8, 8]",
                                        "f32[16, 4, 5]", "f32[6, 5, 5]", "u8[3, 8, 8]",  "f32[12]"};
    Arena *arena = draft->arena;
    uint32_t inputs = toss(draft, 4) ? 1 : 2;
    const char *list = "";
    for (uint32_t i = 0; i < inputs; i++) {
        const char *name = i ? "y" : "x";
        uint32_t type = toss(draft, COUNT_OF(types) - !i);
        list = arena_printf(arena, "%s%s%s: %s", list, i ? ", " : "", name, types[type]);
        VEC_PUSH(arena, &draft->values, (Value){.name = name});
    }
    draft->head = arena_printf(arena, "# batch %u\nnet n(%s) {\n", 1 + toss(draft, 3), list);
    for (uint32_t i = 0; i < inputs; i++)
        if (!elaborates(draft, draft->values.at[i].name, &draft->values.at[i].shape))
            BUG("'%s' is no beginning of a net", draft->head);
}

/* Puts some statements of a body on other devices than the first, by dice of their own. */
static const char *with_devices(Arena *arena, const char *body, uint32_t seed)
{
    static const char *const places[] = {"", "", "on device(1) ", "on device(1) ", "on device(0) ", "on device(3) "};
    Dice dice = {.seed = ~seed};
    const char *text = "";
    for (const char *line = body; *line;) {
        static const char indent[] = "    ";
        size_t length = strcspn(line, "\n") + 1;
        text = arena_printf(arena, "%s%s%s%.*s", text, indent, PICK(&dice, places), (int)(length - strlen(indent)),
                            line + strlen(indent));
        line += length;
    }
    return text;
}

const char *random_net(Arena *arena, uint32_t seed)
{
    enum { ONE_IN = 3 }; /* on several devices */
    Draft draft = {.arena = arena, .dice = {.seed = seed}, .body = ""};
    begin(&draft);
    uint32_t wanted = draft.values.count + 2 + toss(&draft, STATEMENTS - 2);
    for (int i = 0; i < PROPOSALS && draft.values.count < wanted; i++)
        propose(&draft);
    const char *body = seed % ONE_IN ? draft.body : with_devices(arena, draft.body, seed);
    const char *text = arena_printf(arena, "%s%s", draft.head, body);
    for (uint32_t i = 0, count = toss(&draft, 3); i < count; i++)
        text = arena_printf(arena, "%s    output o%u = %s;\n", text, i, pick_value(&draft)->name);
    return arena_printf(arena, "%s    return answer = %s;\n}\n", text, draft.values.at[draft.values.count - 1].name);
}

Graph *random_net_graph(Arena *arena, Diag *diag, const char *text)
{
    bool says = strncmp(text, "# batch ", strlen("# batch ")) == 0;
    return model_try(arena, diag, text, says ? strtoll(text + strlen("# batch "), NULL, 10) : 1);
}
