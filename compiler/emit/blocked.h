/* blocked.h - convolutions over channel blocks, for targets with vectors: a block is as wide as one of these. */
#ifndef FOVEA_EMIT_BLOCKED_H
#define FOVEA_EMIT_BLOCKED_H

#include "emit/kernel.h"

/* What a target computes at a time. */
typedef struct BlockedSizes {
    int32_t lanes;                        /* floats of a vector */
    int32_t pixels_of_two, pixels_of_one; /* summed in registers, of two blocks of maps and of one */
} BlockedSizes;

/* The form of a convolution: blocked, or the portable one of what blocks do not cover. As Target.conv_form. */
ConvForm blocked_form(const Graph *graph, const Node *conv, bool vector_epilogue, const BlockedSizes *sizes);

/* The text of a kernel whose form is blocked. */
void blocked_text(KernelText *text);

#endif
