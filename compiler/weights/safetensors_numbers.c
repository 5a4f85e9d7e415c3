/* safetensors_numbers.c - the data of a tensor as floats (see safetensors.h).
 *
 * Bytes are little-endian and stand at any address, so that each number is put together from its bytes; compilers make
 * one load of that.
 */
#include "weights/safetensors.h"

#include "support/half.h"

static uint64_t load(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

static double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

bool safetensors_read(const SafeTensor *tensor, float *out)
{
    size_t count = (size_t)shape_count(&tensor->shape);
    const unsigned char *data = tensor->data;
    switch (tensor->type) {
    case ST_F32:
        for (size_t i = 0; i < count; i++)
            out[i] = float_of_bits((uint32_t)load(data + 4 * i, 4));
        return true;
    case ST_F64:
        for (size_t i = 0; i < count; i++)
            out[i] = (float)double_of_bits(load(data + 8 * i, 8));
        return true;
    case ST_F16:
        for (size_t i = 0; i < count; i++)
            out[i] = float_of_f16((uint16_t)load(data + 2 * i, 2));
        return true;
    case ST_BF16:
        for (size_t i = 0; i < count; i++)
            out[i] = float_of_bf16((uint16_t)load(data + 2 * i, 2));
        return true;
    case ST_OTHER:
        break;
    }
    return false;
}
