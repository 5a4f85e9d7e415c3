/* tensor.c - tensors of files (see tensor.h).
 *
 * A .npy file is the magic "\x93NUMPY", two bytes of version, the length of the header (two bytes in version 1, else
 * four), the header, {'descr': '<f4', 'fortran_order': False, 'shape': (1, 28, 28), }, and the elements. Its bytes are
 * taken as ONNX takes raw data.
 */
#include "import/tensor.h"
#include "support/file.h"
#include "support/half.h"

#include <ctype.h>
#include <math.h>

enum { MAGIC = 6, LENGTH_AT = 8 };

static const struct {
    OnnxType type;
    const char *descr;
} npy_types[] = {
    {ONNX_F32, "<f4"}, {ONNX_F64, "<f8"}, {ONNX_F16, "<f2"}, {ONNX_I64, "<i8"}, {ONNX_I32, "<i4"}, {ONNX_I16, "<i2"},
    {ONNX_I8, "|i1"},  {ONNX_U64, "<u8"}, {ONNX_U32, "<u4"}, {ONNX_U16, "<u2"}, {ONNX_U8, "|u1"},  {ONNX_BOOL, "|b1"},
};

static bool is_npy(const char *bytes, size_t count)
{
    return count >= LENGTH_AT + 4 && memcmp(bytes, "\x93NUMPY", MAGIC) == 0;
}

static const Value *wrong(Diag *diag, const char *path, const char *why)
{
    diag_error(diag, NOWHERE, "%s: %s", path, why);
    return NULL;
}

/* What stands behind a key of the header; NULL: there is no such key. */
static const char *behind_key(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (!at || at == header || (at[-1] != '\'' && at[-1] != '"'))
        return NULL;
    at += strlen(key);
    if (*at != '\'' && *at != '"')
        return NULL;
    for (at++; *at == ' ' || *at == ':'; at++)
        ;
    return at;
}

/* "(2, 3)"; false: it is no such thing, or has more than MAX_RANK axes. */
static bool parse_shape(const char *at, int64_t *dims, size_t *rank)
{
    if (*at++ != '(')
        return false;
    for (*rank = 0;; (*rank)++) {
        char *end;
        while (*at == ' ' || (*at == ',' && *rank))
            at++;
        if (*at == ')')
            return true;
        if (!isdigit((unsigned char)*at) || *rank == MAX_RANK)
            return false;
        dims[*rank] = strtoll(at, &end, 10);
        at = end;
    }
}

static const Value *read_npy(Arena *arena, Diag *diag, const char *path, char *bytes, size_t count)
{
    const unsigned char *length_at = (unsigned char *)bytes + LENGTH_AT;
    const bool is_short = bytes[MAGIC] == 1;
    const size_t start = LENGTH_AT + (is_short ? 2 : 4);
    size_t length = length_at[0] | (size_t)length_at[1] << 8;
    if (!is_short)
        length |= (size_t)length_at[2] << 16 | (size_t)length_at[3] << 24;
    if (length > count - start)
        return wrong(diag, path, "this .npy file ends inside its header");
    const char *header = arena_strndup(arena, bytes + start, length);
    const char *descr = behind_key(header, "descr"), *order = behind_key(header, "fortran_order"),
               *shape = behind_key(header, "shape");
    int64_t dims[MAX_RANK];
    Onnx__TensorProto tensor = ONNX__TENSOR_PROTO__INIT;
    tensor.dims = dims;
    if (!descr || !order || !shape || !parse_shape(shape, dims, &tensor.n_dims))
        return wrong(diag, path, "its header is not that of a .npy file, or it has more than 6 axes");
    if (strncmp(order, "False", 5) != 0 && tensor.n_dims > 1)
        return wrong(diag, path, "it is in Fortran order: save numpy.ascontiguousarray(array)");
    for (size_t i = 0; i < COUNT_OF(npy_types); i++)
        if (descr[0] && strncmp(descr + 1, npy_types[i].descr, 3) == 0 && descr[4] == descr[0])
            tensor.data_type = npy_types[i].type;
    if (!tensor.data_type)
        return wrong(diag, path, "its elements are of a type that ONNX does not have, or not little-endian");
    tensor.name = (char *)(uintptr_t) "";
    tensor.has_data_type = tensor.has_raw_data = true;
    tensor.raw_data = (ProtobufCBinaryData){count - start - length, (uint8_t *)bytes + start + length};
    Import import = {.arena = arena, .diag = diag, .path = path};
    Value *value = NEW(arena, Value);
    return import_tensor(&import, &tensor, value) ? value : NULL;
}

const Value *tensor_read(Arena *arena, Diag *diag, const char *path)
{
    size_t count;
    char *bytes = file_read(arena, diag, path, NOWHERE, SIZE_MAX / 2, &count);
    if (!bytes)
        return NULL;
    diag_note_file(diag, path);
    if (is_npy(bytes, count))
        return read_npy(arena, diag, path, bytes, count);
    return strcmp(path_extension(path), ".npy") == 0 ? wrong(diag, path, "this is no .npy file, or it is damaged")
                                                     : import_tensor_file(arena, diag, path);
}

/* ---- writing ---- */

static const char *npy_type(OnnxType type)
{
    for (size_t i = 0; i < COUNT_OF(npy_types); i++)
        if (npy_types[i].type == type)
            return npy_types[i].descr;
    return npy_types[0].descr;
}

static int64_t integer_at(const Value *value, int64_t i)
{
    double least, most;
    if (value->integers)
        return value->integers[i];
    onnx_type_range(value->type, &least, &most);
    const double number = (double)value->floats[i];
    return isnan(number) ? 0 : (int64_t)nearbyint(fmin(fmax(number, least), fmin(most, 0x1p62)));
}

/* The bytes of element i, little-endian. */
static uint64_t element_bits(const Value *value, int64_t i)
{
    if (!onnx_type_is_float(value->type))
        return (uint64_t)integer_at(value, i);
    const float number = value->floats ? value->floats[i] : (float)value->integers[i];
    if (value->type == ONNX_F16)
        return f16_of_float(number);
    if (value->type != ONNX_F64)
        return bits_of_float(number);
    const double wide = (double)number;
    uint64_t bits;
    memcpy(&bits, &wide, sizeof bits);
    return bits;
}

bool tensor_write(Diag *diag, const char *path, const Value *value)
{
    enum { ALIGNMENT = 64 };
    const char *descr = npy_type(value->type);
    const int size = descr[2] - '0';
    FileWriter file;
    Buf head = {0};
    buf_printf(&head, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (int i = 0; i < value->shape.rank; i++)
        buf_printf(&head, "%lld,%s", (long long)value->shape.dim[i], i + 1 < value->shape.rank ? " " : "");
    buf_puts(&head, "), }");
    while ((LENGTH_AT + 2 + head.length + 1) % ALIGNMENT)
        buf_puts(&head, " ");
    buf_puts(&head, "\n");
    const unsigned char start[] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, head.length & 255, head.length >> 8 & 255};
    bool fine = file_create(&file, diag, path);
    if (fine) {
        file_put(&file, start, sizeof start);
        file_put(&file, buf_text(&head), head.length);
        for (int64_t i = 0; i < value_count(&value->shape); i++) {
            const uint64_t bits = element_bits(value, i);
            unsigned char bytes[8];
            for (int byte = 0; byte < size; byte++)
                bytes[byte] = (unsigned char)(bits >> 8 * byte);
            file_put(&file, bytes, (size_t)size);
        }
        fine = file_commit(&file);
    }
    buf_free(&head);
    return fine;
}
