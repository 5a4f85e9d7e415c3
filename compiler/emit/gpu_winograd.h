/* gpu_winograd.h - what the texts of Winograd's algorithm on GPUs share (internal to emit/). */
#ifndef FOVEA_EMIT_GPU_WINOGRAD_H
#define FOVEA_EMIT_GPU_WINOGRAD_H

#include "emit/gpu.h"
#include "emit/winograd.h"
#include "plan/gpu_winograd.h"

typedef struct GpuWinogradText {
    WinogradText w; /* first, so that what its lines are made of finds the rest */
    GpuWinograd g;
} GpuWinogradText;

/* The second launch: at each point, the sums over channels of V times weights (gpu_winograd_product.c). */
void gpu_winograd_points(const GpuWinogradText *t);

#endif
