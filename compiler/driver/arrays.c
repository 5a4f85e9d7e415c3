/* arrays.c - .npy files as runtime/program/npy.c reads and writes them (see arrays.h). */
#include "driver/arrays.h"
#include "support/file.h"

enum { MAGIC_BYTES = 8, LENGTH_BYTES = 2, WRITTEN_BYTES = 192 };

bool array_write(Diag *diag, const char *path, const Tensor *tensor)
{
    Buf text = {0};
    buf_bytes(&text, "\x93NUMPY\1\0", MAGIC_BYTES);
    const unsigned char length[LENGTH_BYTES] = {WRITTEN_BYTES - MAGIC_BYTES - LENGTH_BYTES, 0};
    buf_bytes(&text, length, sizeof length);
    buf_puts(&text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int d = 0; d < tensor->shape.rank; d++)
        buf_printf(&text, "%lld, ", (long long)tensor->shape.dim[d]);
    buf_puts(&text, "), }");
    while (text.length < WRITTEN_BYTES - 1)
        buf_puts(&text, " ");
    buf_puts(&text, "\n");
    FileWriter file;
    bool fine = file_create(&file, diag, path);
    if (fine) {
        file_put(&file, text.text, text.length);
        for (int64_t i = 0; i < shape_count(&tensor->shape); i++) {
            float value = (float)tensor->at[i];
            file_put(&file, &value, sizeof value);
        }
        fine = file_commit(&file);
    }
    buf_free(&text);
    return fine;
}

int64_t array_read(Arena *arena, Diag *diag, const char *path, int64_t each, const float **values)
{
    size_t count;
    const char *bytes = file_read(arena, diag, path, NOWHERE, SIZE_MAX / 2, &count);
    if (!bytes)
        return -1;
    size_t start = MAGIC_BYTES + LENGTH_BYTES;
    if (count >= start)
        start += (unsigned char)bytes[MAGIC_BYTES] + 256U * (unsigned char)bytes[MAGIC_BYTES + 1];
    size_t example = (size_t)each * sizeof(float);
    if (count <= start || (count - start) % example != 0) {
        diag_error(diag, NOWHERE, "%s is not what the program should have written: %zu bytes", path, count);
        return -1;
    }
    float *copy = arena_alloc(arena, count - start);
    memcpy(copy, bytes + start, count - start);
    *values = copy;
    return (int64_t)((count - start) / example);
}
