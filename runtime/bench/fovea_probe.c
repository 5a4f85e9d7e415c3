/* fovea_probe.c - what one core can do at most: multiply-adds in registers, and reading memory.
 *
 * It is compiled with the flags of the model's code, so that the portable loop gets the instructions that the portable
 * kernels get. A slice takes some hundredths of a millisecond, as others may use the machine too: the fastest counts.
 */
#include "fovea_bench.h"

#include <string.h>
#include <time.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define PROBE_X86
#endif

enum { STEPS = 4000 };

static volatile float probe_factor = 0.999F, probe_more = 0.001F, probe_sink;

static double probe_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef float Chains(float factor, float more);

/* COUNT sums that do not depend on each other. Which number of them a compiler keeps in registers, and still fills its
 * vectors with, differs: the best of these is taken. */
#define PORTABLE_CHAINS(COUNT)                                                                                         \
    static float portable_##COUNT(float factor, float more)                                                            \
    {                                                                                                                  \
        float sums[COUNT], all = 0;                                                                                    \
        for (int i = 0; i < (COUNT); i++)                                                                              \
            sums[i] = 0.01F * (float)i;                                                                                \
        for (int step = 0; step < STEPS; step++)                                                                       \
            for (int i = 0; i < (COUNT); i++)                                                                          \
                sums[i] = sums[i] * factor + more;                                                                     \
        for (int i = 0; i < (COUNT); i++)                                                                              \
            all += sums[i];                                                                                            \
        return all;                                                                                                    \
    }
PORTABLE_CHAINS(64)
PORTABLE_CHAINS(96)
PORTABLE_CHAINS(128)
PORTABLE_CHAINS(192)

#ifdef PROBE_X86

enum { VECTORS = 12 };

/* Each of the sums in a variable of its own: compilers that do not unroll the loop would keep an array in memory. */
#define STEP_OF_TWELVE(fma)                                                                                            \
    do {                                                                                                               \
        a[0] = fma(a[0], x, y), a[1] = fma(a[1], x, y), a[2] = fma(a[2], x, y), a[3] = fma(a[3], x, y);                \
        a[4] = fma(a[4], x, y), a[5] = fma(a[5], x, y), a[6] = fma(a[6], x, y), a[7] = fma(a[7], x, y);                \
        a[8] = fma(a[8], x, y), a[9] = fma(a[9], x, y), a[10] = fma(a[10], x, y), a[11] = fma(a[11], x, y);            \
    } while (0)

__attribute__((target("avx2,fma"))) static float chains_avx2(float factor, float more)
{
    const __m256 x = _mm256_set1_ps(factor), y = _mm256_set1_ps(more);
    __m256 a[VECTORS];
    for (int i = 0; i < VECTORS; i++)
        a[i] = _mm256_set1_ps(0.01F * (float)i);
    for (int step = 0; step < STEPS; step++)
        STEP_OF_TWELVE(_mm256_fmadd_ps);
    for (int i = 1; i < VECTORS; i++)
        a[0] = _mm256_add_ps(a[0], a[i]);
    return _mm256_cvtss_f32(a[0]);
}

__attribute__((target("avx512f"))) static float chains_avx512(float factor, float more)
{
    const __m512 x = _mm512_set1_ps(factor), y = _mm512_set1_ps(more);
    __m512 a[VECTORS];
    for (int i = 0; i < VECTORS; i++)
        a[i] = _mm512_set1_ps(0.01F * (float)i);
    for (int step = 0; step < STEPS; step++)
        STEP_OF_TWELVE(_mm512_fmadd_ps);
    for (int i = 1; i < VECTORS; i++)
        a[0] = _mm512_add_ps(a[0], a[i]);
    return _mm512_cvtss_f32(a[0]);
}

#endif

static double time_chains(Chains *chains, int sums)
{
    double start = probe_seconds();
    probe_sink = chains(probe_factor, probe_more);
    return 2e-9 * sums * STEPS / (probe_seconds() - start);
}

#ifdef PROBE_X86
/* Whether the kernels of a target are for these instructions here. */
static int computes_with(const char *target, const char *name, fovea_cpu_feature feature)
{
    if (strcmp(target, "auto") == 0 || strcmp(target, "opencl") == 0) /* a device's own peak is not measured */
        return (int)feature <= FOVEA_CPU_MOST && fovea_cpu_has(feature);
    return strcmp(target, name) == 0;
}
#endif

double fovea_probe_fma(const char *target)
{
#ifdef PROBE_X86
    if (computes_with(target, "avx512", FOVEA_CPU_AVX512))
        return time_chains(chains_avx512, 16 * VECTORS);
    if (computes_with(target, "avx2", FOVEA_CPU_AVX2))
        return time_chains(chains_avx2, 8 * VECTORS);
#endif
    (void)target;
    static const struct {
        Chains *chains;
        int sums;
    } portable[] = {{portable_64, 64}, {portable_96, 96}, {portable_128, 128}, {portable_192, 192}};
    double best = 0;
    for (size_t i = 0; i < sizeof portable / sizeof *portable; i++) {
        double now = time_chains(portable[i].chains, portable[i].sums);
        best = now > best ? now : best;
    }
    return best;
}

#if defined(__GNUC__)
#define PROBE_FETCH(place) __builtin_prefetch(place)
#define PROBE_ALONE        __attribute__((noinline))
#else
#define PROBE_FETCH(place) ((void)(place))
#define PROBE_ALONE
#endif

enum { PIECE = 256, LINE = 16, AHEAD = 512 };

/* Asks for what comes two pieces later, and adds up the one that is there. */
PROBE_ALONE static uint32_t sum_piece(const uint32_t *from)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < PIECE; i += LINE)
        PROBE_FETCH(from + AHEAD + i);
    for (size_t i = 0; i < PIECE; i++)
        sum += from[i];
    return sum;
}

/* Two streams in turns, as one alone waits for each page. */
double fovea_probe_read(const void *memory, size_t bytes)
{
    enum { STREAMS = 2 };
    const uint32_t *from = memory;
    const size_t each = bytes / sizeof *from / STREAMS / PIECE * PIECE;
    uint32_t sum = 0;
    double start = probe_seconds();
    for (size_t i = 0; i < each; i += PIECE)
        for (size_t s = 0; s < STREAMS; s++)
            sum += sum_piece(from + s * each + i);
    double time = probe_seconds() - start;
    probe_sink = (float)sum;
    return 1e-9 * (double)(each * STREAMS * sizeof *from) / time;
}
