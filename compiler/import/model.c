/* model.c - values by name, and the numbers of known tensors (see model.h). */
#include "import/model.h"

#include <float.h>
#include <math.h>

#include "support/half.h"
#include "support/hash.h"

/* ---- types ---- */

static const struct {
    OnnxType type;
    const char *name;
    size_t bytes;
    bool is_float, is_integer;
} types[] = {
    {ONNX_F32, "f32", 4, true, false},   {ONNX_F16, "f16", 2, true, false}, {ONNX_BF16, "bf16", 2, true, false},
    {ONNX_F64, "f64", 8, true, false},   {ONNX_U8, "u8", 1, false, true},   {ONNX_I8, "i8", 1, false, true},
    {ONNX_U16, "u16", 2, false, true},   {ONNX_I16, "i16", 2, false, true}, {ONNX_U32, "u32", 4, false, true},
    {ONNX_I32, "i32", 4, false, true},   {ONNX_U64, "u64", 8, false, true}, {ONNX_I64, "i64", 8, false, true},
    {ONNX_BOOL, "bool", 1, false, true},
};

static int type_row(OnnxType type)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (types[i].type == type)
            return (int)i;
    return -1;
}

const char *onnx_type_name(Arena *arena, OnnxType type)
{
    int row = type_row(type);
    return row >= 0 ? types[row].name : arena_printf(arena, "type %d", (int)type);
}

bool onnx_type_is_float(OnnxType type)
{
    int row = type_row(type);
    return row >= 0 && types[row].is_float;
}

bool onnx_type_is_integer(OnnxType type)
{
    int row = type_row(type);
    return row >= 0 && types[row].is_integer;
}

bool onnx_type_is_narrow(OnnxType type)
{
    int row = type_row(type);
    return row >= 0 && types[row].bytes <= (types[row].is_float ? 4 : 2);
}

void onnx_type_range(OnnxType type, double *least, double *most)
{
    const int row = type_row(type), bits = type == ONNX_BOOL ? 1 : 8 * (int)types[row].bytes;
    const bool is_signed = types[row].name[0] == 'i';
    *least = is_signed ? -ldexp(1, bits - 1) : 0;
    *most = ldexp(1, is_signed ? bits - 1 : bits) - 1;
}

/* ---- values ---- */

int64_t value_count(const Shape *shape)
{
    int64_t count = 1;
    for (int axis = 0; axis < shape->rank; axis++)
        count *= shape->dim[axis];
    return count;
}

bool value_is_exact(const Value *value)
{
    enum { MOST = 1 << 24 };
    for (int64_t i = 0; value->integers && i < value_count(&value->shape); i++)
        if (value->integers[i] < -MOST || value->integers[i] > MOST)
            return false;
    return true;
}

const float *value_floats(Arena *arena, const Value *value)
{
    const int64_t count = value_count(&value->shape);
    float *floats = value->floats ? NULL : NEW_ARRAY(arena, float, count + 1);
    for (int64_t i = 0; floats && i < count; i++)
        floats[i] = (float)value->integers[i];
    return floats ? floats : value->floats;
}

static ValueSlot *find_slot(const Import *import, const char *name)
{
    uint32_t mask = import->slot_capacity - 1;
    uint32_t at = (uint32_t)fnv1a64(FNV_START, name, strlen(name)) & mask;
    while (import->slots[at].name && strcmp(import->slots[at].name, name) != 0)
        at = (at + 1) & mask;
    return &import->slots[at];
}

Value *import_find(const Import *import, const char *name)
{
    return import->slot_capacity ? find_slot(import, name)->value : NULL;
}

static void grow(Import *import)
{
    ValueSlot *old = import->slots;
    uint32_t count = import->slot_capacity;
    import->slot_capacity = count ? 2 * count : 256;
    import->slots = NEW_ARRAY(import->arena, ValueSlot, import->slot_capacity);
    for (uint32_t i = 0; i < count; i++)
        if (old[i].name)
            *find_slot(import, old[i].name) = old[i];
}

bool import_define(Import *import, Value *value)
{
    if (2 * (import->slot_count + 1) > import->slot_capacity)
        grow(import);
    ValueSlot *slot = find_slot(import, value->name);
    bool is_new = !slot->name;
    import->slot_count += is_new;
    *slot = (ValueSlot){value->name, value};
    return is_new;
}

/* ---- known tensors ---- */

static bool tensor_wrong(Import *import, const Onnx__TensorProto *tensor, const char *why)
{
    diag_error(import->diag, NOWHERE, "%s: tensor '%s' %s", import->path, tensor->name ? tensor->name : "", why);
    return false;
}

static bool tensor_shape(Import *import, const Onnx__TensorProto *tensor, Shape *shape)
{
    if (tensor->n_dims > MAX_RANK)
        return tensor_wrong(import, tensor, "has more than 6 axes");
    *shape = (Shape){.rank = (int)tensor->n_dims};
    int64_t count = 1;
    for (size_t i = 0; i < tensor->n_dims; i++) {
        int64_t dim = tensor->dims[i];
        if (dim < 0 || dim > LIMIT_DIMENSION || (dim && count > LIMIT_ELEMENTS / dim))
            return tensor_wrong(import, tensor, "has a size that is negative or too large");
        shape->dim[i] = dim;
        count *= dim;
    }
    return true;
}

static uint64_t little_endian(const unsigned char *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static float float_at(OnnxType type, const unsigned char *at)
{
    double wide;
    uint64_t bits = little_endian(at, types[type_row(type)].bytes);
    switch (type) {
    case ONNX_F16:
        return float_of_f16((uint16_t)bits);
    case ONNX_BF16:
        return float_of_bf16((uint16_t)bits);
    case ONNX_F64:
        memcpy(&wide, &bits, sizeof wide);
        return (float)wide;
    default:
        return float_of_bits((uint32_t)bits);
    }
}

static int64_t integer_at(OnnxType type, const unsigned char *at)
{
    uint64_t bits = little_endian(at, types[type_row(type)].bytes);
    switch (type) {
    case ONNX_I8:
        return (int8_t)bits;
    case ONNX_I16:
        return (int16_t)bits;
    case ONNX_I32:
        return (int32_t)bits;
    case ONNX_BOOL:
        return bits != 0;
    default:
        return (int64_t)bits;
    }
}

/* Numbers that stand in a field of their own; which, is the type's. */
static bool typed_field(const Onnx__TensorProto *tensor, OnnxType type, size_t count, float *floats, int64_t *integers)
{
    size_t there = type == ONNX_F32                       ? tensor->n_float_data
                   : type == ONNX_F64                     ? tensor->n_double_data
                   : type == ONNX_I64                     ? tensor->n_int64_data
                   : type == ONNX_U32 || type == ONNX_U64 ? tensor->n_uint64_data
                                                          : tensor->n_int32_data;
    if (there != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (type == ONNX_F32)
            floats[i] = tensor->float_data[i];
        else if (type == ONNX_F64)
            floats[i] = (float)tensor->double_data[i];
        else if (type == ONNX_F16)
            floats[i] = float_of_f16((uint16_t)tensor->int32_data[i]);
        else if (type == ONNX_BF16)
            floats[i] = float_of_bf16((uint16_t)tensor->int32_data[i]);
        else if (type == ONNX_I64)
            integers[i] = tensor->int64_data[i];
        else if (type == ONNX_U32 || type == ONNX_U64)
            integers[i] = (int64_t)tensor->uint64_data[i];
        else
            integers[i] = type == ONNX_BOOL ? tensor->int32_data[i] != 0 : tensor->int32_data[i];
    }
    return true;
}

static bool raw_numbers(const Onnx__TensorProto *tensor, OnnxType type, size_t count, float *floats, int64_t *integers)
{
    const size_t bytes = types[type_row(type)].bytes;
    if (tensor->raw_data.len != count * bytes)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (floats)
            floats[i] = float_at(type, tensor->raw_data.data + i * bytes);
        else
            integers[i] = integer_at(type, tensor->raw_data.data + i * bytes);
    }
    return true;
}

/* Floats of a little-endian machine stand in the model as they are wanted. */
static const float *floats_in_place(const Onnx__TensorProto *tensor, OnnxType type, size_t count)
{
    const uint16_t one = 1;
    const bool fits = *(const unsigned char *)&one == 1 && (uintptr_t)tensor->raw_data.data % sizeof(float) == 0;
    return fits && type == ONNX_F32 && count && tensor->raw_data.len == count * sizeof(float)
               ? (const float *)(const void *)tensor->raw_data.data
               : NULL;
}

/* Whose numbers are in it. */
static bool tensor_here(Import *import, const Onnx__TensorProto *tensor, Value *value)
{
    const OnnxType type = (OnnxType)tensor->data_type;
    *value = (Value){.name = tensor->name ? tensor->name : "", .type = type, .node = NODE_NONE};
    if (type_row(type) < 0)
        return tensor_wrong(import, tensor,
                            arena_printf(import->arena, "has elements of %s", onnx_type_name(import->arena, type)));
    if (!tensor_shape(import, tensor, &value->shape))
        return false;
    const size_t count = (size_t)value_count(&value->shape);
    if (tensor->has_raw_data && (value->floats = floats_in_place(tensor, type, count)))
        return true;
    /* What stands in the file bounds what is allocated. */
    const size_t there = tensor->raw_data.len + tensor->n_float_data + tensor->n_double_data + tensor->n_int64_data +
                         tensor->n_uint64_data + tensor->n_int32_data;
    if (there < count)
        return tensor_wrong(import, tensor, "has not as many numbers as its shape says");
    float *floats = onnx_type_is_float(type) ? NEW_ARRAY(import->arena, float, count + 1) : NULL;
    int64_t *integers = floats ? NULL : NEW_ARRAY(import->arena, int64_t, count + 1);
    if (!(tensor->has_raw_data ? raw_numbers : typed_field)(tensor, type, count, floats, integers))
        return tensor_wrong(import, tensor, "has not as many numbers as its shape says");
    value->floats = floats;
    value->integers = integers;
    return true;
}

bool import_tensor(Import *import, const Onnx__TensorProto *tensor, Value *value)
{
    Onnx__TensorProto whole = *tensor;
    if (tensor->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        return tensor_here(import, tensor, value);
    whole.has_raw_data = true;
    return import_external(import, tensor, &whole.raw_data) && tensor_here(import, &whole, value);
}
