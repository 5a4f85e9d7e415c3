/* device.cl - kernels of a compiled net
 *
 * Net 'device' of device.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#pragma OPENCL FP_CONTRACT OFF

#ifndef DEVICE_GPU
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

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float device_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Where work-group `me` of `all` begins in a loop that goes to `length`, and work-group me - 1 ends: at a multiple of
 * `together`. */
static int device_share(int length, int together, int me, int all)
{
    const long turns = ((long)length + together - 1) / together;
    const long begin = (turns * me + all - 1) / all * together;
    return begin < length ? (int)begin : length;
}
#define DEVICE_SHARE(length, together) \
    device_share(length, together, me, all), device_share(length, together, me + 1, all)

/* pack (device.fov:4)
 * x[16][57][57] -> y[1][57][57][16], the rows*columns from .. to - 1
 * the same values in another layout */
static void device_pack_image(global const float *restrict x, global float *restrict y, int from, int to)
{
    for (int i = from; i < to; i++)
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = x[i + j * 3249];
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_pack_image_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    const int me = get_group_id(0), all = get_num_groups(0);
    device_pack_image(x + x_at, y + y_at, DEVICE_SHARE(3249, 1));
}

/* a: conv, relu (device.fov:4)
 * x[1][57][57][16], weight[2][3][3][16][32], bias[2][32] -> y[4][28][28][16], the rows from .. to - 1
 * direct, 32 maps x 14 pixels summed in registers, channels in blocks of 16 */
static inline v16 device_a_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* 14 pixels, of 32 maps. */
static void device_a_14x2(global const float *restrict x, global const float *restrict weight,
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
            global const float *s = x + ky * 912 + kx * 16;
            for (int i = 0; i < 16; i++, s++, weight += 32) {
                const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                v = v_broadcast(s + 32), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                v = v_broadcast(s + 64), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                v = v_broadcast(s + 96), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                v = v_broadcast(s + 128), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                v = v_broadcast(s + 160), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
                v = v_broadcast(s + 192), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
                v = v_broadcast(s + 224), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
                v = v_broadcast(s + 256), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
                v = v_broadcast(s + 288), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
                v = v_broadcast(s + 320), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
                v = v_broadcast(s + 352), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
                v = v_broadcast(s + 384), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
                v = v_broadcast(s + 416), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
            }
        }
    }
    v_store(y, device_a_finish(a0_0));
    v_store(y + 16, device_a_finish(a1_0));
    v_store(y + 32, device_a_finish(a2_0));
    v_store(y + 48, device_a_finish(a3_0));
    v_store(y + 64, device_a_finish(a4_0));
    v_store(y + 80, device_a_finish(a5_0));
    v_store(y + 96, device_a_finish(a6_0));
    v_store(y + 112, device_a_finish(a7_0));
    v_store(y + 128, device_a_finish(a8_0));
    v_store(y + 144, device_a_finish(a9_0));
    v_store(y + 160, device_a_finish(a10_0));
    v_store(y + 176, device_a_finish(a11_0));
    v_store(y + 192, device_a_finish(a12_0));
    v_store(y + 208, device_a_finish(a13_0));
    v_store(y + 12544, device_a_finish(a0_1));
    v_store(y + 12560, device_a_finish(a1_1));
    v_store(y + 12576, device_a_finish(a2_1));
    v_store(y + 12592, device_a_finish(a3_1));
    v_store(y + 12608, device_a_finish(a4_1));
    v_store(y + 12624, device_a_finish(a5_1));
    v_store(y + 12640, device_a_finish(a6_1));
    v_store(y + 12656, device_a_finish(a7_1));
    v_store(y + 12672, device_a_finish(a8_1));
    v_store(y + 12688, device_a_finish(a9_1));
    v_store(y + 12704, device_a_finish(a10_1));
    v_store(y + 12720, device_a_finish(a11_1));
    v_store(y + 12736, device_a_finish(a12_1));
    v_store(y + 12752, device_a_finish(a13_1));
}

static void device_a(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y, int from, int to)
{
    for (int o = 0; o < 64; o += 32) {
        for (int r = from; r < to; r++) {
            for (int c = 0; c < 28; c += 14) {
                device_a_14x2(x + r * 1824 + c * 32, weight + o * 144, bias + o, y + o * 784 + r * 448 + c * 16);
            }
        }
    }
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    const int me = get_group_id(0), all = get_num_groups(0);
    device_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, DEVICE_SHARE(28, 1));
}

/* maxpool (device.fov:5)
 * x[2][28][28][16] -> y[32][1][1]
 * rows of results */
static void device_maxpool(global const float *restrict x, global float *restrict y)
{
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = -INFINITY;
        for (int k = 0; k < 784; k += 4) {
            global const float *s = x + i * 12544 + k * 16;
            for (int j = 0; j < 16; j++) {
                float v = y[i * 16 + j];
                v = device_larger(s[j], v);
                v = device_larger(s[16 + j], v);
                v = device_larger(s[32 + j], v);
                v = device_larger(s[48 + j], v);
                y[i * 16 + j] = v;
            }
        }
    }
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_maxpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    device_maxpool(x + x_at, y + y_at);
}

/* avgpool (device.fov:5)
 * x[2][28][28][16] -> y[32][1][1]
 * rows of results */
static void device_avgpool(global const float *restrict x, global float *restrict y)
{
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = 0.0f;
        for (int k = 0; k < 784; k += 4) {
            global const float *s = x + i * 12544 + k * 16;
            for (int j = 0; j < 16; j++)
                y[i * 16 + j] += (s[j] + s[16 + j]) + (s[32 + j] + s[48 + j]);
        }
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] /= 784.0f;
    }
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_avgpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    device_avgpool(x + x_at, y + y_at);
}

/* b: fc (device.fov:6)
 * x[64], weight[1][64][16], bias[1][16] -> y[10]
 * 16 outputs summed in registers, panels of 16 read side by side */
/* 16 outputs. */
static void device_b_sums(global const float *restrict x, global const float *restrict weight,
                          global const float *restrict bias, float *restrict sums)
{
    v16 a0 = v_load(bias);
    v16 a0_b = v_zero();
    v16 a0_c = v_zero();
    v16 a0_d = v_zero();
    v16 a0_e = v_zero();
    v16 a0_f = v_zero();
    v16 a0_g = v_zero();
    v16 a0_h = v_zero();
    global const float *w = weight;
    for (int i = 0; i < 64; i += 8, w += 128) {
        const v16 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
        const v16 s_b = v_broadcast(x + i + 1);
        a0_b = v_fma(s_b, v_load(w + 16), a0_b);
        const v16 s_c = v_broadcast(x + i + 2);
        a0_c = v_fma(s_c, v_load(w + 32), a0_c);
        const v16 s_d = v_broadcast(x + i + 3);
        a0_d = v_fma(s_d, v_load(w + 48), a0_d);
        const v16 s_e = v_broadcast(x + i + 4);
        a0_e = v_fma(s_e, v_load(w + 64), a0_e);
        const v16 s_f = v_broadcast(x + i + 5);
        a0_f = v_fma(s_f, v_load(w + 80), a0_f);
        const v16 s_g = v_broadcast(x + i + 6);
        a0_g = v_fma(s_g, v_load(w + 96), a0_g);
        const v16 s_h = v_broadcast(x + i + 7);
        a0_h = v_fma(s_h, v_load(w + 112), a0_h);
    }
    v_store(sums, v_add(v_add(v_add(a0, a0_b), v_add(a0_c, a0_d)), v_add(v_add(a0_e, a0_f), v_add(a0_g, a0_h))));
}

static void device_b(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y)
{
    float sums[16];
    device_b_sums(x, weight, bias, sums);
    for (int b = 0; b < 10; b++)
        y[b] = sums[b];
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    device_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
}

/* softmax (device.fov:6)
 * x[10] -> y[10]
 * the largest is subtracted first, so that nothing overflows */
static void device_softmax(global const float *restrict x, global float *restrict y)
{
    global const float *s = x;
    global float *d = y;
    float largest = -INFINITY, sum = 0.0f;
    for (int a = 0; a < 10; a++)
        largest = device_larger(s[a * 1], largest);
    for (int a = 0; a < 10; a++) {
        d[a * 1] = expf(s[a * 1] - largest);
        sum += d[a * 1];
    }
    for (int a = 0; a < 10; a++)
        d[a * 1] /= sum;
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_softmax_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    device_softmax(x + x_at, y + y_at);
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

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float device_larger(float a, float b)
{
    return a > b ? a : b;
}

/* pack (device.fov:4)
 * x[16][57][57] -> y[1][57][57][16]
 * the same values in another layout */
static void device_pack_image(global const float *restrict x, global float *restrict y)
{
    for (int item = get_global_id(0); item < 51984; item += get_global_size(0)) {
        const int i = item / 16, j = item % 16;
        y[i * 16 + j] = x[i + j * 3249];
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void device_pack_image_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    device_pack_image(x + x_at, y + y_at);
}

/* a: conv, relu (device.fov:4)
 * x[1][57][57][16], weight[2][3][3][16][32], bias[2][32] -> y[4][28][28][16]
 * 32 maps x 32 pixels of a work-group, 4 x 4 of an item, by 16 products */
static inline v4 device_a_finish(v4 v)
{
    return v_max(v_set(0.0f), v);
}

static void device_a(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y, local float *restrict tile)
{
    const int me = get_local_id(0);
    const int job = get_group_id(0);
    const int first_pixel = job % 25 * 32;
    const int first_map = job / 25 * 32;
    const int from = 0, to = 9;
    /* What it fetches of each slice: weights of four maps, and what they meet. */
    const int map = first_map + me % 8 * 4;
    global const float *w_at = weight + map / 32 * 4608 + map % 32 + me / 8 * 32;
    global const float *x_at0;
    {
        const int p = min(first_pixel + me / 4, 783);
        const int r = p / 28, c = p % 28;
        x_at0 = x + me % 4 * 4 + r * 1824 + c * 32;
    }
    global const float *x_at1;
    {
        const int p = min(first_pixel + me / 4 + 16, 783);
        const int r = p / 28, c = p % 28;
        x_at1 = x + me % 4 * 4 + r * 1824 + c * 32;
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
            const int product = s * 16, place = s / 9 * 51984 + tap / 3 * 912 + tap % 3 * 16;
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
        if (p < 784) {
            const int r = p / 28, c = p % 28;
            const int o = first_map + row;
            const int block = o / 16 * 16, lane = o % 16;
            v_write(y + block * 784 + lane + r * 448 + c * 16, device_a_finish(v_add(sums[j][0], v_read(bias + o))));
        }
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void device_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    local float tile[2048] __attribute__((aligned(16)));
    device_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);
}

/* maxpool (device.fov:5)
 * x[2][28][28][16] -> y[32][1][1]
 * partial results of items side by side */
static void device_maxpool(global const float *restrict x, global float *restrict y, local float *restrict tile)
{
    const int item = get_local_id(0), lane = item % 16, part = item / 16;
    const int result = get_group_id(0) * 16 + lane;
    const int i = result / 16, j = result % 16;
    float v = -INFINITY;
    for (int e = part; e < 784; e += 16) {
        const int k = e;
        v = device_larger(x[i * 12544 + j + k * 16], v);
    }
    tile[item] = v;
    for (int pairs = 8; pairs > 0; pairs /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (part < pairs)
            tile[item] = device_larger(tile[item + pairs * 16], tile[item]);
    }
    if (part == 0)
        y[i * 16 + j] = tile[item];
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void device_maxpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    local float tile[256] __attribute__((aligned(16)));
    device_maxpool(x + x_at, y + y_at, tile);
}

/* avgpool (device.fov:5)
 * x[2][28][28][16] -> y[32][1][1]
 * partial results of items side by side */
static void device_avgpool(global const float *restrict x, global float *restrict y, local float *restrict tile)
{
    const int item = get_local_id(0), lane = item % 16, part = item / 16;
    const int result = get_group_id(0) * 16 + lane;
    const int i = result / 16, j = result % 16;
    float v = 0.0f;
    for (int e = part; e < 784; e += 16) {
        const int k = e;
        v += x[i * 12544 + j + k * 16];
    }
    tile[item] = v;
    for (int pairs = 8; pairs > 0; pairs /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (part < pairs)
            tile[item] += tile[item + pairs * 16];
    }
    if (part == 0)
        y[i * 16 + j] = tile[item] / 784.0f;
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void device_avgpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    local float tile[256] __attribute__((aligned(16)));
    device_avgpool(x + x_at, y + y_at, tile);
}

/* b: fc (device.fov:6)
 * x[64], weight[1][64][16], bias[1][16] -> y[10]
 * a panel of 16 outputs a group, 256 inputs at a time */
static void device_b(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y, local float *restrict tile)
{
    const int item = get_local_id(0), lane = item % 4 * 4, row = item / 4 * 4;
    const int o = 0;
    v4 a0 = v_set(-0.0f);
    const int from = 0, count = 64;
    for (int i = item; i < count; i += 256)
        tile[i] = x[from + i];
    barrier(CLK_LOCAL_MEM_FENCE);
    global const float *w = weight + o * 64 + (from + row) * 16 + lane;
    for (int i = row; i < count; i += 256, w += 4096) {
        const v4 s0 = v_load_near(tile + i);
        const v4 w0 = v_read(w);
        a0 = v_fma(v_set(s0.s0), w0, a0);
        const v4 w1 = v_read(w + 16);
        a0 = v_fma(v_set(s0.s1), w1, a0);
        const v4 w2 = v_read(w + 32);
        a0 = v_fma(v_set(s0.s2), w2, a0);
        const v4 w3 = v_read(w + 48);
        a0 = v_fma(v_set(s0.s3), w3, a0);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    v_store_near(tile + row * 4 + lane, a0);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int b = item; b < 16; b += 256) {
        if (o + b >= 10)
            continue;
        float sum = bias[o + b];
        for (int k = 0; k < 64; k++)
            sum += tile[b + k * 16];
        y[o + b] = sum;
    }
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void device_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    local float tile[1024] __attribute__((aligned(16)));
    device_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);
}

/* softmax (device.fov:6)
 * x[10] -> y[10]
 * the largest is subtracted first, so that nothing overflows */
static void device_softmax(global const float *restrict x, global float *restrict y)
{
    global const float *s = x;
    global float *d = y;
    float largest = -INFINITY, sum = 0.0f;
    for (int a = 0; a < 10; a++)
        largest = device_larger(s[a * 1], largest);
    for (int a = 0; a < 10; a++) {
        d[a * 1] = expf(s[a * 1] - largest);
        sum += d[a * 1];
    }
    for (int a = 0; a < 10; a++)
        d[a * 1] /= sum;
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void device_softmax_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    device_softmax(x + x_at, y + y_at);
}

#endif
