/* half.h - numbers of 16 bits: f16, which is IEEE binary16, and bf16, the upper half of a float.
 *
 * A float becomes the nearest of them, the even one of two that are as near; what is too large becomes infinite. Every
 * one of them is a float.
 */
#ifndef FOVEA_SUPPORT_HALF_H
#define FOVEA_SUPPORT_HALF_H

#include "support/base.h"

/* The largest finite ones. */
#define F16_LARGEST  65504.0f
#define BF16_LARGEST 0x1.fep127f

/* A float and its bits. */
uint32_t bits_of_float(float value);
float float_of_bits(uint32_t bits);

uint16_t f16_of_float(float value);
float float_of_f16(uint16_t half);
uint16_t bf16_of_float(float value);
float float_of_bf16(uint16_t half);

#endif
