/* fovea.h - the runtime that every model compiled by Fovea links with: opening weights, and reading answers.
 *
 * It allocates nothing, prints nothing, keeps no state and never exits. C99 and C++; macros that change what is built:
 *   FOVEA_NO_FILES  leaves out fovea_weights_map, for machines without files or without mmap (so it is on Windows)
 *   FOVEA_SMALL     a CRC table of 64 bytes instead of 8 KiB, a tenth as fast
 *   FOVEA_NO_LABELS leaves the names of classes out of models
 *   FOVEA_CPU_MOST  a number of fovea_cpu_feature: models of target auto leave out kernels for better CPUs
 *
 * The weights blob, little-endian throughout:
 *
 *   byte   0  8 bytes  "FOVEAWTS"
 *          8  u32      format version, 1
 *         12  u32      CRC-32 of the payload, which is bytes 64 to the end
 *         16  u64      architecture: a hash of everything in the model but the numbers in its weights
 *         24  u64      size of the blob in bytes, this header included; a multiple of 64
 *         32  u64      where the self-test begins: a multiple of 64, after the weights; 0: there is none
 *         40  u64      size of the self-test in bytes: inputs, then the outputs expected, each at a multiple of 64
 *         48  12 bytes zero
 *         60  u32      CRC-32 of bytes 0 to 59
 *         64           payload: tensors in the layouts that the kernels read, each at a multiple of 64
 *
 * A blob may stand in read-only memory (flash, .incbin), in a mapped file or in an array of the caller's, as long as
 * its first byte is at a multiple of 64.
 */
#ifndef FOVEA_H
#define FOVEA_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && !defined(FOVEA_NO_FILES)
#define FOVEA_NO_FILES
#endif

/* static FOVEA_ALIGNED(64) unsigned char workspace[NAME_WORKSPACE_BYTES]; */
#if defined(__GNUC__)
#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))
#elif defined(_MSC_VER)
#define FOVEA_ALIGNED(bytes) __declspec(align(bytes))
#elif defined(__cplusplus)
#define FOVEA_ALIGNED(bytes) alignas(bytes)
#else
#define FOVEA_ALIGNED(bytes) _Alignas(bytes)
#endif

/* A pointer through which alone its memory is reached. */
#if defined(__GNUC__) || defined(_MSC_VER)
#define FOVEA_RESTRICT __restrict
#elif defined(__cplusplus)
#define FOVEA_RESTRICT
#else
#define FOVEA_RESTRICT restrict
#endif

#define FOVEA_WEIGHTS_MAGIC        "FOVEAWTS"
#define FOVEA_WEIGHTS_VERSION      1
#define FOVEA_WEIGHTS_HEADER_BYTES 64
#define FOVEA_ALIGNMENT            64 /* of blobs, of tensors in them, and of workspaces */

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fovea_status {
    FOVEA_OK = 0,
    FOVEA_BAD_ARGUMENT,     /* a null pointer, or a number out of range */
    FOVEA_BAD_WEIGHTS,      /* no blob, cut short, of another format version, or with a damaged header */
    FOVEA_WRONG_MODEL,      /* a sound blob of another model */
    FOVEA_WRONG_CPU,        /* instructions are missing that this code needs */
    FOVEA_WRONG_BYTE_ORDER, /* the machine is big-endian */
    FOVEA_SMALL_WORKSPACE,
    FOVEA_MISALIGNED, /* weights or workspace are not at a multiple of 64 */
    FOVEA_DAMAGED,    /* the payload does not have its CRC */
    FOVEA_FAILED_SELFTEST,
    FOVEA_NO_SELFTEST,
    FOVEA_CANNOT_READ, /* the file cannot be opened or mapped */
    /* of target opencl alone; fovea_cl_error() says more: */
    FOVEA_NO_DEVICE,    /* no driver, no device, or none as FOVEA_DEVICE asks for */
    FOVEA_CANNOT_BUILD, /* the device's compiler refuses the kernels */
    FOVEA_NO_MEMORY,    /* on the device or beside it */
    FOVEA_DEVICE_FAILED /* another call of OpenCL failed */
} fovea_status;

/* One English sentence for each status, for every other number too; never NULL. */
const char *fovea_status_text(fovea_status status);

/* ---- weights ---- */

/* Checks everything but the payload: pointer, size, header, model. Takes a microsecond. `bytes` is what may be read at
 * `blob`: the blob's size, or more. `needed` is what the model's code reads of it, header included: a blob that says it
 * is shorter is refused, whatever else it says. */
fovea_status fovea_weights_check(const void *blob, size_t bytes, uint64_t architecture, size_t needed);

/* Checks header and payload, whatever the model and the alignment; reads every byte, about a second for 2 GB. */
fovea_status fovea_weights_verify(const void *blob, size_t bytes);

/* Finds the self-test of a blob. FOVEA_NO_SELFTEST, NULL and 0 when it has none. */
fovea_status fovea_weights_selftest(const void *blob, size_t bytes, const void **selftest, size_t *selftest_bytes);

/* CRC-32 of zlib, PNG and Ethernet. Start with 0; feed the result back in with the next piece. */
uint32_t fovea_crc32(uint32_t crc, const void *bytes, size_t count);

#ifndef FOVEA_NO_FILES
/* A weights file in memory, read-only, shared with every process that maps it. */
typedef struct fovea_weights {
    const void *data; /* at a multiple of the page size; NULL when nothing is mapped */
    size_t bytes;
} fovea_weights;

/* Maps a file; what is in it is for NAME_open to check. On failure data is NULL, and errno says more. */
fovea_status fovea_weights_map(fovea_weights *weights, const char *path);
/* After the last model that uses them is closed. NULL, or nothing mapped, is fine. */
void fovea_weights_unmap(fovea_weights *weights);
#endif

/* ---- answers ---- */

/* An element of an output: NAME_OUTPUT_labels[index] is what it stands for. */
typedef struct fovea_score {
    int index;
    float value;
} fovea_score;

/* The k largest of `count` values, best first. `best` has room for k; returns how many there are: k, or `count` when
 * that is less; 0 for null pointers and for numbers under 1. Of equal values the one of lower index comes first; what
 * is not a number comes last, even under -ffast-math. Takes count * log k steps. */
int fovea_top(const float *values, int count, int k, fovea_score *best);

/* ---- the CPU ---- */

typedef enum fovea_cpu_feature {
    FOVEA_CPU_ANY = 0,   /* nothing beyond what the compiler takes for granted */
    FOVEA_CPU_AVX2 = 1,  /* AVX2, FMA and F16C */
    FOVEA_CPU_AVX512 = 2 /* AVX-512 F, BW, DQ and VL, and the above */
} fovea_cpu_feature;

#ifndef FOVEA_CPU_MOST
#define FOVEA_CPU_MOST 2
#endif

/* 1 when the CPU has the instructions, FOVEA_CPU_ANY always, and the operating system saves their registers; else 0.
 */
int fovea_cpu_has(fovea_cpu_feature feature);

/* ---- how floats are computed ---- */

/* The calling thread's mode: how it rounds, where it traps, and what becomes of subnormal numbers, which lie below
 * 1.2e-38 and take many CPUs a hundred times as long as others. Bits of the CPU's own, 0 where Fovea knows none. */
unsigned fovea_float_mode(void);
void fovea_float_mode_set(unsigned mode);

/* With these bits, subnormals count as zeros of their sign, and results that would be subnormal become zeros. So every
 * run of a model computes, in each of its threads, and then gives them back the modes they had. 0: this CPU cannot, or
 * is not known to. */
#if defined(__SSE__) || defined(_M_X64)
#define FOVEA_FLUSH 0x8040u
#elif defined(__GNUC__) && defined(__aarch64__)
#define FOVEA_FLUSH 0x1000000u
#else
#define FOVEA_FLUSH 0u
#endif

#ifdef __cplusplus
}
#endif

#endif
