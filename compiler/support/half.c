/* half.c - f16 and bf16 (see half.h). */
#include "support/half.h"

#include <math.h>

uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Without the lowest `count` bits, to nearest, ties to even; a carry goes into the exponent, as it should. */
static uint32_t rounded(uint32_t bits, int count)
{
    return (bits + (1u << (count - 1)) - 1 + (bits >> count & 1)) >> count;
}

enum { F32_INFINITE = 0x7f800000, F16_INFINITE = 0x7c00, F16_NAN = 0x7e00, BF16_QUIET = 0x40 };

/* Sign, 5 bits of exponent (bias 15), 10 of fraction; below the smallest exponent, multiples of 2^-24. */
uint16_t f16_of_float(float value)
{
    const uint32_t too_large = bits_of_float(65520.0f), smallest = bits_of_float(0x1p-14f);
    uint32_t sign = bits_of_float(value) >> 16 & 0x8000, size = bits_of_float(value) & 0x7fffffff;
    if (size > F32_INFINITE)
        return (uint16_t)(sign | F16_NAN);
    if (size >= too_large)
        return (uint16_t)(sign | F16_INFINITE);
    if (size < smallest)
        return (uint16_t)(sign | (uint32_t)rintf(float_of_bits(size) * 0x1p24f));
    return (uint16_t)(sign | rounded(size - (127 - 15) * (1u << 23), 13));
}

float float_of_f16(uint16_t half)
{
    uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31, fraction = half & 1023u;
    if (exponent == 31)
        return float_of_bits(sign | F32_INFINITE | fraction << 13);
    if (exponent)
        return float_of_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13);
    float tiny = (float)fraction * 0x1p-24f;
    return sign ? -tiny : tiny;
}

uint16_t bf16_of_float(float value)
{
    uint32_t bits = bits_of_float(value);
    if ((bits & 0x7fffffff) > F32_INFINITE)
        return (uint16_t)(bits >> 16 | BF16_QUIET);
    return (uint16_t)rounded(bits, 16);
}

float float_of_bf16(uint16_t half)
{
    return float_of_bits((uint32_t)half << 16);
}
