/* device.c - a compiled net
 *
 * Net 'device' of device.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "device.h"

#include "opencl/fovea_opencl.h"

#include <math.h>

/* Where each tensor stands in device.weights, in floats. */
enum {
    w_a_weight = 16, /* [2][3][3][16][32] */
    w_a_bias = 9232, /* [2][32] */
    w_b_weight = 9296, /* [1][64][16] */
    w_b_bias = 10320, /* [1][16] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 0, /* [1][57][57][16], steps 1 to 2 */
    at_a = 51984, /* [4][28][28][16], steps 2 to 4 */
    at_concat = 0, /* [64][1][1], steps 3 to 5 */
    at_maxpool = at_concat + 0, /* [32][1][1] */
    at_avgpool = at_concat + 32, /* [32][1][1] */
    at_b = 64, /* [10], steps 5 to 6 */
};

/* The same on GPUs, in floats. */
enum {
    gpu_at_pack_image = 0, /* [1][57][57][16], steps 1 to 2 */
    gpu_at_a = 51984, /* [4][28][28][16], steps 2 to 4 */
    gpu_at_concat = 0, /* [64][1][1], steps 3 to 5 */
    gpu_at_maxpool = gpu_at_concat + 0, /* [32][1][1] */
    gpu_at_avgpool = gpu_at_concat + 32, /* [32][1][1] */
    gpu_at_b = 64, /* [10], steps 5 to 6 */
};

/* device.cl. */
static const char *const device_source[] = {
    "/* device.cl - kernels of a compiled net\n"
    " *\n"
    " * Net 'device' of device.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.\n"
    " * This text is yours under the 0BSD licence: use it for anything, no notice is owed.\n"
    " */\n"
    "#pragma OPENCL FP_CONTRACT OFF\n"
    "\n"
    "#ifndef DEVICE_GPU\n"
    "/* ---- for devices of CPU kind ---- */\n"
    "\n"
    "/* Names of C. */\n"
    "typedef uchar uint8_t;\n"
    "typedef ushort uint16_t;\n"
    "typedef int int32_t;\n"
    "typedef uint uint32_t;\n"
    "#define acosf(x)             acos(x)\n"
    "#define acoshf(x)            acosh(x)\n"
    "#define asinf(x)             asin(x)\n"
    "#define asinhf(x)            asinh(x)\n"
    "#define atanf(x)             atan(x)\n"
    "#define atanhf(x)            atanh(x)\n"
    "#define ceilf(x)             ceil(x)\n"
    "#define cosf(x)              cos(x)\n"
    "#define coshf(x)             cosh(x)\n"
    "#define erfcf(x)             erfc(x)\n"
    "#define erff(x)              erf(x)\n"
    "#define expf(x)              exp(x)\n"
    "#define expm1f(x)            expm1(x)\n"
    "#define fabsf(x)             fabs(x)\n"
    "#define floorf(x)            floor(x)\n"
    "#define fmodf(x, y)          fmod(x, y)\n"
    "#define log1pf(x)            log1p(x)\n"
    "#define logf(x)              log(x)\n"
    "#define powf(x, y)           pow(x, y)\n"
    "#define rintf(x)             rint(x)\n"
    "#define sinf(x)              sin(x)\n"
    "#define sinhf(x)             sinh(x)\n"
    "#define sqrtf(x)             sqrt(x)\n"
    "#define tanf(x)              tan(x)\n"
    "#define tanhf(x)             tanh(x)\n"
    "#define truncf(x)            trunc(x)\n"
    "#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))\n"
    "#define FOVEA_WORD           static inline __attribute__((unused))\n"
    "FOVEA_WORD void set_zeros(global float *to, size_t count)\n"
    "{\n"
    "    for (size_t i = 0; i < count; i++)\n"
    "        to[i] = 0.0f;\n"
    "}\n"
    "FOVEA_WORD void copy_floats(global float *restrict to, global const float *restrict from, size_t count)\n"
    "{\n"
    "    for (size_t i = 0; i < count; i++)\n"
    "        to[i] = from[i];\n"
    "}\n"
    "#define memset(to, a, bytes) set_zeros(to, (bytes) / sizeof(float))\n"
    "#define memcpy(to, x, bytes) copy_floats(to, x, (bytes) / sizeof(float))\n"
    "\n"
    "/* Words for 16 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */\n"
    "typedef float16 v16;\n"
    "FOVEA_WORD v16 v16_max(v16 a, v16 b)\n"
    "{\n"
    "    return select(b, a, a > b);\n"
    "}\n"
    "FOVEA_WORD v16 v16_min(v16 a, v16 b)\n"
    "{\n"
    "    return select(b, a, a < b);\n"
    "}\n"
    "#define v_zero()             ((v16)(0.0f))\n"
    "#define v_set(number)        ((v16)(number))\n"
    "#define v_load(p)            vload16(0, p)\n"
    "#define v_load_f16(p)        vload_half16(0, (global const half *)(p))\n"
    "#define v_load_bf16(p)       as_float16(convert_uint16(vload16(0, p)) << 16)\n"
    "#define v_broadcast(p)       ((v16)(*(p)))\n"
    "#define v_store(p, a)        vstore16(a, 0, p)\n"
    "#define v_prefetch(p)        prefetch(p, 16)\n"
    "#define v_fma(a, b, c)       fma(a, b, c)\n"
    "#define v_add(a, b)          ((a) + (b))\n"
    "#define v_sub(a, b)          ((a) - (b))\n"
    "#define v_mul(a, b)          ((a) * (b))\n"
    "#define v_div(a, b)          ((a) / (b))\n"
    "#define v_max(a, b)          v16_max(a, b)\n"
    "#define v_min(a, b)          v16_min(a, b)\n"
    "#define v_sqrt(a)            sqrt(a)\n"
    "#define v_floor(a)           floor(a)\n"
    "#define v_ceil(a)            ceil(a)\n"
    "#define v_round(a)           rint(a)\n"
    "#define v_trunc(a)           trunc(a)\n"
    "#define v_neg(a)             (-(a))\n"
    "#define v_abs(a)             fabs(a)\n"
    "#define v_eq(a, b)           ((a) == (b))\n"
    "#define v_ne(a, b)           ((a) != (b))\n"
    "#define v_lt(a, b)           ((a) < (b))\n"
    "#define v_gt(a, b)           ((a) > (b))\n"
    "#define v_le(a, b)           ((a) <= (b))\n"
    "#define v_ge(a, b)           ((a) >= (b))\n"
    "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"
    "#define v_slide(a, b, n)     shuffle2(a, b, (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + (uint16)(n))\n"
    "#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 16 - (n))\n"
    "#define v_select(mask, a, b) select(b, a, mask)\n"
    "#define v_prefetch_near(p)   prefetch(p, 16)\n"
    "\n"
    "/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */\n"
    "static inline float device_larger(float a, float b)\n"
    "{\n",
    "    return a > b ? a : b;\n"
    "}\n"
    "\n"
    "/* Where work-group `me` of `all` begins in a loop that goes to `length`, and work-group me - 1 ends: at a multiple of\n"
    " * `together`. */\n"
    "static int device_share(int length, int together, int me, int all)\n"
    "{\n"
    "    const long turns = ((long)length + together - 1) / together;\n"
    "    const long begin = (turns * me + all - 1) / all * together;\n"
    "    return begin < length ? (int)begin : length;\n"
    "}\n"
    "#define DEVICE_SHARE(length, together) \\\n"
    "    device_share(length, together, me, all), device_share(length, together, me + 1, all)\n"
    "\n"
    "/* pack (device.fov:4)\n"
    " * x[16][57][57] -> y[1][57][57][16], the rows*columns from .. to - 1\n"
    " * the same values in another layout */\n"
    "static void device_pack_image(global const float *restrict x, global float *restrict y, int from, int to)\n"
    "{\n"
    "    for (int i = from; i < to; i++)\n"
    "        for (int j = 0; j < 16; j++)\n"
    "            y[i * 16 + j] = x[i + j * 3249];\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void device_pack_image_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    const int me = get_group_id(0), all = get_num_groups(0);\n"
    "    device_pack_image(x + x_at, y + y_at, DEVICE_SHARE(3249, 1));\n"
    "}\n"
    "\n"
    "/* a: conv, relu (device.fov:4)\n"
    " * x[1][57][57][16], weight[2][3][3][16][32], bias[2][32] -> y[4][28][28][16], the rows from .. to - 1\n"
    " * direct, 32 maps x 14 pixels summed in registers, channels in blocks of 16 */\n"
    "static inline v16 device_a_finish(v16 v)\n"
    "{\n"
    "    return v_max(v_set(0.0f), v);\n"
    "}\n"
    "\n"
    "/* 14 pixels, of 32 maps. */\n"
    "static void device_a_14x2(global const float *restrict x, global const float *restrict weight,\n"
    "                          global const float *restrict bias, global float *restrict y)\n"
    "{\n"
    "    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);\n"
    "    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);\n"
    "    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);\n"
    "    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);\n"
    "    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);\n"
    "    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);\n"
    "    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);\n"
    "    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);\n"
    "    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);\n"
    "    v16 a9_0 = v_load(bias), a9_1 = v_load(bias + 16);\n"
    "    v16 a10_0 = v_load(bias), a10_1 = v_load(bias + 16);\n"
    "    v16 a11_0 = v_load(bias), a11_1 = v_load(bias + 16);\n"
    "    v16 a12_0 = v_load(bias), a12_1 = v_load(bias + 16);\n"
    "    v16 a13_0 = v_load(bias), a13_1 = v_load(bias + 16);\n"
    "    for (int ky = 0; ky < 3; ky++) {\n"
    "        for (int kx = 0; kx < 3; kx++) {\n"
    "            global const float *s = x + ky * 912 + kx * 16;\n"
    "            for (int i = 0; i < 16; i++, s++, weight += 32) {\n"
    "                const v16 w0 = v_load(weight), w1 = v_load(weight + 16);\n"
    "                v16 v;\n"
    "                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);\n"
    "                v = v_broadcast(s + 32), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);\n"
    "                v = v_broadcast(s + 64), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);\n"
    "                v = v_broadcast(s + 96), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);\n"
    "                v = v_broadcast(s + 128), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);\n"
    "                v = v_broadcast(s + 160), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);\n"
    "                v = v_broadcast(s + 192), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);\n"
    "                v = v_broadcast(s + 224), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);\n"
    "                v = v_broadcast(s + 256), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);\n"
    "                v = v_broadcast(s + 288), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);\n"
    "                v = v_broadcast(s + 320), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);\n"
    "                v = v_broadcast(s + 352), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);\n",
    "                v = v_broadcast(s + 384), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);\n"
    "                v = v_broadcast(s + 416), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);\n"
    "            }\n"
    "        }\n"
    "    }\n"
    "    v_store(y, device_a_finish(a0_0));\n"
    "    v_store(y + 16, device_a_finish(a1_0));\n"
    "    v_store(y + 32, device_a_finish(a2_0));\n"
    "    v_store(y + 48, device_a_finish(a3_0));\n"
    "    v_store(y + 64, device_a_finish(a4_0));\n"
    "    v_store(y + 80, device_a_finish(a5_0));\n"
    "    v_store(y + 96, device_a_finish(a6_0));\n"
    "    v_store(y + 112, device_a_finish(a7_0));\n"
    "    v_store(y + 128, device_a_finish(a8_0));\n"
    "    v_store(y + 144, device_a_finish(a9_0));\n"
    "    v_store(y + 160, device_a_finish(a10_0));\n"
    "    v_store(y + 176, device_a_finish(a11_0));\n"
    "    v_store(y + 192, device_a_finish(a12_0));\n"
    "    v_store(y + 208, device_a_finish(a13_0));\n"
    "    v_store(y + 12544, device_a_finish(a0_1));\n"
    "    v_store(y + 12560, device_a_finish(a1_1));\n"
    "    v_store(y + 12576, device_a_finish(a2_1));\n"
    "    v_store(y + 12592, device_a_finish(a3_1));\n"
    "    v_store(y + 12608, device_a_finish(a4_1));\n"
    "    v_store(y + 12624, device_a_finish(a5_1));\n"
    "    v_store(y + 12640, device_a_finish(a6_1));\n"
    "    v_store(y + 12656, device_a_finish(a7_1));\n"
    "    v_store(y + 12672, device_a_finish(a8_1));\n"
    "    v_store(y + 12688, device_a_finish(a9_1));\n"
    "    v_store(y + 12704, device_a_finish(a10_1));\n"
    "    v_store(y + 12720, device_a_finish(a11_1));\n"
    "    v_store(y + 12736, device_a_finish(a12_1));\n"
    "    v_store(y + 12752, device_a_finish(a13_1));\n"
    "}\n"
    "\n"
    "static void device_a(global const float *restrict x, global const float *restrict weight,\n"
    "                     global const float *restrict bias, global float *restrict y, int from, int to)\n"
    "{\n"
    "    for (int o = 0; o < 64; o += 32) {\n"
    "        for (int r = from; r < to; r++) {\n"
    "            for (int c = 0; c < 28; c += 14) {\n"
    "                device_a_14x2(x + r * 1824 + c * 32, weight + o * 144, bias + o, y + o * 784 + r * 448 + c * 16);\n"
    "            }\n"
    "        }\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void device_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,\n"
    "                            global const float *bias, const uint bias_at, global float *y, const uint y_at)\n"
    "{\n"
    "    const int me = get_group_id(0), all = get_num_groups(0);\n"
    "    device_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, DEVICE_SHARE(28, 1));\n"
    "}\n"
    "\n"
    "/* maxpool (device.fov:5)\n"
    " * x[2][28][28][16] -> y[32][1][1]\n"
    " * rows of results */\n"
    "static void device_maxpool(global const float *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int i = 0; i < 2; i++) {\n"
    "        for (int j = 0; j < 16; j++)\n"
    "            y[i * 16 + j] = -INFINITY;\n"
    "        for (int k = 0; k < 784; k += 4) {\n"
    "            global const float *s = x + i * 12544 + k * 16;\n"
    "            for (int j = 0; j < 16; j++) {\n"
    "                float v = y[i * 16 + j];\n"
    "                v = device_larger(s[j], v);\n"
    "                v = device_larger(s[16 + j], v);\n"
    "                v = device_larger(s[32 + j], v);\n"
    "                v = device_larger(s[48 + j], v);\n"
    "                y[i * 16 + j] = v;\n"
    "            }\n"
    "        }\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void device_maxpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    device_maxpool(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* avgpool (device.fov:5)\n"
    " * x[2][28][28][16] -> y[32][1][1]\n"
    " * rows of results */\n"
    "static void device_avgpool(global const float *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int i = 0; i < 2; i++) {\n"
    "        for (int j = 0; j < 16; j++)\n"
    "            y[i * 16 + j] = 0.0f;\n"
    "        for (int k = 0; k < 784; k += 4) {\n"
    "            global const float *s = x + i * 12544 + k * 16;\n"
    "            for (int j = 0; j < 16; j++)\n"
    "                y[i * 16 + j] += (s[j] + s[16 + j]) + (s[32 + j] + s[48 + j]);\n"
    "        }\n"
    "        for (int j = 0; j < 16; j++)\n"
    "            y[i * 16 + j] /= 784.0f;\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n",
    "kernel void device_avgpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    device_avgpool(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* b: fc (device.fov:6)\n"
    " * x[64], weight[1][64][16], bias[1][16] -> y[10]\n"
    " * 16 outputs summed in registers, panels of 16 read side by side */\n"
    "/* 16 outputs. */\n"
    "static void device_b_sums(global const float *restrict x, global const float *restrict weight,\n"
    "                          global const float *restrict bias, float *restrict sums)\n"
    "{\n"
    "    v16 a0 = v_load(bias);\n"
    "    v16 a0_b = v_zero();\n"
    "    v16 a0_c = v_zero();\n"
    "    v16 a0_d = v_zero();\n"
    "    v16 a0_e = v_zero();\n"
    "    v16 a0_f = v_zero();\n"
    "    v16 a0_g = v_zero();\n"
    "    v16 a0_h = v_zero();\n"
    "    global const float *w = weight;\n"
    "    for (int i = 0; i < 64; i += 8, w += 128) {\n"
    "        const v16 s = v_broadcast(x + i);\n"
    "        a0 = v_fma(s, v_load(w), a0);\n"
    "        const v16 s_b = v_broadcast(x + i + 1);\n"
    "        a0_b = v_fma(s_b, v_load(w + 16), a0_b);\n"
    "        const v16 s_c = v_broadcast(x + i + 2);\n"
    "        a0_c = v_fma(s_c, v_load(w + 32), a0_c);\n"
    "        const v16 s_d = v_broadcast(x + i + 3);\n"
    "        a0_d = v_fma(s_d, v_load(w + 48), a0_d);\n"
    "        const v16 s_e = v_broadcast(x + i + 4);\n"
    "        a0_e = v_fma(s_e, v_load(w + 64), a0_e);\n"
    "        const v16 s_f = v_broadcast(x + i + 5);\n"
    "        a0_f = v_fma(s_f, v_load(w + 80), a0_f);\n"
    "        const v16 s_g = v_broadcast(x + i + 6);\n"
    "        a0_g = v_fma(s_g, v_load(w + 96), a0_g);\n"
    "        const v16 s_h = v_broadcast(x + i + 7);\n"
    "        a0_h = v_fma(s_h, v_load(w + 112), a0_h);\n"
    "    }\n"
    "    v_store(sums, v_add(v_add(v_add(a0, a0_b), v_add(a0_c, a0_d)), v_add(v_add(a0_e, a0_f), v_add(a0_g, a0_h))));\n"
    "}\n"
    "\n"
    "static void device_b(global const float *restrict x, global const float *restrict weight,\n"
    "                     global const float *restrict bias, global float *restrict y)\n"
    "{\n"
    "    float sums[16];\n"
    "    device_b_sums(x, weight, bias, sums);\n"
    "    for (int b = 0; b < 10; b++)\n"
    "        y[b] = sums[b];\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void device_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,\n"
    "                            global const float *bias, const uint bias_at, global float *y, const uint y_at)\n"
    "{\n"
    "    device_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* softmax (device.fov:6)\n"
    " * x[10] -> y[10]\n"
    " * the largest is subtracted first, so that nothing overflows */\n"
    "static void device_softmax(global const float *restrict x, global float *restrict y)\n"
    "{\n"
    "    global const float *s = x;\n"
    "    global float *d = y;\n"
    "    float largest = -INFINITY, sum = 0.0f;\n"
    "    for (int a = 0; a < 10; a++)\n"
    "        largest = device_larger(s[a * 1], largest);\n"
    "    for (int a = 0; a < 10; a++) {\n"
    "        d[a * 1] = expf(s[a * 1] - largest);\n"
    "        sum += d[a * 1];\n"
    "    }\n"
    "    for (int a = 0; a < 10; a++)\n"
    "        d[a * 1] /= sum;\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void device_softmax_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    device_softmax(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "#else\n"
    "/* ---- for GPUs ---- */\n"
    "\n"
    "/* Names of C. */\n"
    "typedef uchar uint8_t;\n"
    "typedef ushort uint16_t;\n"
    "typedef int int32_t;\n"
    "typedef uint uint32_t;\n"
    "#define acosf(x)             acos(x)\n"
    "#define acoshf(x)            acosh(x)\n"
    "#define asinf(x)             asin(x)\n"
    "#define asinhf(x)            asinh(x)\n"
    "#define atanf(x)             atan(x)\n"
    "#define atanhf(x)            atanh(x)\n"
    "#define ceilf(x)             ceil(x)\n"
    "#define cosf(x)              cos(x)\n"
    "#define coshf(x)             cosh(x)\n"
    "#define erfcf(x)             erfc(x)\n"
    "#define erff(x)              erf(x)\n"
    "#define expf(x)              exp(x)\n"
    "#define expm1f(x)            expm1(x)\n"
    "#define fabsf(x)             fabs(x)\n"
    "#define floorf(x)            floor(x)\n"
    "#define fmodf(x, y)          fmod(x, y)\n"
    "#define log1pf(x)            log1p(x)\n"
    "#define logf(x)              log(x)\n"
    "#define powf(x, y)           pow(x, y)\n"
    "#define rintf(x)             rint(x)\n"
    "#define sinf(x)              sin(x)\n",
    "#define sinhf(x)             sinh(x)\n"
    "#define sqrtf(x)             sqrt(x)\n"
    "#define tanf(x)              tan(x)\n"
    "#define tanhf(x)             tanh(x)\n"
    "#define truncf(x)            trunc(x)\n"
    "#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))\n"
    "#define FOVEA_WORD           static inline __attribute__((unused))\n"
    "FOVEA_WORD void set_zeros(global float *to, size_t count)\n"
    "{\n"
    "    for (size_t i = get_global_id(0); i < count; i += get_global_size(0))\n"
    "        to[i] = 0.0f;\n"
    "}\n"
    "FOVEA_WORD void copy_floats(global float *restrict to, global const float *restrict from, size_t count)\n"
    "{\n"
    "    for (size_t i = get_global_id(0); i < count; i += get_global_size(0))\n"
    "        to[i] = from[i];\n"
    "}\n"
    "#define memset(to, a, bytes) set_zeros(to, (bytes) / sizeof(float))\n"
    "#define memcpy(to, x, bytes) copy_floats(to, x, (bytes) / sizeof(float))\n"
    "\n"
    "/* Words for 4 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */\n"
    "typedef float4 v4;\n"
    "FOVEA_WORD v4 v4_max(v4 a, v4 b)\n"
    "{\n"
    "    return select(b, a, a > b);\n"
    "}\n"
    "FOVEA_WORD v4 v4_min(v4 a, v4 b)\n"
    "{\n"
    "    return select(b, a, a < b);\n"
    "}\n"
    "#define v_zero()             ((v4)(0.0f))\n"
    "#define v_set(number)        ((v4)(number))\n"
    "#define v_load(p)            vload4(0, p)\n"
    "#define v_load_f16(p)        vload_half4(0, (global const half *)(p))\n"
    "#define v_load_bf16(p)       as_float4(convert_uint4(vload4(0, p)) << 16)\n"
    "#define v_broadcast(p)       ((v4)(*(p)))\n"
    "#define v_store(p, a)        vstore4(a, 0, p)\n"
    "#define v_prefetch(p)        prefetch(p, 16)\n"
    "#define v_fma(a, b, c)       fma(a, b, c)\n"
    "#define v_add(a, b)          ((a) + (b))\n"
    "#define v_sub(a, b)          ((a) - (b))\n"
    "#define v_mul(a, b)          ((a) * (b))\n"
    "#define v_div(a, b)          ((a) / (b))\n"
    "#define v_max(a, b)          v4_max(a, b)\n"
    "#define v_min(a, b)          v4_min(a, b)\n"
    "#define v_sqrt(a)            sqrt(a)\n"
    "#define v_floor(a)           floor(a)\n"
    "#define v_ceil(a)            ceil(a)\n"
    "#define v_round(a)           rint(a)\n"
    "#define v_trunc(a)           trunc(a)\n"
    "#define v_neg(a)             (-(a))\n"
    "#define v_abs(a)             fabs(a)\n"
    "#define v_eq(a, b)           ((a) == (b))\n"
    "#define v_ne(a, b)           ((a) != (b))\n"
    "#define v_lt(a, b)           ((a) < (b))\n"
    "#define v_gt(a, b)           ((a) > (b))\n"
    "#define v_le(a, b)           ((a) <= (b))\n"
    "#define v_ge(a, b)           ((a) >= (b))\n"
    "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"
    "#define v_slide(a, b, n)     shuffle2(a, b, (uint4)(0, 1, 2, 3) + (uint4)(n))\n"
    "#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 4 - (n))\n"
    "#define v_select(mask, a, b) select(b, a, mask)\n"
    "#define v_prefetch_near(p)   prefetch(p, 16)\n"
    "/* Of the device's memory, where it is aligned as blocks and panels are. */\n"
    "#define v_read(p)            (*(global const float4 *)(p))\n"
    "#define v_write(p, a)        (*(global float4 *)(p) = (a))\n"
    "#define v_read_f16(p)        vloada_half4(0, (global const half *)(p))\n"
    "#define v_read_bf16(p)       as_float4(convert_uint4(*(global const ushort4 *)(p)) << 16)\n"
    "/* Vectors in local memory. */\n"
    "#define v_load_near(p)       (*(local const float4 *)(p))\n"
    "#define v_store_near(p, a)   (*(local float4 *)(p) = (a))\n"
    "\n"
    "/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */\n"
    "static inline float device_larger(float a, float b)\n"
    "{\n"
    "    return a > b ? a : b;\n"
    "}\n"
    "\n"
    "/* pack (device.fov:4)\n"
    " * x[16][57][57] -> y[1][57][57][16]\n"
    " * the same values in another layout */\n"
    "static void device_pack_image(global const float *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int item = get_global_id(0); item < 51984; item += get_global_size(0)) {\n"
    "        const int i = item / 16, j = item % 16;\n"
    "        y[i * 16 + j] = x[i + j * 3249];\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "kernel void device_pack_image_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    device_pack_image(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* a: conv, relu (device.fov:4)\n"
    " * x[1][57][57][16], weight[2][3][3][16][32], bias[2][32] -> y[4][28][28][16]\n",
    " * 32 maps x 32 pixels of a work-group, 4 x 4 of an item, by 16 products */\n"
    "static inline v4 device_a_finish(v4 v)\n"
    "{\n"
    "    return v_max(v_set(0.0f), v);\n"
    "}\n"
    "\n"
    "static void device_a(global const float *restrict x, global const float *restrict weight,\n"
    "                     global const float *restrict bias, global float *restrict y, local float *restrict tile)\n"
    "{\n"
    "    const int me = get_local_id(0);\n"
    "    const int job = get_group_id(0);\n"
    "    const int first_pixel = job % 25 * 32;\n"
    "    const int first_map = job / 25 * 32;\n"
    "    const int from = 0, to = 9;\n"
    "    /* What it fetches of each slice: weights of four maps, and what they meet. */\n"
    "    const int map = first_map + me % 8 * 4;\n"
    "    global const float *w_at = weight + map / 32 * 4608 + map % 32 + me / 8 * 32;\n"
    "    global const float *x_at0;\n"
    "    {\n"
    "        const int p = min(first_pixel + me / 4, 783);\n"
    "        const int r = p / 28, c = p % 28;\n"
    "        x_at0 = x + me % 4 * 4 + r * 1824 + c * 32;\n"
    "    }\n"
    "    global const float *x_at1;\n"
    "    {\n"
    "        const int p = min(first_pixel + me / 4 + 16, 783);\n"
    "        const int r = p / 28, c = p % 28;\n"
    "        x_at1 = x + me % 4 * 4 + r * 1824 + c * 32;\n"
    "    }\n"
    "    const int row = me % 8 * 4, column = me / 8 * 4;\n"
    "    v4 sums[4][1];\n"
    "    #pragma unroll\n"
    "    for (int j = 0; j < 4; j++) {\n"
    "        sums[j][0] = v_set(-0.0f);\n"
    "    }\n"
    "    for (int s = from; s <= to; s++) {\n"
    "        v4 w0, w1, v0, v1;\n"
    "        if (s < to) {\n"
    "            const int tap = s % 9;\n"
    "            const int product = s * 16, place = s / 9 * 51984 + tap / 3 * 912 + tap % 3 * 16;\n"
    "            w0 = v_read(w_at + product * 32);\n"
    "            w1 = v_read(w_at + (product + 8) * 32);\n"
    "            v0 = v_read(x_at0 + place);\n"
    "            v1 = v_read(x_at1 + place);\n"
    "        }\n"
    "        if (s > from) {\n"
    "            local const float *w = tile + ((s - 1) & 1) * 1024, *v = w + 512;\n"
    "            #pragma unroll\n"
    "            for (int k = 0; k < 16; k++) {\n"
    "                const v4 a0 = v_load_near(w + k * 32 + row);\n"
    "                const v4 b0 = v_load_near(v + k * 32 + (column ^ k / 4 * 8));\n"
    "                const float p[4] = {b0.x, b0.y, b0.z, b0.w};\n"
    "                #pragma unroll\n"
    "                for (int j = 0; j < 4; j++) {\n"
    "                    sums[j][0] = v_fma(v_set(p[j]), a0, sums[j][0]);\n"
    "                }\n"
    "            }\n"
    "        }\n"
    "        if (s < to) {\n"
    "            local float *next = tile + (s & 1) * 1024;\n"
    "            v_store_near(next + me * 4, w0);\n"
    "            v_store_near(next + me * 4 + 256, w1);\n"
    "            {\n"
    "                local float *at = next + 512 + me % 4 * 128 + ((me / 4) ^ me % 4 * 8);\n"
    "                at[0] = v0.x;\n"
    "                at[32] = v0.y;\n"
    "                at[64] = v0.z;\n"
    "                at[96] = v0.w;\n"
    "            }\n"
    "            {\n"
    "                local float *at = next + 512 + me % 4 * 128 + ((me / 4 + 16) ^ me % 4 * 8);\n"
    "                at[0] = v1.x;\n"
    "                at[32] = v1.y;\n"
    "                at[64] = v1.z;\n"
    "                at[96] = v1.w;\n"
    "            }\n"
    "        }\n"
    "        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    }\n"
    "    #pragma unroll\n"
    "    for (int j = 0; j < 4; j++) {\n"
    "        const int p = first_pixel + column + j;\n"
    "        if (p < 784) {\n"
    "            const int r = p / 28, c = p % 28;\n"
    "            const int o = first_map + row;\n"
    "            const int block = o / 16 * 16, lane = o % 16;\n"
    "            v_write(y + block * 784 + lane + r * 448 + c * 16, device_a_finish(v_add(sums[j][0], v_read(bias + o))));\n"
    "        }\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "kernel void device_a_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,\n"
    "                            global const float *bias, const uint bias_at, global float *y, const uint y_at)\n"
    "{\n"
    "    local float tile[2048] __attribute__((aligned(16)));\n"
    "    device_a(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);\n"
    "}\n"
    "\n"
    "/* maxpool (device.fov:5)\n"
    " * x[2][28][28][16] -> y[32][1][1]\n"
    " * partial results of items side by side */\n",
    "static void device_maxpool(global const float *restrict x, global float *restrict y, local float *restrict tile)\n"
    "{\n"
    "    const int item = get_local_id(0), lane = item % 16, part = item / 16;\n"
    "    const int result = get_group_id(0) * 16 + lane;\n"
    "    const int i = result / 16, j = result % 16;\n"
    "    float v = -INFINITY;\n"
    "    for (int e = part; e < 784; e += 16) {\n"
    "        const int k = e;\n"
    "        v = device_larger(x[i * 12544 + j + k * 16], v);\n"
    "    }\n"
    "    tile[item] = v;\n"
    "    for (int pairs = 8; pairs > 0; pairs /= 2) {\n"
    "        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "        if (part < pairs)\n"
    "            tile[item] = device_larger(tile[item + pairs * 16], tile[item]);\n"
    "    }\n"
    "    if (part == 0)\n"
    "        y[i * 16 + j] = tile[item];\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(256, 1, 1)))\n"
    "kernel void device_maxpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    local float tile[256] __attribute__((aligned(16)));\n"
    "    device_maxpool(x + x_at, y + y_at, tile);\n"
    "}\n"
    "\n"
    "/* avgpool (device.fov:5)\n"
    " * x[2][28][28][16] -> y[32][1][1]\n"
    " * partial results of items side by side */\n"
    "static void device_avgpool(global const float *restrict x, global float *restrict y, local float *restrict tile)\n"
    "{\n"
    "    const int item = get_local_id(0), lane = item % 16, part = item / 16;\n"
    "    const int result = get_group_id(0) * 16 + lane;\n"
    "    const int i = result / 16, j = result % 16;\n"
    "    float v = 0.0f;\n"
    "    for (int e = part; e < 784; e += 16) {\n"
    "        const int k = e;\n"
    "        v += x[i * 12544 + j + k * 16];\n"
    "    }\n"
    "    tile[item] = v;\n"
    "    for (int pairs = 8; pairs > 0; pairs /= 2) {\n"
    "        barrier(CLK_LOCAL_MEM_FENCE);\n"
    "        if (part < pairs)\n"
    "            tile[item] += tile[item + pairs * 16];\n"
    "    }\n"
    "    if (part == 0)\n"
    "        y[i * 16 + j] = tile[item] / 784.0f;\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(256, 1, 1)))\n"
    "kernel void device_avgpool_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    local float tile[256] __attribute__((aligned(16)));\n"
    "    device_avgpool(x + x_at, y + y_at, tile);\n"
    "}\n"
    "\n"
    "/* b: fc (device.fov:6)\n"
    " * x[64], weight[1][64][16], bias[1][16] -> y[10]\n"
    " * a panel of 16 outputs a group, 256 inputs at a time */\n"
    "static void device_b(global const float *restrict x, global const float *restrict weight,\n"
    "                     global const float *restrict bias, global float *restrict y, local float *restrict tile)\n"
    "{\n"
    "    const int item = get_local_id(0), lane = item % 4 * 4, row = item / 4 * 4;\n"
    "    const int o = 0;\n"
    "    v4 a0 = v_set(-0.0f);\n"
    "    const int from = 0, count = 64;\n"
    "    for (int i = item; i < count; i += 256)\n"
    "        tile[i] = x[from + i];\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    global const float *w = weight + o * 64 + (from + row) * 16 + lane;\n"
    "    for (int i = row; i < count; i += 256, w += 4096) {\n"
    "        const v4 s0 = v_load_near(tile + i);\n"
    "        const v4 w0 = v_read(w);\n"
    "        a0 = v_fma(v_set(s0.s0), w0, a0);\n"
    "        const v4 w1 = v_read(w + 16);\n"
    "        a0 = v_fma(v_set(s0.s1), w1, a0);\n"
    "        const v4 w2 = v_read(w + 32);\n"
    "        a0 = v_fma(v_set(s0.s2), w2, a0);\n"
    "        const v4 w3 = v_read(w + 48);\n"
    "        a0 = v_fma(v_set(s0.s3), w3, a0);\n"
    "    }\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    v_store_near(tile + row * 4 + lane, a0);\n"
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"
    "    for (int b = item; b < 16; b += 256) {\n"
    "        if (o + b >= 10)\n"
    "            continue;\n"
    "        float sum = bias[o + b];\n"
    "        for (int k = 0; k < 64; k++)\n"
    "            sum += tile[b + k * 16];\n"
    "        y[o + b] = sum;\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(256, 1, 1)))\n"
    "kernel void device_b_launch(global const float *x, const uint x_at, global const float *weight, const uint weight_at,\n"
    "                            global const float *bias, const uint bias_at, global float *y, const uint y_at)\n"
    "{\n"
    "    local float tile[1024] __attribute__((aligned(16)));\n"
    "    device_b(x + x_at, weight + weight_at, bias + bias_at, y + y_at, tile);\n"
    "}\n"
    "\n"
    "/* softmax (device.fov:6)\n"
    " * x[10] -> y[10]\n"
    " * the largest is subtracted first, so that nothing overflows */\n",
    "static void device_softmax(global const float *restrict x, global float *restrict y)\n"
    "{\n"
    "    global const float *s = x;\n"
    "    global float *d = y;\n"
    "    float largest = -INFINITY, sum = 0.0f;\n"
    "    for (int a = 0; a < 10; a++)\n"
    "        largest = device_larger(s[a * 1], largest);\n"
    "    for (int a = 0; a < 10; a++) {\n"
    "        d[a * 1] = expf(s[a * 1] - largest);\n"
    "        sum += d[a * 1];\n"
    "    }\n"
    "    for (int a = 0; a < 10; a++)\n"
    "        d[a * 1] /= sum;\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void device_softmax_launch(global const float *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    device_softmax(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "#endif\n",
};

static const fovea_cl_tensor device_tensors1[] = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_MEMORY, 0, at_pack_image}};
static const fovea_cl_tensor device_tensors2[] = {{FOVEA_CL_MEMORY, 0, at_pack_image},
                                                  {FOVEA_CL_WEIGHTS, 0, w_a_weight}, {FOVEA_CL_WEIGHTS, 0, w_a_bias},
                                                  {FOVEA_CL_MEMORY, 0, at_a}};
static const fovea_cl_tensor device_tensors3[] = {{FOVEA_CL_MEMORY, 0, at_a}, {FOVEA_CL_MEMORY, 0, at_maxpool}};
static const fovea_cl_tensor device_tensors4[] = {{FOVEA_CL_MEMORY, 0, at_a + 25088},
                                                  {FOVEA_CL_MEMORY, 0, at_avgpool}};
static const fovea_cl_tensor device_tensors5[] = {{FOVEA_CL_MEMORY, 0, at_concat}, {FOVEA_CL_WEIGHTS, 0, w_b_weight},
                                                  {FOVEA_CL_WEIGHTS, 0, w_b_bias}, {FOVEA_CL_MEMORY, 0, at_b}};
static const fovea_cl_tensor device_tensors6[] = {{FOVEA_CL_MEMORY, 0, at_b}, {FOVEA_CL_OUTPUT, 0, 0}};

/* Kernels, layers, steps, tensors, among how many work-groups each can be shared at most, and the device. */
static const fovea_cl_launch device_launches[] = {
    {"device_pack_image_launch", "", 0, device_tensors1, 2, 3249, {0}, {0}, 0, NULL},
    {"device_a_launch", "a", 1, device_tensors2, 4, 28, {0}, {0}, 0, NULL},
    {"device_maxpool_launch", "", 2, device_tensors3, 2, 1, {0}, {0}, 0, NULL},
    {"device_avgpool_launch", "", 3, device_tensors4, 2, 1, {0}, {0}, 0, NULL},
    {"device_b_launch", "b", 4, device_tensors5, 4, 1, {0}, {0}, 0, NULL},
    {"device_softmax_launch", "", 5, device_tensors6, 2, 1, {0}, {0}, 0, NULL},
};

static const fovea_cl_tensor device_gpu_tensors1[] = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_MEMORY, 0, gpu_at_pack_image}};
static const fovea_cl_tensor device_gpu_tensors2[] = {{FOVEA_CL_MEMORY, 0, gpu_at_pack_image},
                                                      {FOVEA_CL_WEIGHTS, 0, w_a_weight},
                                                      {FOVEA_CL_WEIGHTS, 0, w_a_bias}, {FOVEA_CL_MEMORY, 0, gpu_at_a}};
static const fovea_cl_tensor device_gpu_tensors3[] = {{FOVEA_CL_MEMORY, 0, gpu_at_a},
                                                      {FOVEA_CL_MEMORY, 0, gpu_at_maxpool}};
static const fovea_cl_tensor device_gpu_tensors4[] = {{FOVEA_CL_MEMORY, 0, gpu_at_a + 25088},
                                                      {FOVEA_CL_MEMORY, 0, gpu_at_avgpool}};
static const fovea_cl_tensor device_gpu_tensors5[] = {{FOVEA_CL_MEMORY, 0, gpu_at_concat},
                                                      {FOVEA_CL_WEIGHTS, 0, w_b_weight},
                                                      {FOVEA_CL_WEIGHTS, 0, w_b_bias}, {FOVEA_CL_MEMORY, 0, gpu_at_b}};
static const fovea_cl_tensor device_gpu_tensors6[] = {{FOVEA_CL_MEMORY, 0, gpu_at_b}, {FOVEA_CL_OUTPUT, 0, 0}};

/* Kernels, layers, steps, tensors, how many work-items in all and in a group, and the device. */
static const fovea_cl_launch device_gpu_launches[] = {
    {"device_pack_image_launch", "", 0, device_gpu_tensors1, 2, 0, {52032, 1}, {64, 1}, 0, NULL},
    {"device_a_launch", "a", 1, device_gpu_tensors2, 4, 0, {3200, 1}, {64, 1}, 0, NULL},
    {"device_maxpool_launch", "", 2, device_gpu_tensors3, 2, 0, {512, 1}, {256, 1}, 0, NULL},
    {"device_avgpool_launch", "", 3, device_gpu_tensors4, 2, 0, {512, 1}, {256, 1}, 0, NULL},
    {"device_b_launch", "b", 4, device_gpu_tensors5, 4, 0, {256, 1}, {256, 1}, 0, NULL},
    {"device_softmax_launch", "", 5, device_gpu_tensors6, 2, 0, {1, 1}, {1, 1}, 0, NULL},
};

static const size_t device_input_bytes[] = {207936};
static const size_t device_output_bytes[] = {40};

static const fovea_cl_net device_net = {
    .name = "device",
    .source = device_source,
    .source_count = sizeof device_source / sizeof *device_source,
    .input_bytes = device_input_bytes,
    .output_bytes = device_output_bytes,
    .input_count = 1,
    .output_count = 1,
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    .architecture = UINT64_C(0xa97a3b583e445084),
    .weights_bytes = 41344,
    .step_count = 6,
    .cpu = {.options = "-cl-std=CL1.2 -cl-denorms-are-zero -w",
            .launches = device_launches,
            .launch_count = sizeof device_launches / sizeof *device_launches,
            .memory_bytes = 408640,
            .scratch_bytes = 0},
    .gpu = {.options = "-cl-std=CL1.2 -cl-denorms-are-zero -w -DDEVICE_GPU",
            .launches = device_gpu_launches,
            .launch_count = sizeof device_gpu_launches / sizeof *device_gpu_launches,
            .memory_bytes = 408640,
            .scratch_bytes = 0},
};

fovea_status device_open(device_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return fovea_cl_open(&model->device, &device_net, NULL, weights, bytes);
}

fovea_status device_session_open(device_session *session, const device_model *model, void *workspace, size_t bytes,
                                 int threads)
{
    (void)workspace;
    (void)bytes;
    if (!session || !model)
        return FOVEA_BAD_ARGUMENT;
    session->model = model;
    return fovea_cl_session_open(&session->device, model->device, threads, 0);
}

fovea_status device_run(device_session *session, const device_inputs *inputs, const device_outputs *outputs)
{
    const void *const in[] = {inputs->image};
    void *const out[] = {outputs->answer};
    return fovea_cl_run(session->device, in, out);
}

void device_session_close(device_session *session)
{
    if (!session)
        return;
    fovea_cl_session_close(session->device);
    session->device = NULL;
}

void device_close(device_model *model)
{
    if (!model)
        return;
    fovea_cl_close(model->device);
    model->device = NULL;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status device_verify(const device_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int device_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status device_selftest(const device_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 208000)
        return FOVEA_WRONG_MODEL;
    if (bytes < DEVICE_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    device_session session;
    status = device_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + DEVICE_WORKSPACE_BYTES / 4;
    const device_inputs inputs = {tensors};
    const device_outputs outputs = {results};
    status = device_run(&session, &inputs, &outputs);
    device_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!device_is_near(tensors + 51984, outputs.answer, DEVICE_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
