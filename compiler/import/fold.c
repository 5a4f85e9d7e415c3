/* fold.c - arithmetic that is done while a model is imported: shapes, and what is computed of them.
 *
 * Integers are folded wherever they are known. Floats are only where they are few, as in the scales of a Resize: those
 * of weights go into the Graph, whose passes fold them.
 */
#include "import/rows.h"

#include <math.h>

/* Elements: floats that are folded, results of folding, weights that are one number repeated (VGG has 102 million). */
enum { FEW = 1024, MOST = 1 << 24, MOST_FILLED = 1 << 27 };

/* Known numbers, of either kind. */
typedef struct Numbers {
    OnnxType type;
    Shape shape;
    int64_t count;
    int64_t *integers; /* or floats */
    float *floats;
} Numbers;

static Numbers numbers_of(const Value *value)
{
    return (Numbers){value->type, value->shape, value_count(&value->shape), (int64_t *)(uintptr_t)value->integers,
                     (float *)(uintptr_t)value->floats};
}

static Numbers numbers_new(Arena *arena, OnnxType type, const Shape *shape)
{
    Numbers numbers = {.type = type, .shape = *shape, .count = value_count(shape)};
    if (onnx_type_is_float(type))
        numbers.floats = NEW_ARRAY(arena, float, numbers.count + 1);
    else
        numbers.integers = NEW_ARRAY(arena, int64_t, numbers.count + 1);
    return numbers;
}

static double number_at(const Numbers *numbers, int64_t i)
{
    return numbers->floats ? (double)numbers->floats[i] : (double)numbers->integers[i];
}

static void copy_element(Numbers *to, int64_t at, const Numbers *from, int64_t place)
{
    if (to->floats)
        to->floats[at] = from->floats[place];
    else
        to->integers[at] = from->integers[place];
}

int64_t integer_wrapped(OnnxType type, int64_t number)
{
    switch (type) {
    case ONNX_U8:
        return (uint8_t)number;
    case ONNX_I8:
        return (int8_t)number;
    case ONNX_U16:
        return (uint16_t)number;
    case ONNX_I16:
        return (int16_t)number;
    case ONNX_U32:
        return (uint32_t)number;
    case ONNX_I32:
        return (int32_t)number;
    default:
        return number;
    }
}

static bool give(ImportNode *node, const Numbers *numbers)
{
    for (int64_t i = 0; numbers->integers && i < numbers->count; i++)
        numbers->integers[i] = integer_wrapped(numbers->type, numbers->integers[i]);
    return node_known(node, 0, numbers->type, &numbers->shape, numbers->integers, numbers->floats);
}

/* ---- what is asked of a value ---- */

static bool fold_shape(ImportNode *node)
{
    const Value *x = node_input(node, 0);
    const int rank = x->shape.rank;
    int64_t start = node_int(node, "start", 0), end = node_int(node, "end", rank);
    start = MIN(MAX(start + (start < 0 ? rank : 0), 0), rank);
    end = MIN(MAX(end + (end < 0 ? rank : 0), 0), rank);
    Numbers result = numbers_new(node->import->arena, ONNX_I64, &(Shape){.rank = 1, .dim = {MAX(end - start, 0)}});
    for (int64_t i = start; i < end; i++)
        result.integers[i - start] = x->shape.dim[i];
    return give(node, &result);
}

static bool fold_size(ImportNode *node)
{
    Numbers result = numbers_new(node->import->arena, ONNX_I64, &(Shape){0});
    result.integers[0] = value_count(&node_input(node, 0)->shape);
    return give(node, &result);
}

/* ---- numbers of the node itself ---- */

static bool fold_constant(ImportNode *node)
{
    Import *import = node->import;
    Value value = {0};
    const Onnx__AttributeProto *a;
    if ((a = node_attribute(node, "value")) && a->t) {
        if (!import_tensor(import, a->t, &value))
            return false;
        return node_known(node, 0, value.type, &value.shape, value.integers, value.floats);
    }
    const bool is_list = node_attribute(node, "value_ints") || node_attribute(node, "value_floats");
    a = node_attribute(node, "value_int");
    a = a ? a : node_attribute(node, "value_ints");
    const bool is_integer = a;
    a = a ? a : node_attribute(node, "value_float");
    a = a ? a : node_attribute(node, "value_floats");
    if (!a)
        return node_refuse(node, "its value is of a kind that is not supported");
    const int64_t count = !is_list ? 1 : is_integer ? (int64_t)a->n_ints : (int64_t)a->n_floats;
    Numbers result =
        numbers_new(import->arena, is_integer ? ONNX_I64 : ONNX_F32, &(Shape){.rank = is_list, .dim = {count}});
    for (int64_t i = 0; i < count; i++) {
        if (is_integer)
            result.integers[i] = is_list ? a->ints[i] : a->i;
        else
            result.floats[i] = is_list ? a->floats[i] : a->f;
    }
    return give(node, &result);
}

/* The shape that known integers say. */
static bool shape_said(ImportNode *node, const Value *dims, Shape *shape)
{
    const int64_t count = value_count(&dims->shape);
    *shape = (Shape){0};
    if (!dims->integers || count > MAX_RANK)
        return node_refuse(node, "its shape '%s' is not known, or has too many axes", dims->name);
    shape->rank = (int)count;
    int64_t elements = 1;
    for (int i = 0; i < shape->rank; i++) {
        shape->dim[i] = dims->integers[i];
        if (shape->dim[i] < 0 || (shape->dim[i] && elements > MOST_FILLED / shape->dim[i]))
            return node_refuse(node, "its shape has the size %lld", (long long)shape->dim[i]);
        elements *= shape->dim[i];
    }
    return true;
}

static bool fold_constant_of_shape(ImportNode *node)
{
    const Onnx__AttributeProto *a = node_attribute(node, "value");
    static const float zero = 0;
    Value value = {.type = ONNX_F32, .floats = &zero};
    Shape shape;
    if (a && a->t && !import_tensor(node->import, a->t, &value))
        return false;
    if (!shape_said(node, node_input(node, 0), &shape))
        return false;
    if (value_count(&value.shape) != 1)
        return node_refuse(node, "its value is not one number");
    Numbers result = numbers_new(node->import->arena, value.type, &shape), one = numbers_of(&value);
    for (int64_t i = 0; i < result.count; i++)
        copy_element(&result, i, &one, 0);
    return give(node, &result);
}

static bool fold_range(ImportNode *node)
{
    Numbers part[3];
    for (size_t i = 0; i < 3; i++) {
        const Value *value = node_input(node, i);
        if (!value || value_count(&value->shape) != 1)
            return node_refuse(node, "its start, limit and step have to be numbers");
        part[i] = numbers_of(value);
        if (!part[i].integers != !part[0].integers)
            return node_refuse(node, "its start, limit and step are of different types");
    }
    const double start = number_at(&part[0], 0), limit = number_at(&part[1], 0), step = number_at(&part[2], 0);
    const double count = step == 0 ? 0 : fmax(ceil((limit - start) / step), 0);
    if (step == 0 || !(count <= MOST))
        return node_refuse(node, "it has too many numbers");
    Numbers result = numbers_new(node->import->arena, part[0].type, &(Shape){.rank = 1, .dim = {(int64_t)count}});
    for (int64_t i = 0; i < result.count; i++) {
        if (result.floats)
            result.floats[i] = (float)(start + (double)i * step);
        else
            result.integers[i] = (int64_t)((uint64_t)part[0].integers[0] + (uint64_t)i * (uint64_t)part[2].integers[0]);
    }
    return give(node, &result);
}

/* ---- element by element ---- */

static bool fold_cast(ImportNode *node)
{
    const Numbers x = numbers_of(node_input(node, 0));
    const OnnxType to = (OnnxType)node_int(node, "to", ONNX_F32);
    if (!onnx_type_is_float(to) && !onnx_type_is_integer(to))
        return node_refuse(node, "it casts to %s", onnx_type_name(node->import->arena, to));
    Numbers result = numbers_new(node->import->arena, to, &x.shape);
    for (int64_t i = 0; i < x.count; i++) {
        if (result.floats)
            result.floats[i] = (float)number_at(&x, i);
        else if (to == ONNX_BOOL)
            result.integers[i] = x.floats ? x.floats[i] != 0 : x.integers[i] != 0;
        else if (x.integers)
            result.integers[i] = x.integers[i];
        else if (fabsf(x.floats[i]) < 9e18F)
            result.integers[i] = (int64_t)x.floats[i];
        else
            return node_refuse(node, "%g does not fit an integer", (double)x.floats[i]);
    }
    return give(node, &result);
}

typedef enum Word {
    ADD,
    SUB,
    MUL,
    DIV,
    MOD,
    LARGER,
    SMALLER,
    EQUAL,
    LESS,
    GREATER,
    LESS_EQUAL,
    GREATER_EQUAL,
    BOTH,
    EITHER,
    POWER
} Word;

static const struct {
    const char *type;
    Word word;
    bool is_test; /* gives booleans */
} words[] = {
    {"Add", ADD, false},
    {"Sub", SUB, false},
    {"Mul", MUL, false},
    {"Div", DIV, false},
    {"Mod", MOD, false},
    {"Max", LARGER, false},
    {"Min", SMALLER, false},
    {"Equal", EQUAL, true},
    {"Less", LESS, true},
    {"Greater", GREATER, true},
    {"LessOrEqual", LESS_EQUAL, true},
    {"GreaterOrEqual", GREATER_EQUAL, true},
    {"And", BOTH, true},
    {"Or", EITHER, true},
    {"Pow", POWER, false},
};

/* Of a negative exponent the whole part of the power is left: -1, 0 or 1. */
static int64_t integer_power(int64_t base, int64_t exponent)
{
    if (exponent < 0)
        return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
    uint64_t power = 1;
    for (uint64_t factor = (uint64_t)base; exponent; exponent >>= 1, factor *= factor)
        if (exponent & 1)
            power *= factor;
    return (int64_t)power;
}

/* Sums and products wrap around, as those of 64 bits do. */
static int64_t integer_word(Word word, int64_t a, int64_t b)
{
    switch (word) {
    case ADD:
        return (int64_t)((uint64_t)a + (uint64_t)b);
    case SUB:
        return (int64_t)((uint64_t)a - (uint64_t)b);
    case MUL:
        return (int64_t)((uint64_t)a * (uint64_t)b);
    case DIV:
        return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
    case MOD:
        return b == -1 ? 0 : (a % b != 0 && (a < 0) != (b < 0)) ? a % b + b : a % b;
    case LARGER:
        return MAX(a, b);
    case SMALLER:
        return MIN(a, b);
    case EQUAL:
        return a == b;
    case LESS:
        return a < b;
    case GREATER:
        return a > b;
    case LESS_EQUAL:
        return a <= b;
    case GREATER_EQUAL:
        return a >= b;
    case BOTH:
        return a && b;
    case EITHER:
        return a || b;
    case POWER:
        return integer_power(a, b);
    }
    BUG("word %d", (int)word);
}

static double float_word(Word word, double a, double b)
{
    switch (word) {
    case ADD:
        return a + b;
    case SUB:
        return a - b;
    case MUL:
        return a * b;
    case DIV:
        return a / b;
    case MOD:
        return a - b * floor(a / b);
    case LARGER:
        return isnan(a) || a > b ? a : b;
    case SMALLER:
        return isnan(a) || a < b ? a : b;
    case POWER:
        return pow(a, b);
    case EQUAL:
        return a == b;
    case LESS:
        return a < b;
    case GREATER:
        return a > b;
    case LESS_EQUAL:
        return a <= b;
    default:
        return a >= b;
    }
}

/* Where an element of the result stands in an input that is broadcast to it. */
static int64_t broadcast_place(const Shape *result, const Shape *x, int64_t element)
{
    int64_t place = 0, size = 1;
    for (int axis = result->rank - 1, own = x->rank - 1; axis >= 0; axis--, own--) {
        const int64_t length = MAX(result->dim[axis], 1), index = element % length;
        element /= length;
        if (own < 0)
            continue;
        place += x->dim[own] == 1 ? 0 : index * size;
        size *= x->dim[own];
    }
    return place;
}

/* shape_both, of no more elements than are worth having. */
static bool folded_shape(const Shape *a, const Shape *b, Shape *result)
{
    return shape_both(a, b, result) && value_count(result) <= MOST;
}

static bool fold_word(ImportNode *node)
{
    size_t row = 0;
    while (strcmp(words[row].type, node->proto->op_type) != 0)
        row++;
    const Value *first = node_input(node, 0), *second = node_input(node, 1);
    if (!first || !second || node_input_count(node) != 2)
        return node_refuse(node, "of integers, two are supported");
    const Numbers a = numbers_of(first), b = numbers_of(second);
    Shape shape;
    if (!folded_shape(&a.shape, &b.shape, &shape) || !a.integers != !b.integers)
        return node_refuse(node, "its inputs do not fit each other");
    Numbers result = numbers_new(node->import->arena, words[row].is_test ? ONNX_BOOL : a.type, &shape);
    for (int64_t i = 0; i < result.count; i++) {
        int64_t at = broadcast_place(&shape, &a.shape, i), bt = broadcast_place(&shape, &b.shape, i);
        if (a.integers && (words[row].word == DIV || words[row].word == MOD) && !b.integers[bt])
            return node_refuse(node, "it divides by 0");
        if (a.integers)
            result.integers[i] = integer_word(words[row].word, a.integers[at], b.integers[bt]);
        else if (result.floats)
            result.floats[i] = (float)float_word(words[row].word, (double)a.floats[at], (double)b.floats[bt]);
        else
            result.integers[i] = float_word(words[row].word, (double)a.floats[at], (double)b.floats[bt]) != 0;
    }
    return give(node, &result);
}

static bool fold_one(ImportNode *node)
{
    const char *type = node->proto->op_type;
    const Numbers x = numbers_of(node_input(node, 0));
    Numbers result = numbers_new(node->import->arena, x.type, &x.shape);
    for (int64_t i = 0; i < x.count; i++) {
        if (x.integers)
            result.integers[i] = strcmp(type, "Not") == 0   ? !x.integers[i]
                                 : strcmp(type, "Neg") == 0 ? (int64_t)(0 - (uint64_t)x.integers[i])
                                 : x.integers[i] < 0        ? (int64_t)(0 - (uint64_t)x.integers[i])
                                                            : x.integers[i];
        else
            result.floats[i] = strcmp(type, "Neg") == 0     ? -x.floats[i]
                               : strcmp(type, "Abs") == 0   ? fabsf(x.floats[i])
                               : strcmp(type, "Floor") == 0 ? floorf(x.floats[i])
                                                            : ceilf(x.floats[i]);
    }
    return give(node, &result);
}

static bool fold_where(ImportNode *node)
{
    const Value *values[3] = {node_input(node, 0), node_input(node, 1), node_input(node, 2)};
    if (!values[0] || !values[1] || !values[2] || !values[0]->integers)
        return node_refuse(node, "its three inputs are not all there");
    const Numbers test = numbers_of(values[0]), a = numbers_of(values[1]), b = numbers_of(values[2]);
    Shape both, shape;
    if (!folded_shape(&a.shape, &b.shape, &both) || !folded_shape(&both, &test.shape, &shape) || a.type != b.type)
        return node_refuse(node, "its inputs do not fit each other");
    Numbers result = numbers_new(node->import->arena, a.type, &shape);
    for (int64_t i = 0; i < result.count; i++) {
        const Numbers *from = test.integers[broadcast_place(&shape, &test.shape, i)] ? &a : &b;
        copy_element(&result, i, from, broadcast_place(&shape, &from->shape, i));
    }
    return give(node, &result);
}

static bool fold_expand(ImportNode *node)
{
    const Numbers x = numbers_of(node_input(node, 0));
    Shape said, shape;
    if (!node_input(node, 1))
        return node_refuse(node, "it has no shape");
    if (!shape_said(node, node_input(node, 1), &said))
        return false;
    if (!folded_shape(&x.shape, &said, &shape))
        return node_refuse(node, "its shape does not fit");
    Numbers result = numbers_new(node->import->arena, x.type, &shape);
    for (int64_t i = 0; i < result.count; i++)
        copy_element(&result, i, &x, broadcast_place(&shape, &x.shape, i));
    return give(node, &result);
}

/* ---- other places ---- */

/* An axis in the middle: what stands before it, on it and behind it. */
typedef struct Run {
    int64_t outer, length, inner;
} Run;

static Run run_of(const Shape *shape, int axis)
{
    Run run = {1, shape->rank ? shape->dim[axis] : 1, 1};
    for (int i = 0; i < shape->rank; i++)
        *(i < axis ? &run.outer : &run.inner) *= i == axis ? 1 : shape->dim[i];
    return run;
}

static bool fold_gather(ImportNode *node)
{
    const Value *from = node_input(node, 0), *places = node_input(node, 1);
    int axis;
    if (!places || !places->integers || from->shape.rank - 1 + places->shape.rank > MAX_RANK)
        return node_refuse(node, "its places are not known, or its result has too many axes");
    if (!node_axis(node, node_int(node, "axis", 0), from->shape.rank, &axis))
        return false;
    const Numbers x = numbers_of(from);
    const Run run = run_of(&x.shape, axis);
    const int64_t count = value_count(&places->shape);
    Shape shape = {0};
    for (int i = 0; i < axis; i++)
        shape.dim[shape.rank++] = x.shape.dim[i];
    for (int i = 0; i < places->shape.rank; i++)
        shape.dim[shape.rank++] = places->shape.dim[i];
    for (int i = axis + 1; i < x.shape.rank; i++)
        shape.dim[shape.rank++] = x.shape.dim[i];
    Numbers result = numbers_new(node->import->arena, x.type, &shape);
    for (int64_t i = 0; i < result.count; i++) {
        int64_t place = places->integers[i / run.inner % count];
        place += place < 0 ? run.length : 0;
        if (place < 0 || place >= run.length)
            return node_refuse(node, "place %lld of %lld", (long long)place, (long long)run.length);
        copy_element(&result, i, &x, (i / run.inner / count * run.length + place) * run.inner + i % run.inner);
    }
    return give(node, &result);
}

static bool fold_concat(ImportNode *node)
{
    const Value *first = node_input(node, 0);
    int axis;
    if (!node_axis(node, node_int(node, "axis", 1), first->shape.rank, &axis))
        return false;
    Shape shape = first->shape;
    shape.dim[axis] = 0;
    for (size_t i = 0; i < node_input_count(node); i++) {
        const Value *next = node_input(node, i);
        if (!next || next->shape.rank != shape.rank || next->type != first->type)
            return node_refuse(node, "its inputs do not fit each other");
        for (int k = 0; k < shape.rank; k++)
            if (k != axis && next->shape.dim[k] != shape.dim[k])
                return node_refuse(node, "its inputs do not fit each other");
        shape.dim[axis] += next->shape.dim[axis];
    }
    Numbers result = numbers_new(node->import->arena, first->type, &shape);
    const Run whole = run_of(&shape, axis);
    int64_t place = 0;
    for (size_t i = 0; i < node_input_count(node); i++) {
        const Numbers x = numbers_of(node_input(node, i));
        const Run run = run_of(&x.shape, axis);
        for (int64_t k = 0; k < x.count; k++)
            copy_element(&result,
                         k / (run.length * run.inner) * whole.length * whole.inner + place * whole.inner +
                             k % (run.length * run.inner),
                         &x, k);
        place += run.length;
    }
    return give(node, &result);
}

/* Of one axis: what shapes are made of. */
static bool fold_slice(ImportNode *node)
{
    const Value *x = node_input(node, 0);
    int64_t start, end, axis = 0, step = 1;
    const bool is_old = node->import->opset < 10;
    if (node_list(node, "starts", is_old ? 99 : 1, &start, 1) != 1 ||
        node_list(node, "ends", is_old ? 99 : 2, &end, 1) != 1 || x->shape.rank != 1 ||
        node_list(node, "axes", is_old ? 99 : 3, &axis, 1) == -2 ||
        node_list(node, "steps", is_old ? 99 : 4, &step, 1) == -2)
        return node_refuse(node, "of known numbers, slices of lists are supported");
    const int64_t size = x->shape.dim[0];
    if (step == 0 || step < -LIMIT_DIMENSION || step > LIMIT_DIMENSION)
        return node_refuse(node, "a step is %lld", (long long)step);
    start += start < 0 && start > -LIMIT_DIMENSION ? size : 0;
    end += end < 0 && end > -LIMIT_DIMENSION ? size : 0;
    start = step > 0 ? MIN(MAX(start, 0), size) : MIN(MAX(start, 0), size - 1);
    end = step > 0 ? MIN(MAX(end, 0), size) : MIN(MAX(end, -1), size - 1);
    int64_t count = step > 0 ? quotient_up(MAX(end - start, 0), step) : quotient_up(MAX(start - end, 0), -step);
    const Numbers from = numbers_of(x);
    Numbers result = numbers_new(node->import->arena, x->type, &(Shape){.rank = 1, .dim = {count}});
    for (int64_t i = 0; i < count; i++)
        copy_element(&result, i, &from, start + i * step);
    return give(node, &result);
}

/* ---- the table ---- */

static const struct {
    const char *type;
    bool (*fold)(ImportNode *node);
    bool always; /* whatever is known of its inputs */
} folds[] = {
    {"Shape", fold_shape, true},       {"Size", fold_size, true},
    {"Constant", fold_constant, true}, {"ConstantOfShape", fold_constant_of_shape, false},
    {"Range", fold_range, false},      {"Cast", fold_cast, false},
    {"Neg", fold_one, false},          {"Abs", fold_one, false},
    {"Not", fold_one, false},          {"Floor", fold_one, false},
    {"Ceil", fold_one, false},         {"Where", fold_where, false},
    {"Expand", fold_expand, false},    {"Gather", fold_gather, false},
    {"Concat", fold_concat, false},    {"Slice", fold_slice, false},
};

static bool (*find_fold(const char *type, bool *always))(ImportNode *)
{
    *always = false;
    for (size_t i = 0; i < COUNT_OF(folds); i++)
        if (strcmp(folds[i].type, type) == 0) {
            *always = folds[i].always;
            return folds[i].fold;
        }
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i].type, type) == 0)
            return fold_word;
    return strncmp(type, "Reduce", 6) == 0 && import_knows(type) ? fold_reduction : NULL;
}

bool import_only_folds(const char *type)
{
    bool always;
    return !import_knows(type) && find_fold(type, &always) && !always;
}

/* Whether its inputs are known, the first one there, and few where they are floats. */
static bool is_worth_folding(const ImportNode *node)
{
    int64_t floats = 0;
    if (!node_input(node, 0))
        return false;
    for (size_t i = 0; i < node->proto->n_input; i++) {
        const Value *value = node_input(node, i);
        if (value && !value_is_known(value))
            return false;
        floats += value && value->floats ? value_count(&value->shape) : 0;
    }
    return floats <= FEW;
}

bool import_fold(ImportNode *node, bool *failed)
{
    bool always;
    bool (*fold)(ImportNode *) = find_fold(node->proto->op_type ? node->proto->op_type : "", &always);
    *failed = false;
    if (!fold ||
        (always ? strcmp(node->proto->op_type, "Constant") != 0 && !node_input(node, 0) : !is_worth_folding(node)))
        return false;
    *failed = !fold(node);
    return !*failed;
}

const char *import_fold_type(uint32_t i)
{
    if (i < COUNT_OF(folds))
        return folds[i].type;
    i -= COUNT_OF(folds);
    return i < COUNT_OF(words) ? words[i].type : NULL;
}
