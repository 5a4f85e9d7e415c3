/* tiles.cl - kernels of a compiled net
 *
 * Net 'tiles' of tiles.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#pragma OPENCL FP_CONTRACT OFF

#ifndef TILES_GPU
/* ---- for devices of CPU kind ---- */

/* Names of C. */
typedef uchar uint8_t;
typedef ushort uint16_t;
typedef int int32_t;
typedef uint uint32_t;
#define acosf(x)             acos(x)
#define acoshf(x)            acosh(x)
#define asinf(x)             asin(x)
#define asinhf(x)            asinh(x)
#define atanf(x)             atan(x)
#define atanhf(x)            atanh(x)
#define ceilf(x)             ceil(x)
#define cosf(x)              cos(x)
#define coshf(x)             cosh(x)
#define erfcf(x)             erfc(x)
#define erff(x)              erf(x)
#define expf(x)              exp(x)
#define expm1f(x)            expm1(x)
#define fabsf(x)             fabs(x)
#define floorf(x)            floor(x)
#define fmodf(x, y)          fmod(x, y)
#define log1pf(x)            log1p(x)
#define logf(x)              log(x)
#define powf(x, y)           pow(x, y)
#define rintf(x)             rint(x)
#define sinf(x)              sin(x)
#define sinhf(x)             sinh(x)
#define sqrtf(x)             sqrt(x)
#define tanf(x)              tan(x)
#define tanhf(x)             tanh(x)
#define truncf(x)            trunc(x)
#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))
#define FOVEA_WORD           static inline __attribute__((unused))
FOVEA_WORD void set_zeros(global float *to, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = 0.0f;
}
FOVEA_WORD void copy_floats(global float *restrict to, global const float *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = from[i];
}
#define memset(to, a, bytes) set_zeros(to, (bytes) / sizeof(float))
#define memcpy(to, x, bytes) copy_floats(to, x, (bytes) / sizeof(float))

/* Words for 16 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */
typedef float16 v16;
FOVEA_WORD v16 v16_max(v16 a, v16 b)
{
    return select(b, a, a > b);
}
FOVEA_WORD v16 v16_min(v16 a, v16 b)
{
    return select(b, a, a < b);
}
#define v_zero()             ((v16)(0.0f))
#define v_set(number)        ((v16)(number))
#define v_load(p)            vload16(0, p)
#define v_load_f16(p)        vload_half16(0, (global const half *)(p))
#define v_load_bf16(p)       as_float16(convert_uint16(vload16(0, p)) << 16)
#define v_broadcast(p)       ((v16)(*(p)))
#define v_store(p, a)        vstore16(a, 0, p)
#define v_prefetch(p)        prefetch(p, 16)
#define v_fma(a, b, c)       fma(a, b, c)
#define v_add(a, b)          ((a) + (b))
#define v_sub(a, b)          ((a) - (b))
#define v_mul(a, b)          ((a) * (b))
#define v_div(a, b)          ((a) / (b))
#define v_max(a, b)          v16_max(a, b)
#define v_min(a, b)          v16_min(a, b)
#define v_sqrt(a)            sqrt(a)
#define v_floor(a)           floor(a)
#define v_ceil(a)            ceil(a)
#define v_round(a)           rint(a)
#define v_trunc(a)           trunc(a)
#define v_neg(a)             (-(a))
#define v_abs(a)             fabs(a)
#define v_eq(a, b)           ((a) == (b))
#define v_ne(a, b)           ((a) != (b))
#define v_lt(a, b)           ((a) < (b))
#define v_gt(a, b)           ((a) > (b))
#define v_le(a, b)           ((a) <= (b))
#define v_ge(a, b)           ((a) >= (b))
/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */
#define v_slide(a, b, n)     shuffle2(a, b, (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + (uint16)(n))
#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 16 - (n))
#define v_select(mask, a, b) select(b, a, mask)
#define v_prefetch_near(p)   prefetch(p, 16)

#define TILES_LOOP
/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void tiles_zero_border(global float *y, int maps, int height, int width, int top, int left, int bottom,
                              int right)
{
    const int row = left + width + right;
    for (int i = 0; i < maps; i++, y += (top + height + bottom) * row) {
        memset(y, 0, (size_t)(top * row) * sizeof *y);
        for (int r = top; r < top + height; r++) {
            memset(y + r * row, 0, (size_t)left * sizeof *y);
            memset(y + r * row + left + width, 0, (size_t)right * sizeof *y);
        }
        memset(y + (top + height) * row, 0, (size_t)(bottom * row) * sizeof *y);
    }
}

/* a: conv, relu (tiles.fov:4)
 * x[3][15][15], weight[1][3][3][3][32], bias[1][32] -> y[2][7][7][16]
 * direct, 32 maps x 14 pixels across rows summed in registers, channels in blocks of 16 */
static inline v16 tiles_a_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* 14 pixels in 2 rows, of 32 maps. */
static void tiles_a_14x2(global const float *restrict x, global const float *restrict weight,
                         global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);
    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);
    v16 a9_0 = v_load(bias), a9_1 = v_load(bias + 16);
    v16 a10_0 = v_load(bias), a10_1 = v_load(bias + 16);
    v16 a11_0 = v_load(bias), a11_1 = v_load(bias + 16);
    v16 a12_0 = v_load(bias), a12_1 = v_load(bias + 16);
    v16 a13_0 = v_load(bias), a13_1 = v_load(bias + 16);
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            global const float *s = x + ky * 15 + kx;
            TILES_LOOP
            for (int i = 0; i < 3; i++, s += 225, weight += 32) {
                const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                v = v_broadcast(s + 2), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                v = v_broadcast(s + 4), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                v = v_broadcast(s + 6), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                v = v_broadcast(s + 8), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                v = v_broadcast(s + 10), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
                v = v_broadcast(s + 12), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
                v = v_broadcast(s + 30), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
                v = v_broadcast(s + 32), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
                v = v_broadcast(s + 34), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
                v = v_broadcast(s + 36), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
                v = v_broadcast(s + 38), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
                v = v_broadcast(s + 40), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
                v = v_broadcast(s + 42), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
            }
        }
    }
    v_store(y, tiles_a_finish(a0_0));
    v_store(y + 16, tiles_a_finish(a1_0));
    v_store(y + 32, tiles_a_finish(a2_0));
    v_store(y + 48, tiles_a_finish(a3_0));
    v_store(y + 64, tiles_a_finish(a4_0));
    v_store(y + 80, tiles_a_finish(a5_0));
    v_store(y + 96, tiles_a_finish(a6_0));
    v_store(y + 112, tiles_a_finish(a7_0));
    v_store(y + 128, tiles_a_finish(a8_0));
    v_store(y + 144, tiles_a_finish(a9_0));
    v_store(y + 160, tiles_a_finish(a10_0));
    v_store(y + 176, tiles_a_finish(a11_0));
    v_store(y + 192, tiles_a_finish(a12_0));
    v_store(y + 208, tiles_a_finish(a13_0));
    v_store(y + 784, tiles_a_finish(a0_1));
    v_store(y + 800, tiles_a_finish(a1_1));
    v_store(y + 816, tiles_a_finish(a2_1));
    v_store(y + 832, tiles_a_finish(a3_1));
    v_store(y + 848, tiles_a_finish(a4_1));
    v_store(y + 864, tiles_a_finish(a5_1));
    v_store(y + 880, tiles_a_finish(a6_1));
    v_store(y + 896, tiles_a_finish(a7_1));
    v_store(y + 912, tiles_a_finish(a8_1));
    v_store(y + 928, tiles_a_finish(a9_1));
    v_store(y + 944, tiles_a_finish(a10_1));
    v_store(y + 960, tiles_a_finish(a11_1));
    v_store(y + 976, tiles_a_finish(a12_1));
    v_store(y + 992, tiles_a_finish(a13_1));
}

/* 7 pixels, of 32 maps. */
static void tiles_a_7x2(global const float *restrict x, global const float *restrict weight,
                        global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            global const float *s = x + ky * 15 + kx;
            TILES_LOOP
            for (int i = 0; i < 3; i++, s += 225, weight += 32) {
                const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                v = v_broadcast(s + 2), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                v = v_broadcast(s + 4), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                v = v_broadcast(s + 6), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                v = v_broadcast(s + 8), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                v = v_broadcast(s + 10), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
                v = v_broadcast(s + 12), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
            }
        }
    }
    v_store(y, tiles_a_finish(a0_0));
    v_store(y + 16, tiles_a_finish(a1_0));
    v_store(y + 32, tiles_a_finish(a2_0));
    v_store(y + 48, tiles_a_finish(a3_0));
    v_store(y + 64, tiles_a_finish(a4_0));
    v_store(y + 80, tiles_a_finish(a5_0));
    v_store(y + 96, tiles_a_finish(a6_0));
    v_store(y + 784, tiles_a_finish(a0_1));
    v_store(y + 800, tiles_a_finish(a1_1));
    v_store(y + 816, tiles_a_finish(a2_1));
    v_store(y + 832, tiles_a_finish(a3_1));
    v_store(y + 848, tiles_a_finish(a4_1));
    v_store(y + 864, tiles_a_finish(a5_1));
    v_store(y + 880, tiles_a_finish(a6_1));
}

static void tiles_a(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y)
{
    for (int r = 0; r < 6; r += 2) {
        tiles_a_14x2(x + r * 30, weight, bias, y + r * 112);
    }
    tiles_a_7x2(x + 180, weight, bias, y + 672);
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void tiles_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    tiles_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* b: conv, relu (tiles.fov:5)
 * x[2][7][7][16], weight[3][2][1][1][16][32], bias[3][32] -> y[5][9][9][16]
 * direct, 32 maps x 14 pixels across rows summed in registers, channels in blocks of 16 */
static inline v16 tiles_b_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* 14 pixels in 2 rows, of 32 maps. */
static void tiles_b_14x2(global const float *restrict x, global const float *restrict weight,
                         global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);
    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);
    v16 a9_0 = v_load(bias), a9_1 = v_load(bias + 16);
    v16 a10_0 = v_load(bias), a10_1 = v_load(bias + 16);
    v16 a11_0 = v_load(bias), a11_1 = v_load(bias + 16);
    v16 a12_0 = v_load(bias), a12_1 = v_load(bias + 16);
    v16 a13_0 = v_load(bias), a13_1 = v_load(bias + 16);
    for (int b = 0; b < 2; b++) {
        global const float *s = x + b * 784;
        for (int i = 0; i < 16; i++, s++, weight += 32) {
            const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
            v16 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
            v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
            v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
            v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
            v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
            v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
            v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
            v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
            v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
            v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
            v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
            v = v_broadcast(s + 176), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
            v = v_broadcast(s + 192), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
            v = v_broadcast(s + 208), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
        }
    }
    v_store(y, tiles_b_finish(a0_0));
    v_store(y + 16, tiles_b_finish(a1_0));
    v_store(y + 32, tiles_b_finish(a2_0));
    v_store(y + 48, tiles_b_finish(a3_0));
    v_store(y + 64, tiles_b_finish(a4_0));
    v_store(y + 80, tiles_b_finish(a5_0));
    v_store(y + 96, tiles_b_finish(a6_0));
    v_store(y + 144, tiles_b_finish(a7_0));
    v_store(y + 160, tiles_b_finish(a8_0));
    v_store(y + 176, tiles_b_finish(a9_0));
    v_store(y + 192, tiles_b_finish(a10_0));
    v_store(y + 208, tiles_b_finish(a11_0));
    v_store(y + 224, tiles_b_finish(a12_0));
    v_store(y + 240, tiles_b_finish(a13_0));
    v_store(y + 1296, tiles_b_finish(a0_1));
    v_store(y + 1312, tiles_b_finish(a1_1));
    v_store(y + 1328, tiles_b_finish(a2_1));
    v_store(y + 1344, tiles_b_finish(a3_1));
    v_store(y + 1360, tiles_b_finish(a4_1));
    v_store(y + 1376, tiles_b_finish(a5_1));
    v_store(y + 1392, tiles_b_finish(a6_1));
    v_store(y + 1440, tiles_b_finish(a7_1));
    v_store(y + 1456, tiles_b_finish(a8_1));
    v_store(y + 1472, tiles_b_finish(a9_1));
    v_store(y + 1488, tiles_b_finish(a10_1));
    v_store(y + 1504, tiles_b_finish(a11_1));
    v_store(y + 1520, tiles_b_finish(a12_1));
    v_store(y + 1536, tiles_b_finish(a13_1));
}

/* 7 pixels, of 32 maps. */
static void tiles_b_7x2(global const float *restrict x, global const float *restrict weight,
                        global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    for (int b = 0; b < 2; b++) {
        global const float *s = x + b * 784;
        for (int i = 0; i < 16; i++, s++, weight += 32) {
            const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
            v16 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
            v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
            v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
            v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
            v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
            v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
            v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
        }
    }
    v_store(y, tiles_b_finish(a0_0));
    v_store(y + 16, tiles_b_finish(a1_0));
    v_store(y + 32, tiles_b_finish(a2_0));
    v_store(y + 48, tiles_b_finish(a3_0));
    v_store(y + 64, tiles_b_finish(a4_0));
    v_store(y + 80, tiles_b_finish(a5_0));
    v_store(y + 96, tiles_b_finish(a6_0));
    v_store(y + 1296, tiles_b_finish(a0_1));
    v_store(y + 1312, tiles_b_finish(a1_1));
    v_store(y + 1328, tiles_b_finish(a2_1));
    v_store(y + 1344, tiles_b_finish(a3_1));
    v_store(y + 1360, tiles_b_finish(a4_1));
    v_store(y + 1376, tiles_b_finish(a5_1));
    v_store(y + 1392, tiles_b_finish(a6_1));
}

/* 14 pixels in 2 rows, of 16 maps. */
static void tiles_b_14x1(global const float *restrict x, global const float *restrict weight,
                         global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias);
    v16 a1_0 = v_load(bias);
    v16 a2_0 = v_load(bias);
    v16 a3_0 = v_load(bias);
    v16 a4_0 = v_load(bias);
    v16 a5_0 = v_load(bias);
    v16 a6_0 = v_load(bias);
    v16 a7_0 = v_load(bias);
    v16 a8_0 = v_load(bias);
    v16 a9_0 = v_load(bias);
    v16 a10_0 = v_load(bias);
    v16 a11_0 = v_load(bias);
    v16 a12_0 = v_load(bias);
    v16 a13_0 = v_load(bias);
    for (int b = 0; b < 2; b++) {
        global const float *s = x + b * 784;
        for (int i = 0; i < 16; i++, s++, weight += 16) {
            const v16 w0 = v_load(weight);
            v16 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0);
            v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0);
            v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0);
            v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0);
            v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0);
            v = v_broadcast(s + 176), a11_0 = v_fma(v, w0, a11_0);
            v = v_broadcast(s + 192), a12_0 = v_fma(v, w0, a12_0);
            v = v_broadcast(s + 208), a13_0 = v_fma(v, w0, a13_0);
        }
    }
    v_store(y, tiles_b_finish(a0_0));
    v_store(y + 16, tiles_b_finish(a1_0));
    v_store(y + 32, tiles_b_finish(a2_0));
    v_store(y + 48, tiles_b_finish(a3_0));
    v_store(y + 64, tiles_b_finish(a4_0));
    v_store(y + 80, tiles_b_finish(a5_0));
    v_store(y + 96, tiles_b_finish(a6_0));
    v_store(y + 144, tiles_b_finish(a7_0));
    v_store(y + 160, tiles_b_finish(a8_0));
    v_store(y + 176, tiles_b_finish(a9_0));
    v_store(y + 192, tiles_b_finish(a10_0));
    v_store(y + 208, tiles_b_finish(a11_0));
    v_store(y + 224, tiles_b_finish(a12_0));
    v_store(y + 240, tiles_b_finish(a13_0));
}

/* 7 pixels, of 16 maps. */
static void tiles_b_7x1(global const float *restrict x, global const float *restrict weight,
                        global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias);
    v16 a1_0 = v_load(bias);
    v16 a2_0 = v_load(bias);
    v16 a3_0 = v_load(bias);
    v16 a4_0 = v_load(bias);
    v16 a5_0 = v_load(bias);
    v16 a6_0 = v_load(bias);
    for (int b = 0; b < 2; b++) {
        global const float *s = x + b * 784;
        for (int i = 0; i < 16; i++, s++, weight += 16) {
            const v16 w0 = v_load(weight);
            v16 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0);
        }
    }
    v_store(y, tiles_b_finish(a0_0));
    v_store(y + 16, tiles_b_finish(a1_0));
    v_store(y + 32, tiles_b_finish(a2_0));
    v_store(y + 48, tiles_b_finish(a3_0));
    v_store(y + 64, tiles_b_finish(a4_0));
    v_store(y + 80, tiles_b_finish(a5_0));
    v_store(y + 96, tiles_b_finish(a6_0));
}

static void tiles_b(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y)
{
    tiles_zero_border(y, 5, 7, 112, 1, 16, 1, 16);
    y += 160; /* past the halo */
    for (int o = 0; o < 64; o += 32) {
        for (int r = 0; r < 6; r += 2) {
            tiles_b_14x2(x + r * 112, weight + o * 32, bias + o, y + o * 81 + r * 144);
        }
        tiles_b_7x2(x + 672, weight + o * 32, bias + o, y + o * 81 + 864);
    }
    for (int r = 0; r < 6; r += 2) {
        tiles_b_14x1(x + r * 112, weight + 2048, bias + 64, y + r * 144 + 5184);
    }
    tiles_b_7x1(x + 672, weight + 2048, bias + 64, y + 6048);
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void tiles_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    tiles_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* c: conv (tiles.fov:5)
 * x[5][9][9][16], weight[5][1][3][3][16], bias[5][16] -> y[5][7][7][16]
 * each channel by itself, 7 pixels x 16 channels in registers */
/* 7 pixels of a row, of 16 channels. */
static void tiles_c_row7(global const float *restrict x, global const float *restrict weight,
                         global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias);
    v16 a1_0 = v_load(bias);
    v16 a2_0 = v_load(bias);
    v16 a3_0 = v_load(bias);
    v16 a4_0 = v_load(bias);
    v16 a5_0 = v_load(bias);
    v16 a6_0 = v_load(bias);
    for (int ky = 0; ky < 3; ky++)
        for (int kx = 0; kx < 3; kx++, weight += 16) {
            global const float *s = x + ky * 144 + kx * 16;
            const v16 w = v_load(weight);
            a0_0 = v_fma(v_load(s), w, a0_0);
            a1_0 = v_fma(v_load(s + 16), w, a1_0);
            a2_0 = v_fma(v_load(s + 32), w, a2_0);
            a3_0 = v_fma(v_load(s + 48), w, a3_0);
            a4_0 = v_fma(v_load(s + 64), w, a4_0);
            a5_0 = v_fma(v_load(s + 80), w, a5_0);
            a6_0 = v_fma(v_load(s + 96), w, a6_0);
        }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
    v_store(y + 32, a2_0);
    v_store(y + 48, a3_0);
    v_store(y + 64, a4_0);
    v_store(y + 80, a5_0);
    v_store(y + 96, a6_0);
}

static void tiles_c(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y)
{
    for (int o = 0; o < 72; o += 16) {
        for (int r = 0; r < 7; r++) {
            tiles_c_row7(x + o * 81 + r * 144, weight + o * 9, bias + o, y + o * 49 + r * 112);
        }
    }
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void tiles_c_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    tiles_c(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* d: conv, add (tiles.fov:5)
 * x[5][7][7][16], weight[1][5][1][1][16][32], bias[1][32], add_x[2][7][7][16] -> y[2][7][7][16] in the place of add_x
 * direct, 32 maps x 14 pixels across rows summed in registers, channels in blocks of 16 */
static inline v16 tiles_d_finish(v16 v, v16 add_x)
{
    return v_add(add_x, v);
}

/* 14 pixels, of 32 maps. */
static void tiles_d_14x2(global const float *restrict x, global const float *restrict weight,
                         global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);
    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);
    v16 a9_0 = v_load(bias), a9_1 = v_load(bias + 16);
    v16 a10_0 = v_load(bias), a10_1 = v_load(bias + 16);
    v16 a11_0 = v_load(bias), a11_1 = v_load(bias + 16);
    v16 a12_0 = v_load(bias), a12_1 = v_load(bias + 16);
    v16 a13_0 = v_load(bias), a13_1 = v_load(bias + 16);
    for (int b = 0; b < 4; b++) {
        global const float *s = x + b * 784;
        for (int i = 0; i < 16; i++, s++, weight += 32) {
            const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
            v16 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
            v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
            v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
            v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
            v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
            v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
            v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
            v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
            v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
            v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
            v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
            v = v_broadcast(s + 176), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
            v = v_broadcast(s + 192), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
            v = v_broadcast(s + 208), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
        }
    }
    global const float *s = x + 3136;
    TILES_LOOP
    for (int i = 0; i < 8; i++, s++, weight += 32) {
        const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
        v16 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
        v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
        v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
        v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
        v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
        v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
        v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
        v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
        v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
        v = v_broadcast(s + 176), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
        v = v_broadcast(s + 192), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
        v = v_broadcast(s + 208), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
    }
    v_store(y, tiles_d_finish(a0_0, v_load(y)));
    v_store(y + 16, tiles_d_finish(a1_0, v_load(y + 16)));
    v_store(y + 32, tiles_d_finish(a2_0, v_load(y + 32)));
    v_store(y + 48, tiles_d_finish(a3_0, v_load(y + 48)));
    v_store(y + 64, tiles_d_finish(a4_0, v_load(y + 64)));
    v_store(y + 80, tiles_d_finish(a5_0, v_load(y + 80)));
    v_store(y + 96, tiles_d_finish(a6_0, v_load(y + 96)));
    v_store(y + 112, tiles_d_finish(a7_0, v_load(y + 112)));
    v_store(y + 128, tiles_d_finish(a8_0, v_load(y + 128)));
    v_store(y + 144, tiles_d_finish(a9_0, v_load(y + 144)));
    v_store(y + 160, tiles_d_finish(a10_0, v_load(y + 160)));
    v_store(y + 176, tiles_d_finish(a11_0, v_load(y + 176)));
    v_store(y + 192, tiles_d_finish(a12_0, v_load(y + 192)));
    v_store(y + 208, tiles_d_finish(a13_0, v_load(y + 208)));
    v_store(y + 784, tiles_d_finish(a0_1, v_load(y + 784)));
    v_store(y + 800, tiles_d_finish(a1_1, v_load(y + 800)));
    v_store(y + 816, tiles_d_finish(a2_1, v_load(y + 816)));
    v_store(y + 832, tiles_d_finish(a3_1, v_load(y + 832)));
    v_store(y + 848, tiles_d_finish(a4_1, v_load(y + 848)));
    v_store(y + 864, tiles_d_finish(a5_1, v_load(y + 864)));
    v_store(y + 880, tiles_d_finish(a6_1, v_load(y + 880)));
    v_store(y + 896, tiles_d_finish(a7_1, v_load(y + 896)));
    v_store(y + 912, tiles_d_finish(a8_1, v_load(y + 912)));
    v_store(y + 928, tiles_d_finish(a9_1, v_load(y + 928)));
    v_store(y + 944, tiles_d_finish(a10_1, v_load(y + 944)));
    v_store(y + 960, tiles_d_finish(a11_1, v_load(y + 960)));
    v_store(y + 976, tiles_d_finish(a12_1, v_load(y + 976)));
    v_store(y + 992, tiles_d_finish(a13_1, v_load(y + 992)));
}

/* 7 pixels, of 32 maps. */
static void tiles_d_7x2(global const float *restrict x, global const float *restrict weight,
                        global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    for (int b = 0; b < 4; b++) {
        global const float *s = x + b * 784;
        for (int i = 0; i < 16; i++, s++, weight += 32) {
            const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
            v16 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
            v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
            v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
            v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
            v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
            v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
            v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
        }
    }
    global const float *s = x + 3136;
    TILES_LOOP
    for (int i = 0; i < 8; i++, s++, weight += 32) {
        const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
        v16 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
        v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
        v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
        v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
        v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
    }
    v_store(y, tiles_d_finish(a0_0, v_load(y)));
    v_store(y + 16, tiles_d_finish(a1_0, v_load(y + 16)));
    v_store(y + 32, tiles_d_finish(a2_0, v_load(y + 32)));
    v_store(y + 48, tiles_d_finish(a3_0, v_load(y + 48)));
    v_store(y + 64, tiles_d_finish(a4_0, v_load(y + 64)));
    v_store(y + 80, tiles_d_finish(a5_0, v_load(y + 80)));
    v_store(y + 96, tiles_d_finish(a6_0, v_load(y + 96)));
    v_store(y + 784, tiles_d_finish(a0_1, v_load(y + 784)));
    v_store(y + 800, tiles_d_finish(a1_1, v_load(y + 800)));
    v_store(y + 816, tiles_d_finish(a2_1, v_load(y + 816)));
    v_store(y + 832, tiles_d_finish(a3_1, v_load(y + 832)));
    v_store(y + 848, tiles_d_finish(a4_1, v_load(y + 848)));
    v_store(y + 864, tiles_d_finish(a5_1, v_load(y + 864)));
    v_store(y + 880, tiles_d_finish(a6_1, v_load(y + 880)));
}

static void tiles_d(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y)
{
    for (int c = 0; c < 42; c += 14) {
        tiles_d_14x2(x + c * 16, weight, bias, y + c * 16);
    }
    tiles_d_7x2(x + 672, weight, bias, y + 672);
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void tiles_d_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    tiles_d(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* e: conv (tiles.fov:6)
 * x[2][7][7][16], weight[1][2][3][3][16][32], bias[1][32] -> y[2][3][3][16]
 * direct, 32 maps x 9 pixels across rows summed in registers, channels in blocks of 16 */
/* 9 pixels in 3 rows, of 32 maps. */
static void tiles_e_9x2(global const float *restrict x, global const float *restrict weight,
                        global const float *restrict bias, global float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);
    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);
    for (int b = 0; b < 2; b++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                global const float *s = x + b * 784 + ky * 112 + kx * 16;
                for (int i = 0; i < 16; i++, s++, weight += 32) {
                    const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
                    v16 v;
                    v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                    v = v_broadcast(s + 32), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                    v = v_broadcast(s + 64), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                    v = v_broadcast(s + 224), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                    v = v_broadcast(s + 256), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                    v = v_broadcast(s + 288), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
                    v = v_broadcast(s + 448), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
                    v = v_broadcast(s + 480), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
                    v = v_broadcast(s + 512), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
                }
            }
        }
    }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
    v_store(y + 32, a2_0);
    v_store(y + 48, a3_0);
    v_store(y + 64, a4_0);
    v_store(y + 80, a5_0);
    v_store(y + 96, a6_0);
    v_store(y + 112, a7_0);
    v_store(y + 128, a8_0);
    v_store(y + 144, a0_1);
    v_store(y + 160, a1_1);
    v_store(y + 176, a2_1);
    v_store(y + 192, a3_1);
    v_store(y + 208, a4_1);
    v_store(y + 224, a5_1);
    v_store(y + 240, a6_1);
    v_store(y + 256, a7_1);
    v_store(y + 272, a8_1);
}

static void tiles_e(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y)
{
    tiles_e_9x2(x, weight, bias, y);
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void tiles_e_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    tiles_e(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* e: pack (tiles.fov:6)
 * x[2][3][3][16] -> y[20][3][3]
 * the same values in another layout */
static void tiles_pack_e(global const float *restrict x, global float *restrict y)
{
    for (int i = 0; i < 9; i++)
        for (int j = 0; j < 16; j++)
            y[i + j * 9] = x[i * 16 + j];
    for (int i = 0; i < 9; i++)
        for (int j = 0; j < 4; j++)
            y[144 + i + j * 9] = x[144 + i * 16 + j];
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void tiles_pack_e_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    tiles_pack_e(x + x_at, y + y_at);
}

#else
/* ---- for GPUs ---- */

/* Names of C. */
typedef uchar uint8_t;
typedef ushort uint16_t;
typedef int int32_t;
typedef uint uint32_t;
#define acosf(x)             acos(x)
#define acoshf(x)            acosh(x)
#define asinf(x)             asin(x)
#define asinhf(x)            asinh(x)
#define atanf(x)             atan(x)
#define atanhf(x)            atanh(x)
#define ceilf(x)             ceil(x)
#define cosf(x)              cos(x)
#define coshf(x)             cosh(x)
#define erfcf(x)             erfc(x)
#define erff(x)              erf(x)
#define expf(x)              exp(x)
#define expm1f(x)            expm1(x)
#define fabsf(x)             fabs(x)
#define floorf(x)            floor(x)
#define fmodf(x, y)          fmod(x, y)
#define log1pf(x)            log1p(x)
#define logf(x)              log(x)
#define powf(x, y)           pow(x, y)
#define rintf(x)             rint(x)
#define sinf(x)              sin(x)
#define sinhf(x)             sinh(x)
#define sqrtf(x)             sqrt(x)
#define tanf(x)              tan(x)
#define tanhf(x)             tanh(x)
#define truncf(x)            trunc(x)
#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))
#define FOVEA_WORD           static inline __attribute__((unused))
FOVEA_WORD void set_zeros(global float *to, size_t count)
{
    for (size_t i = get_global_id(0); i < count; i += get_global_size(0))
        to[i] = 0.0f;
}
FOVEA_WORD void copy_floats(global float *restrict to, global const float *restrict from, size_t count)
{
    for (size_t i = get_global_id(0); i < count; i += get_global_size(0))
        to[i] = from[i];
}
#define memset(to, a, bytes) set_zeros(to, (bytes) / sizeof(float))
#define memcpy(to, x, bytes) copy_floats(to, x, (bytes) / sizeof(float))

/* Words for 4 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */
typedef float4 v4;
FOVEA_WORD v4 v4_max(v4 a, v4 b)
{
    return select(b, a, a > b);
}
FOVEA_WORD v4 v4_min(v4 a, v4 b)
{
    return select(b, a, a < b);
}
#define v_zero()             ((v4)(0.0f))
#define v_set(number)        ((v4)(number))
#define v_load(p)            vload4(0, p)
#define v_load_f16(p)        vload_half4(0, (global const half *)(p))
#define v_load_bf16(p)       as_float4(convert_uint4(vload4(0, p)) << 16)
#define v_broadcast(p)       ((v4)(*(p)))
#define v_store(p, a)        vstore4(a, 0, p)
#define v_prefetch(p)        prefetch(p, 16)
#define v_fma(a, b, c)       fma(a, b, c)
#define v_add(a, b)          ((a) + (b))
#define v_sub(a, b)          ((a) - (b))
#define v_mul(a, b)          ((a) * (b))
#define v_div(a, b)          ((a) / (b))
#define v_max(a, b)          v4_max(a, b)
#define v_min(a, b)          v4_min(a, b)
#define v_sqrt(a)            sqrt(a)
#define v_floor(a)           floor(a)
#define v_ceil(a)            ceil(a)
#define v_round(a)           rint(a)
#define v_trunc(a)           trunc(a)
#define v_neg(a)             (-(a))
#define v_abs(a)             fabs(a)
#define v_eq(a, b)           ((a) == (b))
#define v_ne(a, b)           ((a) != (b))
#define v_lt(a, b)           ((a) < (b))
#define v_gt(a, b)           ((a) > (b))
#define v_le(a, b)           ((a) <= (b))
#define v_ge(a, b)           ((a) >= (b))
/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */
#define v_slide(a, b, n)     shuffle2(a, b, (uint4)(0, 1, 2, 3) + (uint4)(n))
#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 4 - (n))
#define v_select(mask, a, b) select(b, a, mask)
#define v_prefetch_near(p)   prefetch(p, 16)
/* Of the device's memory, where it is aligned as blocks and panels are. */
#define v_read(p)            (*(global const float4 *)(p))
#define v_write(p, a)        (*(global float4 *)(p) = (a))
#define v_read_f16(p)        vloada_half4(0, (global const half *)(p))
#define v_read_bf16(p)       as_float4(convert_uint4(*(global const ushort4 *)(p)) << 16)
/* Vectors in local memory. */
#define v_load_near(p)       (*(local const float4 *)(p))
#define v_store_near(p, a)   (*(local float4 *)(p) = (a))

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void tiles_zero_border(global float *y, int maps, int height, int width, int top, int left, int bottom,
                           int right)
{
    const int row = left + width + right, sides = left + right, ends = (top + bottom) * row;
    const int border = ends + height * sides, picture = (top + height + bottom) * row;
    for (int item = get_global_id(0); item < maps * border; item += get_global_size(0)) {
        int at = item % border;
        if (at >= ends) {
            const int side = (at - ends) % sides;
            at = (top + (at - ends) / sides) * row + side + (side < left ? 0 : width);
        } else if (at >= top * row) {
            at += height * row;
        }
        y[item / border * picture + at] = 0.0f;
    }
}

/* a: conv, relu (tiles.fov:4)
 * x[3][15][15], weight[1][3][3][3][32], bias[1][32] -> y[2][7][7][16]
 * 32 maps x 32 pixels of a work-group, 4 x 4 of an item, by 16 products */
static inline v4 tiles_a_finish(v4 v)
{
    return v_max(v_set(0.0f), v);
}

static void tiles_a(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y, local float *restrict tile)
{
    const int me = get_local_id(0);
    const int job = get_group_id(0);
    const int first_pixel = job * 32;
    const int first_map = 0;
    const int from = 0, to = 2;
    /* What it fetches of each slice: weights of four maps, and what they meet. */
    const int map = first_map + me % 8 * 4;
    global const float *w_at = weight + map + me / 8 * 32;
    global const float *x_at0;
    {
        const int p = min(first_pixel + me % 32, 48);
        const int r = p / 7, c = p % 7;
        x_at0 = x + r * 30 + c * 2;
    }
    const int row = me % 8 * 4, column = me / 8 * 4;
    v4 sums[4][1];
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        sums[j][0] = v_set(-0.0f);
    }
    for (int s = from; s <= to; s++) {
        v4 w0, w1; float v0[8];
        if (s < to) {
            const int product = s * 16;
            w0 = me / 8 < 27 - product ? v_read(w_at + product * 32) : v_zero();
            w1 = me / 8 + 8 < 27 - product ? v_read(w_at + (product + 8) * 32) : v_zero();
            #pragma unroll
            for (int i = 0; i < 8; i++) {
                const int k = product + me / 32 + i * 2;
                v0[i] = k < 27 ? x_at0[k % 3 * 225 + (k / 3) / 3 * 15 + (k / 3) % 3] : -0.0f;
            }
        }
        if (s > from) {
            local const float *w = tile + ((s - 1) & 1) * 1024, *v = w + 512;
            #pragma unroll
            for (int k = 0; k < 16; k++) {
                const v4 a0 = v_load_near(w + k * 32 + row);
                const v4 b0 = v_load_near(v + k * 32 + (column ^ k / 4 * 8));
                const float p[4] = {b0.x, b0.y, b0.z, b0.w};
                #pragma unroll
                for (int j = 0; j < 4; j++) {
                    sums[j][0] = v_fma(v_set(p[j]), a0, sums[j][0]);
                }
            }
        }
        if (s < to) {
            local float *next = tile + (s & 1) * 1024;
            v_store_near(next + me * 4, w0);
            v_store_near(next + me * 4 + 256, w1);
            #pragma unroll
            for (int i = 0; i < 8; i++) {
                const int k = me / 32 + i * 2;
                next[512 + k * 32 + ((me % 32) ^ k / 4 * 8)] = v0[i];
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        const int p = first_pixel + column + j;
        if (p < 49) {
            const int r = p / 7, c = p % 7;
            const int o = first_map + row;
            const int block = o / 16 * 16, lane = o % 16;
            v_write(y + block * 49 + lane + r * 112 + c * 16, tiles_a_finish(v_add(sums[j][0], v_read(bias + o))));
        }
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    local float tile[2048] __attribute__((aligned(16)));
    tiles_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);
}

/* b: conv, relu (tiles.fov:5)
 * x[2][7][7][16], weight[3][2][1][1][16][32], bias[3][32] -> y[5][9][9][16]
 * 32 maps x 32 pixels of a work-group, 4 x 4 of an item, by 16 products */
static inline v4 tiles_b_finish(v4 v)
{
    return v_max(v_set(0.0f), v);
}

static void tiles_b(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y, local float *restrict tile)
{
    tiles_zero_border(y, 5, 7, 112, 1, 16, 1, 16);
    y += 160; /* past the halo */
    const int me = get_local_id(0);
    const int job = get_group_id(0);
    const int first_pixel = job % 2 * 32;
    const int first_map = job / 2 * 32;
    const int from = 0, to = 2;
    /* What it fetches of each slice: weights of four maps, and what they meet. */
    const int map = min(first_map + me % 8 * 4, 76);
    const int width = map < 64 ? 32 : 16;
    global const float *w_at = weight + map / 32 * 1024 + map % 32 + me / 8 * width;
    global const float *x_at0;
    {
        const int p = min(first_pixel + me / 4, 48);
        const int r = p / 7, c = p % 7;
        x_at0 = x + me % 4 * 4 + r * 112 + c * 16;
    }
    global const float *x_at1;
    {
        const int p = min(first_pixel + me / 4 + 16, 48);
        const int r = p / 7, c = p % 7;
        x_at1 = x + me % 4 * 4 + r * 112 + c * 16;
    }
    const int row = me % 8 * 4, column = me / 8 * 4;
    v4 sums[4][1];
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        sums[j][0] = v_set(-0.0f);
    }
    for (int s = from; s <= to; s++) {
        v4 w0, w1, v0, v1;
        if (s < to) {
            const int product = s * 16, place = s * 784;
            w0 = v_read(w_at + product * width);
            w1 = v_read(w_at + (product + 8) * width);
            v0 = v_read(x_at0 + place);
            v1 = v_read(x_at1 + place);
        }
        if (s > from) {
            local const float *w = tile + ((s - 1) & 1) * 1024, *v = w + 512;
            #pragma unroll
            for (int k = 0; k < 16; k++) {
                const v4 a0 = v_load_near(w + k * 32 + row);
                const v4 b0 = v_load_near(v + k * 32 + (column ^ k / 4 * 8));
                const float p[4] = {b0.x, b0.y, b0.z, b0.w};
                #pragma unroll
                for (int j = 0; j < 4; j++) {
                    sums[j][0] = v_fma(v_set(p[j]), a0, sums[j][0]);
                }
            }
        }
        if (s < to) {
            local float *next = tile + (s & 1) * 1024;
            v_store_near(next + me * 4, w0);
            v_store_near(next + me * 4 + 256, w1);
            {
                local float *at = next + 512 + me % 4 * 128 + ((me / 4) ^ me % 4 * 8);
                at[0] = v0.x;
                at[32] = v0.y;
                at[64] = v0.z;
                at[96] = v0.w;
            }
            {
                local float *at = next + 512 + me % 4 * 128 + ((me / 4 + 16) ^ me % 4 * 8);
                at[0] = v1.x;
                at[32] = v1.y;
                at[64] = v1.z;
                at[96] = v1.w;
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        const int p = first_pixel + column + j;
        if (p < 49) {
            const int r = p / 7, c = p % 7;
            const int o = first_map + row;
            if (o < 80) {
                const int block = o / 16 * 16, lane = o % 16;
                v_write(y + block * 81 + lane + r * 144 + c * 16, tiles_b_finish(v_add(sums[j][0], v_read(bias + o))));
            }
        }
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    local float tile[2048] __attribute__((aligned(16)));
    tiles_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);
}

/* c: conv (tiles.fov:5)
 * x[5][9][9][16], weight[5][1][3][3][16], bias[5][16] -> y[5][7][7][16]
 * each channel by itself, 1 pixel x 4 channels of an item */
static void tiles_c(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y)
{
    for (int item = get_global_id(0); item < 980; item += get_global_size(0)) {
        const int b = item / 196, r = item / 28 % 7, c = item / 4 % 7, v = item % 4;
        v4 w, sum0 = v_set(-0.0f);
        global const float *s = x + b * 1296 + v * 4 + r * 144 + c * 16;
        global const float *w_at = weight + b * 144 + v * 4;
        for (int ky = 0; ky < 3; ky++, s += 144, w_at += 48) {
            const v4 x0 = v_read(s);
            const v4 x1 = v_read(s + 16);
            const v4 x2 = v_read(s + 32);
            w = v_read(w_at), sum0 = v_fma(x0, w, sum0);
            w = v_read(w_at + 16), sum0 = v_fma(x1, w, sum0);
            w = v_read(w_at + 32), sum0 = v_fma(x2, w, sum0);
        }
        {
            const int o = b * 16 + v * 4;
            const int block = o / 16 * 16, lane = o % 16;
            v_write(y + block * 49 + lane + r * 112 + c * 16, v_add(sum0, v_read(bias + o)));
        }
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_c_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    tiles_c(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* d: conv, add (tiles.fov:5)
 * x[5][7][7][16], weight[1][5][1][1][16][32], bias[1][32], add_x[2][7][7][16] -> y[2][7][7][16] in the place of add_x
 * 32 maps x 32 pixels of a work-group, 4 x 4 of an item, by 16 products */
static inline v4 tiles_d_finish(v4 v, v4 add_x)
{
    return v_add(add_x, v);
}

static void tiles_d(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y, local float *restrict tile)
{
    const int me = get_local_id(0);
    const int job = get_group_id(0);
    const int first_pixel = job * 32;
    const int first_map = 0;
    const int from = 0, to = 5;
    /* What it fetches of each slice: weights of four maps, and what they meet. */
    const int map = first_map + me % 8 * 4;
    global const float *w_at = weight + map + me / 8 * 32;
    global const float *x_at0;
    {
        const int p = min(first_pixel + me / 4, 48);
        const int r = p / 7, c = p % 7;
        x_at0 = x + me % 4 * 4 + r * 112 + c * 16;
    }
    global const float *x_at1;
    {
        const int p = min(first_pixel + me / 4 + 16, 48);
        const int r = p / 7, c = p % 7;
        x_at1 = x + me % 4 * 4 + r * 112 + c * 16;
    }
    const int row = me % 8 * 4, column = me / 8 * 4;
    v4 sums[4][1];
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        sums[j][0] = v_set(-0.0f);
    }
    for (int s = from; s <= to; s++) {
        v4 w0, w1, v0, v1;
        if (s < to) {
            int product = s * 16, place, left = 16;
            if (s < 4) {
                place = s * 784;
            } else {
                const int tap = (s - 4);
                product = 64 + tap * 8;
                place = 3136;
                left = 8;
            }
            w0 = me / 8 < left ? v_read(w_at + product * 32) : v_zero();
            w1 = me / 8 + 8 < left ? v_read(w_at + (product + 8) * 32) : v_zero();
            v0 = me % 4 * 4 < left ? v_read(x_at0 + place) : v_set(-0.0f);
            v1 = me % 4 * 4 < left ? v_read(x_at1 + place) : v_set(-0.0f);
        }
        if (s > from) {
            local const float *w = tile + ((s - 1) & 1) * 1024, *v = w + 512;
            #pragma unroll
            for (int k = 0; k < 16; k++) {
                const v4 a0 = v_load_near(w + k * 32 + row);
                const v4 b0 = v_load_near(v + k * 32 + (column ^ k / 4 * 8));
                const float p[4] = {b0.x, b0.y, b0.z, b0.w};
                #pragma unroll
                for (int j = 0; j < 4; j++) {
                    sums[j][0] = v_fma(v_set(p[j]), a0, sums[j][0]);
                }
            }
        }
        if (s < to) {
            local float *next = tile + (s & 1) * 1024;
            v_store_near(next + me * 4, w0);
            v_store_near(next + me * 4 + 256, w1);
            {
                local float *at = next + 512 + me % 4 * 128 + ((me / 4) ^ me % 4 * 8);
                at[0] = v0.x;
                at[32] = v0.y;
                at[64] = v0.z;
                at[96] = v0.w;
            }
            {
                local float *at = next + 512 + me % 4 * 128 + ((me / 4 + 16) ^ me % 4 * 8);
                at[0] = v1.x;
                at[32] = v1.y;
                at[64] = v1.z;
                at[96] = v1.w;
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        const int p = first_pixel + column + j;
        if (p < 49) {
            const int r = p / 7, c = p % 7;
            const int o = first_map + row;
            const int block = o / 16 * 16, lane = o % 16;
            v_write(y + block * 49 + lane + r * 112 + c * 16, tiles_d_finish(
                    v_add(sums[j][0], v_read(bias + o)), v_read(y + block * 49 + lane + r * 112 + c * 16)));
        }
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_d_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    local float tile[2048] __attribute__((aligned(16)));
    tiles_d(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);
}

/* e: conv (tiles.fov:6)
 * x[2][7][7][16], weight[1][2][3][3][16][32], bias[1][32] -> y[2][3][3][16]
 * 32 maps x 32 pixels of a work-group, 4 x 4 of an item, by 16 products, in 4 parts */
static void tiles_e(global const float *restrict x, global const float *restrict weight,
                    global const float *restrict bias, global float *restrict y, global float *restrict scratch,
                    local float *restrict tile)
{
    (void)bias, (void)y; /* other launches' */
    const int me = get_local_id(0);
    const int job = get_group_id(0);
    const int first_pixel = 0;
    const int first_map = 0;
    const int part = job;
    const int from = part * 5, to = min(from + 5, 18);
    /* What it fetches of each slice: weights of four maps, and what they meet. */
    const int map = min(first_map + me % 8 * 4, 28);
    global const float *w_at = weight + map + me / 8 * 32;
    global const float *x_at0;
    {
        const int p = min(first_pixel + me / 4, 8);
        const int r = p / 3, c = p % 3;
        x_at0 = x + me % 4 * 4 + r * 224 + c * 32;
    }
    global const float *x_at1;
    {
        const int p = min(first_pixel + me / 4 + 16, 8);
        const int r = p / 3, c = p % 3;
        x_at1 = x + me % 4 * 4 + r * 224 + c * 32;
    }
    const int row = me % 8 * 4, column = me / 8 * 4;
    v4 sums[4][1];
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        sums[j][0] = v_set(-0.0f);
    }
    for (int s = from; s <= to; s++) {
        v4 w0, w1, v0, v1;
        if (s < to) {
            const int tap = s % 9;
            const int product = s * 16, place = s / 9 * 784 + tap / 3 * 112 + tap % 3 * 16;
            w0 = v_read(w_at + product * 32);
            w1 = v_read(w_at + (product + 8) * 32);
            v0 = v_read(x_at0 + place);
            v1 = v_read(x_at1 + place);
        }
        if (s > from) {
            local const float *w = tile + ((s - 1) & 1) * 1024, *v = w + 512;
            #pragma unroll
            for (int k = 0; k < 16; k++) {
                const v4 a0 = v_load_near(w + k * 32 + row);
                const v4 b0 = v_load_near(v + k * 32 + (column ^ k / 4 * 8));
                const float p[4] = {b0.x, b0.y, b0.z, b0.w};
                #pragma unroll
                for (int j = 0; j < 4; j++) {
                    sums[j][0] = v_fma(v_set(p[j]), a0, sums[j][0]);
                }
            }
        }
        if (s < to) {
            local float *next = tile + (s & 1) * 1024;
            v_store_near(next + me * 4, w0);
            v_store_near(next + me * 4 + 256, w1);
            {
                local float *at = next + 512 + me % 4 * 128 + ((me / 4) ^ me % 4 * 8);
                at[0] = v0.x;
                at[32] = v0.y;
                at[64] = v0.z;
                at[96] = v0.w;
            }
            {
                local float *at = next + 512 + me % 4 * 128 + ((me / 4 + 16) ^ me % 4 * 8);
                at[0] = v1.x;
                at[32] = v1.y;
                at[64] = v1.z;
                at[96] = v1.w;
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    #pragma unroll
    for (int j = 0; j < 4; j++) {
        const int p = first_pixel + column + j;
        if (p < 9) {
            v_write(scratch + part * 288 + p * 32 + ((first_map + row) / 4) * 4, sums[j][0]);
        }
    }
}

/* Adds the sums of 4 parts. */
static void tiles_e_output(global const float *restrict x, global const float *restrict weight,
                           global const float *restrict bias, global float *restrict y, global float *restrict scratch)
{
    (void)x, (void)weight; /* other launches' */
    for (int item = get_global_id(0); item < 72; item += get_global_size(0)) {
        const int p = item / 8, q = item % 8;
        const int r = p / 3, c = p % 3;
        v4 sum = v_read(scratch + p * 32 + q * 4);
        for (int part = 1; part < 4; part++)
            sum = v_add(sum, v_read(scratch + part * 288 + p * 32 + q * 4));
        const int o = q * 4;
        const int block = o / 16 * 16, lane = o % 16;
        v_write(y + block * 9 + lane + r * 48 + c * 16, v_add(sum, v_read(bias + o)));
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_e_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                           global const float *bias, const uint bias_at, global float *y, const uint y_at,
                           global float *scratch, const uint scratch_at)
{
    local float tile[2048] __attribute__((aligned(16)));
    tiles_e(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at, tile);
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_e_output_launch(global const float *x, const uint x_at, global const float *weight,
                                  const uint weight_at, global const float *bias, const uint bias_at, global float *y,
                                  const uint y_at, global float *scratch, const uint scratch_at)
{
    tiles_e_output(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at);
}

/* e: pack (tiles.fov:6)
 * x[2][3][3][16] -> y[20][3][3]
 * the same values in another layout */
static void tiles_pack_e(global const float *restrict x, global float *restrict y)
{
    for (int item = get_global_id(0); item < 144; item += get_global_size(0)) {
        const int i = item / 16, j = item % 16;
        y[i + j * 9] = x[i * 16 + j];
    }
    for (int item = get_global_id(0); item < 36; item += get_global_size(0)) {
        const int i = item / 4, j = item % 4;
        y[144 + i + j * 9] = x[144 + i * 16 + j];
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void tiles_pack_e_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    tiles_pack_e(x + x_at, y + y_at);
}

#endif
