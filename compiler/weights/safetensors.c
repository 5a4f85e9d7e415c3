/* safetensors.c - opening a safetensors file, and reading its numbers (see safetensors.h).
 *
 *   u64 length of the header | header: {"conv1.weight": {"dtype": "F32", "shape": [6, 1, 5, 5],
 *   "data_offsets": [0, 600]}, ...} | data, to which the offsets refer
 *
 * Everything a reader relies on is checked when the file is opened: the header against the file's size, offsets against
 * the data and each other, shapes against offsets, names against themselves. Messages quote the file's path.
 */
#include "weights/safetensors.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "support/file.h"
#include "weights/safetensors_header.h"

enum { LENGTH_BYTES = 8, LARGEST_HEADER = 100 * 1000 * 1000, LONGEST_NAME = 1024 };

static const double LARGEST_INTEGER = 9007199254740992.0; /* 2^53: beyond it JSON numbers have gaps */

/* What one call of safetensors_open carries around. */
typedef struct Reader {
    SafetensorsFile *file;
    Arena *arena;
    Diag *diag;
    Span span;
    const unsigned char *data; /* behind the header */
    uint64_t data_bytes;
} Reader;

static bool refuse(const Reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
static bool refuse(const Reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *what = arena_vprintf(reader->arena, format, arguments);
    va_end(arguments);
    diag_error(reader->diag, reader->span, "\"%s\" is no sound safetensors file: %s", reader->file->path, what);
    return false;
}

/* ---- one tensor ---- */

static const struct {
    const char *name;
    SafetensorsType type;
    uint64_t bytes; /* of an element */
} types[] = {
    {"F32", ST_F32, 4},   {"F16", ST_F16, 2},    {"BF16", ST_BF16, 2},     {"F64", ST_F64, 8},
    {"I64", ST_OTHER, 8}, {"U64", ST_OTHER, 8},  {"C64", ST_OTHER, 8},     {"I32", ST_OTHER, 4},
    {"U32", ST_OTHER, 4}, {"I16", ST_OTHER, 2},  {"U16", ST_OTHER, 2},     {"I8", ST_OTHER, 1},
    {"U8", ST_OTHER, 1},  {"BOOL", ST_OTHER, 1}, {"F8_E4M3", ST_OTHER, 1}, {"F8_E5M2", ST_OTHER, 1},
};

/* A whole number from 0 to 2^53, or -1. */
static int64_t integer_of(const cJSON *item)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > LARGEST_INTEGER ||
        item->valuedouble != floor(item->valuedouble))
        return -1;
    return (int64_t)item->valuedouble;
}

static bool read_shape(const Reader *reader, const cJSON *shape, SafeTensor *tensor, uint64_t *count)
{
    if (!cJSON_IsArray(shape))
        return refuse(reader, "'%s' has no shape", tensor->name);
    for (const cJSON *item = shape->child; item; item = item->next) {
        int64_t dim = integer_of(item);
        if (dim < 0)
            return refuse(reader, "the shape of '%s' is not made of whole numbers", tensor->name);
        if (tensor->shape.rank == MAX_RANK)
            return refuse(reader, "'%s' has more than %d axes", tensor->name, (int)MAX_RANK);
        tensor->shape.dim[tensor->shape.rank++] = dim;
        if (__builtin_mul_overflow(*count, (uint64_t)dim, count) || *count > INT64_MAX)
            return refuse(reader, "the shape of '%s' overflows", tensor->name);
    }
    return true;
}

static bool read_offsets(const Reader *reader, const cJSON *offsets, SafeTensor *tensor)
{
    const cJSON *first = cJSON_IsArray(offsets) ? offsets->child : NULL, *second = first ? first->next : NULL;
    int64_t begin = integer_of(first), end = integer_of(second);
    if (!second || second->next || begin < 0 || end < 0)
        return refuse(reader, "'%s' has no data_offsets of two whole numbers", tensor->name);
    if (begin > end || (uint64_t)end > reader->data_bytes)
        return refuse(reader, "'%s' lies at bytes %lld to %lld of %llu bytes of data", tensor->name, (long long)begin,
                      (long long)end, (unsigned long long)reader->data_bytes);
    tensor->data = reader->data + begin;
    tensor->bytes = (size_t)(end - begin);
    return true;
}

/* Whether it is short and may be printed: C0 and C1 control characters would reach the terminal. */
static bool check_text(const Reader *reader, const char *what, const char *text)
{
    if (strlen(text) > LONGEST_NAME)
        return refuse(reader, "%s is longer than %d bytes", what, (int)LONGEST_NAME);
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
            return refuse(reader, "%s has a control character", what);
    return true;
}

static bool read_tensor(const Reader *reader, const cJSON *item)
{
    if (!check_text(reader, "a tensor's name", item->string))
        return false;
    SafeTensor tensor = {.name = arena_strdup(reader->arena, item->string), .type = ST_OTHER};
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    if (!cJSON_IsObject(item) || !cJSON_IsString(dtype))
        return refuse(reader, "'%s' has no dtype", tensor.name);
    if (!check_text(reader, "a dtype", dtype->valuestring))
        return false;
    tensor.type_name = arena_strdup(reader->arena, dtype->valuestring);
    uint64_t count = 1, bytes, element_bytes = 0;
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (!strcmp(types[i].name, tensor.type_name)) {
            tensor.type = types[i].type;
            element_bytes = types[i].bytes;
        }
    if (!read_shape(reader, cJSON_GetObjectItemCaseSensitive(item, "shape"), &tensor, &count) ||
        !read_offsets(reader, cJSON_GetObjectItemCaseSensitive(item, "data_offsets"), &tensor))
        return false;
    /* Of a type that is not in the list nothing is known but its name, and nobody reads it. */
    if (element_bytes && (__builtin_mul_overflow(count, element_bytes, &bytes) || bytes != tensor.bytes))
        return refuse(reader, "'%s' has %llu numbers of %s in %zu bytes", tensor.name, (unsigned long long)count,
                      tensor.type_name, tensor.bytes);
    VEC_PUSH(reader->arena, &reader->file->tensors, tensor);
    return true;
}

/* ---- all of them ---- */

static int by_place(const void *left, const void *right)
{
    const SafeTensor *a = left, *b = right;
    if (a->data != b->data)
        return a->data < b->data ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const SafeTensor *)left)->name, ((const SafeTensor *)right)->name);
}

/* Whether nothing lies between two places in the data. */
static bool check_gap(const Reader *reader, const unsigned char *begin, const unsigned char *end)
{
    return begin == end || refuse(reader, "bytes %lld to %lld of %llu bytes of data belong to no tensor",
                                  (long long)(begin - reader->data), (long long)(end - reader->data),
                                  (unsigned long long)reader->data_bytes);
}

/* Tensors in the order of their data must cover them, each byte once. */
static bool check_cover(const Reader *reader, const SafeTensor *tensors, uint32_t count)
{
    const unsigned char *covered = reader->data;
    const SafeTensor *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const SafeTensor *tensor = &tensors[i];
        if (!tensor->bytes)
            continue;
        if (tensor->data < covered)
            return refuse(reader, "'%s' and '%s' overlap", last->name, tensor->name);
        if (!check_gap(reader, covered, tensor->data))
            return false;
        covered += tensor->bytes;
        last = tensor;
    }
    return check_gap(reader, covered, reader->data + reader->data_bytes);
}

static bool check_together(const Reader *reader)
{
    SafeTensor *tensors = reader->file->tensors.at;
    uint32_t count = reader->file->tensors.count;
    if (count)
        qsort(tensors, count, sizeof *tensors, by_place);
    if (!check_cover(reader, tensors, count))
        return false;
    if (count)
        qsort(tensors, count, sizeof *tensors, by_name);
    for (uint32_t i = 1; i < count; i++)
        if (!strcmp(tensors[i - 1].name, tensors[i].name))
            return refuse(reader, "it has two tensors named '%s'", tensors[i].name);
    return true;
}

static bool read_header(const Reader *reader, const char *text, size_t length)
{
    size_t where;
    const char *fault = safetensors_header_fault(text, length, &where);
    if (fault)
        return refuse(reader, "its header %s (byte %zu of the header)", fault, where);
    const char *end = text;
    cJSON *json = cJSON_ParseWithLengthOpts(text, length, &end, 0);
    bool good = json && cJSON_IsObject(json);
    while (good && end < text + length && strchr(" \n\r\t", *end))
        end++;
    if (!good || end != text + length)
        good = refuse(reader, "its header is not JSON (byte %zu of the header)", (size_t)(end - text));
    for (const cJSON *item = good ? json->child : NULL; item && good; item = item->next)
        if (strcmp(item->string, "__metadata__"))
            good = read_tensor(reader, item);
    cJSON_Delete(json);
    return good && check_together(reader);
}

static bool read_mapping(Reader *reader, const FileMapping *mapping)
{
    uint64_t length = 0;
    if (mapping->count < LENGTH_BYTES)
        return refuse(reader, "it has %zu bytes", mapping->count);
    for (int i = LENGTH_BYTES; i-- > 0;)
        length = length << 8 | mapping->bytes[i];
    if (length > mapping->count - LENGTH_BYTES)
        return refuse(reader, "its header should have %llu bytes, the file has %zu", (unsigned long long)length,
                      mapping->count);
    if (length > LARGEST_HEADER)
        return refuse(reader, "its header has %llu bytes, more than 100 MB", (unsigned long long)length);
    reader->data = mapping->bytes + LENGTH_BYTES + length;
    reader->data_bytes = mapping->count - LENGTH_BYTES - length;
    return read_header(reader, (const char *)mapping->bytes + LENGTH_BYTES, (size_t)length);
}

bool safetensors_open(SafetensorsFile *file, Arena *arena, Diag *diag, const char *path, Span span)
{
    *file = (SafetensorsFile){.path = path};
    FileMapping mapping;
    if (!file_map(&mapping, diag, path, span))
        return false;
    file->mapping = (void *)mapping.bytes;
    file->mapping_bytes = mapping.count;
    Reader reader = {.file = file, .arena = arena, .diag = diag, .span = span};
    if (read_mapping(&reader, &mapping))
        return true;
    safetensors_close(file);
    return false;
}

void safetensors_close(SafetensorsFile *file)
{
    file_unmap(&(FileMapping){file->mapping, file->mapping_bytes});
    *file = (SafetensorsFile){0};
}

const SafeTensor *safetensors_find(const SafetensorsFile *file, const char *name)
{
    SafeTensor wanted = {.name = name};
    if (!file->tensors.count)
        return NULL;
    return bsearch(&wanted, file->tensors.at, file->tensors.count, sizeof wanted, by_name);
}
