/* groups.cl - kernels of a compiled net
 *
 * Net 'groups' of groups.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#pragma OPENCL FP_CONTRACT OFF

#ifndef GROUPS_GPU
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

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void groups_zero_border(global float *y, int maps, int height, int width, int top, int left, int bottom,
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

/* pack (groups.fov:4)
 * x[32][8][8] -> y[2][10][10][16]
 * the same values in another layout */
static void groups_pack_image(global const float *restrict x, global float *restrict y)
{
    groups_zero_border(y, 2, 8, 128, 1, 16, 1, 16);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 8; j++)
            for (int k = 0; k < 8; k++)
                for (int l = 0; l < 16; l++)
                    y[176 + i * 1600 + j * 160 + k * 16 + l] = x[i * 1024 + j * 8 + k + l * 64];
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void groups_pack_image_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    groups_pack_image(x + x_at, y + y_at);
}

/* a: conv_winograd, relu (groups.fov:4)
 * x[2][10][10][16], weight[1][4][4][32][32], bias[1][32] -> y[2][8][8][16]
 * by Winograd's F(2x2, 3x3), 16 tiles at a time; 32 maps x 8 tiles summed in registers, channels in blocks of 16 */
/* y = A^T [(G g G^T) . (B^T d B)] A of tiles d and kernels g, whose G g G^T are the weights:
 *   B^T       -1      0      1      0
 *              0      1      1      0
 *              0     -1      1      0
 *              0     -1      0      1
 *   G         -1      0      0
 *            1/2    1/2    1/2
 *            1/2   -1/2    1/2
 *              0      0      1
 *   A^T        1      1      1      0
 *              0      1     -1      1
 */
static inline v16 groups_a_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* B^T d B of the 4 x 4 pixels at x, for 16 channels: a point each, to v. */
static void groups_a_forward(global const float *restrict x, global float *restrict v)
{
    v16 rows[4][4];
    for (int i = 0; i < 4; i++, x += 160) {
        const v16 x0 = v_load(x), x1 = v_load(x + 16), x2 = v_load(x + 32), x3 = v_load(x + 48);
        const v16 s1 = x2, d1 = x1;
        rows[i][0] = v_sub(x2, x0);
        rows[i][1] = v_add(s1, d1);
        rows[i][2] = v_sub(s1, d1);
        rows[i][3] = v_sub(x3, x1);
    }
    for (int j = 0; j < 4; j++, v += 528) {
        const v16 x0 = rows[0][j], x1 = rows[1][j], x2 = rows[2][j], x3 = rows[3][j];
        const v16 s1 = x2, d1 = x1;
        v_store(v, v_sub(x2, x0));
        v_store(v + 2112, v_add(s1, d1));
        v_store(v + 4224, v_sub(s1, d1));
        v_store(v + 6336, v_sub(x3, x1));
    }
}

/* At one point, 8 tiles, of 32 maps: the sum over channels of v times weights. */
static void groups_a_tiles8(global const float *restrict v, global const float *restrict weight,
                            global const float *restrict next, global float *restrict sums)
{
    v16 a0_0 = v_zero();
    v16 a0_1 = v_zero();
    v16 a1_0 = v_zero();
    v16 a1_1 = v_zero();
    v16 a2_0 = v_zero();
    v16 a2_1 = v_zero();
    v16 a3_0 = v_zero();
    v16 a3_1 = v_zero();
    v16 a4_0 = v_zero();
    v16 a4_1 = v_zero();
    v16 a5_0 = v_zero();
    v16 a5_1 = v_zero();
    v16 a6_0 = v_zero();
    v16 a6_1 = v_zero();
    v16 a7_0 = v_zero();
    v16 a7_1 = v_zero();
    for (int i = 0; i < 32; i++, weight += 32) {
        global const float *s = v + i / 16 * 256 + i % 16;
        v_prefetch(next);
        next += 16;
        const v16 w0 = v_load(weight);
        const v16 w1 = v_load(weight + 16);
        const v16 s0 = v_broadcast(s);
        a0_0 = v_fma(s0, w0, a0_0);
        a0_1 = v_fma(s0, w1, a0_1);
        const v16 s1 = v_broadcast(s + 16);
        a1_0 = v_fma(s1, w0, a1_0);
        a1_1 = v_fma(s1, w1, a1_1);
        const v16 s2 = v_broadcast(s + 32);
        a2_0 = v_fma(s2, w0, a2_0);
        a2_1 = v_fma(s2, w1, a2_1);
        const v16 s3 = v_broadcast(s + 48);
        a3_0 = v_fma(s3, w0, a3_0);
        a3_1 = v_fma(s3, w1, a3_1);
        const v16 s4 = v_broadcast(s + 64);
        a4_0 = v_fma(s4, w0, a4_0);
        a4_1 = v_fma(s4, w1, a4_1);
        const v16 s5 = v_broadcast(s + 80);
        a5_0 = v_fma(s5, w0, a5_0);
        a5_1 = v_fma(s5, w1, a5_1);
        const v16 s6 = v_broadcast(s + 96);
        a6_0 = v_fma(s6, w0, a6_0);
        a6_1 = v_fma(s6, w1, a6_1);
        const v16 s7 = v_broadcast(s + 112);
        a7_0 = v_fma(s7, w0, a7_0);
        a7_1 = v_fma(s7, w1, a7_1);
    }
    v_store(sums, a0_0);
    v_store(sums + 16, a1_0);
    v_store(sums + 32, a2_0);
    v_store(sums + 48, a3_0);
    v_store(sums + 64, a4_0);
    v_store(sums + 80, a5_0);
    v_store(sums + 96, a6_0);
    v_store(sums + 112, a7_0);
    v_store(sums + 256, a0_1);
    v_store(sums + 272, a1_1);
    v_store(sums + 288, a2_1);
    v_store(sums + 304, a3_1);
    v_store(sums + 320, a4_1);
    v_store(sums + 336, a5_1);
    v_store(sums + 352, a6_1);
    v_store(sums + 368, a7_1);
}

/* A^T s A of the 4 x 4 sums of a tile, for 16 maps: 2 x 2 of the output. */
static void groups_a_inverse(global const float *restrict sums, global const float *restrict bias,
                             global float *restrict y)
{
    const v16 b = v_load(bias);
    v16 columns[2][4];
    for (int j = 0; j < 4; j++, sums += 528) {
        const v16 t0 = v_load(sums), t1 = v_load(sums + 2112), t2 = v_load(sums + 4224), t3 = v_load(sums + 6336);
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        columns[0][j] = v_add(t0, e1);
        columns[1][j] = v_add(o1, t3);
    }
    for (int i = 0; i < 2; i++) {
        const v16 t0 = columns[i][0], t1 = columns[i][1], t2 = columns[i][2], t3 = columns[i][3];
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        v_store(y + i * 128, groups_a_finish(v_add(v_add(b, t0), e1)));
        v_store(y + i * 128 + 16, groups_a_finish(v_add(v_add(b, o1), t3)));
    }
}

static void groups_a(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y, global float *restrict scratch)
{
    global float *sums = scratch + 8448;
    global const float *u = weight;
    for (int i = 0; i < 2; i++) {
        for (int t = 0; t < 16; t++) {
            const int r = t / 4 * 2, c = t % 4 * 2;
            groups_a_forward(x + i * 1600 + r * 160 + c * 16, scratch + i * 256 + t * 16);
        }
    }
    for (int o = 0; o < 32; o += 32) {
        for (int p = 0; p < 16; p++) {
            global const float *v = scratch + p * 528;
            global float *at = sums + p * 528;
            global const float *next = u + 1024;
            for (int t = 0; t < 16; t += 8)
                groups_a_tiles8(v + t * 16, u, next + t / 8 * 512, at + t * 16);
            u = next;
        }
        for (int t = 0; t < 16; t++) {
            const int r = t / 4 * 2, c = t % 4 * 2;
            for (int m = 0; m < 32; m += 16) {
                groups_a_inverse(sums + m * 16 + t * 16, bias + o + m, y + o * 64 + m * 64 + r * 128 + c * 16);
            }
        }
    }
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void groups_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at,
                            global float *scratch, const uint scratch_at)
{
    groups_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at);
}

/* b: fc (groups.fov:4)
 * x[2][8][8][16], weight[1][2][8][8][16][16], bias[1][16] -> y[10]
 * 16 outputs summed in registers, panels of 16 read side by side */
/* 16 outputs. */
static void groups_b_sums(global const float *restrict x, global const float *restrict weight,
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
    for (int i = 0; i < 2048; i += 8, w += 128) {
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

static void groups_b(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y)
{
    float sums[16];
    groups_b_sums(x, weight, bias, sums);
    for (int b = 0; b < 10; b++)
        y[b] = sums[b];
}

__attribute__((reqd_work_group_size(1, 1, 1)))
kernel void groups_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at)
{
    groups_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at);
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

static inline int groups_least(int a, int b)
{
    return a < b ? a : b;
}

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void groups_zero_border(global float *y, int maps, int height, int width, int top, int left, int bottom,
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

/* pack (groups.fov:4)
 * x[32][8][8] -> y[2][10][10][16]
 * the same values in another layout */
static void groups_pack_image(global const float *restrict x, global float *restrict y)
{
    groups_zero_border(y, 2, 8, 128, 1, 16, 1, 16);
    for (int item = get_global_id(0); item < 2048; item += get_global_size(0)) {
        const int i = item / 1024, j = item / 128 % 8, k = item / 16 % 8, l = item % 16;
        y[176 + i * 1600 + j * 160 + k * 16 + l] = x[i * 1024 + j * 8 + k + l * 64];
    }
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void groups_pack_image_launch(global const float *x, const uint x_at, global float *y, const uint y_at)
{
    groups_pack_image(x + x_at, y + y_at);
}

/* a: conv_winograd, relu (groups.fov:4)
 * x[2][10][10][16], weight[1][4][4][32][32], bias[1][32] -> y[2][8][8][16]
 * by Winograd's F(2x2, 3x3), in three launches; 32 maps x 32 tiles multiplied by a group, 8 maps x 4 tiles by an item */
/* y = A^T [(G g G^T) . (B^T d B)] A of tiles d and kernels g, whose G g G^T are the weights:
 *   B^T       -1      0      1      0
 *              0      1      1      0
 *              0     -1      1      0
 *              0     -1      0      1
 *   G         -1      0      0
 *            1/2    1/2    1/2
 *            1/2   -1/2    1/2
 *              0      0      1
 *   A^T        1      1      1      0
 *              0      1     -1      1
 */
static inline v4 groups_a_finish(v4 v)
{
    return v_max(v_set(0.0f), v);
}

/* B^T d B of 16 tiles of a block of channels, to V. */
static void groups_a_forward(global const float *restrict x, global const float *restrict weight,
                             global const float *restrict bias, global float *restrict y,
                             global float *restrict scratch, local float *restrict tile)
{
    (void)weight, (void)bias, (void)y; /* other launches' */
    const int item = get_local_id(0), q = item % 4 * 4, t = item / 4 % 16, i = item / 64;
    const int job = get_group_id(0);
    const int b = job;
    const int first = 0;
    const int at = first + t;
    const int r = at / 4 * 2, c = at % 4 * 2;
    local float *row = tile + i * 1024 + t * 16 + q, *column = tile + i * 256 + t * 16 + q;
    x += b * 1600 + (r + i) * 160 + c * 16 + q;
    {
        const v4 x0 = v_read(x), x1 = v_read(x + 16), x2 = v_read(x + 32), x3 = v_read(x + 48);
        const v4 s1 = x2, d1 = x1;
        v_store_near(row, v_sub(x2, x0));
        v_store_near(row + 256, v_add(s1, d1));
        v_store_near(row + 512, v_sub(s1, d1));
        v_store_near(row + 768, v_sub(x3, x1));
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    global float *v = scratch + i * 1024 + b * 512 + (first + t) * 16 + q;
    const v4 x0 = v_load_near(column), x1 = v_load_near(column + 1024), x2 = v_load_near(column + 2048), x3 = v_load_near(column + 3072);
    const v4 s1 = x2, d1 = x1;
    v_write(v, v_sub(x2, x0));
    v_write(v + 4096, v_add(s1, d1));
    v_write(v + 8192, v_sub(s1, d1));
    v_write(v + 12288, v_sub(x3, x1));
}

/* At each point, the sums over channels of V times weights: 32 maps x 32 tiles. */
static void groups_a_points(global const float *restrict x, global const float *restrict weight,
                            global const float *restrict bias, global float *restrict y,
                            global float *restrict scratch, local float *restrict tile)
{
    (void)x, (void)bias, (void)y; /* other launches' */
    const int item = get_local_id(0), m = item % 4 * 4, t = item / 4 * 4;
    const int job = get_group_id(0);
    const int o = 0;
    const int first = 0;
    const int p = job;
    const int lane = item % 8 * 4, k = item / 8;
    global const float *u = weight + o * 512 + p * 1024 + k * 32 + lane;
    global const float *v = scratch + p * 1024 + first * 16 + item * 4;
    local float *my_u = tile + k * 32 + lane, *my_v = tile + 512 + item % 4 * 144 + item / 4;
    local const float *w = tile + m, *d = tile + 512 + t;
    v4 a0_0 = v_zero(), a0_1 = v_zero();
    v4 a1_0 = v_zero(), a1_1 = v_zero();
    v4 a2_0 = v_zero(), a2_1 = v_zero();
    v4 a3_0 = v_zero(), a3_1 = v_zero();
    v4 new_u0, new_u1, new_u2, new_u3;
    v4 new_v0, new_v1, new_v2, new_v3;
    new_u0 = v_read(u);
    new_u1 = v_read(u + 128);
    new_u2 = v_read(u + 256);
    new_u3 = v_read(u + 384);
    new_v0 = v_read(v);
    new_v1 = v_read(v + 128);
    new_v2 = first + item / 4 + 16 < 16 ? v_read(v + 256) : v_zero();
    new_v3 = first + item / 4 + 24 < 16 ? v_read(v + 384) : v_zero();
    for (int i = 0; i < 32; i += 16) {
        barrier(CLK_LOCAL_MEM_FENCE);
        v_store_near(my_u, new_u0);
        v_store_near(my_u + 128, new_u1);
        v_store_near(my_u + 256, new_u2);
        v_store_near(my_u + 384, new_u3);
        my_v[0] = new_v0.s0;
        my_v[36] = new_v0.s1;
        my_v[72] = new_v0.s2;
        my_v[108] = new_v0.s3;
        my_v[8] = new_v1.s0;
        my_v[44] = new_v1.s1;
        my_v[80] = new_v1.s2;
        my_v[116] = new_v1.s3;
        my_v[16] = new_v2.s0;
        my_v[52] = new_v2.s1;
        my_v[88] = new_v2.s2;
        my_v[124] = new_v2.s3;
        my_v[24] = new_v3.s0;
        my_v[60] = new_v3.s1;
        my_v[96] = new_v3.s2;
        my_v[132] = new_v3.s3;
        barrier(CLK_LOCAL_MEM_FENCE);
        if (i + 16 < 32) {
            u += 512;
            v += 512;
            new_u0 = v_read(u);
            new_u1 = v_read(u + 128);
            new_u2 = v_read(u + 256);
            new_u3 = v_read(u + 384);
            new_v0 = v_read(v);
            new_v1 = v_read(v + 128);
            new_v2 = first + item / 4 + 16 < 16 ? v_read(v + 256) : v_zero();
            new_v3 = first + item / 4 + 24 < 16 ? v_read(v + 384) : v_zero();
        }
        for (int c = 0; c < 16; c++) {
            const v4 w0 = v_load_near(w + c * 32);
            const v4 w1 = v_load_near(w + c * 32 + 16);
            const v4 d0 = v_load_near(d + c * 36);
            a0_0 = v_fma(v_set(d0.s0), w0, a0_0);
            a0_1 = v_fma(v_set(d0.s0), w1, a0_1);
            a1_0 = v_fma(v_set(d0.s1), w0, a1_0);
            a1_1 = v_fma(v_set(d0.s1), w1, a1_1);
            a2_0 = v_fma(v_set(d0.s2), w0, a2_0);
            a2_1 = v_fma(v_set(d0.s2), w1, a2_1);
            a3_0 = v_fma(v_set(d0.s3), w0, a3_0);
            a3_1 = v_fma(v_set(d0.s3), w1, a3_1);
        }
    }
    global float *s = scratch + p * 1024 + o * 32 + (first + t) * 16 + m / 16 * 512 + m % 16 + 16384;
    v_write(s, a0_0);
    v_write(s + 16, a1_0);
    v_write(s + 32, a2_0);
    v_write(s + 48, a3_0);
    v_write(s + 512, a0_1);
    v_write(s + 528, a1_1);
    v_write(s + 544, a2_1);
    v_write(s + 560, a3_1);
}

/* A^T s A of the sums of 16 tiles of a block of maps. */
static void groups_a(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y, global float *restrict scratch,
                     local float *restrict tile)
{
    (void)x, (void)weight; /* other launches' */
    const int item = get_local_id(0), q = item % 4 * 4, t = item / 4 % 16, i = item / 64;
    const int job = get_group_id(0);
    const int o = job * 16;
    const int first = 0;
    const int at = first + t;
    const int r = at / 4 * 2, c = at % 4 * 2;
    local float *row = tile + i * 1024 + t * 16 + q, *column = tile + i * 256 + t * 16 + q;
    {
        global const float *s = scratch + i * 1024 + o * 32 + (first + t) * 16 + q + 16384;
        const v4 t0 = v_read(s), t1 = v_read(s + 4096), t2 = v_read(s + 8192), t3 = v_read(s + 12288);
        const v4 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        v_store_near(column, v_add(t0, e1));
        v_store_near(column + 1024, v_add(o1, t3));
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (i < 2) {
        global float *to = y + o * 64 + (r + i) * 128 + c * 16 + q;
        const v4 b = v_read(bias + o + q);
        const v4 t0 = v_load_near(row), t1 = v_load_near(row + 256), t2 = v_load_near(row + 512), t3 = v_load_near(row + 768);
        const v4 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        v_write(to, groups_a_finish(v_add(v_add(b, t0), e1)));
        v_write(to + 16, groups_a_finish(v_add(v_add(b, o1), t3)));
    }
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void groups_a_forward_launch(global const float *x, const uint x_at, global const float *weight,
                                    const uint weight_at, global const float *bias, const uint bias_at,
                                    global float *y, const uint y_at, global float *scratch, const uint scratch_at)
{
    local float tile[4096] __attribute__((aligned(16)));
    groups_a_forward(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at, tile);
}

__attribute__((reqd_work_group_size(32, 1, 1)))
kernel void groups_a_points_launch(global const float *x, const uint x_at, global const float *weight,
                                   const uint weight_at, global const float *bias, const uint bias_at, global float *y,
                                   const uint y_at, global float *scratch, const uint scratch_at)
{
    local float tile[1088] __attribute__((aligned(16)));
    groups_a_points(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at, tile);
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void groups_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at,
                            global float *scratch, const uint scratch_at)
{
    local float tile[4096] __attribute__((aligned(16)));
    groups_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at, tile);
}

/* b: fc (groups.fov:4)
 * x[2][8][8][16], weight[1][2][8][8][16][16], bias[1][16] -> y[10]
 * a panel of 16 outputs a group, 256 inputs at a time; 512 inputs a group, whose sums a second launch adds */
static void groups_b_sums(global const float *restrict x, global const float *restrict weight,
                          global const float *restrict bias, global float *restrict y, global float *restrict scratch,
                          local float *restrict tile)
{
    (void)bias, (void)y; /* other launches' */
    const int item = get_local_id(0), lane = item % 4 * 4, row = item / 4 * 4;
    const int job = get_group_id(0);
    const int o = 0;
    const int part = job;
    v4 a0 = v_set(-0.0f);
    const int from = part * 512;
    const int count = groups_least(512, 2048 - from);
    for (int i = item; i < count; i += 256)
        tile[i] = x[from + i];
    barrier(CLK_LOCAL_MEM_FENCE);
    global const float *w = weight + o * 2048 + (from + row) * 16 + lane;
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
        float sum = 0.0f;
        for (int k = 0; k < 64; k++)
            sum += tile[b + k * 16];
        scratch[part * 16 + o + b] = sum;
    }
}

static void groups_b(global const float *restrict x, global const float *restrict weight,
                     global const float *restrict bias, global float *restrict y, global float *restrict scratch)
{
    (void)x, (void)weight; /* other launches' */
    for (int item = get_global_id(0); item < 10; item += get_global_size(0)) {
        const int n = 0, o = item;
        float sum = bias[o];
        for (int part = 0; part < 4; part++)
            sum += scratch[(part * 1 + n) * 16 + o];
        y[o] = sum;
    }
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void groups_b_sums_launch(global const float *x, const uint x_at, global const float *weight,
                                 const uint weight_at, global const float *bias, const uint bias_at, global float *y,
                                 const uint y_at, global float *scratch, const uint scratch_at)
{
    local float tile[1024] __attribute__((aligned(16)));
    groups_b_sums(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at, tile);
}

__attribute__((reqd_work_group_size(64, 1, 1)))
kernel void groups_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,
                            global const float *bias, const uint bias_at, global float *y, const uint y_at,
                            global float *scratch, const uint scratch_at)
{
    groups_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at, scratch + scratch_at);
}

#endif
