/* avx2.h - the texts of the avx2 target: convolutions over channel blocks (avx2_conv.c), in the words of avx2.c. */
#ifndef FOVEA_EMIT_AVX2_H
#define FOVEA_EMIT_AVX2_H

#include "emit/kernel.h"

enum { AVX2_VECTOR = 8 }; /* floats */

void avx2_conv_text(KernelText *text);
void avx2_conv_transpose_text(KernelText *text);

#endif
