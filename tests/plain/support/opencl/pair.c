/* pair.c - see pair.h. sums = 2 (w0 a + w1 b), by way of the memory and of the scratch memory; total[0] = their sum. */
#include "pair.h"

#include <string.h>

#define TEXT_FOR_GPUS                                                                                                  \
    "#if PAIR_GPU\n"                                                                                                   \
    "kernel void pair_scale(global const float *x, const uint x_at, global const float *w, const uint w_at,\n"         \
    "                       global float *y, const uint y_at)\n"                                                       \
    "{\n"                                                                                                              \
    "    const uint i = get_global_id(0);\n"                                                                           \
    "    y[y_at + i] = w[w_at + i] * x[x_at + i];\n"                                                                   \
    "}\n"                                                                                                              \
    "kernel void pair_add(global const float *x, const uint x_at, global const float *y, const uint y_at,\n"           \
    "                     global float *part, const uint part_at, global float *z, const uint z_at)\n"                 \
    "{\n"                                                                                                              \
    "    local float sum[64];\n"                                                                                       \
    "    const uint i = get_global_id(0), l = get_local_id(0);\n"                                                      \
    "    sum[63 - l] = x[x_at + i] + y[y_at + i];\n"                                                                   \
    "    barrier(CLK_LOCAL_MEM_FENCE);\n"                                                                              \
    "    part[part_at + i] = sum[63 - l];\n"                                                                           \
    "    z[z_at + i] = part[part_at + i];\n"                                                                           \
    "}\n"                                                                                                              \
    "kernel void pair_twice(global float *x, const uint x_at)\n"                                                       \
    "{\n"                                                                                                              \
    "    x[x_at + get_global_id(0)] *= 2;\n"                                                                           \
    "}\n"

/* The share of a work-group begins at `count` * its number / groups; scratch memory is told apart by it, too. */
#define TEXT_FOR_CPUS                                                                                                  \
    "#else\n"                                                                                                          \
    "#define FROM (1024 * get_group_id(0) / get_num_groups(0))\n"                                                      \
    "#define TO   (1024 * (get_group_id(0) + 1) / get_num_groups(0))\n"                                                \
    "kernel void pair_scale(global const float *x, const uint x_at, global const float *w, const uint w_at,\n"         \
    "                       global float *y, const uint y_at)\n"                                                       \
    "{\n"                                                                                                              \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        y[y_at + i] = w[w_at + i] * x[x_at + i];\n"                                                               \
    "}\n"                                                                                                              \
    "kernel void pair_add(global const float *x, const uint x_at, global const float *y, const uint y_at,\n"           \
    "                     global float *part, const uint part_at, global float *z, const uint z_at)\n"                 \
    "{\n"                                                                                                              \
    "    part += part_at + 1024 * get_group_id(0);\n"                                                                  \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        part[i] = x[x_at + i] + y[y_at + i];\n"                                                                   \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        z[z_at + i] = part[i];\n"                                                                                 \
    "}\n"                                                                                                              \
    "kernel void pair_twice(global float *x, const uint x_at)\n"                                                       \
    "{\n"                                                                                                              \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        x[x_at + i] *= 2;\n"                                                                                      \
    "}\n"

#define TEXT_FOR_ALL                                                                                                   \
    "#endif\n"                                                                                                         \
    "kernel void pair_total(global const float *x, const uint x_at, global float *y, const uint y_at)\n"               \
    "{\n"                                                                                                              \
    "    float sum = 0;\n"                                                                                             \
    "    for (uint i = 0; i < 1024; i++)\n"                                                                            \
    "        sum += x[x_at + i];\n"                                                                                    \
    "    if (get_global_id(0) == 0)\n"                                                                                 \
    "        y[y_at] = sum;\n"                                                                                         \
    "}\n"

static const char *const source[] = {TEXT_FOR_GPUS, TEXT_FOR_CPUS, TEXT_FOR_ALL};
static const char *const wrong_source[] = {
    "kernel void pair_good(global float *x)\n{ x[0] = 1; }\n",
    "kernel __attribute__((reqd_work_group_size(1, 1, 1))) void pair_bad(global float *x)\n{",
    " x[0] = nothing_of_that_name; }\n",
    TEXT_FOR_GPUS,
    TEXT_FOR_CPUS,
    TEXT_FOR_ALL};

/* Memory: w0 a, then w1 b. Weights are behind the header of 16 floats. */
static const fovea_cl_tensor scale_a[] = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_WEIGHTS, 0, 16}, {FOVEA_CL_MEMORY, 0, 0}};
static const fovea_cl_tensor scale_b[] = {
    {FOVEA_CL_INPUT, 1, 0}, {FOVEA_CL_WEIGHTS, 0, 16 + PAIR_COUNT}, {FOVEA_CL_MEMORY, 0, PAIR_COUNT}};
static const fovea_cl_tensor add[] = {
    {FOVEA_CL_MEMORY, 0, 0}, {FOVEA_CL_MEMORY, 0, PAIR_COUNT}, {FOVEA_CL_SCRATCH, 0, 0}, {FOVEA_CL_OUTPUT, 0, 0}};
static const fovea_cl_tensor twice[] = {{FOVEA_CL_OUTPUT, 0, 0}};
static const fovea_cl_tensor total[] = {{FOVEA_CL_OUTPUT, 0, 0}, {FOVEA_CL_OUTPUT, 1, 0}};

/* clang-format off */
#define LAUNCHES(last_group)                                                                                           \
    {                                                                                                                  \
        {"pair_scale", "a", 0, scale_a, 3, 8, {1024, 1, 1}, {64, 1, 1}, 0, NULL},                                         \
        {"pair_scale", "b", 1, scale_b, 3, 8, {1024, 1, 1}, {64, 1, 1}, 0, NULL},                                         \
        {"pair_add", "add", 2, add, 4, 8, {1024, 1, 1}, {64, 1, 1}, 0, NULL},                                             \
        {"pair_twice", "twice", 2, twice, 1, 8, {1024, 1, 1}, {64, 1, 1}, 0, NULL},                                       \
        {"pair_total", "total", 3, total, 2, 1, {last_group, 1, 1}, {last_group, 1, 1}, 0, NULL},                         \
    }
/* clang-format on */

static const fovea_cl_launch launches[] = LAUNCHES(1);
static const fovea_cl_launch large_launches[] = LAUNCHES((size_t)1 << 30);

static const size_t in_bytes[] = {PAIR_COUNT * 4, PAIR_COUNT * 4};
static const size_t out_bytes[] = {PAIR_COUNT * 4, 64};

#define NO_PLAN                                                                                                        \
    {                                                                                                                  \
        NULL, NULL, 0, 0, 0                                                                                            \
    }
#define CPU_PLAN                                                                                                       \
    {                                                                                                                  \
        "-DPAIR_GPU=0", launches, PAIR_LAUNCHES, 2 * PAIR_COUNT * 4, PAIR_COUNT * 4                                    \
    }
#define GPU_PLAN(launches)                                                                                             \
    {                                                                                                                  \
        "-DPAIR_GPU=1", launches, PAIR_LAUNCHES, 2 * PAIR_COUNT * 4, PAIR_COUNT * 4                                    \
    }
#define NET(name, text, cpu, gpu)                                                                                      \
    const fovea_cl_net name = {"pair", text,      sizeof text / sizeof text[0], in_bytes,   out_bytes, 2,              \
                               2,      0x1234567, PAIR_WEIGHTS_BYTES,           PAIR_STEPS, cpu,       gpu,            \
                               1}

NET(pair_net, source, CPU_PLAN, GPU_PLAN(launches));
NET(pair_cpu_net, source, CPU_PLAN, NO_PLAN);
NET(pair_gpu_net, source, NO_PLAN, GPU_PLAN(launches));
NET(pair_wrong_net, wrong_source, CPU_PLAN, GPU_PLAN(launches));
NET(pair_large_net, source, NO_PLAN, GPU_PLAN(large_launches));

static float weight(int i)
{
    return (float)(i % 7 - 3);
}

static void put_little(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

const void *pair_weights(void)
{
    static FOVEA_ALIGNED(64) unsigned char blob[PAIR_WEIGHTS_BYTES];
    for (int i = 0; i < 2 * PAIR_COUNT; i++) {
        const float value = weight(i);
        memcpy(blob + 64 + 4 * i, &value, 4);
    }
    memcpy(blob, FOVEA_WEIGHTS_MAGIC, 8);
    put_little(blob + 8, FOVEA_WEIGHTS_VERSION, 4);
    put_little(blob + 12, fovea_crc32(0, blob + 64, sizeof blob - 64), 4);
    put_little(blob + 16, pair_net.architecture, 8);
    put_little(blob + 24, sizeof blob, 8);
    put_little(blob + 60, fovea_crc32(0, blob, 60), 4);
    return blob;
}

void pair_fill(Pair *pair, int seed)
{
    for (int i = 0; i < PAIR_COUNT; i++) {
        pair->a[i] = (float)((i + seed) % 11 - 5);
        pair->b[i] = (float)((i * 3 + seed) % 13 - 6);
    }
}

fovea_status pair_run(fovea_cl_session *session, Pair *pair)
{
    const void *const inputs[] = {pair->a, pair->b};
    void *const outputs[] = {pair->sums, pair->total};
    memset(pair->sums, 0, sizeof pair->sums);
    memset(pair->total, 0, sizeof pair->total);
    return fovea_cl_run(session, inputs, outputs);
}

int pair_right(const Pair *pair)
{
    float sum = 0;
    for (int i = 0; i < PAIR_COUNT; i++) {
        const float wanted = 2 * (weight(i) * pair->a[i] + weight(PAIR_COUNT + i) * pair->b[i]);
        if (pair->sums[i] != wanted)
            return 0;
        sum += wanted;
    }
    return pair->total[0] == sum;
}
