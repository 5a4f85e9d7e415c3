/* probe.h - the FMA peak beside which bench programs put their figures, and a clock. */
#ifndef FOVEA_BENCH_PROBE_H
#define FOVEA_BENCH_PROBE_H

#include <immintrin.h>
#include <time.h>

enum { PROBE_STEPS = 20000 };

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* GFLOP/s of twelve independent chains of 8-wide multiply-adds: what no AVX2 kernel can pass. */
__attribute__((target("avx2,fma"), noinline, unused)) static double probe_peak(void)
{
    __m256 a[12];
    const __m256 x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(0.001f);
    for (int i = 0; i < 12; i++)
        a[i] = _mm256_set1_ps(0.1f * (float)i);
    double time = seconds();
    for (int step = 0; step < PROBE_STEPS; step++) {
        a[0] = _mm256_fmadd_ps(a[0], x, y), a[1] = _mm256_fmadd_ps(a[1], x, y), a[2] = _mm256_fmadd_ps(a[2], x, y);
        a[3] = _mm256_fmadd_ps(a[3], x, y), a[4] = _mm256_fmadd_ps(a[4], x, y), a[5] = _mm256_fmadd_ps(a[5], x, y);
        a[6] = _mm256_fmadd_ps(a[6], x, y), a[7] = _mm256_fmadd_ps(a[7], x, y), a[8] = _mm256_fmadd_ps(a[8], x, y);
        a[9] = _mm256_fmadd_ps(a[9], x, y), a[10] = _mm256_fmadd_ps(a[10], x, y), a[11] = _mm256_fmadd_ps(a[11], x, y);
    }
    time = seconds() - time;
    __m256 sum = a[0];
    for (int i = 1; i < 12; i++)
        sum = _mm256_add_ps(sum, a[i]);
    volatile float sink = _mm256_cvtss_f32(sum);
    (void)sink;
    return 2.0 * 8 * 12 * PROBE_STEPS / time * 1e-9;
}

/* The same of twelve chains of 16-wide ones: what no AVX-512 kernel can pass. */
__attribute__((target("avx512f"), noinline, unused)) static double probe_peak_wide(void)
{
    __m512 a[12];
    const __m512 x = _mm512_set1_ps(0.999f), y = _mm512_set1_ps(0.001f);
    for (int i = 0; i < 12; i++)
        a[i] = _mm512_set1_ps(0.1f * (float)i);
    double time = seconds();
    for (int step = 0; step < PROBE_STEPS; step++) {
        a[0] = _mm512_fmadd_ps(a[0], x, y), a[1] = _mm512_fmadd_ps(a[1], x, y), a[2] = _mm512_fmadd_ps(a[2], x, y);
        a[3] = _mm512_fmadd_ps(a[3], x, y), a[4] = _mm512_fmadd_ps(a[4], x, y), a[5] = _mm512_fmadd_ps(a[5], x, y);
        a[6] = _mm512_fmadd_ps(a[6], x, y), a[7] = _mm512_fmadd_ps(a[7], x, y), a[8] = _mm512_fmadd_ps(a[8], x, y);
        a[9] = _mm512_fmadd_ps(a[9], x, y), a[10] = _mm512_fmadd_ps(a[10], x, y), a[11] = _mm512_fmadd_ps(a[11], x, y);
    }
    time = seconds() - time;
    __m512 sum = a[0];
    for (int i = 1; i < 12; i++)
        sum = _mm512_add_ps(sum, a[i]);
    volatile float sink = _mm512_cvtss_f32(sum);
    (void)sink;
    return 2.0 * 16 * 12 * PROBE_STEPS / time * 1e-9;
}

#endif
