/* bench.h - `fovea bench`: what was measured of a net, beside what the machine can do. */
#ifndef FOVEA_REPORT_BENCH_H
#define FOVEA_REPORT_BENCH_H

#include "plan/plan.h"
#include "report/steps.h"

/* A fresh process, up to its first answer. */
typedef struct BenchStart {
    double ms;       /* from the start of the program */
    double first_ms; /* the run alone, after the model was opened */
    long long peak_bytes;
} BenchStart;

typedef struct BenchTimes {
    long long threads, runs;
    double min_ms, median_ms; /* of whole runs */
    uint32_t starts;          /* fresh processes; the least of each figure, of memory the most */
    BenchStart start;
    double fma_gflops, fma_usual; /* one core's multiply-adds: the fastest slice, and what three of four reached */
    double read_gbs;              /* one core's reading of memory */
    double *step_ms;              /* the fastest of each step */
    uint32_t step_count, steps_read;
} BenchTimes;

void bench_add_start(BenchTimes *times, const BenchStart *start);
/* A step of the plan, or all of them. */
typedef struct BenchStep {
    const char *kernel; /* NULL: all */
    LayerNames layers;
    double ms;
    int64_t bytes; /* weights and activations that are read and written */
    double gflop;  /* of the multiply-adds of its layers, computed directly */
} BenchStep;

typedef struct Bench {
    const Plan *plan;
    const char *model;
    int64_t batch;
    const BenchTimes *times;
    const BenchStep *steps; /* one a step */
    BenchStep total;        /* its ms: all steps together */
} Bench;

Bench bench_of(const Plan *plan, const char *model, int64_t batch, const BenchTimes *times);

/* Whether the machine had other things to do: a quarter of the probe's slices, or every whole run, took a tenth more
 * than need be. */
bool bench_probe_varied(const BenchTimes *times);
bool bench_runs_disturbed(const Bench *bench);

/* Per second, in `ms`; 0 when that is no time. */
double bench_gflops(const BenchStep *step, double ms);
double bench_gbs(const BenchStep *step, double ms);

/* What keeps a step from being faster: the multiply-adds at the FMA peak, or the reading of memory, whichever takes
 * longer. What moves no more than a megabyte, or moves it faster than memory could, has it in a cache. */
typedef struct BenchBound {
    double ms; /* at most what the step takes */
    bool memory;
} BenchBound;
BenchBound bench_bound(const Bench *bench, const BenchStep *step);
bool bench_from_cache(const Bench *bench, const BenchStep *step);
/* "conv1 + relu" */
const char *bench_layers(Arena *arena, const BenchStep *step);
double bench_longest(const Bench *bench);

/* "38.51": four digits that count, down to nanoseconds. */
const char *bench_ms_text(Arena *arena, double ms);
/* "97.5 MB", with the unit that suits the number. */
const char *bench_bytes_text(Arena *arena, double bytes);

/* For people: a row for each step, with a bar; at most 100 columns. */
void bench_table(Buf *buf, const Bench *bench);
/* For programs. */
void bench_json(Buf *buf, const Bench *bench);
/* A chart: SVG. */
void bench_svg(Buf *buf, const Bench *bench);

#endif
