/* gpu_conv.h - texts of convolutions on GPUs. */
#ifndef FOVEA_EMIT_GPU_CONV_H
#define FOVEA_EMIT_GPU_CONV_H

#include "emit/gpu.h"
#include "ops/conv.h"

/* Any of FAMILY_CONV, FAMILY_CONV_TRANSPOSE and FAMILY_CONV_CONNECT: the one that the kernel's Tiling is made for. */
void gpu_conv_text(KernelText *text);

/* As products of matrices (gpu_conv.c); of each channel by itself over blocks (gpu_depthwise.c); an item one pixel of
 * some maps (gpu_conv_items.c), through transposed ones and tables. */
void gpu_tiled_text(KernelText *text);
void gpu_depthwise_text(KernelText *text);
void gpu_conv_items_text(KernelText *text);

/* ---- results (gpu_store.c) ---- */

/* Opens the loop over items that have some pixels and maps each: over blocks, `b` is that of the maps and `v` their
 * vector in it, else `m` counts the items of maps; `n`, `r` and `c` (where there are several) the pixel, or `tile` the
 * pixels. */
void gpu_items_open(KernelText *text, int64_t maps, int64_t pixels);
/* Lines that write halos and step over them, in y and in what the epilogue reads. */
void gpu_results_begin(KernelText *text);
/* What stands for a pixel in terms of `n`, `r` and `c`, its picture, row and column (where there are several): "n *
 * 9360 + r * 208 + c * 16"; `stride`: between windows. */
const char *gpu_pixel_place(const KernelText *text, const Access *access, const int64_t stride[2]);
/* "const int n = p / 143, r = p / 11 % 13, c = p % 11;": those of which there are several. */
void gpu_pixel_names(const KernelText *text, const char *pixel);

/* Sums of a pixel that are stored, finished. */
typedef struct GpuStore {
    const char *map;   /* the first one's */
    const char *value; /* a vector of four of them; or, of a plain result, an array, or one float */
    int64_t maps;      /* how many */
    bool vector;       /* it is one */
    const char *end;   /* the first map that there is not; NULL: there are all of these */
} GpuStore;
/* Lines that store them at the pixel `n`, `r`, `c`. */
void gpu_store(KernelText *text, const GpuStore *store);

#endif
