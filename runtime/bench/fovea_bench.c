/* fovea_bench.c - times a net (see fovea_bench.h).
 *
 * Rounds of whole runs and of runs with marks between the steps take turns with slices of the probes, so that a machine
 * that is busy for a while disturbs all of them alike. What a run takes from its start on, and how much memory, is
 * asked of fresh processes, which are this program too.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* environ */
#endif
#include "fovea_bench.h"

#include "program/engine.h"
#include "program/input.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    STARTS = 5,       /* fresh processes */
    MOST_ROUNDS = 64, /* in which runs are timed */
    FMA_SLICES = 3,   /* a round */
    READ_ROUNDS = 4,  /* of them, memory is read in at most so many, */
    READ_SLICES = 64, /* by so many slices */
    FEWEST_RUNS = 10,
    MOST_RUNS = 20000
};

static const double USUAL_SECONDS = 1.0;           /* of whole runs, and as many with marks */
static const size_t SLICE_BYTES = (size_t)1 << 20; /* read at once */
static const size_t READ_BYTES = (size_t)128 << 20, MOST_READ_BYTES = (size_t)512 << 20;

/* ---- marks ---- */

fovea_marks *fovea_bench_marks;

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void fovea_bench_take(unsigned step)
{
    int64_t now = nanoseconds();
    fovea_bench_marks->taken[step] += now - fovea_bench_marks->last;
    fovea_bench_marks->last = now;
}

/* What asking for the time takes itself. */
static int64_t mark_cost(void)
{
    int64_t cost = INT64_MAX, last = nanoseconds();
    for (int i = 0; i < 1000; i++) {
        int64_t now = nanoseconds();
        cost = now - last < cost ? now - last : cost;
        last = now;
    }
    return cost;
}

/* ---- inputs ---- */

/* The same numbers in every process, spread like a normal distribution of mean 0 and variance 1: sums of four uniform
 * ones. Bytes are uniform. */
static void fill_inputs(const fovea_engine *engine)
{
    const fovea_program *program = engine->program;
    uint64_t state = 1;
    for (size_t port = 0; port < program->input_count; port++) {
        int64_t count = fovea_port_count(&program->inputs[port]) * program->batch;
        for (int64_t i = 0; i < count; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            uint64_t bits = (state ^ state >> 32) * UINT64_C(0x9E3779B97F4A7C15);
            int64_t sum =
                (int64_t)((bits >> 48) + (bits >> 32 & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits & 0xFFFF)) - 131070;
            if (program->inputs[port].is_u8)
                ((unsigned char *)engine->inputs[port])[i] = (unsigned char)(bits >> 56);
            else
                ((float *)engine->inputs[port])[i] = (float)sum * (1.7320508F / 65536);
        }
    }
}

/* ---- from the start of a process to the first answer ---- */

/* Bytes that this program had in memory at once. (What getrusage says may be of the program that started this one.) */
static int64_t peak_bytes(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long long kilobytes = -1;
    while (file && kilobytes < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lld", &kilobytes) != 1)
            kilobytes = -1;
    if (file)
        fclose(file);
    struct rusage usage;
    if (kilobytes < 0)
        kilobytes = getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
    return 1024 * (int64_t)kilobytes;
}

static bool print_start(const fovea_program *program, int threads, double started, fovea_fault *fault)
{
    fovea_engine engine;
    if (!fovea_engine_open(&engine, program, threads, NULL, fault))
        return false;
    fill_inputs(&engine);
    bool fine = fovea_engine_run(&engine, fault);
    if (fine)
        printf("start %.6f %.6f %lld\n", 1e3 * (fovea_seconds() - started), 1e3 * engine.seconds,
               (long long)peak_bytes());
    fovea_engine_close(&engine);
    return fine;
}

/* This program once more, which prints its line where this one prints. */
static bool start_again(const char *self, const char *threads, fovea_fault *fault)
{
    char seconds[64];
    char *const arguments[] = {(char *)self, (char *)threads, (char *)"start", seconds, NULL};
    pid_t process;
    int status = 0;
    fflush(stdout);
    snprintf(seconds, sizeof seconds, "%.9f", fovea_seconds());
    int failure = posix_spawn(&process, self, NULL, NULL, arguments, environ);
    if (failure)
        return fovea_fail(fault, "cannot start %s: %s", self, strerror(failure));
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) || fovea_fail(fault, "a first run did not end well");
}

/* ---- rounds ---- */

typedef struct Times {
    double *whole; /* seconds of each run */
    double *fma;   /* GFLOP/s of each slice */
    double read;   /* GB/s of the fastest slice */
    int64_t *steps, *taken;
    int64_t runs, slices, cost; /* cost: of a mark */
    unsigned step_count;
    unsigned char *memory;     /* that is read */
    size_t memory_bytes, next; /* which is read next */
} Times;

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static bool run_marked(Times *times, fovea_engine *engine, fovea_fault *fault)
{
    fovea_marks marks = {.taken = times->taken};
    memset(times->taken, 0, times->step_count * sizeof *times->taken);
    fovea_bench_marks = &marks;
    marks.last = nanoseconds();
    bool fine = fovea_engine_run(engine, fault);
    fovea_bench_marks = NULL;
    for (unsigned i = 0; i < times->step_count; i++) {
        int64_t own = times->taken[i] - times->cost;
        own = own < 0 ? 0 : own;
        times->steps[i] = own < times->steps[i] ? own : times->steps[i];
    }
    return fine;
}

static bool run_whole(Times *times, fovea_engine *engine, fovea_fault *fault)
{
    double before = engine->seconds;
    if (!fovea_engine_run(engine, fault))
        return false;
    double own = engine->seconds - before - 1e-9 * (double)times->cost;
    times->whole[times->runs++] = own < 0 ? 0 : own;
    return true;
}

/* Memory is read seldom, as nothing of the net stays in the caches: a run follows that does not count. */
static bool probe(Times *times, const char *target, bool read, fovea_engine *engine, fovea_fault *fault)
{
    for (int i = 0; i < FMA_SLICES; i++)
        times->fma[times->slices++] = fovea_probe_fma(target);
    if (!read)
        return true;
    for (int i = 0; i < READ_SLICES; i++) {
        double now = fovea_probe_read(times->memory + times->next, SLICE_BYTES);
        times->read = now > times->read ? now : times->read;
        times->next = (times->next + SLICE_BYTES) % times->memory_bytes;
    }
    return fovea_engine_run(engine, fault);
}

static bool run_rounds(Times *times, fovea_engine *engine, int64_t runs, fovea_fault *fault)
{
    int64_t rounds = runs < MOST_ROUNDS ? runs : MOST_ROUNDS;
    for (int64_t round = 0; round < rounds; round++) {
        int64_t end = runs * (round + 1) / rounds, first = times->runs;
        if (!probe(times, engine->program->target, round % ((rounds + READ_ROUNDS - 1) / READ_ROUNDS) == 0, engine,
                   fault))
            return false;
        for (int64_t i = first; i < end; i++)
            if (!run_whole(times, engine, fault))
                return false;
        for (int64_t i = first; i < end; i++)
            if (!run_marked(times, engine, fault))
                return false;
    }
    return true;
}

static void print_times(Times *times)
{
    qsort(times->whole, (size_t)times->runs, sizeof *times->whole, compare_doubles);
    qsort(times->fma, (size_t)times->slices, sizeof *times->fma, compare_doubles);
    printf("runs %lld %.6f %.6f\n", (long long)times->runs, 1e3 * times->whole[0], 1e3 * times->whole[times->runs / 2]);
    printf("fma %.3f %.3f\nread %.3f\n", times->fma[times->slices - 1], times->fma[times->slices / 4], times->read);
    for (unsigned i = 0; i < times->step_count; i++)
        printf("step %u %.6f\n", i, 1e-6 * (double)times->steps[i]);
}

/* More than the last cache holds, where the system says how much that is. */
static size_t read_bytes(void)
{
#ifdef _SC_LEVEL3_CACHE_SIZE
    long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    size_t wanted = cache > 0 ? 4 * ((size_t)cache / SLICE_BYTES + 1) * SLICE_BYTES : 0;
    if (wanted > READ_BYTES)
        return wanted < MOST_READ_BYTES ? wanted : MOST_READ_BYTES;
#endif
    return READ_BYTES;
}

static bool times_make(Times *times, int64_t runs, unsigned steps, fovea_fault *fault)
{
    *times = (Times){.cost = mark_cost(), .step_count = steps, .memory_bytes = read_bytes()};
    times->whole = malloc(fovea_size(runs, sizeof *times->whole));
    times->fma = malloc((size_t)MOST_ROUNDS * FMA_SLICES * sizeof *times->fma);
    times->steps = calloc(steps + 1, sizeof *times->steps);
    times->taken = calloc(steps + 1, sizeof *times->taken);
    times->memory = malloc(times->memory_bytes + SLICE_BYTES); /* more, as what comes is asked for early */
    if (!times->whole || !times->fma || !times->steps || !times->taken || !times->memory)
        return fovea_fail_memory(fault, times->memory_bytes);
    for (unsigned i = 0; i < steps; i++)
        times->steps[i] = INT64_MAX;
    memset(times->memory, 1, times->memory_bytes);
    return true;
}

static void times_free(Times *times)
{
    free(times->whole);
    free(times->fma);
    free(times->steps);
    free(times->taken);
    free(times->memory);
}

/* How many whole runs the usual time has room for; two warm up. */
static bool choose_runs(fovea_engine *engine, int64_t *runs, fovea_fault *fault)
{
    if (!fovea_engine_run(engine, fault))
        return false;
    double before = engine->seconds;
    if (!fovea_engine_run(engine, fault))
        return false;
    double fit = USUAL_SECONDS / (engine->seconds - before + 1e-9);
    if (!*runs)
        *runs = fit < FEWEST_RUNS ? FEWEST_RUNS : fit > MOST_RUNS ? MOST_RUNS : (int64_t)fit;
    return true;
}

static bool print_all(const fovea_program *program, int threads, int64_t runs, unsigned steps, fovea_fault *fault)
{
    fovea_engine engine;
    Times times = {0};
    if (!fovea_engine_open(&engine, program, threads, NULL, fault))
        return false;
    fill_inputs(&engine);
    bool fine = choose_runs(&engine, &runs, fault) && times_make(&times, runs, steps, fault) &&
                run_rounds(&times, &engine, runs, fault);
    if (fine)
        print_times(&times);
    times_free(&times);
    fovea_engine_close(&engine);
    return fine;
}

int fovea_bench_main(int argc, char **argv, const fovea_program *program, unsigned steps)
{
    fovea_fault fault = {""};
    int threads = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    bool fine = argc == 3 || argc == 4 || fovea_fail(&fault, "`fovea bench` starts this program");
    if (fine && argc == 4)
        fine = print_start(program, threads, strtod(argv[3], NULL), &fault);
    for (int i = 0; fine && argc == 3 && i < STARTS; i++)
        fine = start_again(argv[0], argv[1], &fault);
    if (fine && argc == 3)
        fine = print_all(program, threads, strtoll(argv[2], NULL, 10), steps, &fault);
    fflush(stdout);
    if (!fine)
        fprintf(stderr, "error: %s\n", fault.text);
    return fine ? 0 : 1;
}
