/* towers.c - see towers.h. */
#include "towers.h"
#include "pair.h"

#include <string.h>

enum { COUNT = TOWERS_COUNT, QUARTER = COUNT / 4, A = 0, B = COUNT, C = 2 * COUNT, D = 3 * COUNT, DELAY = 300 };

/* clang-format off */
#define TEXT                                                                                                           \
    "#define FROM (256 * get_group_id(0) / get_num_groups(0))\n"                                                       \
    "#define TO   (256 * (get_group_id(0) + 1) / get_num_groups(0))\n"                                                 \
    "float towers_sum(float x, float y, float w)\n"                                                                    \
    "{\n"                                                                                                              \
    "    return ((int)(x + 2 * y + w) + 7) % 7;\n"                                                                     \
    "}\n"                                                                                                              \
    "kernel void towers_mix(global const float *x, const uint x_at, global const float *y, const uint y_at,\n"         \
    "                       global const float *w, const uint w_at, global float *z, const uint z_at)\n"               \
    "{\n"                                                                                                              \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        z[z_at + i] = towers_sum(x[x_at + i], y[y_at + i], w[w_at + i]);\n"                                       \
    "}\n"                                                                                                              \
    "kernel void towers_slow(global const float *x, const uint x_at, global const float *y, const uint y_at,\n"        \
    "                        global const float *w, const uint w_at, global float *z, const uint z_at,\n"              \
    "                        global float *part, const uint part_at)\n"                                                \
    "{\n"                                                                                                              \
    "    volatile global float *p = part + part_at + 256 * get_group_id(0);\n"                                         \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        p[i] = 0;\n"                                                                                              \
    "    for (uint again = 0; again < DELAY; again++)\n"                                                               \
    "        for (uint i = FROM; i < TO; i++)\n"                                                                       \
    "            p[i] = p[i] + 1;\n"                                                                                   \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        z[z_at + i] = towers_sum(x[x_at + i], y[y_at + i], w[w_at + i]) + p[i] - DELAY;\n"                        \
    "}\n"                                                                                                              \
    "kernel void towers_wide(global const uchar *x, const uint x_at, global float *z, const uint z_at)\n"              \
    "{\n"                                                                                                              \
    "    for (uint i = FROM; i < TO; i++)\n"                                                                           \
    "        z[z_at + i] = x[x_at + i] % 7;\n"                                                                         \
    "}\n"

static const char *const source[] = {TEXT};

#define WEIGHTS             {FOVEA_CL_WEIGHTS, 0, 16}
#define AT(place, at)       {FOVEA_CL_##place, 0, at}
#define MIX(name, x, y, z)                                                                                             \
    static const fovea_cl_tensor name[] = {AT(MEMORY, x), AT(MEMORY, y), WEIGHTS, AT(MEMORY, z), AT(SCRATCH, 0)}
#define MOVE(name, from, to, from_device, to_device, element, bytes)                                                   \
    static const fovea_cl_transfer name[] = {{from, to, from_device, to_device, element, bytes}}
#define KERNEL(step, kernel, layers, tensors, count, device)                                                                 \
    {kernel, layers, step, tensors, count, 4, {4, 1, 1}, {1, 1, 1}, device, NULL}
#define TRANSFER(step, layers, transfer) {NULL, layers, step, NULL, 0, 1, {0}, {0}, 0, transfer}
/* clang-format on */

MOVE(a_to_0, AT(INPUT, 0), AT(MEMORY, A), FOVEA_CL_HOST, 0, 4, COUNT * 4);
MOVE(a_to_1, AT(INPUT, COUNT), AT(MEMORY, A), FOVEA_CL_HOST, 1, 4, COUNT * 4);
static const fovea_cl_transfer b_to_1 = {{FOVEA_CL_INPUT, 1, 0}, AT(MEMORY, 4 * D), FOVEA_CL_HOST, 1, 1, COUNT};
static const fovea_cl_transfer a_to_same = {AT(INPUT, 0), {FOVEA_CL_OUTPUT, 1, 0}, FOVEA_CL_HOST, FOVEA_CL_HOST, 4,
                                            COUNT * 4};
MIX(aab, A, A, B);
static const fovea_cl_tensor dc[] = {AT(MEMORY, 4 * D), AT(MEMORY, C)};
MOVE(b_across, AT(MEMORY, B), AT(MEMORY, D), 0, 1, 4, COUNT * 4);
MOVE(b_back, AT(MEMORY, B), AT(MEMORY, C), 1, 0, 4, COUNT * 4);
MIX(bcd, B, C, D);
MIX(cda, C, D, A);
MOVE(a_back, AT(MEMORY, A), AT(MEMORY, B), 1, 0, 4, COUNT * 4);
MIX(bda, B, D, A);
MOVE(a_across, AT(MEMORY, A + QUARTER), AT(MEMORY, D + 2 * QUARTER), 0, 1, 4, QUARTER * 4);
MIX(adb, A, D, B);
MOVE(from_1, AT(MEMORY, B), AT(OUTPUT, COUNT), 1, FOVEA_CL_HOST, 4, COUNT * 4);
MOVE(from_0, AT(MEMORY, A), AT(OUTPUT, 0), 0, FOVEA_CL_HOST, 4, COUNT * 4);

static const fovea_cl_launch launches[TOWERS_LAUNCHES] = {
    TRANSFER(0, "a", a_to_0),
    TRANSFER(1, "a", a_to_1),
    TRANSFER(2, "b", &b_to_1),
    TRANSFER(3, "same", &a_to_same),
    KERNEL(4, "towers_slow", "first", aab, 5, 0),
    KERNEL(5, "towers_mix", "first", aab, 4, 1),
    KERNEL(6, "towers_wide", "wide", dc, 2, 1),
    TRANSFER(7, "first", b_across), /* to where `wide` reads */
    TRANSFER(8, "first", b_back),
    KERNEL(9, "towers_mix", "second", bcd, 4, 0),
    KERNEL(10, "towers_slow", "second", cda, 5, 1),
    TRANSFER(11, "second", a_back),
    KERNEL(12, "towers_slow", "third", bda, 5, 0),
    TRANSFER(13, "third", a_across),
    KERNEL(14, "towers_mix", "third", adb, 4, 1),
    TRANSFER(15, "sums", from_1),
    TRANSFER(16, "sums", from_0),
};

static const size_t in_bytes[] = {2 * COUNT * 4, COUNT};
static const size_t out_bytes[] = {2 * COUNT * 4, COUNT * 4};

/* `groups`: scratch memory for so many work-groups, where it is not for each of them. */
#define PLAN(groups)                                                                                                   \
    {                                                                                                                  \
        "-DDELAY=300", launches, TOWERS_LAUNCHES, TOWERS_SLOTS *COUNT * 4, (groups)*COUNT * 4                          \
    }
const fovea_cl_net towers_net = {"towers",           source,          1,       in_bytes, out_bytes, 2, 2, 0x1234567,
                                 PAIR_WEIGHTS_BYTES, TOWERS_LAUNCHES, PLAN(1), PLAN(4),  2};

/* ---- what is right ---- */

void towers_fill(Towers *towers, int seed)
{
    for (int i = 0; i < 2 * COUNT; i++)
        towers->a[i] = (float)((i + seed) % 7);
    for (int i = 0; i < COUNT; i++)
        towers->b[i] = (unsigned char)(i * 5 + seed);
}

fovea_status towers_run(fovea_cl_session *session, Towers *towers)
{
    const void *const inputs[] = {towers->a, towers->b};
    void *const outputs[] = {towers->sums, towers->same};
    memset(towers->sums, 0, sizeof towers->sums);
    memset(towers->same, 0, sizeof towers->same);
    return fovea_cl_run(session, inputs, outputs);
}

typedef union Memory {
    float floats[TOWERS_SLOTS * COUNT];
    unsigned char bytes[TOWERS_SLOTS * COUNT * 4];
} Memory;

typedef struct Machine {
    Memory memory[FOVEA_CL_MOST_DEVICES];
    Towers towers;
} Machine;

static unsigned char *place_of(Machine *machine, const fovea_cl_tensor *tensor, int device)
{
    if (tensor->place == FOVEA_CL_INPUT)
        return tensor->port ? machine->towers.b : (unsigned char *)machine->towers.a;
    if (tensor->place == FOVEA_CL_OUTPUT)
        return (unsigned char *)(tensor->port ? machine->towers.same : machine->towers.sums);
    return machine->memory[device].bytes;
}

static void compute(Machine *machine, const fovea_cl_launch *launch)
{
    const fovea_cl_tensor *tensors = launch->tensors;
    Memory *memory = &machine->memory[launch->device];
    const float *weights = (const float *)pair_weights();
    if (strcmp(launch->kernel, "towers_wide") == 0) {
        for (int i = 0; i < COUNT; i++)
            memory->floats[tensors[1].at + (unsigned)i] = (float)(memory->bytes[tensors[0].at + (unsigned)i] % 7);
        return;
    }
    for (unsigned i = 0; i < COUNT; i++) {
        const float x = memory->floats[tensors[0].at + i], y = memory->floats[tensors[1].at + i];
        memory->floats[tensors[3].at + i] = (float)(((int)(x + 2 * y + weights[tensors[2].at + i]) + 7) % 7);
    }
}

int towers_right(const fovea_cl_net *net, const Towers *towers)
{
    static Machine machine;
    machine.towers = *towers;
    memset(machine.towers.sums, 0, sizeof machine.towers.sums);
    memset(machine.towers.same, 0, sizeof machine.towers.same);
    for (int i = 0; i < net->cpu.launch_count; i++) {
        const fovea_cl_launch *launch = &net->cpu.launches[i];
        const fovea_cl_transfer *transfer = launch->transfer;
        if (transfer)
            memcpy(place_of(&machine, &transfer->to, transfer->to_device) +
                       (size_t)transfer->to.at * transfer->element_bytes,
                   place_of(&machine, &transfer->from, transfer->from_device) +
                       (size_t)transfer->from.at * transfer->element_bytes,
                   transfer->bytes);
        else
            compute(&machine, launch);
    }
    return memcmp(machine.towers.sums, towers->sums, sizeof towers->sums) == 0 &&
           memcmp(machine.towers.same, towers->same, sizeof towers->same) == 0;
}

/* ---- random nets ---- */

static unsigned below(unsigned *state, unsigned bound)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % bound;
}

static uint32_t slot(unsigned *state)
{
    return COUNT * below(state, TOWERS_SLOTS);
}

static void add_transfer(RandomNet *random, int at, fovea_cl_transfer transfer)
{
    const fovea_cl_launch launch = TRANSFER(at, "random", &random->transfers[at]);
    random->transfers[at] = transfer;
    random->launches[at] = launch;
}

static void add_kernel(RandomNet *random, int at, int device, unsigned *state)
{
    const fovea_cl_tensor tensors[5] = {AT(MEMORY, slot(state)), AT(MEMORY, slot(state)), WEIGHTS,
                                        AT(MEMORY, slot(state)), AT(SCRATCH, 0)};
    const int is_slow = below(state, 3) == 0;
    const fovea_cl_launch launch = KERNEL(at, is_slow ? "towers_slow" : "towers_mix", "random", random->tensors[at],
                                          is_slow ? 5 : 4, (unsigned char)device);
    memcpy(random->tensors[at], tensors, sizeof tensors);
    random->launches[at] = launch;
}

void towers_random(RandomNet *random, int devices, int launch_count, unsigned seed)
{
    unsigned state = seed * 2654435761u + 1;
    int at = 0;
    random->net = towers_net;
    random->output_bytes[0] = (size_t)devices * COUNT * 4;
    random->output_bytes[1] = COUNT * 4;
    random->net.output_bytes = random->output_bytes;
    random->net.device_count = devices;
    random->net.step_count = launch_count;
    random->net.cpu.options = "-DDELAY=30";
    random->net.cpu.launches = random->launches;
    random->net.cpu.launch_count = launch_count;
    random->net.gpu = random->net.cpu;
    random->net.gpu.scratch_bytes *= 4;
    for (int device = 0; device < devices; device++)
        for (int i = 0; i < TOWERS_SLOTS; i += 2) {
            const fovea_cl_transfer in = {AT(INPUT, 0), AT(MEMORY, (uint32_t)i * COUNT), FOVEA_CL_HOST, device, 4,
                                          2 * COUNT * 4};
            add_transfer(random, at++, in);
        }
    while (at < launch_count - devices) {
        const int from = (int)below(&state, (unsigned)devices), to = (int)below(&state, (unsigned)devices);
        const unsigned part = below(&state, 4);
        const fovea_cl_transfer across = {AT(MEMORY, slot(&state) + part * QUARTER),
                                          AT(MEMORY, slot(&state) + part * QUARTER),
                                          from,
                                          to,
                                          4,
                                          QUARTER * 4};
        if (from == to || below(&state, 2))
            add_kernel(random, at++, from, &state);
        else
            add_transfer(random, at++, across);
    }
    for (int device = 0; device < devices; device++) {
        const fovea_cl_transfer out = {
            AT(MEMORY, slot(&state)), AT(OUTPUT, (uint32_t)device * COUNT), device, FOVEA_CL_HOST, 4, COUNT * 4};
        add_transfer(random, at++, out);
    }
}
