/* target.h - what the emitted code runs on: one row a target.
 *
 * A target chooses stored formats for convolutions (its form) and sizes of tiles, may give texts of its own to
 * convolutions over channel blocks, and defines the words that these are written in. Only targets know intrinsics.
 */
#ifndef FOVEA_EMIT_TARGET_H
#define FOVEA_EMIT_TARGET_H

#include "ir/graph.h"
#include "ops/op.h"

/* How a target computes one convolution: tiles and formats as data, printed in the Plan. */
typedef struct ConvForm {
    LayoutKind activations; /* PLAIN or BLOCKED, of the output */
    LayoutKind reads;       /* of the input: PLAIN, too, where few channels would not fill a block */
    int32_t channel_block;  /* BLOCKED: channels a block */
    LayoutKind weights;     /* PANELS; TURNED where output maps are axis 1 of the weight; PLAIN: as they are */
    int32_t inputs;         /* PANELS: channels that stand together behind the taps; 0: each by itself */
    int32_t maps;           /* output maps of the weights' panel, which are summed in registers at a time */
    int32_t part;           /* or so many of them at a time, blocks of channels: panels are for wider vectors; 0: all */
    int32_t pixels;         /* of one output row, beside each other, summed at a time; over blocks: the most of them */
    int32_t rows;           /* below each other, summed at a time */
    int32_t tile;           /* on GPUs: which one of gpu_tile_at, counted from 1; 0: the one that costs least */
} ConvForm;

/* Sizes of all other tiles, of which plan/choose.c makes the loops of kernels. */
typedef struct TileSizes {
    int32_t outputs[3];  /* of a fully connected layer, summed at a time: panels of weights, ascending */
    int32_t few_maps;    /* sums of more maps, or of an unknown number, are turned before they are stored */
    int32_t lanes;       /* partial results of a reduction side by side; a power of two */
    int32_t rows;        /* of the input that are joined at once to a row of results */
    int32_t fewest_rows; /* from which on that is done */
    int32_t run;         /* elements from which on they are copied by memcpy */
    int32_t strip;       /* of a copy that turns rows into columns */
    int32_t fewest_strips;
    int32_t longest_row_kept; /* floats on the stack */
    int32_t worth_sharing;    /* nanoseconds on one core from which on threads share a kernel */
    int32_t worth_threads;    /* the same of a whole net */
} TileSizes;

/* Fully connected layers in vectors: panels of weights, of one or two vectors of outputs, are read side by side. */
typedef struct MatvecSizes {
    int32_t registers; /* of the target: for sums, a vector of weights each, and the input */
    int32_t vectors;   /* summed at a time, at most, of one example: so many that additions need not wait */
    int32_t examples;  /* of a batch, for which weights are read once */
} MatvecSizes;

/* A convolution of stride 1, in blocks of `lanes` channels. */
typedef struct WinogradShape {
    int64_t pictures, groups, channels, maps; /* channels, maps: of a group */
    int64_t height, width;                    /* of the output */
    int64_t r;                                /* of the kernel, as wide as high */
    int lanes;
    double held; /* what bytes of weights count for beside the time to compute, in times of fetching them */
} WinogradShape;

typedef struct KernelText KernelText; /* emit/kernel.h */

/* What CPUs understand, and the words of texts for it. */
typedef struct InstructionSet {
    const char *name, *title; /* "avx2", "AVX2 and FMA" */
    const char *cpu;          /* fovea_cpu_feature that the CPU must have, by name; NULL: any CPU */
    int number;               /* that one, FOVEA_CPU_ANY for any CPU; the more, the better */
    const char *vector;       /* its vector type, "v8"; NULL for plain C */
    int lanes;                /* floats in it */
    int32_t sums;             /* vectors of sums that a convolution keeps in registers, beside what it needs for them */
    const MatvecSizes *matvec; /* NULL: fully connected layers are portable text, with panels of `tiles` */
    const char *attribute;     /* before every function, so that compilers use its instructions everywhere */
    const char *tile;          /* before those in whose registers sums stay, so that nothing takes these */
    const char *kernel;        /* before those that a run calls */
    const char *memory;        /* before types of what lies in a device's memory: "global "; "" for C */
    const char *constant;      /* before types of elements of tables: "const " */
    const char *words;         /* the prelude that defines the words of its texts; "" for plain C */
} InstructionSet;

enum { MOST_SETS = 3 };

typedef struct Target {
    const char *name, *synopsis;
    const char *blob; /* of the target whose weights it reads, where that is another one; NULL: its own */
    /* The best first. All of them have the same Plan, whose choices are made for the first one; only how much is summed
     * at a time is each one's own. A run takes the first that the CPU has. */
    const InstructionSet *sets[MOST_SETS];
    int set_count;
    /* `vector_epilogue`: all that is fused behind the convolution can be written in vector words. */
    ConvForm (*conv_form)(const Graph *graph, const Node *conv, bool vector_epilogue);
    /* By Winograd's algorithm (ops/winograd.h): the m of tiles of m x m outputs that suit a convolution best, 0 when it
     * should be computed directly; *left: how much of the time of that is about left. NULL: it never is. */
    int (*winograd)(const WinogradShape *shape, double *left);
    const TileSizes *tiles;
    int lanes;                           /* channels of a block, as many as a vector of the first set has; 0: none */
    void (*conv_text)(KernelText *text); /* for BLOCKED forms; all else is portable text */
    const struct Tuned *tuned;           /* choices that were measured (plan/tuned.h); NULL: none */
    bool several_devices;                /* layers may be on several devices; else all are on one */
    bool opencl;                         /* its texts are OpenCL C, which drivers of devices compile */
    bool gpu;                            /* so many work-items compute at once that each has an element (plan/gpu.h) */
    /* Devices of another kind, for which the same graph is planned a second time, with the same weights; NULL: none. */
    const struct Target *beside;
} Target;

const Target *target_find(const char *name); /* NULL: no such target */
const Target *target_at(int index);          /* NULL after the last */
/* The target for devices of one kind, "cpu" or "gpu", of one that is for several; NULL: it has no such kind. */
const Target *target_for_devices(const Target *target, const char *kind);

extern const Target target_c, target_avx2, target_avx512, target_auto, target_opencl;
extern const Target target_opencl_cpu, target_opencl_gpu; /* target_opencl is both */
extern const InstructionSet set_avx2, set_avx512;

/* The form of a convolution, as it was measured to be fastest where it was: what everyone asks for. */
ConvForm target_conv_form(const Target *target, const Graph *graph, const Node *conv, bool vector_epilogue);
/* The form of each convolution of a graph whose kernels are fused: one a node, in its arena, zero for other nodes. */
const ConvForm *target_conv_forms(const Target *target, const Graph *graph);

/* The form of a kernel with another instruction set than the first one of its target: the same formats, of which so
 * much is summed at a time as that one's registers hold (emit/blocked_form.c). */
struct Kernel;
ConvForm target_form_with(const InstructionSet *set, const Graph *graph, const struct Kernel *kernel);

/* Forms of target avx512, which auto has, too. */
ConvForm avx512_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue);

/* Forms and sizes of the portable target, which others fall back to (emit/c_tiles.c). */
ConvForm c_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue);
extern const TileSizes c_tiles;

#endif
