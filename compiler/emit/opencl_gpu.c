/* opencl_gpu.c - GPUs with OpenCL 1.2: the graph of target opencl, planned and written for many work-items.
 *
 * Layouts and weights are those of the CPU's Plan beside it, so that one blob serves both: blocks of 16 channels are
 * four vectors of 4 floats, which neighbouring items read, 64 bytes together. Loops over elements are spread over items
 * (plan/gpu.h).
 */
#include "emit/blocked.h"
#include "emit/gpu_tile.h"
#include "emit/opencl_words.h"
#include "emit/winograd.h"

/* It has panels as vectors want them; what is summed at a time is plan/gpu_matvec.h's. */
static const MatvecSizes matvec = {.registers = 32, .vectors = 8, .examples = 6};

static const InstructionSet gpu = {
    .name = "gpu",
    .title = "GPUs",
    .vector = "v4",
    .lanes = 4,
    .matvec = &matvec,
    .attribute = "",
    .tile = "",
    .kernel = "",
    .memory = "global ",
    .constant = "constant ",
    .words = OPENCL_NAMES OPENCL_MOVES("get_global_id(0)", "i += get_global_size(0)")
        OPENCL_VECTORS("4", "vload4(0, p)", "vstore4(a, 0, p)",
                       "0, 1, 2, 3") "/* Of the device's memory, where it is aligned as blocks and panels are. */\n"
                                     "#define v_read(p)            (*(global const float4 *)(p))\n"
                                     "#define v_write(p, a)        (*(global float4 *)(p) = (a))\n"
                                     "#define v_read_f16(p)        vloada_half4(0, (global const half *)(p))\n"
                                     "#define v_read_bf16(p)       as_float4(convert_uint4(*(global const ushort4 "
                                     "*)(p)) << 16)\n" GPU_TILE_WORDS,
};

/* An item has one element: nothing is unrolled, kept, or copied in runs. */
static const TileSizes tiles = {
    .outputs = {8, 16, 32},
    .few_maps = 8,
    .lanes = INT32_MAX,
    .rows = 1,
    .fewest_rows = INT32_MAX,
    .run = INT32_MAX,
    .strip = 8,
    .fewest_strips = INT32_MAX / 8,
    .longest_row_kept = 0,
};

const Target target_opencl_gpu = {
    .name = "opencl",
    .synopsis = "GPUs with OpenCL 1.2",
    .blob = "avx512",
    .sets = {&gpu},
    .set_count = 1,
    .conv_form = avx512_conv_form,
    .winograd = winograd_by_cost,
    .tiles = &tiles,
    .lanes = 16,
    .several_devices = true,
    .opencl = true,
    .gpu = true,
};
