/* towers.c - a compiled net
 *
 * Net 'towers' of towers.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "towers.h"

#include "opencl/fovea_opencl.h"

#include <math.h>

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_transfer_x = 32, /* [3][3][2], steps 1 to 3 */
    at_transfer_x_2 = 64, /* [3][3][2], steps 2 to 4 */
    at_pixels = 0, /* [2][3][3], steps 3 to 9 */
    at_pixels_2 = 32, /* [2][3][3], steps 4 to 8 */
    at_transfer_pixels = 64, /* [2][3][3], steps 5 to 10 */
    at_transfer_pixels_2 = 96, /* [2][3][3], steps 6 to 7 */
};

/* The same on GPUs, in floats. */
enum {
    gpu_at_transfer_x = 32, /* [3][3][2], steps 1 to 3 */
    gpu_at_transfer_x_2 = 64, /* [3][3][2], steps 2 to 4 */
    gpu_at_pixels = 0, /* [2][3][3], steps 3 to 9 */
    gpu_at_pixels_2 = 32, /* [2][3][3], steps 4 to 8 */
    gpu_at_transfer_pixels = 64, /* [2][3][3], steps 5 to 10 */
    gpu_at_transfer_pixels_2 = 96, /* [2][3][3], steps 6 to 7 */
};

/* towers.cl. */
static const char *const towers_source[] = {
    "/* towers.cl - kernels of a compiled net\n"
    " *\n"
    " * Net 'towers' of towers.fov, compiled by Fovea for target opencl: devices with OpenCL 1.2.\n"
    " * This text is yours under the 0BSD licence: use it for anything, no notice is owed.\n"
    " */\n"
    "#pragma OPENCL FP_CONTRACT OFF\n"
    "\n"
    "#ifndef TOWERS_GPU\n"
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
    "static inline float towers_larger(float a, float b)\n"
    "{\n",
    "    return a > b ? a : b;\n"
    "}\n"
    "\n"
    "/* pixels, relu (towers.fov:2)\n"
    " * x[3][3][2] -> y[2][3][3]\n"
    " * element by element */\n"
    "static inline float towers_pixels_finish(float v)\n"
    "{\n"
    "    return towers_larger(0.0f, v);\n"
    "}\n"
    "\n"
    "static void towers_pixels(global const unsigned char *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int i = 0; i < 2; i++)\n"
    "        for (int j = 0; j < 9; j++)\n"
    "            y[i * 9 + j] = towers_pixels_finish((float)x[i + j * 2] / 255.0f);\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void towers_pixels_launch(global const unsigned char *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_pixels(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* pixels, tanh (towers.fov:2)\n"
    " * x[3][3][2] -> y[2][3][3]\n"
    " * element by element */\n"
    "static inline float towers_pixels_2_finish(float v)\n"
    "{\n"
    "    return tanhf(v);\n"
    "}\n"
    "\n"
    "static void towers_pixels_2(global const unsigned char *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int i = 0; i < 2; i++)\n"
    "        for (int j = 0; j < 9; j++)\n"
    "            y[i * 9 + j] = towers_pixels_2_finish((float)x[i + j * 2] / 255.0f);\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void towers_pixels_2_launch(global const unsigned char *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_pixels_2(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* add (towers.fov:5)\n"
    " * x[2][3][3], x2[2][3][3] -> y[2][3][3] in the place of x\n"
    " * element by element */\n"
    "static void towers_add(global const float *restrict x2, global float *restrict y)\n"
    "{\n"
    "    for (int i = 0; i < 18; i++)\n"
    "        y[i] = y[i] + x2[i];\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void towers_add_launch(global const float *x2, const uint x2_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_add(x2 + x2_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* mul (towers.fov:6)\n"
    " * x[2][3][3], x2[2][3][3] -> y[2][3][3] in the place of x\n"
    " * element by element */\n"
    "static void towers_mul(global const float *restrict x2, global float *restrict y)\n"
    "{\n"
    "    for (int i = 0; i < 18; i++)\n"
    "        y[i] = y[i] * x2[i];\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(1, 1, 1)))\n"
    "kernel void towers_mul_launch(global const float *x2, const uint x2_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_mul(x2 + x2_at, y + y_at);\n"
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
    "\n",
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
    "static inline float towers_larger(float a, float b)\n"
    "{\n"
    "    return a > b ? a : b;\n"
    "}\n"
    "\n"
    "/* pixels, relu (towers.fov:2)\n"
    " * x[3][3][2] -> y[2][3][3]\n"
    " * element by element */\n"
    "static inline float towers_pixels_finish(float v)\n"
    "{\n"
    "    return towers_larger(0.0f, v);\n"
    "}\n"
    "\n"
    "static void towers_pixels(global const unsigned char *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int item = get_global_id(0); item < 18; item += get_global_size(0)) {\n"
    "        const int i = item / 9, j = item % 9;\n"
    "        y[i * 9 + j] = towers_pixels_finish((float)x[i + j * 2] / 255.0f);\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "kernel void towers_pixels_launch(global const unsigned char *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_pixels(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* pixels, tanh (towers.fov:2)\n"
    " * x[3][3][2] -> y[2][3][3]\n"
    " * element by element */\n"
    "static inline float towers_pixels_2_finish(float v)\n"
    "{\n"
    "    return tanhf(v);\n"
    "}\n"
    "\n"
    "static void towers_pixels_2(global const unsigned char *restrict x, global float *restrict y)\n"
    "{\n"
    "    for (int item = get_global_id(0); item < 18; item += get_global_size(0)) {\n"
    "        const int i = item / 9, j = item % 9;\n"
    "        y[i * 9 + j] = towers_pixels_2_finish((float)x[i + j * 2] / 255.0f);\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "kernel void towers_pixels_2_launch(global const unsigned char *x, const uint x_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_pixels_2(x + x_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* add (towers.fov:5)\n"
    " * x[2][3][3], x2[2][3][3] -> y[2][3][3] in the place of x\n"
    " * element by element */\n",
    "static void towers_add(global const float *restrict x2, global float *restrict y)\n"
    "{\n"
    "    for (int item = get_global_id(0); item < 18; item += get_global_size(0)) {\n"
    "        const int i = item;\n"
    "        y[i] = y[i] + x2[i];\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "kernel void towers_add_launch(global const float *x2, const uint x2_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_add(x2 + x2_at, y + y_at);\n"
    "}\n"
    "\n"
    "/* mul (towers.fov:6)\n"
    " * x[2][3][3], x2[2][3][3] -> y[2][3][3] in the place of x\n"
    " * element by element */\n"
    "static void towers_mul(global const float *restrict x2, global float *restrict y)\n"
    "{\n"
    "    for (int item = get_global_id(0); item < 18; item += get_global_size(0)) {\n"
    "        const int i = item;\n"
    "        y[i] = y[i] * x2[i];\n"
    "    }\n"
    "}\n"
    "\n"
    "__attribute__((reqd_work_group_size(64, 1, 1)))\n"
    "kernel void towers_mul_launch(global const float *x2, const uint x2_at, global float *y, const uint y_at)\n"
    "{\n"
    "    towers_mul(x2 + x2_at, y + y_at);\n"
    "}\n"
    "\n"
    "#endif\n",
};

static const fovea_cl_transfer towers_transfer1 = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_MEMORY, 0, 4 * at_transfer_x},
                                                   FOVEA_CL_HOST, 0, 1, 18};
static const fovea_cl_transfer towers_transfer2 = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_MEMORY, 0, 4 * at_transfer_x_2},
                                                   FOVEA_CL_HOST, 1, 1, 18};
static const fovea_cl_tensor towers_tensors3[] = {{FOVEA_CL_MEMORY, 0, 4 * at_transfer_x},
                                                  {FOVEA_CL_MEMORY, 0, at_pixels}};
static const fovea_cl_tensor towers_tensors4[] = {{FOVEA_CL_MEMORY, 0, 4 * at_transfer_x_2},
                                                  {FOVEA_CL_MEMORY, 0, at_pixels_2}};
static const fovea_cl_transfer towers_transfer5 = {{FOVEA_CL_MEMORY, 0, at_pixels},
                                                   {FOVEA_CL_MEMORY, 0, at_transfer_pixels}, 0, 1, 4, 72};
static const fovea_cl_transfer towers_transfer6 = {{FOVEA_CL_MEMORY, 0, at_pixels_2},
                                                   {FOVEA_CL_MEMORY, 0, at_transfer_pixels_2}, 1, 0, 4, 72};
static const fovea_cl_tensor towers_tensors7[] = {{FOVEA_CL_MEMORY, 0, at_transfer_pixels_2},
                                                  {FOVEA_CL_MEMORY, 0, at_pixels}};
static const fovea_cl_tensor towers_tensors8[] = {{FOVEA_CL_MEMORY, 0, at_pixels_2},
                                                  {FOVEA_CL_MEMORY, 0, at_transfer_pixels}};
static const fovea_cl_transfer towers_transfer9 = {{FOVEA_CL_MEMORY, 0, at_pixels}, {FOVEA_CL_OUTPUT, 0, 0}, 0,
                                                   FOVEA_CL_HOST, 4, 72};
static const fovea_cl_transfer towers_transfer10 = {{FOVEA_CL_MEMORY, 0, at_transfer_pixels}, {FOVEA_CL_OUTPUT, 0, 18},
                                                    1, FOVEA_CL_HOST, 4, 72};

/* Kernels, layers, steps, tensors, among how many work-groups each can be shared at most, and the device. */
static const fovea_cl_launch towers_launches[] = {
    {NULL, "to device 0", 0, NULL, 0, 0, {0}, {0}, 0, &towers_transfer1},
    {NULL, "to device 1", 1, NULL, 0, 0, {0}, {0}, 0, &towers_transfer2},
    {"towers_pixels_launch", "", 2, towers_tensors3, 2, 1, {0}, {0}, 0, NULL},
    {"towers_pixels_2_launch", "", 3, towers_tensors4, 2, 1, {0}, {0}, 1, NULL},
    {NULL, "to device 1", 4, NULL, 0, 0, {0}, {0}, 0, &towers_transfer5},
    {NULL, "to device 0", 5, NULL, 0, 0, {0}, {0}, 0, &towers_transfer6},
    {"towers_add_launch", "", 6, towers_tensors7, 2, 1, {0}, {0}, 0, NULL},
    {"towers_mul_launch", "", 7, towers_tensors8, 2, 1, {0}, {0}, 1, NULL},
    {NULL, "to the caller", 8, NULL, 0, 0, {0}, {0}, 0, &towers_transfer9},
    {NULL, "to the caller", 9, NULL, 0, 0, {0}, {0}, 0, &towers_transfer10},
};

static const fovea_cl_transfer towers_gpu_transfer1 = {{FOVEA_CL_INPUT, 0, 0},
                                                       {FOVEA_CL_MEMORY, 0, 4 * gpu_at_transfer_x}, FOVEA_CL_HOST, 0,
                                                       1, 18};
static const fovea_cl_transfer towers_gpu_transfer2 = {{FOVEA_CL_INPUT, 0, 0},
                                                       {FOVEA_CL_MEMORY, 0, 4 * gpu_at_transfer_x_2}, FOVEA_CL_HOST, 1,
                                                       1, 18};
static const fovea_cl_tensor towers_gpu_tensors3[] = {{FOVEA_CL_MEMORY, 0, 4 * gpu_at_transfer_x},
                                                      {FOVEA_CL_MEMORY, 0, gpu_at_pixels}};
static const fovea_cl_tensor towers_gpu_tensors4[] = {{FOVEA_CL_MEMORY, 0, 4 * gpu_at_transfer_x_2},
                                                      {FOVEA_CL_MEMORY, 0, gpu_at_pixels_2}};
static const fovea_cl_transfer towers_gpu_transfer5 = {{FOVEA_CL_MEMORY, 0, gpu_at_pixels},
                                                       {FOVEA_CL_MEMORY, 0, gpu_at_transfer_pixels}, 0, 1, 4, 72};
static const fovea_cl_transfer towers_gpu_transfer6 = {{FOVEA_CL_MEMORY, 0, gpu_at_pixels_2},
                                                       {FOVEA_CL_MEMORY, 0, gpu_at_transfer_pixels_2}, 1, 0, 4, 72};
static const fovea_cl_tensor towers_gpu_tensors7[] = {{FOVEA_CL_MEMORY, 0, gpu_at_transfer_pixels_2},
                                                      {FOVEA_CL_MEMORY, 0, gpu_at_pixels}};
static const fovea_cl_tensor towers_gpu_tensors8[] = {{FOVEA_CL_MEMORY, 0, gpu_at_pixels_2},
                                                      {FOVEA_CL_MEMORY, 0, gpu_at_transfer_pixels}};
static const fovea_cl_transfer towers_gpu_transfer9 = {{FOVEA_CL_MEMORY, 0, gpu_at_pixels}, {FOVEA_CL_OUTPUT, 0, 0}, 0,
                                                       FOVEA_CL_HOST, 4, 72};
static const fovea_cl_transfer towers_gpu_transfer10 = {{FOVEA_CL_MEMORY, 0, gpu_at_transfer_pixels},
                                                        {FOVEA_CL_OUTPUT, 0, 18}, 1, FOVEA_CL_HOST, 4, 72};

/* Kernels, layers, steps, tensors, how many work-items in all and in a group, and the device. */
static const fovea_cl_launch towers_gpu_launches[] = {
    {NULL, "to device 0", 0, NULL, 0, 0, {0}, {0}, 0, &towers_gpu_transfer1},
    {NULL, "to device 1", 1, NULL, 0, 0, {0}, {0}, 0, &towers_gpu_transfer2},
    {"towers_pixels_launch", "", 2, towers_gpu_tensors3, 2, 0, {64, 1}, {64, 1}, 0, NULL},
    {"towers_pixels_2_launch", "", 3, towers_gpu_tensors4, 2, 0, {64, 1}, {64, 1}, 1, NULL},
    {NULL, "to device 1", 4, NULL, 0, 0, {0}, {0}, 0, &towers_gpu_transfer5},
    {NULL, "to device 0", 5, NULL, 0, 0, {0}, {0}, 0, &towers_gpu_transfer6},
    {"towers_add_launch", "", 6, towers_gpu_tensors7, 2, 0, {64, 1}, {64, 1}, 0, NULL},
    {"towers_mul_launch", "", 7, towers_gpu_tensors8, 2, 0, {64, 1}, {64, 1}, 1, NULL},
    {NULL, "to the caller", 8, NULL, 0, 0, {0}, {0}, 0, &towers_gpu_transfer9},
    {NULL, "to the caller", 9, NULL, 0, 0, {0}, {0}, 0, &towers_gpu_transfer10},
};

static const size_t towers_input_bytes[] = {18};
static const size_t towers_output_bytes[] = {144};

static const fovea_cl_net towers_net = {
    .name = "towers",
    .source = towers_source,
    .source_count = sizeof towers_source / sizeof *towers_source,
    .input_bytes = towers_input_bytes,
    .output_bytes = towers_output_bytes,
    .input_count = 1,
    .output_count = 1,
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    .architecture = UINT64_C(0xadf4aa51d360d87f),
    .weights_bytes = 64,
    .step_count = 10,
    .cpu = {.options = "-cl-std=CL1.2 -cl-denorms-are-zero -w",
            .launches = towers_launches,
            .launch_count = sizeof towers_launches / sizeof *towers_launches,
            .memory_bytes = 456,
            .scratch_bytes = 0},
    .gpu = {.options = "-cl-std=CL1.2 -cl-denorms-are-zero -w -DTOWERS_GPU",
            .launches = towers_gpu_launches,
            .launch_count = sizeof towers_gpu_launches / sizeof *towers_gpu_launches,
            .memory_bytes = 456,
            .scratch_bytes = 0},
    .device_count = 2,
};

fovea_status towers_open(towers_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return fovea_cl_open(&model->device, &towers_net, NULL, weights, bytes);
}

fovea_status towers_session_open(towers_session *session, const towers_model *model, void *workspace, size_t bytes,
                                 int threads)
{
    (void)workspace;
    (void)bytes;
    if (!session || !model)
        return FOVEA_BAD_ARGUMENT;
    session->model = model;
    return fovea_cl_session_open(&session->device, model->device, threads, 0);
}

fovea_status towers_run(towers_session *session, const towers_inputs *inputs, const towers_outputs *outputs)
{
    const void *const in[] = {inputs->x};
    void *const out[] = {outputs->y};
    return fovea_cl_run(session->device, in, out);
}

void towers_session_close(towers_session *session)
{
    if (!session)
        return;
    fovea_cl_session_close(session->device);
    session->device = NULL;
}

void towers_close(towers_model *model)
{
    if (!model)
        return;
    fovea_cl_close(model->device);
    model->device = NULL;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status towers_verify(const towers_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int towers_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status towers_selftest(const towers_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 256)
        return FOVEA_WRONG_MODEL;
    if (bytes < TOWERS_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    towers_session session;
    status = towers_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + TOWERS_WORKSPACE_BYTES / 4;
    const towers_inputs inputs = {(const unsigned char *)(tensors)};
    const towers_outputs outputs = {results};
    status = towers_run(&session, &inputs, &outputs);
    towers_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!towers_is_near(tensors + 16, outputs.y, TOWERS_OUTPUT_Y_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
