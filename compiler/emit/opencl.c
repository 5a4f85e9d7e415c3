/* opencl.c - the target of OpenCL 1.2 devices: the Plan of avx512, with its kernels in the words of OpenCL C.
 *
 * Channels stand in blocks of 16 and weights in the panels of avx512, so that its weights are these, too. Kernels for
 * devices of CPU kind are its texts with vectors of 16 floats; work-groups of one item share the loops that threads
 * share there (opencl_source.c). GPUs have a Plan of their own beside it (opencl_gpu.c), of the same graph.
 */
#include "emit/blocked.h"
#include "emit/opencl_words.h"
#include "emit/winograd.h"

static const MatvecSizes matvec = {.registers = 32, .vectors = 8, .examples = 6};

static const InstructionSet cpu = {
    .name = "cpu",
    .title = "devices of CPU kind",
    .vector = "v16",
    .lanes = 16,
    .sums = 28,
    .matvec = &matvec,
    .attribute = "",
    .tile = "",
    .kernel = "",
    .memory = "global ",
    .constant = "constant ",
    .words = OPENCL_NAMES OPENCL_MOVES("0", "i++") OPENCL_VECTORS(
        "16", "vload16(0, p)", "vstore16(a, 0, p)", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15"),
};

#define FOR_CPUS                                                                                                       \
    .blob = "avx512", .sets = {&cpu}, .set_count = 1, .conv_form = avx512_conv_form, .winograd = winograd_by_cost,     \
    .tiles = &c_tiles, .lanes = 16, .conv_text = blocked_text, .several_devices = true, .opencl = true

const Target target_opencl = {
    .name = "opencl", .synopsis = "devices with OpenCL 1.2", FOR_CPUS, .beside = &target_opencl_gpu};

const Target target_opencl_cpu = {.name = "opencl", .synopsis = "devices with OpenCL 1.2, of CPU kind", FOR_CPUS};
