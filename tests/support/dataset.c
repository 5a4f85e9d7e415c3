/* dataset.c - idx files, zipped (see dataset.h). */
#include "tests/support/dataset.h"

#include <unistd.h>
#include <zlib.h>

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The bytes of one file: `dims` sizes come first and their product is the count of bytes that follow. */
static const unsigned char *idx_read(Arena *arena, const char *path, int dims, uint32_t *sizes)
{
    gzFile file = gzopen(path, "rb");
    if (!file)
        return NULL;
    unsigned char head[16];
    unsigned head_bytes = 4 + 4 * (unsigned)dims;
    if (gzread(file, head, head_bytes) != (int)head_bytes || head[2] != 8 || head[3] != dims)
        fatal("%s is not an idx file of bytes with %d axes", path, dims);
    size_t count = 1;
    for (int i = 0; i < dims; i++) {
        sizes[i] = big_endian(head + 4 + 4 * i);
        count *= sizes[i];
    }
    if (count > (size_t)1 << 30)
        fatal("%s says that it has %zu bytes", path, count);
    unsigned char *bytes = NEW_ARRAY(arena, unsigned char, count);
    if (gzread(file, bytes, (unsigned)count) != (int)count)
        fatal("%s is cut short", path);
    gzclose(file);
    return bytes;
}

bool dataset_read(Dataset *dataset, Arena *arena, const char *folder, const char *prefix)
{
    uint32_t images[3], labels[1];
    dataset->pixels = idx_read(arena, arena_printf(arena, "%s/%s-images-idx3-ubyte.gz", folder, prefix), 3, images);
    dataset->labels = idx_read(arena, arena_printf(arena, "%s/%s-labels-idx1-ubyte.gz", folder, prefix), 1, labels);
    if (!dataset->pixels || !dataset->labels)
        return false;
    if (images[0] != labels[0])
        fatal("%s: %u pictures and %u labels", folder, images[0], labels[0]);
    dataset->count = images[0];
    dataset->height = images[1];
    dataset->width = images[2];
    return true;
}

const char *material_folder(Arena *arena, const char *name)
{
    const char *root = getenv("FOVEA_MATERIAL");
    if (!root || !*root)
        return NULL;
    const char *folder = arena_printf(arena, "%s/%s", root, name);
    return access(folder, F_OK) == 0 ? folder : NULL;
}
