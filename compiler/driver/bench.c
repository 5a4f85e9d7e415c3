/* bench.c - `fovea bench` (see bench.h).
 *
 * The C compiler gets the flags of `build`, and for targets without vectors of their own those of `run`: what the
 * portable kernels are on this machine, and the others on every one that runs them.
 */
#include "driver/bench.h"
#include "driver/cache.h"
#include "driver/here.h"
#include "driver/print.h"
#include "driver/process.h"
#include "report/bench.h"
#include "support/file.h"

/* As many as a program takes (runtime/program/options.c). */
enum { MOST_THREADS = 1024 };

static bool can_be_timed(Diag *diag, const Plan *plan, const Options *options)
{
    if (!target_runs_here(plan->target))
        diag_error(diag, NOWHERE, "this machine cannot run target %s", plan->target->name);
    else if (options->bench.threads > MOST_THREADS)
        diag_error(diag, NOWHERE, "a run takes %d threads at most, not %lld", MOST_THREADS,
                   (long long)options->bench.threads);
    else
        return true;
    return false;
}

static const char *timing_program(Diag *diag, const Plan *plan, const EmitOptions *emit, int64_t threads)
{
    const char *directory = temporary_directory(plan->arena, diag);
    if (!directory)
        return NULL;
    EmitOptions timed = *emit;
    timed.bench = true;
    const BuildOptions build = {.native = !plan->target->lanes,
                                .no_libraries = true,
                                .bench = true,
                                .threads = plan->threaded && threads > 1,
                                .opencl = plan->target->opencl};
    const char *program =
        build_emit(diag, plan, &timed, directory) ? cache_program(diag, plan, directory, &build) : NULL;
    directory_remove(directory);
    return program;
}

/* A line of what the program says (runtime/bench/fovea_bench.h). */
static bool read_line(BenchTimes *times, const char *line)
{
    BenchStart start;
    unsigned step;
    double ms;
    if (sscanf(line, "start %lf %lf %lld", &start.ms, &start.first_ms, &start.peak_bytes) == 3) {
        bench_add_start(times, &start);
        return true;
    }
    if (sscanf(line, "step %u %lf", &step, &ms) == 2 && step < times->step_count) {
        times->step_ms[step] = ms;
        times->steps_read++;
        return true;
    }
    return sscanf(line, "runs %lld %lf %lf", &times->runs, &times->min_ms, &times->median_ms) == 3 ||
           sscanf(line, "fma %lf %lf", &times->fma_gflops, &times->fma_usual) == 2 ||
           sscanf(line, "read %lf", &times->read_gbs) == 1;
}

static bool read_times(BenchTimes *times, Arena *arena, const Buf *said)
{
    char *text = arena_strdup(arena, buf_text(said)), *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (!read_line(times, line))
            return false;
    return times->starts && times->runs > 0 && times->fma_gflops > 0 && times->read_gbs > 0 &&
           times->steps_read == times->step_count;
}

static bool measure(BenchTimes *times, Diag *diag, const Plan *plan, const char *program, const Options *options)
{
    Arena *arena = plan->arena;
    Argv argv = {0};
    VEC_PUSH(arena, &argv, program);
    VEC_PUSH(arena, &argv, arena_printf(arena, "%lld", (long long)times->threads));
    VEC_PUSH(arena, &argv, arena_printf(arena, "%lld", (long long)options->bench.runs));
    Process process;
    if (!process_start(&process, arena, diag, ".", &argv))
        return false;
    Buf said = {0};
    int status = process_wait(&process, &said);
    bool fine = status == 0;
    if (!fine)
        process_report(diag, "the program that times the net", status, &said);
    else if (!read_times(times, arena, &said)) {
        diag_error(diag, NOWHERE, "the program that times the net said something else:");
        fputs(buf_text(&said), stderr);
        fine = false;
    }
    buf_free(&said);
    return fine;
}

/* Figures of a busy machine are upper bounds: says so. */
static void warn_of_noise(Diag *diag, const Bench *bench)
{
    const BenchTimes *times = bench->times;
    if (bench_probe_varied(times))
        diag_warning(diag, NOWHERE,
                     "the FMA probe varied from %.1f to %.1f GFLOP/s: the machine is busy, or changes its clock",
                     times->fma_usual, times->fma_gflops);
    else if (bench_runs_disturbed(bench))
        diag_warning(diag, NOWHERE, "no run was left alone: the fastest took %s ms, its kernels alone take %s",
                     bench_ms_text(diag->arena, times->min_ms), bench_ms_text(diag->arena, bench->total.ms));
}

static bool draw(Diag *diag, const Bench *bench, const char *path)
{
    Buf svg = {0};
    bench_svg(&svg, bench);
    bool fine = file_write_atomic(diag, path, buf_text(&svg), svg.length);
    buf_free(&svg);
    return fine;
}

bool bench_net(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options)
{
    Arena *arena = plan->arena;
    BenchTimes times = {.threads = MAX(options->bench.threads, 1),
                        .step_count = plan->steps.count,
                        .step_ms = NEW_ARRAY(arena, double, plan->steps.count)};
    const char *program =
        can_be_timed(diag, plan, options) ? timing_program(diag, plan, emit, options->bench.threads) : NULL;
    if (!program || !measure(&times, diag, plan, program, options))
        return false;
    Bench bench = bench_of(plan, options->model, MAX(options->elaborate.batch, 1), &times);
    warn_of_noise(diag, &bench);
    if (options->bench.svg && !draw(diag, &bench, options->bench.svg))
        return false;
    Buf buf = {0};
    if (options->json)
        bench_json(&buf, &bench);
    else
        bench_table(&buf, &bench);
    return write_report(diag, options, &buf);
}
