/* safetensors_write.c - writing a safetensors file of floats (see safetensors.h): tensors in the order of their names,
 * no metadata, the header filled up with blanks so that the data begin at a multiple of eight. */
#include "support/file.h"
#include "weights/safetensors.h"

enum { ALIGNMENT = 8, FLOATS_A_PIECE = 4096 };

static void put_string(Buf *buf, const char *text)
{
    buf_puts(buf, "\"");
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == '"' || *at == '\\')
            buf_printf(buf, "\\u%04x", (unsigned)*at);
        else
            buf_bytes(buf, at, 1);
    buf_puts(buf, "\"");
}

static void make_header(Buf *buf, const SafeTensor *const *sorted, uint32_t count)
{
    uint64_t offset = 0;
    buf_puts(buf, "{");
    for (uint32_t i = 0; i < count; i++) {
        uint64_t end = offset + sorted[i]->bytes;
        buf_puts(buf, i ? "," : "");
        put_string(buf, sorted[i]->name);
        buf_puts(buf, ":{\"dtype\":\"F32\",\"shape\":[");
        for (int axis = 0; axis < sorted[i]->shape.rank; axis++)
            buf_printf(buf, "%s%lld", axis ? "," : "", (long long)sorted[i]->shape.dim[axis]);
        buf_printf(buf, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)offset, (unsigned long long)end);
        offset = end;
    }
    buf_puts(buf, "}");
    while (buf->length % ALIGNMENT)
        buf_puts(buf, " ");
}

static void put_little(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/* The tensor's data are floats of this machine; the file's are little-endian. */
static void put_floats(FileWriter *file, const unsigned char *data, size_t count)
{
    unsigned char piece[FLOATS_A_PIECE * 4];
    for (size_t begin = 0; begin < count; begin += FLOATS_A_PIECE) {
        size_t here = MIN(count - begin, (size_t)FLOATS_A_PIECE);
        for (size_t i = 0; i < here; i++) {
            uint32_t bits;
            memcpy(&bits, data + 4 * (begin + i), sizeof bits);
            put_little(piece + 4 * i, bits, 4);
        }
        file_put(file, piece, 4 * here);
    }
}

static int by_name(const void *left, const void *right)
{
    const SafeTensor *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

static void write_all(FileWriter *file, const SafeTensor *const *sorted, uint32_t count)
{
    Buf header = {0};
    unsigned char length[8];
    make_header(&header, sorted, count);
    put_little(length, header.length, 8);
    file_put(file, length, sizeof length);
    file_put(file, header.text, header.length);
    for (uint32_t i = 0; i < count; i++)
        put_floats(file, sorted[i]->data, sorted[i]->bytes / 4);
    buf_free(&header);
}

bool safetensors_write(Diag *diag, const char *path, const SafeTensor *tensors, uint32_t count)
{
    const SafeTensor **sorted = NEW_ARRAY(diag->arena, const SafeTensor *, count);
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = &tensors[i];
        if (tensors[i].bytes / 4 != (size_t)shape_count(&tensors[i].shape) || tensors[i].bytes % 4)
            BUG("tensor '%s' has %zu bytes of floats", tensors[i].name, tensors[i].bytes);
    }
    qsort(sorted, count, sizeof(SafeTensor *), by_name);
    for (uint32_t i = 1; i < count; i++)
        if (!strcmp(sorted[i - 1]->name, sorted[i]->name)) {
            diag_error(diag, NOWHERE, "two tensors would be named '%s' in \"%s\"", sorted[i]->name, path);
            return false;
        }
    FileWriter file;
    if (!file_create(&file, diag, path))
        return false;
    write_all(&file, sorted, count);
    return file_commit(&file);
}
