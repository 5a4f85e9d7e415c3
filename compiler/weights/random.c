/* random.c - weights drawn from a seed, for nets that have none yet: to look at shapes, to measure, to test.
 *
 * Philox4x32-10 (Salmon et al. 2011) has no state: a block of four random words is a function of a key and a counter.
 * The key is a hash of seed and weight path, the counter numbers the blocks of four elements. So a weight has the same
 * numbers whatever else the net has, in whatever order they are drawn.
 *
 * Distributions keep activations in range through any depth: kernels as He et al. 2015 have them, everything that batch
 * normalisation multiplies with near 1, everything added small, slopes around the 0.25 that they are trained from.
 */
#include <math.h>

#include "support/hash.h"
#include "weights/weights.h"

enum { ROUNDS = 10, BLOCK = 4 };

void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t result[4])
{
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t left = UINT64_C(0xd2511f53) * a, right = UINT64_C(0xcd9e8d57) * c;
        a = (uint32_t)(right >> 32) ^ b ^ k0;
        b = (uint32_t)right;
        c = (uint32_t)(left >> 32) ^ d ^ k1;
        d = (uint32_t)left;
        k0 += 0x9e3779b9; /* the golden ratio */
        k1 += 0xbb67ae85; /* sqrt(3) - 1 */
    }
    result[0] = a;
    result[1] = b;
    result[2] = c;
    result[3] = d;
}

typedef enum Distribution { UNIFORM, NORMAL } Distribution;

typedef struct Draw {
    Distribution distribution;
    double from, to; /* NORMAL: mean and standard deviation */
} Draw;

static Draw draw_of(const Constant *constant)
{
    static const Draw draws[ROLE_COUNT] = {
        [ROLE_OTHER] = {UNIFORM, -1, 1},           [ROLE_KERNEL] = {NORMAL, 0, 1},
        [ROLE_BIAS] = {UNIFORM, -0.1, 0.1},        [ROLE_BN_WEIGHT] = {UNIFORM, 0.8, 1.2},
        [ROLE_BN_BIAS] = {NORMAL, 0, 0.1},         [ROLE_BN_MEAN] = {NORMAL, 0, 0.1},
        [ROLE_BN_VARIANCE] = {UNIFORM, 0.8, 1.25}, [ROLE_SLOPE] = {UNIFORM, 0, 0.5},
    };
    Draw draw = draws[constant->role];
    if (constant->role == ROLE_KERNEL)
        draw.to = sqrt(2.0 / (double)MAX(constant->fan_in, 1));
    return draw;
}

/* Strictly between 0 and 1, so that its logarithm is finite. */
static double unit(uint32_t word)
{
    return (word + 0.5) * 0x1p-32;
}

/* Two independent normal numbers from two uniform ones (Box and Muller 1958). */
static void draw_pair(const Draw *draw, const uint32_t words[2], double pair[2])
{
    static const double turn = 6.283185307179586;
    double first = unit(words[0]), second = unit(words[1]);
    if (draw->distribution == UNIFORM) {
        pair[0] = draw->from + (draw->to - draw->from) * first;
        pair[1] = draw->from + (draw->to - draw->from) * second;
    } else {
        double radius = draw->to * sqrt(-2 * log(first));
        double sine, cosine;
        sincos(turn * second, &sine, &cosine);
        pair[0] = draw->from + radius * cosine;
        pair[1] = draw->from + radius * sine;
    }
}

void weights_randomise(Constant *constant, uint64_t seed)
{
    unsigned char seed_bytes[8];
    for (int i = 0; i < 8; i++)
        seed_bytes[i] = (unsigned char)(seed >> 8 * i);
    uint64_t hash = fnv1a64(fnv1a64(FNV_START, seed_bytes, 8), constant->path, strlen(constant->path));
    uint32_t key[2] = {(uint32_t)hash, (uint32_t)(hash >> 32)};
    Draw draw = draw_of(constant);
    int64_t count = shape_count(&constant->shape);
    for (int64_t begin = 0; begin < count; begin += BLOCK) {
        uint64_t block = (uint64_t)begin / BLOCK;
        uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), 0, 0}, words[BLOCK];
        double values[BLOCK];
        philox4x32(counter, key, words);
        draw_pair(&draw, words, values);
        draw_pair(&draw, words + 2, values + 2);
        for (int64_t i = 0; i < BLOCK && begin + i < count; i++)
            constant->data[begin + i] = (float)values[i];
    }
}
