/* fovea_bench.h - the program that `fovea bench` makes of a net: it times runs, and the kernels in them.
 *
 * It prints lines of a word and numbers, for fovea to read:
 *
 *   start 61.2 45.1 131000000   of one of several fresh processes: ms from its start to the first answer, ms of the
 *                               first run alone, bytes of memory at most
 *   runs 52 38.512 39.020       how many were timed whole; the fastest and the median, ms
 *   fma 238.1 236.9             GFLOP/s of the probe: the fastest slice, and what three of four reached
 *   read 19.1                   GB/s of one core that reads more than any cache holds
 *   step 0 0.0123               the fastest of each step, ms
 */
#ifndef FOVEA_BENCH_H
#define FOVEA_BENCH_H

#include <stdint.h>

#include "program/program.h"

/* Where the time of a run went: nanoseconds a step. */
typedef struct fovea_marks {
    int64_t *taken;
    int64_t last; /* when the step before ended */
} fovea_marks;

/* Those of the run that is going on; NULL while runs are timed whole. (A run has no argument that could bring it.) */
extern fovea_marks *fovea_bench_marks;

void fovea_bench_take(unsigned step);

/* Emitted behind each step: it is done. */
static inline void fovea_bench_mark(unsigned step)
{
    if (fovea_bench_marks)
        fovea_bench_take(step);
}

/* main of that program:
 *   PROGRAM THREADS RUNS            those lines; RUNS 0: as many as a few seconds take
 *   PROGRAM THREADS start SECONDS   the first of them, in a process that was started then */
int fovea_bench_main(int argc, char **argv, const fovea_program *program, unsigned steps);

/* GFLOP/s of one short slice of multiply-adds in registers, in the vectors of a target: what no kernel can pass. For
 * targets without vectors of their own: the loops over floats that the compiler makes most of. */
double fovea_probe_fma(const char *target);
/* GB/s of reading `bytes` once. */
double fovea_probe_read(const void *memory, size_t bytes);

#endif
