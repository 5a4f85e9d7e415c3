/* blocked.h - convolutions over channel blocks, for targets with vectors: a block is as wide as one of these. */
#ifndef FOVEA_EMIT_BLOCKED_H
#define FOVEA_EMIT_BLOCKED_H

#include "emit/kernel.h"

/* The form of a convolution for vectors of so many lanes, of which so many sums fit into registers: blocked, or the
 * portable form where blocks do not do it. As Target.conv_form. */
ConvForm blocked_form(const Graph *graph, const Node *conv, bool vector_epilogue, int32_t lanes, int32_t sums);

/* The text of a kernel whose form is blocked. */
void blocked_text(KernelText *text);
void blocked_conv_text(KernelText *text);
void blocked_transpose_text(KernelText *text);
void blocked_depthwise_text(KernelText *text);

/* Lines that begin a convolution's kernel: its halo, and pointers to the first window and past the halo. */
void blocked_begin(KernelText *text);

#endif
